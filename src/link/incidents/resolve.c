#include "link/incidents/resolve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "link/incidents/helper.h"
#include "text/similar.h"

#define KEY_BYTES 5	/* of the ends under which whole forms are looked up */
#define TYPO_LEAST 7	/* shorter texts collide by chance */
#define NATIONAL_LESS 4 /* digits that a national number leaves out at most */
#define TYPO_TIMES 3	/* a text this much more frequent takes its misspellings */
#define WORD_TIMES 8	/* a word this much more frequent takes its misspellings */

struct numbers {
	uint32_t *at;
	size_t n, cap;
};

struct resolving {
	struct incident_table *t;
	struct arena *work;
	uint32_t *canon;    /* form -> form it is a spelling of */
	uint32_t *value_of; /* form -> value, or UINT32_MAX */
	struct map ends[2]; /* kind + first or last bytes -> struct numbers of whole forms */
};

static struct numbers *
bucket(struct resolving *r, struct map *m, enum evidence_kind kind, struct str key, bool make)
{
	struct str k = str_fmt(r->work, "%d:%.*s", (int)kind, STR_ARG(key));
	struct numbers *b = map_find(m, k);

	if (b == NULL && make) {
		b = NEW(r->work, struct numbers);
		map_put(m, k, b);
	}
	return b;
}

static struct str
end_of(struct str s, int end)
{
	if (s.n < KEY_BYTES)
		return s;
	return end == 0 ? str_sub(s, 0, KEY_BYTES) : str_sub(s, s.n - KEY_BYTES, s.n);
}

static bool
is_whole(const struct form *f)
{
	return f->flags == 0;
}

static void
index_whole(struct resolving *r)
{
	for (uint32_t i = 0; i < r->t->forms.n; i++) {
		const struct form *f = &r->t->forms.at[i];

		if (!evidence_kind_is_identifier(f->kind) || !is_whole(f))
			continue;
		for (int e = 0; e < 2; e++)
			*VEC_ADD(r->work,
				 bucket(r, &r->ends[e], f->kind, end_of(f->text, e), true)) = i;
	}
}

/* The more frequent form that f is one edit away from, or itself. */
static uint32_t
typo_of(struct resolving *r, uint32_t form)
{
	const struct form *f = &r->t->forms.at[form];
	uint32_t best = form;

	if (f->text.n < TYPO_LEAST)
		return form;
	for (int e = 0; e < 2; e++) {
		const struct numbers *b =
		    bucket(r, &r->ends[e], f->kind, end_of(f->text, e), false);

		for (size_t i = 0; b != NULL && i < b->n; i++) {
			const struct form *o = &r->t->forms.at[b->at[i]];

			if (o->count >= TYPO_TIMES * f->count &&
			    (best == form || o->count > r->t->forms.at[best].count) &&
			    similar_edits(f->text, o->text, 1) == 1)
				best = b->at[i];
		}
	}
	return best;
}

/* Sorted parts of a name. */
static size_t
parts_of(struct str name, struct str part[IDENTIFIER_PARTS_MAX])
{
	size_t n = 0;

	while (name.p != NULL && n < IDENTIFIER_PARTS_MAX) {
		part[n] = str_cut(&name, ' ');
		n += part[n].n > 0;
	}
	return n;
}

struct word {
	struct str text;
	uint32_t count;
	struct str as; /* what it is a misspelling of, or itself */
};

struct words {
	struct map of;
	VEC(struct word *) all;
	uint64_t total;
};

static void
words_count(struct resolving *r, struct words *w)
{
	for (size_t i = 0; i < r->t->forms.n; i++) {
		const struct form *f = &r->t->forms.at[i];
		struct str part[IDENTIFIER_PARTS_MAX];
		size_t n = f->kind == EVIDENCE_NAME ? parts_of(f->text, part) : 0;

		for (size_t k = 0; k < n; k++) {
			struct word *one = map_find(&w->of, part[k]);

			if (one == NULL) {
				one = NEW(r->work, struct word);
				one->text = one->as = part[k];
				map_put(&w->of, part[k], one);
				*VEC_ADD(r->work, &w->all) = one;
			}
			one->count += f->count;
			w->total += f->count;
		}
	}
}

