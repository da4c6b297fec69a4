#include "base/test.h"

#include <poll.h>
#include <pthread.h>

#include "base/clock.h"
#include "store/writer_pair.h"

static void
an_item_that_fails_is_undone_alone(void **state)
{
	struct test_dir *t = *state;
	struct pair pairs[100];
	struct writer *w;

	pairs_init(pairs, 100);
	pairs[40].then = RC_DENIED;
	pairs[50].key = 50; /* taken by the 49th */
	writer_new(db_new(t, NULL), NULL, 0, 0, &w);
	for (int i = 0; i < 100; i++)
		writer_submit(w, &pairs[i].item);
	writer_close(w);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(atomic_load(&pairs[i].done), 1);
		assert_int_equal(pairs[i].said, i == 40	  ? RC_DENIED
						: i == 50 ? RC_CONFLICT
							  : RC_OK);
		/* In the order of submission. */
		assert_int_equal(pairs[i].place, i);
	}
	assert_string_equal(pairs[40].item.err.key, "key");
	assert_int_equal(number_of(t, &count), 2 * 98);
	assert_int_equal(number_of(t, &count_pairs), 98);
}

static void
a_bare_item_that_fails_takes_its_group_with_it(void **state)
{
	struct test_dir *t = *state;
	struct pair pairs[20];
	struct writer *w;
	int64_t good = 0;

	pairs_init(pairs, 20);
	for (int i = 0; i < 20; i++)
		pairs[i].item.is_bare = i % 2 == 0;
	pairs[12].then = RC_DENIED;
	writer_new(db_new(t, NULL), NULL, 5, 0, &w);
	for (int i = 0; i < 20; i++)
		writer_submit(w, &pairs[i].item);
	writer_close(w);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(atomic_load(&pairs[i].done), 1);
		assert_int_equal(pairs[i].said == RC_DENIED, i == 12);
		good += pairs[i].said == RC_OK;
	}
	/* Whoever heard that it is written finds it, and nothing of the others is there. */
	assert_true(good >= 15 && good < 20);
	assert_int_equal(number_of(t, &count), 2 * good);
	assert_int_equal(number_of(t, &count_pairs), good);
}

struct hook_state {
	int64_t begun, ended, committed, rolled_back;
	enum rc begin_rc, end_rc;
};

static enum rc
hook_begin(void *ctx, struct db *db, struct err *err)
{
	struct hook_state *h = ctx;

	h->begun++;
	if (h->begin_rc != RC_OK)
		return fail(err, h->begin_rc, "", "begin told to");
	return db_run(db, &mark, BINDS(B_I64(h->begun)), NULL, err);
}

static enum rc
hook_end(void *ctx, struct db *db, struct err *err)
{
	struct hook_state *h = ctx;

	(void)db;
	h->ended++;
	return h->end_rc == RC_OK ? RC_OK : fail(err, h->end_rc, "", "end told to");
}

static void
hook_after(void *ctx, bool committed)
{
	struct hook_state *h = ctx;

	h->committed += committed;
	h->rolled_back += !committed;
}

static void
hooks_stand_around_each_group_and_can_fail_it(void **state)
{
	static const struct {
		enum rc begin, end, wanted;
	} cases[] = {
	    {RC_OK, RC_OK, RC_OK},
	    {RC_OK, RC_INTEGRITY, RC_INTEGRITY},
	    {RC_INTEGRITY, RC_OK, RC_INTEGRITY},
	};
	for (size_t c = 0; c < COUNT_OF(cases); c++) {
		struct test_dir *t = test_dir_new();
		struct hook_state h = {.begin_rc = cases[c].begin, .end_rc = cases[c].end};
		struct write_group_hooks hooks = {hook_begin, hook_end, hook_after, NULL, &h};
		struct pair pairs[10];
		struct writer *w;

		pairs_init(pairs, 10);
		pairs[3].then = RC_DENIED;
		writer_new(db_new(t, NULL), &hooks, 4, 0, &w);
		for (int i = 0; i < 10; i++)
			writer_submit(w, &pairs[i].item);
		writer_close(w);
		for (int i = 0; i < 10; i++)
			assert_int_equal(pairs[i].said, i == 3 && cases[c].begin == RC_OK
							    ? RC_DENIED
							    : cases[c].wanted);
		assert_true(h.begun >= 3);
		assert_int_equal(h.committed + h.rolled_back, h.begun);
		assert_int_equal(h.ended, cases[c].begin == RC_OK ? h.begun : 0);
		assert_int_equal(h.committed, cases[c].wanted == RC_OK ? h.begun : 0);
		assert_int_equal(number_of(t, &count), cases[c].wanted == RC_OK ? 18 : 0);
		test_dir_free(t);
	}
	(void)state;
}

struct client {
	pthread_t thread;
	struct writer *w;
	int64_t from, n;
	bool expects;
	int refused;
};

