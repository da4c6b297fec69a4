#include "match/screening/estimate.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "match/screening/bits.h"
#include "match/screening/cost.h"
#include "match/screening/leftover.h"
#include "match/screening/word_flat.h"

/* A word that parts of the question are like: the term, its bits, the next such term. */
struct mark {
	float bits;
	uint16_t next; /* 0 for none */
	uint16_t term;
};
#define MARKS_MAX 8192

/* A listed word met in this question. */
#define AGAINST_MAX 8
struct facing {
	uint32_t word;		   /* through all parts */
	uint16_t first;		   /* mark */
	uint16_t compared;	   /* one bit for each part asked whose bits stand in against */
	const unsigned char *flat; /* NULL: the facts below are not there yet */
	uint32_t flags;
	float missing, share;
	float against[AGAINST_MAX]; /* what it brings when both are left over; 0: nothing */
};
#define FACINGS_MAX 8192

struct slot {
	uint32_t word;
	uint16_t stamp, facing;
};
#define SLOTS (FACINGS_MAX * 2)

struct estimate {
	struct arena *self;
	const struct screen_index *index;
	const struct gather_question *q;
	uint64_t begun; /* serial of the question */
	struct mark marks[MARKS_MAX];
	size_t mark_n, facing_n;
	uint16_t stamp;
	uint32_t slot_mask;
	struct slot slots[SLOTS];
	struct facing facings[FACINGS_MAX + 1]; /* the last one for when all are taken */
};

struct estimate *
estimate_new(void)
{
	struct arena *self = arena_new((size_t)64 << 20);
	struct estimate *e = NEW(self, struct estimate);

	e->self = self;
	return e;
}

void
estimate_free(struct estimate *e)
{
	if (e != NULL)
		arena_free(e->self);
}

/* The word as met before, or new without facts. */
static struct facing *
facing_of(struct estimate *e, uint32_t word)
{
	uint32_t at = word * 0x9e3779b1u >> 16 & e->slot_mask;
	struct facing *f;

	for (; e->slots[at].stamp == e->stamp; at = (at + 1) & e->slot_mask)
		if (e->slots[at].word == word)
			return &e->facings[e->slots[at].facing];
	f = &e->facings[e->facing_n];
	if (e->facing_n < FACINGS_MAX && e->facing_n * 2 < e->slot_mask)
		e->slots[at] = (struct slot){word, e->stamp, (uint16_t)e->facing_n++};
	else
		f = &e->facings[FACINGS_MAX];
	f->word = word;
	f->first = 0;
	f->compared = 0;
	f->flat = NULL;
	return f;
}

static void
facing_read(struct facing *f, const struct index_part *part, uint32_t number)
{
	f->flat = segment_spelt(&part->s, number);
	f->flags = part->s.words[number].flags;
	f->share = part->share[number];
	f->missing =
	    (float)cost_missing(f->flags, score_rarity((double)f->share),
				screen_weights.listed_missing, screen_weights.listed_rarity);
}

static void
mark(struct estimate *e, uint32_t word, size_t term, float bits)
{
	struct facing *f;

	if (e->mark_n + 1 >= MARKS_MAX)
		return;
	f = facing_of(e, word);
	e->marks[++e->mark_n] = (struct mark){bits, f->first, (uint16_t)term};
	f->first = (uint16_t)e->mark_n;
}

