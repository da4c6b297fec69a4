#include "audit/present.h"

#include <stdlib.h>

#include "audit/head.h"
#include "audit/leaf.h"
#include "audit/origin.h"
#include "base/arena.h"
#include "base/clock.h"
#include "seal/keys_process.h"
#include "store/db.h"

#include "audit/audit.sql.h"

void
present_add(struct buf *out, struct str leaf, struct str macs)
{
	buf_add_u32(out, (uint32_t)leaf.n);
	buf_add(out, leaf);
	buf_add_u32(out, (uint32_t)(macs.n / AUDIT_MAC_BYTES));
	buf_add(out, macs);
}

struct audit_told {
	uint64_t first;
	size_t n, *ends;
	struct str bytes;
};

struct audit_told *
told_new(uint64_t first, const size_t *ends, size_t n, struct str bytes)
{
	struct audit_told *t = heap_zeroed(sizeof *t + n * sizeof *ends + bytes.n);
	char *p = (char *)(t + 1) + n * sizeof *ends;

	*t = (struct audit_told){first, n, (size_t *)(t + 1), {p, bytes.n}};
	memcpy(t->ends, ends, n * sizeof *ends);
	memcpy(p, bytes.p, bytes.n);
	return t;
}

void
audit_told_free(struct audit_told *told)
{
	free(told);
}

void
audit_told_present(struct audit_told *t, struct keys *keys)
{
	size_t from = 0, leaf = 0;

	for (size_t i = 0; t != NULL && i < t->n; i++) {
		if (i + 1 < t->n && t->ends[i + 1] - from <= KEYS_PRESENT_MAX)
			continue;
		keys_present(keys, t->first + leaf, (uint32_t)(i + 1 - leaf),
			     str_sub(t->bytes, from, t->ends[i]));
		from = t->ends[i];
		leaf = i + 1;
	}
	audit_told_free(t);
}

static enum rc
load_macs(struct db *db, int64_t leaf, struct buf *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_ABOUT_OF_LEAF, BINDS(B_I64(leaf)), &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		buf_add(out, rows_blob(rows, 0));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* Leaves [from, to) of the database. */
static enum rc
present_leaves(struct db *db, struct keys *keys, int64_t from, int64_t to, struct err *err)
{
	struct arena *a = arena_new(0);
	struct buf out, bytes, macs;
	int64_t first = from;
	enum rc rc = RC_OK;

	buf_init(&out, a);
	buf_init(&bytes, a);
	buf_init(&macs, a);
	for (int64_t i = from; i < to && rc == RC_OK; i++) {
		struct audit_leaf_row row;

		buf_clear(&bytes);
		buf_clear(&macs);
		if ((rc = audit_leaf_find(db, a, i, &row, err)) != RC_OK ||
		    (row.has_about && (rc = load_macs(db, i, &macs, err)) != RC_OK))
			break;
		audit_leaf_encode(&row, &bytes);
		present_add(&out, buf_str(&bytes), buf_str(&macs));
		if (out.n < KEYS_PRESENT_MAX && i + 1 < to)
			continue;
		keys_present(keys, (uint64_t)first, (uint32_t)(i + 1 - first), buf_str(&out));
		arena_reset(a);
		buf_init(&out, a);
		buf_init(&bytes, a);
		buf_init(&macs, a);
		first = i + 1;
	}
	arena_free(a);
	return rc;
}

enum rc
audit_present_rest(struct db *db, struct keys *keys, int64_t size, struct err *err)
{
	uint64_t known;
	enum rc rc;

	if (!keys_are_apart(keys))
		return RC_OK;
	if ((rc = keys_log_size(keys, &known, err)) != RC_OK)
		return rc;
	return known < (uint64_t)size ? present_leaves(db, keys, (int64_t)known, size, err) : RC_OK;
}

static enum rc
confirm(struct db *db, struct keys *keys, const struct audit_head *head, struct str origin,
	struct err *err)
{
	struct hash root;
	/* Another process may have committed some of it and not made it durable yet. */
	enum rc rc = db_settle(db, err);

	if (rc == RC_OK)
		rc = audit_present_rest(db, keys, (int64_t)head->range.size, err);
	merkle_root(&head->range, &root);
	return rc == RC_OK ? keys_log_confirm(keys, head->range.size, &root, origin, err) : rc;
}

/* So long it is tried to join others that write. */
#define JOIN_MS 30000

/*
 * Other processes go on while this one joins them: what they tell the key process between our look
 * at the log and the question makes it know of more than we saw. Then the log has grown since; an
 * old copy has not.
 */
static enum rc
confirm_among_others(struct db *db, struct keys *keys, struct audit_head *head, struct str origin,
		     struct err *err)
{
	int64_t began_ms = monotonic_ms();

	for (;;) {
		uint64_t size = head->range.size, known = 0;
		struct err ignored;
		enum rc rc = confirm(db, keys, head, origin, err);

		if (rc != RC_INTEGRITY || keys_log_size(keys, &known, &ignored) != RC_OK ||
		    known <= size || audit_head_find(db, head, &ignored) != RC_OK ||
		    head->range.size <= size)
			return rc;
		if (monotonic_ms() - began_ms > JOIN_MS)
			return fail(err, RC_BUSY, "store",
				    "the other processes of this node write so much that its log "
				    "could not be compared with what the key process knows; start "
				    "this one again when they write less");
	}
}

enum rc
audit_meet(struct db *db, struct keys *keys, bool accept, struct err *err)
{
	struct arena *a = arena_new(0);
	struct audit_head head;
	struct audit_origin origin;
	enum rc rc = RC_OK;

	if (!keys_are_apart(keys) || (rc = audit_head_find(db, &head, err)) != RC_OK ||
	    (rc = audit_origin_now(db, a, &origin, err)) != RC_OK)
		goto done;
	if (accept || (!keys_know_log(keys) && head.range.size == 0))
		rc = keys_log_accept(keys, head.range.size, head.range.at, head.range.n,
				     origin.name, err);
	else if (!keys_know_log(keys))
		rc = fail(err, RC_INTEGRITY, "keys",
			  "the key process knows of no log, and this database holds one: its file "
			  "keys.state is missing beside keys.liaison. Bring it back; or, if the "
			  "database is the one that was in use last, say so: liaison node "
			  "accept-log --reason TEXT");
	else
		rc = confirm_among_others(db, keys, &head, origin.name, err);
done:
	arena_free(a);
	return rc;
}
