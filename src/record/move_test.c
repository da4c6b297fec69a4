#include "base/test.h"

#include "audit/show.h"
#include "record/test_desk.h"
#include "record/test_node.h"

/* From state to state: who moves, what a move waits for, when a clock ends. */

static void
a_clock_runs_from_the_entry_into_the_state_whatever_is_edited(void **state)
{
	enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };
	struct test_node *t = *state;
	struct id id =
	    test_node_create(t, &analyst, "incident",
			     STR("{'kind':'observation','summary':'x','summary_basis':'fact'}"));
	const int64_t entered = t->now_ms, due = entered + INT64_C(72) * HOUR;
	struct record *r;
	struct door *d;
	struct err err;

	t->now_ms += HOUR;
	assert_int_equal(update(t, &analyst, id, 1, "{'people_count':'3'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, due);
	t->now_ms += HOUR;
	assert_int_equal(update(t, &analyst, id, 2, "{'people_count':'4'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, due);
	t->now_ms += HOUR;
	assert_int_equal(
	    move(t, &supervisor, id, 3, "dismissed", "{'dismissal':'reported twice'}", NULL, &err),
	    RC_OK);
	d = test_node_begin_read(t, &supervisor);
	assert_int_equal(record_load(d, id, NULL, &r, &err), RC_OK);
	assert_int_equal(r->due_ms, 0);
	(void)test_node_end_read(t, RC_OK);
	/* A deadline that stands in a field goes with the field. */
	id = test_node_create(t, &analyst, "task", STR("{'what':'x'}"));
	assert_int_equal(update(t, &analyst, id, 1, "{'due':'2026-12-01T00:00:00Z'}", &r, &err),
			 RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, INT64_C(1796083200000));
}

static void
a_clock_that_comes_back_counts_from_the_move_into_its_state(void **state)
{
	enum { HOUR = 60 * 60 * 1000 };
	const int64_t days90 = INT64_C(90) * 24 * HOUR;
	struct test_node *t = *state;
	struct id id = test_node_create(
	    t, &prosecutor, "authorisation",
	    STR("{'kind':'court_order','purpose':'investigation','legal_basis':'led_8','law':'s. "
		"5',"
		"'authority':'District court','granted_by':'A B','granted_on':'2026-11-20',"
		"'scope':'x','necessity':'x','proportionality':'x',"
		"'from':'2026-11-20T00:00:00Z','until':'2026-12-01T00:00:00Z'}"));
	struct record *r;
	struct err err;
	int64_t entered;
	bool waits;

	t->now_ms += HOUR;
	assert_int_equal(update(t, &prosecutor, id, 1, "{'conditions':'x'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, 0);
	t->now_ms += HOUR;
	assert_int_equal(move(t, &prosecutor, id, 2, "granted", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	entered = t->now_ms += HOUR;
	assert_int_equal(move(t, &supervisor, id, 2, "granted", "{}", &waits, &err), RC_OK);
	assert_false(waits);
	t->now_ms += HOUR;
	assert_int_equal(update(t, &prosecutor, id, 3, "{'conditions':'y'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, INT64_C(1796083200000));
	/* The day is taken out, so the ninety days hold: those since it was granted. */
	t->now_ms += HOUR;
	assert_int_equal(update(t, &prosecutor, id, 4, "{'until':null}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, entered + days90);
}

/* The first row of the log about a record: the last thing that was done to it. */
static struct str
last_fields(struct test_node *t, struct id id)
{
	struct audit_shown_list list;
	struct err err;

	must(audit_show(t->db, t->keys, id, 1, t->a, &list, &err) == RC_OK && list.n == 1);
	return list.at[0].fields;
}

static void
the_log_says_from_which_state_to_which_and_what_a_mark_changed(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct handling red = {TLP_RED, false, false};
	struct record *r;
	struct door *d;
	struct err err;
	bool waits;

	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", NULL, &err), RC_OK);
	assert_true(str_eq(last_fields(t, id), STR("state:open>closed,closed_with")));
	assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	assert_true(str_eq(last_fields(t, id), STR("state:closed>open,first of two people")));
	d = test_node_begin(t, &supervisor);
	assert_int_equal(test_node_end(t, record_mark(d, id, 2, red, &r, &err)), RC_OK);
	assert_true(str_starts(last_fields(t, id), STR("tlp:AMBER+STRICT>RED")));
}

static void
a_denied_move_says_that_it_is_the_move_and_who_may(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct err err;

	assert_int_equal(move(t, &analyst, id, 1, "joint", "{}", NULL, &err), RC_DENIED);
	assert_string_equal(err.key, "role");
	assert_non_null(strstr(err.text, "this move is not for your roles; it is for: "));
	assert_non_null(strstr(err.text, "supervisor"));
	assert_null(strstr(err.text, "analyst"));
}

static void
a_move_wants_its_role_its_needs_and_its_gates(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct err err;

	/* of the type's own graph */
	assert_int_equal(move(t, &supervisor, id, 1, "nowhere", "{}", NULL, &err), RC_CONFLICT);
	assert_string_equal(err.key, "state");
	assert_int_equal(move(t, &supervisor, id, 1, "open", "{}", NULL, &err), RC_CONFLICT);
	/* role */
	assert_int_equal(move(t, &analyst, id, 1, "joint", "{}", NULL, &err), RC_DENIED);
	/* needs */
	assert_int_equal(move(t, &supervisor, id, 1, "closed", "{}", NULL, &err), RC_CONFLICT);
	assert_string_equal(err.key, "closed_with");
	/* a gate that does not hold, and one that no feature brings */
	plans_open = false;
	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", NULL, &err),
	    RC_CONFLICT);
	assert_string_equal(err.text, "a plan would close");
	assert_int_equal(move(t, &prosecutor, id, 1, "court", "{}", NULL, &err), RC_CONFLICT);
	assert_non_null(strstr(err.text, "is not built yet"));
	/* stale */
	plans_open = true;
	assert_int_equal(
	    move(t, &supervisor, id, 2, "closed", "{'closed_with':'all done'}", NULL, &err),
	    RC_STALE);
	assert_int_equal(case_closed_heard, 0);
	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", NULL, &err), RC_OK);
	assert_int_equal(case_closed_heard, 1);
	assert_true(holds(read_json(t, &analyst, id, NULL), "\"state\":\"closed\""));
}

static void
an_automatic_move_is_made_by_the_node_alone(void **state)
{
	struct test_node *t = *state;
	struct test_person screener = test_person(1, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SCREENING);
	struct id list = test_node_create(
	    t, &screener, "watchlist", STR("{'name':'L','kind':'suspects','purpose':'screening'}"));
	struct id id =
	    test_node_create(t, &screener, "listing",
			     str_fmt(t->a, "{'list':'%s','subject':'person','name':'O T'}",
				     id_format(t->a, list).p));
	struct door inner, *d;
	struct record *r;
	struct err err;
	enum rc rc;

	assert_int_equal(move(t, &screener, id, 1, "suspended", "{}", NULL, &err), RC_CONFLICT);
	d = test_node_begin(t, &screener);
	door_open_as_node(&inner, d, STR("a rule says so"));
	rc = record_move(&inner, id, 1, STR("suspended"), NULL, &r, &err);
	door_close(&inner);
	assert_int_equal(test_node_end(t, rc), RC_OK);
	assert_true(holds(read_json(t, &screener, id, NULL), "\"state\":\"suspended\""));
}

static void
four_eyes_are_those_of_two_people_on_one_version(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct record *r;
	struct err err;
	bool waits;

	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", &waits, &err),
	    RC_OK);
	assert_false(waits);
	/* the same person twice does nothing */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
		assert_true(waits);
	}
	assert_true(holds(read_json(t, &analyst, id, NULL), "\"state\":\"closed\""));
	/* another wish is not the same wish, and takes its place */
	assert_int_equal(
	    move(t, &second, id, 2, "open", "{'summary':'x','summary_basis':'fact'}", &waits, &err),
	    RC_OK);
	assert_true(waits);
	/* a change in between voids it */
	assert_int_equal(update(t, &analyst, id, 2, "{'name':'Harbour Road 2'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(move(t, &supervisor, id, 3, "open",
			      "{'summary':'x','summary_basis':'fact'}", &waits, &err),
			 RC_OK);
	assert_true(waits);
	assert_int_equal(
	    move(t, &second, id, 3, "open", "{'summary':'x','summary_basis':'fact'}", &waits, &err),
	    RC_OK);
	assert_false(waits);
	assert_true(holds(read_json(t, &analyst, id, NULL), "\"state\":\"open\""));
}

static void
a_wish_ends_with_its_time_and_the_rights_of_its_person(void **state)
{
	static const char text[] = "UPDATE record_second SET account = account + 1";
	static const struct sql forge = {"forge", {text, text}, 0};
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct door *d;
	struct err err;
	bool waits;

	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", &waits, &err),
	    RC_OK);
	assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
	d = test_node_begin(t, &second);
	assert_int_equal(test_node_end(t, record_wishes_forget(d, supervisor.actor.id, &err)),
			 RC_OK);
	assert_int_equal(move(t, &second, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	t->now_ms += INT64_C(31) * 86400000;
	assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	/* One that was written into the database in somebody else's name is none. */
	assert_int_equal(db_run(t->db, &forge, NO_BINDS, NULL, &err), RC_OK);
	assert_int_equal(move(t, &second, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_false(waits);
}

static void
two_logins_of_one_system_account_are_one_person(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct test_person first = supervisor, other = second;
	struct err err;
	bool waits;

	first.actor.account = other.actor.account = 1001;
	assert_int_equal(
	    move(t, &first, id, 1, "closed", "{'closed_with':'all done'}", &waits, &err), RC_OK);
	assert_int_equal(move(t, &first, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	assert_int_equal(move(t, &other, id, 2, "open", "{}", &waits, &err), RC_DENIED);
	assert_true(holds(read_json(t, &analyst, id, NULL), "\"state\":\"closed\""));
	/* a node of a demonstration says otherwise; and two accounts are two people */
	t->node.shared_account = true;
	assert_int_equal(move(t, &other, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_false(waits);
	t->node.shared_account = false;
	assert_int_equal(move(t, &first, id, 3, "closed", "{'closed_with':'again'}", &waits, &err),
			 RC_OK);
	assert_int_equal(move(t, &first, id, 4, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	other.actor.account = 1002;
	assert_int_equal(move(t, &other, id, 4, "open", "{}", &waits, &err), RC_OK);
	assert_false(waits);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    T(a_clock_runs_from_the_entry_into_the_state_whatever_is_edited),
	    T(a_clock_that_comes_back_counts_from_the_move_into_its_state),
	    T(the_log_says_from_which_state_to_which_and_what_a_mark_changed),
	    T(a_denied_move_says_that_it_is_the_move_and_who_may),
	    T(a_move_wants_its_role_its_needs_and_its_gates),
	    T(an_automatic_move_is_made_by_the_node_alone),
	    T(four_eyes_are_those_of_two_people_on_one_version),
	    T(a_wish_ends_with_its_time_and_the_rights_of_its_person),
	    T(two_logins_of_one_system_account_are_one_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
