#include "base/test.h"

#include "record/test_desk.h"
#include "record/test_node.h"

/* A reference names what is there and what its writer may know of, and tells of nothing else. */

static void
a_reference_is_taken_away_by_null_and_must_name_what_is_there(void **state)
{
	struct test_node *t = *state;
	struct id person = test_node_create(t, &analyst, "person", STR(PERSON));
	struct id id = test_node_create(t, &analyst, "task",
					test_fill(t, "{'what':'x','of':'@1'}", person, person));
	struct record *r;
	struct err err;

	assert_int_equal(update(t, &analyst, id, 1,
				test_fill(t, "{'of':'@1'}", (struct id){{9}}, person).p, &r, &err),
			 RC_INVALID);
	assert_string_equal(err.key, "of");
	assert_int_equal(update(t, &analyst, id, 1, "{'of':null}", &r, &err), RC_OK);
	assert_null(json_object_get(r->fields, "of"));
	json_decref(r->fields);
}

/* Everything an answer to a new record tells: how it ended, the key and the text. */
static const char *
answer_to(struct test_node *t, const struct test_person *who, const char *type, struct str fields)
{
	struct door *d = test_node_begin(t, who);
	struct record *r;
	struct err err = {.text = ""};
	enum rc rc =
	    record_create(d, test_node_type(t, type), test_json(d, fields), NULL, &r, &err);

	(void)test_node_end(t, rc);
	return str_fmt(t->a, "%s|%s|%s", rc_name(rc), err.key, err.text).p;
}

/* The same text with one digit of the id changed names nothing. */
static struct id
neighbour(struct id id)
{
	id.b[15] ^= 1;
	return id;
}

static void
a_reference_to_what_is_hidden_is_answered_like_one_to_nothing(void **state)
{
	static const char note[] = "{'text':'x','about':'@1'}";
	static const char link[] = "{'person':'@2','in':'@1','category':'UNDETERMINED',"
				   "'category_basis':'fact'}";
	struct test_node *t = *state;
	struct id survivor = test_node_create(t, &worker, "survivor", STR("{'chosen_name':'T'}"));
	struct id incident =
	    test_node_create(t, &supervisor, "incident",
			     STR("{'kind':'observation','summary':'x','summary_basis':'fact'}"));
	struct id person = test_node_create(t, &analyst, "person", STR(PERSON));
	struct handling red = {TLP_RED, false, false};
	struct record *r;
	struct door *d = test_node_begin(t, &supervisor);
	const char *hidden, *nothing;
	int64_t leaves;

	assert_int_equal(test_node_end(t, record_mark(d, incident, 1, red, &r, NULL)), RC_OK);
	/* of a type that the role may not read; of a type it may read, RED; erased */
	leaves = test_node_leaves(t);
	hidden = answer_to(t, &analyst, "note", test_fill(t, note, survivor, person));
	assert_int_equal(test_node_leaves(t), leaves + 1);
	nothing = answer_to(t, &analyst, "note", test_fill(t, note, neighbour(survivor), person));
	assert_int_equal(test_node_leaves(t), leaves + 2);
	assert_string_equal(hidden, nothing);
	assert_non_null(strstr(hidden, "names no record"));
	assert_string_equal(
	    answer_to(t, &analyst, "involvement", test_fill(t, link, incident, person)),
	    answer_to(t, &analyst, "involvement", test_fill(t, link, neighbour(incident), person)));
	/* Who may know of it may refer to it, for whatever purpose. */
	assert_string_equal(answer_to(t, &supervisor, "note", test_fill(t, note, survivor, person)),
			    "ok||");
}

static void
a_reference_that_stands_may_stay_though_it_is_hidden_by_now(void **state)
{
	struct test_node *t = *state;
	struct id one = test_node_create(t, &supervisor, "person", STR(PERSON));
	struct id other = test_node_create(t, &supervisor, "person", STR(PERSON));
	struct id hold =
	    test_node_create(t, &analyst, "task", test_fill(t, "{'what':'x','of':'@1'}", one, one));
	struct handling red = {TLP_RED, false, false};
	struct record *r;
	struct err err;

	for (int i = 0; i < 2; i++) {
		struct door *d = test_node_begin(t, &supervisor);

		assert_int_equal(
		    test_node_end(t, record_mark(d, i == 0 ? one : other, 1, red, &r, &err)),
		    RC_OK);
	}
	assert_int_equal(update(t, &analyst, hold, 1,
				test_fill(t, "{'what':'y','of':'@1'}", one, one).p, &r, &err),
			 RC_OK);
	json_decref(r->fields);
	assert_int_equal(
	    update(t, &analyst, hold, 2, test_fill(t, "{'of':'@1'}", other, other).p, &r, &err),
	    RC_INVALID);
	assert_string_equal(err.key, "of");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    T(a_reference_is_taken_away_by_null_and_must_name_what_is_there),
	    T(a_reference_to_what_is_hidden_is_answered_like_one_to_nothing),
	    T(a_reference_that_stands_may_stay_though_it_is_hidden_by_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
