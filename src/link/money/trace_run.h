#ifndef LINK_MONEY_TRACE_RUN_H
#define LINK_MONEY_TRACE_RUN_H

#include <stdio.h>

#include "base/rc.h"
#include "base/str.h"

/*
 * trace_run: the command `liaison link trace`. Prints tx_id,ts,from_account,to_account,amount,fifo,
 * haircut,poison in euro for each transaction that carries something of the traced one by any rule,
 * up to `days` after it. RC_ABSENT: no transaction has this id. Rows out of order of time are told,
 * skipped and counted, as those that cannot be read.
 */
struct money_trace_options {
	const char *transactions;
	const char *left_out; /* path for account, or NULL: whose payments are not followed */
	struct str tx_id;
	int64_t days;
	bool json;
};
#define MONEY_TRACE_DAYS 90
#define MONEY_TRACE_DAYS_MAX 36500

MUST_USE enum rc money_trace_run(const struct money_trace_options *options, FILE *out, FILE *diag,
				 struct err *err);

#endif
