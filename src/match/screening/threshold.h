#ifndef MATCH_SCREENING_THRESHOLD_H
#define MATCH_SCREENING_THRESHOLD_H

#include <stdio.h>

#include "base/rc.h"

/*
 * threshold: what a line drawn through the scores costs those who are not listed. A score is only
 * as good as the number of strangers who reach it; that number belongs beside every line.
 */

/*
 * Of 10,000 people who are not listed, how many score so or higher by chance. Measured on 99,317
 * names of people not listed against a list of 10,421 entries (feature.md), between the points and
 * beyond them by a straight line of their logarithm. It hardly depends on a list's length, as bits
 * are weighed by the list's own shares; it does on who is asked about: match_thresholds_run
 * measures it on one's own. Never less than 0.1: nothing rarer
 * was measured.
 */
double threshold_false_hits(double score);

struct match_thresholds_options {
	const char *const *lists; /* with controls: what they are screened against */
	size_t list_count;
	const char *format;   /* NULL: by content */
	const char *controls; /* people who are not listed, as match screen takes them; or NULL */
};

/*
 * The lines with what they cost, as CSV: score, false_hits_per_10000 and, with controls, how many
 * of those reached it: measured, measured_per_10000. Errors as in run.h.
 */
MUST_USE enum rc match_thresholds_run(const struct match_thresholds_options *options, FILE *out,
				      FILE *diag, struct err *err);

#endif
