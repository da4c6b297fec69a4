#include "base/test.h"

#include "record/about.h"
#include "record/bulk.h"
#include "record/concern.h"
#include "record/test_node.h"
#include "record/whole.h"

static struct test_person sup, colleague, monitor;

static int
setup(void **state)
{
	static const struct gate every[] = {{"no_part_in_it", test_gate_holds, ""},
					    {"human_decided", test_gate_holds, ""},
					    {"second_reader", test_gate_holds, ""},
					    {.name = NULL}};

	struct test_person *const of_unit[] = {&sup, &colleague, &monitor};
	struct test_node *t = test_node_new(every, NULL);
	struct id unit =
	    test_node_create(t, &test_itself, "unit", STR("{'name':'Harbour','kind':'police'}"));

	sup = test_person(1, 1, BIT(ROLE_SUPERVISOR), PURPOSE_OVERSIGHT);
	colleague = test_person(2, 1, BIT(ROLE_SUPERVISOR), PURPOSE_OVERSIGHT);
	monitor = test_person(3, 1, BIT(ROLE_MONITOR), PURPOSE_OVERSIGHT);
	for (size_t i = 0; i < COUNT_OF(of_unit); i++)
		of_unit[i]->actor.unit = unit;
	*state = t;
	return 0;
}

static struct id
complain(struct test_node *t, const char *of)
{
	return test_node_create(t, &monitor, "complaint",
				test_fill(t,
					  str_fmt(t->a,
						  "{'channel':'letter','about':['false_hit'],"
						  "'words':'They hit me.'%s}",
						  of)
					      .p,
					  sup.actor.id, sup.actor.unit));
}

static enum rc
load(struct test_node *t, const struct test_person *who, struct id id)
{
	static struct str words = STR_INIT("words");
	const struct str_list reveal = {&words, 1, 1};
	struct door *d = test_node_begin_read(t, who);
	struct record *r;
	struct err err;
	enum rc rc = record_load(d, id, &reveal, &r, &err);

	return test_node_end_read(t, rc);
}

static size_t
listed(struct test_node *t, const struct test_person *who)
{
	struct door *d = test_node_begin_read(t, who);
	struct record_filter filter = {.type = test_node_type(t, "complaint")};
	struct record_list list;
	struct err err;
	enum rc rc = record_list(d, &filter, &list, &err);

	must(test_node_end_read(t, rc) == RC_OK);
	return list.items.n;
}

static enum rc
edit(struct test_node *t, const struct test_person *who, struct id id, const char *patch,
     struct err *err)
{
	struct door *d = test_node_begin(t, who);
	struct record *r;

	return test_node_end(t, record_update(d, id, 1, test_json(d, str_from(patch)), &r, err));
}

static enum rc
erase(struct test_node *t, const struct test_person *who, struct id id, struct err *err)
{
	struct door *d = test_node_begin(t, who);

	return test_node_end(t, record_erase(d, id, 1, err));
}

static bool
taken_along(struct test_node *t, const struct test_person *who, struct id id)
{
	struct door *d = test_node_begin_read(t, who);
	struct record_bulk *b = record_bulk_new(d, true);
	struct record_list out = {0};
	bool found = false;
	struct err err;
	enum rc rc;

	must((rc = record_bulk_next(b, NULL, &out, &err)) == RC_OK);
	for (size_t i = 0; i < out.items.n; i++)
		found = found || id_eq(out.items.at[i]->id, id);
	record_bulk_free(b);
	must(test_node_end_read(t, rc) == RC_OK);
	return found;
}

static void
a_complaint_is_absent_to_whom_it_is_of(void **state)
{
	struct test_node *t = *state;
	struct id id = complain(t, ",'against':'@1'");
	struct err err;

	assert_int_equal(load(t, &sup, id), RC_ABSENT);
	assert_int_equal(listed(t, &sup), 0);
	assert_false(taken_along(t, &sup, id));
	assert_int_equal(edit(t, &sup, id, "{'against':null}", &err), RC_ABSENT);
	assert_int_equal(erase(t, &sup, id, &err), RC_ABSENT);
	assert_int_equal(load(t, &monitor, id), RC_OK);
	assert_int_equal(load(t, &colleague, id), RC_OK);
	assert_int_equal(listed(t, &colleague), 1);
	assert_true(taken_along(t, &colleague, id));
}

