#include "audit/head.h"

#include "base/arena.h"
#include "base/clock.h"
#include "store/db.h"

#include "audit/audit.sql.h"

static enum rc
read_head(const struct rows *rows, struct audit_head *out, struct err *err)
{
	struct str frontier = rows_blob(rows, 2);
	int64_t size = rows_i64(rows, 0);
	struct hash root, stored;

	*out = (struct audit_head){.first_ms = rows_i64(rows, 3), .last_ms = rows_i64(rows, 4)};
	out->range.size = (uint64_t)size;
	out->range.n = frontier.n / HASH_BYTES;
	if (size < 0 || frontier.n != HASH_BYTES * (size_t)__builtin_popcountll((uint64_t)size) ||
	    !hash_from(rows_blob(rows, 1), &stored))
		return fail(err, RC_INTEGRITY, "", "the head of the log is damaged");
	if (frontier.n > 0)
		memcpy(out->range.at, frontier.p, frontier.n);
	merkle_root(&out->range, &root);
	/* Months from the first to the last are walked. */
	if (!hash_eq(&root, &stored) || out->first_ms < 0 || out->last_ms > TIME_MAX_MS)
		return fail(err, RC_INTEGRITY, "", "the head of the log is damaged");
	return RC_OK;
}

static enum rc
load_head(struct db *db, const struct sql *sql, struct audit_head *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, sql, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	rc = rows_next(rows, err);
	if (rc == RC_OK)
		rc = read_head(rows, out, err);
	else if (rc == RC_ABSENT)
		rc = fail(err, RC_CONFLICT, "", "the log is not started");
	rows_close(rows);
	return rc;
}

enum rc
audit_head_find(struct db *db, struct audit_head *out, struct err *err)
{
	return load_head(db, &SQL_AUDIT_HEAD_FIND, out, err);
}

enum rc
audit_head_lock(struct db *db, struct audit_head *out, struct err *err)
{
	return load_head(db, &SQL_AUDIT_HEAD_LOCK, out, err);
}

void
audit_head_time(struct audit_head *head, int64_t ms, bool is_first)
{
	if (is_first || ms < head->first_ms)
		head->first_ms = ms;
	if (is_first || ms > head->last_ms)
		head->last_ms = ms;
}

enum rc
audit_tile_load(struct db *db, int level, uint64_t tile, struct hash out[TILE_WIDTH], unsigned *n,
		struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_TILE_FIND, BINDS(B_I64(level), B_I64((int64_t)tile)),
			       &rows, err);

	*n = 0;
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		struct str s = rows_blob(rows, 0);

		if (s.n == 0 || s.n % HASH_BYTES != 0 || s.n > sizeof(struct hash) * TILE_WIDTH)
			rc = fail(err, RC_INTEGRITY, "", "tile %d/%llu has a wrong length", level,
				  (unsigned long long)tile);
		else
			memcpy(out, s.p, s.n);
		*n = (unsigned)(s.n / HASH_BYTES);
	} else if (rc == RC_ABSENT) {
		rc = RC_OK;
	}
	rows_close(rows);
	return rc;
}

/*
 * Add hashes to the tiles of one level, of which there are `there`. The roots of the tiles
 * that become full are put where the hashes were: they are what the next level gets.
 */
static enum rc
extend_level(struct db *db, int level, uint64_t there, struct hash *hashes, size_t *n,
	     struct err *err)
{
	struct hash tile[TILE_WIDTH];
	size_t done = 0, full = 0;
	unsigned width = (unsigned)(there % TILE_WIDTH), got;
	enum rc rc;

	if (width > 0) {
		if ((rc = audit_tile_load(db, level, there / TILE_WIDTH, tile, &got, err)) != RC_OK)
			return rc;
		if (got != width)
			return fail(err, RC_INTEGRITY, "", "tile %d/%llu is not as the head says",
				    level, (unsigned long long)(there / TILE_WIDTH));
	}
	while (done < *n) {
		uint64_t index = (there + done) / TILE_WIDTH;
		size_t take = *n - done < TILE_WIDTH - width ? *n - done : TILE_WIDTH - width;

		memcpy(tile + width, hashes + done, take * sizeof *tile);
		done += take;
		width += (unsigned)take;
		rc = db_run(
		    db, &SQL_AUDIT_TILE_SAVE,
		    BINDS(B_I64(level), B_I64((int64_t)index), B_BYTES(tile, width * sizeof *tile)),
		    NULL, err);
		if (rc != RC_OK)
			return rc;
		if (width == TILE_WIDTH) {
			tile_node(tile, 8, 0, &hashes[full++]);
			width = 0;
		}
	}
	*n = full;
	return RC_OK;
}

static enum rc
save_head(struct db *db, const struct audit_head *head, uint64_t was, struct err *err)
{
	struct hash root;
	int64_t changed;
	enum rc rc;

	merkle_root(&head->range, &root);
	rc = db_run(db, &SQL_AUDIT_HEAD_SAVE,
		    BINDS(B_I64((int64_t)head->range.size), B_BLOB(hash_str(&root)),
			  B_BYTES(head->range.at, head->range.n * sizeof *head->range.at),
			  B_I64(head->first_ms), B_I64(head->last_ms), B_I64((int64_t)was)),
		    &changed, err);
	if (rc == RC_OK && changed != 1)
		return fail(err, RC_CONFLICT, "", "the log moved on under its writer");
	return rc;
}

enum rc
audit_head_extend(struct db *db, struct audit_head *head, const struct hash *leaves, size_t n,
		  struct arena *scratch, struct err *err)
{
	uint64_t was = head->range.size;
	struct hash *hashes = NEW_N(scratch, struct hash, n);
	size_t left = n;
	enum rc rc = RC_OK;

	must(n <= (uint64_t)INT64_MAX - was);
	memcpy(hashes, leaves, n * sizeof *hashes);
	for (int level = 0; rc == RC_OK && left > 0; level++)
		rc = extend_level(db, level, tile_hashes(level, was), hashes, &left, err);
	for (size_t i = 0; i < n; i++)
		merkle_append(&head->range, &leaves[i]);
	return rc == RC_OK ? save_head(db, head, was, err) : rc;
}

static enum rc
tiles_node(void *ctx, int level, uint64_t index, struct hash *out, struct err *err)
{
	struct audit_tiles *t = ctx;
	unsigned position;
	int height;
	struct tile_name name = tile_of_node(level, index, &height, &position);
	enum rc rc;

	if (!t->has_tile || t->level != name.level || t->index != name.index) {
		t->has_tile = false;
		rc = audit_tile_load(t->db, name.level, name.index, t->tile, &t->n, err);
		if (rc != RC_OK)
			return rc;
		t->has_tile = true;
		t->level = name.level;
		t->index = name.index;
	}
	if (((position + 1) << height) > t->n)
		return fail(err, RC_INTEGRITY, "", "tile %d/%llu is missing or too short",
			    name.level, (unsigned long long)name.index);
	tile_node(t->tile, height, position, out);
	return RC_OK;
}

struct merkle_source
audit_tiles_source(struct audit_tiles *tiles)
{
	return (struct merkle_source){.node = tiles_node, .ctx = tiles};
}
