#ifndef SERVE_JOB_KEEP_H
#define SERVE_JOB_KEEP_H

#include "serve/job.h"

struct db;

/*
 * job_keep: how long, and how much of, what exports wrote and imports are to read stays in the
 * node. It is people's data outside their records: nobody erases it with them, so it goes by
 * itself some days after its job ended or was last touched (setting parts_days), each time with a
 * leaf; and what one person's jobs, and all together, hold is bounded (parts_mib_person,
 * parts_mib), so that nobody fills the disk.
 */
int64_t job_parts_kept_ms(const struct serve *s);
/* In a changing door: may so many bytes more come in for this job? RC_TOO_LARGE, "parts". */
MUST_USE enum rc job_parts_room(struct door *d, struct id job, int64_t bytes, struct err *err);
/* Outside the writer: all that is past its time, now. A job that never started has failed. */
MUST_USE enum rc job_parts_sweep(struct serve *s, struct err *err);
/* What of it was removed before its time, by somebody: a leaf. */
MUST_USE enum rc job_parts_log(struct door *d, const struct job *job, struct err *err);

/* For /metrics: bytes of all, and jobs of this process whose parts went by themselves. */
MUST_USE enum rc job_parts_bytes(struct db *db, int64_t *out, struct err *err);
uint64_t job_parts_expired(const struct serve *s);

extern const struct setting job_settings[];
extern const struct timer job_timers[];

#endif
