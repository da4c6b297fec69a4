#include "prove/custody/fold.h"

#include <stdlib.h>

static int
by_time(const void *a, const void *b)
{
	const struct custody_link *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return id_cmp(x->id, y->id);
}

void
custody_sort(struct custody_link *links, size_t n)
{
	if (n > 1)
		qsort(links, n, sizeof *links, by_time);
}

const char *
custody_fault_text(enum custody_fault fault)
{
	switch (fault) {
	case CUSTODY_WHOLE: return "the chain is whole";
	case CUSTODY_EMPTY: return "no signed custody event tells where it was";
	case CUSTODY_HOLDER: return "somebody hands it on who did not have it";
	case CUSTODY_TIME: return "one event begins before the one before it ended";
	case CUSTODY_HASH: return "its SHA-256 is not the one taken before";
	}
	must(!"a fault of custody");
	return "";
}

/* Who has it, as the last link left it. */
struct holder {
	struct id id;
	struct str outside;
	bool known;
};

static enum custody_fault
step(const struct holder *holder, int64_t end_ms, struct str sha256, const struct custody_link *l)
{
	bool gives = !id_is_zero(l->from);

	if (sha256.n > 0 && l->sha256.n > 0 && !str_eq_ascii_case(sha256, l->sha256))
		return CUSTODY_HASH;
	if (l->at_ms < end_ms)
		return CUSTODY_TIME;
	if (!holder->known || (!gives && id_is_zero(l->to)))
		return CUSTODY_WHOLE; /* the first link; or a deed of whoever has it */
	if (gives)
		return id_eq(l->from, holder->id) ? CUSTODY_WHOLE : CUSTODY_HOLDER;
	/* Somebody takes it who names no giver: they can only take it from outside. */
	return id_is_zero(holder->id) && str_eq(l->outside, holder->outside) && l->outside.n > 0
		   ? CUSTODY_WHOLE
		   : CUSTODY_HOLDER;
}

struct custody_state
custody_fold(const struct custody_link *links, size_t n)
{
	struct custody_state s = {.fault = n == 0 ? CUSTODY_EMPTY : CUSTODY_WHOLE};
	struct holder holder = {.known = false};
	struct str sha256 = STR_NONE;
	int64_t end_ms = INT64_MIN;

	for (size_t i = 0; i < n; i++) {
		const struct custody_link *l = &links[i];
		enum custody_fault fault = step(&holder, end_ms, sha256, l);

		if (fault != CUSTODY_WHOLE && s.fault == CUSTODY_WHOLE) {
			s.fault = fault;
			s.at = i;
		}
		/* An explanation mends what came up to it, but no hash that differs. */
		if (l->explains && (s.fault == CUSTODY_HOLDER || s.fault == CUSTODY_TIME)) {
			s.fault = CUSTODY_WHOLE;
			s.gaps_explained++;
		}
		if (!id_is_zero(l->to))
			holder = (struct holder){.id = l->to, .known = true};
		else if (!id_is_zero(l->from) && l->outside.n > 0)
			holder = (struct holder){.outside = l->outside, .known = true};
		else if (!id_is_zero(l->from))
			holder = (struct holder){.id = l->from, .known = true};
		if (l->sha256.n > 0)
			sha256 = l->sha256;
		end_ms = l->until_ms > l->at_ms ? l->until_ms : l->at_ms;
	}
	s.holder = holder.id;
	return s;
}
