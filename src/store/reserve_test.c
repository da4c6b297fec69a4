#include "base/test.h"

#include "store/reserve.h"
#include "store/test_dir.h"

static void
it_takes_room_and_gives_it_back(void **state)
{
	struct test_dir *t = test_dir_new();
	uint64_t before;

	(void)state;
	assert_int_equal(reserve_disk_free(t->path, &before, NULL), RC_OK);
	assert_true(before > 0);
	assert_int_equal(reserve_bytes(t->path), 0);
	assert_int_equal(reserve_make(t->path, 1 << 20, NULL), RC_OK);
	assert_true(reserve_bytes(t->path) >= 1 << 20);
	assert_int_equal(reserve_make(t->path, 1 << 20, NULL), RC_OK);
	assert_true(reserve_bytes(t->path) < 2 << 20);
	assert_int_equal(reserve_release(t->path, NULL), RC_OK);
	assert_int_equal(reserve_bytes(t->path), 0);
	assert_int_equal(reserve_release(t->path, NULL), RC_OK);
	test_dir_free(t);
}

static void
what_there_is_no_room_for_leaves_nothing(void **state)
{
	struct test_dir *t = test_dir_new();
	struct err err;

	(void)state;
	assert_int_equal(reserve_make(t->path, UINT64_C(1) << 60, &err), RC_UNAVAILABLE);
	assert_int_equal(reserve_bytes(t->path), 0);
	test_dir_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_takes_room_and_gives_it_back),
	    cmocka_unit_test(what_there_is_no_room_for_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
