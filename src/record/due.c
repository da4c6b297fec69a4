#include "record/due.h"

#include "base/clock.h"
#include "format/json.h"

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
