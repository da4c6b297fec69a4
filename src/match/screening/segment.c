#include "match/screening/segment.h"

#include <sys/mman.h>

/* Where a part begins, and how many items of that size it has. */
static const void *
part(const struct segment_head *head, enum segment_part part, size_t size, uint32_t *n)
{
	if (n != NULL)
		*n = (uint32_t)(head->parts[part].bytes / size);
	return (const char *)head + head->parts[part].at;
}

static struct segment_keys
keys(const struct segment_head *head, enum segment_part buckets)
{
	struct segment_keys k;
	uint32_t n;

	k.buckets = part(head, buckets, sizeof *k.buckets, &n);
	k.leads = part(head, buckets + 1, sizeof *k.leads, &k.n);
	k.tags = part(head, buckets + 2, sizeof *k.tags, NULL);
	k.bits = 31 - (unsigned)__builtin_clz(n > 1 ? n - 1 : 1);
	return k;
}

void
segment_view(const void *memory, struct segment *out)
{
	const struct segment_head *head = memory;
	uint32_t n;

	*out = (struct segment){.head = head};
	out->entries = part(head, SEGMENT_ENTRIES, sizeof *out->entries, &n);
	out->entry_n = n - 1;
	out->facts = part(head, SEGMENT_FACTS, 1, NULL);
	out->names = part(head, SEGMENT_NAMES, sizeof *out->names, &n);
	out->name_n = n - 1;
	out->tokens = part(head, SEGMENT_TOKENS, 1, NULL);
	out->words = part(head, SEGMENT_WORDS, sizeof *out->words, &n);
	out->word_n = n - 1;
	out->leans = part(head, SEGMENT_LEANS, 1, NULL);
	out->customs = part(head, SEGMENT_CUSTOMS, 1, NULL);
	out->spelt = part(head, SEGMENT_SPELT, 1, NULL);
	out->postings = part(head, SEGMENT_POSTINGS, 1, NULL);
	out->ids = part(head, SEGMENT_IDS, 1, NULL);
	out->texts = part(head, SEGMENT_TEXTS, 1, NULL);
	out->strings = part(head, SEGMENT_STRINGS, 1, NULL);
	out->keys = keys(head, SEGMENT_KEY_BUCKETS);
	out->pairs = keys(head, SEGMENT_PAIR_BUCKETS);
	out->id_keys = part(head, SEGMENT_ID_KEYS, sizeof *out->id_keys, &out->id_key_n);
}

void
segment_free(struct segment *s)
{
	if (s->head != NULL)
		munmap((void *)(uintptr_t)s->head, s->head->bytes);
	s->head = NULL;
}
