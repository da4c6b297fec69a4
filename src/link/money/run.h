#ifndef LINK_MONEY_RUN_H
#define LINK_MONEY_RUN_H

#include <stdio.h>

#include "base/rc.h"
#include "base/str.h"

/*
 * run: the command `liaison link money`, with its options already parsed. Transactions pass
 * through a window of 42 days that moves on by 21, so that memory follows how much happens in six
 * weeks, not how long the file is; they stand in
 * order of time; what is older than what was told already is refused (21 days at the least).
 *
 * Rows go to out as CSV: tx_id,score. Rows that cannot be read are told on diag, skipped and
 * counted, and the end is RC_INVALID after all others were scored.
 */
struct money_options {
	const char *transactions, *accounts, *venues; /* venues may be NULL */
	const char *left_out;			      /* path for account, or NULL */
	const char *patterns; /* path for group_id,tx_id,typology, or NULL */
	int64_t alerts;	      /* the most a day: only those are printed; 0: every transaction */
	bool explain;	      /* groups and their facts on diag */
	bool json; /* {"items":[...]}: groups with facts and transactions, instead of CSV */
};
#define MONEY_ALERTS_MAX 1000000
#define MONEY_WINDOW_DAYS 42
#define MONEY_STEP_DAYS 21

MUST_USE enum rc money_run(const struct money_options *options, FILE *out, FILE *diag,
			   struct err *err);

#endif
