#include "match/linkage/alike.h"

#include "base/arena.h"

/* Least Jaro-Winkler of each level; what they are worth is measured, not assumed. */
#define LIKE 0.88
#define SOMEWHAT 0.78

static const char *const text_names[LINK_LEVEL_COUNT] = {
    "missing",	 "same",
    "one edit",	 "two edits",
    "similar",	 "somewhat similar",
    "different", "given and family name swapped"};
static const char *const date_names[LINK_LEVEL_COUNT] = {
    "missing",	 "same",      "one digit", "day and month swapped", "two of three parts",
    "same year", "different", ""};
static const char *const name_names[LINK_LEVEL_COUNT] = {"missing",
							 "same parts",
							 "all parts nearly the same",
							 "parts of one in the other",
							 "nearly in the other",
							 "some part",
							 "different",
							 ""};

const char *
link_level_name(enum link_kind kind, enum link_level level)
{
	return kind == LINK_DATE    ? date_names[level]
	       : kind == LINK_NAMES ? name_names[level]
				    : text_names[level];
}

/* Letters that both have, at most. */
static size_t
common_letters(const struct link_value *a, const struct link_value *b)
{
	unsigned sum = 0;

	for (size_t i = 0; i < LINK_BAG; i++)
		sum += a->bag[i] < b->bag[i] ? a->bag[i] : b->bag[i];
	return sum;
}

/*
 * Edits up to two (insert, delete, replace, swap of neighbours), 3 when it takes more. What both
 * begin and end with is set aside; what remains decides.
 */
static int
edits_to_two(struct str a, struct str b, int left)
{
	int best = 3;

	while (a.n > 0 && b.n > 0 && a.p[0] == b.p[0])
		a.p++, b.p++, a.n--, b.n--;
	while (a.n > 0 && b.n > 0 && a.p[a.n - 1] == b.p[b.n - 1])
		a.n--, b.n--;
	if (a.n == 0 || b.n == 0)
		return (int)(a.n + b.n) <= left ? (int)(a.n + b.n) : 3;
	if (left == 0 || a.n > b.n + (size_t)left || b.n > a.n + (size_t)left)
		return 3;
	if (a.n == 1 && b.n == 1)
		return 1;
	if (a.n == 2 && b.n == 2 && a.p[0] == b.p[1] && a.p[1] == b.p[0])
		return 1;
	if (left < 2)
		return 3;
	/* The first letters differ: one of them is replaced, put in, left out, or swapped. */
	for (int how = 0; how < 4 && best > 2; how++) {
		struct str x = a, y = b;
		size_t from_x = how == 1 ? 0 : how == 3 ? 2 : 1;
		size_t from_y = how == 2 ? 0 : how == 3 ? 2 : 1;
		int rest;

		if (how == 3 && (x.n < 2 || y.n < 2 || x.p[0] != y.p[1] || x.p[1] != y.p[0]))
			continue;
		x = (struct str){x.p + from_x, x.n - from_x};
		y = (struct str){y.p + from_y, y.n - from_y};
		rest = edits_to_two(x, y, left - 1) + 1;
		best = rest < best ? rest : best;
	}
	return best;
}

/* More for what begins alike, up to four letters. */
static double
winkler(double jaro, struct str a, struct str b)
{
	size_t prefix = 0;

	while (prefix < 4 && prefix < a.n && prefix < b.n && a.p[prefix] == b.p[prefix])
		prefix++;
	return jaro + (double)prefix * 0.1 * (1 - jaro);
}

/* Jaro-Winkler over bytes: values are ASCII here. Texts of up to 64 bytes. */
static double
jaro_winkler(struct str a, struct str b)
{
	size_t longer = a.n > b.n ? a.n : b.n, window = longer / 2 > 0 ? longer / 2 - 1 : 0;
	uint64_t in_a = 0, in_b = 0;
	size_t common = 0, moved = 0;
	double m;

	for (size_t i = 0; i < a.n; i++) {
		size_t from = i > window ? i - window : 0;
		size_t to = i + window + 1 < b.n ? i + window + 1 : b.n;

		for (size_t k = from; k < to; k++) {
			if (a.p[i] != b.p[k] || (in_b >> k & 1) != 0)
				continue;
			in_a |= (uint64_t)1 << i;
			in_b |= (uint64_t)1 << k;
			common++;
			break;
		}
	}
	if (common == 0)
		return 0;
	for (uint64_t x = in_a, y = in_b; x != 0 && y != 0; x &= x - 1, y &= y - 1)
		moved += a.p[__builtin_ctzll(x)] != b.p[__builtin_ctzll(y)];
	moved /= 2;
	m = (double)common;
	return winkler((m / (double)a.n + m / (double)b.n + (m - (double)moved) / m) / 3, a, b);
}

static bool
begins(struct str a, struct str b)
{
	return a.n < b.n ? a.n >= 3 && memcmp(a.p, b.p, a.n) == 0
			 : b.n >= 3 && memcmp(a.p, b.p, b.n) == 0;
}

