#include "base/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "seal/keys_exchange.h"

static char path[] = "/tmp/liaison-exchange-XXXXXX";
static struct keys *keys;
static struct err err;

static int
setup(void **state)
{
	int fd;

	(void)state;
	memcpy(path + sizeof path - 7, "XXXXXX", 6);
	must((fd = mkstemp(path)) >= 0);
	(void)close(fd);
	(void)unlink(path);
	assert_int_equal(keys_create(path, STR_NONE, &err), RC_OK);
	assert_int_equal(keys_open(path, STR_NONE, &keys, &err), RC_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	keys_close(keys);
	(void)unlink(path);
	return 0;
}

static void
the_next_identity_waits_until_it_is_taken(void **state)
{
	struct exchange_public first, next, now;
	unsigned char signature[SIGN_BYTES], tls[SIGN_SEED_BYTES], public[32], secret[64];
	const struct str word = STR("hello");

	(void)state;
	assert_int_equal(keys_exchange_public(keys, false, &now, &err), RC_ABSENT);
	assert_int_equal(keys_exchange_sign(keys, EXCHANGE_WORD_HELLO, word, signature, &err),
			 RC_ABSENT);
	assert_int_equal(keys_exchange_tls(keys, tls, &err), RC_ABSENT);
	assert_int_equal(keys_exchange_next(keys, &err), RC_OK);
	assert_int_equal(keys_exchange_public(keys, false, &first, &err), RC_OK);
	assert_int_equal(keys_exchange_take(keys, &err), RC_ABSENT);
	assert_memory_not_equal(first.identity, first.tls, 32);

	/* A second and a third wish: the last one waits, the present one signs on. */
	assert_int_equal(keys_exchange_next(keys, &err), RC_OK);
	assert_int_equal(keys_exchange_next(keys, &err), RC_OK);
	assert_int_equal(keys_exchange_public(keys, true, &next, &err), RC_OK);
	assert_int_equal(keys_exchange_public(keys, false, &now, &err), RC_OK);
	assert_memory_equal(&now, &first, sizeof now);
	assert_memory_not_equal(next.identity, first.identity, 32);
	assert_memory_not_equal(next.tls, first.tls, 32);
	assert_int_equal(keys_exchange_sign(keys, EXCHANGE_WORD_HELLO, word, signature, &err),
			 RC_OK);
	assert_true(exchange_word_is_good(first.identity, EXCHANGE_WORD_HELLO, word, signature));

	assert_int_equal(keys_exchange_take(keys, &err), RC_OK);
	assert_int_equal(keys_exchange_take(keys, &err), RC_ABSENT);
	/* Durable: another process reads the same. */
	keys_close(keys);
	assert_int_equal(keys_open(path, STR_NONE, &keys, &err), RC_OK);
	assert_int_equal(keys_exchange_public(keys, false, &now, &err), RC_OK);
	assert_memory_equal(&now, &next, sizeof now);
	assert_int_equal(keys_exchange_tls(keys, tls, &err), RC_OK);
	sign_pair(tls, public, secret);
	assert_memory_equal(public, next.tls, sizeof public);
}

static void
what_is_signed_for_one_use_is_good_for_no_other(void **state)
{
	const struct str word = STR("the same bytes");
	struct exchange_public public;
	unsigned char signature[SIGN_BYTES];
	char *long_one = malloc(EXCHANGE_WORD_BYTES_MAX + 1);

	(void)state;
	assert_int_equal(keys_exchange_next(keys, &err), RC_OK);
	assert_int_equal(keys_exchange_public(keys, false, &public, &err), RC_OK);
	for (int as = 0; as < EXCHANGE_WORDS; as++) {
		assert_int_equal(
		    keys_exchange_sign(keys, (enum exchange_word)as, word, signature, &err), RC_OK);
		for (int of = 0; of < EXCHANGE_WORDS; of++)
			assert_int_equal(exchange_word_is_good(public.identity,
							       (enum exchange_word)of, word,
							       signature),
					 as == of);
		assert_false(sign_is_good(public.identity, word, signature));
		signature[as * 7] ^= 1;
		assert_false(exchange_word_is_good(public.identity, (enum exchange_word)as, word,
						   signature));
	}
	must(long_one != NULL);
	memset(long_one, 'x', EXCHANGE_WORD_BYTES_MAX + 1);
	assert_int_equal(keys_exchange_sign(keys, EXCHANGE_WORD_ENVELOPE,
					    (struct str){long_one, EXCHANGE_WORD_BYTES_MAX + 1},
					    signature, &err),
			 RC_TOO_LARGE);
	assert_int_equal(keys_exchange_sign(keys, EXCHANGE_WORDS, word, signature, &err),
			 RC_DENIED);
	free(long_one);
}

static void
a_sealing_key_is_of_its_week_and_is_destroyed_after_two_more(void **state)
{
	const int64_t week = 2968, now = week * SEALING_WEEK_MS + 5;
	unsigned char first[32], again[32], other[32];

	(void)state;
	assert_int_equal(keys_exchange_sealing(keys, now, week - 1, other, &err), RC_ABSENT);
	assert_int_equal(keys_exchange_sealing(keys, now, week, first, &err), RC_OK);
	assert_int_equal(keys_exchange_sealing(keys, now, week, again, &err), RC_OK);
	assert_memory_equal(first, again, 32);
	assert_int_equal(keys_exchange_sealing(keys, now, week + 1, other, &err), RC_OK);
	assert_memory_not_equal(first, other, 32);
	assert_int_equal(keys_exchange_sealing(keys, now, week + 2, other, &err), RC_INVALID);
	assert_int_equal(keys_exchange_sealing(keys, now, week - 2, other, &err), RC_INVALID);
	assert_int_equal(keys_exchange_sealing(keys, -1, 0, other, &err), RC_INVALID);
	/* Two weeks later it is still there; three weeks later another week's birth ends it. */
	assert_true(keys_has_bucket(keys, STR("=sealing-02968")));
	for (int64_t i = 1; i <= 3; i++) {
		assert_int_equal(keys_exchange_sealing(keys, now + i * SEALING_WEEK_MS,
						       week + i + 1, other, &err),
				 RC_OK);
		assert_int_equal(keys_has_bucket(keys, STR("=sealing-02968")), i < 3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(the_next_identity_waits_until_it_is_taken),
	    T(what_is_signed_for_one_use_is_good_for_no_other),
	    T(a_sealing_key_is_of_its_week_and_is_destroyed_after_two_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
