#include "match/screening/segment.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/buf.h"
#include "match/screening/custom.h"
#include "match/screening/facts.h"
#include "match/screening/keys.h"
#include "match/screening/screen.h"
#include "match/screening/word_flat.h"
#include "text/token.h"
#include "text/translit.h"

#define BUILD_BYTES_MAX ((size_t)64 << 30)
/* Names of one entry beyond these are left out: bounds what one row of a list can cost. */
#define ENTRY_NAMES_MAX 512
/* From so many entries on two threads share the work; the outcome is the same. */
#define ENTRIES_FOR_TWO 20000
#define PARTS_MAX 2

struct pair_key {
	uint32_t hash, lead;
};

/* A word while building: where it is spelt, and for the hash table. */
struct part_word {
	uint32_t spelt, hash;
};

/* A run of the entries, read by one thread; all numbers count from its own beginning. */
struct part {
	const struct screen_entry *from;
	size_t from_n;
	struct arena *arena, *scratch;
	struct translit *translit;
	VEC(struct segment_entry) entries;
	VEC(struct segment_name) names;
	VEC(uint32_t) tokens;
	VEC(struct part_word) words;
	VEC(struct pair_key) pairs;
	VEC(struct segment_id) id_keys;
	struct buf spelt, ids, texts;
	struct facts_out facts;
	uint32_t *slots; /* hash of words: word + 1, 0 for none */
	size_t slot_count;
	size_t skipped;
	enum rc rc;
	struct err err;
};

