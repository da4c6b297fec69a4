#include "format/csv.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "format/feed.h"

struct csv {
	struct feed feed;
	struct limits limits;
	unsigned flags;
	char delimiter;
	bool resync; /* drop everything up to the next line's start */
	long line;   /* of feed.start */
	size_t columns, rows;
	struct csv_cell *cells;
	size_t cells_cap;
	struct buf latin; /* cells of this row that were Windows-1252 */
	bool stop[256];	  /* bytes that end a run of an unquoted cell */
};

struct csv *
csv_new(struct arena *a, struct source source, const struct csv_options *options)
{
	struct csv *csv = NEW(a, struct csv);

	csv->limits = limits_full(options != NULL ? &options->limits : NULL);
	csv->flags = options != NULL ? options->flags : 0;
	csv->delimiter = options != NULL ? options->delimiter : 0;
	csv->line = 1;
	feed_init(&csv->feed, a, source, csv->limits.row_bytes_max,
		  csv->limits.bytes_max > 0 ? csv->limits.bytes_max : (uint64_t)16 << 30);
	csv->feed.drop_sub = true;
	buf_init(&csv->latin, a);
	csv->stop['\n'] = csv->stop['\r'] = csv->stop['\0'] = true;
	if (csv->delimiter != 0)
		csv->stop[(unsigned char)csv->delimiter] = true;
	return csv;
}

bool
csv_can_go_on(const struct csv *csv)
{
	return csv->feed.broken == RC_OK;
}

/* The delimiter that stands most often, outside quotes, in the first line. */
static void
find_delimiter(struct csv *csv)
{
	static const char kinds[] = {',', ';', '\t', '|'};
	size_t count[COUNT_OF(kinds)] = {0}, best = 0;
	bool quoted = false;

	for (size_t i = csv->feed.start; i < csv->feed.end; i++) {
		char c = csv->feed.p[i];

		if (c == '"')
			quoted = !quoted;
		if (!quoted && (c == '\n' || c == '\r'))
			break;
		for (size_t k = 0; !quoted && k < COUNT_OF(kinds); k++)
			count[k] += c == kinds[k];
	}
	for (size_t k = 1; k < COUNT_OF(kinds); k++) {
		if (count[k] > count[best])
			best = k;
	}
	csv->delimiter = kinds[best];
	csv->stop[(unsigned char)csv->delimiter] = true;
}

static struct csv_cell *
add_cell(struct csv *csv, size_t n)
{
	if (n >= csv->cells_cap) {
		size_t cap = csv->cells_cap > 0 ? csv->cells_cap * 2 : 64;
		struct csv_cell *at = NEW_N(csv->feed.arena, struct csv_cell, cap);

		if (n > 0)
			memcpy(at, csv->cells, n * sizeof *at);
		csv->cells = at;
		csv->cells_cap = cap;
	}
	return &csv->cells[n];
}

/* One row on its way through the window. */
struct scan {
	size_t i;	   /* where we are */
	size_t line_start; /* offset of the line we are in */
	long line;
	const char *wrong; /* what is wrong at i, when the row cannot be cut into cells */
};

enum step { STEP_CELL, STEP_ROW, STEP_MORE, STEP_WRONG };

static enum step
wrong(struct scan *s, size_t at, const char *text)
{
	s->i = at;
	s->wrong = text;
	return STEP_WRONG;
}

/* The end of a line at s->i, past it; a CR at the window's end waits for its LF. */
static enum step
end_line(struct csv *csv, struct scan *s)
{
	const struct feed *f = &csv->feed;

	if (f->p[s->i] == '\r') {
		if (s->i + 1 == f->end && !f->ended)
			return STEP_MORE;
		s->i += s->i + 1 < f->end && f->p[s->i + 1] == '\n';
	}
	s->i++;
	return STEP_ROW;
}

static enum step
after_cell(struct csv *csv, struct scan *s)
{
	const struct feed *f = &csv->feed;

	if (s->i == f->end)
		return f->ended ? STEP_ROW : STEP_MORE;
	if (f->p[s->i] == csv->delimiter) {
		s->i++;
		return STEP_CELL;
	}
	if (f->p[s->i] == '\0')
		return wrong(s, s->i, "a NUL byte");
	return end_line(csv, s);
}

