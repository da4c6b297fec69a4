#include "base/test.h"

#include "record/bulk.h"
#include "record/test_node.h"

static const uint32_t analyst = BIT(ROLE_ANALYST);

static struct record_draft *
draft(struct door *d, struct record_batch *batch, const char *type, struct str fields,
      const struct handling *handling)
{
	struct record_new options = {.from_import = true, .batch = batch};
	struct record_draft *out = NULL;
	struct err err;

	if (handling != NULL) {
		options.has_handling = true;
		options.handling = *handling;
	}
	assert_int_equal(record_draft(d, model_type(d->node->model, str_from(type)),
				      test_json(d, fields), &options, &out, &err),
			 RC_OK);
	return out;
}

#define INCIDENT STR("{'kind':'observation','summary':'A van at night.','summary_basis':'fact'}")

static void
the_keys_of_a_batch_are_wrapped_with_one_question_and_so_are_those_of_a_page_opened(void **state)
{
	enum { MANY = 40 };
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct record_batch *batch = record_batch_new(&t->node);
	struct record_draft *drafts[MANY];
	struct record_bulk *bulk;
	struct record_list page;
	struct door *d = test_node_begin(t, &ana);
	uint64_t asked = keys_questions(t->keys);
	struct err err;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		drafts[i] = draft(d, batch, "incident", INCIDENT, NULL);
	assert_int_equal(keys_questions(t->keys), asked);
	assert_int_equal(record_batch_wrap(batch, &err), RC_OK);
	assert_int_equal(keys_questions(t->keys), asked + 1);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(record_store(d, drafts[i], &err), RC_OK);
	/* The other is that of the log's details, one a group. */
	assert_true(keys_questions(t->keys) <= asked + 2);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	record_batch_free(batch);

	d = test_node_begin_read(t, &ana);
	bulk = record_bulk_new(d, false);
	asked = keys_questions(t->keys);
	assert_int_equal(record_bulk_next(bulk, NULL, &page, &err), RC_OK);
	assert_int_equal(page.items.n, MANY);
	assert_int_equal(keys_questions(t->keys), asked + 1);
	for (size_t i = 0; i < MANY; i++)
		assert_true(
		    str_eq_z(json_member_str(page.items.at[i]->fields, "kind"), "observation"));
	record_bulk_free(bulk);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
	test_node_free(t);
}

static void
what_is_fetched_together_asks_once_and_is_decided_on_one_by_one(void **state)
{
	enum { MANY = 40 };
	static const struct handling red = {.tlp = TLP_RED};
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct test_person bea = test_person(2, 1, analyst, PURPOSE_INVESTIGATION);
	struct record_batch *batch = record_batch_new(&t->node);
	struct id ids[MANY + 2] = {{{0}}};
	struct record_draft *drafts[MANY];
	struct record_bulk *bulk;
	struct record *r;
	struct door *d = test_node_begin(t, &ana);
	struct err err;
	uint64_t asked;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		drafts[i] = draft(d, batch, "incident", INCIDENT, i == 0 ? &red : NULL);
	assert_int_equal(record_batch_wrap(batch, &err), RC_OK);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(record_store(d, drafts[i], &err), RC_OK);
		ids[MANY - i] = record_draft_id(drafts[i]);
	}
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	record_batch_free(batch);

	/* One is Ana's alone, one stands there twice, one names nothing. */
	ids[MANY + 1] = ids[5];
	d = test_node_begin_read(t, &bea);
	bulk = record_bulk_new(d, false);
	asked = keys_questions(t->keys);
	assert_int_equal(record_bulk_fetch(bulk, ids, MANY + 2, &err), RC_OK);
	assert_int_equal(keys_questions(t->keys), asked + 1);
	for (size_t i = 1; i < MANY; i++) {
		assert_int_equal(record_bulk_load(bulk, ids[i], &r, &err), RC_OK);
		assert_true(id_eq(r->id, ids[i]));
		assert_true(str_eq_z(json_member_str(r->fields, "kind"), "observation"));
	}
	assert_int_equal(record_bulk_load(bulk, ids[MANY], &r, &err), RC_ABSENT);
	assert_int_equal(record_bulk_load(bulk, ids[0], &r, &err), RC_ABSENT);
	assert_int_equal(keys_questions(t->keys), asked + 1);
	record_bulk_drop(bulk);
	assert_int_equal(record_bulk_load(bulk, ids[3], &r, &err), RC_OK);
	assert_int_equal(keys_questions(t->keys), asked + 2);
	record_bulk_free(bulk);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
	test_node_free(t);
}

