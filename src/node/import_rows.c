#include "node/import_inside.h"

#include "base/arena.h"
#include "format/csv.h"
#include "format/json.h"
#include "format/listfile.h"
#include "format/ndjson.h"

/*
 * Records of one type: NDJSON, an object of fields a line or {"type":..,"fields":{..}} as our
 * export writes it; CSV with field names (or a mapping) in the header. What the node fills in
 * itself - id, version, owner, state - is not taken from such a file.
 */
struct rows_import {
	struct import *im;
	const struct record_type *type; /* NULL: each line says */
	size_t file;
};

static enum rc
take_fields(struct rows_import *x, const struct record_type *type, json_t *fields, long line,
	    struct err *err)
{
	struct record_draft *draft;
	struct err why;
	enum rc rc = import_draft(x->im, type, fields, NULL, &draft, &why);

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
read_ndjson(struct rows_import *x, struct source *source, struct arena *a, struct err *err)
{
	struct ndjson *r = ndjson_new(a, *source, 0, NULL);
	struct err why;
	enum rc rc = RC_OK;

	while (rc == RC_OK) {
		json_t *o = NULL;
		bool skip;
		long line;
		enum rc got = ndjson_next(r, &o, &line, &why);

		if (got == RC_ABSENT)
			return RC_OK;
		if (got != RC_OK && !ndjson_can_go_on(r)) {
			*err = why;
			return got;
		}
		rc = import_row_begin(x->im, &skip, err);
		if (rc == RC_OK && !skip)
			rc = got == RC_OK ? take_line(x, o, line, err)
					  : import_row_bad(x->im, x->file, &why, err);
		json_decref(o);
	}
	return rc;
}

/* A column: which field, and which part of it ("birth_place.city", "documents.passport"). */
struct column {
	const struct field *field;
	struct str part;
};

static enum rc
read_header(struct rows_import *x, struct arena *a, const struct csv_row *row, struct column **out,
	    struct err *err)
{
	struct str text = import_option(x->im, "fields");
	struct list_mapping mapping = {.n = 0};
	struct column *columns = NEW_N(a, struct column, row->n);
	enum rc rc;

	if (text.n > 0 && (rc = list_mapping_parse(text, &mapping, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < row->n; i++) {
		struct str name = str_copy(a, str_trim(row->at[i].text)), field;

		for (size_t k = 0; k < mapping.n; k++)
			if (str_eq(mapping.at[k].theirs, name))
				name = mapping.at[k].ours;
		field = str_cut(&name, '.');
		columns[i] = (struct column){type_field(x->type, field), name};
		if (columns[i].field == NULL && mapping.n == 0)
			return fail_at(
			    err, RC_INVALID, "", row->line, row->at[i].column, "header",
			    "column %zu is no field of a %.*s; say what it is with --fields", i + 1,
			    STR_ARG(x->type->name));
		if (columns[i].field != NULL && columns[i].field->automatic)
			columns[i].field = NULL;
	}
	*out = columns;
	return RC_OK;
}

static json_t *
cell_value(const struct column *c, struct str text)
{
	json_t *o;

	if (c->field->kind != FIELD_IDENTIFIER)
		return json_from_str(text);
	o = json_object();
	if (c->part.n > 0)
		import_set(o, "kind", json_from_str(c->part));
	else if (c->field->kinds.n > 0)
		import_set(o, "kind", json_from_str(c->field->kinds.at[0]));
	import_set(o, "value", json_from_str(text));
	return o;
}

static void
add_cell(json_t *fields, const struct column *c, struct str text)
{
	char *name = (char *)(uintptr_t)c->field->name.p;
	json_t *value = json_object_get(fields, name);

	if (c->field->kind == FIELD_PLACE) {
		if (value == NULL)
			import_set(fields, name, value = json_object());
		import_set(value, c->part.n > 0 ? c->part.p : "text", json_from_str(text));
		return;
	}
	if (!c->field->list) {
		import_set(fields, name, cell_value(c, text));
		return;
	}
	if (value == NULL)
		import_set(fields, name, value = json_array());
	while (text.n > 0 && text.p != NULL) {
		struct str one = str_trim(str_cut(&text, '|'));

		if (one.n > 0)
			must(json_array_append_new(value, cell_value(c, one)) == 0);
	}
}

static enum rc
take_csv_row(struct rows_import *x, const struct column *columns, const struct csv_row *row,
	     struct err *err)
{
	json_t *fields = json_object();

	for (size_t i = 0; i < row->n; i++) {
		struct str text = str_trim(row->at[i].text);

		if (columns[i].field != NULL && text.n > 0)
			add_cell(fields, &columns[i], text);
	}
	return take_fields(x, x->type, fields, row->line, err);
}

static enum rc
read_csv(struct rows_import *x, struct source *source, struct arena *a, struct err *err)
{
	struct csv *csv = csv_new(a, *source, NULL);
	struct column *columns = NULL;
	struct csv_row row;
	struct err why;
	enum rc rc;

	if (x->type == NULL)
		return fail(err, RC_INVALID, "type", "say of which type the rows are (--type)");
	if ((rc = csv_next(csv, &row, err)) != RC_OK)
		return rc == RC_ABSENT ? fail(err, RC_INVALID, "file", "holds no header") : rc;
	if ((rc = read_header(x, a, &row, &columns, err)) != RC_OK)
		return rc;
	while (rc == RC_OK) {
		enum rc got = csv_next(csv, &row, &why);
		bool skip;

		if (got == RC_ABSENT)
			return RC_OK;
		if (got != RC_OK && !csv_can_go_on(csv)) {
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

enum rc
import_rows(struct import *im, struct err *err)
{
	struct rows_import x = {.im = im};
	struct str type = import_option(im, "type");
	enum rc rc = RC_OK;

	if (type.n > 0 && (x.type = model_type(im->model, type)) == NULL)
		return fail(err, RC_INVALID, "type",
			    "there is no such record type; `liaison model list` shows them");
	if (x.type != NULL && (rc = import_may_create(im, str_z(im->arena, type), err)) != RC_OK)
		return rc;
	for (x.file = 0; x.file < im->file_count && rc == RC_OK; x.file++) {
		struct arena *a = arena_new(0);
		struct import_source *s;
		struct err why;

		if ((rc = import_source_open(im, x.file, &s, err)) == RC_OK) {
			rc = im->format == IMPORT_CSV ? read_csv(&x, import_source(s), a, err)
						      : read_ndjson(&x, import_source(s), a, err);
			if (import_source_close(s, &why) != RC_OK) {
				rc = why.rc;
				*err = why;
			}
		}
		arena_free(a);
	}
	return rc;
}
