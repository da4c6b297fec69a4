#include "base/test.h"

#include "base/arena.h"
#include "serve/budget.h"

static void
a_purse_holds_so_much_and_fills_again(void **state)
{
	struct budget *b = budget_new(3, 0.5);
	int64_t wait = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(budget_take(b, STR("ana"), 1, 1, 1000, &wait));
	assert_false(budget_take(b, STR("ana"), 1, 1, 1000, &wait));
	assert_true(wait >= 2 && wait <= 3);
	assert_true(budget_take(b, STR("ben"), 1, 1, 1000, &wait));
	assert_false(budget_take(b, STR("ana"), 1, 1, 2900, &wait));
	assert_true(budget_take(b, STR("ana"), 1, 1, 3000, &wait));
	assert_false(budget_take(b, STR("ana"), 1, 1, 3000, &wait));
	/* Never more than full. */
	for (int i = 0; i < 3; i++)
		assert_true(budget_take(b, STR("ana"), 1, 1, 100000, &wait));
	assert_false(budget_take(b, STR("ana"), 1, 1, 100000, &wait));
	budget_free(b);
}

static void
what_took_longer_than_was_left_is_paid_off_later(void **state)
{
	struct budget *b = budget_new(10, 1);
	int64_t wait = 0;

	(void)state;
	assert_true(budget_take(b, STR("ana"), 1, 0, 1000, &wait));
	assert_true(budget_take(b, STR("ana"), -1e9, 30, 1000, &wait));
	assert_false(budget_take(b, STR("ana"), 1, 0, 1000, &wait));
	assert_int_equal(wait, 22);
	assert_false(budget_take(b, STR("ana"), 1, 0, 21000, NULL));
	assert_true(budget_take(b, STR("ana"), 1, 0, 22000, NULL));
	budget_free(b);
}

/* Whoever comes under ten thousand names does not make the node forget who spent all. */
static void
a_crowd_does_not_wash_away_who_spent_most(void **state)
{
	struct budget *b = budget_new(2, 0.001);
	struct arena *a = arena_new(0);

	(void)state;
	assert_true(budget_take(b, STR("ana"), 1, 1, 1000, NULL));
	assert_true(budget_take(b, STR("ana"), 1, 1, 1000, NULL));
	for (int i = 0; i < 10000; i++)
		(void)budget_take(b, str_fmt(a, "stranger %d", i), 1, 1, 1000, NULL);
	assert_false(budget_take(b, STR("ana"), 1, 1, 1000, NULL));
	arena_free(a);
	budget_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_purse_holds_so_much_and_fills_again),
	    cmocka_unit_test(what_took_longer_than_was_left_is_paid_off_later),
	    cmocka_unit_test(a_crowd_does_not_wash_away_who_spent_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
