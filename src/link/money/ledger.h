#ifndef LINK_MONEY_LEDGER_H
#define LINK_MONEY_LEDGER_H

#include "base/map.h"
#include "base/vec.h"

/*
 * ledger: accounts, and the transactions of one stretch of time, in order of time, with what
 * each account sent and received as rows of numbers. Amounts are minor units of one currency
 * (amount_eur), so that no sum is rounded; times are seconds since 1970, UTC.
 */
enum money_channel {
	MONEY_TRANSFER,
	MONEY_SEPA,
	MONEY_CARD,
	MONEY_STANDING_ORDER,
	MONEY_REMITTANCE,
	MONEY_CASH_IN,
	MONEY_CASH_OUT,
	MONEY_OTHER,
	MONEY_LEFT_OUT, /* one end is left out: in no row, in no group */
	MONEY_CHANNEL_COUNT
};
enum money_kind { MONEY_UNKNOWN, MONEY_PERSON, MONEY_BUSINESS, MONEY_OUTSIDE, MONEY_KIND_COUNT };

/* Where notes come from and go to: no account, so nothing is concluded from sharing it. */
#define MONEY_CASH 0
#define MONEY_NONE UINT32_MAX
#define MONEY_DAY_S ((int64_t)86400)
#define MONEY_HOUR_S ((int64_t)3600)

struct money_account {
	struct str name;
	int32_t opened; /* days since 1970; INT32_MIN: not known */
	uint32_t venue; /* one more than its place among venues; 0: none */
	uint8_t kind;	/* enum money_kind */
	bool left_out;	/* a helper, or privileged: enters no ranking, group or trail */
	char country[2];
};

struct money_tx {
	int64_t at_s, cents;
	struct str id;
	uint32_t from, to;
	uint8_t channel; /* enum money_channel */
	bool abroad;	 /* the countries of both ends differ */
	float score;	 /* the best so far */
	uint32_t told;	 /* the number of the group it was told in last, or 0 */
	uint32_t told_centre;
	uint8_t told_typology;
};

struct money_venue {
	struct str name, kind;
};

struct money_accounts {
	struct arena *arena;
	struct map index; /* name to a struct money_account's place, as its address in `places` */
	VEC(struct money_account) all;
	VEC(struct money_venue) venues;
	struct map venue_index;
};

/* Some accounts' places among all transactions of a ledger, in order of time. */
struct money_rows {
	uint32_t *first; /* of each account, and one more */
	uint32_t *at;
};

struct money_ledger {
	struct arena *arena;
	const struct money_accounts *accounts;
	VEC(struct money_tx) tx;
	struct money_rows in, out;
};

/* Knows cash from the start. */
void money_accounts_init(struct money_accounts *accounts, struct arena *a);
/* The number of this account; one that no file named is taken in, of unknown kind. */
uint32_t money_account_of(struct money_accounts *accounts, struct str name);
/* The same for a venue: 1 and up. */
uint32_t money_venue_of(struct money_accounts *accounts, struct str name);

/* Put what was read in order of time and make the rows; again after each change of tx. */
void money_ledger_order(struct money_ledger *ledger);

/* The first place in an account's rows whose transaction is at at_s or later. */
uint32_t money_rows_from(const struct money_ledger *ledger, const struct money_rows *rows,
			 uint32_t account, int64_t at_s);

#endif
