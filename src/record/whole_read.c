#include "record/whole.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/check.h"
#include "model/model.h"
#include "record/row.h"
#include "seal/keys.h"

/* A line of an export of everything, looked at before any of it becomes a row. */
#define VERSION_LAST INT64_C(0x7fffffff)
#define TIME_FIRST INT64_C(946684800000)   /* 2000-01-01 */
#define TIME_END INT64_C(253402300800000)  /* 10000-01-01 */
#define DUE_FIRST INT64_C(-30610224000000) /* 1000-01-01: due at a date that somebody wrote */
#define FLAGS ((int64_t)(ROW_ERASED | ROW_QUICK_NOTE | ROW_HELD | ROW_HELD_OPEN))

struct member {
	const char *name;
	int64_t *to, low, high;
};

static enum rc
read_numbers(json_t *line, struct record_version *v, struct err *err)
{
	const struct member members[] = {
	    {"type_version", &v->type_version, 1, VERSION_LAST},
	    {"version", &v->version, 1, VERSION_LAST},
	    {"guard", &v->guard, GUARD_NONE, GUARD_MINOR},
	    {"tlp", &v->tlp, TLP_CLEAR, TLP_RED},
	    {"flags", &v->flags, 0, FLAGS},
	    {"due_ms", &v->due_ms, DUE_FIRST, TIME_END - 1},
	    {"created_ms", &v->created_ms, TIME_FIRST, TIME_END - 1},
	    {"updated_ms", &v->updated_ms, TIME_FIRST, TIME_END - 1},
	};

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		const struct member *m = &members[i];
		json_t *value = json_object_get(line, m->name);

		if (!json_is_integer(value) || json_integer_value(value) < m->low ||
		    json_integer_value(value) > m->high)
			return fail(err, RC_INVALID, m->name, "must be an integer, %lld to %lld",
				    (long long)m->low, (long long)m->high);
		*m->to = json_integer_value(value);
	}
	if ((v->flags & ~FLAGS) != 0 || (v->flags & (ROW_HELD | ROW_HELD_OPEN)) == ROW_HELD_OPEN)
		return fail(err, RC_INVALID, "flags", "has one that no record has");
	return RC_OK;
}

static enum rc
read_flags(json_t *line, struct record_version *v, struct err *err)
{
	const struct {
		const char *name;
		bool *to;
	} members[] = {
	    {"judicial_ok", &v->judicial_ok}, {"onward_ok", &v->onward_ok}, {"last", &v->last}};

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		json_t *value = json_object_get(line, members[i].name);

		if (!json_is_boolean(value))
			return fail(err, RC_INVALID, members[i].name, "must be true or false");
		*members[i].to = json_is_true(value);
	}
	return RC_OK;
}

static enum rc
read_ids(json_t *line, struct record_version *v, struct err *err)
{
	/* What the node made at its start is its own, and in no unit. */
	if (!id_parse(json_member_str(line, "id"), &v->id) || id_is_zero(v->id))
		return fail(err, RC_INVALID, "id", "must be the id of a record");
	if (!id_parse(json_member_str(line, "unit"), &v->unit))
		return fail(err, RC_INVALID, "unit", "must be the id of a unit");
	if (!id_parse(json_member_str(line, "owner"), &v->owner))
		return fail(err, RC_INVALID, "owner", "must be the id of a user");
	return RC_OK;
}

static enum rc
read_type(const struct model *m, json_t *line, struct record_version *v, struct err *err)
{
	v->type = model_type(m, json_member_str(line, "type"));
	if (v->type == NULL)
		return fail(err, RC_CONFLICT, "type",
			    "a record's type is not in this node's model; bring its overlay first");
	return RC_OK;
}

static enum rc
check_type(struct arena *a, json_t *line, struct record_version *v, struct err *err)
{
	bool older = v->type_version < (int64_t)v->type->version;

	if (v->type_version > (int64_t)v->type->version)
		return fail(
		    err, RC_CONFLICT, "type_version",
		    "is newer than this node's model knows; bring the model up to it first");
	v->state = json_member_str(line, "state");
	if (!json_is_string(json_object_get(line, "state")) ||
	    (v->state.n > 0 ? type_state(v->type, v->state) < 0 : v->type->states.n > 0 && !older))
		return fail(err, RC_INVALID, "state", "is no state of the type \"%.*s\"",
			    STR_ARG(v->type->name));
	v->bucket = json_member_str(line, "bucket");
	/* Who may have a key asks by its bucket: under another class it would open for others. */
	if (!str_eq(v->bucket, keys_bucket(a, v->type->retention.class, v->created_ms)))
		return fail(err, RC_INVALID, "bucket",
			    "must be the type's class of retention and the month of its birth");
	return RC_OK;
}

static enum rc
check_order(const struct record_version *before, const struct record_version *v, struct err *err)
{
	bool same = before != NULL && id_eq(before->id, v->id);

	if (v->erased && !v->last)
		return fail(err, RC_INVALID, "last", "must be true of an erased record");
	if (before != NULL && before->last == same)
		return fail(err, RC_INVALID, "last",
			    same ? "was said of an earlier version of this record"
				 : "was said of no version of the record before it");
	if (before != NULL && !same && id_cmp(before->id, v->id) >= 0)
		return fail(err, RC_INVALID, "id", "comes after one that it should come before");
	/* Of an erased one the last version alone is told, whichever number it had. */
	if (!v->erased && v->version != (same ? before->version + 1 : 1))
		return fail(err, RC_INVALID, "version", "does not come next in its record");
	if (same && (v->erased || v->type != before->type || v->created_ms != before->created_ms))
		return fail(err, RC_INVALID, "version",
			    "is of another type or birth than the version before it, or erased");
	return RC_OK;
}

static enum rc
read_fields(struct arena *a, const struct model *m, json_t *line, struct record_version *v,
	    struct err *err)
{
	json_t *fields = json_object_get(line, "fields");

	if (v->erased)
		return fields == NULL ? RC_OK
				      : fail(err, RC_INVALID, "fields",
					     "are there of a record that is erased");
	if (fields == NULL)
		return fail(err, RC_INVALID, "fields", "are missing, and it is not erased");
	return model_check_fields(a, m, v->type, fields,
				  v->type_version < (int64_t)v->type->version ? CHECK_OLDER
									      : CHECK_UPDATE,
				  &v->fields, err);
}

enum rc
record_whole_read(struct arena *a, const struct model *m, json_t *line,
		  const struct record_version *before, struct record_version *out, struct err *err)
{
	enum rc rc;

	*out = (struct record_version){0};
	if (!json_is_object(line))
		return fail(err, RC_INVALID, "", "is no record of an export of everything");
	if ((rc = read_type(m, line, out, err)) != RC_OK ||
	    (rc = read_ids(line, out, err)) != RC_OK ||
	    (rc = read_numbers(line, out, err)) != RC_OK ||
	    (rc = read_flags(line, out, err)) != RC_OK ||
	    (rc = check_type(a, line, out, err)) != RC_OK)
		return rc;
	out->erased = (out->flags & ROW_ERASED) != 0;
	rc = check_order(before, out, err);
	return rc == RC_OK ? read_fields(a, m, line, out, err) : rc;
}
