#ifndef AUDIT_MIRROR_H
#define AUDIT_MIRROR_H

#include "audit/leaf.h"
#include "base/vec.h"
#include "seal/tile.h"

/*
 * mirror: what a monitor copies of the log to watch it from outside (c2sp.org/tlog-tiles), and
 * what it counts. No content and no stable id: leaves as encoded, hashes, numbers.
 */

/*
 * The bytes of a tile as the latest checkpoint has it: hashes, or for TILE_ENTRIES the leaves,
 * each behind its length in two bytes. RC_ABSENT: no checkpoint reaches so far yet.
 */
MUST_USE enum rc audit_mirror_tile(struct db *db, struct tile_name name, struct arena *a,
				   struct str *out, struct err *err);

/* How many leaves of one kind there were on one day (UTC). */
struct audit_count {
	int64_t day_ms; /* its first millisecond */
	enum audit_action action;
	struct str purpose, type;
	int64_t n;
};
struct audit_count_list {
	struct audit_count *at;
	size_t n, cap;
};
#define AUDIT_COUNTS_MAX 50000
/* By day, action, purpose, type; [from_ms, before_ms). RC_TOO_LARGE: ask for fewer days. */
MUST_USE enum rc audit_mirror_counts(struct db *db, int64_t from_ms, int64_t before_ms,
				     struct arena *a, struct audit_count_list *out,
				     struct err *err);

#endif
