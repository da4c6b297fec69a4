#include "base/test.h"

#include "base/arena.h"
#include "base/clock.h"
#include "exchange/hello.h"
#include "seal/keys_exchange.h"

static struct arena *arena;
static struct err err;
static unsigned char root_secret[SIGN_SECRET_BYTES], identity_secret[SIGN_SECRET_BYTES];
static unsigned char own_root[SIGN_PUBLIC_BYTES];
static const int64_t november = INT64_C(1795399834000);
#define MINUTE_MS INT64_C(60000)

static void
pair_of(unsigned char number, unsigned char public[32], unsigned char secret[64])
{
	unsigned char seed[32] = {number}, own[64];

	sign_pair(seed, public, secret != NULL ? secret : own);
}

static struct descriptor
who(int64_t protocol_min, int64_t protocol_max)
{
	struct descriptor d = {.name = STR("North Coast Police"),
			       .country = STR("QN"),
			       .kind = STR("police"),
			       .regime = STR("LED"),
			       .version = 3,
			       .from_ms = november,
			       .until_ms = november + 90 * INT64_C(86400000),
			       .protocol_min = protocol_min,
			       .protocol_max = protocol_max};

	pair_of(1, d.root, root_secret);
	pair_of(2, d.identity, identity_secret);
	pair_of(3, d.tls, NULL);
	pair_of(4, d.log, NULL);
	descriptor_sign(&d, root_secret);
	return d;
}

static void
sign(struct hello *h, const unsigned char secret[SIGN_SECRET_BYTES])
{
	struct buf b;

	buf_init(&b, arena);
	hello_format_signed(h, &b);
	sign_domain_make(secret, exchange_word_domain(EXCHANGE_WORD_HELLO), buf_str(&b),
			 h->signature);
}

static struct hello
good(void)
{
	struct hello h = {.at_ms = november, .challenge = {7}, .is = who(1, 1)};
	struct buf b;

	pair_of(9, own_root, NULL);
	memcpy(h.to, own_root, sizeof h.to);
	buf_init(&b, arena);
	descriptor_format(&h.is, false, &b);
	h.descriptor_text = buf_str(&b);
	sign(&h, identity_secret);
	return h;
}

static struct str
text_of(const struct hello *h)
{
	struct buf b;

	buf_init(&b, arena);
	hello_format(h, &b);
	return buf_str(&b);
}

static void
what_is_said_is_what_is_heard(void **state)
{
	const struct hello h = good();
	struct hello got;

	(void)state;
	assert_int_equal(hello_parse(arena, text_of(&h), &got, &err), RC_OK);
	assert_memory_equal(got.to, h.to, sizeof h.to);
	assert_true(str_eq(got.is.name, h.is.name));
	assert_int_equal(hello_check(&got, own_root, h.challenge, november, &err), RC_OK);
	assert_int_equal(hello_check(&got, own_root, NULL, november, &err), RC_OK);
}

static void
each_byte_of_it_changed_is_refused(void **state)
{
	const struct hello h = good();
	const struct str text = text_of(&h);

	(void)state;
	for (size_t i = 0; i < text.n; i++) {
		struct str bent = str_copy(arena, text);
		struct hello got;

		((char *)(uintptr_t)bent.p)[i] ^= 1;
		if (hello_parse(arena, bent, &got, &err) == RC_OK)
			assert_int_not_equal(
			    hello_check(&got, own_root, h.challenge, november, &err), RC_OK);
	}
	for (size_t n = 0; n < text.n; n++) {
		struct hello got;

		assert_int_equal(hello_parse(arena, str_sub(text, 0, n), &got, &err), RC_INVALID);
	}
}

static void
it_is_good_for_one_node_one_question_and_some_minutes(void **state)
{
	const unsigned char other[32] = {8};
	const struct hello h = good();
	struct hello by_other = good();
	unsigned char public[32], secret[64];

	(void)state;
	assert_int_equal(hello_check(&h, other, h.challenge, november, &err), RC_DENIED);
	/* One's own, sent back. */
	assert_int_equal(hello_check(&h, h.is.root, h.challenge, november, &err), RC_DENIED);
	assert_int_equal(hello_check(&h, own_root, other, november, &err), RC_DENIED);
	assert_int_equal(hello_check(&h, own_root, NULL, november + 5 * MINUTE_MS, &err), RC_OK);
	assert_int_equal(hello_check(&h, own_root, NULL, november + 5 * MINUTE_MS + 1, &err),
			 RC_CONFLICT);
	by_other.at_ms = november + 6 * MINUTE_MS;
	sign(&by_other, identity_secret);
	assert_int_equal(hello_check(&by_other, own_root, NULL, november, &err), RC_CONFLICT);
	by_other = good();
	pair_of(5, public, secret);
	sign(&by_other, secret);
	assert_int_equal(hello_check(&by_other, own_root, NULL, november, &err), RC_DENIED);
	/* A descriptor that is over, however lately it was said. */
	by_other = good();
	by_other.at_ms = by_other.is.until_ms;
	sign(&by_other, identity_secret);
	assert_int_equal(hello_check(&by_other, own_root, NULL, by_other.at_ms, &err), RC_CONFLICT);
}

static void
the_highest_version_that_both_speak(void **state)
{
	static const struct {
		const char *name;
		int64_t own_min, own_max, min, max, wanted;
	} cases[] = {
	    {"the same", 1, 1, 1, 1, 1},	{"one speaks more", 1, 1, 1, 3, 1},
	    {"both speak more", 2, 4, 1, 3, 3}, {"it forgot the old ones", 1, 1, 2, 3, 0},
	    {"we forgot them", 2, 3, 1, 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct descriptor own = who(cases[i].own_min, cases[i].own_max);
		const struct descriptor other = who(cases[i].min, cases[i].max);
		int64_t got = 0;
		enum rc rc = hello_protocol(&own, &other, &got, &err);

		if (rc != (cases[i].wanted > 0 ? RC_OK : RC_CONFLICT) || got != cases[i].wanted)
			fail_msg("%s: %lld", cases[i].name, (long long)got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_said_is_what_is_heard),
	    cmocka_unit_test(each_byte_of_it_changed_is_refused),
	    cmocka_unit_test(it_is_good_for_one_node_one_question_and_some_minutes),
	    cmocka_unit_test(the_highest_version_that_both_speak),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
