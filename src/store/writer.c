#include "store/writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/db_driver.h"

enum { GROUP_MAX = 256 };

struct queue {
	struct write_item *first, **end;
};

struct writer {
	struct db *db;
	struct write_group_hooks hooks;
	struct writer_options options;
	pthread_t thread;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	struct queue queue;
	int expected;
	bool closing, is_waiting;
	struct writer_counts counts;
};

/* A thread in writer_call; lies on its stack. */
struct write_waiter {
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool done;
};

static void
queue_init(struct queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static void
queue_add(struct queue *q, struct write_item *item)
{
	item->next = NULL;
	*q->end = item;
	q->end = &item->next;
}

static struct write_item *
queue_take(struct queue *q)
{
	struct write_item *item = q->first;

	if (item != NULL && (q->first = item->next) == NULL)
		q->end = &q->first;
	return item;
}

/* After this the item is the submitter's again and may be gone. */
static void
item_finish(struct write_item *item)
{
	struct write_waiter *waiter = item->waiter;

	if (item->done != NULL) {
		item->done(item, item->rc, &item->err);
		return;
	}
	if (waiter == NULL)
		return;
	pthread_mutex_lock(&waiter->lock);
	waiter->done = true;
	pthread_cond_signal(&waiter->woken);
	pthread_mutex_unlock(&waiter->lock);
}

static struct timespec
after_us(int us)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += us / 1000000;
	t.tv_nsec += (long)(us % 1000000) * 1000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

/*
 * The next item of the group that is open, or NULL when the group is to end. Only waiting
 * counts against the linger: while items run, others come anyhow.
 */
static struct write_item *
take_more(struct writer *w, int64_t *linger_us)
{
	struct write_item *item;

	pthread_mutex_lock(&w->lock);
	while (w->queue.first == NULL && *linger_us > 0 && w->expected > 0 && !w->closing) {
		struct timespec until = after_us((int)*linger_us);
		int64_t before = monotonic_us();

		w->is_waiting = true;
		(void)pthread_cond_timedwait(&w->wake, &w->lock, &until);
		w->is_waiting = false;
		*linger_us -= monotonic_us() - before;
	}
	item = queue_take(&w->queue);
	pthread_mutex_unlock(&w->lock);
	return item;
}

/* The first item of a group, or NULL when the writer is to end. */
static struct write_item *
take_first(struct writer *w)
{
	struct write_item *item;

	pthread_mutex_lock(&w->lock);
	while (w->queue.first == NULL && !w->closing) {
		w->is_waiting = true;
		pthread_cond_wait(&w->wake, &w->lock);
		w->is_waiting = false;
	}
	item = queue_take(&w->queue);
	pthread_mutex_unlock(&w->lock);
	return item;
}

/* Run one item in its savepoint. False: the whole transaction is lost. */
static bool
item_run(struct writer *w, struct write_item *item, struct err *group_err)
{
	if (item->run == NULL)
		return true;
	if ((item->rc = db_savepoint(w->db, &item->err)) == RC_OK) {
		item->rc = item->run(item, w->db, &item->err);
		if (item->rc == RC_OK && (item->rc = db_release(w->db, &item->err)) == RC_OK)
			return true;
		if (db_in_transaction(w->db) && db_rollback_to(w->db, group_err) == RC_OK)
			return true;
	} else if (db_in_transaction(w->db)) {
		return true;
	}
	(void)fail(group_err, RC_UNAVAILABLE, "",
		   "the store gave up the group this was written in; nothing of it is there");
	return false;
}

/* One transaction of all that is there. Fills list with the items it took, first to last. */
static enum rc
group_run(struct writer *w, struct write_item *first, struct queue *list, struct err *err)
{
	int64_t linger_us = w->options.linger_us;
	enum rc rc = db_begin(w->db, err);
	bool begun;
	int n = 0;

	if (rc == RC_OK && w->hooks.begin != NULL)
		rc = w->hooks.begin(w->hooks.ctx, w->db, err);
	/* When the store does not answer, all who wait hear so now, not one after the other. */
	begun = rc == RC_OK;
	if (!begun)
		linger_us = 0;
	for (struct write_item *item = first; item != NULL;) {
		queue_add(list, item);
		item->rc = RC_OK;
		if (rc == RC_OK && !item_run(w, item, err))
			rc = RC_UNAVAILABLE;
		if (++n == w->options.group_max || (begun && rc != RC_OK))
			break;
		item = take_more(w, &linger_us);
	}
	if (rc == RC_OK && w->hooks.end != NULL)
		rc = w->hooks.end(w->hooks.ctx, w->db, err);
	if (rc == RC_OK)
		rc = db_commit(w->db, err);
	if (rc != RC_OK)
		db_rollback(w->db);
	if (w->hooks.after != NULL)
		w->hooks.after(w->hooks.ctx, rc == RC_OK);
	return rc;
}

static void
group_finish(struct writer *w, struct queue *list, enum rc rc, const struct err *err)
{
	uint64_t items = 0, failed = 0;

	for (struct write_item *item = list->first; item != NULL; item = item->next) {
		/* An item's own failure says more than the group's. */
		if (rc != RC_OK && item->rc == RC_OK) {
			item->rc = rc;
			item->err = *err;
		}
		items++;
		failed += item->rc != RC_OK;
	}
	/* Counted before anybody hears of it, so that a client sees its own write in them. */
	pthread_mutex_lock(&w->lock);
	w->counts.groups++;
	w->counts.items += items;
	w->counts.failed += failed;
	pthread_mutex_unlock(&w->lock);
	for (struct write_item *item; (item = queue_take(list)) != NULL;)
		item_finish(item);
}

static void *
writer_main(void *arg)
{
	struct writer *w = arg;
	struct write_item *first;
	bool is_failing = false;

	while ((first = take_first(w)) != NULL) {
		struct queue list;
		struct err err = {.rc = RC_OK};
		enum rc rc;

		queue_init(&list);
		rc = group_run(w, first, &list, &err);
		/* A full disk fails group after group: the operator hears of it once. */
		if (rc != RC_OK && !is_failing)
			log_error("writing fails: %s", err.text);
		else if (rc == RC_OK && is_failing)
			log_info("writing works again");
		is_failing = rc != RC_OK;
		group_finish(w, &list, rc, &err);
	}
	return NULL;
}

enum rc
writer_open(struct db *db, const struct write_group_hooks *hooks,
	    const struct writer_options *options, struct writer **out, struct err *err)
{
	struct writer *w = heap_zeroed(sizeof *w);
	pthread_condattr_t attr;
	sigset_t all, before;
	int code;

	w->db = db;
	if (hooks != NULL)
		w->hooks = *hooks;
	if (options != NULL)
		w->options = *options;
	if (w->options.group_max <= 0)
		w->options.group_max = GROUP_MAX;
	queue_init(&w->queue);
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals go to the threads that expect them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&w->thread, NULL, writer_main, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code != 0) {
		*out = NULL;
		pthread_cond_destroy(&w->wake);
		pthread_mutex_destroy(&w->lock);
		db_close(db);
		free(w);
		return fail(err, RC_FAILED, "", "the writer's thread did not start (%d)", code);
	}
	(void)pthread_setname_np(w->thread, "writer");
	*out = w;
	return RC_OK;
}

