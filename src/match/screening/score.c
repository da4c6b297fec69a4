#include "match/screening/score.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "match/screening/index.h"
#include "text/ident.h"
#include "text/normal.h"
#include "text/similar.h"

/* One way to set parts of the names against each other. */
struct pairing {
	double bits;
	enum screen_what what;
	const char *note;
	unsigned char left, right, left_n, right_n;
};
#define PAIRINGS_MAX 256

void
score_add(struct screen_explanation *out, enum screen_what what, struct str left, struct str right,
	  const char *note, double bits)
{
	must(out->n < SCREEN_REASONS_MAX);
	out->at[out->n++] = (struct screen_reason){what, left, right, note, bits};
	out->bits += bits;
}

double
score_rarity(double share)
{
	double bits = -log2(share);

	return bits < 0 ? 0 : bits > screen_weights.token_max ? screen_weights.token_max : bits;
}

static void
join_asked(struct asked_name *asked, size_t i, size_t n)
{
	const struct word *parts[WORD_JOINED_MAX];
	struct word *out = &asked->joined[i][n - 2];

	out->key.n = 0;
	if (i + n > asked->n)
		return;
	for (size_t k = 0; k < n; k++)
		parts[k] = &asked->words[i + k];
	if (!words_may_join(parts, n) || !word_join(parts, n, asked->joined_keys[i][n - 2], out))
		out->key.n = 0;
}

void
asked_name_make(struct arena *a, const struct name_tokens *tokens, struct asked_name *out)
{
	out->n = tokens->n;
	words_make(a, tokens, out->words);
	for (size_t i = 0; i < tokens->n; i++) {
		out->rarity[i] = score_rarity(word_background(&out->words[i]));
		memset(out->crowd[i], 0, sizeof out->crowd[i]);
		out->known[i] = false;
		for (size_t n = 2; n <= WORD_JOINED_MAX; n++)
			join_asked(out, i, n);
	}
}

/* What two tokens that alike say: the fewer names are as near, the more. */
static double
token_bits(double crowd, double share, enum likeness likeness, bool known)
{
	double near = share * screen_weights.likeness_crowd[likeness];
	double bits =
	    score_rarity(crowd > near ? crowd : near) - screen_weights.likeness_cost[likeness];

	/* A slip rarely makes another name. */
	return known && likeness_is_slip(likeness) ? bits - screen_weights.known_cost : bits;
}

static bool
initial_fits(const struct word *a, const struct word *b)
{
	return ((a->flags | b->flags) & TOKEN_INITIAL) != 0 && a->key.p[0] == b->key.p[0];
}

static bool
pair_of(const struct asked_name *asked, size_t i, const struct other_name *other, size_t k,
	struct pairing *out)
{
	const struct word *a = &asked->words[i], *b = other->words[k];
	enum likeness likeness;

	*out = (struct pairing){0, SCREEN_WHAT_TOKEN, "", (unsigned char)i, (unsigned char)k, 1, 1};
	if (initial_fits(a, b) && !word_is_weak(a) && !word_is_weak(b)) {
		out->what = SCREEN_WHAT_INITIAL;
		out->note = "initial";
		out->bits = a->key.n == b->key.n ? screen_weights.initial_same
						 : screen_weights.initial_fits;
		return true;
	}
	if ((likeness = word_likeness(a, b)) == WORD_APART)
		return false;
	out->note = word_likeness_name(likeness);
	out->bits =
	    token_bits(asked->crowd[i][likeness], other->shares[k], likeness, asked->known[i]);
	if (word_is_weak(a) || word_is_weak(b))
		out->bits = (out->bits > 0 ? out->bits : 0) * screen_weights.weak_fits;
	return out->bits > 0;
}

/* Long enough to be two parts, and near in length to one of the other side's. */
static bool
may_join(size_t one, size_t both)
{
	return both >= 4 && one + 2 >= both && both + 2 >= one;
}

