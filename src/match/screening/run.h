#ifndef MATCH_SCREENING_RUN_H
#define MATCH_SCREENING_RUN_H

#include <stdio.h>

#include "base/rc.h"
#include "base/str.h"

/*
 * run: the commands `liaison match screen|compare|pairs`, with their options already parsed.
 * Results go to out as CSV (RFC 4180) or JSON; lines that cannot be read are reported on
 * diag with file and line number (no content), skipped, and counted at the end.
 * Birth dates that are none are told likewise; their rows are screened without them. So are names
 * without a letter or digit, by which nobody is looked for (said.h): RC_INVALID at the end.
 * No node is needed. RC_ABSENT: a file is not there. RC_INVALID: a file cannot be read at
 * all or lacks its columns; or lines were skipped, after all others were screened, as
 * `record import` ends: whoever asks has to know that somebody was not looked for.
 */

struct match_screen_options {
	const char *const *lists; /* paths: file, or folder of an OFAC release */
	size_t list_count;
	const char *format;  /* NULL: by content */
	const char *queries; /* path, "-" for standard input */
	double min_score;    /* MATCH_MIN_SCORE unless asked */
	size_t limit;	     /* rows a query; MATCH_LIMIT unless asked; at most MATCH_LIMIT_MAX */
	unsigned threads;    /* 1 to MATCH_THREADS_MAX; 0: as many as processors */
	bool timing;	     /* a line on diag: queries per second and thread */
};
/*
 * Only what is no candidate at all: a weak one still says who stands first. The text is what the
 * help shows.
 */
#define MATCH_MIN_SCORE 0.000001
#define MATCH_MIN_SCORE_TEXT "0.000001"
#define MATCH_LIMIT 10
#define MATCH_LIMIT_MAX 1000
#define MATCH_THREADS_MAX 64

/* CSV query_id,matched_id,score in the order of the queries, best first. */
MUST_USE enum rc match_screen_run(const struct match_screen_options *options, FILE *out, FILE *diag,
				  struct err *err);

struct match_compare_options {
	struct str left, right;
	struct str left_dob, right_dob; /* empty when not known */
	struct str type;		/* person, organisation, ... or empty */
	bool json;
};

/* The score and its pieces. RC_INVALID: one of the names says nothing (said.h). */
MUST_USE enum rc match_compare_run(const struct match_compare_options *options, FILE *out,
				   struct err *err);

/*
 * pairs: path of a CSV with columns left, right and perhaps type, "-" for standard input.
 * The same rows in order, with score and match (true, false) appended.
 */
MUST_USE enum rc match_pairs_run(const char *pairs, FILE *out, FILE *diag, struct err *err);

#endif
