#include "match/screening/threshold.h"

#include <math.h>

#include "base/arena.h"
#include "match/screening/list.h"
#include "match/screening/query.h"
#include "match/screening/screen.h"
#include "match/screening/weights.h"

/* At so many bits: so many of 10,000; both as measured. */
static const struct point {
	double bits, per_ten_thousand;
} points[] = {{-6, 136}, {-4, 67.8}, {-2, 29.9}, {0, 11.8}, {2, 5.3}, {4, 1.5}, {6, 0.4}};

/* Nothing rarer was measured, so nothing rarer is promised. */
#define LEAST 0.1

static double
bits_of(double score)
{
	return log2(score / (1 - score)) / screen_weights.slope + screen_weights.middle;
}

double
threshold_false_hits(double score)
{
	double bits, slope, log;
	size_t i = 1;

	if (score <= 0)
		return 10000;
	bits = score >= 1 ? 60 : bits_of(score);
	while (i + 1 < COUNT_OF(points) && points[i].bits < bits)
		i++;
	slope = (log2(points[i].per_ten_thousand) - log2(points[i - 1].per_ten_thousand)) /
		(points[i].bits - points[i - 1].bits);
	log = log2(points[i].per_ten_thousand) + slope * (bits - points[i].bits);
	if (log < log2(LEAST))
		return LEAST;
	return log > log2(10000) ? 10000 : exp2(log);
}

/* The lines that are shown. */
static const double lines[] = {0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999};
#define LINES COUNT_OF(lines)

struct measured {
	size_t asked, reached[LINES];
	size_t skipped;
};

static enum rc
controls_ask(const struct screen_index *index, struct screen_worker *w, struct query_file *file,
	     struct measured *out, struct err *err)
{
	struct arena *a = arena_new(0);
	struct query_row row;
	enum rc rc;

	while ((rc = query_next(file, a, &row, err)) == RC_OK) {
		struct str names[SCREEN_QUERY_NAMES];
		struct screen_query query = query_ask(&row, names);
		struct screen_hit hit;
		size_t n = screen_search(index, w, &query, 1, lines[0], &hit);

		for (size_t i = 0; n > 0 && i < LINES; i++)
			out->reached[i] += hit.score >= lines[i];
		out->asked++;
		arena_reset(a);
	}
	arena_free(a);
	out->skipped = query_skipped(file);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
measure(const struct match_thresholds_options *o, FILE *diag, struct measured *out, struct err *err)
{
	struct screen_index *index = NULL;
	struct query_file *file = NULL;
	struct screen_worker *w = NULL;
	size_t skipped = 0;
	enum rc rc;

	if (o->list_count == 0)
		return fail(err, RC_USAGE, "list",
			    "a list is needed to screen the controls against");
	rc = list_index(o->lists, o->list_count, o->format, diag, &index, &skipped, err);
	if (rc == RC_OK)
		rc = screen_worker_open(&w, err);
	if (rc == RC_OK)
		rc = query_open(o->controls, diag, &file, err);
	if (rc == RC_OK)
		rc = controls_ask(index, w, file, out, err);
	if (rc == RC_OK && out->asked == 0)
		rc = fail(err, RC_INVALID, "controls", "there is nobody in the file");
	out->skipped += skipped;
	query_close(file);
	screen_worker_close(w);
	screen_index_free(index);
	return rc;
}

enum rc
match_thresholds_run(const struct match_thresholds_options *options, FILE *out, FILE *diag,
		     struct err *err)
{
	struct measured m = {0};
	bool measured = options->controls != NULL;
	enum rc rc;

	if (measured && (rc = measure(options, diag, &m, err)) != RC_OK)
		return rc;
	fputs(measured ? "score,false_hits_per_10000,measured,measured_per_10000\r\n"
		       : "score,false_hits_per_10000\r\n",
	      out);
	for (size_t i = 0; i < LINES; i++) {
		fprintf(out, "%g,%.3g", lines[i], threshold_false_hits(lines[i]));
		if (measured)
			fprintf(out, ",%zu,%.3g", m.reached[i],
				1e4 * (double)m.reached[i] / (double)m.asked);
		fputs("\r\n", out);
	}
	if (ferror(out))
		return fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	if (m.skipped > 0)
		return fail(err, RC_INVALID, "",
			    "%zu lines could not be read and were skipped; all others were counted",
			    m.skipped);
	return RC_OK;
}
