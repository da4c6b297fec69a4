#include "match/screening/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "match/screening/weights.h"
#include "text/ident.h"
#include "text/normal.h"
#include "text/token.h"
#include "text/translit.h"

#define INDEX_BYTES_MAX ((size_t)16 << 30)
/* Names of one entry beyond these are left out: bounds what one row of a list can cost. */
#define ENTRY_NAMES_MAX 512

/* Kinds of keys must not meet: a skeleton is not a spelling. */
enum key_kind { KEY_SPELLED = 17, KEY_SKELETON = 29, KEY_SKELETON_LESS = 31 };

/* FNV-1a of a key without its letter `skip` (n: none), mixed so that high bits vary. */
static uint32_t
hash_without(const char *p, size_t n, size_t skip, enum key_kind kind)
{
	uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)kind;

	for (size_t i = 0; i < n; i++)
		if (i != skip)
			h = (h ^ (unsigned char)p[i]) * 0x100000001b3u;
	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9u;
	return (uint32_t)(h >> 32);
}

static size_t
keys_of_form(const struct word *w, bool joined, uint32_t out[INDEX_FORM_KEYS_MAX])
{
	size_t n = 0;
	bool abjad = (w->flags & TOKEN_ABJAD) != 0;

	out[n++] = hash_without(w->key.p, w->key.n, w->key.n, KEY_SPELLED);
	if (w->skeleton_n >= 2)
		out[n++] = hash_without(w->skeleton, w->skeleton_n, w->skeleton_n, KEY_SKELETON);
	if (joined)
		return n;
	for (size_t i = 0; w->key.n >= 3 && !abjad && i < w->key.n; i++)
		if (i == 0 || w->key.p[i] != w->key.p[i - 1])
			out[n++] = hash_without(w->key.p, w->key.n, i, KEY_SPELLED);
	for (size_t i = 0; w->skeleton_n >= 4 && i <= w->skeleton_n; i++)
		out[n++] = hash_without(w->skeleton, w->skeleton_n, i, KEY_SKELETON_LESS);
	must(n <= INDEX_FORM_KEYS_MAX);
	return n;
}

size_t
index_keys_of(const struct word *w, bool joined, uint32_t out[INDEX_KEYS_MAX])
{
	size_t n = keys_of_form(w, joined, out);

	for (size_t i = 0; i < w->readings_n; i++)
		n += keys_of_form(&w->readings[i], joined, out + n);
	return n;
}

const struct fuzzy_key *
index_bucket(const struct screen_index *index, uint32_t hash, size_t *n)
{
	uint32_t b = hash >> (32 - index->bucket_bits);

	*n = index->buckets[b + 1] - index->buckets[b];
	return &index->keys[index->buckets[b]];
}

uint32_t
index_id_hash(struct str canonical)
{
	return (uint32_t)(str_hash(canonical) >> 16);
}

struct posting {
	uint32_t word, name;
};

/* What is needed while building only. */
struct building {
	struct screen_index *index;
	struct translit *translit;
	struct arena *scratch;
	uint32_t *slots; /* hash of words: word + 1, 0 for none */
	size_t slot_count;
	VEC(struct posting) postings;
};

static bool
is_word(const struct listed_word *known, const struct word *w, bool joined)
{
	const unsigned telling = TOKEN_ABJAD | TOKEN_HONORIFIC | TOKEN_PARTICLE;

	if (known->joined != joined || known->word.sign != w->sign ||
	    ((known->word.flags ^ w->flags) & telling) != 0 ||
	    known->word.readings_n != w->readings_n || !str_eq(known->word.key, w->key))
		return false;
	for (size_t i = 0; i < w->readings_n; i++)
		if (!str_eq(known->word.readings[i].key, w->readings[i].key))
			return false;
	return true;
}

static size_t
slot_of(const struct building *b, const struct word *w, bool joined)
{
	size_t mask = b->slot_count - 1;
	size_t i = (size_t)str_hash(w->key) + (joined ? 7 : 0) + (w->flags & TOKEN_ABJAD);

	for (i &= mask; b->slots[i] != 0; i = (i + 1) & mask)
		if (is_word(&b->index->words.at[b->slots[i] - 1], w, joined))
			break;
	return i;
}

