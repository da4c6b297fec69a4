#include "base/test.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/vec.h"
#include "store/db_driver.h"
#include "store/test_dir.h"
#include "store/writer.h"

/* clang-format off */
static const struct sql add = { "add", { "INSERT INTO t (k) VALUES (?1)" }, 1 };
static const struct sql mark = { "mark", { "INSERT INTO h (k) VALUES (?1)" }, 1 };
static const struct sql count = { "count", { "SELECT count(*) FROM t" }, 0 };
static const struct sql count_pairs = { "count_pairs",
	{ "SELECT count(*) FROM t AS a JOIN t AS b ON b.k = a.k + 1000000 WHERE a.k < 1000000" }, 0 };
static const struct sql count_low = { "count_low", { "SELECT count(*) FROM t WHERE k < 1000000" }, 0 };
static const struct sql has = { "has", { "SELECT count(*) FROM t WHERE k = ?1" }, 1 };
/* clang-format on */

static const struct migration_step tables = {
    "test",
    1,
    {"CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY) STRICT;"
     "CREATE TABLE IF NOT EXISTS h (k INTEGER PRIMARY KEY) STRICT;"}};

static struct db *
db_new(struct test_dir *t, const char *options)
{
	struct db *db;
	struct err err = {0};

	if (db_open(str_fmt(t->a, "sqlite:%s/node.db", t->path), 5000, &db, &err) != RC_OK ||
	    db_script(db, &tables, &err) != RC_OK)
		fail_msg("%s", err.text);
	if (options == NULL)
		return db;
	db_close(db);
	if (db_open(str_fmt(t->a, "faulty:sqlite:%s/node.db?%s", t->path, options), 5000, &db,
		    &err) != RC_OK)
		fail_msg("%s", err.text);
	return db;
}

static int64_t
number_of(struct test_dir *t, const struct sql *sql)
{
	struct db *db = db_new(t, NULL);
	int64_t n = -1;

	assert_int_equal(db_select_i64(db, sql, NO_BINDS, &n, NULL), RC_OK);
	db_close(db);
	return n;
}

/* An item that writes a pair of rows, and then may fail as told. */
struct pair {
	struct write_item item;
	int64_t key;
	enum rc then;
	atomic_int done;
	enum rc said;
	int place;
};

static enum rc
pair_run(struct write_item *item, struct db *db, struct err *err)
{
	struct pair *p = (struct pair *)item;
	enum rc rc;

	if ((rc = db_run(db, &add, BINDS(B_I64(p->key)), NULL, err)) != RC_OK ||
	    (rc = db_run(db, &add, BINDS(B_I64(p->key + 1000000)), NULL, err)) != RC_OK)
		return rc;
	return p->then == RC_OK ? RC_OK : fail(err, p->then, "key", "told to");
}

static atomic_int places;

static void
pair_done(struct write_item *item, enum rc rc, const struct err *err)
{
	struct pair *p = (struct pair *)item;

	p->said = rc;
	p->place = atomic_fetch_add(&places, 1);
	if (rc != RC_OK)
		assert_true(err->text[0] != '\0');
	atomic_store(&p->done, 1);
}

static void
pairs_init(struct pair *pairs, int n)
{
	for (int i = 0; i < n; i++)
		pairs[i] =
		    (struct pair){.item = {.run = pair_run, .done = pair_done}, .key = i + 1};
}

static void
writer_new(struct db *db, const struct write_group_hooks *hooks, int group_max, int linger_us,
	   struct writer **w)
{
	struct writer_options options = {group_max, linger_us};

	assert_int_equal(writer_open(db, hooks, &options, w, NULL), RC_OK);
}

static int
set_up(void **state)
{
	*state = test_dir_new();
	atomic_store(&places, 0);
	return 0;
}

static int
tear_down(void **state)
{
	test_dir_free(*state);
	return 0;
}

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
		struct write_group_hooks hooks = {hook_begin, hook_end, hook_after, &h};
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

/* Fail call after call of the store while five items are written, one group each. */
static void
whichever_call_fails_each_item_hears_the_truth(void **state)
{
	(void)state;
	for (int at = 1; at < 30; at++) {
		struct test_dir *t = test_dir_new();
		struct pair pairs[5];
		struct writer *w;
		struct writer_counts counts;
		int64_t good = 0;

		pairs_init(pairs, 5);
		writer_new(db_new(t, str_z(t->a, str_fmt(t->a, "fail_at=%d", at))), NULL, 3, 0, &w);
		for (int i = 0; i < 5; i++)
			writer_submit(w, &pairs[i].item);
		while (atomic_load(&pairs[4].done) == 0)
			(void)poll(NULL, 0, 1);
		counts = writer_counts(w);
		writer_close(w);
		for (int i = 0; i < 5; i++) {
			assert_int_equal(atomic_load(&pairs[i].done), 1);
			assert_true(pairs[i].said == RC_OK || pairs[i].said == RC_UNAVAILABLE);
			good += pairs[i].said == RC_OK;
		}
		assert_int_equal(counts.items, 5);
		assert_int_equal(counts.failed, 5 - good);
		assert_int_equal(number_of(t, &count), 2 * good);
		assert_int_equal(number_of(t, &count_pairs), good);
		test_dir_free(t);
	}
}

