#include "store/db_postgres.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/*
 * The PostgreSQL driver, on libpq: statements are prepared on first use; numbers, texts and
 * bytes go as binary. A statement that reads to its end on purpose (struct sql, stream) is a
 * cursor, so that a log of any length takes the same memory.
 */
enum { FETCH_ROWS = 500, PARAMS_MAX = 64 };

/* Of pg_type; fixed for ever. */
enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };

struct prepared {
	char name[16];
	bool is_open;
};

struct pg_rows {
	struct rows rows;
	struct postgres *p;
	const struct sql *sql;
	struct prepared *prepared;
	PGresult *result;
	int at;
	char cursor[16]; /* empty: all rows are in result */
};

/* A statement's values as libpq takes them. */
struct params {
	Oid types[PARAMS_MAX];
	const char *values[PARAMS_MAX];
	int lengths[PARAMS_MAX], formats[PARAMS_MAX];
	uint64_t numbers[PARAMS_MAX];
};

static struct pg_values
values_for(const struct params *p)
{
	return (struct pg_values){p->types, p->values, p->lengths, p->formats};
}

static void
params_fill(struct params *out, const struct bind *binds, size_t n)
{
	must(n <= PARAMS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct bind *b = &binds[i];

		out->formats[i] = 1;
		out->values[i] = b->s.p != NULL ? b->s.p : "";
		out->lengths[i] = (int)b->s.n;
		switch (b->kind) {
		case BIND_NULL:
			out->values[i] = NULL;
			out->types[i] = 0;
			break;
		case BIND_I64:
			out->numbers[i] = htobe64((uint64_t)b->i);
			out->values[i] = (const char *)&out->numbers[i];
			out->lengths[i] = 8;
			out->types[i] = OID_INT8;
			break;
		case BIND_TEXT: out->types[i] = OID_TEXT; break;
		case BIND_BLOB: out->types[i] = OID_BYTEA; break;
		}
	}
}

/*
 * Read the answers to all that was posted. The first that failed is the failure of all: the
 * server skips what follows it, and the transaction waits for its rollback.
 */
static enum rc
drain(struct postgres *p, struct err *err)
{
	enum rc rc = RC_OK;
	unsigned ends = 0;
	bool more = true, is_cut;

	if (p->posted == 0)
		return RC_OK;
	p->posted = 0;
	if (PQpipelineSync(p->c) != 1)
		return postgres_fail(p, NULL, "pipeline", err);
	while (more) {
		PGresult *result = postgres_next_result(p->c, p->answer_ms, &is_cut);
		ExecStatusType status = PQresultStatus(result);

		/* Each answer ends with a NULL; two in a row: the connection is gone. */
		ends = is_cut ? 2 : result == NULL ? ends + 1 : 0;
		if (ends > 1 && rc == RC_OK)
			rc = postgres_fail(p, NULL, "pipeline", err);
		if (status == PGRES_PIPELINE_SYNC || ends > 1)
			more = false;
		else if (status == PGRES_FATAL_ERROR && result != NULL && rc == RC_OK)
			rc = postgres_fail(p, result, "pipeline", err);
		PQclear(result);
	}
	if (PQexitPipelineMode(p->c) != 1 && rc == RC_OK)
		rc = postgres_fail(p, NULL, "pipeline", err);
	return rc;
}

static enum rc
prepare(struct postgres *p, const struct sql *sql, const Oid *types, struct prepared **out,
	struct err *err)
{
	struct prepared *one = sql_table_find(&p->table, sql);
	PGresult *result;
	enum rc rc = RC_OK;

	if (one == NULL) {
		if ((rc = drain(p, err)) != RC_OK)
			return rc;
		one = heap_zeroed(sizeof *one);
		(void)snprintf(one->name, sizeof one->name, "s%zu", p->table.n);
		result = postgres_prepare(p->c, one->name, sql->text[DB_POSTGRES], sql->params,
					  types, p->answer_ms);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			rc = postgres_fail(p, result, sql->name, err);
		PQclear(result);
		if (rc != RC_OK) {
			free(one);
			return rc;
		}
		sql_table_add(&p->table, sql, one);
	}
	*out = one;
	return RC_OK;
}

static enum rc
execute(struct postgres *p, const struct sql *sql, const struct bind *binds, size_t n,
	struct prepared **prepared, PGresult **out, struct err *err)
{
	struct params params;
	struct pg_values values = values_for(&params);
	ExecStatusType status;
	enum rc rc;

