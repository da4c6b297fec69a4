#include "base/test.h"

#include "record/blind.h"
#include "record/derive.h"
#include "record/test_node.h"

static const uint32_t analyst = BIT(ROLE_ANALYST), supervisor = BIT(ROLE_SUPERVISOR);

static struct record *
read_as(struct test_node *t, const struct test_person *p, struct id id)
{
	struct record *r = NULL;
	struct err err;
	struct door *d = test_node_begin_read(t, p);

	return test_node_end_read(t, record_load(d, id, NULL, &r, &err)) == RC_OK ? r : NULL;
}

static enum rc
change(struct test_node *t, const struct test_person *p, struct id id, int64_t version,
       const char *patch)
{
	struct record *r;
	struct err err;
	struct door *d = test_node_begin(t, p);

	return test_node_end(
	    t, record_update(d, id, version, test_json(d, str_from(patch)), &r, &err));
}

static enum rc
mark(struct test_node *t, const struct test_person *p, struct id id, int64_t version,
     struct handling handling, struct err *err)
{
	struct record *r;
	struct door *d = test_node_begin(t, p);

	return test_node_end(t, record_mark(d, id, version, handling, &r, err));
}

static struct id
incident(struct test_node *t, const struct test_person *p)
{
	return test_node_create(
	    t, p, "incident",
	    STR("{'kind':'observation','summary':'A van at night.','summary_basis':'fact'}"));
}

static void
what_is_made_of_a_record_is_never_handled_more_openly(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct test_person boss = test_person(2, 1, supervisor, PURPOSE_INVESTIGATION);
	struct test_person colleague = test_person(3, 1, analyst, PURPOSE_INVESTIGATION);
	struct handling strict = {TLP_RED, false, false}, open = {TLP_AMBER_STRICT, true, false};
	struct id first = incident(t, &ana), second = incident(t, &ana), of_case, network;
	struct record *r;
	struct err err;

	(void)state;
	assert_int_equal(mark(t, &ana, first, 1, strict, &err), RC_OK);
	/* at birth */
	of_case = test_node_create(
	    t, &ana, "case", test_fill(t, "{'name':'Cannery','incidents':['@1']}", first, first));
	r = read_as(t, &ana, of_case);
	assert_int_equal(r->handling.tlp, TLP_RED);
	assert_false(r->handling.judicial_ok);
	assert_null(read_as(t, &colleague, of_case));
	/* by a change */
	of_case = test_node_create(
	    t, &ana, "case", test_fill(t, "{'name':'Pier','incidents':['@1']}", second, second));
	assert_int_equal(read_as(t, &colleague, of_case)->handling.tlp, TLP_AMBER_STRICT);
	assert_true(read_as(t, &ana, of_case)->handling.judicial_ok);
	network =
	    test_node_create(t, &ana, "network",
			     test_fill(t, "{'name':'Harbour','cases':['@1']}", of_case, of_case));
	assert_int_equal(
	    change(t, &ana, of_case, 1, test_fill(t, "{'incidents':['@1','@2']}", first, second).p),
	    RC_OK);
	assert_int_equal(read_as(t, &ana, of_case)->handling.tlp, TLP_RED);
	/* and what is made of that in turn */
	assert_int_equal(read_as(t, &ana, network)->handling.tlp, TLP_RED);
	/* A supervisor loosens nothing below what it is made of; the source first. */
	assert_int_equal(mark(t, &boss, of_case, 2, open, &err), RC_DENIED);
	assert_non_null(strstr(err.text, "made of"));
	assert_int_equal(mark(t, &boss, first, 2, (struct handling){TLP_AMBER, true, false}, &err),
			 RC_OK);
	assert_int_equal(read_as(t, &ana, of_case)->handling.tlp, TLP_RED);
	assert_int_equal(mark(t, &boss, of_case, 2, open, &err), RC_OK);
	test_node_free(t);
}

static void
a_source_that_is_tightened_later_tightens_what_was_made_of_it(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct test_person colleague = test_person(3, 1, analyst, PURPOSE_INVESTIGATION);
	struct handling strict = {TLP_RED, false, false};
	struct id source = incident(t, &ana), of_case, network;
	int64_t leaves;
	struct err err;

	(void)state;
	of_case = test_node_create(
	    t, &ana, "case", test_fill(t, "{'name':'Pier','incidents':['@1']}", source, source));
	network = test_node_create(
	    t, &ana, "network",
	    test_fill(t, "{'name':'Harbour','cases':['@1'],'incidents':['@2']}", of_case, source));
	assert_non_null(read_as(t, &colleague, network));
	leaves = test_node_leaves(t);
	assert_int_equal(mark(t, &ana, source, 1, strict, &err), RC_OK);
	/* Each of the three changed once, whatever ways lead there. */
	assert_int_equal(test_node_leaves(t), leaves + 3);
	assert_null(read_as(t, &colleague, of_case));
	assert_null(read_as(t, &colleague, network));
	assert_int_equal(read_as(t, &ana, network)->handling.tlp, TLP_RED);
	assert_false(read_as(t, &ana, of_case)->handling.judicial_ok);
	test_node_free(t);
}

