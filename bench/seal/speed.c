/* What the primitives cost, in microseconds a call: bench_seal_speed. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sodium.h>

#include "base/arena.h"
#include "base/clock.h"
#include "seal/hash.h"
#include "seal/keys.h"
#include "seal/random.h"

#define ROUNDS 100000

#define MEASURE(what, ...)                                                                         \
	do {                                                                                       \
		int64_t from_us = monotonic_us();                                                  \
		for (int round = 0; round < ROUNDS; round++) {                                     \
			__VA_ARGS__;                                                               \
		}                                                                                  \
		printf("%-40s %7.3f us\n", what, (double)(monotonic_us() - from_us) / ROUNDS);     \
	} while (0)

int
main(void)
{
	char folder[] = "/tmp/liaison-bench-XXXXXX";
	struct arena *a = arena_new(0), *scratch = arena_new(0);
	unsigned char key[DATA_KEY_BYTES], bytes[1024], mac[MAC_BYTES], signature[SIGNATURE_BYTES];
	struct str text = {(const char *)bytes, 200}, kilobyte = {(const char *)bytes, 1024};
	struct envelope_key prepared;
	struct keys *keys;
	struct hash h;
	struct buf b, wrapped;
	struct err err;
	const char *path;

	if (mkdtemp(folder) == NULL)
		return 2;
	path = str_z(a, str_fmt(a, "%s/keys", folder));
	if (keys_create(path, STR_NONE, &err) != RC_OK ||
	    keys_open(path, STR_NONE, &keys, &err) != RC_OK)
		return 1;
	random_bytes(bytes, sizeof bytes);
	data_key_new(key);
	envelope_key_make(key, &prepared);
	buf_init(&wrapped, a);
	if (keys_wrap(keys, STR("case/2026-11"), STR("aad"), key, &wrapped, &err) != RC_OK)
		return 1;
	MEASURE("SHA-256 of 1 KiB", sha256(kilobyte, &h));
	MEASURE("SHA-256 of 1 KiB, libsodium's C",
		(void)crypto_hash_sha256(h.b, bytes, sizeof bytes));
	MEASURE("SHA-256 of 200 bytes", sha256(text, &h));
	MEASURE("log MAC of an id",
		keys_log_mac(keys, 0, STR("actor"), (struct str){text.p, 16}, mac));
	MEASURE("index MAC", keys_index_mac(keys, STR("phone"), STR("+431234567"), mac));
	MEASURE("24 random bytes", random_bytes(mac, 24));
	MEASURE("new data key", data_key_new(key));
	MEASURE(
	    "wrap", arena_reset(scratch); buf_init(&b, scratch);
	    if (keys_wrap(keys, STR("case/2026-11"), STR("aad"), key, &b, &err) != RC_OK) return 1);
	MEASURE("unwrap", if (keys_unwrap(keys, NULL, STR("case/2026-11"), STR("aad"),
					  buf_str(&wrapped), key, &err) != RC_OK) return 1);
	MEASURE("seal of 200 bytes", arena_reset(scratch); buf_init(&b, scratch);
		envelope_seal(key, STR("aad"), text, &b));
	MEASURE("seal of 200 bytes, prepared key", arena_reset(scratch); buf_init(&b, scratch);
		envelope_seal_with(&prepared, STR("aad"), text, &b));
	MEASURE("Ed25519 signature",
		if (keys_log_sign(keys, text, signature, &err) != RC_OK) return 1);
	keys_close(keys);
	(void)unlink(path);
	(void)rmdir(folder);
	arena_free(scratch);
	arena_free(a);
	return 0;
}
