#include "base/test.h"

#include "record/retain.h"
#include "record/test_node.h"

#define DAY INT64_C(86400000)

static struct test_person analyst, prosecutor, supervisor, worker, node;

static int
setup(void **state)
{
	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	prosecutor = test_person(2, 1, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	supervisor = test_person(3, 1, BIT(ROLE_SUPERVISOR), PURPOSE_INVESTIGATION);
	worker = test_person(4, 1, BIT(ROLE_SUPPORT_WORKER), PURPOSE_PROTECTION);
	node = (struct test_person){.actor.is_node = true};
	*state = test_node_new(NULL, NULL);
	return 0;
}

static void
hold(struct test_node *t, struct id id, enum retain_held held)
{
	struct door *d = test_node_begin(t, &node);

	assert_int_equal(test_node_end(t, retain_hold(d, id, held, NULL)), RC_OK);
}

static enum rc
reading(struct test_node *t, const struct test_person *who, struct id id)
{
	struct door *d = test_node_begin_read(t, who);
	struct record *r;

	return test_node_end_read(t, record_load(d, id, NULL, &r, NULL));
}

static enum rc
erasing(struct test_node *t, struct id id, int64_t version, struct err *err)
{
	struct door *d = test_node_begin(t, &supervisor);

	return test_node_end(t, record_erase(d, id, version, err));
}

static void
a_held_record_is_read_for_its_court_alone(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "person", STR("{'name':'Asel Tarn'}"));
	struct record_filter filter = {.type = test_node_type(t, "person")};
	struct record_list page;
	struct door *d;
	struct err err;

	assert_int_equal(reading(t, &analyst, id), RC_OK);
	hold(t, id, HELD_RESTRICTED);
	hold(t, id, HELD_RESTRICTED); /* again changes nothing */
	assert_int_equal(reading(t, &analyst, id), RC_ABSENT);
	assert_int_equal(reading(t, &supervisor, id), RC_ABSENT);
	assert_int_equal(reading(t, &worker, id), RC_ABSENT);
	assert_int_equal(reading(t, &prosecutor, id), RC_OK);
	d = test_node_begin_read(t, &analyst);
	assert_int_equal(test_node_end_read(t, record_list(d, &filter, &page, NULL)), RC_OK);
	assert_int_equal(page.items.n, 0);
	assert_int_equal(erasing(t, id, 2, &err), RC_CONFLICT);
	assert_string_equal(err.key, "hold");
	hold(t, id, HELD_NOT);
	assert_int_equal(reading(t, &analyst, id), RC_OK);
	hold(t, id, HELD_KEPT); /* read as before, and not erased */
	assert_int_equal(reading(t, &analyst, id), RC_OK);
	assert_int_equal(erasing(t, id, 4, &err), RC_CONFLICT);
	hold(t, id, HELD_RESTRICTED);
	assert_int_equal(reading(t, &analyst, id), RC_ABSENT);
	hold(t, id, HELD_KEPT);
	hold(t, id, HELD_NOT);
	assert_int_equal(erasing(t, id, 7, &err), RC_OK);
	assert_int_equal(reading(t, &prosecutor, id), RC_ABSENT);
}

static void
help_reads_no_hold_until_the_day_it_would_have_been_erased(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &worker, "survivor", STR("{'chosen_name':'Tirelu'}"));

	hold(t, id, HELD_RESTRICTED);
	assert_int_equal(reading(t, &worker, id), RC_OK);
	t->now_ms += test_node_type(t, "survivor")->retention.erase_ms;
	assert_int_equal(reading(t, &worker, id), RC_ABSENT);
}

static void
a_hand_in_the_database_lifts_no_hold(void **state)
{
	static const struct sql lift = {
	    "lift", {"UPDATE record SET flags = 0", "UPDATE record SET flags = 0"}, 0};
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "person", STR("{'name':'Asel Tarn'}"));

	hold(t, id, HELD_RESTRICTED);
	assert_int_equal(db_run(t->db, &lift, NO_BINDS, NULL, NULL), RC_OK);
	assert_int_equal(reading(t, &analyst, id), RC_INTEGRITY);
}

/* One row of the scan. */
static struct retain_row
scanned(struct test_node *t)
{
	struct id after = {{0}};
	struct retain_row row;
	size_t n;

	assert_int_equal(retain_scan(&t->node, t->db, t->a, &after, &row, 1, &n, NULL), RC_OK);
	assert_int_equal(n, 1);
	return row;
}

static void
days_come_from_the_type_until_people_set_others(void **state)
{
	struct test_node *t = *state;
	int64_t born = t->now_ms;
	struct id id = test_node_create(t, &analyst, "person", STR("{'name':'Asel Tarn'}"));
	struct retain_row row = scanned(t);
	struct retain_dates dates = {.review_ms = born + DAY, .erase_ms = born + 2 * DAY};
	struct record_list due;
	struct door *d;

	assert_int_equal(row.dates.review_ms, born + 365 * DAY);
	assert_int_equal(row.dates.erase_ms, born + 3650 * DAY);
	assert_false(row.dates.decided);
	d = test_node_begin(t, &node);
	assert_int_equal(test_node_end(t, retain_set(d, id, &dates, id, NULL)), RC_OK);
	row = scanned(t);
	assert_int_equal(row.dates.erase_ms, born + 2 * DAY);
	assert_true(row.dates.decided);
	for (int days = 0; days < 2; days++) {
		d = test_node_begin_read(t, &analyst);
		assert_int_equal(
		    test_node_end_read(t, retain_due(d, NULL, STR_NONE, 0, &due, NULL)), RC_OK);
		assert_int_equal(due.items.n, days);
		t->now_ms += DAY;
	}
	/* Who may not know of it hears of no review. */
	worker.access.purpose = PURPOSE_OVERSIGHT;
	d = test_node_begin_read(t, &worker);
	assert_int_equal(test_node_end_read(t, retain_due(d, NULL, STR_NONE, 0, &due, NULL)),
			 RC_OK);
	assert_int_equal(due.items.n, 0);
}

static void
what_opens_for_nobody_is_erased_unopened(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "phone", STR("{'phone':'+99912345678'}"));
	struct str bucket = scanned(t).bucket;
	struct door *d;

	assert_int_equal(keys_bucket_destroy(t->keys, bucket, NULL), RC_OK);
	assert_int_equal(reading(t, &analyst, id), RC_ABSENT);
	d = test_node_begin(t, &node);
	assert_int_equal(test_node_end(t, record_erase_closed(d, id, NULL)), RC_OK);
	assert_true(scanned(t).erased);
	assert_int_equal(scanned(t).version, 2);
	d = test_node_begin(t, &node);
	assert_int_equal(test_node_end(t, record_erase_closed(d, id, NULL)), RC_OK);
	assert_int_equal(scanned(t).version, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_held_record_is_read_for_its_court_alone, setup,
					    test_node_teardown),
	    cmocka_unit_test_setup_teardown(
		help_reads_no_hold_until_the_day_it_would_have_been_erased, setup,
		test_node_teardown),
	    cmocka_unit_test_setup_teardown(a_hand_in_the_database_lifts_no_hold, setup,
					    test_node_teardown),
	    cmocka_unit_test_setup_teardown(days_come_from_the_type_until_people_set_others, setup,
					    test_node_teardown),
	    cmocka_unit_test_setup_teardown(what_opens_for_nobody_is_erased_unopened, setup,
					    test_node_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
