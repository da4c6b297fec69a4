#ifndef OVERSEE_RETENTION_HOLD_H
#define OVERSEE_RETENTION_HOLD_H

#include "record/look.h"

/*
 * hold: a legal_hold keeps records from erasing, for one court and no other use, for six months
 * at most without a review (rights, rule 12; "hold against erasure").
 */
extern const struct reaction hold_reactions[];
/* no_hold, deciders_have_say, court_allows_destruction, erasure_proved. */
extern const struct gate hold_gates[];

/* A serve_write_fn, by the node: lift the holds whose day has passed, and mend what covers what. */
MUST_USE enum rc holds_end(struct door *d, void *ctx, struct err *err);

/* Is the record covered by a hold that runs, other than this one (zeros: any)? */
MUST_USE enum rc hold_covers(struct door *d, struct id record, struct id but, bool *out,
			     struct err *err);

#endif
