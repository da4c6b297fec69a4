#include "serve/lane.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/arena.h"
#include "seal/hash.h"
#include "store/db.h"

/* A place is taken from lane_put until the work has returned. */
struct lane_place {
	enum { PLACE_FREE, PLACE_WAITS, PLACE_RUNS } state;
	uint64_t number; /* in order of coming */
	struct hash owner;
	void *item;
};

struct lane_thread {
	struct lane *lane;
	struct db *db;
	pthread_t thread;
};

struct lane {
	pthread_mutex_t lock;
	pthread_cond_t come;
	struct lane_place *places;
	unsigned place_count, owner_max;
	uint64_t next_number;
	bool closing;
	struct str store_url;
	lane_work *work;
	lane_answer *answer;
	void *ctx;
	struct lane_thread *threads;
	unsigned thread_count;
};

static struct lane_place *
first_waiting(struct lane *l)
{
	struct lane_place *first = NULL;

	for (unsigned i = 0; i < l->place_count; i++)
		if (l->places[i].state == PLACE_WAITS &&
		    (first == NULL || l->places[i].number < first->number))
			first = &l->places[i];
	return first;
}

static void *
run(void *arg)
{
	struct lane_thread *t = arg;
	struct lane *l = t->lane;
	struct err err;

	must(pthread_mutex_lock(&l->lock) == 0);
	for (;;) {
		struct lane_place *place;
		void *item;

		while (!l->closing && first_waiting(l) == NULL)
			must(pthread_cond_wait(&l->come, &l->lock) == 0);
		if (l->closing)
			break;
		place = first_waiting(l);
		place->state = PLACE_RUNS;
		item = place->item;
		must(pthread_mutex_unlock(&l->lock) == 0);
		if (t->db == NULL && db_open_reader(l->store_url, 5000, &t->db, &err) != RC_OK)
			t->db = NULL;
		l->work(l->ctx, t->db, &err, item);
		must(pthread_mutex_lock(&l->lock) == 0);
		place->state = PLACE_FREE;
		must(pthread_mutex_unlock(&l->lock) == 0);
		l->answer(l->ctx, item);
		must(pthread_mutex_lock(&l->lock) == 0);
	}
	must(pthread_mutex_unlock(&l->lock) == 0);
	return NULL;
}

/* Signals are for the main thread. */
static int
start(struct lane_thread *t)
{
	sigset_t all, before;
	int failed;

	(void)sigfillset(&all);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	failed = pthread_create(&t->thread, NULL, run, t);
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	return failed;
}

enum rc
lane_open(const struct lane_options *o, lane_work *work, lane_answer *answer, void *ctx,
	  struct lane **out, struct err *err)
{
	struct lane *l = heap_zeroed(sizeof *l);

	must(pthread_mutex_init(&l->lock, NULL) == 0);
	must(pthread_cond_init(&l->come, NULL) == 0);
	l->owner_max = o->owner_max;
	l->store_url = o->store_url;
	l->place_count = o->threads + o->queue_max;
	l->places = heap_zeroed(l->place_count * sizeof(struct lane_place));
	l->work = work;
	l->answer = answer;
	l->ctx = ctx;
	l->threads = heap_zeroed(o->threads * sizeof(struct lane_thread));
	for (; l->thread_count < o->threads; l->thread_count++) {
		struct lane_thread *t = &l->threads[l->thread_count];

		t->lane = l;
		if (start(t) != 0) {
			lane_close(l);
			return fail(err, RC_FAILED, "", "cannot start a thread");
		}
	}
	*out = l;
	return RC_OK;
}

enum rc
lane_put(struct lane *l, void *item, struct str owner, struct err *err)
{
	unsigned same = 0;
	struct lane_place *free_one = NULL;
	struct hash hash;
	enum rc rc = RC_OK;

	sha256(owner, &hash);
	must(pthread_mutex_lock(&l->lock) == 0);
	for (unsigned i = 0; i < l->place_count; i++) {
		struct lane_place *p = &l->places[i];

		if (p->state == PLACE_FREE) {
			free_one = p;
			continue;
		}
		same += hash_eq(&p->owner, &hash);
	}
	if (same >= l->owner_max)
		rc = fail(err, RC_BUSY, "",
			  "what you asked for before is still at work; wait for its answer");
	else if (free_one == NULL || l->closing)
		rc = fail(err, RC_UNAVAILABLE, "",
			  "too many such requests are waiting; try again in a moment");
	else
		*free_one = (struct lane_place){
		    .state = PLACE_WAITS, .number = l->next_number++, .owner = hash, .item = item};
	must(pthread_mutex_unlock(&l->lock) == 0);
	if (rc == RC_OK)
		must(pthread_cond_signal(&l->come) == 0);
	return rc;
}

void
lane_close(struct lane *l)
{
	struct err closing;

	if (l == NULL)
		return;
	(void)fail(&closing, RC_UNAVAILABLE, "", "the node is closing");
	must(pthread_mutex_lock(&l->lock) == 0);
	l->closing = true;
	must(pthread_mutex_unlock(&l->lock) == 0);
	must(pthread_cond_broadcast(&l->come) == 0);
	for (unsigned i = 0; i < l->thread_count; i++) {
		must(pthread_join(l->threads[i].thread, NULL) == 0);
		db_close(l->threads[i].db);
	}
	for (unsigned i = 0; i < l->place_count; i++)
		if (l->places[i].state == PLACE_WAITS) {
			l->work(l->ctx, NULL, &closing, l->places[i].item);
			l->answer(l->ctx, l->places[i].item);
		}
	(void)pthread_cond_destroy(&l->come);
	(void)pthread_mutex_destroy(&l->lock);
	free(l->places);
	free(l->threads);
	free(l);
}
