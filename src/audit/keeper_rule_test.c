#include "audit/test_keeper.h"

/* What is opened, for whom, how often. */

static void
only_readings_of_now_are_opened(void **state)
{
	const int64_t times[] = {0, 1, november - INT64_C(7200000), november + INT64_C(7200000),
				 INT64_C(253402300799999)};
	struct key_use use = {KEY_USE_RECORD, id_of('a', 1), november, STR_NONE};
	struct opened o;

	(void)state;
	greet();
	o = sealed(1);
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		use.time_ms = times[i];
		use.kind = i % 2 ? KEY_USE_LIST : KEY_USE_RECORD;
		assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_DENIED);
	}
	assert_int_equal(owed_count(), 0);
	use.time_ms = november - 60000;
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_OK);
}

static enum rc
wrap_into(struct str bucket)
{
	unsigned char key[DATA_KEY_BYTES] = {9};
	struct buf b;

	buf_init(&b, arena);
	keywire_add_name(&b, bucket);
	keywire_add_text(&b, STR("liaison/user/1"));
	buf_add_bytes(&b, key, sizeof key);
	return ask(KEYWIRE_WRAP, buf_str(&b), NULL, NULL);
}

static void
buckets_are_named_as_a_class_and_month_and_are_not_made_without_end(void **state)
{
	const char *const bad[] = {"",
				   "/",
				   "case",
				   "/2026-11",
				   "case/2026-1",
				   "case/2026-111",
				   "case/2026_11",
				   "../x/2026-11",
				   "case/x/2026-11",
				   "ca se/2026-11",
				   "case/20a6-11"};
	int made = 0;

	(void)state;
	greet();
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(wrap_into(str_from(bad[i])), RC_INVALID);
		for (char act = 0; act <= KEY_BUCKET_DESTROY; act++) {
			struct buf b;

			buf_init(&b, arena);
			buf_add_byte(&b, act);
			keywire_add_name(&b, str_from(bad[i]));
			assert_int_equal(ask(KEYWIRE_BUCKET, buf_str(&b), NULL, NULL), RC_INVALID);
		}
	}
	assert_int_equal(wrap_into(STR("x_AGENCY_anti-trafficking.2/2026-11")), RC_OK);
	while (wrap_into(str_fmt(arena, "x%d/2026-11", made)) == RC_OK)
		assert_in_range(++made, 1, 500);
	assert_int_equal(wrap_into(STR("y/2026-11")), RC_BUSY);
	/* Those that are there go on, and in a while another one may be made. */
	assert_int_equal(wrap_into(STR("x0/2026-11")), RC_OK);
	now += 60000;
	assert_int_equal(wrap_into(STR("y/2026-11")), RC_OK);
	assert_int_equal(wrap_into(STR("z/2026-11")), RC_BUSY);
}

static void
one_person_opens_so_many_a_minute_and_lists_count_less(void **state)
{
	struct id ana = id_of('a', 1), mei = id_of('a', 2);
	struct opened o;

	(void)state;
	end();
	limits.opens_a_minute = 3;
	start();
	greet();
	o = sealed(1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_BUSY);
	assert_int_equal(open_one(&o, KEY_USE_LIST, ana), RC_BUSY);
	/* Another person is not held up; the node itself is much later. */
	for (int i = 0; i < 3 * LEDGER_LIST_SHARE; i++)
		assert_int_equal(open_one(&o, KEY_USE_LIST, mei), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_LIST, mei), RC_BUSY);
	for (int i = 0; i < 200; i++)
		assert_int_equal(open_one(&o, KEY_USE_LIST, id_of(0, 0)), RC_OK);
	for (int i = 200; i < 3 * LEDGER_LIST_SHARE * LEDGER_NODE_SHARE; i++)
		assert_int_equal(open_one(&o, KEY_USE_LIST, id_of(0, 0)), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_LIST, id_of(0, 0)), RC_BUSY);
	assert_int_equal(number_of(3), 4);
	now += 20000;
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_BUSY);
}

static void
a_run_opens_only_what_a_leaf_has_announced_before(void **state)
{
	struct id ana = id_of('a', 1), mei = id_of('a', 2);
	struct key_use use = {KEY_USE_RUN, ana, november, STR("export")};
	struct opened o;

	(void)state;
	greet();
	o = sealed(1);
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_DENIED);
	/* Another's, another word, one about a record, and no job: none announces it. */
	assert_int_equal(present(0, 1, leaf(AUDIT_JOB, mei, NULL, NULL, 0, "export")), RC_OK);
	assert_int_equal(present(1, 1, leaf(AUDIT_JOB, ana, NULL, NULL, 0, "verify_open")), RC_OK);
	assert_int_equal(present(2, 1, leaf(AUDIT_JOB, ana, &o, NULL, 0, "export")), RC_OK);
	assert_int_equal(present(3, 1, leaf(AUDIT_READ, ana, NULL, NULL, 0, "export")), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_DENIED);
	assert_int_equal(present(4, 1, leaf(AUDIT_JOB, ana, NULL, NULL, 0, "export")), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_OK);
	assert_int_equal(owed_count(), 0);
	now += limits.run_ms + 1;
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_DENIED);
}

static void
a_record_does_not_open_as_papers_nor_papers_as_a_record(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o, papers = {.bucket = STR("staff/2026-11"), .aad = STR("liaison/user")};
	unsigned char key[DATA_KEY_BYTES] = {3};
	struct opened bent;
	struct buf b;

	(void)state;
	greet();
	o = sealed(1);
	assert_int_equal(open_one(&o, KEY_USE_PAPERS, ana), RC_DENIED);
	/* The wrapping is bound to its place: no other bucket or record is its own. */
	bent = o;
	bent.bucket = STR("staff/2026-11");
	assert_int_equal(open_one(&bent, KEY_USE_PAPERS, ana), RC_INTEGRITY);
	bent = sealed(2);
	bent.wrapped = o.wrapped;
	assert_int_equal(open_one(&bent, KEY_USE_RECORD, ana), RC_INTEGRITY);
	assert_int_equal(owed_count(), 0);
	buf_init(&b, arena);
	keywire_add_name(&b, papers.bucket);
	keywire_add_text(&b, papers.aad);
	buf_add_bytes(&b, key, sizeof key);
	assert_int_equal(ask(KEYWIRE_WRAP, buf_str(&b), &papers.wrapped, NULL), RC_OK);
	assert_int_equal(
	    ask(KEYWIRE_UNWRAP,
		opening(&papers, (struct key_use){KEY_USE_RECORD, ana, november, STR_NONE}), NULL,
		NULL),
	    RC_DENIED);
	assert_int_equal(
	    ask(KEYWIRE_UNWRAP,
		opening(&papers, (struct key_use){KEY_USE_PAPERS, ana, november, STR_NONE}), NULL,
		NULL),
	    RC_OK);
}

static int
run(void)
{
	const struct CMUnitTest tests[] = {
	    KEEPER_TEST(only_readings_of_now_are_opened),
	    KEEPER_TEST(buckets_are_named_as_a_class_and_month_and_are_not_made_without_end),
	    KEEPER_TEST(one_person_opens_so_many_a_minute_and_lists_count_less),
	    KEEPER_TEST(a_run_opens_only_what_a_leaf_has_announced_before),
	    KEEPER_TEST(a_record_does_not_open_as_papers_nor_papers_as_a_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(void)
{
	return run_in_folder(run);
}
