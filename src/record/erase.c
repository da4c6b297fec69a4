#include "record/erase.h"

#include "base/arena.h"
#include "record/record.sql.h"
#include "record/retain.sql.h"
#include "record/row.h"
#include "seal/keys.h"

enum rc
erase_note(struct door *d, struct str bucket, struct err *err)
{
	return db_run(d->db, &SQL_RECORD_ERASE_NOTE, BINDS(B_TEXT(bucket)), NULL, err);
}

enum rc
erase_pending(struct db *db, struct arena *a, struct bucket_list *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_RECORD_ERASE_PENDING, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		*VEC_ADD(a, out) = str_copy(a, rows_text(rows, 0));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
erase_begin(const struct door_node *node, struct str bucket, struct erase_cursor *c,
	    struct err *err)
{
	*c = (struct erase_cursor){0};
	/* After a crash this makes one generation more; all old ones go together at the end. */
	return keys_bucket_renew(node->keys, bucket, err);
}

/* One row's wrapped key, read before it is changed. */
struct wrapped_row {
	struct record_row row;
};

#define ROWS_A_STEP 500

static enum rc
read_step(struct door *d, struct str bucket, const struct erase_cursor *c,
	  struct wrapped_row *rows_out, size_t *n, struct err *err)
{
	struct id until;
	struct rows *rows;
	enum rc rc;

	memset(until.b, 0xff, sizeof until.b);
	if (c->in_past)
		rc = db_select(d->db, &SQL_RECORD_PAST_BUCKET_ROWS,
			       BINDS(B_ID(c->after), B_I64(c->after_version), B_ID(until),
				     B_TEXT(bucket), B_I64(ROWS_A_STEP)),
			       &rows, err);
	else
		rc = db_select(
		    d->db, &SQL_RECORD_BUCKET_ROWS,
		    BINDS(B_ID(c->after), B_ID(until), B_TEXT(bucket), B_I64(ROWS_A_STEP)), &rows,
		    err);
	if (rc != RC_OK)
		return rc;
	*n = 0;
	while ((rc = rows_next(rows, err)) == RC_OK)
		rows_out[(*n)++].row = (struct record_row){
		    .id = rows_id(rows, 0),
		    .type_key = str_copy(d->arena, rows_text(rows, 1)),
		    .version = rows_i64(rows, 2),
		    .wrapped = str_copy(d->arena, rows_blob(rows, 3)),
		};
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
erase_step(struct door *d, struct str bucket, struct erase_cursor *c, struct err *err)
{
	struct wrapped_row *rows = NEW_N(d->arena, struct wrapped_row, ROWS_A_STEP);
	size_t n;
	enum rc rc = read_step(d, bucket, c, rows, &n, err);

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		struct record_row *row = &rows[i].row;

		c->after = row->id;
		c->after_version = row->version;
		if (row->wrapped.n == 0)
			continue; /* erased */
		row->bucket = bucket;
		if ((rc = row_rewrap(d->node, d->arena, row, err)) != RC_OK)
			break;
		if (c->in_past)
			rc = db_run(d->db, &SQL_RECORD_PAST_REWRAP,
				    BINDS(B_BLOB(row->wrapped), B_ID(row->id), B_I64(row->version)),
				    NULL, err);
		else
			rc = db_run(d->db, &SQL_RECORD_REWRAP,
				    BINDS(B_BLOB(row->wrapped), B_ID(row->id)), NULL, err);
		c->rewrapped++;
	}
	if (rc == RC_OK && n < ROWS_A_STEP) {
		c->done = c->in_past;
		c->in_past = true;
		c->after = (struct id){{0}};
		c->after_version = 0;
	}
	return rc;
}

/* Of a bucket: versions that still open, and records that are erased. */
static enum rc
count_bucket(struct door *d, struct str bucket, int64_t *live, int64_t *erased, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_BUCKET_COUNTS, BINDS(B_TEXT(bucket)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		*live = rows_i64(rows, 0);
		*erased = rows_i64(rows, 1);
	}
	rows_close(rows);
	return rc;
}

/* The bucket waits no longer; a leaf and a row tell what became of its key. */
static enum rc
prove(struct door *d, struct str bucket, int64_t done, int64_t erased, struct err *err)
{
	int64_t until = d->now_ms + ERASE_COPIES_KEPT_MS, leaf;
	struct audit_entry entry = {.action = AUDIT_JOB, .type = STR("erase_bucket")};
	enum rc rc = db_run(d->db, &SQL_RECORD_ERASE_FORGET, BINDS(B_TEXT(bucket)), NULL, err);

	entry.plain =
	    str_fmt(d->arena, "%.*s|%s|%lld erased|here now, in backups by %.*s", STR_ARG(bucket),
		    done == ERASED_DESTROYED ? "key destroyed" : "key renewed", (long long)erased,
		    10, time_format(d->arena, until).p);
	entry.fields = entry.plain;
	if (rc != RC_OK || (rc = door_log(d, &entry, &leaf, err)) != RC_OK)
		return rc;
	return db_run(d->db, &SQL_RECORD_ERASED_BUCKET_INSERT,
		      BINDS(B_I64(leaf), B_TEXT(bucket), B_I64(d->now_ms), B_I64(done),
			    B_I64(erased), B_I64(until)),
		      NULL, err);
}

/* The old keys go only when nothing is wrapped under them, whoever made the present one. */
enum rc
erase_check(struct door *d, struct str bucket, struct err *err)
{
	unsigned char nothing[DATA_KEY_BYTES] = {0};
	struct buf wrapped;
	int64_t others;
	enum rc rc;

	/* The number of the present key is the first byte of what it wraps. */
	buf_init(&wrapped, d->arena);
	rc = keys_wrap(d->node->keys, bucket, STR_NONE, nothing, &wrapped, err);
	if (rc == RC_OK)
		rc = db_select_i64(d->db, &SQL_RECORD_BUCKET_OTHER_KEYS,
				   BINDS(B_TEXT(bucket), B_BLOB(str_sub(buf_str(&wrapped), 0, 1))),
				   &others, err);
	if (rc == RC_OK && others > 0)
		rc = fail(err, RC_STALE, "", "the bucket's key was renewed again meanwhile");
	return rc;
}

enum rc
erase_end(struct door *d, struct str bucket, struct err *err)
{
	int64_t live, erased;
	enum rc rc = erase_check(d, bucket, err);

	if (rc == RC_OK)
		rc = count_bucket(d, bucket, &live, &erased, err);
	if (rc != RC_OK || (rc = keys_bucket_drop_old(d->node->keys, bucket, err)) != RC_OK)
		return rc;
	return prove(d, bucket, ERASED_RENEWED, erased, err);
}

/* "protection/2026-11" of a month that is over: nothing is born into it any more. */
static bool
is_over(struct door *d, struct str bucket)
{
	struct str now = keys_bucket(d->arena, STR(""), d->now_ms); /* "/2026-11" */

	return bucket.n > now.n && str_cmp(str_sub(bucket, bucket.n - now.n, bucket.n), now) < 0;
}

enum rc
erase_look(struct door *d, struct str bucket, bool *empty, struct err *err)
{
	int64_t live, erased;
	enum rc rc = count_bucket(d, bucket, &live, &erased, err);

	*empty = rc == RC_OK && live == 0 && is_over(d, bucket);
	return rc;
}

enum rc
erase_destroy(struct door *d, struct str bucket, bool *gone, struct err *err)
{
	int64_t live, erased;
	enum rc rc = count_bucket(d, bucket, &live, &erased, err);

	*gone = rc == RC_OK && live == 0 && is_over(d, bucket);
	if (rc != RC_OK || !*gone)
		return rc;
	/* After a crash it may be gone already. */
	rc = keys_bucket_destroy(d->node->keys, bucket, err);
	return rc == RC_OK || rc == RC_ABSENT ? prove(d, bucket, ERASED_DESTROYED, erased, err)
					      : rc;
}

enum rc
erase_ids(struct door *d, struct str bucket, struct id *after, struct id *out, size_t max,
	  size_t *n, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_BUCKET_ERASED_IDS,
			       BINDS(B_TEXT(bucket), B_ID(*after), B_LIMIT(max)), &rows, err);

	*n = 0;
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		*after = out[(*n)++] = rows_id(rows, 0);
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}
