#include "base/arena.h"
#include "link/money/judge.h"
#include "link/money/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROWS_MAX 400

/*
 * Lines of time,from,to,amount,channel, of whatever kind: judging ends, scores are 0 to 1, and each
 * group's facts add up and its transactions stand in order, each once.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(0);
	struct money_accounts accounts;
	struct money_ledger l = {.arena = a, .accounts = &accounts};
	struct money_groups groups = {0};
	struct str rest = {(const char *)data, size};

	money_accounts_init(&accounts, a);
	while (rest.p != NULL && l.tx.n < ROWS_MAX) {
		struct str line = str_cut(&rest, '\n'), cell[5] = {{0}};
		struct money_tx t = {.id = line};
		uint32_t v;

		for (size_t i = 0; i < 5 && line.p != NULL; i++)
			cell[i] = str_cut(&line, ',');
		if (!money_time(cell[0], &t.at_s) || !money_cents(cell[3], &t.cents))
			continue;
		t.channel = (uint8_t)money_channel_of(cell[4]);
		t.from =
		    t.channel == MONEY_CASH_IN ? MONEY_CASH : money_account_of(&accounts, cell[1]);
		t.to =
		    t.channel == MONEY_CASH_OUT ? MONEY_CASH : money_account_of(&accounts, cell[2]);
		for (size_t i = 0; i < 2; i++) {
			v = i == 0 ? t.from : t.to;
			if (v != MONEY_CASH && cell[1 + i].n > 0 && cell[1 + i].p[0] == 'P')
				accounts.all.at[v].kind = MONEY_PERSON;
		}
		*VEC_ADD(a, &l.tx) = t;
	}
	money_ledger_order(&l);
	money_judge(a, &l, &groups);
	for (size_t i = 0; i < l.tx.n; i++)
		must(l.tx.at[i].score >= 0 && l.tx.at[i].score <= 1);
	for (size_t i = 0; i < groups.n; i++) {
		const struct money_group *g = &groups.at[i];
		double bits = 0;

		must(g->n > 0 && g->probability >= 0 && g->probability <= 1);
		for (size_t k = 0; k < g->fact_n; k++)
			bits += g->facts[k].bits;
		must(bits - g->bits < 1e-6 && g->bits - bits < 1e-6);
		for (size_t k = 1; k < g->n; k++)
			must(g->tx[k - 1] < g->tx[k] && g->tx[k] < l.tx.n);
	}
	arena_free(a);
	return 0;
}
