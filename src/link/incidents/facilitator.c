#include "link/incidents/facilitator.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

#define BITS_LEAST 1.0 /* that one case's use counts */

/* The use of a value by one case against what chance makes of the rate elsewhere, in bits. */
static double
use_bits(const struct cases *c, uint32_t value, const struct tallied *u)
{
	const struct tally *y = &c->tallies[value];
	enum evidence_kind k = c->t->values.at[value].kind;
	double here = c->at[u->of].mentions[k];
	double others = (double)c->cased[k] + c->outside[k] - here;
	double expected = (y->cased + y->outside - u->n + 0.5) / (others + 1) * here;

	return u->n > expected ? (u->n * log(u->n / expected) - (u->n - expected)) / log(2) : 0;
}

static int
by_bits(const void *a, const void *b)
{
	const struct facilitator *x = a, *y = b;

	return x->bits != y->bits ? (x->bits < y->bits) - (x->bits > y->bits)
				  : (x->value > y->value) - (x->value < y->value);
}

void
facilitators_find(struct arena *a, const struct cases *c, struct facilitators *out)
{
	*out = (struct facilitators){.n = 0};
	for (uint32_t v = 0; v < c->t->values.n; v++) {
		const struct value *value = &c->t->values.at[v];
		struct facilitator f = {.value = v};
		double most = 0;

		if (!evidence_kind_is_identifier(value->kind) || value->is_helper)
			continue;
		for (uint32_t i = 0; i < c->tallies[v].n; i++) {
			double bits = use_bits(c, v, &c->tallies[v].at[i]);

			if (bits < BITS_LEAST)
				continue;
			f.cases++;
			f.bits += bits;
			most = fmax(most, bits);
		}
		/* The first user is whose it is. */
		f.bits -= most;
		if (f.cases > 1)
			*VEC_ADD(a, out) = f;
	}
	if (out->n > 0)
		qsort(out->at, out->n, sizeof *out->at, by_bits);
}
