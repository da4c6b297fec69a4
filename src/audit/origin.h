#ifndef AUDIT_ORIGIN_H
#define AUDIT_ORIGIN_H

#include "audit/leaf.h"
#include "base/vec.h"

/*
 * origin: the names of the log, one after the other. A database brought back from a backup is
 * behind what witnesses cosigned; under the old name it could only grow into a second history.
 * So the log goes on under a new name, and the first leaf under it holds the checkpoint that
 * was lost. The tree stays one: what the backup held is still a prefix of it.
 */
struct audit_origin {
	struct str name, vkey;
	int64_t from;	   /* first leaf under this name; 0 for the first */
	struct str former; /* the cosigned checkpoint of the name before that was lost */
};

struct audit_origin_list {
	struct audit_origin *at; /* oldest first */
	size_t n, cap;
};

/* RC_CONFLICT: the log is not started. */
MUST_USE enum rc audit_origins(struct db *db, struct arena *a, struct audit_origin_list *out,
			       struct err *err);
/* The present one. RC_CONFLICT: the log is not started. */
MUST_USE enum rc audit_origin_now(struct db *db, struct arena *a, struct audit_origin *out,
				  struct err *err);
/* The plain columns of the leaf that begins it. */
struct str audit_origin_plain(struct arena *a, const struct audit_origin *origin);
/*
 * The name and verifier key that come next ("node.example/log" -> "node.example/log/2"), for a
 * log whose cosigned checkpoint `former` was lost. Its `from` is the caller's to fill.
 * RC_TOO_LARGE: former is longer than a leaf takes.
 */
MUST_USE enum rc audit_origin_next(struct db *db, struct keys *keys, struct str former,
				   struct arena *a, struct audit_origin *out, struct err *err);
/*
 * Note that the log goes on as `next` from its leaf index on, which the caller has just
 * appended in this transaction with action AUDIT_ORIGIN and audit_origin_plain.
 */
MUST_USE enum rc audit_origin_save(struct db *db, const struct audit_origin *next, struct err *err);

#endif
