#include "base/test.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "text/data/han_readings.h"
#include "text/han.h"
#include "text/han_names.h"
#include "text/readings.h"
#include "text/token.h"
#include "text/translit.h"

static struct arena *arena;
static struct translit *translit;

static bool
among(const struct readings *readings, const char *want)
{
	for (size_t i = 0; i < readings->n; i++)
		if (str_eq_z(readings->at[i], want))
			return true;
	return false;
}

static struct readings
read_one(const char *han, bool surname)
{
	struct readings readings = {.n = 0};
	size_t used;

	han_read(arena, utf8_decode(han, strlen(han), &used), surname, &readings);
	return readings;
}

static void
surnames_are_read_as_surnames_first(void **state)
{
	static const char *const cases[][2] = {
	    {"單", "shan"}, {"仇", "qiu"}, {"解", "xie"},  {"曾", "zeng"}, {"區", "ou"},
	    {"任", "ren"},  {"查", "zha"}, {"陈", "chen"}, {"陳", "chen"}, {"习", "xi"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct readings readings = read_one(cases[i][0], true);

		assert_true(readings.n > 0);
		if (!str_eq_z(readings.at[0], cases[i][1]))
			print_error("%s: %.*s\n", cases[i][0], STR_ARG(readings.at[0]));
		assert_true(str_eq_z(readings.at[0], cases[i][1]));
	}
	assert_true(str_eq_z(read_one("單", false).at[0], "dan"));
}

static void
other_languages_readings_are_alternates(void **state)
{
	static const struct {
		const char *han;
		bool surname;
		const char *reading;
	} cases[] = {
	    {"黃", true, "wong"},   {"陳", true, "chan"},   {"陳", true, "tan"},
	    {"張", true, "cheung"}, {"梁", true, "leung"},  {"吳", true, "ng"},
	    {"徐", true, "hsu"},    {"蔡", true, "tsai"},   {"江", true, "chiang"},
	    {"金", true, "kim"},    {"李", true, "lee"},    {"林", true, "lim"},
	    {"朴", true, "park"},   {"鄭", true, "cheng"},  {"國", false, "kwok"},
	    {"强", false, "keung"}, {"英", false, "young"}, {"山", false, "yama"},
	    {"曉", false, "hsiao"}, {"律", false, "lyu"},   {"孙", true, "suen"},
	    {"國", false, "kuo"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct readings readings = read_one(cases[i].han, cases[i].surname);

		if (!among(&readings, cases[i].reading))
			print_error("%s is not read as %s\n", cases[i].han, cases[i].reading);
		assert_true(among(&readings, cases[i].reading));
	}
	assert_int_equal(read_one("a", true).n, 0);
}

static void
japanese_family_names_are_one_part(void **state)
{
	struct name_tokens tokens;

	(void)state;
	token_split(translit, arena, STR("田中太郎"), &tokens);
	assert_int_equal(tokens.n, 2);
	assert_true(str_eq_z(tokens.at[0].key, "tanaka"));
	assert_true(str_eq_z(tokens.at[0].original, "田中"));
	assert_true(str_eq_z(tokens.at[0].alternates[0], "tianzhong"));
	assert_true(str_eq_z(tokens.at[1].original, "太郎"));
	assert_true(str_eq_z(tokens.at[1].key, "taro"));
	assert_true(str_eq_z(tokens.at[1].alternates[0], "tailang"));
	token_split(translit, arena, STR("佐々木 希"), &tokens);
	assert_true(str_eq_z(tokens.at[0].key, "sasaki"));
	assert_int_equal(tokens.n, 2);
	assert_true(str_eq_z(tokens.at[1].key, "ki"));
	assert_true(str_eq_z(tokens.at[1].alternates[0], "nozomi"));
	token_split(translit, arena, STR("山田 花子"), &tokens);
	assert_true(str_eq_z(tokens.at[1].key, "hanako"));
	token_split(translit, arena, STR("山田 龘子"), &tokens);
	assert_int_equal(tokens.n, 2);
	/* A Chinese name that does not begin with one is read by character. */
	token_split(translit, arena, STR("王中田"), &tokens);
	assert_int_equal(tokens.n, 3);
}

static bool
leads_to(const struct token *token, const char *key)
{
	for (size_t i = 0; i < token->alternates_n; i++)
		if (str_eq_z(token->alternates[i], key))
			return true;
	return str_eq_z(token->key, key);
}

static void
latin_spellings_of_chinese_names_lead_to_pinyin(void **state)
{
	static const struct {
		const char *name;
		size_t part;
		const char *key;
	} cases[] = {
	    {"Mao Tse-tung", 1, "ze"},	      {"Hsi Chin-ping", 1, "jin"},
	    {"Hsu Tsai-wei", 0, "xu"},	      {"Hsu Tsai-wei", 1, "cai"},
	    {"Chang Chih-ming", 0, "zhang"},  {"CHIANG Kai-shek", 0, "jiang"},
	    {"Wong Siu Ming", 0, "huang"},    {"Chan Tai Man", 0, "chen"},
	    {"Lee Hsiaoming", 1, "xiaoming"}, {"Zhang Xiaoming", 1, "xiaoming"},
	};
	static const char *const others[] = {"Wong Rodriguez", "Chang", "Tan Sri Mahathir"};
	struct name_tokens tokens;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		token_split(translit, arena, str_from(cases[i].name), &tokens);
		if (!leads_to(&tokens.at[cases[i].part], cases[i].key))
			print_error("%s: %s\n", cases[i].name, cases[i].key);
		assert_true(leads_to(&tokens.at[cases[i].part], cases[i].key));
	}
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		token_split(translit, arena, str_from(others[i]), &tokens);
		for (size_t k = 0; k < tokens.n; k++)
			assert_int_equal(tokens.at[k].alternates_n, 0);
	}
}

static void
tables_are_whole(void **state)
{
	(void)state;
	assert_true(han_names_are_sorted());
	for (size_t i = 0; i < han_row_count; i++) {
		struct readings readings = {.n = 0};

		assert_true(i == 0 || han_rows[i - 1].c < han_rows[i].c);
		han_read(arena, han_rows[i].c, i % 2 == 0, &readings);
		assert_in_range(readings.n, 1, READINGS_MAX);
	}
	for (size_t i = 1; i < han_respelled_count; i++)
		assert_true(str_cmp(str_from(han_respelled[i - 1].from),
				    str_from(han_respelled[i].from)) < 0);
	assert_int_equal(han_two_syllables(STR("xiaoming")), 4);
	assert_int_equal(han_two_syllables(STR("robert")), 0);
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
	    cmocka_unit_test(surnames_are_read_as_surnames_first),
	    cmocka_unit_test(other_languages_readings_are_alternates),
	    cmocka_unit_test(japanese_family_names_are_one_part),
	    cmocka_unit_test(latin_spellings_of_chinese_names_lead_to_pinyin),
	    cmocka_unit_test(tables_are_whole),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