static uint32_t
flat_hash(const unsigned char *p, size_t n)
{
	uint64_t h = n * 0x9e3779b97f4a7c15u;

	for (; n >= 8; p += 8, n -= 8) {
		uint64_t v;

		memcpy(&v, p, 8);
		h = (h ^ v) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	for (; n > 0; n--)
		h = (h ^ *p++) * 0x100000001b3u;
	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9u;
	return (uint32_t)(h >> 32);
}

static void
grow_slots(struct part *p)
{
	size_t mask;

	p->slot_count = p->slot_count > 0 ? p->slot_count * 2 : 4096;
	p->slots = NEW_N(p->arena, uint32_t, p->slot_count);
	mask = p->slot_count - 1;
	for (size_t i = 0; i < p->words.n; i++) {
		size_t at = p->words.at[i].hash & mask;

		while (p->slots[at] != 0)
			at = (at + 1) & mask;
		p->slots[at] = (uint32_t)i + 1;
	}
}

/* The number of a flat word, which is new or known. */
static uint32_t
word_number(struct part *p, const unsigned char *flat, size_t n)
{
	uint32_t hash = flat_hash(flat, n);
	size_t at;

	if (p->words.n * 2 >= p->slot_count)
		grow_slots(p);
	for (at = hash & (p->slot_count - 1); p->slots[at] != 0;
	     at = (at + 1) & (p->slot_count - 1)) {
		const struct part_word *known = &p->words.at[p->slots[at] - 1];
		size_t end = p->slots[at] < p->words.n ? known[1].spelt : p->spelt.n;

		if (known->hash == hash && end - known->spelt == n &&
		    memcmp(p->spelt.p + known->spelt, flat, n) == 0)
			return p->slots[at] - 1;
	}
	*VEC_ADD(p->arena, &p->words) = (struct part_word){(uint32_t)p->spelt.n, hash};
	buf_add_bytes(&p->spelt, flat, n);
	p->slots[at] = (uint32_t)p->words.n;
	return (uint32_t)p->words.n - 1;
}

/* Neighbours written as one, from the first of these words on. */
static void
add_joined(struct part *p, const struct word *words, size_t n, uint32_t at)
{
	const struct word *parts[WORD_JOINED_MAX];
	char key[TOKEN_KEY_MAX];
	struct word joined;

	for (size_t i = 0; i < n; i++)
		parts[i] = &words[i];
	if (words_may_join(parts, n) && word_join(parts, n, key, &joined))
		*VEC_ADD(p->arena, &p->pairs) = (struct pair_key){keys_joined(&joined), at};
}

static void
add_name(struct part *p, uint32_t entry, struct str text)
{
	struct name_tokens tokens;
	struct word words[NAME_TOKENS_MAX];
	struct str originals[NAME_TOKENS_MAX];
	uint32_t at = (uint32_t)p->tokens.n, family;

	token_split(p->translit, p->scratch, text, &tokens);
	if (tokens.n == 0) {
		p->skipped++;
		return;
	}
	*VEC_ADD(p->arena, &p->names) = (struct segment_name){entry, at, (uint32_t)p->texts.n};
	buf_add(&p->texts, text);
	words_make(p->scratch, &tokens, words);
	for (size_t i = 0; i < tokens.n; i++)
		originals[i] = tokens.at[i].original;
	family = words_family(originals, tokens.n);
	for (size_t i = 0; i < tokens.n; i++) {
		unsigned char flat[WORD_FLAT_MAX];
		uint32_t word = word_number(p, flat, word_flatten(&words[i], flat));

		*VEC_ADD(p->arena, &p->tokens) =
		    word | ((family >> i & 1) != 0 ? SEGMENT_FAMILY : 0);
	}
	for (size_t i = 0; i + 1 < tokens.n; i++)
		for (size_t n = 2; n <= WORD_JOINED_MAX && i + n <= tokens.n; n++)
			add_joined(p, &words[i], n, at + (uint32_t)i);
}

static void
add_entry(struct part *p, const struct screen_entry *from)
{
	struct str canonical[FACTS_IDS_MAX];
	uint32_t number = (uint32_t)p->entries.n;
	size_t ids;

	*VEC_ADD(p->arena, &p->entries) = (struct segment_entry){
	    (uint32_t)p->ids.n, (uint32_t)p->names.n, (uint32_t)p->facts.numbers.n};
	buf_add(&p->ids, from->id);
	p->skipped += facts_write(&p->facts, p->scratch, from, canonical, &ids);
	for (size_t i = 0; i < ids; i++)
		if (canonical[i].n > 0)
			*VEC_ADD(p->arena, &p->id_keys) =
			    (struct segment_id){keys_of_id(canonical[i]), number};
	for (size_t i = 0; i < from->names.n; i++) {
		if (i >= ENTRY_NAMES_MAX) {
			p->skipped += from->names.n - i;
			break;
		}
		add_name(p, number, from->names.at[i]);
	}
	arena_reset(p->scratch);
}

#define TEXT_BYTES_MAX ((size_t)1 << 30)

static void *
part_read(void *ctx)
{
	struct part *p = ctx;

	p->arena = arena_new(BUILD_BYTES_MAX);
	p->scratch = arena_new(0);
	/* The node's own listings come through here, too. */
	arena_wipes(p->arena);
	arena_wipes(p->scratch);
	buf_init(&p->spelt, p->arena);
	buf_init(&p->ids, p->arena);
	buf_init(&p->texts, p->arena);
	facts_init(&p->facts, p->arena);
	p->rc = translit_open(&p->translit, &p->err);
	for (size_t i = 0; p->rc == RC_OK && i < p->from_n; i++) {
		add_entry(p, &p->from[i]);
		if (p->names.n > SEGMENT_NAMES_MAX / PARTS_MAX || p->ids.n > TEXT_BYTES_MAX ||
		    p->texts.n > TEXT_BYTES_MAX || p->facts.strings->n > TEXT_BYTES_MAX)
			p->rc = fail(&p->err, RC_TOO_LARGE, "list", "the list has too many names");
	}
	translit_close(p->translit);
	arena_free(p->scratch);
	return NULL;
}

static void
part_done(struct part *p)
{
	arena_free(p->arena);
}

/* Put the second part behind the first: its numbers move up, its words become the first's. */
static void
part_append(struct part *to, const struct part *from)
{
	uint32_t entry = (uint32_t)to->entries.n, name = (uint32_t)to->names.n;
	uint32_t token = (uint32_t)to->tokens.n, fact = (uint32_t)to->facts.numbers.n;
	uint32_t *words = NEW_N(to->arena, uint32_t, from->words.n + 1);

	for (size_t i = 0; i < from->words.n; i++) {
		size_t at = from->words.at[i].spelt;
		size_t end = i + 1 < from->words.n ? from->words.at[i + 1].spelt : from->spelt.n;

		words[i] = word_number(to, (const unsigned char *)from->spelt.p + at, end - at);
	}
	for (size_t i = 0; i < from->entries.n; i++) {
		const struct segment_entry *e = &from->entries.at[i];

		*VEC_ADD(to->arena, &to->entries) = (struct segment_entry){
		    e->id + (uint32_t)to->ids.n, e->name + name, e->fact + fact};
	}
	for (size_t i = 0; i < from->names.n; i++) {
		const struct segment_name *n = &from->names.at[i];

		*VEC_ADD(to->arena, &to->names) = (struct segment_name){
		    n->entry + entry, n->token + token, n->text + (uint32_t)to->texts.n};
	}
	for (size_t i = 0; i < from->tokens.n; i++)
		*VEC_ADD(to->arena, &to->tokens) = words[from->tokens.at[i] & ~SEGMENT_FAMILY] |
						   (from->tokens.at[i] & SEGMENT_FAMILY);
	for (size_t i = 0; i < from->pairs.n; i++)
		*VEC_ADD(to->arena, &to->pairs) =
		    (struct pair_key){from->pairs.at[i].hash, from->pairs.at[i].lead + token};
	for (size_t i = 0; i < from->id_keys.n; i++)
		*VEC_ADD(to->arena, &to->id_keys) =
		    (struct segment_id){from->id_keys.at[i].key, from->id_keys.at[i].entry + entry};
	for (size_t i = 0; i < from->facts.numbers.n; i++)
		*VEC_ADD(to->facts.arena, &to->facts.numbers) = from->facts.numbers.at[i];
	/* Both begin with the empty text, which takes two bytes; the second's is not copied. */
	facts_move(to->facts.numbers.at + fact, from->facts.numbers.n,
		   (uint32_t)to->facts.strings->n - 2);
	buf_add_bytes(to->facts.strings, from->facts.strings->p + 2, from->facts.strings->n - 2);
	buf_add(&to->ids, buf_str(&from->ids));
	buf_add(&to->texts, buf_str(&from->texts));
	to->skipped += from->skipped;
}

/* Keys of hashes laid out by bucket. */
struct keys_made {
	uint32_t *buckets, *leads;
	unsigned char *tags;
	size_t n, bucket_n;
	unsigned bits;
};

static void
keys_lay(struct arena *a, const struct pair_key *keys, size_t n, struct keys_made *out)
{
	uint32_t *next;

	must(n < UINT32_MAX);
	out->n = n;
	out->bits = 4;
	/* About six keys a bucket: a line of the cache holds their tags. */
	while (out->bits < 28 && (size_t)6 << out->bits < n)
		out->bits++;
	out->bucket_n = ((size_t)1 << out->bits) + 1;
	out->buckets = NEW_N(a, uint32_t, out->bucket_n + 1);
	out->leads = NEW_N(a, uint32_t, n + 1);
	out->tags = NEW_N(a, unsigned char, n + 1);
	next = out->buckets + 1; /* counts one on, so that filling leaves starts in place */
	for (size_t i = 0; i < n; i++)
		next[(keys[i].hash >> (32 - out->bits)) + 1]++;
	for (size_t i = 1; i < out->bucket_n; i++)
		next[i] += next[i - 1];
	for (size_t i = 0; i < n; i++) {
		uint32_t at = next[keys[i].hash >> (32 - out->bits)]++;

		out->leads[at] = keys[i].lead;
		out->tags[at] = (unsigned char)keys[i].hash;
	}
}

/* The fuzzy keys of all words. */
static void
word_keys(struct part *p, struct keys_made *out)
{
	VEC(struct pair_key) all = {0};
	struct word word, readings[TOKEN_ALTERNATES_MAX];

	for (size_t i = 0; i < p->words.n; i++) {
		uint32_t hashes[KEYS_MAX];
		size_t n;

		word_unflatten((const unsigned char *)p->spelt.p + p->words.at[i].spelt, &word,
			       readings);
		n = keys_of(&word, hashes);
		for (size_t k = 0; k < n; k++)
			*VEC_ADD(p->arena, &all) = (struct pair_key){hashes[k], (uint32_t)i};
	}
	keys_lay(p->arena, all.at, all.n, out);
}

/* A word with more names than these has names that trail; never more such words than 2^16. */
#define COMMON_MIN 64
#define COMMON_SHARE 60000
#define UNASKED (TOKEN_HONORIFIC | TOKEN_PARTICLE | TOKEN_LEGAL | TOKEN_INITIAL)

/* Of which words a name trails (segment.h): bits for its tokens. */
static uint32_t
trails_of(const struct segment_word *words, const uint32_t *counts, uint32_t common,
	  const uint32_t *tokens, size_t n)
{
	uint32_t first = UINT32_MAX, most = UINT32_MAX, trails = 0;
	bool others = false;

	for (size_t i = 0; i < n; i++) {
		uint32_t word = tokens[i] & ~SEGMENT_FAMILY;

		if ((words[word].flags & UNASKED) != 0)
			continue;
		others |= first != UINT32_MAX && word != first;
		if (first == UINT32_MAX)
			first = most = word;
		else if (counts[word] > counts[most])
			most = word;
	}
	for (size_t i = 0; i < n && first != UINT32_MAX; i++) {
		uint32_t word = tokens[i] & ~SEGMENT_FAMILY;
		bool may = (words[word].flags & UNASKED) != 0 || (others && word == most);

		trails |= (uint32_t)(may && counts[word] > common) << i;
	}
	return trails;
}

static void
word_reads(const struct part *p, size_t word, struct segment_word *out)
{
	const unsigned char *flat = (const unsigned char *)p->spelt.p + p->words.at[word].spelt;
	struct word loose, readings[TOKEN_ALTERNATES_MAX];

	word_unflatten(flat, &loose, readings);
	out->spelt = p->words.at[word].spelt;
	out->flags = loose.flags | (uint32_t)(unsigned char)loose.key.p[0] << 8;
}

/* The words with their postings: which names have them, each name once for each place. */
static uint32_t *
word_postings(struct part *p, struct segment_word *words)
{
	uint32_t *postings = NEW_N(p->arena, uint32_t, p->tokens.n + 1);
	uint32_t *counts = NEW_N(p->arena, uint32_t, p->words.n + 1);
	uint32_t *trailing = NEW_N(p->arena, uint32_t, p->words.n + 1);
	uint32_t *last_entry = NEW_N(p->arena, uint32_t, p->words.n + 1);
	uint32_t *trails = NEW_N(p->arena, uint32_t, p->names.n + 1);
	uint32_t common = COMMON_MIN + (uint32_t)(p->tokens.n / COMMON_SHARE), at = 0;

	for (size_t i = 0; i < p->tokens.n; i++)
		counts[p->tokens.at[i] & ~SEGMENT_FAMILY]++;
	for (size_t i = 0; i < p->words.n; i++)
		word_reads(p, i, &words[i]);
	words[p->words.n].spelt = (uint32_t)p->spelt.n;
	for (size_t name = 0; name < p->names.n; name++) {
		const uint32_t *tokens = &p->tokens.at[p->names.at[name].token];
		size_t end = name + 1 < p->names.n ? p->names.at[name + 1].token : p->tokens.n;
		size_t n = end - p->names.at[name].token;

		trails[name] = trails_of(words, counts, common, tokens, n);
		for (size_t i = 0; i < n; i++)
			trailing[tokens[i] & ~SEGMENT_FAMILY] += trails[name] >> i & 1;
	}
	for (size_t i = 0; i <= p->words.n; i++) {
		words[i].posting = at;
		at += counts[i];
		words[i].trailing = trailing[i] = at - trailing[i];
		counts[i] = words[i].posting;
	}
	for (size_t name = 0; name < p->names.n; name++) {
		uint32_t entry = p->names.at[name].entry + 1;
		size_t first = p->names.at[name].token;
		size_t end = name + 1 < p->names.n ? p->names.at[name + 1].token : p->tokens.n;

		for (size_t i = first; i < end; i++) {
			uint32_t word = p->tokens.at[i] & ~SEGMENT_FAMILY;
			bool trail = (trails[name] >> (i - first) & 1) != 0;

			postings[trail ? trailing[word]++ : counts[word]++] = (uint32_t)name;
			words[word].entries += last_entry[word] != entry;
			last_entry[word] = entry;
		}
	}
	return postings;
}

/* Which parts go together in this list. */
struct custom_task {
	struct part *p;
	struct customs *customs;
	struct custom_lean *leans;
};

static void
find_customs(struct part *p, struct arena *a, struct customs *customs, struct custom_lean *leans)
{
	uint32_t *parts = NEW_N(a, uint32_t, p->tokens.n + 1);
	uint32_t *first = NEW_N(a, uint32_t, p->names.n + 1);
	struct str *keys = NEW_N(a, struct str, p->words.n + 1);
	struct custom_source source = {parts, first, p->names.n, keys, p->words.n};

	for (size_t i = 0; i < p->tokens.n; i++)
		parts[i] = p->tokens.at[i] & ~SEGMENT_FAMILY;
	for (size_t i = 0; i < p->names.n; i++)
		first[i] = p->names.at[i].token;
	first[p->names.n] = (uint32_t)p->tokens.n;
	for (size_t i = 0; i < p->words.n; i++)
		keys[i] = word_flat_key((const unsigned char *)p->spelt.p + p->words.at[i].spelt);
	customs_find(&source, customs, leans);
}

static void *
find_customs_beside(void *ctx)
{
	struct custom_task *task = ctx;
	struct arena *a = arena_new(BUILD_BYTES_MAX);

	arena_wipes(a);
	find_customs(task->p, a, task->customs, task->leans);
	arena_free(a);
	return NULL;
}

static int
by_key(const void *a, const void *b)
{
	const struct segment_id *x = a, *y = b;

	return x->key != y->key ? (x->key < y->key ? -1 : 1)
				: (x->entry > y->entry) - (x->entry < y->entry);
}

struct layout {
	const void *from[SEGMENT_PARTS];
	size_t bytes[SEGMENT_PARTS];
};

static void
lay(struct layout *l, enum segment_part part, const void *from, size_t bytes)
{
	l->from[part] = from;
	l->bytes[part] = bytes;
}

/* All parts one behind the other, in pages of their own. */
static void
write_out(const struct layout *l, size_t skipped, struct segment *out)
{
	size_t total = segment_aligned(sizeof(struct segment_head));
	struct segment_head *head;

	for (size_t i = 0; i < SEGMENT_PARTS; i++)
		total += segment_aligned(l->bytes[i]);
	head = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (head == MAP_FAILED)
		out_of_memory();
	head->magic = SEGMENT_MAGIC;
	head->version = SEGMENT_VERSION;
	head->bytes = total;
	head->skipped = skipped;
	total = segment_aligned(sizeof *head);
	for (size_t i = 0; i < SEGMENT_PARTS; i++) {
		head->parts[i].at = total;
		head->parts[i].bytes = l->bytes[i];
		if (l->bytes[i] > 0)
			memcpy((char *)head + total, l->from[i], l->bytes[i]);
		total += segment_aligned(l->bytes[i]);
	}
	must(mprotect(head, total, PROT_READ) == 0);
	segment_view(head, out);
}

static void
lay_keys(struct layout *l, enum segment_part buckets, const struct keys_made *keys)
{
	lay(l, buckets, keys->buckets, keys->bucket_n * sizeof *keys->buckets);
	lay(l, buckets + 1, keys->leads, keys->n * sizeof *keys->leads);
	lay(l, buckets + 2, keys->tags, keys->n * sizeof *keys->tags);
}

/* The last of each says where the one before ends. */
static void
finish(struct part *p, struct segment *out)
{
	struct segment_word *words = NEW_N(p->arena, struct segment_word, p->words.n + 1);
	struct custom_lean *leans = NEW_N(p->arena, struct custom_lean, p->words.n + 1);
	struct customs *customs = NEW(p->arena, struct customs);
	struct custom_task task = {p, customs, leans};
	struct keys_made keys, pairs;
	struct layout l;
	bool threaded;
	pthread_t other;

	*VEC_ADD(p->arena, &p->entries) = (struct segment_entry){
	    (uint32_t)p->ids.n, (uint32_t)p->names.n, (uint32_t)p->facts.numbers.n};
	lay(&l, SEGMENT_POSTINGS, word_postings(p, words), p->tokens.n * sizeof(uint32_t));
	threaded = p->names.n >= ENTRIES_FOR_TWO &&
		   pthread_create(&other, NULL, find_customs_beside, &task) == 0;
	if (!threaded)
		find_customs_beside(&task);
	if (p->id_keys.n > 0)
		qsort(p->id_keys.at, p->id_keys.n, sizeof *p->id_keys.at, by_key);
	word_keys(p, &keys);
	keys_lay(p->arena, p->pairs.at, p->pairs.n, &pairs);
	if (threaded)
		pthread_join(other, NULL);
	*VEC_ADD(p->arena, &p->names) = (struct segment_name){
	    (uint32_t)p->entries.n - 1, (uint32_t)p->tokens.n, (uint32_t)p->texts.n};
	lay_keys(&l, SEGMENT_KEY_BUCKETS, &keys);
	lay_keys(&l, SEGMENT_PAIR_BUCKETS, &pairs);
	lay(&l, SEGMENT_ENTRIES, p->entries.at, p->entries.n * sizeof *p->entries.at);
	lay(&l, SEGMENT_FACTS, p->facts.numbers.at, p->facts.numbers.n * sizeof(uint32_t));
	lay(&l, SEGMENT_NAMES, p->names.at, p->names.n * sizeof *p->names.at);
	lay(&l, SEGMENT_TOKENS, p->tokens.at, p->tokens.n * sizeof *p->tokens.at);
	lay(&l, SEGMENT_WORDS, words, (p->words.n + 1) * sizeof *words);
	lay(&l, SEGMENT_LEANS, leans, p->words.n * sizeof *leans);
	lay(&l, SEGMENT_CUSTOMS, customs, sizeof *customs);
	lay(&l, SEGMENT_SPELT, p->spelt.p, p->spelt.n);
	lay(&l, SEGMENT_IDS, p->ids.p, p->ids.n);
	lay(&l, SEGMENT_TEXTS, p->texts.p, p->texts.n);
	lay(&l, SEGMENT_STRINGS, p->facts.strings->p, p->facts.strings->n);
	lay(&l, SEGMENT_ID_KEYS, p->id_keys.at, p->id_keys.n * sizeof *p->id_keys.at);
	write_out(&l, p->skipped, out);
}

enum rc
segment_build(const struct screen_entry *entries, size_t n, struct segment *out, struct err *err)
{
	size_t parts = n >= ENTRIES_FOR_TWO ? PARTS_MAX : 1, each = n / parts;
	struct arena *own = arena_new(0);
	struct part *p = NEW_N(own, struct part, PARTS_MAX);
	pthread_t other;
	bool threaded = false;
	enum rc rc;

	for (size_t i = 0; i < parts; i++) {
		p[i].from = n > 0 ? entries + i * each : NULL;
		p[i].from_n = i + 1 < parts ? each : n - i * each;
	}
	if (parts == 2)
		threaded = pthread_create(&other, NULL, part_read, &p[1]) == 0;
	part_read(&p[0]);
	if (threaded)
		pthread_join(other, NULL);
	else if (parts == 2)
		part_read(&p[1]);
	rc = p[0].rc;
	if (rc != RC_OK)
		*err = p[0].err;
	if (rc == RC_OK && parts == 2) {
		if ((rc = p[1].rc) == RC_OK)
			part_append(&p[0], &p[1]);
		else
			*err = p[1].err;
	}
	if (parts == 2)
		part_done(&p[1]);
	if (rc == RC_OK)
		finish(&p[0], out);
	part_done(&p[0]);
	arena_free(own);
	return rc;
}
