#include "store/db_postgres.h"

#include <string.h>

#include "base/log.h"

/*
 * What a server can be asked about its own files and tables. amcheck compares each index with
 * the rows it is of; it comes with PostgreSQL, and an administrator puts it into the database
 * (CREATE EXTENSION amcheck). Damaged pages show where checksums are on (initdb -k).
 */

static enum rc
tell_rows(struct postgres *p, PGresult *result, db_found_fn *found, void *ctx, struct err *err)
{
	enum rc rc = RC_OK;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		rc = postgres_fail(p, result, "check", err);
	else
		for (int i = 0; i < PQntuples(result) && i < DB_FOUND_MAX; i++)
			found(ctx, str_from(PQgetvalue(result, i, 0)));
	PQclear(result);
	return rc;
}

static bool
has_amcheck(PGconn *c)
{
	PGresult *result = postgres_query(c, "SELECT 1 FROM pg_extension WHERE extname = 'amcheck'",
					  LONG_ANSWER_MS);
	bool has = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;

	PQclear(result);
	return has;
}

/* A name of ours in double quotes, as regclass prints it; nothing of a row. */
static void
tell_index(const char *index, const char *state, db_found_fn *found, void *ctx)
{
	char text[200];

	(void)snprintf(text, sizeof text, "index %.100s does not fit its table (PostgreSQL %s)",
		       index, state);
	found(ctx, str_from(text));
}

enum rc
postgres_check_file(struct db *db, db_found_fn *found, void *ctx, struct err *err)
{
	struct postgres *p = (struct postgres *)db;
	PGconn *c;
	PGresult *indexes;
	bool may = true;
	enum rc rc;

	if ((rc = postgres_second(p, &c, err)) != RC_OK)
		return rc;
	if (!has_amcheck(c)) {
		log_warn("indexes are not compared with their rows: the database has no amcheck "
			 "(CREATE EXTENSION amcheck)");
		PQfinish(c);
		return RC_OK;
	}
	indexes =
	    postgres_query(c,
			   "SELECT i.indexrelid::regclass::text, i.indexrelid FROM pg_index i JOIN "
			   "pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = "
			   "i.indexrelid JOIN pg_am a ON a.oid = x.relam WHERE a.amname = 'btree' "
			   "AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = "
			   "'store_migration'::regclass) ORDER BY 1",
			   LONG_ANSWER_MS);
	if (PQresultStatus(indexes) != PGRES_TUPLES_OK)
		rc = postgres_fail(p, indexes, "check", err);
	for (int i = 0; rc == RC_OK && may && i < PQntuples(indexes); i++) {
		const char *id = PQgetvalue(indexes, i, 1), *state;
		struct pg_values value = {NULL, &id, NULL, NULL};
		PGresult *result = postgres_query_params(c, "SELECT bt_index_check($1::oid, true)",
							 1, &value, LONG_ANSWER_MS);

		if (PQresultStatus(result) != PGRES_TUPLES_OK) {
			state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
			if (state != NULL && strcmp(state, "42501") == 0)
				may = false;
			else if (state != NULL && strncmp(state, "XX", 2) == 0)
				tell_index(PQgetvalue(indexes, i, 0), state, found, ctx);
			else
				rc = postgres_fail(p, result, "check", err);
		}
		PQclear(result);
	}
	if (!may)
		log_warn("indexes are not compared with their rows: the node's role may not run "
			 "amcheck (GRANT EXECUTE ON FUNCTION bt_index_check(regclass, boolean))");
	PQclear(indexes);
	PQfinish(c);
	return rc;
}

static bool
may_make_schema(PGconn *c)
{
	PGresult *result =
	    postgres_query(c, "SELECT 1 WHERE has_database_privilege(current_database(), 'CREATE')",
			   LONG_ANSWER_MS);
	bool may = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;

	PQclear(result);
	return may;
}

/* The tables as the migrations make them, in a schema that is never committed, beside those
 * that are there: columns, keys and indexes must be the same, and nothing else may hang on them. */
