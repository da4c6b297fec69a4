#include "store/db_postgres.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* How a connection to PostgreSQL is opened and set up, and how its commits are made durable. */

/* One key for all liaison nodes of a database: who makes or changes tables holds it. */
#define SETUP_LOCK "7812730452113907"

static enum rc
rc_of(const char *state)
{
	static const struct {
		const char *prefix;
		enum rc rc;
	} codes[] = {
	    {"23505", RC_CONFLICT},    /* unique_violation */
	    {"23503", RC_CONFLICT},    /* foreign_key_violation */
	    {"23", RC_FAILED},	       /* other constraints */
	    {"XX001", RC_INTEGRITY},   /* data_corrupted */
	    {"XX002", RC_INTEGRITY},   /* index_corrupted */
	    {"54", RC_TOO_LARGE},      /* program limit exceeded */
	    {"08", RC_UNAVAILABLE},    /* connection */
	    {"25P03", RC_UNAVAILABLE}, /* stood still in a transaction for too long */
	    {"25006", RC_UNAVAILABLE}, /* read-only: a standby, or a reader's connection */
	    {"28", RC_UNAVAILABLE},    /* who we are was not accepted */
	    {"3D000", RC_UNAVAILABLE}, /* no such database */
	    {"40", RC_UNAVAILABLE},    /* rolled back: deadlock, serialisation */
	    {"53", RC_UNAVAILABLE},    /* no disk, memory or connections left */
	    {"55P03", RC_UNAVAILABLE}, /* lock not to be had in time */
	    {"57", RC_UNAVAILABLE},    /* shutdown, cancelled */
	    {"58", RC_UNAVAILABLE},    /* the server's system */
	};

	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (strncmp(state, codes[i].prefix, strlen(codes[i].prefix)) == 0)
			return codes[i].rc;
	return RC_FAILED;
}

enum rc
postgres_fail(struct postgres *p, const PGresult *result, const char *what, struct err *err)
{
	const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *of = "";

	/* libpq's own words, or the server's last ones (57P: it shuts down, or ends us). */
	if (state == NULL || strncmp(state, "57P", 3) == 0 || strcmp(state, "25P03") == 0)
		p->is_gone = true;
	if (state == NULL)
		return fail(err, RC_UNAVAILABLE, "",
			    "%s: the connection to PostgreSQL is lost, or it does not answer",
			    what);
	if (strcmp(state, "55P03") == 0)
		return fail(err, RC_UNAVAILABLE, "",
			    "%s: somebody holds what was to be written and does not go on: another "
			    "process of this node that is stopped, or a person at the database",
			    what);
	if (strcmp(state, "53100") == 0)
		return fail(err, RC_UNAVAILABLE, "", "%s: the database's disk is full", what);
	if (strncmp(state, "42", 2) == 0)
		of = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	else if ((of = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME)) == NULL)
		of = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
	return fail(err, rc_of(state), "", "%s: PostgreSQL says %s%s%s", what, state,
		    of != NULL ? " " : "", of != NULL ? of : "");
}

enum rc
postgres_exec(struct postgres *p, PGconn *c, const char *text, const char *what, struct err *err)
{
	PGresult *result = postgres_query(c, text, p->answer_ms);
	ExecStatusType status = PQresultStatus(result);
	enum rc rc = RC_OK;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		rc = postgres_fail(p, result, what, err);
	PQclear(result);
	return rc;
}

static void
say_nothing(void *ctx, const PGresult *result)
{
	(void)ctx;
	(void)result;
}

/* What a new connection needs before anything is asked. */
static void
make_ready(PGconn *c)
{
	(void)PQsetNoticeReceiver(c, say_nothing, NULL);
	/* Else sending would wait for a server that takes nothing. */
	(void)PQsetnonblocking(c, 1);
}

