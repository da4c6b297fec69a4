#include "audit/audit.h"
#include "audit/head.h"
#include "audit/leaf.h"
#include "base/arena.h"
#include "base/clock.h"

#define HELP                                                                                       \
	"Bring it back from its backup; to look at it first, `liaison node serve --trust-clock` "  \
	"goes by the machine's clock"

static enum rc
fail_last(int64_t index, const char *what, struct err *err)
{
	return fail(err, RC_INTEGRITY, "store",
		    "leaf %lld, the last of the log, %s: the database was changed or is "
		    "damaged. " HELP,
		    (long long)index, what);
}

/* Does the row stand in the tree whose head this is? If not, its tile tells which is wrong. */
static enum rc
check_tree(struct db *db, const struct audit_head *head, const struct audit_leaf_row *row,
	   struct arena *a, struct err *err)
{
	struct audit_tiles tiles = {.db = db};
	struct merkle_source source = audit_tiles_source(&tiles);
	uint64_t index = head->range.size - 1;
	struct merkle_proof path;
	struct hash leaf, root, stored;
	struct buf scratch;
	enum rc rc = merkle_inclusion_make(&source, index, head->range.size, &path, err);

	if (rc == RC_OK)
		rc = source.node(source.ctx, 0, index, &stored, err);
	if (rc != RC_OK)
		return rc;
	buf_init(&scratch, a);
	audit_leaf_hash(row, &scratch, &leaf);
	merkle_root(&head->range, &root);
	if (merkle_inclusion_holds(index, head->range.size, &leaf, path.at, path.n, &root))
		return RC_OK;
	if (!hash_eq(&leaf, &stored))
		return fail_last((int64_t)index, "is not what was logged", err);
	return fail(err, RC_INTEGRITY, "store",
		    "tile 0/%llu of the log, or one above it, does not lead to the head: the "
		    "database was changed or is damaged. " HELP,
		    (unsigned long long)(index / TILE_WIDTH));
}

enum rc
audit_last_ms(struct db *db, int64_t *ms, struct err *err)
{
	struct arena *a = arena_new(0);
	struct audit_leaf_row row;
	struct audit_head head;
	int64_t last;
	enum rc rc;

	*ms = 0;
	if ((rc = audit_head_find(db, &head, err)) != RC_OK || head.range.size == 0)
		goto done;
	last = (int64_t)head.range.size - 1;
	rc = audit_leaf_find(db, a, last, &row, err);
	if (rc == RC_ABSENT)
		rc = fail_last(last, "is gone", err);
	else if (rc == RC_INTEGRITY)
		rc = fail_last(last, "is not what was logged", err);
	if (rc != RC_OK || (rc = check_tree(db, &head, &row, a, err)) != RC_OK)
		goto done;
	if (row.time_ms > TIME_MAX_MS || row.time_ms < 0)
		rc = fail_last(last, "has a time that is none", err);
	*ms = row.time_ms;
done:
	arena_free(a);
	return rc;
}
