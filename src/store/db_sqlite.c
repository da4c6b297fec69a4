#include "store/db_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/*
 * The SQLite driver: WAL, synced at every commit or when db_settle asks. One connection is used by
 * one thread at a time, so SQLite's own mutexes are off. Statements are prepared on first use and
 * kept, found again by the address of their struct sql.
 */
struct statement {
	struct rows rows;
	const struct sql *sql;
	struct sqlite *db;
	sqlite3_stmt *stmt;
	bool is_open, at_end;
};

/* clang-format off */
static const struct sql controls[] = {
	[DB_BEGIN]       = { "begin",       { "BEGIN IMMEDIATE" }, 0 },
	[DB_BEGIN_READ]  = { "begin_read",  { "BEGIN" }, 0 },
	[DB_COMMIT]      = { "commit",      { "COMMIT" }, 0 },
	[DB_ROLLBACK]    = { "rollback",    { "ROLLBACK" }, 0 },
	[DB_SAVEPOINT]   = { "savepoint",   { "SAVEPOINT s" }, 0 },
	[DB_RELEASE]     = { "release",     { "RELEASE s" }, 0 },
	[DB_ROLLBACK_TO] = { "rollback_to", { "ROLLBACK TO s" }, 0 },
};
/* clang-format on */

static enum rc
rc_of(int code)
{
	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
	case SQLITE_CONSTRAINT_FOREIGNKEY: return RC_CONFLICT;
	case SQLITE_IOERR_CORRUPTFS:
	case SQLITE_IOERR_DATA: return RC_INTEGRITY;
	default: break;
	}
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return RC_INTEGRITY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_PROTOCOL: return RC_UNAVAILABLE;
	case SQLITE_TOOBIG: return RC_TOO_LARGE;
	case SQLITE_INTERRUPT: return RC_STOPPED;
	default: return RC_FAILED;
	}
}

/* What it says of a damaged file may quote bytes of it, and texts here are UTF-8. */
void
sqlite_plain(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
			text[i] = '?';
}

/* SQLite's own messages name tables and columns, never values. */
enum rc
sqlite_fail(struct sqlite *s, const char *what, struct err *err)
{
	int code = sqlite3_extended_errcode(s->h);
	char said[300];

	(void)snprintf(said, sizeof said, "%s", sqlite3_errmsg(s->h));
	sqlite_plain(said, strlen(said));

	switch (code & 0xff) {
	case SQLITE_FULL: return fail(err, RC_UNAVAILABLE, "", "%s: the disk is full", what);
	case SQLITE_BUSY:
		return fail(err, RC_UNAVAILABLE, "", "%s: the database is held by another process",
			    what);
	default: return fail(err, rc_of(code), "", "%s: %s (SQLite %d)", what, said, code);
	}
}

static enum rc
statement_find(struct sqlite *s, const struct sql *sql, struct statement **out, struct err *err)
{
	struct statement *st = sql_table_find(&s->table, sql);
	const char *tail;
	sqlite3_stmt *stmt;

	if (st == NULL) {
		if (sqlite3_prepare_v3(s->h, sql->text[DB_SQLITE], -1, SQLITE_PREPARE_PERSISTENT,
				       &stmt, &tail) != SQLITE_OK)
			return sqlite_fail(s, sql->name, err);
		must(stmt != NULL && *tail == '\0');
		must(sqlite3_bind_parameter_count(stmt) == sql->params);
		st = heap_zeroed(sizeof *st);
		*st = (struct statement){
		    .rows.driver = &db_driver_sqlite, .sql = sql, .db = s, .stmt = stmt};
		sql_table_add(&s->table, sql, st);
	}
	*out = st;
	return RC_OK;
}

/* keep: the values outlive the call's binds, so SQLite copies them. */
static enum rc
bind_all(struct statement *st, const struct bind *binds, size_t n, bool keep, struct err *err)
{
	sqlite3_destructor_type life = keep ? SQLITE_TRANSIENT : SQLITE_STATIC;

	for (size_t i = 0; i < n; i++) {
		const struct bind *b = &binds[i];
		/* A NULL pointer would bind NULL, and the empty view is not that. */
		const char *p = b->s.p ? b->s.p : "";
		int at = (int)i + 1, code = SQLITE_OK;

		switch (b->kind) {
		case BIND_NULL: code = sqlite3_bind_null(st->stmt, at); break;
		case BIND_I64: code = sqlite3_bind_int64(st->stmt, at, b->i); break;
		case BIND_TEXT:
			code = sqlite3_bind_text64(st->stmt, at, p, b->s.n, life, SQLITE_UTF8);
			break;
		case BIND_BLOB: code = sqlite3_bind_blob64(st->stmt, at, p, b->s.n, life); break;
		}
		if (code != SQLITE_OK)
			return sqlite_fail(st->db, st->sql->name, err);
	}
	return RC_OK;
}

static void
statement_end(struct statement *st, bool had_binds)
{
	/* The failure, if any, was reported by the step. */
	(void)sqlite3_reset(st->stmt);
	if (had_binds)
		(void)sqlite3_clear_bindings(st->stmt);
	st->is_open = false;
}

