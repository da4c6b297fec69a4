#include "audit/show.h"

#include "audit/detail.h"
#include "audit/head.h"
#include "audit/months.h"
#include "audit/trace.h"
#include "base/arena.h"
#include "base/vec.h"
#include "store/db.h"

#include "audit/audit.sql.h"

struct found {
	int64_t index;
	bool listed;
};

struct finding {
	struct db *db;
	struct keys *keys;
	struct arena *arena; /* of the search; what is shown goes to the caller's */
	size_t limit;
	int64_t size; /* of the log */
	VEC(struct found) found;
};

static void
found(struct finding *f, int64_t leaf, bool listed)
{
	/* Those of a group that is being written stand in no tree yet, and their key in no row. */
	if (leaf >= f->size)
		return;
	*VEC_ADD(f->arena, &f->found) = (struct found){.index = leaf, .listed = listed};
}

static void
found_alone(void *ctx, int64_t leaf)
{
	found(ctx, leaf, false);
}

static void
found_listed(void *ctx, int64_t leaf)
{
	found(ctx, leaf, true);
}

static enum rc
collect(struct finding *f, const struct sql *sql, const struct bind *binds, size_t n,
	struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(f->db, sql, binds, n, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		found(f, rows_i64(rows, 0), false);
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* Newest first; of one leaf, the finding that is about the record alone first. */
static int
newest_first(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? 1 : -1;
	return (int)x->listed - (int)y->listed;
}

static enum rc
fill(struct detail_opener *opener, const struct audit_leaf_row *row, struct arena *a,
     struct audit_shown *out, struct err *err)
{
	struct audit_detail d;
	enum rc rc = detail_open(opener, row, a, &d, err);

	*out = (struct audit_shown){
	    .index = row->index,
	    .time_ms = row->time_ms,
	    .action = row->action,
	    .purpose = row->purpose,
	    .type = row->type,
	    .version = row->version,
	    .about_count = row->about_count,
	};
	if (rc == RC_ABSENT)
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	out->has_detail = true;
	out->actor = d.actor;
	out->has_record = d.has_record;
	out->record = d.record;
	out->has_case = d.has_case;
	out->case_id = d.case_id;
	out->legal_basis = d.legal_basis;
	out->reason = d.reason;
	out->fields = d.fields;
	out->mark = d.mark;
	return RC_OK;
}

/* Load and open the newest of what was found. */
static enum rc
show_found(struct finding *f, struct arena *a, struct audit_shown_list *out, struct err *err)
{
	struct detail_opener *opener = detail_opener_new(f->db, f->keys);
	struct audit_leaf_row row;
	int64_t last = -1;
	enum rc rc = RC_OK;

	if (f->found.n > 0)
		qsort(f->found.at, f->found.n, sizeof *f->found.at, newest_first);
	for (size_t i = 0; rc == RC_OK && i < f->found.n && out->n < f->limit; i++) {
		struct audit_shown *shown;

		if (f->found.at[i].index == last)
			continue;
		last = f->found.at[i].index;
		if ((rc = audit_leaf_find(f->db, a, last, &row, err)) != RC_OK)
			break;
		shown = VEC_ADD(a, out);
		rc = fill(opener, &row, a, shown, err);
		shown->listed = f->found.at[i].listed;
	}
	detail_opener_free(opener);
	return rc;
}

static size_t
limit_of(size_t asked)
{
	return asked == 0 || asked > AUDIT_SHOWN_MAX ? AUDIT_SHOWN_MAX : asked;
}

/* The leaves of a month, in which a MAC of that month may stand. */
static struct trace_query
of_month(const struct finding *f, int64_t month, const unsigned char *mac)
{
	return (struct trace_query){.mac = mac,
				    .size = f->size,
				    .from_ms = month,
				    .before_ms = audit_month_end(month),
				    .most = f->limit};
}

static enum rc
collect_record(struct finding *f, int64_t month, struct id record, struct err *err)
{
	unsigned char mac[AUDIT_MAC_BYTES];
	struct trace_query q = of_month(f, month, mac);
	enum rc rc;

	audit_record_mac(f->keys, month, record, mac);
	rc = trace_of_record(f->db, &q, false, found_alone, f, err);
	return rc == RC_OK ? trace_of_record(f->db, &q, true, found_listed, f, err) : rc;
}

enum rc
audit_show(struct db *db, struct keys *keys, struct id record, size_t limit, struct arena *a,
	   struct audit_shown_list *out, struct err *err)
{
	struct finding f = {.db = db, .keys = keys, .limit = limit_of(limit)};
	struct audit_months *months;
	struct audit_head head;
	int64_t month = INT64_MAX;
	enum rc rc;

	*out = (struct audit_shown_list){.n = 0};
	if ((rc = audit_head_find(db, &head, err)) != RC_OK || head.range.size == 0)
		return rc;
	f.arena = arena_new(0);
	f.size = (int64_t)head.range.size;
	rc = audit_months_find(db, f.size, f.arena, &months, err);
	while (rc == RC_OK && audit_months_before(months, 0, &month))
		rc = collect_record(&f, month, record, err);
	if (rc == RC_OK)
		rc = show_found(&f, a, out, err);
	arena_free(f.arena);
	return rc;
}

static enum rc
collect_actor(struct finding *f, const struct audit_query *q, int64_t month, int64_t before,
	      int64_t before_ms, struct err *err)
{
	unsigned char mac[AUDIT_MAC_BYTES];
	struct trace_query of = of_month(f, month, mac);

	audit_actor_mac(f->keys, month, q->actor, mac);
	if (of.from_ms < q->from_ms)
		of.from_ms = q->from_ms;
	if (of.before_ms > before_ms)
		of.before_ms = before_ms;
	return trace_of_actor(f->db, &of, q->purpose, q->action, before, found_alone, f, err);
}

static enum rc
collect_months(struct finding *f, const struct audit_query *q, int64_t before, int64_t before_ms,
	       struct err *err)
{
	int64_t month = before_ms;
	struct audit_months *months;
	enum rc rc = audit_months_find(f->db, f->size, f->arena, &months, err);

	while (rc == RC_OK && audit_months_before(months, q->from_ms, &month))
		rc = collect_actor(f, q, month, before, before_ms, err);
	return rc;
}

enum rc
audit_search(struct db *db, struct keys *keys, const struct audit_query *q, struct arena *a,
	     struct audit_shown_list *out, struct err *err)
{
	struct finding f = {.db = db, .keys = keys, .limit = limit_of(q->limit)};
	int64_t before;
	int64_t before_ms = q->before_ms != 0 ? q->before_ms : INT64_MAX;
	struct audit_head head;
	enum rc rc;

	*out = (struct audit_shown_list){.n = 0};
	if ((rc = audit_head_find(db, &head, err)) != RC_OK || head.range.size == 0)
		return rc;
	f.arena = arena_new(0);
	f.size = (int64_t)head.range.size;
	before = q->before_index > 0 && q->before_index < f.size ? q->before_index : f.size;
	if (q->has_actor)
		rc = collect_months(&f, q, before, before_ms, err);
	else
		rc = collect(&f, &SQL_AUDIT_LEAF_OF_ANY,
			     BINDS(B_I64(before), B_I64(q->from_ms), B_I64(before_ms),
				   B_I64(q->purpose.n == 0), B_TEXT(q->purpose),
				   B_I64(q->action == AUDIT_ACTIONS), B_I64(q->action),
				   B_I64((int64_t)f.limit)),
			     err);
	if (rc == RC_OK)
		rc = show_found(&f, a, out, err);
	arena_free(f.arena);
	return rc;
}

enum rc
audit_has_acted(struct db *db, struct keys *keys, struct id actor, bool *acted, struct err *err)
{
	const struct audit_query q = {.has_actor = true, .actor = actor, .action = AUDIT_ACTIONS};
	struct finding f = {.db = db, .keys = keys, .limit = 1};
	struct audit_head head;
	enum rc rc;

	*acted = false;
	if ((rc = audit_head_find(db, &head, err)) != RC_OK || head.range.size == 0)
		return rc;
	f.arena = arena_new(0);
	f.size = (int64_t)head.range.size;
	rc = collect_months(&f, &q, f.size, INT64_MAX, err);
	*acted = f.found.n > 0;
	arena_free(f.arena);
	return rc;
}
