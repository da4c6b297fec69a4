#include "match/screening/screen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "match/screening/index.h"
#include "match/screening/score.h"
#include "text/ident.h"
#include "text/normal.h"
#include "text/token.h"
#include "text/translit.h"

/* Names scored in full for each name asked about; the rest had less to offer. */
#define CANDIDATES 96
#define NEIGHBOURS_MAX 512
#define WORKER_BYTES_MAX ((size_t)4 << 30)
/* Words borne by more names than this only add to names found by rarer words. */
#define POSTINGS_COMMON 20000

struct neighbour {
	uint32_t word;
	float bits;
};

struct screen_worker {
	struct arena *self;  /* holds the worker and its arrays */
	struct arena *query; /* reset with each query */
	struct translit *translit;
	float *mass; /* bits gathered by each name; zero between queries */
	size_t mass_count;
	VEC(uint32_t) touched; /* names with mass */
	VEC(struct neighbour) found;
	uint32_t *seen; /* stamp for each word */
	size_t seen_count;
	uint32_t stamp;
	struct asked_name asked[SCREEN_QUERY_NAMES];
	size_t asked_n;
};

enum rc
screen_worker_open(struct screen_worker **out, struct err *err)
{
	struct arena *self = arena_new(WORKER_BYTES_MAX);
	struct screen_worker *w = NEW(self, struct screen_worker);
	enum rc rc;

	w->self = self;
	if ((rc = translit_open(&w->translit, err)) != RC_OK) {
		arena_free(self);
		return rc;
	}
	w->query = arena_new(0);
	*out = w;
	return RC_OK;
}

void
screen_worker_close(struct screen_worker *w)
{
	if (w == NULL)
		return;
	translit_close(w->translit);
	arena_free(w->query);
	arena_free(w->self);
}

/* Room for this index; grows by doubling, so that reloads do not pile up. */
static void
fit(struct screen_worker *w, const struct screen_index *index)
{
	if (w->mass_count < index->names.n) {
		w->mass_count = index->names.n * 2;
		w->mass = NEW_N(w->self, float, w->mass_count);
	}
	if (w->seen_count < index->words.n) {
		w->seen_count = index->words.n * 2;
		w->seen = NEW_N(w->self, uint32_t, w->seen_count);
		w->stamp = 0;
	}
}

/* A fresh mark for words already seen. */
static void
next_stamp(struct screen_worker *w)
{
	if (++w->stamp == 0) {
		memset(w->seen, 0, w->seen_count * sizeof *w->seen);
		w->stamp = 1;
	}
}

/*
 * The words like this one, each once: into w->found with the bits they bring; shares gather
 * by likeness in crowd.
 */
static void
neighbours_find(const struct screen_index *index, struct screen_worker *w, const struct word *asked,
		double crowd[WORD_APART], double *rarity, bool *known)
{
	uint32_t hashes[INDEX_KEYS_MAX];
	size_t first = w->found.n, n = index_keys_of(asked, false, hashes);

	next_stamp(w);
	for (size_t i = 0; i < n; i++) {
		size_t keys;
		const struct fuzzy_key *key = index_bucket(index, hashes[i], &keys);

		for (; keys > 0; keys--, key++) {
			const struct listed_word *listed = &index->words.at[key->word];
			struct neighbour *found;
			enum likeness likeness;

			if (key->hash != hashes[i] || w->seen[key->word] == w->stamp ||
			    w->found.n - first >= NEIGHBOURS_MAX)
				continue;
			w->seen[key->word] = w->stamp;
			likeness = word_likeness(asked, &listed->word);
			if (likeness == WORD_APART)
				continue;
			if (!listed->joined)
				crowd[likeness] += listed->share;
			if (likeness == WORD_SAME && !listed->joined) {
				*rarity = score_rarity(listed->share);
				*known = true;
			}
			found = VEC_ADD(w->self, &w->found);
			found->word = key->word;
			found->bits = (float)likeness;
		}
	}
	for (size_t i = 1; i < WORD_APART; i++)
		crowd[i] += crowd[i - 1];
	for (size_t i = first; i < w->found.n; i++) {
		struct neighbour *found = &w->found.at[i];
		size_t likeness = (size_t)found->bits;
		double share = index->words.at[found->word].share;
		double bits = score_rarity(crowd[likeness] > share ? crowd[likeness] : share) -
			      screen_weights.likeness_cost[likeness];

		found->bits = (float)(bits > 0.5 ? bits : 0.5);
	}
}

