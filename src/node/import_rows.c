#include "node/import_inside.h"

#include "base/arena.h"
#include "base/say.h"
#include "format/json.h"
#include "parse/parse.h"
#include "node/import_columns.h"

/*
 * Records of one type: NDJSON, an object of fields a line or {"type":..,"fields":{..}} as our
 * export writes it; CSV with field names (or a mapping) in the header. What the node fills in
 * itself - id, version, owner, state - is not taken from such a file.
 */
struct rows_import {
	struct import *im;
	const struct record_type *type; /* NULL: each line says */
	size_t file;
	/* CSV: the reader of cells that are JSON, started with the first; and why it failed. */
	struct parse *values;
	enum rc values_rc;
	struct err values_err;
};

static enum rc
take_fields(struct rows_import *x, const struct record_type *type, json_t *fields, long line,
	    struct err *err)
{
	struct record_draft *draft;
	struct err why;
	enum rc rc = import_check_references(x->im, type, fields, &why);

	if (rc == RC_OK)
		rc = import_draft(x->im, type, fields, NULL, &draft, &why);
	else
		json_decref(fields);
	/* Not the row's fault: the job goes on when it is resumed. */
	if (rc == RC_UNAVAILABLE)
		return fail(err, rc, "", "%s", why.text);
	if (rc == RC_OK)
		return import_row_end(x->im, err);
	why.line = line;
	why.column = 0;
	return import_row_bad(x->im, x->file, &why, err);
}

/* Fields that the node fills are left out, so that an export can come back as new records. */
static json_t *
without_automatic(const struct record_type *type, json_t *fields)
{
	json_t *kept = json_object(), *value;
	const char *key;

	json_object_foreach (fields, key, value) {
		const struct field *f = type_field(type, str_from(key));

		if (f == NULL || !f->automatic)
			must(json_object_set(kept, key, value) == 0);
	}
	return kept;
}

static enum rc
take_line(struct rows_import *x, json_t *o, long line, struct err *err)
{
	const struct record_type *type = x->type;
	json_t *fields = json_object_get(o, "fields");
	struct err why;

	if (json_is_object(fields) && json_is_string(json_object_get(o, "type")))
		type = model_type(x->im->model, json_member_str(o, "type"));
	else
		fields = o;
	if (type == NULL || !json_is_object(o)) {
		(void)fail_at(&why, RC_INVALID, "", line, 0, "type",
			      "needs a type that the model has, in the line or as --type");
		return import_row_bad(x->im, x->file, &why, err);
	}
	return take_fields(x, type, without_automatic(type, fields), line, err);
}

static enum rc
read_ndjson(struct rows_import *x, struct source *source, struct err *err)
{
	struct parse *r;
	struct err why;
	enum rc rc = parse_ndjson_open(*source, &r, err);

	while (rc == RC_OK) {
		json_t *o = NULL;
		bool skip;
		long line;
		enum rc got = parse_ndjson_next(r, &o, &line, &why);

		if (got == RC_ABSENT)
			break;
		if (got != RC_OK && !parse_can_go_on(r)) {
			*err = why;
			rc = got;
			break;
		}
		rc = import_row_begin(x->im, &skip, err);
		if (rc == RC_OK && !skip)
			rc = got == RC_OK ? take_line(x, o, line, err)
					  : import_row_bad(x->im, x->file, &why, err);
		json_decref(o);
	}
	parse_close(r);
	return rc;
}

static json_t *
read_value(void *ctx, struct str text)
{
	struct rows_import *x = ctx;
	struct err err;
	json_t *value;
	enum rc rc;

	if (x->values_rc != RC_OK)
		return NULL;
	if (x->values == NULL && (rc = parse_values_open(&x->values, &err)) != RC_OK)
		value = NULL;
	else
		rc = parse_value(x->values, text, &value, &err);
	if (rc != RC_OK && (x->values == NULL || !parse_can_go_on(x->values))) {
		x->values_rc = rc;
		x->values_err = err;
	}
	return value;
}

static enum rc
take_csv_row(struct rows_import *x, const struct import_column *columns, const struct csv_row *row,
	     struct err *err)
{
	const struct cells_json json = {read_value, x};
	json_t *fields = json_object();

	for (size_t i = 0; i < row->n; i++) {
		struct str text = str_trim(row->at[i].text);

		if (columns[i].field != NULL && text.n > 0)
			cells_read(fields, x->im->model, &json, columns[i].field, columns[i].part,
				   text);
	}
	if (x->values_rc != RC_OK) {
		json_decref(fields);
		*err = x->values_err;
		return x->values_rc;
	}
	return take_fields(x, x->type, fields, row->line, err);
}

static enum rc
read_csv_rows(struct rows_import *x, struct parse *csv, struct arena *a, struct err *err)
{
	struct import_column *columns = NULL;
	struct csv_row row;
	struct err why;
	enum rc rc;

	if ((rc = parse_csv_next(csv, &row, err)) != RC_OK)
		return rc == RC_ABSENT ? fail(err, RC_INVALID, "file", "holds no header") : rc;
	if ((rc = import_columns_read(x->im, a, x->type, &row, &columns, err)) != RC_OK)
		return rc;
	while (rc == RC_OK) {
		enum rc got = parse_csv_next(csv, &row, &why);
		bool skip;

		if (got == RC_ABSENT)
			return RC_OK;
		if (got != RC_OK && !parse_can_go_on(csv)) {
			*err = why;
			return got;
		}
		rc = import_row_begin(x->im, &skip, err);
		if (rc == RC_OK && !skip)
			rc = got == RC_OK ? take_csv_row(x, columns, &row, err)
					  : import_row_bad(x->im, x->file, &why, err);
	}
	return rc;
}

static enum rc
read_csv(struct rows_import *x, struct source *source, struct arena *a, struct err *err)
{
	bool latin1 = json_is_true(json_object_get(x->im->arguments, "latin1"));
	struct parse *csv;
	enum rc rc;

	if (x->type == NULL)
		return fail(err, RC_INVALID, "type",
			    "say of which type the rows are (" SAY_TYPE ")");
	rc = parse_csv_open(*source, latin1 ? CSV_LATIN1 : 0, &csv, err);
	if (rc == RC_OK)
		rc = read_csv_rows(x, csv, a, err);
	parse_close(x->values);
	x->values = NULL;
	parse_close(csv);
	return rc;
}

enum rc
import_rows(struct import *im, struct err *err)
{
	struct rows_import x = {.im = im};
	struct str type = import_option(im, "type");
	enum rc rc = RC_OK;

	if (type.n > 0 && (x.type = model_type(im->model, type)) == NULL)
		return fail(err, RC_INVALID, "type",
			    "there is no such record type; " SAY_TYPES " shows them");
	if (x.type != NULL && (rc = import_may_create(im, str_z(im->arena, type), err)) != RC_OK)
		return rc;
	for (x.file = 0; x.file < im->file_count && rc == RC_OK; x.file++) {
		struct arena *a = arena_new(0);
		struct import_source *s;
		struct err why;

		if ((rc = import_source_open(im, x.file, &s, err)) == RC_OK) {
			rc = im->format == IMPORT_CSV ? read_csv(&x, import_source(s), a, err)
						      : read_ndjson(&x, import_source(s), err);
			if (import_source_close(s, &why) != RC_OK) {
				rc = why.rc;
				*err = why;
			}
		}
		arena_free(a);
	}
	return rc;
}
