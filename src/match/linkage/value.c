#include "match/linkage/table.h"

#include "base/arena.h"
#include "base/vec.h"
#include "text/translit.h"

/* What brings values to the form in which they are compared; opens ICU only when it must. */
struct link_text {
	struct arena *scratch;
	struct translit *translit;
	bool tried;
	char *buf, *sorted; /* of one value */
};

struct link_text *
link_text_open(struct arena *a)
{
	struct link_text *t = NEW(a, struct link_text);

	t->scratch = arena_new(0);
	t->buf = arena_bytes(a, LINK_VALUE_BYTES_MAX + 2);
	t->sorted = arena_bytes(a, LINK_VALUE_BYTES_MAX + 2);
	return t;
}

void
link_text_close(struct link_text *t)
{
	translit_close(t->translit);
	arena_free(t->scratch);
}

/* Kinds of bytes: what a value is made of. */
enum byte_kind { B_DROP, B_KEEP, B_SPACE, B_OTHER };

static enum byte_kind
byte_kind(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))
		return B_KEEP;
	if (c >= 0x80)
		return B_OTHER;
	/* O'Brien is OBrien; what parts otherwise is a space. */
	return c == '\'' || c == '`' ? B_DROP : B_SPACE;
}

/*
 * Letters and digits in lower case, the rest one space; spaces: whether they stay. keep: bytes
 * that stay as they are.
 */
