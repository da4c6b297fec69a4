#include "base/test.h"

#include "base/arena.h"
#include "match/screening/screen.h"

/* Invented people; enough others that shares of names mean something. */
static const char *const given[] = {"Ivo",   "Marta", "Jonas",	"Lea",	  "Omar",  "Sofia",
				    "Pavel", "Nadia", "Tomas",	"Irina",  "Luis",  "Amina",
				    "Erik",  "Yara",  "Stefan", "Carmen", "Karim", "Helga"};
static const char *const family[] = {"Brandt",	  "Novak",  "Okoye",	"Silvestri", "Haddad",
				     "Lindqvist", "Moreau", "Petrenko", "Tanaka",    "Costa",
				     "Farouk",	  "Jansen", "Kovacs",	"Mbeki",     "Rossi"};

static const struct {
	const char *id, *type, *names[3], *dob, *country, *number;
} planted[] = {
    {"p1", "person", {"Vladislav Semyonovich KORZHAKOV"}, "1961-03-08", "Russia", "71 0042 118"},
    {"p2", "person", {"Abdulrahman AL-ZAHRANI", "Abu Hafs"}, "1975", "Yemen", NULL},
    {"p3", "person", {"PAK Chol Jin"}, "1969-10-02", NULL, NULL},
    {"p4", "person", {"Yunus Salah DARWISH"}, "1970-05-21", "Iraq", NULL},
    {"p5", "organisation", {"Korzhakov Shipping Ltd."}, NULL, "Russia", NULL},
    {"p6", "person", {"..."}, "not known", NULL, "AB99001"},
};

static struct arena *arena;
static struct screen_index *index_;
static struct screen_worker *worker;

static void
add(struct str_list *list, const char *text)
{
	if (text != NULL)
		*VEC_ADD(arena, list) = str_from(text);
}

