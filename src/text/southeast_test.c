#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "text/token.h"
#include "text/translit.h"

static struct arena *arena;
static struct translit *translit;

/* Each part leads to the word in its place. */
static bool
leads_to(const char *name, const char *want)
{
	struct str rest = str_from(want);
	struct name_tokens tokens;
	size_t i = 0;

	token_split(translit, arena, str_from(name), &tokens);
	for (; rest.p != NULL && i < tokens.n; i++) {
		struct str word = str_cut(&rest, ' ');
		const struct token *t = &tokens.at[i];
		bool found = str_eq(t->key, word);

		for (size_t k = 0; k < t->alternates_n; k++)
			found |= str_eq(t->alternates[k], word);
		if (!found)
			print_error("%s: %.*s is no reading (%.*s)\n", name, STR_ARG(word),
				    STR_ARG(t->key));
		if (!found)
			return false;
	}
	return rest.p == NULL && i == tokens.n;
}

static void
names_of_the_south_east_lead_to_their_spellings(void **state)
{
	static const char *const cases[][2] = {
	    /* Thai */
	    {"สมชาย", "somchai"},
	    {"ทักษิณ ชินวัตร", "taksin chinvat"},
	    {"ประยุทธ์", "prayut"},
	    {"พรทิพย์", "pontip"},
	    {"สุวรรณ", "suwan"},
	    {"วิชัย", "vichai"},
	    {"ทวี", "thawi"},
	    {"หมอ", "mo"},
	    {"กมล", "kamon"},
	    {"นคร", "nakhon"},
	    {"สมพร", "somphon"},
	    /* Lao */
	    {"ທອງລຸນ", "thonglun"},
	    {"ສີສຸລິດ", "sisulit"},
	    /* Khmer */
	    {"ហ៊ុន សែន", "hun sen"},
	    {"ប៉ុល ពត", "pol pot"},
	    {"ម៉ាណែត", "manet"},
	    {"សុខ ចាន់", "sok chan"},
	    {"សុភា", "sophea"},
	    {"វណ្ណៈ", "vanna"},
	    /* Burmese, a part a syllable */
	    {"အောင်ဆန်းစုကြည်", "aung san su kyi"},
	    {"မင်းအောင်လှိုင်", "min aung hlaing"},
	    {"ဝင်းမြင့်", "win myint"},
	    {"ထွန်းထွန်း", "htun tun"},
	    {"ကျော်စိုး", "kyaw soe"},
	    {"ခင်မောင် ရွှေ", "khin maung shwe"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_true(leads_to(cases[i][0], cases[i][1]));
}

static void
a_script_that_nobody_reads_still_has_a_key(void **state)
{
	struct name_tokens one, other, again;

	(void)state;
	token_split(translit, arena, STR("བསྟན"), &one);
	token_split(translit, arena, STR("འཛིན"), &other);
	token_split(translit, arena, STR("བསྟན"), &again);
	assert_int_equal(one.n, 1);
	assert_int_equal(other.n, 1);
	assert_true(str_eq(one.at[0].key, again.at[0].key));
	assert_false(str_eq(one.at[0].key, other.at[0].key));
}

static void
signs_without_letters_and_long_words_are_read_as_far_as_they_go(void **state)
{
	static const char *const odd[] = {"์", "ะ", "เ", "ກ", "្", "ក្", "ុំ", "်", "က္", "ါ", "ႏ"};
	struct name_tokens tokens;
	struct buf name;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd); i++)
		token_split(translit, arena, str_from(odd[i]), &tokens);
	buf_init(&name, arena);
	for (int i = 0; i < 200; i++)
		buf_add_z(&name, "ក");
	token_split(translit, arena, buf_str(&name), &tokens);
	assert_int_equal(tokens.n, 1);
	buf_clear(&name);
	for (int i = 0; i < 200; i++)
		buf_add_z(&name, "က");
	token_split(translit, arena, buf_str(&name), &tokens);
	assert_int_equal(tokens.n, NAME_TOKENS_MAX);
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
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_of_the_south_east_lead_to_their_spellings),
	    cmocka_unit_test(a_script_that_nobody_reads_still_has_a_key),
	    cmocka_unit_test(signs_without_letters_and_long_words_are_read_as_far_as_they_go),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
