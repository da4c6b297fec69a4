#include "text/phone.h"

#include "base/buf.h"
#include "text/normal.h"

#define PHONE_BYTES_MAX 128
#define DIGITS_MIN 7
#define DIGITS_MAX 15

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Where an extension begins, or the end. */
static size_t
extension_at(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == 'x' || s.p[i] == 'e' || s.p[i] == '#' || s.p[i] == ';')
			return i;
	return s.n;
}

static bool
extension_is_good(struct str s)
{
	static const char *const marks[] = {"ext.", "ext", "extension", "x.", "x", "#", ";ext="};

	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		struct str mark = str_from(marks[i]), number;
		size_t digits = 0;

		if (!str_starts(s, mark))
			continue;
		number = str_trim(str_sub(s, mark.n, s.n));
		while (digits < number.n && is_digit(number.p[digits]))
			digits++;
		if (digits > 0 && digits == number.n)
			return true;
	}
	return false;
}

/*
 * Collect the digits; *plus says whether a "+" led. False for a byte that has no place in
 * a number.
 */
static bool
collect(struct str s, struct buf *digits, bool *plus)
{
	*plus = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (is_digit(c)) {
			buf_add_byte(digits, c);
		} else if (c == '+') {
			if (digits->n > 0 || *plus)
				return false;
			*plus = true;
		} else if (c == '(' && i + 2 < s.n && s.p[i + 1] == '0' && s.p[i + 2] == ')' &&
			   digits->n > 0) {
			i += 2; /* "+44 (0)20": the trunk zero is for callers at home */
		} else if (c != ' ' && c != '-' && c != '.' && c != '/' && c != '(' && c != ')') {
			return false;
		}
	}
	return true;
}

/* Separators of other scripts and typography, and marks of direction. */
static struct str
plain_separators(struct arena *a, struct str s)
{
	static const char *const odd[] = {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014",
					  "\u2015", "\u2212", "\u00b7", "\u2022"};
	static const char *const none[] = {"\u200e", "\u200f", "\u202a", "\u202b",
					   "\u202c", "\u202d", "\u202e", "\u2060"};
	struct buf out;

	buf_init(&out, a);
	for (size_t i = 0; i < s.n;) {
		struct str rest = str_sub(s, i, s.n);
		size_t took = 0;

		for (size_t k = 0; k < COUNT_OF(none) && took == 0; k++)
			if (str_starts(rest, str_from(none[k])))
				took = str_from(none[k]).n;
		for (size_t k = 0; k < COUNT_OF(odd) && took == 0; k++) {
			if (str_starts(rest, str_from(odd[k]))) {
				took = str_from(odd[k]).n;
				buf_add_byte(&out, '-');
			}
		}
		if (took == 0)
			buf_add_byte(&out, s.p[i]);
		i += took > 0 ? took : 1;
	}
	return buf_str(&out);
}

bool
phone_normalise(struct arena *a, struct str s, struct str country_code, struct str *out)
{
	struct buf digits, whole;
	struct str text, number;
	bool plus;
	size_t end;

	if (s.n > PHONE_BYTES_MAX)
		return false;
	text = text_squeeze(a, plain_separators(a, text_digits(a, text_fold(a, s))));
	if (str_starts(text, STR("tel:")))
		text = str_sub(text, 4, text.n);
	end = extension_at(text);
	if (end < text.n && !extension_is_good(str_sub(text, end, text.n)))
		return false;
	buf_init(&digits, a);
	if (!collect(str_sub(text, 0, end), &digits, &plus))
		return false;
	number = buf_str(&digits);
	buf_init(&whole, a);
	buf_add_byte(&whole, '+');
	if (!plus && str_starts(number, STR("00"))) {
		number = str_sub(number, 2, number.n);
	} else if (!plus && str_starts(number, STR("011"))) {
		number = str_sub(number, 3, number.n);
	} else if (!plus) {
		if (country_code.n == 0)
			return false;
		if (str_starts(number, STR("0")))
			number = str_sub(number, 1, number.n);
		buf_add(&whole, country_code);
	}
	buf_add(&whole, number);
	*out = buf_str(&whole);
	return out->n - 1 >= DIGITS_MIN && out->n - 1 <= DIGITS_MAX && out->p[1] != '0';
}
