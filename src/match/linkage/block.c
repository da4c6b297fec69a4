#include "match/linkage/block.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "match/linkage/mark.h"

/* One mark, or two. */
struct key {
	const struct link_mark *mark[2];
};

/* Rows of one key's value on the right, as a chain of entries. */
struct bucket {
	uint64_t key;
	uint32_t left, right, first; /* how many; first: entry + 1 */
	bool out;
};

struct keyed {
	struct key key;
	struct bucket *at;
	size_t slot_n;
	struct entry {
		uint32_t row, next;
	} * entries;
	size_t entry_n, blocks_left_out;
	uint64_t pairs, pairs_left_out;
};

double
link_pairs_all(const struct link_tables *t)
{
	double n = (double)t->side[0].n, m = (double)t->side[1].n;

	return t->one ? n * (n - 1) / 2 : n * m;
}

/* Numbers that look like chance and are always the same (splitmix64). */
static uint64_t
chance(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static double
share(uint64_t *state)
{
	return (double)(chance(state) >> 11) * 0x1p-53;
}

static double
present(const struct link_tables *t, size_t f, int side)
{
	const struct link_dictionary *d = &t->dictionary[f];
	double n = 0;

	for (size_t i = 1; i < d->n; i++)
		n += d->at[i].count[t->one ? 0 : side];
	return t->side[side].n > 0 ? n / (double)t->side[side].n : 0;
}

/*
 * 1,024 imagined true pairs, dirtier than files are: a value survives in half of them, a part of
 * it in some more. A set of keys that finds them finds cleaner ones too. What is missing is
 * missing as often as in the files.
 */
static void
imagine(const struct link_tables *t, struct link_mark *marks, size_t n)
{
	uint64_t state = 1;

	for (size_t f = 0; f < t->field_n; f++) {
		double both = present(t, f, 0) * present(t, f, 1);

		for (size_t v = 0; v < 1024; v++) {
			double x = share(&state), how = share(&state);
			uint64_t bit = (uint64_t)1 << (v & 63);

			if (x >= both)
				continue;
			for (size_t i = 0; i < n; i++) {
				enum link_mark_kind kind = marks[i].kind;
				bool half = kind == LINK_MARK_YEAR ? how < 0.65
					    : kind == LINK_MARK_DAY
						? how < 0.5 || (how >= 0.65 && how < 0.75)
					    : kind == LINK_MARK_HEAD || kind == LINK_MARK_PARTS
						? how < 0.7
						: how < 0.5;

				if (marks[i].field == f && half)
					marks[i].seen[v >> 6] |= bit;
			}
		}
	}
	/* Both names: where both survived. */
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; marks[i].kind == LINK_MARK_NAMES && k < i; k++)
			if (marks[k].kind == LINK_MARK_VALUE &&
			    t->field[marks[k].field] == LINK_FAMILY)
				for (size_t w = 0; w < 16; w++)
					marks[i].seen[w] &= marks[k].seen[w];
}

static size_t
key_values(const struct link_tables *t, const struct key *key, int side, size_t row,
	   uint64_t out[LINK_MARK_VALUES_MAX])
{
	uint64_t x[LINK_MARK_VALUES_MAX], y[LINK_MARK_VALUES_MAX];
	size_t n = link_mark_values(t, key->mark[0], side, row, x), m, k = 0;

	if (n == 0 || key->mark[1] == NULL) {
		memcpy(out, x, n * sizeof x[0]);
		return n;
	}
	m = link_mark_values(t, key->mark[1], side, row, y);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m && k < LINK_MARK_VALUES_MAX; j++)
			out[k++] = (x[i] * UINT64_C(0xff51afd7ed558ccd) ^ y[j]) *
				   UINT64_C(0x9e3779b97f4a7c15);
	return k;
}

static struct bucket *
bucket_of(const struct keyed *k, uint64_t key)
{
	size_t s;

	key += key == 0;
	s = (key ^ key >> 32) & (k->slot_n - 1);
	while (k->at[s].key != 0 && k->at[s].key != key)
		s = (s + 1) & (k->slot_n - 1);
	return &k->at[s];
}

/* All rows under the key; blocks over block_max pairs are marked as left out. */
static void
keyed_build(struct arena *a, const struct link_tables *t, struct keyed *k, uint64_t block_max)
{
	uint64_t values[LINK_MARK_VALUES_MAX];
	size_t right = t->one ? 0 : 1, entries = 0;

	for (size_t r = 0; r < t->side[right].n; r++)
		entries += key_values(t, &k->key, (int)right, r, values);
	k->slot_n = 64;
	while (k->slot_n < entries * 2)
		k->slot_n *= 2;
	k->at = NEW_N(a, struct bucket, k->slot_n);
	k->entries = NEW_N(a, struct entry, entries + 1);
	for (size_t r = t->side[right].n; r-- > 0;) {
		size_t n = key_values(t, &k->key, (int)right, r, values);

		for (size_t i = 0; i < n; i++) {
			struct bucket *b = bucket_of(k, values[i]);

			b->key = values[i] + (values[i] == 0);
			k->entries[k->entry_n] =
			    (struct entry){.row = (uint32_t)r, .next = b->first};
			b->first = (uint32_t)++k->entry_n;
			b->right++;
			b->left += t->one;
		}
	}
	for (size_t r = 0; !t->one && r < t->side[0].n; r++) {
		size_t n = key_values(t, &k->key, 0, r, values);

		for (size_t i = 0; i < n; i++)
			bucket_of(k, values[i])->left++;
	}
	for (size_t s = 0; s < k->slot_n; s++) {
		struct bucket *b = &k->at[s];
		uint64_t n = (uint64_t)b->left * b->right;

		if (t->one)
			n = (uint64_t)b->right * (b->right > 0 ? b->right - 1 : 0) / 2;
		if (n > block_max) {
			b->out = true;
			k->blocks_left_out++;
			k->pairs_left_out += n;
		} else {
			k->pairs += n;
		}
	}
}

