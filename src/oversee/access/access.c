#include "oversee/access/access.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/ask.h"
#include "record/reach.h"
#include "serve/cli.h"
#include "serve/reach_cache.h"
#include "serve/request.h"

/* The names in "reveal": a list of texts, each a field of the type. */
static enum rc
reveal_of(struct request *rq, const struct record_type *type, struct str_list *out, struct err *err)
{
	json_t *list = json_object_get(rq->json, "reveal"), *item;
	size_t i;

	if (list != NULL && !json_is_array(list))
		return fail(err, RC_INVALID, "reveal", "takes a list of names of fields");
	json_array_foreach (list, i, item) {
		if (type_field(type, json_str(item)) == NULL)
			return fail(err, RC_INVALID, "reveal",
				    "names a field that this type lacks");
		*VEC_ADD(rq->arena, out) = json_str(item);
	}
	return RC_OK;
}

/*
 * Leaf, second reader and overseer first, then the value; all in one transaction. What follows
 * within three hours is an ordinary reading, marked in the log.
 */
static enum rc
break_glass(struct request *rq, struct reply *reply, struct err *err)
{
	const struct actor *before = rq->door.actor;
	struct actor actor = *before;
	const struct record_type *type;
	struct reach reach = {0};
	struct str_list reveal = {0};
	struct record *r;
	int64_t until_ms;
	struct id id;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK ||
	    (rc = record_break_glass(&rq->door, id, &type, &until_ms, err)) != RC_OK ||
	    (rc = reveal_of(rq, type, &reveal, err)) != RC_OK)
		return rc;
	if (actor.reach != NULL)
		reach = *actor.reach;
	reach.records = &(struct reached){.record = id, .type = type, .by = REACHED_GLASS};
	reach.record_count = 1;
	actor.reach = &reach;
	rq->door.actor = &actor;
	rc = record_load(&rq->door, id, &reveal, &r, err);
	if (rc == RC_OK) {
		reply->json = record_json(&rq->door, r, rq->lang);
		must(json_object_set_new(reply->json, "open_until",
					 json_from_str(time_format(rq->arena, until_ms))) == 0);
		reply->etag = r->version;
		reach_changed(&rq->door);
	}
	rq->door.actor = before;
	return rc;
}

static enum rc
outbox(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_LIST, .type = STR("outbox")};
	struct str cursor = request_query(rq, "cursor");
	struct ask_messages found;
	struct id before;
	int64_t limit;
	json_t *items;
	enum rc rc;

	memset(before.b, 0xff, sizeof before.b);
	if (cursor.n > 0 && !id_parse(cursor, &before))
		return fail(err, RC_USAGE, "cursor", "is not one that a list gave");
	if ((rc = request_number(rq, "limit", 50, 1, 200, &limit, err)) != RC_OK ||
	    (rc = ask_messages(&rq->door, before, (size_t)limit, &found, err)) != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < found.n; i++) {
		const struct ask_message *m = &found.at[i];
		json_t *o = json_object(), *body = NULL;

		if ((rc = json_read(m->body, NULL, &body, err)) != RC_OK) {
			json_decref(o);
			json_decref(items);
			return rc;
		}
		must(json_object_set_new(o, "id", json_from_str(id_format(rq->arena, m->id))) == 0);
		must(json_object_set_new(o, "kind", json_from_str(m->kind)) == 0);
		must(json_object_set_new(o, "at",
					 json_from_str(time_format(rq->arena, m->at_ms))) == 0);
		must(json_object_set_new(o, "sent", json_boolean(m->sent_ms != 0)) == 0);
		must(json_object_set_new(o, "message", body) == 0);
		must(json_array_append_new(items, o) == 0);
	}
	reply->json = json_object();
	must(json_object_set_new(reply->json, "items", items) == 0);
	if (found.n == (size_t)limit)
		must(json_object_set_new(
			 reply->json, "next",
			 json_from_str(id_format(rq->arena, found.at[found.n - 1].id))) == 0);
	return door_log(&rq->door, &entry, NULL, err);
}

/* What people reach was decided from records that are other ones now. */
static enum rc
reach_is_other(struct door *d, const struct record *r, struct err *err)
{
	(void)r;
	(void)err;
	reach_changed(d);
	return RC_OK;
}

