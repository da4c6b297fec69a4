#include "match/screening/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "match/screening/cost.h"
#include "match/screening/estimate.h"

/* Names looked at part by part; the rest had gathered less. */
#define LOOK_MAX 512
/* Three for each of ten hits and more: on match/dev six brought .0005 of top-1. */
#define LOOKS(wanted) (3 * (wanted) + 8 < LOOK_MAX ? 3 * (wanted) + 8 : LOOK_MAX)
#define WANTED_MIN 20
/* A name that has gathered something. */
struct touched {
	uint32_t name;
	float bits;
	uint16_t parts; /* of the question that have added */
	uint16_t trail; /* as in struct index_trait */
};
#define TOUCHED_MAX 65535

struct gather {
	struct arena *self;
	/* Of each name: the question's stamp in the upper half, its place among those touched. */
	uint32_t *places;
	size_t place_n;
	uint32_t stamp;
	struct touched *touched;
	size_t touched_n, weighed_n; /* those weighed have what they lack taken off */
	/* Of each common word (index_part), what it adds in this question; for each part. */
	struct common {
		float bits;
		uint16_t parts, stamp;
	} * commons[INDEX_PARTS_MAX];
	size_t common_n[INDEX_PARTS_MAX];
	bool any_common;
};

struct gather *
gather_new(void)
{
	struct arena *self = arena_new((size_t)8 << 30);
	struct gather *g = NEW(self, struct gather);

	g->self = self;
	g->touched = NEW_N(self, struct touched, TOUCHED_MAX + 1);
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
	if (g->place_n < index->name_n) {
		g->place_n = (size_t)index->name_n + index->name_n / 4;
		g->places = NEW_N(g->self, uint32_t, g->place_n);
	}
	for (size_t p = 0; p < index->part_n; p++) {
		size_t n = index->parts[p].common_n;

		if (g->common_n[p] >= n)
			continue;
		g->common_n[p] = n + n / 4;
		g->commons[p] = NEW_N(g->self, struct common, g->common_n[p]);
	}
	if (++g->stamp > UINT16_MAX) {
		memset(g->places, 0, g->place_n * sizeof *g->places);
		for (size_t p = 0; p < INDEX_PARTS_MAX; p++)
			if (g->common_n[p] > 0)
				memset(g->commons[p], 0, g->common_n[p] * sizeof *g->commons[p]);
		g->stamp = 1;
	}
	g->touched_n = g->weighed_n = 0;
	g->any_common = false;
}

/* Left over on both sides, most parts contradict each other; some are found to be alike. */
#define CONTRADICTS 0.3f

static void
give_credit(struct gather_question *q, struct gather_term *term)
{
	term->credit = 0;
	for (size_t i = term->first; i < (size_t)term->first + term->n; i++)
		if ((q->strong >> i & 1) != 0)
			term->credit -=
			    q->missing[i] + CONTRADICTS * (float)screen_weights.contradiction;
	q->most += term->near->most + term->credit;
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
		    (float)cost_missing(w->flags, asked->rarity[i], screen_weights.asked_missing,
					screen_weights.asked_rarity);
	}
	for (size_t t = 0; t < out->term_n; t++)
		give_credit(out, &out->terms[t]);
}

/* What a word adds to a name that has it, and for which parts of the question. */
struct adding {
	float bits;
	uint16_t parts;
	bool only_known; /* no further names come in */
};

static uint16_t
parts_of(const struct gather_term *term)
{
	return (uint16_t)(((1u << term->n) - 1) << (term->first < 15 ? term->first : 15));
}

static inline void
add_to(struct gather *g, const struct adding *how, uint32_t name)
{
	uint32_t *place = &g->places[name];
	struct touched *t;

	if (*place >> 16 != g->stamp) {
		if (how->only_known || g->touched_n == TOUCHED_MAX)
			return;
		*place = g->stamp << 16 | (uint32_t)g->touched_n;
		g->touched[g->touched_n++] = (struct touched){name, how->bits, how->parts, 0};
		return;
	}
	t = &g->touched[*place & 0xffff];
	if ((t->parts & how->parts) == 0) {
		t->parts |= how->parts;
		t->bits += how->bits;
	}
}

