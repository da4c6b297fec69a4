#include "store/writer_inside.h"

#include <signal.h>
#include <stdlib.h>

#include "base/arena.h"
#include "store/db.h"

enum { GROUP_MAX = 256 };

/* A thread in writer_call; lies on its stack. */
struct write_waiter {
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool done;
};

void
write_queue_init(struct write_queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

void
write_queue_add(struct write_queue *q, struct write_item *item)
{
	item->next = NULL;
	*q->end = item;
	q->end = &item->next;
}

struct write_item *
write_queue_take(struct write_queue *q)
{
	struct write_item *item = q->first;

	if (item != NULL && (q->first = item->next) == NULL)
		q->end = &q->first;
	return item;
}

/* After this the item is the submitter's again and may be gone. */
void
write_item_finish(struct write_item *item)
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

/* A thread that signals do not reach: they go to those who expect them. */
static bool
start(pthread_t *thread, const char *name, void *(*fn)(void *), struct writer *w)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(thread, NULL, fn, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code == 0)
		(void)pthread_setname_np(*thread, name);
	return code == 0;
}

static void
end_groups(struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->groups, NULL);
}

static void
writer_free(struct writer *w)
{
	db_close(w->db);
	pthread_cond_destroy(&w->wake);
	pthread_cond_destroy(&w->given_on);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

enum rc
writer_open(struct db *db, const struct write_group_hooks *hooks,
	    const struct writer_options *options, struct writer **out, struct err *err)
{
	struct writer *w = heap_zeroed(sizeof *w);
	pthread_condattr_t attr;
	enum rc rc;

	*out = NULL;
	w->db = db;
	if (hooks != NULL)
		w->hooks = *hooks;
	if (options != NULL)
		w->options = *options;
	if (w->options.group_max <= 0)
		w->options.group_max = GROUP_MAX;
	write_queue_init(&w->queue);
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	pthread_cond_init(&w->given_on, NULL);
	rc = db_commit_later(db, err);
	if (rc == RC_OK && !start(&w->groups, "writer", writer_groups_main, w))
		rc = fail(err, RC_FAILED, "", "the writer's thread did not start");
	if (rc == RC_OK && !start(&w->settler, "settler", writer_settle_main, w)) {
		end_groups(w);
		rc = fail(err, RC_FAILED, "", "the settler's thread did not start");
	}
	if (rc != RC_OK) {
		writer_free(w);
		return rc;
	}
	*out = w;
	return RC_OK;
}

void
writer_submit(struct writer *w, struct write_item *item)
{
	bool closing, wake;

	item->next = NULL;
	item->rc = RC_OK;
	item->err.rc = RC_OK;
	item->err.key[0] = item->err.file[0] = item->err.text[0] = '\0';
	pthread_mutex_lock(&w->lock);
	closing = w->closing;
	if (!closing) {
		write_queue_add(&w->queue, item);
		w->queued++;
		w->in_flight++;
	}
	wake = w->is_waiting && !closing && w->queued >= w->wake_at;
	pthread_mutex_unlock(&w->lock);
	if (wake)
		pthread_cond_signal(&w->wake);
	if (closing) {
		item->rc = fail(&item->err, RC_UNAVAILABLE, "", "the node is stopping");
		write_item_finish(item);
	}
}

enum rc
writer_call(struct writer *w, struct write_item *item, struct err *err)
{
	struct write_waiter waiter = {.done = false};

	must(item->done == NULL);
	must(!pthread_equal(pthread_self(), w->groups));
	must(!pthread_equal(pthread_self(), w->settler));
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
	int now = atomic_fetch_add(&w->expected, more_or_less) + more_or_less;
	bool wake;

	must(now >= 0);
	if (now > 0 || more_or_less > 0)
		return;
	/* Whoever is about to wait holds the lock, and looked before or looks after this. */
	pthread_mutex_lock(&w->lock);
	wake = w->is_waiting && w->waits_for == WAIT_EXPECTED;
	pthread_mutex_unlock(&w->lock);
	if (wake)
		pthread_cond_signal(&w->wake);
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

bool
writer_is_lost(struct writer *w)
{
	bool lost;

	pthread_mutex_lock(&w->lock);
	lost = w->lost;
	pthread_mutex_unlock(&w->lock);
	return lost;
}

void
writer_close(struct writer *w)
{
	if (w == NULL)
		return;
	end_groups(w);
	pthread_join(w->settler, NULL);
	writer_free(w);
}
