#include "base/clock.h"

#include <time.h>

#include "base/arena.h"

static int64_t
timespec_us(clockid_t id)
{
	struct timespec t;

	must(clock_gettime(id, &t) == 0);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
system_now(void *ctx)
{
	(void)ctx;
	return timespec_us(CLOCK_REALTIME) / 1000;
}

const struct clock clock_system = {system_now, NULL};

int64_t
time_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b > 0 ? INT64_MAX : INT64_MIN;
	return sum;
}

int64_t
clock_now(const struct clock *c)
{
	return c->now_ms(c->ctx);
}

int64_t
monotonic_us(void)
{
	return timespec_us(CLOCK_MONOTONIC);
}

int64_t
monotonic_ms(void)
{
	return monotonic_us() / 1000;
}

/* Howard Hinnant's published day-count arithmetic: eras of 400 years from 1 March. */
int64_t
days_from_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? (int64_t)year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void
civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

static void
put_digits(char *p, int value, int n)
{
	while (n-- > 0) {
		p[n] = (char)('0' + value % 10);
		value /= 10;
	}
}

struct str
time_format(struct arena *a, int64_t ms)
{
	int64_t days, rest;
	int y, m, d;
	char *p;

	/* A damaged row holds any number; what is no time at all is shown as the farthest one. */
	if (ms > INT64_MAX / 2 || ms < -(INT64_MAX / 2))
		ms = ms > 0 ? INT64_MAX / 2 : -(INT64_MAX / 2);
	days = ms >= 0 ? ms / 86400000 : -((-ms + 86399999) / 86400000);
	rest = ms - days * 86400000;
	civil_from_days(days, &y, &m, &d);
	/* Years of four digits and no others: what is beyond them is shown as printf does. */
	if (y < 0 || y > 9999)
		return str_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", y, m, d,
			       (int)(rest / 3600000), (int)(rest / 60000 % 60),
			       (int)(rest / 1000 % 60), (int)(rest % 1000));
	/* Two of these stand in each record shown; printf takes a microsecond for one. */
	p = arena_bytes(a, 25);
	put_digits(p, y, 4);
	put_digits(p + 5, m, 2);
	put_digits(p + 8, d, 2);
	put_digits(p + 11, (int)(rest / 3600000), 2);
	put_digits(p + 14, (int)(rest / 60000 % 60), 2);
	put_digits(p + 17, (int)(rest / 1000 % 60), 2);
	put_digits(p + 20, (int)(rest % 1000), 3);
	p[4] = p[7] = '-';
	p[10] = 'T';
	p[13] = p[16] = ':';
	p[19] = '.';
	p[23] = 'Z';
	p[24] = '\0';
	return (struct str){p, 24};
}

struct str
day_format(struct arena *a, int64_t ms)
{
	return str_sub(time_format(a, ms), 0, 10);
}

/* Exactly n digits at *s, which moves on. */
static bool
digits(struct str *s, size_t n, int *out)
{
	int64_t v;

	if (s->n < n || !str_to_i64(str_sub(*s, 0, n), &v) || s->p[0] == '-')
		return false;
	*out = (int)v;
	*s = str_sub(*s, n, s->n);
	return true;
}

static bool
expect(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static int
month_days(int y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return m == 2 && (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)) ? 29 : days[m - 1];
}

static bool
offset_parse(struct str *s, int *minutes)
{
	int sign, h, m;

	*minutes = 0;
	if (expect(s, 'Z'))
		return true;
	sign = expect(s, '-') ? -1 : expect(s, '+') ? 1 : 0;
	if (sign == 0 || !digits(s, 2, &h) || !expect(s, ':') || !digits(s, 2, &m))
		return false;
	*minutes = sign * (h * 60 + m);
	return h < 24 && m < 60;
}

bool
time_parse(struct str s, int64_t *ms)
{
	int y, mo, d, h = 0, mi = 0, sec = 0, milli = 0, offset = 0;

	if (!digits(&s, 4, &y) || !expect(&s, '-') || !digits(&s, 2, &mo) || !expect(&s, '-') ||
	    !digits(&s, 2, &d) || mo < 1 || mo > 12 || d < 1 || d > month_days(y, mo))
		return false;
	if (s.n > 0) {
		if ((!expect(&s, 'T') && !expect(&s, 't') && !expect(&s, ' ')) ||
		    !digits(&s, 2, &h) || !expect(&s, ':') || !digits(&s, 2, &mi) ||
		    !expect(&s, ':') || !digits(&s, 2, &sec))
			return false;
		if (expect(&s, '.')) {
			int scale = 100, any = 0;

			for (; s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9'; s = str_sub(s, 1, s.n)) {
				milli += (s.p[0] - '0') * scale;
				scale /= 10;
				any = 1;
			}
			if (!any)
				return false;
		}
		if (!offset_parse(&s, &offset))
			return false;
	}
	if (s.n > 0 || h > 23 || mi > 59 || sec > 59)
		return false;
	*ms = days_from_civil(y, mo, d) * 86400000 +
	      ((int64_t)h * 3600 + (int64_t)mi * 60 + sec - (int64_t)offset * 60) * 1000 + milli;
	return true;
}
