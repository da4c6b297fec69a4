#include <stdlib.h>

#include "base/arena.h"
#include "serve/job.sql.h"
#include "serve/job_inside.h"
#include "store/blob.h"

/* Rows of one transaction. */
#define LET_GO_AT_ONCE 32

const char *
job_blobs_dir(struct arena *a, const struct serve *s)
{
	return str_fmt(a, "%s/blobs", s->dir).p;
}

enum rc
job_parts_let_go(struct door *d, struct id job, size_t max, struct arena *a, struct job_blobs *gone,
		 bool *more, struct err *err)
{
	struct rows *rows;
	size_t n = 0;
	int64_t last = -1;
	enum rc rc = db_select(d->db, &SQL_SERVE_JOB_PART_FIRST,
			       BINDS(B_ID(job), B_I64((int64_t)max + 1)), &rows, err);

	*more = false;
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK && !(*more = n == max)) {
		last = rows_i64(rows, 0);
		*VEC_ADD(a, gone) = str_copy(a, rows_text(rows, 1));
		n++;
	}
	rows_close(rows);
	if ((rc != RC_OK && rc != RC_ABSENT) || n == 0)
		return rc == RC_ABSENT ? RC_OK : rc;
	return db_run(d->db, &SQL_SERVE_JOB_PART_DELETE, BINDS(B_ID(job), B_I64(last)), NULL, err);
}

enum rc
job_blobs_remove(struct serve *s, struct job_blobs *gone, struct err *err)
{
	struct arena *a = arena_new(0);
	const char *dir = job_blobs_dir(a, s);
	enum rc rc = RC_OK, one;

	for (size_t i = 0; i < gone->n; i++)
		if ((one = blob_remove(dir, gone->at[i], rc == RC_OK ? err : NULL)) != RC_OK &&
		    rc == RC_OK)
			rc = one;
	gone->n = 0;
	arena_free(a);
	return rc;
}

struct removal {
	struct id job;
	struct arena *arena;
	struct job_blobs gone;
	bool more;
};

static enum rc
let_some_go(struct door *d, void *ctx, struct err *err)
{
	struct removal *r = ctx;

	return job_parts_let_go(d, r->job, LET_GO_AT_ONCE, r->arena, &r->gone, &r->more, err);
}

enum rc
job_parts_remove(struct serve *s, struct id job, struct err *err)
{
	struct removal r = {.job = job, .arena = arena_new(0), .more = true};
	enum rc rc = RC_OK;

	while (rc == RC_OK && r.more) {
		arena_reset(r.arena);
		r.gone = (struct job_blobs){0};
		if ((rc = serve_write(s, NULL, NULL, let_some_go, &r, err)) == RC_OK)
			rc = job_blobs_remove(s, &r.gone, err);
	}
	arena_free(r.arena);
	return rc;
}

struct named {
	struct arena *arena;
	struct job_blobs all;
};

static enum rc
find_named(struct door *d, void *ctx, struct err *err)
{
	struct named *named = ctx;
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_JOB_PART_BLOBS, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		*VEC_ADD(named->arena, &named->all) = str_copy(named->arena, rows_text(rows, 0));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static int
order(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool
is_named(void *ctx, struct str name)
{
	const struct named *named = ctx;

	return named->all.n > 0 &&
	       bsearch(&name, named->all.at, named->all.n, sizeof *named->all.at, order) != NULL;
}

/* A write that came back well made durable all that it saw, so no row comes back either. */
enum rc
job_blobs_sweep(struct serve *s, int64_t older_s, struct err *err)
{
	struct named named = {.arena = arena_new(0)};
	enum rc rc = serve_write(s, NULL, NULL, find_named, &named, err);

	if (rc == RC_OK) {
		/* An engine orders text as its language does. */
		if (named.all.n > 0)
			qsort(named.all.at, named.all.n, sizeof *named.all.at, order);
		rc =
		    blob_sweep(job_blobs_dir(named.arena, s), older_s, is_named, &named, NULL, err);
	}
	arena_free(named.arena);
	return rc;
}
