#include "base/test.h"

#include "audit/head.h"
#include "audit/one_log_for_test.h"
#include "base/clock.h"

/* What the node takes its time from at the start, in a database that somebody else writes into. */

static void
refused(const char *sql, const char *named)
{
	struct err err = {.rc = RC_OK};
	int64_t ms;

	assert_true(test_sql(&l, sql));
	assert_int_equal(audit_last_ms(l.db, &ms, &err), RC_INTEGRITY);
	if (strstr(err.text, named) == NULL)
		print_error("%s: %s\n", sql, err.text);
	assert_non_null(strstr(err.text, named));
}

static void
the_time_of_the_last_leaf_is_that_of_the_tree(void **state)
{
	struct err err = {.rc = RC_OK};
	int64_t ms;

	(void)state;
	assert_int_equal(audit_last_ms(l.db, &ms, &err), RC_OK);
	assert_int_equal(ms, 0);
	/* Over a tile's width, and at each place of the last one's beginning. */
	for (int n = 1; n <= 260; n += n < 9 || n > 253 ? 1 : 60) {
		int64_t size;

		assert_int_equal(audit_size(l.db, &size, &err), RC_OK);
		test_log_grow(&l, (int)size, n);
		assert_int_equal(audit_last_ms(l.db, &ms, &err), RC_OK);
		assert_int_equal(ms, test_start_ms + (n - 1) * 60000);
	}
}

static void
a_changed_last_leaf_is_named_and_its_time_not_believed(void **state)
{
	(void)state;
	test_log_grow(&l, 0, 10);
	refused("UPDATE audit_leaf SET time_ms = 2400000000000 WHERE idx = 9", "leaf 9");
	refused("UPDATE audit_leaf SET time_ms = 9223372036854775807 WHERE idx = 9", "leaf 9");
	refused("UPDATE audit_leaf SET time_ms = -9223372036854775807 - 1 WHERE idx = 9", "leaf 9");
	refused("UPDATE audit_leaf SET actor_mac = SUBSTR(actor_mac, 2) WHERE idx = 9", "leaf 9");
	refused("DELETE FROM audit_leaf WHERE idx = 9", "leaf 9");
}

/* One that nobody logged has no place in the tree. */
static void
a_leaf_put_behind_the_last_one_moves_no_time(void **state)
{
	struct err err = {.rc = RC_OK};
	int64_t ms;

	(void)state;
	test_log_grow(&l, 0, 10);
	assert_true(test_sql(&l, "CREATE TABLE kept AS SELECT * FROM audit_leaf WHERE idx = 9; "
				 "UPDATE kept SET idx = 10, time_ms = 2400000000000; "
				 "INSERT INTO audit_leaf SELECT * FROM kept"));
	assert_int_equal(audit_last_ms(l.db, &ms, &err), RC_OK);
	assert_int_equal(ms, test_start_ms + 9 * 60000);
}

static void
a_changed_tile_is_named(void **state)
{
	(void)state;
	test_log_grow(&l, 0, 10);
	refused(test_on_postgres()
		    ? "UPDATE audit_tile SET hashes = SUBSTR(hashes, 2, 32) || SUBSTR(hashes, 33)"
		    : "UPDATE audit_tile SET hashes = "
		      "CAST(SUBSTR(hashes, 2, 32) || SUBSTR(hashes, 33) AS BLOB)",
		"tile 0/0");
}

static void
a_head_of_no_time_is_damaged(void **state)
{
	struct audit_head head;
	struct err err = {.rc = RC_OK};

	(void)state;
	test_log_grow(&l, 0, 10);
	refused("UPDATE audit_head SET last_ms = 9223372036854775807", "the head of the log");
	assert_true(test_sql(&l, "UPDATE audit_head SET last_ms = first_ms"));
	assert_int_equal(audit_head_find(l.db, &head, &err), RC_OK);
	refused("UPDATE audit_head SET first_ms = -9223372036854775807 - 1", "the head of the log");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_time_of_the_last_leaf_is_that_of_the_tree, open_log,
					    close_log),
	    cmocka_unit_test_setup_teardown(a_changed_last_leaf_is_named_and_its_time_not_believed,
					    open_log, close_log),
	    cmocka_unit_test_setup_teardown(a_leaf_put_behind_the_last_one_moves_no_time, open_log,
					    close_log),
	    cmocka_unit_test_setup_teardown(a_changed_tile_is_named, open_log, close_log),
	    cmocka_unit_test_setup_teardown(a_head_of_no_time_is_damaged, open_log, close_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