/* Whether an edit says much depends on how much is left beside it. */
static enum link_level
edits_level(int edits, size_t longer)
{
	if (edits == 1)
		return longer >= 4 ? LINK_NEAR : longer == 3 ? LINK_CLOSE : LINK_LIKE;
	return longer >= 6 ? LINK_CLOSE : longer >= 4 ? LINK_LIKE : LINK_APART;
}

static enum link_level
text_alike(struct str a, struct str b, size_t common)
{
	size_t longer = a.n > b.n ? a.n : b.n;
	double bound, jw;
	int edits;

	/* An edit takes away one common letter at most. */
	if (longer - common <= 2 && (edits = edits_to_two(a, b, 2)) <= 2)
		return edits_level(edits, longer);
	bound = ((double)common / (double)a.n + (double)common / (double)b.n + 1) / 3;
	if (winkler(bound, a, b) < SOMEWHAT)
		return LINK_APART;
	if (begins(a, b))
		return LINK_LIKE;
	jw = jaro_winkler(str_sub(a, 0, 64), str_sub(b, 0, 64));
	return jw >= LIKE ? LINK_LIKE : jw >= SOMEWHAT ? LINK_SOMEWHAT : LINK_APART;
}

static bool
part_known(struct str d, size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++)
		if (d.p[i] != '0')
			return true;
	return false;
}

static enum link_level
date_alike(struct str a, struct str b)
{
	bool whole, year, month, day, swapped;
	int digits = 0;

	if (a.n != 8 || b.n != 8)
		return text_alike(a, b, a.n > b.n ? a.n : b.n);
	whole = part_known(a, 6, 2) && part_known(b, 6, 2) && part_known(a, 4, 2) &&
		part_known(b, 4, 2);
	year = memcmp(a.p, b.p, 4) == 0;
	if (!whole) {
		month = !part_known(a, 4, 2) || !part_known(b, 4, 2) ||
			memcmp(a.p + 4, b.p + 4, 2) == 0;
		return !year ? LINK_APART : month ? LINK_LIKE : LINK_SOMEWHAT;
	}
	if (edits_to_two(a, b, 1) <= 1)
		return LINK_NEAR;
	month = memcmp(a.p + 4, b.p + 4, 2) == 0;
	day = memcmp(a.p + 6, b.p + 6, 2) == 0;
	swapped = memcmp(a.p + 4, b.p + 6, 2) == 0 && memcmp(a.p + 6, b.p + 4, 2) == 0;
	for (size_t i = 0; i < 8; i++)
		digits += a.p[i] != b.p[i];
	if (year && swapped)
		return LINK_CLOSE;
	if (year + month + day == 2)
		return LINK_LIKE;
	return year || digits == 2 ? LINK_SOMEWHAT : LINK_APART;
}

/* 2: the same, 1: nearly, 0: not. An initial stands for what it begins. */
static int
part_alike(struct str a, struct str b)
{
	size_t longer = a.n > b.n ? a.n : b.n;
	int edits;

	if (str_eq(a, b))
		return 2;
	if ((a.n == 1 || b.n == 1) && a.p[0] == b.p[0])
		return 1;
	edits = edits_to_two(a, b, 2);
	if ((edits == 1 && longer >= 4) || (edits == 2 && longer >= 7))
		return 1;
	return longer >= 5 && jaro_winkler(str_sub(a, 0, 64), str_sub(b, 0, 64)) >= 0.9;
}

static enum link_level
one_name_alike(const struct link_name *a, const struct link_name *b)
{
	size_t less = a->n < b->n ? a->n : b->n, same = 0, near = 0;
	unsigned in_a = 0, in_b = 0;

	/* First what is the same, then what is nearly. */
	for (int want = 2; want >= 1; want--)
		for (size_t i = 0; i < a->n; i++)
			for (size_t k = 0; k < b->n && (in_a >> i & 1) == 0; k++) {
				if ((in_b >> k & 1) != 0 ||
				    part_alike(a->part[i], b->part[k]) != want)
					continue;
				in_b |= 1u << k;
				in_a |= 1u << i;
				same += want == 2;
				near += want == 1;
			}
	if (same == a->n && same == b->n)
		return LINK_SAME;
	if (same + near == a->n && a->n == b->n)
		return LINK_NEAR;
	if (less >= 2 && same == less)
		return LINK_CLOSE;
	if (less >= 2 && same + near == less)
		return LINK_LIKE;
	return same > 0 || near > 1 ? LINK_SOMEWHAT : LINK_APART;
}

static enum link_level
names_alike(const struct link_value *a, const struct link_value *b)
{
	enum link_level best = LINK_APART;

	for (size_t i = 0; i < a->many; i++)
		for (size_t k = 0; k < b->many; k++) {
			enum link_level l = one_name_alike(&a->names[i], &b->names[k]);

			best = l < best ? l : best;
		}
	return best;
}

