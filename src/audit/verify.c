#include "audit/verify.h"

#include "audit/detail.h"
#include "audit/head.h"
#include "audit/leaf_row.h"
#include "audit/verify_checkpoint.h"
#include "audit/verify_trace.h"
#include "audit/verify_tree.h"
#include "audit/verify_witness.h"
#include "base/arena.h"
#include "store/db.h"

#include "audit/audit.sql.h"

#define PROGRESS_EVERY 4096

struct verify {
	struct db *db;
	struct keys *keys;
	const struct audit_verify_options *options;
	struct audit_report *report;
	struct verify_problems problems;
	struct audit_head head;
	bool head_good;
	int64_t size; /* leaves there should be */
	struct verify_tree tree;
	struct verify_checkpoints *checkpoints;
	struct detail_opener *opener;
	struct rows *about;
	bool about_there;
	int64_t first_ms, last_ms;
	int64_t detail_key; /* the last one seen to be there */
	struct arena *scratch;
};

/* A stored head that contradicts itself is a finding, and the leaves themselves say the size. */
static enum rc
find_size(struct verify *v, struct err *err)
{
	int64_t last = -1, tiles = 0;
	bool none;
	enum rc rc = audit_head_find(v->db, &v->head, err);

	v->head_good = rc == RC_OK;
	if (rc == RC_INTEGRITY)
		problem_add(&v->problems, AUDIT_PROBLEM_HEAD, 0, 0,
			    "the head of the log is damaged");
	else if (rc != RC_OK && rc != RC_CONFLICT)
		return rc;
	none = rc == RC_CONFLICT;
	rc = db_select_i64(v->db, &SQL_AUDIT_LEAF_LAST, NO_BINDS, &last, err);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	if (none && last < 0)
		return fail(err, RC_CONFLICT, "", "the log is not started");
	if (none)
		problem_add(&v->problems, AUDIT_PROBLEM_HEAD, 0, 0,
			    "the head of the log is missing");
	if ((rc = db_select_i64(v->db, &SQL_AUDIT_TILE_COUNT, NO_BINDS, &tiles, err)) != RC_OK)
		return rc;
	/* Only a size that the tiles bear out is worth looking for every missing leaf of it. */
	v->size = (int64_t)v->head.range.size;
	if (v->head_good && v->size > 0 && v->size - 1 > last &&
	    (v->size - 1) / TILE_WIDTH + 1 > tiles) {
		problem_add(&v->problems, AUDIT_PROBLEM_HEAD, 0, 0,
			    "the head says %lld leaves, and tiles and leaves end before that",
			    (long long)v->size);
		v->head_good = false;
	}
	if (!v->head_good)
		v->size = last >= 0 && last / TILE_WIDTH < tiles ? last + 1 : tiles * TILE_WIDTH;
	if (!v->head_good && v->size > 0 && v->size - 1 > last)
		v->size = last + 1;
	return RC_OK;
}

static enum rc
next_about(struct verify *v, struct err *err)
{
	enum rc rc = rows_next(v->about, err);

	v->about_there = rc == RC_OK;
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
stray_abouts(struct verify *v, int64_t before, struct err *err)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK && v->about_there && rows_i64(v->about, 0) < before) {
		problem_add(&v->problems, AUDIT_PROBLEM_ABOUT, 0, rows_i64(v->about, 0),
			    "a record is listed for leaf %lld, which lists none",
			    (long long)rows_i64(v->about, 0));
		rc = next_about(v, err);
	}
	return rc;
}

