#ifndef AUDIT_VERIFY_TREE_H
#define AUDIT_VERIFY_TREE_H

#include "audit/verify.h"
#include "seal/merkle.h"
#include "seal/tile.h"

/*
 * verify_tree: leaf hashes go in one after the other; each tile of each level is compared with
 * what is stored. Where leaves and a tile disagree, the hash above them tells which is wrong.
 * audit/ only.
 */
struct verify_problems {
	struct arena *arena;
	struct audit_report *report;
};

void problem_add(struct verify_problems *p, enum audit_problem_kind kind, int level, int64_t at,
		 const char *fmt, ...) PRINTF(5, 6);

struct verify_level {
	uint64_t tile;
	unsigned n;
	struct hash at[TILE_WIDTH];
};

/* Called with the tree after each leaf; for checkpoints. */
typedef enum rc verify_grown_fn(void *ctx, const struct merkle_range *range, struct err *err);

struct verify_tree {
	struct db *db;
	struct verify_problems *problems;
	verify_grown_fn *grown;
	void *grown_ctx;
	/* What the head says the roots of its perfect subtrees are, to judge the last tile by. */
	const struct merkle_range *head;
	struct merkle_range range;
	bool missing[TILE_WIDTH]; /* of level 0: no leaf there, or one that cannot be read */
	struct verify_level level[TILE_LEVELS];
};

/* hash NULL: the leaf is not there or cannot be read, and that is reported already. */
MUST_USE enum rc verify_tree_add(struct verify_tree *t, const struct hash *hash, struct err *err);
/* Tiles that are not full. */
MUST_USE enum rc verify_tree_end(struct verify_tree *t, struct err *err);
/* Every stored tile must be one that a log of this size has. */
MUST_USE enum rc verify_tree_strays(struct verify_tree *t, struct err *err);

#endif
