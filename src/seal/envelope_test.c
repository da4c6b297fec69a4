#include "base/test.h"

#include <sodium.h>

#include "base/arena.h"
#include "seal/envelope.h"

static struct arena *arena;

static struct str
seal(const unsigned char *key, struct str aad, struct str plain)
{
	struct buf b;

	buf_init(&b, arena);
	envelope_seal(key, aad, plain, &b);
	return buf_str(&b);
}

static enum rc
open_it(const unsigned char *key, struct str aad, struct str sealed, struct str *plain)
{
	struct err err;
	struct buf b;
	enum rc rc;

	buf_init(&b, arena);
	buf_add_z(&b, "before");
	rc = envelope_open(key, aad, sealed, &b, &err);
	*plain = str_sub(buf_str(&b), 6, b.n);
	return rc;
}

static void
what_is_sealed_opens_with_its_key_at_its_place(void **state)
{
	static const struct str plains[] = {STR_INIT(""), STR_INIT("a"), STR_INIT("{\"name\":1}")};
	unsigned char key[DATA_KEY_BYTES];
	struct str plain;

	(void)state;
	data_key_new(key);
	for (size_t i = 0; i < COUNT_OF(plains); i++) {
		struct str sealed = seal(key, STR("place"), plains[i]);

		assert_int_equal(sealed.n, plains[i].n + ENVELOPE_OVERHEAD);
		assert_int_equal(open_it(key, STR("place"), sealed, &plain), RC_OK);
		assert_true(str_eq(plain, plains[i]));
		assert_int_equal(open_it(key, STR("other"), sealed, &plain), RC_INTEGRITY);
		assert_int_equal(plain.n, 0);
	}
}

static void
one_changed_byte_anywhere_is_refused(void **state)
{
	unsigned char key[DATA_KEY_BYTES];
	struct str sealed, plain;

	(void)state;
	data_key_new(key);
	sealed = seal(key, STR("place"), STR("something to keep"));
	for (size_t i = 0; i < sealed.n; i++) {
		struct str bad = str_copy(arena, sealed);

		((char *)(uintptr_t)bad.p)[i] ^= 1;
		assert_int_equal(open_it(key, STR("place"), bad, &plain), RC_INTEGRITY);
	}
	for (size_t n = 0; n < sealed.n; n++)
		assert_int_equal(open_it(key, STR("place"), str_sub(sealed, 0, n), &plain),
				 RC_INTEGRITY);
}

static void
the_seal_commits_to_one_key(void **state)
{
	unsigned char key[DATA_KEY_BYTES], other[DATA_KEY_BYTES], commitment[KEY_COMMITMENT_BYTES];
	struct str sealed, plain, bad;
	struct err err;
	struct buf b;

	(void)state;
	data_key_new(key);
	data_key_new(other);
	sealed = seal(key, STR(""), STR("x"));
	data_key_commitment(key, commitment);
	assert_memory_equal(sealed.p + 25, commitment, sizeof commitment);
	assert_int_equal(open_it(other, STR(""), sealed, &plain), RC_INTEGRITY);
	/* Putting the other key's commitment there does not help: the cipher key differs. */
	bad = str_copy(arena, sealed);
	data_key_commitment(other, (unsigned char *)(uintptr_t)bad.p + 25);
	assert_int_equal(open_it(other, STR(""), bad, &plain), RC_INTEGRITY);
	buf_init(&b, arena);
	assert_int_equal(envelope_open(key, STR(""), bad, &b, &err), RC_INTEGRITY);
	assert_non_null(strstr(err.text, "another key"));
}

/* The nonce stands behind the version: it is counted up, from another one with each key. */
static void
what_is_sealed_in_one_go_never_has_a_nonce_twice(void **state)
{
	unsigned char data_key[DATA_KEY_BYTES], last[ENVELOPE_NONCE_BYTES];
	struct envelope_key key, again;
	struct arena *a = arena_new(0);
	struct buf sealed, plain;

	(void)state;
	data_key_new(data_key);
	envelope_key_make(data_key, &key);
	envelope_key_make(data_key, &again);
	for (int i = 0; i < 600; i++) {
		buf_init(&sealed, a);
		buf_init(&plain, a);
		envelope_seal_next(&key, STR("here"), STR("said"), &sealed);
		if (i > 0) {
			sodium_increment(last, sizeof last);
			assert_memory_equal(sealed.p + 1, last, sizeof last);
		}
		memcpy(last, sealed.p + 1, sizeof last);
		assert_int_equal(
		    envelope_open(data_key, STR("here"), buf_str(&sealed), &plain, NULL), RC_OK);
		assert_true(str_eq(buf_str(&plain), STR("said")));
	}
	buf_init(&sealed, a);
	envelope_seal_next(&again, STR("here"), STR("said"), &sealed);
	/* Not near the first one's: another start. */
	assert_memory_not_equal(sealed.p + 1 + 8, last + 8, 8);
	arena_free(a);
}

static void
two_seals_of_the_same_bytes_differ(void **state)
{
	unsigned char key[DATA_KEY_BYTES];

	(void)state;
	data_key_new(key);
	assert_false(str_eq(seal(key, STR(""), STR("same")), seal(key, STR(""), STR("same"))));
	data_key_wipe(key);
	for (size_t i = 0; i < sizeof key; i++)
		assert_int_equal(key[i], 0);
}

static void
what_was_opened_is_gone_when_its_arena_is_forgotten(void **state)
{
	struct arena *a = arena_new(0);
	unsigned char key[DATA_KEY_BYTES];
	struct str sealed;
	struct buf plain;
	char *again;

	(void)state;
	/* All that is looked through below was written once. */
	memset(arena_bytes(a, 4096), 'x', 4096);
	arena_reset(a);
	data_key_new(key);
	sealed = seal(key, STR("place"), STR("where she lives"));
	buf_init(&plain, a);
	assert_int_equal(envelope_open(key, STR("place"), sealed, &plain, NULL), RC_OK);
	/* A copy that somebody made of it in the same arena goes too. */
	assert_int_equal(str_copy(a, buf_str(&plain)).n, 15);
	arena_reset(a);
	again = arena_bytes(a, 4096);
	assert_null(memmem(again, 4096, "she lives", 9));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_opened_is_gone_when_its_arena_is_forgotten),
	    cmocka_unit_test(what_is_sealed_opens_with_its_key_at_its_place),
	    cmocka_unit_test(one_changed_byte_anywhere_is_refused),
	    cmocka_unit_test(the_seal_commits_to_one_key),
	    cmocka_unit_test(what_is_sealed_in_one_go_never_has_a_nonce_twice),
	    cmocka_unit_test(two_seals_of_the_same_bytes_differ),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
