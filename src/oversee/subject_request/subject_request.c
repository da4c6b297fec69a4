#include "oversee/subject_request/subject_request.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "net/pair.h"
#include "record/about.h"
#include "oversee/subject_request/subject_request_api.h"
#include "record/look.h"
#include "serve/cli.h"
#include "serve/request.h"

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new(o, key, value) == 0);
}

/* Who told us, and how it was learnt, is not the person's own datum: others would be harmed. */
static json_t *
withheld_json(const struct record *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->type->field_count; i++) {
		const struct field *f = &r->type->fields[i];

		if (f->sensitivity != SENSITIVITY_SOURCE || json_member(r->fields, f->name) == NULL)
			continue;
		must(json_array_append_new(list,
					   json_pack("{s:o, s:s}", "field", json_from_str(f->name),
						     "ground", "rights_of_others")) == 0);
	}
	return list;
}

static json_t *
item_json(struct request *rq, const struct record *r)
{
	json_t *o = record_json(&rq->door, r, rq->lang), *withheld = withheld_json(r);
	json_t *fields = json_copy(json_object_get(o, "fields")), *item;
	size_t i;

	if (fields == NULL)
		fields = json_object();
	json_array_foreach (withheld, i, item)
		(void)json_object_del(fields, json_string_value(json_object_get(item, "field")));
	set(o, "fields", fields);
	set(o, "withheld", withheld);
	if (r->held)
		set(o, "ground", json_string("legal_hold"));
	return o;
}

static bool
in_state(const struct record *r, const char *state)
{
	return r->state == type_state(r->type, str_from(state));
}

static enum rc
gather(struct request *rq, struct reply *reply, struct err *err)
{
	const struct record_type *type = model_type(rq->door.node->model, STR("subject_request"));
	static const struct str_list nothing;
	struct ids persons = {0};
	struct record *r, *whole;
	struct about about;
	json_t *items, *units;
	struct id id;
	enum rc rc;

	if (type == NULL)
		return fail(err, RC_ABSENT, "", "this node's model has no such requests");
	if ((rc = door_may(&rq->door, type, POLICY_READ, err)) != RC_OK ||
	    (rc = request_id(rq, "id", &id, err)) != RC_OK ||
	    (rc = record_check_type(&rq->door, id, type, err)) != RC_OK ||
	    (rc = record_load(&rq->door, id, &nothing, &r, err)) != RC_OK)
		return rc;
	if (in_state(r, "received"))
		return fail(err, RC_CONFLICT, "state",
			    "first see who asks: nothing is gathered for somebody unknown");
	if ((rc = look_record(&rq->door, id, &whole, err)) != RC_OK)
		return rc;
	look_ids(&rq->door, whole, "records", &persons);
	if (persons.n == 0)
		return fail(err, RC_CONFLICT, "records",
			    "names no record of the person yet: look for them, and put them in");
	if ((rc = record_about(&rq->door, persons.at, persons.n, &about, err)) != RC_OK)
		return rc;
	items = json_array();
	units = json_array();
	/* The request names the person too, and is no answer to itself. */
	for (size_t i = 0; i < about.items.n; i++)
		if (!id_eq(about.items.at[i]->id, id))
			must(json_array_append_new(items, item_json(rq, about.items.at[i])) == 0);
	for (size_t i = 0; i < about.ask_units.n; i++)
		must(json_array_append_new(
			 units, json_from_str(id_format(rq->arena, about.ask_units.at[i]))) == 0);
	reply->json =
	    json_pack("{s:o, s:o, s:o, s:I}", "request", json_from_str(id_format(rq->arena, id)),
		      "items", items, "ask_units", units, "damaged", (json_int_t)about.damaged);
	return RC_OK;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "GET", "/api/v1/oversee/subject-requests/{id}/gather", BIT(ROLE_SUPERVISOR), BIT(PURPOSE_SUBJECT_RIGHTS), ROUTE_READS, 0, gather, "Gather what is held about the person who asks, once they are identified." },
	{ .method = NULL },
    /* clang-format on */
};

