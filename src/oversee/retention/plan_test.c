#include "base/test.h"

#include "base/arena.h"
#include "oversee/retention/plan.h"

#define DAY INT64_C(86400000)
#define NOW (20000 * DAY + 5000000)

static struct field secret = {.sensitivity = SENSITIVITY_PERSONAL}, plain;
static const struct record_type person = {
    .retention = {{"case", 4}, DAY, 2 * DAY}, .fields = &secret, .field_count = 1};
static const struct record_type desk = {
    .retention = {{"organisation", 12}, DAY, 2 * DAY}, .fields = &plain, .field_count = 1};

static struct retain_row
row(const struct record_type *type, int64_t review_ms, int64_t erase_ms)
{
	return (struct retain_row){.type = type,
				   .version = 3,
				   .bucket = STR("case/2024-09"),
				   .dates = {.review_ms = review_ms, .erase_ms = erase_ms}};
}

static void
what_happens_to_a_record_on_a_day(void **state)
{
	struct retain_row future = row(&person, NOW + 2 * DAY, NOW + 9 * DAY);
	struct retain_row review = row(&person, NOW - 1, NOW + 9 * DAY);
	struct retain_row due = row(&person, NOW - DAY, NOW - 1), held = due, open = due,
			  decided = due, later_today = due, tomorrow = due, erased = due,
			  nobody = row(&desk, NOW - DAY, NOW - 1), unknown = row(NULL, 1, 1);

	(void)state;
	held.held = open.open = decided.open = decided.dates.decided = erased.erased = true;
	later_today.dates.erase_ms = 20001 * DAY - 1;
	tomorrow.dates.erase_ms = 20001 * DAY;
	assert_int_equal(retention_act(&future, NOW), RETENTION_KEEP);
	assert_int_equal(retention_act(&review, NOW), RETENTION_REVIEW);
	assert_int_equal(retention_act(&due, NOW), RETENTION_ERASE);
	assert_int_equal(retention_act(&later_today, NOW), RETENTION_ERASE);
	assert_int_equal(retention_act(&tomorrow, NOW), RETENTION_REVIEW);
	/* A hold keeps it, whatever people decided. */
	assert_int_equal(retention_act(&held, NOW), RETENTION_HELD);
	held.dates.decided = true;
	assert_int_equal(retention_act(&held, NOW), RETENTION_HELD);
	/* Somebody still has to do something about it, unless two people said to erase it. */
	assert_int_equal(retention_act(&open, NOW), RETENTION_OPEN);
	assert_int_equal(retention_act(&decided, NOW), RETENTION_ERASE);
	/* A desk is nobody's datum: people end it, no clock. */
	assert_int_equal(retention_act(&nobody, NOW), RETENTION_OPEN);
	assert_int_equal(retention_act(&erased, NOW), RETENTION_KEEP);
	assert_int_equal(retention_act(&unknown, NOW), RETENTION_KEEP);
}

static struct str
id_of(struct arena *a, int64_t now, const struct retain_row *rows, size_t n)
{
	struct retention_plan plan;

	retention_plan_begin(&plan, now);
	for (size_t i = 0; i < n; i++)
		retention_plan_add(&plan, a, &rows[i]);
	retention_plan_end(&plan);
	return str_fmt(a, "%s", plan.id);
}

static void
another_day_record_or_version_is_another_plan(void **state)
{
	struct arena *a = arena_new(0);
	struct retain_row rows[3] = {row(&person, 1, NOW - 1), row(&person, 1, NOW - 1),
				     row(&person, 1, NOW + 9 * DAY)};
	struct str id = id_of(a, NOW, rows, 3);

	(void)state;
	rows[1].id.b[0] = 1;
	assert_false(str_eq(id_of(a, NOW, rows, 3), id));
	id = id_of(a, NOW, rows, 3);
	assert_true(str_eq(id_of(a, NOW + 3600000, rows, 3), id));
	assert_false(str_eq(id_of(a, NOW + DAY, rows, 3), id));
	assert_false(str_eq(id_of(a, NOW, rows, 1), id));
	/* What is not erased changes nothing. */
	rows[2].version++;
	assert_true(str_eq(id_of(a, NOW, rows, 3), id));
	rows[0].version++;
	assert_false(str_eq(id_of(a, NOW, rows, 3), id));
	rows[0].version--;
	rows[1].held = true;
	assert_false(str_eq(id_of(a, NOW, rows, 3), id));
	arena_free(a);
}

static void
counts_stand_by_bucket_and_tell_which_keys_go(void **state)
{
	struct arena *a = arena_new(0);
	struct retain_row due = row(&person, 1, NOW - 1),
			  kept = row(&person, NOW + DAY * 2, NOW + DAY * 3), held = due, gone = due;
	struct retention_plan plan;

	(void)state;
	held.held = gone.erased = true;
	retention_plan_begin(&plan, NOW);
	kept.bucket = STR("note/2024-10");
	retention_plan_add(&plan, a, &kept);
	retention_plan_add(&plan, a, &due);
	retention_plan_add(&plan, a, &due);
	retention_plan_add(&plan, a, &gone);
	retention_plan_end(&plan);
	assert_int_equal(plan.buckets.n, 2);
	assert_string_equal(plan.buckets.at[0].bucket.p, "case/2024-09");
	assert_int_equal(plan.buckets.at[0].n.erase, 2);
	assert_int_equal(plan.buckets.at[0].n.records, 2);
	assert_true(retention_bucket_goes(&plan.buckets.at[0]));
	assert_false(retention_bucket_goes(&plan.buckets.at[1]));
	assert_int_equal(plan.all.records, 3);
	retention_plan_add(&plan, a, &held);
	assert_false(retention_bucket_goes(&plan.buckets.at[0]));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_happens_to_a_record_on_a_day),
	    cmocka_unit_test(another_day_record_or_version_is_another_plan),
	    cmocka_unit_test(counts_stand_by_bucket_and_tell_which_keys_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
