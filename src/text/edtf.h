#ifndef TEXT_EDTF_H
#define TEXT_EDTF_H

#include "base/str.h"

struct arena;

/*
 * edtf: dates as precise as they are known (ISO 8601-2:2019 Annex A, EDTF): level 0 days,
 * months, years and intervals ("1985-04-12", "1985-04", "1985", "1985/1987-03"), and from level 1
 * the marks
 * "~" (approximate), "?" (uncertain), "%" (both), "X" for an unknown month or day
 * ("1985-XX-XX") and open ends ("1985/.."). Years 0000 to 9999. Proleptic Gregorian.
 */
enum edtf_precision { EDTF_YEAR, EDTF_MONTH, EDTF_DAY };

struct edtf_day {
	enum edtf_precision precision;
	int year, month, day; /* month and day are 0 where not known */
	bool approximate, uncertain;
};

struct edtf {
	struct edtf_day from, to; /* to is from when it is no interval */
	bool interval;
	bool open_from, open_to; /* "..": that end is not bounded and its day is zero */
};

/* How two dates of the same event agree, best first. */
enum edtf_agreement {
	EDTF_SAME_DAY,	 /* all known to the day, and equal */
	EDTF_SAME_MONTH, /* equal as far as known, and one is known to the month only */
	EDTF_SAME_YEAR,	 /* equal as far as known, and one is known to the year only or overlaps */
	EDTF_SWAPPED,	 /* day and month stand in each other's place */
	EDTF_ONE_DIGIT,	 /* one digit differs, or two neighbours changed places */
	EDTF_YEAR_ONLY,	 /* the year is the same, the days contradict */
	EDTF_NEAR_YEAR, /* years one apart where only a year is known, or within an approximate year
			   (2) */
	EDTF_CONFLICT,
	EDTF_AGREEMENT_COUNT
};

/* False: not a date of the above; *out is then not touched. */
MUST_USE bool edtf_parse(struct str s, struct edtf *out);

/* The canonical text, in the arena. */
struct str edtf_format(struct arena *a, const struct edtf *d);

/* Symmetric. */
enum edtf_agreement edtf_compare(const struct edtf *a, const struct edtf *b);

/* "same day"; for explanations. */
const char *edtf_agreement_name(enum edtf_agreement agreement);

#endif