/* clang-format off */
static const struct route routes[] = {
	{ "POST", "/api/v1/break-glass/{id}", GLASS_ROLES, PURPOSES_ANY, ROUTE_WRITES, 65536, break_glass, "Open a record in an emergency; a second reader and the overseer hear of it." },
	{ "GET",  "/api/v1/oversee/outbox", BIT(ROLE_MONITOR) | BIT(ROLE_SUPERVISOR), BIT(PURPOSE_OVERSIGHT), ROUTE_READS, 0, outbox, "Messages to the overseer, sent or waiting, without content." },
	{ .method = NULL },
};

static const struct reaction reactions[] = {
	{ "unit_recorded",          reach_is_other, "Supervisors reach the units below theirs as these are now." },
	{ "case_recorded",          reach_is_other, "The team of a case is another one." },
	{ "case_closed",            reach_is_other, "A closed case has no team." },
	{ "case_reopened",          reach_is_other, "A case that is open again has its team again." },
	{ "course_recorded",        reach_is_other, "A course gives other rights." },
	{ "course_offered",         reach_is_other, "A course is offered: its rights are asked for from now on." },
	{ "certificate_recorded",   reach_is_other, "Somebody's certificate opens or closes a purpose." },
	{ "certificate_lapsed",     reach_is_other, "Somebody's certificate lapsed." },
	{ "certificate_renewed",    reach_is_other, "Somebody's certificate was renewed." },
	{ "certificate_withdrawn",  reach_is_other, "Somebody's certificate was withdrawn." },
	{ "alert_taken",            reach_is_other, "Who took an alert keeps for it what lapses meanwhile." },
	{ "alert_confirmed",        reach_is_other, "A decided alert keeps no right." },
	{ "alert_false",            reach_is_other, "A decided alert keeps no right." },
	{ "alert_suspended",        reach_is_other, "A suspended alert keeps no right." },
	{ "access_review_recorded", reach_is_other, "Broken glass opens a record to somebody." },
	{ "access_contested",       reach_is_other, "A second reader contests: the record is closed at once." },
	{ .event = NULL },
};
/* clang-format on */

static enum rc
run_open(struct cli *cli, struct err *err)
{
	struct str reveal = cli_option(cli, "reveal");
	struct cli_answer answer;
	json_t *body, *names;
	struct buf bytes;
	enum rc rc;

	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes %s", cli->command->arguments);
	if (!cli_switch(cli, "break-glass"))
		return fail(err, RC_USAGE, "break-glass",
			    "opens what is not yours to open; say --break-glass and a --reason, "
			    "or use: liaison record show TYPE ID");
	body = json_object();
	names = json_array();
	must(json_object_set_new(body, "reveal", names) == 0);
	while (reveal.n > 0 && reveal.p != NULL)
		must(json_array_append_new(names, json_from_str(str_trim(str_cut(&reveal, ',')))) ==
		     0);
	buf_init(&bytes, cli->arena);
	json_canonical(body, &bytes);
	json_decref(body);
	rc = cli_call_with(cli, "POST",
			   str_fmt(cli->arena, "/api/v1/break-glass/%.*s",
				   STR_ARG(percent_encode(cli->arena, cli->arguments.at[0]))),
			   STR("application/json"), buf_str(&bytes), 0, &answer, err);
	if (rc != RC_OK)
		return rc;
	cli_show(cli, answer.json);
	fprintf(cli->notes,
		"Opened to you alone until %.*s. A second reader looks at it, and the overseer "
		"was told.\n",
		STR_ARG(json_member_str(answer.json, "open_until")));
	return RC_OK;
}

static enum rc
run_outbox(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {{"AT", "at", 0},
						    {"KIND", "kind", 0},
						    {"UNIT", "message.unit", 0},
						    {"PURPOSE", "message.purpose", 0},
						    {"REVIEW", "message.review", 0},
						    {"SENT", "sent", 0},
						    {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/oversee/outbox"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

/* clang-format off */
static const struct option open_options[] = {
	{ "break-glass", NULL,     "an emergency: it is not yours to open", false },
	{ "reveal",      "FIELDS", "masked fields to open, by commas", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "record", "open", "ID", open_options, run_open, "Open a record in an emergency, though it is not yours to open.",
	  "With --break-glass, --purpose and a --reason. The record opens to you alone for three hours; before its value leaves, its entry in the log, a second reader's duty (access_review) and a message to the overseer stand.\n\nNobody's safe contact, feedback or quick note is opened this way: such a record, and one that is not there, get the same answer." },
	{ "oversee", "outbox", "", NULL, run_outbox, "Show what the overseer is told, sent or waiting.", NULL },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature access_feature = {.name = "access",
				       .routes = routes,
				       .commands = commands,
				       .reactions = reactions,
				       .api = &access_api};
