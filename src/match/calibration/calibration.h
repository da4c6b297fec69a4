#ifndef MATCH_CALIBRATION_CALIBRATION_H
#define MATCH_CALIBRATION_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * calibration: what scores were worth where people decided. Pure. The score itself says the same
 * everywhere and is never changed by this: a score that differs between two screens is trusted on
 * neither. What is learnt stands beside it.
 */
struct calibration_decision {
	double score; /* 0 to 1, as the alert had it */
	bool same;    /* a person found it to be the listed one */
};

#define CALIBRATION_BANDS 6
struct calibration_band {
	double from, to; /* from <= score < to; the last takes 1 too */
	size_t same, other;
	/* Of those decided, what part was the same: seen, and between which bounds it may lie in
	 * truth (Wilson's interval, 95 %; J. Am. Stat. Assoc. 22, 1927). 0 to 1 when none was. */
	double share, low, high;
};

#define CALIBRATION_LINES 3
struct calibration {
	size_t same, other;
	struct calibration_band bands[CALIBRATION_BANDS];
	bool fitted; /* enough was decided, both ways, for what follows */
	/* P(same | score) = 1 / (1 + exp(-(steepness * log-odds of the score + shift))). */
	double steepness, shift;
	/* From which score on an alert is the same person with at least this probability, by
	 * that curve. line 1: none is so sure. */
	struct {
		double share, line;
	} lines[CALIBRATION_LINES];
};

/* So many decisions each way before a curve is drawn. */
#define CALIBRATION_LEAST 10

void calibrate(const struct calibration_decision *decisions, size_t n, struct calibration *out);

/* By the curve; only when fitted. */
double calibration_share(const struct calibration *c, double score);

#endif