static void
more_than_one_change_passes_on_is_refused_whole_until_it_is_done_in_parts(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct handling strict = {TLP_RED, false, false};
	struct id source = incident(t, &ana);
	struct str fields = test_fill(t, "{'name':'Pier','incidents':['@1']}", source, source);
	struct ids made = {0};
	struct record *r;
	struct door *d;
	struct err err;

	(void)state;
	d = test_node_begin(t, &ana);
	for (int i = 0; i < PASSED_CHANGED_MAX + 1; i++) {
		must(record_create(d, test_node_type(t, "case"), test_json(d, fields), NULL, &r,
				   &err) == RC_OK);
		*VEC_ADD(t->a, &made) = r->id;
	}
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	assert_int_equal(mark(t, &ana, source, 1, strict, &err), RC_CONFLICT);
	assert_string_equal(err.key, "handling");
	/* Nothing of it is half done. */
	assert_int_equal(read_as(t, &ana, source)->handling.tlp, TLP_AMBER);
	assert_int_equal(read_as(t, &ana, made.at[0])->version, 1);
	assert_int_equal(mark(t, &ana, made.at[0], 1, strict, &err), RC_OK);
	assert_int_equal(mark(t, &ana, source, 1, strict, &err), RC_OK);
	assert_int_equal(read_as(t, &ana, made.at[PASSED_CHANGED_MAX])->handling.tlp, TLP_RED);
	test_node_free(t);
}

static void
somebody_under_18_or_maybe_is_guarded_by_the_node(void **state)
{
	static const struct {
		const char *fields;
		enum guard guard;
	} people[] = {
	    {"{'name':'A'}", GUARD_NONE}, /* an unknown age alone sets nothing */
	    {"{'name':'A','may_be_minor':'yes','minor_reasons':'school books'}", GUARD_MINOR},
	    {"{'name':'A','may_be_minor':'unknown'}", GUARD_NONE},
	    {"{'name':'A','birth_date':'2008-11-24'}", GUARD_MINOR}, /* 18 tomorrow */
	    {"{'name':'A','birth_date':'2008-11-23'}", GUARD_NONE},
	    {"{'name':'A','birth_date':'2008'}", GUARD_MINOR}, /* may be */
	    {"{'name':'A','birth_date':'2007'}", GUARD_NONE},
	    {"{'name':'A','age_band':'9-17'}", GUARD_MINOR},
	};
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct test_person here = test_person(2, 1, analyst, PURPOSE_INVESTIGATION);
	struct test_person elsewhere = test_person(3, 2, analyst, PURPOSE_INVESTIGATION);
	struct test_person boss = test_person(4, 1, supervisor, PURPOSE_INVESTIGATION);
	struct record *r;
	struct door *d;
	struct err err;
	struct id id;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(people); i++) {
		id = test_node_create(t, &ana, "person", str_from(people[i].fields));
		r = read_as(t, &here, id);
		assert_non_null(r);
		if (r->guard != people[i].guard)
			fail_msg("%s: guard %d\n", people[i].fields, (int)r->guard);
		/* Another unit reads AMBER, but nobody who is guarded. */
		assert_int_equal(read_as(t, &elsewhere, id) != NULL, people[i].guard == GUARD_NONE);
	}
	/* A change sets it, and taking the words away does not lift it. */
	id = test_node_create(t, &ana, "person", STR("{'name':'B'}"));
	assert_int_equal(change(t, &ana, id, 1, "{'age_band':'0-8'}"), RC_OK);
	assert_null(read_as(t, &elsewhere, id));
	d = test_node_begin(t, &boss);
	assert_int_equal(test_node_end(t, record_unguard(d, id, 2, &r, &err)), RC_CONFLICT);
	assert_int_equal(change(t, &ana, id, 2, "{'age_band':null}"), RC_OK);
	assert_int_equal(read_as(t, &here, id)->guard, GUARD_MINOR);
	d = test_node_begin(t, &ana);
	assert_int_equal(test_node_end(t, record_unguard(d, id, 3, &r, &err)), RC_DENIED);
	boss.access.reason = STR_NONE;
	d = test_node_begin(t, &boss);
	assert_int_equal(test_node_end(t, record_unguard(d, id, 3, &r, &err)), RC_DENIED);
	boss.access.reason = STR("A passport shows they are 24.");
	d = test_node_begin(t, &boss);
	assert_int_equal(test_node_end(t, record_unguard(d, id, 3, &r, &err)), RC_OK);
	assert_non_null(read_as(t, &elsewhere, id));
	test_node_free(t);
}

static void
a_survivor_s_record_is_unguarded_by_nobody(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person boss = test_person(4, 1, supervisor, PURPOSE_PROTECTION);
	struct id id = test_node_create(t, &boss, "survivor", STR("{'chosen_name':'Tirelu'}"));
	struct record *r;
	struct door *d = test_node_begin(t, &boss);
	struct err err;

	(void)state;
	assert_int_equal(test_node_end(t, record_unguard(d, id, 1, &r, &err)), RC_CONFLICT);
	assert_int_equal(read_as(t, &boss, id)->guard, GUARD_SURVIVOR);
	test_node_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_made_of_a_record_is_never_handled_more_openly),
	    cmocka_unit_test(a_source_that_is_tightened_later_tightens_what_was_made_of_it),
	    cmocka_unit_test(
		more_than_one_change_passes_on_is_refused_whole_until_it_is_done_in_parts),
	    cmocka_unit_test(somebody_under_18_or_maybe_is_guarded_by_the_node),
	    cmocka_unit_test(a_survivor_s_record_is_unguarded_by_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