/* s->i stands behind the opening quote. Doubled quotes are left for finish_cell. */
static enum step
scan_quoted(struct csv *csv, struct scan *s, struct csv_cell *cell)
{
	const struct feed *f = &csv->feed;
	size_t open = s->i - 1, i = s->i;

	for (;;) {
		const char *q = i < f->end ? memchr(f->p + i, '"', f->end - i) : NULL;

		if (q == NULL)
			return f->ended ? wrong(s, open, "a quote that is not closed") : STEP_MORE;
		i = (size_t)(q - f->p) + 1;
		if (i == f->end && !f->ended)
			return STEP_MORE;
		if (i == f->end || f->p[i] != '"')
			break;
		i++;
	}
	cell->text = (struct str){f->p + s->i, i - 1 - s->i};
	cell->quoted = true;
	for (const char *p = cell->text.p, *end = p + cell->text.n;
	     p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) {
		s->line++;
		s->line_start = (size_t)(p - f->p) + 1;
	}
	while (i < f->end && (f->p[i] == ' ' || f->p[i] == '\t') && f->p[i] != csv->delimiter)
		i++;
	if (i < f->end && !csv->stop[(unsigned char)f->p[i]])
		return wrong(s, i, "text behind a closing quote");
	s->i = i;
	return after_cell(csv, s);
}

static enum step
scan_cell(struct csv *csv, struct scan *s, struct csv_cell *cell)
{
	const struct feed *f = &csv->feed;
	const unsigned char *p = (const unsigned char *)f->p;
	size_t i = s->i, end = f->end;

	cell->line = s->line;
	cell->column = (long)(i - s->line_start) + 1;
	cell->quoted = false;
	if (i < end && p[i] == '"') {
		s->i++;
		return scan_quoted(csv, s, cell);
	}
	while (i < end && !csv->stop[p[i]])
		i++;
	cell->text = (struct str){f->p + s->i, i - s->i};
	s->i = i;
	return after_cell(csv, s);
}

/* Undo doubled quotes in place: the window is ours. */
static void
undouble(struct csv *csv, struct csv_cell *cell)
{
	char *to, *p;
	const char *end = cell->text.p + cell->text.n;

	if (cell->text.n == 0 || (p = memchr(cell->text.p, '"', cell->text.n)) == NULL)
		return;
	must(p >= csv->feed.p && end <= csv->feed.p + csv->feed.end);
	for (to = p; p < end; p++) {
		*to++ = *p;
		p += *p == '"';
	}
	cell->text.n = (size_t)(to - cell->text.p);
}

/* Windows-1252 as the WHATWG Encoding Standard has it, for 0x80 to 0x9f. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

static void
from_latin(struct csv *csv, struct csv_cell *cell)
{
	char *to = csv->latin.p + csv->latin.n, *start = to;

	for (size_t i = 0; i < cell->text.n; i++) {
		unsigned char c = (unsigned char)cell->text.p[i];

		to += utf8_encode(c >= 0x80 && c < 0xa0 ? windows_1252[c - 0x80] : c, to);
	}
	csv->latin.n += (size_t)(to - start);
	cell->text = (struct str){start, (size_t)(to - start)};
}

static enum rc
bad_cell(struct csv *csv, const struct csv_cell *cell, struct err *err, enum rc rc,
	 const char *text)
{
	return fail_at(err, rc, csv->feed.source.name, cell->line, cell->column, "", "%s", text);
}

static enum rc
finish_cell(struct csv *csv, struct csv_cell *cell, size_t row_bytes, struct err *err)
{
	if (cell->quoted) {
		if (cell->text.n > 0 && memchr(cell->text.p, '\0', cell->text.n) != NULL)
			return bad_cell(csv, cell, err, RC_INVALID, "a NUL byte");
		undouble(csv, cell);
	}
	if (cell->text.n > csv->limits.field_bytes_max)
		return bad_cell(csv, cell, err, RC_TOO_LARGE, "the cell is over its limit");
	if (utf8_is_valid(cell->text))
		return RC_OK;
	if (!(csv->flags & CSV_LATIN1) || csv->feed.encoding != FEED_BYTES)
		return bad_cell(csv, cell, err, RC_INVALID,
				"text that is not UTF-8; Windows-1252 is read with --latin1");
	/* Room for all that this row can become, once, so that no cell moves later. */
	if (csv->latin.cap - csv->latin.n < 3 * cell->text.n) {
		(void)buf_room(&csv->latin, 3 * row_bytes);
		csv->latin.n -= 3 * row_bytes;
	}
	from_latin(csv, cell);
	return RC_OK;
}

