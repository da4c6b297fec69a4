#include "base/arena.h"
#include "format/json.h"
#include "record/concern.h"
#include "record/open.h"
#include "record/reach.h"

static bool
may_hold(const struct field *field, const struct record_type *type)
{
	for (size_t i = 0; i < field->refs.n; i++)
		if (str_eq_z(field->refs.at[i], "any") || str_eq(field->refs.at[i], type->name))
			return true;
	return false;
}

enum rc
record_is_known(struct door *d, struct id id, bool *out, struct err *err)
{
	struct record_row row;
	struct row_facts known;
	enum rc rc = row_find(d, id, &row, err);

	*out = false;
	/* A type that the model lacks is as good as absent. */
	if (rc == RC_ABSENT || rc == RC_CONFLICT)
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	if ((rc = concern_facts(d, &row, &known, err)) == RC_OK)
		*out = policy_may_refer(d->actor, &d->access, row.type, &known);
	return rc;
}

enum rc
record_is_said_of(struct door *d, struct id id, bool *out, struct err *err)
{
	struct record_row row;
	struct row_facts known;
	enum rc rc = row_find(d, id, &row, err);

	*out = false;
	if (rc == RC_ABSENT || rc == RC_CONFLICT)
		return concern_absent(d, id, err);
	if (rc != RC_OK || (rc = concern_facts(d, &row, &known, err)) != RC_OK)
		return rc;
	*out = policy_is_said_of(d->actor, &d->access, row.type, &known);
	return row.type->concern_count == 0 ? concern_absent(d, id, err) : RC_OK;
}

/*
 * Each reference must name a record that is there, of a type the field allows, and that this
 * person may know of. One answer for all that is not so, and one denial in the log: whoever
 * tries ids learns nothing of what is hidden.
 */
static enum rc
check_reference(struct door *d, const struct field *field, struct str text, struct err *err)
{
	static const struct decision absent = {.rung = RUNG_NONE, .rule = "absent", .why = ""};
	struct record_row row;
	struct str reason = d->access.reason;
	struct row_facts known;
	bool good = false;
	struct id id;
	enum rc rc;

	if (field->refs.n > 0 && str_eq_z(field->refs.at[0], "user"))
		return RC_OK; /* serve/ knows users; record/ does not */
	if (!id_parse(text, &id))
		return fail(err, RC_INVALID, str_z(d->arena, field->name), "is no record id");
	rc = row_find_or_like(d, id, &row, err);
	/* A type that the model lacks is as good as absent here. */
	if (rc != RC_OK && rc != RC_ABSENT && rc != RC_CONFLICT)
		return rc;
	if (rc == RC_OK) {
		if ((rc = concern_facts(d, &row, &known, err)) == RC_OK &&
		    row.type->concern_count == 0)
			rc = concern_absent(d, id, err);
		if (rc != RC_OK || (rc = reach_on_team(d, id, &known.on_team, err)) != RC_OK)
			return rc;
		good = may_hold(field, row.type) &&
		       policy_may_refer(d->actor, &d->access, row.type, &known);
	} else if ((rc = reach_absent(d, &row, NULL, err)) != RC_OK) {
		return rc;
	}
	if (good)
		return RC_OK;
	/* The reason is about the record that is written, which this leaf does not name: whoever
	 * keeps the one that was named would read of whom a complaint was to be. */
	d->access.reason = STR_NONE;
	rc = door_refuse(d, &absent, NULL, &id, err);
	d->access.reason = reason;
	must(rc == RC_ABSENT);
	return fail(err, RC_INVALID, str_z(d->arena, field->name),
		    "names no record of the type wanted here");
}

/* Does the field hold this reference already? */
static bool
holds_already(const struct field *field, json_t *before, json_t *item)
{
	json_t *value = json_member(before, field->name), *old;
	size_t i;

	if (!json_is_array(value))
		return value != NULL && json_equal(value, item);
	json_array_foreach (value, i, old)
		if (json_equal(old, item))
			return true;
	return false;
}

enum rc
record_check_references(struct door *d, const struct record_type *type, json_t *fields,
			json_t *before, struct err *err)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < type->field_count && rc == RC_OK; i++) {
		const struct field *field = &type->fields[i];
		json_t *value = json_member(fields, field->name), *item;
		/* Whoever may not see the field's value could try what it holds. */
		json_t *old = field->mask == MASK_NEVER ? before : NULL;
		size_t k;

		/* A null in a patch takes the value away. */
		if (field->kind != FIELD_REF || value == NULL || json_is_null(value))
			continue;
		if (!json_is_array(value)) {
			if (!holds_already(field, old, value))
				rc = check_reference(d, field, json_str(value), err);
			continue;
		}
		json_array_foreach (value, k, item)
			if (rc == RC_OK && !holds_already(field, old, item))
				rc = check_reference(d, field, json_str(item), err);
	}
	return rc;
}