/* Take the listed records of this leaf from the walk beside ours. */
static enum rc
check_about(struct verify *v, const struct audit_leaf_row *row, struct err *err)
{
	struct merkle_range range = {.size = 0};
	struct hash hash;
	bool good = true;
	enum rc rc = stray_abouts(v, row->index, err);

	while (rc == RC_OK && v->about_there && rows_i64(v->about, 0) == row->index) {
		struct str mac = rows_blob(v->about, 2);

		good &= rows_i64(v->about, 1) == (int64_t)range.size && mac.n == AUDIT_MAC_BYTES;
		merkle_leaf(mac, &hash);
		merkle_append(&range, &hash);
		rc = next_about(v, err);
	}
	if (rc != RC_OK)
		return rc;
	merkle_root(&range, &hash);
	if (!good || (int64_t)range.size != row->about_count ||
	    (row->has_about && !hash_eq(&hash, &row->about_root)))
		problem_add(&v->problems, AUDIT_PROBLEM_ABOUT, 0, row->index,
			    "the records listed for leaf %lld are not those that were logged",
			    (long long)row->index);
	return RC_OK;
}

static bool
same_mac(struct verify *v, const struct audit_leaf_row *row, const struct audit_detail *d)
{
	unsigned char mac[AUDIT_MAC_BYTES];

	audit_actor_mac(v->keys, row->time_ms, d->actor, mac);
	if (memcmp(mac, row->actor_mac, sizeof mac) != 0 || d->has_record != row->has_record)
		return false;
	if (!d->has_record)
		return true;
	audit_record_mac(v->keys, row->time_ms, d->record, mac);
	return memcmp(mac, row->record_mac, sizeof mac) == 0;
}

static enum rc
open_detail(struct verify *v, const struct audit_leaf_row *row, struct err *err)
{
	struct audit_detail detail;
	struct err why = {.rc = RC_OK};
	enum rc rc = detail_open(v->opener, row, v->scratch, &detail, &why);

	if (rc == RC_ABSENT) {
		v->report->details_erased += row->detail.n > 0;
		return RC_OK;
	}
	if (rc == RC_INTEGRITY && strcmp(why.key, "detail_key") == 0) {
		/* One finding for a key, not one for each leaf under it. */
		if (v->detail_key != row->detail_key)
			problem_add(&v->problems, AUDIT_PROBLEM_DETAIL_KEY, 0, row->detail_key,
				    "%s", why.text);
		v->detail_key = row->detail_key;
	} else if (rc == RC_INTEGRITY)
		problem_add(&v->problems, AUDIT_PROBLEM_DETAIL, 0, row->index, "leaf %lld: %s",
			    (long long)row->index, why.text);
	else if (rc == RC_OK && !same_mac(v, row, &detail))
		problem_add(&v->problems, AUDIT_PROBLEM_DETAIL, 0, row->index,
			    "the detail of leaf %lld names another actor or record",
			    (long long)row->index);
	else if (rc != RC_OK && err != NULL)
		*err = why;
	return rc == RC_INTEGRITY ? RC_OK : rc;
}

