#ifndef LINK_MONEY_TELL_H
#define LINK_MONEY_TELL_H

#include <stdio.h>

#include "base/rc.h"
#include "link/money/group.h"

/*
 * tell: what comes out, window by window. A group is told with the window that its first
 * transaction leaves; what the next window adds to it has the same number.
 */
struct money_tell {
	const struct money_accounts *accounts;
	FILE *out, *patterns, *diag; /* patterns may be NULL */
	size_t alerts;		     /* the most a day, or 0 */
	bool explain, json;
	uint32_t groups; /* told so far */
	size_t told;
	double told_sum; /* of scores: what of the alerts is expected to be right */
	bool any;
};

void money_tell_init(struct money_tell *t, const struct money_accounts *accounts, FILE *out,
		     FILE *diag);
void money_tell_begin(struct money_tell *t);
/* Leads that begin before cut_s; notes in the ledger under which number. */
void money_tell_groups(struct money_tell *t, struct money_ledger *ledger,
		       const struct money_groups *groups, int64_t cut_s);
/* The scores of all before cut_s, or the highest of each day. */
void money_tell_scores(struct money_tell *t, const struct money_ledger *ledger, int64_t cut_s);
MUST_USE enum rc money_tell_end(struct money_tell *t, struct err *err);

#endif
