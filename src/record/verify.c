#include "record/verify.h"

#include <stdarg.h>

#include "base/arena.h"
#include "format/json.h"
#include "record/blind.h"
#include "record/record.sql.h"
#include "record/row.h"
#include "seal/hash.h"

struct check {
	const struct door_node *node;
	struct db *db;
	const struct record_verify_options *options;
	struct arena *keep, *scratch;
	struct arena *one; /* of one row or leaf */
	struct record_report *report;
	unsigned char *has_row; /* a bit a leaf: a row says that this leaf wrote it */
	int64_t leaves;
};

#define PROBLEMS_KEPT 100

/* How a row's body opened. */
struct opened_body {
	enum rc rc;
	struct str body;
};

PRINTF(2, 3) static void problem(struct check *c, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	if (c->report->problem_count++ >= PROBLEMS_KEPT)
		return;
	buf_init(&b, c->keep);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	*VEC_ADD(c->keep, &c->report->problems) = buf_str(&b);
}

static void
check_body(struct check *c, const struct record_row *row, const struct audit_leaf_row *leaf,
	   const struct opened_body *opened, bool past)
{
	struct opened_body own = {.rc = RC_OK};
	int64_t missing = 0;
	struct hash hash;
	json_t *body;
	struct err err;

	sha256(row->body, &hash);
	if (!leaf->has_body || !hash_eq(&hash, &leaf->body_hash)) {
		problem(
		    c, "record %s version %lld: its sealed body is not the one leaf %lld logged",
		    id_format(c->keep, row->id).p, (long long)row->version, (long long)row->leaf);
		return;
	}
	if (!c->options->open_bodies)
		return;
	c->report->opened++;
	if (opened == NULL) {
		row_open_each(c->node, c->options->use, c->one, &row, 1, &own.body, &own.rc);
		opened = &own;
	}
	if (opened->rc == RC_OK && json_read(opened->body, NULL, &body, &err) == RC_OK) {
		if (!past &&
		    (blind_missing(c->node, c->db, row->id, row->type,
				   json_object_get(body, "fields"), &missing, &err) != RC_OK ||
		     missing > 0))
			problem(c, "record %s: %lld of its values are missing from the index",
				id_format(c->keep, row->id).p, (long long)missing);
		json_decref(body);
	} else if (opened->rc != RC_ABSENT) /* absent: its bucket was destroyed, as scheduled */
		problem(c, "record %s version %lld: its sealed body does not open",
			id_format(c->keep, row->id).p, (long long)row->version);
}

/* leaf_plain: of the version's own leaf; a past row erased later keeps its flag from then. */
static void
check_row(struct check *c, const struct record_row *row, const struct opened_body *opened,
	  bool past)
{
	unsigned char mac[AUDIT_MAC_BYTES];
	struct audit_leaf_row leaf;
	struct record_row then = *row;
	struct err err;

	if (audit_leaf_find(c->db, c->one, row->leaf, &leaf, &err) != RC_OK ||
	    row->leaf >= c->leaves) {
		problem(c, "record %s version %lld: leaf %lld, which should tell of it, is missing",
			id_format(c->keep, row->id).p, (long long)row->version,
			(long long)row->leaf);
		return;
	}
	c->has_row[row->leaf / 8] |= (unsigned char)(1u << (row->leaf % 8));
	audit_record_mac(c->node->keys, leaf.time_ms, row->id, mac);
	if (!leaf.has_record || memcmp(mac, leaf.record_mac, sizeof mac) != 0 ||
	    leaf.version != row->version || !str_eq(leaf.type, row->type_key)) {
		problem(c, "record %s version %lld: leaf %lld tells of another record",
			id_format(c->keep, row->id).p, (long long)row->version,
			(long long)row->leaf);
		return;
	}
	if (past && row->body.n == 0)
		then.flags &= ~(int64_t)ROW_ERASED;
	if (!str_eq(leaf.plain, row_plain(c->node, c->one, &then)))
		problem(
		    c, "record %s version %lld: its plain columns are not what leaf %lld logged",
		    id_format(c->keep, row->id).p, (long long)row->version, (long long)row->leaf);
	if (row->body.n > 0)
		check_body(c, row, &leaf, opened, past);
	else if (!past && ((row->flags & ROW_ERASED) == 0 || leaf.action != AUDIT_ERASE))
		problem(c, "record %s: its body is gone, and no leaf tells of an erasing",
			id_format(c->keep, row->id).p);
	else if (!past)
		c->report->erased++;
}

static enum rc
check_past(struct check *c, const struct record_row *now, struct err *err)
{
	struct rows *rows;
	int64_t n = 0;
	enum rc rc = db_select(c->db, &SQL_RECORD_PAST_ALL,
			       BINDS(B_ID(now->id), B_I64(now->version)), &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct record_row row;

		/* However many there are, one of them is in memory. */
		arena_reset(c->one);
		row_read(c->node, c->one, rows, &row);
		check_row(c, &row, NULL, true);
		if (row.body.n == 0 && (now->flags & ROW_ERASED) == 0)
			problem(c, "record %s version %lld: its body is gone, and it is not erased",
				id_format(c->keep, row.id).p, (long long)row.version);
		c->report->past_rows++;
		n++;
	}
	rows_close(rows);
	/*
	 * A record that was erased before everything was moved here comes without what it was: no
	 * leaf of this log tells of those versions. Taken out here, their leaves miss them.
	 */
	if (rc == RC_ABSENT && n != now->version - 1 && (n > 0 || (now->flags & ROW_ERASED) == 0))
		problem(c, "record %s: %lld of its %lld former versions are there",
			id_format(c->keep, now->id).p, (long long)n, (long long)(now->version - 1));
	return rc == RC_ABSENT ? RC_OK : rc;
}

