#include "base/test.h"

#include "base/arena.h"
#include "base/fault.h"

static void
a_key_has_its_pointer(void **state)
{
	static const struct {
		const char *key, *pointer;
	} cases[] = {
	    {"", ""},	      {"name", "/name"},     {"phones[2]", "/phones/2"},
	    {"a/b", "/a~1b"}, {"a~b[0]", "/a~0b/0"}, {"[3]", "/3"},
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(str_z(a, fault_pointer(a, cases[i].key)), cases[i].pointer);
	arena_free(a);
}

static void
none_is_no_failure_and_many_are_counted(void **state)
{
	struct arena *a = arena_new(0);
	struct faults faults;
	struct err one, err;

	(void)state;
	faults_init(&faults, a);
	assert_int_equal(faults_say(&faults, RC_INVALID, &err), RC_OK);
	(void)fail(&one, RC_INVALID, "name", "must be given");
	faults_add(&faults, STR("/name"), &one);
	assert_int_equal(faults_say(&faults, RC_INVALID, NULL), RC_INVALID);
	assert_int_equal(faults_say(&faults, RC_CONFLICT, &err), RC_CONFLICT);
	assert_string_equal(err.text, "must be given");
	assert_string_equal(err.key, "name");
	assert_int_equal(err.faults->n, 1);
	for (int i = 0; i < 30; i++) {
		(void)fail(&one, RC_INVALID, "", "%d: %s", i,
			   "something that is long enough to fill");
		faults_add(&faults, STR_NONE, &one);
	}
	assert_int_equal(faults_say(&faults, RC_INVALID, &err), RC_INVALID);
	assert_int_equal(err.faults->n, FAULTS_MAX);
	assert_int_equal(err.faults->left_out, 31 - FAULTS_MAX);
	assert_non_null(strstr(err.text, "; and "));
	assert_null(err.faults->at[1].pointer.p);
	/* Whoever fails next has none of them. */
	(void)fail(&err, RC_ABSENT, "", "no");
	assert_null(err.faults);
	arena_free(a);
}

static void
what_is_below_is_told_from_the_top(void **state)
{
	struct arena *a = arena_new(0);
	struct faults faults;
	struct err one, err;

	(void)state;
	(void)fail(&err, RC_ABSENT, "", "no");
	faults_below(a, &err, "/fields");
	faults_below(a, NULL, "/fields");
	assert_null(err.faults);
	faults_init(&faults, a);
	(void)fail(&one, RC_INVALID, "name", "must be given");
	faults_add(&faults, STR("/name"), &one);
	faults_add(&faults, STR(""), &one);
	assert_int_equal(faults_say(&faults, RC_INVALID, &err), RC_INVALID);
	faults_below(a, &err, "/fields");
	assert_string_equal(str_z(a, err.faults->at[0].pointer), "/fields/name");
	assert_string_equal(str_z(a, err.faults->at[1].pointer), "/fields");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_has_its_pointer),
	    cmocka_unit_test(none_is_no_failure_and_many_are_counted),
	    cmocka_unit_test(what_is_below_is_told_from_the_top),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
