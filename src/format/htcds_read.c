#include "base/arena.h"
#include "base/buf.h"
#include "format/csv.h"
#include "format/htcds_inside.h"
#include "format/json.h"
#include "format/json_split.h"

#define UNKNOWN_MAX 256

void
htcds_unknown(struct htcds_reading *r, struct arena *a, struct str name)
{
	struct str_list *list = &r->report->unknown_columns;

	if (list->n >= UNKNOWN_MAX || name.n == 0 || name.n > 256)
		return;
	for (size_t i = 0; i < list->n; i++) {
		if (str_eq(list->at[i], name))
			return;
	}
	*VEC_ADD(a, list) = str_copy(a, name);
}

/* What a column of the file is. */
struct column {
	enum { COLUMN_UNKNOWN, COLUMN_FIELD, COLUMN_FLAG } kind;
	size_t field;
	struct str value; /* COLUMN_FLAG: what a yes adds */
};

static enum rc
read_header(struct htcds_reading *r, struct arena *a, const struct csv_row *row,
	    struct column *columns, struct err *err)
{
	bool *seen = NEW_N(a, bool, r->h->fields.n);
	size_t known = 0;

	for (size_t i = 0; i < row->n; i++) {
		struct str name = str_trim(row->at[i].text);
		int field = htcds_find(r->h, name);

		if (field >= 0 && seen[field])
			return fail_at(err, RC_INVALID, r->name, row->line, row->at[i].column,
				       r->h->fields.at[field].name.p, "the column stands twice");
		if (field >= 0) {
			columns[i] = (struct column){COLUMN_FIELD, (size_t)field, STR_NONE};
			seen[field] = true;
		} else if (htcds_find_flag(r->h, name, &columns[i].field, &columns[i].value)) {
			columns[i].kind = COLUMN_FLAG;
		} else {
			columns[i].kind = COLUMN_UNKNOWN;
			htcds_unknown(r, a, name);
			continue;
		}
		known++;
	}
	if (known == 0)
		return fail_at(err, RC_INVALID, r->name, row->line, 0, "",
			       "no column is a field of HTCDS 2.0, such as prs_FirstName");
	return RC_OK;
}

static void
take_flag(struct htcds_reading *r, const struct column *c, const struct csv_cell *cell)
{
	struct str text = str_trim(cell->text);
	bool yes;

	if (text.n == 0)
		return;
	if (!htcds_bool(text, &yes))
		htcds_row_bad(r, RC_INVALID, r->h->fields.at[c->field].name.p, cell->line,
			      cell->column, "this is neither true nor false");
	else if (yes)
		htcds_row_value(r, c->field, c->value, cell->line, cell->column);
}

static void
take_row(struct htcds_reading *r, const struct csv_row *row, const struct column *columns,
	 size_t n_columns)
{
	htcds_row_begin(r, row->line);
	for (size_t i = 0; i < row->n; i++) {
		const struct csv_cell *cell = &row->at[i];

		if (cell->text.n == 0)
			continue;
		if (i >= n_columns)
			htcds_row_bad(r, RC_INVALID, "", cell->line, cell->column,
				      "a cell without a column");
		else if (columns[i].kind == COLUMN_FIELD)
			htcds_row_cell(r, columns[i].field, cell->text, cell->line, cell->column);
		else if (columns[i].kind == COLUMN_FLAG)
			take_flag(r, &columns[i], cell);
	}
}

static enum rc
read_rows(struct htcds_reading *r, struct csv *csv, const struct column *columns, size_t n_columns,
	  struct err *err)
{
	struct csv_row row;
	struct err why;
	enum rc rc;

	for (;;) {
		rc = csv_next(csv, &row, &why);
		if (rc == RC_ABSENT)
			return RC_OK;
		if (rc != RC_OK && !csv_can_go_on(csv)) {
			if (err != NULL)
				*err = why;
			return rc;
		}
		if (rc != RC_OK) {
			htcds_row_begin(r, why.line);
			htcds_row_bad(r, rc, why.key, why.line, why.column, why.text);
		} else {
			take_row(r, &row, columns, n_columns);
		}
		if ((rc = htcds_row_end(r, err)) != RC_OK)
			return rc;
	}
}

enum rc
htcds_read_csv(struct arena *a, const struct htcds *h, struct source source, unsigned flags,
	       const struct limits *limits, const struct htcds_sink *sink,
	       struct htcds_report *report, struct err *err)
{
	struct csv_options options = {.flags = CSV_RAGGED | (flags & HTCDS_LATIN1 ? CSV_LATIN1 : 0),
				      .limits = limits_full(limits)};
	struct csv *csv = csv_new(a, source, &options);
	struct htcds_reading r;
	struct csv_row row;
	struct column *columns;
	size_t n;
	enum rc rc;

	htcds_reading_init(&r, a, h, source.name, sink, report);
	rc = csv_next(csv, &row, err);
	if (rc == RC_ABSENT)
		rc = fail_at(err, RC_INVALID, source.name, 1, 0, "", "the file has no header");
	if (rc == RC_OK) {
		n = row.n;
		columns = NEW_N(a, struct column, n);
		if ((rc = read_header(&r, a, &row, columns, err)) == RC_OK)
			rc = read_rows(&r, csv, columns, n, err);
	}
	htcds_reading_done(&r);
	return rc;
}

