#ifndef SERVE_JOB_H
#define SERVE_JOB_H

#include "serve/serve.h"

/*
 * job: long work as a row in the database: queued, running, then done, failed or stopped.
 * It survives a kill -9: at the next start it goes on from its last cursor, which is written
 * in the same transaction as what was done up to there.
 */
enum job_state { JOB_WAITING, JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_STOPPED };

struct job {
	struct id id;
	struct str kind;
	enum job_state state;
	struct id user, unit;
	json_t *arguments; /* held by the door */
	int64_t done, total; /* progress; total 0: not known */
	struct str unit_word; /* what is counted: "rows" */
	struct str cursor;
	json_t *result;
	int64_t errors;
	int64_t created_ms, updated_ms;
	struct str failure; /* of a failed one: a sentence */
};

/* A job at work. Steps come through it; nothing else changes the database. */
struct job_run {
	struct serve *serve;
	struct arena *arena; /* the job's: freed when it ends */
	struct job job;
	const struct actor *actor; /* whose job it is: the door decides as for them */
	struct access access;
	void *inside;
};

/* An error in the input, for the person who gave it; never the text itself. */
struct job_error {
	int64_t line, column;
	struct str key, text;
};

MUST_USE enum rc job_add(struct door *d, struct str kind, json_t *arguments, bool start,
    struct id *out, struct err *err);
MUST_USE enum rc job_start(struct door *d, struct id id, struct err *err);
MUST_USE enum rc job_stop(struct door *d, struct id id, struct err *err);
MUST_USE enum rc job_find(struct door *d, struct id id, struct job *out, struct err *err);
struct job_list {
	struct job *at;
	size_t n, cap;
};
MUST_USE enum rc job_list(struct door *d, size_t limit, struct job_list *out, struct err *err);

/*
 * One step: fn's changes, the errors and the new cursor in one savepoint. done counts from
 * the start. RC_STOPPED: somebody stopped the job; return it.
 */
MUST_USE enum rc job_step(struct job_run *run, serve_write_fn *fn, void *ctx, int64_t done,
    struct str cursor, const struct job_error *errors, size_t error_count, struct err *err);
/* Kept with the job when it ends. */
void job_result(struct job_run *run, json_t *result);

/* The thread that runs what is queued, one job at a time; started by `node serve`. */
struct job_runner;
MUST_USE enum rc job_runner_open(struct serve *s, struct job_runner **out, struct err *err);
void job_runner_close(struct job_runner *r);
/* In-process: run this one now; progress is called now and then. */
MUST_USE enum rc job_run_now(struct serve *s, struct id id,
    void (*progress)(void *ctx, const struct job *job), void *ctx, struct err *err);

extern const struct feature job_feature; /* /api/v1/jobs, its events, `liaison job ...` */

#endif
