#ifndef SEAL_HASH_H
#define SEAL_HASH_H

#include "base/str.h"

/*
 * hash: SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104). On processors with the SHA
 * extensions the block function uses them; everywhere else libsodium's plain C does the work.
 */
#define HASH_BYTES 32

struct hash {
	unsigned char b[HASH_BYTES];
};

/* A running hash; plain data, so copying one forks it. */
struct sha256 {
	uint32_t state[8];
	uint64_t bits;
	unsigned char block[64];
};

/* Prepared key: two running hashes, copied for each message. Holds key material: wipe it. */
struct hmac_key {
	struct sha256 inner, outer;
};

void sha256(struct str s, struct hash *out);
void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *p, size_t n);
/* Ends it; the state is used up. */
void sha256_end(struct sha256 *s, struct hash *out);

void hmac_key_init(struct hmac_key *key, const unsigned char *secret, size_t n);
/* HMAC of domain || 0 || value. */
void hmac_domain(const struct hmac_key *key, struct str domain, struct str value, struct hash *out);

bool hash_eq(const struct hash *a, const struct hash *b);
/* Exactly 32 bytes, or false. */
MUST_USE bool hash_from(struct str bytes, struct hash *out);
struct str hash_str(const struct hash *h);

#endif