static enum rc
sqlite_run(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
	   int64_t *changed, struct err *err)
{
	struct sqlite *s = (struct sqlite *)db;
	struct statement *st = NULL;
	enum rc rc;
	int code;

	if ((rc = statement_find(s, sql, &st, err)) != RC_OK)
		return rc;
	must(!st->is_open);
	if ((rc = bind_all(st, binds, n, false, err)) == RC_OK) {
		while ((code = sqlite3_step(st->stmt)) == SQLITE_ROW)
			;
		if (code != SQLITE_DONE)
			rc = sqlite_fail(s, sql->name, err);
		else if (changed != NULL)
			*changed = sqlite3_changes64(s->h);
	}
	statement_end(st, n > 0);
	return rc;
}

static enum rc
sqlite_select(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
	      struct rows **out, struct err *err)
{
	struct sqlite *s = (struct sqlite *)db;
	struct statement *st = NULL;
	enum rc rc;

	if ((rc = statement_find(s, sql, &st, err)) != RC_OK)
		return rc;
	must(!st->is_open);
	if ((rc = bind_all(st, binds, n, true, err)) != RC_OK) {
		statement_end(st, true);
		return rc;
	}
	st->is_open = true;
	st->at_end = false;
	*out = &st->rows;
	return RC_OK;
}

static enum rc
sqlite_next(struct rows *rows, struct err *err)
{
	struct statement *st = (struct statement *)rows;
	int code;

	must(st->is_open);
	if (st->at_end)
		return RC_ABSENT;
	code = sqlite3_step(st->stmt);
	if (code == SQLITE_ROW)
		return RC_OK;
	/* Another step would start the statement again. */
	st->at_end = true;
	return code == SQLITE_DONE ? RC_ABSENT : sqlite_fail(st->db, st->sql->name, err);
}

static int64_t
sqlite_i64(const struct rows *rows, int column)
{
	const struct statement *st = (const struct statement *)rows;

	must(column >= 0 && column < sqlite3_data_count(st->stmt));
	return sqlite3_column_int64(st->stmt, column);
}

static struct str
sqlite_text(const struct rows *rows, int column)
{
	const struct statement *st = (const struct statement *)rows;
	const char *p;

	must(column >= 0 && column < sqlite3_data_count(st->stmt));
	p = (const char *)sqlite3_column_text(st->stmt, column);
	return (struct str){p, p ? (size_t)sqlite3_column_bytes(st->stmt, column) : 0};
}

static struct str
sqlite_blob(const struct rows *rows, int column)
{
	const struct statement *st = (const struct statement *)rows;
	const char *p;

	must(column >= 0 && column < sqlite3_data_count(st->stmt));
	p = sqlite3_column_blob(st->stmt, column);
	return (struct str){p, p ? (size_t)sqlite3_column_bytes(st->stmt, column) : 0};
}

static bool
sqlite_is_null(const struct rows *rows, int column)
{
	const struct statement *st = (const struct statement *)rows;

	must(column >= 0 && column < sqlite3_data_count(st->stmt));
	return sqlite3_column_type(st->stmt, column) == SQLITE_NULL;
}

static void
sqlite_rows_close(struct rows *rows)
{
	statement_end((struct statement *)rows, true);
}

static bool
sqlite_in_transaction(const struct db *db)
{
	return sqlite3_get_autocommit(((const struct sqlite *)db)->h) == 0;
}

static enum rc
sqlite_control(struct db *db, enum db_control what, struct err *err)
{
	enum rc rc;

	if (what == DB_ROLLBACK && !sqlite_in_transaction(db))
		return RC_OK;
	rc = sqlite_run(db, &controls[what], NO_BINDS, NULL, err);
	/* ROLLBACK TO leaves the savepoint open; here it ends. */
	if (rc == RC_OK && what == DB_ROLLBACK_TO)
		rc = sqlite_run(db, &controls[DB_RELEASE], NO_BINDS, NULL, err);
	return rc;
}

static enum rc
sqlite_check(struct db *db, const struct sql *sql, struct err *err)
{
	struct statement *st = NULL;

	return statement_find((struct sqlite *)db, sql, &st, err);
}

static enum rc
sqlite_script(struct db *db, const char *text, struct err *err)
{
	struct sqlite *s = (struct sqlite *)db;

	return sqlite3_exec(s->h, text, NULL, NULL, NULL) == SQLITE_OK
		   ? RC_OK
		   : sqlite_fail(s, "migration", err);
}

static void
sqlite_rest(struct db *db)
{
	(void)sqlite3_db_release_memory(((struct sqlite *)db)->h);
}

void
sqlite_close(struct db *db)
{
	struct sqlite *s = (struct sqlite *)db;

	for (size_t i = 0; i < s->table.cap; i++) {
		struct statement *st = s->table.at[i].prepared;

		if (st == NULL)
			continue;
		must(!st->is_open);
		(void)sqlite3_finalize(st->stmt);
		free(st);
	}
	sql_table_free(&s->table);
	must(sqlite3_close(s->h) == SQLITE_OK);
	free(s);
}

const struct db_driver db_driver_sqlite = {
    .scheme = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .run = sqlite_run,
    .select = sqlite_select,
    .control = sqlite_control,
    .commit_later = sqlite_commit_later,
    .settle = sqlite_settle,
    .rest = sqlite_rest,
    .in_transaction = sqlite_in_transaction,
    .check = sqlite_check,
    .check_file = sqlite_check_file,
    .copy_file = sqlite_copy_file,
    .check_schema = sqlite_check_schema,
    .script = sqlite_script,
    .next = sqlite_next,
    .i64 = sqlite_i64,
    .text = sqlite_text,
    .blob = sqlite_blob,
    .is_null = sqlite_is_null,
    .rows_close = sqlite_rows_close,
};
