#ifndef SERVE_BUDGET_H
#define SERVE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * budget: how much of something each of many may have: a full purse at first, refilled slowly.
 * In memory, of bounded size: when it is full, whoever has spent least is forgotten. Any thread.
 * (Several processes of one node have one each; what must hold for all is in serve/tries.h.)
 */
struct budget;

/* full: the purse; per_s: what comes back each second. */
struct budget *budget_new(double full, double per_s);
/* NULL does nothing. */
void budget_free(struct budget *b);

/*
 * Take amount from whose purse, if it holds as much as `least`; it may go below nothing, and is
 * then so much longer empty. now_ms: of a clock that never jumps. False: *wait_s (may be NULL) says
 * in how many seconds to come again, 1 at least.
 */
bool budget_take(struct budget *b, struct str whose, double least, double amount, int64_t now_ms,
		 int64_t *wait_s);

#endif
