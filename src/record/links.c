#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/damaged.h"
#include "record/open.h"
#include "record/reach.h"
#include "record/blind.h"

static enum rc
put_link(struct door *d, struct record *r, const struct record_type *holder,
	 const struct field *field, bool outward, size_t limit, struct record_links *out)
{
	if (out->items.n == limit)
		out->more = true;
	else
		*VEC_ADD(d->arena, &out->items) = (struct record_link){r, holder, field, outward};
	return RC_OK;
}

/*
 * A record at the other end, when the actor may see it: silent otherwise, like absence. Past
 * the limit it only says that there is more, and of what the actor may see.
 */
static enum rc
add_link(struct door *d, struct id id, const struct record_type *holder, const struct field *field,
	 bool outward, const struct id *must_hold, size_t limit, struct record_links *out,
	 struct err *err)
{
	struct handling handling;
	struct decision decision;
	struct record_row row;
	struct record *r = NULL;
	json_t *fields;
	bool there;
	enum rc rc = damaged_find(d, id, &row, &there, err);

	if (rc != RC_OK || !there)
		return rc;
	if ((rc = reach_decide(d, POLICY_LIST, &row, NULL, &decision, err)) != RC_OK)
		return rc;
	if (decision.rung == RUNG_NONE || (!outward && row.type != holder))
		return RC_OK;
	rc = row_open(d->node, door_use(d, KEY_USE_LIST), d->arena, &row, &fields, &handling, err);
	/* Of one that refers here the index says so, and nobody can look. */
	if (rc != RC_OK)
		return (rc = damaged_record(d, &row, rc, &r, err)) != RC_OK || r == NULL
			   ? rc
			   : put_link(d, r, holder, field, outward, limit, out);
	door_hold(d, fields);
	if (must_hold != NULL && !blind_holds(field, fields, id_format(d->arena, *must_hold)))
		return RC_OK;
	rc = record_of_row(d, &row, fields, NULL, decision.rung, NULL, &r, err);
	if (rc != RC_OK)
		return rc;
	r->handling = handling;
	return put_link(d, r, holder, field, outward, limit, out);
}

static enum rc
links_outward(struct door *d, const struct record *r, size_t limit, struct record_links *out,
	      struct err *err)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < r->type->field_count && rc == RC_OK; i++) {
		const struct field *f = &r->type->fields[i];
		json_t *value = json_member(r->fields, f->name);
		size_t n = json_is_array(value) ? json_array_size(value) : value != NULL;

		if (f->kind != FIELD_REF)
			continue;
		for (size_t k = 0; k < n && rc == RC_OK; k++) {
			json_t *item = json_is_array(value) ? json_array_get(value, k) : value;
			struct id id;

			if (!out->more && id_parse(json_str(item), &id))
				rc = add_link(d, id, r->type, f, true, NULL, limit, out, err);
		}
	}
	return rc;
}

static bool
may_refer(const struct field *field, const struct record_type *to)
{
	if (field->kind != FIELD_REF)
		return false;
	for (size_t i = 0; i < field->refs.n; i++)
		if (str_eq_z(field->refs.at[i], "any") || str_eq(field->refs.at[i], to->name))
			return true;
	return false;
}

static enum rc
links_inward(struct door *d, const struct record *r, const struct record_type *holder,
	     const struct field *field, size_t limit, struct record_links *out, struct err *err)
{
	struct str value = id_format(d->arena, r->id);
	struct ids ids = {0};
	enum rc rc = blind_find(d, holder, field, value, 10000, &ids, err);

	for (size_t i = 0; i < ids.n && rc == RC_OK && !out->more; i++)
		rc = add_link(d, ids.at[i], holder, field, false, &r->id, limit, out, err);
	return rc;
}

enum rc
record_links(struct door *d, struct id id, enum link_way way, size_t limit,
	     struct record_links *out, struct err *err)
{
	const struct model *m = d->node->model;
	struct audit_entry entry = {.action = AUDIT_LIST};
	struct ids about = {0};
	struct record *r;
	enum rc rc;

	*out = (struct record_links){0};
	if (limit == 0 || limit > 1000)
		limit = 1000;
	if ((rc = record_load(d, id, NULL, &r, err)) != RC_OK)
		return rc;
	if (way != LINKS_IN && (rc = links_outward(d, r, limit, out, err)) != RC_OK)
		return rc;
	for (size_t i = 0; way != LINKS_OUT && i < m->type_count && rc == RC_OK; i++)
		for (size_t k = 0; k < m->types[i].field_count && rc == RC_OK; k++)
			if (may_refer(&m->types[i].fields[k], r->type) && !out->more)
				rc = links_inward(d, r, &m->types[i], &m->types[i].fields[k], limit,
						  out, err);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < out->items.n; i++)
		*VEC_ADD(d->arena, &about) = out->items.at[i].record->id;
	entry.about = about.at;
	entry.about_count = about.n;
	rc = door_log(d, &entry, NULL, err);
	return rc == RC_OK ? damaged_log(d, err) : rc;
}
