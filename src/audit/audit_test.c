#include "base/test.h"

#include "audit/one_log_for_test.h"
#include "audit/prove.h"
#include "audit/show.h"
#include "audit/verify.h"

static void
assert_good(int64_t leaves)
{
	struct audit_report report;
	struct err err = {.rc = RC_OK};
	enum rc rc = audit_verify(l.db, l.keys, NULL, l.arena, &report, &err);

	if (rc != RC_OK)
		print_error("%s\n", err.text);
	assert_int_equal(rc, RC_OK);
	assert_int_equal(report.leaves, leaves);
	assert_int_equal(report.problem_count, 0);
	assert_int_equal(audit_verify(l.db, NULL, NULL, l.arena, &report, &err), RC_OK);
}

static void
every_action_has_a_name_that_reads_back(void **state)
{
	(void)state;
	for (int i = 0; i < AUDIT_ACTIONS; i++)
		assert_int_equal(
		    audit_action_parse(str_from(audit_action_name((enum audit_action)i))), i);
	assert_int_equal(audit_action_parse(STR("peek")), AUDIT_ACTIONS);
	assert_int_equal(audit_action_parse(STR("")), AUDIT_ACTIONS);
}

static void
a_leaf_decodes_to_what_was_encoded_and_nothing_else_decodes(void **state)
{
	struct audit_leaf_row row = {.index = 7,
				     .time_ms = -5,
				     .action = AUDIT_MOVE,
				     .purpose = STR("protection"),
				     .has_record = true,
				     .type = STR("person"),
				     .version = 3,
				     .has_body = true,
				     .has_commitment = true,
				     .plain = STR("x"),
				     .about_count = 2,
				     .has_about = true};
	struct audit_leaf_row back;
	struct buf b, again;
	struct err err;

	(void)state;
	buf_init(&b, l.arena);
	audit_leaf_encode(&row, &b);
	assert_int_equal(audit_leaf_decode(buf_str(&b), &back, &err), RC_OK);
	buf_init(&again, l.arena);
	audit_leaf_encode(&back, &again);
	assert_true(str_eq(buf_str(&b), buf_str(&again)));
	assert_true(back.time_ms == -5 && back.action == AUDIT_MOVE && back.has_about);
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(audit_leaf_decode(str_sub(buf_str(&b), 0, n), &back, &err),
				 RC_INVALID);
	/* What does decode after a change encodes to the changed bytes: the form is one to one. */
	for (size_t i = 0; i < b.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
			if (audit_leaf_decode(buf_str(&b), &back, &err) == RC_OK) {
				buf_clear(&again);
				audit_leaf_encode(&back, &again);
				assert_true(str_eq(buf_str(&b), buf_str(&again)));
			}
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
		}
	buf_add_byte(&b, 0);
	assert_int_equal(audit_leaf_decode(buf_str(&b), &back, &err), RC_INVALID);
}

static void
a_log_starts_once_and_an_empty_one_verifies(void **state)
{
	struct audit_report report;
	struct err err;
	struct str note;

	(void)state;
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_init(l.db, l.keys, STR("other"), &err), RC_CONFLICT);
	assert_int_equal(audit_init(l.db, l.keys, STR("bad name"), &err), RC_INVALID);
	assert_int_equal(audit_checkpoint_make(l.db, l.keys, l.arena, &note, &err), RC_CONFLICT);
	db_rollback(l.db);
	assert_good(0);
	assert_true(test_sql(&l, "DELETE FROM audit_head"));
	assert_int_equal(audit_verify(l.db, NULL, NULL, l.arena, &report, &err), RC_CONFLICT);
}

static void
groups_of_any_size_make_one_tree(void **state)
{
	static const int sizes[] = {1, 2, 250, 3, 1, 255, 256, 257, 1, 600};
	struct audit_report report;
	int n = 0;
	int64_t size;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		test_log_grow(&l, n, n + sizes[i]);
		n += sizes[i];
		assert_good(n);
	}
	assert_int_equal(audit_size(l.db, &size, &err), RC_OK);
	assert_int_equal(size, n);
	assert_int_equal(audit_verify(l.db, NULL, NULL, l.arena, &report, &err), RC_OK);
}

