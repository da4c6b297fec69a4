#include "seal/hash.h"

#include <pthread.h>

#include <sodium.h>

#include "seal/sha256_block.h"

/* The slow path hands our state to libsodium as it stands: same fields in the same places. */
_Static_assert(sizeof(struct sha256) == sizeof(crypto_hash_sha256_state), "same layout");
_Static_assert(offsetof(struct sha256, bits) == offsetof(crypto_hash_sha256_state, count), "");
_Static_assert(offsetof(struct sha256, block) == offsetof(crypto_hash_sha256_state, buf), "");

static bool fast;

static void
choose(void)
{
	fast = sha256_block_is_fast();
}

void
sha256_init(struct sha256 *s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	must(pthread_once(&once, choose) == 0);
	(void)crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)s);
}

void
sha256_add(struct sha256 *s, const void *p, size_t n)
{
	const unsigned char *from = p;
	size_t used = (s->bits >> 3) & 63;

	if (!fast) {
		(void)crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)s, p, n);
		return;
	}
	if (n == 0)
		return;
	s->bits += (uint64_t)n << 3;
	if (used > 0) {
		size_t take = n < 64 - used ? n : 64 - used;

		memcpy(s->block + used, from, take);
		from += take;
		n -= take;
		if (used + take < 64)
			return;
		sha256_blocks(s->state, s->block, 1);
	}
	sha256_blocks(s->state, from, n / 64);
	memcpy(s->block, from + n / 64 * 64, n % 64);
}

static void
put_be(unsigned char *p, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		p[i] = (unsigned char)(v >> (8 * (bytes - 1 - i)));
}

void
sha256_end(struct sha256 *s, struct hash *out)
{
	size_t used = (s->bits >> 3) & 63;

	if (!fast) {
		(void)crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)s, out->b);
		return;
	}
	s->block[used++] = 0x80;
	if (used > 56) {
		memset(s->block + used, 0, 64 - used);
		sha256_blocks(s->state, s->block, 1);
		used = 0;
	}
	memset(s->block + used, 0, 56 - used);
	put_be(s->block + 56, s->bits, 8);
	sha256_blocks(s->state, s->block, 1);
	for (int i = 0; i < 8; i++)
		put_be(out->b + 4 * i, s->state[i], 4);
}

void
sha256(struct str s, struct hash *out)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, s.p, s.n);
	sha256_end(&h, out);
}

void
hmac_key_init(struct hmac_key *key, const unsigned char *secret, size_t n)
{
	unsigned char pad[64] = {0};
	struct hash hashed;

	if (n > sizeof pad) {
		sha256((struct str){(const char *)secret, n}, &hashed);
		memcpy(pad, hashed.b, sizeof hashed.b);
	} else if (n > 0) {
		memcpy(pad, secret, n);
	}
	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] ^= 0x36;
	sha256_init(&key->inner);
	sha256_add(&key->inner, pad, sizeof pad);
	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	sha256_init(&key->outer);
	sha256_add(&key->outer, pad, sizeof pad);
	sodium_memzero(pad, sizeof pad);
	sodium_memzero(&hashed, sizeof hashed);
}

void
hmac_domain(const struct hmac_key *key, struct str domain, struct str value, struct hash *out)
{
	struct sha256 h = key->inner;

	sha256_add(&h, domain.p, domain.n);
	sha256_add(&h, "", 1);
	sha256_add(&h, value.p, value.n);
	sha256_end(&h, out);
	h = key->outer;
	sha256_add(&h, out->b, sizeof out->b);
	sha256_end(&h, out);
	sodium_memzero(&h, sizeof h);
}

bool
hash_eq(const struct hash *a, const struct hash *b)
{
	return memcmp(a->b, b->b, HASH_BYTES) == 0;
}

bool
hash_from(struct str bytes, struct hash *out)
{
	if (bytes.n != HASH_BYTES)
		return false;
	memcpy(out->b, bytes.p, HASH_BYTES);
	return true;
}

struct str
hash_str(const struct hash *h)
{
	return (struct str){(const char *)h->b, HASH_BYTES};
}
