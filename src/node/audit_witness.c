#include "audit/witness.h"

#include <unistd.h>

#include "audit/origin.h"
#include "audit/prove.h"
#include "base/arena.h"
#include "format/json.h"
#include "net/target.h"
#include "node/api.h"
#include "node/audit.h"
#include "node/reply.h"
#include "serve/cli.h"
#include "serve/file.h"
#include "serve/request.h"

/* Witnesses of the log: their keys, what they signed, and what to do when they saw more of it. */

#define NOTE_BODY_MAX 65536

static json_t *
witness_json(struct request *rq, const struct audit_witness *w)
{
	json_t *o = json_object();

	must(json_object_set_new_nocheck(o, "name", json_from_str(w->name)) == 0 &&
	     json_object_set_new_nocheck(o, "vkey", json_from_str(w->vkey)) == 0);
	if (w->size > 0)
		must(json_object_set_new_nocheck(o, "cosigned", json_integer(w->size)) == 0 &&
		     json_object_set_new_nocheck(
			 o, "time", json_from_str(time_format(rq->arena, w->seconds * 1000))) == 0);
	return o;
}

static enum rc
list_witnesses(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_witness_list list;
	json_t *items;
	enum rc rc = audit_witnesses(rq->door.db, rq->arena, &list, err);

	if (rc != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < list.n; i++)
		must(json_array_append_new(items, witness_json(rq, &list.at[i])) == 0);
	reply->json = json_object();
	reply_set(reply, "items", items);
	return RC_OK;
}

static enum rc
log_change(struct request *rq, struct str name, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_SETTING, .type = STR("log_witness"), .plain = name};

	return door_log(&rq->door, &entry, NULL, err);
}

static enum rc
add_witness(struct request *rq, struct reply *reply, struct err *err)
{
	struct str vkey, rest;
	enum rc rc;

	if ((rc = request_text(rq, "vkey", &vkey, err)) != RC_OK ||
	    (rc = audit_witness_add(rq->door.db, vkey, rq->arena, err)) != RC_OK)
		return rc;
	rest = vkey;
	reply->status = 201;
	reply->json = json_object();
	reply_set(reply, "name", json_from_str(str_cut(&rest, '+')));
	rest = vkey;
	return log_change(rq, str_cut(&rest, '+'), err);
}

static enum rc
remove_witness(struct request *rq, struct reply *reply, struct err *err)
{
	struct str name = request_query(rq, "name");
	enum rc rc = audit_witness_remove(rq->door.db, name, err);

	(void)reply;
	return rc == RC_OK ? log_change(rq, name, err) : rc;
}

static enum rc
witness_request(struct request *rq, struct reply *reply, struct err *err)
{
	reply->content_type = STR("text/plain; charset=utf-8");
	return audit_witness_request(rq->door.db, request_query(rq, "name"), rq->arena,
				     &reply->body, err);
}

static enum rc
cosign(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_IMPORT, .type = STR("log_cosignature")};
	struct audit_cosigned cosigned;
	enum rc rc = audit_witness_take(rq->door.db, rq->body, rq->arena, &cosigned, err);

	if (rc != RC_OK)
		return rc;
	reply->json = json_object();
	reply_set(reply, "size", json_integer(cosigned.size));
	reply_set(reply, "added", json_integer((json_int_t)cosigned.added));
	return cosigned.added == 0 ? RC_OK : door_log(&rq->door, &entry, NULL, err);
}

static const char *
standing_name(enum audit_standing standing)
{
	switch (standing) {
	case AUDIT_STANDS: return "stands";
	case AUDIT_BEHIND: return "behind";
	case AUDIT_FORKED: return "forked";
	}
	must(!"a standing that there is");
	return NULL;
}

static enum rc
compare(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_witnessed w;
	enum rc rc = audit_witness_compare(rq->door.db, rq->body, rq->arena, &w, err);

	if (rc != RC_OK)
		return rc;
	reply->json = json_object();
	reply_set(reply, "standing", json_string(standing_name(w.standing)));
	reply_set(reply, "cosigned", json_integer(w.size));
	reply_set(reply, "here", json_integer(w.here));
	reply_set(reply, "origin", json_from_str(w.origin));
	return RC_OK;
}

/*
 * Only with a checkpoint that a witness cosigned and this log does not hold: nobody gets rid of
 * a name by asking.
 */
static enum rc
new_origin(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_ORIGIN, .type = STR("log_origin")};
	struct audit_origin next;
	struct audit_witnessed w;
	enum rc rc;

	if (rq->door.access.reason.n == 0)
		return fail(err, RC_USAGE, "reason", "say why the log goes on under another name");
	if ((rc = audit_witness_compare(rq->door.db, rq->body, rq->arena, &w, err)) != RC_OK)
		return rc;
	if (w.standing == AUDIT_STANDS)
		return fail(err, RC_CONFLICT, "checkpoint",
			    "the log holds all that the witness cosigned; it keeps its name");
	if ((rc = audit_origin_next(rq->door.db, rq->door.node->keys, rq->body, rq->arena, &next,
				    err)) != RC_OK)
		return rc;
	entry.plain = audit_origin_plain(rq->arena, &next);
	if ((rc = door_log(&rq->door, &entry, &next.from, err)) != RC_OK ||
	    (rc = audit_origin_save(rq->door.db, &next, err)) != RC_OK)
		return rc;
	reply->status = 201;
	reply->json = json_object();
	reply_set(reply, "origin", json_from_str(next.name));
	reply_set(reply, "vkey", json_from_str(next.vkey));
	reply_set(reply, "from_leaf", json_integer(next.from));
	return RC_OK;
}

