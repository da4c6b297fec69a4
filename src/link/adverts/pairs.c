#include "link/adverts/pairs.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"

#define ARENA_BYTES ((size_t)32 << 30)
#define RARE_MAX 300	/* a shingle of more texts finds nobody */
#define RARE_KEPT 24	/* of one advert, the rarest */
#define COMPARED_MAX 64 /* of one advert, those that share most of what is rare */
#define KEPT_MAX 24	/* the most alike of those */
#define BANDS 10
#define ROWS 3
#define BAND_NEXT 3 /* neighbours in one band */

struct search {
	const struct corpus *c;
	uint32_t *rare_at, *rare_of; /* by slot of the shingle: adverts, ascending */
	uint64_t *band[BANDS];	     /* (hash, advert), sorted */
	size_t band_n[BANDS];
	struct arena *arena[ADVERTS_THREADS_MAX];
	struct {
		struct pair *at;
		size_t n, cap;
	} found[ADVERTS_THREADS_MAX];
};

bool
pairs_stands_for(const struct corpus *c, size_t first, size_t i)
{
	return first == i || (c->advert[first].said == c->advert[i].said &&
			      c->advert[first].feature_n == c->advert[i].feature_n &&
			      4 * c->advert[i].total >= 3 * c->common);
}

static bool
stands_alone(const struct corpus *c, size_t i)
{
	return i == 0 || !pairs_stands_for(c, i - 1, i);
}

static uint32_t
shared_by(const struct corpus *c, uint32_t feature)
{
	return c->shared[feature >> c->shift];
}

static bool
is_rare(uint32_t n)
{
	return n >= 2 && n <= RARE_MAX;
}

static void
rare_index(struct search *s, struct arena *a)
{
	const struct corpus *c = s->c;
	uint32_t sum = 0;

	s->rare_at = NEW_N(a, uint32_t, c->shared_n + 1);
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; stands_alone(c, i) && k < c->advert[i].feature_n; k++)
			if (is_rare(shared_by(c, c->advert[i].feature[k])))
				s->rare_at[c->advert[i].feature[k] >> c->shift]++;
	for (size_t i = 0; i <= c->shared_n; i++) {
		uint32_t n = i < c->shared_n ? s->rare_at[i] : 0;

		s->rare_at[i] = sum;
		sum += n;
	}
	s->rare_of = NEW_N(a, uint32_t, (size_t)sum + 1);
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; stands_alone(c, i) && k < c->advert[i].feature_n; k++)
			if (is_rare(shared_by(c, c->advert[i].feature[k])))
				s->rare_of[s->rare_at[c->advert[i].feature[k] >> c->shift]++] =
				    (uint32_t)i;
	/* Each slot's start has become its end, which is the next one's start. */
	for (size_t i = c->shared_n; i > 0; i--)
		s->rare_at[i] = s->rare_at[i - 1];
	s->rare_at[0] = 0;
}

