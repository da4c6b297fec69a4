#include "record/retain.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/concern.h"
#include "record/damaged.h"
#include "record/erase.h"
#include "record/look.h"
#include "record/open.h"
#include "record/record.sql.h"
#include "record/retain.sql.h"

struct retain_dates
retain_of_type(const struct record_type *type, int64_t created_ms)
{
	return (struct retain_dates){.review_ms = time_add(created_ms, type->retention.review_ms),
				     .erase_ms = time_add(created_ms, type->retention.erase_ms)};
}

bool
retain_is_personal(const struct record_type *type)
{
	if (type->subjects != 0 || type->guard != GUARD_NONE)
		return true;
	for (size_t i = 0; i < type->field_count; i++)
		if (type->fields[i].sensitivity != SENSITIVITY_NONE)
			return true;
	/* Whatever does not say that it is about units and things may be about somebody. */
	return !str_eq(type->retention.class, STR("organisation"));
}

static struct retain_dates
dates_of(const struct record_type *type, int64_t created_ms, int64_t review_ms, int64_t erase_ms)
{
	if (erase_ms != 0)
		return (struct retain_dates){review_ms, erase_ms, true};
	return retain_of_type(type, created_ms);
}

enum rc
retain_scan(const struct door_node *node, struct db *db, struct arena *a, struct id *after,
	    struct retain_row *out, size_t max, size_t *n, struct err *err)
{
	struct rows *rows;
	enum rc rc =
	    db_select(db, &SQL_RECORD_RETAIN_SCAN, BINDS(B_ID(*after), B_LIMIT(max)), &rows, err);

	*n = 0;
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct retain_row *row = &out[(*n)++];
		int64_t flags = rows_i64(rows, 3);

		*row = (struct retain_row){
		    .id = rows_id(rows, 0),
		    .type = door_type_of_key(node, rows_text(rows, 1)),
		    .version = rows_i64(rows, 2),
		    .erased = (flags & ROW_ERASED) != 0,
		    .held = (flags & ROW_HELD) != 0,
		    .open = rows_i64(rows, 4) != 0,
		    .bucket = str_copy(a, rows_text(rows, 6)),
		};
		if (row->type != NULL)
			row->dates = dates_of(row->type, rows_i64(rows, 5), rows_i64(rows, 7),
					      rows_i64(rows, 8));
		*after = row->id;
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
find_dates(struct door *d, const struct record_type *type, struct id id, int64_t created_ms,
	   struct retain_dates *out, struct err *err)
{
	int64_t review = 0, erase = 0;
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_RETAIN_FIND, BINDS(B_ID(id)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		review = rows_i64(rows, 0);
		erase = rows_i64(rows, 1);
	}
	rows_close(rows);
	*out = dates_of(type, created_ms, review, erase);
	return rc == RC_ABSENT ? RC_OK : rc;
}

void
retain_of_row(struct record *r, const struct record_row *row)
{
	r->retain = dates_of(r->type, r->created_ms, row->review_ms, row->erase_ms);
}

enum rc
retain_load(struct door *d, struct record *r, struct err *err)
{
	r->shows_retain = true;
	return find_dates(d, r->type, r->id, r->created_ms, &r->retain, err);
}

/* One page's work: each row is decided on as in any list. */
struct due_page {
	struct door *d;
	const struct record_type *type;
	struct record_list *out;
	struct ids about;
	size_t limit;
	bool full;
};

static enum rc
offer_due(struct due_page *p, const struct retain_row *due, struct err *err)
{
	struct door *d = p->d;
	struct decision decision;
	struct row_facts known;
	struct handling handling;
	struct record_row row;
	struct record *r;
	json_t *fields;
	bool there;
	enum rc rc = damaged_find(d, due->id, &row, &there, err);

	if (rc != RC_OK || !there)
		return rc;
	if ((rc = concern_facts(d, &row, &known, err)) != RC_OK)
		return rc;
	decision = policy_decide(
	    &(struct facts){d->actor, &d->access, POLICY_LIST, row.type, &known, NULL});
	if (decision.rung == RUNG_NONE)
		return RC_OK;
	if (p->out->items.n == p->limit) {
		p->full = true;
		return RC_OK;
	}
	rc = row_open(d->node, door_use(d, KEY_USE_LIST), d->arena, &row, &fields, &handling, err);
	if (rc == RC_OK) {
		door_hold(d, fields);
		rc = record_of_row(d, &row, fields, NULL, decision.rung, NULL, &r, err);
		if (rc != RC_OK)
			return rc;
		r->handling = handling;
		r->fields = NULL;
		r->retain = due->dates;
		r->shows_retain = true;
	} else if ((rc = damaged_record(d, &row, rc, &r, err)) != RC_OK || r == NULL) {
		return rc;
	}
	*VEC_ADD(d->arena, &p->out->items) = r;
	*VEC_ADD(d->arena, &p->about) = r->id;
	return RC_OK;
}

#define SCAN_ROWS 500

static enum rc
scan_due(struct due_page *p, struct id after, struct err *err)
{
	struct door *d = p->d;
	struct retain_row *rows = NEW_N(d->arena, struct retain_row, SCAN_ROWS);
	size_t n = 1;
	enum rc rc = RC_OK;

	while (n > 0 && !p->full && rc == RC_OK) {
		rc = retain_scan(d->node, d->db, d->arena, &after, rows, SCAN_ROWS, &n, err);
		for (size_t i = 0; i < n && !p->full && rc == RC_OK; i++)
			if (!rows[i].erased && rows[i].type != NULL &&
			    (p->type == NULL || rows[i].type == p->type) &&
			    d->now_ms >= rows[i].dates.review_ms)
				rc = offer_due(p, &rows[i], err);
	}
	return rc;
}

enum rc
retain_due(struct door *d, const struct record_type *type, struct str cursor, size_t limit,
	   struct record_list *out, struct err *err)
{
	struct due_page p = {.d = d,
			     .type = type,
			     .out = out,
			     .limit = limit == 0		? 50
				      : limit > RECORD_PAGE_MAX ? RECORD_PAGE_MAX
								: limit};
	struct audit_entry entry = {.action = AUDIT_LIST, .type = STR("retention")};
	struct id after = {{0}};
	enum rc rc;

