#ifndef RECORD_ERASE_H
#define RECORD_ERASE_H

#include "record/door.h"

/*
 * erase: a wrapped key deleted from a database is not gone (WAL, dead rows, backups). So after
 * a record is erased early, its bucket gets a new key, what stays in the bucket is re-wrapped
 * under it, and the old key is destroyed. A note of the bucket stands from the erasing until
 * the old key is gone; the work is safe to run again after a crash.
 */
struct bucket_list {
	struct str *at;
	size_t n, cap;
};

/* In the erasing transaction. */
MUST_USE enum rc erase_note(struct door *d, struct str bucket, struct err *err);
/* Buckets that wait. */
MUST_USE enum rc erase_pending(struct db *db, struct arena *a, struct bucket_list *out,
			       struct err *err);

/* record_erased_bucket.done */
enum { ERASED_RENEWED = 1, ERASED_DESTROYED = 2 };
/*
 * Copies of the key file are destroyed within so long, so what was erased opens nowhere then
 * (docs/operate.md; `liaison node key-copies` reports those that are older).
 */
#define ERASE_COPIES_KEPT_MS (INT64_C(30) * 86400000)

struct erase_cursor {
	struct id after;
	int64_t after_version;
	bool in_past, done;
	int64_t rewrapped;
};
/*
 * One bucket, step by step: erase_begin, erase_step until done, erase_end, each in a transaction
 * of its own with the log's head taken, so that of several processes one renews or ends at a
 * time. erase_end: RC_STALE: somebody else has renewed the key since, and rows are not under it
 * yet: step through them all again (a cursor of zeros), then end. erase_check tells the same and
 * drops nothing; see below.
 */
MUST_USE enum rc erase_begin(const struct door_node *node, struct str bucket,
			     struct erase_cursor *c, struct err *err);
MUST_USE enum rc erase_step(struct door *d, struct str bucket, struct erase_cursor *c,
			    struct err *err);
MUST_USE enum rc erase_check(struct door *d, struct str bucket, struct err *err);
MUST_USE enum rc erase_end(struct door *d, struct str bucket, struct err *err);

/*
 * When nothing that could be read is left in a bucket of a former month, its key goes in every
 * generation instead, and the leaf says so. *gone false: there is something left, or records are
 * still born into it, so that it has to be renewed.
 *
 * A key that is gone comes back with no rollback, and what a transaction sees may be another's of
 * its group, which a crash takes back. So erase_look, and erase_check before erase_end, go first
 * in a write of their own: once that came back well, all that it saw is durable.
 */
MUST_USE enum rc erase_look(struct door *d, struct str bucket, bool *empty, struct err *err);
MUST_USE enum rc erase_destroy(struct door *d, struct str bucket, bool *gone, struct err *err);
/* Records of the bucket that are erased, in order of id after *after; *n 0: no more. */
MUST_USE enum rc erase_ids(struct door *d, struct str bucket, struct id *after, struct id *out,
			   size_t max, size_t *n, struct err *err);

#endif