static void
add_names(struct gather *g, const struct adding *how, const struct index_part *part,
	  const uint32_t *names, size_t n)
{
	const uint32_t *places = &g->places[part->first_name];

	for (size_t i = 0; i < n; i++) {
		if (i + 16 < n)
			__builtin_prefetch(&places[names[i + 16]], 1);
		add_to(g, how, part->first_name + names[i]);
	}
}

static const struct index_trait *
trait_of(const struct screen_index *index, uint32_t name)
{
	const struct index_part *part = index_part_of_name(index, name);

	return &part->traits[name - part->first_name];
}

/* What those touched since lack, taken off; a name begins with all of its parts missing. */
static void
weigh(struct gather *g, const struct screen_index *index)
{
	for (; g->weighed_n < g->touched_n; g->weighed_n++) {
		struct touched *t = &g->touched[g->weighed_n];
		const struct index_trait *trait = trait_of(index, t->name);

		if (g->weighed_n + 16 < g->touched_n)
			__builtin_prefetch(trait_of(index, t[16].name));
		t->bits -= (float)trait->lacks * INDEX_LACK_BITS;
		t->trail = (uint16_t)(trait->trail[0] | trait->trail[1] << 8);
	}
}

/* The word is common: names that lead under others have it, too. */
static void
note_common(struct gather *g, const struct neighbour *word, const struct adding *how)
{
	struct common *common = &g->commons[word->part][word->common - 1];

	if (common->stamp != g->stamp || common->bits < how->bits)
		*common = (struct common){how->bits, how->parts, (uint16_t)g->stamp};
	g->any_common = true;
}

static void
add_all(struct gather *g, const struct screen_index *index, const struct gather_term *term,
	bool only_known)
{
	const struct neighbourhood *near = term->near;

	for (size_t i = 0; i < near->name_n; i++)
		add_to(g,
		       &(struct adding){near->names[i].bits + term->credit, parts_of(term),
					only_known},
		       near->names[i].name);
	for (size_t i = 0; i < near->walk_n; i++) {
		const struct neighbour *word = &near->words[i];
		const struct index_part *part = &index->parts[word->part];
		struct adding how = {word->bits + term->credit + word->lacks, parts_of(term),
				     only_known};

		if (i + 4 < near->walk_n)
			__builtin_prefetch(&index->parts[word[4].part].s.postings[word[4].posting]);
		add_names(g, &how, part, part->s.postings + word->posting,
			  word->trailing - word->posting);
		if (word->common != 0)
			note_common(g, word, &how);
	}
}

/* Names that came in by a rarer word, and have a common one of the question, too. */
static void
add_common(struct gather *g, const struct screen_index *index)
{
	for (size_t i = 0; g->any_common && i < g->touched_n; i++) {
		struct touched *t = &g->touched[i];
		const struct common *common;

		if (t->trail == 0)
			continue;
		common =
		    &g->commons[index_part_of_name(index, t->name) - index->parts][t->trail - 1];
		if (common->stamp == g->stamp && (t->parts & common->parts) == 0) {
			t->parts |= common->parts;
			t->bits += common->bits;
		}
	}
}

/* Bits are counted in steps of a fourth, for the line that so many names are above. */
#define STEPS 512
#define STEP_BITS 0.25f
#define STEP_LEAST (-48.0f)

static size_t
step_of(float bits)
{
	float above = (bits - STEP_LEAST) * (1 / STEP_BITS);

	return above <= 0 ? 0 : above >= STEPS - 1 ? STEPS - 1 : (size_t)above;
}

/* How many of the names touched stand on each step; the highest that any stands on. */
static size_t
count_steps(const struct gather *g, uint32_t counts[STEPS])
{
	size_t top = 0;

	memset(counts, 0, STEPS * sizeof *counts);
	for (size_t i = 0; i < g->touched_n; i++) {
		size_t step = step_of(g->touched[i].bits);

		counts[step]++;
		top = step > top ? step : top;
	}
	return top;
}

/* The bits that at least n of the names touched have, or the least when there are not so many. */
static float
line_of(const struct gather *g, size_t n)
{
	uint32_t counts[STEPS];
	size_t above = 0;

	if (g->touched_n >= n)
		for (size_t step = count_steps(g, counts) + 1; step-- > 0;)
			if ((above += counts[step]) >= n)
				return (float)step * STEP_BITS + STEP_LEAST;
	return STEP_LEAST;
}

