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

struct erase_cursor {
	struct id after;
	int64_t after_version;
	bool in_past, done;
	int64_t rewrapped;
};
/*
 * One bucket, step by step: erase_begin outside any transaction, erase_step in a transaction
 * each until done, erase_end after the last commit.
 */
MUST_USE enum rc erase_begin(const struct door_node *node, struct str bucket,
			     struct erase_cursor *c, struct err *err);
MUST_USE enum rc erase_step(struct door *d, struct str bucket, struct erase_cursor *c,
			    struct err *err);
MUST_USE enum rc erase_end(struct door *d, struct str bucket, struct err *err);

#endif
