#ifndef PARSE_PARSE_H
#define PARSE_PARSE_H

#include <jansson.h>

#include "format/csv.h"
#include "format/htcds.h"
#include "format/listfile.h"
#include "format/source.h"

/*
 * parse: files of others, read by a process that has nothing: no key, no file, no network
 * (sandbox.h). The calls are those of format/; bytes go to the process, rows come back and are
 * read as if an enemy had written them. Whatever happens to it - a crash, an endless loop, too
 * much memory, an answer that none may give - is RC_FAILED with a sentence that names the part,
 * and ends this reading alone. RC_UNAVAILABLE: it cannot be started, or the kernel has no
 * seccomp; then nothing is read.
 */
struct parse;

/* How long it may say nothing while the node waits for it. */
#define PARSE_SILENCE_MS 60000

/*
 * CSV. Contract as csv_next: RC_ABSENT at the end; after RC_INVALID and RC_TOO_LARGE, ask
 * parse_can_go_on. A row lives until the next call. flags: enum csv_flags.
 */
MUST_USE enum rc parse_csv_open(struct source source, unsigned flags, struct parse **out,
				struct err *err);
MUST_USE enum rc parse_csv_next(struct parse *p, struct csv_row *row, struct err *err);

/* NDJSON, without fractions. Contract as ndjson_next. */
MUST_USE enum rc parse_ndjson_open(struct source source, struct parse **out, struct err *err);
MUST_USE enum rc parse_ndjson_next(struct parse *p, json_t **out, long *line, struct err *err);

/*
 * Texts that may each be one JSON value: cells of a table. RC_INVALID, RC_TOO_LARGE: it is none;
 * the next call goes on. *out is the caller's (json_decref).
 */
MUST_USE enum rc parse_values_open(struct parse **out, struct err *err);
MUST_USE enum rc parse_value(struct parse *p, struct str text, json_t **out, struct err *err);

bool parse_can_go_on(const struct parse *p);
/* NULL does nothing. Ends the process, wherever it is. */
void parse_close(struct parse *p);

/* HTCDS. Contract as htcds_read_csv and htcds_read_json. The tables travel with the request. */
struct parse_htcds {
	const struct htcds *htcds;
	struct str fields_csv, values_csv; /* what htcds was loaded from */
	bool json;
	unsigned flags; /* enum htcds_flags, of CSV */
};
MUST_USE enum rc parse_htcds(struct arena *a, const struct parse_htcds *how, struct source source,
			     const struct htcds_sink *sink, struct htcds_report *report,
			     struct err *err);

/* Watch lists. Contract as listfile_read_files; of options, format and fields. */
MUST_USE enum rc parse_list(const struct source_files *files, const struct list_options *options,
			    const struct list_sink *sink, struct list_report *report,
			    struct err *err);

struct audit_export_report;
/* An export of a log. Contract as audit_export_verify. */
MUST_USE enum rc parse_export(struct source source, struct str vkey,
			      struct audit_export_report *report, struct err *err);

#endif
