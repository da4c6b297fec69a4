#include "serve/timer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/vec.h"
#include "serve/config.h"

struct due {
	const struct timer *timer;
	int64_t every_s, next_s; /* of the monotonic clock, which nobody sets */
};

struct timer_runner {
	struct serve *serve;
	struct arena *arena;
	VEC(struct due) due;
	pthread_t thread;
	pthread_mutex_t lock; /* guards closing */
	pthread_cond_t wake;
	bool closing;
};

static int64_t
now_s(void)
{
	struct timespec t;

	must(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return t.tv_sec;
}

static enum rc
run_row(struct door *d, void *ctx, struct err *err)
{
	const struct timer *timer = ctx;

	return timer->run(d, err);
}

static void
run_due(struct timer_runner *r, struct due *due)
{
	struct err err = {.rc = RC_OK};
	/* The row itself is const to all; the call takes any context. */
	enum rc rc = due->timer->run == NULL ? due->timer->run_outside(r->serve, &err)
					     : serve_write(r->serve, NULL, NULL, run_row,
							   (void *)(uintptr_t)due->timer, &err);

	if (rc != RC_OK)
		log_warn("timer %s: %s", due->timer->name, err.text);
	due->next_s = now_s() + due->every_s;
}

/* Until the first is due, or the runner ends: false. The lock is held before and after. */
static bool
wait_for(struct timer_runner *r, int64_t until_s)
{
	const struct timespec until = {.tv_sec = until_s};
	int code = 0;

	while (!r->closing && code == 0)
		code = pthread_cond_timedwait(&r->wake, &r->lock, &until);
	must(code == 0 || code == ETIMEDOUT);
	return !r->closing;
}

static void *
timer_main(void *ctx)
{
	struct timer_runner *r = ctx;

	must(pthread_mutex_lock(&r->lock) == 0);
	for (;;) {
		struct due *first = &r->due.at[0], *due;

		VEC_EACH (due, &r->due)
			if (due->next_s < first->next_s)
				first = due;
		if (!wait_for(r, first->next_s))
			break;
		must(pthread_mutex_unlock(&r->lock) == 0);
		run_due(r, first);
		must(pthread_mutex_lock(&r->lock) == 0);
	}
	must(pthread_mutex_unlock(&r->lock) == 0);
	return NULL;
}

static void
collect(struct timer_runner *r)
{
	const struct feature *const *f = serve_features(r->serve);

	for (; *f != NULL; f++)
		for (const struct timer *t = (*f)->timers; t != NULL && t->name != NULL; t++) {
			int64_t every = config_number(serve_config(r->serve), t->every);

			if (every > 0)
				*VEC_ADD(r->arena, &r->due) =
				    (struct due){t, every, now_s() + every};
		}
}

enum rc
timer_runner_open(struct serve *s, struct timer_runner **out, struct err *err)
{
	struct timer_runner *r = heap_zeroed(sizeof *r);
	pthread_condattr_t attr;
	sigset_t all, before;
	int code = 0;

	r->serve = s;
	r->arena = arena_new(0);
	collect(r);
	must(pthread_mutex_init(&r->lock, NULL) == 0);
	must(pthread_condattr_init(&attr) == 0);
	must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	must(pthread_cond_init(&r->wake, &attr) == 0);
	must(pthread_condattr_destroy(&attr) == 0);
	must(sigfillset(&all) == 0);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	if (r->due.n > 0)
		code = pthread_create(&r->thread, NULL, timer_main, r);
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	if (code != 0) {
		r->due.n = 0;
		timer_runner_close(r);
		return fail(err, RC_UNAVAILABLE, "", "no thread for timers can be made");
	}
	*out = r;
	return RC_OK;
}

void
timer_runner_close(struct timer_runner *r)
{
	if (r == NULL)
		return;
	must(pthread_mutex_lock(&r->lock) == 0);
	r->closing = true;
	must(pthread_cond_signal(&r->wake) == 0);
	must(pthread_mutex_unlock(&r->lock) == 0);
	if (r->due.n > 0)
		must(pthread_join(r->thread, NULL) == 0);
	(void)pthread_cond_destroy(&r->wake);
	(void)pthread_mutex_destroy(&r->lock);
	arena_free(r->arena);
	free(r);
}
