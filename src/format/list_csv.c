#include "base/arena.h"
#include "base/buf.h"
#include "format/csv.h"
#include "format/list_reader.h"

/* Plain CSV with a header. */
enum column {
	COLUMN_ID,
	COLUMN_TYPE,
	COLUMN_NAME,
	COLUMN_GIVEN,
	COLUMN_FAMILY,
	COLUMN_ALIAS,
	COLUMN_WEAK,
	COLUMN_DOB,
	COLUMN_BIRTH_PLACE,
	COLUMN_COUNTRY,
	COLUMN_ID_NUMBER,
	COLUMN_PASSPORT,
	COLUMN_PHONE,
	COLUMN_ADDRESS,
	COLUMN_SEX,
	COLUMN_PROGRAMME,
	COLUMN_REMARKS,
	COLUMN_SOURCE,
	COLUMN_COUNT
};

/* Our word for each, which a mapping uses, and the others that headers use. */
static const char *const names[COLUMN_COUNT] = {
    /* clang-format off */
	[COLUMN_ID]          = "id entity_id list_id reference",
	[COLUMN_TYPE]        = "type entity_type schema",
	[COLUMN_NAME]        = "name names full_name primary_name",
	[COLUMN_GIVEN]       = "given given_name first_name firstname",
	[COLUMN_FAMILY]      = "family family_name surname last_name lastname",
	[COLUMN_ALIAS]       = "alias aliases aka other_names",
	[COLUMN_WEAK]        = "weak weak_aliases weak_aka",
	[COLUMN_DOB]         = "dob birth_date birthdate date_of_birth dobs",
	[COLUMN_BIRTH_PLACE] = "birth_place place_of_birth pob",
	[COLUMN_COUNTRY]     = "country countries nationality nationalities citizenship",
	[COLUMN_ID_NUMBER]   = "ids identifiers id_number document",
	[COLUMN_PASSPORT]    = "passport passport_number passports",
	[COLUMN_PHONE]       = "phone phones telephone",
	[COLUMN_ADDRESS]     = "address addresses",
	[COLUMN_SEX]         = "sex gender",
	[COLUMN_PROGRAMME]   = "programme program programs",
	[COLUMN_REMARKS]     = "remarks notes comments",
	[COLUMN_SOURCE]      = "source list dataset",
    /* clang-format on */
};

struct table {
	struct list_reader *r;
	int at[COLUMN_COUNT]; /* which cell, or -1 */
};

/* "Full Name" and "full-name" are full_name. */
static struct str
plain(struct arena *a, struct str s)
{
	struct str out = str_lower_ascii(a, str_trim(s));
	char *p = arena_bytes(a, out.n + 1);

	for (size_t i = 0; i < out.n; i++)
		p[i] = out.p[i] == ' ' || out.p[i] == '-' ? '_' : out.p[i];
	return (struct str){p, out.n};
}

static int
column_by_word(struct str word)
{
	for (int c = 0; c < COLUMN_COUNT; c++) {
		struct str rest = str_from(names[c]);

		while (rest.p != NULL) {
			if (str_eq(str_cut(&rest, ' '), word))
				return c;
		}
	}
	return -1;
}

/* A mapping, where there is one, decides alone. */
static enum rc
map_columns(struct table *t, const struct list_mapping *m, const struct csv_row *row,
	    struct err *err)
{
	for (size_t i = 0; i < m->n; i++) {
		int c = column_by_word(m->at[i].ours), found = -1;

		if (c < 0)
			return fail(err, RC_USAGE, "fields", "%.*s is no field of a list",
				    STR_ARG(m->at[i].ours));
		for (size_t k = 0; k < row->n && found < 0; k++) {
			if (str_eq_ascii_case(str_trim(row->at[k].text), m->at[i].theirs))
				found = (int)k;
		}
		if (found < 0)
			return fail_at(err, RC_INVALID, t->r->file, row->line, 0, "fields",
				       "there is no column \"%.*s\"", STR_ARG(m->at[i].theirs));
		if (t->at[c] >= 0)
			return fail(err, RC_USAGE, "fields", "%.*s is given two columns",
				    STR_ARG(m->at[i].ours));
		t->at[c] = found;
	}
	return RC_OK;
}

static enum rc
find_columns(struct table *t, const struct csv_row *row, struct err *err)
{
	const struct list_mapping *m = &t->r->options->fields;
	enum rc rc = RC_OK;

	for (size_t c = 0; c < COLUMN_COUNT; c++)
		t->at[c] = -1;
	if (m->n > 0)
		rc = map_columns(t, m, row, err);
	for (size_t i = 0; i < row->n && m->n == 0; i++) {
		int c = column_by_word(plain(t->r->scrap, row->at[i].text));

		if (c >= 0 && t->at[c] < 0)
			t->at[c] = (int)i;
	}
	if (rc == RC_OK && t->at[COLUMN_NAME] < 0 && t->at[COLUMN_FAMILY] < 0)
		return fail_at(err, RC_INVALID, t->r->file, row->line, 0, "name",
			       "no column holds names; a mapping such as name=... can say which");
	return rc;
}

