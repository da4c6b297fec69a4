#include "link/incidents/table.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "parse/parse.h"
#include "text/translit.h"

#define SHOWN_MAX 20
#define PIECES_MAX 32 /* of one cell */
#define HELPER_COUNT (UINT32_MAX / 2)

enum column {
	COLUMN_ID,
	COLUMN_DATE,
	COLUMN_CITY,
	COLUMN_COUNTRY,
	COLUMN_ROUTE,
	COLUMN_TEXT,
	COLUMN_FIRST_IDENTIFIER,
};

/* clang-format off */
static const struct {
	const char *heading;
	int column; /* enum column, or COLUMN_FIRST_IDENTIFIER + enum evidence_kind */
} headings[] = {
	{ "id", COLUMN_ID }, { "incident", COLUMN_ID }, { "incident_id", COLUMN_ID },
	{ "date", COLUMN_DATE }, { "day", COLUMN_DATE }, { "occurred", COLUMN_DATE },
	{ "city", COLUMN_CITY }, { "place", COLUMN_CITY }, { "country", COLUMN_COUNTRY },
	{ "route", COLUMN_ROUTE }, { "text", COLUMN_TEXT }, { "modus_operandi", COLUMN_TEXT },
	{ "phones", COLUMN_FIRST_IDENTIFIER + EVIDENCE_PHONE }, { "phone", COLUMN_FIRST_IDENTIFIER + EVIDENCE_PHONE },
	{ "plates", COLUMN_FIRST_IDENTIFIER + EVIDENCE_PLATE }, { "plate", COLUMN_FIRST_IDENTIFIER + EVIDENCE_PLATE },
	{ "accounts", COLUMN_FIRST_IDENTIFIER + EVIDENCE_ACCOUNT }, { "account", COLUMN_FIRST_IDENTIFIER + EVIDENCE_ACCOUNT },
	{ "docs", COLUMN_FIRST_IDENTIFIER + EVIDENCE_DOCUMENT }, { "documents", COLUMN_FIRST_IDENTIFIER + EVIDENCE_DOCUMENT },
	{ "names", COLUMN_FIRST_IDENTIFIER + EVIDENCE_NAME }, { "name", COLUMN_FIRST_IDENTIFIER + EVIDENCE_NAME },
	{ "addresses", COLUMN_FIRST_IDENTIFIER + EVIDENCE_ADDRESS }, { "address", COLUMN_FIRST_IDENTIFIER + EVIDENCE_ADDRESS },
};
/* clang-format on */
#define COLUMN_COUNT (COLUMN_FIRST_IDENTIFIER + EVIDENCE_ADDRESS + 1)

struct reading {
	FILE *file;
	struct parse *csv;
	const char *path;
	size_t at[COLUMN_COUNT]; /* SIZE_MAX: not there */
	struct translit *translit;
};

void
incident_table_init(struct incident_table *t, struct arena *a)
{
	*t = (struct incident_table){.arena = a, .place_of = {.arena = a}};
	for (size_t k = 0; k < EVIDENCE_KIND_COUNT; k++)
		t->form_of[k].arena = a;
}

static enum rc
open_one(const char *path, struct reading *r, struct csv_row *header, struct err *err)
{
	enum rc rc;

	*r = (struct reading){.path = path};
	for (size_t c = 0; c < COLUMN_COUNT; c++)
		r->at[c] = SIZE_MAX;
	r->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	if (r->file == NULL)
		return fail(err, RC_ABSENT, "", "the file \"%s\" cannot be opened", path);
	rc = parse_csv_open(source_file(r->file, path), CSV_RAGGED | CSV_LATIN1, &r->csv, err);
	if (rc == RC_OK)
		rc = parse_csv_next(r->csv, header, err);
	if (rc == RC_ABSENT)
		return fail(err, RC_INVALID, "", "the file \"%s\" is empty", path);
	return rc == RC_OK ? translit_open(&r->translit, err) : rc;
}

static void
close_one(struct reading *r)
{
	parse_close(r->csv);
	translit_close(r->translit);
	if (r->file != NULL && r->file != stdin)
		(void)fclose(r->file);
}

static void
tell_bad(struct incident_table *t, const struct err *why, FILE *diag)
{
	struct arena *a = arena_new(0);

	if (++t->skipped <= SHOWN_MAX)
		fprintf(diag, "%.*s\n", STR_ARG(err_line(a, why)));
	arena_free(a);
}

static struct str
cell(const struct csv_row *row, size_t at)
{
	return at < row->n ? str_trim(row->at[at].text) : STR_NONE;
}

