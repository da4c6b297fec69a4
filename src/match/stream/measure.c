#include "match/stream/measure.h"

#include "base/arena.h"
#include "format/json.h"
#include "match/stream/stream.sql.h"
#include "record/look.h"
#include "store/db.h"

static enum rc
find(struct door *d, struct id rule, struct measured *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_STREAM_RULE_FIND,
			       BINDS(B_TEXT(id_format(d->arena, rule))), &rows, err);

	*out = (struct measured){0};
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		*out = (struct measured){rows_i64(rows, 0), rows_i64(rows, 1), rows_i64(rows, 2),
					 rows_i64(rows, 3)};
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static void
set(json_t *o, const char *key, int64_t value)
{
	must(json_object_set_new_nocheck(o, key, json_integer(value)) == 0);
}

static enum rc
show(struct door *d, struct id rule, struct err *err)
{
	json_t *patch = door_hold(d, json_object());
	struct measured all;
	struct record *r, *now;
	struct door inner;
	enum rc rc = find(d, rule, &all, err);

	if (rc == RC_OK)
		rc = look_record(d, rule, &r, err);
	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc; /* erased: what it did stays counted */
	set(patch, "screened", all.screened);
	set(patch, "hits", all.hits);
	set(patch, "confirmed", all.confirmed);
	set(patch, "false_hits", all.false_hits);
	door_open_as_node(&inner, d, STR("the measured record of the rule"));
	rc = record_update(&inner, rule, r->version, patch, &now, err);
	door_close(&inner);
	return rc;
}

enum rc
measure_add(struct door *d, struct id rule, const struct measured *add, bool shown, struct err *err)
{
	enum rc rc = db_run(d->db, &SQL_STREAM_RULE_COUNT,
			    BINDS(B_TEXT(id_format(d->arena, rule)), B_I64(add->screened),
				  B_I64(add->hits), B_I64(add->confirmed), B_I64(add->false_hits)),
			    NULL, err);

	return rc == RC_OK && shown ? show(d, rule, err) : rc;
}

static enum rc
decided(struct door *d, const struct record *alert, const struct measured *add, struct err *err)
{
	struct id rule;

	return id_parse(look_text(alert, "rule"), &rule) ? measure_add(d, rule, add, true, err)
							 : RC_OK;
}

enum rc
measure_confirmed(struct door *d, const struct record *alert, struct err *err)
{
	return decided(d, alert, &(struct measured){.confirmed = 1}, err);
}

enum rc
measure_false(struct door *d, const struct record *alert, struct err *err)
{
	return decided(d, alert, &(struct measured){.false_hits = 1}, err);
}