/* What needs no keys: the bytes are those that were sealed, and their key's row is there. */
static enum rc
check_detail(struct verify *v, const struct audit_leaf_row *row, struct err *err)
{
	struct rows *rows;
	struct hash hash;
	enum rc rc;

	if (row->detail.n == 0)
		v->report->details_erased++;
	sha256(row->detail, &hash);
	if (row->detail.n > 0 && !hash_eq(&hash, &row->detail_hash)) {
		problem_add(&v->problems, AUDIT_PROBLEM_DETAIL, 0, row->index,
			    "the detail of leaf %lld is not what was sealed",
			    (long long)row->index);
		return RC_OK;
	}
	if (v->opener != NULL)
		return open_detail(v, row, err);
	if (row->detail.n == 0 || row->detail_key == v->detail_key)
		return RC_OK;
	rc =
	    db_select(v->db, &SQL_AUDIT_DETAIL_KEY_FIND, BINDS(B_I64(row->detail_key)), &rows, err);
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_ABSENT)
		problem_add(&v->problems, AUDIT_PROBLEM_DETAIL_KEY, 0, row->detail_key,
			    "the wrapped key %lld of details is missing",
			    (long long)row->detail_key);
	rows_close(rows);
	v->detail_key = row->detail_key;
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
check_leaf(struct verify *v, const struct rows *rows, struct err *err)
{
	struct audit_leaf_row row;
	struct hash hash;
	struct buf bytes;
	enum rc rc;

	v->report->leaves++;
	if (!leaf_row_read(rows, &row)) {
		problem_add(&v->problems, AUDIT_PROBLEM_LEAF, 0, row.index,
			    "leaf %lld is not what was logged", (long long)row.index);
		/* Its list may be good still; what else it says is not worth asking. */
		while (v->about_there && rows_i64(v->about, 0) == row.index)
			if ((rc = next_about(v, err)) != RC_OK)
				return rc;
		return verify_tree_add(&v->tree, NULL, err);
	}
	arena_reset(v->scratch);
	buf_init(&bytes, v->scratch);
	audit_leaf_hash(&row, &bytes, &hash);
	verify_checkpoints_leaf(v->checkpoints, &row);
	if (row.time_ms < v->first_ms || row.index == 0)
		v->first_ms = row.time_ms;
	if (row.time_ms > v->last_ms || row.index == 0)
		v->last_ms = row.time_ms;
	if ((rc = verify_tree_add(&v->tree, &hash, err)) != RC_OK ||
	    (rc = check_about(v, &row, err)) != RC_OK || (rc = check_detail(v, &row, err)) != RC_OK)
		return rc;
	return v->options->each == NULL ? RC_OK : v->options->each(v->options->each_ctx, &row, err);
}

static enum rc
missing_to(struct verify *v, int64_t *next, int64_t to, struct err *err)
{
	enum rc rc = RC_OK;

	if (*next < to)
		problem_add(&v->problems, AUDIT_PROBLEM_MISSING, 0, *next,
			    to - *next == 1 ? "leaf %lld is missing"
					    : "leaves from %lld to %lld are missing",
			    (long long)*next, (long long)to - 1);
	for (; rc == RC_OK && *next < to; ++*next)
		rc = verify_tree_add(&v->tree, NULL, err);
	return rc;
}

static enum rc
walk_leaves(struct verify *v, struct err *err)
{
	struct rows *rows;
	int64_t next = 0;
	enum rc rc = db_select(v->db, &SQL_AUDIT_LEAF_WALK, BINDS(B_I64(INT64_MIN)), &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		int64_t index = rows_i64(rows, 0);

		if (index < 0 || index >= v->size) {
			problem_add(&v->problems, AUDIT_PROBLEM_EXTRA, 0, index,
				    "leaf %lld stands outside the log", (long long)index);
			continue;
		}
		if ((rc = missing_to(v, &next, index, err)) != RC_OK ||
		    (rc = check_leaf(v, rows, err)) != RC_OK)
			break;
		next++;
		if (v->options->progress != NULL && next % PROGRESS_EVERY == 0 &&
		    (rc = v->options->progress(v->options->progress_ctx, "leaves", next, v->size,
					       err)) != RC_OK)
			break;
	}
	rows_close(rows);
	if (rc == RC_ABSENT && (rc = missing_to(v, &next, v->size, err)) == RC_OK &&
	    (rc = verify_tree_end(&v->tree, err)) == RC_OK)
		rc = verify_tree_strays(&v->tree, err);
	return rc;
}

static void
check_head(struct verify *v)
{
	struct merkle_range *range = &v->tree.range;

	merkle_root(range, &v->report->root);
	if (!v->head_good)
		return;
	if (range->size != v->head.range.size || range->n != v->head.range.n ||
	    memcmp(range->at, v->head.range.at, range->n * sizeof *range->at) != 0)
		problem_add(&v->problems, AUDIT_PROBLEM_HEAD, 0, 0,
			    "the head's root is not that of the leaves");
	/* A leaf that cannot be read was reported, and the times without it mean nothing. */
	else if (v->report->problem_count == 0 &&
		 (v->head.first_ms != v->first_ms || v->head.last_ms != v->last_ms))
		problem_add(&v->problems, AUDIT_PROBLEM_HEAD, 0, 0,
			    "the head's times are not those of the leaves");
}

