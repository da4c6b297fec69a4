#include "base/test.h"

#include <sodium.h>

#include "base/arena.h"
#include "base/hex.h"
#include "seal/hash.h"
#include "seal/random.h"

/* FIPS 180-4 examples, as NIST publishes them. */
static void
known_messages_have_their_known_hashes(void **state)
{
	static const struct {
		const char *message, *hash;
	} cases[] = {
	    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	struct hash got, want;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		sha256(str_from(cases[i].message), &got);
		assert_true(hex_parse(str_from(cases[i].hash), want.b, sizeof want.b));
		assert_true(hash_eq(&got, &want));
	}
}

static void
every_length_in_every_cut_gives_what_libsodium_gives(void **state)
{
	unsigned char bytes[300];
	struct hash got, want;

	(void)state;
	random_bytes(bytes, sizeof bytes);
	for (size_t n = 0; n <= sizeof bytes; n++) {
		assert_int_equal(crypto_hash_sha256(want.b, bytes, n), 0);
		for (size_t cut = 0; cut <= n; cut += 1 + cut / 7) {
			struct sha256 s;

			sha256_init(&s);
			sha256_add(&s, bytes, cut);
			sha256_add(&s, bytes + cut, n - cut);
			sha256_end(&s, &got);
			assert_true(hash_eq(&got, &want));
		}
	}
}

/* What happens on a processor without the instructions. */
static void
libsodium_takes_our_state_as_its_own(void **state)
{
	struct hash got, want;
	struct sha256 s;

	(void)state;
	sha256(STR("some bytes and more"), &want);
	sha256_init(&s);
	sha256_add(&s, "some bytes ", 11);
	(void)crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)&s,
					(const unsigned char *)"and more", 8);
	(void)crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)&s, got.b);
	assert_true(hash_eq(&got, &want));
}

static void
hmac_is_that_of_libsodium_for_short_and_long_keys(void **state)
{
	unsigned char secret[100], message[] = "domain\0value", want[32];
	crypto_auth_hmacsha256_state h;
	struct hmac_key key;
	struct hash got;

	(void)state;
	random_bytes(secret, sizeof secret);
	for (size_t n = 0; n <= sizeof secret; n += 4) {
		hmac_key_init(&key, secret, n);
		hmac_domain(&key, STR("domain"), STR("value"), &got);
		(void)crypto_auth_hmacsha256_init(&h, secret, n);
		(void)crypto_auth_hmacsha256_update(&h, message, 12);
		(void)crypto_auth_hmacsha256_final(&h, want);
		assert_memory_equal(got.b, want, 32);
	}
}

static void
ids_of_a_later_time_sort_later_and_no_two_are_alike(void **state)
{
	struct id last = random_id_at(1000), same = random_id_at(1000);

	(void)state;
	assert_false(id_eq(last, same));
	for (int64_t ms = 1001; ms < 1100; ms++) {
		struct id id = random_id_at(ms);

		assert_true(id_cmp(last, id) < 0);
		assert_int_equal(id_time_ms(id), ms);
		last = id;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_messages_have_their_known_hashes),
	    cmocka_unit_test(every_length_in_every_cut_gives_what_libsodium_gives),
	    cmocka_unit_test(libsodium_takes_our_state_as_its_own),
	    cmocka_unit_test(hmac_is_that_of_libsodium_for_short_and_long_keys),
	    cmocka_unit_test(ids_of_a_later_time_sort_later_and_no_two_are_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
