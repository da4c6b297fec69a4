#include "format/ftm.h"

#include "base/arena.h"
#include "format/ftm_schema.h"
#include "format/json.h"

#define VALUES_MAX 5000

static const struct ftm_schema *
schema_find(struct str name)
{
	for (const struct ftm_schema *s = ftm_schemata; s->name != NULL; s++) {
		if (str_eq_z(name, s->name))
			return s;
	}
	return NULL;
}

static bool
has_word(const char *words, struct str word)
{
	struct str rest = str_from(words);

	while (rest.p != NULL) {
		struct str part = str_cut(&rest, ' ');

		if (part.n > 0 && str_eq(part, word))
			return true;
	}
	return false;
}

/* Does the schema or one of its ancestors satisfy test? The first that does, or NULL. */
static const struct ftm_schema *
climb(const struct ftm_schema *s, bool (*test)(const struct ftm_schema *, struct str),
      struct str arg)
{
	const struct ftm_schema *found;
	struct str rest;

	if (s == NULL || test(s, arg))
		return s;
	rest = str_from(s->parents);
	while (rest.p != NULL) {
		struct str parent = str_cut(&rest, ' ');

		if (parent.n > 0 && (found = climb(schema_find(parent), test, arg)) != NULL)
			return found;
	}
	return NULL;
}

static bool
is_named(const struct ftm_schema *s, struct str name)
{
	return str_eq_z(name, s->name);
}

static bool
has_own(const struct ftm_schema *s, struct str property)
{
	return has_word(s->properties, property);
}

bool
ftm_schema_exists(struct str schema)
{
	return schema_find(schema) != NULL;
}

bool
ftm_schema_is(struct str schema, struct str ancestor)
{
	return climb(schema_find(schema), is_named, ancestor) != NULL;
}

bool
ftm_has_property(struct str schema, struct str property)
{
	return property.n > 0 && climb(schema_find(schema), has_own, property) != NULL;
}

static const struct ftm_property *
property_find(const struct ftm_entity *entity, struct str name)
{
	const struct ftm_property *p;

	VEC_EACH (p, &entity->properties) {
		if (str_eq(p->name, name))
			return p;
	}
	return NULL;
}

enum rc
ftm_check(const struct ftm_entity *entity, struct err *err)
{
	const struct ftm_schema *schema = schema_find(entity->schema);
	const struct ftm_property *p;
	struct str rest, word;

	if (entity->id.n == 0)
		return fail(err, RC_INVALID, "id", "an entity has an id");
	if (schema == NULL)
		return fail(err, RC_INVALID, "schema", "there is no such schema");
	if (schema->abstract)
		return fail(err, RC_INVALID, "schema", "an entity cannot be a %s", schema->name);
	VEC_EACH (p, &entity->properties) {
		if (!ftm_has_property(entity->schema, p->name))
			return fail(err, RC_INVALID, "properties",
				    "%s has no such property, or data may not carry it",
				    schema->name);
	}
	/* Not inherited: an Address needs no name, though every Thing does. */
	rest = str_from(schema->required);
	while (rest.p != NULL) {
		if ((word = str_cut(&rest, ' ')).n == 0)
			continue;
		p = property_find(entity, word);
		if (p == NULL || p->values.n == 0)
			return fail(err, RC_INVALID, "properties", "%s needs the property %.*s",
				    schema->name, STR_ARG(word));
	}
	return RC_OK;
}

void
ftm_add(struct arena *a, struct ftm_entity *entity, const char *property, struct str value)
{
	struct str name = str_from(property);
	struct ftm_property *p = (struct ftm_property *)(uintptr_t)property_find(entity, name);

	if (value.n == 0)
		return;
	if (p == NULL) {
		p = VEC_ADD(a, &entity->properties);
		p->name = str_copy(a, name);
	}
	for (size_t i = 0; i < p->values.n; i++) {
		if (str_eq(p->values.at[i], value))
			return;
	}
	*VEC_ADD(a, &p->values) = value;
}

/* A property's values: text, or a list of text. */
static enum rc
take_values(struct arena *a, const char *name, const json_t *values, struct ftm_entity *out,
	    struct err *err)
{
	if (json_is_string(values)) {
		ftm_add(a, out, name, str_copy(a, json_str(values)));
		return RC_OK;
	}
	if (json_array_size(values) > VALUES_MAX)
		return fail(err, RC_TOO_LARGE, "properties", "more than %d values of a property",
			    VALUES_MAX);
	if (!json_is_array(values))
		return fail(err, RC_INVALID, "properties",
			    "a property's values are a list of text");
	for (size_t i = 0; i < json_array_size(values); i++) {
		const json_t *value = json_array_get(values, i);

		if (!json_is_string(value))
			return fail(err, RC_INVALID, "properties", "a property's value is no text");
		ftm_add(a, out, name, str_copy(a, json_str(value)));
	}
	return RC_OK;
}

enum rc
ftm_from_json(struct arena *a, const json_t *json, struct ftm_entity *out, struct err *err)
{
	json_t *properties = json_object_get(json, "properties");
	enum rc rc;

	*out = (struct ftm_entity){0};
	if (!json_is_object(json))
		return fail(err, RC_INVALID, "", "an entity is a JSON object");
	out->id = str_copy(a, json_member_str(json, "id"));
	out->schema = str_copy(a, json_member_str(json, "schema"));
	if (properties != NULL && !json_is_object(properties))
		return fail(err, RC_INVALID, "properties", "the properties are a JSON object");
	for (void *it = json_object_iter(properties); it != NULL;
	     it = json_object_iter_next(properties, it)) {
		struct str name = {json_object_iter_key(it), json_object_iter_key_len(it)};

		if (!ftm_has_property(out->schema, name))
			return fail(err, RC_INVALID,
				    ftm_schema_exists(out->schema) ? "properties" : "schema",
				    "the schema or one of its properties is not known");
		rc = take_values(a, json_object_iter_key(it), json_object_iter_value(it), out, err);
		if (rc != RC_OK)
			return rc;
	}
	return ftm_check(out, err);
}

void
ftm_write(struct buf *buf, const struct ftm_entity *entity)
{
	struct json_out out = {.buf = buf};
	const struct ftm_property *p;

	json_out_object(&out);
	json_out_key_str(&out, "id", entity->id);
	json_out_key_str(&out, "schema", entity->schema);
	json_out_key(&out, STR("properties"));
	json_out_object(&out);
	VEC_EACH (p, &entity->properties) {
		json_out_key(&out, p->name);
		json_out_array(&out);
		for (size_t i = 0; i < p->values.n; i++)
			json_out_str(&out, p->values.at[i]);
		json_out_array_end(&out);
	}
	json_out_object_end(&out);
	json_out_object_end(&out);
	buf_add_byte(buf, '\n');
}
