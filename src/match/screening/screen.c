#include "match/screening/screen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "match/screening/estimate.h"
#include "match/screening/facts.h"
#include "match/screening/gather.h"
#include "match/screening/index.h"
#include "match/screening/keys.h"
#include "match/screening/neighbours.h"
#include "match/screening/score.h"
#include "match/screening/word_flat.h"
#include "text/ident.h"
#include "text/normal.h"
#include "text/token.h"
#include "text/translit.h"

#define WORKER_BYTES_MAX ((size_t)4 << 30)
/* How far an estimate of a name may be from its score before it misleads. */
#define SLACK_BITS 3
/* Below this line (a score of .04) nobody is told: what is behind it need be no nearer than that.
 */
#define FAR_BITS (-10)
#define FAR_SLACK_BITS 0.5

/* A listed word as it is compared, made when first met in a question. */
struct known_word {
	uint32_t number;
	struct word word;
	double share, rarity;
	const struct custom_lean *lean;
	unsigned char *kept; /* NAME_TOKENS_MAX for each asked name, as in struct other_name */
};
#define KNOWN_SLOTS 1024

struct screen_worker {
	struct arena *self;  /* holds the worker and its arrays */
	struct arena *query; /* reset with each query */
	struct translit *translit;
	struct neighbours *neighbours;
	struct gather *gather;
	struct estimate *estimate;
	struct asked_name asked[SCREEN_QUERY_NAMES];
	struct gather_question questions[SCREEN_QUERY_NAMES];
	size_t asked_n;
	uint64_t serial; /* of the last question */
	const struct known_word *known[KNOWN_SLOTS];
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
	w->neighbours = neighbours_new();
	w->gather = gather_new();
	w->estimate = estimate_new();
	*out = w;
	return RC_OK;
}

void
screen_worker_close(struct screen_worker *w)
{
	if (w == NULL)
		return;
	translit_close(w->translit);
	estimate_free(w->estimate);
	gather_free(w->gather);
	neighbours_free(w->neighbours);
	arena_free(w->query);
	arena_free(w->self);
}

/* Make the asked names ready for comparing: w->asked. */
static void
ask(struct screen_worker *w, const struct screen_query *query)
{
	arena_reset(w->query);
	memset(w->known, 0, sizeof w->known);
	w->asked_n = 0;
	for (size_t i = 0; i < query->name_count && w->asked_n < SCREEN_QUERY_NAMES; i++) {
		struct name_tokens tokens;

		token_split(w->translit, w->query, query->names[i], &tokens);
		if (tokens.n > 0)
			asked_name_make(w->query, &tokens, &w->asked[w->asked_n++]);
	}
}

/* And look around in the index for each of their parts. */
static void
ask_index(const struct screen_index *index, struct screen_worker *w,
	  const struct screen_query *query)
{
	ask(w, query);
	neighbours_begin(w->neighbours, index);
	for (size_t i = 0; i < w->asked_n; i++)
		gather_ask(index, w->neighbours, &w->asked[i], ++w->serial, &w->questions[i]);
}

static const struct known_word *
known_word(struct screen_worker *w, const struct index_part *part, uint32_t word)
{
	uint32_t number = part->first_word + word;
	const struct known_word **slot = &w->known[number & (KNOWN_SLOTS - 1)];
	struct word *readings = NULL;
	const unsigned char *flat;
	struct known_word *fresh;

	if (*slot != NULL && (*slot)->number == number)
		return *slot;
	fresh = NEW(w->query, struct known_word);
	fresh->number = number;
	fresh->share = (double)part->share[word];
	fresh->rarity = score_rarity(fresh->share);
	fresh->kept = NEW_N(w->query, unsigned char, NAME_TOKENS_MAX * w->asked_n);
	fresh->lean = &part->leans[word];
	flat = segment_spelt(&part->s, word);
	if (word_flat_readings(flat) > 0)
		readings = NEW_N(w->query, struct word, word_flat_readings(flat));
	word_unflatten(flat, &fresh->word, readings);
	*slot = fresh;
	return fresh;
}

/* A listed name as the score wants it; the parts as written only when they are shown. */
static void
other_of_index(const struct screen_index *index, struct screen_worker *w, size_t asked,
	       uint32_t number, bool shown, struct other_name *out)
{
	const struct index_part *part = index_part_of_name(index, number);
	const struct segment_name *name = &part->s.names[number - part->first_name];
	struct name_tokens tokens = {.n = 0};

	if (shown)
		token_split(w->translit, w->query,
			    segment_name_text(&part->s, number - part->first_name), &tokens);
	out->n = name[1].token - name[0].token;
	out->customs = index->customs;
	out->family = 0;
	for (uint32_t i = 0; i < out->n; i++) {
		const struct known_word *known =
		    known_word(w, part, segment_token(&part->s, name->token + i));

		out->words[i] = &known->word;
		out->shares[i] = known->share;
		out->rarities[i] = known->rarity;
		out->kept[i] = known->kept + NAME_TOKENS_MAX * asked;
		out->leans[i] = known->lean;
		out->family |= (part->s.tokens[name->token + i] >> 31) << i;
		out->originals[i] = tokens.n == out->n ? tokens.at[i].original : STR_NONE;
	}
}

