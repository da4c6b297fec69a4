#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "store/db_driver.h"
#include "store/faulty.h"
#include "store/faulty_vfs.h"

/*
 * The faulty driver: another driver behind a fence of faults, for tests and measurements.
 * "faulty:sqlite:PATH?sync_ms=3&fail_at=N&fail_sync_at=N&full_after=BYTES": each sync takes
 * 3 ms longer; the n-th call (run, select, next, begin, commit, savepoint, release) fails
 * with RC_UNAVAILABLE, once; the n-th sync fails, once; the disk is full after so many bytes.
 * Other options are the inner driver's. Over a server full_after does nothing.
 */
struct faulty {
	struct db db;
	struct db *inner;
	struct faulty_vfs *vfs;
	struct faults faults;
	int64_t fail_at, calls;
	atomic_int_fast64_t settled; /* where the disk is a server's: its syncs */
};

struct faulty_rows {
	struct rows rows;
	struct faulty *db;
	struct rows *inner;
};

static atomic_int_fast64_t statements;

int64_t
faulty_statements(void)
{
	return atomic_load(&statements);
}

/* How many the log itself takes depends on its length. */
static void
count(const struct sql *sql)
{
	if (!str_starts(str_from(sql->name), STR("audit_")))
		atomic_fetch_add(&statements, 1);
}

static bool
fails(struct faulty *f)
{
	return ++f->calls == f->fail_at;
}

int64_t
db_faulty_calls(const struct db *db)
{
	return ((const struct faulty *)db)->calls;
}

static enum rc
fail_call(struct err *err)
{
	return fail(err, RC_UNAVAILABLE, "", "the store does not answer (a fault made for a test)");
}

static enum rc
faulty_run(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
	   int64_t *changed, struct err *err)
{
	struct faulty *f = (struct faulty *)db;

	count(sql);
	return fails(f) ? fail_call(err) : db_run(f->inner, sql, binds, n, changed, err);
}

static enum rc
faulty_post(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
	    struct err *err)
{
	struct faulty *f = (struct faulty *)db;

	count(sql);
	return fails(f) ? fail_call(err) : db_post(f->inner, sql, binds, n, err);
}

static enum rc
faulty_select(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
	      struct rows **out, struct err *err)
{
	struct faulty *f = (struct faulty *)db;
	struct faulty_rows *r;
	struct rows *inner;
	enum rc rc;

	count(sql);
	if (fails(f))
		return fail_call(err);
	if ((rc = db_select(f->inner, sql, binds, n, &inner, err)) != RC_OK)
		return rc;
	r = heap_zeroed(sizeof *r);
	*r = (struct faulty_rows){{&db_driver_faulty}, f, inner};
	*out = &r->rows;
	return RC_OK;
}

static enum rc
faulty_control(struct db *db, enum db_control what, struct err *err)
{
	struct faulty *f = (struct faulty *)db;

	/* Undoing always works, or the tests' own cleaning up would be what fails. */
	if (what != DB_ROLLBACK && what != DB_ROLLBACK_TO && fails(f))
		return fail_call(err);
	return f->inner->driver->control(f->inner, what, err);
}

static enum rc
faulty_hold(struct db *db, bool beside, uint32_t place, bool *alone, struct err *err)
{
	return db_hold(((struct faulty *)db)->inner, beside, place, alone, err);
}

static enum rc
faulty_admit(struct db *db, struct err *err)
{
	return db_admit(((struct faulty *)db)->inner, err);
}

static enum rc
faulty_mark(struct db *db, int64_t number, struct err *err)
{
	return db_mark(((struct faulty *)db)->inner, number, err);
}

static enum rc
faulty_commit_later(struct db *db, struct err *err)
{
	return db_commit_later(((struct faulty *)db)->inner, err);
}

/* The disk is faulty_vfs's under SQLite; under a server what it would do is done here. */
static void
faulty_rest(struct db *db)
{
	db_rest(((struct faulty *)db)->inner);
}

static enum rc
faulty_settle(struct db *db, struct err *err)
{
	struct faulty *f = (struct faulty *)db;

	if (f->inner->engine != DB_SQLITE) {
		if (atomic_fetch_add(&f->settled, 1) + 1 == f->faults.fail_sync_at)
			return fail_call(err);
		(void)poll(NULL, 0, (int)f->faults.sync_ms);
	}
	return db_settle(f->inner, err);
}

static bool
faulty_in_transaction(const struct db *db)
{
	return db_in_transaction(((const struct faulty *)db)->inner);
}

static enum rc
faulty_check(struct db *db, const struct sql *sql, struct err *err)
{
	struct faulty *f = (struct faulty *)db;

	return f->inner->driver->check(f->inner, sql, err);
}

static enum rc
faulty_copy_file(struct db *db, const char *path, struct err *err)
{
	struct faulty *f = (struct faulty *)db;

	return fails(f) ? fail_call(err) : db_copy_file(f->inner, path, err);
}

