#include "base/test.h"

#include <signal.h>

#include "store/db_driver.h"
#include "store/migrate.h"
#include "store/test_database.h"
#include "store/test_dir.h"

/* What only a server has: its own checks, and connections that end. */
/* clang-format off */
static const struct migration_step steps[] = {
	{ "p", 1, { "", "CREATE TABLE p (k TEXT PRIMARY KEY, n BIGINT NOT NULL); CREATE INDEX p_n ON p (n);"
			"CREATE TABLE q (b BLOB);" } },
};
static const struct sql count = { "count", { "", "SELECT COUNT(*) FROM p" }, 0, false };
static const struct sql others = { "others",
	{ "", "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = "
	      "current_database() AND pid <> pg_backend_pid()" }, 0, false };
static const struct sql pids = { "pids",
	{ "", "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
	      "pg_backend_pid() AND backend_type = 'client backend'" }, 0, false };
/* clang-format on */
static const struct migration_set set[] = {MIGRATION_SET(steps)};

struct found {
	int n;
	char last[300];
};

static void
on_found(void *ctx, struct str what)
{
	struct found *f = ctx;

	f->n++;
	(void)snprintf(f->last, sizeof f->last, "%.*s", STR_ARG(what));
}

static struct db *
db_new(struct test_dir *t)
{
	struct db *db;

	t->url = test_postgres_new(t->a);
	assert_int_equal(db_open(t->url, 1000, &db, NULL), RC_OK);
	assert_int_equal(migrate(db, set, 1, 1, NULL), RC_OK);
	return db;
}

static void
by_hand(struct db *db, const char *text)
{
	struct migration_step hand = {"x", 1, {"", text}};
	struct err err = {.text = ""};

	if (db_script(db, &hand, &err) != RC_OK)
		fail_msg("%s", err.text);
}

static void
what_no_step_made_is_named(void **state)
{
	static const struct {
		const char *hand, *wanted;
		int n;
	} rows[] = {
	    {"DROP INDEX p_n", "table p: index p_n btree (n) is missing", 1},
	    {"CREATE INDEX more ON p (k)", "table p: index more btree (k) is not of this", 1},
	    {"ALTER TABLE q ADD COLUMN x BIGINT", "table q: column x bigint is not of this", 1},
	    {"ALTER TABLE p ALTER COLUMN n DROP NOT NULL", "column n bigint", 2},
	    {"DROP TABLE q", "table q: column b blob is missing", 1},
	    {"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
	     "CREATE TRIGGER eats BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION f()",
	     "table p: trigger eats is not of this program", 1},
	    {"CREATE RULE loses AS ON DELETE TO p DO INSTEAD NOTHING", "rule loses", 1},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct db *db = db_new(*state);
		struct found f = {.n = 0};

		assert_int_equal(migrate_check_tables(db, set, 1, on_found, &f, NULL), RC_OK);
		if (f.n > 0)
			fail_msg("%s", f.last);
		by_hand(db, rows[i].hand);
		assert_int_equal(migrate_check_tables(db, set, 1, on_found, &f, NULL), RC_OK);
		if (f.n != rows[i].n || strstr(f.last, rows[i].wanted) == NULL)
			fail_msg("%zu: %d %s", i, f.n, f.last);
		/* What was made for the comparison is gone. */
		by_hand(db, "CREATE SCHEMA liaison_check; DROP SCHEMA liaison_check");
		db_close(db);
	}
}

static void
an_index_without_a_row_of_its_table_is_named(void **state)
{
	struct db *db = db_new(*state);
	struct found f = {.n = 0};

	by_hand(db, "CREATE EXTENSION amcheck; INSERT INTO p VALUES ('a', 1)");
	assert_int_equal(db_check_file(db, on_found, &f, NULL), RC_OK);
	assert_int_equal(f.n, 0);
	by_hand(db, "UPDATE pg_index SET indisready = false WHERE indexrelid = 'p_n'::regclass");
	by_hand(db, "INSERT INTO p VALUES ('b', 2)");
	by_hand(db, "UPDATE pg_index SET indisready = true WHERE indexrelid = 'p_n'::regclass");
	assert_int_equal(db_check_file(db, on_found, &f, NULL), RC_OK);
	assert_int_equal(f.n, 1);
	assert_non_null(strstr(f.last, "index p_n"));
	db_close(db);
}

