#include "model/check_value.h"

#include <stdio.h>

static void
add_fault(struct checker *c)
{
	if (!c->told)
		faults_add(c->faults, fault_pointer(c->arena, c->err->key), c->err);
	c->told = false;
}

/* Each item is looked at, as each field is. */
static enum rc
check_list(struct checker *c, const struct field *f, json_t *value, json_t **out)
{
	const char *name = f->name.p;
	json_t *item, *list;
	bool bad = false;
	size_t i;

	*out = NULL;
	if (json_is_null(value))
		return RC_OK;
	if (!json_is_array(value))
		return fail(c->err, RC_INVALID, name, "must be a list");
	if (json_array_size(value) > f->list_max)
		return fail(c->err, RC_INVALID, name, "holds at most %u values", f->list_max);
	list = json_array();
	json_array_foreach (value, i, item) {
		json_t *one = NULL;
		char key[80];

		(void)snprintf(key, sizeof key, "%.*s[%zu]", STR_ARG(f->name), i);
		if (check_value(c, f, item, key, &one) != RC_OK) {
			add_fault(c);
			bad = true;
		} else if (one != NULL)
			must(json_array_append_new(list, one) == 0);
	}
	c->told = bad;
	if (bad || json_array_size(list) == 0)
		json_decref(list);
	else
		*out = list;
	return bad ? RC_INVALID : RC_OK;
}

static enum rc
unknown_field(struct checker *c, const struct record_type *type, struct str name)
{
	/* The name came from outside: shown only if it cannot hold anything else than a name. */
	bool plain = name.n > 0 && name.n <= 48;

	for (size_t i = 0; i < name.n; i++)
		plain &= (name.p[i] >= 'a' && name.p[i] <= 'z') || name.p[i] == '_' ||
			 (name.p[i] >= '0' && name.p[i] <= '9');
	return fail(c->err, RC_INVALID, plain ? str_z(c->arena, name) : "",
		    "the type \"%.*s\" has no such field", STR_ARG(type->name));
}

/* Whether a field holds the value, alone or in its list. */
static bool
holds(json_t *value, struct str wanted)
{
	json_t *item;
	size_t i;

	if (json_is_string(value))
		return str_eq(json_str(value), wanted);
	json_array_foreach (value, i, item)
		if (str_eq(json_str(item), wanted))
			return true;
	return false;
}

static json_t *
value_of(json_t *fields, const struct field *f)
{
	return json_member(fields, f->name);
}

static enum rc
check_one_required(struct checker *c, const struct record_type *type, const struct field *f,
		   json_t *body, const bool *bad)
{
	size_t at = (size_t)(f - type->fields);

	/* A field with a basis is followed by it (LED art. 7). */
	if (f->statement && value_of(body, f) != NULL && value_of(body, f + 1) == NULL &&
	    !bad[at + 1])
		return fail(c->err, RC_INVALID, (f + 1)->name.p,
			    "must say whether %.*s is fact or assessment", STR_ARG(f->name));
	if (value_of(body, f) != NULL || bad[at])
		return RC_OK;
	if (f->required)
		return fail(c->err, RC_INVALID, f->name.p, "must be given");
	if (f->when_field >= 0 &&
	    holds(value_of(body, &type->fields[f->when_field]), f->when_value))
		return fail(c->err, RC_INVALID, f->name.p, "must be given when %.*s is \"%.*s\"",
			    STR_ARG(type->fields[f->when_field].name), STR_ARG(f->when_value));
	return RC_OK;
}

static enum rc
check_one(struct checker *c, const struct record_type *type, const struct field *f,
	  const char *name, json_t *value, json_t **out)
{
	if (f == NULL)
		return unknown_field(c, type, str_from(name));
	if (f->automatic && c->mode == CHECK_CREATE && !json_is_null(value))
		return fail(c->err, RC_INVALID, f->name.p, "is filled by the node");
	return f->list ? check_list(c, f, value, out) : check_value(c, f, value, f->name.p, out);
}

