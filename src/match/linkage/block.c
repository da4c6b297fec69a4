#include "match/linkage/block.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/vec.h"
#include "match/linkage/keys.h"

double
link_pairs_all(const struct link_tables *t)
{
	double n = (double)t->side[0].n, m = (double)t->side[1].n;

	return t->one ? n * (n - 1) / 2 : n * m;
}

struct found {
	uint32_t left, right;
	uint64_t pattern;
};

/* A share of the left rows, for one thread. */
struct part {
	const struct link_tables *t;
	const struct link_keys *keys;
	size_t from, to;
	struct arena *arena;
	VEC(struct found) found;
};

static void *
part_run(void *ctx)
{
	struct part *p = ctx;
	const struct link_tables *t = p->t;
	struct link_cache *cache = link_cache_new(p->arena, t);
	uint32_t *met = NEW_N(p->arena, uint32_t, t->side[1].n + 1);
	uint64_t values[LINK_MARK_VALUES_MAX];

	for (size_t i = p->from; i < p->to; i++)
		for (size_t k = 0; k < p->keys->n; k++) {
			const struct link_keyed *keyed = &p->keys->at[k];
			size_t n = link_key_values(t, &keyed->key, 0, i, values);

			for (size_t v = 0; v < n; v++) {
				const struct link_bucket *b = link_bucket_of(keyed, values[v]);

				for (uint32_t e = b->out ? 0 : b->first; e != 0;
				     e = keyed->entries[e - 1].next) {
					uint32_t j = keyed->entries[e - 1].row;

					if (met[j] == i + 1 || (t->one && j <= i))
						continue;
					met[j] = (uint32_t)i + 1;
					*VEC_ADD(p->arena, &p->found) = (struct found){
					    (uint32_t)i, j, link_pattern_cached(t, cache, i, j)};
				}
			}
		}
	return NULL;
}

/* Patterns numbered in the order in which they are met. */
static void
number_patterns(struct arena *a, struct part *parts, unsigned n, struct link_pairs *out)
{
	size_t slot_n = 1024, all = 0;
	uint32_t *slots = NEW_N(a, uint32_t, slot_n);
	VEC(struct link_counted) patterns = {0};

	for (unsigned p = 0; p < n; p++)
		all += parts[p].found.n;
	out->at = NEW_N(a, struct link_pair, all + 1);
	for (unsigned p = 0; p < n; p++)
		for (size_t i = 0; i < parts[p].found.n; i++) {
			const struct found *f = &parts[p].found.at[i];
			size_t s;

			if (patterns.n * 2 >= slot_n) {
				slot_n *= 4;
				slots = NEW_N(a, uint32_t, slot_n);
				for (size_t k = 0; k < patterns.n; k++) {
					s = patterns.at[k].pattern * UINT64_C(0x9e3779b97f4a7c15) >>
						32 &
					    (slot_n - 1);
					while (slots[s] != 0)
						s = (s + 1) & (slot_n - 1);
					slots[s] = (uint32_t)k + 1;
				}
			}
			s = f->pattern * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (slot_n - 1);
			while (slots[s] != 0 && patterns.at[slots[s] - 1].pattern != f->pattern)
				s = (s + 1) & (slot_n - 1);
			if (slots[s] == 0) {
				*VEC_ADD(a, &patterns) = (struct link_counted){f->pattern, 0};
				slots[s] = (uint32_t)patterns.n;
			}
			patterns.at[slots[s] - 1].count++;
			out->at[out->n++] = (struct link_pair){f->left, f->right, slots[s] - 1};
		}
	out->patterns = patterns.at;
	out->pattern_n = patterns.n;
}

#define PARTS_MAX 64

void
link_pairs_find(struct arena *a, const struct link_tables *t, unsigned threads,
		const struct link_keys *keys, struct link_pairs *out)
{
	struct part parts[PARTS_MAX] = {{0}};
	pthread_t ids[PARTS_MAX];
	bool began[PARTS_MAX] = {false};
	size_t n = t->side[0].n;

	*out = (struct link_pairs){0};
	if (threads > PARTS_MAX)
		threads = PARTS_MAX;
	for (unsigned p = 0; p < threads; p++) {
		parts[p] = (struct part){.t = t,
					 .keys = keys,
					 .from = n * p / threads,
					 .to = n * (p + 1) / threads,
					 .arena = arena_new((size_t)64 << 30)};
		began[p] = p > 0 && pthread_create(&ids[p], NULL, part_run, &parts[p]) == 0;
	}
	for (unsigned p = 0; p < threads; p++) {
		if (began[p])
			(void)pthread_join(ids[p], NULL);
		else
			(void)part_run(&parts[p]);
	}
	number_patterns(a, parts, threads, out);
	for (unsigned p = 0; p < threads; p++)
		arena_free(parts[p].arena);
}