/* A part of one name against two neighbours of the other, written as one. */
static bool
join_of(const struct word *one, const struct word *both, double rarities, struct pairing *out)
{
	enum likeness likeness;
	double most;

	if (!may_join(one->key.n, both->key.n))
		return false;
	likeness = word_likeness(one, both);
	if (likeness > WORD_SLIP)
		return false;
	/* The same letters without the gap are both parts; letters nearly so are one likeness. */
	most = screen_weights.token_max * (likeness == WORD_SAME ? 1.5 : 1);
	if (rarities > most)
		rarities = most;
	out->what = SCREEN_WHAT_TOKEN;
	out->note = likeness == WORD_SAME ? "joined" : "joined, similar";
	out->bits = rarities - screen_weights.join_cost - screen_weights.likeness_cost[likeness];
	return out->bits > 0;
}

static size_t
add_join(const struct word *one, const struct word *both, double rarities, struct pairing shape,
	 struct pairing *out, size_t n)
{
	if (n == PAIRINGS_MAX)
		return n;
	out[n] = shape;
	return n + join_of(one, both, rarities, &out[n]);
}

/* Neighbours asked, written as one in the list. */
static size_t
joins_asked(const struct asked_name *asked, const struct other_name *other, struct pairing *out,
	    size_t n)
{
	for (size_t i = 0; i + 1 < asked->n; i++) {
		for (size_t len = 2; len <= WORD_JOINED_MAX; len++) {
			const struct word *both = &asked->joined[i][len - 2];

			for (size_t k = 0; both->key.n > 0 && k < other->n; k++)
				n = add_join(other->words[k], both, score_rarity(other->shares[k]),
					     (struct pairing){.left = (unsigned char)i,
							      .right = (unsigned char)k,
							      .left_n = (unsigned char)len,
							      .right_n = 1},
					     out, n);
		}
	}
	return n;
}

static bool
any_may_join(const struct asked_name *asked, size_t letters)
{
	for (size_t i = 0; i < asked->n; i++)
		if (may_join(asked->words[i].key.n, letters))
			return true;
	return false;
}

/* Neighbours in the list, written as one by the asker. */
static size_t
joins_listed(const struct asked_name *asked, const struct other_name *other, struct pairing *out,
	     size_t n)
{
	for (size_t k = 0; k + 1 < other->n; k++) {
		size_t letters = other->words[k]->key.n;
		double rarities = score_rarity(other->shares[k]);

		for (size_t len = 2; len <= WORD_JOINED_MAX && k + len <= other->n; len++) {
			const struct word *last = other->words[k + len - 1];
			char key[TOKEN_KEY_MAX];
			struct word both;

			letters += last->key.n;
			if (!word_is_weak(last))
				rarities += score_rarity(other->shares[k + len - 1]);
			if (!any_may_join(asked, letters) ||
			    !words_may_join(&other->words[k], len) ||
			    !word_join(&other->words[k], len, key, &both))
				continue;
			for (size_t i = 0; i < asked->n; i++)
				n = add_join(&asked->words[i], &both, rarities,
					     (struct pairing){.left = (unsigned char)i,
							      .right = (unsigned char)k,
							      .left_n = 1,
							      .right_n = (unsigned char)len},
					     out, n);
		}
	}
	return n;
}

static size_t
pairings_find(const struct asked_name *asked, const struct other_name *other,
	      struct pairing out[PAIRINGS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < asked->n; i++)
		for (size_t k = 0; k < other->n && n < PAIRINGS_MAX; k++)
			n += pair_of(asked, i, other, k, &out[n]);
	n = joins_asked(asked, other, out, n);
	return joins_listed(asked, other, out, n);
}

/* From the first to the last of n neighbours, with what parts them in the text. */
static struct str
span(struct str first, struct str last)
{
	if (first.n > 0 && last.p >= first.p + first.n)
		first.n = (size_t)(last.p - first.p) + last.n;
	return first;
}

static double
missing(const struct word *w, double rarity, double base, double share)
{
	if ((w->flags & TOKEN_LEGAL) != 0)
		return screen_weights.legal_missing;
	if (word_is_weak(w))
		return screen_weights.weak_missing;
	if ((w->flags & TOKEN_INITIAL) != 0)
		return screen_weights.initial_missing;
	return base + rarity * share;
}

