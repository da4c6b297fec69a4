#include "base/test.h"

#include "oversee/retention/hold.h"
#include "oversee/retention/say.h"
#include "record/test_node.h"

static struct test_person analyst, prosecutor, elsewhere, supervisor, above;

static int
setup(void **state)
{
	static struct gate gates[8];
	static struct id lower[1];
	static struct reach reach = {.units = lower, .unit_count = 1, .until_ms = INT64_MAX};
	size_t n;

	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	prosecutor = test_person(2, 1, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	elsewhere = test_person(3, 2, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	supervisor = test_person(4, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SUBJECT_RIGHTS);
	above = test_person(5, 3, BIT(ROLE_SUPERVISOR), PURPOSE_SUBJECT_RIGHTS);
	lower[0] = analyst.actor.unit;
	above.actor.reach = &reach;
	for (n = 0; hold_gates[n].name != NULL; n++)
		gates[n] = hold_gates[n];
	gates[n++] = (struct gate){"human_decided", test_gate_holds, ""};
	gates[n] = (struct gate){.name = NULL};
	*state = test_node_new(gates, hold_reactions);
	return 0;
}

static struct id
new_person(struct test_node *t)
{
	return test_node_create(t, &analyst, "person", STR("{'name':'Asel Tarn'}"));
}

static enum rc
hold_until(struct test_node *t, const struct test_person *who, struct id id, const char *until,
	   struct err *err)
{
	struct door *d = test_node_begin(t, who);
	struct str fields = str_fmt(t->a,
				    "{'records':['%.*s'],'court':'Court of Ulmere','ground':'An "
				    "appeal is open','ordered_on':'2026-11-20'%s}",
				    STR_ARG(id_format(t->a, id)), until);
	struct record *r;

	return test_node_end(t, record_create(d, test_node_type(t, "legal_hold"),
					      test_json(d, fields), NULL, &r, err));
}

static enum rc
reading(struct test_node *t, const struct test_person *who, struct id id)
{
	struct door *d = test_node_begin_read(t, who);
	struct record *r;

	return test_node_end_read(t, record_load(d, id, NULL, &r, NULL));
}

static void
a_hold_ends_on_a_day_to_come(void **state)
{
	struct test_node *t = *state;
	struct id id = new_person(t);
	struct err err;

	assert_int_equal(hold_until(t, &prosecutor, id, ",'until':'2026-11-21'", &err), RC_INVALID);
	assert_string_equal(err.key, "until");
	assert_int_equal(hold_until(t, &prosecutor, id, ",'until':'2026-11-23'", &err), RC_INVALID);
	assert_int_equal(hold_until(t, &prosecutor, id, ",'until':'2027-08-23'", &err), RC_INVALID);
	assert_int_equal(hold_until(t, &prosecutor, id, ",'until':'2026-11-24'", &err), RC_OK);
}

static enum rc
change_hold(struct test_node *t, const struct test_person *who, struct id id, int64_t version,
	    const char *to, const char *patch, struct err *err)
{
	struct door *d = test_node_begin(t, who);
	json_t *fields = test_json(d, str_from(patch));
	struct record *r;

	return test_node_end(t, to == NULL
				    ? record_update(d, id, version, fields, &r, err)
				    : record_move(d, id, version, str_from(to), fields, &r, err));
}

/* 2026-11-23 is today. */
static void
one_person_keeps_nothing_over_six_months_from_its_beginning_or_review(void **state)
{
	static const char review[] =
	    "{'reviewed_on':'2027-05-02','review_result':'Still open.','until':'2027-11-01'}";
	struct test_node *t = *state;
	struct id id = test_node_create(
	    t, &prosecutor, "legal_hold",
	    str_fmt(t->a,
		    "{'records':['%.*s'],'court':'Court of Ulmere','ground':'An appeal is open',"
		    "'ordered_on':'2026-11-20','until':'2027-02-01'}",
		    STR_ARG(id_format(t->a, new_person(t)))));
	struct err err;

	t->now_ms += 60 * DAY_MS;
	assert_int_equal(change_hold(t, &prosecutor, id, 1, NULL, "{'until':'2027-07-01'}", &err),
			 RC_INVALID);
	assert_string_equal(err.key, "until");
	assert_int_equal(change_hold(t, &prosecutor, id, 1, NULL, "{'until':'2027-05-25'}", &err),
			 RC_OK);
	/* What was said before stays, however old it is. */
	t->now_ms += 100 * DAY_MS;
	assert_int_equal(change_hold(t, &prosecutor, id, 2, NULL, "{'law':'Section 12'}", &err),
			 RC_OK);
	/* Nor by a day of review that one person writes in. */
	assert_int_equal(change_hold(t, &prosecutor, id, 3, NULL,
				     "{'reviewed_on':'2027-05-02','until':'2027-11-01'}", &err),
			 RC_INVALID);
	assert_int_equal(change_hold(t, &prosecutor, id, 3, "reviewed", review, &err), RC_OK);
	assert_int_equal(change_hold(t, &supervisor, id, 3, "reviewed", review, &err), RC_OK);
	t->now_ms += 30 * DAY_MS;
	assert_int_equal(change_hold(t, &prosecutor, id, 4, NULL, "{'until':'2027-11-20'}", &err),
			 RC_INVALID);
}

static void
a_hold_of_another_unit_takes_nothing_out_of_use(void **state)
{
	struct test_node *t = *state;
	struct id id = new_person(t);
	struct record_filter filter = {.type = test_node_type(t, "task")};
	struct record_list tasks;
	struct door *d;

	assert_int_equal(hold_until(t, &elsewhere, id, "", NULL), RC_OK);
	assert_int_equal(reading(t, &analyst, id), RC_OK);
	d = test_node_begin_read(t, &analyst);
	assert_int_equal(test_node_end_read(t, record_list(d, &filter, &tasks, NULL)), RC_OK);
	assert_int_equal(tasks.items.n, 1);
	assert_int_equal(hold_until(t, &prosecutor, id, "", NULL), RC_OK);
	assert_int_equal(reading(t, &analyst, id), RC_ABSENT);
}

static void
holds_of_one_record_are_few_a_unit_and_do_not_shut_others_out(void **state)
{
	struct test_node *t = *state;
	struct id id = new_person(t);
	struct err err;

	for (int i = 0; i < 20; i++)
		assert_int_equal(hold_until(t, &elsewhere, id, "", NULL), RC_OK);
	assert_int_equal(hold_until(t, &elsewhere, id, "", &err), RC_CONFLICT);
	assert_string_equal(err.key, "records");
	assert_int_equal(hold_until(t, &prosecutor, id, "", &err), RC_OK);
}

static void
one_person_records_so_many_holds_a_day(void **state)
{
	struct test_node *t = *state;
	struct id id = {{0}};
	struct err err;

	for (int i = 0; i < 100; i++) {
		if (i % 20 == 0)
			id = new_person(t);
		assert_int_equal(hold_until(t, &prosecutor, id, "", NULL), RC_OK);
	}
	id = new_person(t);
	assert_int_equal(hold_until(t, &prosecutor, id, "", &err), RC_BUSY);
	assert_int_equal(hold_until(t, &elsewhere, id, "", &err), RC_OK);
	t->now_ms += 2 * DAY_MS;
	assert_int_equal(hold_until(t, &prosecutor, id, "", &err), RC_OK);
}

static bool
has_say(struct test_node *t, const struct test_person *who, struct id id)
{
	struct door *d = test_node_begin(t, who);
	bool out;

	assert_int_equal(test_node_end(t, say_is_ours(d, id, &out, NULL)), RC_OK);
	return out;
}

static void
supervisors_of_the_unit_and_above_have_the_say_over_a_record_s_end(void **state)
{
	struct test_node *t = *state;
	struct test_person far = test_person(6, 4, BIT(ROLE_SUPERVISOR), PURPOSE_SUBJECT_RIGHTS);
	struct id id = new_person(t);

	assert_true(has_say(t, &supervisor, id));
	assert_true(has_say(t, &above, id));
	assert_false(has_say(t, &far, id));
	assert_false(has_say(t, &analyst, id));
	assert_false(has_say(t, &prosecutor, id));
	assert_false(has_say(t, &elsewhere, id));
	assert_false(has_say(t, &test_itself, id));
	assert_false(has_say(t, &supervisor, (struct id){{9}}));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    T(a_hold_ends_on_a_day_to_come),
	    T(one_person_keeps_nothing_over_six_months_from_its_beginning_or_review),
	    T(a_hold_of_another_unit_takes_nothing_out_of_use),
	    T(holds_of_one_record_are_few_a_unit_and_do_not_shut_others_out),
	    T(one_person_records_so_many_holds_a_day),
	    T(supervisors_of_the_unit_and_above_have_the_say_over_a_record_s_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
