#include "base/test.h"

#include "exchange/contact/round.h"

static void
who_is_not_reached_is_tried_twice_as_late_each_time_up_to_an_hour(void **state)
{
	static const struct {
		unsigned failures;
		int64_t ms;
	} cases[] = {
	    {0, ROUND_HOUR_MS},	 {1, 5000},
	    {2, 10000},		 {5, 80000},
	    {10, 2560000},	 {11, ROUND_HOUR_MS},
	    {40, ROUND_HOUR_MS}, {UINT32_MAX, ROUND_HOUR_MS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const int64_t ms = cases[i].ms;

		assert_int_equal(contact_wait_ms(cases[i].failures, 0), ms / 2);
		assert_int_equal(contact_wait_ms(cases[i].failures, UINT32_C(1) << 31), ms);
		assert_true(contact_wait_ms(cases[i].failures, UINT32_MAX) < ms + ms / 2);
		assert_true(contact_wait_ms(cases[i].failures, UINT32_MAX) > ms + ms / 2 - 10);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_is_not_reached_is_tried_twice_as_late_each_time_up_to_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