static enum rc
connect_to(const char *url, int timeout_ms, PGconn **out, struct err *err)
{
	char seconds[16];
	const char *keys[] = {"dbname",
			      "connect_timeout",
			      "application_name",
			      "client_encoding",
			      "tcp_user_timeout",
			      "keepalives_idle",
			      "keepalives_interval",
			      "keepalives_count",
			      NULL};
	const char *values[] = {url, seconds, "liaison", "UTF8", "30000", "10", "5", "3", NULL};

	/* libpq takes less than two seconds for two. */
	(void)snprintf(seconds, sizeof seconds, "%d", timeout_ms < 2000 ? 2 : timeout_ms / 1000);
	*out = PQconnectdbParams(keys, values, 1);
	if (*out != NULL && PQstatus(*out) == CONNECTION_OK) {
		make_ready(*out);
		return RC_OK;
	}
	/* The message may hold the address, a login, a path: it stays where it is. */
	PQfinish(*out);
	*out = NULL;
	return fail(err, RC_UNAVAILABLE, "url",
		    "PostgreSQL is not reached, or does not let this node in; try the same address "
		    "with psql");
}

/* Order by bytes and UTF-8, as SQLite has it: pages of lists depend on both. */
static enum rc
check_server(struct postgres *p, struct err *err)
{
	PGresult *result = postgres_query(
	    p->c,
	    "SELECT 1 FROM pg_database WHERE datname = current_database() AND "
	    "datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') AND datlocprovider = 'c' AND "
	    "pg_encoding_to_char(encoding) = 'UTF8'",
	    p->answer_ms);
	enum rc rc = RC_OK;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		rc = postgres_fail(p, result, "open", err);
	else if (PQntuples(result) != 1)
		rc = fail(err, RC_INVALID, "url",
			  "this database sorts by a language or is not in UTF-8; make one with: "
			  "createdb -T template0 -E UTF8 --locale=C NAME");
	PQclear(result);
	if (rc == RC_OK && PQserverVersion(p->c) < 150000)
		rc = fail(err, RC_INVALID, "url", "PostgreSQL 15 or later is needed");
	return rc;
}

static enum rc
configure(struct postgres *p, struct err *err)
{
	char text[1024];
	enum rc rc;

	make_ready(p->c);
	/* A reader that stands still keeps nobody from writing, and may be a job that computes. */
	(void)snprintf(text, sizeof text,
		       "SET lock_timeout = %d; SET statement_timeout = %d; "
		       "SET idle_in_transaction_session_timeout = %d; "
		       "SET client_connection_check_interval = 5000; SET tcp_keepalives_idle = 10; "
		       "SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; "
		       "SET standard_conforming_strings = on; SET synchronous_commit = on; "
		       "SET default_transaction_isolation = '%s'; "
		       "SET default_transaction_read_only = %s",
		       p->timeout_ms, p->reader ? READ_TIMEOUTS * p->timeout_ms : 0,
		       p->reader ? 0 : IDLE_TIMEOUTS * p->timeout_ms,
		       p->reader ? "repeatable read" : "read committed", p->reader ? "on" : "off");
	if ((rc = postgres_exec(p, p->c, text, "open", err)) != RC_OK ||
	    (rc = check_server(p, err)) != RC_OK || p->reader)
		return rc;
	/* BLOB is SQLite's word for it. */
	return postgres_exec(
	    p, p->c,
	    "BEGIN; SELECT pg_advisory_xact_lock(" SETUP_LOCK "); DO $$BEGIN "
	    "IF to_regtype('blob') IS NULL THEN CREATE DOMAIN blob AS bytea; END IF; "
	    "END$$; COMMIT",
	    "open", err);
}

