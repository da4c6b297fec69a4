#include "record/due.h"

#include "base/clock.h"
#include "format/json.h"
#include "record/record.sql.h"

/* A field that holds a day or time; 0 when it is not set or not that exact. */
static int64_t
field_time(const struct field *field, json_t *fields)
{
	int64_t ms;

	return time_parse(json_str(json_member(fields, field->name)), &ms) ? ms : 0;
}

int64_t
record_due(const struct record_type *type, int state, json_t *fields, int64_t now_ms)
{
	int64_t due = 0;

	for (size_t i = 0; i < type->clock_count; i++) {
		const struct clock_rule *c = &type->clocks[i];
		int64_t at = 0;

		if (state >= 0 && (c->on & BIT((unsigned)state)) == 0)
			continue;
		if (c->at_field >= 0)
			at = field_time(&type->fields[c->at_field], fields);
		if (at == 0 && c->within_ms > 0)
			at = now_ms + c->within_ms;
		if (at > 0 && (due == 0 || at < due))
			due = at;
	}
	return due;
}

/* Is a field another by which a clock of this type is set? */
static bool
differs(const struct record_type *type, json_t *before, json_t *after)
{
	for (size_t i = 0; i < type->clock_count; i++) {
		const struct clock_rule *c = &type->clocks[i];
		struct str name;

		if (c->at_field < 0)
			continue;
		name = type->fields[c->at_field].name;
		if (!str_eq(json_str(json_member(before, name)),
			    json_str(json_member(after, name))))
			return true;
	}
	return false;
}

/* When the record came into the state it is in: its former versions tell. */
static enum rc
entered_state(struct door *d, const struct record_row *row, int64_t *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_ENTERED, BINDS(B_ID(row->id), B_TEXT(row->state)),
			       &rows, err);

	*out = row->updated_ms; /* the version that stands is the first in its state */
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		*out = rows_i64(rows, 0);
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
record_due_edited(struct door *d, struct record_row *row, json_t *before, json_t *after,
		  struct err *err)
{
	int64_t entered;
	enum rc rc;

	if (!differs(row->type, before, after))
		return RC_OK;
	if ((rc = entered_state(d, row, &entered, err)) == RC_OK)
		row->due_ms =
		    record_due(row->type, type_state(row->type, row->state), after, entered);
	return rc;
}
