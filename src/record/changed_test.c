#include "base/test.h"

#include "record/changed.h"
#include "record/test_node.h"

static struct test_person analyst;

static int
setup(void **state)
{
	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	*state = test_node_new(NULL, NULL);
	return 0;
}

static int64_t
version_after(struct test_node *t, const char *patch)
{
	struct id id = test_node_create(t, &analyst, "person",
					STR("{'name':'Asel Tarn','birth_date':'1980-02-03'}"));
	struct door *d = test_node_begin(t, &analyst);
	struct record *r;
	struct err err;

	must(test_node_end(t, record_update(d, id, 1, test_json(d, str_from(patch)), &r, &err)) ==
	     RC_OK);
	return r->version;
}

static void
a_guess_at_a_masked_value_makes_a_version_whether_right_or_wrong(void **state)
{
	struct test_node *t = *state;

	assert_int_equal(version_after(t, "{'birth_date':'1980-02-03'}"), 2);
	assert_int_equal(version_after(t, "{'birth_date':'1951-05-05'}"), 2);
	assert_int_equal(version_after(t, "{'birth_date':null}"), 2);
	assert_int_equal(version_after(t, "{}"), 1);
}

static void
the_log_names_the_masked_field_whether_it_changed_or_not(void **state)
{
	struct test_node *t = *state;
	const struct record_type *type = test_node_type(t, "person");
	struct door *d = test_node_begin_read(t, &test_itself);
	json_t *was = test_json(d, STR("{'birth_date':'1980','sex':'f'}"));
	json_t *is = test_json(d, STR("{'birth_date':'1951','sex':'f'}"));

	assert_true(str_eq_z(changed_fields(t->a, type, was, was, is), "birth_date"));
	assert_true(str_eq_z(changed_fields(t->a, type, was, is, is), "birth_date"));
	assert_int_equal(changed_fields(t->a, type, was, was, NULL).n, 0);
	assert_false(changed_names_masked(type, NULL));
	door_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_guess_at_a_masked_value_makes_a_version_whether_right_or_wrong, setup,
		test_node_teardown),
	    cmocka_unit_test_setup_teardown(
		the_log_names_the_masked_field_whether_it_changed_or_not, setup,
		test_node_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
