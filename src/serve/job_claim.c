#include "serve/job_inside.h"

#include <stdlib.h>

#include "seal/random.h"
#include "serve/job.sql.h"

struct job_claimer {
	struct db *db;
	int64_t number;
};

int64_t
job_number_new(void)
{
	uint64_t value;

	random_bytes(&value, sizeof value);
	return (int64_t)(value >> 2 | 1);
}

enum rc
job_claimer_open(struct serve *s, struct job_claimer **out, struct err *err)
{
	struct job_claimer *c = heap_zeroed(sizeof *c);
	enum rc rc;

	*out = NULL;
	c->number = job_number_new();
	if ((rc = db_open_existing(s->store_url, 5000, &c->db, err)) != RC_OK ||
	    (rc = db_mark(c->db, c->number, err)) != RC_OK) {
		job_claimer_close(c);
		return rc;
	}
	*out = c;
	return RC_OK;
}

void
job_claimer_close(struct job_claimer *c)
{
	if (c == NULL)
		return;
	db_close(c->db);
	free(c);
}

int64_t
job_claimer_number(const struct job_claimer *c)
{
	return c->number;
}

static enum rc
claim(struct job_claimer *c, const struct sql *sql, struct id *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(c->db, sql, BINDS(B_I64(c->number)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		*out = rows_id(rows, 0);
		/* To its end, or SQLite has not done all of it. */
		rc = rows_next(rows, err);
		rc = rc == RC_ABSENT ? RC_OK : rc;
	}
	rows_close(rows);
	return rc;
}

/* In a transaction, for its begin makes a connection anew that has ended. */
static enum rc
claim_one(struct job_claimer *c, const struct sql *first, const struct sql *then, struct id *out,
	  struct err *err)
{
	enum rc rc = db_begin(c->db, err);

	if (rc != RC_OK)
		return rc;
	rc = claim(c, first, out, err);
	if (rc == RC_ABSENT && then != NULL)
		rc = claim(c, then, out, err);
	if (rc == RC_OK && (rc = db_commit(c->db, err)) == RC_OK)
		return RC_OK;
	db_rollback(c->db);
	return rc;
}

enum rc
job_claim(struct job_claimer *c, struct id *out, struct err *err)
{
	return claim_one(c, &SQL_SERVE_JOB_CLAIM_LEFT, &SQL_SERVE_JOB_CLAIM, out, err);
}

enum rc
job_claim_own(struct job_claimer *c, struct id *out, struct err *err)
{
	return claim_one(c, &SQL_SERVE_JOB_CLAIM_OWN, NULL, out, err);
}

enum rc
job_hold(struct door *d, struct id id, int64_t runner, struct err *err)
{
	int64_t who;
	enum rc rc =
	    db_select_i64(d->db, &SQL_SERVE_JOB_HOLD, BINDS(B_ID(id), B_I64(runner)), &who, err);

	return rc == RC_ABSENT ? fail(err, RC_STOPPED, "",
				      "the job was stopped, or is another "
				      "process's now")
			       : rc;
}
