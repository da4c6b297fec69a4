#include "match/screening/custom.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

#define ROUNDS 24
#define NAMES_READ 60000 /* of a longer list every k-th name teaches */
#define ENDINGS 4096
#define FEATURES_MAX 64
#define SMOOTH 0.02f /* of an occurrence in each custom */
#define SHRINK 0.4f  /* occurrences' worth of not knowing that each part has */
#define UNMET UINT32_MAX
#define UNITS 16.0f /* in a bit */

struct learning {
	struct arena *arena;
	const struct custom_source *source;
	size_t features;
	uint32_t *numbers; /* of each part among those met; the endings' come behind */
	uint32_t *endings; /* of each part; 0: none */
	size_t unmet;	   /* parts that no name read has */
	float *weight;	   /* features x CUSTOMS: expected occurrences, then log2 of shares */
	float *total;	   /* CUSTOMS */
	float share[CUSTOMS], share_bits[CUSTOMS];
	/* Features of each name read, one after the other: every round asks for all of them. */
	uint32_t *met, *met_from;
	size_t met_names;
};

/* The last three letters of a longer part, as a feature behind the parts. */
static uint32_t
ending_of(struct str key, size_t parts)
{
	uint32_t h = 0;

	if (key.n < 5)
		return 0;
	for (size_t i = key.n - 3; i < key.n; i++)
		h = h * 37 + (unsigned char)key.p[i];
	return (uint32_t)parts + h % ENDINGS;
}

static size_t
features_of(const struct learning *l, size_t name, uint32_t out[FEATURES_MAX])
{
	const struct custom_source *s = l->source;
	size_t n = 0;

	for (uint32_t i = s->first[name]; i < s->first[name + 1] && n + 2 <= FEATURES_MAX; i++) {
		out[n++] = l->numbers[s->parts[i]];
		if (l->endings[s->parts[i]] != 0)
			out[n++] = l->endings[s->parts[i]];
	}
	return n;
}

/* P(custom | features); uniform knowledge gives the shares. */
static void
posterior(const struct learning *l, const uint32_t *features, size_t n, float out[CUSTOMS])
{
	float most = -1e30f, sum = 0;

	for (size_t c = 0; c < CUSTOMS; c++)
		out[c] = l->share_bits[c];
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < CUSTOMS; c++)
			out[c] += l->weight[features[i] * CUSTOMS + c];
	for (size_t c = 0; c < CUSTOMS; c++)
		most = out[c] > most ? out[c] : most;
	for (size_t c = 0; c < CUSTOMS; c++)
		sum += out[c] = exp2f(out[c] - most);
	for (size_t c = 0; c < CUSTOMS; c++)
		out[c] /= sum;
}

/* Occurrences to log2 of P(feature | custom); new rounds begin from the shares. */
static void
maximise(struct learning *l, const float *count, const float *names)
{
	float all = 0, total[CUSTOMS];

	for (size_t c = 0; c < CUSTOMS; c++) {
		total[c] = (float)l->unmet * SMOOTH;
		all += names[c] + 1;
	}
	for (size_t f = 0; f < l->features; f++)
		for (size_t c = 0; c < CUSTOMS; c++)
			total[c] += count[f * CUSTOMS + c] + SMOOTH;
	for (size_t f = 0; f < l->features; f++)
		for (size_t c = 0; c < CUSTOMS; c++)
			l->weight[f * CUSTOMS + c] =
			    log2f((count[f * CUSTOMS + c] + SMOOTH) / total[c]);
	for (size_t c = 0; c < CUSTOMS; c++) {
		l->share[c] = (names[c] + 1) / all;
		l->share_bits[c] = log2f(l->share[c]);
	}
}

/*
 * Where to begin: the commonest parts that keep no company with each other, each the seed of one
 * custom.
 */
static void
seed(struct learning *l, size_t step, uint32_t seeds[CUSTOMS])
{
	const struct custom_source *s = l->source;
	uint32_t *times = NEW_N(l->arena, uint32_t, s->part_count + 1);
	unsigned char *taken = NEW_N(l->arena, unsigned char, s->part_count + 1);

	for (size_t name = 0; name < s->names; name += step)
		for (uint32_t i = s->first[name]; i < s->first[name + 1]; i++)
			times[s->parts[i]]++;
	for (size_t c = 0; c < CUSTOMS; c++) {
		size_t best = 0;

		for (size_t p = 0; p < s->part_count; p++)
			if (!taken[p] && (taken[best] || times[p] > times[best]))
				best = p;
		seeds[c] = (uint32_t)best;
		taken[best] = 1;
		for (size_t name = 0; name < s->names; name += step) {
			bool has = false;

			for (uint32_t i = s->first[name]; i < s->first[name + 1]; i++)
				has |= s->parts[i] == best;
			for (uint32_t i = s->first[name]; has && i < s->first[name + 1]; i++)
				taken[s->parts[i]] = 1;
		}
	}
}

