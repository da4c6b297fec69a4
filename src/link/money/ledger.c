#include "link/money/ledger.h"

#include <stdlib.h>

void
money_accounts_init(struct money_accounts *accounts, struct arena *a)
{
	*accounts = (struct money_accounts){.arena = a, .index = {.arena = a}};
	accounts->venue_index.arena = a;
	(void)money_account_of(accounts, STR("CASH"));
	accounts->all.at[MONEY_CASH].kind = MONEY_OUTSIDE;
}

/* A place as an address, for maps hold nothing else. */
static void *
as_value(size_t place)
{
	return (void *)(uintptr_t)(place + 1);
}

static size_t
as_place(const void *value)
{
	return (size_t)(uintptr_t)value - 1;
}

uint32_t
money_account_of(struct money_accounts *accounts, struct str name)
{
	void *known = map_find(&accounts->index, name);
	struct money_account *made;

	if (known != NULL)
		return (uint32_t)as_place(known);
	must(accounts->all.n < MONEY_NONE);
	made = VEC_ADD(accounts->arena, &accounts->all);
	made->name = str_copy(accounts->arena, name);
	made->opened = INT32_MIN;
	(void)map_put(&accounts->index, made->name, as_value(accounts->all.n - 1));
	return (uint32_t)(accounts->all.n - 1);
}

uint32_t
money_venue_of(struct money_accounts *accounts, struct str name)
{
	void *known = map_find(&accounts->venue_index, name);
	struct money_venue *made;

	if (known != NULL)
		return (uint32_t)as_place(known) + 1;
	made = VEC_ADD(accounts->arena, &accounts->venues);
	made->name = str_copy(accounts->arena, name);
	(void)map_put(&accounts->venue_index, made->name, as_value(accounts->venues.n - 1));
	return (uint32_t)accounts->venues.n;
}

static int
by_time(const void *x, const void *y)
{
	const struct money_tx *a = x, *b = y;

	if (a->at_s != b->at_s)
		return a->at_s < b->at_s ? -1 : 1;
	return str_cmp(a->id, b->id);
}

static void
rows_make(struct money_ledger *l, struct money_rows *rows, bool in)
{
	size_t n = l->accounts->all.n;
	uint32_t *next;

	rows->first = NEW_N(l->arena, uint32_t, n + 2);
	rows->at = NEW_N(l->arena, uint32_t, l->tx.n + 1);
	next = rows->first + 1;
	for (size_t i = 0; i < l->tx.n; i++)
		if (l->tx.at[i].channel != MONEY_LEFT_OUT)
			next[(in ? l->tx.at[i].to : l->tx.at[i].from) + 1]++;
	for (size_t i = 1; i <= n; i++)
		next[i] += next[i - 1];
	/* next[v] is where v's next one goes; when all stand, it is where v + 1 begins. */
	for (size_t i = 0; i < l->tx.n; i++)
		if (l->tx.at[i].channel != MONEY_LEFT_OUT)
			rows->at[next[in ? l->tx.at[i].to : l->tx.at[i].from]++] = (uint32_t)i;
}

void
money_ledger_order(struct money_ledger *l)
{
	bool ordered = true;

	for (size_t i = 1; i < l->tx.n && ordered; i++)
		ordered = by_time(&l->tx.at[i - 1], &l->tx.at[i]) <= 0;
	if (!ordered)
		qsort(l->tx.at, l->tx.n, sizeof *l->tx.at, by_time);
	rows_make(l, &l->in, true);
	rows_make(l, &l->out, false);
}

uint32_t
money_rows_from(const struct money_ledger *l, const struct money_rows *rows, uint32_t account,
		int64_t at_s)
{
	uint32_t low = rows->first[account], high = rows->first[account + 1];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (l->tx.at[rows->at[middle]].at_s < at_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
