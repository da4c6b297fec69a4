#include "record/derive.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/blind.h"
#include "record/draft_batch.h"
#include "record/look.h"

#define ADULT 18

bool
born_under_18(struct str date, int64_t now_ms)
{
	int64_t year = 0, month = 12, day = 31;
	int y, m, dd;

	if (date.n < 4 || !str_to_i64(str_sub(date, 0, 4), &year))
		return false;
	if (date.n >= 7 && date.p[4] == '-' && !str_to_i64(str_sub(date, 5, 7), &month))
		month = 12;
	if (date.n >= 10 && date.p[7] == '-' && !str_to_i64(str_sub(date, 8, 10), &day))
		day = 31;
	civil_from_days(now_ms / INT64_C(86400000), &y, &m, &dd);
	year += ADULT;
	return y < year || (y == year && (m < month || (m == month && dd < day)));
}

enum guard
derive_guard(const struct record_type *type, json_t *fields, int64_t now_ms)
{
	struct str band = json_member_str(fields, "age_band");

	if (!type->guard_minors)
		return GUARD_NONE;
	return str_eq_z(json_member_str(fields, "may_be_minor"), "yes") || str_eq_z(band, "0-8") ||
		       str_eq_z(band, "9-17") ||
		       born_under_18(json_member_str(fields, "birth_date"), now_ms)
		   ? GUARD_MINOR
		   : GUARD_NONE;
}

bool
derive_has_sources(const struct record_type *type, json_t *fields)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (type->fields[i].derived && json_member(fields, type->fields[i].name) != NULL)
			return true;
	return false;
}

static void
meet(struct derived *out, struct handling handling, enum guard guard)
{
	out->handling = handling_meet(out->handling, handling);
	out->guard = guard > out->guard ? guard : out->guard;
}

static enum rc
meet_source(struct door *d, json_t *value, struct derived *out, struct err *err)
{
	const struct stored_draft *stored;
	struct record_row row;
	struct record *source;
	struct id id;
	enum rc rc;

	if (!id_parse(json_str(value), &id))
		return RC_OK;
	if (out->batch != NULL && (stored = record_batch_find(out->batch, id)) != NULL &&
	    (rc = row_find(d, id, &row, err)) == RC_OK && row.leaf == stored->leaf &&
	    (row.flags & ROW_ERASED) == 0) {
		meet(out, stored->handling, (enum guard)row.guard);
		return RC_OK;
	}
	rc = look_record(d, id, &source, err);
	if (rc == RC_OK)
		meet(out, source->handling, source->guard);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
derive_meet(struct door *d, const struct record_type *type, json_t *fields, struct derived *out,
	    struct err *err)
{
	enum rc rc = RC_OK;
	json_t *item;
	size_t k;

	meet(out, out->handling, derive_guard(type, fields, d->now_ms));
	for (size_t i = 0; i < type->field_count && rc == RC_OK; i++) {
		json_t *value = json_member(fields, type->fields[i].name);

		if (!type->fields[i].derived || value == NULL)
			continue;
		if (!json_is_array(value)) {
			rc = meet_source(d, value, out, err);
			continue;
		}
		json_array_foreach (value, k, item)
			if (rc == RC_OK)
				rc = meet_source(d, item, out, err);
	}
	return rc;
}

static bool
may_be_made_of(const struct field *f, const struct record_type *source)
{
	for (size_t i = 0; f->derived && i < f->refs.n; i++)
		if (str_eq_z(f->refs.at[i], "any") || str_eq(f->refs.at[i], source->name))
			return true;
	return false;
}

static enum rc
too_many(struct err *err)
{
	return fail(err, RC_CONFLICT, "handling",
		    "more is made of this record than one change passes its handling on to; "
		    "tighten what is made of it first (liaison record links shows it), then this");
}

/* The records of one type that hold the source in one field: all of them, none is left open. */
static enum rc
pass_on_by(struct door *d, const struct record_row *source, struct handling handling,
	   const struct record_type *type, const struct field *field, struct err *err)
{
	struct str value = id_format(d->arena, source->id);
	struct ids ids = {0};
	enum rc rc = blind_find(d, type, field, value, PASSED_LOOKED_MAX + 1, &ids, err);

	d->passing->looked += ids.n;
	if (rc == RC_OK && d->passing->looked > PASSED_LOOKED_MAX)
		return too_many(err);
	for (size_t i = 0; i < ids.n && rc == RC_OK; i++) {
		struct record *r;

		if (d->passing->changed > PASSED_CHANGED_MAX)
			return too_many(err);
		rc = look_record(d, ids.at[i], &r, err);
		if (rc == RC_ABSENT) {
			rc = RC_OK;
			continue;
		}
		if (rc == RC_OK && r->type == type && blind_holds(field, r->fields, value))
			rc = record_tighten(d, r->id, handling, (enum guard)source->guard, err);
	}
	return rc;
}

enum rc
derive_pass_on(struct door *d, const struct record_row *row, struct handling handling,
	       struct err *err)
{
	const struct model *m = d->node->model;
	bool first = d->passing == NULL;
	enum rc rc = RC_OK;

	if (first)
		d->passing = NEW(d->arena, struct passing);
	for (size_t i = 0; i < m->type_count && rc == RC_OK; i++)
		for (size_t k = 0; k < m->types[i].field_count && rc == RC_OK; k++)
			if (may_be_made_of(&m->types[i].fields[k], row->type))
				rc = pass_on_by(d, row, handling, &m->types[i],
						&m->types[i].fields[k], err);
	if (rc == RC_OK && d->passing->changed > PASSED_CHANGED_MAX)
		rc = too_many(err);
	if (first)
		d->passing = NULL;
	return rc;
}
