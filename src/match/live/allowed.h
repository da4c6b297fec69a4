#ifndef MATCH_LIVE_ALLOWED_H
#define MATCH_LIVE_ALLOWED_H

#include "match/live/part.h"
#include "record/look.h"

/*
 * allowed: which listings may be compared with anybody at all (rights.md, rules 5, 6 and 16). The
 * door is the node's.
 */

/* A watch list as far as it matters here. */
struct allowed_list {
	bool in_use;
	bool accuses; /* on others somebody is looked for to be helped, or their papers are */
};
void allowed_list_of(const struct record *list, struct allowed_list *out);

/*
 * Active, with something to compare, and whom it names was never marked a victim, presumed or
 * undetermined (or reviewed since), and never a witness. When that cannot be told: not allowed.
 */
MUST_USE enum rc allowed_listing(struct door *d, const struct record *listing, bool accuses,
				 bool *out, struct err *err);

/* Was the person ever in an involvement as a witness, or protected as one? */
MUST_USE enum rc allowed_was_witness(struct door *d, struct id person, bool *out, struct err *err);

/* What is compared of it; in the door's arena. */
void allowed_entry(struct door *d, const struct record *listing, struct listed_entry *out);

#endif
