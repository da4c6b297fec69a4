#ifndef NODE_ERASING_H
#define NODE_ERASING_H

#include "serve/feature.h"

struct arena;

/* erasing: the job that finishes an erasing (record/erase.h). */
extern const struct feature erasing_feature;

/* The same at once, in this thread: for a node that is brought back. */
struct serve;
MUST_USE enum rc erasing_finish(struct serve *s, struct err *err);

/*
 * Buckets whose old keys are still there, and whether the last try to destroy them failed: it is
 * tried again each `erasing_retry_seconds`, and told in /healthz and /metrics till then.
 */
struct db;
struct erasing_state {
	size_t waiting;
	bool failed;
};
MUST_USE enum rc erasing_state(struct db *db, struct arena *a, struct erasing_state *out,
			       struct err *err);

/* The list of what was erased (seal/erased.h), beside the key file. */
const char *erased_path(struct arena *a, const char *dir);

#endif