	*out = (struct record_list){0};
	if (type != NULL && (rc = door_may(d, type, POLICY_LIST, err)) != RC_OK)
		return rc;
	if (cursor.n > 0 && !id_parse(cursor, &after))
		return fail(err, RC_USAGE, "cursor", "is not one that a list gave");
	if ((rc = scan_due(&p, after, err)) != RC_OK)
		return rc;
	if (p.full)
		out->next = id_format(d->arena, out->items.at[out->items.n - 1]->id);
	if (type != NULL)
		entry.type = d->node->type_keys[type->index].text;
	entry.about = p.about.at;
	entry.about_count = p.about.n;
	rc = door_log(d, &entry, NULL, err);
	return rc == RC_OK ? damaged_log(d, err) : rc;
}

enum rc
retain_set(struct door *d, struct id id, const struct retain_dates *dates, struct id decision,
	   struct err *err)
{
	struct record_row row;
	enum rc rc = row_find(d, id, &row, err);

	if (rc != RC_OK)
		return rc;
	if ((row.flags & ROW_ERASED) != 0)
		return fail(err, RC_ABSENT, "", "there is no such record");
	return db_run(d->db, &SQL_RECORD_RETAIN_SET,
		      BINDS(B_ID(id), B_I64(dates->review_ms), B_I64(dates->erase_ms),
			    B_ID(decision), B_I64(dates->at_once)),
		      NULL, err);
}

#define HELD_FLAGS ((int64_t)(ROW_HELD | ROW_HELD_OPEN))

enum rc
retain_hold(struct door *d, struct id id, enum retain_held held, struct err *err)
{
	static const char *const words[] = {"held: no", "held: from erasing", "held: yes"};
	static const int64_t flags[] = {0, ROW_HELD | ROW_HELD_OPEN, ROW_HELD};
	struct audit_entry entry = {.action = AUDIT_UPDATE,
				    .has_record = true,
				    .record = id,
				    .has_body = true,
				    .fields = str_from(words[held])};
	struct handling handling;
	struct record_row row;
	int64_t seen;
	json_t *fields;
	enum rc rc = row_find(d, id, &row, err);

	must(d->group != NULL && d->actor->is_node);
	if (rc != RC_OK || (row.flags & ROW_ERASED) != 0 || (row.flags & HELD_FLAGS) == flags[held])
		return rc;
	if ((rc = row_open(d->node, door_use(d, KEY_USE_LIST), d->arena, &row, &fields, &handling,
			   err)) != RC_OK)
		return rc;
	door_hold(d, fields);
	seen = row.version++;
	row.flags = (row.flags & ~HELD_FLAGS) | flags[held];
	row.updated_ms = d->now_ms;
	entry.type = row.type_key;
	rc = row_seal(d->node, d->arena, &row, fields, handling, entry.body_hash,
		      entry.key_commitment, err);
	return rc == RC_OK ? row_replace(d, &row, seen, &entry, err) : rc;
}

enum rc
retain_at_once(struct door *d, struct id *after, struct retain_row *out, size_t max, size_t *n,
	       struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_RETAIN_AT_ONCE,
			       BINDS(B_I64(d->now_ms), B_ID(*after), B_LIMIT(max)), &rows, err);