static int
more_bits(const void *a, const void *b)
{
	const struct neighbour *x = a, *y = b;

	if (x->bits != y->bits)
		return x->bits > y->bits ? -1 : 1;
	return (x->word > y->word) - (x->word < y->word);
}

/* Each name gathers what the words it shares with the question bring. */
static void
gather(const struct screen_index *index, struct screen_worker *w)
{
	if (w->found.n > 1)
		qsort(w->found.at, w->found.n, sizeof *w->found.at, more_bits);
	for (size_t i = 0; i < w->found.n; i++) {
		const struct listed_word *word = &index->words.at[w->found.at[i].word];
		const uint32_t *names = &index->postings[word->first_posting];
		bool only_known = word->postings > POSTINGS_COMMON && w->touched.n >= CANDIDATES;

		for (size_t k = 0; k < word->postings; k++) {
			float *mass = &w->mass[names[k]];

			if (*mass == 0) {
				if (only_known)
					continue;
				*VEC_ADD(w->self, &w->touched) = names[k];
				/* Of equals, names with fewer parts left over come first. */
				*mass = -0.6f * (float)index->names.at[names[k]].n - 1e-3f;
			}
			*mass += w->found.at[i].bits;
		}
	}
}

struct candidate {
	uint32_t name;
	float mass;
};

static bool
is_less(const struct candidate *a, const struct candidate *b)
{
	return a->mass != b->mass ? a->mass < b->mass : a->name > b->name;
}

/* A heap with the least on top keeps the best. */
static void
sink(struct candidate *heap, size_t n, size_t at)
{
	for (;;) {
		size_t child = 2 * at + 1;
		struct candidate swap;

		if (child >= n)
			return;
		if (child + 1 < n && is_less(&heap[child + 1], &heap[child]))
			child++;
		if (!is_less(&heap[child], &heap[at]))
			return;
		swap = heap[at];
		heap[at] = heap[child];
		heap[child] = swap;
		at = child;
	}
}

/* Take the best names out of what was touched, and leave all mass at zero. */
static size_t
candidates_take(struct screen_worker *w, struct candidate best[CANDIDATES])
{
	size_t n = 0;

	for (size_t i = 0; i < w->touched.n; i++) {
		struct candidate c = {w->touched.at[i], w->mass[w->touched.at[i]]};

		w->mass[c.name] = 0;
		if (n < CANDIDATES) {
			best[n++] = c;
			for (size_t k = n / 2; n == CANDIDATES && k > 0; k--)
				sink(best, n, k - 1);
		} else if (is_less(&best[0], &c)) {
			best[0] = c;
			sink(best, n, 0);
		}
	}
	w->touched.n = 0;
	return n;
}

static void
other_of_index(const struct screen_index *index, uint32_t number, struct other_name *out)
{
	const struct listed_name *name = &index->names.at[number];

	out->n = name->n;
	out->customs = &index->customs;
	for (size_t i = 0; i < name->n; i++) {
		const struct listed_token *token = &index->tokens.at[name->first_token + i];
		const struct listed_word *word = &index->words.at[token->word];

		out->words[i] = &word->word;
		out->originals[i] = token->original;
		out->shares[i] = word->share;
		out->leans[i] = &index->leans[token->word];
	}
}