void
estimate_begin(struct estimate *e, const struct screen_index *index,
	       const struct gather_question *q)
{
	size_t words = 0;

	e->q = q;
	e->index = index;
	if (e->begun == q->serial)
		return;
	e->begun = q->serial;
	for (size_t t = 0; t < q->term_n; t++)
		words += q->terms[t].near->word_n;
	/* Few enough places that they stay in the nearest cache. */
	e->slot_mask = 1023;
	while (e->slot_mask + 1 < SLOTS && e->slot_mask < 4 * words + 1024)
		e->slot_mask = 2 * e->slot_mask + 1;
	e->mark_n = e->facing_n = 0;
	if (++e->stamp == 0) {
		memset(e->slots, 0, sizeof e->slots);
		e->stamp = 1;
	}
	for (size_t t = 0; t < q->term_n; t++) {
		const struct neighbourhood *near = q->terms[t].near;

		for (size_t i = 0; i < near->word_n; i++)
			mark(e, near->words[i].word, t, near->words[i].bits);
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
leave(const struct facing *f, struct left_over *left, float *bits)
{
	if ((f->flags & (TOKEN_HONORIFIC | TOKEN_PARTICLE | TOKEN_LEGAL)) != 0) {
		*bits += f->missing;
		return;
	}
	left->letter[left->n] = (unsigned char)(f->flags >> 8);
	left->initial[left->n] = (f->flags & TOKEN_INITIAL) != 0;
	left->cost[left->n] = f->missing;
	left->n++;
}

/* An initial of either side takes what begins with it. */
static bool
settle_initial(const struct gather_question *q, size_t i, struct left_over *left)
{
	const struct word *w = &q->asked->words[i];

	if (word_is_weak(w))
		return false;
	for (size_t k = 0; k < left->n; k++) {
		if (left->letter[k] != (unsigned char)w->key.p[0] ||
		    !(left->initial[k] || (q->initial >> i & 1) != 0))
			continue;
		left->letter[k] = 0;
		left->cost[k] = 0;
		return true;
	}
	return false;
}

/* Initials take what begins with them; the rest is missing, and contradicts what is missing. */
static float
settle(const struct gather_question *q, uint32_t free, struct left_over *left)
{
	float bits = 0;
	size_t names = 0, asked_names;

	for (uint32_t rest = free; rest != 0; rest &= rest - 1) {
		size_t i = (size_t)__builtin_ctz(rest);

		if (left->n > 0 && settle_initial(q, i, left)) {
			bits += (float)screen_weights.initial_fits;
			free &= ~(1u << i);
		} else if ((q->twice[i] & ~free) != 0) {
			free &= ~(1u << i);
			bits += (float)screen_weights.repeat_missing;
		} else {
			bits += q->missing[i];
		}
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
	struct facing *words[NAME_TOKENS_MAX];
	struct facing spare[NAME_TOKENS_MAX]; /* when there is no room to remember */
	uint32_t n;
	uint32_t free, listed; /* parts asked, parts listed, that have no counterpart yet */
	float bits;
};

/* A part asked about that a listed word is like. */
struct fit {
	float bits;
	uint32_t asked, listed; /* parts */
};
#define FITS_MAX 128

static uint32_t
parts_of(const struct gather_question *q, size_t term)
{
	return ((1u << q->terms[term].n) - 1) << q->terms[term].first;
}

/* What the words are known to be like, best first, each part once. */
static void
set_known(const struct estimate *e, struct setting *s)
{
	struct fit fits[FITS_MAX];
	size_t n = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		for (uint16_t m = s->words[i]->first; m != 0 && n < FITS_MAX;
		     m = e->marks[m].next) {
			const struct mark *one = &e->marks[m];
			size_t at = n++;

			for (; at > 0 && fits[at - 1].bits < one->bits; at--)
				fits[at] = fits[at - 1];
			fits[at] = (struct fit){one->bits, parts_of(s->q, one->term), 1u << i};
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

/* Neighbours left over, written as one, against each part asked that is left over. */
static void
set_joined(struct setting *s, uint32_t i)
{
	const unsigned char *one = s->words[i]->flat, *next = s->words[i + 1]->flat;
	uint32_t letters = word_flat_letters(one) | word_flat_letters(next);
	size_t n = word_flat_key(one).n + word_flat_key(next).n;

	for (uint32_t rest = s->free; rest != 0 && (s->listed >> i & 1) != 0; rest &= rest - 1) {
		size_t k = (size_t)__builtin_ctz(rest);
		const struct word *asked = &s->q->asked->words[k];
		uint32_t took;
		size_t parts;
		double bits;

		/* Three are joined around a particle, so two are never much longer. */
		if (n > asked->key.n + 2 || asked->key.n > n + 12 ||
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
may_be_half_alike(const struct facing *f, const struct word *asked)
{
	size_t n = word_flat_key(f->flat).n, longer = n > asked->key.n ? n : asked->key.n;

	return ((asked->flags ^ f->flags) & TOKEN_ABJAD) != 0 ||
	       bits_count(word_flat_letters(f->flat) ^ asked->letters) <= longer;
}

/* What a left-over part says of one asked about; 0: nothing. */
static float
compare(const struct gather_question *q, const struct facing *f, size_t k)
{
	const struct word *asked = &q->asked->words[k];
	struct word word, readings[TOKEN_ALTERNATES_MAX];
	enum likeness likeness = WORD_APART;
	bool near = word_flat_may_be(f->flat, asked);
	double bits = 0;

	if (!near && !may_be_half_alike(f, asked))
		return 0;
	word_unflatten(f->flat, &word, readings);
	if (near)
		likeness = word_likeness(asked, &word);
	if (likeness < WORD_APART)
		bits = cost_pair(q->asked->crowd[k][likeness], (double)f->share, likeness,
				 q->asked->known[k]);
	if (bits <= 0 && leftovers_half_alike(asked, &word))
		bits = cost_half_alike(q->asked->known[k]);
	return (float)bits;
}

static float
compared(const struct gather_question *q, struct facing *f, size_t k)
{
	if (k >= AGAINST_MAX)
		return compare(q, f, k);
	if ((f->compared >> k & 1) == 0) {
		f->compared |= (uint16_t)(1u << k);
		f->against[k] = compare(q, f, k);
	}
	return f->against[k];
}

/* Keys lead to most words that are alike, not to all: two parts left over are compared. */
static void
set_compared(struct setting *s, uint32_t i)
{
	struct facing *f = s->words[i];

	if ((f->flags & (TOKEN_HONORIFIC | TOKEN_PARTICLE | TOKEN_LEGAL | TOKEN_INITIAL)) != 0)
		return;
	for (uint32_t rest = s->free & s->q->strong; rest != 0; rest &= rest - 1) {
		size_t k = (size_t)__builtin_ctz(rest);
		float bits = compared(s->q, f, k);

		if (bits == 0)
			continue;
		s->bits += bits;
		s->free &= ~(1u << k);
		s->listed &= ~(1u << i);
		return;
	}
}

/* Written twice in the list, once taken. */
static bool
is_repeated(const struct setting *s, uint32_t i)
{
	for (uint32_t k = 0; k < s->n; k++)
		if (k != i && (s->listed >> k & 1) == 0 && s->words[k]->word == s->words[i]->word)
			return true;
	return false;
}

/* The words of the name, as far as they were met before. */
static void
set_words(struct estimate *e, struct setting *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		uint32_t number = s->tokens[i] & ~SEGMENT_FAMILY;
		struct facing *f = facing_of(e, number + s->part->first_word);

		if (f->flat == NULL)
			facing_read(f, s->part, number);
		if (f == &e->facings[FACINGS_MAX]) {
			s->spare[i] = *f;
			f = &s->spare[i];
		}
		s->words[i] = f;
	}
}

float
estimate_name(struct estimate *e, uint32_t name)
{
	const struct gather_question *q = e->q;
	const struct index_part *part = index_part_of_name(e->index, name);
	const struct segment_name *at = &part->s.names[name - part->first_name];
	struct setting s;
	struct left_over left;
	bool may;

	s.q = q;
	s.part = part;
	s.tokens = &part->s.tokens[at[0].token];
	s.n = at[1].token - at[0].token;
	s.free = (uint32_t)((1ull << q->asked->n) - 1);
	s.listed = (uint32_t)((1ull << s.n) - 1);
	s.bits = 0;
	set_words(e, &s);
	set_known(e, &s);
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
			leave(s.words[i], &left, &s.bits);
	return s.bits + settle(q, s.free, &left);
}
