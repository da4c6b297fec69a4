#ifndef SERVE_LANE_H
#define SERVE_LANE_H

#include "base/rc.h"
#include "base/str.h"

/*
 * lane: a few threads and a short queue of their own, each thread with its own reading
 * connection, for work that would hold up everybody else's: stretching passwords (memory and
 * time each), recomputing the log.
 */
struct lane;
struct db;

struct lane_options {
	unsigned threads, queue_max; /* waiting, besides those that run */
	unsigned owner_max;	     /* of one owner, running and waiting */
	struct str store_url;	     /* outlives the lane */
};

/*
 * db NULL: the item is to be answered without: why says what is wrong (the lane closes, or its
 * thread, which connects when it first has work, does not reach the store).
 */
typedef void lane_work(void *ctx, struct db *db, const struct err *why, void *item);
/* The place is free again when this is called, so that whoever is answered may come at once. */
typedef void lane_answer(void *ctx, void *item);

/* *out is the caller's; end it with lane_close. */
MUST_USE enum rc lane_open(const struct lane_options *options, lane_work *work, lane_answer *answer,
			   void *ctx, struct lane **out, struct err *err);
/* owner: 32 bytes at most count. RC_BUSY: theirs are enough. RC_UNAVAILABLE: the queue is full. */
MUST_USE enum rc lane_put(struct lane *l, void *item, struct str owner, struct err *err);
/* Ends what runs, gives back what waits. NULL does nothing. */
void lane_close(struct lane *l);

#endif
