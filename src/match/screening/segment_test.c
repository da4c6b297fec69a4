#include "base/test.h"

#include "base/arena.h"
#include "match/screening/facts.h"
#include "match/screening/index.h"
#include "match/screening/keys.h"
#include "match/screening/word_flat.h"
#include "text/token.h"

static struct arena *arena;

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

static struct word
word_of(const char *key, unsigned flags)
{
	struct name_tokens tokens = {.n = 1};
	struct word word;

	tokens.at[0] =
	    (struct token){.original = str_from(key), .key = str_from(key), .flags = flags};
	words_make(arena, &tokens, &word);
	return word;
}

static void
a_word_comes_back_from_its_bytes(void **state)
{
	static const struct {
		const char *key;
		unsigned flags;
	} cases[] = {
	    {"korzhakov", 0}, {"mhmd", TOKEN_ABJAD}, {"a", TOKEN_INITIAL}, {"1979", TOKEN_NUMBER}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct word word = word_of(cases[i].key, cases[i].flags), back;
		unsigned char flat[WORD_FLAT_MAX];
		size_t n = word_flatten(&word, flat);

		assert_int_equal(word_flat_size(flat, n), n);
		assert_int_equal(word_flat_size(flat, n + 5), n);
		for (size_t less = 0; less < n; less++)
			assert_int_equal(word_flat_size(flat, less), 0);
		word_unflatten(flat, &back, NULL);
		assert_true(str_eq(back.key, word.key));
		assert_int_equal(back.flags, word.flags);
		assert_int_equal(back.letters, word.letters);
		assert_int_equal(back.skeleton_n, word.skeleton_n);
		assert_memory_equal(back.skeleton, word.skeleton, word.skeleton_n);
		assert_int_equal(word_likeness(&word, &back), WORD_SAME);
		/* A length that no word has. */
		flat[6] = 0;
		assert_int_equal(word_flat_size(flat, n), 0);
		flat[6] = TOKEN_KEY_MAX + 1;
		assert_int_equal(word_flat_size(flat, WORD_FLAT_MAX), 0);
	}
}

/* The quick look may let pass what is apart, but never refuses what is alike. */
static void
the_quick_look_refuses_nothing_that_is_alike(void **state)
{
	static const char *const keys[] = {"korzhakov",	 "korzakov",  "karzhakov", "mohammed",
					   "muhamad",	 "mahmoud",   "li",	   "lee",
					   "yunussalah", "yunus",     "salah",	   "abdulrahman",
					   "abdlrahmn",	 "aleksandr", "alexander"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		for (size_t k = 0; k < COUNT_OF(keys); k++) {
			struct word a = word_of(keys[i], 0), b = word_of(keys[k], 0);
			unsigned char flat[WORD_FLAT_MAX];
			enum likeness likeness = word_likeness(&a, &b);

			word_flatten(&b, flat);
			/* Same consonants are found by their key, whatever the spelling. */
			if (likeness == WORD_SAME || likeness == WORD_SLIP)
				assert_true(word_flat_may_be(flat, &a));
		}
	}
}

static const char *const texts[] = {"1961-03-08", "1961-03",   "1961",	    "1961~",
				    "1961?",	  "1960/1965", "1960/..",   "../1965",
				    "1985-XX-XX", "0000",      "9999-12-31"};

static void
dates_come_back_as_they_were(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct edtf date, back;

		assert_true(edtf_parse(str_from(texts[i]), &date));
		assert_true(facts_unpack_date(facts_pack_date(&date), &back));
		assert_true(str_eq(edtf_format(arena, &date), edtf_format(arena, &back)));
	}
	assert_false(facts_unpack_date(UINT64_MAX, &(struct edtf){0}));
	assert_false(facts_unpack_date(3, &(struct edtf){0}));
}

