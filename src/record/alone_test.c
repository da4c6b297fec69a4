#include "base/test.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