/* How many imagined pairs the key would add, for what it costs. */
static double
worth(const struct key *key, const uint64_t missed[16], double cost)
{
	unsigned gain = 0;

	for (size_t w = 0; w < 16; w++) {
		uint64_t seen = key->mark[0]->seen[w];

		if (key->mark[1] != NULL)
			seen &= key->mark[1]->seen[w];
		gain += (unsigned)__builtin_popcountll(seen & missed[w]);
	}
	return gain < 2 ? 0 : gain / cost;
}

static bool
chosen_already(const struct keyed *keys, size_t n, const struct key *key)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].key.mark[0] == key->mark[0] && keys[i].key.mark[1] == key->mark[1])
			return true;
	return false;
}

static void
tell_key(struct buf *b, const struct link_tables *t, const struct keyed *k)
{
	if (b->n > 0)
		buf_add_z(b, "; ");
	for (int i = 0; i < 2 && k->key.mark[i] != NULL; i++)
		buf_addf(b, "%s%s%s", i > 0 ? " + " : "",
			 link_field_name(t->field[k->key.mark[i]->field]),
			 link_mark_name(k->key.mark[i]->kind));
	buf_addf(b, " (%llu)", (unsigned long long)k->pairs);
}

static size_t
keys_choose(struct arena *a, const struct link_tables *t, struct link_mark *marks, size_t mark_n,
	    struct keyed *keys, struct link_pairs *pairs)
{
	double all = link_pairs_all(t), rows = (double)(t->side[0].n + (t->one ? 0 : t->side[1].n));
	double budget = rows * LINK_PAIRS_A_ROW + LINK_PAIRS_ALWAYS, fixed = rows / 2;
	uint64_t missed[16];
	struct keyed tried[LINK_KEYS_MAX * 2];
	size_t n = 0, tried_n = 0;
	struct buf told;

	buf_init(&told, a);
	memset(missed, 0xff, sizeof missed);
	while (n < LINK_KEYS_MAX && tried_n < COUNT_OF(tried)) {
		struct key best = {{NULL, NULL}};
		double best_worth = 0;
		struct keyed *k = &keys[n];

		for (size_t i = 0; i < mark_n; i++)
			for (size_t j = i; j < mark_n; j++) {
				struct key key = {{&marks[i], j == i ? NULL : &marks[j]}};
				double cost = marks[i].rate * (j == i ? 1 : marks[j].rate) * all, w;

				if (cost > budget || (j != i && marks[i].field == marks[j].field) ||
				    chosen_already(tried, tried_n, &key))
					continue;
				w = worth(&key, missed, cost + fixed);
				if (w > best_worth) {
					best_worth = w;
					best = key;
				}
			}
		if (best_worth <= 0)
			break;
		*k = (struct keyed){.key = best};
		tried[tried_n++] = *k;
		keyed_build(a, t, k, (uint64_t)(rows < 1000 ? 1000 : rows));
		/* Measured, it may be more than was thought: what two marks have in common. */
		if ((double)k->pairs > budget)
			continue;
		budget -= (double)k->pairs;
		for (size_t w = 0; w < 16; w++)
			missed[w] &=
			    ~(best.mark[0]->seen[w] &
			      (best.mark[1] != NULL ? best.mark[1]->seen[w] : ~UINT64_C(0)));
		pairs->blocks_left_out += k->blocks_left_out;
		pairs->pairs_left_out += k->pairs_left_out;
		tell_key(&told, t, k);
		n++;
	}
	pairs->keys = buf_str(&told);
	return n;
}

struct found {
	uint32_t left, right;
	uint64_t pattern;
};

/* A share of the left rows, for one thread. */
struct part {
	const struct link_tables *t;
	const struct keyed *keys;
	size_t key_n, from, to;
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
		for (size_t k = 0; k < p->key_n; k++) {
			const struct keyed *keyed = &p->keys[k];
			size_t n = key_values(t, &keyed->key, 0, i, values);

			for (size_t v = 0; v < n; v++) {
				const struct bucket *b = bucket_of(keyed, values[v]);

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
		struct link_pairs *out)
{
	struct link_mark *marks = NEW_N(a, struct link_mark, LINK_MARKS_MAX);
	struct keyed *keys = NEW_N(a, struct keyed, LINK_KEYS_MAX);
	struct part parts[PARTS_MAX] = {{0}};
	pthread_t ids[PARTS_MAX];
	bool began[PARTS_MAX] = {false};
	size_t mark_n = link_marks_list(a, t, marks), n = t->side[0].n;

	*out = (struct link_pairs){0};
	imagine(t, marks, mark_n);
	out->key_n = keys_choose(a, t, marks, mark_n, keys, out);
	if (threads > PARTS_MAX)
		threads = PARTS_MAX;
	for (unsigned p = 0; p < threads; p++) {
		parts[p] = (struct part){.t = t,
					 .keys = keys,
					 .key_n = out->key_n,
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