static void
a_full_disk_fails_writes_and_the_node_goes_on(void **state)
{
	struct test_dir *t = *state;
	struct pair *pairs = heap_zeroed(400 * sizeof *pairs);
	struct writer *w;
	int64_t good = 0;

	pairs_init(pairs, 400);
	writer_new(db_new(t, "full_after=300000"), NULL, 4, 0, &w);
	for (int i = 0; i < 400; i++)
		writer_submit(w, &pairs[i].item);
	writer_close(w);
	for (int i = 0; i < 400; i++) {
		assert_true(pairs[i].said == RC_OK || pairs[i].said == RC_UNAVAILABLE);
		good += pairs[i].said == RC_OK;
	}
	assert_true(good > 0 && good < 400);
	assert_int_equal(number_of(t, &count_pairs), good);
	assert_int_equal(number_of(t, &count), 2 * good);
	free(pairs);
}

/*
 * Sync after sync fails, under eight items in groups of two. Who was told that it is there
 * finds it there after the next start; after the first failure nobody is told so any more.
 */
static void
after_a_sync_that_failed_nothing_is_said_to_be_written(void **state)
{
	int64_t refused = 0, lost = 0;

	(void)state;
	for (int at = 1; at < 12; at++) {
		struct test_dir *t = test_dir_new();
		struct writer_options options = {2, 0};
		bool is_lost = false;
		struct pair pairs[8];
		struct db *db;
		struct writer *w;
		int64_t n;

		pairs_init(pairs, 8);
		db_close(db_new(t, NULL));
		if (db_open(str_fmt(t->a, "faulty:sqlite:%s/node.db?fail_sync_at=%d", t->path, at),
			    5000, &db, NULL) != RC_OK ||
		    writer_open(db, NULL, &options, &w, NULL) != RC_OK) {
			test_dir_free(t);
			continue;
		}
		for (int i = 0; i < 8; i++) {
			writer_submit(w, &pairs[i].item);
			while (i % 2 == 1 && atomic_load(&pairs[i].done) == 0)
				(void)poll(NULL, 0, 1);
		}
		writer_close(w);
		db = db_new(t, NULL);
		for (int i = 0; i < 8; i++) {
			assert_int_equal(atomic_load(&pairs[i].done), 1);
			assert_true(pairs[i].said == RC_UNAVAILABLE ||
				    (pairs[i].said == RC_OK && !is_lost));
			/* One within the commit undoes it; that of the settler is the end. */
			is_lost |= strstr(pairs[i].item.err.text, "may or may not") != NULL;
			lost += is_lost;
			refused += pairs[i].said != RC_OK;
			assert_int_equal(
			    db_select_i64(db, &has, BINDS(B_I64(pairs[i].key)), &n, NULL), RC_OK);
			assert_true(n == 1 || pairs[i].said != RC_OK);
		}
		db_close(db);
		/* A new start writes again. */
		pairs_init(pairs, 1);
		pairs[0].key = 100;
		writer_new(db_new(t, NULL), NULL, 0, 0, &w);
		writer_submit(w, &pairs[0].item);
		writer_close(w);
		assert_int_equal(pairs[0].said, RC_OK);
		assert_int_equal(number_of(t, &count_low), number_of(t, &count_pairs));
		test_dir_free(t);
	}
	assert_true(lost > 10 && refused >= lost);
}

