#include "base/arena.h"
#include "base/clock.h"
#include "format/htcds_inside.h"

/* In one cell. */
#define VALUES_MAX 256

void
htcds_reading_init(struct htcds_reading *r, struct arena *a, const struct htcds *h,
		   const char *name, const struct htcds_sink *sink, struct htcds_report *report)
{
	*r = (struct htcds_reading){
	    .h = h, .name = name, .sink = sink, .report = report, .scrap = arena_new(0)};
	*report = (struct htcds_report){0};
	r->single = NEW_N(a, struct str, h->fields.n);
	r->cells = NEW_N(a, struct htcds_cell, h->fields.n);
	r->row.cells.at = NEW_N(a, struct htcds_cell, h->fields.n);
	r->row.cells.cap = h->fields.n;
}

void
htcds_reading_done(struct htcds_reading *r)
{
	arena_free(r->scrap);
}

void
htcds_row_begin(struct htcds_reading *r, long line)
{
	arena_reset(r->scrap);
	r->row.line = line;
	r->row.cells.n = 0;
	r->bad = false;
	for (size_t i = 0; i < r->h->fields.n; i++)
		r->cells[i].values = (struct str_list){0};
}

void
htcds_row_bad(struct htcds_reading *r, enum rc rc, const char *key, long line, long column,
	      const char *why)
{
	struct err err = {0};

	(void)fail_at(&err, rc, r->name, line, column, key, "%s", why);
	r->bad = true;
	r->report->bad_cells++;
	if (r->sink->bad != NULL)
		r->sink->bad(r->sink->ctx, &err);
}

static bool
digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n > 0;
}

static int
number_at(struct str s, size_t from, size_t n)
{
	int v = 0;

	for (size_t i = from; i < from + n; i++)
		v = v * 10 + (s.p[i] - '0');
	return v;
}

/* An ISO 8601 day, month or year, approximate (~) or uncertain (?); a time behind is cut off. */
static const char *
check_date(struct str *s)
{
	struct str day = *s;
	int year, month = 1, date = 1, y, m, d;

	if (day.n > 10 && (day.p[10] == 'T' || day.p[10] == ' '))
		*s = day = str_sub(day, 0, 10);
	if (str_ends(day, STR("~")) || str_ends(day, STR("?")))
		day.n--;
	if (day.n != 4 && day.n != 7 && day.n != 10)
		return "a date is written 2026-03-14, 2026-03 or 2026";
	for (size_t i = 0; i < day.n; i++) {
		if (i == 4 || i == 7 ? day.p[i] != '-' : day.p[i] < '0' || day.p[i] > '9')
			return "a date is written 2026-03-14, 2026-03 or 2026";
	}
	year = number_at(day, 0, 4);
	if (day.n >= 7)
		month = number_at(day, 5, 2);
	if (day.n == 10)
		date = number_at(day, 8, 2);
	if (year == 0 || month < 1 || month > 12 || date < 1 || date > 31)
		return "there is no such day";
	civil_from_days(days_from_civil(year, month, date), &y, &m, &d);
	return m == month && d == date ? NULL : "there is no such day";
}

bool
htcds_bool(struct str text, bool *out)
{
	static const char *const words[] = {"false", "true", "0", "1", "no", "yes", "n", "y"};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (str_eq_ascii_case(text, str_from(words[i]))) {
			*out = i % 2 == 1;
			return true;
		}
	}
	return false;
}

static const char *
check_number(struct str *s)
{
	struct str rest = *s, whole;

	if (rest.p[0] == '-' || rest.p[0] == '+')
		rest = str_sub(rest, 1, rest.n);
	if (s->p[0] == '+')
		*s = rest;
	whole = str_cut(&rest, '.');
	if (!digits(whole) || (rest.p != NULL && !digits(rest)) || s->n > 32)
		return "a number is written with digits, and perhaps a point and decimals";
	return NULL;
}

