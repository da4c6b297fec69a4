#ifndef SEAL_MERKLE_H
#define SEAL_MERKLE_H

#include "base/rc.h"
#include "seal/hash.h"

/*
 * merkle: the tree of RFC 6962 section 2.1 over SHA-256. Sizes and indexes go up to 2^64-1;
 * nothing here overflows on hostile ones.
 */
void merkle_leaf(struct str data, struct hash *out);
void merkle_node(const struct hash *left, const struct hash *right, struct hash *out);

/* The tree so far: one hash for each set bit of size, largest subtree first. */
#define MERKLE_RANGE_MAX 64
struct merkle_range {
	uint64_t size;
	size_t n;
	struct hash at[MERKLE_RANGE_MAX];
};

/* Start from { 0 }. */
void merkle_append(struct merkle_range *r, const struct hash *leaf);
/* Root of what is there; of nothing: the hash of nothing. */
void merkle_root(const struct merkle_range *r, struct hash *out);

/* Inclusion proofs have up to 64 hashes, consistency proofs up to 65. */
#define MERKLE_PROOF_MAX 65
struct merkle_proof {
	size_t n;
	struct hash at[MERKLE_PROOF_MAX];
};

/* Where proofs come from: the root of leaves [index << level, (index + 1) << level). */
struct merkle_source {
	enum rc (*node)(void *ctx, int level, uint64_t index, struct hash *out, struct err *err);
	void *ctx;
};

/* RC_INVALID: no such leaf, or sizes out of order or 0. Else what the source says. */
MUST_USE enum rc merkle_inclusion_make(const struct merkle_source *source, uint64_t index,
				       uint64_t size, struct merkle_proof *out, struct err *err);
MUST_USE enum rc merkle_consistency_make(const struct merkle_source *source, uint64_t size1,
					 uint64_t size2, struct merkle_proof *out, struct err *err);
/* Root of the first size leaves. */
MUST_USE enum rc merkle_source_root(const struct merkle_source *source, uint64_t size,
				    struct hash *out, struct err *err);

MUST_USE bool merkle_inclusion_holds(uint64_t index, uint64_t size, const struct hash *leaf,
				     const struct hash *proof, size_t n, const struct hash *root);
/* Size 0 is refused: every tree extends it, so the claim would prove nothing. */
MUST_USE bool merkle_consistency_holds(uint64_t size1, uint64_t size2, const struct hash *root1,
				       const struct hash *root2, const struct hash *proof,
				       size_t n);

/*
 * The same for a subtree [start, end): start is a multiple of the least power of two that is
 * not less than end - start (draft-ietf-plants-merkle-tree-certs). An empty subtree is
 * consistent with every tree that reaches it: no use as a claim about a log.
 */
bool merkle_subtree_is_valid(uint64_t start, uint64_t end);
MUST_USE bool merkle_subtree_inclusion_holds(uint64_t index, uint64_t start, uint64_t end,
					     const struct hash *leaf, const struct hash *proof,
					     size_t n, const struct hash *root);
MUST_USE bool merkle_subtree_consistency_holds(uint64_t start, uint64_t end, uint64_t size,
					       const struct hash *subtree, const struct hash *proof,
					       size_t n, const struct hash *root);

#endif