/* What is known of an entry while its score is made. */
struct best_name {
	uint32_t name, asked; /* NO_NAME: either side has none */
	double bits;
};
#define NO_NAME UINT32_MAX

static void
try_name(const struct screen_index *index, struct screen_worker *w, size_t asked, uint32_t name,
	 struct best_name *best)
{
	struct screen_explanation one;
	struct other_name other;
	double bits;

	one.n = 0;
	one.bits = 0;
	other_of_index(index, w, asked, name, false, &other);
	bits = score_names(&w->asked[asked], &other, &one);
	if (best->name == NO_NAME || bits > best->bits)
		*best = (struct best_name){name, (uint32_t)asked, bits};
}

/*
 * The listed name that fits best, over all of the entry's. All are estimated, those near the
 * best estimate are compared. The same for search and explanation, so that they agree.
 */
static struct best_name
best_of_entry(const struct screen_index *index, struct screen_worker *w,
	      const struct listed_entry *e)
{
	float *bits = NEW_N(w->query, float, w->asked_n * e->names + 1);
	struct best_name best = {NO_NAME, 0, 0};
	float most = -INFINITY;

	for (size_t i = 0; i < w->asked_n; i++) {
		estimate_begin(w->estimate, index, &w->questions[i]);
		for (uint32_t k = 0; k < e->names; k++) {
			float *at = &bits[i * e->names + k];

			*at = estimate_name(w->estimate, e->first_name + k);
			most = *at > most ? *at : most;
		}
	}
	for (size_t i = 0; i < w->asked_n; i++)
		for (uint32_t k = 0; k < e->names; k++)
			if (bits[i * e->names + k] >= most - SLACK_BITS)
				try_name(index, w, i, e->first_name + k, &best);
	return best;
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

static void
entry_read(const struct screen_index *index, struct screen_worker *w, uint32_t entry,
	   struct listed_entry *out)
{
	const struct index_part *part = index_part_of_entry(index, entry);

	facts_read(&part->s, entry - part->first_entry, w->query, out);
	out->first_name += part->first_name;
}

/* Score an entry in full, by its best name of all, as screen_explain does. */
static size_t
consider(const struct screen_index *index, struct screen_worker *w,
	 const struct screen_query *query, uint32_t entry, double min_score,
	 struct screen_hit *hits, size_t n, size_t limit)
{
	struct listed_entry listed;
	struct screen_hit hit = {.entry = entry};
	struct screen_explanation why;
	struct best_name best;

	entry_read(index, w, entry, &listed);
	best = best_of_entry(index, w, &listed);
	if (best.name != NO_NAME) {
		const struct index_part *part = index_part_of_name(index, best.name);

		hit.name = segment_name_text(&part->s, best.name - part->first_name);
	}
	why.n = 0;
	why.bits = best.bits;
	score_rest(query, &listed, best.bits, &why);
	hit.entry_id = listed.id;
	hit.bits = why.bits;
	hit.score = screen_probability(hit.bits);
	return hit.score >= min_score ? keep_hit(hits, n, limit, &hit) : n;
}

/* An entry that one of the asked names led to, by its best estimate. */
struct lead {
	uint32_t entry;
	float bits;
};
#define LEADS_MAX (GATHER_MAX * SCREEN_QUERY_NAMES)

static int
by_entry(const void *a, const void *b)
{
	const struct lead *x = a, *y = b;

	if (x->entry != y->entry)
		return x->entry < y->entry ? -1 : 1;
	return (x->bits < y->bits) - (x->bits > y->bits);
}

static int
by_bits(const void *a, const void *b)
{
	const struct lead *x = a, *y = b;

	if (x->bits != y->bits)
		return x->bits > y->bits ? -1 : 1;
	return (x->entry > y->entry) - (x->entry < y->entry);
}

/* What a birth date may do to an estimate. */
static float
date_bits(const struct screen_index *index, const struct edtf *asked, uint32_t entry, float bits)
{
	const struct index_part *part = index_part_of_entry(index, entry);
	struct edtf dates[FACTS_DATES_LOOK];
	size_t n = facts_dates(&part->s, entry - part->first_entry, dates);
	double best = -INFINITY;

	for (size_t i = 0; i < n; i++) {
		double one = screen_weights.dob[edtf_compare(asked, &dates[i])];

		best = one > best ? one : best;
	}
	if (n == 0)
		return 0;
	return best > bits ? bits > 0 ? bits : 0 : (float)best;
}

/* What beside the name, and beside the birth date, may still lift an estimate. */
static float
slack_of(const struct screen_query *query)
{
	return SLACK_BITS +
	       (str_trim(query->country).n > 0 ? (float)screen_weights.country_fits : 0);
}

/* Entries by their candidates, the most promising first, each once. */
static size_t
leads_find(const struct screen_index *index, struct screen_worker *w,
	   const struct screen_query *query, size_t limit, struct lead leads[LEADS_MAX])
{
	struct candidate candidates[GATHER_MAX];
	float slack = slack_of(query);
	struct edtf dob;
	bool dated = edtf_parse(str_trim(query->dob), &dob);
	size_t n = 0, kept = 0, wanted = 2 * limit < GATHER_MAX ? 2 * limit : GATHER_MAX;

	if (dated)
		slack += (float)screen_weights.dob[EDTF_SAME_DAY];
	for (size_t i = 0; i < w->asked_n; i++) {
		size_t found = gather_find(w->gather, w->estimate, index, &w->questions[i], wanted,
					   slack, candidates);

		for (size_t k = 0; k < found; k++) {
			const struct index_part *part =
			    index_part_of_name(index, candidates[k].name);

			leads[n++] = (struct lead){
			    part->s.names[candidates[k].name - part->first_name].entry +
				part->first_entry,
			    candidates[k].bits};
		}
	}
	if (n > 1)
		qsort(leads, n, sizeof *leads, by_entry);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && leads[kept - 1].entry == leads[i].entry)
			continue;
		leads[kept] = leads[i];
		if (dated)
			leads[kept].bits +=
			    date_bits(index, &dob, leads[kept].entry, leads[kept].bits);
		kept++;
	}
	if (kept > 1)
		qsort(leads, kept, sizeof *leads, by_bits);
	return kept;
}

