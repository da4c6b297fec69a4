#include "net/http_pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "net/http.h"

struct worker {
	struct http_pool *pool;
	unsigned number;
	enum { WORKER_KEEPS_NOTHING, WORKER_KEEPS_SOME, WORKER_KEEPS_ALL } keeps;
	pthread_cond_t come;
	struct worker *below; /* among those who sleep */
	bool sleeps;	      /* until whoever wakes it says otherwise */
	pthread_t thread;
};

struct http_pool {
	pthread_mutex_t lock;
	struct http_request **ring;
	unsigned first, n, max;
	struct worker *asleep; /* the last to fall asleep first: what it keeps is still warm */
	unsigned sleeping;
	int64_t begun_us; /* when a worker took the last one */
	bool closing;
	http_work *work;
	http_rest *rest;
	void *ctx;
	struct worker *workers;
	unsigned worker_count;
};

/* Where nothing was begun for so long, what waits is behind slow requests, and not for its turn. */
#define STUCK_MS 2
/* Nor is one's turn so far away. */
#define TURN_MS 8
/* A worker that slept so long sleeps until it is woken. */
#define IDLE_S 5
/* So many short requests are worth a switch of threads. */
#define SHARE 64

/* Under the lock, with one in the queue. */
static bool
first_is_stuck(const struct http_pool *p)
{
	int64_t came_us = p->ring[p->first]->received_us, now_us = monotonic_us();
	int64_t since_us = came_us > p->begun_us ? came_us : p->begun_us;

	return now_us - since_us >= STUCK_MS * 1000 || now_us - came_us >= TURN_MS * 1000;
}

/*
 * Under the lock: whom the caller is to signal, or NULL. Most requests are short, so one worker
 * takes all that came together: it reads from one look, and asks for their keys at once. Another
 * one joins in when there is a lot, or when what is first has waited too long.
 */
static struct worker *
wakes_one(struct http_pool *p, bool at_once)
{
	unsigned awake = p->worker_count - p->sleeping;
	struct worker *w = p->asleep;

	if (p->n == 0 || w == NULL)
		return NULL;
	if (!at_once && awake > 0 && p->n < SHARE * awake && !first_is_stuck(p))
		return NULL;
	p->asleep = w->below;
	p->sleeping--;
	w->sleeps = false;
	return w;
}

static void
wake(struct worker *w)
{
	if (w != NULL)
		must(pthread_cond_signal(&w->come) == 0);
}

/* Under the lock. */
static void
fall_asleep(struct worker *w)
{
	struct http_pool *p = w->pool;

	w->sleeps = true;
	w->below = p->asleep;
	p->asleep = w;
	p->sleeping++;
}

/* Under the lock: by itself, when nobody woke it. */
static void
get_up(struct worker *w)
{
	struct worker **at = &w->pool->asleep;

	if (!w->sleeps)
		return;
	while (*at != w)
		at = &(*at)->below;
	*at = w->below;
	w->pool->sleeping--;
	w->sleeps = false;
}

/* The lock is held before and after. */
static void
rest(struct worker *w)
{
	struct http_pool *p = w->pool;

	if (p->rest == NULL)
		return;
	must(pthread_mutex_unlock(&p->lock) == 0);
	p->rest(p->ctx, w->number);
	must(pthread_mutex_lock(&p->lock) == 0);
}

/* One step towards sleep, under the lock: let go, sleep some seconds, let go again, sleep. */
static void
wait_step(struct worker *w)
{
	struct http_pool *p = w->pool;
	struct timespec until;
	int code;

	if (w->keeps == WORKER_KEEPS_ALL) {
		w->keeps = WORKER_KEEPS_SOME;
		rest(w);
		return;
	}
	fall_asleep(w);
	if (w->keeps == WORKER_KEEPS_NOTHING) {
		code = pthread_cond_wait(&w->come, &p->lock);
	} else {
		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += IDLE_S;
		code = pthread_cond_timedwait(&w->come, &p->lock, &until);
	}
	must(code == 0 || code == ETIMEDOUT);
	get_up(w);
	if (code == ETIMEDOUT && p->n == 0) {
		w->keeps = WORKER_KEEPS_NOTHING;
		rest(w);
	}
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct http_pool *p = w->pool;

	must(pthread_mutex_lock(&p->lock) == 0);
	for (;;) {
		struct http_request *request;

		while (p->n == 0 && !p->closing)
			wait_step(w);
		if (p->closing)
			break;
		request = p->ring[p->first];
		p->first = (p->first + 1) % p->max;
		p->n--;
		p->begun_us = monotonic_us();
		must(pthread_mutex_unlock(&p->lock) == 0);
		p->work(p->ctx, w->number, request);
		w->keeps = WORKER_KEEPS_ALL;
		must(pthread_mutex_lock(&p->lock) == 0);
	}
	if (w->keeps == WORKER_KEEPS_ALL)
		rest(w);
	must(pthread_mutex_unlock(&p->lock) == 0);
	return NULL;
}