/* Places are one when their spellings are in lower-case ASCII. */
static uint32_t
place_add(struct incident_table *t, struct translit *tr, struct str city, struct str country)
{
	struct str key = translit_ascii(tr, t->arena, city);
	uint32_t *at;

	if (key.n == 0)
		return NO_PLACE;
	(void)country;
	if ((at = map_find(&t->place_of, key)) == NULL) {
		at = NEW(t->arena, uint32_t);
		*at = (uint32_t)t->places.n;
		*VEC_ADD(t->arena, &t->places) = str_copy(t->arena, city);
		map_put(&t->place_of, key, at);
	}
	return *at;
}

static uint32_t
form_add(struct incident_table *t, enum evidence_kind kind, const struct identifier *i)
{
	uint32_t *at = map_find(&t->form_of[kind], i->text);

	if (at == NULL) {
		at = NEW(t->arena, uint32_t);
		*at = (uint32_t)t->forms.n;
		*VEC_ADD(t->arena, &t->forms) = (struct form){
		    .kind = kind,
		    .text = str_copy(t->arena, i->text),
		    .shown = str_copy(t->arena, i->shown),
		    .flags = i->flags,
		};
		map_put(&t->form_of[kind], t->forms.at[*at].text, at);
	} else if (kind == EVIDENCE_NAME && str_chr(t->forms.at[*at].shown, ' ') < 0)
		t->forms.at[*at].shown = str_copy(t->arena, i->shown);
	return *at;
}

struct mentions {
	uint32_t at[INCIDENT_MENTIONS_MAX];
	size_t n;
};

static void
mention(struct incident_table *t, struct mentions *m, enum evidence_kind kind,
	const struct identifier *i)
{
	uint32_t form = form_add(t, kind, i);

	for (size_t k = 0; k < m->n; k++)
		if (m->at[k] == form)
			return;
	if (m->n == INCIDENT_MENTIONS_MAX)
		return;
	m->at[m->n++] = form;
	t->forms.at[form].count++;
}

static void
pieces_read(struct incident_table *t, struct translit *tr, enum evidence_kind kind, struct str all,
	    char between, struct mentions *m)
{
	for (size_t n = 0; all.p != NULL && n < PIECES_MAX; n++) {
		struct str piece = str_cut(&all, between);
		struct identifier i;

		if (identifier_read(t->arena, tr, kind, piece, &i))
			mention(t, m, kind, &i);
	}
}

/*
 * Each step of the route is evidence; so is where it starts, when nothing else of it is known.
 */
static void
route_read(struct incident_table *t, struct translit *tr, struct str all, struct incident *out,
	   struct mentions *m)
{
	uint32_t place[PIECES_MAX];
	size_t n = 0;

	while (all.p != NULL && n < PIECES_MAX) {
		place[n] = place_add(t, tr, str_trim(str_cut(&all, '>')), STR_NONE);
		n += place[n] != NO_PLACE;
	}
	for (size_t i = 0; i < n; i++) {
		struct identifier leg = {
		    .text = i > 0    ? str_fmt(t->arena, "%u>%u", place[i - 1], place[i])
			    : n == 1 ? str_fmt(t->arena, ">%u", place[i])
				     : STR_NONE};

		if (leg.text.n == 0)
			continue;
		leg.shown = str_fmt(t->arena, "%.*s>%.*s",
				    STR_ARG(i > 0 ? t->places.at[place[i - 1]] : STR_NONE),
				    STR_ARG(t->places.at[place[i]]));
		mention(t, m, EVIDENCE_LEG, &leg);
	}
	out->route_n = (uint32_t)n;
	out->route = memcpy(NEW_N(t->arena, uint32_t, n + 1), place, n * sizeof place[0]);
}

static int32_t
day_read(struct str s)
{
	int64_t ms;

	if (s.n < 10 || (!time_parse(str_sub(s, 0, 10), &ms) && !time_parse(s, &ms)))
		return NO_DAY;
	return (int32_t)(ms / 86400000);
}

static void
row_read(struct incident_table *t, struct reading *r, const struct csv_row *row)
{
	struct incident *out = VEC_ADD(t->arena, &t->incidents);
	struct mentions m = {.n = 0};

	*out = (struct incident){
	    .id = str_copy(t->arena, cell(row, r->at[COLUMN_ID])),
	    .day = day_read(cell(row, r->at[COLUMN_DATE])),
	    .place = place_add(t, r->translit, cell(row, r->at[COLUMN_CITY]),
			       cell(row, r->at[COLUMN_COUNTRY])),
	};
	for (size_t k = 0; k <= EVIDENCE_ADDRESS; k++)
		pieces_read(t, r->translit, (enum evidence_kind)k,
			    cell(row, r->at[COLUMN_FIRST_IDENTIFIER + k]), '|', &m);
	pieces_read(t, r->translit, EVIDENCE_MODE, cell(row, r->at[COLUMN_TEXT]), ';', &m);
	route_read(t, r->translit, cell(row, r->at[COLUMN_ROUTE]), out, &m);
	if (out->place != NO_PLACE) {
		struct identifier place = {.text = str_fmt(t->arena, "%u", out->place),
					   .shown = t->places.at[out->place]};

		mention(t, &m, EVIDENCE_PLACE, &place);
	}
	out->form_n = (uint32_t)m.n;
	out->forms = memcpy(NEW_N(t->arena, uint32_t, m.n + 1), m.at, m.n * sizeof m.at[0]);
}

