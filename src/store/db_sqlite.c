#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/arena.h"
#include "store/db_driver.h"

/*
 * The SQLite driver: WAL with a sync at every commit. One connection is used by one thread at
 * a time, so SQLite's own mutexes are off. Statements are prepared on first use and kept,
 * found again by the address of their struct sql.
 */
enum {
	PAGE_BYTES = 4096,
	/* 16 MiB of WAL before it is copied back: measured, see bench/store/group.c. */
	CHECKPOINT_PAGES = 4000,
	WRITER_CACHE_KIB = 65536,
	READER_CACHE_KIB = 8192,
	/* Readers map the file; the writer does not, so that a failing disk is an error to it. */
	READER_MAP_BYTES = 256 << 20,
	VALUE_BYTES_MAX = 64 << 20,
};

struct statement {
	struct rows rows;
	const struct sql *sql;
	struct sqlite *db;
	sqlite3_stmt *stmt;
	bool is_open, at_end;
};

struct sqlite {
	struct db db;
	sqlite3 *h;
	struct statement **table; /* open addressing by address, never more than half full */
	size_t cap, n;
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

/* SQLite's own messages name tables and columns, never values. */
static enum rc
fail_sqlite(struct sqlite *s, const char *what, struct err *err)
{
	int code = sqlite3_extended_errcode(s->h);

	switch (code & 0xff) {
	case SQLITE_FULL: return fail(err, RC_UNAVAILABLE, "", "%s: the disk is full", what);
	case SQLITE_BUSY:
		return fail(err, RC_UNAVAILABLE, "", "%s: the database is held by another process",
			    what);
	default:
		return fail(err, rc_of(code), "", "%s: %s (SQLite %d)", what, sqlite3_errmsg(s->h),
			    code);
	}
}

static size_t
slot_of(const struct sqlite *s, const struct sql *sql)
{
	size_t i = (size_t)(((uintptr_t)sql >> 3) * 0x9e3779b97f4a7c15u >> 20) & (s->cap - 1);

	while (s->table[i] != NULL && s->table[i]->sql != sql)
		i = (i + 1) & (s->cap - 1);
	return i;
}

static void
table_grow(struct sqlite *s)
{
	struct statement **old = s->table;
	size_t n = s->cap;

	s->cap = n ? n * 2 : 64;
	s->table = heap_zeroed(s->cap * sizeof *s->table);
	for (size_t i = 0; i < n; i++)
		if (old[i] != NULL)
			s->table[slot_of(s, old[i]->sql)] = old[i];
	free(old);
}

static enum rc
statement_find(struct sqlite *s, const struct sql *sql, struct statement **out, struct err *err)
{
	size_t i = slot_of(s, sql);
	struct statement *st = s->table[i];
	const char *tail;
	sqlite3_stmt *stmt;

	if (st == NULL) {
		if (sqlite3_prepare_v3(s->h, sql->text[DB_SQLITE], -1, SQLITE_PREPARE_PERSISTENT,
				       &stmt, &tail) != SQLITE_OK)
			return fail_sqlite(s, sql->name, err);
		must(stmt != NULL && *tail == '\0');
		must(sqlite3_bind_parameter_count(stmt) == sql->params);
		st = heap_zeroed(sizeof *st);
		*st = (struct statement){
		    .rows.driver = &db_driver_sqlite, .sql = sql, .db = s, .stmt = stmt};
		s->table[i] = st;
		if (++s->n * 2 > s->cap)
			table_grow(s);
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
			return fail_sqlite(st->db, st->sql->name, err);
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
	struct statement *st;
	enum rc rc;
	int code;

	if ((rc = statement_find(s, sql, &st, err)) != RC_OK)
		return rc;
	must(!st->is_open);
	if ((rc = bind_all(st, binds, n, false, err)) == RC_OK) {
		while ((code = sqlite3_step(st->stmt)) == SQLITE_ROW)
			;
		if (code != SQLITE_DONE)
			rc = fail_sqlite(s, sql->name, err);
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
	struct statement *st;
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
	return code == SQLITE_DONE ? RC_ABSENT : fail_sqlite(st->db, st->sql->name, err);
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
	struct statement *st;

	return statement_find((struct sqlite *)db, sql, &st, err);
}

static enum rc
sqlite_script(struct db *db, const char *text, struct err *err)
{
	struct sqlite *s = (struct sqlite *)db;

	return sqlite3_exec(s->h, text, NULL, NULL, NULL) == SQLITE_OK
		   ? RC_OK
		   : fail_sqlite(s, "migration", err);
}

static void
sqlite_close(struct db *db)
{
	struct sqlite *s = (struct sqlite *)db;

	for (size_t i = 0; i < s->cap; i++)
		if (s->table[i] != NULL) {
			must(!s->table[i]->is_open);
			(void)sqlite3_finalize(s->table[i]->stmt);
			free(s->table[i]);
		}
	free(s->table);
	must(sqlite3_close(s->h) == SQLITE_OK);
	free(s);
}

/* One PRAGMA that a connection is made with; the words are ours, the number may be an option. */
static bool
pragma(struct sqlite *s, const char *name, int64_t value)
{
	char text[96];

	(void)snprintf(text, sizeof text, "PRAGMA %s=%lld", name, (long long)value);
	return sqlite3_exec(s->h, text, NULL, NULL, NULL) == SQLITE_OK;
}

static bool
go_wal(struct sqlite *s)
{
	sqlite3_stmt *stmt;
	bool ok = false;

	if (sqlite3_prepare_v2(s->h, "PRAGMA journal_mode=WAL", -1, &stmt, NULL) != SQLITE_OK)
		return false;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		ok = strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
	(void)sqlite3_finalize(stmt);
	return ok;
}

struct tuning {
	int64_t page_bytes, checkpoint_pages, cache_kib;
};

static enum rc
tuning_parse(struct str options, struct tuning *t, struct err *err)
{
	struct str key;
	int64_t value;
	bool ok;

	while (db_option_next(&options, &key, &value, &ok)) {
		if (ok && str_eq_z(key, "page_bytes") && value >= 512 && value <= 65536 &&
		    (value & (value - 1)) == 0)
			t->page_bytes = value;
		else if (ok && str_eq_z(key, "checkpoint_pages") && value <= 1000000)
			t->checkpoint_pages = value;
		else if (ok && str_eq_z(key, "cache_kib") && value <= 16 << 20)
			t->cache_kib = value;
		else
			return fail(err, RC_INVALID, "url",
				    "after ? stand page_bytes, checkpoint_pages or cache_kib with "
				    "a number");
	}
	return RC_OK;
}

static enum rc
configure(struct sqlite *s, const struct db_open_options *o, const struct tuning *t,
	  struct err *err)
{
	sqlite3_extended_result_codes(s->h, 1);
	sqlite3_busy_timeout(s->h, o->timeout_ms);
	sqlite3_limit(s->h, SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
	must(sqlite3_db_config(s->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK);
	must(sqlite3_db_config(s->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK);
	must(sqlite3_db_config(s->h, SQLITE_DBCONFIG_DQS_DML, 0, NULL) == SQLITE_OK);
	must(sqlite3_db_config(s->h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL) == SQLITE_OK);
	if (!o->reader && (!pragma(s, "page_size", t->page_bytes) || !go_wal(s)))
		return sqlite3_errcode(s->h) == SQLITE_OK
			   ? fail(err, RC_UNAVAILABLE, "url", "this disk cannot hold a WAL")
			   : fail_sqlite(s, "open", err);
	/* synchronous 2 is FULL: a commit is on the disk when it returns. temp_store 2 is
	 * memory: no sorted rows in files of /tmp. secure_delete 2 (FAST) overwrites what
	 * costs no extra page. */
	if (!pragma(s, "synchronous", 2) || !pragma(s, "foreign_keys", 1) ||
	    !pragma(s, "temp_store", 2) || !pragma(s, "cell_size_check", 1) ||
	    !pragma(s, "cache_size", -t->cache_kib) ||
	    !pragma(s, "mmap_size", o->reader ? READER_MAP_BYTES : 0) ||
	    !pragma(s, "wal_autocheckpoint", o->reader ? 0 : t->checkpoint_pages) ||
	    !pragma(s, "journal_size_limit", 256 << 20) || !pragma(s, "query_only", o->reader) ||
	    sqlite3_exec(s->h, "PRAGMA secure_delete=FAST; SELECT 1 FROM sqlite_schema LIMIT 1",
			 NULL, NULL, NULL) != SQLITE_OK)
		return fail_sqlite(s, "open", err);
	return RC_OK;
}

/*
 * Each allocation is counted under one lock of the whole process, which nobody here asks for.
 * It can be turned off before the library is first used; the faulty driver may have been first.
 */
static void
library_setup(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum rc
sqlite_open(const struct db_open_options *o, struct db **out, struct err *err)
{
	struct tuning tuning = {PAGE_BYTES, CHECKPOINT_PAGES,
				o->reader ? READER_CACHE_KIB : WRITER_CACHE_KIB};
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sqlite *s;
	char path[4096];
	enum rc rc;
	int fd;

	must(pthread_once(&once, library_setup) == 0);
	if ((rc = tuning_parse(o->options, &tuning, err)) != RC_OK)
		return rc;
	if (o->place.n == 0 || o->place.n >= sizeof path || o->place.p[0] == ':' ||
	    str_chr(o->place, '\0') >= 0)
		return fail(err, RC_INVALID, "url", "after sqlite: stands the path of a file");
	memcpy(path, o->place.p, o->place.n);
	path[o->place.n] = '\0';
	/*
	 * SQLite would make the file readable by others; WAL and index take its mode. A file
	 * that is there is not opened here: closing it would drop the locks that other
	 * connections of this process hold on it (fcntl(2)).
	 */
	if (access(path, F_OK) != 0) {
		fd = o->reader ? -1 : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
		else if (o->reader || errno != EEXIST)
			return fail(err, RC_UNAVAILABLE, "url", "the database file: %s",
				    strerror(errno));
	}
	s = heap_zeroed(sizeof *s);
	s->db.driver = &db_driver_sqlite;
	table_grow(s);
	if (sqlite3_open_v2(path, &s->h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, o->vfs) !=
	    SQLITE_OK)
		rc = fail_sqlite(s, "open", err);
	else
		rc = configure(s, o, &tuning, err);
	if (rc != RC_OK) {
		sqlite_close(&s->db);
		return rc;
	}
	*out = &s->db;
	return RC_OK;
}

const struct db_driver db_driver_sqlite = {
    .scheme = "sqlite",
    .engine = DB_SQLITE,
    .open = sqlite_open,
    .close = sqlite_close,
    .run = sqlite_run,
    .select = sqlite_select,
    .control = sqlite_control,
    .in_transaction = sqlite_in_transaction,
    .check = sqlite_check,
    .script = sqlite_script,
    .next = sqlite_next,
    .i64 = sqlite_i64,
    .text = sqlite_text,
    .blob = sqlite_blob,
    .is_null = sqlite_is_null,
    .rows_close = sqlite_rows_close,
};