static int
by_count(const void *a, const void *b)
{
	const struct word *x = *(struct word *const *)a, *y = *(struct word *const *)b;

	return x->count != y->count ? (x->count < y->count) - (x->count > y->count)
				    : str_cmp(x->text, y->text);
}

/* Two words as one, where both are names often enough. */
static struct str
parting(struct resolving *r, const struct words *w, const struct word *one)
{
	for (size_t at = 3; at + 3 <= one->text.n; at++) {
		const struct word *x = map_find(&w->of, str_sub(one->text, 0, at)),
				  *y = map_find(&w->of, str_sub(one->text, at, one->text.n));

		if (x != NULL && y != NULL && x->count >= WORD_TIMES * one->count &&
		    y->count >= WORD_TIMES * one->count)
			return str_fmt(r->work, "%.*s %.*s", STR_ARG(x->text), STR_ARG(y->text));
	}
	return one->text;
}

static void
words_mend(struct resolving *r, struct words *w)
{
	if (w->all.n == 0)
		return;
	qsort(w->all.at, w->all.n, sizeof w->all.at[0], by_count);
	for (size_t i = 0; i < w->all.n; i++) {
		struct word *rare = w->all.at[i];

		if (rare->text.n < 2)
			continue;
		for (size_t k = 0; k < i && w->all.at[k]->count >= WORD_TIMES * rare->count; k++) {
			const struct word *often = w->all.at[k];

			if (often->text.n >= 3 && similar_edits(rare->text, often->text, 1) == 1) {
				rare->as = often->as;
				break;
			}
		}
		if (str_eq(rare->as, rare->text))
			rare->as = parting(r, w, rare);
	}
}

static struct str
name_mended(struct resolving *r, const struct words *w, struct str name)
{
	struct str part[IDENTIFIER_PARTS_MAX];
	size_t n = parts_of(name, part);
	struct identifier again;
	struct buf b;

	buf_init(&b, r->work);
	for (size_t k = 0; k < n; k++) {
		const struct word *one = map_find(&w->of, part[k]);

		buf_add(&b, one != NULL ? one->as : part[k]);
		buf_add_byte(&b, ' ');
	}
	return identifier_read(r->work, NULL, EVIDENCE_NAME, buf_str(&b), &again) ? again.text
										  : name;
}

static uint32_t
value_add(struct resolving *r, uint32_t form)
{
	struct incident_table *t = r->t;

	if (r->value_of[form] == UINT32_MAX) {
		r->value_of[form] = (uint32_t)t->values.n;
		*VEC_ADD(t->arena, &t->values) =
		    (struct value){.kind = t->forms.at[form].kind, .form = form};
	}
	return r->value_of[form];
}

static void
may_set(struct resolving *r, uint32_t form, const uint32_t *value, size_t n)
{
	uint32_t *may = NEW_N(r->t->arena, uint32_t, n + 1);

	memcpy(may, value, n * sizeof *value);
	r->t->forms.at[form].may = may;
	r->t->forms.at[form].may_n = (uint32_t)n;
}

static void
resolve_codes(struct resolving *r)
{
	index_whole(r);
	for (uint32_t i = 0; i < r->t->forms.n; i++) {
		const struct form *f = &r->t->forms.at[i];

		r->canon[i] = i;
		if (evidence_kind_is_identifier(f->kind) && is_whole(f))
			r->canon[i] = typo_of(r, i);
	}
	for (uint32_t i = 0; i < r->t->forms.n; i++)
		while (r->canon[r->canon[i]] != r->canon[i])
			r->canon[i] = r->canon[r->canon[i]];
}

