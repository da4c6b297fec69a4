#include "record/erase.h"

#include "base/arena.h"
#include "record/record.sql.h"
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

enum rc
erase_end(struct door *d, struct str bucket, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_JOB, .type = STR("erase_bucket")};
	enum rc rc = keys_bucket_drop_old(d->node->keys, bucket, err);

	if (rc != RC_OK)
		return rc;
	rc = db_run(d->db, &SQL_RECORD_ERASE_FORGET, BINDS(B_TEXT(bucket)), NULL, err);
	return rc == RC_OK ? door_log(d, &entry, NULL, err) : rc;
}