static enum rc
check_detail_keys(struct verify *v, struct err *err)
{
	struct rows *rows;
	struct hash sum;
	enum rc rc = db_select(v->db, &SQL_AUDIT_DETAIL_KEY_WALK, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		int64_t id = rows_i64(rows, 0);

		detail_key_checksum(id, rows_text(rows, 1), rows_blob(rows, 2), &sum);
		if (!str_eq(rows_blob(rows, 3), hash_str(&sum)))
			problem_add(&v->problems, AUDIT_PROBLEM_DETAIL_KEY, 0, id,
				    "the wrapped key %lld of details is damaged", (long long)id);
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static void
file_problem(void *ctx, struct str what)
{
	struct verify *v = ctx;

	problem_add(&v->problems, AUDIT_PROBLEM_FILE, 0, 0, "the database's file: %.*s",
		    STR_ARG(what));
}

static enum rc
run(struct verify *v, struct err *err)
{
	enum rc rc;

	if ((rc = verify_checkpoints_open(v->db, v->keys, v->options, &v->problems, &v->checkpoints,
					  err)) != RC_OK ||
	    (rc = db_check_file(v->db, file_problem, v, err)) != RC_OK ||
	    (rc = find_size(v, err)) != RC_OK)
		return rc;
	v->tree.grown_ctx = v->checkpoints;
	if ((rc = db_select(v->db, &SQL_AUDIT_ABOUT_WALK, NO_BINDS, &v->about, err)) != RC_OK ||
	    (rc = next_about(v, err)) != RC_OK || (rc = walk_leaves(v, err)) != RC_OK ||
	    (rc = stray_abouts(v, INT64_MAX, err)) != RC_OK)
		return rc;
	check_head(v);
	if ((rc = check_detail_keys(v, err)) != RC_OK ||
	    (rc = verify_traces(v->db, v->size, v->options, &v->problems, err)) != RC_OK ||
	    (rc = verify_checkpoints_end(v->checkpoints, err)) != RC_OK)
		return rc;
	return verify_witnesses(v->db, &v->problems, v->scratch, err);
}

enum rc
audit_verify(struct db *db, struct keys *keys, const struct audit_verify_options *options,
	     struct arena *a, struct audit_report *report, struct err *err)
{
	static const struct audit_verify_options none;
	struct verify *v = NEW(a, struct verify);
	struct err why = {.rc = RC_OK};
	enum rc rc;

	*report = (struct audit_report){
	    .checkpoint_size = -1,
	    .cosigned_size = -1,
	    .problems = NEW_N(a, struct audit_problem, AUDIT_PROBLEMS_KEPT),
	};
	v->db = db;
	v->keys = keys;
	v->options = options != NULL ? options : &none;
	v->report = report;
	v->problems = (struct verify_problems){.arena = a, .report = report};
	v->detail_key = -1;
	v->scratch = arena_new(0);
	v->opener = keys != NULL ? detail_opener_new(db, keys) : NULL;
	v->tree.db = db;
	v->tree.problems = &v->problems;
	v->tree.head = &v->head.range;
	v->tree.grown = verify_checkpoints_grown;
	rc = run(v, &why);
	report->whole = rc == RC_OK;
	/* A file that cannot be read on is a finding too, and must not look like none. */
	if (rc == RC_INTEGRITY) {
		problem_add(&v->problems, AUDIT_PROBLEM_FILE, 0, 0,
			    "the log cannot be read to its end: %s", why.text);
		rc = RC_OK;
	} else if (rc != RC_OK && err != NULL)
		*err = why;
	rows_close(v->about);
	verify_checkpoints_close(v->checkpoints);
	detail_opener_free(v->opener);
	arena_free(v->scratch);
	if (rc == RC_OK && report->problem_count > 0)
		rc = fail(err, RC_INTEGRITY, "", "%.*s", STR_ARG(report->problems[0].text));
	return rc;
}
