#ifndef MATCH_LINKAGE_MARK_H
#define MATCH_LINKAGE_MARK_H

#include "match/linkage/table.h"

/*
 * mark: what rows may be blocked by. A row has none, one, or (names, codes) several values of a
 * mark, as hashes.
 */
enum link_mark_kind {
	LINK_MARK_VALUE,
	LINK_MARK_HEAD, /* the first four letters */
	LINK_MARK_YEAR,
	LINK_MARK_DAY,	 /* month and day */
	LINK_MARK_PARTS, /* each part of a name, each code */
	LINK_MARK_TWO,	 /* each two parts of a name */
	LINK_MARK_NAMES	 /* given and family name in any order */
};

struct link_mark {
	enum link_mark_kind kind;
	size_t field;
	double rate;		  /* the share of all pairs of rows that have it in common */
	const uint64_t *by_value; /* where no value of the field has more than one; 0: none */
	uint64_t seen[16];	  /* of 1,024 imagined true pairs, which agree on it (block.c) */
};

#define LINK_MARKS_MAX (LINK_FIELD_COUNT * 3)
#define LINK_MARK_VALUES_MAX 16

/* A group of rows alike in one value that makes more pairs than this is left out. */
uint64_t link_block_max(const struct link_tables *t);
size_t link_marks_list(struct arena *a, const struct link_tables *t, struct link_mark *out);
/* The row's values of the mark; how many. */
size_t link_mark_values(const struct link_tables *t, const struct link_mark *m, int side,
			size_t row, uint64_t out[LINK_MARK_VALUES_MAX]);
const char *link_mark_name(enum link_mark_kind kind);

#endif
