#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "link/graph/read_inside.h"
#include "link/graph/role.h"

/* The next row that can be read; those before it that cannot are told. */
static enum rc
next_row(struct graph_reading *r, struct parse *csv, struct csv_row *row, struct err *err)
{
	enum rc rc;

	while ((rc = parse_csv_next(csv, row, err)) != RC_OK && rc != RC_ABSENT &&
	       parse_can_go_on(csv))
		graph_tell_bad(r, err);
	return rc;
}

static enum rc
place_set(struct graph_reading *r, uint32_t node, struct str latitude, struct str longitude,
	  struct err *err)
{
	double lat, lon;

	if (latitude.n == 0 && longitude.n == 0)
		return RC_OK;
	if (!graph_number_read(latitude, &lat) || !graph_number_read(longitude, &lon))
		return fail(err, RC_INVALID, "latitude", "is no place on Earth");
	graph_set_place(r->builder, node, lat, lon);
	return RC_OK;
}

/* One end of a tie: its columns are those of the first end and so many further on. */
static enum rc
end_read(struct graph_reading *r, const struct csv_row *row, const struct graph_columns *c,
	 unsigned end, uint32_t *out, struct err *err)
{
	enum rc rc = graph_add_node(r->builder, graph_cell(row, c, COLUMN_FROM + end), out, err);

	if (rc != RC_OK)
		return rc;
	graph_leave_out(r->builder, *out,
			graph_role(graph_cell(row, c, COLUMN_FROM_ROLE + end)) |
			    graph_role(graph_cell(row, c, COLUMN_FROM_TYPE + end)));
	graph_set_label(r->builder, *out, graph_cell(row, c, COLUMN_FROM_LABEL + end));
	rc = graph_set_type(r->builder, *out, graph_cell(row, c, COLUMN_FROM_TYPE + end), err);
	if (rc == RC_OK)
		rc = place_set(r, *out, graph_cell(row, c, COLUMN_FROM_LATITUDE + end),
			       graph_cell(row, c, COLUMN_FROM_LONGITUDE + end), err);
	return rc;
}

static enum rc
tie_read(const struct csv_row *row, const struct graph_columns *c, struct graph_tie *tie,
	 struct err *err)
{
	struct str weight = graph_cell(row, c, COLUMN_WEIGHT);
	struct str start = graph_cell(row, c, COLUMN_START), end = graph_cell(row, c, COLUMN_END);
	double value;

	*tie = GRAPH_TIE_PLAIN;
	tie->type = graph_cell(row, c, COLUMN_TYPE);
	if (weight.n > 0) {
		if (!graph_number_read(weight, &value))
			return fail(err, RC_INVALID, "weight", "a tie's weight is a number over 0");
		tie->weight = (float)value;
	}
	if (start.n > 0 && !graph_time_read(start, false, &tie->start))
		return fail(err, RC_INVALID, "start",
			    "is no date such as 2026-03-01 or 2026-03-01T10:00Z");
	if (end.n > 0 && !graph_time_read(end, true, &tie->end))
		return fail(err, RC_INVALID, "end",
			    "is no date such as 2026-03-01 or 2026-03-01T10:00Z");
	return RC_OK;
}

enum rc
graph_read_list(struct graph_reading *r, struct parse *csv, const struct graph_columns *columns,
		struct err *err)
{
	struct csv_row row;
	enum rc rc;

	while ((rc = next_row(r, csv, &row, err)) == RC_OK) {
		struct graph_tie tie;
		uint32_t ends[2];
		struct err why = {.rc = RC_OK};
		enum rc bad;

		/* Ends first: a role counts even where the rest of the line cannot be read. */
		bad = end_read(r, &row, columns, 0, &ends[0], &why);
		if (bad == RC_OK)
			bad = end_read(r, &row, columns, 1, &ends[1], &why);
		if (bad == RC_OK)
			bad = tie_read(&row, columns, &tie, &why);
		if (bad == RC_OK)
			bad = graph_add_tie(r->builder, ends[0], ends[1], &tie, &why);
		if (bad == RC_TOO_LARGE)
			return fail(err, bad, why.key, "%s", why.text);
		if (bad != RC_OK) {
			why.line = row.line;
			graph_tell_bad(r, &why);
		}
	}
	return rc == RC_ABSENT ? RC_OK : rc;
}

struct cell {
	uint32_t row, column;
	float value;
};

