#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/id.h"
#include "base/rc.h"
#include "base/str.h"

/*
 * db: one connection to the node's database. Statements come only from the catalogue made
 * from the .sql files at build (cmake/sql.cmake); nothing here takes SQL text at run time.
 * One db per worker; never shared between threads.
 */
struct db;
struct rows;

enum db_engine { DB_SQLITE, DB_POSTGRES, DB_ENGINES };

/* A statement of the catalogue: text per engine, parameters in the order of BINDS. */
struct sql {
	const char *name;
	const char *text[DB_ENGINES];
	int params;
	bool stream; /* reads to its end on purpose: `-- stream` in the file */
};

enum bind_kind { BIND_NULL, BIND_I64, BIND_TEXT, BIND_BLOB };

/* A value for a parameter; borrowed for the length of the call. */
struct bind {
	enum bind_kind kind;
	int64_t i;
	struct str s;
};

#define B_NULL ((struct bind){.kind = BIND_NULL})
#define B_I64(v) ((struct bind){.kind = BIND_I64, .i = (v)})
#define B_TEXT(v) ((struct bind){.kind = BIND_TEXT, .s = (v)})
#define B_BLOB(v) ((struct bind){.kind = BIND_BLOB, .s = (v)})
#define B_BYTES(p, n) B_BLOB(((struct str){(const char *)(p), (n)}))
/* An id as its 16 bytes; the id must be an lvalue that outlives the call. */
#define B_ID(v) B_BYTES((v).b, sizeof(v).b)
/* Of LIMIT: a size_t, where SIZE_MAX is no limit. */
#define B_LIMIT(v) B_I64((v) > INT64_MAX ? INT64_MAX : (int64_t)(v))
#define BINDS(...)                                                                                 \
	(const struct bind[]){__VA_ARGS__},                                                        \
	    sizeof((const struct bind[]){__VA_ARGS__}) / sizeof(struct bind)
#define NO_BINDS NULL, 0

/*
 * Open the database named by url ("sqlite:/var/lib/liaison/node.db", "postgresql://HOST/NAME"
 * as libpq takes it, section 34.1.1.2 of its manual; the tests' driver
 * "faulty:sqlite:PATH?sync_ms=3&fail_at=N"). *out is the caller's; end it with db_close().
 * RC_INVALID: the url.  RC_UNAVAILABLE: no answer within timeout_ms.
 */
MUST_USE enum rc db_open(struct str url, int timeout_ms, struct db **out, struct err *err);
/* The same for one that is there: where there is none, none is made, and what an earlier one
 * left beside it (SQLite's WAL) stays. RC_CONFLICT: there is none. */
MUST_USE enum rc db_open_existing(struct str url, int timeout_ms, struct db **out, struct err *err);
/* The same for one that must not write: SQLite query_only. */
MUST_USE enum rc db_open_reader(struct str url, int timeout_ms, struct db **out, struct err *err);
/* May several processes work on the database of this url at the same time? (A server's.) */
bool db_takes_several(struct str url);
/*
 * Who else may work on the database as long as this connection lasts. beside false: nobody.
 * beside true: other connections that said so too and are of the same place (a folder's number,
 * of 31 bits): keys and blobs lie there, not in the database. Whoever finds nobody is alone
 * (*alone) until db_admit(). Without a server the folder's lock says all this (store/lock.h).
 * RC_CONFLICT: within the connection's timeout somebody else did not end.
 */
MUST_USE enum rc db_hold(struct db *db, bool beside, uint32_t place, bool *alone, struct err *err);
MUST_USE enum rc db_admit(struct db *db, struct err *err);
/*
 * A number that other connections see as held for as long as this one lasts, in statements of
 * the engine that ask for it (pg_try_advisory_xact_lock). At most one a connection. It is for
 * claiming: a commit of this connection need not survive a crash of the server's machine.
 */
MUST_USE enum rc db_mark(struct db *db, int64_t number, struct err *err);
/* End a connection; NULL does nothing. Open transactions are rolled back. */
void db_close(struct db *db);

