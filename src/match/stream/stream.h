#ifndef MATCH_STREAM_STREAM_H
#define MATCH_STREAM_STREAM_H

#include <stdio.h>

#include "base/rc.h"
#include "base/str.h"

/*
 * stream: the command `liaison match stream`, with its options parsed: NDJSON in, an alert a line
 * out, in the order of the input, in flat memory, for as long as the input lasts. What has come is
 * answered before more is waited for. Lines that cannot be read are told on diag by number,
 * counted, skipped; the rest is screened. No node is needed.
 */
#define STREAM_LINE_MAX ((size_t)1 << 20)
#define STREAM_THREADS_MAX 64
/* From this score on a listing alerts by itself, unless asked otherwise (people.md: .808 found at 5
 * false hits in 10,000). The text is what the help shows. */
#define STREAM_MIN_SCORE 0.8
#define STREAM_MIN_SCORE_TEXT "0.8"

struct stream_options {
	const char *const *lists;
	size_t list_count;
	const char *format;  /* of the lists; NULL: by content */
	const char *rules;   /* a path, or NULL: lists alone */
	const char *decided; /* alerts that people decided on, or NULL */
	double min_score;
	unsigned threads; /* 0: as many as processors */
	bool json;	  /* the summary as JSON */
	int64_t now_ms;	  /* at start; what expires meanwhile is looked at again */
};

/*
 * in: a file descriptor, which stays the caller's. RC_INVALID: a rule file that is refused, before
 * anything is read; or lines or expired rules that were left out, after all else was screened.
 * RC_ABSENT: a file is not there.
 */
MUST_USE enum rc stream_run(const struct stream_options *options, int in, FILE *out, FILE *diag,
			    struct err *err);

#endif
