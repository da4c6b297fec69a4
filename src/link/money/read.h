#ifndef LINK_MONEY_READ_H
#define LINK_MONEY_READ_H

#include <stdio.h>

#include "base/rc.h"
#include "link/money/ledger.h"

/*
 * read: the three files, as CSV with headings, by the parser process. Rows that cannot be read
 * are told on diag by file and line (no content), at most 20 of them, skipped and counted.
 */
struct money_read;

/*
 * account,kind,country,opened,venue and venue,kind; only the first of each is needed. "-" is
 * standard input, once. RC_ABSENT, RC_INVALID: the file cannot be opened, has no such heading.
 */
MUST_USE enum rc money_accounts_read(struct money_accounts *accounts, const char *path, FILE *diag,
				     size_t *skipped, struct err *err);
MUST_USE enum rc money_venues_read(struct money_accounts *accounts, const char *path, FILE *diag,
				   size_t *skipped, struct err *err);

/* account: whoever is named is left out (registered helpers, privileged persons). */
MUST_USE enum rc money_left_out_read(struct money_accounts *accounts, const char *path, FILE *diag,
				     size_t *skipped, struct err *err);

/* tx_id,ts,from_account,to_account,amount_eur,channel and from_country,to_country, a row at a time.
 */
MUST_USE enum rc money_read_open(struct arena *a, const char *path, FILE *diag,
				 struct money_read **out, struct err *err);
/* The next transaction; its id lives until the next call. RC_ABSENT at the end. */
MUST_USE enum rc money_read_next(struct money_read *r, struct money_accounts *accounts,
				 struct money_tx *out, struct err *err);
/* Tell and count the row just given as one that cannot be used. */
void money_read_refuse(struct money_read *r, const char *key, const char *why);
size_t money_read_skipped(const struct money_read *r);
/* NULL does nothing. */
void money_read_close(struct money_read *r);

#endif