static void
grow_slots(struct building *b)
{
	b->slot_count = b->slot_count > 0 ? b->slot_count * 2 : 4096;
	b->slots = NEW_N(b->scratch, uint32_t, b->slot_count);
	for (size_t i = 0; i < b->index->words.n; i++) {
		struct listed_word *w = &b->index->words.at[i];

		b->slots[slot_of(b, &w->word, w->joined)] = (uint32_t)i + 1;
	}
}

static const struct word *
copy_readings(struct arena *a, const struct word *w)
{
	struct word *to = NULL;

	if (w->readings_n > 0)
		to = NEW_N(a, struct word, w->readings_n);
	for (size_t i = 0; i < w->readings_n; i++) {
		to[i] = w->readings[i];
		to[i].key = str_copy(a, to[i].key);
	}
	return to;
}

/* The dictionary's number of a word, which is new or known. */
static uint32_t
word_number(struct building *b, const struct word *w, bool joined)
{
	struct screen_index *index = b->index;
	struct listed_word *fresh;
	size_t slot;

	if (index->words.n * 2 >= b->slot_count)
		grow_slots(b);
	slot = slot_of(b, w, joined);
	if (b->slots[slot] != 0)
		return b->slots[slot] - 1;
	fresh = VEC_ADD(index->arena, &index->words);
	fresh->word = *w;
	fresh->word.key = str_copy(index->arena, w->key);
	fresh->word.readings = copy_readings(index->arena, w);
	fresh->word.original = STR_NONE;
	fresh->last_entry = UINT32_MAX;
	fresh->joined = joined;
	b->slots[slot] = (uint32_t)index->words.n;
	return (uint32_t)index->words.n - 1;
}

static void
add_posting(struct building *b, uint32_t word, uint32_t name, uint32_t entry)
{
	struct listed_word *w = &b->index->words.at[word];
	struct posting *p;

	if (w->last_entry != entry) {
		w->last_entry = entry;
		w->entries++;
	}
	w->postings++;
	p = VEC_ADD(b->scratch, &b->postings);
	p->word = word;
	p->name = name;
}

static void
add_joined(struct building *b, const struct word *words, size_t n, uint32_t name, uint32_t entry)
{
	const struct word *parts[WORD_JOINED_MAX];
	char key[TOKEN_KEY_MAX];
	struct word joined;

	for (size_t i = 0; i < n; i++)
		parts[i] = &words[i];
	if (words_may_join(parts, n) && word_join(parts, n, key, &joined))
		add_posting(b, word_number(b, &joined, true), name, entry);
}

static void
add_name(struct building *b, uint32_t entry, struct str text, struct arena *a)
{
	struct screen_index *index = b->index;
	struct name_tokens tokens;
	struct listed_name *name;
	struct word words[NAME_TOKENS_MAX];
	uint32_t number = (uint32_t)index->names.n;

	text = str_copy(index->arena, text);
	token_split(b->translit, a, text, &tokens);
	if (tokens.n == 0) {
		index->skipped++;
		return;
	}
	name = VEC_ADD(index->arena, &index->names);
	*name = (struct listed_name){entry, (uint32_t)index->tokens.n, (uint32_t)tokens.n, text};
	words_make(a, &tokens, words);
	for (size_t i = 0; i < tokens.n; i++) {
		struct listed_token *token = VEC_ADD(index->arena, &index->tokens);

		token->word = word_number(b, &words[i], false);
		token->original = tokens.at[i].original;
		add_posting(b, token->word, number, entry);
	}
	for (size_t i = 0; i + 1 < tokens.n; i++)
		for (size_t len = 2; len <= WORD_JOINED_MAX && i + len <= tokens.n; len++)
			add_joined(b, &words[i], len, number, entry);
}

static struct str_list
copy_list(struct arena *a, const struct str_list *from)
{
	struct str_list to = {NEW_N(a, struct str, from->n + 1), from->n, from->n + 1};

	for (size_t i = 0; i < from->n; i++)
		to.at[i] = str_copy(a, from->at[i]);
	return to;
}

