#include "base/test.h"

#include "base/arena.h"
#include "base/hex.h"
#include "seal/password.h"

/*
 * Judge: OpenSSL's Argon2id by way of Python's cryptography 48.0:
 *     Argon2id(salt=b'sixteen bytes...', length=32, iterations=2, lanes=1, memory_cost=64)
 *         .derive(b'correct horse battery').hex()
 */
static void
a_password_is_stretched_as_rfc_9106_says(void **state)
{
	const struct password_cost cost = {.passes = 2, .memory_kib = 64};
	struct arena *a = arena_new(0);
	unsigned char key[PASSWORD_KEY_BYTES];
	struct err err;

	(void)state;
	assert_int_equal(password_stretch(STR("correct horse battery"),
					  (const unsigned char *)"sixteen bytes...", &cost, key,
					  &err),
			 RC_OK);
	assert_string_equal(hex_format(a, key, sizeof key).p,
			    "7cdb31c67675c9173b4f8a196ca35896aaba36fd7b8272218a20d10f3d28039b");
	arena_free(a);
}

static void
another_salt_password_or_cost_gives_another_key(void **state)
{
	static const struct {
		const char *password, *salt;
		struct password_cost cost;
	} cases[] = {
	    {"a phrase of words", "0123456789abcdef", {2, 64}},
	    {"a phrase of wordS", "0123456789abcdef", {2, 64}},
	    {"a phrase of words", "0123456789abcdeF", {2, 64}},
	    {"a phrase of words", "0123456789abcdef", {3, 64}},
	    {"a phrase of words", "0123456789abcdef", {2, 128}},
	    {"", "0123456789abcdef", {2, 64}},
	};
	unsigned char key[COUNT_OF(cases)][PASSWORD_KEY_BYTES];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(password_stretch(str_from(cases[i].password),
						  (const unsigned char *)cases[i].salt,
						  &cases[i].cost, key[i], &err),
				 RC_OK);
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(key[i], key[k], PASSWORD_KEY_BYTES);
	}
}

static void
costs_that_nobody_set_are_refused_before_they_cost_anything(void **state)
{
	static const struct password_cost cases[] = {
	    {0, 65536}, {17, 65536}, {3, 7}, {3, (1u << 20) + 1}, {UINT32_MAX, UINT32_MAX}};
	unsigned char key[PASSWORD_KEY_BYTES];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(password_stretch(STR("a phrase of words"),
						  (const unsigned char *)"0123456789abcdef",
						  &cases[i], key, &err),
				 RC_INTEGRITY);
}

static void
a_password_stretched_at_less_is_told_from_one_at_the_present_cost(void **state)
{
	struct password_cost was = password_cost;

	(void)state;
	assert_false(password_cost_grew(&was));
	was.passes--;
	assert_true(password_cost_grew(&was));
	was = password_cost;
	was.memory_kib /= 2;
	assert_true(password_cost_grew(&was));
	was = (struct password_cost){password_cost.passes + 1, password_cost.memory_kib * 2};
	assert_false(password_cost_grew(&was));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_password_is_stretched_as_rfc_9106_says),
	    cmocka_unit_test(another_salt_password_or_cost_gives_another_key),
	    cmocka_unit_test(costs_that_nobody_set_are_refused_before_they_cost_anything),
	    cmocka_unit_test(a_password_stretched_at_less_is_told_from_one_at_the_present_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
