#include "match/screening/index.h"

#include <stdatomic.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "match/screening/cost.h"
#include "match/screening/keys.h"
#include "match/screening/segment_file.h"
#include "match/screening/word_flat.h"
#include "text/token.h"

struct index_segment {
	atomic_uint owners;
	struct arena *arena; /* holds this */
	struct segment s;
	float *background;
	struct index_trait *traits;
	uint32_t *commons;
	size_t common_n;
};

/* What it costs to find no part of each name, by the shares of this segment alone. */
static void
lacks_make(struct index_segment *owner)
{
	const struct segment *s = &owner->s;
	double people = screen_weights.background_people, all = (double)s->entry_n + people;
	struct arena *a = arena_new(0);
	unsigned char *words = NEW_N(a, unsigned char, s->word_n + 1);

	for (uint32_t i = 0; i < s->word_n; i++) {
		double n = s->words[i].entries + people * (double)owner->background[i];
		double cost =
		    -cost_missing(s->words[i].flags, score_rarity(n > all ? 1 : n / all),
				  screen_weights.listed_missing, screen_weights.listed_rarity) /
		    (double)INDEX_LACK_BITS;

		words[i] = (unsigned char)(cost < 0 ? 0 : cost > 255 ? 255 : cost);
	}
	for (uint32_t i = 0; i < s->name_n; i++) {
		unsigned sum = 0;

		for (uint32_t k = s->names[i].token; k < s->names[i + 1].token; k++)
			sum += words[segment_token(s, k)];
		owner->traits[i].lacks = (unsigned char)(sum < 255 ? sum : 255);
	}
	arena_free(a);
}

/* Which common word each name trails under; beyond COMMONS_MAX words, none. */
#define COMMONS_MAX ((size_t)UINT16_MAX)

static void
trails_make(struct index_segment *owner)
{
	const struct segment *s = &owner->s;
	const uint32_t other = TOKEN_HONORIFIC | TOKEN_PARTICLE | TOKEN_LEGAL | TOKEN_INITIAL;
	size_t n = 0;

	for (uint32_t i = 0; i < s->word_n; i++)
		n += s->words[i].trailing < s->words[i + 1].posting &&
		     (s->words[i].flags & other) == 0;
	owner->commons = NEW_N(owner->arena, uint32_t, n + 1);
	for (uint32_t i = 0; i < s->word_n && owner->common_n < COMMONS_MAX; i++) {
		const struct segment_word *w = &s->words[i];

		if (w->trailing == w[1].posting || (w->flags & other) != 0)
			continue;
		owner->commons[owner->common_n++] = i;
		for (uint32_t k = w->trailing; k < w[1].posting; k++) {
			struct index_trait *trait = &owner->traits[s->postings[k]];

			trait->trail[0] = (unsigned char)(owner->common_n & 0xff);
			trait->trail[1] = (unsigned char)(owner->common_n >> 8);
		}
	}
}

/* Takes the segment. */
static struct index_segment *
owner_new(const struct segment *s)
{
	struct arena *a = arena_new((size_t)4 << 30);
	struct index_segment *owner = NEW(a, struct index_segment);

	owner->arena = a;
	owner->s = *s;
	owner->background = NEW_N(a, float, s->word_n + 1);
	for (uint32_t i = 0; i < s->word_n; i++) {
		struct word word, readings[TOKEN_ALTERNATES_MAX];

		word_unflatten(segment_spelt(s, i), &word, readings);
		owner->background[i] = (float)word_background(&word);
	}
	owner->traits = NEW_N(a, struct index_trait, s->name_n + 1);
	lacks_make(owner);
	trails_make(owner);
	atomic_init(&owner->owners, 0);
	return owner;
}

static void
owner_release(struct index_segment *owner)
{
	if (atomic_fetch_sub(&owner->owners, 1) > 1)
		return;
	segment_free(&owner->s);
	arena_free(owner->arena);
}

static struct screen_index *
index_begin(void)
{
	static atomic_uint_fast64_t generations;
	struct arena *a = arena_new((size_t)4 << 30);
	struct screen_index *index = NEW(a, struct screen_index);

	index->arena = a;
	atomic_init(&index->owners, 1);
	index->generation = atomic_fetch_add(&generations, 1) + 1;
	return index;
}

