#include "serve/clock_health.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"

struct clock_health {
	struct clock wall, steady, ours;
	bool held;		  /* steady stands still: a test's */
	_Atomic int64_t apart_ms; /* the node's time less the steady clock; only grows */
};

static int64_t
boot_now(void *ctx)
{
	struct timespec t;

	(void)ctx;
	must(clock_gettime(CLOCK_BOOTTIME, &t) == 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const struct clock clock_steady = {boot_now, NULL};

static int64_t
stand_still(void *ctx)
{
	(void)ctx;
	return 0;
}

static void
raise_to(struct clock_health *h, int64_t apart_ms)
{
	int64_t now = atomic_load(&h->apart_ms);

	while (now < apart_ms && !atomic_compare_exchange_weak(&h->apart_ms, &now, apart_ms))
		;
}

static int64_t
our_now(void *ctx)
{
	struct clock_health *h = ctx;
	int64_t steady = clock_now(&h->steady), wall = clock_now(&h->wall);
	int64_t ours = steady + atomic_load(&h->apart_ms);

	if (wall <= ours || (!h->held && wall - ours > CLOCK_AHEAD_MS))
		return ours;
	raise_to(h, wall - steady);
	return wall;
}

struct clock_health *
clock_health_new(const struct clock *wall, const struct clock *steady)
{
	struct clock_health *h = heap_zeroed(sizeof *h);

	h->wall = *wall;
	h->held = steady == NULL;
	h->steady = h->held ? (struct clock){stand_still, NULL} : *steady;
	h->ours = (struct clock){our_now, h};
	atomic_init(&h->apart_ms, clock_now(&h->wall) - clock_now(&h->steady));
	return h;
}

void
clock_health_free(struct clock_health *h)
{
	free(h);
}

void
clock_health_learn(struct clock_health *h, int64_t ms)
{
	if (ms >= TIME_MIN_MS && ms <= TIME_MAX_MS)
		raise_to(h, ms - clock_now(&h->steady));
}

const struct clock *
clock_health_clock(const struct clock_health *h)
{
	return &h->ours;
}

struct clock_report
clock_health_report(const struct clock_health *h)
{
	int64_t apart = clock_now(&h->wall) - clock_now(&h->ours);

	return (struct clock_report){.behind_ms = apart < 0 ? -apart : 0,
				     .ahead_ms = apart > 0 ? apart : 0,
				     .healthy = apart >= -CLOCK_BEHIND_MS && apart <= 0};
}

struct str
clock_health_text(struct arena *a, const struct clock_report *report)
{
	if (report->healthy)
		return STR("");
	if (report->behind_ms > 0)
		return str_fmt(
		    a,
		    "the machine's clock stands %lld s behind the log; the node goes on with "
		    "the log's time: set the clock right",
		    (long long)(report->behind_ms / 1000));
	return str_fmt(
	    a,
	    "the machine's clock jumped ahead by %lld s, which the node does not follow: if "
	    "it is right now, start the node again",
	    (long long)(report->ahead_ms / 1000));
}
