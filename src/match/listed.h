#ifndef MATCH_LISTED_H
#define MATCH_LISTED_H

#include "base/vec.h"
#include "match/engine.h"
#include "record/door.h"

struct serve;

/*
 * listed: the node's own active listings, of watch lists in use, as an index in memory
 * (match/live). It is built by the node through its own door at the first question, follows each
 * change of a listing or list before the next answer, and is never written to a file. Readers ask
 * the one they began with; nobody waits for a new one that takes long.
 *
 * Nobody ever VICTIM, PRESUMED or UNDETERMINED stands in it before a non-punishment review, and no
 * witness ever (rights.md, rules 5 and 6), but on lists that accuse nobody (missing people,
 * documents). Each hit is looked at again, in the asker's own transaction, before it is given out:
 * what was suspended, moved on or erased by then is no hit.
 */

/* Somebody asked about, beside a listing that counts now. In the asker's arena. */
struct listed_hit {
	struct id listing, list;
	struct str listed_name; /* the name that fits best */
	struct str list_name;
	double score;
	struct str why;	 /* explain.h, as JSON */
	struct str text; /* the same as lines that a person reads and that add up */
};
struct listed_hits {
	struct listed_hit *at;
	size_t n, cap;
	bool unnamed; /* none of the names asked says anything (match/screening/said.h) */
};
#define LISTED_HITS_MAX 20

/*
 * The likeliest first, at most limit (LISTED_HITS_MAX), from min_score on; list zero: of all lists.
 * threshold: what the explanation measures against. In a reading door of a request. Whether the
 * asker may know of a listing is the caller's to ask. RC_OK with none also where no list is in use.
 * RC_UNAVAILABLE: the index is being built for the first time, and takes longer than two seconds.
 */
MUST_USE enum rc listed_ask(struct door *d, const struct screen_query *query, struct id list,
			    size_t limit, double min_score, double threshold,
			    struct listed_hits *out, struct err *err);

/*
 * Build it, if there are listings and nobody has asked yet: so that the first to ask after a start
 * does not wait. On a thread of its own.
 */
MUST_USE enum rc listed_warm(struct serve *s, struct err *err);

/*
 * May this person not be listed: ever VICTIM, PRESUMED, UNDETERMINED or helped without a review
 * since, or ever a witness? For the node's own deciding; as in a gate, no leaf tells of it.
 */
MUST_USE enum rc listed_barred(struct door *d, struct id person, bool *out, struct err *err);

/* Counts for who runs the node: entries, lists in use, and how often it was built anew. */
struct listed_figures {
	size_t entries, changed, lists;
	int64_t built, followed;
};
MUST_USE enum rc listed_figures(struct door *d, struct listed_figures *out, struct err *err);

/* From this score on somebody is to be looked at again by a person (people.md). */
#define LISTED_LINE 0.8

#endif
