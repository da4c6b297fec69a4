#include "base/test.h"

#include "audit/months.h"
#include "audit/one_log_for_test.h"
#include "audit/show.h"
#include "audit/trace.h"
#include "audit/verify.h"

/* By the traces somebody finds who looked at their record: none may be missing, or be invented. */

static size_t
speak_of(struct id record, int leaves)
{
	size_t n = 0;

	for (int i = 0; i < leaves; i++) {
		struct audit_entry e = test_entry(i);
		bool found = e.has_record && id_eq(e.record, record);

		for (size_t k = 0; k < e.about_count; k++)
			found |= id_eq(e.about[k], record);
		n += found;
	}
	return n;
}

static void
all_records_are_found(int leaves)
{
	struct audit_shown_list shown;
	struct err err;

	for (int r = 0; r < 5; r++) {
		assert_int_equal(
		    audit_show(l.db, l.keys, test_id('r', r), 0, l.arena, &shown, &err), RC_OK);
		assert_int_equal(shown.n, speak_of(test_id('r', r), leaves));
		for (size_t i = 1; i < shown.n; i++)
			assert_true(shown.at[i].index < shown.at[i - 1].index);
	}
}

static int64_t
rows_of(const struct sql *sql)
{
	struct err err;
	int64_t n;

	assert_int_equal(db_select_i64(l.db, sql, NO_BINDS, &n, &err), RC_OK);
	return n;
}

static const struct sql run_count = {
    "run_count", {"SELECT COUNT(*) FROM audit_run", "SELECT COUNT(*) FROM audit_run"}, 0};

static void
every_leaf_of_a_record_is_found_wherever_runs_end(void **state)
{
	static const int sizes[] = {0,
				    1,
				    TRACE_RUN - 1,
				    TRACE_RUN,
				    TRACE_RUN + 1,
				    2 * TRACE_RUN - 1,
				    2 * TRACE_RUN + 700,
				    5 * TRACE_RUN + 3};

	(void)state;
	for (size_t i = 1; i < COUNT_OF(sizes); i++) {
		struct audit_report report;
		struct err err = {.rc = RC_OK};

		test_log_grow(&l, sizes[i - 1], sizes[i]);
		assert_int_equal(rows_of(&run_count), sizes[i] / TRACE_RUN);
		all_records_are_found(sizes[i]);
		assert_int_equal(audit_verify(l.db, l.keys, NULL, l.arena, &report, &err), RC_OK);
	}
}

static bool
finds(const char *sql, int64_t run)
{
	struct audit_report r;
	struct err err;

	assert_true(test_sql(&l, sql));
	if (audit_verify(l.db, l.keys, NULL, l.arena, &r, &err) != RC_INTEGRITY)
		return false;
	return r.problem_count == 1 && r.problems[0].kind == AUDIT_PROBLEM_TRACE &&
	       r.problems[0].at == run * TRACE_RUN;
}

static void
a_trace_that_is_gone_changed_or_invented_is_found(void **state)
{
	(void)state;
	test_log_grow(&l, 0, 2 * TRACE_RUN + 10);
	assert_true(finds("DELETE FROM audit_trace WHERE run = 1 AND leaf = 1030 AND kind = 0", 1));
	assert_true(finds("INSERT INTO audit_trace SELECT 1, record_mac, idx, 0 FROM audit_leaf "
			  "WHERE idx = 1030;"
			  "DELETE FROM audit_trace WHERE run = 0 AND leaf = 3 AND kind = 1",
			  0));
	assert_true(finds("INSERT INTO audit_trace SELECT DISTINCT 0, record_mac, leaf, 1 FROM "
			  "audit_about WHERE leaf = 3;"
			  "DELETE FROM audit_trace WHERE run = 1 AND kind = 2",
			  1));
	assert_true(finds("INSERT INTO audit_trace SELECT DISTINCT 1, actor_mac, 1024, 2 FROM "
			  "audit_leaf WHERE idx >= 1024 AND idx < 2048;"
			  "UPDATE audit_run SET last_ms = last_ms - 1 WHERE run = 0",
			  0));
	assert_true(finds("UPDATE audit_run SET last_ms = last_ms + 1 WHERE run = 0;"
			  "INSERT INTO audit_trace SELECT 2, record_mac, idx, 0 FROM audit_leaf "
			  "WHERE idx = 2050",
			  2));
	assert_true(finds("DELETE FROM audit_trace WHERE run = 2;"
			  "INSERT INTO audit_run VALUES (-1, 0, 0)",
			  2));
	assert_false(finds("DELETE FROM audit_run WHERE run = -1", 0));
}

