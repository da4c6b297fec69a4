#include "match/screening/neighbours.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "match/screening/bits.h"
#include "match/screening/cost.h"
#include "match/screening/keys.h"
#include "match/screening/word_flat.h"

#define NEIGHBOURS_MAX 512
/* A word that brings less than this part of what the best one brings is not walked. */
#define WALKED 4.0f
/* Names looked at for neighbours written as one: each is compared letter by letter. */
#define NAMES_MAX 64
/* Words that any key leads to; more than these are not looked at. The exact keys come first. */
#define SEEN_MAX 2048
#define SEEN_SLOTS (2 * SEEN_MAX)
#define KEPT_BYTES_MAX ((size_t)32 << 20)

struct found {
	uint32_t word;
	enum likeness likeness;
	double share;
	bool again; /* its share was counted in an earlier part */
};

struct neighbours {
	struct arena *self, *kept;
	struct map known; /* flat word, with a byte for joined: struct neighbourhood */
	uint64_t generation;
	uint32_t seen[SEEN_SLOTS]; /* word + 1 */
	uint16_t used[SEEN_MAX];   /* slots that are not 0 */
	size_t seen_n;
	struct found found[NEIGHBOURS_MAX];
	size_t found_n;
	struct neighbour_name names[NAMES_MAX];
	size_t name_n, looked_n;
};

struct neighbours *
neighbours_new(void)
{
	struct arena *self = arena_new(0);
	struct neighbours *n = NEW(self, struct neighbours);

	n->self = self;
	n->kept = arena_new(0);
	arena_wipes(n->kept); /* parts of names that were asked about */
	n->known.arena = n->kept;
	return n;
}

void
neighbours_free(struct neighbours *n)
{
	if (n == NULL)
		return;
	arena_free(n->kept);
	arena_free(n->self);
}

void
neighbours_begin(struct neighbours *n, const struct screen_index *index)
{
	if (n->generation == index->generation && arena_used(n->kept) < KEPT_BYTES_MAX)
		return;
	arena_reset(n->kept);
	n->known = (struct map){.arena = n->kept};
	n->generation = index->generation;
}

static bool
see(struct neighbours *n, uint32_t word)
{
	size_t at = word * 0x9e3779b1u & (SEEN_SLOTS - 1);

	for (; n->seen[at] != 0; at = (at + 1) & (SEEN_SLOTS - 1))
		if (n->seen[at] == word + 1)
			return false;
	if (n->seen_n == SEEN_MAX)
		return false;
	n->used[n->seen_n++] = (uint16_t)at;
	n->seen[at] = word + 1;
	return true;
}

/* Words that the keys of one part lead to, each once; the exact keys come first. */
static size_t
reach(struct neighbours *n, const struct index_part *part, const uint32_t *hashes, size_t hash_n,
      uint32_t out[SEEN_MAX])
{
	const struct segment_keys *keys = &part->s.keys;
	size_t reached = 0;

	for (size_t h = 0; h < hash_n; h++) {
		uint32_t bucket = hashes[h] >> (32 - keys->bits);

		for (uint32_t i = keys->buckets[bucket]; i < keys->buckets[bucket + 1]; i++) {
			if (keys->tags[i] != (unsigned char)hashes[h] ||
			    !see(n, keys->leads[i] + part->first_word))
				continue;
			__builtin_prefetch(&part->s.words[keys->leads[i]]);
			out[reached++] = keys->leads[i];
		}
	}
	return reached;
}

/* Does it take more than a look at letters and consonants to say that they are apart? */
static bool
may_be_alike(const unsigned char *flat, const struct word *asked)
{
	struct str skeleton = word_flat_skeleton(flat);

	return word_flat_may_be(flat, asked) || ((flat[0] ^ asked->flags) & TOKEN_ABJAD) != 0 ||
	       (flat[0] & asked->flags & WORD_KIN) != 0 ||
	       (skeleton.n == asked->skeleton_n &&
		memcmp(skeleton.p, asked->skeleton, skeleton.n) == 0);
}

static void
look(struct neighbours *n, const struct index_part *part, uint32_t number, const struct word *asked,
     bool joined)
{
	const unsigned char *flat = segment_spelt(&part->s, number);
	struct word word, readings[TOKEN_ALTERNATES_MAX];
	struct found *found = &n->found[n->found_n];

	if (n->found_n == NEIGHBOURS_MAX || !may_be_alike(flat, asked) ||
	    (joined && !cost_may_join(word_flat_key(flat).n, asked->key.n)))
		return;
	word_unflatten(flat, &word, readings);
	found->likeness = word_likeness(asked, &word);
	if (found->likeness > (joined ? WORD_SLIP : WORD_FAR))
		return;
	found->word = number + part->first_word;
	found->share = (double)part->share[number];
	found->again = part->again != NULL && part->again[number];
	n->found_n++;
}