static void
a_savepoint_rolled_back_takes_its_leaves_with_it(void **state)
{
	struct audit_group *g;
	struct audit_entry e;
	struct err err;
	int64_t index, mark;

	(void)state;
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_group_begin(l.db, l.keys, &g, &err), RC_OK);
	/* The first leaf of all goes, and with it whatever it brought along. */
	for (int n = 0; n < 20; n++) {
		bool keep = n % 3 == 2;

		mark = audit_mark(g);
		assert_int_equal(db_savepoint(l.db, &err), RC_OK);
		for (int k = 0; k < 3; k++) {
			e = test_entry(n);
			assert_int_equal(audit_append(g, &e, &index, &err), RC_OK);
			assert_int_equal(index, mark + k);
		}
		if (!keep) {
			assert_int_equal(db_rollback_to(l.db, &err), RC_OK);
			audit_back_to(g, mark);
		} else {
			assert_int_equal(db_release(l.db, &err), RC_OK);
		}
	}
	assert_int_equal(audit_group_end(g, &err), RC_OK);
	audit_group_free(g);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
	assert_good(18);
}

static void
beside_others_a_group_asks_for_its_key_before_its_first_leaf_and_not_again(void **state)
{
	struct audit_group *g;
	struct err err;
	uint64_t asked;

	(void)state;
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_group_begin(l.db, l.keys, &g, &err), RC_OK);
	asked = keys_questions(l.keys);
	audit_group_meet_others(g, test_start_ms);
	assert_int_equal(keys_questions(l.keys), asked + 1);
	for (int n = 0; n < 3; n++) {
		struct audit_entry e = test_entry(n);

		assert_int_equal(audit_append(g, &e, NULL, &err), RC_OK);
	}
	assert_int_equal(keys_questions(l.keys), asked + 1);
	assert_int_equal(audit_group_end(g, &err), RC_OK);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
	/* One that logs nothing leaves nothing. */
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_group_again(g, l.db, &err), RC_OK);
	audit_group_meet_others(g, test_start_ms);
	assert_int_equal(audit_group_end(g, &err), RC_OK);
	audit_group_free(g);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
	assert_good(3);
}

static void
a_group_rolled_back_leaves_nothing(void **state)
{
	struct audit_group *g;
	struct audit_entry e = test_entry(1);
	struct err err;

	(void)state;
	test_log_grow(&l, 0, 5);
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_group_begin(l.db, l.keys, &g, &err), RC_OK);
	assert_int_equal(audit_append(g, &e, NULL, &err), RC_OK);
	assert_int_equal(audit_group_end(g, &err), RC_OK);
	db_rollback(l.db);
	audit_group_free(g);
	audit_group_free(NULL);
	test_log_grow(&l, 5, 8);
	assert_good(8);
}

static void
what_is_too_long_is_refused(void **state)
{
	struct audit_entry e = test_entry(0);
	struct audit_group *g;
	struct str text = str_fmt(l.arena, "%020000d", 1);
	struct err err;

	(void)state;
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_group_begin(l.db, l.keys, &g, &err), RC_OK);
	e.reason = text;
	assert_int_equal(audit_append(g, &e, NULL, &err), RC_TOO_LARGE);
	e = test_entry(0);
	e.plain = text;
	assert_int_equal(audit_append(g, &e, NULL, &err), RC_TOO_LARGE);
	e = test_entry(0);
	e.purpose = text;
	assert_int_equal(audit_append(g, &e, NULL, &err), RC_TOO_LARGE);
	audit_group_free(g);
	db_rollback(l.db);
}

