#include "base/test.h"

#include "store/copy.h"
#include "store/db_driver.h"
#include "store/test_database.h"
#include "store/test_dir.h"

#define TABLE                                                                                      \
	"CREATE TABLE copied (n BIGINT, t TEXT, b BLOB);"                                          \
	"CREATE TABLE other (n BIGINT);"

static const struct migration_step steps[] = {{"test", 1, {TABLE, TABLE}}};
/* clang-format off */
static const struct migration_table tables[] = {
	{ "copied", "itb", false,
	  { "s", { "SELECT n, t, b FROM copied", "SELECT n, t, b FROM copied" }, 0, true },
	  { "p", { "INSERT INTO copied (n, t, b) VALUES (?1, ?2, ?3)",
		   "INSERT INTO copied (n, t, b) VALUES ($1, $2, $3)" }, 3, false },
	  { "c", { "SELECT COUNT(*) FROM copied", "SELECT COUNT(*) FROM copied" }, 0, false } },
	{ "other", "i", false,
	  { "so", { "SELECT n FROM other", "SELECT n FROM other" }, 0, true },
	  { "po", { "INSERT INTO other (n) VALUES (?1)", "INSERT INTO other (n) VALUES ($1)" }, 1, false },
	  { "co", { "SELECT COUNT(*) FROM other", "SELECT COUNT(*) FROM other" }, 0, false } },
};
static const struct sql sorted = { "sorted",
	{ "SELECT n, t, b FROM copied ORDER BY n", "SELECT n, t, b FROM copied ORDER BY n" }, 0, true };
/* clang-format on */
static const struct migration_set set = {steps, 1, tables, COUNT_OF(tables)};

static struct db *
db_new(struct test_dir *t, const char *name, struct str *url)
{
	struct db *db;

	*url = test_database(t->a, test_dir_path(t, name));
	assert_int_equal(db_open(*url, 1000, &db, NULL), RC_OK);
	assert_int_equal(db_script(db, steps, NULL), RC_OK);
	return db;
}

static int64_t
count(struct db *db, int table)
{
	int64_t n = -1;

	assert_int_equal(db_select_i64(db, &tables[table].count, NO_BINDS, &n, NULL), RC_OK);
	return n;
}

static struct db *
filled(struct test_dir *t, int rows)
{
	struct str url;
	struct db *db = db_new(t, "from.db", &url);

	assert_int_equal(db_begin(db, NULL), RC_OK);
	for (int i = 0; i < rows; i++)
		assert_int_equal(
		    db_run(db, &tables[0].insert,
			   BINDS(B_I64(i - 100), i % 5 == 0 ? B_NULL : B_TEXT(STR("Олена")),
				 i % 3 == 0 ? B_NULL : B_BLOB(STR("\0\xff"))),
			   NULL, NULL),
		    RC_OK);
	assert_int_equal(db_run(db, &tables[1].insert, BINDS(B_NULL), NULL, NULL), RC_OK);
	assert_int_equal(db_commit(db, NULL), RC_OK);
	return db;
}

static void
count_calls(void *ctx, uint64_t rows)
{
	(void)rows;
	++*(int *)ctx;
}

static void
every_row_arrives_with_its_empty_places(void **state)
{
	struct test_dir *t = *state;
	struct db *from = filled(t, 6000), *to;
	struct store_copied copied;
	struct rows *rows;
	struct str url;
	int calls = 0, n = 0;

	to = db_new(t, "to.db", &url);
	assert_int_equal(store_copy(from, to, &set, 1, count_calls, &calls, &copied, NULL), RC_OK);
	assert_int_equal(copied.rows, 6001);
	assert_int_equal(copied.tables, 2);
	assert_int_equal(calls, 1);
	assert_int_equal(count(to, 0), 6000);
	assert_int_equal(db_begin_read(to, NULL), RC_OK);
	assert_int_equal(db_select(to, &sorted, NO_BINDS, &rows, NULL), RC_OK);
	for (; rows_next(rows, NULL) == RC_OK; n++) {
		assert_int_equal(rows_is_null(rows, 1), n % 5 == 0);
		assert_int_equal(rows_is_null(rows, 2), n % 3 == 0);
		assert_int_equal(rows_i64(rows, 0), n - 100);
		if (n % 5 != 0)
			assert_true(str_eq(rows_text(rows, 1), STR("Олена")));
		if (n % 3 != 0)
			assert_true(str_eq(rows_blob(rows, 2), STR("\0\xff")));
	}
	rows_close(rows);
	assert_int_equal(n, 6000);
	db_rollback(to);
	/* A second time there is something there. */
	assert_int_equal(store_copy(from, to, &set, 1, NULL, NULL, &copied, NULL), RC_CONFLICT);
	assert_int_equal(count(to, 0), 6000);
	db_close(from);
	db_close(to);
}

static void
whichever_call_fails_all_of_it_is_there_or_nothing(void **state)
{
	struct test_dir *t = *state;
	struct db *from = filled(t, 5), *to;
	struct store_copied copied;
	enum rc rc = RC_UNAVAILABLE;
	struct str url;
	int at;

	for (at = 1; rc != RC_OK && at < 60; at++) {
		struct db *faulty;

		to = db_new(
		    t, test_dir_path(t, str_z(t->a, str_fmt(t->a, "%d", at))) + strlen(t->path) + 1,
		    &url);
		assert_int_equal(db_open(str_fmt(t->a, "faulty:%.*s%cfail_at=%d", STR_ARG(url),
						 str_chr(url, '?') < 0 ? '?' : '&', at),
					 1000, &faulty, NULL),
				 RC_OK);
		rc = store_copy(from, faulty, &set, 1, NULL, NULL, &copied, NULL);
		assert_true(rc == RC_OK || rc == RC_UNAVAILABLE);
		db_close(faulty);
		assert_int_equal(count(to, 0), rc == RC_OK ? 5 : 0);
		assert_int_equal(count(to, 1), rc == RC_OK ? 1 : 0);
		db_close(to);
	}
	assert_true(at > 10 && at < 60);
	db_close(from);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_row_arrives_with_its_empty_places,
					    test_dir_set_up, test_dir_tear_down),
	    cmocka_unit_test_setup_teardown(whichever_call_fails_all_of_it_is_there_or_nothing,
					    test_dir_set_up, test_dir_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