static enum rc
finish_row(struct csv *csv, struct csv_row *row, size_t row_bytes, struct err *err)
{
	enum rc rc;

	if (csv->columns == 0)
		csv->columns = row->n;
	if (row->n != csv->columns && !(csv->flags & CSV_RAGGED))
		return fail_at(err, RC_INVALID, csv->feed.source.name, row->line, 0, "",
			       "the row has %zu cells where the first row has %zu", row->n,
			       csv->columns);
	buf_clear(&csv->latin);
	for (size_t i = 0; i < row->n; i++) {
		if ((rc = finish_cell(csv, &row->at[i], row_bytes, err)) != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* Drop what is left of a row that could not be cut, up to the start of a line. */
static enum rc
go_to_next_line(struct csv *csv, struct err *err)
{
	struct feed *f = &csv->feed;
	enum rc rc;

	for (;;) {
		size_t i = f->start;

		while (i < f->end && f->p[i] != '\n' && f->p[i] != '\r')
			i++;
		if (i < f->end) {
			struct scan s = {.i = i};

			if (end_line(csv, &s) == STEP_ROW) {
				f->start = s.i;
				csv->line++;
				csv->resync = false;
				return RC_OK;
			}
		}
		f->start = i;
		if ((rc = feed_more(f, err)) != RC_OK)
			return rc;
	}
}

/* Past blank lines, with at least one byte in the window. */
static enum rc
find_row(struct csv *csv, struct err *err)
{
	struct feed *f = &csv->feed;
	enum rc rc;

	if (csv->resync && (rc = go_to_next_line(csv, err)) != RC_OK)
		return rc;
	for (;;) {
		struct scan s = {.i = f->start};

		if (f->start == f->end) {
			if ((rc = feed_more(f, err)) != RC_OK)
				return rc;
			continue;
		}
		if (f->p[f->start] == 0x1a)
			return RC_ABSENT;
		if (f->p[f->start] != '\n' && f->p[f->start] != '\r')
			return RC_OK;
		if (end_line(csv, &s) == STEP_ROW) {
			f->start = s.i;
			csv->line++;
		} else if ((rc = feed_more(f, err)) != RC_OK) {
			return rc;
		}
	}
}

/* Cut the row at feed.start into cells, from its start again whenever more must come. */
static enum rc
cut_row(struct csv *csv, struct csv_row *row, struct scan *s, struct err *err)
{
	struct feed *f = &csv->feed;
	enum step step;
	enum rc rc;

again:
	*s = (struct scan){.i = f->start, .line_start = f->start, .line = csv->line};
	row->n = 0;
	do {
		if (row->n == csv->limits.columns_max) {
			csv->resync = true;
			return fail_at(err, RC_TOO_LARGE, f->source.name, s->line, 0, "",
				       "the row has more than %zu cells", row->n);
		}
		step = scan_cell(csv, s, add_cell(csv, row->n));
		row->n++;
	} while (step == STEP_CELL);
	if (step == STEP_ROW)
		return RC_OK;
	if (step == STEP_WRONG) {
		csv->resync = true;
		return fail_at(err, RC_INVALID, f->source.name, s->line,
			       (long)(s->i - s->line_start) + 1, "", "%s", s->wrong);
	}
	rc = feed_more(f, err);
	if (rc == RC_OK || rc == RC_ABSENT)
		goto again;
	if (rc == RC_TOO_LARGE && f->broken == RC_OK) {
		csv->resync = true;
		return fail_at(err, rc, f->source.name, csv->line, 0, "",
			       "the row is over its limit, or a quote in it is not closed");
	}
	return rc;
}

enum rc
csv_next(struct csv *csv, struct csv_row *row, struct err *err)
{
	struct feed *f = &csv->feed;
	struct scan s;
	size_t row_bytes;
	enum rc rc;

	*row = (struct csv_row){0};
	if (f->broken != RC_OK) {
		if (err != NULL)
			*err = f->why;
		return f->broken;
	}
	if ((rc = find_row(csv, err)) != RC_OK)
		return rc;
	if (csv->delimiter == 0)
		find_delimiter(csv);
	row->line = csv->line;
	if (csv->rows++ >= csv->limits.rows_max) {
		f->broken = fail_at(&f->why, RC_TOO_LARGE, f->source.name, csv->line, 0, "",
				    "the file has more than %zu rows", csv->limits.rows_max);
		if (err != NULL)
			*err = f->why;
		return f->broken;
	}
	if ((rc = cut_row(csv, row, &s, err)) != RC_OK) {
		row->n = 0;
		return rc;
	}
	row_bytes = s.i - f->start;
	f->start = s.i;
	csv->line = s.line + 1;
	row->at = csv->cells;
	return finish_row(csv, row, row_bytes, err);
}
