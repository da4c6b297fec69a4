#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "serve/private.h"

static struct arena *arena;

#define HEADING "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

static void
swap_is_open_unless_it_is_known_not_to_be(void **state)
{
	static const struct {
		const char *swaps, *open;
	} cases[] = {
	    {"", ""},
	    {HEADING, ""},
	    {HEADING "/dev/sda2                               partition\t1\t0\t-2\n", "/dev/sda2"},
	    {HEADING "/swapfile                               file\t1\t0\t-2\n", "/swapfile"},
	    {HEADING "/dev/zram0                              partition\t1\t0\t100\n", ""},
	    {HEADING "/dev/dm-901                             partition\t1\t0\t-2\n", ""},
	    {HEADING "/dev/dm-902                             partition\t1\t0\t-2\n",
	     "/dev/dm-902"},
	    {HEADING "/dev/dm-901   partition\t1\t0\t-2\n/dev/dm-903   partition\t1\t0\t-3\n",
	     "/dev/dm-903"},
	};
	char sys[] = "/tmp/liaison-sys-XXXXXX";
	static const char *const parts[] = {"/block", "/block/dm-901", "/block/dm-901/dm",
					    "/block/dm-902", "/block/dm-902/dm"};
	static const char *const uuids[] = {"CRYPT-PLAIN-swap\n", "LVM-abc\n"};

	(void)state;
	assert_non_null(mkdtemp(sys));
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		assert_int_equal(mkdir(str_fmt(arena, "%s%s", sys, parts[i]).p, 0700), 0);
	for (int i = 0; i < 2; i++) {
		FILE *f = fopen(str_fmt(arena, "%s/block/dm-90%d/dm/uuid", sys, i + 1).p, "w");

		assert_non_null(f);
		assert_true(fputs(uuids[i], f) >= 0);
		assert_int_equal(fclose(f), 0);
	}
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_true(str_eq_z(private_open_swap(arena, str_from(cases[i].swaps), sys),
				     cases[i].open));
	for (int i = 0; i < 2; i++)
		(void)unlink(str_fmt(arena, "%s/block/dm-90%d/dm/uuid", sys, i + 1).p);
	for (size_t i = COUNT_OF(parts); i-- > 0;)
		(void)rmdir(str_fmt(arena, "%s%s", sys, parts[i]).p);
	(void)rmdir(sys);
}

static void
a_private_process_leaves_no_core_and_is_not_looked_into(void **state)
{
	struct rlimit limit;

	(void)state;
	private_process();
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	assert_int_equal(limit.rlim_cur, 0);
	assert_int_equal(limit.rlim_max, 0);
	assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(swap_is_open_unless_it_is_known_not_to_be),
	    cmocka_unit_test(a_private_process_leaves_no_core_and_is_not_looked_into),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