static void
what_is_known_of_an_entry_comes_back(void **state)
{
	struct str names[] = {STR("Marta NOVAK"), STR("...")};
	struct str dobs[] = {STR("1961-03-08"), STR("soon"), STR(" 1962")};
	struct str countries[] = {STR("Česko"), STR("Chile")}, ids[] = {STR("AB 990-01"), STR("-")};
	struct screen_entry entries[] = {
	    {.id = STR("a"), .type = STR("vessel")},
	    {.id = STR("b"),
	     .type = STR("person"),
	     .names = {names, 2, 2},
	     .dobs = {dobs, 3, 3},
	     .countries = {countries, 2, 2},
	     .ids = {ids, 2, 2}},
	};
	struct listed_entry e;
	struct segment s;
	struct err err;

	(void)state;
	assert_int_equal(segment_build(entries, 2, &s, &err), RC_OK);
	assert_int_equal(s.entry_n, 2);
	assert_int_equal(s.name_n, 1);
	assert_int_equal(s.head->skipped, 2);
	assert_true(facts_check(&s, 0) && facts_check(&s, 1));
	facts_read(&s, 0, arena, &e);
	assert_true(str_eq_z(e.id, "a") && str_eq_z(e.type, "vessel"));
	assert_int_equal(e.names + e.dob_count + e.countries.n + e.ids.n, 0);
	assert_false(e.is_person);
	facts_read(&s, 1, arena, &e);
	assert_true(e.is_person && e.names == 1 && e.dob_count == 2);
	assert_true(str_eq_z(e.dob_texts[0], "1961-03-08") && str_eq_z(e.dob_texts[1], " 1962"));
	assert_int_equal(e.dobs[1].from.year, 1962);
	assert_true(str_eq_z(e.countries.at[0], "Česko") &&
		    str_eq_z(e.folded_countries.at[1], "chile"));
	assert_true(str_eq_z(e.ids.at[0], "AB 990-01") &&
		    str_eq_z(e.canonical_ids.at[0], "AB99001"));
	assert_int_equal(e.canonical_ids.at[1].n, 0);
	assert_int_equal(s.id_key_n, 1);
	assert_true(str_eq_z(segment_name_text(&s, 0), "Marta NOVAK"));
	segment_free(&s);
}

/* Lists long enough are read by two threads; the bytes do not tell. */
static void
a_long_list_is_searched_as_a_short_one(void **state)
{
	enum { N = 25000 };
	struct screen_entry *entries = NEW_N(arena, struct screen_entry, N);
	struct str *names = NEW_N(arena, struct str, N);
	struct screen_index *index;
	struct screen_worker *worker;
	struct err err;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		names[i] = str_fmt(arena, "Tam%c%c Bor%c%cin", 'a' + (int)(i % 26),
				   'a' + (int)(i / 26 % 26), 'a' + (int)(i / 676 % 26),
				   'a' + (int)(i / 17576));
		entries[i] = (struct screen_entry){.id = str_fmt(arena, "%zu", i),
						   .type = STR("person"),
						   .names = {&names[i], 1, 1},
						   .countries = {&names[i], 1, 1}};
	}
	assert_int_equal(screen_index_new(entries, N, &index, &err), RC_OK);
	assert_int_equal(screen_worker_open(&worker, &err), RC_OK);
	assert_int_equal(screen_index_names(index), N);
	for (size_t i = 0; i < N; i += 997) {
		struct screen_query q = {.names = &names[i], .name_count = 1, .country = names[i]};
		struct screen_explanation why;
		struct screen_hit hits[3];

		assert_true(screen_search(index, worker, &q, 3, 0, hits) > 0);
		assert_int_equal(hits[0].entry, i);
		assert_true(str_eq(hits[0].entry_id, entries[i].id));
		assert_true(str_eq(hits[0].name, names[i]));
		screen_explain(index, worker, &q, i, &why);
		assert_float_equal(why.bits, hits[0].bits, 1e-9);
	}
	screen_worker_close(worker);
	screen_index_free(index);
}

/* Thousands of parts with the same consonants: more than are looked at, yet the very word is found.
 */
static void
a_part_that_is_like_thousands_is_answered(void **state)
{
	enum { N = 6000 };
	static const char vowels[] = "aeiou";
	struct screen_entry *entries = NEW_N(arena, struct screen_entry, N);
	struct str *names = NEW_N(arena, struct str, N);
	struct screen_index *index;
	struct screen_worker *worker;
	struct err err;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		char v[6];

		for (size_t k = 0, left = i; k < 6; k++, left /= 5)
			v[k] = vowels[left % 5];
		names[i] = str_fmt(arena, "B%c%cr%c%ck%c%c", v[0], v[1], v[2], v[3], v[4], v[5]);
		entries[i] = (struct screen_entry){.id = names[i], .names = {&names[i], 1, 1}};
	}
	assert_int_equal(screen_index_new(entries, N, &index, &err), RC_OK);
	assert_int_equal(screen_worker_open(&worker, &err), RC_OK);
	for (size_t i = 0; i < N; i += 499) {
		struct screen_query q = {.names = &names[i], .name_count = 1};
		struct screen_hit hit;

		assert_int_equal(screen_search(index, worker, &q, 1, 0, &hit), 1);
		assert_true(str_eq(hit.entry_id, names[i]));
	}
	screen_worker_close(worker);
	screen_index_free(index);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_word_comes_back_from_its_bytes),
	    cmocka_unit_test(the_quick_look_refuses_nothing_that_is_alike),
	    cmocka_unit_test(dates_come_back_as_they_were),
	    cmocka_unit_test(what_is_known_of_an_entry_comes_back),
	    cmocka_unit_test(a_long_list_is_searched_as_a_short_one),
	    cmocka_unit_test(a_part_that_is_like_thousands_is_answered),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
