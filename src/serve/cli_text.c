#include "serve/cli_text.h"

#include <unicode/uchar.h>

#include "base/arena.h"
#include "base/utf8.h"

#define REPLACEMENT STR("\xEF\xBF\xBD")
#define ELLIPSIS STR("\xE2\x80\xA6")
#define FIRST_STRONG_ISOLATE STR("\xE2\x81\xA8")
#define POP_ISOLATE STR("\xE2\x81\xA9")

/* The next character; a byte that is no UTF-8 counts as one U+FFFD. */
static uint32_t
next(struct str s, size_t *at)
{
	struct str rest = str_sub(s, *at, *at + 4);
	unsigned char lead = (unsigned char)rest.p[0];
	size_t want = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, used = 1;
	uint32_t c = 0xFFFD;

	if (want <= rest.n && utf8_is_valid(str_sub(rest, 0, want)))
		c = utf8_decode(rest.p, want, &used);
	*at += used;
	return c;
}

static size_t
char_width(uint32_t c)
{
	int kind;

	if (c < 0x300)
		return c != 0xAD;
	switch (u_charType((UChar32)c)) {
	case U_NON_SPACING_MARK:
	case U_ENCLOSING_MARK: return 0;
	case U_FORMAT_CHAR:
		return u_hasBinaryProperty((UChar32)c, UCHAR_PREPENDED_CONCATENATION_MARK) ? 1 : 0;
	default: break;
	}
	kind = u_getIntPropertyValue((UChar32)c, UCHAR_HANGUL_SYLLABLE_TYPE);
	if (kind == U_HST_VOWEL_JAMO || kind == U_HST_TRAILING_JAMO)
		return 0;
	kind = u_getIntPropertyValue((UChar32)c, UCHAR_EAST_ASIAN_WIDTH);
	return kind == U_EA_WIDE || kind == U_EA_FULLWIDTH ? 2 : 1;
}

size_t
text_width(struct str s)
{
	size_t width = 0;

	for (size_t i = 0; i < s.n;)
		width += char_width(next(s, &i));
	return width;
}

/* Joiners and marks that Arabic, Persian and Indic names need; they change no order. */
static bool
is_good_format(uint32_t c)
{
	return c == 0xAD || c == 0x200C || c == 0x200D || c == 0x200E || c == 0x200F ||
	       c == 0x061C || u_hasBinaryProperty((UChar32)c, UCHAR_PREPENDED_CONCATENATION_MARK);
}

static bool
is_harmful(uint32_t c)
{
	int8_t kind = u_charType((UChar32)c);

	return kind == U_CONTROL_CHAR || kind == U_SURROGATE ||
	       (kind == U_FORMAT_CHAR && !is_good_format(c));
}

void
text_harmless(struct buf *out, struct str s, bool lines)
{
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		uint32_t c = next(s, &i);

		if (c == '\n' || c == '\t')
			buf_add_byte(out, lines ? (char)c : ' ');
		else if (c == '\r' || c == 0x2028 || c == 0x2029)
			buf_add_byte(out, ' ');
		else if (c == 0xFFFD || is_harmful(c))
			buf_add(out, REPLACEMENT);
		else
			buf_add(out, str_sub(s, from, i));
	}
}

static bool
has_right_to_left(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		UCharDirection d = u_charDirection((UChar32)next(s, &i));

		if (d == U_RIGHT_TO_LEFT || d == U_RIGHT_TO_LEFT_ARABIC || d == U_ARABIC_NUMBER)
			return true;
	}
	return false;
}

/* As much of s as fits beside an ellipsis; marks stay with their letter. */
static struct str
cut(struct str s, size_t width_max)
{
	size_t width = 0;

	for (size_t i = 0; i < s.n;) {
		size_t from = i;

		width += char_width(next(s, &i));
		if (width > width_max - 1)
			return str_sub(s, 0, from);
	}
	return s;
}

struct str
text_cell(struct arena *a, struct str s, size_t width_max)
{
	struct buf clean, out;
	struct str text;
	bool isolate;

	buf_init(&clean, a);
	text_harmless(&clean, s, false);
	text = buf_str(&clean);
	isolate = has_right_to_left(text);
	if (!isolate && (width_max == 0 || text_width(text) <= width_max))
		return text;
	buf_init(&out, a);
	if (isolate)
		buf_add(&out, FIRST_STRONG_ISOLATE);
	if (width_max > 0 && text_width(text) > width_max) {
		buf_add(&out, cut(text, width_max));
		buf_add(&out, ELLIPSIS);
	} else {
		buf_add(&out, text);
	}
	if (isolate)
		buf_add(&out, POP_ISOLATE);
	return buf_str(&out);
}

void
text_spaces(struct buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_byte(out, ' ');
}

void
text_wrap(struct buf *out, struct str s, size_t indent, size_t width)
{
	size_t at = 0;

	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		struct str word;

		while (i < s.n && s.p[i] != ' ' && s.p[i] != '\n')
			i++;
		word = str_sub(s, from, i++);
		if (word.n == 0)
			continue;
		if (at > 0 && at + 1 + text_width(word) > width) {
			buf_add_byte(out, '\n');
			at = 0;
		}
		if (at == 0)
			text_spaces(out, indent);
		else
			buf_add_byte(out, ' ');
		buf_add(out, word);
		at += text_width(word) + (at == 0 ? indent : 1);
	}
	buf_add_byte(out, '\n');
}
