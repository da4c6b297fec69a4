#include "match/screening/facts.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/utf8.h"
#include "match/screening/index.h"
#include "text/ident.h"
#include "text/normal.h"

#define TEXT_MAX UINT16_MAX

static uint64_t
pack_day(const struct edtf_day *d)
{
	return (uint64_t)d->precision | (uint64_t)(unsigned)d->year << 2 |
	       (uint64_t)(unsigned)d->month << 16 | (uint64_t)(unsigned)d->day << 20 |
	       (uint64_t)d->approximate << 25 | (uint64_t)d->uncertain << 26;
}

static bool
unpack_day(uint64_t p, struct edtf_day *out)
{
	*out = (struct edtf_day){.precision = (enum edtf_precision)(p & 3),
				 .year = (int)(p >> 2 & 0x3fff),
				 .month = (int)(p >> 16 & 15),
				 .day = (int)(p >> 20 & 31),
				 .approximate = (p >> 25 & 1) != 0,
				 .uncertain = (p >> 26 & 1) != 0};
	return (p & 3) <= EDTF_DAY && out->year <= 9999 && out->month <= 12;
}

uint64_t
facts_pack_date(const struct edtf *date)
{
	return pack_day(&date->from) | pack_day(&date->to) << 27 | (uint64_t)date->interval << 54 |
	       (uint64_t)date->open_from << 55 | (uint64_t)date->open_to << 56;
}

bool
facts_unpack_date(uint64_t packed, struct edtf *out)
{
	out->interval = (packed >> 54 & 1) != 0;
	out->open_from = (packed >> 55 & 1) != 0;
	out->open_to = (packed >> 56 & 1) != 0;
	return unpack_day(packed & ((1u << 27) - 1), &out->from) &&
	       unpack_day(packed >> 27 & ((1u << 27) - 1), &out->to) && packed >> 57 == 0;
}

void
facts_init(struct facts_out *out, struct arena *a)
{
	*out = (struct facts_out){
	    .arena = a, .strings = NEW(a, struct buf), .places = NEW(a, struct map)};
	buf_init(out->strings, a);
	out->places->arena = a;
	/* Place 0 is the empty text, and so no pointer in the map is NULL. */
	buf_add_bytes(out->strings, "\0", 2);
}

static uint32_t
place_of(struct facts_out *out, struct str text)
{
	uint32_t place;
	void *known;

	if (text.n == 0)
		return 0;
	if (text.n > TEXT_MAX)
		text = str_sub(text, 0, utf8_bad_at(str_sub(text, 0, TEXT_MAX)));
	if ((known = map_find(out->places, text)) != NULL)
		return (uint32_t)(uintptr_t)known;
	must(out->strings->n < UINT32_MAX - TEXT_MAX - 2);
	place = (uint32_t)out->strings->n;
	buf_add_byte(out->strings, (char)(text.n & 0xff));
	buf_add_byte(out->strings, (char)(text.n >> 8));
	buf_add(out->strings, text);
	map_put(out->places, str_copy(out->arena, text), (void *)(uintptr_t)place);
	return place;
}

static void
add(struct facts_out *out, uint32_t number)
{
	*VEC_ADD(out->arena, &out->numbers) = number;
}

size_t
facts_write(struct facts_out *out, struct arena *a, const struct screen_entry *from,
	    struct str *canonical, size_t *n)
{
	size_t counts_at, dates = 0, countries = from->countries.n, ids = from->ids.n, skipped = 0;

	add(out, place_of(out, from->type));
	counts_at = out->numbers.n;
	add(out, 0);
	for (size_t i = 0; i < from->dobs.n; i++) {
		struct edtf date;
		uint64_t packed;

		if (dates == FACTS_DATES_MAX || !edtf_parse(str_trim(from->dobs.at[i]), &date)) {
			skipped++;
			continue;
		}
		dates++;
		packed = facts_pack_date(&date);
		add(out, (uint32_t)packed);
		add(out, (uint32_t)(packed >> 32));
		add(out, place_of(out, from->dobs.at[i]));
	}
	if (countries > FACTS_COUNTRIES_MAX)
		countries = FACTS_COUNTRIES_MAX;
	for (size_t i = 0; i < countries; i++) {
		add(out, place_of(out, from->countries.at[i]));
		add(out, place_of(out, text_fold(a, from->countries.at[i])));
	}
	if (ids > FACTS_IDS_MAX)
		ids = FACTS_IDS_MAX;
	for (size_t i = 0; i < ids; i++) {
		canonical[i] = ident_canonical(a, from->ids.at[i]);
		add(out, place_of(out, from->ids.at[i]));
		add(out, place_of(out, canonical[i]));
	}
	*n = ids;
	out->numbers.at[counts_at] =
	    (uint32_t)dates | (uint32_t)countries << 8 | (uint32_t)ids << 16;
	return skipped;
}