static void
look_words(struct neighbours *n, const struct index_part *part, const uint32_t *hashes,
	   size_t hash_n, const struct word *asked, bool joined)
{
	uint32_t reached[SEEN_MAX];
	size_t reached_n = reach(n, part, hashes, hash_n, reached);

	for (size_t i = 0; i < reached_n; i++) {
		__builtin_prefetch(segment_spelt(&part->s, reached[i]));
		__builtin_prefetch(&part->share[reached[i]]);
	}
	for (size_t i = 0; i < reached_n; i++)
		look(n, part, reached[i], asked, joined);
}

/* What neighbours from one place of a name on say written as one; 0 when nothing. */
static double
joined_bits(const struct index_part *part, const uint32_t *tokens, size_t n,
	    const struct word *asked)
{
	struct word words[WORD_JOINED_MAX], readings[WORD_JOINED_MAX][TOKEN_ALTERNATES_MAX], joined;
	const struct word *parts[WORD_JOINED_MAX];
	char key[TOKEN_KEY_MAX];
	enum likeness likeness;
	double rarities = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t number = tokens[i] & ~SEGMENT_FAMILY;

		word_unflatten(segment_spelt(&part->s, number), &words[i], readings[i]);
		parts[i] = &words[i];
		if (i == 0 || !word_is_weak(&words[i]))
			rarities += score_rarity((double)part->share[number]);
	}
	if (!words_may_join(parts, n) || !word_join(parts, n, key, &joined))
		return 0;
	likeness = word_likeness(asked, &joined);
	return likeness <= WORD_SLIP ? cost_join(rarities, likeness) : 0;
}

double
neighbours_joined(const struct index_part *part, const uint32_t *tokens, size_t left,
		  const struct word *asked, size_t *n)
{
	size_t letters = 0;
	uint32_t strange = 0;
	double best = 0;

	*n = 0;
	for (size_t i = 0; i < left && i < WORD_JOINED_MAX; i++) {
		uint32_t number = tokens[i] & ~SEGMENT_FAMILY;
		double bits;

		letters += word_flat_key(segment_spelt(&part->s, number)).n;
		strange |= word_flat_letters(segment_spelt(&part->s, number)) & ~asked->letters;
		/* As many as three vowels and letters for one sound. */
		if (bits_count(strange) > 4 && asked->readings_n == 0)
			break;
		if (i == 0 || !cost_may_join(asked->key.n, letters))
			continue;
		bits = joined_bits(part, tokens, i + 1, asked);
		if (bits > best) {
			best = bits;
			*n = i + 1;
		}
	}
	return best;
}

