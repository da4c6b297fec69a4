#include "seal/merkle.h"

void
merkle_leaf(struct str data, struct hash *out)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, "\x00", 1);
	sha256_add(&h, data.p, data.n);
	sha256_end(&h, out);
}

void
merkle_node(const struct hash *left, const struct hash *right, struct hash *out)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, "\x01", 1);
	sha256_add(&h, left->b, HASH_BYTES);
	sha256_add(&h, right->b, HASH_BYTES);
	sha256_end(&h, out);
}

void
merkle_append(struct merkle_range *r, const struct hash *leaf)
{
	struct hash h = *leaf;

	must(r->size < UINT64_MAX);
	for (uint64_t bits = r->size; (bits & 1) != 0; bits >>= 1)
		merkle_node(&r->at[--r->n], &h, &h);
	r->at[r->n++] = h;
	r->size++;
}

void
merkle_root(const struct merkle_range *r, struct hash *out)
{
	if (r->n == 0) {
		sha256(STR(""), out);
		return;
	}
	*out = r->at[r->n - 1];
	for (size_t i = r->n - 1; i-- > 0;)
		merkle_node(&r->at[i], out, out);
}

/* The largest power of two below n, as its exponent; n > 1. */
static int
split_level(uint64_t n)
{
	return 63 - __builtin_clzll(n - 1);
}

/* Root of [start, start + n), n > 0, start a multiple of the least power of two not below n. */
static enum rc
range_root(const struct merkle_source *source, uint64_t start, uint64_t n, struct hash *out,
	   struct err *err)
{
	struct hash parts[64];
	size_t count = 0;
	enum rc rc;

	for (int level = 63; level >= 0; level--) {
		if ((n >> level & 1) == 0)
			continue;
		if ((rc = source->node(source->ctx, level, start >> level, &parts[count], err)) !=
		    RC_OK)
			return rc;
		start += (uint64_t)1 << level;
		count++;
	}
	*out = parts[--count];
	while (count-- > 0)
		merkle_node(&parts[count], out, out);
	return RC_OK;
}

enum rc
merkle_source_root(const struct merkle_source *source, uint64_t size, struct hash *out,
		   struct err *err)
{
	if (size == 0) {
		sha256(STR(""), out);
		return RC_OK;
	}
	return range_root(source, 0, size, out, err);
}

/* A proof is found from the root down and stands from the leaf up. */
static void
turn_around(struct merkle_proof *proof)
{
	for (size_t i = 0; i < proof->n / 2; i++) {
		struct hash h = proof->at[i];

		proof->at[i] = proof->at[proof->n - 1 - i];
		proof->at[proof->n - 1 - i] = h;
	}
}

enum rc
merkle_inclusion_make(const struct merkle_source *source, uint64_t index, uint64_t size,
		      struct merkle_proof *out, struct err *err)
{
	uint64_t start = 0, n = size;
	enum rc rc;

	out->n = 0;
	if (index >= size)
		return fail(err, RC_INVALID, "index", "no such leaf in a log of that size");
	while (n > 1) {
		uint64_t k = (uint64_t)1 << split_level(n);
		bool left = index - start < k;

		must(out->n < MERKLE_PROOF_MAX);
		rc = range_root(source, left ? start + k : start, left ? n - k : k,
				&out->at[out->n++], err);
		if (rc != RC_OK)
			return rc;
		start += left ? 0 : k;
		n = left ? k : n - k;
	}
	turn_around(out);
	return RC_OK;
}

enum rc
merkle_consistency_make(const struct merkle_source *source, uint64_t size1, uint64_t size2,
			struct merkle_proof *out, struct err *err)
{
	uint64_t start = 0, m = size1, n = size2;
	bool whole = true; /* the old tree is the whole of what is left of it */
	enum rc rc;

	out->n = 0;
	if (size1 == 0 || size1 > size2)
		return fail(err, RC_INVALID, "size", "sizes must be in order and above zero");
	while (m != n) {
		uint64_t k = (uint64_t)1 << split_level(n);
		bool left = m <= k;

		must(out->n < MERKLE_PROOF_MAX);
		rc = range_root(source, left ? start + k : start, left ? n - k : k,
				&out->at[out->n++], err);
		if (rc != RC_OK)
			return rc;
		if (left) {
			n = k;
		} else {
			start += k;
			m -= k;
			n -= k;
			whole = false;
		}
	}
	if (!whole) {
		must(out->n < MERKLE_PROOF_MAX);
		if ((rc = range_root(source, start, n, &out->at[out->n++], err)) != RC_OK)
			return rc;
	}
	turn_around(out);
	return RC_OK;
}
