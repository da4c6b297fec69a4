#ifndef MATCH_SCREENING_QUERY_H
#define MATCH_SCREENING_QUERY_H

#include <stdio.h>

#include "base/rc.h"
#include "match/screening/screen.h"

/*
 * query: who is asked about, row by row of a CSV with query_id and name (several parted by "|"),
 * and perhaps dob (EDTF), country, type, ids. Lines that cannot be read are told on diag by file
 * and line number (no content), the first few of them, skipped and counted; so are birth dates
 * that are none, whose rows are asked without them.
 */
struct query_file;

struct query_row {
	struct str id, name, dob, country, type;
	struct str ids[8];
	size_t id_n;
	long line; /* of the name */
};

/*
 * "-" is standard input. *out is the caller's also on an error (then NULL).
 * RC_ABSENT: no such file. RC_INVALID: it is empty or has not its columns.
 */
MUST_USE enum rc query_open(const char *path, FILE *diag, struct query_file **out, struct err *err);

/* NULL does nothing. */
void query_close(struct query_file *f);

/* The next row, in the arena. RC_ABSENT at the end, err alone; others end the reading. */
MUST_USE enum rc query_next(struct query_file *f, struct arena *a, struct query_row *out,
			    struct err *err);

/*
 * The name of a row that query_next gave says nothing (said.h): told on diag as above, the first
 * few, and counted, unless identifiers asked for the person too: then it is told alone.
 */
void query_unnamed(struct query_file *f, const struct query_row *row);

/* Lines that were skipped; dates that are none; rows that asked for nobody. */
size_t query_skipped(const struct query_file *f);
size_t query_undated(const struct query_file *f);
size_t query_unasked(const struct query_file *f);

/* The row as a question: views into it and into names. */
struct screen_query query_ask(const struct query_row *row, struct str names[SCREEN_QUERY_NAMES]);

#endif
