#include "link/money/trace.h"

/* Money that came one after the other and is alike: traced, or not. */
struct lot {
	int64_t cents;
	bool traced;
};

struct purse {
	VEC(struct lot) lots; /* from `first` on; the oldest first */
	size_t first;
	int64_t balance, fifo;
	double haircut;
	bool poisoned;
};

struct money_trace {
	struct arena *arena;
	VEC(struct purse) purses;
};

struct money_trace *
money_trace_new(struct arena *a)
{
	struct money_trace *t = NEW(a, struct money_trace);

	t->arena = a;
	return t;
}

static struct purse *
purse_of(struct money_trace *t, uint32_t account)
{
	while (t->purses.n <= account)
		(void)VEC_ADD(t->arena, &t->purses);
	return &t->purses.at[account];
}

static void
lot_put(struct money_trace *t, struct purse *to, int64_t cents, bool traced)
{
	struct lot *last = to->lots.n > to->first ? &to->lots.at[to->lots.n - 1] : NULL;

	if (cents == 0)
		return;
	to->balance += cents;
	to->fifo += traced ? cents : 0;
	if (last != NULL && last->traced == traced) {
		last->cents += cents;
		return;
	}
	/* What was paid out makes room before more is taken. */
	if (to->first > 32 && to->first * 2 > to->lots.n) {
		for (size_t i = to->first; i < to->lots.n; i++)
			to->lots.at[i - to->first] = to->lots.at[i];
		to->lots.n -= to->first;
		to->first = 0;
	}
	*VEC_ADD(t->arena, &to->lots) = (struct lot){cents, traced};
}

/* Move the oldest lots; returns how much of them is traced. What is missing was there before. */
static int64_t
lots_move(struct money_trace *t, uint32_t from, uint32_t to, int64_t cents)
{
	int64_t traced = 0;

	while (cents > 0) {
		struct purse *p = &t->purses.at[from];
		struct lot *oldest = p->lots.n > p->first ? &p->lots.at[p->first] : NULL;
		int64_t part = oldest == NULL	       ? cents
			       : oldest->cents < cents ? oldest->cents
						       : cents;
		bool is_traced = oldest != NULL && oldest->traced;

		if (oldest != NULL) {
			oldest->cents -= part;
			p->first += oldest->cents == 0;
			p->balance -= part;
			p->fifo -= is_traced ? part : 0;
		}
		lot_put(t, &t->purses.at[to], part, is_traced);
		traced += is_traced ? part : 0;
		cents -= part;
	}
	return traced;
}

struct money_traced
money_trace_step(struct money_trace *t, const struct money_tx *tx, bool begins)
{
	struct money_traced out = {0};
	struct purse *from, *to;

	(void)purse_of(t, tx->from > tx->to ? tx->from : tx->to);
	if (tx->from == tx->to)
		return out;
	from = &t->purses.at[tx->from];
	to = &t->purses.at[tx->to];
	if (begins) {
		/* What the payer held of it by chance is none of it: this is where it begins. */
		lot_put(t, to, tx->cents, true);
		to->haircut += (double)tx->cents;
		to->poisoned = true;
		return (struct money_traced){tx->cents, tx->cents, (double)tx->cents};
	}
	/* Notes that were paid out are not followed when notes are put in. */
	if (tx->from == MONEY_CASH) {
		lot_put(t, to, tx->cents, false);
		return out;
	}
	if (from->poisoned)
		out.poison = tx->cents;
	if (from->haircut > 0)
		out.haircut = tx->cents >= from->balance
				  ? from->haircut
				  : from->haircut * (double)tx->cents / (double)from->balance;
	if (out.haircut > (double)tx->cents)
		out.haircut = (double)tx->cents;
	from->haircut -= out.haircut;
	to->haircut += out.haircut;
	to->poisoned |= out.poison > 0;
	out.fifo = lots_move(t, tx->from, tx->to, tx->cents);
	return out;
}

struct money_traced
money_trace_held(const struct money_trace *t, uint32_t account)
{
	const struct purse *p;

	if (account >= t->purses.n)
		return (struct money_traced){0};
	p = &t->purses.at[account];
	return (struct money_traced){p->fifo, p->poisoned ? p->balance : 0, p->haircut};
}