static int
begin(void **state)
{
	VEC(struct screen_entry) entries = {0};
	struct err err;

	(void)state;
	arena = arena_new(0);
	for (size_t i = 0; i < COUNT_OF(planted); i++) {
		struct screen_entry *e = VEC_ADD(arena, &entries);

		e->id = str_from(planted[i].id);
		e->type = str_from(planted[i].type);
		for (size_t k = 0; k < 3; k++)
			add(&e->names, planted[i].names[k]);
		add(&e->dobs, planted[i].dob);
		add(&e->countries, planted[i].country);
		add(&e->ids, planted[i].number);
	}
	for (size_t i = 0; i < COUNT_OF(given) * COUNT_OF(family); i++) {
		struct screen_entry *e = VEC_ADD(arena, &entries);

		e->id = str_fmt(arena, "x%zu", i);
		e->type = STR("person");
		add(&e->names,
		    str_fmt(arena, "%s %s", given[i % COUNT_OF(given)], family[i / COUNT_OF(given)])
			.p);
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
	screen_worker_close(NULL);
	screen_index_free(index_);
	screen_index_free(NULL);
	arena_free(arena);
	return 0;
}

static size_t
search(const char *name, const char *dob, const char *country, struct screen_hit hits[5])
{
	struct str names[1] = {str_from(name)};
	struct screen_query query = {names, 1, .dob = str_from(dob), .country = str_from(country)};

	return screen_search(index_, worker, &query, 5, 0, hits);
}

static void
a_listed_person_is_found_however_the_name_is_written(void **state)
{
	static const struct {
		const char *name, *dob, *want;
	} cases[] = {
	    {"Vladislav Semyonovich Korzhakov", "", "p1"},
	    {"KORZHAKOV, Vladislav", "", "p1"},
	    {"Korzakov Vladislav Semyonovich", "", "p1"},
	    {"Владислав Коржаков", "1961-03-08", "p1"},
	    {"Vladislav S. Korzhakov", "1961", "p1"},
	    {"Abd al-Rahman Zahrani", "", "p2"},
	    {"عبد الرحمن الزهراني", "1975", "p2"},
	    {"Chol-Jin Pak", "", "p3"},
	    {"Yunussalah Darwish", "", "p4"},
	    {"Younes Saleh Darwich", "1970-05-21", "p4"},
	    {"Korzhakov Shipping Limited", "", "p5"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct screen_hit hits[5];
		size_t n = search(cases[i].name, cases[i].dob, "", hits);

		assert_true(n > 0);
		if (!str_eq_z(hits[0].entry_id, cases[i].want))
			print_error("%s: %.*s first\n", cases[i].name, STR_ARG(hits[0].entry_id));
		assert_true(str_eq_z(hits[0].entry_id, cases[i].want));
	}
}

static double
score_of(const char *name, const char *dob, const char *country, const char *id)
{
	struct screen_hit hits[5];
	size_t n = search(name, dob, country, hits);

	for (size_t i = 0; i < n; i++)
		if (str_eq_z(hits[i].entry_id, id))
			return hits[i].score;
	return 0;
}

static void
the_right_name_is_over_the_line_and_unrelated_ones_are_not(void **state)
{
	(void)state;
	assert_true(score_of("Vladislav Semyonovich Korzhakov", "", "", "p1") >= SCREEN_THRESHOLD);
	assert_true(score_of("Vladislav Korzhakov", "1961-03-08", "", "p1") >= SCREEN_THRESHOLD);
	/* One name of three, with the birth date of somebody. */
	assert_true(score_of("Vladislav Tanaka", "1961-03-08", "", "p1") < SCREEN_THRESHOLD);
	assert_true(score_of("Vladislav", "1961", "Russia", "p1") < SCREEN_THRESHOLD);
	/* Two frequent halves of different people. */
	assert_true(score_of("Semyon Silvestri", "1961-03-08", "Russia", "p1") < SCREEN_THRESHOLD);
}

static void
birth_dates_and_countries_move_the_score_the_right_way(void **state)
{
	double none = score_of("Vladislav Korzhakov", "", "", "p1");

	(void)state;
	assert_true(score_of("Vladislav Korzhakov", "1961-03-08", "", "p1") > none);
	assert_true(score_of("Vladislav Korzhakov", "1961-08-03", "", "p1") > none);
	assert_true(score_of("Vladislav Korzhakov", "1961", "", "p1") > none);
	assert_true(score_of("Vladislav Korzhakov", "1961-03-08", "", "p1") >
		    score_of("Vladislav Korzhakov", "1961", "", "p1"));
	assert_true(score_of("Vladislav Korzhakov", "1983-11-30", "", "p1") < none);
	assert_true(score_of("Vladislav Korzhakov", "", "Chile", "p1") < none);
	assert_true(score_of("Vladislav Korzhakov", "", "russia", "p1") > none);
	assert_float_equal(score_of("Vladislav Korzhakov", "soon", "", "p1"), none, 1e-12);
}

static void
the_explanation_sums_to_the_score_of_the_search(void **state)
{
	static const char *const names[] = {"Vladislav Korzhakov", "Younes S. Darwich", "Abu Hafs",
					    "Haji Marta Novak Okoye", "박철진"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct str name = str_from(names[i]);
		struct screen_query query = {&name, 1, .dob = STR("1970-05-12"),
					     .country = STR("Iraq")};
		struct screen_hit hits[5];
		size_t n = screen_search(index_, worker, &query, 5, 0, hits);

		assert_true(n > 0);
		for (size_t k = 0; k < n; k++) {
			struct screen_explanation why;
			double sum = 0;

			screen_explain(index_, worker, &query, hits[k].entry, &why);
			for (size_t j = 0; j < why.n; j++) {
				sum += why.at[j].bits;
				assert_non_null(why.at[j].note);
				assert_non_null(screen_what_name(why.at[j].what));
			}
			assert_float_equal(sum, why.bits, 1e-9);
			assert_float_equal(why.bits, hits[k].bits, 1e-9);
			assert_float_equal(why.score, hits[k].score, 1e-12);
			assert_float_equal(why.score, screen_probability(sum), 1e-12);
		}
	}
}

static void
hits_are_ordered_limited_and_over_the_least_score(void **state)
{
	struct str name = STR("Marta Novak");
	struct screen_query query = {&name, 1};
	struct screen_hit hits[50];
	size_t n = screen_search(index_, worker, &query, 50, 0, hits);

	(void)state;
	assert_true(n > 5);
	for (size_t i = 1; i < n; i++) {
		assert_true(hits[i - 1].bits >= hits[i].bits);
		for (size_t k = 0; k < i; k++)
			assert_true(hits[i].entry != hits[k].entry);
	}
	assert_int_equal(screen_search(index_, worker, &query, 3, 0, hits), 3);
	assert_int_equal(screen_search(index_, worker, &query, 0, 0, hits), 0);
	n = screen_search(index_, worker, &query, 50, 0.01, hits);
	for (size_t i = 0; i < n; i++)
		assert_true(hits[i].score >= 0.01);
}

static void
nothing_asked_finds_nothing(void **state)
{
	static const char *const names[] = {"", "...", "\xff", "qqqqqqqq wwwwwww"};
	struct screen_hit hits[5];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_int_equal(search(names[i], "", "", hits), 0);
}

static void
an_identifier_brings_its_entry_whatever_the_name(void **state)
{
	struct str name = STR("Helga Rossi"), number = STR("710042-118"), other = STR("ab 99001");
	struct screen_query query = {&name, 1, .ids = &number, .id_count = 1};
	struct screen_hit hits[50];
	size_t n = screen_search(index_, worker, &query, 50, 0, hits);
	bool found = false;

	(void)state;
	for (size_t i = 0; i < n; i++)
		found |= str_eq_z(hits[i].entry_id, "p1");
	assert_true(found);
	query = (struct screen_query){.ids = &other, .id_count = 1};
	assert_int_equal(screen_search(index_, worker, &query, 5, 0, hits), 1);
	assert_true(str_eq_z(hits[0].entry_id, "p6"));
}

static void
what_a_list_has_unusable_is_counted(void **state)
{
	struct screen_index *empty;
	struct str name = STR("Marta");
	struct screen_query query = {&name, 1};
	struct screen_hit hit;
	struct err err;

	(void)state;
	assert_int_equal(screen_index_skipped(index_), 2); /* "..." and "not known" */
	assert_int_equal(screen_index_new(NULL, 0, &empty, &err), RC_OK);
	assert_int_equal(screen_search(empty, worker, &query, 1, 0, &hit), 0);
	screen_index_free(empty);
}

static void
two_names_compare_the_same_both_ways_up_to_what_is_left_out(void **state)
{
	static const struct {
		const char *left, *right;
		bool match;
	} cases[] = {
	    {"Vladislav Korzhakov", "Korzhakov, Vladislav", true},
	    {"Владимир Путин", "Vladimir Putin", true},
	    {"Olaf Scholz", "Angela Merkel", false},
	    {"Marta Novak", "Marta Petrenko", false},
	    {"", "Marta", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str left = str_from(cases[i].left), right = str_from(cases[i].right);
		struct screen_query a = {&left, 1}, b = {&right, 1};
		struct screen_explanation one, two;

		screen_compare(worker, &a, &b, &one);
		screen_compare(worker, &b, &a, &two);
		if ((one.score >= SCREEN_THRESHOLD) != cases[i].match)
			print_error("%s, %s: %f\n", cases[i].left, cases[i].right, one.score);
		assert_int_equal(one.score >= SCREEN_THRESHOLD, cases[i].match);
		assert_int_equal(two.score >= SCREEN_THRESHOLD, cases[i].match);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_listed_person_is_found_however_the_name_is_written),
	    cmocka_unit_test(the_right_name_is_over_the_line_and_unrelated_ones_are_not),
	    cmocka_unit_test(birth_dates_and_countries_move_the_score_the_right_way),
	    cmocka_unit_test(the_explanation_sums_to_the_score_of_the_search),
	    cmocka_unit_test(hits_are_ordered_limited_and_over_the_least_score),
	    cmocka_unit_test(nothing_asked_finds_nothing),
	    cmocka_unit_test(an_identifier_brings_its_entry_whatever_the_name),
	    cmocka_unit_test(what_a_list_has_unusable_is_counted),
	    cmocka_unit_test(two_names_compare_the_same_both_ways_up_to_what_is_left_out),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
