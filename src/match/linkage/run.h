#ifndef MATCH_LINKAGE_RUN_H
#define MATCH_LINKAGE_RUN_H

#include <stdio.h>

#include "base/rc.h"
#include "base/str.h"

/*
 * run: the commands `liaison match link|dedupe`, with their options already parsed. Rows go to out
 * as CSV (RFC 4180). Lines that cannot be read are told on diag by file and line (no content),
 * skipped, and counted at the end with RC_INVALID, after all others were compared. Headings that
 * were not read are told on diag. Other errors: link_tables_read.
 */
struct link_options {
	const char *left, *right; /* paths, "-" for standard input; right NULL to find duplicates */
	struct str fields;	  /* link_plan_make's map, or empty */
	double min_probability;
	unsigned threads; /* 0: as many as processors, where there is enough to do */
	bool one_to_one;
	bool json;    /* {"items": [...]} instead of CSV, a row an object */
	bool verbose; /* keys, weights and rounds on diag */
};
#define LINK_THREADS_MAX 64
#define LINK_MIN_PROBABILITY 0.5

/* left_id,right_id,probability; by left row, the best first. */
MUST_USE enum rc link_run(const struct link_options *options, FILE *out, FILE *diag,
			  struct err *err);
/* id,cluster: every row once, in its order; the cluster is the id of its first row. */
MUST_USE enum rc dedupe_run(const struct link_options *options, FILE *out, FILE *diag,
			    struct err *err);

#endif