static size_t
by_actor_over(struct db *db, int n, int64_t from_ms, int64_t before_ms)
{
	const struct audit_query q = {.has_actor = true,
				      .actor = test_id('a', n),
				      .action = AUDIT_ACTIONS,
				      .from_ms = from_ms,
				      .before_ms = before_ms};
	struct audit_shown_list shown;
	struct err err;

	assert_int_equal(audit_search(db, l.keys, &q, l.arena, &shown, &err), RC_OK);
	for (size_t i = 0; i < shown.n; i++)
		assert_true(id_eq(shown.at[i].actor, q.actor));
	return shown.n;
}

static size_t
by_actor(int n, int64_t from_ms, int64_t before_ms)
{
	return by_actor_over(l.db, n, from_ms, before_ms);
}

static size_t
months_of_log(int64_t size)
{
	struct audit_months *m;
	int64_t before = INT64_MAX;
	struct err err;
	size_t n = 0;

	assert_int_equal(audit_months_find(l.db, size, l.arena, &m, &err), RC_OK);
	for (; audit_months_before(m, 0, &before); n++)
		assert_true(audit_month_end(before) > before);
	return n;
}

/* The head, and a run, may say anything: what is walked is where leaves are. */
static void
times_that_reach_over_all_years_are_not_walked_month_by_month(void **state)
{
	const int leaves = 3 * TRACE_RUN + 100;
	const size_t found = (size_t)(leaves + 1) / 3;
	struct audit_shown_list shown;
	struct db *db;
	struct err err;

	(void)state;
	test_log_grow(&l, 0, leaves);
	assert_int_equal(months_of_log(leaves), 2);
	assert_int_equal(by_actor(1, 0, 0), found);
	assert_true(test_sql(&l, "UPDATE audit_head SET first_ms = 0, last_ms = 253402300799999;"
				 "UPDATE audit_run SET first_ms = 0 WHERE run = 0;"
				 "UPDATE audit_run SET last_ms = 253402300799999 WHERE run = 1"));
	assert_int_equal(months_of_log(leaves), 2);
	assert_int_equal(db_open(str_fmt(l.arena, "faulty:%.*s", STR_ARG(l.url)), 1000, &db, &err),
			 RC_OK);
	assert_int_equal(by_actor_over(db, 1, 0, 0), found);
	/* A statement a row of what is found, and not two for each month of 8,000 years. */
	assert_true(db_faulty_calls(db) < 10 * (int64_t)found + 10 * leaves);
	db_close(db);
	assert_int_equal(audit_show(l.db, l.keys, test_id('r', 1), 0, l.arena, &shown, &err),
			 RC_OK);
	assert_int_equal(shown.n, speak_of(test_id('r', 1), leaves));
}

/* Leaves are a minute apart and begin a minute before midnight of 28 November. */
static void
a_search_of_a_span_finds_what_is_in_it(void **state)
{
	const int64_t minute = 60000, december = INT64_C(1796083200000);
	const int leaves = TRACE_RUN + 3000;
	const int64_t end = test_start_ms + leaves * minute;

	(void)state;
	test_log_grow(&l, 0, leaves);
	assert_true(december > test_start_ms && december < end);
	assert_int_equal(by_actor(0, december, 0) + by_actor(0, 0, december), by_actor(0, 0, 0));
	assert_int_equal(by_actor(0, december, december + 3 * minute), 1);
	assert_int_equal(by_actor(0, december - 3 * minute, december), 1);
	assert_int_equal(by_actor(0, end, 0), 0);
	assert_int_equal(by_actor(0, 0, test_start_ms), 0);
}

