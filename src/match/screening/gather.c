#include "match/screening/gather.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "match/screening/bits.h"
#include "match/screening/leftover.h"
#include "match/screening/word_flat.h"

/* Names looked at part by part; the rest had gathered less. */
#define LOOK_MAX 512
/* Six for each that is wanted: on match/dev four times as many brought .0003 of top-1. */
#define LOOKS(wanted) (6 * (wanted) + 8 < LOOK_MAX ? 6 * (wanted) + 8 : LOOK_MAX)
/* Bits are counted in steps of a fourth, for the line that so many names are above. */
#define STEPS 320
#define STEP_BITS 0.25f

/* A name's bits so far. Stamps rise, so that nothing is cleared between questions. */
struct sum {
	uint32_t stamp; /* of the question and the term that added last */
	float bits;
};

/* A word that parts of the question are like: the part, its bits, the next such part. */
struct mark {
	float bits;
	uint16_t next; /* 0 for none */
	uint16_t term;
};

struct mark_slot {
	uint32_t stamp, word;
	uint16_t first;
};
#define MARKS_MAX 8192
#define MARK_SLOTS (MARKS_MAX * 2)

struct gather {
	struct arena *self;
	struct sum *sums;
	size_t sum_n;
	uint32_t stamp;
	VEC(uint32_t) touched;
	struct mark marks[MARKS_MAX];
	size_t mark_n;
	struct mark_slot slots[MARK_SLOTS];
	uint32_t slot_stamp, slot_mask;
	uint64_t begun; /* serial of the question that the marks are of */
};

struct gather *
gather_new(void)
{
	struct arena *self = arena_new((size_t)8 << 30);
	struct gather *g = NEW(self, struct gather);

	g->self = self;
	return g;
}

void
gather_free(struct gather *g)
{
	if (g != NULL)
		arena_free(g->self);
}

/* Room for this index; grows by doubling, so that reloads do not pile up. */
static void
fit(struct gather *g, const struct screen_index *index)
{
	if (g->sum_n < index->name_n) {
		g->sum_n = (size_t)index->name_n + index->name_n / 4;
		g->sums = NEW_N(g->self, struct sum, g->sum_n);
		g->stamp = 0;
	}
	if (g->stamp > UINT32_MAX - 4 * GATHER_TERMS_MAX) {
		memset(g->sums, 0, g->sum_n * sizeof *g->sums);
		g->stamp = 0;
	}
	g->touched.n = 0;
}

static void
add_term(struct gather_question *q, const struct neighbourhood *near, size_t first, size_t n)
{
	size_t at = q->term_n;

	if (near->most <= 0)
		return;
	q->term_n++;
	for (; at > 0 && q->terms[at - 1].near->postings > near->postings; at--)
		q->terms[at] = q->terms[at - 1];
	q->terms[at].near = near;
	q->terms[at].first = (unsigned char)first;
	q->terms[at].n = (unsigned char)n;
}

static void
ask_part(const struct screen_index *index, struct neighbours *n, struct asked_name *asked, size_t i,
	 struct gather_question *out)
{
	const struct neighbourhood *near = neighbours_find(n, index, &asked->words[i], false);

	memcpy(asked->crowd[i], near->crowd, sizeof near->crowd);
	if (near->rarity >= 0) {
		asked->rarity[i] = near->rarity;
		asked->known[i] = true;
	}
	add_term(out, near, i, 1);
}

void
gather_ask(const struct screen_index *index, struct neighbours *n, struct asked_name *asked,
	   uint64_t serial, struct gather_question *out)
{
	*out = (struct gather_question){.asked = asked, .serial = serial};
	for (size_t i = 0; i < asked->n; i++) {
		memset(asked->crowd[i], 0, sizeof asked->crowd[i]);
		if (word_is_strong(&asked->words[i]))
			ask_part(index, n, asked, i, out);
	}
	for (size_t i = 0; i + 1 < asked->n; i++)
		for (size_t k = 0; k < WORD_JOINED_MAX - 1; k++)
			if (asked->joined[i][k].key.n > 0)
				add_term(out, neighbours_find(n, index, &asked->joined[i][k], true),
					 i, k + 2);
	/* A name of weak words alone ("Haji Imam") must still be found. */
	for (size_t i = 0, none = out->term_n; none == 0 && i < asked->n; i++)
		ask_part(index, n, asked, i, out);
	for (size_t i = 0; i < asked->n; i++)
		for (size_t k = 0; k < asked->n; k++)
			out->twice[i] |=
			    (uint32_t)(k != i && str_eq(asked->words[i].key, asked->words[k].key))
			    << k;
	for (size_t i = 0; i < asked->n; i++) {
		const struct word *w = &asked->words[i];

		out->strong |= (uint32_t)word_is_strong(w) << i;
		out->initial |= (uint32_t)((w->flags & TOKEN_INITIAL) != 0) << i;
		out->missing[i] =
		    (float)((w->flags & TOKEN_LEGAL) != 0 ? screen_weights.legal_missing
			    : word_is_weak(w)		  ? screen_weights.weak_missing
			    : (w->flags & TOKEN_INITIAL) != 0
				? screen_weights.initial_missing
				: screen_weights.asked_missing +
				      asked->rarity[i] * screen_weights.asked_rarity);
	}
}