enum rc
postgres_open(const struct db_open_options *o, struct db **out, struct err *err)
{
	struct postgres *p = heap_zeroed(sizeof *p);
	struct arena *a = arena_new(0);
	const char *url = str_z(a, str_fmt(a, "postgresql:%.*s%s%.*s", STR_ARG(o->place),
					   o->options.n > 0 ? "?" : "", STR_ARG(o->options)));
	enum rc rc;

	p->db = (struct db){&db_driver_postgres, DB_POSTGRES};
	p->timeout_ms = o->timeout_ms;
	p->answer_ms = ANSWER_TIMEOUTS * o->timeout_ms;
	p->reader = o->reader;
	if ((rc = connect_to(url, o->timeout_ms, &p->c, err)) == RC_OK)
		rc = configure(p, err);
	arena_free(a);
	if (rc != RC_OK) {
		db_close(&p->db);
		return rc;
	}
	*out = &p->db;
	return RC_OK;
}

enum rc
postgres_reconnect(struct postgres *p, struct err *err)
{
	enum rc rc;

	if (atomic_load(&p->committed) != atomic_load(&p->settled))
		return fail(err, RC_UNAVAILABLE, "",
			    "PostgreSQL went away before it confirmed what was written");
	postgres_forget_prepared(p);
	p->is_gone = false;
	PQreset(p->c);
	if (PQstatus(p->c) != CONNECTION_OK)
		return postgres_fail(p, NULL, "begin", err);
	if ((rc = configure(p, err)) != RC_OK || (rc = postgres_hold_again(p, err)) != RC_OK ||
	    !p->is_later)
		return rc;
	/* Nothing on its way: nobody uses the settler's connection, and it ended likewise. */
	PQfinish(p->settler);
	p->settler = NULL;
	if ((rc = postgres_second(p, &p->settler, err)) != RC_OK)
		return rc;
	return postgres_exec(p, p->c, "SET synchronous_commit = off", "open", err);
}

/* libpq knows what the first was opened with. */
enum rc
postgres_second(struct postgres *p, PGconn **out, struct err *err)
{
	PQconninfoOption *options = PQconninfo(p->c);
	const char *keys[64], *values[64];
	size_t n = 0;

	for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++)
		if (o->val != NULL && n + 1 < COUNT_OF(keys)) {
			keys[n] = o->keyword;
			values[n++] = o->val;
		}
	keys[n] = values[n] = NULL;
	*out = PQconnectdbParams(keys, values, 0);
	PQconninfoFree(options);
	if (PQstatus(*out) == CONNECTION_OK) {
		make_ready(*out);
		/* Whatever the server, the database, the role or the URL say: a sync is a sync. */
		if (postgres_exec(p, *out, "SET synchronous_commit = on; SET statement_timeout = 0",
				  "open", err) == RC_OK)
			return RC_OK;
	}
	PQfinish(*out);
	*out = NULL;
	return fail(err, RC_UNAVAILABLE, "url", "PostgreSQL takes no second connection");
}

/*
 * With synchronous_commit off a commit does not wait for the server's WAL to be on the disk
 * (and at its standbys, where there are). The settler's own commit does, and the WAL is one:
 * all that was committed before it is durable with it.
 */
enum rc
postgres_commit_later(struct db *db, struct err *err)
{
	struct postgres *p = (struct postgres *)db;
	enum rc rc;

	p->is_later = true;
	if ((rc = postgres_second(p, &p->settler, err)) != RC_OK ||
	    (rc = postgres_exec(p, p->c, "SET synchronous_commit = off", "open", err)) != RC_OK)
		return rc;
	return postgres_settle(db, err);
}

enum rc
postgres_settle(struct db *db, struct err *err)
{
	struct postgres *p = (struct postgres *)db;
	uint_fast64_t committed = atomic_load(&p->committed);
	/* It must have written something, or its commit has nothing to wait for. */
	PGresult *result = postgres_query(
	    p->is_later ? p->settler : p->c,
	    "SELECT pg_logical_emit_message(true, 'liaison', 'settle')", p->answer_ms);
	bool ok = PQresultStatus(result) == PGRES_TUPLES_OK;

	PQclear(result);
	if (ok)
		atomic_store(&p->settled, committed);
	return ok ? RC_OK
		  : fail(err, RC_UNAVAILABLE, "", "PostgreSQL did not confirm what was written");
}
