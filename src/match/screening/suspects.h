#ifndef MATCH_SCREENING_SUSPECTS_H
#define MATCH_SCREENING_SUSPECTS_H

#include "base/vec.h"
#include "record/door.h"

/* What is read through the door before people are screened; all of it in the arena. */
struct listing {
	struct id id, list;
	struct str subject; /* "person", "organisation", ... */
	struct str_list names, birth_dates, countries;
};

struct listings {
	struct listing *at;
	size_t n, cap;
	size_t lists, lists_left_out; /* watch lists in use; and those that are not */
};

/*
 * Active listings of one watch list, or of all when list is zero. Only of lists in use: two
 * people have put them there, on a legal basis. The door is the node's.
 * RC_CONFLICT: no list is in use; the text says in which states they are and how one gets there.
 */
MUST_USE enum rc listings_read(struct door *d, struct arena *a, struct id list,
			       struct listings *out, struct err *err);

struct suspect {
	struct id id;
	struct str_list names; /* never empty */
	struct str birth_date, country;
	bool left_out; /* ever VICTIM, PRESUMED or UNDETERMINED: not to be asked about */
};

struct suspects {
	struct suspect *at;
	size_t n, cap;
};

/*
 * People with an involvement as SUSPECT or CONVICTED. Those left out until a review outside the
 * case team (rights.md, rule 5) are read, logged and counted like all others, so that neither
 * the log nor a count tells who they are; nothing else may be done with them.
 */
MUST_USE enum rc suspects_read(struct door *d, struct arena *a, struct suspects *out,
			       struct err *err);

/*
 * Was the person ever so marked, in any version of an involvement, or helped as a survivor, or
 * in an identification, with no later review (the gate never_marked_victim)? When that cannot
 * be told, or nobody brings the gate, the answer is yes.
 */
MUST_USE enum rc suspect_protected(struct door *d, struct id person, bool *out, struct err *err);

#endif