static void
one_of_a_unit_is_absent_to_its_supervisors_and_not_to_the_overseer(void **state)
{
	struct test_node *t = *state;
	struct id id = complain(t, ",'against_unit':'@2'");
	struct test_person both = monitor;

	both.actor.roles |= BIT(ROLE_SUPERVISOR);
	assert_int_equal(load(t, &sup, id), RC_ABSENT);
	assert_int_equal(load(t, &colleague, id), RC_ABSENT);
	assert_int_equal(listed(t, &colleague), 0);
	assert_int_equal(load(t, &both, id), RC_ABSENT);
	assert_int_equal(load(t, &monitor, id), RC_OK);
}

static void
whom_it_is_of_is_changed_by_an_overseer_alone_and_hides_it_still(void **state)
{
	struct test_node *t = *state;
	struct id id = complain(t, ",'against':'@1'"), open = complain(t, "");
	struct err err;

	assert_int_equal(edit(t, &colleague, id, "{'against':null}", &err), RC_DENIED);
	assert_string_equal(err.key, "against");
	assert_int_equal(edit(t, &colleague, open,
			      test_fill(t, "{'against':'@1'}", monitor.actor.id, sup.actor.id).p,
			      &err),
			 RC_DENIED);
	assert_int_equal(load(t, &sup, open), RC_OK);
	assert_int_equal(edit(t, &monitor, open,
			      test_fill(t, "{'against':'@1'}", sup.actor.id, sup.actor.id).p, &err),
			 RC_OK);
	assert_int_equal(load(t, &sup, open), RC_ABSENT);
	/* Its first version names them, so it stays hidden. */
	assert_int_equal(edit(t, &monitor, id, "{'against':null}", &err), RC_OK);
	assert_int_equal(load(t, &sup, id), RC_ABSENT);
	assert_int_equal(load(t, &colleague, id), RC_OK);
}

static void
a_guess_at_whom_it_is_of_is_refused_whether_right_or_wrong(void **state)
{
	struct test_node *t = *state;
	struct id id = complain(t, ",'against':'@1'");
	const struct id guesses[] = {sup.actor.id, monitor.actor.id};

	for (size_t i = 0; i < COUNT_OF(guesses); i++) {
		struct err err;

		assert_int_equal(edit(t, &colleague, id,
				      test_fill(t, "{'against':'@1'}", guesses[i], guesses[i]).p,
				      &err),
				 RC_DENIED);
	}
}

static void
one_that_is_not_closed_is_erased_by_nobody(void **state)
{
	struct test_node *t = *state;
	struct id id = complain(t, "");
	struct err err;

	assert_int_equal(erase(t, &sup, id, &err), RC_CONFLICT);
	assert_string_equal(err.key, "state");
	assert_int_equal(erase(t, &test_itself, id, &err), RC_OK);
}

static void
nobody_refers_to_what_is_said_of_them(void **state)
{
	struct test_node *t = *state;
	struct id id = complain(t, ",'against':'@1'");
	struct test_person *who[] = {&sup, &colleague};

	for (size_t i = 0; i < COUNT_OF(who); i++) {
		struct door *d = test_node_begin_read(t, who[i]);
		struct err err;
		bool known;
		enum rc rc = record_is_known(d, id, &known, &err);

		assert_int_equal(test_node_end_read(t, rc), RC_OK);
		assert_int_equal(known, i == 1);
	}
}