static enum rc
rows_read(struct incident_table *t, struct reading *r, FILE *diag, struct err *err)
{
	struct csv_row row;
	enum rc rc;

	while ((rc = parse_csv_next(r->csv, &row, err)) != RC_ABSENT) {
		struct err why;

		if (rc != RC_OK) {
			if (!parse_can_go_on(r->csv))
				return rc;
			tell_bad(t, err, diag);
		} else if (cell(&row, r->at[COLUMN_ID]).n == 0) {
			(void)fail_at(&why, RC_INVALID, r->path, row.line, 0, "id",
				      "the row has no id");
			tell_bad(t, &why, diag);
		} else if (t->incidents.n == INCIDENTS_MAX) {
			return fail(err, RC_TOO_LARGE, "", "the file \"%s\" has more than %d rows",
				    r->path, INCIDENTS_MAX);
		} else
			row_read(t, r, &row);
	}
	return RC_OK;
}

enum rc
incident_table_read(struct incident_table *t, const char *path, FILE *diag, struct err *err)
{
	struct reading r;
	struct csv_row header;
	enum rc rc = open_one(path, &r, &header, err);

	for (size_t c = 0; rc == RC_OK && c < header.n; c++)
		for (size_t h = 0; h < COUNT_OF(headings); h++)
			if (str_eq_ascii_case(str_trim(header.at[c].text),
					      str_from(headings[h].heading)) &&
			    r.at[headings[h].column] == SIZE_MAX)
				r.at[headings[h].column] = c;
	if (rc == RC_OK && r.at[COLUMN_ID] == SIZE_MAX)
		rc = fail(err, RC_INVALID, "id", "the file \"%s\" has no column \"id\"", path);
	if (rc == RC_OK)
		rc = rows_read(t, &r, diag, err);
	close_one(&r);
	return rc;
}

/*
 * A helper is a form like those of incidents, so that masked and national spellings of it are found
 * to be it; and one that nothing outnumbers, so that a misspelling of it is.
 */
static void
helper_add(struct incident_table *t, struct translit *tr, struct str kind, struct str raw)
{
	bool is_any = false;

	for (size_t k = 0; k <= EVIDENCE_ADDRESS; k++) {
		const char *name = evidence_kind_name((enum evidence_kind)k);
		struct identifier i;
		uint32_t form;

		if ((kind.n > 0 && !str_eq_ascii_case(kind, str_from(name))) ||
		    !identifier_read(t->arena, tr, (enum evidence_kind)k, raw, &i))
			continue;
		form = form_add(t, (enum evidence_kind)k, &i);
		t->forms.at[form].is_helper = true;
		if (evidence_kind_is_identifier((enum evidence_kind)k))
			t->forms.at[form].count = HELPER_COUNT;
		is_any = true;
	}
	t->helpers += is_any;
}

enum rc
incident_helpers_read(struct incident_table *t, const char *path, FILE *diag, struct err *err)
{
	size_t identifier = SIZE_MAX, kind = SIZE_MAX;
	struct reading r;
	struct csv_row row;
	enum rc rc = open_one(path, &r, &row, err);

	for (size_t c = 0; rc == RC_OK && c < row.n; c++) {
		if (str_eq_ascii_case(str_trim(row.at[c].text), STR("identifier")))
			identifier = c;
		if (str_eq_ascii_case(str_trim(row.at[c].text), STR("kind")))
			kind = c;
	}
	if (rc == RC_OK && identifier == SIZE_MAX)
		rc = fail(err, RC_INVALID, "identifier",
			  "the file \"%s\" has no column \"identifier\"", path);
	while (rc == RC_OK && (rc = parse_csv_next(r.csv, &row, err)) != RC_ABSENT) {
		if (rc == RC_OK)
			helper_add(t, r.translit, cell(&row, kind), cell(&row, identifier));
		else if (parse_can_go_on(r.csv)) {
			tell_bad(t, err, diag);
			rc = RC_OK;
		}
	}
	close_one(&r);
	return rc == RC_ABSENT && identifier != SIZE_MAX ? RC_OK : rc;
}

struct str
place_shown(const struct incident_table *t, uint32_t place)
{
	return place < t->places.n ? t->places.at[place] : STR_NONE;
}