static enum rc
faulty_check_file(struct db *db, db_found_fn *found, void *ctx, struct err *err)
{
	struct faulty *f = (struct faulty *)db;

	return fails(f) ? fail_call(err) : db_check_file(f->inner, found, ctx, err);
}

static enum rc
faulty_check_schema(struct db *db, const char *const *scripts, size_t n, db_found_fn *found,
		    void *ctx, struct err *err)
{
	struct faulty *f = (struct faulty *)db;

	return fails(f) ? fail_call(err)
			: f->inner->driver->check_schema(f->inner, scripts, n, found, ctx, err);
}

static enum rc
faulty_script(struct db *db, const char *text, struct err *err)
{
	struct faulty *f = (struct faulty *)db;

	return fails(f) ? fail_call(err) : f->inner->driver->script(f->inner, text, err);
}

static enum rc
faulty_next(struct rows *rows, struct err *err)
{
	struct faulty_rows *r = (struct faulty_rows *)rows;

	return fails(r->db) ? fail_call(err) : rows_next(r->inner, err);
}

static int64_t
faulty_i64(const struct rows *rows, int column)
{
	return rows_i64(((const struct faulty_rows *)rows)->inner, column);
}

static struct str
faulty_text(const struct rows *rows, int column)
{
	return rows_text(((const struct faulty_rows *)rows)->inner, column);
}

static struct str
faulty_blob(const struct rows *rows, int column)
{
	return rows_blob(((const struct faulty_rows *)rows)->inner, column);
}

static bool
faulty_is_null(const struct rows *rows, int column)
{
	return rows_is_null(((const struct faulty_rows *)rows)->inner, column);
}

static void
faulty_rows_close(struct rows *rows)
{
	rows_close(((struct faulty_rows *)rows)->inner);
	free(rows);
}

static void
faulty_close(struct db *db)
{
	struct faulty *f = (struct faulty *)db;

	db_close(f->inner);
	faulty_vfs_close(f->vfs);
	free(f);
}

static enum rc
faulty_open(const struct db_open_options *o, struct db **out, struct err *err)
{
	struct faulty *f = heap_zeroed(sizeof *f);
	struct arena *a = arena_new(0);
	struct db_open_options inner = *o;
	struct str options = o->options, rest = STR_NONE, key, url;
	int64_t value;
	bool ok;
	enum rc rc = RC_OK;

	f->db.driver = &db_driver_faulty;
	for (;;) {
		struct str all = options, part;
		int64_t *ours = NULL;

		if (!db_option_next(&options, &key, &value, &ok))
			break;
		if (str_eq_z(key, "sync_ms"))
			ours = &f->faults.sync_ms;
		else if (str_eq_z(key, "fail_sync_at"))
			ours = &f->faults.fail_sync_at;
		else if (str_eq_z(key, "full_after"))
			ours = &f->faults.full_after;
		else if (str_eq_z(key, "fail_at"))
			ours = &f->fail_at;
		part = str_cut(&all, '&');
		if (ours == NULL)
			rest = str_fmt(a, "%.*s%s%.*s", STR_ARG(rest), rest.n ? "&" : "",
				       STR_ARG(part));
		else if (ok)
			*ours = value;
		else
			rc = fail(err, RC_INVALID, "url", "%.*s takes a number", STR_ARG(key));
	}
	f->vfs = faulty_vfs_open(&f->faults);
	inner.vfs = faulty_vfs_name(f->vfs);
	url = str_fmt(a, "%.*s?%.*s", STR_ARG(o->place), STR_ARG(rest));
	if (rc == RC_OK)
		rc = db_open_with(url, &inner, &f->inner, err);
	arena_free(a);
	if (rc != RC_OK) {
		faulty_close(&f->db);
		return rc;
	}
	f->db.engine = f->inner->engine;
	*out = &f->db;
	return RC_OK;
}

const struct db_driver db_driver_faulty = {
    .scheme = "faulty",
    .open = faulty_open,
    .close = faulty_close,
    .run = faulty_run,
    .post = faulty_post,
    .select = faulty_select,
    .control = faulty_control,
    .hold = faulty_hold,
    .admit = faulty_admit,
    .mark = faulty_mark,
    .commit_later = faulty_commit_later,
    .settle = faulty_settle,
    .rest = faulty_rest,
    .in_transaction = faulty_in_transaction,
    .check = faulty_check,
    .check_file = faulty_check_file,
    .copy_file = faulty_copy_file,
    .check_schema = faulty_check_schema,
    .script = faulty_script,
    .next = faulty_next,
    .i64 = faulty_i64,
    .text = faulty_text,
    .blob = faulty_blob,
    .is_null = faulty_is_null,
    .rows_close = faulty_rows_close,
};
