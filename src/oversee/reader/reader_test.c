#include "base/test.h"

#include "oversee/reader/reader.h"
#include "record/look.h"
#include "record/test_node.h"

static const uint32_t supervisor = BIT(ROLE_SUPERVISOR), prosecutor = BIT(ROLE_PROSECUTOR);

static bool
holds(struct test_node *t, const struct test_person *who, const char *gate, struct id id)
{
	struct door *d = test_node_begin(t, who);
	struct record *r;
	struct err err;
	enum rc rc = look_record(d, id, &r, &err);

	if (rc == RC_OK)
		rc = look_gate(d, gate, r, &err);
	(void)test_node_end(t, RC_OK);
	assert_true(rc == RC_OK || rc == RC_CONFLICT);
	return rc == RC_OK;
}

static void
whoever_wrote_a_record_does_not_read_it_a_second_time(void **state)
{
	struct test_node *t = test_node_new(reader_feature.gates, NULL);
	struct test_person ana = test_person(1, 1, prosecutor, PURPOSE_INVESTIGATION);
	struct test_person ben = test_person(2, 1, prosecutor, PURPOSE_INVESTIGATION);
	struct test_person cleo = test_person(3, 1, prosecutor, PURPOSE_INVESTIGATION);
	struct test_person node = {.actor.is_node = true};
	struct id id = test_node_create(t, &ana, "person", STR("{'name':'A'}"));
	struct record *r;
	struct err err;
	struct door *d;

	(void)state;
	assert_false(holds(t, &ana, "second_reader", id));
	assert_true(holds(t, &ben, "second_reader", id));
	assert_false(holds(t, &node, "second_reader", id));
	d = test_node_begin(t, &ben);
	assert_int_equal(
	    test_node_end(t, record_update(d, id, 1, test_json(d, STR("{'name':'B'}")), &r, &err)),
	    RC_OK);
	/* A later change by somebody else does not make it unread again. */
	d = test_node_begin(t, &ana);
	assert_int_equal(
	    test_node_end(t, record_update(d, id, 2, test_json(d, STR("{'name':'C'}")), &r, &err)),
	    RC_OK);
	assert_false(holds(t, &ben, "second_reader", id));
	assert_true(holds(t, &cleo, "second_reader", id));
	/* Also when the month, and with it every name in the log, is another. */
	t->now_ms += INT64_C(40) * 86400000;
	assert_false(holds(t, &ben, "second_reader", id));
	test_node_free(t);
}

static void
whoever_wrote_it_with_a_move_does_not_read_it_a_second_time(void **state)
{
	struct test_node *t = test_node_new(reader_feature.gates, NULL);
	struct test_person ana = test_person(1, 1, supervisor, PURPOSE_OVERSIGHT);
	struct test_person ben = test_person(2, 1, supervisor, PURPOSE_OVERSIGHT);
	struct test_person cleo = test_person(3, 1, supervisor, PURPOSE_OVERSIGHT);
	struct id id = test_node_create(t, &ana, "course", STR("{'name':'A'}"));
	struct record *r;
	struct err err;
	struct door *d;

	(void)state;
	d = test_node_begin(t, &ben);
	assert_int_equal(
	    test_node_end(t, record_move(d, id, 1, STR("retired"),
					 test_json(d, STR("{'retire_reason':'Nobody came.'}")), &r,
					 &err)),
	    RC_OK);
	assert_false(holds(t, &ben, "second_reader", id));
	assert_true(holds(t, &cleo, "second_reader", id));
	test_node_free(t);
}

static void
an_overseer_is_an_overseer_and_nothing_else(void **state)
{
	struct test_node *t = test_node_new(reader_feature.gates, NULL);
	struct test_person ana = test_person(1, 1, supervisor, PURPOSE_INVESTIGATION);
	struct test_person olga = test_person(2, 2, BIT(ROLE_MONITOR), PURPOSE_OVERSIGHT);
	struct test_person both =
	    test_person(3, 2, BIT(ROLE_MONITOR) | supervisor, PURPOSE_OVERSIGHT);
	struct id id = test_node_create(t, &ana, "person", STR("{'name':'A'}"));

	(void)state;
	assert_true(holds(t, &olga, "overseer_independent", id));
	assert_false(holds(t, &both, "overseer_independent", id));
	assert_false(holds(t, &ana, "overseer_independent", id));
	test_node_free(t);
}

static void
a_case_with_an_open_deadline_stays_open(void **state)
{
	struct test_node *t = test_node_new(reader_feature.gates, NULL);
	struct test_person ana = test_person(1, 1, prosecutor, PURPOSE_PROSECUTION);
	struct id of_case = test_node_create(t, &ana, "case", STR("{'name':'Cannery'}"));
	struct id task;
	struct record *r;
	struct err err;
	struct door *d;

	(void)state;
	assert_true(holds(t, &ana, "no_open_duties", of_case));
	task = test_node_create(
	    t, &ana, "task",
	    test_fill(t, "{'what':'Call the court','of':'@1','due':'2026-12-01T10:00:00.000Z'}",
		      of_case, of_case));
	assert_false(holds(t, &ana, "no_open_duties", of_case));
	d = test_node_begin(t, &ana);
	assert_int_equal(test_node_end(t, record_move(d, task, 1, STR("done"), NULL, &r, &err)),
			 RC_OK);
	assert_true(holds(t, &ana, "no_open_duties", of_case));
	test_node_free(t);
}

/* Whoever writes thousands of records that name a case keeps it from ending no longer. */
static void
thousands_of_duties_that_are_done_hold_no_case_open(void **state)
{
	struct test_node *t = test_node_new(reader_feature.gates, NULL);
	struct test_person ana = test_person(1, 1, prosecutor, PURPOSE_PROSECUTION);
	struct id of_case = test_node_create(t, &ana, "case", STR("{'name':'Cannery'}"));
	struct str done = test_fill(t, "{'what':'Call the court','of':'@1'}", of_case, of_case);
	struct str due =
	    test_fill(t, "{'what':'Call the court','of':'@1','due':'2026-12-01T10:00:00.000Z'}",
		      of_case, of_case);

	(void)state;
	test_node_flood(t, &ana, "task", done, LOOK_MAX + 1, NULL);
	assert_true(holds(t, &ana, "no_open_duties", of_case));
	/* One among them that is due is seen all the same. */
	(void)test_node_create(t, &ana, "task", due);
	assert_false(holds(t, &ana, "no_open_duties", of_case));
	test_node_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whoever_wrote_a_record_does_not_read_it_a_second_time),
	    cmocka_unit_test(whoever_wrote_it_with_a_move_does_not_read_it_a_second_time),
	    cmocka_unit_test(an_overseer_is_an_overseer_and_nothing_else),
	    cmocka_unit_test(a_case_with_an_open_deadline_stays_open),
	    cmocka_unit_test(thousands_of_duties_that_are_done_hold_no_case_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
