#include "match/screening/score.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "match/screening/custom.h"
#include "match/screening/leftover.h"
#include "match/screening/pairing.h"

void
score_add(struct screen_explanation *out, enum screen_what what, struct str left, struct str right,
	  const char *note, double bits)
{
	must(out->n < SCREEN_REASONS_MAX);
	out->at[out->n++] = (struct screen_reason){what, left, right, note, bits};
	out->bits += bits;
}

double
score_rarity(double share)
{
	double bits = -log2(share);

	return bits < 0 ? 0 : bits > screen_weights.token_max ? screen_weights.token_max : bits;
}

static void
join_asked(struct asked_name *asked, size_t i, size_t n)
{
	const struct word *parts[WORD_JOINED_MAX];
	struct word *out = &asked->joined[i][n - 2];

	out->key.n = 0;
	if (i + n > asked->n)
		return;
	for (size_t k = 0; k < n; k++)
		parts[k] = &asked->words[i + k];
	if (!words_may_join(parts, n) || !word_join(parts, n, asked->joined_keys[i][n - 2], out))
		out->key.n = 0;
}

void
asked_name_make(struct arena *a, const struct name_tokens *tokens, struct asked_name *out)
{
	struct str originals[NAME_TOKENS_MAX];

	out->n = tokens->n;
	words_make(a, tokens, out->words);
	for (size_t i = 0; i < tokens->n; i++)
		originals[i] = tokens->at[i].original;
	out->family = words_family(originals, tokens->n);
	for (size_t i = 0; i < tokens->n; i++) {
		out->rarity[i] = score_rarity(word_background(&out->words[i]));
		memset(out->crowd[i], 0, sizeof out->crowd[i]);
		out->known[i] = false;
		for (size_t n = 2; n <= WORD_JOINED_MAX; n++)
			join_asked(out, i, n);
	}
}

/* From the first to the last of n neighbours, with what parts them in the text. */
static struct str
span(struct str first, struct str last)
{
	if (first.n > 0 && last.p >= first.p + first.n)
		first.n = (size_t)(last.p - first.p) + last.n;
	return first;
}

/* Which parts are set against each other so far: one bit for each that is still free. */
struct matching {
	uint32_t left_free, right_free;
	unsigned char right_of[NAME_TOKENS_MAX]; /* where a part that is not free went */
};

static void
take(const struct asked_name *asked, const struct other_name *other, const struct pairing *p,
     struct matching *m, struct screen_explanation *out)
{
	uint32_t left = ((1u << p->left_n) - 1) << p->left;
	uint32_t right = ((1u << p->right_n) - 1) << p->right;

	if ((m->left_free & left) != left || (m->right_free & right) != right)
		return;
	m->left_free &= ~left;
	m->right_free &= ~right;
	m->right_of[p->left] = p->right;
	score_add(
	    out, p->what,
	    span(asked->words[p->left].original, asked->words[p->left + p->left_n - 1].original),
	    span(other->originals[p->right], other->originals[p->right + p->right_n - 1]), p->note,
	    p->bits);
}

/*
 * Nine parts that fit say no more than five: chains of forefathers' names are shared by brothers,
 * and what contradicts must still count.
 */
static void
cap(double before, struct screen_explanation *out)
{
	double over = out->bits - before - screen_weights.names_max;

	if (over > 0)
		score_add(out, SCREEN_WHAT_TOGETHER, STR_NONE, STR_NONE, "more parts than it takes",
			  -over);
}

/* Parts of one naming custom come together more often than by chance. */
static void
together(const struct other_name *other, uint32_t right_free, struct screen_explanation *out)
{
	const struct custom_lean *taken[NAME_TOKENS_MAX];
	size_t n = 0;
	double bits;

	for (size_t k = 0; k < other->n && other->customs != NULL; k++)
		if ((right_free >> k & 1) == 0 && word_is_strong(other->words[k]))
			taken[n++] = other->leans[k];
	if (n < 2)
		return;
	bits = customs_together(other->customs, taken, n) * screen_weights.together;
	if (bits > 0)
		score_add(out, SCREEN_WHAT_TOGETHER, STR_NONE, STR_NONE,
			  "parts that often come together", -bits);
}

/* Where a name says "son of": the nearest names before and behind. */
static bool
generations(const struct word *const *words, size_t n, size_t *child, size_t *parent)
{
	for (size_t i = 1; i + 1 < n; i++) {
		if (!word_is_descent(words[i]))
			continue;
		*child = i - 1;
		for (*parent = i + 1; *parent < n; (*parent)++)
			if (word_is_strong(words[*parent]))
				return word_is_strong(words[*child]);
	}
	return false;
}

/* "Salman bin Muhammad" is not "Muhammad bin Salman". */
static void
descent(const struct asked_name *asked, const struct other_name *other, const struct matching *m,
	struct screen_explanation *out)
{
	const struct word *words[NAME_TOKENS_MAX];
	size_t child, parent, other_child, other_parent;

	for (size_t i = 0; i < asked->n; i++)
		words[i] = &asked->words[i];
	if (!generations(words, asked->n, &child, &parent) ||
	    !generations(other->words, other->n, &other_child, &other_parent) ||
	    ((m->left_free >> child | m->left_free >> parent) & 1) != 0 ||
	    m->right_of[child] != other_parent || m->right_of[parent] != other_child)
		return;
	score_add(out, SCREEN_WHAT_UNMATCHED, words[child]->original, other->originals[other_child],
		  "child and parent changed places", screen_weights.descent);
}

double
score_names(const struct asked_name *asked, const struct other_name *other,
	    struct screen_explanation *out)
{
	struct pairing pairings[PAIRINGS_MAX];
	size_t n = pairings_find(asked, other, pairings);
	struct matching m = {(1u << asked->n) - 1, (1u << other->n) - 1, {0}};
	double before = out->bits;

	/* Best first; few enough for sorting by insertion. */
	for (size_t i = 1; i < n; i++) {
		struct pairing p = pairings[i];
		size_t k = i;

		for (; k > 0 && pairings[k - 1].bits < p.bits; k--)
			pairings[k] = pairings[k - 1];
		pairings[k] = p;
	}
	for (size_t i = 0; i < n; i++)
		take(asked, other, &pairings[i], &m, out);
	together(other, m.right_free, out);
	cap(before, out);
	descent(asked, other, &m, out);
	leftovers_score(asked, other, m.left_free, m.right_free, out);
	return out->bits - before;
}
