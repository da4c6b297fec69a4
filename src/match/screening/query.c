#include "match/screening/query.h"

#include <string.h>

#include "base/arena.h"
#include "format/csv.h"
#include "match/screening/said.h"
#include "parse/parse.h"
#include "text/edtf.h"

#define SHOWN_MAX 20

struct columns {
	ptrdiff_t id, name, dob, country, type, ids;
};

struct query_file {
	struct arena *self; /* holds this struct */
	const char *path;
	FILE *in, *diag;
	struct parse *csv;
	struct columns columns;
	size_t skipped, undated, unnamed, unasked;
};

static ptrdiff_t
column(const struct csv_row *header, const char *const *names)
{
	for (; *names != NULL; names++)
		for (size_t i = 0; i < header->n; i++)
			if (str_eq_ascii_case(str_trim(header->at[i].text), str_from(*names)))
				return (ptrdiff_t)i;
	return -1;
}

static enum rc
columns_read(const struct csv_row *header, struct columns *out, struct err *err)
{
	static const char *const ids[] = {"query_id", "id", "entity_id", NULL};
	static const char *const names[] = {"name", "names", "full_name", NULL};
	static const char *const dobs[] = {"dob", "birth_date", "date_of_birth", "birthdate", NULL};
	static const char *const countries[] = {"country", "countries", "nationality", NULL};
	static const char *const types[] = {"type", "schema", NULL};
	static const char *const identifiers[] = {"ids", "identifiers", "id_number", NULL};

	out->id = column(header, ids);
	out->name = column(header, names);
	out->dob = column(header, dobs);
	out->country = column(header, countries);
	out->type = column(header, types);
	out->ids = column(header, identifiers);
	if (out->id < 0 || out->name < 0)
		return fail(err, RC_INVALID, "queries", "no column \"%s\" in the first line",
			    out->id < 0 ? "query_id" : "name");
	return RC_OK;
}

enum rc
query_open(const char *path, FILE *diag, struct query_file **out, struct err *err)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	struct query_file *f;
	struct csv_row header;
	struct arena *self;
	enum rc rc;

	*out = NULL;
	if (in == NULL)
		return fail(err, RC_ABSENT, "queries", "the file \"%s\" cannot be opened", path);
	self = arena_new(0);
	f = NEW(self, struct query_file);
	*f = (struct query_file){.self = self, .path = path, .in = in, .diag = diag};
	rc = parse_csv_open(source_file(in, path), CSV_RAGGED | CSV_LATIN1, &f->csv, err);
	if (rc == RC_OK)
		rc = parse_csv_next(f->csv, &header, err);
	if (rc == RC_ABSENT)
		rc = fail(err, RC_INVALID, "queries", "the file of queries is empty");
	if (rc == RC_OK)
		rc = columns_read(&header, &f->columns, err);
	if (rc == RC_OK)
		*out = f;
	else
		query_close(f);
	return rc;
}

void
query_close(struct query_file *f)
{
	if (f == NULL)
		return;
	parse_close(f->csv);
	if (f->in != stdin)
		fclose(f->in);
	arena_free(f->self);
}

static void
report(const struct query_file *f, const struct err *why, size_t *count)
{
	struct arena *a = arena_new(0);

	if (++*count <= SHOWN_MAX)
		fprintf(f->diag, "%.*s\n", STR_ARG(err_line(a, why)));
	arena_free(a);
}

/* A birth date that is none says nothing for or against anybody: the row is asked without it. */
static void
dob_check(struct query_file *f, const struct csv_row *row, const struct query_row *query)
{
	struct edtf date;
	struct err why;

	if (query->dob.n == 0 || edtf_parse(query->dob, &date))
		return;
	(void)fail_at(&why, RC_INVALID, f->path, row->at[f->columns.dob].line,
		      row->at[f->columns.dob].column, "dob",
		      "is no date such as 1979, 1979-05 or 1979-05-07; screened without it");
	report(f, &why, &f->undated);
}

static struct str
cell(struct arena *a, const struct csv_row *row, ptrdiff_t at)
{
	if (at < 0 || (size_t)at >= row->n)
		return STR_NONE;
	return str_copy(a, str_trim(row->at[at].text));
}

static void
row_read(struct arena *a, const struct csv_row *row, const struct columns *c, struct query_row *out)
{
	struct str rest = cell(a, row, c->ids);

	*out = (struct query_row){.line = (size_t)c->name < row->n ? row->at[c->name].line
					  : row->n > 0		   ? row->at[0].line
								   : 0,
				  .id = cell(a, row, c->id),
				  .name = cell(a, row, c->name),
				  .dob = cell(a, row, c->dob),
				  .country = cell(a, row, c->country),
				  .type = cell(a, row, c->type)};
	while (rest.n > 0 && out->id_n < COUNT_OF(out->ids))
		out->ids[out->id_n++] = str_cut(&rest, '|');
}

enum rc
query_next(struct query_file *f, struct arena *a, struct query_row *out, struct err *err)
{
	struct csv_row row;
	enum rc rc;

	while ((rc = parse_csv_next(f->csv, &row, err)) != RC_OK) {
		if (rc == RC_ABSENT || !parse_can_go_on(f->csv))
			return rc;
		report(f, err, &f->skipped);
	}
	row_read(a, &row, &f->columns, out);
	dob_check(f, &row, out);
	return RC_OK;
}

void
query_unnamed(struct query_file *f, const struct query_row *row)
{
	bool by_id = false;
	struct err why;

	for (size_t i = 0; i < row->id_n; i++)
		by_id = by_id || str_trim(row->ids[i]).n > 0;
	f->unasked += !by_id;
	(void)fail_at(&why, RC_INVALID, f->path, row->line, 0, "name", "%s",
		      by_id ? "has no letter or digit that could be compared; asked by identifiers "
			      "alone"
			    : SAID_NOTHING);
	report(f, &why, &f->unnamed);
}

size_t
query_unasked(const struct query_file *f)
{
	return f->unasked;
}

size_t
query_skipped(const struct query_file *f)
{
	return f->skipped;
}

size_t
query_undated(const struct query_file *f)
{
	return f->undated;
}

struct screen_query
query_ask(const struct query_row *row, struct str names[SCREEN_QUERY_NAMES])
{
	struct screen_query query = {.names = names,
				     .dob = row->dob,
				     .country = row->country,
				     .type = row->type,
				     .ids = row->ids,
				     .id_count = row->id_n};

	for (struct str rest = row->name; rest.p != NULL && query.name_count < SCREEN_QUERY_NAMES;)
		names[query.name_count++] = str_cut(&rest, '|');
	return query;
}