static const char compare[] =
    "WITH home AS (SELECT relnamespace AS oid FROM pg_class WHERE oid = "
    "'store_migration'::regclass), "
    "made AS (SELECT oid FROM pg_namespace WHERE nspname = 'liaison_check'), "
    "d AS (SELECT c.relnamespace AS ns, c.relname AS rel, 'column ' || a.attname || ' ' || "
    "format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END "
    "AS what FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
    "a.attisdropped WHERE c.relkind = 'r' UNION ALL SELECT c.relnamespace, c.relname, 'index ' || "
    "regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX (\\S+) ON .* USING ', "
    "'\\2 \\1') FROM "
    "pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid "
    "UNION ALL SELECT c.relnamespace, c.relname, 'trigger ' || t.tgname FROM pg_trigger t JOIN "
    "pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal UNION ALL SELECT c.relnamespace, "
    "c.relname, 'rule ' || r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class "
    "WHERE c.relkind = 'r'), "
    "ours AS (SELECT rel, what FROM d WHERE ns = (SELECT oid FROM made)), "
    "there AS (SELECT rel, what FROM d WHERE ns = (SELECT oid FROM home) AND rel IN (SELECT rel "
    "FROM ours)) "
    "SELECT 'table ' || rel || ': ' || what || ' is missing' FROM (SELECT * FROM ours EXCEPT "
    "SELECT * FROM there) AS m UNION ALL SELECT 'table ' || rel || ': ' || what || ' is not of "
    "this program' FROM (SELECT * FROM there EXCEPT SELECT * FROM ours) AS n LIMIT 100";

enum rc
postgres_check_schema(struct db *db, const char *const *scripts, size_t n, db_found_fn *found,
		      void *ctx, struct err *err)
{
	struct postgres *p = (struct postgres *)db;
	PGconn *c;
	enum rc rc;

	if ((rc = postgres_second(p, &c, err)) != RC_OK)
		return rc;
	if (!may_make_schema(c)) {
		log_warn("definitions of tables are not compared: the node's role may make no "
			 "schema here; run `audit verify` once in a while as the tables' owner");
		PQfinish(c);
		return RC_OK;
	}
	rc = postgres_exec(p, c,
			   "BEGIN; CREATE SCHEMA liaison_check; SET LOCAL search_path = "
			   "liaison_check, public",
			   "check", err);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = postgres_exec(p, c, scripts[i], "check", err);
	if (rc == RC_OK)
		rc = postgres_exec(p, c, "SET LOCAL search_path = public", "check", err);
	if (rc == RC_OK)
		rc = tell_rows(p, postgres_query(c, compare, LONG_ANSWER_MS), found, ctx, err);
	PQfinish(c);
	return rc;
}

/* To whom the tables belong, and to whom nothing is forbidden, no grant takes anything away. */
static enum rc
check_role(struct postgres *p, const char *role, struct err *err)
{
	struct pg_values value = {NULL, &role, NULL, NULL};
	PGresult *result = postgres_query_params(
	    p->c,
	    "SELECT CASE WHEN rolsuper OR pg_has_role(oid, (SELECT relowner FROM pg_class WHERE "
	    "oid = 'store_migration'::regclass), 'MEMBER') THEN 't' ELSE 'f' END FROM pg_roles "
	    "WHERE rolname = $1",
	    1, &value, p->answer_ms);
	enum rc rc = RC_OK;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		rc = postgres_fail(p, result, "grant", err);
	else if (PQntuples(result) != 1)
		rc = fail(err, RC_INVALID, "role", "there is no such role; createuser makes one");
	else if (strcmp(PQgetvalue(result, 0, 0), "f") != 0)
		rc = fail(err, RC_INVALID, "role",
			  "this role owns the tables, is of those who do, or is a superuser, so it "
			  "could change the log; make another one");
	PQclear(result);
	return rc;
}

enum rc
postgres_grant(struct db *db, const char *role, const struct migration_set *sets, size_t n,
	       struct err *err)
{
	struct postgres *p = (struct postgres *)db;
	enum rc rc = check_role(p, role, err);
	char text[512];

	if (rc == RC_OK)
		rc = postgres_exec(p, p->c, "BEGIN", "grant", err);
	else
		return rc;

	(void)snprintf(text, sizeof text,
		       "GRANT SELECT ON store_migration TO %s; REVOKE INSERT, UPDATE, DELETE, "
		       "TRUNCATE ON store_migration FROM %s, PUBLIC",
		       role, role);
	if (rc == RC_OK)
		rc = postgres_exec(p, p->c, text, "grant", err);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		for (size_t k = 0; rc == RC_OK && k < sets[i].table_count; k++) {
			const struct migration_table *t = &sets[i].tables[k];

			(void)snprintf(
			    text, sizeof text,
			    "REVOKE ALL ON %s FROM %s, PUBLIC; GRANT SELECT, INSERT%s ON "
			    "%s TO %s",
			    t->name, role, t->append_only ? "" : ", UPDATE, DELETE", t->name, role);
			rc = postgres_exec(p, p->c, text, "grant", err);
		}
	if (rc == RC_OK)
		return postgres_exec(p, p->c, "COMMIT", "grant", err);
	(void)postgres_exec(p, p->c, "ROLLBACK", "grant", NULL);
	return rc;
}