static struct str
plain(struct link_text *t, struct str raw, bool spaces, const char *keep)
{
	size_t n = 0;
	bool space = false;

	for (size_t i = 0; i < raw.n; i++) {
		if ((unsigned char)raw.p[i] < 0x80)
			continue;
		if (t->translit == NULL && !t->tried) {
			struct err ignored;

			t->tried = true;
			if (translit_open(&t->translit, &ignored) != RC_OK)
				t->translit = NULL;
		}
		if (t->translit != NULL) {
			arena_reset(t->scratch);
			raw = translit_ascii(t->translit, t->scratch, raw);
		}
		break;
	}
	for (size_t i = 0; i < raw.n && n + 2 <= LINK_VALUE_BYTES_MAX; i++) {
		unsigned char c = (unsigned char)raw.p[i];
		enum byte_kind kind = byte_kind(c);

		if (keep != NULL && c != '\0' && strchr(keep, c) != NULL)
			kind = B_KEEP;
		if (kind == B_SPACE)
			space = spaces && n > 0;
		if (kind != B_KEEP && kind != B_OTHER)
			continue;
		if (space)
			t->buf[n++] = ' ';
		space = false;
		t->buf[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	return (struct str){t->buf, n};
}

static bool
all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static void
put_digits(char *out, struct str s, size_t width)
{
	for (size_t i = 0; i < width; i++)
		out[i] = i + s.n < width ? '0' : s.p[i + s.n - width];
}

bool
link_date_read(struct str raw, char out[8])
{
	struct str rest = str_trim(raw), part[3] = {{NULL, 0}};
	size_t n = 0;

	for (size_t i = 0; i < 8; i++)
		out[i] = '0';
	if (rest.n >= 11 && (rest.p[10] == 'T' || rest.p[10] == ' '))
		rest = str_sub(rest, 0, 10);
	if (rest.n == 8 && all_digits(rest)) {
		put_digits(out, rest, 8);
		return true;
	}
	while (rest.n > 0 && n < 3) {
		size_t i = 0;

		while (i < rest.n && rest.p[i] != '-' && rest.p[i] != '/' && rest.p[i] != '.')
			i++;
		part[n++] = str_sub(rest, 0, i);
		rest = i < rest.n ? str_sub(rest, i + 1, rest.n) : STR_NONE;
	}
	for (size_t i = 0; i < n; i++)
		if (!all_digits(part[i]) && !str_eq_z(part[i], "XX"))
			return false;
	if (rest.n > 0 || n == 0)
		return false;
	if (part[0].n == 4) {
		put_digits(out, part[0], 4);
		for (size_t i = 1; i < n; i++)
			if (part[i].n <= 2 && part[i].p[0] != 'X')
				put_digits(out + 2 + 2 * i, part[i], 2);
		return true;
	}
	/* Day, month, year: where the second is no month, month, day, year. */
	if (n == 3 && part[2].n == 4 && part[0].n <= 2 && part[1].n <= 2 && all_digits(part[0]) &&
	    all_digits(part[1])) {
		char day[2], month[2];

		put_digits(day, part[0], 2);
		put_digits(month, part[1], 2);
		put_digits(out, part[2], 4);
		if ((month[0] - '0') * 10 + month[1] - '0' > 12) {
			memcpy(out + 4, day, 2);
			memcpy(out + 6, month, 2);
		} else {
			memcpy(out + 4, month, 2);
			memcpy(out + 6, day, 2);
		}
		return true;
	}
	return false;
}

#define SORTED_PARTS_MAX 24

/* The parts of each name in byte order, so that the order in which they are written is none. */
static struct str
parts_sorted(struct link_text *t, struct str text)
{
	struct str rest = {t->sorted, text.n};
	size_t n = 0;

	memcpy(t->sorted, text.p, text.n);
	while (rest.p != NULL) {
		struct str one = str_cut(&rest, '|'), part[SORTED_PARTS_MAX];
		size_t parts = 0;

		while (one.p != NULL && parts < SORTED_PARTS_MAX) {
			struct str p = str_cut(&one, ' ');
			size_t at = parts;

			if (p.n == 0)
				continue;
			for (; at > 0 && str_cmp(part[at - 1], p) > 0; at--)
				part[at] = part[at - 1];
			part[at] = p;
			parts++;
		}
		for (size_t i = 0; i < parts; i++) {
			memcpy(t->buf + n, part[i].p, part[i].n);
			n += part[i].n;
			t->buf[n++] = i + 1 < parts ? ' ' : '|';
		}
	}
	return (struct str){t->buf, n > 0 ? n - 1 : 0};
}

static void
bag_fill(struct link_value *v)
{
	for (size_t i = 0; i < v->text.n; i++) {
		uint8_t *b = &v->bag[(unsigned char)v->text.p[i] % LINK_BAG];

		*b = (uint8_t)(*b + 1);
	}
}

static void
name_cut(struct str text, struct link_name *out)
{
	while (text.p != NULL && out->n < LINK_PARTS_MAX) {
		struct str part = str_cut(&text, ' ');
		size_t at = out->n;

		if (part.n == 0)
			continue;
		for (; at > 0 && str_cmp(out->part[at - 1], part) > 0; at--)
			out->part[at] = out->part[at - 1];
		out->part[at] = part;
		out->n++;
	}
}

/* The names or codes in the text, which are parted by |. */
static void
value_cut(struct arena *a, enum link_kind kind, struct link_value *v)
{
	struct link_name *names = NULL;
	struct str *codes = NULL;
	struct str rest = v->text;

	if (kind == LINK_NAMES)
		v->names = names = NEW_N(a, struct link_name, LINK_NAMES_MAX);
	else
		v->codes = codes = NEW_N(a, struct str, LINK_NAMES_MAX);
	while (rest.p != NULL && v->many < LINK_NAMES_MAX) {
		struct str one = str_trim(str_cut(&rest, '|'));

		if (one.n == 0)
			continue;
		if (names != NULL)
			name_cut(one, &names[v->many]);
		else
			codes[v->many] = one;
		v->many++;
	}
}

static void
dictionary_grow(struct arena *a, struct link_dictionary *d)
{
	size_t slot_n = d->slot_n == 0 ? 1024 : d->slot_n * 4;
	uint64_t *slots = NEW_N(a, uint64_t, slot_n);

	for (size_t i = 0; i < d->slot_n; i++) {
		size_t s = d->slots[i] >> 32 & (slot_n - 1);

		if (d->slots[i] == 0)
			continue;
		while (slots[s] != 0)
			s = (s + 1) & (slot_n - 1);
		slots[s] = d->slots[i];
	}
	d->slots = slots;
	d->slot_n = slot_n;
}

static uint32_t
dictionary_put(struct arena *a, struct link_dictionary *d, enum link_kind kind, struct str text)
{
	uint32_t hash;
	struct link_value *v;
	uint64_t h;
	size_t s;

	if (d->n == 0)
		(void)VEC_ADD(a, d);
	if (d->n * 2 >= d->slot_n)
		dictionary_grow(a, d);
	h = str_hash(text);
	hash = (uint32_t)(h ^ h >> 32);
	/* A slot holds the hash too, so that most others need not be looked at. */
	for (s = hash & (d->slot_n - 1); d->slots[s] != 0; s = (s + 1) & (d->slot_n - 1))
		if (d->slots[s] >> 32 == hash && str_eq(d->at[(uint32_t)d->slots[s]].text, text))
			return (uint32_t)d->slots[s];
	d->slots[s] = (uint64_t)hash << 32 | d->n;
	v = VEC_ADD(a, d);
	v->text = (struct str){arena_bytes(a, text.n), text.n};
	memcpy((char *)(uintptr_t)v->text.p, text.p, text.n);
	bag_fill(v);
	if (kind == LINK_NAMES || kind == LINK_CODES)
		value_cut(a, kind, v);
	return (uint32_t)(d->n - 1);
}

/* Signs that somebody left a cell empty. */
static bool
says_nothing(struct str s)
{
	if (s.n > 7)
		return false;
	return s.n == 0 || str_eq_z(s, "n/a") || str_eq_z(s, "N/A") || str_eq_z(s, "-") ||
	       str_eq_z(s, "?") || str_eq_z(s, "\\N") || str_eq_ascii_case(s, STR("unknown"));
}

uint32_t
link_value_add(struct link_tables *tables, struct link_text *t, size_t field, int side,
	       struct str raw)
{
	struct link_dictionary *d = &tables->dictionary[field];
	enum link_kind kind = tables->kind[field];
	struct str text = str_trim(raw);
	char date[8];
	uint32_t at;

	if (says_nothing(text))
		return 0;
	switch (kind) {
	case LINK_TEXT:
		text = plain(t, text, true, tables->field[field] == LINK_EMAIL ? "@." : NULL);
		break;
	case LINK_CODE: text = plain(t, text, false, NULL); break;
	case LINK_NAMES: text = parts_sorted(t, plain(t, text, true, "|")); break;
	case LINK_CODES: text = plain(t, text, false, "|"); break;
	case LINK_DATE:
		text = link_date_read(text, date) ? (struct str){date, 8}
						  : plain(t, text, false, NULL);
		break;
	}
	if (text.n == 0)
		return 0;
	at = dictionary_put(tables->arena, d, kind, text);
	d->at[at].count[side]++;
	return at;
}
