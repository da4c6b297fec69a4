#include "store/writer_inside.h"

#include "base/log.h"
#include "store/db.h"

/*
 * The second half of a write: one sync makes a group durable while the next one already runs,
 * and then its items hear of it. So the writer never stands still for the disk, and done() is
 * work that it does not do.
 *
 * A sync that fails ends the writing until the node is started again: fsync(2) may have
 * dropped the pages it could not write, and what stands on them is already visible to readers
 * here. Reads are acknowledged by a group of their own, so they end with it.
 */

static enum rc
settle(struct writer *w, bool lost, struct err *err)
{
	if (!lost && db_settle(w->db, err) == RC_OK)
		return RC_OK;
	if (!lost)
		log_error("the disk did not confirm what was written: nothing is written any "
			  "more. Look at the disk, then start the node again.");
	return fail(err, RC_UNAVAILABLE, "",
		    "the disk did not confirm what was written, so it may or may not be there; "
		    "start the node again and look before you repeat it");
}

static void
group_finish(struct writer *w, struct write_group *g)
{
	unsigned items = 0, failed = 0;

	for (struct write_item *item = g->items.first; item != NULL; item = item->next) {
		/* An item's own failure says more than the group's. */
		if (g->rc != RC_OK && item->rc == RC_OK) {
			item->rc = g->rc;
			item->err = g->err;
		}
		items++;
		failed += item->rc != RC_OK;
	}
	/* Counted before anybody hears of it, so that a client sees its own write in them. */
	pthread_mutex_lock(&w->lock);
	w->counts.groups++;
	w->counts.items += items;
	w->counts.failed += failed;
	w->in_flight -= (int)items;
	pthread_mutex_unlock(&w->lock);
	for (struct write_item *item; (item = write_queue_take(&g->items)) != NULL;)
		write_item_finish(item);
}

/* The next group, or false when there will be none. */
static bool
take_group(struct writer *w, struct write_group *g)
{
	bool is, wake = false;

	pthread_mutex_lock(&w->lock);
	while (!w->has_given && !w->ended)
		pthread_cond_wait(&w->given_on, &w->lock);
	if ((is = w->has_given)) {
		*g = w->given;
		w->has_given = false;
		w->is_settling = true;
		wake = w->is_waiting && w->waits_for == WAIT_ROOM;
	}
	pthread_mutex_unlock(&w->lock);
	/* Whoever is woken under a lock waits for that next. */
	if (wake)
		pthread_cond_signal(&w->wake);
	return is;
}

/* The group that is open need not wait any longer. */
static void
note_settled(struct writer *w, bool lost)
{
	bool wake;

	pthread_mutex_lock(&w->lock);
	w->is_settling = false;
	w->lost = lost;
	wake = w->is_waiting && w->waits_for == WAIT_DISK;
	pthread_mutex_unlock(&w->lock);
	if (wake)
		pthread_cond_signal(&w->wake);
}

void *
writer_settle_main(void *arg)
{
	struct writer *w = arg;
	struct write_group g;
	bool lost = false;

	while (take_group(w, &g)) {
		if (g.rc == RC_OK) {
			g.rc = settle(w, lost, &g.err);
			lost = g.rc != RC_OK;
		}
		note_settled(w, lost);
		if (w->hooks.settled != NULL)
			w->hooks.settled(w->hooks.ctx, g.rc == RC_OK);
		group_finish(w, &g);
		if (w->hooks.told != NULL)
			w->hooks.told(w->hooks.ctx);
	}
	return NULL;
}
