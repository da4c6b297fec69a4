#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "text/edtf.h"
#include "text/ident.h"
#include "text/normal.h"
#include "text/phone.h"
#include "text/script.h"
#include "text/similar.h"

static struct arena *arena;

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
folding_makes_equal_names_equal_bytes(void **state)
{
	static const struct case_of_two cases[] = {
	    {"", ""},
	    {"John SMITH", "john smith"},
	    {"STRASSE", "strasse"},
	    {"Straße", "strasse"},
	    {"Ｆｕｌｌ １２", "full 12"},
	    {"e\u0301", "\u00e9"},
	    {"ПУТИН", "путин"},
	    {"ﷲ", "الله"},
	    {"\ufb01n", "fin"},
	    {"a\u00adb", "ab"},
	    {"ab\xff", "ab\ufffd"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		same(text_fold(arena, str_from(cases[i].in)), cases[i].in, cases[i].out);
}

static void
folding_is_bounded_and_cuts_between_code_points(void **state)
{
	size_t n = TEXT_INPUT_MAX + 7;
	char *p = arena_bytes(arena, n);
	struct str out;

	(void)state;
	p[0] = 'a';
	for (size_t i = 1; i + 2 <= n; i += 2)
		memcpy(p + i, "\xd1\x8f", 2);
	out = text_fold(arena, (struct str){p, n});
	assert_int_equal(out.n, TEXT_INPUT_MAX - 1);
	assert_true(str_ends(out, STR("\xd1\x8f")));
}

static void
white_space_of_any_script_becomes_one_space(void **state)
{
	static const struct case_of_two cases[] = {
	    {"", ""},
	    {"  \t\n ", ""},
	    {" a \u3000 b\u00a0", "a b"},
	    {"山田\u3000太郎", "山田 太郎"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		same(text_squeeze(arena, str_from(cases[i].in)), cases[i].in, cases[i].out);
	same(text_digits(arena, STR("٠١٢ ۴۵ ५ x9")), "digits", "012 45 5 x9");
}

static void
scripts_are_told_apart_and_cut(void **state)
{
	static const struct {
		const char *in;
		enum script script;
	} cases[] = {
	    {"12 -", SCRIPT_NONE},    {"é", SCRIPT_LATIN},	{"1Ж", SCRIPT_CYRILLIC},
	    {"محمد", SCRIPT_ARABIC},  {"דוד", SCRIPT_HEBREW},	{"Ω", SCRIPT_GREEK},
	    {"习", SCRIPT_HAN},	      {"김", SCRIPT_HANGUL},	{"カ", SCRIPT_KANA},
	    {"सु", SCRIPT_DEVANAGARI}, {"አበበ", SCRIPT_ETHIOPIC}, {"สม", SCRIPT_OTHER},
	};
	struct str rest = STR("Ivan-Иван 5習"), run;
	enum script script;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(script_of_text(str_from(cases[i].in)), cases[i].script);
	run = script_cut(&rest, &script);
	same(run, "first", "Ivan-");
	assert_int_equal(script, SCRIPT_LATIN);
	run = script_cut(&rest, &script);
	same(run, "second", "Иван 5");
	run = script_cut(&rest, &script);
	assert_int_equal(script, SCRIPT_HAN);
	assert_int_equal(rest.n, 0);
}

static void
similarity_is_symmetric_and_counts_edits(void **state)
{
	static const struct {
		const char *a, *b;
		int edits;
		double jaro_winkler;
	} cases[] = {
	    {"martha", "marhta", 1, 0.9611},
	    {"dwayne", "duane", 2, 0.8400},
	    {"dixon", "dicksonx", 4, 0.8133},
	    {"abc", "abc", 0, 1.0},
	    {"abc", "xyz", 3, 0.0},
	    {"", "abc", 3, 0.0},
	    {"ca", "abc", 3, 0.0},
	    {"müller", "muller", 1, 0.9},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str a = str_from(cases[i].a), b = str_from(cases[i].b);

		assert_int_equal(similar_edits(a, b, 8), cases[i].edits);
		assert_int_equal(similar_edits(b, a, 8), cases[i].edits);
		assert_int_equal(similar_edits(a, b, 1), cases[i].edits > 1 ? 2 : cases[i].edits);
		if (i == 6)
			continue; /* too short for Jaro's window; only the edits are of interest */
		assert_float_equal(similar_jaro_winkler(a, b), cases[i].jaro_winkler, 1e-4);
		assert_float_equal(similar_jaro_winkler(b, a), cases[i].jaro_winkler, 1e-4);
	}
}

static void
dates_keep_their_precision_and_come_back_the_same(void **state)
{
	static const char *const good[] = {
	    "1985",	"1985-04", "1985-04-12", "2000-02-29", "1962~",	     "1962?",
	    "1962-03%", "0000",	   "1960/1965",	 "1985/..",    "../1985-04", "1985-04-12/1985-05",
	};
	static const char *const bad[] = {
	    "",		  "85",	       "1985-13", "1985-00",	"1985-02-30",	    "1900-02-29",
	    "12/04/1985", "/",	       "../..",	  "1985-4-12",	"1985-04-12T00:00", "1985 ",
	    "-1985",	  "1990/1985", "198X",	  "1985-XX-12", "1985-04-1",	    "~",
	};
	struct edtf d;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(edtf_parse(str_from(good[i]), &d));
		same(edtf_format(arena, &d), good[i], good[i]);
	}
	assert_true(edtf_parse(STR("1985-XX-XX"), &d));
	same(edtf_format(arena, &d), "unknown day", "1985");
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (edtf_parse(str_from(bad[i]), &d))
			print_error("taken: %s\n", bad[i]);
		assert_false(edtf_parse(str_from(bad[i]), &d));
	}
}

static void
dates_agree_by_levels(void **state)
{
	static const struct {
		const char *a, *b;
		enum edtf_agreement want;
	} cases[] = {
	    {"1985-04-12", "1985-04-12", EDTF_SAME_DAY},
	    {"1985-04-12", "1985-04", EDTF_SAME_MONTH},
	    {"1985-04-12", "1985", EDTF_SAME_YEAR},
	    {"1985-04-12", "1985-12-04", EDTF_SWAPPED},
	    {"1985-04-12", "1985-04-13", EDTF_ONE_DIGIT},
	    {"1985-04-12", "1958-04-12", EDTF_ONE_DIGIT},
	    {"1985-04-30", "1985-05-01", EDTF_ONE_DIGIT},
	    {"1985-04-12", "1985-09-27", EDTF_YEAR_ONLY},
	    {"1985-04-12", "1985-07", EDTF_YEAR_ONLY},
	    {"1985", "1986-01-01", EDTF_NEAR_YEAR},
	    {"1985~", "1987", EDTF_NEAR_YEAR},
	    {"1985", "1987", EDTF_CONFLICT},
	    {"1985-04-12", "1986-11-30", EDTF_CONFLICT},
	    {"1960/1965", "1963-02-01", EDTF_SAME_YEAR},
	    {"1960/1965", "1966", EDTF_NEAR_YEAR},
	    {"1960/1965", "1970", EDTF_CONFLICT},
	    {"1960/..", "1999", EDTF_SAME_YEAR},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct edtf a, b;

		assert_true(edtf_parse(str_from(cases[i].a), &a));
		assert_true(edtf_parse(str_from(cases[i].b), &b));
		if (edtf_compare(&a, &b) != cases[i].want)
			print_error("%s, %s: %s\n", cases[i].a, cases[i].b,
				    edtf_agreement_name(edtf_compare(&a, &b)));
		assert_int_equal(edtf_compare(&a, &b), cases[i].want);
		assert_int_equal(edtf_compare(&b, &a), cases[i].want);
	}
}

static void
telephone_numbers_come_out_in_one_form(void **state)
{
	static const struct {
		const char *in, *country, *out; /* out NULL: refused */
	} cases[] = {
	    {"+49 30 901820", "", "+4930901820"},
	    {"0049 (30) 90-18-20", "", "+4930901820"},
	    {"011 44 20 7946 0018", "", "+442079460018"},
	    {"+44 (0)20 7946 0018", "", "+442079460018"},
	    {"030 901820", "49", "+4930901820"},
	    {"+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧", "", "+966501234567"},
	    {"\u200e+7\u2011495\u2011123\u201145\u201167", "", "+74951234567"},
	    {"tel:+1-202-555-0123", "", "+12025550123"},
	    {"+1 202 555 0123 ext. 12", "", "+12025550123"},
	    {"＋３３ １ ２３ ４５ ６７ ８９", "", "+33123456789"},
	    {"030 901820", "", NULL},
	    {"+49", "", NULL},
	    {"+49 30 901820 901820 901820", "", NULL},
	    {"call me", "49", NULL},
	    {"", "49", NULL},
	    {"+0 30 901820", "", NULL},
	    {"+49 30 +901820", "", NULL},
	    {"+1 202 555 0123 ext", "", NULL},
	};
	struct str out;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool good =
		    phone_normalise(arena, str_from(cases[i].in), str_from(cases[i].country), &out);

		if (good != (cases[i].out != NULL))
			print_error("%s\n", cases[i].in);
		assert_int_equal(good, cases[i].out != NULL);
		if (good)
			same(out, cases[i].in, cases[i].out);
	}
}

static void
identifiers_come_out_in_one_form(void **state)
{
	static const struct case_of_two cases[] = {
	    {"", ""},
	    {"a-123 456", "A123456"},
	    {"АВ 12٣٤", "АВ1234"},
	    {"ＧＢ82 west", "GB82WEST"},
	    {"...", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		same(ident_canonical(arena, str_from(cases[i].in)), cases[i].in, cases[i].out);
}

static void
check_digits_catch_one_wrong_digit(void **state)
{
	(void)state;
	assert_true(ident_is_iban(STR("GB82WEST12345698765432")));
	assert_true(ident_is_iban(STR("DE89370400440532013000")));
	assert_false(ident_is_iban(STR("GB82WEST12345698765433")));
	assert_false(ident_is_iban(STR("GB82 WEST12345698765432")));
	assert_false(ident_is_iban(STR("GB82")));
	assert_false(ident_is_iban(STR("")));
	assert_true(ident_is_imei(STR("490154203237518")));
	assert_false(ident_is_imei(STR("490154203237519")));
	assert_false(ident_is_imei(STR("49015420323751")));
	assert_true(ident_is_luhn(STR("79927398713")));
	assert_false(ident_is_luhn(STR("7992739871x")));
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Capitals go the plain way of a table, small letters that of bits: they must agree. */
static void
edits_are_counted_alike_by_table_and_by_bits(void **state)
{
	uint32_t random = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char small[2][64], capital[2][64];
		size_t n[2];

		for (int side = 0; side < 2; side++) {
			random = random * 1664525u + 1013904223u;
			n[side] = 1 + (random >> 16) % (round % 50 == 0 ? 64 : 9);
			for (size_t i = 0; i < n[side]; i++) {
				random = random * 1664525u + 1013904223u;
				small[side][i] = (char)('a' + (random >> 16) % 4);
				capital[side][i] = (char)(small[side][i] - 32);
			}
		}
		for (int limit = 0; limit < 8; limit += 3)
			assert_int_equal(similar_edits((struct str){small[0], n[0]},
						       (struct str){small[1], n[1]}, limit),
					 similar_edits((struct str){capital[0], n[0]},
						       (struct str){capital[1], n[1]}, limit));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(folding_makes_equal_names_equal_bytes),
	    cmocka_unit_test(folding_is_bounded_and_cuts_between_code_points),
	    cmocka_unit_test(white_space_of_any_script_becomes_one_space),
	    cmocka_unit_test(scripts_are_told_apart_and_cut),
	    cmocka_unit_test(similarity_is_symmetric_and_counts_edits),
	    cmocka_unit_test(edits_are_counted_alike_by_table_and_by_bits),
	    cmocka_unit_test(dates_keep_their_precision_and_come_back_the_same),
	    cmocka_unit_test(dates_agree_by_levels),
	    cmocka_unit_test(telephone_numbers_come_out_in_one_form),
	    cmocka_unit_test(identifiers_come_out_in_one_form),
	    cmocka_unit_test(check_digits_catch_one_wrong_digit),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
