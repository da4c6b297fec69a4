#ifndef SERVE_CLOCK_HEALTH_H
#define SERVE_CLOCK_HEALTH_H

#include "base/clock.h"
#include "base/rc.h"

/*
 * clock_health: what the node takes for the time, and whether to believe it. A clock set back
 * would let expired tokens live, give ids and months of the past and hold deadlines up; one that
 * runs ahead would fire them, and erase, too early. So the node's time
 *   - is never before the last leaf of the log, nor before what it was: it goes on by a clock
 *     that never jumps, suspend included;
 *   - follows the machine's clock ahead by an hour at most; for more, start the node again.
 * Both are marked until the clocks agree. Shared by all threads.
 */
#define CLOCK_BEHIND_MS 60000  /* more than so is told */
#define CLOCK_AHEAD_MS 3600000 /* more than so is not followed */

struct clock_health;

/*
 * wall: the machine's clock. steady: one that never jumps; NULL: a test holds wall alone, which
 * may then run ahead as it likes.
 */
struct clock_health *clock_health_new(const struct clock *wall, const struct clock *steady);
void clock_health_free(struct clock_health *h);

/* Milliseconds since some moment, suspend included (CLOCK_BOOTTIME). */
extern const struct clock clock_steady;

/* The log says that it was so late once. What is before 2000 or after 9999 is no time. */
void clock_health_learn(struct clock_health *h, int64_t ms);

/* The node's time; lives as long as h. */
const struct clock *clock_health_clock(const struct clock_health *h);

struct clock_report {
	int64_t behind_ms; /* how far the machine's clock stands behind the node's time, or 0 */
	int64_t ahead_ms;  /* how far ahead of it, not followed, or 0 */
	bool healthy;	   /* nothing that hangs on a date should act else: erasing above all */
};
struct clock_report clock_health_report(const struct clock_health *h);

/* What is wrong, in a sentence; "" when it is healthy. Lives in the arena. */
struct str clock_health_text(struct arena *a, const struct clock_report *report);

#endif