static void
add_dobs(struct screen_index *index, struct listed_entry *to, const struct screen_entry *from)
{
	struct edtf *dobs = NEW_N(index->arena, struct edtf, from->dobs.n + 1);
	struct str *texts = NEW_N(index->arena, struct str, from->dobs.n + 1);

	for (size_t i = 0; i < from->dobs.n; i++) {
		if (!edtf_parse(str_trim(from->dobs.at[i]), &dobs[to->dob_count])) {
			index->skipped++;
			continue;
		}
		texts[to->dob_count++] = str_copy(index->arena, from->dobs.at[i]);
	}
	to->dobs = dobs;
	to->dob_texts = texts;
}

static void
add_ids(struct screen_index *index, struct listed_entry *to, uint32_t entry,
	const struct screen_entry *from)
{
	to->ids = copy_list(index->arena, &from->ids);
	to->canonical_ids = copy_list(index->arena, &from->ids);
	for (size_t i = 0; i < to->ids.n; i++) {
		struct str canonical = ident_canonical(index->arena, to->ids.at[i]);
		struct fuzzy_key *key;

		to->canonical_ids.at[i] = canonical;
		if (canonical.n == 0)
			continue;
		key = VEC_ADD(index->arena, &index->id_keys);
		key->hash = index_id_hash(canonical);
		key->word = entry;
	}
}

static void
add_entry(struct building *b, const struct screen_entry *from, struct arena *a)
{
	struct screen_index *index = b->index;
	uint32_t number = (uint32_t)index->entries.n;
	struct listed_entry *to = VEC_ADD(index->arena, &index->entries);

	to->id = str_copy(index->arena, from->id);
	to->type = str_copy(index->arena, from->type);
	to->is_person = from->type.n == 0 || str_eq_ascii_case(from->type, STR("person"));
	to->countries = copy_list(index->arena, &from->countries);
	to->folded_countries = copy_list(index->arena, &from->countries);
	for (size_t i = 0; i < to->countries.n; i++)
		to->folded_countries.at[i] = text_fold(index->arena, to->countries.at[i]);
	add_dobs(index, to, from);
	add_ids(index, to, number, from);
	to->first_name = (uint32_t)index->names.n;
	for (size_t i = 0; i < from->names.n; i++) {
		if (i >= ENTRY_NAMES_MAX) {
			index->skipped += from->names.n - i;
			break;
		}
		add_name(b, number, from->names.at[i], a);
		arena_reset(a);
	}
	to->names = (uint32_t)index->names.n - to->first_name;
}

static void
set_shares(struct screen_index *index)
{
	double people = screen_weights.background_people;

	for (size_t i = 0; i < index->words.n; i++) {
		struct listed_word *w = &index->words.at[i];

		w->share = ((double)w->entries + people * word_background(&w->word)) /
			   ((double)index->entries.n + people);
		if (w->share > 1)
			w->share = 1;
	}
}

static void
set_customs(struct screen_index *index, struct arena *a)
{
	uint32_t *parts = NEW_N(a, uint32_t, index->tokens.n + 1);
	uint32_t *first = NEW_N(a, uint32_t, index->names.n + 1);
	struct str *keys = NEW_N(a, struct str, index->words.n + 1);
	struct custom_source source = {parts, first, index->names.n, keys, index->words.n};

	for (size_t i = 0; i < index->tokens.n; i++)
		parts[i] = index->tokens.at[i].word;
	for (size_t i = 0; i < index->names.n; i++)
		first[i] = index->names.at[i].first_token;
	first[index->names.n] = (uint32_t)index->tokens.n;
	for (size_t i = 0; i < index->words.n; i++)
		keys[i] = index->words.at[i].word.key;
	index->leans = NEW_N(index->arena, struct custom_lean, index->words.n + 1);
	customs_find(&source, &index->customs, index->leans);
}