static void
add_part(struct screen_index *index, struct index_segment *owner)
{
	struct index_part *part = &index->parts[index->part_n++];

	atomic_fetch_add(&owner->owners, 1);
	*part = (struct index_part){.s = owner->s,
				    .first_entry = index->entry_n,
				    .first_name = index->name_n,
				    .first_word = index->word_n,
				    .traits = owner->traits,
				    .commons = owner->commons,
				    .common_n = owner->common_n,
				    .leans = owner->s.leans,
				    .owner = owner};
	if (index->part_n == 1)
		index->customs = part->s.customs;
	index->entry_n += owner->s.entry_n;
	index->name_n += owner->s.name_n;
	index->word_n += owner->s.word_n;
}

/* The same word in an earlier part; NULL: there is none. */
static const struct index_part *
find_word(const struct screen_index *index, size_t parts, const struct segment *s, uint32_t word,
	  uint32_t *out)
{
	size_t n = s->words[word + 1].spelt - s->words[word].spelt;
	struct word loose, readings[TOKEN_ALTERNATES_MAX];
	uint32_t hashes[KEYS_MAX];

	word_unflatten(segment_spelt(s, word), &loose, readings);
	(void)keys_near(&loose, hashes);
	for (size_t p = 0; p < parts; p++) {
		const struct segment *in = &index->parts[p].s;
		uint32_t bucket = hashes[0] >> (32 - in->keys.bits);

		for (uint32_t i = in->keys.buckets[bucket]; i < in->keys.buckets[bucket + 1]; i++) {
			const struct segment_word *w = &in->words[in->keys.leads[i]];

			if (in->keys.tags[i] != (unsigned char)hashes[0] ||
			    w[1].spelt - w->spelt != n ||
			    memcmp(in->spelt + w->spelt, segment_spelt(s, word), n) != 0)
				continue;
			*out = in->keys.leads[i];
			return &index->parts[p];
		}
	}
	return NULL;
}

/* Words of later parts count with those of the earlier ones that are the same. */
static void
count_together(struct screen_index *index, size_t p, uint32_t **entries, struct arena *a,
	       uint32_t *first)
{
	struct index_part *part = &index->parts[p];
	struct custom_lean *leans;
	bool *again;

	entries[p] = NEW_N(a, uint32_t, part->s.word_n + 1);
	leans = NEW_N(p > 0 ? index->arena : a, struct custom_lean, part->s.word_n + 1);
	again = NEW_N(p > 0 ? index->arena : a, bool, part->s.word_n + 1);
	for (uint32_t i = 0; i < part->s.word_n; i++) {
		uint32_t same = 0;
		const struct index_part *in =
		    p > 0 ? find_word(index, p, &part->s, i, &same) : NULL;

		first[part->first_word + i] = in != NULL ? in->first_word + same : UINT32_MAX;
		entries[p][i] = part->s.words[i].entries;
		if (in != NULL) {
			entries[in - index->parts][same] += part->s.words[i].entries;
			leans[i] = in->leans[same];
			again[i] = true;
		}
	}
	/* Customs are those of the first part; what it does not have leans to none. */
	if (p > 0) {
		part->leans = leans;
		part->again = again;
	}
}

/* Once all parts are there. */
static void
index_end(struct screen_index *index)
{
	double people = screen_weights.background_people, all = (double)index->entry_n + people;
	struct arena *a = arena_new((size_t)4 << 30);
	uint32_t *entries[INDEX_PARTS_MAX];
	uint32_t *first = NEW_N(a, uint32_t, index->word_n + 1);

	for (size_t p = 0; p < index->part_n; p++)
		count_together(index, p, entries, a, first);
	for (size_t p = 0; p < index->part_n; p++) {
		struct index_part *part = &index->parts[p];

		part->share = NEW_N(index->arena, float, part->s.word_n + 1);
		for (uint32_t i = 0; i < part->s.word_n; i++) {
			uint32_t same = first[part->first_word + i];
			const struct index_part *in =
			    same != UINT32_MAX ? index_part_of_word(index, same) : part;
			uint32_t n = same != UINT32_MAX
					 ? entries[in - index->parts][same - in->first_word]
					 : entries[p][i];
			double share =
			    ((double)n + people * (double)part->owner->background[i]) / all;

			part->share[i] = (float)(share > 1 ? 1 : share);
		}
	}
	arena_free(a);
}

struct screen_index *
index_of_segment(const struct segment *segment)
{
	struct screen_index *index = index_begin();

	add_part(index, owner_new(segment));
	index_end(index);
	return index;
}

enum rc
screen_index_new(const struct screen_entry *entries, size_t n, struct screen_index **out,
		 struct err *err)
{
	struct segment segment;
	enum rc rc = segment_build(entries, n, &segment, err);

	if (rc == RC_OK)
		*out = index_of_segment(&segment);
	return rc;
}

