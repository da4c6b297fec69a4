#include "link/adverts/corpus.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "link/adverts/table.h"

#define ARENA_BYTES ((size_t)32 << 30)
/* A weight is at most this many eighths of a bit. */
#define WEIGHT_MAX 255
/*
 * What two strangers of one trade and language share, in the bits of a word that one text alone
 * has: so that of two short texts that are nearly all opening and job little is made.
 */
#define COMMON_WORDS 5.6
#define SLOT_BITS_MIN 16
#define SLOT_BITS_MAX 28

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdu;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 33;
}

struct part_of_work {
	void (*work)(void *context, unsigned part, unsigned of);
	void *context;
	unsigned part, of;
};

static void *
part_run(void *context)
{
	struct part_of_work *p = context;

	p->work(p->context, p->part, p->of);
	return NULL;
}

void
corpus_parts(unsigned threads, void (*work)(void *context, unsigned part, unsigned of),
	     void *context)
{
	struct part_of_work parts[ADVERTS_THREADS_MAX] = {{0}};
	pthread_t thread[ADVERTS_THREADS_MAX];

	must(threads >= 1 && threads <= ADVERTS_THREADS_MAX);
	for (unsigned i = 1; i < threads; i++) {
		parts[i] = (struct part_of_work){work, context, i, threads};
		must(pthread_create(&thread[i], NULL, part_run, &parts[i]) == 0);
	}
	work(context, 0, threads);
	for (unsigned i = 1; i < threads; i++)
		must(pthread_join(thread[i], NULL) == 0);
}

/* What the texts of a range of rows give: one thread's. */
struct found {
	enum contact_kind kind;
	bool is_freephone;
	struct str key;
	uint32_t row;
};

struct reading {
	struct corpus *corpus;
	struct arena *arena[ADVERTS_THREADS_MAX];
	struct {
		struct found *at;
		size_t n, cap;
	} found[ADVERTS_THREADS_MAX];
};

static uint64_t
word_hash(const struct contact_text *t, const struct contact_word *w)
{
	uint64_t h = 14695981039346656037u;
	bool mixed = false;

	if (w->is_number)
		return '#';
	for (uint32_t i = w->from; i < w->to; i++)
		mixed = mixed || letter_is_latin(t->letters.at[i].c);
	for (uint32_t i = w->from; i < w->to; i++)
		h = (h ^ letter_latin(t->letters.at[i].c, mixed)) * 1099511628211u;
	return mix(h);
}

