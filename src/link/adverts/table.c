#include "link/adverts/table.h"

#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "link/adverts/letters.h"
#include "parse/parse.h"

#define SHOWN_MAX 20

static void
tell_bad(struct table_rows *t, const struct err *why, FILE *diag)
{
	struct arena *a = arena_new(0);

	if (++t->skipped <= SHOWN_MAX)
		fprintf(diag, "%.*s\n", STR_ARG(err_line(a, why)));
	arena_free(a);
}

static struct str
cell(const struct csv_row *row, ptrdiff_t column)
{
	return column >= 0 && (size_t)column < row->n ? str_trim(row->at[column].text) : STR_NONE;
}

/* Cut at a code point. */
static struct str
bounded(struct str s)
{
	if (s.n <= LETTERS_TEXT_MAX)
		return s;
	s.n = LETTERS_TEXT_MAX;
	while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

static ptrdiff_t
column_of(const struct csv_row *row, const char *name)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_eq_ascii_case(str_trim(row->at[i].text), str_from(name)))
			return (ptrdiff_t)i;
	return -1;
}

static enum rc
row_add(struct arena *a, const char *path, const struct csv_row *row, ptrdiff_t id, ptrdiff_t text,
	struct table_rows *out, FILE *diag, struct err *err)
{
	struct err why;

	if (out->n == TABLE_ROWS_MAX)
		return fail(err, RC_TOO_LARGE, "", "the file \"%s\" has more than %zu rows", path,
			    TABLE_ROWS_MAX);
	if (cell(row, id).n > 0) {
		*VEC_ADD(a, out) = (struct table_row){str_copy(a, cell(row, id)),
						      str_copy(a, bounded(cell(row, text)))};
		return RC_OK;
	}
	(void)fail_at(&why, RC_INVALID, path, row->line, 0, "id", "the row has no id");
	tell_bad(out, &why, diag);
	return RC_OK;
}

static enum rc
cells_add(struct arena *a, const char *path, const struct csv_row *row, struct table_rows *out,
	  struct err *err)
{
	for (size_t i = 0; i < row->n; i++) {
		if (out->n == TABLE_ROWS_MAX)
			return fail(err, RC_TOO_LARGE, "",
				    "the file \"%s\" has more than %zu cells", path,
				    TABLE_ROWS_MAX);
		if (cell(row, (ptrdiff_t)i).n > 0)
			*VEC_ADD(a, out) = (struct table_row){
			    .text = str_copy(a, bounded(cell(row, (ptrdiff_t)i)))};
	}
	return RC_OK;
}

static enum rc
rows_read(struct arena *a, const char *path, struct parse *csv, enum table_kind kind, FILE *diag,
	  struct table_rows *out, struct err *err)
{
	ptrdiff_t id = -1, text = -1;
	struct csv_row row;
	bool first = true;
	enum rc rc;

	while ((rc = parse_csv_next(csv, &row, err)) != RC_ABSENT) {
		if (rc != RC_OK) {
			if (!parse_can_go_on(csv))
				return rc;
			tell_bad(out, err, diag);
			continue;
		}
		if (kind == TABLE_ADVERTS && first) {
			id = column_of(&row, "id");
			text = column_of(&row, "text");
			if (id < 0 || text < 0)
				return fail(err, RC_INVALID, id < 0 ? "id" : "text",
					    "the file \"%s\" has no column \"%s\"", path,
					    id < 0 ? "id" : "text");
		} else {
			rc = kind == TABLE_ADVERTS
				 ? row_add(a, path, &row, id, text, out, diag, err)
				 : cells_add(a, path, &row, out, err);
			if (rc != RC_OK)
				return rc;
		}
		first = false;
	}
	return first && kind == TABLE_ADVERTS
		   ? fail(err, RC_INVALID, "", "the file \"%s\" is empty", path)
		   : RC_OK;
}

enum rc
table_read(struct arena *a, const char *path, enum table_kind kind, FILE *diag,
	   struct table_rows *out, struct err *err)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	struct parse *csv = NULL;
	enum rc rc;

	if (file == NULL)
		return fail(err, RC_ABSENT, "", "the file \"%s\" cannot be opened", path);
	rc = parse_csv_open(source_file(file, path),
			    CSV_LATIN1 | (kind == TABLE_CELLS ? CSV_RAGGED : 0U), &csv, err);
	if (rc == RC_OK)
		rc = rows_read(a, path, csv, kind, diag, out, err);
	parse_close(csv);
	if (file != stdin)
		(void)fclose(file);
	return rc;
}
