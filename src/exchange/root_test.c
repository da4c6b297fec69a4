#include "base/test.h"

#include "base/arena.h"
#include "exchange/root.h"

static struct arena *arena;
static struct err err;

static enum rc
join(const char *one, const char *other, const unsigned char public[32])
{
	struct str_list texts = {0};
	unsigned char secret[SIGN_SECRET_BYTES], signature[SIGN_BYTES];
	enum rc rc;

	if (one != NULL)
		*VEC_ADD(arena, &texts) = str_from(one);
	if (other != NULL)
		*VEC_ADD(arena, &texts) = str_from(other);
	rc = root_join(arena, &texts, public, secret, &err);
	if (rc == RC_OK) {
		sign_make(secret, STR("x"), signature);
		assert_true(sign_is_good(public, STR("x"), signature));
	}
	return rc;
}

static void
any_two_parts_of_three_or_the_whole_sign_for_it(void **state)
{
	unsigned char seed[32], public[32], other_seed[32], other[32];
	struct shares parts, others;
	const char *whole;

	(void)state;
	root_make(seed, public);
	root_make(other_seed, other);
	root_parts(seed, public, &parts);
	root_parts(other_seed, other, &others);
	whole = root_whole(arena, seed).p;
	assert_int_equal(join(whole, NULL, public), RC_OK);
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3; k++)
			assert_int_equal(join(parts.text[i], parts.text[k], public),
					 i == k ? RC_DENIED : RC_OK);
	assert_int_equal(join(NULL, NULL, public), RC_DENIED);
	assert_int_equal(join(parts.text[0], NULL, public), RC_DENIED);
	assert_int_equal(join(parts.text[0], others.text[1], public), RC_DENIED);
	assert_int_equal(join(parts.text[0], parts.text[1], other), RC_DENIED);
	assert_int_equal(join(whole, NULL, other), RC_DENIED);
	assert_int_equal(join("liaison root secret 1 00", NULL, public), RC_INVALID);
	assert_int_equal(join("liaison-share-1 00", parts.text[0], public), RC_INVALID);
	parts.text[0][40] ^= 1;
	assert_int_equal(join(parts.text[0], parts.text[1], public), RC_INVALID);
}

static void
the_public_half_is_one_line(void **state)
{
	unsigned char seed[32], public[32], again[32];

	(void)state;
	root_make(seed, public);
	assert_int_equal(root_public_parse(root_public_format(arena, public), again, &err), RC_OK);
	assert_memory_equal(public, again, 32);
	assert_int_equal(root_public_parse(STR("liaison root key 1 00"), again, &err), RC_INVALID);
	assert_int_equal(root_public_parse(STR_NONE, again, &err), RC_INVALID);
	assert_int_equal(root_public_parse(root_whole(arena, seed), again, &err), RC_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_two_parts_of_three_or_the_whole_sign_for_it),
	    cmocka_unit_test(the_public_half_is_one_line),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
