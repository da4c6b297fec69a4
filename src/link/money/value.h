#ifndef LINK_MONEY_VALUE_H
#define LINK_MONEY_VALUE_H

#include "link/money/ledger.h"

/* value: the cells of the files, strictly; what is not understood is refused, never guessed. */

/* "1234.5" to 123450: digits, one point, at most two places; more places must be zero. */
MUST_USE bool money_cents(struct str s, int64_t *out);
#define MONEY_CENTS_MAX INT64_C(100000000000000) /* a million million */

/* RFC 3339 with offset, to seconds. */
MUST_USE bool money_time(struct str s, int64_t *at_s);
/* A day, to days since 1970. */
MUST_USE bool money_day(struct str s, int32_t *day);
/* Any other word is MONEY_OTHER. */
enum money_channel money_channel_of(struct str s);
const char *money_channel_name(enum money_channel c);
enum money_kind money_kind_of(struct str s);

#endif
