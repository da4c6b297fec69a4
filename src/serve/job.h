#ifndef SERVE_JOB_H
#define SERVE_JOB_H

#include "serve/serve.h"

/*
 * job: long work as a row in the database: queued, running, then done, failed or stopped.
 * It survives a kill -9: at the next start it goes on from its last cursor, which is written
 * in the same transaction as what was done up to there.
 */
enum job_state { JOB_WAITING, JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_STOPPED };
/* Of one person, queued or running; one more is RC_BUSY. */
#define JOBS_QUEUED_MAX 100

struct job {
	struct id id;
	struct str kind;
	enum job_state state;
	struct id user, unit;
	uint32_t roles;	      /* of the user, when it was given */
	json_t *arguments;    /* held by the door */
	int64_t done, total;  /* progress; total 0: not known */
	struct str unit_word; /* what is counted: "rows" */
	struct str cursor;
	json_t *result;
	int64_t errors;
	int64_t created_ms, updated_ms;
	struct str failure; /* of a failed one: a sentence */
	bool for_two;	    /* a second person starts it, see job_add_for_two */
	struct id second;   /* who did; zeros: nobody yet */
	int64_t expires_ms; /* what it wrote for others to fetch is removed then; 0: nothing */
	bool unreadable;    /* its row does not open: failed, and it never runs */
};

/* A job at work. Steps come through it; nothing else changes the database. */
struct job_run {
	struct serve *serve;
	struct arena *arena; /* the job's: freed when it ends */
	struct job job;
	const struct actor *actor; /* whose job it is: the door decides as for them */
	struct access access;
	const char *announced; /* its kind, once a leaf says that it runs; for its doors */
	void *inside;
};

/* An error in the input, for the person who gave it; never the text itself. */
struct job_error {
	int64_t file; /* position among the files of the arguments, from 1; 0: there is one */
	int64_t line, column;
	struct str key, text;
};
#define JOB_ERRORS_KEPT 1000 /* the first of a job; all are counted */

MUST_USE enum rc job_add(struct door *d, struct str kind, json_t *arguments, bool start,
			 struct id *out, struct err *err);
/*
 * A job that its owner cannot start: job_start takes another administrator or supervisor, and
 * not one of the same system account (unless the node's setting shared_account says so). Its
 * arguments go when it ends, however it ends, so what is secret in them stays no longer.
 */
MUST_USE enum rc job_add_for_two(struct door *d, struct str kind, json_t *arguments, struct id *out,
				 struct err *err);
/* The same under an id that was made before, for an answer that names it. */
MUST_USE enum rc job_add_for_two_as(struct door *d, struct str kind, json_t *arguments,
				    struct id id, struct err *err);
/* Of what a request gave, the members with these names (NULL last); held by the door. */
json_t *job_arguments(struct door *d, json_t *given, const char *const *names);
MUST_USE enum rc job_start(struct door *d, struct id id, struct err *err);
MUST_USE enum rc job_stop(struct door *d, struct id id, struct err *err);
MUST_USE enum rc job_find(struct door *d, struct id id, struct job *out, struct err *err);
/* The state of the latest of a kind; RC_ABSENT: there was none. */
MUST_USE enum rc job_latest(struct db *db, struct str kind, enum job_state *out, struct err *err);
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
			  struct str cursor, const struct job_error *errors, size_t error_count,
			  struct err *err);
/*
 * The same without waiting, so that the next batch is made while this one is stored: at most
 * two are in flight, ctx must hold until job_wait or the second next job_send has returned.
 * Once a step failed, all later ones fail too, whichever call tells of it.
 */
MUST_USE enum rc job_send(struct job_run *run, serve_write_fn *fn, void *ctx, int64_t done,
			  struct str cursor, const struct job_error *errors, size_t error_count,
			  struct err *err);
/* Until at most so many (0 or 1) steps are not durable yet. */
MUST_USE enum rc job_wait(struct job_run *run, unsigned in_flight, struct err *err);

/*
 * Parts: bytes handed over before the job starts, such as pieces of a file, each a sealed
 * blob; n counts from 0. They go when the job is done, or with job_parts_remove; what nobody
 * started or fetched goes after a time, and all together are bounded (serve/job_keep.h).
 */
#define JOB_PART_BYTES_MAX ((size_t)16 << 20)
#define JOB_PARTS_MAX 4096
/* In a reading door, on a worker: RC_CONFLICT: the job has started, or has this part. */
MUST_USE enum rc job_part_add(struct serve *s, struct door *d, struct id job, int64_t n,
			      struct str bytes, struct err *err);
/* Some parts in a row, opened, as one run of bytes. */
struct job_reader;
MUST_USE enum rc job_reader_open(struct job_run *run, int64_t first_part, int64_t part_count,
				 struct job_reader **out, struct err *err);
/* Up to n bytes; 0 at the end. */
MUST_USE enum rc job_reader_read(struct job_reader *r, char *p, size_t n, size_t *got,
				 struct err *err);
void job_reader_close(struct job_reader *r);
/* By the job at work, for others to fetch when it is done. */
MUST_USE enum rc job_part_write(struct job_run *run, int64_t n, struct str bytes, struct err *err);
/*
 * Of a job that is done, for its own user while they have the rights it was given with, by a
 * credential for the job's purpose (purposes, as bits). A leaf tells of it, for that purpose. In
 * the door's arena; RC_ABSENT: no such part.
 */
MUST_USE enum rc job_part_read(struct serve *s, struct door *d, struct id job, int64_t n,
			       uint32_t purposes, struct str *out, struct err *err);
/* A connection of the job's own, for reading much; the caller closes it. */
struct db;
MUST_USE enum rc job_db_open(struct job_run *run, struct db **out, struct err *err);
/* Now, durably. RC_UNAVAILABLE: the disk; what could not be removed is tried again by itself. */
MUST_USE enum rc job_parts_remove(struct serve *s, struct id job, struct err *err);
/*
 * Its parts go with its end, in one transaction: a job that is cut off before goes on, and has
 * them still. Nothing where it is stopped before it ends.
 */
void job_parts_end(struct job_run *run);

/*
 * Within a step: say that the job takes in the bytes of this SHA-256. RC_CONFLICT: another job
 * took them before, all or some, and again is false. One that ended and took in nothing (done
 * is 0, or "taken" of its result) is no hindrance.
 */
MUST_USE enum rc job_input_claim(struct door *d, struct id job, struct str sha256, bool again,
				 struct err *err);

/* Kept with the job when it ends: counts and codes, nothing from the input. */
void job_result(struct job_run *run, json_t *result);

/* The thread that runs what is queued, one job at a time; started by `node serve`. */
struct job_runner;
MUST_USE enum rc job_runner_open(struct serve *s, struct job_runner **out, struct err *err);
void job_runner_close(struct job_runner *r);
/* In-process: run this one now; progress is called now and then. */
MUST_USE enum rc job_run_now(struct serve *s, struct id id,
			     void (*progress)(void *ctx, const struct job *job), void *ctx,
			     struct err *err);

extern const struct feature job_feature; /* /api/v1/jobs, its events, `liaison job ...` */

#endif
