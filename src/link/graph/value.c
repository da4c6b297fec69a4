#include <math.h>

#include "base/arena.h"
#include "base/clock.h"
#include "link/graph/read_inside.h"

/* n digits at *at, and past them; -1 when they are not there. */
static int
digits(struct str s, size_t *at, size_t n)
{
	int value = 0;

	if (*at + n > s.n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char c = s.p[*at + i];

		if (c < '0' || c > '9')
			return -1;
		value = value * 10 + (c - '0');
	}
	*at += n;
	return value;
}

static bool
past(struct str s, size_t *at, char c)
{
	if (*at >= s.n || s.p[*at] != c)
		return false;
	++*at;
	return true;
}

/* "10:00", "10:00:30", "10:00:30.5" and an offset, to seconds of the day. */
static bool
clock_read(struct str s, size_t at, bool to_end, int64_t *out)
{
	int h = digits(s, &at, 2), m, sec = to_end ? 59 : 0, sign, oh, om;

	if (h < 0 || h > 23 || !past(s, &at, ':') || (m = digits(s, &at, 2)) < 0 || m > 59)
		return false;
	if (past(s, &at, ':') && ((sec = digits(s, &at, 2)) < 0 || sec > 60))
		return false;
	if (past(s, &at, '.')) {
		if (digits(s, &at, 1) < 0)
			return false;
		while (at < s.n && digits(s, &at, 1) >= 0)
			;
	}
	*out = h * INT64_C(3600) + m * INT64_C(60) + sec;
	if (at == s.n || (past(s, &at, 'Z') && at == s.n))
		return true;
	sign = past(s, &at, '-') ? 1 : past(s, &at, '+') ? -1 : 0;
	if (sign == 0 || (oh = digits(s, &at, 2)) < 0 || oh > 23)
		return false;
	(void)past(s, &at, ':');
	if ((om = digits(s, &at, 2)) < 0 || om > 59 || at != s.n)
		return false;
	*out += sign * (oh * INT64_C(3600) + om * INT64_C(60));
	return true;
}

bool
graph_time_read(struct str text, bool to_end, int64_t *out)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct str s = str_trim(text);
	size_t at = 0;
	int y = digits(s, &at, 4), m = to_end ? 12 : 1, d, last;
	int64_t seconds = to_end ? 86399 : 0;

	if (y < 0 || (past(s, &at, '-') && ((m = digits(s, &at, 2)) < 1 || m > 12)))
		return false;
	last = lengths[m - 1] + (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
	d = to_end ? last : 1;
	if (at == 7 && past(s, &at, '-') && ((d = digits(s, &at, 2)) < 1 || d > last))
		return false;
	if (at < s.n && (at != 10 || (s.p[at] != 'T' && s.p[at] != ' ') ||
			 !clock_read(s, at + 1, to_end, &seconds)))
		return false;
	*out = days_from_civil(y, m, d) * 86400 + seconds;
	return true;
}

bool
graph_number_read(struct str text, double *out)
{
	struct str s = str_trim(text);
	char z[64], *end;

	if (s.n == 0 || s.n >= sizeof z)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '+' && c != 'e' &&
		    c != 'E')
			return false;
		z[i] = c;
	}
	z[s.n] = '\0';
	*out = strtod(z, &end);
	return *end == '\0' && isfinite(*out);
}
