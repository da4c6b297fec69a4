#ifndef LINK_MONEY_TRACE_H
#define LINK_MONEY_TRACE_H

#include "link/money/ledger.h"

/*
 * trace: where one amount went, by three rules that courts and analysts use, side by side, for they
 * disagree and none is the truth:
 *   FIFO     what came in first goes out first (Clayton's Case, 1816);
 *   haircut  each payment out takes the traced share of what the account holds;
 *   poison   whatever leaves an account that the amount touched is traced in full.
 * Balances are those that the transactions themselves show; what an account pays beyond them was
 * there before, and is not traced.
 */
struct money_trace;

/* What of a payment is the traced amount, in cents. */
struct money_traced {
	int64_t fifo, poison;
	double haircut;
};

struct money_trace *money_trace_new(struct arena *a);
/* The next transaction, in order of time. begins: it is the one to trace, all of it. */
struct money_traced money_trace_step(struct money_trace *trace, const struct money_tx *tx,
				     bool begins);
/* What an account holds of it now; cash holds what left. */
struct money_traced money_trace_held(const struct money_trace *trace, uint32_t account);

#endif
