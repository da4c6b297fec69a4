#include "base/test.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

#include "base/arena.h"
#include "serve/lane.h"
#include "store/db.h"
#include "store/test_dir.h"

/* Items hold until they are let go, so that a lane can be filled. */
struct busy {
	pthread_mutex_t lock;
	sem_t go, done;
	int running, most, ended, refused;
	atomic_bool closed;
};

static void
hold(void *ctx, struct db *db, const struct err *why, void *item)
{
	struct busy *b = ctx;

	(void)why;
	(void)item;
	must(pthread_mutex_lock(&b->lock) == 0);
	b->refused += db == NULL;
	b->running++;
	if (b->running > b->most && db != NULL)
		b->most = b->running;
	must(pthread_mutex_unlock(&b->lock) == 0);
	if (db != NULL)
		must(sem_wait(&b->go) == 0);
	must(pthread_mutex_lock(&b->lock) == 0);
	b->running--;
	b->ended++;
	must(pthread_mutex_unlock(&b->lock) == 0);
}

static void
say_done(void *ctx, void *item)
{
	struct busy *b = ctx;

	(void)item;
	must(sem_post(&b->done) == 0);
}

static struct lane *
open_lane(struct test_dir *dir, struct busy *b)
{
	struct str url = str_fmt(dir->a, "sqlite:%s", test_dir_path(dir, "a.db"));
	const struct lane_options o = {
	    .threads = 2, .queue_max = 2, .owner_max = 2, .store_url = url};
	struct lane *l;
	struct err err;
	struct db *db;

	must(db_open(url, 5000, &db, &err) == RC_OK);
	db_close(db);
	memset(b, 0, sizeof *b);
	must(pthread_mutex_init(&b->lock, NULL) == 0);
	must(sem_init(&b->go, 0, 0) == 0 && sem_init(&b->done, 0, 0) == 0);
	must(lane_open(&o, hold, say_done, b, &l, &err) == RC_OK);
	return l;
}

static void
a_lane_runs_few_at_once_and_refuses_what_is_too_much(void **state)
{
	struct test_dir *dir = test_dir_new();
	struct busy b;
	struct lane *l = open_lane(dir, &b);
	struct err err;

	(void)state;
	assert_int_equal(lane_put(l, &b, STR("ana"), &err), RC_OK);
	assert_int_equal(lane_put(l, &b, STR("ana"), &err), RC_OK);
	/* Ana has enough; others have room. */
	assert_int_equal(lane_put(l, &b, STR("ana"), &err), RC_BUSY);
	assert_int_equal(lane_put(l, &b, STR("ben"), &err), RC_OK);
	assert_int_equal(lane_put(l, &b, STR("cyd"), &err), RC_OK);
	assert_int_equal(lane_put(l, &b, STR("dan"), &err), RC_UNAVAILABLE);
	for (int i = 0; i < 4; i++)
		must(sem_post(&b.go) == 0);
	for (int i = 0; i < 4; i++)
		must(sem_wait(&b.done) == 0);
	/* Whoever has the answer may come again at once. */
	assert_int_equal(lane_put(l, &b, STR("ana"), &err), RC_OK);
	must(sem_post(&b.go) == 0);
	must(sem_wait(&b.done) == 0);
	lane_close(l);
	assert_int_equal(b.ended, 5);
	assert_int_equal(b.refused, 0);
	assert_in_range(b.most, 1, 2);
	test_dir_free(dir);
}

static void *
let_go(void *arg)
{
	struct busy *b = arg;

	must(sem_post(&b->go) == 0);
	must(sem_post(&b->go) == 0);
	/* Where the lane began the next two before it heard of its closing, those too. */
	while (!atomic_load(&b->closed)) {
		(void)poll(NULL, 0, 20);
		must(sem_post(&b->go) == 0);
	}
	return NULL;
}

static void
what_waits_when_a_lane_closes_is_given_back(void **state)
{
	struct test_dir *dir = test_dir_new();
	struct busy b;
	struct lane *l = open_lane(dir, &b);
	struct err err;
	pthread_t thread;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(lane_put(l, &b, i < 2 ? STR("ana") : STR("ben"), &err), RC_OK);
	must(pthread_create(&thread, NULL, let_go, &b) == 0);
	lane_close(l);
	atomic_store(&b.closed, true);
	must(pthread_join(thread, NULL) == 0);
	assert_int_equal(b.ended, 4);
	assert_in_range(b.most, 0, 2);
	test_dir_free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_lane_runs_few_at_once_and_refuses_what_is_too_much),
	    cmocka_unit_test(what_waits_when_a_lane_closes_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
