#include "text/ident.h"

#include <unicode/uchar.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/normal.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct str
ident_canonical(struct arena *a, struct str s)
{
	struct str folded = text_digits(a, text_fold(a, str_sub(s, 0, (size_t)IDENT_MAX * 4)));
	struct buf out;

	buf_init(&out, a);
	for (size_t i = 0, used; i < folded.n; i += used) {
		uint32_t c = utf8_decode(folded.p + i, folded.n - i, &used);
		char bytes[4];
		size_t n;

		if (c < 0x80 ? !u_isalnum((UChar32)c) : !u_isUAlphabetic((UChar32)c))
			continue;
		n = utf8_encode((uint32_t)u_toupper((UChar32)c), bytes);
		if (out.n + n > IDENT_MAX)
			break;
		buf_add_bytes(&out, bytes, n);
	}
	return buf_str(&out);
}

bool
ident_is_iban(struct str s)
{
	unsigned rest = 0;

	if (s.n < 15 || s.n > 34 || !is_digit(s.p[2]) || !is_digit(s.p[3]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[(i + 4) % s.n]; /* the first four go to the end */

		if (is_digit(c))
			rest = (rest * 10 + (unsigned)(c - '0')) % 97;
		else if (c >= 'A' && c <= 'Z')
			rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
		else
			return false;
	}
	return rest == 1 && !is_digit(s.p[0]) && !is_digit(s.p[1]);
}

bool
ident_is_luhn(struct str s)
{
	unsigned sum = 0;

	if (s.n < 2)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[s.n - 1 - i];
		unsigned digit = (unsigned)(c - '0') << (i & 1);

		if (!is_digit(c))
			return false;
		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 == 0;
}

bool
ident_is_imei(struct str s)
{
	return s.n == 15 && ident_is_luhn(s);
}
