#include "match/screening/leftover.h"

#include "match/screening/cost.h"
#include "text/similar.h"

/*
 * A part left over on one side may have been left out by the other; parts left over on both
 * sides contradict each other. Adds a piece for each such two, in the order of the names.
 */
static void
contradict(const struct asked_name *asked, const struct other_name *other, uint32_t left_free,
	   uint32_t right_free, struct screen_explanation *out)
{
	size_t k = 0;

	for (size_t i = 0; i < asked->n; i++) {
		double bits = screen_weights.contradiction;
		const char *note = "contradict";

		if ((left_free >> i & 1) == 0 || !word_is_strong(&asked->words[i]))
			continue;
		while (k < other->n &&
		       ((right_free >> k & 1) == 0 || !word_is_strong(other->words[k])))
			k++;
		if (k == other->n)
			return;
		if ((asked->family >> i & 1) != 0 && (other->family >> k & 1) != 0) {
			bits += screen_weights.family_contradiction;
			note = "family names contradict";
		}
		score_add(out, SCREEN_WHAT_UNMATCHED, asked->words[i].original, other->originals[k],
			  note, bits);
		k++;
	}
}

/* "Marin Marin": a part written twice may stand once in the other. */
static bool
is_repeated(const struct word *w, size_t i, const struct word *const *words, size_t n,
	    uint32_t free)
{
	for (size_t k = 0; k < n; k++)
		if (k != i && (free >> k & 1) == 0 && str_eq(words[k]->key, w->key))
			return true;
	return false;
}

/* How many letters of the key are anywhere in the other: no more can stay what they are. */
static size_t
common_letters(struct str key, uint32_t letters)
{
	size_t n = 0;

	for (size_t i = 0; i < key.n; i++)
		n += letters >> ((unsigned char)key.p[i] & 31) & 1;
	return n;
}

bool
leftovers_half_alike(const struct word *a, const struct word *b)
{
	struct str x = a->key, y = b->key;
	bool skeletons = ((a->flags ^ b->flags) & TOKEN_ABJAD) != 0;
	size_t half;

	if (skeletons) {
		x = (struct str){a->skeleton, a->skeleton_n};
		y = (struct str){b->skeleton, b->skeleton_n};
	}
	half = (x.n > y.n ? x.n : y.n) / 2;
	/* Each letter that the other has nowhere takes an edit of its own: most pairs end here. */
	if (!skeletons && (x.n - common_letters(x, b->letters) > half ||
			   y.n - common_letters(y, a->letters) > half))
		return false;
	return half >= 1 && (x.n >= 3 || y.n >= 3) && similar_edits(x, y, (int)half) <= (int)half;
}

/* Left-over parts that are half alike are taken as one, badly written. */
static void
half_alike(const struct asked_name *asked, const struct other_name *other, uint32_t *left_free,
	   uint32_t *right_free, struct screen_explanation *out)
{
	for (size_t i = 0; i < asked->n; i++) {
		const struct word *a = &asked->words[i];

		if ((*left_free >> i & 1) == 0 || !word_is_strong(a))
			continue;
		for (size_t k = 0; k < other->n; k++) {
			if ((*right_free >> k & 1) == 0 || !word_is_strong(other->words[k]) ||
			    !leftovers_half_alike(a, other->words[k]))
				continue;
			*left_free &= ~((uint32_t)1 << i);
			*right_free &= ~((uint32_t)1 << k);
			score_add(out, SCREEN_WHAT_UNMATCHED, a->original, other->originals[k],
				  "half alike", cost_half_alike(asked->known[i]));
			break;
		}
	}
}

static void
leftovers(const struct asked_name *asked, const struct other_name *other, uint32_t *left_free,
	  uint32_t *right_free, struct screen_explanation *out)
{
	const struct word *words[NAME_TOKENS_MAX];

	for (size_t i = 0; i < asked->n; i++)
		words[i] = &asked->words[i];
	for (size_t i = 0; i < asked->n; i++) {
		double bits =
		    cost_missing(words[i]->flags, asked->rarity[i], screen_weights.asked_missing,
				 screen_weights.asked_rarity);

		if ((*left_free >> i & 1) == 0)
			continue;
		if (is_repeated(words[i], i, words, asked->n, *left_free)) {
			bits = screen_weights.repeat_missing;
			*left_free &= ~((uint32_t)1 << i);
		}
		score_add(out, SCREEN_WHAT_UNMATCHED, words[i]->original, STR_NONE, "asked only",
			  bits);
	}
	for (size_t k = 0; k < other->n; k++) {
		double bits =
		    cost_missing(other->words[k]->flags, other->rarities[k],
				 screen_weights.listed_missing, screen_weights.listed_rarity);

		if ((*right_free >> k & 1) == 0)
			continue;
		if (is_repeated(other->words[k], k, other->words, other->n, *right_free)) {
			bits = screen_weights.repeat_missing;
			*right_free &= ~((uint32_t)1 << k);
		}
		score_add(out, SCREEN_WHAT_UNMATCHED, STR_NONE, other->originals[k], "listed only",
			  bits);
	}
}

void
leftovers_score(const struct asked_name *asked, const struct other_name *other, uint32_t left_free,
		uint32_t right_free, struct screen_explanation *out)
{
	half_alike(asked, other, &left_free, &right_free, out);
	leftovers(asked, other, &left_free, &right_free, out);
	contradict(asked, other, left_free, right_free, out);
}