static bool
is_hidden(const struct screen_index *index, uint32_t entry)
{
	const struct index_part *part = index_part_of_entry(index, entry);

	return part->hidden != NULL && part->hidden[entry - part->first_entry] != 0;
}

static bool
is_lead(const struct lead *leads, size_t n, uint32_t entry)
{
	for (size_t i = 0; i < n; i++)
		if (leads[i].entry == entry)
			return true;
	return false;
}

/* Entries that bear one of the identifiers come in whatever they are called. */
static size_t
find_by_ids(const struct screen_index *index, struct screen_worker *w,
	    const struct screen_query *query, struct lead leads[LEADS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < query->id_count; i++) {
		uint32_t key = keys_of_id(ident_canonical(w->query, query->ids[i]));

		for (size_t p = 0; p < index->part_n; p++) {
			const struct index_part *part = &index->parts[p];
			size_t low = 0, high = part->s.id_key_n;

			while (low < high) {
				size_t mid = (low + high) / 2;

				if (part->s.id_keys[mid].key < key)
					low = mid + 1;
				else
					high = mid;
			}
			for (; low < part->s.id_key_n && part->s.id_keys[low].key == key &&
			       n < LEADS_MAX;
			     low++) {
				uint32_t entry = part->s.id_keys[low].entry + part->first_entry;

				if (!is_lead(leads, n, entry))
					leads[n++] = (struct lead){entry, INFINITY};
			}
		}
	}
	return n;
}

/* The bits that a score needs; what screen_probability turns round. */
static double
bits_of(double score)
{
	if (score <= 0)
		return -INFINITY;
	return score >= 1 ? INFINITY
			  : screen_weights.middle - log2(1 / score - 1) / screen_weights.slope;
}

size_t
screen_search(const struct screen_index *index, struct screen_worker *w,
	      const struct screen_query *query, size_t limit, double min_score,
	      struct screen_hit *hits)
{
	struct lead leads[2 * LEADS_MAX];
	double least = bits_of(min_score), slack = (double)slack_of(query);
	size_t n, by_id, hit_n = 0;

	if (limit == 0)
		return 0;
	ask_index(index, w, query);
	by_id = find_by_ids(index, w, query, leads);
	n = by_id + leads_find(index, w, query, limit, leads + by_id);
	for (size_t i = 0; i < n; i++) {
		double line =
		    hit_n == limit && hits[limit - 1].bits > least ? hits[limit - 1].bits : least;

		/* Behind this line none comes in, whatever else is known of the entry. */
		double may = line < FAR_BITS ? slack - SLACK_BITS + FAR_SLACK_BITS : slack;

		if ((double)leads[i].bits + screen_weights.prior + may < line)
			break;
		if (is_hidden(index, leads[i].entry))
			continue;
		if (i < by_id || !is_lead(leads, by_id, leads[i].entry))
			hit_n = consider(index, w, query, leads[i].entry, min_score, hits, hit_n,
					 limit);
	}
	return hit_n;
}

void
screen_explain(const struct screen_index *index, struct screen_worker *w,
	       const struct screen_query *query, size_t entry, struct screen_explanation *out)
{
	struct listed_entry listed;
	struct best_name best;

	must(entry < index->entry_n);
	out->n = 0;
	out->bits = 0;
	ask_index(index, w, query);
	entry_read(index, w, (uint32_t)entry, &listed);
	best = best_of_entry(index, w, &listed);
	if (best.name != NO_NAME) {
		struct other_name other;

		other_of_index(index, w, best.asked, best.name, true, &other);
		(void)score_names(&w->asked[best.asked], &other, out);
	}
	score_rest(query, &listed, best.bits, out);
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
			other.rarities[i] = score_rarity(other.shares[i]);
			other.kept[i] = NULL;
		}
		other.family = words_family(other.originals, tokens.n);
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
