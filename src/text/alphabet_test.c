#include "base/test.h"

#include "base/arena.h"
#include "text/token.h"
#include "text/translit.h"

static struct arena *arena;
static struct translit *translit;

/* A word in its script, its key, and what else it must lead to. */
struct word {
	const char *in, *key, *others[TOKEN_ALTERNATES_MAX];
};

static bool
has(const struct token *token, const char *key)
{
	for (size_t i = 0; i < token->alternates_n; i++)
		if (str_eq_z(token->alternates[i], key))
			return true;
	return false;
}

static void
check(const struct word *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct name_tokens tokens;

		token_split(translit, arena, str_from(words[i].in), &tokens);
		assert_int_equal(tokens.n, 1);
		if (!str_eq_z(tokens.at[0].key, words[i].key))
			print_error("%s: \"%.*s\", not \"%s\"\n", words[i].in,
				    STR_ARG(tokens.at[0].key), words[i].key);
		assert_true(str_eq_z(tokens.at[0].key, words[i].key));
		for (size_t k = 0; k < TOKEN_ALTERNATES_MAX && words[i].others[k] != NULL; k++) {
			if (!has(&tokens.at[0], words[i].others[k]))
				print_error("%s does not lead to \"%s\"\n", words[i].in,
					    words[i].others[k]);
			assert_true(has(&tokens.at[0], words[i].others[k]));
		}
	}
}

static void
cyrillic_has_the_spellings_of_its_languages(void **state)
{
	static const struct word words[] = {
	    {"Сергей", "sergey", {"sergei", "sergej"}},
	    {"Дмитрий", "dmitriy", {"dmitry", "dmitrii", "dmitrij"}},
	    {"Евгений", "evgeniy", {"yevgeny", "evgenii"}},
	    {"Юлия", "yuliya", {"iuliia", "julija"}},
	    {"Максим", "maksim", {"maxim"}},
	    {"Фёдор", "fedor", {"fyodor"}},
	    {"Хрущёв", "khrushchev", {"khrushchyov"}},
	    {"Ильич", "ilich", {"ilyich"}},
	    {"Олег", "oleg", {"oleh"}},
	    {"Володимир", "volodimir", {"volodymyr"}},
	    {"Сергій", "sergiy", {"serhii"}},
	    {"Єлізавета", "yelizaveta", {"ielizaveta"}},
	    {"Зінаїда", "zinayida", {"zinaida"}},
	    {"Милошевић", "milosevic", {"miloshevic"}},
	    {"Живојин", "zivojin", {"zhivojin"}},
	    {"Цветков", "tsvetkov", {"cvetkov"}},
	    {"Върбанов", "varbanov", {NULL}},
	    {"Щерев", "shcherev", {"shterev"}},
	};

	(void)state;
	check(words, COUNT_OF(words));
}

static void
greek_armenian_and_georgian_are_read_as_written_and_as_spoken(void **state)
{
	static const struct word words[] = {
	    {"Αλέξανδρος", "alexandros", {NULL}},
	    {"Νικόλαος", "nikolaos", {NULL}},
	    {"Δημήτρης", "dimitris", {NULL}},
	    {"Παπαδόπουλος", "papadopoulos", {"papadopulos"}},
	    {"Χρήστος", "christos", {"hristos"}},
	    {"Ευάγγελος", "evangelos", {"efangelos"}},
	    {"Μπάμπης", "mpampis", {"bampis"}},
	    {"Մովսիսյան", "movsisyan", {NULL}},
	    {"Երևան", "yerevan", {NULL}},
	    {"Պետրոս", "petros", {"bedros"}},
	    {"Գրիգոր", "grigor", {"krikor"}},
	    {"Ոսկան", "voskan", {NULL}},
	    {"შევარდნაძე", "shevardnadze", {NULL}},
	    {"ხაჭაპურიძე", "khachapuridze", {NULL}},
	};

	(void)state;
	check(words, COUNT_OF(words));
}

static void
syllabic_scripts_leave_out_what_is_not_spoken(void **state)
{
	static const struct word words[] = {
	    {"राम", "ram", {"rama"}},
	    {"सुरेश", "suresh", {NULL}},
	    {"कुमार", "kumar", {NULL}},
	    {"सिंह", "singh", {NULL}},
	    {"नरेन्द्र", "narendr", {"narendra"}},
	    {"सुदर्शना", "sudarshana", {NULL}},
	    {"गीता", "gita", {"geeta"}},
	    {"विकास", "vikas", {"wikasa"}},
	    {"ज़ाहिद", "zahid", {NULL}},
	    {"রহিম", "rahim", {"rohim"}},
	    {"ਗੁਰਪ੍ਰੀਤ", "gurprit", {"gurpreet"}},
	    {"கமல", "kamala", {NULL}},
	    {"አበበ", "abebe", {NULL}},
	    {"ተስፋዬ", "tesfaye", {NULL}},
	    {"ኃይለ", "hayle", {NULL}},
	    {"ቢቂላ", "bikila", {"biqila"}},
	    {"タナカ", "tanaka", {NULL}},
	    {"しょうた", "shota", {"shouta"}},
	};

	(void)state;
	check(words, COUNT_OF(words));
}

static void
latin_letters_with_marks_have_two_spellings(void **state)
{
	static const struct word words[] = {
	    {"Müller", "muller", {"mueller"}},	{"Sørensen", "sorensen", {"soerensen"}},
	    {"Šešelj", "seselj", {"sheshelj"}}, {"Erdoğan", "erdogan", {"erdoghan"}},
	    {"Łukasz", "lukasz", {NULL}},	{"Đorđe", "dorde", {"djordje"}},
	};

	(void)state;
	check(words, COUNT_OF(words));
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
	    cmocka_unit_test(cyrillic_has_the_spellings_of_its_languages),
	    cmocka_unit_test(greek_armenian_and_georgian_are_read_as_written_and_as_spoken),
	    cmocka_unit_test(syllabic_scripts_leave_out_what_is_not_spoken),
	    cmocka_unit_test(latin_letters_with_marks_have_two_spellings),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