struct matrix {
	VEC(struct str) rows, columns;
	VEC(struct cell) cells;
	uint32_t *column_of; /* row -> column of the same name */
	bool one_kind, symmetric;
};

static enum rc
matrix_rows(struct graph_reading *r, struct parse *csv, struct matrix *m, struct err *err)
{
	struct csv_row row;
	enum rc rc;

	while ((rc = next_row(r, csv, &row, err)) == RC_OK) {
		uint32_t number = (uint32_t)m->rows.n;

		*VEC_ADD(r->arena, &m->rows) = str_copy(r->arena, str_trim(row.at[0].text));
		for (size_t c = 1; c < row.n; c++) {
			double value = 0;

			if (c > m->columns.n)
				return fail_at(err, RC_INVALID, r->path, row.line, 0, "",
					       "the row has more cells than there are headings");
			if (str_trim(row.at[c].text).n == 0)
				continue;
			if (!graph_number_read(row.at[c].text, &value) || value < 0)
				return fail_at(err, RC_INVALID, r->path, row.line, row.at[c].column,
					       "", "a cell of a matrix is a number, 0 or more");
			if (value > 0)
				*VEC_ADD(r->arena, &m->cells) =
				    (struct cell){number, (uint32_t)(c - 1), (float)value};
		}
	}
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* The same names on both sides, or none: what lies between would have to be guessed. */
static enum rc
matrix_kind(struct graph_reading *r, struct matrix *m, struct err *err)
{
	struct map columns = {.arena = r->arena}, rows = {.arena = r->arena};
	size_t shared = 0;

	m->column_of = NEW_N(r->arena, uint32_t, m->rows.n + 1);
	for (size_t i = 0; i < m->columns.n; i++)
		if (m->columns.at[i].n == 0 ||
		    map_put(&columns, m->columns.at[i], (void *)(uintptr_t)(i + 1)) != NULL)
			return fail(err, RC_INVALID, "",
				    "a heading of the matrix is empty or stands twice");
	for (size_t i = 0; i < m->rows.n; i++) {
		uintptr_t c = (uintptr_t)map_find(&columns, m->rows.at[i]);

		if (m->rows.at[i].n == 0 ||
		    map_put(&rows, m->rows.at[i], (void *)(uintptr_t)(i + 1)) != NULL)
			return fail(err, RC_INVALID, "",
				    "a row's name of the matrix is empty or stands twice");
		m->column_of[i] = (uint32_t)c - 1;
		shared += c != 0;
	}
	m->one_kind = shared == m->rows.n && shared == m->columns.n;
	return shared == 0 || m->one_kind
		   ? RC_OK
		   : fail(err, RC_INVALID, "",
			  "rows and columns of the matrix share some names but not all");
}

static bool
is_symmetric(struct graph_reading *r, const struct matrix *m)
{
	size_t n = m->columns.n;
	float *all = NEW_N(r->arena, float, n *n + 1);

	for (size_t i = 0; i < m->cells.n; i++)
		all[m->column_of[m->cells.at[i].row] * n + m->cells.at[i].column] =
		    m->cells.at[i].value;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (all[i * n + k] < all[k * n + i] || all[i * n + k] > all[k * n + i])
				return false;
	return true;
}

static enum rc
matrix_build(struct graph_reading *r, const struct matrix *m, struct err *err)
{
	uint32_t *rows = NEW_N(r->arena, uint32_t, m->rows.n + 1);
	uint32_t *columns = NEW_N(r->arena, uint32_t, m->columns.n + 1);
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < m->rows.n; i++) {
		rc = graph_add_node(r->builder, m->rows.at[i], &rows[i], err);
		if (rc == RC_OK && !m->one_kind)
			rc = graph_set_type(r->builder, rows[i], STR("row"), err);
	}
	for (size_t i = 0; rc == RC_OK && i < m->columns.n; i++) {
		rc = graph_add_node(r->builder, m->columns.at[i], &columns[i], err);
		if (rc == RC_OK && !m->one_kind)
			rc = graph_set_type(r->builder, columns[i], STR("column"), err);
	}
	for (size_t i = 0; rc == RC_OK && i < m->cells.n; i++) {
		struct cell c = m->cells.at[i];
		struct graph_tie tie = GRAPH_TIE_PLAIN;

		tie.weight = c.value;
		if (!m->symmetric || !m->one_kind || m->column_of[c.row] < c.column)
			rc = graph_add_tie(r->builder, rows[c.row], columns[c.column], &tie, err);
	}
	return rc;
}

