#include "store/db_postgres.h"

#include <poll.h>

/*
 * Who works on a database at the same time, by the server's advisory locks: they are the
 * connection's and end with it. A process that was just killed may hold them for a moment, so
 * whoever is refused asks again for as long as the connection's timeout.
 */

/* Shared by processes beside each other, whole by one that is alone. */
#define NODE_LOCK "7812730452113908"
/* With the place as second key: shared by all of one folder. */
#define PLACE_CLASS "1815111027"
#define ASK_EVERY_MS 100

/* *yes: the statement gave a row. */
static enum rc
ask(struct postgres *p, const char *text, bool *yes, struct err *err)
{
	PGresult *result = postgres_query(p->c, text, p->answer_ms);
	enum rc rc = RC_OK;

	*yes = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		rc = postgres_fail(p, result, "open", err);
	PQclear(result);
	return rc;
}

static enum rc
try_hold(struct postgres *p, bool beside, bool *alone, bool *has, struct err *err)
{
	enum rc rc = ask(p, "SELECT 1 WHERE pg_try_advisory_lock(" NODE_LOCK ")", has, err);

	*alone = *has;
	if (rc != RC_OK || *has || !beside)
		return rc;
	return ask(p, "SELECT 1 WHERE pg_try_advisory_lock_shared(" NODE_LOCK ")", has, err);
}

/* Its own first, then a look at the others': of two that come at once one at least sees it. */
static enum rc
try_place(struct postgres *p, bool *has, struct err *err)
{
	char text[512];
	bool stranger;
	enum rc rc;

	(void)snprintf(text, sizeof text,
		       "SELECT 1 WHERE pg_try_advisory_lock_shared(" PLACE_CLASS ", %u)", p->place);
	if ((rc = ask(p, text, has, err)) != RC_OK || !*has)
		return rc;
	(void)snprintf(text, sizeof text,
		       "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND "
		       "classid = " PLACE_CLASS " AND objid <> %u AND granted AND database = "
		       "(SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1",
		       p->place);
	if ((rc = ask(p, text, &stranger, err)) != RC_OK || !stranger)
		return rc;
	*has = false;
	(void)snprintf(text, sizeof text, "SELECT pg_advisory_unlock_shared(" PLACE_CLASS ", %u)",
		       p->place);
	return postgres_exec(p, p->c, text, "open", err);
}

static enum rc
hold(struct postgres *p, bool beside, bool *alone, struct err *err)
{
	bool has = false;
	enum rc rc = RC_OK;

	for (int waited_ms = 0;; waited_ms += ASK_EVERY_MS) {
		rc = try_hold(p, beside, alone, &has, err);
		if (rc != RC_OK || has || waited_ms > p->timeout_ms)
			break;
		(void)poll(NULL, 0, ASK_EVERY_MS);
	}
	if (rc != RC_OK)
		return rc;
	if (!has)
		return fail(err, RC_CONFLICT, "store",
			    "another liaison works on this database; end it first");
	for (int waited_ms = 0;; waited_ms += ASK_EVERY_MS) {
		rc = try_place(p, &has, err);
		if (rc != RC_OK || has || waited_ms > p->timeout_ms)
			break;
		(void)poll(NULL, 0, ASK_EVERY_MS);
	}
	if (rc == RC_OK && !has)
		rc = fail(err, RC_CONFLICT, "store",
			  "a liaison of another folder works on this database; several processes "
			  "of a node share one folder, where its keys are");
	return rc;
}

enum rc
postgres_hold(struct db *db, bool beside, uint32_t place, bool *alone, struct err *err)
{
	struct postgres *p = (struct postgres *)db;
	enum rc rc;

	p->place = place & 0x7fffffff;
	if ((rc = hold(p, beside, alone, err)) == RC_OK)
		p->hold = *alone ? HOLD_ALONE : HOLD_BESIDE;
	return rc;
}

enum rc
postgres_admit(struct db *db, struct err *err)
{
	struct postgres *p = (struct postgres *)db;

	if (p->hold != HOLD_ALONE)
		return RC_OK;
	p->hold = HOLD_BESIDE;
	return postgres_exec(p, p->c,
			     "SELECT pg_advisory_lock_shared(" NODE_LOCK "), "
			     "pg_advisory_unlock(" NODE_LOCK ")",
			     "open", err);
}

static enum rc
take_mark(struct postgres *p, struct err *err)
{
	char text[96];
	bool has;
	enum rc rc;

	(void)snprintf(text, sizeof text, "SELECT 1 WHERE pg_try_advisory_lock(%lld)",
		       (long long)p->mark);
	/* Somebody may just be asking whether we are there. */
	for (int waited_ms = 0;; waited_ms += ASK_EVERY_MS) {
		if ((rc = ask(p, text, &has, err)) != RC_OK)
			return rc;
		if (has)
			return postgres_exec(p, p->c, "SET synchronous_commit = off", "open", err);
		if (waited_ms > p->timeout_ms)
			return fail(err, RC_CONFLICT, "store", "a number of ours is another's");
		(void)poll(NULL, 0, ASK_EVERY_MS);
	}
}

enum rc
postgres_mark(struct db *db, int64_t number, struct err *err)
{
	struct postgres *p = (struct postgres *)db;

	must(p->mark == 0);
	p->mark = number;
	return take_mark(p, err);
}

enum rc
postgres_hold_again(struct postgres *p, struct err *err)
{
	bool alone;
	enum rc rc = RC_OK;

	if (p->hold != HOLD_NOTHING)
		rc = hold(p, p->hold == HOLD_BESIDE, &alone, err);
	if (rc == RC_OK && p->hold == HOLD_BESIDE && alone) {
		p->hold = HOLD_ALONE;
		rc = postgres_admit(&p->db, err);
	}
	if (rc == RC_OK && p->mark != 0)
		rc = take_mark(p, err);
	return rc;
}
