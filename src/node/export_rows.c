#include "node/export_inside.h"

#include "base/arena.h"
#include "format/csv.h"
#include "format/ftm.h"
#include "format/json.h"
#include "node/cells.h"

/* Exports of one record a row: NDJSON, CSV of one type, FollowTheMoney. */
typedef enum rc row_fn(struct export *ex, struct arena *a, const struct record *r, struct err *err);

static enum rc
each_record(struct export *ex, const bool *wanted, row_fn *fn, struct err *err)
{
	struct arena *a = arena_new(0);
	struct record_list page;
	enum rc rc;

	while ((rc = record_bulk_next(ex->bulk, wanted, &page, err)) == RC_OK && page.items.n > 0) {
		for (size_t i = 0; i < page.items.n && rc == RC_OK; i++)
			rc = fn(ex, a, page.items.at[i], err);
		arena_reset(a);
		if (rc != RC_OK)
			break;
	}
	arena_free(a);
	return rc;
}

/* The type asked for, or all. */
static bool *
wanted_types(struct export *ex)
{
	bool *wanted = NEW_N(ex->run->arena, bool, ex->model->type_count);
	const struct record_type *type = model_type(ex->model, ex->type);

	for (size_t i = 0; i < ex->model->type_count; i++)
		wanted[i] = type == NULL || type->index == i;
	return wanted;
}

static enum rc
ndjson_row(struct export *ex, struct arena *a, const struct record *r, struct err *err)
{
	struct door d = ex->door;
	json_t *o;

	d.arena = a;
	o = record_json(&d, r, STR("en"));
	json_canonical(o, &ex->out);
	json_decref(o);
	buf_add_byte(&ex->out, '\n');
	return export_row(ex, err);
}

enum rc
export_ndjson(struct export *ex, struct err *err)
{
	return each_record(ex, wanted_types(ex), ndjson_row, err);
}

static void
csv_header(struct export *ex, const struct record_type *type)
{
	struct csv_out out;

	csv_out_init(&out, &ex->out, ex->safe);
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *f = &type->fields[i];

		if (f->kind != FIELD_PLACE || f->list) {
			csv_out_cell(&out, f->name);
			continue;
		}
		for (size_t k = 0; k < CELLS_PLACE_PARTS; k++)
			csv_out_cell(&out, str_fmt(ex->run->arena, "%.*s.%s", STR_ARG(f->name),
						   cells_place_parts[k]));
	}
	csv_out_end(&out);
}

static enum rc
csv_row(struct export *ex, struct arena *a, const struct record *r, struct err *err)
{
	struct csv_out out;

	csv_out_init(&out, &ex->out, ex->safe);
	for (size_t i = 0; i < r->type->field_count; i++) {
		const struct field *f = &r->type->fields[i];
		json_t *value = json_member(r->fields, f->name);

		if (f->kind == FIELD_PLACE && !f->list)
			for (size_t k = 0; k < CELLS_PLACE_PARTS; k++)
				csv_out_cell(&out, json_member_str(value, cells_place_parts[k]));
		else
			csv_out_cell(&out, cells_write(a, f, value));
	}
	csv_out_end(&out);
	return export_row(ex, err);
}

enum rc
export_csv(struct export *ex, struct err *err)
{
	csv_header(ex, model_type(ex->model, ex->type));
	return each_record(ex, wanted_types(ex), csv_row, err);
}

/* FollowTheMoney: which of its schemata a record is, or NULL. */
static const char *
ftm_schema(const struct record *r)
{
	static const struct {
		const char *type, *subject, *schema;
	} known[] = {{"person", NULL, "Person"},
		     {"organisation", NULL, "Organization"},
		     {"vehicle", NULL, "Vehicle"},
		     {"account", NULL, "BankAccount"},
		     {"place", NULL, "Address"},
		     {"listing", "person", "Person"},
		     {"listing", "organisation", "LegalEntity"},
		     {"listing", "vessel", "Vessel"},
		     {"listing", "vehicle", "Vehicle"}};
	struct str subject = json_member_str(r->fields, "subject");

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq_z(r->type->name, known[i].type) &&
		    (known[i].subject == NULL || str_eq_z(subject, known[i].subject)))
			return known[i].schema;
	return NULL;
}