static void
show_tells_who_did_what_newest_first_over_months(void **state)
{
	struct audit_shown_list shown;
	struct err err;
	int expected = 0;

	(void)state;
	/* Every entry an hour apart would stay in a month: a few days of minutes pass into two. */
	test_log_grow(&l, 0, 4000);
	assert_int_equal(audit_show(l.db, l.keys, test_id('r', 1), 0, l.arena, &shown, &err),
			 RC_OK);
	for (int n = 0; n < 4000; n++) {
		struct audit_entry e = test_entry(n);

		expected += e.about_count > 0 || (e.has_record && id_eq(e.record, test_id('r', 1)));
	}
	assert_int_equal(shown.n, expected);
	for (size_t i = 0; i < shown.n; i++) {
		struct audit_shown *s = &shown.at[i];
		struct audit_entry e = test_entry((int)s->index);

		assert_true(i == 0 || s->index < shown.at[i - 1].index);
		assert_true(s->has_detail);
		assert_true(id_eq(s->actor, e.actor));
		assert_int_equal(s->action, e.action);
		assert_int_equal(s->time_ms, e.time_ms);
		assert_true(str_eq(s->purpose, e.purpose));
		assert_true(str_eq(s->reason, e.reason));
		assert_true(str_eq(s->legal_basis, e.legal_basis));
		assert_true(str_eq(s->fields, e.fields));
		assert_int_equal(s->listed, e.about_count > 0);
		assert_int_equal(s->has_case, e.has_case);
	}
	assert_int_equal(audit_show(l.db, l.keys, test_id('r', 1), 5, l.arena, &shown, &err),
			 RC_OK);
	assert_int_equal(shown.n, 5);
	assert_int_equal(audit_show(l.db, l.keys, test_id('x', 1), 5, l.arena, &shown, &err),
			 RC_OK);
	assert_int_equal(shown.n, 0);
}

static size_t
count_matching(const struct audit_query *q, int leaves)
{
	size_t n = 0;

	for (int i = 0; i < leaves; i++) {
		struct audit_entry e = test_entry(i);

		n += (!q->has_actor || id_eq(q->actor, e.actor)) &&
		     (q->purpose.n == 0 || str_eq(q->purpose, e.purpose)) &&
		     (q->action == AUDIT_ACTIONS || q->action == e.action) &&
		     e.time_ms >= q->from_ms && (q->before_ms == 0 || e.time_ms < q->before_ms) &&
		     (q->before_index == 0 || i < q->before_index);
	}
	return n;
}

static void
search_holds_to_every_condition_and_pages(void **state)
{
	const struct audit_query queries[] = {
	    {.action = AUDIT_ACTIONS},
	    {.action = AUDIT_LIST},
	    {.action = AUDIT_ACTIONS, .purpose = STR("protection")},
	    {.action = AUDIT_READ, .has_actor = true, .actor = test_id('a', 2)},
	    {.action = AUDIT_ACTIONS, .has_actor = true, .actor = test_id('a', 9)},
	    {.action = AUDIT_ACTIONS,
	     .from_ms = test_start_ms + 2000 * INT64_C(60000),
	     .before_ms = test_start_ms + 3700 * INT64_C(60000),
	     .has_actor = true,
	     .actor = test_id('a', 1)},
	    {.action = AUDIT_ACTIONS, .before_index = 100},
	};
	struct audit_shown_list shown;
	struct err err;

	(void)state;
	test_log_grow(&l, 0, 4000);
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		struct audit_query q = queries[i];
		size_t got = 0;

		q.limit = 700;
		for (;;) {
			assert_int_equal(audit_search(l.db, l.keys, &q, l.arena, &shown, &err),
					 RC_OK);
			got += shown.n;
			if (shown.n < q.limit || shown.at[shown.n - 1].index == 0)
				break;
			q.before_index = shown.at[shown.n - 1].index;
		}
		assert_int_equal(got, count_matching(&queries[i], 4000));
	}
}

static void
an_erased_bucket_leaves_a_log_that_verifies_without_details(void **state)
{
	struct audit_shown_list shown;
	struct audit_report report;
	struct err err;

	(void)state;
	test_log_grow(&l, 0, 10);
	assert_int_equal(
	    keys_bucket_destroy(l.keys, keys_bucket(l.arena, STR("audit"), test_start_ms), &err),
	    RC_OK);
	assert_true(test_sql(&l, "UPDATE audit_leaf SET detail = NULL WHERE idx < 3"));
	assert_int_equal(audit_verify(l.db, l.keys, NULL, l.arena, &report, &err), RC_OK);
	assert_int_equal(report.details_erased, 10);
	assert_int_equal(audit_show(l.db, l.keys, test_id('r', 1), 0, l.arena, &shown, &err),
			 RC_OK);
	assert_true(shown.n > 0);
	assert_false(shown.at[0].has_detail);
	assert_int_equal(shown.at[0].action, test_entry((int)shown.at[0].index).action);
}

