#ifndef AUDIT_TRACE_H
#define AUDIT_TRACE_H

#include "audit/leaf.h"

/*
 * trace: which leaves are about a record, or by an actor. An index by MAC would cost each leaf a
 * page of its own to write, since MACs are as good as random, so whole runs of leaves are put in
 * order at once, by the append that completes them; later leaves are looked through one by one.
 * A MAC is of one month, so that only the runs of that month are looked into. audit/ only.
 */
#define TRACE_RUN 1024 /* leaves; the statements say it too */

/* After the head moved from was to size, in the same transaction. */
MUST_USE enum rc trace_extend(struct db *db, uint64_t was, uint64_t size, struct err *err);

struct trace_query {
	const unsigned char *mac; /* AUDIT_MAC_BYTES */
	int64_t size;		  /* of the log */
	int64_t from_ms, before_ms;
	size_t most;
};

/* Called with the index of a leaf; newest first of whole runs, then of the rest. */
typedef void trace_found_fn(void *ctx, int64_t leaf);

/* listed: through lists and searches; else alone. */
MUST_USE enum rc trace_of_record(struct db *db, const struct trace_query *q, bool listed,
				 trace_found_fn *found, void *ctx, struct err *err);
/* purpose empty: any; action AUDIT_ACTIONS: any; before_index: only leaves below it. */
MUST_USE enum rc trace_of_actor(struct db *db, const struct trace_query *q, struct str purpose,
				enum audit_action action, int64_t before_index,
				trace_found_fn *found, void *ctx, struct err *err);

#endif