static int
by_value(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

/* One permutation, the least hash of each of BANDS * ROWS parts of it (Li, Owen, Zhang 2012). */
static void
bands_make(void *context, unsigned part, unsigned of)
{
	struct search *s = context;

	for (size_t band = part; band < BANDS; band += of) {
		size_t n = 0;

		for (size_t i = 0; i < s->c->n; i++) {
			const struct advert *a = &s->c->advert[i];
			uint32_t least[ROWS];
			uint32_t h = 2166136261u;
			bool whole = true;

			if (!stands_alone(s->c, i) || a->feature_n < ROWS)
				continue;
			for (size_t r = 0; r < ROWS; r++)
				least[r] = UINT32_MAX;
			for (size_t k = 0; k < a->feature_n; k++) {
				uint32_t f = a->feature[k] * 0x9e3779b1u;
				size_t bin = f >> 8 & 0xffff;

				f = a->feature[k] * 0x85ebca6bu ^ f >> 15;
				bin = bin % (BANDS * ROWS);
				if (bin / ROWS == band && f < least[bin % ROWS])
					least[bin % ROWS] = f;
			}
			for (size_t r = 0; r < ROWS; r++) {
				whole = whole && least[r] != UINT32_MAX;
				h = (h ^ least[r]) * 0x9e3779b1u;
				h ^= h >> 15;
			}
			if (whole)
				s->band[band][n++] = (uint64_t)h << 32 | i;
		}
		s->band_n[band] = n;
		if (n > 0)
			qsort(s->band[band], n, sizeof(uint64_t), by_value);
	}
}

/* One thread's room: what an advert shares with each other one. */
struct room {
	uint32_t *sum;
	uint32_t *touched;
	size_t touched_n;
	uint64_t *best;
};

static size_t
rarest(const struct corpus *c, const struct advert *a, uint64_t kept[RARE_KEPT])
{
	size_t n = 0;

	for (size_t k = 0; k < a->feature_n; k++) {
		uint32_t shared = shared_by(c, a->feature[k]);
		uint64_t v = (uint64_t)shared << 32 | (uint32_t)k;
		size_t i;

		if (!is_rare(shared) || (n == RARE_KEPT && v >= kept[n - 1]))
			continue;
		i = n < RARE_KEPT ? n++ : n - 1;
		for (; i > 0 && kept[i - 1] > v; i--)
			kept[i] = kept[i - 1];
		kept[i] = v;
	}
	return n;
}

static void
compare(struct search *s, unsigned part, size_t i, size_t k)
{
	double alike = corpus_alike(s->c, i, k);

	if (alike >= PAIR_ALIKE_MIN)
		*VEC_ADD(s->arena[part], &s->found[part]) =
		    (struct pair){.a = (uint32_t)(i < k ? i : k),
				  .b = (uint32_t)(i < k ? k : i),
				  .alike = (uint32_t)(alike * 10000 + 0.5)};
}

static int
by_more(const void *x, const void *y)
{
	return by_value(y, x);
}

/* Adverts before i that share rare shingles with it. */
static void
rare_search(struct search *s, unsigned part, size_t i, struct room *room)
{
	const struct advert *a = &s->c->advert[i];
	uint64_t kept[RARE_KEPT];
	size_t n = rarest(s->c, a, kept);

	room->touched_n = 0;
	for (size_t k = 0; k < n; k++) {
		size_t feature = (size_t)(kept[k] & 0xffffffff);
		size_t slot = a->feature[feature] >> s->c->shift;

		for (uint32_t p = s->rare_at[slot]; p < s->rare_at[slot + 1]; p++) {
			uint32_t other = s->rare_of[p];

			if (other >= i)
				break;
			if (room->sum[other] == 0)
				room->touched[room->touched_n++] = other;
			room->sum[other] += a->weight[feature];
		}
	}
	for (size_t k = 0; k < room->touched_n; k++) {
		room->best[k] = (uint64_t)room->sum[room->touched[k]] << 32 | room->touched[k];
		room->sum[room->touched[k]] = 0;
	}
	n = room->touched_n;
	if (n > COMPARED_MAX) {
		qsort(room->best, n, sizeof(uint64_t), by_more);
		n = COMPARED_MAX;
	}
	for (size_t k = 0; k < n; k++)
		compare(s, part, i, (size_t)(room->best[k] & 0xffffffff));
}

static void
search_part(void *context, unsigned part, unsigned of)
{
	struct search *s = context;
	struct arena *own = arena_new(ARENA_BYTES);
	struct room room = {.sum = NEW_N(own, uint32_t, s->c->n + 1),
			    .touched = NEW_N(own, uint32_t, s->c->n + 1),
			    .best = NEW_N(own, uint64_t, s->c->n + 1)};

	/* Later adverts have more before them: deal them out in turn. */
	for (size_t i = part; i < s->c->n; i += of)
		if (stands_alone(s->c, i))
			rare_search(s, part, i, &room);
	for (size_t band = part; band < BANDS; band += of)
		for (size_t i = 0; i < s->band_n[band]; i++)
			for (size_t k = i + 1; k < s->band_n[band] && k <= i + BAND_NEXT; k++) {
				if (s->band[band][i] >> 32 != s->band[band][k] >> 32)
					break;
				compare(s, part, (size_t)(s->band[band][i] & 0xffffffff),
					(size_t)(s->band[band][k] & 0xffffffff));
			}
	arena_free(own);
}

static int
by_alike(const void *x, const void *y)
{
	const struct pair *p = x, *q = y;

	if (p->alike != q->alike)
		return p->alike > q->alike ? -1 : 1;
	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	return p->b < q->b ? -1 : p->b > q->b;
}

void
pairs_find(struct arena *a, const struct corpus *c, unsigned threads, struct pair_list *out)
{
	struct arena *work = arena_new(ARENA_BYTES);
	struct search *s = NEW(work, struct search);
	size_t n = 0, m = 0;
	struct pair *all;

	s->c = c;
	for (unsigned i = 0; i < threads; i++)
		s->arena[i] = arena_new(ARENA_BYTES);
	for (size_t b = 0; b < BANDS; b++)
		s->band[b] = NEW_N(work, uint64_t, c->n + 1);
	corpus_parts(threads, bands_make, s);
	rare_index(s, work);
	corpus_parts(threads, search_part, s);
	for (unsigned i = 0; i < threads; i++)
		n += s->found[i].n;
	all = NEW_N(a, struct pair, n + 1);
	for (unsigned i = 0; i < threads; i++) {
		for (size_t k = 0; k < s->found[i].n; k++)
			all[m++] = s->found[i].at[k];
		arena_free(s->arena[i]);
	}
	arena_free(work);
	if (n > 0)
		qsort(all, n, sizeof(*all), by_alike);
	m = 0;
	for (size_t i = 0; i < n; i++)
		if (m == 0 || by_alike(&all[m - 1], &all[i]) != 0)
			all[m++] = all[i];
	*out = (struct pair_list){all, m};
}
