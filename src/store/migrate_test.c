#include "base/test.h"

#include "store/db_driver.h"
#include "store/test_dir.h"
#include "store/migrations.h"
#include "store/store.sql.h"

/* clang-format off */
static const struct migration_step a_steps[] = {
	{ "a", 1, { "CREATE TABLE a (x INTEGER) STRICT; CREATE TABLE a_more (x INTEGER) STRICT;" } },
	{ "a", 2, { "INSERT INTO a (x) VALUES (1); INSERT INTO a_more (x) VALUES (1);" } },
};
static const struct migration_step b_steps[] = {
	{ "b", 1, { "CREATE TABLE b (x INTEGER) STRICT;" } },
};
static const struct migration_step a_changed[] = {
	{ "a", 1, { "CREATE TABLE a (x TEXT) STRICT;" } },
	{ "a", 2, { "INSERT INTO a (x) VALUES (1); INSERT INTO a_more (x) VALUES (1);" } },
};
static const struct migration_step b_broken[] = {
	{ "b", 1, { "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere (x) VALUES (1);" } },
};
static const struct sql count_a = { "count_a", { "SELECT count(*) FROM a" }, 0 };
static const struct sql count_b = { "count_b", { "SELECT count(*) FROM b" }, 0 };
static const struct sql count_steps = { "count_steps", { "SELECT count(*) FROM store_migration" }, 0 };
/* clang-format on */

static const struct migration_set both[] = {MIGRATION_SET(a_steps), MIGRATION_SET(b_steps)};
static const struct migration_set only_a[] = {MIGRATION_SET(a_steps)};
static const struct migration_set first_of_a[] = {{a_steps, 1}};
static const struct migration_set changed[] = {MIGRATION_SET(a_changed), MIGRATION_SET(b_steps)};
static const struct migration_set broken[] = {MIGRATION_SET(a_steps), MIGRATION_SET(b_broken)};

static struct db *
db_new(struct test_dir *t)
{
	struct db *db;

	assert_int_equal(db_open(str_fmt(t->a, "sqlite:%s/node.db", t->path), 100, &db, NULL),
			 RC_OK);
	return db;
}

static int64_t
number(struct db *db, const struct sql *sql)
{
	int64_t n = -1;

	return db_select_i64(db, sql, NO_BINDS, &n, NULL) == RC_OK ? n : -1;
}

static void
each_step_is_applied_once(void **state)
{
	struct db *db = db_new(*state);

	assert_int_equal(migrate(db, first_of_a, 1, 1000, NULL), RC_OK);
	assert_int_equal(number(db, &count_a), 0);
	assert_int_equal(migrate_check(db, both, 2, NULL), RC_STALE);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(migrate(db, both, 2, 1000 + i, NULL), RC_OK);
		assert_int_equal(number(db, &count_a), 1);
		assert_int_equal(number(db, &count_b), 0);
		assert_int_equal(number(db, &count_steps), 3);
	}
	assert_int_equal(migrate_check(db, both, 2, NULL), RC_OK);
	assert_int_equal(db_check(db, STORE_STATEMENTS, NULL), RC_OK);
	db_close(db);
}

static void
a_file_with_other_words_is_refused(void **state)
{
	struct db *db = db_new(*state);
	struct err err;

	assert_int_equal(migrate(db, only_a, 1, 1, NULL), RC_OK);
	assert_int_equal(migrate(db, changed, 2, 1, &err), RC_INTEGRITY);
	assert_true(str_find(str_from(err.text), STR("step 1 of a")) >= 0);
	/* Refused before the steps that would have been fine. */
	assert_int_equal(number(db, &count_b), -1);
	assert_int_equal(migrate_check(db, changed, 2, NULL), RC_INTEGRITY);
	db_close(db);
}

static void
a_newer_database_is_refused(void **state)
{
	struct db *db = db_new(*state);
	struct err err;

	assert_int_equal(migrate(db, both, 2, 1, NULL), RC_OK);
	assert_int_equal(migrate(db, only_a, 1, 1, &err), RC_CONFLICT);
	assert_true(str_find(str_from(err.text), STR("newer liaison")) >= 0);
	assert_true(str_find(str_from(err.text), STR("step 1 of b")) >= 0);
	assert_int_equal(migrate(db, first_of_a, 1, 1, &err), RC_CONFLICT);
	assert_int_equal(migrate_check(db, only_a, 1, NULL), RC_CONFLICT);
	db_close(db);
}

