#include "base/test.h"

#include "record/alone.h"
#include "record/test_node.h"

static struct test_person analyst, prosecutor, another;

static enum rc
let_pass(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	(void)d, (void)r, (void)use, (void)err;
	return RC_OK;
}

static int
setup(void **state)
{
	static const struct gate every[] = {{"human_decided", let_pass, ""}, {.name = NULL}};

	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	prosecutor = test_person(2, 1, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	another = test_person(3, 1, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	*state = test_node_new(every, NULL);
	return 0;
}

/* Two people held for a court until a day. */
static struct id
new_hold(struct test_node *t, struct id *a, struct id *b)
{
	*a = test_node_create(t, &analyst, "person", STR("{'name':'Asel Tarn'}"));
	*b = test_node_create(t, &analyst, "person", STR("{'name':'Dameru Loshkai'}"));
	return test_node_create(
	    t, &prosecutor, "legal_hold",
	    test_fill(t,
		      "{'records':['@1','@2'],'court':'Court of Ulmere','ground':'An appeal is "
		      "open','ordered_on':'2026-11-20','until':'2027-02-01'}",
		      *a, *b));
}

static enum rc
edit(struct test_node *t, struct id id, int64_t version, struct str patch, struct err *err)
{
	struct door *d = test_node_begin(t, &prosecutor);
	struct record *r;

	return test_node_end(t, record_update(d, id, version, test_json(d, patch), &r, err));
}

static enum rc
move_by(struct test_node *t, const struct test_person *who, struct id id, const char *to,
	const char *patch, bool *waits, struct err *err)
{
	struct door *d = test_node_begin(t, who);
	struct record *r = NULL;
	enum rc rc = record_move(d, id, 1, str_from(to),
				 test_json(d, str_copy(t->a, str_from(patch))), &r, err);

	*waits = rc == RC_OK && r->waits;
	return test_node_end(t, rc);
}

static void
one_person_ends_no_hold_for_any_record_by_an_edit(void **state)
{
	struct test_node *t = *state;
	struct id a, b, hold = new_hold(t, &a, &b);
	struct err err;

	assert_int_equal(edit(t, hold, 1, STR("{'until':'2026-11-24'}"), &err), RC_DENIED);
	assert_string_equal(err.key, "until");
	assert_int_equal(edit(t, hold, 1, STR("{'until':null}"), &err), RC_DENIED);
	assert_int_equal(edit(t, hold, 1, STR("{'until':'2027'}"), &err), RC_DENIED);
	assert_int_equal(edit(t, hold, 1, test_fill(t, "{'records':['@1']}", a, b), &err),
			 RC_DENIED);
	assert_string_equal(err.key, "records");
}

static void
one_person_lengthens_a_hold_and_adds_to_it(void **state)
{
	struct test_node *t = *state;
	struct id a, b, hold = new_hold(t, &a, &b), c;
	struct err err;

	c = test_node_create(t, &analyst, "person", STR("{'name':'Mira Sol'}"));
	assert_int_equal(edit(t, hold, 1, STR("{'until':'2027-03-01'}"), &err), RC_OK);
	assert_int_equal(
	    edit(t, hold, 2,
		 str_fmt(t->a, "{'records':['%.*s','%.*s','%.*s']}", STR_ARG(id_format(t->a, b)),
			 STR_ARG(id_format(t->a, c)), STR_ARG(id_format(t->a, a))),
		 &err),
	    RC_OK);
}

static void
two_people_end_a_hold_sooner_and_lift_it_with_a_reason(void **state)
{
	static const char *const review =
	    "{'until':'2026-12-01','reviewed_on':'2026-11-23','review_result':'The appeal is "
	    "heard in November.'}";
	struct test_node *t = *state;
	struct id a, b, hold = new_hold(t, &a, &b);
	bool waits;
	struct err err;

	assert_int_equal(move_by(t, &prosecutor, hold, "lifted", "{}", &waits, &err), RC_CONFLICT);
	assert_int_equal(move_by(t, &prosecutor, hold, "lifted",
				 "{'lift_reason':'The ruling is final.'}", &waits, &err),
			 RC_OK);
	assert_true(waits);
	assert_int_equal(move_by(t, &prosecutor, hold, "reviewed", review, &waits, &err), RC_OK);
	assert_true(waits);
	assert_int_equal(move_by(t, &another, hold, "reviewed", review, &waits, &err), RC_OK);
	assert_false(waits);
}

static enum rc
erase_by(struct test_node *t, const struct test_person *who, struct id id, int64_t version,
	 struct err *err)
{
	struct door *d = test_node_begin(t, who);

	return test_node_end(t, record_erase(d, id, version, err));
}

/* Else the one who is stopped, or whom a time of rest is in the way of, would end it alone. */
static void
what_two_people_end_is_not_erased_by_one(void **state)
{
	struct test_node *t = *state;
	struct test_person supervisor =
	    test_person(4, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SUBJECT_RIGHTS);
	struct test_person monitor = test_person(5, 1, BIT(ROLE_MONITOR), PURPOSE_OVERSIGHT);
	const struct record_type *type = test_node_type(t, "reflection_period");
	struct id stop = test_node_create(t, &monitor, "stop_order",
					  STR("{'target':'peer','peer':'Riverland','ground':'Its "
					      "log shows look-ups without a case.'}"));
	struct id paper =
	    test_node_create(t, &prosecutor, "authorisation",
			     STR("{'kind':'other','purpose':'prosecution','legal_basis':'led_8'}"));
	struct door *d = test_node_begin_read(t, &supervisor);
	struct err err;

	assert_int_equal(alone_check_erase(d, type, STR("running"), &err), RC_CONFLICT);
	assert_string_equal(err.key, "state");
	/* Of a draft, and where one person ends it as well, nothing is gained by erasing. */
	assert_int_equal(alone_check_erase(d, type, STR("draft"), &err), RC_OK);
	assert_int_equal(alone_check_erase(d, type, STR("ended"), &err), RC_OK);
	assert_int_equal(
	    alone_check_erase(d, test_node_type(t, "authorisation"), STR("granted"), &err), RC_OK);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
	assert_int_equal(erase_by(t, &supervisor, stop, 1, &err), RC_CONFLICT);
	assert_string_equal(err.key, "state");
	assert_int_equal(erase_by(t, &supervisor, paper, 1, &err), RC_OK);
	assert_int_equal(erase_by(t, &test_itself, stop, 1, &err), RC_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(one_person_ends_no_hold_for_any_record_by_an_edit,
					    setup, test_node_teardown),
	    cmocka_unit_test_setup_teardown(one_person_lengthens_a_hold_and_adds_to_it, setup,
					    test_node_teardown),
	    cmocka_unit_test_setup_teardown(two_people_end_a_hold_sooner_and_lift_it_with_a_reason,
					    setup, test_node_teardown),
	    cmocka_unit_test_setup_teardown(what_two_people_end_is_not_erased_by_one, setup,
					    test_node_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