static void
begin(struct learning *l, size_t step, float *count, float *names)
{
	uint32_t seeds[CUSTOMS];

	seed(l, step, seeds);
	for (size_t name = 0; name < l->met_names; name++) {
		const uint32_t *features = l->met + l->met_from[name];
		size_t n = l->met_from[name + 1] - l->met_from[name];
		int own = -1;

		for (size_t i = 0; i < n; i++)
			for (int c = 0; c < CUSTOMS && own < 0; c++)
				if (features[i] == l->numbers[seeds[c]])
					own = c;
		for (size_t i = 0; own >= 0 && i < n; i++)
			count[features[i] * CUSTOMS + (size_t)own] += 1;
		if (own >= 0)
			names[own] += 1;
	}
}

/*
 * Parts that the names read have are numbered in their order; of the rest of a long list nothing
 * is learnt, so that they take no place. Returns how many there are.
 */
static size_t
number_met(struct learning *l, size_t step)
{
	const struct custom_source *s = l->source;
	size_t met = 0;

	l->numbers = NEW_N(l->arena, uint32_t, s->part_count + 1);
	for (size_t name = 0; name < s->names; name += step)
		for (uint32_t i = s->first[name]; i < s->first[name + 1]; i++)
			l->numbers[s->parts[i]] = 1;
	for (size_t i = 0; i < s->part_count; i++) {
		met += l->numbers[i] != 0;
		l->numbers[i] = l->numbers[i] != 0 ? (uint32_t)met - 1 : UNMET;
	}
	for (size_t i = 0; i < s->part_count; i++)
		l->endings[i] = ending_of(s->keys[i], met);
	l->unmet = s->part_count - met;
	return met;
}

static void
read_names(struct learning *l, size_t step)
{
	const struct custom_source *s = l->source;
	uint32_t features[FEATURES_MAX];
	size_t names = s->names / step + 1, parts = 0, at = 0;

	for (size_t name = 0; name < s->names; name += step)
		parts += s->first[name + 1] - s->first[name];
	l->met = NEW_N(l->arena, uint32_t, 2 * parts + 1);
	l->met_from = NEW_N(l->arena, uint32_t, names + 1);
	for (size_t name = 0; name < s->names; name += step) {
		size_t n = features_of(l, name, features);

		memcpy(l->met + at, features, n * sizeof *features);
		at += n;
		l->met_from[++l->met_names] = (uint32_t)at;
	}
}

static signed char
units(float ratio)
{
	float u = log2f(ratio) * UNITS;

	return (signed char)(u < -127 ? -127 : u > 127 ? 127 : lrintf(u));
}

void
customs_find(const struct custom_source *source, struct customs *out, struct custom_lean *leans)
{
	struct learning l = {.arena = arena_new(0), .source = source};
	size_t step = source->names / NAMES_READ + 1, cells, met;
	float *count, names[CUSTOMS] = {0};
	float p[CUSTOMS];

	l.endings = NEW_N(l.arena, uint32_t, source->part_count + 1);
	met = number_met(&l, step);
	l.features = met + ENDINGS;
	cells = l.features * CUSTOMS;
	l.weight = NEW_N(l.arena, float, cells);
	count = NEW_N(l.arena, float, cells);
	read_names(&l, step);
	begin(&l, step, count, names);
	maximise(&l, count, names);
	for (int round = 0; round < ROUNDS; round++) {
		memset(count, 0, cells * sizeof *count);
		memset(names, 0, sizeof names);
		for (size_t name = 0; name < l.met_names; name++) {
			const uint32_t *features = l.met + l.met_from[name];
			size_t n = l.met_from[name + 1] - l.met_from[name];

			posterior(&l, features, n, p);
			for (size_t c = 0; c < CUSTOMS; c++) {
				names[c] += p[c];
				for (size_t i = 0; i < n; i++)
					count[features[i] * CUSTOMS + c] += p[c];
			}
		}
		maximise(&l, count, names);
	}
	for (size_t i = 0; i < source->part_count; i++) {
		const float *of;
		float n = 0;

		memset(&leans[i], 0, sizeof leans[i]);
		if (l.numbers[i] == UNMET)
			continue;
		of = &count[l.numbers[i] * CUSTOMS];
		for (size_t c = 0; c < CUSTOMS; c++)
			n += of[c];
		for (size_t c = 0; c < CUSTOMS; c++)
			leans[i].of[c] = units((of[c] / l.share[c] + SHRINK) / (n + SHRINK));
	}
	memcpy(out->share, l.share, sizeof out->share);
	arena_free(l.arena);
}

double
customs_together(const struct customs *customs, const struct custom_lean *const *parts, size_t n)
{
	float sum = 0;

	if (n < 2)
		return 0;
	for (size_t c = 0; c < CUSTOMS; c++) {
		int lean = 0;

		for (size_t i = 0; i < n; i++)
			lean += parts[i]->of[c];
		sum += customs->share[c] * exp2f((float)lean / UNITS);
	}
	return sum > 1 ? log2f(sum) : 0;
}
