#ifndef LINK_INCIDENTS_CASES_H
#define LINK_INCIDENTS_CASES_H

#include "link/incidents/table.h"

/*
 * cases: incidents as a mixture of cases and of what belongs to none. A case is what its incidents
 * mention, how often, where and when; an incident belongs to the case under which what it mentions
 * is so much likelier than outside of all cases. How much of what a case's incidents mention is
 * its own, kind by kind, is estimated from the incidents themselves (EM); so is how likely
 * each value is outside. An incident never speaks for itself: its own mentions are taken out of
 * the case that it stands in before they are weighed.
 */
#define NO_CASE UINT32_MAX
#define CASE_BINS 512

struct tally {
	struct tallied {
		uint32_t of; /* a case */
		uint32_t n;  /* its incidents that mention the value */
	} * at;
	uint32_t n, cap;
	uint32_t cased, outside; /* incidents in any case, in none */
};

struct one_case {
	uint32_t n;
	uint32_t mentions[EVIDENCE_KIND_COUNT];
	int32_t first, last; /* days; NO_DAY when none is known */
	float *when;	     /* density by bin, 1 is that of all incidents */
	uint32_t days;	     /* incidents with a day */
	float peak;	     /* what one incident's own day adds at that day, times days */
};

struct cases {
	struct arena *arena;
	struct incident_table *t;
	uint32_t *of; /* incident -> case */
	uint32_t n;   /* cases; some may be empty until cases_settle */
	struct one_case *at;
	struct tally *tallies; /* by value */
	double own[EVIDENCE_KIND_COUNT];
	uint32_t cased[EVIDENCE_KIND_COUNT], outside[EVIDENCE_KIND_COUNT]; /* mentions */
	uint32_t in_cases;
	int32_t day_from;
	double bin_days;
	double *score; /* scratch, by case */
};

/* What one mention, or the day, says for a case. */
struct weighed {
	enum evidence_kind kind;
	uint32_t form;	 /* UINT32_MAX: the day */
	double bits;	 /* for the case, below 0 against it */
	uint32_t shared; /* other incidents of the case that have it */
};

/* Cases of t's incidents; t is resolved, and outlives them. */
struct cases *cases_find(struct arena *a, struct incident_table *t);
/* From a first assignment: of is the caller's, changed. Used by cases_find and by tests. */
struct cases *cases_begin(struct arena *a, struct incident_table *t, uint32_t *of, uint32_t n);
void cases_improve(struct cases *c, int rounds);
/*
 * The case that an incident, which may be new in t since, belongs to, or NO_CASE; and the bits
 * for it against belonging to none. Nothing is changed.
 */
uint32_t cases_choose(struct cases *c, uint32_t incident, double *bits);
/*
 * Natural logarithm of the odds that it belongs to this case rather than to none;
 * with: to two cases as if they were one, or NO_CASE.
 */
double cases_score(const struct cases *c, uint32_t incident, uint32_t one, uint32_t with);
/* What speaks for and against; out has room for INCIDENT_MENTIONS_MAX + 1. */
size_t cases_weigh(const struct cases *c, uint32_t incident, uint32_t one, struct weighed *out);

/* How much likelier f is mentioned in the case than outside; shared: by how many others there. */
double cases_mention_ratio(const struct cases *c, const struct form *f, uint32_t one, uint32_t with,
			   bool self_in, bool self_out, uint32_t *shared);
/* Incidents of the case that mention the value. */
uint32_t tally_of(const struct tally *y, uint32_t one);
/* After of changed: all counts anew. */
void cases_tally(struct cases *c);
/* The same, and cases that are too small end; the others are numbered anew. */
void cases_renumber(struct cases *c);

#endif
