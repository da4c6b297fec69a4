#include "link/graph/read.h"

#include <string.h>

#include "base/arena.h"
#include "link/graph/read_inside.h"

#define SHOWN_MAX 20

void
graph_tell_bad(struct graph_reading *r, const struct err *why)
{
	struct arena *a = arena_new(0);
	struct err named = *why;

	if (named.file[0] == '\0' && named.line > 0)
		(void)fail_at(&named, why->rc, r->path, why->line, why->column, why->key, "%s",
			      why->text);
	if (++r->report->skipped <= SHOWN_MAX)
		fprintf(r->diag, "%.*s\n", STR_ARG(err_line(a, &named)));
	arena_free(a);
}

typedef enum rc read_part(struct graph_reading *r, struct parse *csv, const struct csv_row *head,
			  struct err *err);

/* A CSV file from its first row on. */
static enum rc
read_csv_file(struct graph_reading *r, FILE *f, read_part *part, struct err *err)
{
	struct parse *csv;
	struct csv_row head;
	enum rc rc = parse_csv_open(source_file(f, r->path), CSV_RAGGED | CSV_LATIN1, &csv, err);

	if (rc != RC_OK)
		return rc;
	rc = parse_csv_next(csv, &head, err);
	if (rc == RC_ABSENT)
		rc = fail(err, RC_INVALID, "", "the file \"%s\" is empty", r->path);
	else if (rc == RC_OK)
		rc = part(r, csv, &head, err);
	parse_close(csv);
	return rc;
}

static enum rc
list_or_matrix(struct graph_reading *r, struct parse *csv, const struct csv_row *head,
	       struct err *err)
{
	struct graph_columns columns;
	enum rc rc = graph_columns_find(r->arena, head, r->fields, &columns, err);

	if (rc != RC_OK)
		return rc;
	if (columns.at[COLUMN_FROM] != SIZE_MAX && columns.at[COLUMN_TO] != SIZE_MAX)
		return graph_read_list(r, csv, &columns, err);
	if (head->n > 1 && str_trim(head->at[0].text).n == 0)
		return graph_read_matrix(r, csv, head, err);
	return fail(err, RC_INVALID, "fields",
		    "the file has no columns from and to (--fields from=HEADING,to=HEADING names "
		    "them), and no empty first heading as a matrix has");
}

static enum rc
open_file(const char *path, FILE **out, struct err *err)
{
	*out = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	return *out != NULL ? RC_OK
			    : fail(err, RC_ABSENT, "", "the file \"%s\" cannot be opened", path);
}

static enum rc
read_file(struct graph_reading *r, const char *path, read_part *part, struct err *err)
{
	FILE *f;
	enum rc rc;

	if (path == NULL)
		return RC_OK;
	r->path = path;
	if ((rc = open_file(path, &f, err)) != RC_OK)
		return rc;
	rc = read_csv_file(r, f, part, err);
	if (f != stdin)
		(void)fclose(f);
	return rc;
}

enum rc
graph_read(struct arena *a, const struct graph_files *files, FILE *diag, struct graph **out,
	   struct graph_report *report, struct err *err)
{
	struct graph_reading r = {.builder = graph_begin(a),
				  .arena = arena_new((size_t)16 << 30),
				  .fields = files->fields,
				  .diag = diag,
				  .report = report};
	enum rc rc;

	*report = (struct graph_report){0};
	rc = read_file(&r, files->graph, list_or_matrix, err);
	if (rc == RC_OK)
		rc = read_file(&r, files->nodes, graph_read_nodes, err);
	if (rc == RC_OK)
		rc = read_file(&r, files->helpers, graph_read_helpers, err);
	for (uint32_t v = 0; rc == RC_OK && v < graph_nodes_so_far(r.builder); v++)
		report->left_out += graph_node_so_far(r.builder, v)->left_out != 0;
	if (rc == RC_OK)
		*out = graph_end_build(r.builder, !r.undirected);
	graph_give_up(r.builder);
	arena_free(r.arena);
	return rc;
}