void
writer_submit(struct writer *w, struct write_item *item)
{
	bool closing, wake;

	item->next = NULL;
	item->rc = RC_OK;
	item->err = (struct err){.rc = RC_OK};
	pthread_mutex_lock(&w->lock);
	closing = w->closing;
	if (!closing)
		queue_add(&w->queue, item);
	wake = w->is_waiting && !closing;
	if (wake)
		pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	if (closing) {
		item->rc = fail(&item->err, RC_UNAVAILABLE, "", "the node is stopping");
		item_finish(item);
	}
}

enum rc
writer_call(struct writer *w, struct write_item *item, struct err *err)
{
	struct write_waiter waiter = {.done = false};

	must(item->done == NULL);
	must(!pthread_equal(pthread_self(), w->thread));
	pthread_mutex_init(&waiter.lock, NULL);
	pthread_cond_init(&waiter.woken, NULL);
	item->waiter = &waiter;
	writer_submit(w, item);
	pthread_mutex_lock(&waiter.lock);
	while (!waiter.done)
		pthread_cond_wait(&waiter.woken, &waiter.lock);
	pthread_mutex_unlock(&waiter.lock);
	pthread_cond_destroy(&waiter.woken);
	pthread_mutex_destroy(&waiter.lock);
	item->waiter = NULL;
	if (item->rc != RC_OK && err != NULL)
		*err = item->err;
	return item->rc;
}

void
writer_expect(struct writer *w, int more_or_less)
{
	pthread_mutex_lock(&w->lock);
	w->expected += more_or_less;
	must(w->expected >= 0);
	if (w->expected == 0 && w->is_waiting)
		pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

struct writer_counts
writer_counts(struct writer *w)
{
	struct writer_counts counts;

	pthread_mutex_lock(&w->lock);
	counts = w->counts;
	pthread_mutex_unlock(&w->lock);
	return counts;
}

void
writer_close(struct writer *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	db_close(w->db);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
