#include "base/test.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "text/hangul.h"
#include "text/readings.h"
#include "text/token.h"
#include "text/translit.h"

static struct arena *arena;
static struct translit *translit;

static bool
reads(const char *syllable, bool surname, const char *want)
{
	struct readings readings = {.n = 0};
	size_t used;

	hangul_read(arena, utf8_decode(syllable, strlen(syllable), &used), surname, &readings);
	for (size_t i = 0; i < readings.n; i++)
		if (str_eq_z(readings.at[i], want))
			return true;
	print_error("%s is not read as %s\n", syllable, want);
	return false;
}

static void
surnames_have_the_spellings_of_their_bearers(void **state)
{
	static const char *const cases[][2] = {
	    {"김", "kim"},   {"김", "gim"},   {"이", "lee"},  {"이", "yi"},   {"이", "rhee"},
	    {"박", "park"},  {"박", "pak"},   {"최", "choi"}, {"최", "choe"}, {"정", "jung"},
	    {"정", "chung"}, {"정", "jeong"}, {"조", "cho"},  {"조", "jo"},   {"장", "chang"},
	    {"임", "lim"},   {"유", "yoo"},   {"노", "roh"},  {"허", "hur"},  {"백", "paik"},
	    {"량", "yang"},  {"류", "ryu"},   {"구", "koo"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_true(reads(cases[i][0], true, cases[i][1]));
}

static void
syllables_of_given_names_are_read_in_all_systems(void **state)
{
	static const char *const cases[][2] = {
	    {"영", "young"}, {"영", "yeong"}, {"영", "yong"}, {"현", "hyun"}, {"현", "hyeon"},
	    {"현", "hyon"},  {"준", "jun"},   {"준", "joon"}, {"서", "suh"},  {"정", "jong"},
	    {"은", "un"},    {"은", "eun"},   {"일", "il"},   {"성", "song"}, {"희", "hee"},
	    {"희", "hui"},   {"꽃", "kkot"},  {"볼", "pol"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_true(reads(cases[i][0], false, cases[i][1]));
}

static void
what_is_no_syllable_has_no_reading(void **state)
{
	struct readings readings = {.n = 0};

	(void)state;
	hangul_read(arena, 'a', true, &readings);
	hangul_read(arena, 0x1100, true, &readings);
	hangul_read(arena, 0xd7a4, true, &readings);
	assert_int_equal(readings.n, 0);
	assert_false(hangul_is_syllable(0xabff));
	assert_true(hangul_is_syllable(0xac00));
	assert_true(hangul_is_syllable(0xd7a3));
}

static void
every_syllable_has_different_short_readings(void **state)
{
	(void)state;
	for (uint32_t c = 0xac00; c <= 0xd7a3; c++) {
		for (int surname = 0; surname < 2; surname++) {
			struct readings readings = {.n = 0};

			hangul_read(arena, c, surname == 1, &readings);
			assert_in_range(readings.n, 1, READINGS_MAX);
			for (size_t i = 0; i < readings.n; i++) {
				assert_in_range(readings.at[i].n, 1, 8);
				for (size_t k = 0; k < i; k++)
					assert_false(str_eq(readings.at[i], readings.at[k]));
			}
		}
		arena_reset(arena);
	}
}

static bool
has(const struct token *token, const char *key)
{
	for (size_t i = 0; i < token->alternates_n; i++)
		if (str_eq_z(token->alternates[i], key))
			return true;
	return str_eq_z(token->key, key);
}

static void
a_name_in_hangul_leads_to_each_spelling_in_latin(void **state)
{
	static const struct {
		const char *name, *keys[3];
	} cases[] = {
	    {"김정은", {"kim", "jong", "un"}},
	    {"이승만", {"rhee", "seung", "man"}},
	    {"이 승만", {"yi", "seung", "man"}},
	    {"박정희", {"park", "chung", "hee"}},
	    {"문재인", {"moon", "jae", "in"}},
	    {"최태복", {"choe", "tae", "bok"}},
	    {"현영철", {"hyon", "yong", "chol"}},
	    {"김일성", {"kim", "il", "sung"}},
	    {"\u1100\u1175\u11b7\u110c\u1165\u11bc\u110b\u1173\u11ab", {"kim", "jong", "un"}},
	};
	struct name_tokens tokens;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		token_split(translit, arena, str_from(cases[i].name), &tokens);
		assert_int_equal(tokens.n, 3);
		for (size_t k = 0; k < 3; k++) {
			if (!has(&tokens.at[k], cases[i].keys[k]))
				print_error("%s: %s\n", cases[i].name, cases[i].keys[k]);
			assert_true(has(&tokens.at[k], cases[i].keys[k]));
			assert_int_equal(tokens.at[k].script, SCRIPT_HANGUL);
		}
	}
}

static int
begin(void **state)
{
	struct err err;

	(void)state;
	arena = arena_new(0);
	return translit_open(&translit, &err) == RC_OK ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	translit_close(translit);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(surnames_have_the_spellings_of_their_bearers),
	    cmocka_unit_test(syllables_of_given_names_are_read_in_all_systems),
	    cmocka_unit_test(what_is_no_syllable_has_no_reading),
	    cmocka_unit_test(every_syllable_has_different_short_readings),
	    cmocka_unit_test(a_name_in_hangul_leads_to_each_spelling_in_latin),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
