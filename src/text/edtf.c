#include "text/edtf.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"

#define APPROXIMATE_YEARS 2

static int
month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Exactly `width` digits at the start of *s; cut off. */
static bool
take_digits(struct str *s, size_t width, int *out)
{
	*out = 0;
	if (s->n < width)
		return false;
	for (size_t i = 0; i < width; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		*out = *out * 10 + (s->p[i] - '0');
	}
	*s = str_sub(*s, width, s->n);
	return true;
}

/* "-" and two digits, or "-XX" for unknown: then *out is 0. */
static bool
take_part(struct str *s, int *out)
{
	if (!str_starts(*s, STR("-")))
		return false;
	*s = str_sub(*s, 1, s->n);
	if (str_starts(*s, STR("XX"))) {
		*s = str_sub(*s, 2, s->n);
		*out = 0;
		return true;
	}
	return take_digits(s, 2, out) && *out > 0;
}

static bool
take_day(struct str s, struct edtf_day *out)
{
	struct edtf_day d = {.precision = EDTF_YEAR};
	char mark = s.n > 0 ? s.p[s.n - 1] : '\0';

	d.approximate = mark == '~' || mark == '%';
	d.uncertain = mark == '?' || mark == '%';
	if (d.approximate || d.uncertain)
		s.n--;
	if (!take_digits(&s, 4, &d.year))
		return false;
	if (s.n > 0 && (!take_part(&s, &d.month) || d.month > 12))
		return false;
	if (s.n > 0) {
		if (!take_part(&s, &d.day) || (d.month == 0 && d.day != 0))
			return false;
		if (d.month > 0 && d.day > month_days(d.year, d.month))
			return false;
	}
	if (d.month > 0)
		d.precision = d.day > 0 ? EDTF_DAY : EDTF_MONTH;
	*out = d;
	return s.n == 0;
}

/* The first and the last day a date may mean, in days since 1970. */
static int64_t
first_day(const struct edtf_day *d)
{
	return days_from_civil(d->year, d->month > 0 ? d->month : 1, d->day > 0 ? d->day : 1);
}

static int64_t
last_day(const struct edtf_day *d)
{
	int month = d->month > 0 ? d->month : 12;

	return days_from_civil(d->year, month, d->day > 0 ? d->day : month_days(d->year, month));
}

static bool
is_open(struct str s)
{
	return s.n == 0 || str_eq_z(s, "..");
}

bool
edtf_parse(struct str s, struct edtf *out)
{
	struct edtf d = {.interval = str_chr(s, '/') >= 0};
	struct str from = s, to;

	if (d.interval) {
		ptrdiff_t at = str_chr(s, '/');

		from = str_sub(s, 0, (size_t)at);
		to = str_sub(s, (size_t)at + 1, s.n);
		d.open_from = is_open(from);
		d.open_to = is_open(to);
		if (d.open_from && d.open_to)
			return false;
		if (!d.open_to && !take_day(to, &d.to))
			return false;
	}
	if (!d.open_from && !take_day(from, &d.from))
		return false;
	if (!d.interval)
		d.to = d.from;
	if (!d.open_from && !d.open_to && first_day(&d.from) > last_day(&d.to))
		return false;
	*out = d;
	return true;
}

static void
add_day(struct buf *out, const struct edtf_day *d)
{
	buf_addf(out, "%04d", d->year);
	if (d->precision != EDTF_YEAR)
		buf_addf(out, "-%02d", d->month);
	if (d->precision == EDTF_DAY)
		buf_addf(out, "-%02d", d->day);
	if (d->approximate || d->uncertain)
		buf_add_byte(out, !d->uncertain ? '~' : !d->approximate ? '?' : '%');
}

struct str
edtf_format(struct arena *a, const struct edtf *d)
{
	struct buf out;

	buf_init(&out, a);
	if (d->open_from)
		buf_add_z(&out, "..");
	else
		add_day(&out, &d->from);
	if (d->interval) {
		buf_add_byte(&out, '/');
		if (d->open_to)
			buf_add_z(&out, "..");
		else
			add_day(&out, &d->to);
	}
	return buf_str(&out);
}