struct counts {
	uint32_t dates, countries, ids, total; /* numbers, with the head of two */
};

static struct counts
counts_of(uint32_t number)
{
	struct counts c = {number & 0xff, number >> 8 & 0xff, number >> 16, 0};

	c.total = 2 + 3 * c.dates + 2 * c.countries + 2 * c.ids;
	return c;
}

void
facts_move(uint32_t *numbers, size_t n, uint32_t by)
{
	for (size_t i = 0; i < n;) {
		struct counts c = counts_of(numbers[i + 1]);
		uint32_t *at = &numbers[i];

		must(c.total <= n - i);
		at[0] += at[0] > 0 ? by : 0;
		at += 2;
		for (uint32_t k = 0; k < c.dates; k++, at += 3)
			at[2] += at[2] > 0 ? by : 0;
		for (uint32_t k = 0; k < 2 * (c.countries + c.ids); k++, at++)
			*at += *at > 0 ? by : 0;
		i += c.total;
	}
}

static struct str
text_at(const struct segment *s, uint32_t place)
{
	const unsigned char *p = (const unsigned char *)s->strings + place;

	return (struct str){(const char *)p + 2, (size_t)p[0] | (size_t)p[1] << 8};
}

static struct str_list
texts(struct arena *a, size_t n)
{
	return (struct str_list){NEW_N(a, struct str, n + 1), n, n + 1};
}

void
facts_read(const struct segment *s, uint32_t entry, struct arena *a, struct listed_entry *out)
{
	const uint32_t *at = &s->facts[s->entries[entry].fact];
	struct counts c = counts_of(at[1]);
	struct edtf *dates = NEW_N(a, struct edtf, c.dates + 1);
	struct str *dob_texts = NEW_N(a, struct str, c.dates + 1);

	*out = (struct listed_entry){.id = segment_entry_id(s, entry), .type = text_at(s, at[0])};
	out->first_name = s->entries[entry].name;
	out->names = s->entries[entry + 1].name - out->first_name;
	out->is_person = out->type.n == 0 || str_eq_ascii_case(out->type, STR("person"));
	at += 2;
	for (uint32_t i = 0; i < c.dates; i++, at += 3) {
		must(facts_unpack_date(at[0] | (uint64_t)at[1] << 32, &dates[i]));
		dob_texts[i] = text_at(s, at[2]);
	}
	out->dobs = dates;
	out->dob_texts = dob_texts;
	out->dob_count = c.dates;
	out->countries = texts(a, c.countries);
	out->folded_countries = texts(a, c.countries);
	for (uint32_t i = 0; i < c.countries; i++, at += 2) {
		out->countries.at[i] = text_at(s, at[0]);
		out->folded_countries.at[i] = text_at(s, at[1]);
	}
	out->ids = texts(a, c.ids);
	out->canonical_ids = texts(a, c.ids);
	for (uint32_t i = 0; i < c.ids; i++, at += 2) {
		out->ids.at[i] = text_at(s, at[0]);
		out->canonical_ids.at[i] = text_at(s, at[1]);
	}
}

size_t
facts_dates(const struct segment *s, uint32_t entry, struct edtf out[FACTS_DATES_LOOK])
{
	const uint32_t *at = &s->facts[s->entries[entry].fact];
	uint32_t n = at[1] & 0xff;

	if (n > FACTS_DATES_LOOK)
		n = FACTS_DATES_LOOK;
	at += 2;
	for (uint32_t i = 0; i < n; i++, at += 3)
		must(facts_unpack_date(at[0] | (uint64_t)at[1] << 32, &out[i]));
	return n;
}

static bool
is_text(const struct segment *s, uint32_t place)
{
	size_t bytes = s->head->parts[SEGMENT_STRINGS].bytes;

	struct str text;

	if (place > bytes || bytes - place < 2)
		return false;
	text = text_at(s, place);
	return text.n <= bytes - place - 2 && utf8_bad_at(text) == text.n;
}

bool
facts_check(const struct segment *s, uint32_t entry)
{
	uint32_t from = s->entries[entry].fact, to = s->entries[entry + 1].fact;
	const uint32_t *at = &s->facts[from];
	struct edtf date;
	struct counts c;

	if (to < from || to - from < 2 || !is_text(s, at[0]))
		return false;
	c = counts_of(at[1]);
	if (c.total != to - from)
		return false;
	at += 2;
	for (uint32_t i = 0; i < c.dates; i++, at += 3)
		if (!facts_unpack_date(at[0] | (uint64_t)at[1] << 32, &date) || !is_text(s, at[2]))
			return false;
	for (uint32_t i = 0; i < 2 * (c.countries + c.ids); i++, at++)
		if (!is_text(s, *at))
			return false;
	return true;
}
