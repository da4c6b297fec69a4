#ifndef AUDIT_VERIFY_CHECKPOINT_H
#define AUDIT_VERIFY_CHECKPOINT_H

#include "audit/verify_tree.h"

/*
 * verify_checkpoint: the stored signed heads, and one kept elsewhere, compared with the tree as
 * it passes their sizes; the log's name and key. audit/ only.
 */
struct verify_checkpoints;

/* Checks the origin row, opens the walk over the notes. Problems go to the report. */
MUST_USE enum rc verify_checkpoints_open(struct db *db, struct keys *keys,
					 const struct audit_verify_options *options,
					 struct verify_problems *problems,
					 struct verify_checkpoints **out, struct err *err);
/* A verify_grown_fn; ctx is the struct verify_checkpoints. */
MUST_USE enum rc verify_checkpoints_grown(void *ctx, const struct merkle_range *range,
					  struct err *err);
/* A leaf that can be read: does it begin a name of the log, and should it? */
void verify_checkpoints_leaf(struct verify_checkpoints *c, const struct audit_leaf_row *row);
/* Those beyond the end. */
MUST_USE enum rc verify_checkpoints_end(struct verify_checkpoints *c, struct err *err);
/* NULL does nothing. */
void verify_checkpoints_close(struct verify_checkpoints *c);

#endif
