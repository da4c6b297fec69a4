#include "audit/mirror.h"

#include "audit/head.h"
#include "audit/prove.h"
#include "base/arena.h"
#include "base/buf.h"
#include "store/db.h"

#include "audit/audit.sql.h"

#define DAY_MS INT64_C(86400000)

struct bundle {
	struct buf out;
	struct arena *scratch; /* of one leaf */
	int64_t next, end;
};

static enum rc
add_entry(void *ctx, const struct audit_leaf_row *row, struct err *err)
{
	struct bundle *b = ctx;
	struct buf bytes;

	if (b->next == b->end)
		return RC_STOPPED;
	if (row->index != b->next++)
		return fail(err, RC_INTEGRITY, "", "leaf %lld is missing", (long long)b->next - 1);
	arena_reset(b->scratch);
	buf_init(&bytes, b->scratch);
	audit_leaf_encode(row, &bytes);
	/* AUDIT_PLAIN_MAX and the names' limits keep a leaf far below 64 KiB. */
	must(bytes.n <= UINT16_MAX);
	buf_add_byte(&b->out, (char)(unsigned char)(bytes.n >> 8));
	buf_add_byte(&b->out, (char)(unsigned char)bytes.n);
	buf_add(&b->out, buf_str(&bytes));
	return RC_OK;
}

static enum rc
entries(struct db *db, struct tile_name name, struct arena *a, struct str *out, struct err *err)
{
	struct bundle b = {.next = (int64_t)name.index * TILE_WIDTH};
	enum rc rc;

	b.end = b.next + name.width;
	b.scratch = arena_new(0);
	buf_init(&b.out, a);
	rc = audit_each_leaf(db, b.next, add_entry, &b, err);
	arena_free(b.scratch);
	if (rc == RC_STOPPED)
		rc = RC_OK;
	if (rc == RC_OK && b.next < b.end)
		rc = fail(err, RC_INTEGRITY, "", "leaf %lld is missing", (long long)b.next);
	*out = buf_str(&b.out);
	return rc;
}

enum rc
audit_mirror_tile(struct db *db, struct tile_name name, struct arena *a, struct str *out,
		  struct err *err)
{
	struct hash *hashes = NEW_N(a, struct hash, TILE_WIDTH);
	struct str note;
	unsigned n;
	int64_t size;
	enum rc rc;

	if ((rc = audit_checkpoint_latest(db, a, &note, &size, err)) != RC_OK)
		return rc;
	if (name.level >= TILE_LEVELS ||
	    name.width >
		tile_width(name.level == TILE_ENTRIES ? 0 : name.level, name.index, (uint64_t)size))
		return fail(err, RC_ABSENT, "", "the latest checkpoint does not reach this tile");
	if (name.level == TILE_ENTRIES)
		return entries(db, name, a, out, err);
	if ((rc = audit_tile_load(db, name.level, name.index, hashes, &n, err)) != RC_OK)
		return rc;
	if (n < name.width)
		return fail(err, RC_INTEGRITY, "", "a tile of the log is missing");
	*out = (struct str){(const char *)hashes, name.width * sizeof *hashes};
	return RC_OK;
}

enum rc
audit_mirror_counts(struct db *db, int64_t from_ms, int64_t before_ms, struct arena *a,
		    struct audit_count_list *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_LEAF_COUNTS,
			       BINDS(B_I64(from_ms), B_I64(before_ms), B_I64(AUDIT_COUNTS_MAX + 1)),
			       &rows, err);

	*out = (struct audit_count_list){.n = 0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		int64_t action = rows_i64(rows, 1);

		if (action < 0 || action >= AUDIT_ACTIONS) {
			rc = fail(err, RC_INTEGRITY, "", "a leaf's action is none that there is");
			break;
		}
		*VEC_ADD(a, out) = (struct audit_count){
		    .day_ms = rows_i64(rows, 0) * DAY_MS,
		    .action = (enum audit_action)action,
		    .purpose = str_copy(a, rows_text(rows, 2)),
		    .type = str_copy(a, rows_text(rows, 3)),
		    .n = rows_i64(rows, 4),
		};
	}
	rows_close(rows);
	if (rc != RC_ABSENT)
		return rc;
	return out->n <= AUDIT_COUNTS_MAX
		   ? RC_OK
		   : fail(err, RC_TOO_LARGE, "", "these are too many days for one answer");
}
