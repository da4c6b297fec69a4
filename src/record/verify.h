#ifndef RECORD_VERIFY_H
#define RECORD_VERIFY_H

#include "audit/verify.h"
#include "record/door.h"

/*
 * verify: the log and, against it, every record: each row's sealed body and plain columns are
 * those its leaf tells of, each leaf that tells of a body has its row, and an erased body has
 * the leaf of its erasing. With keys each body is also opened.
 */
struct record_report {
	struct audit_report log;
	int64_t rows, past_rows, erased, opened;
	int64_t problem_count;
	struct str_list problems; /* sentences, the first 100 */
};

struct record_verify_options {
	bool open_bodies;	     /* decrypt each body too */
	struct key_use use;	     /* then: for a run that was announced (door_announce) */
	struct str vkey, checkpoint; /* as audit_verify_options */
	audit_progress_fn *progress; /* may be NULL */
	void *progress_ctx;
};

/* RC_INTEGRITY: the first problem is in err. Run it in one read transaction of the caller's. */
MUST_USE enum rc record_verify(const struct door_node *node, struct db *db,
			       const struct record_verify_options *options, struct arena *a,
			       struct record_report *report, struct err *err);

#endif
