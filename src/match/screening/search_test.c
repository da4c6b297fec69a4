#include "base/test.h"

#include "base/arena.h"
#include "match/screening/screen.h"

/*
 * The search against every entry. Given names come again and again, so that names trail under them
 * (segment.h); family names are made of syllables, many of them a letter apart.
 */
static const char *const given[] = {"Mohamed", "Ahmad", "Fatima", "Omar", "Amina", "Hassan"};
static const char *const onset[] = {"k", "b", "t", "m", "s", "r", "d", "l"};
static const char *const rhyme[] = {"ari", "adi", "omi", "ursa", "elin", "ikov"};

/* Questions whose best reaches the threshold: a test with none would show nothing. */
static size_t likely;

#define ENTRIES 2400
#define ALL ENTRIES

static struct arena *arena;
static struct screen_index *index_;
static struct screen_worker *worker;

static struct str
family(size_t i)
{
	return str_fmt(arena, "%sa%s%s", onset[i % 8], onset[i / 8 % 8], rhyme[i / 64 % 6]);
}

static struct str
listed(size_t i)
{
	if (i % 5 == 0)
		return str_fmt(arena, "%s %s %.*s", given[i % 6], given[i / 7 % 6],
			       STR_ARG(family(i / 3)));
	return str_fmt(arena, "%s %.*s", given[i % 6], STR_ARG(family(i / 3)));
}

static int
begin(void **state)
{
	VEC(struct screen_entry) entries = {0};
	struct err err;

	(void)state;
	arena = arena_new(0);
	for (size_t i = 0; i < ENTRIES; i++) {
		struct screen_entry *e = VEC_ADD(arena, &entries);

		e->id = str_fmt(arena, "e%zu", i);
		e->type = STR("person");
		*VEC_ADD(arena, &e->names) = listed(i);
		if (i % 3 != 0)
			*VEC_ADD(arena, &e->dobs) = str_fmt(arena, "19%02zu", 40 + i % 60);
	}
	if (screen_index_new(entries.at, entries.n, &index_, &err) != RC_OK)
		return -1;
	return screen_worker_open(&worker, &err) == RC_OK ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	screen_worker_close(worker);
	screen_index_free(index_);
	arena_free(arena);
	return 0;
}

static bool
is_hit(const struct screen_hit *hits, size_t n, size_t entry)
{
	for (size_t i = 0; i < n; i++)
		if (hits[i].entry == entry)
			return true;
	return false;
}

/* What it says of this question is what asking of every entry says. */
static void
check(struct str name, struct str dob)
{
	struct screen_query q = {.names = &name, .name_count = 1, .dob = dob};
	static struct screen_hit hits[ALL];
	size_t n = screen_search(index_, worker, &q, ALL, SCREEN_THRESHOLD, hits);
	struct screen_hit first;
	double best = 0;

	for (size_t entry = 0; entry < ENTRIES; entry++) {
		struct screen_explanation why;

		screen_explain(index_, worker, &q, entry, &why);
		best = why.score > best ? why.score : best;
		if (why.score >= SCREEN_THRESHOLD)
			assert_true(is_hit(hits, n, entry));
	}
	assert_int_equal(screen_search(index_, worker, &q, 1, 0, &first), 1);
	/* Below that nobody is told, and of many equally poor ones any will do. */
	if (best >= SCREEN_THRESHOLD)
		assert_true(first.score >= best);
	likely += best >= SCREEN_THRESHOLD;
}

static void
whoever_is_listed_is_found_as_by_asking_of_every_entry(void **state)
{
	(void)state;
	likely = 0;
	for (size_t i = 0; i < ENTRIES; i += 97)
		check(listed(i), i % 2 == 0 ? STR_NONE : str_fmt(arena, "19%02zu", 40 + i % 60));
	assert_true(likely > 5);
}

static void
a_slip_in_the_rare_part_is_found_as_by_asking_of_every_entry(void **state)
{
	(void)state;
	likely = 0;
	for (size_t i = 0; i < ENTRIES; i += 97) {
		struct str name = listed(i);
		char *letters = str_z(arena, name);

		letters[name.n - 2] = 'w';
		check(str_from(letters), str_fmt(arena, "19%02zu", 40 + i % 60));
	}
	assert_true(likely > 0);
}

/* Names trail under "Mohamed"; asked of by that alone, they come in all the same. */
static void
a_common_part_alone_finds_those_that_trail_under_it(void **state)
{
	struct str name = STR("Mohamed");
	struct screen_query q = {.names = &name, .name_count = 1};
	struct screen_hit hits[20];

	(void)state;
	assert_int_equal(screen_search(index_, worker, &q, 20, 0, hits), 20);
	for (size_t i = 0; i < 20; i++)
		assert_true(hits[i].entry % 6 == 0 || hits[i].entry / 7 % 6 == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whoever_is_listed_is_found_as_by_asking_of_every_entry),
	    cmocka_unit_test(a_slip_in_the_rare_part_is_found_as_by_asking_of_every_entry),
	    cmocka_unit_test(a_common_part_alone_finds_those_that_trail_under_it),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
