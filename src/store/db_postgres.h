#ifndef STORE_DB_POSTGRES_H
#define STORE_DB_POSTGRES_H

#include <stdatomic.h>

#include <libpq-fe.h>

#include "store/db_driver.h"
#include "store/sql_table.h"

/* db_postgres: what the three files of the PostgreSQL driver share; for them alone. */
struct postgres {
	struct db db;
	PGconn *c;
	PGconn *settler; /* after commit_later: syncs what c committed */
	/* Commits made, and how many of them are durable; equal when nothing is on its way. */
	atomic_uint_fast64_t committed, settled;
	struct sql_table table;
	unsigned cursors; /* opened so far: their names */
	unsigned posted;  /* sent and not yet answered; then the connection is in pipeline mode */
	int timeout_ms;
	int answer_ms; /* how long an answer is waited for */
	bool reader;
	bool is_later; /* commit_later: then there is a settler, or the next BEGIN makes one */
	/* What others see of this connection; taken again with each new one. */
	enum { HOLD_NOTHING, HOLD_BESIDE, HOLD_ALONE } hold;
	uint32_t place;
	int64_t mark;
	bool is_gone; /* the connection has ended; PQstatus() learns of it late */
};

/*
 * How long things may take, in times of the connection's timeout_ms (5 s as a node opens it): a
 * statement of a reader before the server ends it; any answer, before the connection is cut; a
 * process that stopped in the middle of a group, before the server ends it for the others.
 */
enum { READ_TIMEOUTS = 3, ANSWER_TIMEOUTS = 6, IDLE_TIMEOUTS = 6 };
/* What takes time by the size of the database: making tables and indexes, checking them. */
enum { LONG_ANSWER_MS = 3600 * 1000 };

/* A statement's values as libpq takes them. */
struct pg_values {
	const Oid *types;
	const char *const *values;
	const int *lengths, *formats;
};
/*
 * As libpq's PQexec, PQexecParams, PQexecPrepared, PQprepare, PQgetResult, but each answer is
 * waited for at most limit_ms; then the connection is cut and NULL comes back. Rows are binary
 * but for postgres_query. v NULL: no values.
 */
PGresult *postgres_query(PGconn *c, const char *text, int limit_ms);
PGresult *postgres_query_params(PGconn *c, const char *text, int n, const struct pg_values *v,
				int limit_ms);
PGresult *postgres_query_prepared(PGconn *c, const char *name, int n, const struct pg_values *v,
				  int limit_ms);
PGresult *postgres_prepare(PGconn *c, const char *name, const char *text, int n, const Oid *types,
			   int limit_ms);
PGresult *postgres_next_result(PGconn *c, int limit_ms, bool *is_cut);

enum rc postgres_open(const struct db_open_options *o, struct db **out, struct err *err);
enum rc postgres_commit_later(struct db *db, struct err *err);
enum rc postgres_hold(struct db *db, bool beside, uint32_t place, bool *alone, struct err *err);
enum rc postgres_admit(struct db *db, struct err *err);
enum rc postgres_mark(struct db *db, int64_t number, struct err *err);
/* What the connection held, on one made anew. */
enum rc postgres_hold_again(struct postgres *p, struct err *err);
enum rc postgres_settle(struct db *db, struct err *err);
/* After the connection was lost: the same again, with nothing prepared. */
enum rc postgres_reconnect(struct postgres *p, struct err *err);
void postgres_forget_prepared(struct postgres *p);
enum rc postgres_check_file(struct db *db, db_found_fn *found, void *ctx, struct err *err);
enum rc postgres_check_schema(struct db *db, const char *const *scripts, size_t n,
			      db_found_fn *found, void *ctx, struct err *err);
enum rc postgres_grant(struct db *db, const char *role, const struct migration_set *sets, size_t n,
		       struct err *err);
/* A second connection like the first; the caller's. */
enum rc postgres_second(struct postgres *p, PGconn **out, struct err *err);
/* Statements in our own words, whose rows nobody wants. */
enum rc postgres_exec(struct postgres *p, PGconn *c, const char *text, const char *what,
		      struct err *err);
/*
 * What a result, or the connection when result is NULL, failed of. The text names the
 * statement and constraints or tables, never values: of the server's own messages only those
 * about the words of a statement, which are ours.
 */
enum rc postgres_fail(struct postgres *p, const PGresult *result, const char *what,
		      struct err *err);

#endif
