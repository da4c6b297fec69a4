#include "link/money/find.h"

#include <math.h>

/* The centre, and of a chain everybody in it. */
void
money_facts_of_members(struct money_find *f, struct money_group *g, bool amounts)
{
	const struct money_ledger *l = f->ledger;
	const struct money_background *b = f->background;
	double fresh_bits = money_fresh_bits(b, g->centre), amount_bits = 0, fresh = 0;
	bool personal = g->typology != MONEY_VENUE_TIMED;

	fresh += b->fresh[g->centre];
	for (size_t i = 0; i < g->n; i++) {
		const struct money_tx *t = &l->tx.at[g->tx[i]];
		/* The end that is not the centre; in a chain the one that is paid. */
		uint32_t member = t->to == g->centre ? t->from : t->to;

		amount_bits += money_amount_bits(b, l, t);
		if (member == MONEY_CASH || !personal)
			continue;
		fresh += b->fresh[member];
		fresh_bits += money_fresh_bits(b, member);
	}
	money_fact_add(g, "accounts opened in the last 90 days", fresh,
		       fmax(-12, fmin(24, fresh_bits)));
	if (amounts)
		money_fact_add(g, "amounts large for such payments", amount_bits,
			       fmax(-24, fmin(24, amount_bits)));
	money_fact_add(g, "any account may be the centre", 1, -b->account_bits);
}
