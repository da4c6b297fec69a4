#include "serve/job_keep.h"

#include <time.h>

#include "base/arena.h"
#include "serve/job.sql.h"
#include "serve/job_inside.h"

#define DAY_MS INT64_C(86400000)
#define MIB (INT64_C(1) << 20)
/* Rows removed in one transaction of the writer. */
#define REMOVED_AT_ONCE 32
#define LOOK_FOR_LEFT_S 3600

int64_t
job_parts_kept_ms(const struct serve *s)
{
	return config_number(s->config, "parts_days") * DAY_MS;
}

static enum rc
too_much(struct err *err, const char *whose, int64_t mib, const char *setting)
{
	return fail(err, RC_TOO_LARGE, "parts",
		    "%s exports and imports hold all they may, %lld MiB (setting %s); remove what "
		    "is no longer needed (liaison record export --remove JOB)",
		    whose, (long long)mib, setting);
}

enum rc
job_parts_room(struct door *d, struct id job, int64_t bytes, struct err *err)
{
	const struct config *c = serve_of_door(d)->config;
	int64_t own_mib = config_number(c, "parts_mib_person"), mib = config_number(c, "parts_mib");
	int64_t own, all;
	enum rc rc =
	    db_select_i64(d->db, &SQL_SERVE_JOB_PART_BYTES_OF, BINDS(B_ID(job)), &own, err);

	if (rc != RC_OK || (rc = job_parts_bytes(d->db, &all, err)) != RC_OK)
		return rc;
	if (own + bytes > own_mib * MIB)
		return too_much(err, "this person's", own_mib, "parts_mib_person");
	return all + bytes > mib * MIB ? too_much(err, "the node's", mib, "parts_mib") : RC_OK;
}

static enum rc
find_stale(struct door *d, struct id *out, struct err *err)
{
	struct rows *rows;
	enum rc rc =
	    db_select(d->db, &SQL_SERVE_JOB_PART_STALE,
		      BINDS(B_I64(d->now_ms - job_parts_kept_ms(serve_of_door(d)))), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		*out = rows_id(rows, 0);
	rows_close(rows);
	return rc;
}

/* All its parts are gone. What never started never will. */
static enum rc
end_stale(struct door *d, struct id id, struct err *err)
{
	struct access access;
	struct job job;
	enum rc rc = job_load(d, id, &job, &access, err);

	if (rc != RC_OK ||
	    (rc = job_log(d, &job, "files removed: their time is over", err)) != RC_OK)
		return rc;
	atomic_fetch_add(&serve_of_door(d)->jobs_expired, 1);
	return db_run(d->db, &SQL_SERVE_JOB_STALE_END,
		      BINDS(B_TEXT(STR("nobody started it in time, so what it would read was "
				       "removed")),
			    B_I64(d->now_ms), B_ID(id)),
		      NULL, err);
}

struct sweep {
	struct arena *arena;
	struct job_blobs gone;
	bool more;
};

/* Some of what is past its time, of one job. */
static enum rc
sweep_some(struct door *d, void *ctx, struct err *err)
{
	struct sweep *s = ctx;
	bool left = true;
	struct id job;
	enum rc rc = find_stale(d, &job, err);

	s->more = rc == RC_OK;
	if (rc == RC_OK)
		rc = job_parts_let_go(d, job, REMOVED_AT_ONCE, s->arena, &s->gone, &left, err);
	if (rc == RC_OK)
		rc = left ? RC_OK : end_stale(d, job, err);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
job_parts_sweep(struct serve *s, struct err *err)
{
	struct sweep some = {.arena = arena_new(0), .more = true};
	enum rc rc = RC_OK;

	while (rc == RC_OK && some.more) {
		arena_reset(some.arena);
		some.gone = (struct job_blobs){0};
		if ((rc = serve_write(s, NULL, NULL, sweep_some, &some, err)) == RC_OK)
			rc = job_blobs_remove(s, &some.gone, err);
	}
	arena_free(some.arena);
	return rc;
}

/* What a start swept can come again while the node runs: another process of it was killed. */
static enum rc
sweep_timed(struct serve *s, struct err *err)
{
	struct timespec now;
	enum rc rc = job_parts_sweep(s, err);

	must(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	if (rc != RC_OK || now.tv_sec < s->blobs_look_s)
		return rc;
	s->blobs_look_s = now.tv_sec + LOOK_FOR_LEFT_S;
	return job_blobs_sweep(s, JOB_BLOB_LEFT_S, err);
}

enum rc
job_parts_log(struct door *d, const struct job *job, struct err *err)
{
	return job_log(d, job, "files removed", err);
}

enum rc
job_parts_bytes(struct db *db, int64_t *out, struct err *err)
{
	return db_select_i64(db, &SQL_SERVE_JOB_PART_BYTES, NO_BINDS, out, err);
}

uint64_t
job_parts_expired(const struct serve *s)
{
	return atomic_load(&s->jobs_expired);
}

/* clang-format off */
const struct setting job_settings[] = {
	{ "parts_days",          SETTING_DAYS,   "7", 1, 90,           "Days until what an export wrote and nobody fetched, or an import was to read, is removed." },
	{ "parts_mib_person",    SETTING_NUMBER, "4096", 1, 1048576,   "MiB that one person's exports and imports may hold in the node." },
	{ "parts_mib",           SETTING_NUMBER, "16384", 1, 16777216, "MiB that all exports and imports may hold in the node." },
	{ "parts_sweep_seconds", SETTING_NUMBER, "60", 1, 3600,        "Seconds between two looks for such files that are past their days." },
	{ .name = NULL },
};
const struct timer job_timers[] = {
	{ "parts", "parts_sweep_seconds", NULL, "Remove what exports wrote, and imports were to read, when its days are over.", sweep_timed },
	{ .name = NULL },
};
/* clang-format on */
