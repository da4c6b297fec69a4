#include "match/screening/word.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "text/name_data.h"
#include "text/similar.h"
#include "text/token.h"

_Static_assert(WORD_KIN > TOKEN_PATRONYMIC, "flags of words stand above those of tokens");

static void
fill(struct word *w)
{
	w->letters = 0;
	for (size_t i = 0; i < w->key.n; i++)
		w->letters |= (uint32_t)1 << ((unsigned char)w->key.p[i] & 31);
	w->skeleton_n = (unsigned char)skeleton_make(w->key, w->skeleton);
}

static void
word_make(struct arena *a, const struct token *token, struct word *out)
{
	struct word *readings = NULL;
	size_t used;

	*out = (struct word){.key = token->key, .original = token->original, .flags = token->flags};
	if (name_class(token->key).n > 0)
		out->flags |= WORD_KIN;
	fill(out);
	if (token->alternates_n > 0)
		readings = NEW_N(a, struct word, token->alternates_n);
	if ((token->script == SCRIPT_HAN || token->script == SCRIPT_HANGUL) &&
	    utf8_count(token->original) == 1)
		out->sign = utf8_decode(token->original.p, token->original.n, &used);
	for (size_t i = 0; i < token->alternates_n; i++) {
		readings[i] = (struct word){.key = token->alternates[i], .flags = token->flags};
		fill(&readings[i]);
	}
	out->readings = readings;
	out->readings_n = token->alternates_n;
}

/* Letters of a script with case, all of them capitals, two at least. */
static bool
is_capital(struct str s, bool *small)
{
	size_t capitals = 0, used;

	for (size_t i = 0; i < s.n; i += used) {
		uint32_t c = utf8_decode(s.p + i, s.n - i, &used);

		if (c < 0x80 ? c >= 'a' && c <= 'z' : u_islower((UChar32)c)) {
			*small = true;
			return false;
		}
		capitals += (c < 0x80 ? c >= 'A' && c <= 'Z' : u_isupper((UChar32)c)) != 0;
	}
	return capitals >= 2;
}

uint32_t
words_family(const struct str *originals, size_t n)
{
	uint32_t family = 0;
	bool small = false;

	for (size_t i = 0; i < n; i++)
		if (is_capital(originals[i], &small))
			family |= (uint32_t)1 << i;
	return small ? family : 0;
}

void
words_make(struct arena *a, const struct name_tokens *tokens, struct word *out)
{
	struct str originals[NAME_TOKENS_MAX];
	uint32_t family;

	for (size_t i = 0; i < tokens->n; i++) {
		word_make(a, &tokens->at[i], &out[i]);
		originals[i] = tokens->at[i].original;
	}
	family = words_family(originals, tokens->n);
	if (family == 0 || (family & (family - 1)) != 0)
		return;
	for (size_t i = 0; i < tokens->n; i++)
		if ((family >> i & 1) != 0)
			out[i].flags &= ~(unsigned)(TOKEN_HONORIFIC | TOKEN_PARTICLE);
}

bool
words_may_join(const struct word *const *parts, size_t n)
{
	size_t letters = 0;

	for (size_t i = 0; i < n; i++)
		letters += parts[i]->key.n;
	return letters >= 4 && (n < 3 || word_is_weak(parts[1]));
}

bool
word_join(const struct word *const *parts, size_t n, char *buf, struct word *out)
{
	const struct word *first = parts[0], *last = parts[n - 1];
	size_t at = 0;

	*out = (struct word){.original = first->original};
	for (size_t i = 0; i < n; i++) {
		if (at + parts[i]->key.n > TOKEN_KEY_MAX)
			return false;
		memcpy(buf + at, parts[i]->key.p, parts[i]->key.n);
		at += parts[i]->key.n;
		out->flags |= parts[i]->flags & TOKEN_ABJAD;
	}
	out->key = (struct str){buf, at};
	/* Neighbours in the text are shown as they stand there, with what parts them. */
	if (first->original.n > 0 && last->original.p >= first->original.p + first->original.n)
		out->original.n = (size_t)(last->original.p - first->original.p) + last->original.n;
	fill(out);
	return true;
}

bool
word_is_weak(const struct word *w)
{
	return (w->flags & (TOKEN_HONORIFIC | TOKEN_PARTICLE | TOKEN_LEGAL)) != 0;
}

bool
word_is_descent(const struct word *w)
{
	static const char *const words[] = {"bin",  "ben",  "ibn",  "bint", "binti",
					    "bte",  "ould", "wald", "weld", "walad",
					    "oglu", "ogly", "oglou"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_z(w->key, words[i]))
			return true;
	return false;
}

bool
word_is_strong(const struct word *w)
{
	return !word_is_weak(w) && (w->flags & TOKEN_INITIAL) == 0;
}

static bool
skeletons_equal(const struct word *a, const struct word *b)
{
	return a->skeleton_n == b->skeleton_n &&
	       memcmp(a->skeleton, b->skeleton, a->skeleton_n) == 0;
}

