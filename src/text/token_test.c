#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "text/skeleton.h"
#include "text/token.h"
#include "text/token_words.h"
#include "text/translit.h"

static struct arena *arena;
static struct translit *translit;

struct case_of_two {
	const char *in, *out;
};

static void
same(struct str got, const char *in, const char *want)
{
	if (!str_eq_z(got, want))
		print_error("%s: got \"%.*s\", want \"%s\"\n", in, STR_ARG(got), want);
	assert_true(str_eq_z(got, want));
}

static void
every_script_comes_out_as_ascii(void **state)
{
	static const struct case_of_two cases[] = {
	    {"", ""},
	    {"O'Brien-Smith 3", "obriensmith 3"},
	    {"Łukasz Müller Ørsted", "lukasz muller orsted"},
	    {"Владимир Путин", "vladimir putin"},
	    {"Щербаков Юрий", "shcherbakov yuriy"},
	    {"Ђорђе Љубић", "djordje ljubic"},
	    {"محمد علي", "mhmd aly"},
	    {"مُحَمَّد", "muhamad"},
	    {"گلپایگانی", "glpaygany"},
	    {"דוד", "dud"},
	    {"Αλέξανδρος", "alexandros"},
	    {"习近平", "xi jin ping"},
	    {"김정은", "kim jung eun"},
	    {"박 지성", "park ji sung"},
	    {"タナカ", "tanaka"},
	    {"सुदर्शना", "sudarsana"},
	    {"አበበ ቢቂላ", "ababa biqila"},
	    {"สมชาย", "smchay"},
	    {"\xff\xfe", ""},
	};

	(void)state;
	for (int round = 0; round < 2; round++) /* the second is from the cache */
		for (size_t i = 0; i < COUNT_OF(cases); i++)
			same(translit_ascii(translit, arena, str_from(cases[i].in)), cases[i].in,
			     cases[i].out);
}

static void
the_cache_is_bounded_and_answers_stay_right(void **state)
{
	(void)state;
	for (int i = 0; i < 60000; i++) {
		struct str name = str_fmt(arena, "Й%d", i);

		same(translit_ascii(translit, arena, name), "й and a number",
		     str_fmt(arena, "y%d", i).p);
	}
}

static void
skeletons_forget_the_choices_of_romanisation(void **state)
{
	static const char *const alike[][2] = {
	    {"muhammad", "mohamed"}, {"mhmd", "mehmmed"}, {"qaddafi", "gadhafi"},
	    {"khalid", "halid"},     {"yusuf", "usuf"},	  {"abdallah", "abdalla"},
	    {"shaykh", "cheikh"},    {"ahmd", "ahmed"},	  {"wlyd", "walid"},
	};
	static const char *const apart[][2] = {
	    {"ali", "omar"}, {"ahmed", "hamid"}, {"ivan", "petr"}};
	char a[SKELETON_MAX], b[SKELETON_MAX];
	struct str longest = STR("bcdfgbcdfgbcdfgbcdfgbcdfgbcdfgbcdfgbcdfg");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(alike); i++) {
		struct str x = {a, skeleton_make(str_from(alike[i][0]), a)};
		struct str y = {b, skeleton_make(str_from(alike[i][1]), b)};

		if (!str_eq(x, y))
			print_error("%s %s: %.*s %.*s\n", alike[i][0], alike[i][1], STR_ARG(x),
				    STR_ARG(y));
		assert_true(str_eq(x, y));
	}
	for (size_t i = 0; i < COUNT_OF(apart); i++) {
		struct str x = {a, skeleton_make(str_from(apart[i][0]), a)};
		struct str y = {b, skeleton_make(str_from(apart[i][1]), b)};

		assert_false(str_eq(x, y));
	}
	assert_int_equal(skeleton_make(longest, a), SKELETON_MAX);
	assert_int_equal(skeleton_make(STR(""), a), 0);
}

/* Keys parted by spaces, marks behind them. */
static struct str
shown(const struct name_tokens *tokens)
{
	struct buf out;

	buf_init(&out, arena);
	for (size_t i = 0; i < tokens->n; i++) {
		const struct token *t = &tokens->at[i];

		buf_addf(&out, "%s%.*s", i > 0 ? " " : "", STR_ARG(t->key));
		if (t->flags & TOKEN_HONORIFIC)
			buf_add_z(&out, "+h");
		if (t->flags & TOKEN_PARTICLE)
			buf_add_z(&out, "+p");
		if (t->flags & TOKEN_INITIAL)
			buf_add_z(&out, "+i");
		if (t->flags & TOKEN_LEGAL)
			buf_add_z(&out, "+l");
		if (t->flags & TOKEN_NUMBER)
			buf_add_z(&out, "+n");
	}
	return buf_str(&out);
}

