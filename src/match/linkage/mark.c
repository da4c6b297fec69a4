#include "match/linkage/mark.h"

#include "base/arena.h"

#define HEAD_LETTERS 4
#define PART_LETTERS_MIN 3

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 31;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t
hash(struct str s)
{
	uint64_t h = mix(str_hash(s));

	return h == 0 ? 1 : h;
}

static size_t
parts_of(const struct link_value *v, uint64_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < v->many; i++) {
		if (v->codes != NULL && n < LINK_MARK_VALUES_MAX)
			out[n++] = hash(v->codes[i]);
		for (size_t k = 0; v->names != NULL && k < v->names[i].n; k++) {
			uint64_t h = hash(v->names[i].part[k]);
			bool there = v->names[i].part[k].n < PART_LETTERS_MIN;

			for (size_t j = 0; j < n; j++)
				there |= out[j] == h;
			if (!there && n < LINK_MARK_VALUES_MAX)
				out[n++] = h;
		}
	}
	return n;
}

static size_t
two_of(const struct link_value *v, uint64_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < v->many && v->names != NULL; i++)
		for (size_t k = 0; k < v->names[i].n; k++)
			for (size_t j = 0; j < k && n < LINK_MARK_VALUES_MAX; j++)
				out[n++] =
				    mix(hash(v->names[i].part[k]) + hash(v->names[i].part[j]));
	return n;
}

/* Of one value of the field's dictionary. */
static size_t
of_value(const struct link_mark *m, const struct link_value *v, uint64_t *out)
{
	bool date = v->text.n == 8;

	switch (m->kind) {
	case LINK_MARK_VALUE: out[0] = hash(v->text); return 1;
	case LINK_MARK_HEAD: out[0] = hash(str_sub(v->text, 0, HEAD_LETTERS)); return 1;
	case LINK_MARK_YEAR: out[0] = hash(str_sub(v->text, 0, 4)); return date;
	case LINK_MARK_DAY:
		out[0] = hash(str_sub(v->text, 4, 8));
		return date && !str_eq_z(str_sub(v->text, 4, 8), "0000");
	case LINK_MARK_PARTS: return parts_of(v, out);
	case LINK_MARK_TWO: return two_of(v, out);
	case LINK_MARK_NAMES: break;
	}
	return 0;
}

static ptrdiff_t
place_of(const struct link_tables *t, enum link_field field)
{
	for (size_t f = 0; f < t->field_n; f++)
		if (t->field[f] == field)
			return (ptrdiff_t)f;
	return -1;
}

size_t
link_mark_values(const struct link_tables *t, const struct link_mark *m, int side, size_t row,
		 uint64_t out[LINK_MARK_VALUES_MAX])
{
	const uint32_t *cells = t->side[side].cell + row * t->field_n;
	uint32_t value = cells[m->field];

	if (value == 0)
		return 0;
	if (m->kind == LINK_MARK_NAMES) {
		ptrdiff_t f = place_of(t, LINK_FAMILY);

		if (cells[f] == 0)
			return 0;
		out[0] = mix(hash(t->dictionary[m->field].at[value].text) +
			     hash(t->dictionary[f].at[cells[f]].text));
		return 1;
	}
	if (m->by_value != NULL) {
		out[0] = m->by_value[value];
		return out[0] != 0;
	}
	return of_value(m, &t->dictionary[m->field].at[value], out);
}

struct counted {
	uint64_t key;
	double left, right;
};
/* One table for all marks, one after the other. */
struct counter {
	struct arena *arena;
	struct counted *at;
	size_t cap;
};

uint64_t
link_block_max(const struct link_tables *t)
{
	size_t rows = t->side[0].n + (t->one ? 0 : t->side[1].n);

	return rows < 1000 ? 1000 : rows;
}

/*
 * How often two rows share it: counted over the dictionary's values, not over rows. What many
 * names have a part of is left out: their other parts find them.
 */
