#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "text/abjad.h"
#include "text/abjad_words.h"
#include "text/compound.h"
#include "text/skeleton.h"
#include "text/token.h"
#include "text/translit.h"

static struct arena *arena;
static struct translit *translit;

static struct str
parts_of(const char *name)
{
	struct name_tokens tokens;
	struct buf out;

	buf_init(&out, arena);
	token_split(translit, arena, str_from(name), &tokens);
	for (size_t i = 0; i < tokens.n; i++)
		buf_addf(&out, "%s%.*s%s", i > 0 ? " " : "", STR_ARG(tokens.at[i].key),
			 (tokens.at[i].flags & TOKEN_ABJAD) != 0 ? "~" : "");
	return buf_str(&out);
}

static void
words_are_cut_and_read_in_either_script(void **state)
{
	static const char *const cases[][2] = {
	    /* the article, joined and apart; sun letters */
	    {"القحطاني", "al qahtani"},
	    {"ال قحطاني", "al qahtani"},
	    {"al-Qahtani", "al qahtani"},
	    {"ash-Shammari", "al shammari"},
	    {"ar-Rahman", "al rahman"},
	    {"An Nguyen", "an nguyen"},
	    {"Zia ul Haq", "zia al haq"},
	    /* the servant */
	    {"عبد الرحمن", "abd al rahman"},
	    {"عبدالرحمان", "abd al rahman"},
	    {"عَبْدُ الرَّحْمٰن", "abd al rahman"},
	    {"Abdul Rahman", "abd al rahman"},
	    {"Abdur-Rahman", "abd al rahman"},
	    {"Abdurrahman", "abd al rahman"},
	    {"Abderrahmane", "abd al rahmane"},
	    {"Abdirahman", "abd al rahman"},
	    {"Abd el Rahman", "abd al rahman"},
	    {"Abdelkader", "abd al kader"},
	    {"Abdennour", "abd al nour"},
	    {"Abdi", "abdi"},
	    /* Allah */
	    {"عبد الله", "abd allah"},
	    {"عبدالله", "abd allah"},
	    {"Abdullah", "abd allah"},
	    {"Abdulla", "abd allah"},
	    {"Abdallah", "abd allah"},
	    {"Abdoulaye", "abd allah"},
	    {"هدايت الله", "hidayat allah"},
	    {"هدایت‌اللہ", "hidayat allah"},
	    {"Hidayatullah", "hidayat allah"},
	    {"Nasrallah", "nasr allah"},
	    {"Mullah", "mullah"},
	    /* the faith */
	    {"شمس الدین", "shams al din"},
	    {"شمسالدين", "shams al din"},
	    {"Shamsuddin", "shams al din"},
	    {"Shams al-Din", "shams al din"},
	    {"Shams ud-Din", "shams al din"},
	    {"Nasreddine", "nasr al din"},
	    {"Saifudin", "saif al din"},
	    {"Benedin", "benedin"},
	    {"Шамсуддин", "shams al din"},
	    {"Абдурахман", "abd al rakhman"},
	    {"Насрулла", "nasr allah"},
	    {"Aziz-ur-Rehman", "aziz al rehman"},
	    {"Azizurrahman", "aziz al rahman"},
	    /* kunyas */
	    {"ابو بكر", "abu bakr"},
	    {"أبوالحسن", "abu al hasan"},
	    {"Abul Hasan", "abu al hasan"},
	    {"Abolfazl", "abu al fazl"},
	    /* other letters of one sound */
	    {"على", "ali"},
	    {"علی", "ali"},
	    {"يحيى", "yahya"},
	    {"فاطمة", "fatima"},
	    {"فاطمہ", "fatima"},
	    {"مـحـمـد", "muhammad"},
	    {"مُحَمَّد", "muhammad"},
	    {"کریم", "karim"},
	    {"چوہدری", "chaudhry"},
	    {"محمدعلي", "muhammad ali"},
	    /* not known: consonants */
	    {"تملقب", "tmlqb~"},
	    {"משה", "moshe"},
	    {"שְׁלֹמֹה", "shlomo"},
	    {"טרבזק", "trbzk~"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str got = parts_of(cases[i][0]);

		if (!str_eq_z(got, cases[i][1]))
			print_error("%s: \"%.*s\", not \"%s\"\n", cases[i][0], STR_ARG(got),
				    cases[i][1]);
		assert_true(str_eq_z(got, cases[i][1]));
	}
}

static void
unknown_words_have_the_consonants_of_other_countries(void **state)
{
	static const char *const cases[][2] = {
	    {"مظفرآبادی", "mzfrabady"}, {"ذوالقرنین", "zvalghrnyn"}, {"جزرگ", "gzrg"},
	    {"بوتين", "pwtyn"},		{"فلاديمير", "vladymyr"},    {"טברזק", "tvrzk"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct name_tokens tokens;
		bool found = false;

		token_split(translit, arena, str_from(cases[i][0]), &tokens);
		for (size_t k = 0; k < tokens.n; k++) {
			found |= str_eq_z(tokens.at[k].key, cases[i][1]);
			for (size_t m = 0; m < tokens.at[k].alternates_n; m++)
				found |= str_eq_z(tokens.at[k].alternates[m], cases[i][1]);
		}
		if (!found)
			print_error("%s is not read as %s\n", cases[i][0], cases[i][1]);
		assert_true(found);
	}
}

static void
parts_show_where_they_stand(void **state)
{
	struct abjad_part parts[ABJAD_PARTS_MAX];
	struct str word = STR("عبدالرَّحمٰن"), longest;
	struct buf many;

	(void)state;
	assert_int_equal(abjad_read(arena, word, parts), 3);
	assert_true(str_eq_z(parts[0].original, "عبد"));
	assert_true(str_eq_z(parts[1].original, "ال"));
	assert_true(str_eq_z(parts[2].original, "رَّحمٰن"));
	assert_true(parts[2].vowels);
	assert_int_equal(abjad_read(arena, STR("abc"), parts), 0);
	assert_int_equal(abjad_read(arena, STR("ـ"), parts), 0);
	assert_int_equal(abjad_read(arena, STR(""), parts), 0);
	buf_init(&many, arena);
	for (int i = 0; i < ABJAD_LETTERS_MAX; i++)
		buf_add_z(&many, "ب");
	longest = buf_str(&many);
	assert_int_equal(abjad_read(arena, longest, parts), 1);
	buf_add_z(&many, "ب");
	assert_int_equal(abjad_read(arena, buf_str(&many), parts), 0);
	assert_true(abjad_words_are_sorted());
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
	    cmocka_unit_test(words_are_cut_and_read_in_either_script),
	    cmocka_unit_test(unknown_words_have_the_consonants_of_other_countries),
	    cmocka_unit_test(parts_show_where_they_stand),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