/* Make the asked names ready for comparing: w->asked. */
static void
ask(struct screen_worker *w, const struct screen_query *query)
{
	arena_reset(w->query);
	w->asked_n = 0;
	for (size_t i = 0; i < query->name_count && w->asked_n < SCREEN_QUERY_NAMES; i++) {
		struct name_tokens tokens;

		token_split(w->translit, w->query, query->names[i], &tokens);
		if (tokens.n > 0)
			asked_name_make(w->query, &tokens, &w->asked[w->asked_n++]);
	}
}

/* Neighbours of every word of one asked name; with_joined for those of two in one, too. */
static void
look_around(const struct screen_index *index, struct screen_worker *w, struct asked_name *asked)
{
	double crowd[WORD_APART], rarity;
	bool known;

	w->found.n = 0;
	for (size_t i = 0; i < asked->n; i++) {
		const struct word *word = &asked->words[i];

		memset(asked->crowd[i], 0, sizeof asked->crowd[i]);
		if (word_is_weak(word) || (word->flags & TOKEN_INITIAL) != 0)
			continue;
		neighbours_find(index, w, word, asked->crowd[i], &asked->rarity[i],
				&asked->known[i]);
	}
	for (size_t i = 0; i + 1 < asked->n; i++) {
		for (size_t n = 0; n < WORD_JOINED_MAX - 1; n++) {
			memset(crowd, 0, sizeof crowd);
			if (asked->joined[i][n].key.n > 0)
				neighbours_find(index, w, &asked->joined[i][n], crowd, &rarity,
						&known);
		}
	}
	/* A name of weak words alone ("Haji Imam") must still be found. */
	for (size_t i = 0; w->found.n == 0 && i < asked->n; i++)
		neighbours_find(index, w, &asked->words[i], asked->crowd[i], &asked->rarity[i],
				&asked->known[i]);
}

struct best_name {
	uint32_t entry, name;
	double bits;
};

/* A candidate this much under the line may still be lifted by another of its names. */
#define NEAR_BITS 4
#define NO_NAME UINT32_MAX
#define BEST_MAX (CANDIDATES * SCREEN_QUERY_NAMES)

static void
keep_best(struct best_name *best, size_t *n, uint32_t entry, uint32_t name, double bits)
{
	for (size_t i = 0; i < *n; i++) {
		if (best[i].entry != entry)
			continue;
		if (bits > best[i].bits) {
			best[i].name = name;
			best[i].bits = bits;
		}
		return;
	}
	must(*n < BEST_MAX);
	best[(*n)++] = (struct best_name){entry, name, bits};
}

/*
 * The listed name that fits best, over all of the entry's; NO_NAME and 0 bits when either
 * side has none. The evidence goes to out when asked for.
 */
static double
best_of_entry(const struct screen_index *index, struct screen_worker *w, uint32_t entry,
	      uint32_t *name, struct screen_explanation *out)
{
	const struct listed_entry *e = &index->entries.at[entry];
	struct screen_explanation one;
	double most = -INFINITY;

	*name = NO_NAME;
	for (size_t i = 0; i < w->asked_n; i++) {
		for (uint32_t k = e->first_name; k < e->first_name + e->names; k++) {
			struct other_name other;
			double bits;

			one.n = 0;
			one.bits = 0;
			other_of_index(index, k, &other);
			bits = score_names(&w->asked[i], &other, &one);
			if (bits <= most)
				continue;
			most = bits;
			*name = k;
			if (out != NULL) {
				memcpy(out->at, one.at, one.n * sizeof *one.at);
				out->n = one.n;
				out->bits = one.bits;
			}
		}
	}
	return *name == NO_NAME ? 0 : most;
}