static struct str
place_text(struct arena *a, const json_t *place)
{
	static const char *const parts[] = {"text", "street", "postcode",
					    "city", "state",  "country"};
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct str s = json_member_str(place, parts[i]);

		if (s.n > 0 && b.n > 0)
			buf_add_z(&b, ", ");
		buf_add(&b, s);
	}
	return buf_str(&b);
}

/* EDTF's doubt ("1979~", "19XX") has no place in FtM: the sure beginning of it, or nothing. */
static struct str
sure_date(struct str s)
{
	size_t n = 0;

	while (n < s.n && n < 10 &&
	       (n == 4 || n == 7 ? s.p[n] == '-' : s.p[n] >= '0' && s.p[n] <= '9'))
		n++;
	return str_sub(s, 0, n >= 10 ? 10 : n >= 7 ? 7 : n >= 4 ? 4 : 0);
}

static struct str
ftm_value(struct arena *a, const struct field *f, const json_t *value)
{
	switch (f->kind) {
	case FIELD_PLACE: return place_text(a, value);
	case FIELD_IDENTIFIER: return json_member_str(value, "value");
	case FIELD_DATE:
	case FIELD_RANGE:
	case FIELD_TIME: return sure_date(json_str(value));
	case FIELD_CODE:
		if (str_eq_z(f->codes->name, "country"))
			return str_lower_ascii(a, json_str(value));
		if (str_eq_z(f->codes->name, "gender"))
			return str_eq_z(json_str(value), "Masculine")  ? STR("male")
			       : str_eq_z(json_str(value), "Feminine") ? STR("female")
								       : STR("other");
		return json_str(value);
	case FIELD_TEXT:
	case FIELD_NUMBER:
	case FIELD_PHONE:
	case FIELD_YESNO: return json_str(value);
	case FIELD_MONEY:
	case FIELD_REF:
	case FIELD_FILE:
	case FIELD_KIND_COUNT: break;
	}
	return STR_NONE;
}

/* The name our field has in FtM, if the schema has it too. */
static const char *
ftm_name(struct arena *a, const struct field *f, struct str schema)
{
	for (size_t i = 0; i < f->standard_count; i++)
		if (f->standards[i].standard == STANDARD_FTM &&
		    ftm_has_property(schema, f->standards[i].name))
			return str_z(a, f->standards[i].name);
	return NULL;
}

static enum rc
ftm_row(struct export *ex, struct arena *a, const struct record *r, struct err *err)
{
	const char *schema = ftm_schema(r);
	struct ftm_entity e = {.id = id_format(a, r->id), .schema = str_from(schema)};
	struct err ignored;

	if (schema == NULL)
		return RC_OK;
	for (size_t i = 0; i < r->type->field_count; i++) {
		const struct field *f = &r->type->fields[i];
		json_t *value = json_member(r->fields, f->name), *item;
		const char *name = ftm_name(a, f, e.schema);
		size_t k;

		if (value == NULL || name == NULL)
			continue;
		if (!f->list)
			ftm_add(a, &e, name, ftm_value(a, f, value));
		json_array_foreach (f->list ? value : NULL, k, item)
			ftm_add(a, &e, name, ftm_value(a, f, item));
	}
	/* Somebody whose name nobody knows, or may see, is no entity there. */
	if (ftm_check(&e, &ignored) != RC_OK)
		return RC_OK;
	ftm_write(&ex->out, &e);
	return export_row(ex, err);
}

enum rc
export_ftm(struct export *ex, struct err *err)
{
	return each_record(ex, wanted_types(ex), ftm_row, err);
}
