#include "base/test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "match/screening/reload.h"
#include "match/screening/test_people.h"

static struct arena *arena;
static struct screen_index *base;
static struct screen_worker *worker;

static int
begin(void **state)
{
	struct err err;

	(void)state;
	arena = arena_new(0);
	assert_int_equal(screen_worker_open(&worker, &err), RC_OK);
	assert_int_equal(screen_index_new(test_people(arena), TEST_PEOPLE, &base, &err), RC_OK);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	screen_index_free(base);
	screen_worker_close(worker);
	arena_free(arena);
	return 0;
}

static double
score_of(const struct screen_index *index, const char *name, const char *id)
{
	struct str asked = str_from(name);
	struct screen_query q = {&asked, 1};
	struct screen_hit hits[20];
	size_t n = screen_search(index, worker, &q, 20, 0, hits);

	for (size_t i = 0; i < n; i++) {
		struct screen_explanation why;

		if (!str_eq_z(hits[i].entry_id, id))
			continue;
		screen_explain(index, worker, &q, hits[i].entry, &why);
		assert_float_equal(why.bits, hits[i].bits, 1e-9);
		return hits[i].score;
	}
	return 0;
}

static void
new_entries_are_found_beside_those_of_before(void **state)
{
	struct screen_entry more[] = {test_person(arena, "d1", "Helga BRANDT", "1970-01-01"),
				      test_person(arena, "d2", "Marta BRANDT", "1971-01-01")};
	struct screen_index *index, *third;
	struct err err;

	(void)state;
	assert_int_equal(screen_index_extend(base, more, 2, NULL, 0, &index, &err), RC_OK);
	assert_int_equal(screen_index_entries(index), TEST_PEOPLE + 2);
	assert_true(score_of(index, "Helga Brandt", "d1") > 0.5);
	assert_true(score_of(index, "Vladislav Korzhakov", "p0") > 0.5);
	assert_true(score_of(base, "Helga Brandt", "d1") == 0);
	/* And once more on top. */
	assert_int_equal(screen_index_extend(index, more, 1, NULL, 0, &third, &err), RC_OK);
	screen_index_free(index);
	assert_true(score_of(third, "Marta Brandt", "d2") > 0.5);
	assert_true(score_of(third, "Marta Novak", "p1") > 0.5);
	screen_index_free(third);
}

static void
a_share_is_of_all_entries_wherever_they_lie(void **state)
{
	struct screen_entry *people = test_people(arena);
	struct screen_index *parts[2], *joined;
	struct err err;

	(void)state;
	assert_int_equal(screen_index_new(people, 4, &parts[0], &err), RC_OK);
	assert_int_equal(screen_index_new(people + 4, TEST_PEOPLE - 4, &parts[1], &err), RC_OK);
	assert_int_equal(
	    screen_index_join((const struct screen_index *const *)parts, 2, &joined, &err), RC_OK);
	screen_index_free(parts[0]);
	screen_index_free(parts[1]);
	/* Novak stands in both halves: as rare as it is in all of them. (Customs are the first's.)
	 */
	assert_true(score_of(base, "Novak", "p1") > 0);
	assert_float_equal(score_of(joined, "Novak", "p1"), score_of(base, "Novak", "p1"), 1e-6);
	assert_float_equal(score_of(joined, "Novak", "p5"), score_of(base, "Novak", "p5"), 1e-6);
	assert_float_equal(score_of(joined, "Darwish", "p4"), score_of(base, "Darwish", "p4"),
			   1e-6);
	screen_index_free(joined);
}

static void
what_is_gone_is_found_no_more_and_may_come_back_changed(void **state)
{
	struct screen_entry again = test_person(arena, "p1", "Marta NOVAKOVA", "1961-03-02");
	struct str gone[] = {STR("p1"), STR("p5"), STR("nobody")};
	struct screen_index *index, *more;
	struct err err;

	(void)state;
	assert_int_equal(screen_index_extend(base, &again, 1, gone, 3, &index, &err), RC_OK);
	assert_true(score_of(index, "Marta Novakova", "p1") > 0.5);
	assert_true(score_of(index, "Novak Shipping Ltd", "p5") == 0);
	assert_int_equal(screen_index_extend(index, NULL, 0, NULL, 0, &more, &err), RC_OK);
	assert_true(score_of(more, "Novak Shipping Ltd", "p5") == 0);
	screen_index_free(more);
	screen_index_free(index);
	assert_true(score_of(base, "Novak Shipping Ltd", "p5") > 0.5);
}

static void
more_indexes_than_are_searched_as_one_are_refused(void **state)
{
	const struct screen_index *all[9];
	struct screen_index *index;
	struct err err;

	(void)state;
	for (size_t i = 0; i < 9; i++)
		all[i] = base;
	assert_int_equal(screen_index_join(all, 9, &index, &err), RC_TOO_LARGE);
	assert_int_equal(screen_index_join(all, 8, &index, &err), RC_OK);
	screen_index_free(index);
}

struct asking {
	struct screen_live *live;
	atomic_bool stop;
	atomic_uint asked, failed;
};

static void *
ask_on(void *ctx)
{
	struct asking *a = ctx;
	struct str name = STR("Vladislav Korzhakov");
	struct screen_query q = {&name, 1};
	struct screen_worker *own;
	struct err err;

	if (screen_worker_open(&own, &err) != RC_OK) {
		atomic_fetch_add(&a->failed, 1);
		return NULL;
	}
	while (!atomic_load(&a->stop) || atomic_load(&a->asked) < 200) {
		struct screen_index *index = screen_live_hold(a->live);
		struct screen_hit hit;
		size_t n = screen_search(index, own, &q, 1, 0.5, &hit);

		if (n != 1 || !str_eq_z(hit.entry_id, "p0"))
			atomic_fetch_add(&a->failed, 1);
		atomic_fetch_add(&a->asked, 1);
		screen_index_free(index);
	}
	screen_worker_close(own);
	return NULL;
}

static void
an_index_is_replaced_while_questions_run(void **state)
{
	struct screen_entry more = test_person(arena, "d1", "Helga BRANDT", "1970-01-01");
	struct asking a = {0};
	pthread_t threads[3];
	struct err err;

	(void)state;
	screen_index_hold(base);
	a.live = screen_live_new(base);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_on, &a), 0);
	for (size_t i = 0; i < 40; i++) {
		struct screen_index *index;

		if (i % 2 == 0)
			assert_int_equal(screen_index_extend(base, &more, 1, NULL, 0, &index, &err),
					 RC_OK);
		else
			assert_int_equal(
			    screen_index_new(test_people(arena), TEST_PEOPLE, &index, &err), RC_OK);
		screen_live_swap(a.live, index);
	}
	atomic_store(&a.stop, true);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&a.failed), 0);
	assert_true(atomic_load(&a.asked) >= 200);
	screen_live_free(a.live);
	screen_live_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(new_entries_are_found_beside_those_of_before),
	    cmocka_unit_test(a_share_is_of_all_entries_wherever_they_lie),
	    cmocka_unit_test(what_is_gone_is_found_no_more_and_may_come_back_changed),
	    cmocka_unit_test(more_indexes_than_are_searched_as_one_are_refused),
	    cmocka_unit_test(an_index_is_replaced_while_questions_run),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
