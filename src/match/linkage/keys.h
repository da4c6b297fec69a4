#ifndef MATCH_LINKAGE_KEYS_H
#define MATCH_LINKAGE_KEYS_H

#include "match/linkage/block.h"
#include "match/linkage/mark.h"

/* keys: by what rows are blocked, and the rows under each value of a key (block.h). */

/* One mark, or two. */
struct link_key {
	const struct link_mark *mark[2];
};

/* Rows of one key's value on the right, as a chain of entries. */
struct link_bucket {
	uint64_t key;
	uint32_t left, right, first; /* how many; first: entry + 1 */
	bool out;
};

struct link_keyed {
	struct link_key key;
	struct link_bucket *at;
	size_t slot_n;
	struct link_entry {
		uint32_t row, next;
	} * entries;
	size_t entry_n, blocks_left_out;
	uint64_t pairs, pairs_left_out;
};

struct link_keys {
	struct link_mark *marks;
	size_t mark_n;
	struct link_keyed at[LINK_KEYS_MAX];
	size_t n;
	size_t blocks_left_out;
	uint64_t pairs_left_out;
	struct str told; /* in words, with the pairs of each */
};

/* many: up to LINK_MANY_A_ROW and LINK_MANY_ALWAYS pairs. */
struct link_keys *link_keys_choose(struct arena *a, const struct link_tables *t, bool many);
/* The same keys for other rows of the same fields. */
struct link_keys *link_keys_like(struct arena *a, const struct link_tables *t,
				 const struct link_keys *keys);
size_t link_key_values(const struct link_tables *t, const struct link_key *key, int side,
		       size_t row, uint64_t out[LINK_MARK_VALUES_MAX]);
/* Where the value stands, or would. */
struct link_bucket *link_bucket_of(const struct link_keyed *k, uint64_t value);
/* Of imagined true pairs, in which a field's value survives so often: the share that no key finds.
 */
double link_keys_missed(const struct link_tables *t, const struct link_keys *keys,
			const double survives[LINK_FIELD_COUNT]);

#endif