static bool
is_strong(const struct word *w)
{
	return !word_is_weak(w) && (w->flags & TOKEN_INITIAL) == 0;
}

/* The family names of both, where their writing says which they are. */
static bool
families(const struct asked_name *asked, const struct other_name *other, uint32_t *left,
	 uint32_t *right)
{
	struct str originals[NAME_TOKENS_MAX];

	for (size_t i = 0; i < asked->n; i++)
		originals[i] = asked->words[i].original;
	*left = words_family(originals, asked->n);
	*right = words_family(other->originals, other->n);
	return *left != 0 && *right != 0;
}

/*
 * A part left over on one side may have been left out by the other; parts left over on both
 * sides contradict each other. Adds a piece for each such two, in the order of the names.
 */
static void
contradict(const struct asked_name *asked, const struct other_name *other, uint32_t left_free,
	   uint32_t right_free, struct screen_explanation *out)
{
	uint32_t left = 0, right = 0;
	size_t k = 0;

	for (size_t i = 0; i < asked->n; i++) {
		double bits = screen_weights.contradiction;
		const char *note = "contradict";

		if ((left_free >> i & 1) == 0 || !is_strong(&asked->words[i]))
			continue;
		while (k < other->n && ((right_free >> k & 1) == 0 || !is_strong(other->words[k])))
			k++;
		if (k == other->n)
			return;
		if (families(asked, other, &left, &right) && (left >> i & 1) != 0 &&
		    (right >> k & 1) != 0) {
			bits += screen_weights.family_contradiction;
			note = "family names contradict";
		}
		score_add(out, SCREEN_WHAT_UNMATCHED, asked->words[i].original, other->originals[k],
			  note, bits);
		k++;
	}
}

/* "Marin Marin": a part written twice may stand once in the other. */
static bool
is_repeated(const struct word *w, size_t i, const struct word *const *words, size_t n,
	    uint32_t free)
{
	for (size_t k = 0; k < n; k++)
		if (k != i && (free >> k & 1) == 0 && str_eq(words[k]->key, w->key))
			return true;
	return false;
}

/* Half of their letters are the same in order: a bad slip, or chance. */
static bool
is_half_alike(const struct word *a, const struct word *b)
{
	struct str x = a->key, y = b->key;
	size_t longer;

	if (((a->flags ^ b->flags) & TOKEN_ABJAD) != 0) {
		x = (struct str){a->skeleton, a->skeleton_n};
		y = (struct str){b->skeleton, b->skeleton_n};
	}
	longer = x.n > y.n ? x.n : y.n;
	return longer >= 3 && similar_edits(x, y, (int)(longer / 2)) <= (int)(longer / 2);
}

/* Left-over parts that are half alike are taken as one, badly written. */
static void
half_alike(const struct asked_name *asked, const struct other_name *other, uint32_t *left_free,
	   uint32_t *right_free, struct screen_explanation *out)
{
	for (size_t i = 0; i < asked->n; i++) {
		const struct word *a = &asked->words[i];

		if ((*left_free >> i & 1) == 0 || !is_strong(a))
			continue;
		for (size_t k = 0; k < other->n; k++) {
			if ((*right_free >> k & 1) == 0 || !is_strong(other->words[k]) ||
			    !is_half_alike(a, other->words[k]))
				continue;
			*left_free &= ~((uint32_t)1 << i);
			*right_free &= ~((uint32_t)1 << k);
			score_add(out, SCREEN_WHAT_UNMATCHED, a->original, other->originals[k],
				  "half alike",
				  screen_weights.half_alike -
				      (asked->known[i] ? screen_weights.known_cost : 0));
			break;
		}
	}
}

