#include "store/db.h"

#include <string.h>

#include "store/db_driver.h"

static const struct db_driver *const drivers[] = {&db_driver_sqlite, &db_driver_postgres,
						  &db_driver_faulty};

enum rc
db_open_with(struct str url, const struct db_open_options *rest, struct db **out, struct err *err)
{
	struct db_open_options o = *rest;
	ptrdiff_t colon = str_chr(url, ':'), query;
	struct str scheme;

	*out = NULL;
	if (colon < 0)
		return fail(err, RC_INVALID, "url",
			    "a database is named like sqlite:/PATH/node.db");
	/* The url itself stays out of every error text: it may hold a password. */
	scheme = str_sub(url, 0, (size_t)colon);
	o.place = str_sub(url, (size_t)colon + 1, url.n);
	query = str_chr(o.place, '?');
	if (query >= 0) {
		o.options = str_sub(o.place, (size_t)query + 1, o.place.n);
		o.place = str_sub(o.place, 0, (size_t)query);
	}
	if (str_eq_z(scheme, "postgres"))
		scheme = STR("postgresql");
	for (size_t i = 0; i < COUNT_OF(drivers); i++)
		if (str_eq_z(scheme, drivers[i]->scheme))
			return drivers[i]->open(&o, out, err);
	return fail(err, RC_INVALID, "url",
		    "no such kind of database; sqlite:/PATH/node.db and "
		    "postgresql://HOST/NAME are there");
}

bool
db_takes_several(struct str url)
{
	if (str_starts(url, STR("faulty:")))
		url = str_sub(url, 7, url.n);
	return str_starts(url, STR("postgres:")) || str_starts(url, STR("postgresql:"));
}

enum rc
db_hold(struct db *db, bool beside, uint32_t place, bool *alone, struct err *err)
{
	*alone = true;
	return db->driver->hold != NULL ? db->driver->hold(db, beside, place, alone, err) : RC_OK;
}

enum rc
db_admit(struct db *db, struct err *err)
{
	return db->driver->admit != NULL ? db->driver->admit(db, err) : RC_OK;
}

enum rc
db_mark(struct db *db, int64_t number, struct err *err)
{
	return db->driver->mark != NULL ? db->driver->mark(db, number, err) : RC_OK;
}

enum rc
db_open(struct str url, int timeout_ms, struct db **out, struct err *err)
{
	return db_open_with(url, &(struct db_open_options){.timeout_ms = timeout_ms}, out, err);
}

enum rc
db_open_existing(struct str url, int timeout_ms, struct db **out, struct err *err)
{
	return db_open_with(
	    url, &(struct db_open_options){.timeout_ms = timeout_ms, .existing = true}, out, err);
}

enum rc
db_open_reader(struct str url, int timeout_ms, struct db **out, struct err *err)
{
	return db_open_with(
	    url, &(struct db_open_options){.timeout_ms = timeout_ms, .reader = true}, out, err);
}

void
db_close(struct db *db)
{
	if (db != NULL)
		db->driver->close(db);
}

bool
db_option_next(struct str *options, struct str *key, int64_t *value, bool *is_valid)
{
	struct str part;
	ptrdiff_t eq;

	if (options->n == 0)
		return false;
	part = str_cut(options, '&');
	eq = str_chr(part, '=');
	*key = eq < 0 ? part : str_sub(part, 0, (size_t)eq);
	*is_valid =
	    eq > 0 && str_to_i64(str_sub(part, (size_t)eq + 1, part.n), value) && *value >= 0;
	return true;
}

enum rc
db_check(struct db *db, const struct sql *const *statements, struct err *err)
{
	enum rc rc = RC_OK;

	for (; rc == RC_OK && *statements != NULL; statements++)
		rc = db->driver->check(db, *statements, err);
	return rc;
}

enum rc
db_script(struct db *db, const struct migration_step *step, struct err *err)
{
	return db->driver->script(db, step->text[db->engine], err);
}