static void
a_step_that_fails_leaves_nothing_of_itself(void **state)
{
	struct db *db = db_new(*state);
	struct err err;

	assert_int_equal(migrate(db, broken, 2, 1, &err), RC_FAILED);
	assert_string_equal(err.key, "b/001.sql");
	assert_false(db_in_transaction(db));
	assert_int_equal(number(db, &count_a), 1);
	assert_int_equal(number(db, &count_b), -1);
	assert_int_equal(number(db, &count_steps), 2);
	assert_int_equal(migrate(db, both, 2, 1, NULL), RC_OK);
	assert_int_equal(number(db, &count_b), 0);
	db_close(db);
}

static void
whichever_call_fails_the_next_start_ends_it(void **state)
{
	enum rc rc = RC_UNAVAILABLE;

	(void)state;
	for (int at = 1; rc != RC_OK; at++) {
		struct test_dir *t = test_dir_new();
		struct db *db;

		assert_true(at < 60);
		assert_int_equal(
		    db_open(str_fmt(t->a, "faulty:sqlite:%s/node.db?fail_at=%d", t->path, at), 100,
			    &db, NULL),
		    RC_OK);
		rc = migrate(db, both, 2, 1, NULL);
		assert_true(rc == RC_OK || rc == RC_UNAVAILABLE);
		assert_false(db_in_transaction(db));
		db_close(db);
		db = db_new(t);
		assert_int_equal(migrate(db, both, 2, 1, NULL), RC_OK);
		assert_int_equal(number(db, &count_a), 1);
		assert_int_equal(number(db, &count_steps), 3);
		db_close(db);
		test_dir_free(t);
	}
}

struct found {
	int n;
	char last[200];
};

static void
on_found(void *ctx, struct str what)
{
	struct found *f = ctx;

	f->n++;
	(void)snprintf(f->last, sizeof f->last, "%.*s", STR_ARG(what));
}

static void
a_definition_that_no_step_made_is_named(void **state)
{
	static const struct {
		struct migration_step hand;
		const char *name;
	} rows[] = {
	    {{"x", 1, {"CREATE INDEX a_x ON a (x)"}}, "index a_x is none that"},
	    {{"x", 1, {"CREATE TABLE zz (x INTEGER)"}}, "table zz is none that"},
	    {{"x", 1, {"DROP TABLE a_more"}}, "table a_more is missing"},
	    {{"x", 1, {"DROP TABLE a; CREATE TABLE a (x INTEGER, y)"}},
	     "table a is defined otherwise"},
	    {{"x", 1, {"ALTER TABLE b RENAME COLUMN x TO y"}}, "table b is defined otherwise"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct test_dir *t = test_dir_new();
		struct found f = {.n = 0};
		struct db *db = db_new(t);

		assert_int_equal(migrate(db, both, 2, 1, NULL), RC_OK);
		assert_int_equal(migrate_check_tables(db, both, 2, on_found, &f, NULL), RC_OK);
		assert_int_equal(f.n, 0);
		assert_int_equal(db_script(db, &rows[i].hand, NULL), RC_OK);
		assert_int_equal(migrate_check_tables(db, both, 2, on_found, &f, NULL), RC_OK);
		assert_int_equal(f.n, 1);
		if (strstr(f.last, rows[i].name) == NULL)
			fail_msg("%s", f.last);
		db_close(db);
		test_dir_free(t);
	}
	(void)state;
}

int
main(void)
{
	/* clang-format off */
#define T(name) cmocka_unit_test_setup_teardown(name, test_dir_set_up, test_dir_tear_down)
	const struct CMUnitTest tests[] = {
		T(each_step_is_applied_once),
		T(a_file_with_other_words_is_refused),
		T(a_newer_database_is_refused),
		T(a_step_that_fails_leaves_nothing_of_itself),
		T(whichever_call_fails_the_next_start_ends_it),
		T(a_definition_that_no_step_made_is_named),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
