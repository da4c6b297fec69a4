#ifndef SERVE_LIMITS_H
#define SERVE_LIMITS_H

#include "serve/request.h"

/*
 * limits: what one client or user may ask of what costs much. Heavy routes are counted by user, in
 * milliseconds of work: a minute of it at once, and a tenth of the time after that. Routes that
 * stretch passwords are counted by who tries, and only those refused:
 *   - a browser that signed in as this login before, by itself, so that nobody who shares its
 *     address (an office, a proxy) keeps it out;
 *   - whoever is signed in, by user;
 *   - all others by client: 30 refusals, then one in 20 seconds. Beyond that a login that was not
 *     tried from there three times has its own purse, existing or not, so that who guesses at one
 *     account does not turn away its neighbours; of such there are 10, then one in 10 seconds,
 *     so that ever new logins fill neither the lane nor the log.
 * Both wait in lanes (serve/lane.h), so that readings never wait for them.
 */

/* The budgets; for serve_open and serve_close alone. */
void limits_open(struct serve *s);
void limits_close(struct serve *s);

/* Whom it is counted for; in the arena. */
struct limited {
	struct str owner; /* of places in the lane too */
	struct str login; /* beyond what the owner had: the purse of a login there; or empty */
};

/*
 * Before such a route's handler, on any thread. RC_BUSY; *wait_s (0: not known) for Retry-After.
 */
MUST_USE enum rc limits_admit(struct request *rq, struct limited *out, int64_t *wait_s,
			      struct err *err);
/* After it: whether it was answered as asked, and how long it took. */
void limits_settle(const struct request *rq, const struct limited *of, bool went_well,
		   int64_t took_ms);

#endif
