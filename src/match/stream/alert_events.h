#ifndef MATCH_STREAM_ALERT_EVENTS_H
#define MATCH_STREAM_ALERT_EVENTS_H

#include "serve/request.h"

/*
 * alert_events: tells listeners which alerts were raised or moved: id, state and version, no more;
 * what is in one is read through the door, with a leaf. Each alert is decided on for each listener,
 * by their rights of that moment. A stream ends when anybody's rights change, and after a while:
 * the listener comes again with the last event's id and misses nothing.
 */

/* The answer of a request: a stream from this leaf on (0: from now on). */
MUST_USE enum rc alert_events_open(struct request *rq, int64_t after_leaf, struct reply *reply,
				   struct err *err);

#endif
