#include "node/cells.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "model/model.h"

const char *const cells_place_parts[CELLS_PLACE_PARTS] = {
    "text", "street", "city", "state", "postcode", "country", "locode", "lat", "lon"};

static struct str
as_json(struct arena *a, const json_t *value)
{
	struct buf b;

	buf_init(&b, a);
	json_canonical(value, &b);
	return buf_str(&b);
}

static struct str
one(struct arena *a, const struct field *f, const json_t *value)
{
	if (json_is_string(value))
		return json_str(value);
	if (f->kind == FIELD_IDENTIFIER && json_object_size(value) == 2 &&
	    json_member_str(value, "kind").n > 0 && json_member_str(value, "value").n > 0)
		return str_fmt(a, "%.*s:%.*s", STR_ARG(json_member_str(value, "kind")),
			       STR_ARG(json_member_str(value, "value")));
	return as_json(a, value);
}

/* Would the text come back as this one item of a list? */
static bool
stands_in_list(struct str s)
{
	return s.n > 0 && str_eq(str_trim(s), s) && str_chr(s, '|') < 0 && s.p[0] != '[';
}

struct str
cells_write(struct arena *a, const struct field *f, json_t *value)
{
	struct buf b;
	json_t *item;
	size_t i;

	if (value == NULL)
		return STR_NONE;
	if (!f->list)
		return one(a, f, value);
	buf_init(&b, a);
	json_array_foreach (value, i, item) {
		struct str s = one(a, f, item);

		if (!stands_in_list(s))
			return as_json(a, value);
		if (i > 0)
			buf_add_byte(&b, '|');
		buf_add(&b, s);
	}
	return buf_str(&b);
}

bool
cells_has_part(const struct model *m, const struct field *f, struct str part)
{
	if (f->kind == FIELD_PLACE && !f->list) {
		for (size_t i = 0; i < CELLS_PLACE_PARTS; i++)
			if (str_eq_z(part, cells_place_parts[i]))
				return true;
		return false;
	}
	if (f->kind != FIELD_IDENTIFIER)
		return false;
	for (size_t i = 0; i < f->kinds.n; i++)
		if (str_eq(part, f->kinds.at[i]))
			return true;
	return f->kinds.n == 0 && code_find(model_list(m, STR("identifier_kind")), part) != NULL;
}

/* A JSON value of this kind, or NULL: then the cell is text. */
static json_t *
from_json(const struct cells_json *json, struct str text, bool array)
{
	if (text.n == 0 || text.p[0] != (array ? '[' : '{'))
		return NULL;
	return json->read(json->ctx, text);
}

static json_t *
identifier(const struct model *m, const struct field *f, struct str part, struct str text)
{
	struct str value = text, kind = str_trim(str_cut(&value, ':'));
	json_t *o = json_object();

	if (value.p == NULL || !cells_has_part(m, f, kind)) {
		value = text;
		kind = part.n > 0 || f->kinds.n == 0 ? part : f->kinds.at[0];
	}
	if (kind.n > 0)
		must(json_object_set_new(o, "kind", json_from_str(kind)) == 0);
	must(json_object_set_new(o, "value", json_from_str(str_trim(value))) == 0);
	return o;
}

static json_t *
value_of(const struct model *m, const struct cells_json *json, const struct field *f,
	 struct str part, struct str text)
{
	bool object = f->kind == FIELD_IDENTIFIER || f->kind == FIELD_PLACE ||
		      f->kind == FIELD_MONEY || f->kind == FIELD_FILE;
	json_t *o = object ? from_json(json, text, false) : NULL;

	if (o != NULL)
		return o;
	if (f->kind == FIELD_IDENTIFIER)
		return identifier(m, f, part, text);
	if (f->kind != FIELD_PLACE)
		return json_from_str(text);
	o = json_object();
	must(json_object_set_new(o, part.n > 0 ? part.p : "text", json_from_str(text)) == 0);
	return o;
}

static void
read_list(json_t *list, const struct model *m, const struct cells_json *json, const struct field *f,
	  struct str part, struct str text)
{
	json_t *array = from_json(json, text, true);

	if (array != NULL) {
		must(json_array_extend(list, array) == 0);
		json_decref(array);
		return;
	}
	while (text.n > 0 && text.p != NULL) {
		struct str item = str_trim(str_cut(&text, '|'));

		if (item.n > 0)
			must(json_array_append_new(list, value_of(m, json, f, part, item)) == 0);
	}
}

void
cells_read(json_t *fields, const struct model *m, const struct cells_json *json,
	   const struct field *f, struct str part, struct str text)
{
	char *name = (char *)(uintptr_t)f->name.p;
	json_t *before = json_object_get(fields, name), *value;

	if (f->list) {
		if (before == NULL) {
			before = json_array();
			must(json_object_set_new(fields, name, before) == 0);
		}
		read_list(before, m, json, f, part, text);
		return;
	}
	value = value_of(m, json, f, part, text);
	/* The parts of a place come one by one. */
	if (f->kind == FIELD_PLACE && json_is_object(before)) {
		must(json_object_update(before, value) == 0);
		json_decref(value);
		return;
	}
	must(json_object_set_new(fields, name, value) == 0);
}