static void
a_connection_that_ended_is_made_anew_for_the_next_transaction(void **state)
{
	struct test_dir *t = *state;
	struct db *db = db_new(t), *reader, *killer;
	int64_t n = -1;
	struct err err;

	assert_int_equal(db_open_reader(t->url, 1000, &reader, NULL), RC_OK);
	assert_int_equal(db_select_i64(reader, &count, NO_BINDS, &n, NULL), RC_OK);
	assert_int_equal(db_begin(db, NULL), RC_OK);
	assert_int_equal(db_select_i64(db, &count, NO_BINDS, &n, NULL), RC_OK);
	assert_int_equal(db_open(t->url, 1000, &killer, NULL), RC_OK);
	assert_int_equal(db_select_i64(killer, &others, NO_BINDS, &n, NULL), RC_OK);
	assert_int_equal(n, 2);
	db_close(killer);
	/* What was open is lost, and says so. */
	assert_int_equal(db_select_i64(db, &count, NO_BINDS, &n, &err), RC_UNAVAILABLE);
	assert_int_equal(db_commit(db, NULL), RC_UNAVAILABLE);
	db_rollback(db);
	assert_false(db_in_transaction(db));
	assert_int_equal(db_select_i64(reader, &count, NO_BINDS, &n, NULL), RC_UNAVAILABLE);
	/* The next ones go well, with the same settings as before. */
	assert_int_equal(db_begin(db, NULL), RC_OK);
	assert_int_equal(db_select_i64(db, &count, NO_BINDS, &n, NULL), RC_OK);
	assert_int_equal(db_commit(db, NULL), RC_OK);
	assert_int_equal(db_begin_read(reader, NULL), RC_OK);
	assert_int_equal(db_select_i64(reader, &count, NO_BINDS, &n, NULL), RC_OK);
	db_rollback(reader);
	db_close(reader);
	db_close(db);
}

/* Their processes stand still, as on a machine that hangs; or go on. */
static int
signal_others(struct test_dir *t, int sig)
{
	struct db *db;
	struct rows *rows;
	int n = 0;

	assert_int_equal(db_open_reader(t->url, 1000, &db, NULL), RC_OK);
	assert_int_equal(db_select(db, &pids, NO_BINDS, &rows, NULL), RC_OK);
	while (rows_next(rows, NULL) == RC_OK) {
		n++;
		assert_int_equal(kill((pid_t)rows_i64(rows, 0), sig), 0);
	}
	rows_close(rows);
	db_close(db);
	return n;
}

static void
a_server_that_does_not_answer_is_not_waited_for_for_ever(void **state)
{
	struct test_dir *t = *state;
	struct db *db, *writer, *reader;
	struct err err;
	int64_t n;

	db_close(db_new(t));
	assert_int_equal(db_open(t->url, 300, &db, NULL), RC_OK);
	assert_int_equal(db_open(t->url, 300, &writer, NULL), RC_OK);
	assert_int_equal(db_open_reader(t->url, 300, &reader, NULL), RC_OK);
	assert_int_equal(db_commit_later(writer, NULL), RC_OK);
	assert_int_equal(db_begin(writer, NULL), RC_OK);
	assert_int_equal(db_commit(writer, NULL), RC_OK);
	assert_int_equal(db_begin(db, NULL), RC_OK);
	/* db, reader, the writer and its settler */
	assert_int_equal(signal_others(t, SIGSTOP), 4);
	assert_int_equal(db_select_i64(reader, &count, NO_BINDS, &n, &err), RC_UNAVAILABLE);
	assert_non_null(strstr(err.text, "does not answer"));
	assert_int_equal(db_commit(db, &err), RC_UNAVAILABLE);
	/* Nobody knows whether that is on the disk, so nothing is written after it. */
	assert_int_equal(db_settle(writer, &err), RC_UNAVAILABLE);
	assert_int_equal(db_begin(writer, &err), RC_UNAVAILABLE);
	/* Others are served: a new connection is made for the next transaction. */
	assert_int_equal(db_begin(db, NULL), RC_OK);
	assert_int_equal(db_select_i64(db, &count, NO_BINDS, &n, NULL), RC_OK);
	assert_int_equal(db_commit(db, NULL), RC_OK);
	assert_int_equal(db_begin_read(reader, NULL), RC_OK);
	db_rollback(reader);
	assert_true(signal_others(t, SIGCONT) >= 4);
	db_close(reader);
	db_close(writer);
	db_close(db);
}

