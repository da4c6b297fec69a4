#include "text/similar.h"

#include "base/utf8.h"

/* A text as code points. */
struct letters {
	uint32_t at[SIMILAR_MAX];
	int n;
};

static void
letters_read(struct str s, struct letters *out)
{
	size_t used;

	out->n = 0;
	for (size_t i = 0; i < s.n && out->n < SIMILAR_MAX; i += used) {
		unsigned char c = (unsigned char)s.p[i];

		used = 1;
		out->at[out->n++] = c < 0x80 ? c : utf8_decode(s.p + i, s.n - i, &used);
	}
}

static double
jaro(const struct letters *a, const struct letters *b)
{
	int longer = a->n > b->n ? a->n : b->n;
	int window = longer / 2 > 0 ? longer / 2 - 1 : 0;
	uint64_t in_a = 0, in_b = 0;
	int common = 0, moved = 0, transposed;
	double m;

	for (int i = 0; i < a->n; i++) {
		int from = i > window ? i - window : 0;
		int to = i + window + 1 < b->n ? i + window + 1 : b->n;

		for (int k = from; k < to; k++) {
			if (a->at[i] != b->at[k] || (in_b >> k & 1) != 0)
				continue;
			in_a |= (uint64_t)1 << i;
			in_b |= (uint64_t)1 << k;
			common++;
			break;
		}
	}
	if (common == 0)
		return 0;
	for (int i = 0, k = 0; i < a->n; i++) {
		if ((in_a >> i & 1) == 0)
			continue;
		while ((in_b >> k & 1) == 0)
			k++;
		moved += a->at[i] != b->at[k];
		k++;
	}
	m = common;
	transposed = moved / 2; /* whole pairs, as Jaro counts them */
	return (m / a->n + m / b->n + (m - transposed) / m) / 3;
}

double
similar_jaro_winkler(struct str a, struct str b)
{
	struct letters x, y;
	double score;
	int prefix = 0;

	letters_read(a, &x);
	letters_read(b, &y);
	if (x.n == 0 || y.n == 0)
		return x.n == y.n ? 1 : 0;
	score = jaro(&x, &y);
	while (prefix < 4 && prefix < x.n && prefix < y.n && x.at[prefix] == y.at[prefix])
		prefix++;
	return score + prefix * 0.1 * (1 - score);
}

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

static int
edits(const struct letters *a, const struct letters *b, int limit)
{
	int rows[3][SIMILAR_MAX + 1];
	int *before = rows[0], *last = rows[1], *now = rows[2];

	if (a->n - b->n > limit || b->n - a->n > limit)
		return limit + 1;
	for (int k = 0; k <= b->n; k++)
		last[k] = k;
	for (int i = 1; i <= a->n; i++) {
		int least = now[0] = i, *spare;

		for (int k = 1; k <= b->n; k++) {
			int cost = a->at[i - 1] != b->at[k - 1];

			now[k] = smaller(last[k - 1] + cost, smaller(last[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && a->at[i - 1] == b->at[k - 2] &&
			    a->at[i - 2] == b->at[k - 1])
				now[k] = smaller(now[k], before[k - 2] + 1);
			least = smaller(least, now[k]);
		}
		/* A swap can still come from the row before, but costs one more: not less. */
		if (least > limit + 1)
			return limit + 1;
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return smaller(last[b->n], limit + 1);
}

/* Nothing but a to z, and no more than are read: what keys of names mostly are. */
static bool
is_plain(struct str s)
{
	if (s.n == 0 || s.n > SIMILAR_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return true;
}

/*
 * The same count with a column of the table in the bits of a word: Hyyroe, "A bit-vector algorithm
 * for computing Levenshtein and Damerau edit distances", Nordic Journal of Computing 10 (2003).
 */
static int
plain_edits(struct str a, struct str b, int limit)
{
	uint64_t places[32] = {0}, last_places = 0, falls = 0, rises = ~(uint64_t)0, same = 0;
	uint64_t bottom = (uint64_t)1 << (a.n - 1);
	int count = (int)a.n;

	for (size_t i = 0; i < a.n; i++)
		places[a.p[i] & 31] |= (uint64_t)1 << i;
	for (size_t k = 0; k < b.n; k++) {
		uint64_t now = places[b.p[k] & 31], swap = ((~same & now) << 1) & last_places;
		uint64_t right_rises, right_falls;

		same = (((now & rises) + rises) ^ rises) | now | falls | swap;
		right_rises = falls | ~(same | rises);
		right_falls = same & rises;
		count += (right_rises & bottom) != 0;
		count -= (right_falls & bottom) != 0;
		right_rises = right_rises << 1 | 1;
		rises = right_falls << 1 | ~(same | right_rises);
		falls = right_rises & same;
		last_places = now;
	}
	return smaller(count, limit + 1);
}

int
similar_edits(struct str a, struct str b, int limit)
{
	struct letters x, y;

	must(limit >= 0);
	if ((a.n > b.n ? a.n - b.n : b.n - a.n) <= (size_t)limit && is_plain(a) && is_plain(b))
		return plain_edits(a, b, limit);
	letters_read(a, &x);
	letters_read(b, &y);
	return edits(&x, &y, limit);
}
