#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"

struct db;

/*
 * writer: the one thread that changes the database, and one that waits for the disk. Items
 * queue up and form groups: one transaction, each item in its own SAVEPOINT, one sync, then
 * every item's done(), all in the order of submission. While a group is synced the next one
 * runs. An item that fails is rolled back alone; a commit that fails fails all items of its
 * group (nothing of them is there). A sync that fails ends all writing until the database is
 * opened again: what was in flight may or may not be there, and says so.
 */
struct writer;

struct write_item {
	/* On the writer thread inside the transaction; may be NULL. RC_OK keeps its changes. */
	enum rc (*run)(struct write_item *item, struct db *db, struct err *err);
	/* On the settler's thread, after the group is durable (or failed). The item is the
	 * submitter's again; done may free it. */
	void (*done)(struct write_item *item, enum rc rc, const struct err *err);
	/*
	 * It runs without a savepoint, so its failure fails its whole group: for what fails only
	 * when the store does, whoever asked, as the leaves of reads.
	 */
	bool is_bare;
	/* The writer's own. */
	struct write_item *next;
	struct write_waiter *waiter;
	enum rc rc;
	struct err err;
};

/* What the group itself needs in its transaction: the log's head first, its tree last. */
struct write_group_hooks {
	enum rc (*begin)(void *ctx, struct db *db, struct err *err);
	/* After the last item; failing it fails the group. */
	enum rc (*end)(void *ctx, struct db *db, struct err *err);
	/* After commit (committed) or rollback, on the writer thread; not yet durable. */
	void (*after)(void *ctx, bool committed);
	/* On the writer thread, once nothing came for some seconds: give memory back. */
	void (*rest)(void *ctx);
	void *ctx;
	/* On the settler's thread, once for each group in their order, before any done() of it ...
	 */
	void (*settled)(void *ctx, bool durable);
	/* ... and after all of them. */
	void (*told)(void *ctx);
};

struct writer_options {
	int group_max; /* items a commit at most; 0: 256 */
	int linger_us; /* a group waits this long in all for expected items; 0: it does not */
};

struct writer_counts {
	uint64_t groups, items, failed;
};

/* The db becomes the writer's; it closes it. */
MUST_USE enum rc writer_open(struct db *db, const struct write_group_hooks *hooks,
			     const struct writer_options *options, struct writer **out,
			     struct err *err);
/* Any thread. After writer_close started, done() is called with RC_UNAVAILABLE. */
void writer_submit(struct writer *w, struct write_item *item);
/* Submit and wait for done; item->done must be NULL. Never on the writer's own threads. */
MUST_USE enum rc writer_call(struct writer *w, struct write_item *item, struct err *err);
/*
 * How many more items are on their way (workers now busy); lets a group wait for them. Say +1
 * when a worker takes up a request, -1 after it submitted or turned out to have nothing.
 */
void writer_expect(struct writer *w, int more_or_less);
struct writer_counts writer_counts(struct writer *w);
/* A sync failed: nothing is written any more, and the process had better start anew. */
bool writer_is_lost(struct writer *w);
/* Runs what is queued, then ends. NULL does nothing. */
void writer_close(struct writer *w);

#endif
