#include "match/calibration/calibration.h"

#include <math.h>

#include "base/base.h"

static const double edges[CALIBRATION_BANDS + 1] = {0, 0.5, 0.8, 0.9, 0.95, 0.99, 1};
static const double shares[CALIBRATION_LINES] = {0.2, 0.5, 0.8};

#define ROUNDS 60
/*
 * What is believed before anything was decided: the score means what it says. So weak that twenty
 * decisions outweigh it, so strong that ten alike do not draw a cliff.
 */
#define STEEPNESS_SPREAD 0.5
#define SHIFT_SPREAD 3.0

static double
log_odds(double score)
{
	const double least = 1e-9;

	score = score < least ? least : score > 1 - least ? 1 - least : score;
	return log(score / (1 - score));
}

static void
wilson(struct calibration_band *b)
{
	const double z = 1.96;
	double n = (double)(b->same + b->other), p, middle, half;

	b->low = 0;
	b->high = 1;
	b->share = 0;
	if (n == 0)
		return;
	p = b->share = (double)b->same / n;
	middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
	b->low = middle - half < 0 ? 0 : middle - half;
	b->high = middle + half > 1 ? 1 : middle + half;
}

/* Newton's method on the posterior of two numbers; concave, so it ends where it should. */
static void
fit(const struct calibration_decision *decisions, size_t n, struct calibration *c)
{
	c->steepness = 1;
	c->shift = 0;
	for (int round = 0; round < ROUNDS; round++) {
		double g0 = -(c->steepness - 1) / (STEEPNESS_SPREAD * STEEPNESS_SPREAD);
		double g1 = -c->shift / (SHIFT_SPREAD * SHIFT_SPREAD);
		double h00 = 1 / (STEEPNESS_SPREAD * STEEPNESS_SPREAD), h01 = 0;
		double h11 = 1 / (SHIFT_SPREAD * SHIFT_SPREAD), det, step0, step1, most;

		for (size_t i = 0; i < n; i++) {
			double x = log_odds(decisions[i].score);
			double p = 1 / (1 + exp(-(c->steepness * x + c->shift)));
			double off = (decisions[i].same ? 1 : 0) - p, weight = p * (1 - p);

			g0 += off * x;
			g1 += off;
			h00 += weight * x * x;
			h01 += weight * x;
			h11 += weight;
		}
		det = h00 * h11 - h01 * h01;
		step0 = (h11 * g0 - h01 * g1) / det;
		step1 = (h00 * g1 - h01 * g0) / det;
		/* Never so far in one step that it flies over the top. */
		most = fmax(fabs(step0), fabs(step1));
		if (most > 1) {
			step0 /= most;
			step1 /= most;
		}
		c->steepness += step0;
		c->shift += step1;
		if (most < 1e-9)
			return;
	}
}

double
calibration_share(const struct calibration *c, double score)
{
	return 1 / (1 + exp(-(c->steepness * log_odds(score) + c->shift)));
}

static double
line_of(const struct calibration *c, double share)
{
	double x;

	/* Where a higher score says nothing more, no line can be drawn. */
	if (c->steepness <= 0.01)
		return 1;
	x = (log_odds(share) - c->shift) / c->steepness;
	return x > 20 ? 1 : 1 / (1 + exp(-x));
}

void
calibrate(const struct calibration_decision *decisions, size_t n, struct calibration *out)
{
	*out = (struct calibration){0};
	for (size_t i = 0; i < CALIBRATION_BANDS; i++) {
		out->bands[i].from = edges[i];
		out->bands[i].to = edges[i + 1];
	}
	for (size_t i = 0; i < n; i++) {
		size_t band = CALIBRATION_BANDS - 1;

		while (band > 0 && decisions[i].score < edges[band])
			band--;
		out->bands[band].same += decisions[i].same;
		out->bands[band].other += !decisions[i].same;
		out->same += decisions[i].same;
		out->other += !decisions[i].same;
	}
	for (size_t i = 0; i < CALIBRATION_BANDS; i++)
		wilson(&out->bands[i]);
	out->fitted = out->same >= CALIBRATION_LEAST && out->other >= CALIBRATION_LEAST;
	if (out->fitted)
		fit(decisions, n, out);
	for (size_t i = 0; i < CALIBRATION_LINES; i++) {
		out->lines[i].share = shares[i];
		out->lines[i].line = out->fitted ? line_of(out, shares[i]) : 1;
	}
}
