#include "audit/test_keeper.h"

#include "seal/keys_exchange.h"

static struct str
question(unsigned act, uint32_t number, struct str rest)
{
	struct buf b;

	buf_init(&b, arena);
	buf_add_byte(&b, (char)act);
	buf_add_u32(&b, number);
	buf_add(&b, rest);
	return buf_str(&b);
}

static void
the_key_process_signs_in_the_domain_of_the_use_alone(void **state)
{
	struct str public, signature, tls;

	(void)state;
	hello();
	assert_int_equal(ask(KEYWIRE_EXCHANGE, question(EXCHANGE_PUBLIC, 0, STR_NONE), NULL, NULL),
			 RC_ABSENT);
	assert_int_equal(ask(KEYWIRE_EXCHANGE, question(EXCHANGE_NEXT, 0, STR_NONE), NULL, NULL),
			 RC_OK);
	assert_int_equal(
	    ask(KEYWIRE_EXCHANGE, question(EXCHANGE_PUBLIC, 0, STR_NONE), &public, NULL), RC_OK);
	assert_int_equal(public.n, 64);
	assert_int_equal(ask(KEYWIRE_EXCHANGE,
			     question(EXCHANGE_SIGN, EXCHANGE_WORD_SHEET, STR("text")), &signature,
			     NULL),
			 RC_OK);
	assert_true(exchange_word_is_good((const unsigned char *)public.p, EXCHANGE_WORD_SHEET,
					  STR("text"), (const unsigned char *)signature.p));
	/* Nothing without a domain, nothing of a domain that is not there. */
	assert_int_equal(
	    ask(KEYWIRE_EXCHANGE, question(EXCHANGE_SIGN, EXCHANGE_WORDS, STR("text")), NULL, NULL),
	    RC_DENIED);
	assert_int_equal(ask(KEYWIRE_EXCHANGE, question(EXCHANGE_ACTS, 0, STR_NONE), NULL, NULL),
			 RC_INVALID);
	assert_int_equal(ask(KEYWIRE_EXCHANGE, question(EXCHANGE_TLS, 0, STR("x")), NULL, NULL),
			 RC_INVALID);
	assert_int_equal(ask(KEYWIRE_EXCHANGE, STR_NONE, NULL, NULL), RC_INVALID);
	assert_int_equal(ask(KEYWIRE_EXCHANGE, question(EXCHANGE_TLS, 0, STR_NONE), &tls, NULL),
			 RC_OK);
	assert_int_equal(tls.n, 32);
}

static void
the_week_of_a_sealing_key_is_that_of_the_key_process(void **state)
{
	const uint32_t week = (uint32_t)(november / SEALING_WEEK_MS);

	(void)state;
	hello();
	assert_int_equal(
	    ask(KEYWIRE_EXCHANGE, question(EXCHANGE_SEALING, week, STR_NONE), NULL, NULL), RC_OK);
	assert_int_equal(
	    ask(KEYWIRE_EXCHANGE, question(EXCHANGE_SEALING, week + 4, STR_NONE), NULL, NULL),
	    RC_INVALID);
}

/* As buckets they are not to be had: not wrapped under, renewed or destroyed. */
static void
keys_for_exchange_are_no_buckets(void **state)
{
	static const char *const names[] = {"=identity", "=tls", "=sealing-02968"};

	(void)state;
	hello();
	assert_int_equal(ask(KEYWIRE_EXCHANGE, question(EXCHANGE_NEXT, 0, STR_NONE), NULL, NULL),
			 RC_OK);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct buf b;

		for (int act = KEY_BUCKET_RENEW; act <= KEY_BUCKET_DESTROY; act++) {
			buf_init(&b, arena);
			buf_add_byte(&b, (char)act);
			keywire_add_name(&b, str_from(names[i]));
			assert_int_equal(ask(KEYWIRE_BUCKET, buf_str(&b), NULL, NULL), RC_INVALID);
		}
		buf_init(&b, arena);
		keywire_add_name(&b, str_from(names[i]));
		keywire_add_text(&b, STR("aad"));
		buf_add(&b, STR("0123456789abcdef0123456789abcdef"));
		assert_int_equal(ask(KEYWIRE_WRAP, buf_str(&b), NULL, NULL), RC_INVALID);
	}
	assert_int_equal(ask(KEYWIRE_EXCHANGE, question(EXCHANGE_PUBLIC, 0, STR_NONE), NULL, NULL),
			 RC_OK);
}

static void
nothing_is_signed_for_exchange_before_a_hello_or_while_locked(void **state)
{
	const struct str sign = question(EXCHANGE_SIGN, EXCHANGE_WORD_SHEET, STR("text"));

	(void)state;
	assert_int_equal(ask(KEYWIRE_EXCHANGE, sign, NULL, NULL), RC_DENIED);
	hello();
	assert_int_equal(ask(KEYWIRE_EXCHANGE, question(EXCHANGE_NEXT, 0, STR_NONE), NULL, NULL),
			 RC_OK);
	assert_int_equal(ask(KEYWIRE_EXCHANGE, sign, NULL, NULL), RC_OK);
	assert_int_equal(ask(KEYWIRE_LOCK, STR_NONE, NULL, NULL), RC_OK);
	assert_int_equal(ask(KEYWIRE_EXCHANGE, sign, NULL, NULL), RC_UNAVAILABLE);
}

static int
run(void)
{
	const struct CMUnitTest tests[] = {
	    KEEPER_TEST(the_key_process_signs_in_the_domain_of_the_use_alone),
	    KEEPER_TEST(the_week_of_a_sealing_key_is_that_of_the_key_process),
	    KEEPER_TEST(keys_for_exchange_are_no_buckets),
	    KEEPER_TEST(nothing_is_signed_for_exchange_before_a_hello_or_while_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(void)
{
	return run_in_folder(run);
}
