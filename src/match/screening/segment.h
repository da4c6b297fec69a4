#ifndef MATCH_SCREENING_SEGMENT_H
#define MATCH_SCREENING_SEGMENT_H

#include "base/rc.h"
#include "match/screening/word.h"

struct custom_lean;
struct customs;
struct screen_entry;

/*
 * segment: a list made ready for searching, in one range of memory without a pointer in it, so
 * that it may lie in a file and be mapped. Immutable; any number of threads read it.
 * Numbers in the order of the machine (little-endian only). The parts, by number:
 */
enum segment_part {
	SEGMENT_ENTRIES,  /* struct segment_entry, one more than there are */
	SEGMENT_FACTS,	  /* numbers of 32 bits: what is known of each entry (facts.h) */
	SEGMENT_NAMES,	  /* struct segment_name, one more than there are */
	SEGMENT_TOKENS,	  /* the word at each place of each name (segment_token) */
	SEGMENT_WORDS,	  /* struct segment_word, one more than there are */
	SEGMENT_LEANS,	  /* of each word: struct custom_lean */
	SEGMENT_CUSTOMS,  /* one struct customs */
	SEGMENT_SPELT,	  /* flat words (word_flat.h) */
	SEGMENT_POSTINGS, /* the names that have each word */
	SEGMENT_IDS,	  /* entries' ids, one after the other */
	SEGMENT_TEXTS,	  /* names as listed, one after the other */
	SEGMENT_STRINGS,  /* two bytes of length, then the text */
	SEGMENT_KEY_BUCKETS,
	SEGMENT_KEY_WORDS, /* words by their keys */
	SEGMENT_KEY_TAGS,
	SEGMENT_PAIR_BUCKETS,
	SEGMENT_PAIR_TOKENS, /* places of names' words by neighbours written as one */
	SEGMENT_PAIR_TAGS,
	SEGMENT_ID_KEYS, /* struct segment_id, rising */
	SEGMENT_PARTS
};

/*
 * A name is found by each of its words but the commonest, when that is common: it trails there,
 * behind the names that lead. So do weak words and initials of a name with others. A name that is
 * not found among those that lead shares no more with a question than its commonest word.
 */

/* What begins where; the next one's beginning is the end. */
struct segment_entry {
	uint32_t id, name, fact;
};

struct segment_name {
	uint32_t entry, token, text;
};

struct segment_word {
	uint32_t spelt, posting;
	uint32_t trailing; /* of its postings, where those begin that trail */
	uint32_t entries;  /* that bear it */
	uint32_t flags;	   /* enum token_flags; from bit 8 the key's first letter */
};

struct segment_id {
	uint32_t key, entry;
};

/* A hash table laid flat: keys of a bucket stand together; tag: lowest bits of the key's hash. */
struct segment_keys {
	const uint32_t *buckets; /* first of each; one more than 1 << bits */
	const uint32_t *leads;
	const unsigned char *tags;
	uint32_t n;
	unsigned bits;
};

#define SEGMENT_VERSION 3
#define SEGMENT_MAGIC 0x31584544494c534cu /* "LSLIDEX1" */

/* How the memory begins. Each part's place is a multiple of SEGMENT_ALIGN. */
struct segment_head {
	uint64_t magic;
	uint32_t version, keys; /* keys: what the normaliser makes of names, see segment_file.h */
	uint64_t bytes, skipped;
	struct {
		uint64_t at, bytes;
		unsigned char
		    hash[32]; /* SHA-256, with the zeros behind; zero in memory of our own */
	} parts[SEGMENT_PARTS];
	unsigned char hash[32]; /* of all above */
};
#define SEGMENT_ALIGN 64

struct segment {
	const struct segment_head *head; /* and all else behind it */
	const struct segment_entry *entries;
	const uint32_t *facts;
	const struct segment_name *names;
	const uint32_t *tokens;
	const struct segment_word *words;
	const struct custom_lean *leans;
	const struct customs *customs;
	const unsigned char *spelt;
	const uint32_t *postings;
	const char *ids, *texts, *strings;
	struct segment_keys keys, pairs;
	const struct segment_id *id_keys;
	uint32_t entry_n, name_n, word_n, id_key_n;
};

/* What one list may hold: then all offsets fit in 32 bits. */
#define SEGMENT_NAMES_MAX ((size_t)1 << 27)

/* A part of a name is a word, and it may be written as a family name (words_family). */
#define SEGMENT_FAMILY (1u << 31)

static inline uint32_t
segment_token(const struct segment *s, uint32_t at)
{
	return s->tokens[at] & ~SEGMENT_FAMILY;
}

static inline const unsigned char *
segment_spelt(const struct segment *s, uint32_t word)
{
	return s->spelt + s->words[word].spelt;
}

/* What a part takes with the zeros up to the next. */
static inline size_t
segment_aligned(size_t bytes)
{
	return (bytes + SEGMENT_ALIGN - 1) & ~(size_t)(SEGMENT_ALIGN - 1);
}

static inline struct str
segment_name_text(const struct segment *s, uint32_t name)
{
	uint32_t at = s->names[name].text;

	return (struct str){s->texts + at, s->names[name + 1].text - at};
}

static inline struct str
segment_entry_id(const struct segment *s, uint32_t entry)
{
	uint32_t at = s->entries[entry].id;

	return (struct str){s->ids + at, s->entries[entry + 1].id - at};
}

/* The views, from a head that is ours or was checked. */
void segment_view(const void *memory, struct segment *out);

/*
 * Make one of entries: pages of our own, read-only when it returns; end with segment_free.
 * RC_TOO_LARGE: more than SEGMENT_NAMES_MAX names, or texts beyond 4 GiB. RC_FAILED: no
 * transliterator.
 */
MUST_USE enum rc segment_build(const struct screen_entry *entries, size_t n, struct segment *out,
			       struct err *err);
void segment_free(struct segment *s);

#endif
