#include "match/screening/pairing.h"

#include "match/screening/cost.h"

static bool
initial_fits(const struct word *a, const struct word *b)
{
	return ((a->flags | b->flags) & TOKEN_INITIAL) != 0 && a->key.p[0] == b->key.p[0];
}

static enum likeness
likeness_kept(const struct word *a, const struct word *b, unsigned char *kept, size_t i)
{
	if (kept == NULL)
		return word_likeness(a, b);
	if (kept[i] == 0)
		kept[i] = (unsigned char)(1 + word_likeness(a, b));
	return (enum likeness)(kept[i] - 1);
}

static bool
pair_of(const struct asked_name *asked, size_t i, const struct other_name *other, size_t k,
	struct pairing *out)
{
	const struct word *a = &asked->words[i], *b = other->words[k];
	enum likeness likeness;

	*out = (struct pairing){0, SCREEN_WHAT_TOKEN, "", (unsigned char)i, (unsigned char)k, 1, 1};
	if (initial_fits(a, b) && !word_is_weak(a) && !word_is_weak(b)) {
		out->what = SCREEN_WHAT_INITIAL;
		out->note = "initial";
		out->bits = a->key.n == b->key.n ? screen_weights.initial_same
						 : screen_weights.initial_fits;
		return true;
	}
	if ((likeness = likeness_kept(a, b, other->kept[k], i)) == WORD_APART)
		return false;
	out->note = word_likeness_name(likeness);
	out->bits =
	    cost_pair(asked->crowd[i][likeness], other->shares[k], likeness, asked->known[i]);
	if (word_is_weak(a) || word_is_weak(b))
		out->bits = (out->bits > 0 ? out->bits : 0) * screen_weights.weak_fits;
	return out->bits > 0;
}

/* A part of one name against two neighbours of the other, written as one. */
static bool
join_of(const struct word *one, const struct word *both, double rarities, struct pairing *out)
{
	enum likeness likeness;

	if (!cost_may_join(one->key.n, both->key.n))
		return false;
	likeness = word_likeness(one, both);
	if (likeness > WORD_SLIP)
		return false;
	out->what = SCREEN_WHAT_TOKEN;
	out->note = likeness == WORD_SAME ? "joined" : "joined, similar";
	out->bits = cost_join(rarities, likeness);
	return out->bits > 0;
}

static size_t
add_join(const struct word *one, const struct word *both, double rarities, struct pairing shape,
	 struct pairing *out, size_t n)
{
	if (n == PAIRINGS_MAX)
		return n;
	out[n] = shape;
	return n + join_of(one, both, rarities, &out[n]);
}

/* Neighbours asked, written as one in the list. */
static size_t
joins_asked(const struct asked_name *asked, const struct other_name *other, struct pairing *out,
	    size_t n)
{
	for (size_t i = 0; i + 1 < asked->n; i++) {
		for (size_t len = 2; len <= WORD_JOINED_MAX; len++) {
			const struct word *both = &asked->joined[i][len - 2];

			for (size_t k = 0; both->key.n > 0 && k < other->n; k++)
				n = add_join(other->words[k], both, other->rarities[k],
					     (struct pairing){.left = (unsigned char)i,
							      .right = (unsigned char)k,
							      .left_n = (unsigned char)len,
							      .right_n = 1},
					     out, n);
		}
	}
	return n;
}

static bool
any_may_join(const struct asked_name *asked, size_t letters)
{
	for (size_t i = 0; i < asked->n; i++)
		if (cost_may_join(asked->words[i].key.n, letters))
			return true;
	return false;
}

/* Neighbours in the list, written as one by the asker. */
static size_t
joins_listed(const struct asked_name *asked, const struct other_name *other, struct pairing *out,
	     size_t n)
{
	for (size_t k = 0; k + 1 < other->n; k++) {
		size_t letters = other->words[k]->key.n;
		double rarities = other->rarities[k];

		for (size_t len = 2; len <= WORD_JOINED_MAX && k + len <= other->n; len++) {
			const struct word *last = other->words[k + len - 1];
			char key[TOKEN_KEY_MAX];
			struct word both;

			letters += last->key.n;
			if (!word_is_weak(last))
				rarities += other->rarities[k + len - 1];
			if (!any_may_join(asked, letters) ||
			    !words_may_join(&other->words[k], len) ||
			    !word_join(&other->words[k], len, key, &both))
				continue;
			for (size_t i = 0; i < asked->n; i++)
				n = add_join(&asked->words[i], &both, rarities,
					     (struct pairing){.left = (unsigned char)i,
							      .right = (unsigned char)k,
							      .left_n = 1,
							      .right_n = (unsigned char)len},
					     out, n);
		}
	}
	return n;
}

size_t
pairings_find(const struct asked_name *asked, const struct other_name *other,
	      struct pairing out[PAIRINGS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < asked->n; i++)
		for (size_t k = 0; k < other->n && n < PAIRINGS_MAX; k++)
			n += pair_of(asked, i, other, k, &out[n]);
	n = joins_asked(asked, other, out, n);
	return joins_listed(asked, other, out, n);
}
