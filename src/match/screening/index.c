#include "match/screening/index.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "match/screening/score.h"
#include "match/screening/word_flat.h"
#include "text/token.h"

struct index_segment {
	atomic_uint owners;
	struct arena *arena; /* holds this */
	struct segment s;
	float *background;
	unsigned char *lengths;
};

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
	owner->lengths = NEW_N(a, unsigned char, s->name_n + 1);
	for (uint32_t i = 0; i < s->name_n; i++)
		owner->lengths[i] = (unsigned char)(s->names[i + 1].token - s->names[i].token);
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
				    .lengths = owner->lengths,
				    .leans = owner->s.leans,
				    .owner = owner};
	if (index->part_n == 1)
		index->customs = part->s.customs;
	index->entry_n += owner->s.entry_n;
	index->name_n += owner->s.name_n;
	index->word_n += owner->s.word_n;
}

/* Once all parts are there. */
static void
index_end(struct screen_index *index)
{
	double people = screen_weights.background_people, all = (double)index->entry_n + people;

	for (size_t p = 0; p < index->part_n; p++) {
		struct index_part *part = &index->parts[p];

		part->share = NEW_N(index->arena, float, part->s.word_n + 1);
		part->rarity = NEW_N(index->arena, float, part->s.word_n + 1);
		for (uint32_t i = 0; i < part->s.word_n; i++) {
			double share = ((double)part->s.words[i].entries +
					people * (double)part->owner->background[i]) /
				       all;

			part->share[i] = (float)(share > 1 ? 1 : share);
			part->rarity[i] = (float)score_rarity(share);
		}
	}
}

enum rc
screen_index_new(const struct screen_entry *entries, size_t n, struct screen_index **out,
		 struct err *err)
{
	struct segment segment;
	enum rc rc = segment_build(entries, n, &segment, err);

	if (rc != RC_OK)
		return rc;
	*out = index_begin();
	add_part(*out, owner_new(&segment));
	index_end(*out);
	return RC_OK;
}

void
screen_index_free(struct screen_index *index)
{
	if (index == NULL)
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