static double
rate_of(struct counter *c, const struct link_tables *t, const struct link_mark *m)
{
	const struct link_dictionary *d = &t->dictionary[m->field];
	struct counted *at;
	size_t n = 64;
	double pairs = 0, rows = (double)t->side[0].n, other = (double)t->side[1].n;

	if (rows < 1 || other < 1)
		return 0;
	while (n < d->n * (m->by_value == NULL ? 32 : 2))
		n *= 2;
	if (n > c->cap) {
		c->at = NEW_N(c->arena, struct counted, n);
		c->cap = n;
	} else {
		memset(c->at, 0, n * sizeof c->at[0]);
	}
	at = c->at;
	for (size_t i = 1; i < d->n; i++) {
		uint64_t keys[LINK_MARK_VALUES_MAX];
		size_t k = 1;

		if (m->by_value == NULL)
			k = of_value(m, &d->at[i], keys);
		else if ((keys[0] = m->by_value[i]) == 0)
			k = 0;
		for (size_t j = 0; j < k; j++) {
			size_t s = keys[j] & (n - 1);

			while (at[s].key != 0 && at[s].key != keys[j])
				s = (s + 1) & (n - 1);
			at[s].key = keys[j];
			at[s].left += d->at[i].count[0];
			at[s].right += t->one ? d->at[i].count[0] : d->at[i].count[1];
		}
	}
	for (size_t s = 0; s < n; s++)
		if (m->by_value != NULL || at[s].left * at[s].right <= (double)link_block_max(t))
			pairs += at[s].left * at[s].right;
	return pairs / (rows * other);
}

/* A row's mark is its value's, where that has one at most: so it is made once. */
static void
by_value(struct arena *a, const struct link_dictionary *d, struct link_mark *m)
{
	uint64_t *of = NEW_N(a, uint64_t, d->n + 1);

	for (size_t i = 1; i < d->n; i++) {
		uint64_t keys[LINK_MARK_VALUES_MAX];
		size_t n = of_value(m, &d->at[i], keys);

		if (n > 1)
			return;
		of[i] = n > 0 ? keys[0] : 0;
	}
	m->by_value = of;
}

static void
add(struct counter *c, const struct link_tables *t, enum link_mark_kind kind, size_t field,
    struct link_mark *out, size_t *n)
{
	out[*n] = (struct link_mark){.kind = kind, .field = field};
	by_value(c->arena, &t->dictionary[field], &out[*n]);
	out[*n].rate = rate_of(c, t, &out[*n]);
	++*n;
}

size_t
link_marks_list(struct arena *a, const struct link_tables *t, struct link_mark *out)
{
	ptrdiff_t given = place_of(t, LINK_GIVEN), family = place_of(t, LINK_FAMILY);
	struct counter c = {.arena = a};
	size_t n = 0;

	for (size_t f = 0; f < t->field_n; f++) {
		switch (t->kind[f]) {
		case LINK_TEXT:
			add(&c, t, LINK_MARK_VALUE, f, out, &n);
			add(&c, t, LINK_MARK_HEAD, f, out, &n);
			break;
		case LINK_CODE: add(&c, t, LINK_MARK_VALUE, f, out, &n); break;
		case LINK_DATE:
			add(&c, t, LINK_MARK_VALUE, f, out, &n);
			add(&c, t, LINK_MARK_YEAR, f, out, &n);
			add(&c, t, LINK_MARK_DAY, f, out, &n);
			break;
		case LINK_NAMES:
			add(&c, t, LINK_MARK_VALUE, f, out, &n);
			add(&c, t, LINK_MARK_PARTS, f, out, &n);
			add(&c, t, LINK_MARK_TWO, f, out, &n);
			break;
		case LINK_CODES: add(&c, t, LINK_MARK_PARTS, f, out, &n); break;
		}
	}
	if (given >= 0 && family >= 0) {
		double rate = 1;

		for (size_t i = 0; i < n; i++)
			if (out[i].kind == LINK_MARK_VALUE &&
			    (out[i].field == (size_t)given || out[i].field == (size_t)family))
				rate *= out[i].rate;
		out[n++] = (struct link_mark){
		    .kind = LINK_MARK_NAMES, .field = (size_t)given, .rate = rate};
	}
	return n;
}

const char *
link_mark_name(enum link_mark_kind kind)
{
	static const char *const names[] = {"",		 " (first letters)", " (year)",	   " (day)",
					    " (a part)", " (two parts)",     " and family"};

	return names[kind];
}
