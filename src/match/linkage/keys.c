#include "match/linkage/keys.h"

#include "base/arena.h"
#include "base/buf.h"

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
 * 1,024 imagined true pairs: a field's value survives so often, and where it does not, a part of it
 * may. What is missing is missing as often as in the files. marks[].seen: which of them agree.
 */
static void
imagine(const struct link_tables *t, const double survives[LINK_FIELD_COUNT],
	struct link_mark *marks, size_t n)
{
	uint64_t state = 1;

	for (size_t i = 0; i < n; i++)
		memset(marks[i].seen, 0, sizeof marks[i].seen);
	for (size_t f = 0; f < t->field_n; f++) {
		double both = present(t, f, 0) * present(t, f, 1);
		double s = survives[f], not = 1 - s;

		for (size_t v = 0; v < 1024; v++) {
			double x = share(&state), how = share(&state);
			uint64_t bit = (uint64_t)1 << (v & 63);

			if (x >= both)
				continue;
			for (size_t i = 0; i < n; i++) {
				enum link_mark_kind kind = marks[i].kind;
				bool head = kind == LINK_MARK_HEAD || kind == LINK_MARK_PARTS;
				bool agrees = how < s || (head && how < s + 0.4 * not ) ||
					      (kind == LINK_MARK_YEAR && how < s + 0.3 * not ) ||
					      (kind == LINK_MARK_DAY &&
					       how >= s + 0.3 * not &&how < s + 0.5 * not );

				if (marks[i].field == f && agrees)
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

size_t
link_key_values(const struct link_tables *t, const struct link_key *key, int side, size_t row,
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

struct link_bucket *
link_bucket_of(const struct link_keyed *k, uint64_t key)
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
keyed_build(struct arena *a, const struct link_tables *t, struct link_keyed *k, uint64_t block_max)
{
	uint64_t values[LINK_MARK_VALUES_MAX];
	size_t right = t->one ? 0 : 1, entries = 0;

	for (size_t r = 0; r < t->side[right].n; r++)
		entries += link_key_values(t, &k->key, (int)right, r, values);
	k->slot_n = 64;
	while (k->slot_n < entries * 2)
		k->slot_n *= 2;
	k->at = NEW_N(a, struct link_bucket, k->slot_n);
	k->entries = NEW_N(a, struct link_entry, entries + 1);
	for (size_t r = t->side[right].n; r-- > 0;) {
		size_t n = link_key_values(t, &k->key, (int)right, r, values);

		for (size_t i = 0; i < n; i++) {
			struct link_bucket *b = link_bucket_of(k, values[i]);

			b->key = values[i] + (values[i] == 0);
			k->entries[k->entry_n] =
			    (struct link_entry){.row = (uint32_t)r, .next = b->first};
			b->first = (uint32_t)++k->entry_n;
			b->right++;
			b->left += t->one;
		}
	}
	for (size_t r = 0; !t->one && r < t->side[0].n; r++) {
		size_t n = link_key_values(t, &k->key, 0, r, values);

		for (size_t i = 0; i < n; i++)
			link_bucket_of(k, values[i])->left++;
	}
	for (size_t s = 0; s < k->slot_n; s++) {
		struct link_bucket *b = &k->at[s];
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
worth(const struct link_key *key, const uint64_t missed[16], double cost)
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
chosen_already(const struct link_keyed *keys, size_t n, const struct link_key *key)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].key.mark[0] == key->mark[0] && keys[i].key.mark[1] == key->mark[1])
			return true;
	return false;
}

static void
tell_key(struct buf *b, const struct link_tables *t, const struct link_keyed *k)
{
	if (b->n > 0)
		buf_add_z(b, "; ");
	for (int i = 0; i < 2 && k->key.mark[i] != NULL; i++)
		buf_addf(b, "%s%s%s", i > 0 ? " + " : "",
			 link_field_name(t->field[k->key.mark[i]->field]),
			 link_mark_name(k->key.mark[i]->kind));
	buf_addf(b, " (%llu)", (unsigned long long)k->pairs);
}

static void
key_take(const struct link_tables *t, struct link_keys *keys, struct buf *told)
{
	struct link_keyed *k = &keys->at[keys->n++];

	keys->blocks_left_out += k->blocks_left_out;
	keys->pairs_left_out += k->pairs_left_out;
	tell_key(told, t, k);
	keys->told = buf_str(told);
}

struct link_keys *
link_keys_like(struct arena *a, const struct link_tables *t, const struct link_keys *keys)
{
	struct link_keys *out = NEW(a, struct link_keys);
	struct buf told;

	buf_init(&told, a);
	out->marks = keys->marks;
	out->mark_n = keys->mark_n;
	while (out->n < keys->n) {
		out->at[out->n] = (struct link_keyed){.key = keys->at[out->n].key};
		keyed_build(a, t, &out->at[out->n], link_block_max(t));
		key_take(t, out, &told);
	}
	return out;
}

struct link_keys *
link_keys_choose(struct arena *a, const struct link_tables *t, bool many)
{
	struct link_keys *out = NEW(a, struct link_keys);
	double all = link_pairs_all(t), rows = (double)(t->side[0].n + (t->one ? 0 : t->side[1].n));
	double budget = many ? rows * LINK_MANY_A_ROW + LINK_MANY_ALWAYS
			     : rows * LINK_PAIRS_A_ROW + LINK_PAIRS_ALWAYS;
	double survives[LINK_FIELD_COUNT];
	struct link_mark *marks = out->marks = NEW_N(a, struct link_mark, LINK_MARKS_MAX);
	size_t mark_n = out->mark_n = link_marks_list(a, t, marks);
	uint64_t missed[16];
	struct link_keyed tried[LINK_KEYS_MAX * 2];
	size_t tried_n = 0;
	struct buf told;

	/* Dirtier than files are: keys that find these find cleaner ones too. */
	for (size_t f = 0; f < LINK_FIELD_COUNT; f++)
		survives[f] = 0.5;
	imagine(t, survives, marks, mark_n);
	buf_init(&told, a);
	memset(missed, 0xff, sizeof missed);
	while (out->n < LINK_KEYS_MAX && tried_n < COUNT_OF(tried)) {
		struct link_key best = {{NULL, NULL}};
		double best_worth = 0;
		struct link_keyed *k = &out->at[out->n];

		for (size_t i = 0; i < mark_n; i++)
			for (size_t j = i; j < mark_n; j++) {
				struct link_key key = {{&marks[i], j == i ? NULL : &marks[j]}};
				double cost = marks[i].rate * (j == i ? 1 : marks[j].rate) * all, w;

				if (cost > budget || (j != i && marks[i].field == marks[j].field) ||
				    chosen_already(tried, tried_n, &key))
					continue;
				w = worth(&key, missed, cost + rows / 2);
				if (w > best_worth) {
					best_worth = w;
					best = key;
				}
			}
		if (best_worth <= 0)
			break;
		*k = (struct link_keyed){.key = best};
		tried[tried_n++] = *k;
		keyed_build(a, t, k, link_block_max(t));
		/* Measured, it may be more than was thought: what two marks have in common. */
		if ((double)k->pairs > budget)
			continue;
		budget -= (double)k->pairs;
		for (size_t w = 0; w < 16; w++)
			missed[w] &=
			    ~(best.mark[0]->seen[w] &
			      (best.mark[1] != NULL ? best.mark[1]->seen[w] : ~UINT64_C(0)));
		key_take(t, out, &told);
	}
	return out;
}

double
link_keys_missed(const struct link_tables *t, const struct link_keys *keys,
		 const double survives[LINK_FIELD_COUNT])
{
	size_t missed = 0;

	imagine(t, survives, keys->marks, keys->mark_n);
	for (size_t w = 0; w < 16; w++) {
		uint64_t found = 0;

		for (size_t k = 0; k < keys->n; k++) {
			const struct link_mark *const *mark = keys->at[k].key.mark;

			found |=
			    mark[0]->seen[w] & (mark[1] != NULL ? mark[1]->seen[w] : ~UINT64_C(0));
		}
		missed += (size_t)__builtin_popcountll(~found);
	}
	return (double)missed / 1024;
}
