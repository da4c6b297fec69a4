#include "match/linkage/table.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "parse/parse.h"

#define SHOWN_MAX 20

/* One file on its way in. */
struct reading {
	FILE *file;
	struct parse *csv;
	struct str_list header;
	const char *path;
};

static enum rc
open_one(struct arena *a, const char *path, struct reading *out, struct err *err)
{
	struct csv_row row;
	enum rc rc;

	*out = (struct reading){.path = path};
	out->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	if (out->file == NULL)
		return fail(err, RC_ABSENT, "", "the file \"%s\" cannot be opened", path);
	rc = parse_csv_open(source_file(out->file, path), CSV_RAGGED | CSV_LATIN1, &out->csv, err);
	if (rc == RC_OK)
		rc = parse_csv_next(out->csv, &row, err);
	if (rc == RC_ABSENT)
		return fail(err, RC_INVALID, "", "the file \"%s\" is empty", path);
	for (size_t i = 0; rc == RC_OK && i < row.n; i++)
		*VEC_ADD(a, &out->header) = str_copy(a, row.at[i].text);
	return rc;
}

static void
close_one(struct reading *r)
{
	parse_close(r->csv);
	if (r->file != NULL && r->file != stdin)
		(void)fclose(r->file);
}

static void
tell_bad(struct link_tables *t, const struct err *why, FILE *diag)
{
	struct arena *a = arena_new(0);

	if (++t->skipped <= SHOWN_MAX)
		fprintf(diag, "%.*s\n", STR_ARG(err_line(a, why)));
	arena_free(a);
}

/* The cell, or the cells that make the field, joined as its kind wants it. */
static struct str
cell_of(const struct csv_row *row, const struct link_planned *p, int side, enum link_kind kind,
	struct buf *joined)
{
	const char *between = kind == LINK_NAMES && p->column_n[side] > 1 ? " " : "|";

	if (p->column_n[side] == 1)
		return p->column[side][0] < row->n ? row->at[p->column[side][0]].text : STR_NONE;
	buf_clear(joined);
	for (size_t i = 0; i < p->column_n[side]; i++) {
		size_t c = p->column[side][i];

		if (c >= row->n || str_trim(row->at[c].text).n == 0)
			continue;
		if (joined->n > 0)
			buf_add_z(joined, between);
		buf_add(joined, str_trim(row->at[c].text));
	}
	return buf_str(joined);
}

static enum rc
rows_read(struct link_tables *t, const struct link_plan *plan, int side, struct reading *r,
	  FILE *diag, struct err *err)
{
	struct link_text *text = link_text_open(t->arena);
	VEC(struct str) ids = {0};
	VEC(uint32_t) cells = {0};
	struct buf joined;
	struct csv_row row;
	enum rc rc;

	buf_init(&joined, t->arena);
	while ((rc = parse_csv_next(r->csv, &row, err)) != RC_ABSENT) {
		if (rc != RC_OK) {
			if (!parse_can_go_on(r->csv))
				break;
			tell_bad(t, err, diag);
			continue;
		}
		if (plan->id[side] >= row.n || str_trim(row.at[plan->id[side]].text).n == 0) {
			struct err why;

			(void)fail_at(&why, RC_INVALID, r->path, row.line, 0, "id",
				      "the row has no id");
			tell_bad(t, &why, diag);
			continue;
		}
		if (ids.n == LINK_ROWS_MAX) {
			rc = fail(err, RC_TOO_LARGE, "", "the file \"%s\" has more than %zu rows",
				  r->path, LINK_ROWS_MAX);
			break;
		}
		*VEC_ADD(t->arena, &ids) =
		    str_copy(t->arena, str_trim(row.at[plan->id[side]].text));
		for (size_t f = 0; f < t->field_n; f++)
			*VEC_ADD(t->arena, &cells) =
			    link_value_add(t, text, f, side,
					   cell_of(&row, &plan->at[f], side, t->kind[f], &joined));
	}
	link_text_close(text);
	t->side[side] = (struct link_side){.n = ids.n, .id = ids.at, .cell = cells.at};
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
link_tables_read(struct arena *a, const char *left, const char *right, struct str map, FILE *diag,
		 struct link_tables *out, struct err *err)
{
	struct reading in[2] = {{0}};
	struct link_plan plan;
	enum rc rc;

	*out = (struct link_tables){.arena = a, .one = right == NULL};
	if (right != NULL && strcmp(left, "-") == 0 && strcmp(right, "-") == 0)
		return fail(err, RC_USAGE, "", "only one of the files can be standard input");
	rc = open_one(a, left, &in[0], err);
	if (rc == RC_OK && right != NULL)
		rc = open_one(a, right, &in[1], err);
	if (rc == RC_OK)
		rc = link_plan_make(a, map, &in[0].header,
				    right != NULL ? &in[1].header : &in[0].header, &plan, err);
	if (rc == RC_OK) {
		out->field_n = plan.n;
		for (size_t f = 0; f < plan.n; f++) {
			out->field[f] = plan.at[f].field;
			out->kind[f] = link_field_kind(plan.at[f].field);
		}
		out->unused[0] = plan.unused[0];
		out->unused[1] = plan.unused[1];
		rc = rows_read(out, &plan, 0, &in[0], diag, err);
	}
	if (rc == RC_OK && right != NULL)
		rc = rows_read(out, &plan, 1, &in[1], diag, err);
	if (right == NULL)
		out->side[1] = out->side[0];
	close_one(&in[0]);
	close_one(&in[1]);
	return rc;
}
