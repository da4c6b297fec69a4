#include "audit/verify_tree.h"

#include "audit/head.h"
#include "base/arena.h"
#include "base/buf.h"
#include "store/db.h"

#include "audit/audit.sql.h"

void
problem_add(struct verify_problems *p, enum audit_problem_kind kind, int level, int64_t at,
	    const char *fmt, ...)
{
	struct audit_report *r = p->report;
	struct audit_problem *problem;
	struct buf text;
	va_list ap;

	if (r->problem_count++ >= AUDIT_PROBLEMS_KEPT)
		return;
	problem = &r->problems[r->problem_count - 1];
	buf_init(&text, p->arena);
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	*problem =
	    (struct audit_problem){.kind = kind, .level = level, .at = at, .text = buf_str(&text)};
}

/* Load a tile; a damaged one counts as one of no hashes. */
static enum rc
load_tile(struct verify_tree *t, int level, uint64_t tile, struct hash out[TILE_WIDTH], unsigned *n,
	  struct err *err)
{
	enum rc rc = audit_tile_load(t->db, level, tile, out, n, err);

	if (rc != RC_INTEGRITY)
		return rc;
	*n = 0;
	return RC_OK;
}

/* Do these hashes make what stands above them: the next level's tile, or the head? */
static enum rc
stands_above(struct verify_tree *t, const struct hash *hashes, unsigned n, bool *out,
	     struct err *err)
{
	struct verify_level *l = &t->level[0];
	struct merkle_range range = {.size = 0};
	struct hash above[TILE_WIDTH], root;
	unsigned got;
	enum rc rc;

	*out = false;
	if (n == TILE_WIDTH) {
		rc = load_tile(t, 1, l->tile / TILE_WIDTH, above, &got, err);
		tile_node(hashes, 8, 0, &root);
		*out = rc == RC_OK && l->tile % TILE_WIDTH < got &&
		       hash_eq(&above[l->tile % TILE_WIDTH], &root);
		return rc;
	}
	for (unsigned i = 0; i < n; i++)
		merkle_append(&range, &hashes[i]);
	*out = range.n <= t->head->n && memcmp(t->head->at + (t->head->n - range.n), range.at,
					       range.n * sizeof *range.at) == 0;
	return RC_OK;
}

static void
name_leaves(struct verify_tree *t, const struct hash *stored)
{
	struct verify_level *l = &t->level[0];

	for (unsigned i = 0; i < l->n; i++) {
		int64_t index = (int64_t)(l->tile * TILE_WIDTH + i);

		if (!t->missing[i] && !hash_eq(&l->at[i], &stored[i]))
			problem_add(t->problems, AUDIT_PROBLEM_LEAF, 0, index,
				    "leaf %lld is not what was logged", (long long)index);
	}
}

/* Compare the tile of a level with what was computed; *same says whether they agree. */
static void
name_tile(struct verify_tree *t, int level, const struct hash *stored, unsigned n)
{
	struct verify_level *l = &t->level[level];

	if (n != l->n) {
		problem_add(t->problems, AUDIT_PROBLEM_TILE, level, (int64_t)l->tile,
			    n == 0 ? "tile %d/%llu is missing or has a wrong length"
				   : "tile %d/%llu has a wrong length",
			    level, (unsigned long long)l->tile);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		if (!hash_eq(&stored[i], &l->at[i])) {
			problem_add(t->problems, AUDIT_PROBLEM_TILE, level, (int64_t)l->tile,
				    "tile %d/%llu is wrong at entry %u", level,
				    (unsigned long long)l->tile, i);
			return;
		}
}

static bool
any_missing(const struct verify_tree *t)
{
	for (unsigned i = 0; i < t->level[0].n; i++)
		if (t->missing[i])
			return true;
	return false;
}

static enum rc
settle_leaves(struct verify_tree *t, struct err *err)
{
	struct verify_level *l = &t->level[0];
	struct hash stored[TILE_WIDTH];
	bool leaves_good = false, tile_good = false, lost = any_missing(t);
	unsigned n;
	enum rc rc;

	if ((rc = load_tile(t, 0, l->tile, stored, &n, err)) != RC_OK)
		return rc;
	if (n != l->n || lost || memcmp(stored, l->at, n * sizeof *stored) != 0) {
		if (!lost && (rc = stands_above(t, l->at, l->n, &leaves_good, err)) != RC_OK)
			return rc;
		if (n == l->n && (rc = stands_above(t, stored, n, &tile_good, err)) != RC_OK)
			return rc;
		if (n == l->n && !leaves_good)
			name_leaves(t, stored);
		if (!tile_good && !(lost && n == l->n))
			name_tile(t, 0, stored, n);
		/* Going on with what was logged keeps one fault from looking like many. */
		if (n == l->n && !leaves_good)
			memcpy(l->at, stored, n * sizeof *stored);
	}
	for (unsigned i = 0; i < l->n; i++) {
		merkle_append(&t->range, &l->at[i]);
		if ((rc = t->grown(t->grown_ctx, &t->range, err)) != RC_OK)
			return rc;
	}
	memset(t->missing, 0, sizeof t->missing);
	return RC_OK;
}

static enum rc
settle(struct verify_tree *t, int level, struct err *err)
{
	struct hash stored[TILE_WIDTH];
	unsigned n;
	enum rc rc;

	if (level == 0)
		return settle_leaves(t, err);
	if ((rc = load_tile(t, level, t->level[level].tile, stored, &n, err)) == RC_OK)
		name_tile(t, level, stored, n);
	return rc;
}

enum rc
verify_tree_add(struct verify_tree *t, const struct hash *hash, struct err *err)
{
	struct hash h = {{0}};
	enum rc rc;

	if (hash != NULL)
		h = *hash;
	else
		t->missing[t->level[0].n] = true;
	for (int level = 0; level < TILE_LEVELS; level++) {
		struct verify_level *l = &t->level[level];

		l->at[l->n++] = h;
		if (l->n < TILE_WIDTH)
			break;
		if ((rc = settle(t, level, err)) != RC_OK)
			return rc;
		tile_node(l->at, 8, 0, &h);
		l->tile++;
		l->n = 0;
	}
	return RC_OK;
}

enum rc
verify_tree_end(struct verify_tree *t, struct err *err)
{
	enum rc rc = RC_OK;

	for (int level = 0; rc == RC_OK && level < TILE_LEVELS; level++)
		if (t->level[level].n > 0)
			rc = settle(t, level, err);
	return rc;
}

enum rc
verify_tree_strays(struct verify_tree *t, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(t->db, &SQL_AUDIT_TILE_WALK, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		int64_t level = rows_i64(rows, 0), tile = rows_i64(rows, 1);

		/* Lengths of those that belong were compared before. */
		if (level < 0 || level >= TILE_LEVELS || tile < 0 ||
		    tile_width((int)level, (uint64_t)tile, t->range.size) == 0)
			problem_add(t->problems, AUDIT_PROBLEM_TILE,
				    level >= 0 && level < TILE_LEVELS ? (int)level : -1, tile,
				    "tile %lld/%lld is not of this log", (long long)level,
				    (long long)tile);
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}
