#include "base/test.h"

#include <string.h>

#include "base/arena.h"
#include "base/hex.h"
#include "seal/hash.h"
#include "seal/random.h"
#include "seal/share.h"

static struct arena *arena;
static const unsigned char name[SHARE_NAME_BYTES] = {0xde, 0xad, 0x00, 0x01};

static enum rc
join(const char *a, const char *b, unsigned char out[SHARE_SECRET_BYTES])
{
	return share_join(str_fmt(arena, "%s\n%s\n", a, b), name, out, NULL);
}

static void
any_two_give_the_secret_back_and_one_does_not(void **state)
{
	unsigned char secret[SHARE_SECRET_BYTES], back[SHARE_SECRET_BYTES];
	struct shares s;

	(void)state;
	for (int round = 0; round < 50; round++) {
		random_bytes(secret, sizeof secret);
		share_make(secret, name, &s);
		for (int i = 0; i < SHARE_COUNT; i++) {
			assert_true(share_is(str_from(s.text[i])));
			assert_int_equal(join(s.text[i], s.text[i], back), RC_DENIED);
			assert_int_equal(join(s.text[i], "", back), RC_DENIED);
			for (int k = 0; k < SHARE_COUNT; k++) {
				if (k == i)
					continue;
				assert_int_equal(join(s.text[i], s.text[k], back), RC_OK);
				assert_memory_equal(back, secret, sizeof secret);
			}
		}
	}
}

/* 256 secrets shared, one share of each kept: its bytes are spread as random ones are. */
static void
one_share_of_a_secret_of_zeros_is_spread_over_all_bytes(void **state)
{
	static const unsigned char zeros[SHARE_SECRET_BYTES];
	unsigned seen[16] = {0};
	struct shares s;

	(void)state;
	for (int i = 0; i < 256; i++) {
		share_make(zeros, name, &s);
		for (size_t k = 27; k < 27 + 64; k++) {
			char c = s.text[i % 3][k];

			seen[c <= '9' ? c - '0' : c - 'a' + 10]++;
		}
	}
	/* 16384 nibbles, 1024 each on the average; 5.5 standard deviations are 170. */
	for (int i = 0; i < 16; i++) {
		assert_true(seen[i] > 1024 - 170);
		assert_true(seen[i] < 1024 + 170);
	}
}

/*
 * Known shares, worked by hand: the first byte of the secret is {57}, its slope {83}; by FIPS 197
 * section 4.2.1 {02}{83} = {1d}, and {03}{83} = {9e}. So the shares are d4, 4a and c9, then zeros.
 */
static void
the_arithmetic_is_that_of_the_field_of_aes(void **state)
{
	static const char *const first_bytes[SHARE_COUNT] = {"d4", "4a", "c9"};
	unsigned char back[SHARE_SECRET_BYTES];
	struct str share[SHARE_COUNT];

	(void)state;
	for (int i = 0; i < SHARE_COUNT; i++) {
		struct str text =
		    str_fmt(arena, "liaison-share-1 dead0001 %d %s%062d", i + 1, first_bytes[i], 0);
		struct hash h;

		sha256(text, &h);
		share[i] =
		    str_fmt(arena, "%.*s %.*s", STR_ARG(text), STR_ARG(hex_format(arena, h.b, 4)));
	}
	for (int i = 0; i < SHARE_COUNT; i++) {
		assert_int_equal(join(share[i].p, share[(i + 1) % 3].p, back), RC_OK);
		assert_int_equal(back[0], 0x57);
		for (int k = 1; k < SHARE_SECRET_BYTES; k++)
			assert_int_equal(back[k], 0);
	}
}

static void
a_share_that_is_bent_cut_or_of_another_secret_is_refused(void **state)
{
	unsigned char secret[SHARE_SECRET_BYTES] = {1}, back[SHARE_SECRET_BYTES];
	static const unsigned char other_name[SHARE_NAME_BYTES] = {9};
	struct shares s, other;
	char bent[SHARE_TEXT_BYTES];

	(void)state;
	share_make(secret, name, &s);
	share_make(secret, other_name, &other);
	assert_int_equal(join(s.text[0], other.text[1], back), RC_DENIED);
	for (size_t i = 0; s.text[0][i] != '\0'; i++) {
		memcpy(bent, s.text[0], sizeof bent);
		bent[i] = bent[i] == '3' ? '2' : '3';
		assert_int_not_equal(join(bent, s.text[1], back), RC_OK);
		memcpy(bent, s.text[0], sizeof bent);
		bent[i] = '\0';
		assert_int_not_equal(join(bent, s.text[1], back), RC_OK);
	}
	assert_int_equal(share_join(STR("liaison-share-1 "), name, back, NULL), RC_INVALID);
	assert_false(share_is(STR("correct horse")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_two_give_the_secret_back_and_one_does_not),
	    cmocka_unit_test(one_share_of_a_secret_of_zeros_is_spread_over_all_bytes),
	    cmocka_unit_test(the_arithmetic_is_that_of_the_field_of_aes),
	    cmocka_unit_test(a_share_that_is_bent_cut_or_of_another_secret_is_refused),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
