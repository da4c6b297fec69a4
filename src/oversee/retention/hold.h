#ifndef OVERSEE_RETENTION_HOLD_H
#define OVERSEE_RETENTION_HOLD_H

#include "record/look.h"

#define DAY_MS INT64_C(86400000)
/* "Reviewed within six months" (rule 12), counted generously once: 184 days. */
#define HOLD_MAX_MS (184 * DAY_MS)

/*
 * hold: a legal_hold keeps records from erasing, for one court and no other use, for six months
 * at most without a review (rights, rule 12; "hold against erasure").
 */
extern const struct reaction hold_reactions[];
/* no_hold, deciders_have_say, court_allows_destruction, erasure_proved. */
extern const struct gate hold_gates[];

/* Is the record covered by a hold that runs, other than this one (zeros: any)? */
MUST_USE enum rc hold_covers(struct door *d, struct id record, struct id but, bool *out,
			     struct err *err);

#endif