static void
a_draft_whose_key_was_not_wrapped_is_not_stored(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct record_batch *batch = record_batch_new(&t->node);
	struct door *d = test_node_begin(t, &ana);
	struct record_draft *one = draft(d, batch, "incident", INCIDENT, NULL);
	struct err err;

	(void)state;
	assert_int_equal(record_store(d, one, &err), RC_UNAVAILABLE);
	/* Nor after it was forgotten. */
	record_batch_reset(batch);
	assert_int_equal(record_batch_wrap(batch, &err), RC_OK);
	assert_int_equal(record_store(d, one, &err), RC_UNAVAILABLE);
	assert_int_equal(test_node_end(t, RC_UNAVAILABLE), RC_UNAVAILABLE);
	record_batch_free(batch);
	test_node_free(t);
}

static void
more_than_one_question_takes_are_wrapped_all_the_same(void **state)
{
	enum { MANY = KEY_WRAPS_MAX + 3 };
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct record_batch *batch = record_batch_new(&t->node);
	struct record_draft *first, *last = NULL;
	struct door *d = test_node_begin(t, &ana);
	uint64_t asked = keys_questions(t->keys);
	struct record *r;
	struct err err;

	(void)state;
	first = draft(d, batch, "incident", INCIDENT, NULL);
	for (size_t i = 1; i < MANY; i++)
		last = draft(d, batch, "incident", INCIDENT, NULL);
	assert_int_equal(record_batch_wrap(batch, &err), RC_OK);
	assert_int_equal(keys_questions(t->keys), asked + 2);
	assert_int_equal(record_store(d, first, &err), RC_OK);
	assert_int_equal(record_store(d, last, &err), RC_OK);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	d = test_node_begin_read(t, &ana);
	assert_int_equal(record_load(d, record_draft_id(first), NULL, &r, &err), RC_OK);
	assert_int_equal(record_load(d, record_draft_id(last), NULL, &r, &err), RC_OK);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
	record_batch_free(batch);
	test_node_free(t);
}

/* The source is tightened in the same transaction when again: what was stored is not believed. */
static void
check_made_of(bool again)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct handling strict = {TLP_RED, false, false};
	struct record_batch *batch = record_batch_new(&t->node);
	struct door *d = test_node_begin(t, &ana);
	struct record_draft *source = draft(d, batch, "incident", INCIDENT, again ? NULL : &strict);
	struct id id = record_draft_id(source);
	struct record_draft *made = draft(
	    d, batch, "case", test_fill(t, "{'name':'Cannery','incidents':['@1']}", id, id), NULL);
	uint64_t asked;
	struct record *r;
	struct err err;

	assert_int_equal(record_batch_wrap(batch, &err), RC_OK);
	assert_int_equal(record_store(d, source, &err), RC_OK);
	if (again)
		assert_int_equal(record_mark(d, id, 1, strict, &r, &err), RC_OK);
	asked = keys_questions(t->keys);
	assert_int_equal(record_store(d, made, &err), RC_OK);
	/* Sealed again, as strict as its source; which is opened only if it was changed since. */
	assert_int_equal(keys_questions(t->keys), asked + (again ? 2 : 1));
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	d = test_node_begin_read(t, &ana);
	assert_int_equal(record_load(d, record_draft_id(made), NULL, &r, &err), RC_OK);
	assert_int_equal(r->handling.tlp, TLP_RED);
	assert_false(r->handling.judicial_ok);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
	record_batch_free(batch);
	test_node_free(t);
}

