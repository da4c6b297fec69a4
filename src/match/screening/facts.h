#ifndef MATCH_SCREENING_FACTS_H
#define MATCH_SCREENING_FACTS_H

#include "match/screening/segment.h"
#include "text/edtf.h"

struct arena;
struct buf;
struct listed_entry;
struct map;
struct screen_entry;

/*
 * facts: what is known of an entry beside its names, as numbers in a segment: the place of its
 * type, a number with the counts (dates 8 bits, countries 8, identifiers 16), then for each date
 * its two halves and its text, for each country the text and the folded text, for each identifier
 * the text and the canonical form. Texts are places in SEGMENT_STRINGS.
 */
#define FACTS_DATES_MAX 255
#define FACTS_COUNTRIES_MAX 255
#define FACTS_IDS_MAX 4095

/* What is being written; equal texts are written once. */
struct facts_out {
	struct arena *arena;
	struct {
		uint32_t *at;
		size_t n, cap;
	} numbers;
	struct buf *strings;
	struct map *places;
};

void facts_init(struct facts_out *out, struct arena *a);

/* How many dates could not be used. Canonical identifiers come out in the arena, n of them. */
size_t facts_write(struct facts_out *out, struct arena *a, const struct screen_entry *from,
		   struct str *canonical, size_t *n);

/* Add `by` to every place of a text, when strings are put behind others. */
void facts_move(uint32_t *numbers, size_t n, uint32_t by);

/* The same as an entry for the score; lists in the arena, texts in the segment. */
void facts_read(const struct segment *s, uint32_t entry, struct arena *a, struct listed_entry *out);

/* Its first dates alone; returns how many. */
#define FACTS_DATES_LOOK 4
size_t facts_dates(const struct segment *s, uint32_t entry, struct edtf out[FACTS_DATES_LOOK]);

/* All numbers of one entry are within the segment. Names are not looked at. */
MUST_USE bool facts_check(const struct segment *s, uint32_t entry);

uint64_t facts_pack_date(const struct edtf *date);
/* False: no date packs to that. */
MUST_USE bool facts_unpack_date(uint64_t packed, struct edtf *out);

#endif