/* Places of the names touched that have most, by steps, at most max; returns how many. */
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
	for (size_t i = 0; i < g->touched_n; i++) {
		size_t step = step_of(g->touched[i].bits);

		if (at[step] < counts[step])
			out[at[step]++] = (uint32_t)i;
	}
	return n < max ? n : max;
}

/* Names that share but their commonest word are many and weak: so many are walked. */
#define TRAIL_MAX 2048
/* The least that a name lacks which has another part beside the one that is shared. */
#define OTHER_LACKS 3

/* The names that trail under the words of a term, as far as they could still come in. */
static size_t
add_trails(struct gather *g, const struct screen_index *index, const struct gather_term *term,
	   float line, size_t left)
{
	const struct neighbourhood *near = term->near;

	for (size_t i = 0; i < near->walk_n; i++) {
		const struct neighbour *word = &near->words[i];
		const struct index_part *part = &index->parts[word->part];
		size_t n = word->end - word->trailing;
		struct adding how = {word->bits + term->credit + word->lacks, parts_of(term),
				     false};

		if (how.bits - word->lacks - OTHER_LACKS < line)
			break;
		if (n == 0 || n > left)
			continue;
		add_names(g, &how, part, part->s.postings + word->trailing, n);
		left -= n;
	}
	return left;
}

/* What the names touched gather; the rare words first. */
static void
touch(struct gather *g, const struct screen_index *index, const struct gather_question *q,
      size_t wanted)
{
	float most = q->most, line;
	float others = (q->strong & (q->strong - 1)) != 0 ? OTHER_LACKS : 0;
	size_t left = TRAIL_MAX;

	fit(g, index);
	for (size_t t = 0; t < q->term_n; t++) {
		const struct gather_term *term = &q->terms[t];
		bool closed = false;

		/* Looking for the line costs a walk over what was touched. */
		if (term->near->postings > g->touched_n / 2 + 128) {
			weigh(g, index);
			closed = line_of(g, wanted) > most - others;
		}
		add_all(g, index, term, closed);
		most -= term->near->most + term->credit;
	}
	weigh(g, index);
	add_common(g, index);
	line = line_of(g, wanted);
	for (size_t t = 0; t < q->term_n && g->any_common; t++)
		left = add_trails(g, index, &q->terms[t], line, left);
	weigh(g, index);
}

/* What an estimate may be above what was gathered: parts left over that are found to be alike. */
#define UNSEEN_BITS 16

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

/* What will be read of the names is asked for before the first is needed. */
static void
fetch(const struct gather *g, const struct screen_index *index, const uint32_t *look, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t name = g->touched[look[i]].name;
		const struct index_part *part = index_part_of_name(index, name);

		__builtin_prefetch(&part->s.names[name - part->first_name]);
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t name = g->touched[look[i]].name;
		const struct index_part *part = index_part_of_name(index, name);

		__builtin_prefetch(&part->s.tokens[part->s.names[name - part->first_name].token]);
	}
}

size_t
gather_find(struct gather *g, struct estimate *e, const struct screen_index *index,
	    const struct gather_question *q, size_t wanted, float slack,
	    struct candidate out[GATHER_MAX])
{
	uint32_t look[LOOK_MAX];
	size_t look_n, n = 0;

	wanted = wanted < WANTED_MIN ? WANTED_MIN : wanted;
	touch(g, index, q, wanted);
	look_n = most_touched(g, (uint32_t)LOOKS(wanted), look);
	estimate_begin(e, index, q);
	fetch(g, index, look, look_n);
	for (size_t i = 0; i < look_n; i++) {
		const struct touched *t = &g->touched[look[i]];
		struct candidate one = {t->name, 0};

		/* All that follow have gathered no more than this one, give or take a step. */
		if (n >= wanted && t->bits + STEP_BITS + UNSEEN_BITS + slack < out[wanted - 1].bits)
			break;
		one.bits = estimate_name(e, one.name);
		n = insert(out, n, one);
	}
	while (n > wanted && out[n - 1].bits + slack < out[wanted - 1].bits)
		n--;
	return n;
}
