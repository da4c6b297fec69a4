#include "base/test.h"

#include <string.h>

#include "base/arena_pool.h"

static void
what_lay_in_an_arena_is_gone_when_it_is_taken_again(void **state)
{
	struct arena_pool *p = arena_pool_new(4, 0);

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct arena *a = arena_pool_take(p);
		char *text;

		assert_int_equal(arena_used(a), 0);
		/* Blocks of 8 and of 16: the first is let go of, and all of the last, which is
		 * kept, was written. */
		for (int i = 0; i < (round == 0 ? 24 : 16); i++) {
			text = arena_bytes(a, 1000);
			for (int k = 0; round > 0 && k < 1000; k++)
				assert_true(text[k] != 'x');
			memset(text, 'x', 1000);
		}
		arena_pool_give(p, a);
	}
	arena_pool_give(p, NULL);
	arena_pool_free(p);
	arena_pool_free(NULL);
}

static void
more_than_it_keeps_are_given_back_too(void **state)
{
	struct arena_pool *p = arena_pool_new(2, (size_t)1 << 20);
	struct arena *a[5];

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 5; i++) {
			a[i] = arena_pool_take(p);
			memset(arena_bytes(a[i], i == 4 ? 500000 : 100), 'y', 100);
		}
		for (int i = 0; i < 5; i++)
			arena_pool_give(p, a[i]);
		if (round == 1)
			arena_pool_trim(p);
	}
	arena_pool_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_lay_in_an_arena_is_gone_when_it_is_taken_again),
	    cmocka_unit_test(more_than_it_keeps_are_given_back_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