/* All fields are looked at, so that whoever fills in a form hears of all at once. */
static enum rc
check_all(struct checker *c, const struct record_type *type, json_t *fields, json_t *body)
{
	bool *bad = NEW_N(c->arena, bool, type->field_count + 1); /* by field */
	struct err *told = c->err, err = {.rc = RC_OK};
	struct faults faults;
	const char *name;
	json_t *value;

	faults_init(&faults, c->arena);
	c->faults = &faults;
	c->err = &err;
	json_object_foreach (fields, name, value) {
		const struct field *f = type_field(type, str_from(name));
		json_t *out = NULL;

		if (check_one(c, type, f, name, value, &out) != RC_OK) {
			add_fault(c);
			if (f != NULL)
				bad[f - type->fields] = true;
		} else if (out != NULL) {
			must(json_object_set_new_nocheck(body, name, out) == 0);
		}
	}
	for (size_t i = 0; c->mode != CHECK_OLDER && i < type->required_count; i++)
		if (check_one_required(c, type, &type->fields[type->required[i]], body, bad) !=
		    RC_OK)
			add_fault(c);
	c->err = told;
	return faults_say(&faults, RC_INVALID, told);
}

enum rc
model_check_fields(struct arena *a, const struct model *m, const struct record_type *type,
		   json_t *fields, enum check_mode mode, json_t **canonical, struct err *err)
{
	struct checker c = {
	    .arena = a,
	    .model = m,
	    .mode = mode,
	    .err = err,
	    .countries = model_list(m, STR("country")),
	    .currencies = model_list(m, STR("currency")),
	    .identifier_kinds = model_list(m, STR("identifier_kind")),
	};
	json_t *body;
	enum rc rc;

	if (!json_is_object(fields))
		return fail(err, RC_INVALID, "", "the fields of a record are an object");
	body = json_object();
	if ((rc = check_all(&c, type, fields, body)) != RC_OK) {
		json_decref(body);
		return rc;
	}
	*canonical = body;
	return RC_OK;
}

/* What the node fills itself, of a patch. */
static enum rc
check_automatic(struct arena *a, const struct record_type *type, json_t *before, json_t *patch,
		struct err *err)
{
	struct faults faults;
	const char *name;
	json_t *value;

	faults_init(&faults, a);
	json_object_foreach (patch, name, value) {
		const struct field *f = type_field(type, str_from(name));
		struct err one;

		if (f == NULL || !f->automatic || json_equal(value, json_object_get(before, name)))
			continue;
		(void)fail(&one, RC_INVALID, f->name.p, "is filled by the node");
		faults_add(&faults, fault_pointer(a, one.key), &one);
	}
	return faults_say(&faults, RC_INVALID, err);
}

enum rc
model_check_change(struct arena *a, const struct model *m, const struct record_type *type,
		   json_t *before, json_t *patch, json_t **canonical, struct err *err)
{
	const char *name;
	json_t *value, *merged;
	enum rc rc;

	if (!json_is_object(before) || !json_is_object(patch))
		return fail(err, RC_INVALID, "", "a change is an object of fields");
	if ((rc = check_automatic(a, type, before, patch, err)) != RC_OK)
		return rc;
	merged = json_copy(before);
	json_object_foreach (patch, name, value) {
		if (json_is_null(value))
			(void)json_object_del(merged, name);
		else
			must(json_object_set_nocheck(merged, name, value) == 0);
	}
	rc = model_check_fields(a, m, type, merged, CHECK_UPDATE, canonical, err);
	json_decref(merged);
	return rc;
}

enum rc
model_check_needs(struct arena *a, const struct record_type *type, const struct move *move,
		  json_t *fields, struct err *err)
{
	struct faults faults;

	faults_init(&faults, a);
	for (size_t i = 0; i < move->need_count; i++) {
		const struct field *f = &type->fields[move->needs[i]];
		struct err one;

		if (value_of(fields, f) != NULL && !json_is_null(value_of(fields, f)))
			continue;
		(void)fail(&one, RC_CONFLICT, f->name.p, "must be given before this move");
		faults_add(&faults, fault_pointer(a, one.key), &one);
	}
	return faults_say(&faults, RC_CONFLICT, err);
}
