#include "store/writer_inside.h"

#include <limits.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/db_driver.h"

/*
 * The first half of a write: the thread that changes the database. A group stays open while
 * the one before it is on its way to the disk: its own sync could not begin earlier.
 */

/* After so long without work the database's pages in memory are let go of. */
#define REST_MS 7000

/* A commit costs about as much as so many items: fewer are not worth one of their own. */
#define GROUP_WORTH 16

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

/* Under the lock. Wait to be woken, by items when so many are queued; until may be NULL. */
static void
wait_awake(struct writer *w, enum wait_for waits_for, int wake_at, const struct timespec *until)
{
	w->waits_for = waits_for;
	w->wake_at = wake_at;
	w->is_waiting = true;
	if (until != NULL)
		(void)pthread_cond_timedwait(&w->wake, &w->lock, until);
	else
		pthread_cond_wait(&w->wake, &w->lock);
	w->is_waiting = false;
}

/*
 * How many items the group that is open should have: all that are on their way here. What a
 * group costs (head, tiles, one sync, waking three threads) is as much for 60 items as for 30.
 * Two waves of half the clients each would keep the writer at work while they are answered, and
 * cost a tenth more CPU time a read; whether on cores that stand idle or not is not known here.
 */
static int
enough(struct writer *w)
{
	int now = w->in_flight + atomic_load(&w->expected);
	int share;

	if (now > w->most_in_flight)
		w->most_in_flight = now;
	share = w->most_in_flight > GROUP_WORTH ? w->most_in_flight : GROUP_WORTH;
	return share < w->options.group_max ? share : w->options.group_max;
}

/* Under the lock. */
static struct write_item *
take_queued(struct writer *w)
{
	struct write_item *item = write_queue_take(&w->queue);

	w->queued -= item != NULL;
	return item;
}

/*
 * The next item of the group that is open, or NULL when the group is to end. Only waiting
 * counts against the linger: while items run or the disk is busy, others come anyhow. Nobody
 * wakes the writer for one item that cannot end its waiting: a switch of threads costs more
 * than most items do.
 */
static struct write_item *
take_more(struct writer *w, int n, int64_t *linger_us)
{
	struct write_item *item = NULL;
	int missing;

	pthread_mutex_lock(&w->lock);
	while ((missing = enough(w) - n) > 0 && w->queue.first == NULL && !w->closing) {
		if (w->has_given || w->is_settling) {
			wait_awake(w, WAIT_DISK, missing, NULL);
		} else if (*linger_us > 0 && atomic_load(&w->expected) > 0) {
			struct timespec until = after_us((int)*linger_us);
			int64_t before = monotonic_us();

			wait_awake(w, WAIT_EXPECTED, missing, &until);
			*linger_us -= monotonic_us() - before;
		} else {
			break;
		}
	}
	if (missing > 0)
		item = take_queued(w);
	pthread_mutex_unlock(&w->lock);
	return item;
}

/* The first item of a group, or NULL when the writer is to end. */
static struct write_item *
take_first(struct writer *w, bool *lost)
{
	int64_t since_ms = monotonic_ms();
	struct write_item *item;
	bool rested = false;

	pthread_mutex_lock(&w->lock);
	while (w->queue.first == NULL && !w->closing) {
		struct timespec until = after_us(REST_MS * 1000);

		wait_awake(w, WAIT_ITEMS, 1, rested ? NULL : &until);
		if (rested || w->queue.first != NULL || monotonic_ms() - since_ms < REST_MS)
			continue;
		pthread_mutex_unlock(&w->lock);
		db_rest(w->db);
		if (w->hooks.rest != NULL)
			w->hooks.rest(w->hooks.ctx);
		rested = true;
		pthread_mutex_lock(&w->lock);
	}
	item = take_queued(w);
	/* What was most is forgotten bit by bit, as clients go. */
	w->most_in_flight -= w->most_in_flight / 32;
	*lost = w->lost;
	pthread_mutex_unlock(&w->lock);
	return item;
}