enum rc
graph_read_matrix(struct graph_reading *r, struct parse *csv, const struct csv_row *head,
		  struct err *err)
{
	struct matrix m = {0};
	enum rc rc;

	for (size_t i = 1; i < head->n; i++)
		*VEC_ADD(r->arena, &m.columns) = str_copy(r->arena, str_trim(head->at[i].text));
	rc = matrix_rows(r, csv, &m, err);
	if (rc == RC_OK)
		rc = matrix_kind(r, &m, err);
	if (rc != RC_OK)
		return rc;
	m.symmetric = m.one_kind && is_symmetric(r, &m);
	r->undirected = m.symmetric || !m.one_kind;
	return matrix_build(r, &m, err);
}

static enum rc
node_read(struct graph_reading *r, const struct csv_row *row, const struct graph_columns *c,
	  struct err *err)
{
	uint32_t node;
	enum rc rc = graph_add_node(r->builder, graph_cell(row, c, COLUMN_ID), &node, err);

	if (rc != RC_OK)
		return rc;
	graph_leave_out(r->builder, node,
			graph_role(graph_cell(row, c, COLUMN_ROLE)) |
			    graph_role(graph_cell(row, c, COLUMN_TYPE)));
	graph_set_label(r->builder, node, graph_cell(row, c, COLUMN_LABEL));
	rc = graph_set_type(r->builder, node, graph_cell(row, c, COLUMN_TYPE), err);
	if (rc == RC_OK)
		rc = place_set(r, node, graph_cell(row, c, COLUMN_LATITUDE),
			       graph_cell(row, c, COLUMN_LONGITUDE), err);
	return rc;
}

enum rc
graph_read_nodes(struct graph_reading *r, struct parse *csv, const struct csv_row *head,
		 struct err *err)
{
	struct graph_columns columns;
	struct csv_row row;
	enum rc rc = graph_columns_find(r->arena, head, STR_NONE, &columns, err);

	if (rc == RC_OK && columns.at[COLUMN_ID] == SIZE_MAX)
		return fail(err, RC_INVALID, "nodes", "the file of nodes has no column id");
	/* "label" is a tie's type in a list of ties, and a name here. */
	if (rc == RC_OK && columns.at[COLUMN_TYPE] == columns.at[COLUMN_LABEL])
		columns.at[COLUMN_TYPE] = SIZE_MAX;
	for (size_t i = 0; rc == RC_OK && i < head->n; i++)
		if (str_eq_ascii_case(str_trim(head->at[i].text), STR("type")))
			columns.at[COLUMN_TYPE] = i;
	while (rc == RC_OK && (rc = next_row(r, csv, &row, err)) == RC_OK) {
		struct err why = {.rc = RC_OK};
		enum rc bad = node_read(r, &row, &columns, &why);

		if (bad == RC_TOO_LARGE)
			return fail(err, bad, why.key, "%s", why.text);
		if (bad != RC_OK) {
			why.line = row.line;
			graph_tell_bad(r, &why);
		}
	}
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* Every cell of every line: a file of helpers may name them in any column. */
enum rc
graph_read_helpers(struct graph_reading *r, struct parse *csv, const struct csv_row *head,
		   struct err *err)
{
	struct map keys = {.arena = r->arena};
	struct csv_row row = *head;
	enum rc rc = RC_OK;

	for (; rc == RC_OK; rc = parse_csv_next(csv, &row, err))
		for (size_t i = 0; i < row.n; i++) {
			struct str key = graph_helper_key(r->arena, row.at[i].text);

			if (key.n > 0)
				(void)map_put(&keys, key, r);
		}
	/* Not one helper may be missed: a line that cannot be read ends it all. */
	if (rc != RC_ABSENT)
		return rc;
	for (uint32_t v = 0; v < graph_nodes_so_far(r->builder); v++) {
		const struct graph_node *node = graph_node_so_far(r->builder, v);

		if (map_find(&keys, graph_helper_key(r->arena, node->id)) == NULL &&
		    (node->label.n == 0 ||
		     map_find(&keys, graph_helper_key(r->arena, node->label)) == NULL))
			continue;
		graph_leave_out(r->builder, v, GRAPH_HELPER);
		r->report->helpers_used++;
	}
	return RC_OK;
}