	*n = 0;
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		*after = rows_id(rows, 0);
		out[(*n)++] = (struct retain_row){.id = *after,
						  .version = rows_i64(rows, 1),
						  .erased = (rows_i64(rows, 2) & ROW_ERASED) != 0,
						  .held = (rows_i64(rows, 2) & ROW_HELD) != 0};
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
retain_may_erase(struct door *d, const struct actor *who, struct id id, bool *out, struct err *err)
{
	struct access access = {.purpose = PURPOSE_SUBJECT_RIGHTS, .has_purpose = true};
	struct record_row row;
	struct row_facts known;
	enum rc rc = row_find(d, id, &row, err);

	*out = false;
	if (rc != RC_OK)
		return rc;
	if ((row.flags & ROW_ERASED) != 0)
		return fail(err, RC_ABSENT, "", "there is no such record");
	if ((rc = concern_facts_of(d, who, &row, &known, err)) != RC_OK)
		return rc;
	*out = policy_decide(&(struct facts){who, &access, POLICY_ERASE, row.type, &known, NULL})
		   .rung > RUNG_NONE;
	return RC_OK;
}

enum rc
retain_is_gone(struct door *d, struct id id, bool *gone, struct str *bucket, struct err *err)
{
	struct record_row row;
	int64_t waits = 0;
	enum rc rc = row_find(d, id, &row, err);

	*gone = false;
	if (rc != RC_OK)
		return rc;
	*bucket = row.bucket;
	rc = db_select_i64(d->db, &SQL_RECORD_BUCKET_WAITS, BINDS(B_TEXT(row.bucket)), &waits, err);
	*gone = rc == RC_OK && (row.flags & ROW_ERASED) != 0 && row.body.n == 0 && waits == 0;
	return rc;
}

static void
read_proof(struct arena *a, const struct rows *rows, struct retain_proof *out)
{
	*out = (struct retain_proof){
	    .leaf = rows_i64(rows, 0),
	    .bucket = str_copy(a, rows_text(rows, 1)),
	    .at_ms = rows_i64(rows, 2),
	    .destroyed = rows_i64(rows, 3) == ERASED_DESTROYED,
	    .records = rows_i64(rows, 4),
	    .backups_until_ms = rows_i64(rows, 5),
	};
}

enum rc
retain_proofs(struct door *d, int64_t before, size_t limit, struct retain_proofs *out,
	      struct err *err)
{
	struct rows *rows;
	enum rc rc =
	    db_select(d->db, &SQL_RECORD_ERASED_BUCKET_LIST,
		      BINDS(B_I64(before > 0 ? before : INT64_MAX), B_LIMIT(limit)), &rows, err);

	*out = (struct retain_proofs){0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		read_proof(d->arena, rows, VEC_ADD(d->arena, out));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
retain_proof_of(struct door *d, struct str bucket, struct retain_proof *out, struct err *err)
{
	struct rows *rows;
	enum rc rc =
	    db_select(d->db, &SQL_RECORD_ERASED_BUCKET_OF, BINDS(B_TEXT(bucket)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		read_proof(d->arena, rows, out);
	rows_close(rows);
	return rc;
}
