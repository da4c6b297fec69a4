#include "serve/known.h"

#include "seal/hash.h"

/* The place and the mark: of 256 bits that nobody can guess, other parts. */
static size_t
place_of(struct str secret, uint64_t *mark)
{
	struct hash hash;

	sha256(secret, &hash);
	memcpy(mark, hash.b, sizeof *mark);
	*mark |= 1; /* 0 is an empty place */
	return ((size_t)hash.b[8] << 8 | hash.b[9]) % KNOWN_PLACES;
}

void
known_add(struct known *k, struct str secret)
{
	uint64_t mark;
	size_t at = place_of(secret, &mark);

	atomic_store_explicit(&k->at[at], mark, memory_order_relaxed);
}

bool
known_has(const struct known *k, struct str secret)
{
	uint64_t mark;
	size_t at = place_of(secret, &mark);

	return atomic_load_explicit(&k->at[at], memory_order_relaxed) == mark;
}
