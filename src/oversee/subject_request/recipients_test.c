#include "base/test.h"

#include "oversee/subject_request/subject_request.h"
#include "record/look.h"
#include "record/test_node.h"

enum { RECIPIENTS = 3, COPIES = LOOK_MAX + 500 };

static struct id copies[COPIES];

static struct id
release(struct door *d, struct id of, const char *peer)
{
	struct record_new by_node = {.unit = &d->actor->unit, .by_node = true};
	json_t *fields =
	    door_hold(d, json_pack("{s:o, s:s}", "of", json_from_str(id_format(d->arena, of)),
				   "to_peer", peer));
	struct err err = {.rc = RC_OK};
	struct record *r;

	if (record_create(d, model_type(d->node->model, STR("release")), fields, &by_node, &r,
			  &err) != RC_OK)
		fail_msg("%s: %s", err.key, err.text);
	return r->id;
}

struct told {
	size_t tasks, with_count;
	struct str_list whom;
	struct arena *arena;
};

static bool
count(void *ctx, struct record *task)
{
	struct told *t = ctx;

	t->tasks++;
	*VEC_ADD(t->arena, &t->whom) = look_text(task, "details");
	t->with_count += str_find(look_text(task, "details"), STR("copies of it went there")) > 0;
	return false;
}

static bool
is_told(const struct told *t, const char *peer)
{
	bool is = false;

	for (size_t i = 0; i < t->whom.n; i++)
		is |= str_find(t->whom.at[i], str_from(peer)) >= 0;
	return is;
}

static void
of_thousands_of_copies_each_recipient_is_told_once(void **state)
{
	static const char *const peers[RECIPIENTS] = {"Riverland", "Coast House", "Port Authority"};
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SUBJECT_RIGHTS);
	struct id person = test_node_create(t, &test_itself, "person", STR("{'name':'Mei'}"));
	struct id request =
	    test_node_create(t, &ana, "subject_request",
			     test_fill(t,
				       "{'rights':['rectification'],'channel':'letter','received_"
				       "on':'2026-11-20','asks':'Correct it',"
				       "'records':['@1'],'answer_kinds':['corrected']}",
				       person, person));
	struct told told = {.arena = t->a};
	struct err err = {.rc = RC_OK};
	struct record *r;
	struct door *d;
	bool all;

	(void)state;
	d = test_node_begin(t, &test_itself);
	/* The last of them has one copy alone. */
	for (int i = 0; i < COPIES; i++)
		copies[i] = release(d, person,
				    peers[i + 1 < COPIES ? i % (RECIPIENTS - 1) : RECIPIENTS - 1]);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);

	d = test_node_begin(t, &ana);
	assert_int_equal(look_record(d, request, &r, &err), RC_OK);
	if (subject_request_feature.reactions[0].run(d, r, &err) != RC_OK)
		fail_msg("%s: %s", err.key, err.text);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);

	d = test_node_begin(t, &test_itself);
	for (int i = 0; i < COPIES; i++)
		assert_int_equal(look_until(d, "task", "of", copies[i], count, &told, &all, &err),
				 RC_OK);
	assert_int_equal(told.tasks, RECIPIENTS);
	for (size_t i = 0; i < RECIPIENTS; i++)
		assert_true(is_told(&told, peers[i]));
	assert_int_equal(told.with_count, RECIPIENTS - 1);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	test_node_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_thousands_of_copies_each_recipient_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
