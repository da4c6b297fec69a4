#include "audit/export.h"

#include <errno.h>

#include "audit/leaf.h"
#include "audit/prove.h"
#include "base/arena.h"
#include "base/hex.h"
#include "seal/checkpoint.h"
#include "seal/note.h"

static const struct str magic = STR_INIT("liaison audit export v1\n");

static enum rc
put(FILE *out, struct str s, struct err *err)
{
	if (s.n > 0 && fwrite(s.p, 1, s.n, out) != s.n)
		return fail(err, RC_UNAVAILABLE, "", "writing the export: %s", strerror(errno));
	return RC_OK;
}

#define PROGRESS_EVERY 4096

struct exporting {
	FILE *out;
	struct arena *scratch; /* of one line */
	int64_t size, next;
	audit_progress_fn *progress;
	void *ctx;
	bool ended; /* the last leaf that belongs in it was seen */
};

static enum rc
export_leaf(void *ctx, const struct audit_leaf_row *row, struct err *err)
{
	struct exporting *e = ctx;
	struct buf bytes, line;
	struct hash hash;
	enum rc rc;

	if (e->next == e->size) {
		e->ended = true;
		return RC_STOPPED;
	}
	if (e->progress != NULL && e->next % PROGRESS_EVERY == 0 &&
	    (rc = e->progress(e->ctx, "leaves", e->next, e->size, err)) != RC_OK)
		return rc;
	if (row->index != e->next++)
		return fail(err, RC_INTEGRITY, "", "leaf %lld is missing", (long long)e->next - 1);
	arena_reset(e->scratch);
	buf_init(&bytes, e->scratch);
	audit_leaf_hash(row, &bytes, &hash);
	buf_init(&line, e->scratch);
	buf_addf(&line, "%lld ", (long long)row->index);
	buf_add(&line, base64_format(e->scratch, bytes.p, bytes.n));
	buf_add_byte(&line, ' ');
	buf_add(&line, base64_format(e->scratch, hash.b, HASH_BYTES));
	buf_add_byte(&line, '\n');
	return put(e->out, buf_str(&line), err);
}

static enum rc
export_leaves(struct db *db, struct exporting *e, struct err *err)
{
	enum rc rc;

	e->scratch = arena_new(0);
	rc = audit_each_leaf(db, 0, export_leaf, e, err);
	arena_free(e->scratch);
	if (rc == RC_STOPPED && e->ended)
		rc = RC_OK;
	if (rc == RC_OK && e->next < e->size)
		rc = fail(err, RC_INTEGRITY, "", "leaf %lld is missing", (long long)e->next);
	return rc;
}

enum rc
audit_export(struct db *db, FILE *out, struct err *err)
{
	return audit_export_told(db, out, NULL, NULL, err);
}

enum rc
audit_export_told(struct db *db, FILE *out, audit_progress_fn *progress, void *ctx, struct err *err)
{
	struct exporting e = {.out = out, .progress = progress, .ctx = ctx};
	struct arena *a = arena_new(0);
	struct str note, vkey;
	enum rc rc;

	if ((rc = audit_checkpoint_latest(db, a, &note, &e.size, err)) == RC_OK &&
	    (rc = audit_vkey(db, a, &vkey, err)) == RC_OK && (rc = put(out, magic, err)) == RC_OK &&
	    (rc = put(out, str_fmt(a, "vkey %.*s\n", STR_ARG(vkey)), err)) == RC_OK &&
	    (rc = put(out, note, err)) == RC_OK && (rc = put(out, STR("\n"), err)) == RC_OK &&
	    (rc = export_leaves(db, &e, err)) == RC_OK &&
	    (rc = put(out, str_fmt(a, "end %lld\n", (long long)e.size), err)) == RC_OK &&
	    fflush(out) != 0)
		rc = fail(err, RC_UNAVAILABLE, "", "writing the export: %s", strerror(errno));
	arena_free(a);
	return rc;
}