static void
set_postings(struct building *b)
{
	struct screen_index *index = b->index;
	uint32_t at = 0;

	index->postings = NEW_N(index->arena, uint32_t, b->postings.n + 1);
	for (size_t i = 0; i < index->words.n; i++) {
		index->words.at[i].first_posting = at;
		at += index->words.at[i].postings;
		index->words.at[i].postings = 0;
	}
	for (size_t i = 0; i < b->postings.n; i++) {
		struct listed_word *w = &index->words.at[b->postings.at[i].word];

		index->postings[w->first_posting + w->postings++] = b->postings.at[i].name;
	}
}

/* Two passes over the dictionary: count each bucket, then fill it. */
static void
set_keys(struct screen_index *index)
{
	uint32_t hashes[INDEX_KEYS_MAX], *next;
	size_t total = 0, n, buckets;

	for (size_t i = 0; i < index->words.n; i++)
		total += index_keys_of(&index->words.at[i].word, index->words.at[i].joined, hashes);
	must(total < UINT32_MAX);
	index->bucket_bits = 4;
	while (index->bucket_bits < 28 && (size_t)1 << index->bucket_bits < total)
		index->bucket_bits++;
	buckets = (size_t)1 << index->bucket_bits;
	index->buckets = NEW_N(index->arena, uint32_t, buckets + 2);
	index->keys = NEW_N(index->arena, struct fuzzy_key, total + 1);
	next = index->buckets + 1; /* counts two on, so that filling leaves starts one on */
	for (size_t i = 0; i < index->words.n; i++) {
		n = index_keys_of(&index->words.at[i].word, index->words.at[i].joined, hashes);
		for (size_t k = 0; k < n; k++)
			next[(hashes[k] >> (32 - index->bucket_bits)) + 1]++;
	}
	for (size_t i = 1; i <= buckets; i++)
		next[i] += next[i - 1];
	for (size_t i = 0; i < index->words.n; i++) {
		n = index_keys_of(&index->words.at[i].word, index->words.at[i].joined, hashes);
		for (size_t k = 0; k < n; k++) {
			uint32_t at = next[hashes[k] >> (32 - index->bucket_bits)]++;

			index->keys[at] = (struct fuzzy_key){hashes[k], (uint32_t)i};
		}
	}
}

static int
by_hash(const void *a, const void *b)
{
	const struct fuzzy_key *x = a, *y = b;

	return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1)
				  : (x->word > y->word) - (x->word < y->word);
}

enum rc
screen_index_new(const struct screen_entry *entries, size_t n, struct screen_index **out,
		 struct err *err)
{
	struct arena *own = arena_new(INDEX_BYTES_MAX), *a;
	struct screen_index *index = NEW(own, struct screen_index);
	struct building b = {.index = index};
	enum rc rc;

	index->arena = own;
	if ((rc = translit_open(&b.translit, err)) != RC_OK) {
		arena_free(own);
		return rc;
	}
	b.scratch = arena_new(INDEX_BYTES_MAX);
	a = arena_new(0);
	for (size_t i = 0; i < n; i++) {
		if (index->names.n > INT32_MAX / 2 || index->tokens.n > INT32_MAX / 2) {
			rc = fail(err, RC_TOO_LARGE, "list", "the list has too many names");
			break;
		}
		add_entry(&b, &entries[i], a);
	}
	if (rc == RC_OK) {
		set_shares(index);
		set_customs(index, b.scratch);
		set_postings(&b);
		set_keys(index);
		if (index->id_keys.n > 0)
			qsort(index->id_keys.at, index->id_keys.n, sizeof *index->id_keys.at,
			      by_hash);
		*out = index;
	}
	arena_free(a);
	arena_free(b.scratch);
	translit_close(b.translit);
	if (rc != RC_OK)
		arena_free(own);
	return rc;
}

void
screen_index_free(struct screen_index *index)
{
	if (index != NULL)
		arena_free(index->arena);
}

size_t
screen_index_entries(const struct screen_index *index)
{
	return index->entries.n;
}

size_t
screen_index_names(const struct screen_index *index)
{
	return index->names.n;
}

size_t
screen_index_skipped(const struct screen_index *index)
{
	return index->skipped;
}
