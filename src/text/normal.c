#include "text/normal.h"

#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

bool
text_is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

bool
text_is_space(uint32_t c)
{
	if (c < 0x80)
		return c == ' ' || (c >= '\t' && c <= '\r');
	return u_isUWhiteSpace((UChar32)c);
}

/* The part that is read: at most TEXT_INPUT_MAX bytes, not ending inside a code point. */
static struct str
bounded(struct str s)
{
	if (s.n <= TEXT_INPUT_MAX)
		return s;
	s.n = TEXT_INPUT_MAX;
	while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

/* Our bounds keep every length in int32_t; ICU fails here only for want of its data. */
static struct str
normalise(struct arena *a, struct str s, const UNormalizer2 *form)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t n = 0, m = 0, bytes = 0;
	int32_t cap = (int32_t)s.n + 1;
	UChar *in = NEW_N(a, UChar, (size_t)cap);
	UChar *folded;
	char *out;

	u_strFromUTF8WithSub(in, cap, &n, s.p, (int32_t)s.n, 0xfffd, NULL, &code);
	must(U_SUCCESS(code));
	cap = 2 * n + 32;
	folded = NEW_N(a, UChar, (size_t)cap);
	m = unorm2_normalize(form, in, n, folded, cap, &code);
	if (code == U_BUFFER_OVERFLOW_ERROR) {
		code = U_ZERO_ERROR;
		cap = m + 1;
		folded = NEW_N(a, UChar, (size_t)cap);
		m = unorm2_normalize(form, in, n, folded, cap, &code);
	}
	must(U_SUCCESS(code));
	out = arena_bytes(a, (size_t)m * 3 + 1);
	u_strToUTF8(out, m * 3 + 1, &bytes, folded, m, &code);
	must(U_SUCCESS(code));
	return (struct str){out, (size_t)bytes};
}

struct str
text_fold(struct arena *a, struct str s)
{
	UErrorCode code = U_ZERO_ERROR;
	const UNormalizer2 *form;

	s = bounded(s);
	if (text_is_ascii(s))
		return str_lower_ascii(a, s);
	form = unorm2_getNFKCCasefoldInstance(&code);
	must(U_SUCCESS(code));
	return normalise(a, s, form);
}

struct str
text_compose(struct arena *a, struct str s)
{
	UErrorCode code = U_ZERO_ERROR;
	const UNormalizer2 *form;

	s = bounded(s);
	if (text_is_ascii(s))
		return str_copy(a, s);
	form = unorm2_getNFCInstance(&code);
	must(U_SUCCESS(code));
	return normalise(a, s, form);
}

/* Decode without trusting: a stray byte is U+FFFD and takes one byte. */
static uint32_t
decode(struct str s, size_t i, size_t *used)
{
	size_t width = 1, lead = (unsigned char)s.p[i];

	if (lead >= 0xc2)
		width = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
	if (lead < 0x80 || (i + width <= s.n && utf8_is_valid(str_sub(s, i, i + width))))
		return utf8_decode(s.p + i, s.n - i, used);
	*used = 1;
	return 0xfffd;
}

struct str
text_squeeze(struct arena *a, struct str s)
{
	struct buf out;
	bool gap = false;

	s = bounded(s);
	buf_init(&out, a);
	for (size_t i = 0, used; i < s.n; i += used) {
		uint32_t c = decode(s, i, &used);
		char bytes[4];

		if (text_is_space(c)) {
			gap = out.n > 0;
			continue;
		}
		if (gap)
			buf_add_byte(&out, ' ');
		gap = false;
		buf_add_bytes(&out, bytes, utf8_encode(c, bytes));
	}
	return buf_str(&out);
}

struct str
text_digits(struct arena *a, struct str s)
{
	struct buf out;

	s = bounded(s);
	buf_init(&out, a);
	for (size_t i = 0, used; i < s.n; i += used) {
		uint32_t c = decode(s, i, &used);
		int32_t digit = c < 0x80 ? -1 : u_charDigitValue((UChar32)c);
		char bytes[4];

		if (digit >= 0)
			buf_add_byte(&out, (char)('0' + digit));
		else
			buf_add_bytes(&out, bytes, utf8_encode(c, bytes));
	}
	return buf_str(&out);
}
