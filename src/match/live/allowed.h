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
 * Active, with something to compare, and nobody whom it names was ever marked a victim, presumed or
 * undetermined (or reviewed since), nor was ever a witness. When that cannot be told: not allowed.
 */
MUST_USE enum rc allowed_listing(struct door *d, const struct record *listing, bool accuses,
				 bool *out, struct err *err);

/* Whom a listing names: its person, and people whom somebody confirmed to be the listed one. */
MUST_USE enum rc allowed_people_of(struct door *d, const struct record *listing, struct ids *out,
				   struct err *err);
/*
 * Add the people whom somebody confirmed to be the same as these, and the same as those. RC_OK with
 * *all false: there are more than ALLOWED_SAME_MAX.
 */
#define ALLOWED_SAME_MAX 50
MUST_USE enum rc allowed_same_people(struct door *d, struct ids *people, bool *all,
				     struct err *err);
/* May one of them not be listed, as above? They are people that records say of. */
MUST_USE enum rc allowed_bars(struct door *d, const struct ids *people, bool *out, struct err *err);

/* What is compared of it; in the door's arena. */
void allowed_entry(struct door *d, const struct record *listing, struct listed_entry *out);

#endif
