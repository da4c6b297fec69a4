#include "link/money/value.h"

#include "base/clock.h"

bool
money_cents(struct str s, int64_t *out)
{
	int64_t value = 0;
	size_t i = 0, places = 0;

	if (s.n == 0 || s.p[0] == '.')
		return false;
	for (; i < s.n && s.p[i] != '.'; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || value > MONEY_CENTS_MAX / 1000)
			return false;
		value = value * 10 + (s.p[i] - '0');
	}
	if (i < s.n && ++i == s.n)
		return false;
	for (; i < s.n; i++, places++) {
		if (s.p[i] < '0' || s.p[i] > '9' || (places >= 2 && s.p[i] != '0'))
			return false;
		if (places < 2)
			value = value * 10 + (s.p[i] - '0');
	}
	for (; places < 2; places++)
		value *= 10;
	*out = value;
	return value <= MONEY_CENTS_MAX;
}

bool
money_time(struct str s, int64_t *at_s)
{
	int64_t ms;

	if (!time_parse(s, &ms) || ms < TIME_MIN_MS || ms > TIME_MAX_MS)
		return false;
	*at_s = ms / 1000;
	return true;
}

bool
money_day(struct str s, int32_t *day)
{
	int64_t ms;

	if (!time_parse(s, &ms) || ms < -TIME_MAX_MS || ms > TIME_MAX_MS)
		return false;
	*day = (int32_t)((ms - (ms < 0 ? 86399999 : 0)) / 86400000);
	return true;
}

static const char *const channels[] = {
    [MONEY_TRANSFER] = "transfer",
    [MONEY_SEPA] = "sepa",
    [MONEY_CARD] = "card",
    [MONEY_STANDING_ORDER] = "standing_order",
    [MONEY_REMITTANCE] = "remittance",
    [MONEY_CASH_IN] = "cash_in",
    [MONEY_CASH_OUT] = "cash_out",
    [MONEY_OTHER] = "other",
    [MONEY_LEFT_OUT] = "left out",
};

enum money_channel
money_channel_of(struct str s)
{
	for (int i = 0; i < MONEY_OTHER; i++)
		if (str_eq_z(s, channels[i]))
			return (enum money_channel)i;
	return MONEY_OTHER;
}

const char *
money_channel_name(enum money_channel c)
{
	return channels[c];
}

enum money_kind
money_kind_of(struct str s)
{
	return str_eq_z(s, "person")	 ? MONEY_PERSON
	       : str_eq_z(s, "business") ? MONEY_BUSINESS
					 : MONEY_UNKNOWN;
}
