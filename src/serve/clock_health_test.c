#include "base/test.h"

#include "base/arena.h"
#include "serve/clock_health.h"

#define START INT64_C(1790000000000)
#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

/* A machine's two clocks, set by hand. */
struct machine {
	int64_t wall, steady;
	struct clock wall_clock, steady_clock;
	struct clock_health *health;
};

static int64_t
read_ms(void *ctx)
{
	return *(int64_t *)ctx;
}

static struct machine *
machine(struct machine *m)
{
	*m = (struct machine){.wall = START, .steady = 5000};
	m->wall_clock = (struct clock){read_ms, &m->wall};
	m->steady_clock = (struct clock){read_ms, &m->steady};
	m->health = clock_health_new(&m->wall_clock, &m->steady_clock);
	return m;
}

static void
pass(struct machine *m, int64_t ms)
{
	m->wall += ms;
	m->steady += ms;
}

static int64_t
now(const struct machine *m)
{
	return clock_now(clock_health_clock(m->health));
}

static void
a_right_clock_is_the_nodes_time(void **state)
{
	struct machine m;

	(void)state;
	machine(&m);
	for (int i = 0; i < 100; i++) {
		pass(&m, DAY);
		assert_int_equal(now(&m), m.wall);
	}
	/* Small corrections ahead are followed. */
	m.wall += 800;
	assert_int_equal(now(&m), m.wall);
	assert_true(clock_health_report(m.health).healthy);
	clock_health_free(m.health);
}

static void
a_clock_set_back_does_not_take_the_node_along(void **state)
{
	struct arena *a = arena_new(0);
	struct clock_report report;
	struct machine m;

	(void)state;
	machine(&m);
	pass(&m, DAY);
	assert_int_equal(now(&m), START + DAY);
	m.wall -= 30 * DAY;
	assert_int_equal(now(&m), START + DAY);
	/* Time goes on all the same, or nothing would expire. */
	pass(&m, HOUR);
	assert_int_equal(now(&m), START + DAY + HOUR);
	report = clock_health_report(m.health);
	assert_false(report.healthy);
	assert_int_equal(report.behind_ms, 30 * DAY);
	assert_true(str_find(clock_health_text(a, &report), STR("2592000 s behind")) > 0);
	m.wall += 30 * DAY;
	assert_true(clock_health_report(m.health).healthy);
	clock_health_free(m.health);
	arena_free(a);
}

static void
the_log_is_believed_more_than_a_clock_at_start(void **state)
{
	struct machine m;

	(void)state;
	machine(&m);
	clock_health_learn(m.health, START + 400 * DAY);
	assert_int_equal(now(&m), START + 400 * DAY);
	pass(&m, HOUR);
	assert_int_equal(now(&m), START + 400 * DAY + HOUR);
	assert_false(clock_health_report(m.health).healthy);
	/* What the log says of earlier days changes nothing. */
	clock_health_learn(m.health, START);
	assert_int_equal(now(&m), START + 400 * DAY + HOUR);
	clock_health_free(m.health);
}

static void
what_is_no_time_is_not_learned(void **state)
{
	static const int64_t none[] = {INT64_MIN,	-1,	  0, TIME_MIN_MS - 1,
				       TIME_MAX_MS + 1, INT64_MAX};
	struct machine m;

	(void)state;
	machine(&m);
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		clock_health_learn(m.health, none[i]);
		assert_int_equal(now(&m), START);
		assert_true(clock_health_report(m.health).healthy);
	}
	clock_health_learn(m.health, TIME_MAX_MS);
	assert_int_equal(now(&m), TIME_MAX_MS);
	clock_health_free(m.health);
}

static void
a_jump_ahead_is_not_followed_and_is_told(void **state)
{
	struct arena *a = arena_new(0);
	struct clock_report report;
	struct machine m;

	(void)state;
	machine(&m);
	m.wall += 3650 * DAY;
	pass(&m, HOUR);
	assert_int_equal(now(&m), START + HOUR);
	report = clock_health_report(m.health);
	assert_false(report.healthy);
	assert_int_equal(report.ahead_ms, 3650 * DAY);
	assert_true(str_find(clock_health_text(a, &report), STR("jumped ahead")) > 0);
	m.wall -= 3650 * DAY;
	assert_int_equal(now(&m), m.wall);
	assert_true(clock_health_report(m.health).healthy);
	clock_health_free(m.health);
	arena_free(a);
}

static void
whatever_the_clocks_do_time_never_goes_back(void **state)
{
	struct machine m;
	int64_t before;

	(void)state;
	machine(&m);
	before = now(&m);
	for (int i = 0; i < 1000; i++) {
		m.wall += i % 3 == 0 ? -DAY : i % 3 == 1 ? DAY + 10 : HOUR / 2;
		m.steady += 7;
		assert_true(now(&m) >= before);
		before = now(&m);
	}
	clock_health_free(m.health);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_right_clock_is_the_nodes_time),
	    cmocka_unit_test(a_clock_set_back_does_not_take_the_node_along),
	    cmocka_unit_test(the_log_is_believed_more_than_a_clock_at_start),
	    cmocka_unit_test(what_is_no_time_is_not_learned),
	    cmocka_unit_test(a_jump_ahead_is_not_followed_and_is_told),
	    cmocka_unit_test(whatever_the_clocks_do_time_never_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