/* E.164: ^\+?[1-9]\d{1,14}$, after leaving out what people put between the digits. */
static const char *
check_phone(struct arena *a, struct str *s)
{
	char kept[17];
	size_t n = 0;
	struct str number;

	for (size_t i = 0; i < s->n; i++) {
		if (strchr(" -.()/", s->p[i]) != NULL)
			continue;
		if (n == sizeof kept)
			return "a phone number has at most 15 digits";
		kept[n++] = s->p[i];
	}
	number = (struct str){kept, n};
	if (n > 0 && kept[0] == '+')
		number = str_sub(number, 1, n);
	if (number.n < 2 || number.n > 15 || !digits(number) || number.p[0] == '0')
		return "a phone number is written +999123456, with the country's code";
	if (n != s->n)
		*s = str_copy(a, (struct str){kept, n});
	return NULL;
}

/* What is wrong with the text, or NULL and its regular form. */
static const char *
check_value(struct htcds_reading *r, size_t field, struct str *text)
{
	const struct htcds_field *f = &r->h->fields.at[field];
	bool yes;

	switch (f->kind) {
	case HTCDS_TEXT: return NULL;
	case HTCDS_PICK:
	case HTCDS_MULTI:
		if (f->values.n > 0 && !htcds_value(r->h, field, *text, text) && f->closed)
			return "the field's list has no such value";
		return NULL;
	case HTCDS_DATE: return check_date(text);
	case HTCDS_BOOL:
		if (!htcds_bool(*text, &yes))
			return "this is neither true nor false";
		*text = yes ? STR("true") : STR("false");
		return NULL;
	case HTCDS_NUMBER: return check_number(text);
	case HTCDS_PHONE: return check_phone(r->scrap, text);
	}
	must(!"a kind");
}

void
htcds_row_value(struct htcds_reading *r, size_t field, struct str text, long line, long column)
{
	const struct htcds_field *f = &r->h->fields.at[field];
	struct htcds_cell *cell = &r->cells[field];
	const char *why;

	text = str_trim(text);
	if (text.n == 0)
		return;
	if ((why = check_value(r, field, &text)) != NULL) {
		htcds_row_bad(r, RC_INVALID, f->name.p, line, column, why);
		return;
	}
	for (size_t i = 0; i < cell->values.n; i++) {
		if (str_eq(cell->values.at[i], text))
			return;
	}
	if (cell->values.n > 0 && f->kind != HTCDS_MULTI) {
		htcds_row_bad(r, RC_INVALID, f->name.p, line, column,
			      "several values where one can be");
		return;
	}
	if (cell->values.n == VALUES_MAX) {
		htcds_row_bad(r, RC_TOO_LARGE, f->name.p, line, column, "too many values");
		return;
	}
	if (cell->values.n == 0) {
		/* Most fields have one value, which needs no memory of its own. */
		r->single[field] = text;
		cell->values = (struct str_list){&r->single[field], 1, 1};
		cell->column = column;
	} else {
		*VEC_ADD(r->scrap, &cell->values) = text;
	}
}

void
htcds_row_cell(struct htcds_reading *r, size_t field, struct str text, long line, long column)
{
	if (text.n == 0)
		return;
	if (r->h->fields.at[field].kind != HTCDS_MULTI) {
		htcds_row_value(r, field, text, line, column);
		return;
	}
	for (size_t i = 0, from = 0; i <= text.n; i++) {
		if (i == text.n || text.p[i] == ';' || text.p[i] == '|') {
			htcds_row_value(r, field, str_sub(text, from, i), line, column);
			from = i + 1;
		}
	}
}

enum rc
htcds_row_end(struct htcds_reading *r, struct err *err)
{
	for (size_t i = 0; i < r->h->fields.n && !r->bad; i++) {
		if (r->cells[i].values.n > 0) {
			r->cells[i].field = i;
			r->row.cells.at[r->row.cells.n++] = r->cells[i];
		}
	}
	if (r->bad) {
		r->report->bad_rows++;
		return RC_OK;
	}
	if (r->row.cells.n == 0)
		return RC_OK;
	r->report->rows++;
	return r->sink->row(r->sink->ctx, &r->row, err);
}
