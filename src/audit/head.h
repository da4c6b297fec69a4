#ifndef AUDIT_HEAD_H
#define AUDIT_HEAD_H

#include "base/rc.h"
#include "seal/merkle.h"
#include "seal/tile.h"

struct arena;
struct db;

/*
 * head: where the log stands, and its tiles in the database. audit/ only.
 */
struct audit_head {
	struct merkle_range range;
	int64_t first_ms, last_ms; /* least and greatest time of any leaf */
};

/* RC_CONFLICT: no log yet. RC_INTEGRITY: the row contradicts itself. */
MUST_USE enum rc audit_head_find(struct db *db, struct audit_head *out, struct err *err);
/* The same, taking the row: one appender over all processes. */
MUST_USE enum rc audit_head_lock(struct db *db, struct audit_head *out, struct err *err);
/* Widen the head's times by a leaf's. */
void audit_head_time(struct audit_head *head, int64_t ms, bool is_first);
/* Write tiles and head with n leaves more; head moves on. */
MUST_USE enum rc audit_head_extend(struct db *db, struct audit_head *head,
				   const struct hash *leaves, size_t n, struct arena *scratch,
				   struct err *err);

/* Hashes of one tile; *n 0 when it is not there. RC_INTEGRITY: not a whole number of them. */
MUST_USE enum rc audit_tile_load(struct db *db, int level, uint64_t tile,
				 struct hash out[TILE_WIDTH], unsigned *n, struct err *err);

/* Tree nodes out of the tiles, for proofs; keeps the last tile. */
struct audit_tiles {
	struct db *db;
	bool has_tile;
	int level;
	uint64_t index;
	unsigned n;
	struct hash tile[TILE_WIDTH];
};
struct merkle_source audit_tiles_source(struct audit_tiles *tiles);

#endif