static int
by_number(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

/* Words, and pairs of words in a row, as a sorted set. Contacts and numbers are slots. */
static void
features_make(struct arena *a, const struct contact_text *t, struct advert *advert, uint32_t *room)
{
	uint64_t before = 1;
	uint32_t *kept;
	size_t n = 0, m = 0;

	advert->said = 7;
	for (size_t i = 0; i < t->words.n; i++) {
		const struct contact_word *w = &t->words.at[i];
		uint64_t h = w->contact >= 0 ? '@' : word_hash(t, w);

		advert->said = mix(advert->said * 31 + h);
		if (w->contact >= 0 && before == '@')
			continue;
		if (h != '@' && h != '#')
			room[n++] = (uint32_t)(mix(h) >> 32);
		room[n++] = (uint32_t)(mix(before * 0x9e3779b97f4a7c15u + h) >> 32);
		before = h;
	}
	qsort(room, n, sizeof(*room), by_number);
	for (size_t i = 0; i < n; i++)
		if (m == 0 || room[i] != room[m - 1])
			room[m++] = room[i];
	kept = (uint32_t *)(void *)arena_zeroed(a, (m + 1) * sizeof(*kept));
	for (size_t i = 0; i < m; i++)
		kept[i] = room[i];
	advert->feature = kept;
	advert->feature_n = (uint32_t)m;
	advert->weight = (uint8_t *)arena_bytes(a, m + 1);
}

static void
read_part(void *context, unsigned part, unsigned of)
{
	struct reading *r = context;
	struct corpus *c = r->corpus;
	struct arena *own = arena_new(ARENA_BYTES);
	struct contact_reader *reader = contact_reader_new(own);
	uint32_t *room = NEW_N(own, uint32_t, 2 * LETTERS_TEXT_MAX * 2);

	for (size_t i = c->n * part / of; i < c->n * (part + 1) / of; i++) {
		struct contact_text t;

		contacts_read(reader, r->arena[part], c->advert[i].text, &t);
		features_make(r->arena[part], &t, &c->advert[i], room);
		for (size_t k = 0; k < t.contacts.n; k++)
			*VEC_ADD(own, &r->found[part]) =
			    (struct found){t.contacts.at[k].kind, t.contacts.at[k].is_freephone,
					   t.contacts.at[k].key, c->advert[i].row};
	}
	if (r->found[part].n > 0) {
		struct found *kept = NEW_N(r->arena[part], struct found, r->found[part].n);

		for (size_t i = 0; i < r->found[part].n; i++)
			kept[i] = r->found[part].at[i];
		r->found[part].at = kept;
	}
	arena_free(own);
}

static int
by_said(const void *x, const void *y)
{
	const struct advert *a = x, *b = y;

	if (a->said != b->said)
		return a->said < b->said ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static int
by_key(const void *x, const void *y)
{
	const struct found *a = x, *b = y;
	int order = a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : str_cmp(a->key, b->key);

	return order != 0 ? order : a->row < b->row ? -1 : a->row > b->row;
}

static bool
same_key(const struct found *a, const struct found *b)
{
	return a->kind == b->kind && str_eq(a->key, b->key);
}

static bool
is_among(const struct found *helpers, size_t n, const struct found *f)
{
	for (size_t i = 0; i < n; i++)
		if (same_key(&helpers[i], f))
			return true;
	return false;
}

/* Number the contacts, and give each advert its own, each once. */
static void
contacts_number(struct corpus *c, struct found *found, size_t n, const struct found *helpers,
		size_t helper_n)
{
	uint32_t *place = NEW_N(c->arena, uint32_t, c->n + 1);
	uint32_t *count = NEW_N(c->arena, uint32_t, c->n + 1);
	size_t m = 0, at = 0;

	for (size_t i = 0; i < c->n; i++)
		place[c->advert[i].row] = (uint32_t)i;
	if (n > 0)
		qsort(found, n, sizeof(*found), by_key);
	c->contact = NEW_N(c->arena, struct advert_contact, n + 1);
	c->contact_at = NEW_N(c->arena, uint32_t, n + 2);
	c->contact_of = NEW_N(c->arena, uint32_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !same_key(&found[i - 1], &found[i])) {
			c->contact_at[m] = (uint32_t)at;
			c->contact[m++] = (struct advert_contact){
			    .kind = found[i].kind,
			    .key = found[i].key,
			    .is_freephone = found[i].is_freephone,
			    .is_helper = is_among(helpers, helper_n, &found[i])};
		} else if (found[i - 1].row == found[i].row) {
			continue;
		}
		c->contact[m - 1].advert_n++;
		c->contact_of[at++] = place[found[i].row];
		count[place[found[i].row]]++;
	}
	c->contact_n = m;
	c->contact_at[m] = (uint32_t)at;
	for (size_t i = 0; i < c->n; i++) {
		c->advert[i].contact = NEW_N(c->arena, uint32_t, count[i] + 1);
		c->advert[i].contact_n = 0;
	}
	for (size_t k = 0; k < m; k++)
		for (uint32_t i = c->contact_at[k]; i < c->contact_at[k + 1]; i++) {
			struct advert *a = &c->advert[c->contact_of[i]];

			a->contact[a->contact_n++] = (uint32_t)k;
		}
}

static bool
same_features(const struct advert *a, const struct advert *b)
{
	return a->said == b->said;
}

/* How many texts have each shingle; the same text many times over counts once. */
static void
weights_find(struct corpus *c)
{
	uint64_t features = 0;
	unsigned bits = SLOT_BITS_MIN;
	size_t texts = 0;
	uint8_t weight[1024];

	for (size_t i = 0; i < c->n; i++)
		features += c->advert[i].feature_n;
	while (bits < SLOT_BITS_MAX && ((uint64_t)1 << bits) < features)
		bits++;
	c->shift = 32 - bits;
	c->shared_n = (size_t)1 << bits;
	c->shared = NEW_N(c->arena, uint32_t, c->shared_n);
	for (size_t i = 0; i < c->n; i++) {
		if (i > 0 && same_features(&c->advert[i - 1], &c->advert[i]))
			continue;
		texts++;
		for (size_t k = 0; k < c->advert[i].feature_n; k++)
			c->shared[c->advert[i].feature[k] >> c->shift]++;
	}
	c->common = (uint64_t)(8 * COMMON_WORDS * log2(1 + (double)texts));
	for (size_t n = 1; n < COUNT_OF(weight); n++)
		weight[n] = (uint8_t)fmin(WEIGHT_MAX,
					  (double)lround(8 * log2(1 + (double)texts / (double)n)));
	for (size_t i = 0; i < c->n; i++) {
		struct advert *a = &c->advert[i];

		a->total = 0;
		for (size_t k = 0; k < a->feature_n; k++) {
			uint32_t n = c->shared[a->feature[k] >> c->shift];

			a->weight[k] =
			    n < COUNT_OF(weight)
				? weight[n]
				: (uint8_t)lround(8 * log2(1 + (double)texts / (double)n));
			a->total += a->weight[k];
		}
	}
}

double
corpus_alike(const struct corpus *c, size_t x, size_t y)
{
	const struct advert *a = &c->advert[x], *b = &c->advert[y];
	uint64_t shared = 0;
	size_t i = 0, k = 0;

	while (i < a->feature_n && k < b->feature_n) {
		uint32_t f = a->feature[i], g = b->feature[k];

		shared += f == g ? a->weight[i] : 0;
		i += f <= g;
		k += g <= f;
	}
	if (shared == 0)
		return 0;
	return (double)shared / (double)(a->total + b->total - shared + c->common);
}

size_t
corpus_shared_contacts(const struct corpus *c, size_t x, size_t y)
{
	const struct advert *a = &c->advert[x], *b = &c->advert[y];
	size_t n = 0;

	for (size_t i = 0, k = 0; i < a->contact_n && k < b->contact_n;) {
		uint32_t f = a->contact[i], g = b->contact[k];

		n += f == g && !c->contact[f].is_hub && !c->contact[f].is_helper &&
		     !c->contact[f].is_freephone;
		i += f <= g;
		k += g <= f;
	}
	return n;
}

/* Contacts of helpers: whatever can be read in any cell. */
static struct found *
helpers_read(struct arena *a, const struct table_rows *rows, size_t *n)
{
	struct contact_reader *reader = contact_reader_new(a);
	VEC(struct found) found = {0};

	for (size_t i = 0; i < rows->n; i++) {
		struct contact_text t;

		contacts_read(reader, a, str_fmt(a, "tel %.*s", STR_ARG(rows->at[i].text)), &t);
		for (size_t k = 0; k < t.contacts.n; k++)
			*VEC_ADD(a, &found) = (struct found){.kind = t.contacts.at[k].kind,
							     .key = t.contacts.at[k].key};
	}
	*n = found.n;
	return found.at;
}

static void
prepare(struct corpus *c, const struct table_rows *helper_rows, unsigned threads)
{
	struct reading *r = NEW(c->arena, struct reading);
	struct found *all, *helpers;
	size_t n = 0, helper_n;

	helpers = helpers_read(c->arena, helper_rows, &helper_n);
	r->corpus = c;
	for (unsigned i = 0; i < threads; i++)
		r->arena[i] = arena_new(ARENA_BYTES);
	corpus_parts(threads, read_part, r);
	for (unsigned i = 0; i < threads; i++)
		n += r->found[i].n;
	all = NEW_N(c->arena, struct found, n + 1);
	n = 0;
	for (unsigned i = 0; i < threads; i++)
		for (size_t k = 0; k < r->found[i].n; k++)
			all[n++] = r->found[i].at[k];
	if (c->n > 0)
		qsort(c->advert, c->n, sizeof(*c->advert), by_said);
	contacts_number(c, all, n, helpers, helper_n);
	weights_find(c);
	c->part_arena_n = threads;
	for (unsigned i = 0; i < threads; i++)
		c->part_arena[i] = r->arena[i];
}

enum rc
corpus_read(struct arena *a, const char *path, const char *helpers, unsigned threads, FILE *diag,
	    struct corpus *out, struct err *err)
{
	struct table_rows rows = {0}, helper_rows = {0};
	enum rc rc;

	*out = (struct corpus){.arena = a};
	rc = table_read(a, path, TABLE_ADVERTS, diag, &rows, err);
	if (rc == RC_OK && helpers != NULL)
		rc = table_read(a, helpers, TABLE_CELLS, diag, &helper_rows, err);
	if (rc != RC_OK)
		return rc;
	out->skipped = rows.skipped + helper_rows.skipped;
	out->n = rows.n;
	out->advert = NEW_N(a, struct advert, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		out->advert[i] = (struct advert){
		    .id = rows.at[i].id, .text = rows.at[i].text, .row = (uint32_t)i};
	prepare(out, &helper_rows, threads);
	return RC_OK;
}

void
corpus_close(struct corpus *c)
{
	for (unsigned i = 0; i < c->part_arena_n; i++)
		arena_free(c->part_arena[i]);
	c->part_arena_n = 0;
}
