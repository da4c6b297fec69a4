#ifndef MATCH_LINKAGE_ALIKE_H
#define MATCH_LINKAGE_ALIKE_H

#include "match/linkage/table.h"

/*
 * alike: how alike two values of a field are, as one of eight levels. What a level is worth is
 * found from the files (fellegi.h), never written down here.
 */
enum link_level {
	LINK_MISSING, /* one of the two says nothing */
	LINK_SAME,
	LINK_NEAR,  /* one edit; one digit of a date; all parts of a name nearly the same */
	LINK_CLOSE, /* two edits; day and month swapped; the parts of one name all in the other */
	LINK_LIKE,  /* Jaro-Winkler .88, or one begins the other; two of three parts of a date */
	LINK_SOMEWHAT, /* Jaro-Winkler .78; the same year; some part of a name the same */
	LINK_APART,
	LINK_SWAPPED, /* given and family name stand in each other's place */
	LINK_LEVEL_COUNT
};

const char *link_level_name(enum link_kind kind, enum link_level level);

/* a, b: of one dictionary. Symmetric. */
enum link_level link_alike(enum link_kind kind, const struct link_value *a,
			   const struct link_value *b);

/* A pair of rows: three bits a field, the first field lowest. */
uint64_t link_pattern(const struct link_tables *t, size_t left, size_t right);
static inline enum link_level
link_pattern_level(uint64_t pattern, size_t field)
{
	return (enum link_level)(pattern >> (3 * field) & 7);
}

/* What was compared already; one a thread. The same values give the same level, so it only saves
 * time. */
struct link_cache;
struct link_cache *link_cache_new(struct arena *a, const struct link_tables *t);
uint64_t link_pattern_cached(const struct link_tables *t, struct link_cache *cache, size_t left,
			     size_t right);

#endif