/* The state of the world after writer_call returned RC_OK: the row is there for a reader. */
static void *
client_main(void *arg)
{
	struct client *c = arg;

	for (int64_t i = 0; i < c->n; i++) {
		struct pair p = {.item = {.run = pair_run}, .key = c->from + i};

		if (c->expects)
			writer_expect(c->w, 1);
		if (i % 10 == 9)
			p.then = RC_CONFLICT;
		if (c->expects)
			writer_expect(c->w, -1);
		if (writer_call(c->w, &p.item, NULL) != (i % 10 == 9 ? RC_CONFLICT : RC_OK))
			c->refused++;
	}
	return NULL;
}

static void
many_threads_write_in_groups(void **state)
{
	enum { CLIENTS = 16, EACH = 50 };
	struct test_dir *t = *state;
	struct client clients[CLIENTS];
	struct writer_counts counts;
	struct writer *w;

	writer_new(db_new(t, "sync_ms=2"), NULL, 0, 500, &w);
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] =
		    (struct client){.w = w, .from = i * 1000 + 1, .n = EACH, .expects = i % 2 == 0};
		assert_int_equal(pthread_create(&clients[i].thread, NULL, client_main, &clients[i]),
				 0);
	}
	for (int i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i].thread, NULL);
		assert_int_equal(clients[i].refused, 0);
	}
	counts = writer_counts(w);
	writer_close(w);
	assert_int_equal(counts.items, CLIENTS * EACH);
	assert_int_equal(counts.failed, CLIENTS * EACH / 10);
	assert_true(counts.groups <= counts.items / 4);
	assert_int_equal(number_of(t, &count_pairs), CLIENTS * EACH / 10 * 9);
	assert_int_equal(number_of(t, &count_low), CLIENTS * EACH / 10 * 9);
}

static void
a_group_waits_for_expected_items_but_not_for_ever(void **state)
{
	struct test_dir *t = *state;
	struct pair pairs[2];
	struct writer *w;
	int64_t start;

	pairs_init(pairs, 2);
	writer_new(db_new(t, NULL), NULL, 0, 400000, &w);
	/* One is on its way and comes after 50 ms: both are in one group. */
	writer_expect(w, 1);
	writer_submit(w, &pairs[0].item);
	(void)poll(NULL, 0, 50);
	assert_int_equal(atomic_load(&pairs[0].done), 0);
	writer_submit(w, &pairs[1].item);
	writer_expect(w, -1);
	while (atomic_load(&pairs[1].done) == 0)
		(void)poll(NULL, 0, 1);
	assert_int_equal(writer_counts(w).groups, 1);
	/* One is on its way and never comes: the limit ends the wait. */
	pairs_init(pairs, 2);
	pairs[0].key = 10;
	writer_expect(w, 1);
	start = monotonic_ms();
	writer_submit(w, &pairs[0].item);
	while (atomic_load(&pairs[0].done) == 0)
		(void)poll(NULL, 0, 1);
	assert_true(monotonic_ms() - start >= 350);
	/* Nobody is on the way: no wait. */
	writer_expect(w, -1);
	pairs[1].key = 11;
	start = monotonic_ms();
	writer_submit(w, &pairs[1].item);
	while (atomic_load(&pairs[1].done) == 0)
		(void)poll(NULL, 0, 1);
	assert_true(monotonic_ms() - start < 300);
	writer_close(w);
}

static void
items_without_work_wait_for_their_group(void **state)
{
	struct test_dir *t = *state;
	struct write_item nothing = {.run = NULL};
	struct writer *w;

	writer_new(db_new(t, NULL), NULL, 0, 0, &w);
	assert_int_equal(writer_call(w, &nothing, NULL), RC_OK);
	assert_int_equal(writer_counts(w).items, 1);
	writer_close(w);
	writer_close(NULL);
}

static struct writer *closing_writer;

/* While the writer closes, somebody still submits: from done, on its own thread. */
static struct pair late;

static void
submit_late(struct write_item *item, enum rc rc, const struct err *err)
{
	(void)poll(NULL, 0, 100); /* writer_close has begun by now */
	writer_submit(closing_writer, &late.item);
	pair_done(item, rc, err);
}

static void
after_closing_began_items_are_refused(void **state)
{
	struct test_dir *t = *state;
	struct pair first;

	pairs_init(&first, 1);
	pairs_init(&late, 1);
	late.key = 2;
	first.item.done = submit_late;
	writer_new(db_new(t, NULL), NULL, 0, 0, &closing_writer);
	writer_submit(closing_writer, &first.item);
	writer_close(closing_writer);
	assert_int_equal(first.said, RC_OK);
	assert_int_equal(atomic_load(&late.done), 1);
	assert_int_equal(late.said, RC_UNAVAILABLE);
	assert_int_equal(number_of(t, &count), 2);
}

int
main(void)
{
	/* clang-format off */
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(an_item_that_fails_is_undone_alone),
		T(a_bare_item_that_fails_takes_its_group_with_it),
		T(hooks_stand_around_each_group_and_can_fail_it),
		T(many_threads_write_in_groups),
		T(a_group_waits_for_expected_items_but_not_for_ever),
		T(items_without_work_wait_for_their_group),
		T(after_closing_began_items_are_refused),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