static void
what_is_made_of_a_record_of_its_batch_is_as_strict_without_opening_it(void **state)
{
	(void)state;
	check_made_of(false);
}

static void
a_source_that_was_tightened_since_it_was_stored_is_looked_at(void **state)
{
	(void)state;
	check_made_of(true);
}

static struct record_draft *
draft_waiting(struct door *d, struct record_wraps *wraps)
{
	struct record_new options = {.wraps = wraps};
	struct record_draft *out = NULL;
	struct err err;

	assert_int_equal(record_draft(d, model_type(d->node->model, STR("incident")),
				      test_json(d, INCIDENT), &options, &out, &err),
			 RC_OK);
	return out;
}

static void
drafts_that_are_stored_each_by_itself_share_a_question_too(void **state)
{
	enum { PLACES = 3 };
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person ana = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct record_wraps *wraps = record_wraps_new(&t->node, PLACES);
	struct record_draft *waiting[PLACES], *forgotten, *over;
	struct door *d = test_node_begin(t, &ana);
	uint64_t asked = keys_questions(t->keys);
	struct record *r;
	struct err err;

	(void)state;
	waiting[0] = draft_waiting(d, wraps);
	waiting[1] = draft_waiting(d, wraps);
	forgotten = draft_waiting(d, wraps);
	assert_int_equal(record_wraps_count(wraps), 3);
	record_wraps_back(wraps, 2);
	waiting[2] = draft_waiting(d, wraps);
	assert_int_equal(keys_questions(t->keys), asked);
	/* No place is left: by itself, at once. */
	over = draft_waiting(d, wraps);
	assert_int_equal(keys_questions(t->keys), asked + 1);
	assert_int_equal(record_wraps_count(wraps), PLACES);
	assert_int_equal(record_store(d, waiting[0], &err), RC_UNAVAILABLE);
	assert_int_equal(record_wraps_ask(wraps, &err), RC_OK);
	assert_int_equal(keys_questions(t->keys), asked + 2);
	assert_int_equal(record_wraps_count(wraps), 0);
	for (size_t i = 0; i < PLACES; i++)
		assert_int_equal(record_store(d, waiting[i], &err), RC_OK);
	assert_int_equal(record_store(d, over, &err), RC_OK);
	assert_int_equal(record_store(d, forgotten, &err), RC_UNAVAILABLE);
	/* Nothing waits, nothing is asked. */
	asked = keys_questions(t->keys);
	assert_int_equal(record_wraps_ask(wraps, &err), RC_OK);
	assert_int_equal(keys_questions(t->keys), asked);
	record_wraps_free(wraps);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	d = test_node_begin_read(t, &ana);
	for (size_t i = 0; i < PLACES; i++)
		assert_int_equal(record_load(d, record_draft_id(waiting[i]), NULL, &r, &err),
				 RC_OK);
	assert_int_equal(record_load(d, record_draft_id(over), NULL, &r, &err), RC_OK);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
	test_node_free(t);
}

int
main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_fetched_together_asks_once_and_is_decided_on_one_by_one),
	    T(the_keys_of_a_batch_are_wrapped_with_one_question_and_so_are_those_of_a_page_opened),
	    T(a_draft_whose_key_was_not_wrapped_is_not_stored),
	    T(more_than_one_question_takes_are_wrapped_all_the_same),
	    T(drafts_that_are_stored_each_by_itself_share_a_question_too),
	    T(what_is_made_of_a_record_of_its_batch_is_as_strict_without_opening_it),
	    T(a_source_that_was_tightened_since_it_was_stored_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