/* Entries that bear one of the identifiers come in whatever they are called. */
static void
add_by_ids(const struct screen_index *index, struct screen_worker *w,
	   const struct screen_query *query, struct best_name *best, size_t *n)
{
	for (size_t i = 0; i < query->id_count; i++) {
		uint32_t hash = index_id_hash(ident_canonical(w->query, query->ids[i]));
		size_t low = 0, high = index->id_keys.n;

		while (low < high) {
			size_t mid = (low + high) / 2;

			if (index->id_keys.at[mid].hash < hash)
				low = mid + 1;
			else
				high = mid;
		}
		for (;
		     low < index->id_keys.n && index->id_keys.at[low].hash == hash && *n < BEST_MAX;
		     low++) {
			uint32_t entry = index->id_keys.at[low].word;

			keep_best(best, n, entry, NO_NAME, -INFINITY);
		}
	}
}

static bool
is_better(const struct screen_hit *a, const struct screen_hit *b)
{
	return a->bits != b->bits ? a->bits > b->bits : a->entry < b->entry;
}

static size_t
keep_hit(struct screen_hit *hits, size_t n, size_t limit, const struct screen_hit *hit)
{
	size_t at = n;

	if (n == limit) {
		if (!is_better(hit, &hits[n - 1]))
			return n;
		at = n - 1;
	} else {
		n++;
	}
	for (; at > 0 && is_better(hit, &hits[at - 1]); at--)
		hits[at] = hits[at - 1];
	hits[at] = *hit;
	return n;
}

/*
 * Score an entry in full, by its best name of all, as screen_explain does: a candidate's other
 * names may fit better than the one that brought it in.
 */
static size_t
consider(const struct screen_index *index, struct screen_worker *w,
	 const struct screen_query *query, uint32_t entry, double min_score,
	 struct screen_hit *hits, size_t n, size_t limit)
{
	const struct listed_entry *listed = &index->entries.at[entry];
	struct screen_hit hit = {.entry = entry, .entry_id = listed->id};
	struct screen_explanation why = {.n = 0};
	uint32_t name;
	double bits = best_of_entry(index, w, entry, &name, NULL);

	if (name != NO_NAME)
		hit.name = index->names.at[name].text;
	why.bits = bits;
	score_rest(query, listed, bits, &why);
	hit.bits = why.bits;
	hit.score = screen_probability(hit.bits);
	return hit.score >= min_score ? keep_hit(hits, n, limit, &hit) : n;
}

size_t
screen_search(const struct screen_index *index, struct screen_worker *w,
	      const struct screen_query *query, size_t limit, double min_score,
	      struct screen_hit *hits)
{
	struct candidate candidates[CANDIDATES];
	struct best_name best[BEST_MAX];
	struct screen_explanation why;
	size_t best_n = 0, hit_n = 0;

	if (limit == 0)
		return 0;
	fit(w, index);
	ask(w, query);
	for (size_t i = 0; i < w->asked_n; i++) {
		size_t n;

		look_around(index, w, &w->asked[i]);
		gather(index, w);
		n = candidates_take(w, candidates);
		for (size_t k = 0; k < n; k++) {
			struct other_name other;

			why.n = 0;
			why.bits = 0;
			other_of_index(index, candidates[k].name, &other);
			keep_best(best, &best_n, index->names.at[candidates[k].name].entry,
				  candidates[k].name, score_names(&w->asked[i], &other, &why));
		}
	}
	add_by_ids(index, w, query, best, &best_n);
	for (size_t i = 0; i < best_n; i++) {
		why.n = 0;
		why.bits = 0;
		score_rest(query, &index->entries.at[best[i].entry], best[i].bits, &why);
		/* Other names of the entry rarely add much: only what is near is scored in full. */
		if (best[i].name == NO_NAME ||
		    screen_probability(best[i].bits + why.bits + NEAR_BITS) >= min_score)
			hit_n =
			    consider(index, w, query, best[i].entry, min_score, hits, hit_n, limit);
	}
	return hit_n;
}

