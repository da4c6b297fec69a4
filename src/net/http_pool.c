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
	pthread_t thread;
};

struct http_pool {
	pthread_mutex_t lock;
	pthread_cond_t come;
	struct http_request **ring;
	unsigned first, n, max;
	unsigned sleeping;
	unsigned waking; /* workers signalled that have not woken up yet */
	bool closing;
	http_work *work;
	http_rest *rest;
	void *ctx;
	struct worker *workers;
	unsigned worker_count;
};

/* A request that waited so long waits for slow ones, and not for its turn. */
#define STUCK_MS 2
/* A worker that slept so long sleeps until it is woken. */
#define IDLE_S 5
/* So many short requests are worth a switch of threads. */
#define SHARE 16

/*
 * Under the lock: whether the caller is to signal. Most requests are short, so one worker takes
 * all that came together; another one joins in when there is a lot, or when what is first has
 * waited too long.
 */
static bool
wakes_one(struct http_pool *p, bool at_once)
{
	unsigned awake = p->worker_count - p->sleeping + p->waking;

	if (p->n == 0 || p->sleeping <= p->waking)
		return false;
	if (!at_once && awake > 0 && p->n < SHARE * awake &&
	    monotonic_us() - p->ring[p->first]->received_us < STUCK_MS * 1000)
		return false;
	p->waking++;
	return true;
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
	p->sleeping++;
	if (w->keeps == WORKER_KEEPS_NOTHING) {
		code = pthread_cond_wait(&p->come, &p->lock);
	} else {
		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += IDLE_S;
		code = pthread_cond_timedwait(&p->come, &p->lock, &until);
	}
	must(code == 0 || code == ETIMEDOUT);
	p->sleeping--;
	if (p->waking > 0)
		p->waking--;
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
	must(pthread_cond_init(&p->come, NULL) == 0);
	p->max = queue_max > 0 ? queue_max : 1024;
	p->ring = heap_zeroed(p->max * sizeof(struct http_request *));
	p->work = work_fn;
	p->rest = rest_fn;
	p->ctx = ctx;
	p->workers = heap_zeroed(wanted * sizeof(struct worker));
	for (; p->worker_count < wanted; p->worker_count++) {
		struct worker *w = &p->workers[p->worker_count];

		*w = (struct worker){.pool = p, .number = p->worker_count};
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
	bool wake = false, taken = false;

	must(pthread_mutex_lock(&p->lock) == 0);
	if (!p->closing && p->n < p->max) {
		p->ring[(p->first + p->n) % p->max] = request;
		p->n++;
		taken = true;
		wake = at_once && wakes_one(p, true);
	}
	must(pthread_mutex_unlock(&p->lock) == 0);
	if (wake)
		must(pthread_cond_signal(&p->come) == 0);
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
	bool wake, waits;

	must(pthread_mutex_lock(&p->lock) == 0);
	waits = p->n > 0;
	wake = wakes_one(p, false);
	must(pthread_mutex_unlock(&p->lock) == 0);
	if (wake)
		must(pthread_cond_signal(&p->come) == 0);
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
	must(pthread_cond_broadcast(&p->come) == 0);
	for (unsigned i = 0; i < p->worker_count; i++)
		must(pthread_join(p->workers[i].thread, NULL) == 0);
	for (; p->n > 0; p->n--) {
		refuse(p->ring[p->first]);
		p->first = (p->first + 1) % p->max;
	}
	(void)pthread_cond_destroy(&p->come);
	(void)pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p->ring);
	free(p);
}
