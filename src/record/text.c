#include "base/arena.h"
#include "format/json.h"
#include "format/json_members.h"
#include "model/check.h"
#include "model/model.h"
#include "record/open.h"

/*
 * A record as text. What is only passed on to a reader is not read into values and written
 * again: the sealed body is canonical, so the fields that are open are copied as they stand.
 */
struct part {
	const struct field *field; /* NULL: the model has no such field any more */
	struct str value, whole;
	bool is_open;
};

struct parts {
	struct part *at;
	size_t n, cap;
};

static enum rc
fail_body(struct err *err)
{
	return fail(err, RC_INTEGRITY, "body", "a sealed body does not hold a record");
}

static enum rc
split_body(struct str body, struct str *fields, struct str *handling, struct err *err)
{
	struct json_members m = {.rest = body};
	struct json_member_text t;

	*fields = *handling = STR_NONE;
	while (json_members_next(&m, &t)) {
		if (str_eq(t.key, STR("fields")))
			*fields = t.value;
		else if (str_eq(t.key, STR("handling")))
			*handling = t.value;
	}
	return m.bad || fields->n == 0 || fields->p[0] != '{' ? fail_body(err) : RC_OK;
}

static enum rc
split_fields(struct arena *a, const struct record_type *type, struct str fields, struct parts *out,
	     struct err *err)
{
	struct json_members m = {.rest = fields};
	struct json_member_text t;

	while (json_members_next(&m, &t))
		*VEC_ADD(a, out) = (struct part){type_field(type, t.key), t.value, t.whole, false};
	return m.bad ? fail_body(err) : RC_OK;
}

/* In the order of the type's fields, as record_of_row tells them. */
static void
add_in_order(struct arena *a, const struct parts *parts, bool is_open, struct str_list *out)
{
	const struct field *after = NULL;

	for (;;) {
		const struct field *next = NULL;

		for (size_t i = 0; i < parts->n; i++) {
			const struct part *p = &parts->at[i];

			if (p->field == NULL || p->is_open != is_open ||
			    (is_open && p->field->mask == MASK_NEVER) ||
			    (after != NULL && p->field <= after))
				continue;
			if (next == NULL || p->field < next)
				next = p->field;
		}
		if (next == NULL)
			return;
		*VEC_ADD(a, out) = next->name;
		after = next;
	}
}

static struct str
join(struct arena *a, const struct str_list *names)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < names->n; i++) {
		if (i > 0)
			buf_add_byte(&b, ',');
		buf_add(&b, names->at[i]);
	}
	return buf_str(&b);
}

static struct str
open_text(struct arena *a, const struct parts *parts)
{
	struct buf b;
	bool comma = false;

	buf_init(&b, a);
	buf_add_byte(&b, '{');
	for (size_t i = 0; i < parts->n; i++) {
		if (!parts->at[i].is_open)
			continue;
		if (comma)
			buf_add_byte(&b, ',');
		buf_add(&b, parts->at[i].whole);
		comma = true;
	}
	buf_add_byte(&b, '}');
	return buf_str(&b);
}

/* A string without escapes is read as it stands; what is anything else is read into values. */
static enum rc
value_of(struct door *d, struct str value, struct title_value *out, struct err *err)
{
	json_t *json;

	if (value.n >= 2 && value.p[0] == '"' && str_chr(value, '\\') < 0) {
		out->text = str_sub(value, 1, value.n - 1);
		return RC_OK;
	}
	if (json_read(value, NULL, &json, NULL) != RC_OK)
		return fail_body(err);
	out->json = door_hold(d, json);
	return RC_OK;
}

/* The title is made of few fields, so only those are read. */
static enum rc
title_of(struct door *d, const struct record_type *type, const struct parts *parts,
	 struct str *title, struct err *err)
{
	struct title_value *values = NEW_N(d->arena, struct title_value, type->title_count + 1);
	enum rc rc;

	for (size_t i = 0; i < type->title_count; i++) {
		for (size_t k = 0; k < parts->n; k++) {
			const struct part *p = &parts->at[k];

			if (type->title[i].field < 0 || !p->is_open ||
			    p->field != &type->fields[type->title[i].field])
				continue;
			if ((rc = value_of(d, p->value, &values[i], err)) != RC_OK)
				return rc;
		}
	}
	*title = model_title_of(d->arena, type, values, STR_NONE);
	return RC_OK;
}

static bool
is_true(struct str object, struct str key)
{
	struct json_members m = {.rest = object};
	struct json_member_text t;

	while (json_members_next(&m, &t))
		if (str_eq(t.key, key))
			return str_eq(t.value, STR("true"));
	return false;
}

enum rc
record_of_text(struct door *d, const struct record_row *row, struct str body,
	       const struct str_list *reveal, enum rung rung, bool with_fields,
	       struct str *revealed_names, struct record **out, struct err *err)
{
	struct str_list revealed = {0};
	struct str fields, handling;
	struct parts parts = {0};
	struct record *r;
	enum rc rc;

	if ((rc = record_of_row(d, row, NULL, reveal, rung, NULL, out, err)) != RC_OK ||
	    (rc = split_body(body, &fields, &handling, err)) != RC_OK)
		return rc;
	r = *out;
	r->handling.judicial_ok = is_true(handling, STR("judicial_ok"));
	r->handling.onward_ok = is_true(handling, STR("onward_ok"));
	if (rung < RUNG_MASKED)
		return RC_OK;
	if ((rc = split_fields(d->arena, row->type, fields, &parts, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < parts.n; i++)
		parts.at[i].is_open = parts.at[i].field != NULL &&
				      record_field_open(d, parts.at[i].field, rung, reveal);
	add_in_order(d->arena, &parts, false, &r->masked);
	if (revealed_names != NULL) {
		add_in_order(d->arena, &parts, true, &revealed);
		*revealed_names = join(d->arena, &revealed);
	}
	if (with_fields)
		r->fields_text = open_text(d->arena, &parts);
	return title_of(d, row->type, &parts, &r->title, err);
}
