#include "base/test.h"

#include "match/screening/custom.h"

/* Two invented ways of naming: six parts of the first are borne by few, of the second by many. */
enum { FEW = 6, MANY = 60, PARTS = FEW + MANY, NAMES = 3000 };

static struct arena *arena;
static struct customs customs;
static struct custom_lean leans[PARTS];

static int
begin(void **state)
{
	static uint32_t parts[NAMES * 2], first[NAMES + 1];
	static struct str keys[PARTS];
	struct custom_source source = {parts, first, NAMES, keys, PARTS};
	uint32_t random = 12345;

	(void)state;
	arena = arena_new(0);
	for (size_t i = 0; i < PARTS; i++)
		keys[i] = str_fmt(arena, "p%zu", i);
	for (uint32_t name = 0; name < NAMES; name++) {
		bool few = name % 20 == 0;

		first[name] = name * 2;
		for (uint32_t k = 0; k < 2; k++) {
			random = random * 1664525u + 1013904223u;
			parts[name * 2 + k] =
			    few ? (random >> 16) % FEW : FEW + (random >> 16) % MANY;
		}
	}
	first[NAMES] = NAMES * 2;
	customs_find(&source, &customs, leans);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static double
together(size_t a, size_t b)
{
	const struct custom_lean *two[] = {&leans[a], &leans[b]};

	return customs_together(&customs, two, 2);
}

static void
parts_of_a_rare_custom_say_less_together(void **state)
{
	(void)state;
	/* One name in twenty is of that custom: log2(20) = 4.3 bits are said twice. */
	for (size_t a = 0; a < FEW; a++)
		for (size_t b = 0; b < FEW; b++)
			assert_true(together(a, b) > 3 && together(a, b) < 5);
}

static void
parts_of_the_common_custom_or_of_two_say_what_each_says(void **state)
{
	(void)state;
	for (size_t a = FEW; a < PARTS; a++) {
		assert_true(together(a, FEW) < 1);
		assert_true(together(a, 0) < 0.5);
	}
}

static void
one_part_alone_has_no_company(void **state)
{
	const struct custom_lean *one[] = {&leans[0]};

	(void)state;
	assert_true(customs_together(&customs, one, 1) == 0);
	assert_true(customs_together(&customs, one, 0) == 0);
}

static void
a_list_of_nothing_knows_nothing(void **state)
{
	const uint32_t first[] = {0};
	const struct custom_source none = {NULL, first, 0, NULL, 0};
	struct customs empty;

	(void)state;
	customs_find(&none, &empty, NULL);
	for (size_t c = 0; c < CUSTOMS; c++)
		assert_true(empty.share[c] > 0 && empty.share[c] < 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_of_a_rare_custom_say_less_together),
	    cmocka_unit_test(parts_of_the_common_custom_or_of_two_say_what_each_says),
	    cmocka_unit_test(one_part_alone_has_no_company),
	    cmocka_unit_test(a_list_of_nothing_knows_nothing),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