static void
leftovers(const struct asked_name *asked, const struct other_name *other, uint32_t *left_free,
	  uint32_t *right_free, struct screen_explanation *out)
{
	const struct word *words[NAME_TOKENS_MAX];

	for (size_t i = 0; i < asked->n; i++)
		words[i] = &asked->words[i];
	for (size_t i = 0; i < asked->n; i++) {
		double bits = missing(words[i], asked->rarity[i], screen_weights.asked_missing,
				      screen_weights.asked_rarity);

		if ((*left_free >> i & 1) == 0)
			continue;
		if (is_repeated(words[i], i, words, asked->n, *left_free)) {
			bits = screen_weights.repeat_missing;
			*left_free &= ~((uint32_t)1 << i);
		}
		score_add(out, SCREEN_WHAT_UNMATCHED, words[i]->original, STR_NONE, "asked only",
			  bits);
	}
	for (size_t k = 0; k < other->n; k++) {
		double bits = missing(other->words[k], score_rarity(other->shares[k]),
				      screen_weights.listed_missing, screen_weights.listed_rarity);

		if ((*right_free >> k & 1) == 0)
			continue;
		if (is_repeated(other->words[k], k, other->words, other->n, *right_free)) {
			bits = screen_weights.repeat_missing;
			*right_free &= ~((uint32_t)1 << k);
		}
		score_add(out, SCREEN_WHAT_UNMATCHED, STR_NONE, other->originals[k], "listed only",
			  bits);
	}
}

static void
take(const struct asked_name *asked, const struct other_name *other, const struct pairing *p,
     uint32_t *left_free, uint32_t *right_free, struct screen_explanation *out)
{
	uint32_t left = ((1u << p->left_n) - 1) << p->left;
	uint32_t right = ((1u << p->right_n) - 1) << p->right;

	if ((*left_free & left) != left || (*right_free & right) != right)
		return;
	*left_free &= ~left;
	*right_free &= ~right;
	score_add(
	    out, p->what,
	    span(asked->words[p->left].original, asked->words[p->left + p->left_n - 1].original),
	    span(other->originals[p->right], other->originals[p->right + p->right_n - 1]), p->note,
	    p->bits);
}

/* Parts of one naming custom come together more often than by chance. */
static void
together(const struct other_name *other, uint32_t right_free, struct screen_explanation *out)
{
	const struct custom_lean *taken[NAME_TOKENS_MAX];
	size_t n = 0;
	double bits;

	for (size_t k = 0; k < other->n && other->customs != NULL; k++)
		if ((right_free >> k & 1) == 0 && is_strong(other->words[k]))
			taken[n++] = other->leans[k];
	if (n < 2)
		return;
	bits = customs_together(other->customs, taken, n) * screen_weights.together;
	if (bits > 0)
		score_add(out, SCREEN_WHAT_TOGETHER, STR_NONE, STR_NONE,
			  "parts that often come together", -bits);
}

double
score_names(const struct asked_name *asked, const struct other_name *other,
	    struct screen_explanation *out)
{
	struct pairing pairings[PAIRINGS_MAX];
	size_t n = pairings_find(asked, other, pairings);
	uint32_t left_free = (1u << asked->n) - 1, right_free = (1u << other->n) - 1;
	double before = out->bits;

	/* Best first; few enough for sorting by insertion. */
	for (size_t i = 1; i < n; i++) {
		struct pairing p = pairings[i];
		size_t k = i;

		for (; k > 0 && pairings[k - 1].bits < p.bits; k--)
			pairings[k] = pairings[k - 1];
		pairings[k] = p;
	}
	for (size_t i = 0; i < n; i++)
		take(asked, other, &pairings[i], &left_free, &right_free, out);
	together(other, right_free, out);
	half_alike(asked, other, &left_free, &right_free, out);
	leftovers(asked, other, &left_free, &right_free, out);
	contradict(asked, other, left_free, right_free, out);
	return out->bits - before;
}

static void
score_dob(struct str text, const struct listed_entry *entry, struct screen_explanation *out)
{
	enum edtf_agreement best = EDTF_AGREEMENT_COUNT;
	struct edtf asked;
	size_t at = 0;
	double bits;

	if (entry->dob_count == 0 || !edtf_parse(str_trim(text), &asked))
		return;
	for (size_t i = 0; i < entry->dob_count; i++) {
		enum edtf_agreement level = edtf_compare(&asked, &entry->dobs[i]);

		if (best == EDTF_AGREEMENT_COUNT ||
		    screen_weights.dob[level] > screen_weights.dob[best]) {
			best = level;
			at = i;
		}
	}
	bits = screen_weights.dob[best];
	if (bits > 0 && entry->dob_count > 1) {
		bits += screen_weights.dob_cost * log2((double)entry->dob_count);
		bits = bits < 0 ? 0 : bits;
	}
	score_add(out, SCREEN_WHAT_DOB, text, entry->dob_texts[at], edtf_agreement_name(best),
		  bits);
}

