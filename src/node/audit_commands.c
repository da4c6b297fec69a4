#include "audit/export.h"
#include "audit/show.h"
#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "parse/parse.h"
#include "net/target.h"
#include "node/audit.h"
#include "serve/cli.h"
#include "serve/file.h"

/* liaison audit ..., and record history: what the routes of audit.c answer, for people. */

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

static const struct cli_column shown_columns[] = {
    {"TIME", "time", 0},       {"WHO", "actor", 20}, {"ACTION", "action", 0},
    {"PURPOSE", "purpose", 0}, {"TYPE", "type", 0},  {"FIELDS", "fields", 40},
    {"REASON", "reason", 40},  {"LEAF", "leaf", 0},  {NULL, NULL, 0},
};

static enum rc
one_argument(const struct cli *cli, const char *what, struct str *out, struct err *err)
{
	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes one %s", what);
	*out = cli->arguments.at[0];
	return RC_OK;
}

static enum rc
run_show(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	struct str id;
	int64_t limit;
	enum rc rc;

	if ((rc = one_argument(cli, "record id", &id, err)) != RC_OK ||
	    (rc = cli_number(cli, "limit", 100, 1, AUDIT_SHOWN_MAX, &limit, err)) != RC_OK)
		return rc;
	rc = cli_call(cli, "GET",
		      str_fmt(cli->arena, "/api/v1/audit/records/%.*s?limit=%lld",
			      STR_ARG(percent_encode(cli->arena, id)), (long long)limit),
		      NULL, &answer, err);
	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), shown_columns);
	return rc;
}

static enum rc
run_history(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {{"VERSION", "version", 0},
						    {"TIME", "time", 0},
						    {"WHO", "actor", 20},
						    {"ACTION", "action", 0},
						    {"FIELDS", "fields", 60},
						    {"LEAF", "leaf", 0},
						    {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc;

	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes one ID");
	rc = cli_call(cli, "GET",
		      str_fmt(cli->arena, "/api/v1/audit/records/%.*s?limit=10000&changes=1",
			      STR_ARG(percent_encode(cli->arena, cli->arguments.at[0]))),
		      NULL, &answer, err);
	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

static enum rc
run_search(struct cli *cli, struct err *err)
{
	static const char *const names[] = {"record",	  "actor", "action",
					    "by-purpose", "limit", "before"};
	struct cli_answer answer;
	struct buf target;
	enum rc rc;

	buf_init(&target, cli->arena);
	buf_add_z(&target, "/api/v1/audit/search?x");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (cli_option(cli, names[i]).n > 0)
			buf_addf(&target, "&%s=%.*s", names[i],
				 STR_ARG(percent_encode(cli->arena, cli_option(cli, names[i]))));
	rc = cli_call(cli, "GET", buf_str(&target), NULL, &answer, err);
	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), shown_columns);
	return rc;
}

/* An export needs no node: whoever got the file checks it where they are. */
static enum rc
verify_export(struct cli *cli, struct str path, struct err *err)
{
	struct audit_export_report report;
	const char *root;
	FILE *f;
	enum rc rc = file_check(str_z(cli->arena, path), err);

	if (rc != RC_OK)
		return rc;
	f = fopen(str_z(cli->arena, path), "r");
	if (f == NULL)
		return fail_at(err, RC_ABSENT, str_z(cli->arena, path), 0, 0, "", "cannot be read");
	rc = parse_export(source_file(f, NULL), cli_option(cli, "vkey"), &report, err);
	(void)fclose(f);
	if (rc != RC_OK)
		return rc;
	root = base64_format(cli->arena, report.root.b, sizeof report.root.b).p;
	if (cli->json) {
		json_t *o = json_object();

		set(o, "holds", json_true());
		set(o, "leaves", json_integer(report.leaves));
		set(o, "origin", json_string(report.origin));
		set(o, "root", json_string(root));
		set(o, "key_known", json_boolean(cli_option(cli, "vkey").n > 0));
		cli_show(cli, o);
		json_decref(o);
		return RC_OK;
	}
	fprintf(cli->out, "The export holds: %lld leaves of %s, root %s.\n",
		(long long)report.leaves, report.origin, root);
	if (cli_option(cli, "vkey").n == 0)
		fprintf(cli->notes,
			"It was checked with the key in the file itself, which shows that "
			"it is whole, not whose it is; give --vkey to know that too.\n");
	return RC_OK;
}

/* The counts of rows come to administrators and monitors alone. */
static void
say_holds(struct cli *cli, const json_t *answer)
{
	const json_t *records = json_object_get(answer, "records");

	fprintf(cli->out, "The log holds: %lld leaves, root %s; ",
		(long long)json_integer_value(json_object_get(answer, "leaves")),
		json_string_value(json_object_get(answer, "root")));
	if (records == NULL)
		fprintf(cli->out, "the records are what it says.\n");
	else
		fprintf(cli->out, "%lld records and %lld former versions are what it says.\n",
			(long long)json_integer_value(records),
			(long long)json_integer_value(json_object_get(answer, "former_versions")));
}

static enum rc
run_verify(struct cli *cli, struct err *err)
{
	struct str path = cli_option(cli, "checkpoint"), checkpoint = STR_NONE;
	struct cli_answer answer;
	struct buf target;
	json_t *problem;
	int64_t n;
	size_t i;
	enum rc rc;

	if (cli_option(cli, "export").n > 0)
		return verify_export(cli, cli_option(cli, "export"), err);
	if (path.n > 0 &&
	    (rc = file_read(cli->arena, str_z(cli->arena, path), 65536, &checkpoint, err)) != RC_OK)
		return rc;
	buf_init(&target, cli->arena);
	buf_addf(&target, "/api/v1/audit/verify?%s", cli_switch(cli, "open") ? "open=1" : "");
	if (cli_option(cli, "vkey").n > 0)
		buf_addf(&target, "&vkey=%.*s",
			 STR_ARG(percent_encode(cli->arena, cli_option(cli, "vkey"))));
	cli_told_work(cli, "audit verify", "/api/v1/audit/verify");
	rc = cli_call_with(cli, "POST", buf_str(&target),
			   checkpoint.n > 0 ? STR("text/plain") : STR_NONE, checkpoint, 0, &answer,
			   err);
	if (rc != RC_OK)
		return rc;
	if (cli->json)
		cli_show(cli, answer.json);
	if (json_is_true(json_object_get(answer.json, "holds"))) {
		if (!cli->json)
			say_holds(cli, answer.json);
		return RC_OK;
	}
	json_array_foreach (json_object_get(answer.json, "problems"), i, problem)
		if (!cli->json)
			fprintf(cli->out, "%s\n", json_string_value(problem));
	n = json_integer_value(json_object_get(answer.json, "problem_count"));
	return fail(err, RC_INTEGRITY, "", "%lld %s not what was logged", (long long)n,
		    n == 1 ? "thing is" : "things are");
}

static enum rc
print_text(struct cli *cli, const char *method, struct str target, const char *key, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = cli_call(cli, method, target, NULL, &answer, err);

	if (rc == RC_OK && !cli_json_text(cli, key, answer.body))
		(void)fwrite(answer.body.p, 1, answer.body.n, cli->out);
	return rc;
}

static enum rc
run_checkpoint(struct cli *cli, struct err *err)
{
	return print_text(cli, "POST", STR("/api/v1/audit/checkpoint"), "checkpoint", err);
}

static enum rc
run_vkey(struct cli *cli, struct err *err)
{
	enum rc rc = print_text(cli, "GET", STR("/api/v1/audit/vkey"), "vkey", err);

	if (rc == RC_OK && !cli->json)
		fputc('\n', cli->out);
	return rc;
}

static enum rc
run_prove(struct cli *cli, struct err *err)
{
	struct str leaf;
	enum rc rc = one_argument(cli, "leaf number", &leaf, err);

	return rc != RC_OK ? rc
			   : print_text(cli, "GET",
					str_fmt(cli->arena, "/api/v1/audit/proof/%.*s",
						STR_ARG(percent_encode(cli->arena, leaf))),
					"proof", err);
}

static enum rc
run_export(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "POST", STR("/api/v1/audit/checkpoint"), NULL, &answer, err);

	if (rc != RC_OK)
		return rc;
	cli_told_work(cli, "audit export", "/api/v1/audit/verify");
	return cli->json ? print_text(cli, "GET", STR("/api/v1/audit/export"), "export", err)
			 : cli_call_into(cli, "GET", STR("/api/v1/audit/export"), cli->out, err);
}