static enum rc
one_argument(const struct cli *cli, const char *what, struct str *out, struct err *err)
{
	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes one %s", what);
	*out = cli->arguments.at[0];
	return RC_OK;
}

static enum rc
run_witnesses(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {{"NAME", "name", 40},
						    {"COSIGNED", "cosigned", 0},
						    {"TIME", "time", 0},
						    {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/audit/witnesses"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

static enum rc
run_witness_add(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	struct str vkey = STR_NONE;
	json_t *body;
	enum rc rc = one_argument(cli, "verifier key", &vkey, err);

	if (rc != RC_OK)
		return rc;
	body = json_pack("{s:s%}", "vkey", vkey.p, vkey.n);
	if (body == NULL)
		return fail(err, RC_USAGE, "", "a verifier key is text in UTF-8");
	rc = cli_call(cli, "POST", STR("/api/v1/audit/witnesses"), body, &answer, err);
	json_decref(body);
	if (rc == RC_OK && !cli->json)
		fprintf(cli->out, "The witness is known. Ask it with: liaison audit "
				  "witness-request NAME\n");
	else if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static enum rc
run_witness_remove(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	struct str name;
	enum rc rc = one_argument(cli, "name of a witness", &name, err);

	return rc != RC_OK ? rc
			   : cli_call(cli, "DELETE",
				      str_fmt(cli->arena, "/api/v1/audit/witnesses?name=%.*s",
					      STR_ARG(percent_encode(cli->arena, name))),
				      NULL, &answer, err);
}

static enum rc
run_witness_request(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	struct str name;
	enum rc rc = one_argument(cli, "name of a witness", &name, err);

	/* A request is about a checkpoint, so one is signed where the log has grown. */
	if (rc != RC_OK || (rc = cli_call(cli, "POST", STR("/api/v1/audit/checkpoint"), NULL,
					  &answer, err)) != RC_OK)
		return rc;
	rc = cli_call(cli, "GET",
		      str_fmt(cli->arena, "/api/v1/audit/witness-request?name=%.*s",
			      STR_ARG(percent_encode(cli->arena, name))),
		      NULL, &answer, err);
	if (rc == RC_OK && !cli_json_text(cli, "request", answer.body))
		(void)fwrite(answer.body.p, 1, answer.body.n, cli->out);
	return rc;
}

/* A file, or "-" for standard input, posted as it is. */
static enum rc
post_file(struct cli *cli, const char *target, struct cli_answer *answer, struct err *err)
{
	struct str path, text;
	enum rc rc = one_argument(cli, "file, or - for standard input", &path, err);

	if (rc == RC_OK)
		rc = file_read(cli->arena,
			       str_eq(path, STR("-")) ? "/dev/stdin" : str_z(cli->arena, path),
			       NOTE_BODY_MAX, &text, err);
	return rc != RC_OK ? rc
			   : cli_call_with(cli, "POST", str_from(target), STR("text/plain"), text,
					   0, answer, err);
}

static enum rc
run_cosign(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = post_file(cli, "/api/v1/audit/cosignatures", &answer, err);

	if (rc != RC_OK)
		return rc;
	if (cli->json)
		cli_show(cli, answer.json);
	else
		fprintf(cli->out, "The checkpoint of size %lld has %lld cosignature%s more.\n",
			(long long)json_integer_value(json_object_get(answer.json, "size")),
			(long long)json_integer_value(json_object_get(answer.json, "added")),
			json_integer_value(json_object_get(answer.json, "added")) == 1 ? "" : "s");
	return RC_OK;
}

static enum rc
run_compare(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	const char *standing;
	long long cosigned, here;
	enum rc rc = post_file(cli, "/api/v1/audit/compare", &answer, err);

	if (rc != RC_OK)
		return rc;
	if (cli->json)
		cli_show(cli, answer.json);
	standing = json_string_value(json_object_get(answer.json, "standing"));
	cosigned = json_integer_value(json_object_get(answer.json, "cosigned"));
	here = json_integer_value(json_object_get(answer.json, "here"));
	if (strcmp(standing, "stands") == 0) {
		if (!cli->json)
			fprintf(
			    cli->out,
			    "The log holds the %lld leaves that were cosigned, and %lld more.\n",
			    cosigned, here - cosigned);
		return RC_OK;
	}
	return fail(
	    err, RC_INTEGRITY, "",
	    strcmp(standing, "behind") == 0
		? "%lld leaves were cosigned, and the log has %lld: this database is older. "
		  "If that is so because it was brought back from a backup, let the log go "
		  "on under another name: liaison audit new-origin FILE --reason ..."
		: "%lld leaves were cosigned, and those of this log (%lld) are others: "
		  "there are two histories under one name. Find out who has the other "
		  "before anything else; liaison audit new-origin FILE --reason ...",
	    cosigned, here);
}

static enum rc
run_new_origin(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = post_file(cli, "/api/v1/audit/origin", &answer, err);

	if (rc != RC_OK)
		return rc;
	if (cli->json)
		cli_show(cli, answer.json);
	else
		fprintf(cli->out,
			"The log goes on as %s; leaf %lld holds the checkpoint that was lost. Give "
			"this key to monitors and witnesses:\n%s\n",
			json_string_value(json_object_get(answer.json, "origin")),
			(long long)json_integer_value(json_object_get(answer.json, "from_leaf")),
			json_string_value(json_object_get(answer.json, "vkey")));
	return RC_OK;
}

#define LOG_READERS (BIT(ROLE_MONITOR) | BIT(ROLE_SUPERVISOR) | BIT(ROLE_ADMINISTRATOR))
#define LOG_PURPOSES (BIT(PURPOSE_OVERSIGHT) | BIT(PURPOSE_ADMINISTRATION))
#define KEEPERS BIT(ROLE_ADMINISTRATOR)
#define KEEPING BIT(PURPOSE_ADMINISTRATION)

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",    "/api/v1/audit/witnesses",       LOG_READERS, LOG_PURPOSES, 0,            0,    list_witnesses,  "The log's witnesses, and what each cosigned last." },
	{ "POST",   "/api/v1/audit/witnesses",       KEEPERS,     KEEPING,      ROUTE_WRITES, 4096, add_witness,     "Enter the verifier key of a witness (C2SP tlog-cosignature)." },
	{ "DELETE", "/api/v1/audit/witnesses",       KEEPERS,     KEEPING,      ROUTE_WRITES, 0,    remove_witness,  "Take a witness away; what it signed stays." },
	{ "GET",    "/api/v1/audit/witness-request", LOG_READERS, LOG_PURPOSES, 0,            0,    witness_request, "What to send to a witness (C2SP tlog-witness, add-checkpoint)." },
	{ "POST",   "/api/v1/audit/cosignatures",    LOG_READERS, LOG_PURPOSES, ROUTE_WRITES | ROUTE_RAW, NOTE_BODY_MAX, cosign,     "Take in what a witness answered." },
	{ "POST",   "/api/v1/audit/compare",         LOG_READERS, LOG_PURPOSES, ROUTE_RAW | ROUTE_QUARANTINE, NOTE_BODY_MAX, compare,    "Compare the log with a cosigned checkpoint that somebody kept." },
	{ "POST",   "/api/v1/audit/origin",          KEEPERS,     KEEPING,      ROUTE_WRITES | ROUTE_RAW | ROUTE_QUARANTINE, NOTE_BODY_MAX, new_origin, "Let a log that was brought back from a backup go on under another name." },
	{ .method = NULL },
    /* clang-format on */
};

static const struct command commands[] = {
    /* clang-format off */
	{ "audit", "witnesses",       "",     NULL, run_witnesses,       "List the log's witnesses, and what each cosigned last.", NULL },
	{ "audit", "witness-add",     "VKEY", NULL, run_witness_add,     "Enter the verifier key of a witness.",
	  "A witness is somebody else who keeps the size and root of the log and signs (C2SP tlog-cosignature) that each checkpoint extends the one before. With one, a log written anew or rolled back is seen." },
	{ "audit", "witness-remove",  "NAME", NULL, run_witness_remove,  "Take a witness away; what it signed stays.", NULL },
	{ "audit", "witness-request", "NAME", NULL, run_witness_request, "Sign a checkpoint and print what to send to a witness.",
	  "The body of POST add-checkpoint (C2SP tlog-witness). The node fetches no address: carry it as you like, for example `liaison audit witness-request w1 | curl --data-binary @- https://WITNESS/add-checkpoint | liaison audit cosign -`." },
	{ "audit", "cosign",          "FILE", NULL, run_cosign,          "Take in what a witness answered.",
	  "FILE holds signature lines for the latest checkpoint, or a whole cosigned checkpoint; - is standard input. Lines by nobody known are passed over." },
	{ "audit", "compare",         "FILE", NULL, run_compare,         "Compare the log with a cosigned checkpoint that somebody kept.",
	  "Exits 7 when the log is behind it, or holds other leaves." },
	{ "audit", "new-origin",      "FILE", NULL, run_new_origin,      "Let a log that was brought back from a backup go on under another name.",
	  "FILE is the checkpoint, with its cosignature, that the log had reached. The first leaf under the new name holds it, so that what was lost stays known. Takes --reason; refused while the log holds all that was cosigned." },
	{ .noun = NULL },
    /* clang-format on */
};

const struct feature audit_witness_feature = {
    .name = "audit_witness", .routes = routes, .commands = commands, .api = &audit_witness_api};
