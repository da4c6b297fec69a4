#ifndef STORE_WRITER_INSIDE_H
#define STORE_WRITER_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/writer.h"

/* writer_inside: what the writer's three files share: the queue, the groups, the settler. */
struct write_queue {
	struct write_item *first, **end;
};

/* A group whose transaction has ended, on its way to the settler. */
struct write_group {
	struct write_queue items;
	enum rc rc; /* of the transaction */
	struct err err;
};

struct writer {
	struct db *db;
	struct write_group_hooks hooks;
	struct writer_options options;
	pthread_t groups, settler;

	pthread_mutex_t lock;	 /* guards what follows */
	pthread_cond_t wake;	 /* of the thread that runs groups, when is_waiting */
	pthread_cond_t given_on; /* of the settler */
	struct write_queue queue;
	int queued;
	struct write_group given; /* when has_given; room for one */
	bool has_given, is_settling;
	bool lost; /* a sync failed: nobody knows what the disk holds */
	bool closing, is_waiting, ended;
	/* What ends the wait, while is_waiting: so many queued items, closing, and nothing else; or
	 * that no more are expected; that given is taken; that the disk has been waited for. */
	int wake_at;
	enum wait_for { WAIT_ITEMS, WAIT_EXPECTED, WAIT_ROOM, WAIT_DISK } waits_for;
	atomic_int expected; /* any thread, without the lock */
	int in_flight;	     /* submitted and not yet finished */
	int most_in_flight;  /* with those expected, of late */
	struct writer_counts counts;
};

void write_queue_init(struct write_queue *q);
void write_queue_add(struct write_queue *q, struct write_item *item);
/* NULL: it is empty. */
struct write_item *write_queue_take(struct write_queue *q);
/* Give the item back to its submitter. */
void write_item_finish(struct write_item *item);

/* The two threads; arg is the writer. */
void *writer_groups_main(void *arg);
void *writer_settle_main(void *arg);

#endif