/* The name that has a word at this place: near where it were if all names were of one length. */
static uint32_t
name_at(const struct segment *s, uint32_t token)
{
	uint32_t guess = (uint32_t)((uint64_t)token * s->name_n / s->names[s->name_n].token);
	uint32_t low = guess, high = guess + 1;

	for (uint32_t by = 32; s->names[low].token > token; by *= 2)
		low = low > by ? low - by : 0;
	for (uint32_t by = 32; high < s->name_n && s->names[high].token <= token; by *= 2)
		high = s->name_n - high > by ? high + by : s->name_n;
	while (low + 1 < high) {
		uint32_t mid = low + (high - low) / 2;

		if (s->names[mid].token <= token)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* Neighbours written as one, from this place on. */
static void
look_pair(struct neighbours *n, const struct index_part *part, uint32_t at,
	  const struct word *asked)
{
	uint32_t tokens = part->s.names[part->s.name_n].token, name;
	size_t took;

	if (neighbours_joined(part, &part->s.tokens[at], tokens - at, asked, &took) <= 0)
		return;
	/* Perhaps it ran into the name behind. */
	name = name_at(&part->s, at);
	n->names[n->name_n] = (struct neighbour_name){
	    name + part->first_name,
	    (float)neighbours_joined(part, &part->s.tokens[at], part->s.names[name + 1].token - at,
				     asked, &took)};
	n->name_n += n->names[n->name_n].bits > 0;
}

static void
look_pairs(struct neighbours *n, const struct index_part *part, const uint32_t *hashes,
	   size_t hash_n, const struct word *asked)
{
	const struct segment_keys *pairs = &part->s.pairs;
	uint32_t reached[NAMES_MAX];
	size_t reached_n = 0;

	for (size_t h = 0; h < hash_n; h++) {
		uint32_t bucket = hashes[h] >> (32 - pairs->bits);

		for (uint32_t i = pairs->buckets[bucket]; i < pairs->buckets[bucket + 1]; i++) {
			if (pairs->tags[i] != (unsigned char)hashes[h] || n->looked_n == NAMES_MAX)
				continue;
			n->looked_n++;
			__builtin_prefetch(&part->s.tokens[pairs->leads[i]]);
			reached[reached_n++] = pairs->leads[i];
		}
	}
	for (size_t i = 0; i < reached_n; i++)
		__builtin_prefetch(&part->s.words[segment_token(&part->s, reached[i])]);
	for (size_t i = 0; i < reached_n; i++)
		look_pair(n, part, reached[i], asked);
}

static int
more_bits(const void *a, const void *b)
{
	const struct neighbour *x = a, *y = b;

	if (x->bits != y->bits)
		return x->bits > y->bits ? -1 : 1;
	return (x->word > y->word) - (x->word < y->word);
}

static void
weigh(struct neighbours *n, const struct screen_index *index, bool joined,
      struct neighbourhood *out)
{
	struct neighbour *words = NEW_N(n->kept, struct neighbour, n->found_n + 1);

	out->rarity = -1;
	for (size_t i = 0; i < n->found_n; i++) {
		const struct found *f = &n->found[i];

		if (!f->again)
			out->crowd[f->likeness] += f->share;
		if (f->likeness == WORD_SAME)
			out->rarity = score_rarity(f->share);
	}
	for (size_t i = 1; i < WORD_APART; i++)
		out->crowd[i] += out->crowd[i - 1];
	for (size_t i = 0; i < n->found_n; i++) {
		const struct found *f = &n->found[i];
		const struct index_part *part = index_part_of_word(index, f->word);
		const struct segment_word *word = &part->s.words[f->word - part->first_word];
		double bits = joined ? cost_join(score_rarity(f->share), f->likeness)
				     : cost_pair(out->crowd[f->likeness], f->share, f->likeness,
						 out->rarity >= 0);

		/* The score takes no pair that says nothing. */
		if (bits <= 0)
			continue;
		words[out->word_n++] = (struct neighbour){
		    .word = f->word,
		    .bits = (float)bits,
		    .lacks = -(float)cost_missing(word->flags, score_rarity(f->share),
						  screen_weights.listed_missing,
						  screen_weights.listed_rarity),
		    .part = (uint32_t)(part - index->parts),
		    .common = index_common(part, f->word - part->first_word),
		    .posting = word->posting,
		    .trailing = word->trailing,
		    .end = word[1].posting,
		};
	}
	if (out->word_n > 1)
		qsort(words, out->word_n, sizeof *words, more_bits);
	out->words = words;
	/* The rest is found when a name is looked at, but no name comes in by it alone. */
	while (out->walk_n < out->word_n && WALKED * words[out->walk_n].bits >= words[0].bits)
		out->walk_n++;
	for (size_t i = 0; i < out->walk_n; i++)
		out->postings += words[i].trailing - words[i].posting;
	out->most = out->word_n > 0 ? words[0].bits : 0;
}

static void
keep_names(struct neighbours *n, struct neighbourhood *out)
{
	struct neighbour_name *names = NEW_N(n->kept, struct neighbour_name, n->name_n + 1);

	if (n->name_n > 0)
		memcpy(names, n->names, n->name_n * sizeof *names);
	out->names = names;
	out->name_n = n->name_n;
	for (size_t i = 0; i < n->name_n; i++)
		if (names[i].bits > out->most)
			out->most = names[i].bits;
	out->postings += n->name_n;
}

/* All keys' places are asked for before the first is needed. */
static void
fetch(const struct segment_keys *keys, const uint32_t *hashes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(&keys->buckets[hashes[i] >> (32 - keys->bits)]);
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(&keys->tags[keys->buckets[hashes[i] >> (32 - keys->bits)]]);
}

static struct neighbourhood *
find_all(struct neighbours *n, const struct screen_index *index, const struct word *asked,
	 bool joined)
{
	struct neighbourhood *out = NEW(n->kept, struct neighbourhood);
	uint32_t hashes[KEYS_MAX];
	size_t keys = joined ? keys_near(asked, hashes) : keys_of(asked, hashes);

	while (n->seen_n > 0)
		n->seen[n->used[--n->seen_n]] = 0;
	n->found_n = n->name_n = n->looked_n = 0;
	for (size_t p = 0; p < index->part_n; p++) {
		fetch(&index->parts[p].s.keys, hashes, keys);
		look_words(n, &index->parts[p], hashes, keys, asked, joined);
	}
	weigh(n, index, joined, out);
	if (joined || asked->key.n < 4)
		return out;
	keys = keys_for_joined(asked, hashes);
	for (size_t p = 0; p < index->part_n; p++) {
		fetch(&index->parts[p].s.pairs, hashes, keys);
		look_pairs(n, &index->parts[p], hashes, keys, asked);
	}
	keep_names(n, out);
	return out;
}

const struct neighbourhood *
neighbours_find(struct neighbours *n, const struct screen_index *index, const struct word *asked,
		bool joined)
{
	unsigned char flat[WORD_FLAT_MAX + 1];
	struct str key = {(const char *)flat, 1 + word_flatten(asked, flat + 1)};
	struct neighbourhood *known;

	flat[0] = joined;
	if ((known = map_find(&n->known, key)) != NULL)
		return known;
	known = find_all(n, index, asked, joined);
	map_put(&n->known, str_copy(n->kept, key), known);
	return known;
}