static void
give(struct writer *w, const struct write_group *g)
{
	pthread_mutex_lock(&w->lock);
	while (w->has_given)
		wait_awake(w, WAIT_ROOM, INT_MAX, NULL);
	w->given = *g; /* never empty, so nothing in it points into itself */
	w->has_given = true;
	pthread_mutex_unlock(&w->lock);
	pthread_cond_signal(&w->given_on);
}

static bool
give_up(struct err *group_err)
{
	(void)fail(group_err, RC_UNAVAILABLE, "",
		   "the store gave up the group this was written in; nothing of it is there");
	return false;
}

/* Run one item in its savepoint. False: the whole transaction is lost. */
static bool
item_run(struct writer *w, struct write_item *item, struct err *group_err)
{
	if (item->run == NULL)
		return true;
	if (item->is_bare)
		return (item->rc = item->run(item, w->db, &item->err)) == RC_OK ||
		       give_up(group_err);
	if ((item->rc = db_savepoint(w->db, &item->err)) == RC_OK) {
		item->rc = item->run(item, w->db, &item->err);
		if (item->rc == RC_OK) {
			if ((item->rc = db_release(w->db, &item->err)) == RC_OK)
				return true;
			/* The item thought that all went well, and so does what it told the hooks:
			 * the log's tree has its leaves. Nothing of the group may stay. */
			return give_up(group_err);
		}
		if (db_in_transaction(w->db) && db_rollback_to(w->db, group_err) == RC_OK)
			return true;
	} else if (db_in_transaction(w->db)) {
		return true;
	}
	return give_up(group_err);
}

static enum rc
group_open(struct writer *w, bool lost, struct err *err)
{
	enum rc rc;

	if (lost)
		return fail(err, RC_UNAVAILABLE, "",
			    "nothing is written any more since the disk did not confirm a "
			    "write; look at the disk and start the node again");
	rc = db_begin(w->db, err);
	if (rc == RC_OK && w->hooks.begin != NULL)
		rc = w->hooks.begin(w->hooks.ctx, w->db, err);
	return rc;
}

/* One transaction of all that is there. */
static void
group_run(struct writer *w, struct write_item *first, bool lost, struct write_group *g)
{
	int64_t linger_us = w->options.linger_us;
	enum rc rc = group_open(w, lost, &g->err);
	/* When the store does not answer, all who wait hear so now, not one after the other. */
	bool begun = rc == RC_OK;
	int n = 0;

	if (!begun)
		linger_us = 0;
	for (struct write_item *item = first; item != NULL;) {
		write_queue_add(&g->items, item);
		item->rc = RC_OK;
		if (rc == RC_OK && !item_run(w, item, &g->err))
			rc = RC_UNAVAILABLE;
		if (begun && rc != RC_OK)
			break;
		item = take_more(w, ++n, &linger_us);
	}
	if (rc == RC_OK && w->hooks.end != NULL)
		rc = w->hooks.end(w->hooks.ctx, w->db, &g->err);
	if (rc == RC_OK)
		rc = db_commit(w->db, &g->err);
	if (rc != RC_OK)
		db_rollback(w->db);
	if (w->hooks.after != NULL)
		w->hooks.after(w->hooks.ctx, rc == RC_OK);
	g->rc = rc;
}

void *
writer_groups_main(void *arg)
{
	struct writer *w = arg;
	struct write_item *first;
	bool is_failing = false, lost;

	while ((first = take_first(w, &lost)) != NULL) {
		struct write_group g = {.rc = RC_OK};

		write_queue_init(&g.items);
		group_run(w, first, lost, &g);
		/* A full disk fails group after group: the operator hears of it once. */
		if (g.rc != RC_OK && !is_failing && !lost)
			log_error("writing fails: %s", g.err.text);
		else if (g.rc == RC_OK && is_failing)
			log_info("writing works again");
		is_failing = g.rc != RC_OK;
		give(w, &g);
	}
	pthread_mutex_lock(&w->lock);
	w->ended = true;
	pthread_cond_signal(&w->given_on);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}