static void
names_become_marked_parts(void **state)
{
	static const struct case_of_two cases[] = {
	    {"", ""},
	    {" - . ", ""},
	    {"John Smith", "john smith"},
	    {"SMITH, John J.", "smith john j+i"},
	    {"Dr. Ludwig van der Berg", "dr+h ludwig van+p der+p berg"},
	    {"ZIYAD.MUKHÀMEDOVICH", "ziyad mukhamedovich"},
	    {"Juday' AL-'ANIZI", "juday al+p anizi"},
	    {"Abdulrahman", "abd al+p rahman"},
	    {"Abd al-Majid", "abd al+p majid"},
	    {"Abdullah", "abd allah"},
	    {"Abdollahi", "abd allahi"},
	    {"عبد الله الصحراوي", "abd allah al+p shrawy"},
	    {"习近平", "xi jin ping"},
	    {"김정은", "kim jung eun"},
	    {"Gaviotas S.A.", "gaviotas sa+l"},
	    {"CANO S EN C", "cano s+i en c+i"},
	    {"Rosneft' OOO 24", "rosneft ooo+l 24+n"},
	    {"IvanИванов", "ivan ivanov"},
	    {"Le Van Cuong", "le van+p cuong"},
	    {"Lê Đức Thọ", "le duc tho"},
	    {"Marine Le Pen", "marine le+p pen"},
	    {"Imam Begum", "imam begum"},
	    {"Imam Tirelu", "imam+h tirelu"},
	    {"SA", "sa"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct name_tokens tokens;

		token_split(translit, arena, str_from(cases[i].in), &tokens);
		same(shown(&tokens), cases[i].in, cases[i].out);
		assert_false(tokens.cut);
	}
}

static void
words_that_are_no_names_are_marked(void **state)
{
	static const struct {
		const char *key;
		unsigned flags;
	} cases[] = {
	    {"mr", TOKEN_HONORIFIC},
	    {"haji", TOKEN_HONORIFIC},
	    {"mullah", TOKEN_HONORIFIC},
	    {"datuk", TOKEN_HONORIFIC},
	    {"van", TOKEN_PARTICLE},
	    {"della", TOKEN_PARTICLE},
	    {"binti", TOKEN_PARTICLE},
	    {"oglu", TOKEN_PARTICLE},
	    {"gmbh", TOKEN_LEGAL},
	    {"ltd", TOKEN_LEGAL},
	    {"as", TOKEN_PARTICLE | TOKEN_LEGAL},
	    {"vanessa", 0},
	    {"incorporatedd", 0},
	    {"bi", 0},
	    {"123", TOKEN_NUMBER},
	    {"x", TOKEN_INITIAL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(token_flags_of(str_from(cases[i].key)), cases[i].flags);
	assert_true(word_marks_are_sorted());
}

static void
a_patronymic_is_the_part_after_the_given_name(void **state)
{
	static const struct {
		const char *name;
		size_t at; /* which part; 9: none */
	} cases[] = {
	    {"Vladimir Vladimirovich Putin", 1},
	    {"Путин Владимир Владимирович", 2},
	    {"Anna Sergeevna Ivanova", 1},
	    {"Abramovich Roman Arkadievich", 2},
	    {"Roman Arkadyevich Abramovich", 1},
	    {"Roman Abramovich", 9},
	    {"Олена Петрівна Коваль", 1},
	    {"Владимир Ильич Ленин", 1},
	    {"Ana Maria Petrovic", 9},
	    {"Vladimir Vladimirovic Putin", 1},
	    {"Wladimir Wladimirowitsch Putin", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct name_tokens tokens;
		size_t at = 9;

		token_split(translit, arena, str_from(cases[i].name), &tokens);
		for (size_t k = 0; k < tokens.n; k++)
			if ((tokens.at[k].flags & TOKEN_PATRONYMIC) != 0)
				at = k;
		if (at != cases[i].at)
			print_error("%s: %zu\n", cases[i].name, at);
		assert_int_equal(at, cases[i].at);
	}
}

static void
parts_show_where_they_come_from(void **state)
{
	struct name_tokens tokens;

	(void)state;
	token_split(translit, arena, STR("習近平 الطبرزي Abdulaziz"), &tokens);
	assert_int_equal(tokens.n, 8);
	same(tokens.at[0].original, "first", "習");
	same(tokens.at[2].original, "third", "平");
	assert_int_equal(tokens.at[2].script, SCRIPT_HAN);
	same(tokens.at[4].original, "without the article", "طبرزي");
	assert_true((tokens.at[4].flags & TOKEN_ABJAD) != 0);
	same(tokens.at[7].original, "last", "aziz");
}

static void
long_and_broken_names_are_cut_and_say_so(void **state)
{
	struct name_tokens tokens;
	struct buf name;

	(void)state;
	buf_init(&name, arena);
	for (int i = 0; i < NAME_TOKENS_MAX + 1; i++)
		buf_addf(&name, "name%d ", i);
	token_split(translit, arena, buf_str(&name), &tokens);
	assert_int_equal(tokens.n, NAME_TOKENS_MAX);
	assert_true(tokens.cut);

	buf_clear(&name);
	for (int i = 0; i < NAME_BYTES_MAX; i++)
		buf_add_z(&name, "я");
	token_split(translit, arena, buf_str(&name), &tokens);
	assert_int_equal(tokens.n, 1);
	assert_int_equal(tokens.at[0].key.n, TOKEN_KEY_MAX);
	assert_true(tokens.cut);

	token_split(translit, arena, STR("Ivan \xffPetrov"), &tokens);
	assert_int_equal(tokens.n, 1);
	assert_true(tokens.cut);
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
	translit_close(NULL);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_script_comes_out_as_ascii),
	    cmocka_unit_test(the_cache_is_bounded_and_answers_stay_right),
	    cmocka_unit_test(skeletons_forget_the_choices_of_romanisation),
	    cmocka_unit_test(names_become_marked_parts),
	    cmocka_unit_test(words_that_are_no_names_are_marked),
	    cmocka_unit_test(a_patronymic_is_the_part_after_the_given_name),
	    cmocka_unit_test(parts_show_where_they_come_from),
	    cmocka_unit_test(long_and_broken_names_are_cut_and_say_so),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
