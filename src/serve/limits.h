#ifndef SERVE_LIMITS_H
#define SERVE_LIMITS_H

#include "serve/request.h"

/*
 * limits: what one client or user may ask of what costs much. Routes that stretch passwords
 * are counted by client, and only those refused; heavy ones by user, in milliseconds of work: a
 * minute of it at once, and a tenth of the time after that. Both wait in lanes (serve/lane.h), so
 * that readings never wait for them.
 */

/* The budgets; for serve_open and serve_close alone. */
void limits_open(struct serve *s);
void limits_close(struct serve *s);

/*
 * Before such a route's handler, on any thread. *owner, in the arena: who it is counted for.
 * RC_BUSY; *wait_s (0: not known) for Retry-After.
 */
MUST_USE enum rc limits_admit(const struct request *rq, struct str *owner, int64_t *wait_s,
			      struct err *err);
/* After it: whether it was answered as asked, and how long it took. */
void limits_settle(const struct request *rq, struct str owner, bool went_well, int64_t took_ms);

#endif