/* How names are added to: by which term, and may others than those known come in? */
struct adding {
	uint32_t stamp;
	bool only_known;
};

static void
add_to(struct gather *g, const struct adding *how, const struct index_part *part, uint32_t name,
       float bits)
{
	struct sum *sum = &g->sums[part->first_name + name];

	if (sum->stamp < g->stamp) {
		if (how->only_known)
			return;
		*VEC_ADD(g->self, &g->touched) = part->first_name + name;
		/* Of equals, names with fewer parts left over come first. */
		*sum = (struct sum){how->stamp, bits - 0.5f * (float)part->lengths[name]};
	} else if (sum->stamp != how->stamp) {
		*sum = (struct sum){how->stamp, sum->bits + bits};
	}
}

static void
add_all(struct gather *g, const struct screen_index *index, const struct neighbourhood *near,
	const struct adding *how)
{
	for (size_t i = 0; i < near->name_n; i++) {
		const struct index_part *part = index_part_of_name(index, near->names[i].name);

		add_to(g, how, part, near->names[i].name - part->first_name, near->names[i].bits);
	}
	for (size_t i = 0; i < near->word_n; i++) {
		const struct index_part *part = index_part_of_word(index, near->words[i].word);
		const struct segment_word *word =
		    &part->s.words[near->words[i].word - part->first_word];

		for (uint32_t k = word[0].posting; k < word[1].posting; k++)
			add_to(g, how, part, part->s.postings[k], near->words[i].bits);
	}
}

static size_t
step_of(float bits)
{
	size_t step = bits > 0 ? (size_t)(bits * (1 / STEP_BITS)) : 0;

	return step < STEPS ? step : STEPS - 1;
}

/* How many of the names touched stand on each step; the highest that any stands on. */
static size_t
count_steps(const struct gather *g, uint32_t counts[STEPS])
{
	size_t top = 0;

	memset(counts, 0, STEPS * sizeof *counts);
	for (size_t i = 0; i < g->touched.n; i++) {
		size_t step = step_of(g->sums[g->touched.at[i]].bits);

		counts[step]++;
		top = step > top ? step : top;
	}
	return top;
}

/* The bits that at least n of the names touched have, or 0 when there are not so many. */
static float
line_of(const struct gather *g, size_t n)
{
	uint32_t counts[STEPS];
	size_t above = 0;

	if (g->touched.n < n)
		return 0;
	for (size_t step = count_steps(g, counts) + 1; step-- > 0;)
		if ((above += counts[step]) >= n)
			return (float)step * STEP_BITS;
	return 0;
}

/* The names touched that have most, by steps, at most max; returns how many. */
static size_t
most_touched(const struct gather *g, uint32_t max, uint32_t out[LOOK_MAX])
{
	uint32_t counts[STEPS], at[STEPS];
	uint32_t n = 0;

	for (size_t step = count_steps(g, counts) + 1; step-- > 0;) {
		at[step] = n;
		n += counts[step];
		counts[step] = n < max ? n : max;
	}
	for (size_t i = 0; i < g->touched.n; i++) {
		size_t step = step_of(g->sums[g->touched.at[i]].bits);

		if (at[step] < counts[step])
			out[at[step]++] = g->touched.at[i];
	}
	return n < max ? n : max;
}

static size_t
slot_of(const struct gather *g, uint32_t word)
{
	uint32_t at = word * 0x9e3779b1u >> 16 & g->slot_mask;

	while (g->slots[at].stamp == g->slot_stamp && g->slots[at].word != word)
		at = (at + 1) & g->slot_mask;
	return at;
}

