#ifndef AUDIT_EXPORT_H
#define AUDIT_EXPORT_H

#include <stdint.h>
#include <stdio.h>

#include "audit/leaf.h"
#include "base/rc.h"
#include "base/str.h"
#include "seal/hash.h"

struct arena;
struct db;

/*
 * export: the log as a text file that verifies on another machine without keys or content:
 *
 *	liaison audit export v1
 *	vkey <the log's verifier key>
 *	<checkpoint: signed note, which holds one empty line>
 *	<empty line>
 *	<index> <base64 of the leaf's encoded bytes> <base64 of its leaf hash>      one a leaf
 *	end <number of leaves>
 *
 * The hash on each line is there to name the line that changed; what proves the whole is the
 * root in the checkpoint.
 */

/* Up to the latest checkpoint; flat memory. RC_ABSENT: no checkpoint yet. */
MUST_USE enum rc audit_export(struct db *db, FILE *out, struct err *err);
/* The same; progress as in audit_verify. */
MUST_USE enum rc audit_export_told(struct db *db, FILE *out, audit_progress_fn *progress, void *ctx,
				   struct err *err);

struct audit_export_report {
	int64_t leaves;
	struct hash root;
	char origin[256];
};

/*
 * vkey as known elsewhere, or empty: the file's own (which then shows only that the file is
 * whole, not whose it is). RC_INVALID: no export. RC_INTEGRITY with err->line. report may be
 * NULL. Any one changed byte is found.
 */
MUST_USE enum rc audit_export_verify(FILE *in, struct str vkey, struct audit_export_report *report,
				     struct err *err);

#endif
