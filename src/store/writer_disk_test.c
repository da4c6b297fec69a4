#include "base/test.h"

#include <poll.h>
#include <signal.h>

#include "base/clock.h"
#include "base/vec.h"
#include "store/writer_pair.h"

/* The writer over a store that fails, a disk that is slow, full or lies, and kill -9. */
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

	if (test_on_postgres())
		skip(); /* the disk is the server's */
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
		if (db_open(db_url(t, str_z(t->a, str_fmt(t->a, "fail_sync_at=%d", at))), 5000, &db,
			    NULL) != RC_OK ||
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
	assert_int_equal(db_open_reader(db_url(t, NULL), 5000, &reader, NULL), RC_OK);
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
	struct str url = db_url(t, NULL);
	struct db *db;
	struct writer *w;

	if (!test_on_postgres())
		url = str_fmt(t->a, "%.*s?checkpoint_pages=20", STR_ARG(url));
	if (db_open(url, 5000, &db, NULL) != RC_OK ||
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
		T(whichever_call_fails_each_item_hears_the_truth),
		T(a_full_disk_fails_writes_and_the_node_goes_on),
		T(after_a_sync_that_failed_nothing_is_said_to_be_written),
		T(the_writer_goes_on_while_the_disk_is_busy),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