static void
mark(struct gather *g, uint32_t word, size_t term, float bits)
{
	struct mark_slot *slot = &g->slots[slot_of(g, word)];

	if (g->mark_n + 1 >= MARKS_MAX)
		return;
	if (slot->stamp != g->slot_stamp)
		*slot = (struct mark_slot){g->slot_stamp, word, 0};
	g->marks[++g->mark_n] = (struct mark){bits, slot->first, (uint16_t)term};
	slot->first = (uint16_t)g->mark_n;
}

void
gather_estimate_begin(struct gather *g, const struct gather_question *q)
{
	size_t words = 0;

	if (g->begun == q->serial)
		return;
	g->begun = q->serial;
	for (size_t t = 0; t < q->term_n; t++)
		words += q->terms[t].near->word_n;
	/* Few enough places that they stay in the nearest cache. */
	g->slot_mask = 255;
	while (g->slot_mask + 1 < MARK_SLOTS && g->slot_mask < 4 * words)
		g->slot_mask = 2 * g->slot_mask + 1;
	g->mark_n = 0;
	if (++g->slot_stamp == 0) {
		memset(g->slots, 0, sizeof g->slots);
		g->slot_stamp = 1;
	}
	for (size_t t = 0; t < q->term_n; t++) {
		const struct neighbourhood *near = q->terms[t].near;

		for (size_t i = 0; i < near->word_n; i++)
			mark(g, near->words[i].word, t, near->words[i].bits);
	}
}

/* Parts of a listed name that have no counterpart yet. */
struct left_over {
	unsigned char letter[NAME_TOKENS_MAX];
	bool initial[NAME_TOKENS_MAX];
	float cost[NAME_TOKENS_MAX];
	size_t n;
};

static void
leave(const struct index_part *part, uint32_t word, struct left_over *left, float *bits)
{
	unsigned flags = part->s.words[word].flags;
	bool initial = (flags & TOKEN_INITIAL) != 0;

	if ((flags & (TOKEN_HONORIFIC | TOKEN_PARTICLE | TOKEN_LEGAL)) != 0) {
		*bits += (float)((flags & TOKEN_LEGAL) != 0 ? screen_weights.legal_missing
							    : screen_weights.weak_missing);
		return;
	}
	left->letter[left->n] = (unsigned char)(flags >> 8);
	left->initial[left->n] = initial;
	left->cost[left->n] = initial
				  ? (float)screen_weights.initial_missing
				  : (float)screen_weights.listed_missing +
					part->rarity[word] * (float)screen_weights.listed_rarity;
	left->n++;
}

/* Initials take what begins with them; the rest is missing, and contradicts what is missing. */
static float
settle(const struct gather_question *q, uint32_t free, struct left_over *left)
{
	float bits = 0;
	size_t names = 0, asked_names;

	for (size_t i = 0; i < q->asked->n; i++) {
		const struct word *w = &q->asked->words[i];
		bool fits = false;

		if ((free >> i & 1) == 0)
			continue;
		for (size_t k = 0; k < left->n && !fits && !word_is_weak(w); k++) {
			if (left->letter[k] != (unsigned char)w->key.p[0] ||
			    !(left->initial[k] || (q->initial >> i & 1) != 0))
				continue;
			bits += (float)screen_weights.initial_fits;
			left->letter[k] = 0;
			left->cost[k] = 0;
			fits = true;
		}
		if (fits)
			free &= ~(1u << i);
		else if ((q->twice[i] & ~free) != 0) {
			free &= ~(1u << i);
			bits += (float)screen_weights.repeat_missing;
		} else
			bits += q->missing[i];
	}
	for (size_t k = 0; k < left->n; k++) {
		bits += left->cost[k];
		names += left->letter[k] != 0 && !left->initial[k];
	}
	asked_names = bits_count(free & q->strong);
	return bits + (float)screen_weights.contradiction *
			  (float)(names < asked_names ? names : asked_names);
}

/* A listed name while it is set against the question. */
struct setting {
	const struct gather_question *q;
	const struct index_part *part;
	const uint32_t *tokens; /* words of the listed name */
	uint32_t n;
	uint32_t free, listed; /* parts asked, parts listed, that have no counterpart yet */
	float bits;
};

/* A part asked about that a listed word is like. */
struct fit {
	float bits;
	uint32_t asked, listed; /* parts */
};
#define FITS_MAX 256