/* Prepare every statement of a file's X_STATEMENTS, so that a node starts with all or not at
 * all. The error names the statement. */
MUST_USE enum rc db_check(struct db *db, const struct sql *const *statements, struct err *err);

/* A statement without rows; *changed (may be NULL) counts rows changed. Unique violations are
 * RC_CONFLICT, a full disk RC_UNAVAILABLE, a damaged file RC_INTEGRITY. After a failure inside
 * a savepoint only db_rollback_to() goes well on every engine. */
MUST_USE enum rc db_run(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
			int64_t *changed, struct err *err);
/*
 * The same inside a savepoint, without waiting for the answer where the engine is a server: a
 * failure is then the failure of the next call, of db_release at the latest. For statements
 * that fail only when the store does.
 */
MUST_USE enum rc db_post(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
			 struct err *err);

/* A statement with rows. While *out is open the same sql may not be started on this db again. */
MUST_USE enum rc db_select(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
			   struct rows **out, struct err *err);
/* RC_OK: a row stands ready.  RC_ABSENT: no more.  Others: failure. */
MUST_USE enum rc rows_next(struct rows *rows, struct err *err);
int64_t rows_i64(const struct rows *rows, int column);
/* Borrowed until the next rows_next or rows_close; NULL is the empty str. */
struct str rows_text(const struct rows *rows, int column);
struct str rows_blob(const struct rows *rows, int column);
struct id rows_id(const struct rows *rows, int column);
bool rows_is_null(const struct rows *rows, int column);
/* NULL does nothing. */
void rows_close(struct rows *rows);
/* The first row's first column as integer; RC_ABSENT when there is no row. */
MUST_USE enum rc db_select_i64(struct db *db, const struct sql *sql, const struct bind *binds,
			       size_t n, int64_t *out, struct err *err);

/* Transactions. db_begin takes the write lock at once (BEGIN IMMEDIATE). */
MUST_USE enum rc db_begin(struct db *db, struct err *err);
MUST_USE enum rc db_begin_read(struct db *db, struct err *err);
/* Durable when it returns RC_OK (but see db_commit_later). */
MUST_USE enum rc db_commit(struct db *db, struct err *err);
/*
 * From now on db_commit() makes changes visible and keeps them from a killed process;
 * db_settle() makes all that was committed before it durable. One other thread may call
 * db_settle() while this one goes on. After it failed nothing is known about the disk:
 * fsync(2) may forget what it could not write, so a second try proves nothing.
 * Before db_commit_later, outside a transaction, db_settle() makes durable what others committed
 * that way and this connection sees.
 */
MUST_USE enum rc db_commit_later(struct db *db, struct err *err);
MUST_USE enum rc db_settle(struct db *db, struct err *err);
/* Between transactions, when nothing is likely to come: give memory back that only speeds up. */
void db_rest(struct db *db);
void db_rollback(struct db *db);
/* One level of savepoint inside a transaction. */
MUST_USE enum rc db_savepoint(struct db *db, struct err *err);
MUST_USE enum rc db_release(struct db *db, struct err *err);
/* Undo since the savepoint and end it. RC_UNAVAILABLE when the disk has ended it all. */
MUST_USE enum rc db_rollback_to(struct db *db, struct err *err);

/*
 * What the engine itself finds wrong with its file: damaged pages, index entries without their
 * row and rows without their entry. `found` is called with one sentence each, borrowed, naming
 * table or index, at most DB_FOUND_MAX times. RC_OK: all was looked at, whatever was found.
 * Takes time by the file's size; run it in a read transaction to see one state.
 */
#define DB_FOUND_MAX 100
typedef void db_found_fn(void *ctx, struct str what);
MUST_USE enum rc db_check_file(struct db *db, db_found_fn *found, void *ctx, struct err *err);

/*
 * The whole database as it is, into a file that is empty or not there; no transaction may be
 * open. RC_INVALID: an engine whose database is no file. RC_UNAVAILABLE: the disk.
 */
MUST_USE enum rc db_copy_file(struct db *db, const char *path, struct err *err);

enum db_engine db_engine(const struct db *db);

#endif