static void
whoever_stands_still_in_a_transaction_does_not_keep_others_from_theirs(void **state)
{
	static const struct sql take = {
	    "take", {"", "SELECT COUNT(*) FROM (SELECT 1 FROM p FOR UPDATE) AS x"}, 0, false};
	struct test_dir *t = *state;
	struct db *first = db_new(t), *second;
	struct err err;
	enum rc rc = RC_UNAVAILABLE;
	int64_t n;

	by_hand(first, "INSERT INTO p VALUES ('a', 1)");
	db_close(first);
	assert_int_equal(db_open(t->url, 300, &first, NULL), RC_OK);
	assert_int_equal(db_open(t->url, 300, &second, NULL), RC_OK);
	assert_int_equal(db_begin(first, NULL), RC_OK);
	assert_int_equal(db_select_i64(first, &take, NO_BINDS, &n, NULL), RC_OK);
	assert_int_equal(db_begin(second, NULL), RC_OK);
	assert_int_equal(db_select_i64(second, &take, NO_BINDS, &n, &err), RC_UNAVAILABLE);
	assert_non_null(strstr(err.text, "does not go on"));
	db_rollback(second);
	/* The first does nothing, and the server ends it. */
	for (int i = 0; i < 200 && rc != RC_OK; i++) {
		assert_int_equal(db_begin(second, NULL), RC_OK);
		rc = db_select_i64(second, &take, NO_BINDS, &n, NULL);
		db_rollback(second);
	}
	assert_int_equal(rc, RC_OK);
	assert_int_equal(db_commit(first, &err), RC_UNAVAILABLE);
	db_rollback(first);
	assert_int_equal(db_begin(first, NULL), RC_OK);
	db_close(second);
	db_close(first);
}

static void
a_database_that_sorts_by_a_language_is_refused(void **state)
{
	struct test_dir *t = *state;
	struct db *db = db_new(t);
	struct err err;

	struct str other = str_fmt(t->a, "w%d", (int)getpid());
	ptrdiff_t at = str_find(t->url, STR("/t"));

	by_hand(db, str_z(t->a, str_fmt(t->a,
					"CREATE DATABASE %.*s TEMPLATE template0 ENCODING 'UTF8' "
					"LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER icu "
					"ICU_LOCALE 'de'",
					STR_ARG(other))));
	db_close(db);
	other = str_fmt(t->a, "%.*s/%.*s%.*s", (int)at, t->url.p, STR_ARG(other),
			STR_ARG(str_sub(t->url, (size_t)str_chr(t->url, '?'), t->url.n)));
	assert_int_equal(db_open(other, 1000, &db, &err), RC_INVALID);
	assert_non_null(strstr(err.text, "createdb -T template0"));
}

int
main(void)
{
	/* clang-format off */
#define T(name) cmocka_unit_test_setup_teardown(name, test_dir_set_up, test_dir_tear_down)
	const struct CMUnitTest tests[] = {
		T(what_no_step_made_is_named),
		T(an_index_without_a_row_of_its_table_is_named),
		T(a_connection_that_ended_is_made_anew_for_the_next_transaction),
		T(a_server_that_does_not_answer_is_not_waited_for_for_ever),
		T(whoever_stands_still_in_a_transaction_does_not_keep_others_from_theirs),
		T(a_database_that_sorts_by_a_language_is_refused),
	};
	/* clang-format on */

	if (!test_postgres()) {
		printf("skipped: no PostgreSQL was started (tests/postgres.sh)\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
