#ifndef MATCH_STREAM_MEASURE_H
#define MATCH_STREAM_MEASURE_H

#include "record/door.h"

/*
 * measure: the measured side of a rule's proportionality, in the node: how many events it looked
 * at, how many alerts it raised, and what people decided of those. Counted in the transaction of
 * what is counted, so exactly once; written into the rule's record by the node, where whoever
 * answers for the rule reads it. An event that is sent again is looked at again.
 */
struct measured {
	int64_t screened, hits, confirmed, false_hits;
};

/* Add these; with shown they also go into the record. A changing door; RC_ABSENT never. */
MUST_USE enum rc measure_add(struct door *d, struct id rule, const struct measured *add, bool shown,
			     struct err *err);

/* Reactions: a person decided on an alert; one that no rule raised counts for none. */
MUST_USE enum rc measure_confirmed(struct door *d, const struct record *alert, struct err *err);
MUST_USE enum rc measure_false(struct door *d, const struct record *alert, struct err *err);

#endif