/* Of their own unit a supervisor may know all else, so that it "holds more" would say enough. */
static void
what_is_gathered_for_a_person_tells_whoever_gathers_nothing_of_themselves(void **state)
{
	struct test_node *t = *state;
	struct test_person analyst = test_person(4, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	struct test_person *const who[] = {&sup, &colleague};
	struct id person;

	analyst.actor.unit = sup.actor.unit;
	person = test_node_create(t, &analyst, "person", STR("{'name':'Mei Chen'}"));
	(void)test_node_create(t, &colleague, "complaint",
			       test_fill(t,
					 "{'channel':'letter','about':['data'],'words':'Why?',"
					 "'against':'@1','concerns':'@2'}",
					 sup.actor.id, person));
	for (size_t i = 0; i < COUNT_OF(who); i++) {
		struct test_person gathers = *who[i];
		struct about about;
		struct err err;
		struct door *d;
		enum rc rc;

		gathers.access.purpose = PURPOSE_SUBJECT_RIGHTS;
		d = test_node_begin_read(t, &gathers);
		rc = record_about(d, &person, 1, &about, &err);
		assert_int_equal(about.items.n, 1 + i);
		assert_int_equal(about.ask_units.n, 0);
		assert_int_equal(test_node_end_read(t, rc), RC_OK);
	}
}

static void
what_the_node_makes_of_somebody_is_made_by_nobody_else(void **state)
{
	struct test_node *t = *state;
	struct door *d = test_node_begin(t, &sup);
	struct record *r;
	struct err err;
	enum rc rc = record_create(d, test_node_type(t, "access_review"), test_json(d, STR("{}")),
				   NULL, &r, &err);

	assert_int_equal(test_node_end(t, rc), RC_DENIED);
	(void)test_node_create(t, &test_itself, "access_review", STR("{}"));
}

/* Moved with everything to another node, it is as absent there. */
static void
a_complaint_that_was_moved_stays_absent_to_whom_it_is_of(void **state)
{
	struct test_node *t = *state;
	struct test_person admin =
	    test_person(9, 1, BIT(ROLE_ADMINISTRATOR), PURPOSE_ADMINISTRATION);
	struct id id = complain(t, ",'against':'@1'"), moved = id, after = {{0}};
	const struct id owners[] = {monitor.actor.id};
	struct record_versions versions;
	struct door *d = test_node_begin(t, &admin);
	struct err err;

	do
		must(record_whole_next(d, owners, 1, &after, &versions, &err) == RC_OK);
	while (!id_eq(after, id));
	assert_int_equal(versions.n, 1);
	moved.b[15] ^= 1;
	versions.at[0].id = moved;
	versions.at[0].last = true;
	assert_int_equal(test_node_end(t, record_whole_restore(d, &versions.at[0], &err)), RC_OK);
	assert_int_equal(load(t, &monitor, moved), RC_OK);
	assert_int_equal(load(t, &colleague, moved), RC_OK);
	assert_int_equal(load(t, &sup, moved), RC_ABSENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_complaint_that_was_moved_stays_absent_to_whom_it_is_of, setup,
		test_node_teardown),
	    cmocka_unit_test_setup_teardown(a_complaint_is_absent_to_whom_it_is_of, setup,
					    test_node_teardown),
	    cmocka_unit_test_setup_teardown(
		one_of_a_unit_is_absent_to_its_supervisors_and_not_to_the_overseer, setup,
		test_node_teardown),
	    cmocka_unit_test_setup_teardown(
		whom_it_is_of_is_changed_by_an_overseer_alone_and_hides_it_still, setup,
		test_node_teardown),
	    cmocka_unit_test_setup_teardown(
		a_guess_at_whom_it_is_of_is_refused_whether_right_or_wrong, setup,
		test_node_teardown),
	    cmocka_unit_test_setup_teardown(one_that_is_not_closed_is_erased_by_nobody, setup,
					    test_node_teardown),
	    cmocka_unit_test_setup_teardown(
		what_is_gathered_for_a_person_tells_whoever_gathers_nothing_of_themselves, setup,
		test_node_teardown),
	    cmocka_unit_test_setup_teardown(nobody_refers_to_what_is_said_of_them, setup,
					    test_node_teardown),
	    cmocka_unit_test_setup_teardown(what_the_node_makes_of_somebody_is_made_by_nobody_else,
					    setup, test_node_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
