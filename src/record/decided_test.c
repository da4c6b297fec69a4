#include "base/test.h"

#include "record/test_node.h"

/* What two people decided is not undone by one who edits the record afterwards. */
static struct test_person supervisor, second;

static enum rc
let_pass(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	(void)d, (void)r, (void)use, (void)err;
	return RC_OK;
}

static int
setup(void **state)
{
	static const struct gate every[] = {{"list_is_authorised", let_pass, ""}, {.name = NULL}};

	supervisor = test_person(1, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SCREENING);
	second = test_person(2, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SCREENING);
	*state = test_node_new(every, NULL);
	return 0;
}

static int
teardown(void **state)
{
	test_node_free(*state);
	return 0;
}

enum outcome { DONE, WAITS, REFUSED };

static enum outcome
end(struct test_node *t, enum rc rc, const struct record *r)
{
	bool waits = rc == RC_OK && r->waits;

	return test_node_end(t, rc) != RC_OK ? REFUSED : waits ? WAITS : DONE;
}

static enum outcome
edit(struct test_node *t, const struct test_person *who, struct id id, int64_t version,
     const char *patch)
{
	struct door *d = test_node_begin(t, who);
	struct record *r = NULL;
	struct err err;
	enum rc rc =
	    record_update(d, id, version, test_json(d, str_copy(t->a, str_from(patch))), &r, &err);

	return end(t, rc, r);
}

static enum outcome
move(struct test_node *t, const struct test_person *who, struct id id, int64_t version,
     const char *to, const char *patch)
{
	struct door *d = test_node_begin(t, who);
	struct record *r = NULL;
	struct err err;
	enum rc rc = record_move(d, id, version, str_from(to),
				 test_json(d, str_copy(t->a, str_from(patch))), &r, &err);

	return end(t, rc, r);
}

/* A list in use, at version 2. */
static struct id
list_in_use(struct test_node *t)
{
	struct id id = test_node_create(
	    t, &supervisor, "watchlist",
	    STR("{'name':'L','kind':'suspects','purpose':'screening','legal_basis':'led_8',"
		"'proportionality':'few, for a year'}"));

	assert_int_equal(move(t, &supervisor, id, 1, "in_use", "{}"), WAITS);
	assert_int_equal(move(t, &second, id, 1, "in_use", "{}"), DONE);
	return id;
}

static void
an_edit_of_what_two_decided_takes_two_again(void **state)
{
	struct test_node *t = *state;
	struct id id = list_in_use(t);

	assert_int_equal(edit(t, &supervisor, id, 2, "{'kind':'missing'}"), WAITS);
	assert_int_equal(edit(t, &supervisor, id, 2, "{'kind':'missing'}"), WAITS);
	/* Another wish is another. */
	assert_int_equal(edit(t, &second, id, 2, "{'proportionality':'many'}"), WAITS);
	assert_int_equal(edit(t, &supervisor, id, 2, "{'kind':'missing'}"), WAITS);
	/* What was not part of it stays one person's, and what waits is void then. */
	assert_int_equal(edit(t, &second, id, 2, "{'owner':'the desk'}"), DONE);
	assert_int_equal(edit(t, &second, id, 3, "{'kind':'missing'}"), WAITS);
	assert_int_equal(edit(t, &supervisor, id, 3, "{'kind':'missing'}"), DONE);
}

static void
a_move_of_one_person_brings_no_such_edit_along(void **state)
{
	struct test_node *t = *state;
	struct id id = list_in_use(t);

	assert_int_equal(move(t, &supervisor, id, 2, "closed", "{'kind':'missing'}"), WAITS);
	assert_int_equal(move(t, &supervisor, id, 2, "suspended", "{}"), DONE);
	/* A way back: to use it again takes two, who see what it is then. */
	assert_int_equal(edit(t, &supervisor, id, 3, "{'kind':'missing'}"), DONE);
	assert_int_equal(move(t, &supervisor, id, 4, "in_use", "{}"), WAITS);
}

static bool
decided(struct test_node *t, const char *type_name, const char *state, const char *field)
{
	const struct record_type *type = model_type(t->node.model, str_from(type_name));

	return type_decided(type, type_state(type, str_from(state)),
			    type_field(type, str_from(field)));
}

static void
what_was_decided_follows_from_the_model(void **state)
{
	struct test_node *t = *state;

	assert_false(decided(t, "authorisation", "draft", "until"));
	assert_true(decided(t, "authorisation", "granted", "until"));
	assert_true(decided(t, "authorisation", "granted", "scope"));
	/* a fact that other gates ask for, not a need of the move */
	assert_true(decided(t, "authorisation", "granted", "covers"));
	assert_false(decided(t, "authorisation", "granted", "remind_on"));
	assert_true(decided(t, "authorisation", "revoked", "until"));
	assert_true(decided(t, "watchlist", "in_use", "kind"));
	assert_false(decided(t, "watchlist", "suspended", "kind"));
	assert_false(decided(t, "case", "open", "name"));
	for (size_t i = 0; i < t->node.model->type_count; i++) {
		const struct record_type *type = &t->node.model->types[i];

		/* Nobody decided on what has just begun. */
		for (size_t f = 0; f < type->field_count; f++)
			assert_false(type_decided(type, 0, &type->fields[f]));
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(an_edit_of_what_two_decided_takes_two_again),
	    T(a_move_of_one_person_brings_no_such_edit_along),
	    T(what_was_decided_follows_from_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