/* One holds the other: "congo" and "democratic republic of the congo". */
static bool
countries_fit(struct str a, struct str b)
{
	return a.n <= b.n ? str_find(b, a) >= 0 : str_find(a, b) >= 0;
}

static void
score_country(struct str text, const struct listed_entry *entry, struct screen_explanation *out)
{
	struct arena *a;
	struct str folded;

	text = str_trim(text);
	if (text.n < 2 || entry->countries.n == 0)
		return;
	a = arena_new(0);
	folded = text_fold(a, text);
	for (size_t i = 0; i < entry->countries.n; i++) {
		if (entry->folded_countries.at[i].n < 2 ||
		    !countries_fit(folded, entry->folded_countries.at[i]))
			continue;
		score_add(out, SCREEN_WHAT_COUNTRY, text, entry->countries.at[i], "same",
			  screen_weights.country_fits);
		arena_free(a);
		return;
	}
	arena_free(a);
	score_add(out, SCREEN_WHAT_COUNTRY, text, entry->countries.at[0], "other",
		  screen_weights.country_other);
}

static void
score_type(const struct screen_query *query, const struct listed_entry *entry,
	   struct screen_explanation *out)
{
	if (query->type.n > 0 && entry->type.n > 0) {
		if (!str_eq_ascii_case(query->type, entry->type))
			score_add(out, SCREEN_WHAT_TYPE, query->type, entry->type, "other type",
				  screen_weights.type_other);
	} else if (query->dob.n > 0 && !entry->is_person) {
		score_add(out, SCREEN_WHAT_TYPE, query->dob, entry->type,
			  "only people have a birth date", screen_weights.type_undated);
	}
}

static bool
score_ids(const struct screen_query *query, const struct listed_entry *entry,
	  struct screen_explanation *out)
{
	bool found = false;
	struct arena *a;

	if (query->id_count == 0 || entry->ids.n == 0)
		return false;
	a = arena_new(0);
	for (size_t i = 0; i < query->id_count && !found; i++) {
		struct str canonical = ident_canonical(a, query->ids[i]);

		for (size_t k = 0; k < entry->ids.n && !found; k++) {
			/* A number of four digits is anybody's. */
			if (canonical.n < 5 || !str_eq(canonical, entry->canonical_ids.at[k]))
				continue;
			score_add(out, SCREEN_WHAT_IDENTIFIER, query->ids[i], entry->ids.at[k],
				  "same", screen_weights.identifier);
			found = true;
		}
	}
	arena_free(a);
	return found;
}

void
score_rest(const struct screen_query *query, const struct listed_entry *entry, double name_bits,
	   struct screen_explanation *out)
{
	double before = out->bits, lift, most;

	score_add(out, SCREEN_WHAT_PRIOR, STR_NONE, STR_NONE, "before any evidence",
		  screen_weights.prior);
	if (entry->names > 1)
		score_add(out, SCREEN_WHAT_PRIOR, STR_NONE, STR_NONE, "many names are listed",
			  screen_weights.alias_cost * log2((double)entry->names));
	before = out->bits;
	score_dob(query->dob, entry, out);
	score_country(query->country, entry, out);
	score_type(query, entry, out);
	/* A birth year or a country fits thousands: it may support a name, not replace it. */
	lift = out->bits - before;
	most = (name_bits > 0 ? name_bits : 0) * screen_weights.guard_share;
	if (lift > most)
		score_add(out, SCREEN_WHAT_GUARD, STR_NONE, STR_NONE,
			  "too little in the name to support", most - lift);
	score_ids(query, entry, out);
}