/* Whole forms that a national or masked one may be, as values without repeats. */
static size_t
partial_may(struct resolving *r, const struct form *f, uint32_t may[FORM_MAY_MAX])
{
	int end = f->flags & IDENTIFIER_NATIONAL ? 1 : 0;
	struct str key = end_of(f->text, end);
	const struct numbers *b;
	size_t n = 0;

	if (memchr(key.p, '?', key.n) != NULL) {
		if (f->flags & IDENTIFIER_NATIONAL)
			return 0;
		end = 1;
		key = end_of(f->text, end);
	}
	if (key.n < KEY_BYTES || memchr(key.p, '?', key.n) != NULL)
		return 0;
	b = bucket(r, &r->ends[end], f->kind, key, false);
	for (size_t i = 0; b != NULL && i < b->n && n < FORM_MAY_MAX; i++) {
		struct str whole = r->t->forms.at[b->at[i]].text;
		size_t known = 0;
		uint32_t v;

		if (f->flags & IDENTIFIER_NATIONAL) {
			if (whole.n < f->text.n || whole.n - f->text.n > NATIONAL_LESS)
				continue;
			whole = str_sub(whole, whole.n - f->text.n, whole.n);
		}
		if (!identifier_covers(f->text, whole))
			continue;
		v = value_add(r, r->canon[b->at[i]]);
		while (known < n && may[known] != v)
			known++;
		if (known == n)
			may[n++] = v;
	}
	return n;
}

/* "f ionescu" is each name with ionescu and a part that starts with f, and as many parts. */
static bool
initial_fits(struct str brief, struct str whole)
{
	struct str b[IDENTIFIER_PARTS_MAX], w[IDENTIFIER_PARTS_MAX];
	size_t bn = parts_of(brief, b), wn = parts_of(whole, w);
	bool used[IDENTIFIER_PARTS_MAX] = {false};

	if (bn != wn)
		return false;
	for (int is_brief = 0; is_brief < 2; is_brief++)
		for (size_t i = 0; i < bn; i++) {
			size_t k = 0;

			if ((b[i].n == 1) != is_brief)
				continue;
			while (k < wn && (used[k] || (is_brief ? w[k].p[0] != b[i].p[0]
							       : !str_eq(b[i], w[k]))))
				k++;
			if (k == wn)
				return false;
			used[k] = true;
		}
	return true;
}

static void
resolve_names(struct resolving *r)
{
	struct words w = {.of = {.arena = r->work}};
	struct map by_name = {.arena = r->work}, by_word = {.arena = r->work};
	struct str *mended = NEW_N(r->work, struct str, r->t->forms.n + 1);
	uint32_t may[FORM_MAY_MAX];

	words_count(r, &w);
	words_mend(r, &w);
	/* Whole names first; the most frequent spelling stands for all. */
	for (uint32_t i = 0; i < r->t->forms.n; i++) {
		struct str part[IDENTIFIER_PARTS_MAX];
		uint32_t *at;
		size_t n;

		if (r->t->forms.at[i].kind != EVIDENCE_NAME)
			continue;
		mended[i] = name_mended(r, &w, r->t->forms.at[i].text);
		if (r->t->forms.at[i].flags & IDENTIFIER_INITIAL)
			continue;
		if ((at = map_find(&by_name, mended[i])) == NULL) {
			at = NEW(r->work, uint32_t);
			*at = i;
			map_put(&by_name, mended[i], at);
			n = parts_of(mended[i], part);
			for (size_t k = 0; k < n; k++)
				*VEC_ADD(r->work,
					 bucket(r, &by_word, EVIDENCE_NAME, part[k], true)) = i;
		}
		r->canon[i] = *at;
		may[0] = value_add(r, *at);
		may_set(r, i, may, 1);
		if (r->t->forms.at[i].count > r->t->forms.at[r->t->values.at[may[0]].form].count)
			r->t->values.at[may[0]].form = i;
	}
	for (uint32_t i = 0; i < r->t->forms.n; i++) {
		struct str part[IDENTIFIER_PARTS_MAX];
		const struct numbers *b = NULL;
		size_t n, may_n = 0;

		if (r->t->forms.at[i].kind != EVIDENCE_NAME ||
		    !(r->t->forms.at[i].flags & IDENTIFIER_INITIAL))
			continue;
		n = parts_of(mended[i], part);
		for (size_t k = 0; k < n; k++)
			if (part[k].n > 1)
				b = bucket(r, &by_word, EVIDENCE_NAME, part[k], false);
		for (size_t k = 0; b != NULL && k < b->n && may_n < FORM_MAY_MAX; k++)
			if (initial_fits(mended[i], mended[b->at[k]]))
				may[may_n++] = value_add(r, b->at[k]);
		may_set(r, i, may, may_n);
	}
	/* What chance makes of these parts: their shares, in any order. */
	for (size_t v = 0; v < r->t->values.n; v++) {
		struct value *value = &r->t->values.at[v];
		struct str part[IDENTIFIER_PARTS_MAX];
		size_t n;

		if (value->kind != EVIDENCE_NAME)
			continue;
		n = parts_of(name_mended(r, &w, r->t->forms.at[value->form].text), part);
		value->accident = 1;
		for (size_t k = 0; k < n; k++) {
			const struct word *one = map_find(&w.of, part[k]);

			if (one != NULL)
				value->accident *= (double)(k + 1) * one->count / (double)w.total;
		}
	}
}

