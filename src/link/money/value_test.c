#include "base/test.h"

#include "link/money/value.h"

static void
amounts_are_read_to_the_cent_or_refused(void **state)
{
	static const struct {
		const char *text;
		int64_t cents;
	} cases[] = {
	    {"0", 0},	     {"1", 100},       {"12.5", 1250},
	    {"12.50", 1250}, {"12.500", 1250}, {"999999999999.99", INT64_C(99999999999999)},
	};
	static const char *const refused[] = {"",      ".5",  "5.",  "-1",
					      "+1",    "1,5", "1e3", "12.345",
					      "1.2.3", " 1",  "nan", "99999999999999999999999"};
	int64_t cents;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(money_cents(str_from(cases[i].text), &cents));
		assert_int_equal(cents, cases[i].cents);
	}
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		if (money_cents(str_from(refused[i]), &cents))
			fail_msg("\"%s\" was read", refused[i]);
}

static void
times_and_days_are_read_or_refused(void **state)
{
	int64_t at_s;
	int32_t day;

	(void)state;
	assert_true(money_time(STR("2025-01-06T01:00:00+01:00"), &at_s));
	assert_int_equal(at_s, INT64_C(20094) * MONEY_DAY_S);
	assert_false(money_time(STR("2025-13-06T01:00:00Z"), &at_s));
	assert_false(money_time(STR(""), &at_s));
	assert_true(money_day(STR("2025-01-06"), &day));
	assert_int_equal(day, 20094);
	assert_true(money_day(STR("1969-12-31"), &day));
	assert_int_equal(day, -1);
	assert_false(money_day(STR("6.1.2025"), &day));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(amounts_are_read_to_the_cent_or_refused),
	    cmocka_unit_test(times_and_days_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