static enum rc
run(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {{"TYPE", "type", 0},     {"ID", "id", 0},
						    {"TITLE", "title", 40},  {"STATE", "state", 0},
						    {"GROUND", "ground", 0}, {NULL, NULL, 0}};
	struct cli_answer answer;
	json_t *units;
	int64_t damaged;
	enum rc rc;

	if (cli->arguments.n != 2 || !str_eq_z(cli->arguments.at[0], "gather"))
		return fail(err, RC_USAGE, "", "takes gather and the id of a request");
	rc = cli_call(cli, "GET",
		      str_fmt(cli->arena, "/api/v1/oversee/subject-requests/%.*s/gather",
			      STR_ARG(percent_encode(cli->arena, cli->arguments.at[1]))),
		      NULL, &answer, err);
	if (rc != RC_OK)
		return rc;
	if (cli->json) {
		cli_show(cli, answer.json);
		return RC_OK;
	}
	cli_table(cli, json_object_get(answer.json, "items"), columns);
	units = json_object_get(answer.json, "ask_units");
	if (json_array_size(units) > 0)
		fprintf(cli->notes,
			"%zu unit%s hold%s more that you may not see; ask their "
			"supervisors: --json names them.\n",
			json_array_size(units), json_array_size(units) == 1 ? "" : "s",
			json_array_size(units) == 1 ? "s" : "");
	damaged = json_integer_value(json_object_get(answer.json, "damaged"));
	if (damaged > 0)
		fprintf(
		    cli->notes,
		    "%lld more do not open, and may be about them: `liaison audit verify --open` "
		    "names what is wrong, a backup brings it back. Until then the answer is not "
		    "whole.\n",
		    (long long)damaged);
	return RC_OK;
}

static const struct command commands[] = {
    /* clang-format off */
	{ "oversee", "subject-request", "WHAT ID", NULL, run, "Gather what is held about somebody who asks.",
	  "gather ID: all records that name the person, for the answer to their request, with --purpose subject_rights. Who told us is left out, with its ground; masked values are revealed one by one, with a reason. Units that hold more than you may see are named, to answer for their part." },
	{ .noun = NULL },
    /* clang-format on */
};

/* A sentence that says how, and in whose name: not a copy of a document, not a bare "yes". */
static enum rc
identity_checked(struct door *d, const struct record *r, const struct gate_use *use,
		 struct err *err)
{
	struct str how = str_trim(look_text(r, "identified_how"));

	(void)use;
	if (d->actor->is_node)
		return fail(err, RC_CONFLICT, "gate", "a person sees who asks, no machine");
	if (how.n < 10 || str_chr(how, ' ') < 0)
		return fail(err, RC_CONFLICT, "identified_how",
			    "says in a sentence how it was seen that they are the person, or may "
			    "act for them");
	return RC_OK;
}

static bool
any(const struct record *r, const char *field, const char *const *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (look_has(r, field, str_from(codes[i])))
			return true;
	return false;
}

/* Corrected is what was changed since they asked: one of the records named, at least. */
static enum rc
was_corrected(struct door *d, const struct record *r, bool *out, struct err *err)
{
	struct ids ids = {0};
	enum rc rc = RC_OK;

	*out = false;
	look_ids(d, r, "records", &ids);
	for (size_t i = 0; i < ids.n && rc == RC_OK; i++) {
		struct record *about;

		rc = look_record(d, ids.at[i], &about, err);
		if (rc == RC_OK)
			*out = *out || about->updated_ms >= r->created_ms;
		else if (rc == RC_ABSENT)
			rc = RC_OK;
	}
	return rc;
}

static enum rc
restriction_grounded(struct door *d, const struct record *r, const struct gate_use *use,
		     struct err *err)
{
	static const char *const less[] = {"given_in_part", "neither_confirmed", "refused",
					   "restricted"};
	bool withholds = any(r, "answer_kinds", less, COUNT_OF(less));
	bool corrected = true;
	enum rc rc = RC_OK;