static void
helpers_mark(struct incident_table *t)
{
	for (size_t i = 0; i < t->forms.n; i++) {
		const struct form *f = &t->forms.at[i];

		/* Whatever may be a helper's says nothing: a masked hotline is one too. */
		if (f->is_helper)
			for (uint32_t m = 0; m < f->may_n; m++)
				t->values.at[f->may[m]].is_helper = true;
	}
	helpers_leave(t);
}

static void
incidents_of_values(struct incident_table *t)
{
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < t->incidents.n; i++) {
			const struct incident *in = &t->incidents.at[i];

			for (uint32_t m = 0; m < in->form_n; m++) {
				const struct form *f = &t->forms.at[in->forms[m]];
				struct value *v = f->may_n == 1 ? &t->values.at[f->may[0]] : NULL;

				if (v == NULL)
					continue;
				if (pass == 0) {
					v->n++;
					continue;
				}
				if (v->incidents == NULL) {
					v->incidents = NEW_N(t->arena, uint32_t, v->n);
					v->n = 0;
				}
				/* One incident counts once. */
				if (v->n > 0 && v->incidents[v->n - 1] == i)
					continue;
				v->incidents[v->n++] = i;
			}
		}
}

void
incident_resolve(struct incident_table *t)
{
	struct resolving r = {.t = t, .work = arena_new((size_t)4 << 30)};
	uint32_t may[FORM_MAY_MAX];

	r.ends[0].arena = r.ends[1].arena = r.work;
	r.canon = NEW_N(r.work, uint32_t, t->forms.n + 1);
	r.value_of = NEW_N(r.work, uint32_t, t->forms.n + 1);
	memset(r.value_of, 0xff, (t->forms.n + 1) * sizeof *r.value_of);
	resolve_codes(&r);
	resolve_names(&r);
	for (int partial = 0; partial < 2; partial++)
		for (uint32_t i = 0; i < t->forms.n; i++) {
			const struct form *f = &t->forms.at[i];
			size_t n = 0;

			if (f->kind == EVIDENCE_NAME || is_whole(f) == partial)
				continue;
			if (partial)
				n = partial_may(&r, f, may);
			if (n == 0) {
				may[0] = value_add(&r, r.canon[i]);
				n = 1;
			}
			may_set(&r, i, may, n);
		}
	helpers_mark(t);
	incidents_of_values(t);
	arena_free(r.work);
}