static enum link_level
codes_alike(const struct link_value *a, const struct link_value *b)
{
	enum link_level best = LINK_APART;

	if (a->many == 1 && b->many == 1)
		return text_alike(a->text, b->text, common_letters(a, b));
	for (size_t i = 0; i < a->many; i++)
		for (size_t k = 0; k < b->many; k++) {
			size_t n = a->codes[i].n > b->codes[k].n ? a->codes[i].n : b->codes[k].n;
			enum link_level l = str_eq(a->codes[i], b->codes[k])
						? LINK_SAME
						: text_alike(a->codes[i], b->codes[k], n);

			best = l < best ? l : best;
		}
	return best;
}

enum link_level
link_alike(enum link_kind kind, const struct link_value *a, const struct link_value *b)
{
	if (a == b)
		return LINK_SAME;
	switch (kind) {
	case LINK_DATE: return date_alike(a->text, b->text);
	case LINK_NAMES: return names_alike(a, b);
	case LINK_CODES: return codes_alike(a, b);
	case LINK_TEXT:
	case LINK_CODE: break;
	}
	return text_alike(a->text, b->text, common_letters(a, b));
}

#define CACHE_BITS 12
struct link_cache {
	/* The pair of values, and its level in the lowest three bits; 0: empty. */
	uint64_t at[LINK_FIELD_COUNT][(size_t)1 << CACHE_BITS];
};

struct link_cache *
link_cache_new(struct arena *a, const struct link_tables *t)
{
	(void)t;
	return NEW(a, struct link_cache);
}

static enum link_level
cells_alike(const struct link_tables *t, struct link_cache *cache, size_t f, uint32_t x, uint32_t y)
{
	const struct link_dictionary *d = &t->dictionary[f];
	uint64_t key, *slot;

	if (x == y)
		return LINK_SAME;
	if (cache == NULL)
		return link_alike(t->kind[f], &d->at[x], &d->at[y]);
	key = x < y ? (uint64_t)x << 32 | (uint64_t)y << 3 : (uint64_t)y << 32 | (uint64_t)x << 3;
	slot = &cache->at[f][key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - CACHE_BITS)];
	if ((*slot & ~UINT64_C(7)) != key)
		*slot = key | link_alike(t->kind[f], &d->at[x], &d->at[y]);
	return (enum link_level)(*slot & 7);
}

static ptrdiff_t
place_of(const struct link_tables *t, enum link_field field)
{
	for (size_t f = 0; f < t->field_n; f++)
		if (t->field[f] == field)
			return (ptrdiff_t)f;
	return -1;
}

/*
 * Given and family name in each other's place: two comparisons that are one event. The given
 * name's level says it, the family name's nothing, so that it is not counted twice.
 */
static uint64_t
swap_seen(const struct link_tables *t, const uint32_t *x, const uint32_t *y, uint64_t pattern)
{
	ptrdiff_t g = place_of(t, LINK_GIVEN), f = place_of(t, LINK_FAMILY);
	const struct link_dictionary *given, *family;
	size_t near = 0, same = 0;

	if (g < 0 || f < 0)
		return pattern;
	given = &t->dictionary[g];
	family = &t->dictionary[f];
	if (link_pattern_level(pattern, (size_t)g) < LINK_LIKE &&
	    link_pattern_level(pattern, (size_t)g) != LINK_MISSING)
		return pattern;
	if (link_pattern_level(pattern, (size_t)f) < LINK_LIKE &&
	    link_pattern_level(pattern, (size_t)f) != LINK_MISSING)
		return pattern;
	for (int way = 0; way < 2; way++) {
		uint32_t a = way == 0 ? x[g] : y[g], b = way == 0 ? y[f] : x[f];
		const struct link_value *v, *w;

		if (a == 0 || b == 0)
			continue;
		v = &given->at[a];
		w = &family->at[b];
		if (str_eq(v->text, w->text))
			same++;
		else if (text_alike(v->text, w->text, common_letters(v, w)) <= LINK_CLOSE)
			near++;
		else
			return pattern;
	}
	if (same == 0 || same + near == 0)
		return pattern;
	pattern &= ~((uint64_t)7 << (3 * g)) & ~((uint64_t)7 << (3 * f));
	return pattern | (uint64_t)LINK_SWAPPED << (3 * g);
}

uint64_t
link_pattern_cached(const struct link_tables *t, struct link_cache *cache, size_t left,
		    size_t right)
{
	const uint32_t *x = t->side[0].cell + left * t->field_n;
	const uint32_t *y = t->side[1].cell + right * t->field_n;
	uint64_t pattern = 0;

	for (size_t f = 0; f < t->field_n; f++)
		if (x[f] != 0 && y[f] != 0)
			pattern |= (uint64_t)cells_alike(t, cache, f, x[f], y[f]) << (3 * f);
	return swap_seen(t, x, y, pattern);
}

uint64_t
link_pattern(const struct link_tables *t, size_t left, size_t right)
{
	return link_pattern_cached(t, NULL, left, right);
}
