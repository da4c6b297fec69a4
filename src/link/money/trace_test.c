#include "base/test.h"

#include "base/arena.h"
#include "link/money/trace.h"

enum { CASH, A, B, C, D };

static struct money_traced
step(struct money_trace *t, uint32_t from, uint32_t to, int64_t cents, bool begins)
{
	const struct money_tx tx = {.from = from, .to = to, .cents = cents};

	return money_trace_step(t, &tx, begins);
}

static void
three_rules_give_three_answers(void **state)
{
	struct arena *a = arena_new(0);
	struct money_trace *t = money_trace_new(a);
	struct money_traced x;

	(void)state;
	/* B holds 300 of its own, then 100 to trace; it pays 300, then 100. */
	x = step(t, D, B, 300, false);
	assert_int_equal(x.fifo + x.poison, 0);
	x = step(t, A, B, 100, true);
	assert_int_equal(x.fifo, 100);
	x = step(t, B, C, 300, false);
	assert_int_equal(x.fifo, 0);
	assert_int_equal((int64_t)x.haircut, 75);
	assert_int_equal(x.poison, 300);
	x = step(t, B, D, 100, false);
	assert_int_equal(x.fifo, 100);
	assert_int_equal((int64_t)x.haircut, 25);
	assert_int_equal(x.poison, 100);
	/* B is empty: what it pays now was there before. */
	x = step(t, B, D, 50, false);
	assert_int_equal(x.fifo, 0);
	assert_int_equal((int64_t)x.haircut, 0);
	arena_free(a);
}

static void
who_was_never_touched_carries_nothing(void **state)
{
	struct arena *a = arena_new(0);
	struct money_trace *t = money_trace_new(a);
	struct money_traced x;

	(void)state;
	(void)step(t, A, B, 100, true);
	x = step(t, C, D, 500, false);
	assert_int_equal(x.fifo + x.poison, 0);
	/* Into notes and no further. */
	x = step(t, B, CASH, 100, false);
	assert_int_equal(x.fifo, 100);
	x = step(t, CASH, D, 100, false);
	assert_int_equal(x.fifo + x.poison, 0);
	assert_int_equal(money_trace_held(t, CASH).fifo, 100);
	arena_free(a);
}

static void
by_fifo_and_haircut_nothing_is_lost_or_made(void **state)
{
	struct arena *a = arena_new(0);
	struct money_trace *t = money_trace_new(a);
	uint64_t chance = 3;
	int64_t fifo = 0;
	double haircut = 0;

	(void)state;
	(void)step(t, 1, 2, 1000000, true);
	for (int i = 0; i < 20000; i++) {
		uint32_t from, to;

		chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
		from = (uint32_t)(chance >> 33) % 40;
		to = (uint32_t)(chance >> 43) % 40;
		(void)step(t, from, to, (int64_t)((chance >> 50) % 5000), false);
	}
	for (uint32_t v = 0; v < 40; v++) {
		struct money_traced held = money_trace_held(t, v);

		assert_true(held.fifo >= 0 && held.haircut >= -1e-6);
		fifo += held.fifo;
		haircut += held.haircut;
	}
	assert_int_equal(fifo, 1000000);
	assert_true(haircut > 999999.9 && haircut < 1000000.1);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(three_rules_give_three_answers),
	    cmocka_unit_test(who_was_never_touched_carries_nothing),
	    cmocka_unit_test(by_fifo_and_haircut_nothing_is_lost_or_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
