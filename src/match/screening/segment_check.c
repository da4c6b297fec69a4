#include "match/screening/segment_check.h"

#include "base/utf8.h"
#include "match/screening/custom.h"
#include "match/screening/facts.h"
#include "match/screening/word_flat.h"
#include "text/token.h"

/* Items of that size, nothing over. */
static bool
is_whole(const struct segment_head *head, enum segment_part part, size_t size)
{
	return head->parts[part].bytes % size == 0 && head->parts[part].bytes / size <= UINT32_MAX;
}

static size_t
count(const struct segment_head *head, enum segment_part part, size_t size)
{
	return (size_t)(head->parts[part].bytes / size);
}

static bool
keys_fit(const struct segment_head *head, enum segment_part buckets)
{
	size_t n = count(head, buckets, sizeof(uint32_t));

	/* A power of two and one more, 16 at least; as many tags as leads. */
	return is_whole(head, buckets, 4) && is_whole(head, buckets + 1, 4) &&
	       is_whole(head, buckets + 2, 1) && n >= 17 && ((n - 1) & (n - 2)) == 0 &&
	       count(head, buckets + 1, 4) == count(head, buckets + 2, 1);
}

bool
segment_check_sizes(const struct segment_head *head)
{
	static const struct {
		enum segment_part part;
		size_t size;
	} sized[] = {
	    {SEGMENT_ENTRIES, sizeof(struct segment_entry)},
	    {SEGMENT_FACTS, 4},
	    {SEGMENT_NAMES, sizeof(struct segment_name)},
	    {SEGMENT_TOKENS, 4},
	    {SEGMENT_WORDS, sizeof(struct segment_word)},
	    {SEGMENT_LEANS, sizeof(struct custom_lean)},
	    {SEGMENT_CUSTOMS, sizeof(struct customs)},
	    {SEGMENT_SPELT, 1},
	    {SEGMENT_POSTINGS, 4},
	    {SEGMENT_IDS, 1},
	    {SEGMENT_TEXTS, 1},
	    {SEGMENT_STRINGS, 1},
	    {SEGMENT_ID_KEYS, sizeof(struct segment_id)},
	};
	size_t words = count(head, SEGMENT_WORDS, sizeof(struct segment_word));

	for (size_t i = 0; i < COUNT_OF(sized); i++)
		if (!is_whole(head, sized[i].part, sized[i].size))
			return false;
	return count(head, SEGMENT_ENTRIES, sizeof(struct segment_entry)) >= 1 &&
	       count(head, SEGMENT_NAMES, sizeof(struct segment_name)) >= 1 && words >= 1 &&
	       count(head, SEGMENT_NAMES, sizeof(struct segment_name)) <= SEGMENT_NAMES_MAX &&
	       words <= SEGMENT_FAMILY &&
	       count(head, SEGMENT_LEANS, sizeof(struct custom_lean)) == words - 1 &&
	       count(head, SEGMENT_CUSTOMS, sizeof(struct customs)) == 1 &&
	       head->parts[SEGMENT_TOKENS].bytes == head->parts[SEGMENT_POSTINGS].bytes &&
	       keys_fit(head, SEGMENT_KEY_BUCKETS) && keys_fit(head, SEGMENT_PAIR_BUCKETS);
}

static bool
is_utf8(struct str s)
{
	return utf8_bad_at(s) == s.n;
}

static bool
entries_fit(const struct segment *s)
{
	const struct segment_entry *e = s->entries;
	const struct segment_entry *last = &e[s->entry_n];

	if (e[0].id != 0 || e[0].name != 0 || e[0].fact != 0 || last->name != s->name_n ||
	    last->id != s->head->parts[SEGMENT_IDS].bytes ||
	    last->fact != s->head->parts[SEGMENT_FACTS].bytes / 4)
		return false;
	for (uint32_t i = 0; i < s->entry_n; i++)
		if (e[i].id > e[i + 1].id || e[i].name > e[i + 1].name ||
		    e[i].fact > e[i + 1].fact || e[i + 1].id > last->id ||
		    e[i + 1].name > last->name || e[i + 1].fact > last->fact)
			return false;
	for (uint32_t i = 0; i < s->entry_n; i++)
		if (!facts_check(s, i) || !is_utf8(segment_entry_id(s, i)))
			return false;
	return true;
}

/* Each name belongs to the entry that has it, and has parts, not too many. */
static bool
names_fit(const struct segment *s)
{
	const struct segment_name *n = s->names;
	size_t tokens = s->head->parts[SEGMENT_TOKENS].bytes / 4;
	uint32_t entry = 0;

	if (n[0].token != 0 || n[0].text != 0 || n[s->name_n].token != tokens ||
	    n[s->name_n].text != s->head->parts[SEGMENT_TEXTS].bytes)
		return false;
	for (uint32_t i = 0; i < s->name_n; i++) {
		while (entry < s->entry_n && s->entries[entry + 1].name <= i)
			entry++;
		if (n[i].entry != entry || n[i].token >= n[i + 1].token ||
		    n[i + 1].token - n[i].token > NAME_TOKENS_MAX || n[i + 1].token > tokens ||
		    n[i].text > n[i + 1].text || n[i + 1].text > n[s->name_n].text ||
		    !is_utf8(segment_name_text(s, i)))
			return false;
	}
	for (size_t i = 0; i < tokens; i++)
		if (segment_token(s, (uint32_t)i) >= s->word_n)
			return false;
	return true;
}

static bool
words_fit(const struct segment *s)
{
	const struct segment_word *w = s->words;
	size_t spelt = s->head->parts[SEGMENT_SPELT].bytes;
	size_t postings = s->head->parts[SEGMENT_POSTINGS].bytes / 4;

	if (w[0].spelt != 0 || w[0].posting != 0 || w[s->word_n].spelt != spelt ||
	    w[s->word_n].posting != postings)
		return false;
	for (uint32_t i = 0; i < s->word_n; i++)
		if (w[i].spelt > spelt || w[i + 1].spelt < w[i].spelt ||
		    word_flat_size(s->spelt + w[i].spelt, spelt - w[i].spelt) !=
			w[i + 1].spelt - w[i].spelt ||
		    w[i].posting > w[i].trailing || w[i].trailing > w[i + 1].posting ||
		    w[i + 1].posting > postings || w[i].entries > s->entry_n)
			return false;
	for (size_t i = 0; i < postings; i++)
		if (s->postings[i] >= s->name_n)
			return false;
	return true;
}

static bool
keys_lead(const struct segment_keys *k, uint32_t below)
{
	size_t buckets = (size_t)1 << k->bits;

	if (k->buckets[0] != 0 || k->buckets[buckets] != k->n)
		return false;
	for (size_t i = 0; i < buckets; i++)
		if (k->buckets[i] > k->buckets[i + 1] || k->buckets[i + 1] > k->n)
			return false;
	for (uint32_t i = 0; i < k->n; i++)
		if (k->leads[i] >= below)
			return false;
	return true;
}

bool
segment_check_content(const struct segment *s)
{
	for (uint32_t i = 0; i < s->id_key_n; i++)
		if (s->id_keys[i].entry >= s->entry_n)
			return false;
	return entries_fit(s) && words_fit(s) && names_fit(s) && keys_lead(&s->keys, s->word_n) &&

	       keys_lead(&s->pairs, (uint32_t)count(s->head, SEGMENT_TOKENS, 4));
}