/* Signals are for the main thread: a worker starts with all of them blocked. */
static int
start_worker(struct worker *w)
{
	sigset_t all, before;
	int failed;

	(void)sigfillset(&all);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	failed = pthread_create(&w->thread, NULL, work, w);
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	if (failed == 0)
		(void)pthread_setname_np(w->thread, "worker");
	return failed;
}

enum rc
http_pool_open(unsigned workers, unsigned queue_max, http_work *work_fn, http_rest *rest_fn,
	       void *ctx, struct http_pool **out, struct err *err)
{
	struct http_pool *p = heap_zeroed(sizeof *p);
	unsigned wanted = workers > 0 ? workers : 8;

	must(pthread_mutex_init(&p->lock, NULL) == 0);
	p->max = queue_max > 0 ? queue_max : 1024;
	p->ring = heap_zeroed(p->max * sizeof(struct http_request *));
	p->work = work_fn;
	p->rest = rest_fn;
	p->ctx = ctx;
	p->workers = heap_zeroed(wanted * sizeof(struct worker));
	for (; p->worker_count < wanted; p->worker_count++) {
		struct worker *w = &p->workers[p->worker_count];

		*w = (struct worker){.pool = p, .number = p->worker_count};
		must(pthread_cond_init(&w->come, NULL) == 0);
		if (start_worker(w) != 0) {
			http_pool_close(p);
			return fail(err, RC_FAILED, "workers", "cannot start %u threads", wanted);
		}
	}
	*out = p;
	return RC_OK;
}

static void
refuse(struct http_request *request)
{
	static const char body[] =
	    "{\"type\":\"urn:liaison:problem:unavailable\",\"title\":\"Not available\","
	    "\"status\":503,\"detail\":\"too many requests are waiting; try again later\"}";
	static const struct pair retry = {STR_INIT("Retry-After"), STR_INIT("1")};

	http_reply(request, &(struct http_response){.status = 503,
						    .content_type = STR("application/problem+json"),
						    .headers = {&retry, 1},
						    .body = {body, sizeof body - 1}});
}

static bool
put(struct http_pool *p, struct http_request *request, bool at_once)
{
	struct worker *woken = NULL;
	bool taken = false;

	must(pthread_mutex_lock(&p->lock) == 0);
	if (!p->closing && p->n < p->max) {
		p->ring[(p->first + p->n) % p->max] = request;
		p->n++;
		taken = true;
		woken = at_once ? wakes_one(p, true) : NULL;
	}
	must(pthread_mutex_unlock(&p->lock) == 0);
	wake(woken);
	if (!taken)
		refuse(request);
	return taken;
}

bool
http_pool_put(struct http_pool *p, struct http_request *request)
{
	return put(p, request, true);
}

bool
http_pool_put_later(struct http_pool *p, struct http_request *request)
{
	return put(p, request, false);
}

int
http_pool_stir(struct http_pool *p)
{
	struct worker *woken;
	bool waits;

	must(pthread_mutex_lock(&p->lock) == 0);
	waits = p->n > 0;
	woken = wakes_one(p, false);
	must(pthread_mutex_unlock(&p->lock) == 0);
	wake(woken);
	return waits ? STUCK_MS : -1;
}

void
http_pool_close(struct http_pool *p)
{
	if (p == NULL)
		return;
	must(pthread_mutex_lock(&p->lock) == 0);
	p->closing = true;
	must(pthread_mutex_unlock(&p->lock) == 0);
	for (unsigned i = 0; i < p->worker_count; i++)
		must(pthread_cond_signal(&p->workers[i].come) == 0);
	for (unsigned i = 0; i < p->worker_count; i++) {
		must(pthread_join(p->workers[i].thread, NULL) == 0);
		(void)pthread_cond_destroy(&p->workers[i].come);
	}
	for (; p->n > 0; p->n--) {
		refuse(p->ring[p->first]);
		p->first = (p->first + 1) % p->max;
	}
	(void)pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p->ring);
	free(p);
}
