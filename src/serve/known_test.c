#include "base/test.h"

#include "base/arena.h"
#include "serve/known.h"

static void
what_was_good_is_known_and_nothing_else(void **state)
{
	struct arena *a = arena_new(0);
	struct known *k = heap_zeroed(sizeof *k);
	unsigned found = 0;

	(void)state;
	assert_false(known_has(k, STR("")));
	assert_false(known_has(k, STR("liaison_one")));
	known_add(k, STR("liaison_one"));
	assert_true(known_has(k, STR("liaison_one")));
	assert_false(known_has(k, STR("liaison_on")));
	assert_false(known_has(k, STR("liaison_two")));
	for (unsigned i = 0; i < 10000; i++)
		known_add(k, str_fmt(a, "token %u", i));
	for (unsigned i = 0; i < 10000; i++) {
		found += known_has(k, str_fmt(a, "token %u", i));
		assert_false(known_has(k, str_fmt(a, "guess %u", i)));
	}
	assert_in_range(found, 2000, KNOWN_PLACES);
	free(k);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_good_is_known_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