	params_fill(&params, binds, n);
	if ((rc = prepare(p, sql, params.types, prepared, err)) != RC_OK ||
	    (rc = drain(p, err)) != RC_OK)
		return rc;
	must(!(*prepared)->is_open);
	*out = postgres_query_prepared(p->c, (*prepared)->name, (int)n, &values, p->answer_ms);
	status = PQresultStatus(*out);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return RC_OK;
	rc = postgres_fail(p, *out, sql->name, err);
	PQclear(*out);
	return rc;
}

static enum rc
postgres_run(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
	     int64_t *changed, struct err *err)
{
	struct prepared *prepared;
	PGresult *result;
	enum rc rc;

	if ((rc = execute((struct postgres *)db, sql, binds, n, &prepared, &result, err)) != RC_OK)
		return rc;
	if (changed != NULL)
		*changed = strtoll(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	return RC_OK;
}

static enum rc
pipeline(struct postgres *p, struct err *err)
{
	/* Answers wait in the socket's buffer until they are read. */
	enum { POSTED_MAX = 128 };
	enum rc rc;

	if (p->posted >= POSTED_MAX && (rc = drain(p, err)) != RC_OK)
		return rc;
	if (p->posted == 0 && PQenterPipelineMode(p->c) != 1)
		return postgres_fail(p, NULL, "pipeline", err);
	return RC_OK;
}

/* Sent and not waited for: a failure is that of the next call that waits. */
static enum rc
postgres_post(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
	      struct err *err)
{
	struct postgres *p = (struct postgres *)db;
	struct prepared *prepared;
	struct params params;
	enum rc rc;

	params_fill(&params, binds, n);
	if ((rc = prepare(p, sql, params.types, &prepared, err)) != RC_OK ||
	    (rc = pipeline(p, err)) != RC_OK)
		return rc;
	if (PQsendQueryPrepared(p->c, prepared->name, (int)n, params.values, params.lengths,
				params.formats, 1) != 1)
		return postgres_fail(p, NULL, sql->name, err);
	p->posted++;
	return RC_OK;
}

static enum rc
post_command(struct postgres *p, const char *text, struct err *err)
{
	enum rc rc = pipeline(p, err);

	if (rc != RC_OK)
		return rc;
	if (PQsendQueryParams(p->c, text, 0, NULL, NULL, NULL, NULL, 1) != 1)
		return postgres_fail(p, NULL, text, err);
	p->posted++;
	return RC_OK;
}

/* One command whose words are ours: begin, fetch, close. */
static enum rc
command(struct postgres *p, const char *text, const char *what, PGresult **out, struct err *err)
{
	enum rc rc = drain(p, err);
	PGresult *result;
	ExecStatusType status;

	if (rc != RC_OK)
		return rc;
	result = postgres_query_params(p->c, text, 0, NULL, p->answer_ms);
	status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		rc = postgres_fail(p, result, what, err);
	if (rc == RC_OK && out != NULL)
		*out = result;
	else
		PQclear(result);
	return rc;
}

static enum rc
fetch(struct pg_rows *r, struct err *err)
{
	char text[64];

	PQclear(r->result);
	r->result = NULL;
	r->at = -1;
	(void)snprintf(text, sizeof text, "FETCH %d FROM %s", (int)FETCH_ROWS, r->cursor);
	return command(r->p, text, r->sql->name, &r->result, err);
}

static enum rc
declare(struct pg_rows *r, const struct bind *binds, size_t n, struct err *err)
{
	struct arena *a = arena_new(0);
	struct params params;
	struct pg_values values = values_for(&params);
	PGresult *result;
	enum rc rc = drain(r->p, err);
	const char *text;

	if (rc != RC_OK) {
		arena_free(a);
		return rc;
	}
	(void)snprintf(r->cursor, sizeof r->cursor, "c%u", ++r->p->cursors);
	text = str_z(a, str_fmt(a, "DECLARE %s NO SCROLL CURSOR FOR %s", r->cursor,
				r->sql->text[DB_POSTGRES]));
	params_fill(&params, binds, n);
	result = postgres_query_params(r->p->c, text, (int)n, &values, r->p->answer_ms);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		rc = postgres_fail(r->p, result, r->sql->name, err);
	PQclear(result);
	arena_free(a);
	return rc == RC_OK ? fetch(r, err) : rc;
}

static bool
postgres_in_transaction(const struct db *db)
{
	const struct postgres *p = (const struct postgres *)db;
	PGTransactionStatusType status = PQtransactionStatus(p->c);

	/* What is posted is posted within one. */
	return p->posted > 0 || status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

static enum rc
postgres_select(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
		struct rows **out, struct err *err)
{
	struct pg_rows *r = heap_zeroed(sizeof *r);
	enum rc rc;

	*r = (struct pg_rows){
	    .rows.driver = &db_driver_postgres, .p = (struct postgres *)db, .sql = sql, .at = -1};
	if (sql->stream && postgres_in_transaction(db))
		rc = declare(r, binds, n, err);
	else
		rc = execute(r->p, sql, binds, n, &r->prepared, &r->result, err);
	if (rc != RC_OK) {
		free(r);
		return rc;
	}
	if (r->prepared != NULL)
		r->prepared->is_open = true;
	*out = &r->rows;
	return RC_OK;
}

static enum rc
postgres_next(struct rows *rows, struct err *err)
{
	struct pg_rows *r = (struct pg_rows *)rows;
	enum rc rc;

	if (r->result == NULL)
		return RC_ABSENT;
	if (++r->at < PQntuples(r->result))
		return RC_OK;
	if (r->cursor[0] != '\0' && r->p->posted == 0 && PQntuples(r->result) == FETCH_ROWS) {
		if ((rc = fetch(r, err)) != RC_OK)
			return rc;
		r->at = 0;
		return PQntuples(r->result) > 0 ? RC_OK : RC_ABSENT;
	}
	r->at = PQntuples(r->result);
	return RC_ABSENT;
}

static const char *
value_of(const struct rows *rows, int column, size_t *n)
{
	const struct pg_rows *r = (const struct pg_rows *)rows;

	must(r->result != NULL && r->at >= 0 && r->at < PQntuples(r->result));
	must(column >= 0 && column < PQnfields(r->result));
	*n = (size_t)PQgetlength(r->result, r->at, column);
	return PQgetisnull(r->result, r->at, column) ? NULL : PQgetvalue(r->result, r->at, column);
}

/* int8, int4 (LENGTH, a bare 1), int2 and bool are all whole numbers here. */
static int64_t
postgres_i64(const struct rows *rows, int column)
{
	size_t n;
	const unsigned char *p = (const unsigned char *)value_of(rows, column, &n);
	uint64_t v;

	if (p == NULL)
		return 0;
	must(n == 1 || n == 2 || n == 4 || n == 8);
	v = n > 1 && p[0] >= 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

static struct str
postgres_bytes(const struct rows *rows, int column)
{
	size_t n;
	const char *p = value_of(rows, column, &n);

	return (struct str){p, p != NULL ? n : 0};
}

static bool
postgres_is_null(const struct rows *rows, int column)
{
	size_t n;

	return value_of(rows, column, &n) == NULL;
}

static void
postgres_rows_close(struct rows *rows)
{
	struct pg_rows *r = (struct pg_rows *)rows;
	char text[64];

	if (r->cursor[0] != '\0' && r->p->posted == 0 &&
	    PQtransactionStatus(r->p->c) == PQTRANS_INTRANS) {
		(void)snprintf(text, sizeof text, "CLOSE %s", r->cursor);
		(void)command(r->p, text, r->sql->name, NULL, NULL);
	}
	if (r->prepared != NULL)
		r->prepared->is_open = false;
	PQclear(r->result);
	free(r);
}

static enum rc
postgres_control(struct db *db, enum db_control what, struct err *err)
{
	/* clang-format off */
	static const struct { const char *name, *text; } controls[] = {
		[DB_BEGIN]       = { "begin",       "BEGIN" },
		[DB_BEGIN_READ]  = { "begin_read",  "BEGIN READ ONLY" },
		[DB_COMMIT]      = { "commit",      "COMMIT" },
		[DB_ROLLBACK]    = { "rollback",    "ROLLBACK" },
		[DB_SAVEPOINT]   = { "savepoint",   "SAVEPOINT s" },
		[DB_RELEASE]     = { "release",     "RELEASE s" },
		[DB_ROLLBACK_TO] = { "rollback_to", "ROLLBACK TO s" },
	};
	/* clang-format on */
	struct postgres *p = (struct postgres *)db;
	enum rc rc;

	if (what == DB_ROLLBACK && !postgres_in_transaction(db))
		return RC_OK;
	if (what == DB_SAVEPOINT)
		return post_command(p, controls[what].text, err);
	/* Its answers are those to the whole item: nothing of it is left in the air. */
	if (what == DB_RELEASE) {
		rc = post_command(p, controls[what].text, err);
		return rc == RC_OK ? drain(p, err) : rc;
	}
	/* What they undo may have failed; of that the caller knows or will hear. */
	if (what == DB_ROLLBACK || what == DB_ROLLBACK_TO)
		(void)drain(p, NULL);
	else if ((rc = drain(p, err)) != RC_OK)
		return rc;
	/* COMMIT of a transaction that failed is answered with ROLLBACK and no error. */
	if (what == DB_COMMIT && PQtransactionStatus(p->c) != PQTRANS_INTRANS)
		return fail(err, RC_UNAVAILABLE, "", "commit: the transaction was lost before");
	if (p->is_later && p->settler == NULL && what == DB_BEGIN &&
	    (rc = postgres_reconnect(p, err)) != RC_OK)
		return rc;
	/* Left behind by a BEGIN that was answered and cancelled at once. */
	if ((what == DB_BEGIN || what == DB_BEGIN_READ) &&
	    PQtransactionStatus(p->c) != PQTRANS_IDLE)
		(void)command(p, "ROLLBACK", "rollback", NULL, NULL);
	rc = command(p, controls[what].text, controls[what].name, NULL, err);
	/* A server that went away may be back: between transactions nothing hangs on the old
	 * connection but what was prepared. */
	if (rc != RC_OK && (what == DB_BEGIN || what == DB_BEGIN_READ) && p->is_gone &&
	    (rc = postgres_reconnect(p, err)) == RC_OK)
		rc = command(p, controls[what].text, controls[what].name, NULL, err);
	if (rc == RC_OK && what == DB_COMMIT && p->is_later)
		atomic_fetch_add(&p->committed, 1);
	/* ROLLBACK TO leaves the savepoint open; here it ends. */
	if (rc == RC_OK && what == DB_ROLLBACK_TO)
		rc = command(p, controls[DB_RELEASE].text, controls[DB_RELEASE].name, NULL, err);
	return rc;
}

static enum rc
postgres_check(struct db *db, const struct sql *sql, struct err *err)
{
	struct postgres *p = (struct postgres *)db;
	PGresult *result;
	enum rc rc = RC_OK;

	/* Types come with the first values; so this one is not kept. */
	if ((rc = drain(p, err)) != RC_OK)
		return rc;
	result = postgres_prepare(p->c, "check", sql->text[DB_POSTGRES], 0, NULL, p->answer_ms);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		rc = postgres_fail(p, result, sql->name, err);
	PQclear(result);
	if (rc == RC_OK)
		rc = command(p, "DEALLOCATE \"check\"", sql->name, NULL, err);
	return rc;
}

static enum rc
postgres_script(struct db *db, const char *text, struct err *err)
{
	struct postgres *p = (struct postgres *)db;
	enum rc rc = drain(p, err);
	PGresult *result;
	ExecStatusType status;

	if (rc != RC_OK)
		return rc;
	result = postgres_query(p->c, text, LONG_ANSWER_MS);
	status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		rc = postgres_fail(p, result, "migration", err);
	PQclear(result);
	return rc;
}

void
postgres_forget_prepared(struct postgres *p)
{
	for (size_t i = 0; i < p->table.cap; i++)
		free(p->table.at[i].prepared);
	sql_table_free(&p->table);
}

static void
postgres_close(struct db *db)
{
	struct postgres *p = (struct postgres *)db;

	postgres_forget_prepared(p);
	PQfinish(p->c);
	PQfinish(p->settler);
	free(p);
}

const struct db_driver db_driver_postgres = {
    .scheme = "postgresql",
    .open = postgres_open,
    .close = postgres_close,
    .run = postgres_run,
    .post = postgres_post,
    .select = postgres_select,
    .control = postgres_control,
    .hold = postgres_hold,
    .admit = postgres_admit,
    .mark = postgres_mark,
    .commit_later = postgres_commit_later,
    .settle = postgres_settle,
    .in_transaction = postgres_in_transaction,
    .check = postgres_check,
    .script = postgres_script,
    .check_file = postgres_check_file,
    .check_schema = postgres_check_schema,
    .grant = postgres_grant,
    .next = postgres_next,
    .i64 = postgres_i64,
    .text = postgres_bytes,
    .blob = postgres_bytes,
    .is_null = postgres_is_null,
    .rows_close = postgres_rows_close,
};
