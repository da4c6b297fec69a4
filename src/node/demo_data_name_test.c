#include "base/test.h"

#include <ctype.h>

#include "base/arena.h"
#include "base/map.h"
#include "node/demo_data_name.h"
#include "node/demo_data_row.h"

enum { SEED = 1 };

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
one_name_is_written_alike_in_all_scripts(void **state)
{
	/* Spelled by hand, as each script writes these sounds. */
	static const char *const wanted[DEMO_SCRIPT_COUNT] = {"Sheyuvan", "Шеюван", "شييوفان",
							      "谢尤瓦恩", "ሼዩቫን",   "शेयुवान"};
	/* sh = 13, v = 15, y = 16, n = 9; vowels a e i o u from 0. */
	const struct demo_word w = {.n = 3, .at = {{13, 1, 0}, {16, 4, 0}, {15, 0, 9}}};

	(void)state;
	for (size_t i = 0; i < DEMO_SCRIPT_COUNT; i++)
		assert_string_equal(str_z(arena, demo_word_text(arena, &w, (enum demo_script)i)),
				    wanted[i]);
}

static void
drawn_words_hold_nothing_rude_and_no_protected_name(void **state)
{
	static const char *const never[] = {"shit",   "kunt",	"maria", "hasan",
					    "tirelu", "sunelo", "oshmi"};
	struct demo_random r = demo_random_stream(SEED, STR("test"), 0);
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < 50000; i++) {
		struct demo_name name;
		struct str text;

		demo_name_draw(&r, &name);
		text = str_lower_ascii(a, demo_name_full(a, &name, DEMO_LATIN));
		for (size_t j = 0; j < COUNT_OF(never); j++)
			assert_int_equal(str_find(text, str_from(never[j])), -1);
		arena_reset(a);
	}
	arena_free(a);
}

static void
accounts_have_right_check_digits(void **state)
{
	(void)state;
	for (size_t serial = 0; serial < 200; serial++) {
		struct str iban = demo_account(arena, serial);
		unsigned rest = 0;

		/* ISO 13616: the first four go to the end, letters are 10 to 35, the rest is 1. */
		for (size_t i = 0; i < iban.n; i++) {
			int c = iban.p[(i + 4) % iban.n];

			rest = isdigit(c) ? (rest * 10 + (unsigned)(c - '0')) % 97
					  : (rest * 100 + (unsigned)(c - 'A' + 10)) % 97;
		}
		assert_int_equal(rest, 1);
		assert_int_equal(iban.n, 22);
	}
}

static void
changes_of_spelling_are_the_ones_clerks_make(void **state)
{
	static const struct {
		enum demo_name_change change;
		const char *given, *family;
	} cases[DEMO_NAME_CHANGE_COUNT] = {
	    {DEMO_AS_IS, "Dameru", "Loshkai"},		 {DEMO_LETTER_DROPPED, "Dameru", "Loskai"},
	    {DEMO_LETTER_DOUBLED, "Dameru", "Loshhkai"}, {DEMO_OTHER_LATIN, "Damerou", "Loschkai"},
	    {DEMO_FAMILY_FIRST, "Loshkai", "Dameru"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str given, family;

		demo_name_changed(arena, &demo_name_driver, DEMO_LATIN, cases[i].change, &given,
				  &family);
		assert_string_equal(str_z(arena, given), cases[i].given);
		assert_string_equal(str_z(arena, family), cases[i].family);
	}
}

static void
draws_below_a_number_reach_all_of_it_and_never_more(void **state)
{
	struct demo_random r = demo_random_stream(SEED, STR("test"), 1);
	size_t count[7] = {0};

	(void)state;
	for (size_t i = 0; i < 70000; i++)
		count[demo_random_below(&r, COUNT_OF(count))]++;
	for (size_t i = 0; i < COUNT_OF(count); i++)
		assert_in_range(count[i], 9500, 10500);
	/* A reader in another language can check the stream: SplitMix64 from state 0. */
	r.state = 0;
	assert_true(demo_random_next(&r) == 0xe220a8397b1dcdafU);
	assert_true(demo_random_next(&r) == 0x6e789e6aa1b965f4U);
}

static void
telephones_and_plates_of_different_serials_differ(void **state)
{
	struct demo_random r = demo_random_stream(SEED, STR("test"), 2);
	struct map seen = {.arena = arena};

	(void)state;
	for (size_t i = 0; i < 8999; i++) {
		struct str plate = demo_plate(arena, &r, i);

		assert_null(map_put(&seen, demo_phone(arena, 3, i), &seen));
		assert_null(map_put(&seen, str_sub(plate, 4, plate.n), &seen));
		assert_false(str_starts(plate, STR("ULM")));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_name_is_written_alike_in_all_scripts),
	    cmocka_unit_test(drawn_words_hold_nothing_rude_and_no_protected_name),
	    cmocka_unit_test(accounts_have_right_check_digits),
	    cmocka_unit_test(changes_of_spelling_are_the_ones_clerks_make),
	    cmocka_unit_test(draws_below_a_number_reach_all_of_it_and_never_more),
	    cmocka_unit_test(telephones_and_plates_of_different_serials_differ),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