/* A value of a JSON member as text; false when it is no value of one field. */
static bool
json_text(struct arena *a, const json_t *value, struct str *out)
{
	struct buf b;

	*out = STR_NONE;
	switch (json_typeof(value)) {
	case JSON_STRING: *out = json_str(value); return true;
	case JSON_NULL: return true;
	case JSON_TRUE: *out = STR("true"); return true;
	case JSON_FALSE: *out = STR("false"); return true;
	case JSON_INTEGER:
	case JSON_REAL:
		buf_init(&b, a);
		json_canonical(value, &b);
		*out = buf_str(&b);
		return true;
	case JSON_OBJECT:
	case JSON_ARRAY: return false;
	}
	return false;
}

static void
take_member(struct htcds_reading *r, struct arena *a, struct str key, const json_t *value)
{
	int field = htcds_find(r->h, key);
	struct str text;

	if (field < 0) {
		htcds_unknown(r, a, key);
		return;
	}
	if (r->cells[field].values.n > 0) {
		htcds_row_bad(r, RC_INVALID, r->h->fields.at[field].name.p, r->row.line, 0,
			      "the field stands twice");
		return;
	}
	if (json_text(r->scrap, value, &text)) {
		htcds_row_cell(r, (size_t)field, text, r->row.line, 0);
		return;
	}
	for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
		if (!json_text(r->scrap, json_array_get(value, i), &text))
			break;
		htcds_row_value(r, (size_t)field, text, r->row.line, 0);
		if (i + 1 == json_array_size(value))
			return;
	}
	if (!json_is_array(value) || json_array_size(value) > 0)
		htcds_row_bad(r, RC_INVALID, r->h->fields.at[field].name.p, r->row.line, 0,
			      "a field holds text, or a list of text");
}

static void
take_object(struct htcds_reading *r, struct arena *a, json_t *object)
{
	struct str version = json_member_str(object, "htcds");

	if (json_object_get(object, "htcds") != NULL && !str_eq_z(version, "2.0"))
		htcds_row_bad(r, RC_INVALID, "htcds", r->row.line, 0,
			      "this is not version 2.0 of HTCDS");
	for (void *it = json_object_iter(object); it != NULL;
	     it = json_object_iter_next(object, it)) {
		struct str key = {json_object_iter_key(it), json_object_iter_key_len(it)};

		if (!str_eq_z(key, "htcds"))
			take_member(r, a, key, json_object_iter_value(it));
	}
}

enum rc
htcds_read_json(struct arena *a, const struct htcds *h, struct source source,
		const struct limits *limits, const struct htcds_sink *sink,
		struct htcds_report *report, struct err *err)
{
	struct limits l = limits_full(limits);
	struct json_split *split = json_split_new(a, source, &l);
	struct htcds_reading r;
	json_t *object;
	struct str text;
	struct err why;
	long line;
	enum rc rc;

	l.bytes_max = l.row_bytes_max;
	htcds_reading_init(&r, a, h, source.name, sink, report);
	while ((rc = json_split_next(split, &text, &line, err)) == RC_OK) {
		htcds_row_begin(&r, line);
		object = NULL;
		if ((rc = json_read_reals(text, &l, &object, &why)) != RC_OK)
			htcds_row_bad(&r, rc, why.key, line + (why.line > 0 ? why.line - 1 : 0),
				      why.column, why.text);
		else
			take_object(&r, a, object);
		rc = htcds_row_end(&r, err);
		json_decref(object);
		if (rc != RC_OK)
			break;
	}
	htcds_reading_done(&r);
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* A number as JSON writes it, so that it can stand without quotes. */
static bool
is_plain_integer(struct str s)
{
	int64_t v;

	return str_to_i64(s, &v) && v <= JSON_INTEGER_MAX && v >= -JSON_INTEGER_MAX &&
	       !(s.n > 1 && s.p[0] == '0') && !(s.n > 1 && s.p[0] == '-' && s.p[1] == '0');
}

void
htcds_write_json(struct buf *buf, const struct htcds *h, const struct htcds_row *row)
{
	struct json_out out = {.buf = buf};
	const struct htcds_cell *cell;

	json_out_object(&out);
	json_out_key_str(&out, "htcds", STR("2.0"));
	VEC_EACH (cell, &row->cells) {
		const struct htcds_field *f = htcds_field(h, cell->field);

		if (f->deprecated || cell->values.n == 0)
			continue;
		json_out_key(&out, f->name);
		if (f->kind == HTCDS_MULTI) {
			json_out_array(&out);
			for (size_t i = 0; i < cell->values.n; i++)
				json_out_str(&out, cell->values.at[i]);
			json_out_array_end(&out);
		} else if (f->kind == HTCDS_BOOL) {
			json_out_bool(&out, str_eq_z(cell->values.at[0], "true"));
		} else if (f->kind == HTCDS_NUMBER && is_plain_integer(cell->values.at[0])) {
			json_out_raw(&out, cell->values.at[0]);
		} else {
			json_out_str(&out, cell->values.at[0]);
		}
	}
	json_out_object_end(&out);
	buf_add_byte(buf, '\n');
}
