#ifndef SERVE_ONGOING_H
#define SERVE_ONGOING_H

#include <pthread.h>

#include "base/id.h"
#include "base/rc.h"

struct request;

/*
 * ongoing: how far the long readings are that this process does for people right now (verifying
 * the log, exporting it), so that whoever asked for one may see it move and end it. In memory
 * alone; any thread. A reading ends by itself once whoever asked has gone, or the node closes.
 */
#define ONGOING_MAX 8 /* the heavy lane has two threads */

struct ongoing_one {
	const void *call; /* NULL: a free place */
	struct id user;
	const char *unit; /* "leaves" */
	int64_t done, all, since_ms;
};

struct ongoing {
	pthread_mutex_t lock;
	struct ongoing_one at[ONGOING_MAX];
};

void ongoing_open(struct ongoing *o);
void ongoing_close(struct ongoing *o);

/*
 * By the handler, now and then; all 0: not known. RC_STOPPED: nobody waits for the answer any
 * more. RC_UNAVAILABLE: the node closes. The reading ends then.
 */
MUST_USE enum rc request_progress(struct request *rq, const char *unit, int64_t done, int64_t all,
				  struct err *err);
/* When its answer is made. */
void ongoing_end(struct ongoing *o, const void *call);
/* Those of one user; at most ONGOING_MAX. */
size_t ongoing_of(struct ongoing *o, struct id user, struct ongoing_one out[ONGOING_MAX]);

#endif