/* What the words are known to be like, best first, each part once. */
static void
set_known(const struct gather *g, struct setting *s)
{
	struct fit fits[FITS_MAX];
	size_t n = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		const struct mark_slot *slot =
		    &g->slots[slot_of(g, (s->tokens[i] & ~SEGMENT_FAMILY) + s->part->first_word)];
		uint16_t m = slot->stamp == g->slot_stamp ? slot->first : 0;

		for (; m != 0 && n < FITS_MAX; m = g->marks[m].next) {
			const struct mark *one = &g->marks[m];
			uint32_t parts = ((1u << s->q->terms[one->term].n) - 1)
					 << s->q->terms[one->term].first;
			size_t at = n++;

			for (; at > 0 && fits[at - 1].bits < one->bits; at--)
				fits[at] = fits[at - 1];
			fits[at] = (struct fit){one->bits, parts, 1u << i};
		}
	}
	for (size_t i = 0; i < n; i++) {
		if ((s->free & fits[i].asked) != fits[i].asked || (s->listed & fits[i].listed) == 0)
			continue;
		s->bits += fits[i].bits;
		s->free &= ~fits[i].asked;
		s->listed &= ~fits[i].listed;
	}
}

static uint32_t
segment_number(const struct setting *s, uint32_t i)
{
	return s->tokens[i] & ~SEGMENT_FAMILY;
}

static const unsigned char *
flat_of(const struct setting *s, uint32_t i)
{
	return segment_spelt(&s->part->s, segment_number(s, i));
}

/* Neighbours left over, written as one, against each part asked that is left over. */
static void
set_joined(struct setting *s, uint32_t i)
{
	uint32_t letters = word_flat_letters(flat_of(s, i)) | word_flat_letters(flat_of(s, i + 1));
	size_t n = word_flat_key(flat_of(s, i)).n + word_flat_key(flat_of(s, i + 1)).n;

	for (size_t k = 0; k < s->q->asked->n && (s->listed >> i & 1) != 0; k++) {
		const struct word *asked = &s->q->asked->words[k];
		uint32_t took;
		size_t parts;
		double bits;

		/* Three are joined around a particle, so two are never much longer. */
		if ((s->free >> k & 1) == 0 || n > asked->key.n + 2 || asked->key.n > n + 12 ||
		    bits_count(letters & ~asked->letters) > 3)
			continue;
		bits = neighbours_joined(s->part, s->tokens + i, s->n - i, asked, &parts);
		took = ((1u << parts) - 1) << i;
		if (bits <= 0 || (s->listed & took) != took)
			continue;
		s->bits += (float)bits;
		s->free &= ~(1u << k);
		s->listed &= ~took;
	}
}

/* May they be half alike (leftover.c)? Each edit changes two letters of the set at most. */
static bool
may_be_half_alike(const unsigned char *flat, const struct word *asked, unsigned flags)
{
	size_t n = word_flat_key(flat).n, longer = n > asked->key.n ? n : asked->key.n;

	return ((asked->flags ^ flags) & TOKEN_ABJAD) != 0 ||
	       bits_count(word_flat_letters(flat) ^ asked->letters) <= longer;
}

/* What a left-over part says of one asked about; 0: nothing. */
static double
compared_bits(const struct setting *s, uint32_t i, size_t k, const struct word *word, bool near)
{
	const struct word *asked = &s->q->asked->words[k];
	enum likeness likeness = near ? word_likeness(asked, word) : WORD_APART;
	double bits = 0;

	if (likeness < WORD_APART)
		bits = neighbours_bits(s->q->asked->crowd[k][likeness],
				       (double)s->part->share[segment_number(s, i)], likeness,
				       s->q->asked->known[k]);
	if (bits <= 0 && leftovers_half_alike(asked, word))
		bits = screen_weights.half_alike -
		       (s->q->asked->known[k] ? screen_weights.known_cost : 0);
	return bits;
}

/* Keys lead to most words that are alike, not to all: two parts left over are compared. */
static void
set_compared(struct setting *s, uint32_t i)
{
	const unsigned char *flat = flat_of(s, i);
	unsigned flags = s->part->s.words[segment_number(s, i)].flags;
	struct word word, readings[TOKEN_ALTERNATES_MAX];
	uint32_t free = s->free & s->q->strong;
	bool unflat = false;

	if ((flags & (TOKEN_HONORIFIC | TOKEN_PARTICLE | TOKEN_LEGAL | TOKEN_INITIAL)) != 0)
		return;
	for (size_t k = 0; free >> k != 0; k++) {
		const struct word *asked = &s->q->asked->words[k];
		bool near;
		double bits;

		if ((free >> k & 1) == 0)
			continue;
		near = word_flat_may_be(flat, asked);
		if (!near && !may_be_half_alike(flat, asked, flags))
			continue;
		if (!unflat)
			word_unflatten(flat, &word, readings);
		unflat = true;
		bits = compared_bits(s, i, k, &word, near);
		if (bits == 0)
			continue;
		s->bits += (float)bits;
		s->free &= ~(1u << k);
		s->listed &= ~(1u << i);
		return;
	}
}

