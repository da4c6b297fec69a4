#include "node/explain.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "node/reply.h"
#include "record/explain.h"
#include "serve/cli.h"
#include "serve/request.h"

static json_t *
roles_json(uint32_t roles)
{
	json_t *list = json_array();

	for (int i = 0; i < ROLE_COUNT; i++)
		if ((roles & BIT(i)) != 0)
			must(json_array_append_new(list, json_string(role_name((enum role)i))) ==
			     0);
	return list;
}

static json_t *
move_json(const struct record_type *type, const struct explained_move *m)
{
	json_t *o = json_object(), *gates = json_array();

	for (size_t i = 0; i < m->move->gate_count; i++)
		must(json_array_append_new(gates, json_from_str(m->move->gates[i].name)) == 0);
	must(json_object_set_new(o, "to", json_from_str(m->to)) == 0);
	must(json_object_set_new(o, "for_you", json_boolean(m->for_you)) == 0);
	must(json_object_set_new(o, "two_people", json_boolean(m->move->four_eyes)) == 0);
	must(json_object_set_new(
		 o, "roles",
		 roles_json(m->move->roles != 0 ? m->move->roles : type->write.roles)) == 0);
	must(json_object_set_new(o, "gates", gates) == 0);
	return o;
}

static enum rc
explain(struct request *rq, struct reply *reply, struct err *err)
{
	struct explained found;
	json_t *why, *moves;
	struct id id;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK ||
	    (rc = record_explain(&rq->door, id, &found, err)) != RC_OK)
		return rc;
	why = json_array();
	moves = json_array();
	for (size_t i = 0; i < found.why.n; i++)
		must(json_array_append_new(why, json_from_str(found.why.at[i])) == 0);
	for (size_t i = 0; i < found.move_count; i++)
		must(json_array_append_new(moves, move_json(found.record->type, &found.moves[i])) ==
		     0);
	reply->json = json_object();
	reply_set(reply, "id", json_from_str(id_format(rq->arena, id)));
	reply_set(reply, "type", json_from_str(found.record->type->name));
	reply_set(reply, "why", why);
	reply_set(reply, "moves", moves);
	return RC_OK;
}

static enum rc
unguard(struct request *rq, struct reply *reply, struct err *err)
{
	struct record *r = NULL;
	int64_t version;
	struct id id;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK ||
	    (rc = request_version(rq, &version, err)) != RC_OK)
		return rc;
	rc = record_unguard(&rq->door, id, version, &r, err);
	if (r != NULL && (rc == RC_OK || rc == RC_STALE))
		reply->json = record_json(&rq->door, r, rq->lang);
	if (rc == RC_OK)
		reply->etag = r->version;
	return rc;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/explain/{id}", ROLES_ANY,            PURPOSES_ANY, ROUTE_READS,  0, explain, "Say in words why you see of a record what you see, and what you may do with it." },
	{ "POST", "/api/v1/unguard/{id}", BIT(ROLE_SUPERVISOR), PURPOSES_ANY, ROUTE_WRITES, 0, unguard, "Lift the guard that a record got by itself, when it asks for it no more." },
	{ .method = NULL },
    /* clang-format on */
};

static struct str
path_of(struct cli *cli, const char *route)
{
	return str_fmt(cli->arena, "/api/v1/%s/%.*s", route,
		       STR_ARG(percent_encode(cli->arena, cli->arguments.at[0])));
}

static void
print_move(struct cli *cli, json_t *move)
{
	fprintf(cli->out, "  %s%s%s\n", json_string_value(json_object_get(move, "to")),
		json_is_true(json_object_get(move, "for_you")) ? "" : "  (not for you)",
		json_is_true(json_object_get(move, "two_people")) ? "  (two people)" : "");
}

static enum rc
run_explain(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	json_t *item;
	size_t i;
	enum rc rc;

	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes %s", cli->command->arguments);
	if ((rc = cli_call(cli, "GET", path_of(cli, "explain"), NULL, &answer, err)) != RC_OK)
		return rc;
	if (cli->json) {
		cli_show(cli, answer.json);
		return RC_OK;
	}
	json_array_foreach (json_object_get(answer.json, "why"), i, item)
		fprintf(cli->out, "%s\n", json_string_value(item));
	if (json_array_size(json_object_get(answer.json, "moves")) > 0)
		fprintf(cli->out, "From here it can move to:\n");
	json_array_foreach (json_object_get(answer.json, "moves"), i, item)
		print_move(cli, item);
	return RC_OK;
}

static enum rc
run_unguard(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	int64_t version;
	enum rc rc;

	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes %s", cli->command->arguments);
	if ((rc = cli_number(cli, "version", 0, 1, INT32_MAX, &version, err)) == RC_OK)
		rc = cli_call_with(cli, "POST", path_of(cli, "unguard"), STR_NONE, STR_NONE,
				   version, &answer, err);
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

/* clang-format off */
static const struct option unguard_options[] = {
	{ "version", "N", "the version you saw", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "record", "explain", "ID", NULL, run_explain, "Say in words why you see of a record what you see, and what you may do.",
	  "Free of what stands in the record. Looking is a reading, and in the log. A record that you may not know of gets no explanation, but the answer of one that is not there." },
	{ "record", "unguard", "ID", unguard_options, run_unguard, "Lift the guard that a record got by itself.",
	  "For supervisors, with a --reason, when neither the record nor what it is made of says any more that somebody is or may be under 18." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature explain_feature = {
    .name = "explain", .routes = routes, .commands = commands, .api = &explain_api};