/* The disk takes a third of a second: the next group runs meanwhile, and nobody hears early. */
static void
the_writer_goes_on_while_the_disk_is_busy(void **state)
{
	struct test_dir *t = *state;
	struct pair pairs[2];
	struct writer *w;
	struct db *reader;
	int64_t n = 0, start;

	pairs_init(pairs, 2);
	writer_new(db_new(t, "sync_ms=300"), NULL, 0, 0, &w);
	assert_int_equal(
	    db_open_reader(str_fmt(t->a, "sqlite:%s/node.db", t->path), 5000, &reader, NULL),
	    RC_OK);
	start = monotonic_ms();
	writer_submit(w, &pairs[0].item);
	while (n == 0 && monotonic_ms() < start + 5000)
		assert_int_equal(db_select_i64(reader, &has, BINDS(B_I64(pairs[0].key)), &n, NULL),
				 RC_OK);
	/* It is there for readers, who acknowledge nothing themselves; but not yet durable. */
	assert_int_equal(n, 1);
	assert_int_equal(atomic_load(&pairs[0].done), 0);
	writer_submit(w, &pairs[1].item);
	while (atomic_load(&pairs[0].done) == 0)
		(void)poll(NULL, 0, 1);
	assert_true(monotonic_ms() - start >= 290);
	assert_int_equal(atomic_load(&pairs[1].done), 0);
	while (atomic_load(&pairs[1].done) == 0)
		(void)poll(NULL, 0, 1);
	assert_true(monotonic_ms() - start >= 590);
	assert_int_equal(writer_counts(w).groups, 2);
	db_close(reader);
	writer_close(w);
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

struct told {
	struct pair pair;
	int pipe;
};

static void
tell(struct write_item *item, enum rc rc, const struct err *err)
{
	struct told *told = (struct told *)item;
	int64_t key = told->pair.key;

	(void)err;
	if (rc == RC_OK && write(told->pipe, &key, sizeof key) != sizeof key)
		_exit(3);
	free(told);
}

/* A node that writes without end, and says over the pipe which keys it acknowledged. */
__attribute__((noreturn)) static void
child_main(struct test_dir *t, int64_t from, int pipe)
{
	struct db *db;
	struct writer *w;

	if (db_open(str_fmt(t->a, "sqlite:%s/node.db?checkpoint_pages=20", t->path), 5000, &db,
		    NULL) != RC_OK ||
	    writer_open(db, NULL, &(struct writer_options){16, 0}, &w, NULL) != RC_OK)
		_exit(2);
	for (int64_t key = from;; key++) {
		struct told *told = heap_zeroed(sizeof *told);

		*told = (struct told){.pair = {.item = {.run = pair_run, .done = tell}, .key = key},
				      .pipe = pipe};
		writer_submit(w, &told->pair.item);
		if (key % 40 == 0)
			(void)poll(NULL, 0, 1);
	}
}

static void
what_was_acknowledged_before_kill_9_is_there(void **state)
{
	enum { ROUNDS = 20, KEYS_A_ROUND = 40000 };
	struct test_dir *t = *state;
	int64_t acknowledged = 0;
	unsigned seed = 20261123;

	db_close(db_new(t, NULL));
	for (int round = 0; round < ROUNDS; round++) {
		int64_t keys[512], last = 0, n;
		ssize_t got;
		struct db *db;
		int ends[2], status;
		pid_t pid;

		assert_int_equal(pipe(ends), 0);
		pid = fork();
		if (pid == 0) {
			close(ends[0]);
			child_main(t, round * KEYS_A_ROUND + 1, ends[1]);
		}
		close(ends[1]);
		seed = seed * 1664525 + 1013904223;
		int64_t until = monotonic_ms() + 20 + (int64_t)(seed >> 8) % 80;
		VEC(int64_t) heard = {0};
		bool is_killed = false;
		while ((got = read(ends[0], keys, sizeof keys)) > 0) {
			for (ssize_t i = 0; i < got / (ssize_t)sizeof *keys; i++)
				*VEC_ADD(t->a, &heard) = keys[i];
			if (!is_killed && monotonic_ms() >= until) {
				kill(pid, SIGKILL);
				is_killed = true;
			}
		}
		close(ends[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		assert_true(heard.n > 0);
		db = db_new(t, NULL);
		for (size_t i = 0; i < heard.n; i++) {
			assert_int_equal(
			    db_select_i64(db, &has, BINDS(B_I64(heard.at[i])), &n, NULL), RC_OK);
			assert_int_equal(n, 1);
			assert_true(heard.at[i] > last);
			last = heard.at[i];
		}
		assert_true(last < (round + 1) * KEYS_A_ROUND);
		acknowledged += (int64_t)heard.n;
		db_close(db);
	}
	/* None half there, and nothing is lost later on. */
	assert_int_equal(number_of(t, &count_low), number_of(t, &count_pairs));
	assert_int_equal(number_of(t, &count), 2 * number_of(t, &count_low));
	assert_true(number_of(t, &count_low) >= acknowledged);
	print_message("%d kills, %lld acknowledged rows, all there\n", ROUNDS,
		      (long long)acknowledged);
}

int
main(void)
{
	/* clang-format off */
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(what_was_acknowledged_before_kill_9_is_there),
		T(an_item_that_fails_is_undone_alone),
		T(hooks_stand_around_each_group_and_can_fail_it),
		T(whichever_call_fails_each_item_hears_the_truth),
		T(a_full_disk_fails_writes_and_the_node_goes_on),
		T(after_a_sync_that_failed_nothing_is_said_to_be_written),
		T(the_writer_goes_on_while_the_disk_is_busy),
		T(many_threads_write_in_groups),
		T(a_group_waits_for_expected_items_but_not_for_ever),
		T(items_without_work_wait_for_their_group),
		T(after_closing_began_items_are_refused),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
