#ifndef RECORD_SEARCH_H
#define RECORD_SEARCH_H

#include "record/record.h"

/*
 * search: names are found in a snapshot that lives in memory only, never in the database (a
 * token index of names lets half of all given names be read out of it). It catches up with
 * the log's leaves before each search; each hit passes the door before it is shown.
 */
struct name_snapshot;

struct name_snapshot *name_snapshot_new(void);
/* NULL does nothing. */
void name_snapshot_free(struct name_snapshot *s);

struct search_hit {
	struct record *record;
	double score; /* 0..1: how alike the names are; no evidence of identity */
};
struct search_hits {
	VEC(struct search_hit) items;
	bool more;
};

/*
 * Records with a name like query, best first. type NULL: all types the actor may list.
 * Fields with the match hint "name" are searched, but never those of guarded types, whose
 * records are found by their own list alone.
 */
MUST_USE enum rc record_search_name(struct door *d, const struct record_type *type,
				    struct str query, size_t limit, struct search_hits *out,
				    struct err *err);

#endif
