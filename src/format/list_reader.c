#include "format/list_reader.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

#define VALUES_MAX 1000

enum rc
list_emit(struct list_reader *r, struct list_entry *entry, struct err *err)
{
	enum rc rc = RC_OK;
	struct err why = {0};

	if (entry->names.n == 0) {
		(void)fail_at(&why, RC_INVALID, r->file, entry->line, 0, "",
			      "the entry has no name");
		list_skip(r, &why);
	} else {
		entry->file = r->file;
		r->report->entries++;
		r->report->names += (long)entry->names.n;
		rc = r->sink->entry(r->sink->ctx, entry, err);
	}
	*entry = (struct list_entry){0};
	arena_reset(r->scrap);
	return rc;
}

static void
tell(struct list_reader *r, const struct err *why)
{
	if (r->report->skipped + r->report->bad_values == 0)
		r->report->first_skipped = *why;
	if (r->sink->skipped != NULL)
		r->sink->skipped(r->sink->ctx, why);
}

void
list_skip(struct list_reader *r, const struct err *why)
{
	tell(r, why);
	r->report->skipped++;
}

void
list_leave_out(struct list_reader *r, long line, long column, const char *key, const char *text)
{
	struct err why = {0};

	(void)fail_at(&why, RC_INVALID, r->file, line, column, key, "%s", text);
	tell(r, &why);
	r->report->bad_values++;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str
list_squeeze(struct arena *a, struct str text)
{
	char *p = arena_bytes(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (!is_space(text.p[i]))
			p[n++] = text.p[i];
		else if (n > 0 && p[n - 1] != ' ')
			p[n++] = ' ';
	}
	if (n > 0 && p[n - 1] == ' ')
		n--;
	p[n] = '\0';
	return (struct str){p, n};
}

/* Values that are compared with each other stay few, so that no entry takes long. */
static bool
has_place(struct list_reader *r, const struct list_entry *e, size_t n)
{
	if (n == VALUES_MAX)
		list_leave_out(r, e->line, 0, "", "the entry has too many values of one kind");
	return n < VALUES_MAX;
}

void
list_add_name(struct list_reader *r, struct list_entry *e, struct str text,
	      enum list_name_kind kind)
{
	struct list_name *name;

	text = list_squeeze(r->scrap, text);
	if (text.n == 0)
		return;
	VEC_EACH (name, &e->names) {
		if (str_eq(name->text, text))
			return;
	}
	if (has_place(r, e, e->names.n))
		*VEC_ADD(r->scrap, &e->names) = (struct list_name){text, kind};
}

void
list_add_text(struct list_reader *r, struct str_list *list, struct str text)
{
	text = list_squeeze(r->scrap, text);
	if (text.n == 0)
		return;
	for (size_t i = 0; i < list->n; i++) {
		if (str_eq_ascii_case(list->at[i], text))
			return;
	}
	if (list->n < VALUES_MAX)
		*VEC_ADD(r->scrap, list) = text;
}

void
list_add_id(struct list_reader *r, struct list_entry *e, struct str kind, struct str value,
	    struct str country)
{
	struct list_id *id;

	value = list_squeeze(r->scrap, value);
	if (value.n == 0)
		return;
	VEC_EACH (id, &e->ids) {
		if (str_eq(id->kind, kind) && str_eq(id->value, value))
			return;
	}
	if (!has_place(r, e, e->ids.n))
		return;
	id = VEC_ADD(r->scrap, &e->ids);
	id->kind = kind;
	id->value = value;
	id->country = list_squeeze(r->scrap, country);
}

void
list_add_address(struct list_reader *r, struct list_entry *e, struct str text, struct str country)
{
	struct list_address *address;

	text = list_squeeze(r->scrap, text);
	country = list_squeeze(r->scrap, country);
	if (text.n == 0 && country.n == 0)
		return;
	address = VEC_ADD(r->scrap, &e->addresses);
	address->text = text;
	address->country = country;
}

struct str
list_spoken_name(struct arena *a, struct str text)
{
	struct str rest = text, family = str_trim(str_cut(&rest, ',')), given;
	struct buf b;

	if (rest.p == NULL)
		return str_trim(text);
	given = str_trim(str_cut(&rest, ','));
	buf_init(&b, a);
	buf_add(&b, given);
	buf_add_byte(&b, ' ');
	buf_add(&b, family);
	while (rest.p != NULL) {
		buf_add_byte(&b, ' ');
		buf_add(&b, str_trim(str_cut(&rest, ',')));
	}
	return str_trim(buf_str(&b));
}

/* 1 to 12 for an English month, by its first three letters; 0 for none. */
static int
month_of(struct str word)
{
	static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
					     "jul", "aug", "sep", "oct", "nov", "dec"};

	if (word.n < 3)
		return 0;
	for (int i = 0; i < 12; i++) {
		if (str_eq_ascii_case(str_sub(word, 0, 3), str_from(months[i])))
			return i + 1;
	}
	return 0;
}