enum rc
screen_index_open(const char *path, struct screen_index **out, struct err *err)
{
	struct segment segment;
	enum rc rc = segment_load(path, &segment, err);

	if (rc == RC_OK)
		*out = index_of_segment(&segment);
	return rc;
}

enum rc
screen_index_save(const struct screen_index *index, const char *path, struct err *err)
{
	must(index->part_n == 1);
	return segment_save(&index->parts[0].s, path, err);
}

/* Whose entries the last part's are: what is hidden stays so. */
static void
copy_hidden(struct screen_index *index, const unsigned char *hidden)
{
	struct index_part *part = &index->parts[index->part_n - 1];
	unsigned char *copy;

	if (hidden == NULL)
		return;
	copy = NEW_N(index->arena, unsigned char, part->s.entry_n + 1);
	memcpy(copy, hidden, part->s.entry_n);
	part->hidden = copy;
}

enum rc
screen_index_join(const struct screen_index *const *from, size_t n, struct screen_index **out,
		  struct err *err)
{
	struct screen_index *index;
	size_t parts = 0, entries = 0, names = 0, words = 0;

	for (size_t i = 0; i < n; i++) {
		parts += from[i]->part_n;
		entries += from[i]->entry_n;
		names += from[i]->name_n;
		words += from[i]->word_n;
	}
	if (parts > INDEX_PARTS_MAX || entries >= UINT32_MAX || names > SEGMENT_NAMES_MAX ||
	    words >= SEGMENT_FAMILY)
		return fail(err, RC_TOO_LARGE, "list",
			    "that is too much for one search: at most %d indexes with %zu names",
			    INDEX_PARTS_MAX, SEGMENT_NAMES_MAX);
	index = index_begin();
	for (size_t i = 0; i < n; i++) {
		for (size_t p = 0; p < from[i]->part_n; p++) {
			add_part(index, from[i]->parts[p].owner);
			copy_hidden(index, from[i]->parts[p].hidden);
		}
	}
	index_end(index);
	*out = index;
	return RC_OK;
}

static void
hide(struct screen_index *index, struct index_part *part, const struct map *gone)
{
	unsigned char *hidden = NEW_N(index->arena, unsigned char, part->s.entry_n + 1);

	for (uint32_t i = 0; i < part->s.entry_n; i++)
		hidden[i] = (part->hidden != NULL && part->hidden[i] != 0) ||
			    map_find(gone, segment_entry_id(&part->s, i)) != NULL;
	part->hidden = hidden;
}

enum rc
screen_index_extend(const struct screen_index *base, const struct screen_entry *entries, size_t n,
		    const struct str *gone, size_t gone_n, struct screen_index **out,
		    struct err *err)
{
	struct screen_index *more;
	struct map ids;
	enum rc rc = screen_index_new(entries, n, &more, err);

	if (rc != RC_OK)
		return rc;
	rc = screen_index_join((const struct screen_index *const[]){base, more}, 2, out, err);
	screen_index_free(more);
	if (rc != RC_OK)
		return rc;
	ids = (struct map){.arena = arena_new(0)};
	for (size_t i = 0; i < gone_n; i++)
		(void)map_put(&ids, gone[i], (void *)(uintptr_t)1);
	for (size_t p = 0; gone_n > 0 && p + 1 < (*out)->part_n; p++)
		hide(*out, &(*out)->parts[p], &ids);
	arena_free(ids.arena);
	return RC_OK;
}

void
screen_index_hold(struct screen_index *index)
{
	must(atomic_fetch_add(&index->owners, 1) > 0);
}

void
screen_index_free(struct screen_index *index)
{
	if (index == NULL || atomic_fetch_sub(&index->owners, 1) > 1)
		return;
	for (size_t i = 0; i < index->part_n; i++)
		owner_release(index->parts[i].owner);
	arena_free(index->arena);
}

size_t
screen_index_entries(const struct screen_index *index)
{
	return index->entry_n;
}

size_t
screen_index_names(const struct screen_index *index)
{
	return index->name_n;
}

size_t
screen_index_bytes(const struct screen_index *index)
{
	size_t n = sizeof *index + arena_used(index->arena);

	for (size_t i = 0; i < index->part_n; i++)
		n += index->parts[i].s.head->bytes + arena_used(index->parts[i].owner->arena);
	return n;
}

size_t
screen_index_skipped(const struct screen_index *index)
{
	size_t n = 0;

	for (size_t i = 0; i < index->part_n; i++)
		n += index->parts[i].s.head->skipped;
	return n;
}
