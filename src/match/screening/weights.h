#ifndef MATCH_SCREENING_WEIGHTS_H
#define MATCH_SCREENING_WEIGHTS_H

#include "match/screening/word.h"
#include "text/edtf.h"

/*
 * weights: every constant of the score, in bits unless said otherwise. Set by hand from what
 * they mean, then tuned on the development half of the screening data (feature.md says how
 * and what came of it). One table, no special cases.
 */
struct weights {
	double prior;			   /* before anything is seen */
	double likeness_cost[WORD_APART];  /* what a less than equal spelling costs */
	double likeness_crowd[WORD_APART]; /* times as many names are that alike */
	double token_max;		   /* the most that one token can say */
	double together;		   /* share of what customs say that is taken off */
	double known_cost;		   /* a slip that makes a known name */
	double names_max;		   /* the most that all parts together can say */
	double join_cost;		   /* two parts written as one */
	double initial_fits, initial_same, initial_missing; /* same: both sides have one letter */
	double asked_missing,
	    asked_rarity; /* a part asked without counterpart: base, per bit of rarity */
	double listed_missing, listed_rarity; /* a listed part without counterpart */
	double half_alike;	     /* left over on both sides, half of the letters alike */
	double repeat_missing;	     /* written twice here, once there */
	double family_contradiction; /* more, where both say it is the family name */
	double descent;		     /* child and parent changed places */
	double contradiction;	     /* a part left over on each side */
	double weak_missing;	     /* a particle, title or legal form without one */
	double legal_missing;	     /* a legal form */
	double weak_fits;
	double alias_cost; /* per doubling of an entry's names */
	double dob[EDTF_AGREEMENT_COUNT];
	double dob_cost; /* per doubling of an entry's dates */
	double country_fits, country_other;
	double type_other,
	    type_undated; /* another type; asked with a birth date, listed is no person */
	double identifier;
	double guard_share;	  /* other evidence lifts at most this share of the name's bits */
	double slope, middle;	  /* the logistic: (bits - middle) * slope */
	double background_people; /* weight of the background beside the list's counts */
};

/* Written by nobody but bench/match/tune.c. */
extern struct weights screen_weights;

#endif
