#ifndef LINK_MONEY_BACKGROUND_H
#define LINK_MONEY_BACKGROUND_H

#include "link/money/ledger.h"

/*
 * background: what is ordinary in this input, measured on it and on nothing else, so that a
 * figure says how unusual something is here. All weights come from it, or from a law or a
 * typology that the line names.
 */
#define MONEY_CLASSES (MONEY_CHANNEL_COUNT * MONEY_KIND_COUNT * MONEY_KIND_COUNT)
#define MONEY_STEPS 400 /* of an amount: eighths of an octave */
#define MONEY_PACES 6	/* how busy an account is: 0-2, 3-5, 6-11, 12-23, 24-47, 48 and more out */

/* Loose payments (money_is_loose) of one account in a week. */
struct money_week {
	double mean, variance;
};

struct money_background {
	double days;
	double account_bits; /* any account may be the centre: log2 of how many there are */
	double fresh_share; /* accounts opened at most 90 days before the stretch began, or in it */
	double round_share; /* payments between persons of whole tens */
	double night_share; /* payments to persons, by time of day */
	double abroad_share[MONEY_CHANNEL_COUNT];
	/* Of amounts that came in, how many are the sum of what went out in the 72 hours BEFORE: as
	 * cause comes first, that is chance, and tells what chance alone does after. */
	double pass_share[MONEY_PACES], pass_one_share[MONEY_PACES];
	double cash_passed_share; /* cash put in by persons and passed on */
	struct money_week in_week[MONEY_KIND_COUNT], out_week[MONEY_KIND_COUNT];
	uint32_t *above; /* [class][step]: payments of this class at or above the step */
	uint8_t *fresh;	 /* of each account */
	uint8_t *pace;	 /* of each account */
};

void money_background_measure(struct arena *a, const struct money_ledger *ledger,
			      struct money_background *out);

/* How much likelier amounts like this one, or larger, are where money is moved than where people
 * pay each other, in bits: the density u^-1/2 / 2 on the share u of its class that is as large. */
double money_amount_bits(const struct money_background *b, const struct money_ledger *ledger,
			 const struct money_tx *tx);
/* Half of the accounts of a ring are fresh, or as many as there are anyway. */
double money_fresh_bits(const struct money_background *b, uint32_t account);
double money_abroad_bits(const struct money_background *b, const struct money_tx *tx);
/* How surprising n or more in a week are where some accounts have many and most have none (negative
 * binomial, fitted to mean and variance), in bits. */
double money_week_bits(const struct money_week *week, size_t n);
/* How surprising k or more is where `mean` are expected (Chernoff's bound, Poisson), in bits. */
double money_count_bits(double k, double mean);

/* Not bought with a card, not agreed for each month beforehand, no notes. */
bool money_is_loose(const struct money_tx *tx);
/* May be a link of a chain: anything but cards and standing orders. */
bool money_is_moved(const struct money_tx *tx);
bool money_is_night(const struct money_tx *tx);

/*
 * Passing on: 85 to 100 % of what came in goes out again within 72 hours (the rule of thumb of
 * funnel accounts; FIN-2020-A008, funnel accounts).
 */
#define MONEY_PASS_S (72 * MONEY_HOUR_S)
#define MONEY_PASS_LEAST 0.85
#define MONEY_PARTS_MAX 3
struct money_parts {
	size_t n;
	uint32_t tx[MONEY_PARTS_MAX];
};
/* The parts in which `in` was passed on, those done soonest; before: in the 72 hours before it. */
bool money_passed(const struct money_ledger *ledger, uint32_t in, bool before, size_t parts_max,
		  struct money_parts *out);

#endif