static enum rc
count_to_five(void *ctx, const struct audit_leaf_row *row, struct err *err)
{
	int *n = ctx;

	(void)err;
	assert_int_equal(row->index, 3 + *n);
	return ++*n == 5 ? RC_STOPPED : RC_OK;
}

static void
walking_starts_where_asked_and_stops_when_told(void **state)
{
	struct audit_leaf_row row;
	struct err err;
	int n = 0;

	(void)state;
	test_log_grow(&l, 0, 10);
	assert_int_equal(audit_each_leaf(l.db, 3, count_to_five, &n, &err), RC_STOPPED);
	assert_int_equal(n, 5);
	n = 0;
	assert_int_equal(audit_each_leaf(l.db, 10, count_to_five, &n, &err), RC_OK);
	assert_int_equal(audit_leaf_find(l.db, l.arena, 4, &row, &err), RC_OK);
	assert_int_equal(row.index, 4);
	assert_int_equal(audit_leaf_find(l.db, l.arena, 10, &row, &err), RC_ABSENT);
}

static void
proofs_stand_alone_and_no_changed_byte_of_one_holds(void **state)
{
	struct audit_leaf_row leaf;
	struct str note, again, proof, vkey;
	struct merkle_proof path;
	struct err err;
	int64_t size;

	(void)state;
	test_log_grow(&l, 0, 300);
	assert_int_equal(audit_prove(l.db, 7, l.arena, &proof, &err), RC_ABSENT);
	assert_int_equal(audit_checkpoint_latest(l.db, l.arena, &note, &size, &err), RC_ABSENT);
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_checkpoint_make(l.db, l.keys, l.arena, &note, &err), RC_OK);
	assert_int_equal(audit_checkpoint_make(l.db, l.keys, l.arena, &again, &err), RC_OK);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
	assert_true(str_eq(note, again));
	test_log_grow(&l, 300, 310);
	assert_int_equal(audit_vkey(l.db, l.arena, &vkey, &err), RC_OK);
	for (int64_t i = 0; i < 300; i += 13) {
		assert_int_equal(audit_prove(l.db, i, l.arena, &proof, &err), RC_OK);
		assert_int_equal(audit_proof_verify(l.arena, proof, vkey, &leaf, &err), RC_OK);
		assert_int_equal(leaf.index, i);
	}
	assert_int_equal(audit_prove(l.db, 300, l.arena, &proof, &err), RC_ABSENT);
	assert_int_equal(audit_prove(l.db, 310, l.arena, &proof, &err), RC_ABSENT);
	assert_int_equal(audit_prove(l.db, 299, l.arena, &proof, &err), RC_OK);
	for (size_t i = 0; i < proof.n; i++) {
		struct str bad = str_copy(l.arena, proof);

		((char *)(uintptr_t)bad.p)[i] ^= 1;
		assert_int_not_equal(audit_proof_verify(l.arena, bad, vkey, NULL, &err), RC_OK);
		assert_int_not_equal(
		    audit_proof_verify(l.arena, str_sub(proof, 0, i), vkey, NULL, &err), RC_OK);
	}
	assert_int_equal(audit_prove_consistency(l.db, 300, 310, &path, &err), RC_OK);
	assert_int_equal(audit_prove_consistency(l.db, 0, 310, &path, &err), RC_INVALID);
	assert_int_equal(audit_prove_consistency(l.db, 300, 311, &path, &err), RC_INVALID);
	assert_good(310);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_log, close_log)
	const struct CMUnitTest tests[] = {
	    T(every_action_has_a_name_that_reads_back),
	    T(a_leaf_decodes_to_what_was_encoded_and_nothing_else_decodes),
	    T(a_log_starts_once_and_an_empty_one_verifies),
	    T(groups_of_any_size_make_one_tree),
	    T(a_savepoint_rolled_back_takes_its_leaves_with_it),
	    T(beside_others_a_group_asks_for_its_key_before_its_first_leaf_and_not_again),
	    T(a_group_rolled_back_leaves_nothing),
	    T(what_is_too_long_is_refused),
	    T(show_tells_who_did_what_newest_first_over_months),
	    T(search_holds_to_every_condition_and_pages),
	    T(an_erased_bucket_leaves_a_log_that_verifies_without_details),
	    T(walking_starts_where_asked_and_stops_when_told),
	    T(proofs_stand_alone_and_no_changed_byte_of_one_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