/* One of eight digits differs, two neighbours changed places, or the days are neighbours. */
static bool
is_slip(const struct edtf_day *a, const struct edtf_day *b)
{
	int64_t apart = first_day(a) - first_day(b);
	int x = a->year * 10000 + a->month * 100 + a->day;
	int y = b->year * 10000 + b->month * 100 + b->day;
	int differ = 0, xs[8], ys[8], at[8];

	for (int i = 0; i < 8; i++, x /= 10, y /= 10) {
		xs[i] = x % 10;
		ys[i] = y % 10;
		if (xs[i] != ys[i])
			at[differ++] = i;
	}
	if (differ == 1 || apart == 1 || apart == -1)
		return true;
	return differ == 2 && at[1] == at[0] + 1 && xs[at[0]] == ys[at[1]] &&
	       xs[at[1]] == ys[at[0]];
}

static bool
near_year(const struct edtf_day *a, const struct edtf_day *b, int years)
{
	if (a->approximate || b->approximate)
		years = APPROXIMATE_YEARS;
	return abs(a->year - b->year) <= years;
}

static enum edtf_agreement
compare_days(const struct edtf_day *a, const struct edtf_day *b)
{
	enum edtf_precision least = a->precision < b->precision ? a->precision : b->precision;

	if (a->year != b->year) {
		if (least == EDTF_DAY && is_slip(a, b))
			return EDTF_ONE_DIGIT;
		return near_year(a, b, least == EDTF_DAY ? 0 : 1) ? EDTF_NEAR_YEAR : EDTF_CONFLICT;
	}
	if (least == EDTF_YEAR)
		return EDTF_SAME_YEAR;
	if (a->month == b->month && least == EDTF_MONTH)
		return EDTF_SAME_MONTH;
	if (least == EDTF_MONTH)
		return EDTF_YEAR_ONLY;
	if (a->month == b->month && a->day == b->day)
		return EDTF_SAME_DAY;
	if (a->month == b->day && a->day == b->month)
		return EDTF_SWAPPED;
	return is_slip(a, b) ? EDTF_ONE_DIGIT : EDTF_YEAR_ONLY;
}

#define AGES INT64_C(4000000)

static enum edtf_agreement
compare_spans(const struct edtf *a, const struct edtf *b)
{
	int64_t from_a = a->open_from ? -AGES : first_day(&a->from);
	int64_t from_b = b->open_from ? -AGES : first_day(&b->from);
	int64_t to_a = a->open_to ? AGES : last_day(&a->to);
	int64_t to_b = b->open_to ? AGES : last_day(&b->to);
	bool rough =
	    a->from.approximate || a->to.approximate || b->from.approximate || b->to.approximate;
	int64_t gap = from_a > to_b ? from_a - to_b : from_b - to_a;

	if (gap <= 0)
		return EDTF_SAME_YEAR;
	return gap <= 366 * (rough ? APPROXIMATE_YEARS : 1) ? EDTF_NEAR_YEAR : EDTF_CONFLICT;
}

enum edtf_agreement
edtf_compare(const struct edtf *a, const struct edtf *b)
{
	if (a->interval || b->interval)
		return compare_spans(a, b);
	return compare_days(&a->from, &b->from);
}

const char *
edtf_agreement_name(enum edtf_agreement agreement)
{
	static const char *const names[EDTF_AGREEMENT_COUNT] = {
	    [EDTF_SAME_DAY] = "same day",   [EDTF_SAME_MONTH] = "same month",
	    [EDTF_SAME_YEAR] = "same year", [EDTF_SWAPPED] = "swapped day and month",
	    [EDTF_ONE_DIGIT] = "one digit", [EDTF_YEAR_ONLY] = "year only",
	    [EDTF_NEAR_YEAR] = "near year", [EDTF_CONFLICT] = "conflict",
	};

	must((unsigned)agreement < EDTF_AGREEMENT_COUNT);
	return names[agreement];
}