/* A change may ask what somebody did before while its own group is being written. */
static void
a_search_within_a_group_finds_what_groups_before_it_hold(void **state)
{
	struct audit_entry mine = {.time_ms = test_start_ms + 60000,
				   .action = AUDIT_READ,
				   .actor = test_id('a', 1),
				   .purpose = STR("protection"),
				   .has_record = true,
				   .record = test_id('r', 1),
				   .type = STR("incident")};
	const struct audit_query q = {
	    .has_actor = true, .actor = mine.actor, .action = AUDIT_ACTIONS, .limit = 1};
	struct audit_shown_list shown;
	struct audit_group *g;
	struct err err;

	(void)state;
	test_log_grow(&l, 0, 10);
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_group_begin(l.db, l.keys, &g, &err), RC_OK);
	assert_int_equal(audit_append(g, &mine, NULL, &err), RC_OK);
	assert_int_equal(audit_search(l.db, l.keys, &q, l.arena, &shown, &err), RC_OK);
	assert_int_equal(shown.n, 1);
	assert_int_equal(shown.at[0].index, 7);
	assert_int_equal(audit_show(l.db, l.keys, mine.record, 0, l.arena, &shown, &err), RC_OK);
	assert_int_equal(shown.n, speak_of(mine.record, 10));
	assert_int_equal(audit_group_end(g, &err), RC_OK);
	audit_group_free(g);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
	assert_int_equal(audit_search(l.db, l.keys, &q, l.arena, &shown, &err), RC_OK);
	assert_int_equal(shown.at[0].index, 10);
}

/* A log from before there were traces gets them by the migration. */
static void
an_older_log_is_traced_by_the_migration(void **state)
{
	static const struct migration_set sets[] = {MIGRATION_SET(AUDIT_MIGRATIONS)};
	struct audit_report report;
	struct err err = {.rc = RC_OK};

	(void)state;
	test_log_grow(&l, 0, 3 * TRACE_RUN + 5);
	assert_true(test_sql(&l,
			     "DROP TABLE audit_trace; DROP TABLE audit_run;"
			     "CREATE INDEX audit_leaf_by_record ON audit_leaf (record_mac);"
			     "CREATE INDEX audit_leaf_by_actor ON audit_leaf (actor_mac);"
			     "CREATE INDEX audit_about_by_record ON audit_about (record_mac);"
			     "DELETE FROM store_migration WHERE feature = 'audit' AND number = 3"));
	assert_int_equal(migrate(l.db, sets, COUNT_OF(sets), 2, &err), RC_OK);
	assert_int_equal(rows_of(&run_count), 3);
	all_records_are_found(3 * TRACE_RUN + 5);
	assert_int_equal(audit_verify(l.db, l.keys, NULL, l.arena, &report, &err), RC_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_leaf_of_a_record_is_found_wherever_runs_end,
					    open_log, close_log),
	    cmocka_unit_test_setup_teardown(a_trace_that_is_gone_changed_or_invented_is_found,
					    open_log, close_log),
	    cmocka_unit_test_setup_teardown(
		times_that_reach_over_all_years_are_not_walked_month_by_month, open_log, close_log),
	    cmocka_unit_test_setup_teardown(a_search_of_a_span_finds_what_is_in_it, open_log,
					    close_log),
	    cmocka_unit_test_setup_teardown(
		a_search_within_a_group_finds_what_groups_before_it_hold, open_log, close_log),
	    cmocka_unit_test_setup_teardown(an_older_log_is_traced_by_the_migration, open_log,
					    close_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
