#ifndef MATCH_LINKAGE_BLOCK_H
#define MATCH_LINKAGE_BLOCK_H

#include "match/linkage/alike.h"

/*
 * block: which pairs of rows are compared at all. A key is one or two marks of a row (a value,
 * its first letters, a year, a day of the year, both names in any order); two rows with the same
 * key are a pair. Keys are chosen by how many pairs each makes in these files and how many
 * records full of errors it still finds, until the pairs reach a bound. A block (all rows of one
 * key) that is too large is left out and counted.
 */
#define LINK_KEYS_MAX 24
/* At most so many pairs: for each row of the two files, and in any case. */
#define LINK_PAIRS_A_ROW 4
#define LINK_PAIRS_ALWAYS 50000
/* The same where the files turn out to be full of errors. */
#define LINK_MANY_A_ROW 12
#define LINK_MANY_ALWAYS 500000

struct link_pair {
	uint32_t left, right, pattern; /* pattern: index into link_pairs.patterns */
};

struct link_keys;
struct link_pairs {
	struct link_pair *at; /* by left, then in an order that is always the same */
	size_t n;
	struct link_counted {
		uint64_t pattern;
		uint64_t count;
	} * patterns;
	size_t pattern_n;
};

/* threads: 1 and up. The same files give the same pairs, however many threads. */
void link_pairs_find(struct arena *a, const struct link_tables *t, unsigned threads,
		     const struct link_keys *keys, struct link_pairs *out);

/* Pairs of rows there are: every row with every row. */
double link_pairs_all(const struct link_tables *t);

#endif