	(void)use;
	if (withholds && json_array_size(json_object_get(r->fields, "restriction")) == 0)
		return fail(err, RC_CONFLICT, "restriction",
			    "is not set: on which ground is something withheld?");
	if (withholds && look_text(r, "restriction_why").n == 0)
		return fail(err, RC_CONFLICT, "restriction_why",
			    "is not set: the supervisory authority asks for the facts");
	if ((look_has(r, "restriction", STR("legal_hold")) ||
	     look_has(r, "answer_kinds", STR("restricted"))) &&
	    look_text(r, "hold").n == 0)
		return fail(err, RC_CONFLICT, "hold", "names no legal hold");
	if (!str_eq(look_text(r, "told_of_authority"), STR("yes")))
		return fail(err, RC_CONFLICT, "told_of_authority",
			    "is not yes: the person is told of the authority and the court");
	if (look_has(r, "answer_kinds", STR("corrected")))
		rc = was_corrected(d, r, &corrected, err);
	return rc == RC_OK && !corrected
		   ? fail(err, RC_CONFLICT, "answer_kinds",
			  "says corrected, and none of the records was changed since they asked")
		   : rc;
}

/* Who was given copies of a record: one of them, and how many there are. */
struct recipient {
	struct str name;
	struct id first;
	size_t n;
};

struct recipients {
	struct arena *arena;
	VEC(struct recipient) list;
};

/* They are as many as there are peers, however many copies went out. */
static bool
add_recipient(void *ctx, struct record *copy)
{
	struct recipients *to = ctx;
	struct str name = look_text(copy, "to_peer");

	for (size_t i = 0; i < to->list.n; i++)
		if (str_eq(to->list.at[i].name, name)) {
			to->list.at[i].n++;
			return false;
		}
	*VEC_ADD(to->arena, &to->list) = (struct recipient){name, copy->id, 1};
	return false;
}

static enum rc
add_task(struct door *d, const struct record *r, const struct recipient *to, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("task"));
	struct record_new options = {.unit = &r->unit, .by_node = true};
	json_t *fields = door_hold(d, json_object());
	struct str details = str_fmt(d->arena, "Recipient: %.*s", STR_ARG(to->name));
	struct record *task;

	if (type == NULL)
		return RC_OK;
	if (to->n > 1)
		details = str_fmt(d->arena, "%.*s. %zu copies of it went there; this is the first.",
				  STR_ARG(details), to->n);
	set(fields, "what", json_string("Tell a recipient that something was corrected or erased"));
	set(fields, "of", json_from_str(id_format(d->arena, to->first)));
	if (to->name.n > 0 || to->n > 1)
		set(fields, "details", json_from_str(details));
	return record_create(d, type, fields, &options, &task, err);
}

static enum rc
tell_of(struct door *d, const struct record *r, struct id id, struct err *err)
{
	struct recipients to = {.arena = d->arena};
	bool all;
	enum rc rc = look_until(d, "release", "of", id, add_recipient, &to, &all, err);

	for (size_t i = 0; i < to.list.n && rc == RC_OK; i++)
		rc = add_task(d, r, &to.list.at[i], err);
	return rc;
}

/* LED art. 16(5) and (6), GDPR art. 19: who was given it is told. */
static enum rc
tell_recipients(struct door *d, const struct record *r, struct err *err)
{
	static const char *const changed[] = {"corrected", "erased", "restricted"};
	struct door inner;
	struct ids ids = {0};
	enum rc rc = RC_OK;

	if (!any(r, "answer_kinds", changed, COUNT_OF(changed)))
		return RC_OK;
	look_ids(d, r, "records", &ids);
	door_open_as_node(&inner, d, STR("recipients hear of a correction"));
	for (size_t i = 0; i < ids.n && rc == RC_OK; i++)
		rc = tell_of(&inner, r, ids.at[i], err);
	if (rc == RC_OK && json_array_size(json_object_get(r->fields, "at_peers")) > 0)
		rc = add_task(&inner, r, &(struct recipient){.first = r->id, .n = 1}, err);
	door_close(&inner);
	return rc;
}

/* clang-format off */
static const struct gate gates[] = {
	{ "identity_checked",     identity_checked,     "A person says in a sentence how it was seen who asks." },
	{ "restriction_grounded", restriction_grounded, "What is withheld has a ground and its facts, a hold is named, the authority was told of, corrected is what was changed." },
	{ .name = NULL },
};
static const struct reaction reactions[] = {
	{ "subject_request_answered", tell_recipients, "Each recipient of what was corrected or erased is a task to tell." },
	{ .event = NULL },
};
/* clang-format on */

const struct feature subject_request_feature = {.name = "subject_request",
						.routes = routes,
						.api = &subject_request_api,
						.commands = commands,
						.gates = gates,
						.reactions = reactions};
