#include "base/test.h"

#include <math.h>

#include "match/calibration/calibration.h"

#define N 4000
static struct calibration_decision decisions[N];

/* Decided as the curve has it; what a fixed sequence of numbers throws. */
static void
draw(double steepness, double shift)
{
	uint32_t random = 99;

	for (size_t i = 0; i < N; i++) {
		double x = -3 + 9.0 * (double)i / N;

		random = random * 1664525u + 1013904223u;
		decisions[i].score = 1 / (1 + exp(-x));
		decisions[i].same =
		    (random >> 8) / 16777216.0 < 1 / (1 + exp(-(steepness * x + shift)));
	}
}

static void
what_people_decided_is_found_again(void **state)
{
	static const double curves[][2] = {{1, 0}, {0.6, -2}, {1.4, 1}, {0.5, -3}};
	struct calibration c;

	(void)state;
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
		draw(curves[i][0], curves[i][1]);
		calibrate(decisions, N, &c);
		assert_true(c.fitted);
		assert_true(fabs(c.steepness - curves[i][0]) < 0.15);
		assert_true(fabs(c.shift - curves[i][1]) < 0.35);
		for (size_t k = 0; k < CALIBRATION_LINES; k++)
			assert_true(
			    c.lines[k].line == 1 ||
			    fabs(calibration_share(&c, c.lines[k].line) - c.lines[k].share) < 1e-6);
	}
}

static void
each_decision_is_counted_once_in_its_band(void **state)
{
	static const struct calibration_decision few[] = {
	    {0.5, true}, {0.79, false}, {0.8, true},  {1, true},
	    {0, false},	 {0.99, false}, {0.95, true}, {0.9499, true}};
	struct calibration c;
	size_t same = 0, other = 0;

	(void)state;
	calibrate(few, sizeof few / sizeof *few, &c);
	for (size_t i = 0; i < CALIBRATION_BANDS; i++) {
		same += c.bands[i].same;
		other += c.bands[i].other;
		assert_true(c.bands[i].low <= c.bands[i].share ||
			    c.bands[i].same + c.bands[i].other == 0);
		assert_true(c.bands[i].share <= c.bands[i].high);
	}
	assert_int_equal(same, 5);
	assert_int_equal(other, 3);
	assert_int_equal(c.bands[1].same, 1);
	assert_int_equal(c.bands[1].other, 1);
	assert_int_equal(c.bands[5].same, 1);
	assert_int_equal(c.bands[5].other, 1);
}

static void
too_few_decisions_draw_no_curve(void **state)
{
	struct calibration_decision few[CALIBRATION_LEAST * 3];
	struct calibration c;

	(void)state;
	for (size_t i = 0; i < CALIBRATION_LEAST * 3; i++)
		few[i] = (struct calibration_decision){0.9, i >= CALIBRATION_LEAST - 1};
	calibrate(few, CALIBRATION_LEAST * 3, &c);
	assert_false(c.fitted);
	for (size_t i = 0; i < CALIBRATION_LINES; i++)
		assert_true(c.lines[i].line == 1);
	calibrate(NULL, 0, &c);
	assert_false(c.fitted);
}

static void
decisions_all_of_one_score_end_in_no_cliff(void **state)
{
	struct calibration_decision alike[40];
	struct calibration c;

	(void)state;
	for (size_t i = 0; i < 40; i++)
		alike[i] = (struct calibration_decision){i < 20 ? 1 : 0, i < 20};
	calibrate(alike, 40, &c);
	assert_true(c.fitted && isfinite(c.steepness) && isfinite(c.shift));
	assert_true(c.steepness < 3 && c.steepness > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_people_decided_is_found_again),
	    cmocka_unit_test(each_decision_is_counted_once_in_its_band),
	    cmocka_unit_test(too_few_decisions_draw_no_curve),
	    cmocka_unit_test(decisions_all_of_one_score_end_in_no_cliff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
