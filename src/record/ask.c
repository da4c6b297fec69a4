#include "record/ask.h"

#include "base/arena.h"
#include "base/say.h"
#include "format/json.h"
#include "model/model.h"
#include "record/look.h"
#include "record/reach.h"
#include "record/record.sql.h"
#include "seal/random.h"

#define AGAIN_MS (INT64_C(3600) * 1000)

static void
put(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new(o, key, value) == 0);
}

static json_t *
ask_fields(const struct door *d, const struct second_look *ask)
{
	struct arena *a = d->arena;
	json_t *o = json_object();

	put(o, "cause", json_string(ask->cause));
	put(o, "officer", json_from_str(id_format(a, d->actor->id)));
	put(o, "at", json_from_str(time_format(a, d->now_ms)));
	put(o, "found_by", json_string(ask->found_by));
	if (ask->has_record)
		put(o, "record", json_from_str(id_format(a, ask->record)));
	if (ask->until_ms != 0)
		put(o, "until", json_from_str(time_format(a, ask->until_ms)));
	if (d->access.has_purpose)
		put(o, "purpose", json_string(purpose_name(d->access.purpose)));
	if (d->access.reason.n > 0)
		put(o, "reason", json_from_str(d->access.reason));
	return o;
}

/* The same was asked within the hour, or so much of this person in it that one more tells nothing.
 */
static enum rc
asked_already(struct door *node, const struct door *d, const struct second_look *ask, bool *out,
	      struct err *err)
{
	const struct look_only within = {.since_ms = d->now_ms - AGAIN_MS};
	struct look_list reviews = {0};
	enum rc rc = look_holders_only(node, "access_review", "officer", d->actor->id, &within,
				       &reviews, err);

	*out = rc == RC_CONFLICT;
	if (rc == RC_CONFLICT)
		return RC_OK;
	for (size_t i = 0; i < reviews.n && rc == RC_OK && !*out; i++) {
		const struct record *r = reviews.at[i];
		struct ids about = {0};

		look_ids(node, r, "record", &about);
		*out = str_eq_z(look_text(r, "cause"), ask->cause) &&
		       (about.n > 0) == ask->has_record &&
		       (about.n == 0 || id_eq(about.at[0], ask->record)) &&
		       r->created_ms > d->now_ms - AGAIN_MS;
	}
	return rc;
}

static enum rc
make(struct door *node, struct door *d, const struct second_look *ask, struct id *review,
     struct err *err)
{
	const struct record_type *type = model_type(node->node->model, STR("access_review"));
	struct record_new options = {
	    .unit = &d->actor->unit, .owner = &d->actor->id, .by_node = true};
	struct audit_entry entry = {.action = AUDIT_ALARM, .type = str_from(ask->cause)};
	struct record *r;
	bool again = false;
	enum rc rc;

	if (type == NULL)
		return fail(err, RC_CONFLICT, "model", "the model has no access_review");
	if (strcmp(ask->cause, "break_glass") != 0 &&
	    ((rc = asked_already(node, d, ask, &again, err)) != RC_OK || again))
		return rc;
	rc = record_create(node, type, door_hold(node, ask_fields(d, ask)), &options, &r, err);
	if (rc != RC_OK)
		return rc;
	if (review != NULL)
		*review = r->id;
	entry.has_record = true;
	entry.record = r->id;
	return door_log(node, &entry, NULL, err);
}

/* The node's door beside the person's, on the connection that writes. */
static void
open_node(struct door *node, const struct door *d, struct db *db, struct audit_group *group)
{
	static const struct actor the_node = {.is_node = true};
	struct access access = {.reason = STR("somebody else is to look at an access")};

	door_open(node, d->node, db, d->arena, &the_node, &access, group);
}

enum rc
ask_make(struct door *d, struct db *db, struct audit_group *group, const struct second_look *ask,
	 struct err *err)
{
	struct door node;
	enum rc rc;

	open_node(&node, d, db, group);
	rc = make(&node, d, ask, NULL, err);
	door_close(&node);
	return rc;
}

void
ask_if_kept(struct door *d, struct id record)
{
	if (d->mark != NULL && strcmp(d->mark, "kept_right") == 0)
		*VEC_ADD(d->arena, &d->asks) = (struct second_look){.cause = "lapsed_right",
								    .found_by = "certificate",
								    .has_record = true,
								    .record = record};
}