/* "Marin Marin": a part written twice may stand once in the other. */
static bool
is_repeated(const struct setting *s, uint32_t i)
{
	for (uint32_t k = 0; k < s->n; k++)
		if ((s->listed >> k & 1) == 0 && segment_number(s, k) == segment_number(s, i))
			return true;
	return false;
}

float
gather_estimate(struct gather *g, const struct screen_index *index, const struct gather_question *q,
		uint32_t name)
{
	const struct index_part *part = index_part_of_name(index, name);
	const struct segment_name *at = &part->s.names[name - part->first_name];
	struct setting s = {.q = q,
			    .part = part,
			    .tokens = &part->s.tokens[at[0].token],
			    .n = at[1].token - at[0].token,
			    .free = (uint32_t)((1ull << q->asked->n) - 1)};
	struct left_over left;
	bool may;

	s.listed = (uint32_t)((1ull << s.n) - 1);
	set_known(g, &s);
	/* With most parts left over, one more would not make it the same name. */
	may = 3 * bits_count(s.free & q->strong) <= 2 * bits_count(q->strong);
	for (uint32_t i = 0; may && s.free != 0 && i + 1 < s.n; i++)
		if ((s.listed >> i & 3) == 3)
			set_joined(&s, i);
	if (s.bits > (float)screen_weights.names_max)
		s.bits = (float)screen_weights.names_max;
	for (uint32_t i = 0; may && (s.free & q->strong) != 0 && i < s.n; i++)
		if ((s.listed >> i & 1) != 0)
			set_compared(&s, i);
	left.n = 0;
	for (uint32_t i = 0; i < s.n; i++)
		if ((s.listed >> i & 1) == 0)
			continue;
		else if (is_repeated(&s, i))
			s.bits += (float)screen_weights.repeat_missing;
		else
			leave(part, segment_number(&s, i), &left, &s.bits);
	return s.bits + settle(q, s.free, &left);
}

/* What the names touched gather; the rare words first. */
static void
touch(struct gather *g, const struct screen_index *index, const struct gather_question *q,
      size_t wanted)
{
	float left = 0;

	fit(g, index);
	g->stamp += GATHER_TERMS_MAX;
	for (size_t t = 0; t < q->term_n; t++)
		left += q->terms[t].near->most;
	for (size_t t = 0; t < q->term_n; t++) {
		const struct neighbourhood *near = q->terms[t].near;
		/* Looking for the line costs a walk over what was touched. */
		bool closed =
		    near->postings > 4 * g->touched.n / 3 + 256 && line_of(g, wanted) > left;

		add_all(g, index, near, &(struct adding){g->stamp + (uint32_t)t, closed});
		left -= near->most;
	}
}

/* A few letters may be alike where the keys did not see it, a part may be in two or in one. */
#define UNSEEN_BITS 4

/* Put one where it belongs; at full length the last goes. */
static size_t
insert(struct candidate *out, size_t n, struct candidate one)
{
	size_t at = n;

	if (n == GATHER_MAX && out[n - 1].bits >= one.bits)
		return n;
	if (n == GATHER_MAX)
		at = n - 1;
	for (; at > 0 && out[at - 1].bits < one.bits; at--)
		out[at] = out[at - 1];
	out[at] = one;
	return n < GATHER_MAX ? n + 1 : n;
}

size_t
gather_find(struct gather *g, const struct screen_index *index, const struct gather_question *q,
	    size_t wanted, float slack, struct candidate out[GATHER_MAX])
{
	uint32_t look[LOOK_MAX];
	size_t look_n, n = 0;

	touch(g, index, q, wanted);
	look_n = most_touched(g, (uint32_t)LOOKS(wanted), look);
	gather_estimate_begin(g, q);
	for (size_t i = 0; i < look_n; i++) {
		struct candidate one = {look[i], 0};

		/* All that follow have gathered no more than this one, give or take a step. */
		if (n >= wanted &&
		    g->sums[one.name].bits + STEP_BITS + UNSEEN_BITS + slack < out[wanted - 1].bits)
			break;
		one.bits = gather_estimate(g, index, q, one.name);
		n = insert(out, n, one);
	}
	while (n > wanted && out[n - 1].bits + slack < out[wanted - 1].bits)
		n--;
	return n;
}
