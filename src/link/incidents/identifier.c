#include "link/incidents/identifier.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "text/normal.h"
#include "text/translit.h"

#define RAW_MAX 1024

static const char *const names[EVIDENCE_KIND_COUNT] = {
    [EVIDENCE_PHONE] = "phone",	    [EVIDENCE_PLATE] = "plate",
    [EVIDENCE_ACCOUNT] = "account", [EVIDENCE_DOCUMENT] = "document",
    [EVIDENCE_NAME] = "name",	    [EVIDENCE_ADDRESS] = "address",
    [EVIDENCE_LEG] = "route leg",   [EVIDENCE_MODE] = "modus operandi",
    [EVIDENCE_PLACE] = "place",
};

const char *
evidence_kind_name(enum evidence_kind kind)
{
	must(kind < EVIDENCE_KIND_COUNT);
	return names[kind];
}

bool
evidence_kind_is_identifier(enum evidence_kind kind)
{
	return kind <= EVIDENCE_DOCUMENT;
}

/* Cyrillic and Greek letters that are drawn like Latin ones, after case is folded (UTS 39). */
static const struct {
	const char *of;
	char as;
} drawn_alike[] = {
    {"а", 'a'}, {"в", 'b'}, {"с", 'c'}, {"е", 'e'}, {"н", 'h'}, {"і", 'i'}, {"к", 'k'},
    {"м", 'm'}, {"о", 'o'}, {"р", 'p'}, {"т", 't'}, {"у", 'y'}, {"х", 'x'}, {"α", 'a'},
    {"β", 'b'}, {"ε", 'e'}, {"η", 'h'}, {"ι", 'i'}, {"κ", 'k'}, {"μ", 'm'}, {"ν", 'n'},
    {"ο", 'o'}, {"ρ", 'p'}, {"τ", 't'}, {"υ", 'y'}, {"χ", 'x'}, {"ζ", 'z'},
};

static struct str
latin(struct arena *a, struct str s)
{
	struct buf b;

	if (text_is_ascii(s))
		return s;
	buf_init(&b, a);
	for (size_t i = 0; i < s.n;) {
		size_t k = 0;

		while (k < COUNT_OF(drawn_alike) &&
		       !str_starts(str_sub(s, i, s.n), str_from(drawn_alike[k].of)))
			k++;
		if (k < COUNT_OF(drawn_alike)) {
			buf_add_byte(&b, drawn_alike[k].as);
			i += strlen(drawn_alike[k].of);
		} else
			buf_add_byte(&b, s.p[i++]);
	}
	return buf_str(&b);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_mask(char c)
{
	return c == '*' || c == '?' || c == '#' || c == '_';
}

/* The digit a letter is drawn like, or the letter. */
static char
as_digit(char c)
{
	switch (c) {
	case 'o': return '0';
	case 'i':
	case 'l': return '1';
	case 's': return '5';
	case 'b': return '8';
	case 'z': return '2';
	default: return c;
	}
}

static bool
phone_read(struct arena *a, struct str s, struct identifier *out)
{
	char *p = arena_bytes(a, IDENTIFIER_BYTES_MAX + 1);
	size_t n = 0, digits = 0;
	bool is_full = false;

	for (size_t i = 0; i < s.n && n < IDENTIFIER_BYTES_MAX; i++) {
		char c = as_digit(s.p[i]);

		if (s.p[i] == '+' && n == 0)
			is_full = true;
		else if (is_digit(c) && (is_digit(s.p[i]) || n > 0)) {
			p[n++] = c;
			digits++;
		} else if (n > 0 && (is_mask(c) || c == 'x')) {
			p[n++] = '?';
			out->flags |= IDENTIFIER_MASKED;
		}
	}
	if (digits < IDENTIFIER_LEAST || n > 20)
		return false;
	if (!is_full && n > 2 && p[0] == '0' && p[1] == '0') {
		p += 2;
		n -= 2;
		digits -= 2;
	} else if (!is_full && p[0] == '0') {
		p++;
		n--;
		digits--;
		out->flags |= IDENTIFIER_NATIONAL;
	}
	out->text = (struct str){p, n};
	out->shown =
	    str_fmt(a, "%s%.*s", out->flags & IDENTIFIER_NATIONAL ? "0" : "+", STR_ARG(out->text));
	return digits >= IDENTIFIER_LEAST;
}

static bool
code_read(struct arena *a, struct str s, struct identifier *out)
{
	char *p = arena_bytes(a, IDENTIFIER_BYTES_MAX + 1),
	     *shown = arena_bytes(a, IDENTIFIER_BYTES_MAX + 1);
	size_t n = 0, read = 0;

	for (size_t i = 0; i < s.n && n < IDENTIFIER_BYTES_MAX; i++) {
		char c = s.p[i];

		if (is_mask(c)) {
			p[n] = '?';
			shown[n++] = '?';
			out->flags |= IDENTIFIER_MASKED;
		} else if (is_digit(c) || (c >= 'a' && c <= 'z')) {
			p[n] = as_digit(c);
			shown[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
			read++;
		} else if ((unsigned char)c >= 0x80) {
			p[n] = c;
			shown[n++] = c;
			read++;
		}
	}
	out->text = (struct str){p, n};
	out->shown = (struct str){shown, n};
	return read >= IDENTIFIER_LEAST;
}

/* "IonescuFlorin" as two words: a capital right after a small letter begins one. */
static struct str
parted(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < s.n; i++) {
		if (i > 1 && s.p[i] >= 'A' && s.p[i] <= 'Z' && s.p[i - 1] >= 'a' &&
		    s.p[i - 1] <= 'z' && s.p[i - 2] >= 'a' && s.p[i - 2] <= 'z')
			buf_add_byte(&b, ' ');
		buf_add_byte(&b, s.p[i]);
	}
	return buf_str(&b);
}

static void
sort_parts(struct str *part, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && str_cmp(part[k - 1], part[k]) > 0; k--) {
			struct str t = part[k];

			part[k] = part[k - 1];
			part[k - 1] = t;
		}
}