enum rc
ask_tell_overseer(struct door *d, const char *kind, struct id review, struct err *err)
{
	struct buf body;

	/* Keys in their order: canonical (RFC 8785). No content, and nobody's name. */
	buf_init(&body, d->arena);
	buf_addf(&body, "{\"at\":\"%.*s\",\"kind\":\"%s\",\"purpose\":\"%s\",\"review\":\"%.*s\"",
		 STR_ARG(time_format(d->arena, d->now_ms)), kind,
		 d->access.has_purpose ? purpose_name(d->access.purpose) : "",
		 STR_ARG(id_format(d->arena, review)));
	buf_addf(&body, ",\"unit\":\"%.*s\"}", STR_ARG(id_format(d->arena, d->actor->unit)));
	return db_run(d->db, &SQL_RECORD_OUTBOX_INSERT,
		      BINDS(B_ID(random_id_at(d->now_ms)), B_TEXT(STR("overseer")),
			    B_TEXT(str_from(kind)), B_I64(d->now_ms), B_TEXT(buf_str(&body))),
		      NULL, err);
}

enum rc
ask_messages(struct door *d, struct id before, size_t limit, struct ask_messages *out,
	     struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_OUTBOX_LIST,
			       BINDS(B_TEXT(STR("overseer")), B_ID(before), B_I64((int64_t)limit)),
			       &rows, err);

	*out = (struct ask_messages){0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		*VEC_ADD(d->arena, out) =
		    (struct ask_message){.id = rows_id(rows, 0),
					 .kind = str_copy(d->arena, rows_text(rows, 1)),
					 .at_ms = rows_i64(rows, 2),
					 .body = str_copy(d->arena, rows_text(rows, 3)),
					 .sent_ms = rows_i64(rows, 4)};
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
glass_refused(struct door *d, const char *rule, const char *why, struct err *err)
{
	struct decision decision = {.rule = rule, .why = why, .open_refusal = why != NULL};

	return door_refuse(d, &decision, NULL, NULL, err);
}

/* What is asked of the officer, whatever the record. */
static enum rc
check_officer(struct door *d, struct err *err)
{
	if ((d->actor->roles & GLASS_ROLES) == 0 || d->actor->is_node)
		return glass_refused(
		    d, "role", "the glass is broken by desks that act on cases; you may not", err);
	if (!d->access.has_purpose)
		return glass_refused(d, "purpose", "say for which purpose (" SAY_PURPOSE ")", err);
	if (d->access.reason.n < GLASS_REASON_MIN)
		return glass_refused(
		    d, "reason",
		    "say in a sentence what the emergency is: a second reader and the overseer "
		    "read it (" SAY_REASON ")",
		    err);
	return RC_OK;
}

enum rc
record_break_glass(struct door *d, struct id id, const struct record_type **type, int64_t *until_ms,
		   struct err *err)
{
	static const struct decision absent = {.rung = RUNG_NONE, .rule = "absent", .why = ""};
	struct audit_entry entry = {.action = AUDIT_BREAK_GLASS, .has_record = true, .record = id};
	struct second_look ask = {.cause = "break_glass",
				  .found_by = "emergency",
				  .has_record = true,
				  .record = id,
				  .until_ms = d->now_ms + GLASS_MS};
	struct record_row row;
	struct row_facts known;
	struct id review = {{0}};
	struct door node;
	enum rc rc;

	must(d->group != NULL);
	if ((rc = check_officer(d, err)) != RC_OK)
		return rc;
	rc = row_find(d, id, &row, err);
	if (rc == RC_OK) {
		known = row_facts(d->node, &row, d->actor);
		if (!policy_glass_may_break(d->actor, row.type, &known) ||
		    (row.type->read.purposes & BIT(d->access.purpose)) == 0)
			rc = RC_ABSENT;
	}
	if (rc == RC_ABSENT)
		return door_refuse(d, &absent, NULL, &id, err);
	if (rc != RC_OK)
		return rc;
	entry.type = row.type_key;
	entry.version = row.version;
	if ((rc = door_log(d, &entry, NULL, err)) != RC_OK)
		return rc;
	open_node(&node, d, d->db, d->group);
	rc = make(&node, d, &ask, &review, err);
	door_close(&node);
	*type = row.type;
	*until_ms = ask.until_ms;
	return rc == RC_OK ? ask_tell_overseer(d, "break_glass", review, err) : rc;
}