void
screen_explain(const struct screen_index *index, struct screen_worker *w,
	       const struct screen_query *query, size_t entry, struct screen_explanation *out)
{
	uint32_t name;
	double bits;

	must(entry < index->entries.n);
	out->n = 0;
	out->bits = 0;
	fit(w, index);
	ask(w, query);
	for (size_t i = 0; i < w->asked_n; i++)
		look_around(index, w, &w->asked[i]);
	bits = best_of_entry(index, w, (uint32_t)entry, &name, out);
	score_rest(query, &index->entries.at[entry], bits, out);
	out->score = screen_probability(out->bits);
}

/* A second record as an entry, for score_rest: only what a comparison has. */
static void
entry_of(struct arena *a, const struct screen_query *q, struct listed_entry *out)
{
	struct edtf *dob = NEW(a, struct edtf);
	struct str *texts = NEW_N(a, struct str, 3);

	*out = (struct listed_entry){.type = q->type, .names = 1};
	out->is_person = q->type.n == 0 || str_eq_ascii_case(q->type, STR("person"));
	if (edtf_parse(str_trim(q->dob), dob)) {
		texts[0] = q->dob;
		out->dobs = dob;
		out->dob_texts = texts;
		out->dob_count = 1;
	}
	if (str_trim(q->country).n > 0) {
		texts[1] = q->country;
		texts[2] = text_fold(a, str_trim(q->country));
		out->countries = (struct str_list){&texts[1], 1, 1};
		out->folded_countries = (struct str_list){&texts[2], 1, 1};
	}
	out->ids = (struct str_list){NEW_N(a, struct str, q->id_count + 1), q->id_count, 0};
	out->canonical_ids =
	    (struct str_list){NEW_N(a, struct str, q->id_count + 1), q->id_count, 0};
	for (size_t i = 0; i < q->id_count; i++) {
		out->ids.at[i] = q->ids[i];
		out->canonical_ids.at[i] = ident_canonical(a, q->ids[i]);
	}
}

void
screen_compare(struct screen_worker *w, const struct screen_query *left,
	       const struct screen_query *right, struct screen_explanation *out)
{
	struct screen_explanation one;
	struct listed_entry entry;
	double most = -INFINITY;

	ask(w, left);
	out->n = 0;
	out->bits = 0;
	for (size_t k = 0; k < right->name_count && k < SCREEN_QUERY_NAMES; k++) {
		struct word words[NAME_TOKENS_MAX];
		struct name_tokens tokens;
		struct other_name other;

		token_split(w->translit, w->query, right->names[k], &tokens);
		other.n = tokens.n;
		other.customs = NULL;
		words_make(w->query, &tokens, words);
		for (size_t i = 0; i < tokens.n; i++) {
			other.words[i] = &words[i];
			other.originals[i] = tokens.at[i].original;
			other.shares[i] = word_background(&words[i]);
		}
		for (size_t i = 0; tokens.n > 0 && i < w->asked_n; i++) {
			double bits;

			one.n = 0;
			one.bits = 0;
			bits = score_names(&w->asked[i], &other, &one);
			if (bits <= most)
				continue;
			most = bits;
			memcpy(out->at, one.at, one.n * sizeof *one.at);
			out->n = one.n;
			out->bits = one.bits;
		}
	}
	if (most == -INFINITY)
		most = 0; /* one of them has no letter in its name */
	entry_of(w->query, right, &entry);
	score_rest(left, &entry, most, out);
	out->score = screen_probability(out->bits);
}

double
screen_probability(double bits)
{
	return 1 / (1 + exp2(-(bits - screen_weights.middle) * screen_weights.slope));
}

const char *
screen_what_name(enum screen_what what)
{
	static const char *const names[SCREEN_WHAT_COUNT] = {
	    "prior",	  "token",   "together", "unmatched",  "initial",
	    "birth date", "country", "type",	 "identifier", "guard",
	};

	must((unsigned)what < SCREEN_WHAT_COUNT);
	return names[what];
}
