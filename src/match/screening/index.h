#ifndef MATCH_SCREENING_INDEX_H
#define MATCH_SCREENING_INDEX_H

#include "base/vec.h"
#include "match/screening/custom.h"
#include "match/screening/screen.h"
#include "match/screening/word.h"
#include "text/edtf.h"
#include "text/token.h"

struct translit;

/*
 * index: the inside of struct screen_index, for this folder. A dictionary of the words in
 * all names; for each its postings (names that have it); fuzzy keys that lead to words
 * (the key, the key less one letter, the skeleton, the skeleton less one letter). Built
 * once, then only read.
 */
struct listed_word {
	struct word word;
	double share; /* of the entries that bear it, mixed with the background: 0..1 */
	uint32_t first_posting, postings;
	uint32_t entries, last_entry; /* counted while building */
	bool joined;		      /* two neighbours of a name in one; only leads to the name */
};

struct listed_name {
	uint32_t entry;
	uint32_t first_token;
	uint32_t n;
	struct str text;
};

/* A word in its place: the dictionary's word with this name's spelling. */
struct listed_token {
	uint32_t word;
	struct str original;
};

struct listed_entry {
	struct str id, type;
	uint32_t first_name, names;
	const struct edtf *dobs;
	const struct str *dob_texts;
	size_t dob_count;
	struct str_list countries, folded_countries, ids, canonical_ids;
	bool is_person; /* or not said */
};

struct fuzzy_key {
	uint32_t hash, word;
};

struct screen_index {
	struct arena *arena;
	VEC(struct listed_entry) entries;
	VEC(struct listed_name) names;
	VEC(struct listed_token) tokens;
	VEC(struct listed_word) words;
	struct customs customs;
	struct custom_lean *leans; /* of each word */
	uint32_t *postings;
	struct fuzzy_key *keys; /* in the order of their bucket */
	uint32_t *buckets;	/* first key of each bucket, one more than buckets */
	unsigned bucket_bits;
	VEC(struct fuzzy_key) id_keys; /* hash of a canonical id, entry; sorted */
	size_t skipped;
};

/* The hashes under which a word is stored and looked for; returns how many. */
#define INDEX_FORM_KEYS_MAX 96
#define INDEX_KEYS_MAX (INDEX_FORM_KEYS_MAX * (1 + TOKEN_ALTERNATES_MAX))
size_t index_keys_of(const struct word *word, bool joined, uint32_t out[INDEX_KEYS_MAX]);

/* The keys stored under this hash: *n of them. */
const struct fuzzy_key *index_bucket(const struct screen_index *index, uint32_t hash, size_t *n);

uint32_t index_id_hash(struct str canonical);

#endif
