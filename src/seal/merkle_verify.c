#include "seal/merkle.h"

/*
 * The two algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2, in the form for subtrees: fn
 * and sn walk up from the first and last leaf of the old tree, tn from the last of the new.
 */

bool
merkle_subtree_is_valid(uint64_t start, uint64_t end)
{
	uint64_t n = end - start, power = 1;

	if (start >= end)
		return false;
	while (power < n && power != 0)
		power <<= 1;
	/* Above 2^63 leaves no power fits, and only 0 is a multiple of it. */
	return power == 0 ? start == 0 : (start & (power - 1)) == 0;
}

bool
merkle_subtree_inclusion_holds(uint64_t index, uint64_t start, uint64_t end,
			       const struct hash *leaf, const struct hash *proof, size_t n,
			       const struct hash *root)
{
	struct hash h = *leaf;
	uint64_t fn, sn;

	if (!merkle_subtree_is_valid(start, end) || index < start || index >= end)
		return false;
	fn = index - start;
	sn = end - start - 1;
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			merkle_node(&proof[i], &h, &h);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node(&h, &proof[i], &h);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && hash_eq(&h, root);
}

bool
merkle_inclusion_holds(uint64_t index, uint64_t size, const struct hash *leaf,
		       const struct hash *proof, size_t n, const struct hash *root)
{
	return merkle_subtree_inclusion_holds(index, 0, size, leaf, proof, n, root);
}

bool
merkle_subtree_consistency_holds(uint64_t start, uint64_t end, uint64_t size,
				 const struct hash *subtree, const struct hash *proof, size_t n,
				 const struct hash *root)
{
	struct hash fr, sr;
	uint64_t fn, sn, tn;
	size_t i = 0;

	if (end > size)
		return false;
	if (start == end) {
		/* Nothing stands in every tree; that much is true, and needs no proof. */
		sha256(STR(""), &fr);
		return n == 0 && hash_eq(&fr, subtree);
	}
	if (!merkle_subtree_is_valid(start, end))
		return false;
	fn = start;
	sn = end - 1;
	tn = size - 1;
	while (fn != sn && (sn == tn || (sn & 1) != 0)) {
		fn >>= 1;
		sn >>= 1;
		tn >>= 1;
	}
	if (fn == sn) {
		fr = *subtree;
	} else {
		if (n == 0)
			return false;
		fr = proof[i++];
	}
	sr = fr;
	for (; i < n; i++) {
		if (tn == 0)
			return false;
		if ((sn & 1) != 0 || sn == tn) {
			if (fn < sn)
				merkle_node(&proof[i], &fr, &fr);
			merkle_node(&proof[i], &sr, &sr);
			while ((sn & 1) == 0 && sn != 0) {
				fn >>= 1;
				sn >>= 1;
				tn >>= 1;
			}
		} else {
			merkle_node(&sr, &proof[i], &sr);
		}
		fn >>= 1;
		sn >>= 1;
		tn >>= 1;
	}
	return tn == 0 && hash_eq(&fr, subtree) && hash_eq(&sr, root);
}

bool
merkle_consistency_holds(uint64_t size1, uint64_t size2, const struct hash *root1,
			 const struct hash *root2, const struct hash *proof, size_t n)
{
	if (size1 == 0 || size1 > size2)
		return false;
	return merkle_subtree_consistency_holds(0, size1, size2, root1, proof, n, root2);
}
