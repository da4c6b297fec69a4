#ifndef LINK_GRAPH_READ_H
#define LINK_GRAPH_READ_H

#include <stdio.h>

#include "link/graph/graph.h"

/*
 * read: files to graphs. Every file is read by the parser process (parse/parse.h).
 *
 * CSV with a line of headings is a list of ties: from, to, and where there are, weight, type,
 * start, end (or date), and of either end label, type, role, latitude, longitude; also as i2's
 * Analyst's Notebook exports them ("Entity 1 ID", "Link Type" ...). CSV with an empty first
 * heading is a matrix: cell by row and column, what is over 0 is a tie of that weight; the same
 * names in rows and columns make a network of one kind (directed when it is not symmetric),
 * others one of two kinds ("row", "column").
 *
 * A role says who is left out of every answer: survivor, helper (hotline, shelter, hospital ...),
 * privileged (lawyer, clergy, physician, journalist ...).
 */
struct graph_files {
	const char *graph;   /* path, or "-" */
	const char *nodes;   /* CSV: id and label, type, role, latitude, longitude; or NULL */
	const char *helpers; /* CSV or lines: whom to leave out, by id or label; or NULL */
	struct str fields;   /* "from=HEADING,to=HEADING", or empty */
};

struct graph_report {
	size_t skipped;	     /* lines that could not be read; each told on diag */
	size_t left_out;     /* nodes left out of all answers */
	size_t helpers_used; /* of the file of helpers */
};

/*
 * Lines that cannot be read are told on diag by file and line, skipped and counted. RC_ABSENT: a
 * file is not there. RC_INVALID: what it is cannot be told, or nothing in it is a tie. Errors of
 * parse/parse.h. The graph lives in the arena.
 */
MUST_USE enum rc graph_read(struct arena *a, const struct graph_files *files, FILE *diag,
			    struct graph **out, struct graph_report *report, struct err *err);

/* "2026", "2026-03", "2026-03-01", with "T10:00", "10:00:30", "Z" or "+02:00" behind it; to_end:
 * its last second rather than its first. A time without an offset is UTC. */
bool graph_time_read(struct str text, bool to_end, int64_t *out);

#endif