static enum likeness
by_skeleton(const struct word *a, const struct word *b)
{
	struct str x = {a->skeleton, a->skeleton_n}, y = {b->skeleton, b->skeleton_n};
	int shorter = x.n < y.n ? (int)x.n : (int)y.n;

	if (skeletons_equal(a, b))
		return x.n >= 3 ? WORD_SKELETON : x.n == 2 ? WORD_SOUND : WORD_APART;
	if (shorter >= 4 && similar_edits(x, y, 1) <= 1)
		return WORD_FAR;
	return WORD_APART;
}

static enum likeness
by_spelling(const struct word *a, const struct word *b)
{
	int shorter = (int)(a->key.n < b->key.n ? a->key.n : b->key.n);
	int limit = shorter >= 9 ? 3 : shorter >= 6 ? 2 : shorter >= 3 ? 1 : 0;
	int edits;

	/* An edit changes two letters of the set at most: most pairs end here. */
	if (limit == 0 || __builtin_popcount(a->letters ^ b->letters) > 2 * limit)
		return WORD_APART;
	edits = similar_edits(a->key, b->key, limit);
	if (edits > limit)
		return WORD_APART;
	if (edits == 1 && shorter >= 4)
		return WORD_SLIP;
	if (edits == 1)
		return a->key.p[0] == b->key.p[0] ? WORD_NEAR : WORD_APART;
	return edits == 2 ? WORD_NEAR : WORD_FAR;
}

static enum likeness
by_kinship(const struct word *a, const struct word *b)
{
	switch (name_kinship(a->key, b->key)) {
	case NAME_VARIANT: return WORD_VARIANT;
	case NAME_SHORT: return WORD_SHORT;
	case NAME_OTHER:
	default: return WORD_APART;
	}
}

static enum likeness
likeness_of_forms(const struct word *a, const struct word *b)
{
	unsigned abjads = (a->flags & TOKEN_ABJAD) + (b->flags & TOKEN_ABJAD);
	enum likeness spelled;

	if (str_eq(a->key, b->key))
		return WORD_SAME;
	if (((a->flags | b->flags) & TOKEN_NUMBER) != 0)
		return WORD_APART;
	if (abjads == TOKEN_ABJAD)
		return by_skeleton(a, b);
	spelled = by_spelling(a, b);
	if ((a->flags & b->flags & WORD_KIN) != 0 && spelled > WORD_VARIANT) {
		enum likeness kin = by_kinship(a, b);

		if (kin < spelled && (!skeletons_equal(a, b) || a->skeleton_n < 2))
			return kin;
	}
	if (!skeletons_equal(a, b) || a->skeleton_n == 0)
		return spelled;
	if (a->skeleton_n == 1)
		return similar_edits(a->key, b->key, 1) <= 1 ? WORD_SOUND : spelled;
	if (spelled != WORD_APART && a->key.n >= 3 && b->key.n >= 3)
		return WORD_ROMANISED;
	return a->skeleton_n >= 3 ? WORD_SKELETON : WORD_SOUND;
}

/*
 * Two signs of one script are what they are: that they sound alike makes them no more than
 * similar, and readings count for nothing between those who write them.
 */
static enum likeness
likeness_of_signs(const struct word *a, const struct word *b)
{
	if (a->sign == b->sign)
		return WORD_SAME;
	return str_eq(a->key, b->key) ? WORD_NEAR : WORD_APART;
}

enum likeness
word_likeness(const struct word *a, const struct word *b)
{
	enum likeness best;

	if (a->sign != 0 && b->sign != 0 && script_of(a->sign) == script_of(b->sign))
		return likeness_of_signs(a, b);
	best = likeness_of_forms(a, b);
	if (best == WORD_SAME)
		return best;
	for (size_t i = 0; i <= a->readings_n; i++) {
		for (size_t k = i == 0 ? 1 : 0; k <= b->readings_n; k++) {
			enum likeness other = likeness_of_forms(i == 0 ? a : &a->readings[i - 1],
								k == 0 ? b : &b->readings[k - 1]);

			if (other < WORD_READING)
				other = WORD_READING;
			if (other < best)
				best = other;
		}
	}
	return best;
}

bool
likeness_is_slip(enum likeness likeness)
{
	return likeness == WORD_SLIP || likeness == WORD_NEAR || likeness == WORD_FAR;
}

const char *
word_likeness_name(enum likeness likeness)
{
	static const char *const names[WORD_LIKENESS_COUNT] = {
	    "same",
	    "other romanisation",
	    "other reading",
	    "same consonants",
	    "one letter",
	    "same sound",
	    "name of another language",
	    "short form",
	    "similar",
	    "somewhat similar",
	    "different",
	};

	must((unsigned)likeness < WORD_LIKENESS_COUNT);
	return names[likeness];
}

/* How much of the people one is asked about are of the culture that a name is borne in. */
#define CULTURE_SHARE 0.15

double
word_background(const struct word *w)
{
	/* A name not known as common: the fewer letters, the more names share the key. */
	static const double by_length[] = {0.06, 0.06, 4e-3, 1.4e-3, 5e-4, 2.4e-4, 1.7e-4};
	double known = name_share(w->key) * CULTURE_SHARE;
	double unknown =
	    by_length[w->key.n < COUNT_OF(by_length) ? w->key.n : COUNT_OF(by_length) - 1];

	return known > unknown ? known : unknown;
}
