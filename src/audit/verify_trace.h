#ifndef AUDIT_VERIFY_TRACE_H
#define AUDIT_VERIFY_TRACE_H

#include "audit/verify_tree.h"

/*
 * verify_trace: by the traces people search the log, so a row too few hides who looked at what.
 * Each whole run of a log of size leaves is compared with its leaves. audit/ only.
 */
MUST_USE enum rc verify_traces(struct db *db, int64_t size,
			       const struct audit_verify_options *options,
			       struct verify_problems *problems, struct err *err);

#endif