#define ROWS_A_STEP 500
#define LEAVES_A_STEP 4096

/* All bodies of a step with one question to the keys; NULL: none are opened. */
static struct opened_body *
open_batch(struct check *c, const struct record_row *batch, size_t n)
{
	struct opened_body *opened;
	const struct record_row **rows;
	struct str *bodies;
	enum rc *rcs;

	if (!c->options->open_bodies || n == 0)
		return NULL;
	opened = NEW_N(c->scratch, struct opened_body, n);
	rows = NEW_N(c->scratch, const struct record_row *, n);
	bodies = NEW_N(c->scratch, struct str, n);
	rcs = NEW_N(c->scratch, enum rc, n);
	for (size_t i = 0; i < n; i++)
		rows[i] = &batch[i];
	row_open_each(c->node, c->options->use, c->scratch, rows, n, bodies, rcs);
	for (size_t i = 0; i < n; i++)
		opened[i] = (struct opened_body){rcs[i], bodies[i]};
	return opened;
}

static enum rc
tell_progress(struct check *c, const char *unit, int64_t done, int64_t all, struct err *err)
{
	return c->options->progress == NULL
		   ? RC_OK
		   : c->options->progress(c->options->progress_ctx, unit, done, all, err);
}

static enum rc
check_rows(struct check *c, struct err *err)
{
	struct record_row *batch = NEW_N(c->keep, struct record_row, ROWS_A_STEP);
	struct opened_body *opened;
	struct id after = {{0}};
	size_t n;
	enum rc rc;

	do {
		struct rows *rows;

		n = 0;
		arena_reset(c->scratch);
		rc = db_select(c->db, &SQL_RECORD_ALL, BINDS(B_ID(after), B_I64(ROWS_A_STEP)),
			       &rows, err);
		if (rc != RC_OK)
			return rc;
		while ((rc = rows_next(rows, err)) == RC_OK)
			row_read(c->node, c->scratch, rows, &batch[n++]);
		rows_close(rows);
		if (rc != RC_ABSENT)
			return rc;
		opened = open_batch(c, batch, n);
		for (size_t i = 0; i < n; i++) {
			after = batch[i].id;
			c->report->rows++;
			arena_reset(c->one);
			check_row(c, &batch[i], opened != NULL ? &opened[i] : NULL, false);
			if (batch[i].version > 1 && (rc = check_past(c, &batch[i], err)) != RC_OK)
				return rc;
		}
		if ((rc = tell_progress(c, "records", c->report->rows, 0, err)) != RC_OK)
			return rc;
	} while (n == ROWS_A_STEP);
	return RC_OK;
}

static enum rc
check_leaf(void *ctx, const struct audit_leaf_row *leaf, struct err *err)
{
	struct check *c = ctx;

	if (leaf->has_body && leaf->index < c->leaves &&
	    (c->has_row[leaf->index / 8] & 1u << (leaf->index % 8)) == 0)
		problem(c, "leaf %lld tells of a record that is not there", (long long)leaf->index);
	return leaf->index % LEAVES_A_STEP != 0
		   ? RC_OK
		   : tell_progress(c, "leaves of records", leaf->index, c->leaves, err);
}

/*
 * Only against a log that was read to its end: else every record would seem to lack its leaf.
 * A file that cannot be read on is a problem, not an end without one.
 */
static enum rc
check_records(struct check *c, struct err *err)
{
	enum rc rc;

	c->leaves = c->report->log.leaves;
	c->has_row = NEW_N(c->keep, unsigned char, (size_t)c->leaves / 8 + 1);
	rc = check_rows(c, err);
	if (rc == RC_OK)
		rc = audit_each_leaf(c->db, 0, check_leaf, c, err);
	if (rc != RC_INTEGRITY)
		return rc;
	problem(c, "the records cannot be read to their end: %s", err->text);
	return RC_OK;
}

enum rc
record_verify(const struct door_node *node, struct db *db,
	      const struct record_verify_options *options, struct arena *a,
	      struct record_report *report, struct err *err)
{
	struct audit_verify_options log = {.vkey = options->vkey,
					   .checkpoint = options->checkpoint,
					   .progress = options->progress,
					   .progress_ctx = options->progress_ctx};
	struct check c = {.node = node,
			  .db = db,
			  .options = options,
			  .keep = a,
			  .report = report,
			  .scratch = arena_new(0),
			  .one = arena_new(0)};
	struct err why = {.rc = RC_OK};
	enum rc rc;

	*report = (struct record_report){0};
	rc = audit_verify(db, node->keys, &log, a, &report->log, &why);
	if ((rc == RC_OK || rc == RC_INTEGRITY) && report->log.whole)
		rc = check_records(&c, &why);
	if (rc == RC_OK && report->log.problem_count > 0)
		rc = fail(&why, RC_INTEGRITY, "", "%.*s", STR_ARG(report->log.problems[0].text));
	else if (rc == RC_OK && report->problem_count > 0)
		rc = fail(&why, RC_INTEGRITY, "", "%.*s", STR_ARG(report->problems.at[0]));
	if (rc != RC_OK && err != NULL)
		*err = why;
	arena_free(c.scratch);
	arena_free(c.one);
	return rc;
}