static struct str
cell(const struct table *t, const struct csv_row *row, enum column c)
{
	int i = t->at[c];

	return i >= 0 && (size_t)i < row->n ? str_trim(row->at[i].text) : STR_NONE;
}

static void
each_name(struct table *t, struct list_entry *e, struct str rest, enum list_name_kind kind)
{
	while (rest.p != NULL) {
		list_add_name(t->r, e, str_cut(&rest, '|'),
			      kind == LIST_NAME_PRIMARY && e->names.n > 0 ? LIST_NAME_AKA : kind);
	}
}

static void
each_id(struct table *t, struct list_entry *e, struct str rest, struct str kind)
{
	while (rest.p != NULL)
		list_add_id(t->r, e, kind, str_cut(&rest, '|'), STR_NONE);
}

static void
each_text(struct table *t, struct str_list *list, struct str rest)
{
	while (rest.p != NULL)
		list_add_text(t->r, list, str_cut(&rest, '|'));
}

static void
take_dates(struct table *t, struct list_entry *e, const struct csv_row *row)
{
	struct str rest = cell(t, row, COLUMN_DOB);

	while (rest.p != NULL) {
		struct str one = str_trim(str_cut(&rest, '|'));

		if (one.n > 0 && !list_add_date(t->r, e, one))
			list_leave_out(t->r, row->line, row->at[t->at[COLUMN_DOB]].column, "dob",
				       "this is no date we can read");
	}
}

static enum rc
take_row(struct table *t, const struct csv_row *row, struct err *err)
{
	struct arena *a = t->r->scrap;
	struct list_entry e = {.line = row->line, .type = LIST_OTHER};
	struct str given = cell(t, row, COLUMN_GIVEN), family = cell(t, row, COLUMN_FAMILY), rest;

	e.id = str_copy(a, cell(t, row, COLUMN_ID));
	if (e.id.n == 0)
		e.id = str_fmt(a, "line-%ld", row->line);
	if (cell(t, row, COLUMN_TYPE).n > 0 && !list_type_parse(cell(t, row, COLUMN_TYPE), &e.type))
		list_leave_out(t->r, row->line, row->at[t->at[COLUMN_TYPE]].column, "type",
			       "there is no such type");
	each_name(t, &e, cell(t, row, COLUMN_NAME), LIST_NAME_PRIMARY);
	if (family.n > 0 || given.n > 0)
		each_name(t, &e, str_fmt(a, "%.*s %.*s", STR_ARG(given), STR_ARG(family)),
			  LIST_NAME_PRIMARY);
	each_name(t, &e, cell(t, row, COLUMN_ALIAS), LIST_NAME_AKA);
	each_name(t, &e, cell(t, row, COLUMN_WEAK), LIST_NAME_WEAK);
	take_dates(t, &e, row);
	each_text(t, &e.birth_places, cell(t, row, COLUMN_BIRTH_PLACE));
	each_text(t, &e.countries, cell(t, row, COLUMN_COUNTRY));
	each_id(t, &e, cell(t, row, COLUMN_ID_NUMBER), STR("other"));
	each_id(t, &e, cell(t, row, COLUMN_PASSPORT), STR("passport"));
	each_id(t, &e, cell(t, row, COLUMN_PHONE), STR("phone"));
	rest = cell(t, row, COLUMN_ADDRESS);
	while (rest.p != NULL)
		list_add_address(t->r, &e, str_cut(&rest, '|'), STR_NONE);
	e.sex = str_lower_ascii(a, cell(t, row, COLUMN_SEX));
	e.programme = str_copy(a, cell(t, row, COLUMN_PROGRAMME));
	e.remarks = str_copy(a, cell(t, row, COLUMN_REMARKS));
	e.source = str_copy(a, cell(t, row, COLUMN_SOURCE));
	return list_emit(t->r, &e, err);
}

enum rc
list_csv_read(struct list_reader *r, struct source source, struct err *err)
{
	struct csv_options options = {.flags = CSV_RAGGED, .limits = r->options->limits};
	struct csv *csv = csv_new(r->arena, source, &options);
	struct table t = {.r = r};
	struct csv_row row;
	struct err why = {0};
	enum rc rc;

	if ((rc = csv_next(csv, &row, err)) == RC_ABSENT)
		return RC_OK;
	if (rc != RC_OK || (rc = find_columns(&t, &row, err)) != RC_OK)
		return rc;
	for (;;) {
		rc = csv_next(csv, &row, &why);
		if (rc == RC_ABSENT)
			return RC_OK;
		if (rc != RC_OK && !csv_can_go_on(csv)) {
			*err = why;
			return rc;
		}
		if (rc != RC_OK)
			list_skip(r, &why);
		else if ((rc = take_row(&t, &row, err)) != RC_OK)
			return rc;
	}
}