static bool
words_read(struct arena *a, struct translit *t, enum evidence_kind kind, struct str raw,
	   struct identifier *out)
{
	struct str part[2 * IDENTIFIER_PARTS_MAX], rest;
	size_t n = 0, most = kind == EVIDENCE_NAME ? IDENTIFIER_PARTS_MAX : COUNT_OF(part);
	size_t letters = 0;
	struct buf b;

	if (kind == EVIDENCE_NAME)
		raw = parted(a, raw);
	if (t != NULL)
		raw = translit_ascii(t, a, raw);
	else
		raw = str_lower_ascii(a, text_fold(a, raw));
	buf_init(&b, a);
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		bool is_word = is_digit(c) || (c >= 'a' && c <= 'z');

		letters += is_word;
		if (c != '\'')
			buf_add_byte(&b, is_word ? c : ' ');
	}
	rest = buf_str(&b);
	while (rest.p != NULL && n < most) {
		part[n] = str_cut(&rest, ' ');
		n += part[n].n > 0;
	}
	if (letters < 2 || n == 0)
		return false;
	buf_init(&b, a);
	if (kind == EVIDENCE_NAME)
		sort_parts(part, n);
	for (size_t i = 0; i < n && b.n + part[i].n < IDENTIFIER_BYTES_MAX; i++) {
		if (b.n > 0)
			buf_add_byte(&b, ' ');
		buf_add(&b, part[i]);
		if (kind == EVIDENCE_NAME && part[i].n == 1)
			out->flags |= IDENTIFIER_INITIAL;
	}
	out->text = buf_str(&b);
	return out->text.n > 0;
}

bool
identifier_read(struct arena *a, struct translit *t, enum evidence_kind kind, struct str raw,
		struct identifier *out)
{
	*out = (struct identifier){.flags = 0};
	raw = str_trim(raw);
	if (raw.n > RAW_MAX || raw.n == 0)
		return false;
	out->shown = raw;
	if (kind >= EVIDENCE_NAME)
		return words_read(a, t, kind, raw, out);
	raw = latin(a, text_digits(a, text_fold(a, raw)));
	return kind == EVIDENCE_PHONE ? phone_read(a, raw, out) : code_read(a, raw, out);
}

bool
identifier_covers(struct str masked, struct str whole)
{
	if (masked.n != whole.n)
		return false;
	for (size_t i = 0; i < masked.n; i++)
		if (masked.p[i] != '?' && whole.p[i] != '?' && masked.p[i] != whole.p[i])
			return false;
	return true;
}