static bool
is_number(struct str s, size_t digits_max, int *out)
{
	int v = 0;

	if (s.n == 0 || s.n > digits_max)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*out = v;
	return true;
}

static bool
is_day(int year, int month, int day)
{
	int y, m, d;

	if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	civil_from_days(days_from_civil(year, month, day), &y, &m, &d);
	return m == month && d == day;
}

/* "1960", "1960-03", "1960-03-14" with perhaps a time or zone behind. */
static bool
digits_date(struct str s, int *y, int *m, int *d)
{
	*m = *d = 0;
	if (!is_number(str_sub(s, 0, 4), 4, y) || s.n < 4)
		return false;
	if (s.n == 4)
		return *y > 0;
	if (s.n < 7 || s.p[4] != '-' || !is_number(str_sub(s, 5, 7), 2, m) || *m < 1 || *m > 12)
		return false;
	if (s.n == 7)
		return *y > 0;
	if (s.n < 10 || s.p[7] != '-' || !is_number(str_sub(s, 8, 10), 2, d))
		return false;
	return is_day(*y, *m, *d) &&
	       (s.n == 10 || s.p[10] == 'T' || s.p[10] == 'Z' || s.p[10] == '+' || s.p[10] == '-');
}

/* "14 Mar 1960", "Mar 1960", "14 March, 1960", "14.03.1960". */
static bool
words_date(struct str s, int *y, int *m, int *d)
{
	struct str word[3];
	size_t n = 0;

	*m = *d = 0;
	for (size_t i = 0; i < s.n;) {
		size_t from;

		while (i < s.n && (is_space(s.p[i]) || strchr(".,/", s.p[i]) != NULL))
			i++;
		from = i;
		while (i < s.n && !is_space(s.p[i]) && strchr(".,/", s.p[i]) == NULL)
			i++;
		if (i == from)
			break;
		if (n == 3)
			return false;
		word[n++] = str_sub(s, from, i);
	}
	if (n < 2 || word[n - 1].n != 4 || !is_number(word[n - 1], 4, y) || *y == 0)
		return false;
	if (n == 2)
		return (*m = month_of(word[0])) > 0;
	if (!is_number(word[0], 2, d))
		return false;
	/* In digits alone, day and month are known apart only with points, as in 14.03.1960. */
	if ((*m = month_of(word[1])) == 0 && (str_chr(s, '.') < 0 || !is_number(word[1], 2, m)))
		return false;
	return is_day(*y, *m, *d);
}

static bool
add_one_date(struct buf *b, struct str s, bool about)
{
	int y, m, d;

	s = str_trim(s);
	while (str_ends(s, STR("~")) || str_ends(s, STR("?"))) {
		about = true;
		s.n--;
	}
	if (str_starts(s, STR("circa ")))
		return add_one_date(b, str_sub(s, 6, s.n), true);
	if (!digits_date(s, &y, &m, &d) && !words_date(s, &y, &m, &d))
		return false;
	buf_addf(b, "%04d", y);
	if (m > 0)
		buf_addf(b, "-%02d", m);
	if (d > 0)
		buf_addf(b, "-%02d", d);
	if (about)
		buf_add_byte(b, '~');
	return true;
}

bool
list_add_date(struct list_reader *r, struct list_entry *e, struct str text)
{
	bool about = false;
	ptrdiff_t at;
	size_t width = 4;
	struct buf b;

	buf_init(&b, r->scrap);
	text = str_trim(text);
	if (str_starts(text, STR("circa "))) {
		about = true;
		text = str_trim(str_sub(text, 6, text.n));
	}
	if ((at = str_find(text, STR(" to "))) < 0) {
		width = 1;
		at = str_chr(text, '/');
		/* 14/03/1960 is no interval, and no date either: nobody knows which is the day. */
		if (at >= 0 && at < 4)
			return false;
		if (at < 0 && text.n == 9 && text.p[4] == '-')
			at = 4; /* 1960-1963 */
	}
	if (at < 0) {
		if (!add_one_date(&b, text, about))
			return false;
	} else {
		if (!add_one_date(&b, str_sub(text, 0, (size_t)at), about))
			return false;
		buf_add_byte(&b, '/');
		if (!add_one_date(&b, str_sub(text, (size_t)at + width, text.n), about))
			return false;
	}
	list_add_text(r, &e->dobs, buf_str(&b));
	return true;
}
