#ifndef MATCH_EXPLAIN_H
#define MATCH_EXPLAIN_H

#include "match/screening/screen.h"

struct arena;
struct json_out;

/*
 * explain: why something matched, as data, the same in every answer that shows it: alerts of a
 * stream, the API, `match compare --json`. The pieces sum to the bits, the bits make the score.
 *
 *	{"score", "bits", "threshold": {"score", "bits", "false_hits_per_10000"}, "match", "level",
 *	 "evidence": [{"what", "left", "right", "note", "bits"}],
 *	 "counter_evidence": [the same, of those that speak against it],
 *	 "would_change": [{"without", "note", "bits", "score", "match"}],
 *	 "not_compared": ["dob", ...]}
 *
 * would_change: pieces without which it would stand on the other side of the threshold, by the
 * sum alone. not_compared: what one side or the other does not tell, and may decide.
 */
void explain_write(struct json_out *out, const struct screen_explanation *why, double threshold);

/* "strong" (.95), "possible" (.8), "weak": model/codes/match_level.csv. */
const char *explain_level(double score);

/* The pieces as lines that a person reads and that add up to the bits, for an alert's record. */
struct str explain_text(struct arena *a, const struct screen_explanation *why);

/* A number with six digits, or as many as a score needs: "0.987654". */
void explain_number(struct json_out *out, double value);

#endif