static const struct option show_options[] = {
    {"limit", "N", "at most so many (standard 100)", false},
    {.name = NULL},
};
static const struct option search_options[] = {
    {"record", "ID", "what was done with this record, also when it is erased (monitors)", false},
    {"actor", "LOGIN", "what this user did", false},
    {"action", "ACTION", "read, reveal, create, update, move, erase, list, search, verify, ...",
     false},
    {"by-purpose", "PURPOSE", "what was done for this purpose", false},
    {"before", "LEAF", "only leaves before this one: the next page", false},
    {"limit", "N", "at most so many (standard 100)", false},
    {.name = NULL},
};
static const struct option verify_options[] = {
    {"open", NULL, "open each sealed record too", false},
    {"export", "FILE", "check an export instead; needs no node", false},
    {"checkpoint", "FILE", "a signed checkpoint kept elsewhere, which the log must extend", false},
    {"vkey", "KEY", "the log's verifier key, as you know it from elsewhere", false},
    {.name = NULL},
};

const struct command audit_commands[] = {
    /* clang-format off */
	{ "audit", "show",       "ID",   show_options,   run_show,       "Show who did what to a record.",
	  "Reading the log of a record needs the right to read the record, and is itself logged." },
	{ "record", "history",   "ID",   NULL,           run_history,    "Show the versions of a record: who changed what, when.",
	  "`liaison record show TYPE ID --version N` shows a former one." },
	{ "audit", "search",     "",     search_options, run_search,     "Search the log.",
	  "For monitors, supervisors and administrators, with --purpose oversight or administration. --record is for monitors: it answers for any id, shows nothing of the record, and is logged." },
	{ "audit", "verify",     "",     verify_options, run_verify,     "Recompute the log and compare every record with it.",
	  "Exits 7 and names the leaf, tile or record when one byte is not what was logged.\n\nOn a terminal it tells how far it is. Ctrl-C ends it, also on a running node, which does not read on for somebody who left." },
	{ "audit", "checkpoint", "",     NULL,           run_checkpoint, "Sign a checkpoint of the log.", NULL },
	{ "audit", "vkey",       "",     NULL,           run_vkey,       "Print the log's verifier key.", NULL },
	{ "audit", "prove",      "LEAF", NULL,           run_prove,      "Prove that a leaf stands in the last checkpoint.", NULL },
	{ "audit", "export",     "",     NULL,           run_export,     "Print the log without content, to verify elsewhere.",
	  "The export holds hashes and codes, no names and no text. Check it with `liaison audit verify --export FILE --vkey KEY`." },
	{ .noun = NULL },
    /* clang-format on */
};
