#ifndef MATCH_SCREENING_INDEX_H
#define MATCH_SCREENING_INDEX_H

#include <stdatomic.h>

#include "base/vec.h"
#include "match/screening/custom.h"
#include "match/screening/screen.h"
#include "match/screening/segment.h"
#include "text/edtf.h"

/*
 * index: the inside of struct screen_index, for this folder: one or more segments searched as
 * one. Entries, names and words are numbered through all of them; a share is of all entries.
 * Segments belong to all indexes made of them and go with the last.
 */
#define INDEX_PARTS_MAX 8

struct index_segment; /* a segment with its count of owners */

struct index_trait {
	unsigned char trail[2]; /* 1 + the common word it trails under; 0: none; low byte first */
	unsigned char lacks;	/* what it costs to find no part of it, in INDEX_LACK_BITS */
};
_Static_assert(sizeof(struct index_trait) == 3, "there is one for each name");

struct index_part {
	struct segment s;
	uint32_t first_entry, first_name, first_word;
	/* Of each word: of the entries in all parts that bear it, with the background; its bits. */
	float *share;
	const struct custom_lean *leans;
	const bool *again;		  /* of each word: an earlier part has it; NULL: none */
	const unsigned char *hidden;	  /* of each entry: not to be found; NULL: none is */
	const struct index_trait *traits; /* of each name */
	const uint32_t *commons;	  /* words with names that trail, rising */
	size_t common_n;
	struct index_segment *owner;
};

struct screen_index {
	struct arena *arena;
	atomic_uint owners;
	uint64_t generation; /* no two indexes have the same */
	struct index_part parts[INDEX_PARTS_MAX];
	size_t part_n;
	const struct customs *customs;
	uint32_t entry_n, name_n, word_n;
};

/* What a name lacks, in steps of so many bits. */
#define INDEX_LACK_BITS 0.25f

/* 1 + the number among the common words; 0: it is none, or one of too many. */
static inline uint32_t
index_common(const struct index_part *part, uint32_t word)
{
	size_t low = 0, high = part->common_n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (part->commons[mid] < word)
			low = mid + 1;
		else
			high = mid;
	}
	return low < part->common_n && part->commons[low] == word ? (uint32_t)low + 1 : 0;
}

/* The part with this word, name or entry. */
static inline const struct index_part *
index_part_of_word(const struct screen_index *index, uint32_t word)
{
	const struct index_part *p = index->parts;

	while (p + 1 < index->parts + index->part_n && word >= p[1].first_word)
		p++;
	return p;
}

static inline const struct index_part *
index_part_of_name(const struct screen_index *index, uint32_t name)
{
	const struct index_part *p = index->parts;

	while (p + 1 < index->parts + index->part_n && name >= p[1].first_name)
		p++;
	return p;
}

static inline const struct index_part *
index_part_of_entry(const struct screen_index *index, uint32_t entry)
{
	const struct index_part *p = index->parts;

	while (p + 1 < index->parts + index->part_n && entry >= p[1].first_entry)
		p++;
	return p;
}

/* Of one segment, which it takes. */
struct screen_index *index_of_segment(const struct segment *s);

/* An entry as the score wants it: names by number, the facts, texts in the index. */
struct listed_entry {
	struct str id, type;
	uint32_t first_name, names;
	const struct edtf *dobs;
	const struct str *dob_texts;
	size_t dob_count;
	struct str_list countries, folded_countries, ids, canonical_ids;
	bool is_person; /* or not said */
};

#endif