enum rc
db_run(struct db *db, const struct sql *sql, const struct bind *binds, size_t n, int64_t *changed,
       struct err *err)
{
	must((size_t)sql->params == n);
	return db->driver->run(db, sql, binds, n, changed, err);
}

enum rc
db_post(struct db *db, const struct sql *sql, const struct bind *binds, size_t n, struct err *err)
{
	must((size_t)sql->params == n);
	return db->driver->post != NULL ? db->driver->post(db, sql, binds, n, err)
					: db->driver->run(db, sql, binds, n, NULL, err);
}

enum rc
db_select(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
	  struct rows **out, struct err *err)
{
	must((size_t)sql->params == n);
	*out = NULL;
	return db->driver->select(db, sql, binds, n, out, err);
}

enum rc
rows_next(struct rows *rows, struct err *err)
{
	return rows->driver->next(rows, err);
}

int64_t
rows_i64(const struct rows *rows, int column)
{
	return rows->driver->i64(rows, column);
}

struct str
rows_text(const struct rows *rows, int column)
{
	return rows->driver->text(rows, column);
}

struct str
rows_blob(const struct rows *rows, int column)
{
	return rows->driver->blob(rows, column);
}

struct id
rows_id(const struct rows *rows, int column)
{
	struct str s = rows_blob(rows, column);
	struct id id = {{0}};

	/* A column of ids holds 16 bytes or NULL; a damaged one reads as no id at all. */
	if (s.n == sizeof id.b)
		memcpy(id.b, s.p, sizeof id.b);
	return id;
}

bool
rows_is_null(const struct rows *rows, int column)
{
	return rows->driver->is_null(rows, column);
}

void
rows_close(struct rows *rows)
{
	if (rows != NULL)
		rows->driver->rows_close(rows);
}

enum rc
db_select_i64(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
	      int64_t *out, struct err *err)
{
	struct rows *rows;
	enum rc rc;

	if ((rc = db_select(db, sql, binds, n, &rows, err)) != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		*out = rows_i64(rows, 0);
	rows_close(rows);
	return rc;
}

enum rc
db_begin(struct db *db, struct err *err)
{
	return db->driver->control(db, DB_BEGIN, err);
}

enum rc
db_begin_read(struct db *db, struct err *err)
{
	return db->driver->control(db, DB_BEGIN_READ, err);
}

enum rc
db_commit(struct db *db, struct err *err)
{
	return db->driver->control(db, DB_COMMIT, err);
}

enum rc
db_commit_later(struct db *db, struct err *err)
{
	return db->driver->commit_later(db, err);
}

enum rc
db_settle(struct db *db, struct err *err)
{
	return db->driver->settle(db, err);
}

void
db_rest(struct db *db)
{
	if (db->driver->rest != NULL)
		db->driver->rest(db);
}

void
db_rollback(struct db *db)
{
	/* A rollback that fails has already happened, or does when the connection ends. */
	(void)db->driver->control(db, DB_ROLLBACK, NULL);
}

enum rc
db_savepoint(struct db *db, struct err *err)
{
	return db->driver->control(db, DB_SAVEPOINT, err);
}

enum rc
db_release(struct db *db, struct err *err)
{
	return db->driver->control(db, DB_RELEASE, err);
}

enum rc
db_rollback_to(struct db *db, struct err *err)
{
	return db->driver->control(db, DB_ROLLBACK_TO, err);
}

bool
db_in_transaction(const struct db *db)
{
	return db->driver->in_transaction(db);
}

enum db_engine
db_engine(const struct db *db)
{
	return db->engine;
}

enum rc
db_copy_file(struct db *db, const char *path, struct err *err)
{
	return db->driver->copy_file != NULL
		   ? db->driver->copy_file(db, path, err)
		   : fail(err, RC_INVALID, "store", "this engine's database is no file");
}

enum rc
db_check_file(struct db *db, db_found_fn *found, void *ctx, struct err *err)
{
	return db->driver->check_file(db, found, ctx, err);
}
