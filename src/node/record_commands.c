#include "node/record_commands.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "model/model.h"
#include "net/pair.h"
#include "node/record_commands_inside.h"
#include "serve/cli.h"
#include "serve/file.h"

struct str
record_target(struct cli *cli, struct str type, struct str id, const char *rest)
{
	struct buf b;

	buf_init(&b, cli->arena);
	buf_addf(&b, "/api/v1/records/%.*s", STR_ARG(percent_encode(cli->arena, type)));
	if (id.n > 0)
		buf_addf(&b, "/%.*s", STR_ARG(percent_encode(cli->arena, id)));
	buf_add_z(&b, rest);
	return buf_str(&b);
}

enum rc
record_arguments(const struct cli *cli, size_t n, struct err *err)
{
	return cli->arguments.n == n ? RC_OK
				     : fail(err, RC_USAGE, "", "takes %s", cli->command->arguments);
}

/*
 * A value as typed: JSON when it starts like an object, list or quoted text; several values
 * of a list field are repeated --set. Everything else is text.
 */
static enum rc
typed_value(struct str text, const struct field *field, json_t **out, struct err *err)
{
	if (text.n > 0 && (text.p[0] == '{' || text.p[0] == '[' || text.p[0] == '"'))
		return json_read(text, NULL, out, err);
	*out = json_from_str(text);
	if (field != NULL && field->list) {
		json_t *list = json_array();

		must(json_array_append_new(list, *out) == 0);
		*out = list;
	}
	return RC_OK;
}

static enum rc
add_set(json_t *fields, struct str set, const struct record_type *type, struct err *err)
{
	struct str name = str_cut(&set, '=');
	const struct field *field = type != NULL ? type_field(type, name) : NULL;
	json_t *value, *before;
	enum rc rc;

	if (set.p == NULL || name.n == 0)
		return fail(err, RC_USAGE, "set", "takes FIELD=VALUE");
	if (set.n == 0) {
		must(json_object_setn_new(fields, name.p, name.n, json_null()) == 0);
		return RC_OK;
	}
	if ((rc = typed_value(set, field, &value, err)) != RC_OK)
		return rc;
	before = json_member(fields, name);
	if (json_is_array(before) && json_is_array(value)) {
		must(json_array_extend(before, value) == 0);
		json_decref(value);
		return RC_OK;
	}
	must(json_object_setn_new(fields, name.p, name.n, value) == 0);
	return RC_OK;
}

/* --set FIELD=VALUE ... and --file FILE (a JSON object of fields; "-" is standard input). */
static enum rc
fields_of(struct cli *cli, struct str type_name, json_t **out, struct err *err)
{
	struct str_list sets = cli_options(cli, "set");
	struct str path = cli_option(cli, "file"), text;
	struct model *m;
	enum rc rc;

	*out = NULL;
	if ((rc = model_load(cli->arena, model_files, NULL, &m, err)) != RC_OK)
		return rc;
	if (path.n > 0) {
		const char *z = str_eq_z(path, "-") ? "/dev/stdin" : str_z(cli->arena, path);

		if ((rc = file_read(cli->arena, z, 1 << 20, &text, err)) != RC_OK ||
		    (rc = json_read(text, NULL, out, err)) != RC_OK)
			return rc;
		if (!json_is_object(*out)) {
			json_decref(*out);
			return fail_at(err, RC_INVALID, z, 1, 0, "",
				       "takes a JSON object of fields");
		}
	} else {
		*out = json_object();
	}
	for (size_t i = 0; i < sets.n && rc == RC_OK; i++)
		rc = add_set(*out, sets.at[i], model_type(m, type_name), err);
	if (rc != RC_OK)
		json_decref(*out);
	return rc;
}

enum rc
record_send(struct cli *cli, const char *method, struct str target, json_t *body, int64_t if_match,
	    struct cli_answer *answer, struct err *err)
{
	struct buf b;

	buf_init(&b, cli->arena);
	if (body != NULL)
		json_canonical(body, &b);
	return cli_call_with(cli, method, target, body != NULL ? STR("application/json") : STR_NONE,
			     buf_str(&b), if_match, answer, err);
}

static enum rc
run_create(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	json_t *fields, *body;
	struct str tlp = cli_option(cli, "tlp");
	enum rc rc;

	if ((rc = record_arguments(cli, 1, err)) != RC_OK ||
	    (rc = fields_of(cli, cli->arguments.at[0], &fields, err)) != RC_OK)
		return rc;
	body = json_object();
	must(json_object_set_new(body, "fields", fields) == 0);
	if (tlp.n > 0)
		must(json_object_set_new(body, "handling",
					 json_pack("{s:o}", "tlp", json_from_str(tlp))) == 0);
	rc = record_send(cli, "POST", record_target(cli, cli->arguments.at[0], STR_NONE, ""), body,
			 0, &answer, err);
	json_decref(body);
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static enum rc
run_show(struct cli *cli, struct err *err)
{
	struct str reveal = cli_option(cli, "reveal"), version = cli_option(cli, "version");
	struct cli_answer answer;
	struct buf query;
	enum rc rc;

	if ((rc = record_arguments(cli, 2, err)) != RC_OK)
		return rc;
	buf_init(&query, cli->arena);
	if (reveal.n > 0)
		buf_addf(&query, "?reveal=%.*s", STR_ARG(percent_encode(cli->arena, reveal)));
	else if (version.n > 0)
		buf_addf(&query, "?version=%.*s", STR_ARG(percent_encode(cli->arena, version)));
	buf_add_byte(&query, '\0');
	rc = cli_call(cli, "GET",
		      record_target(cli, cli->arguments.at[0], cli->arguments.at[1], query.p), NULL,
		      &answer, err);
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static const struct cli_column list_columns[] = {{"ID", "id", 0},
						 {"TITLE", "title", 40},
						 {"STATE", "state", 0},
						 {"TLP", "handling.tlp", 0},
						 {"VERSION", "version", 0},
						 {"UPDATED", "updated", 0},
						 {NULL, NULL, 0}};

static enum rc
run_list(struct cli *cli, struct err *err)
{
	static const char *const names[] = {"state", "cursor", "limit", "due"};
	struct str_list where = cli_options(cli, "where");
	struct cli_answer answer;
	struct buf query;
	struct str next;
	enum rc rc;

	if ((rc = record_arguments(cli, 1, err)) != RC_OK)
		return rc;
	buf_init(&query, cli->arena);
	buf_add_z(&query, cli->json ? "?fields=1" : "?");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (cli_option(cli, names[i]).n > 0)
			buf_addf(&query, "&%s=%.*s", names[i],
				 STR_ARG(percent_encode(cli->arena, cli_option(cli, names[i]))));
	for (size_t i = 0; i < where.n; i++) {
		struct str value = where.at[i], name = str_cut(&value, '=');

		if (value.p == NULL)
			return fail(err, RC_USAGE, "where", "takes FIELD=VALUE");
		buf_addf(&query, "&%.*s=%.*s", STR_ARG(percent_encode(cli->arena, name)),
			 STR_ARG(percent_encode(cli->arena, value)));
	}
	buf_add_byte(&query, '\0');
	rc = cli_call(cli, "GET", record_target(cli, cli->arguments.at[0], STR_NONE, query.p), NULL,
		      &answer, err);
	if (rc != RC_OK)
		return rc;
	if (cli->json) {
		cli_show(cli, answer.json);
		return RC_OK;
	}
	cli_table(cli, json_object_get(answer.json, "items"), list_columns);
	if ((next = json_member_str(answer.json, "next")).n > 0)
		fprintf(cli->notes, "There is more: --cursor %.*s\n", STR_ARG(next));
	return RC_OK;
}

static void
say_if_noted(struct cli *cli, const struct cli_answer *answer, const char *what)
{
	if (answer->status == 202)
		fprintf(cli->notes,
			"Noted: this %s takes two people. It is made when somebody else asks for "
			"the same.\n",
			what);
}

static enum rc
run_set(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	int64_t version;
	json_t *fields;
	enum rc rc;

	if ((rc = record_arguments(cli, 2, err)) != RC_OK ||
	    (rc = cli_number(cli, "version", 0, 1, INT32_MAX, &version, err)) != RC_OK ||
	    (rc = fields_of(cli, cli->arguments.at[0], &fields, err)) != RC_OK)
		return rc;
	rc = record_send(cli, "PATCH",
			 record_target(cli, cli->arguments.at[0], cli->arguments.at[1], ""), fields,
			 version, &answer, err);
	json_decref(fields);
	if (rc != RC_OK)
		return rc;
	cli_show(cli, answer.json);
	say_if_noted(cli, &answer, "change");
	return RC_OK;
}

static enum rc
run_move(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	json_t *fields, *body;
	int64_t version;
	enum rc rc;

	if ((rc = record_arguments(cli, 3, err)) != RC_OK ||
	    (rc = cli_number(cli, "version", 0, 1, INT32_MAX, &version, err)) != RC_OK ||
	    (rc = fields_of(cli, cli->arguments.at[0], &fields, err)) != RC_OK)
		return rc;
	body = json_object();
	must(json_object_set_new(body, "to", json_from_str(cli->arguments.at[2])) == 0);
	must(json_object_set_new(body, "fields", fields) == 0);
	rc = record_send(cli, "POST",
			 record_target(cli, cli->arguments.at[0], cli->arguments.at[1], "/move"),
			 body, version, &answer, err);
	json_decref(body);
	if (rc != RC_OK)
		return rc;
	cli_show(cli, answer.json);
	say_if_noted(cli, &answer, "move");
	return RC_OK;
}

static enum rc
run_mark(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	int64_t version;
	json_t *body;
	enum rc rc;

	if ((rc = record_arguments(cli, 3, err)) != RC_OK ||
	    (rc = cli_number(cli, "version", 0, 1, INT32_MAX, &version, err)) != RC_OK)
		return rc;
	body = json_pack("{s:o, s:b, s:b}", "tlp", json_from_str(cli->arguments.at[2]),
			 "judicial_ok", (int)cli_switch(cli, "judicial-ok"), "onward_ok",
			 (int)cli_switch(cli, "onward-ok"));
	rc = record_send(cli, "POST",
			 record_target(cli, cli->arguments.at[0], cli->arguments.at[1], "/mark"),
			 body, version, &answer, err);
	json_decref(body);
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static enum rc
run_search(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {{"ALIKE", "alike", 0}, {"TYPE", "type", 0},
						    {"ID", "id", 0},	   {"TITLE", "title", 50},
						    {"STATE", "state", 0}, {NULL, NULL, 0}};
	static const char *const names[] = {"name", "identifier", "type", "limit"};
	struct cli_answer answer;
	struct buf query;
	enum rc rc;

	buf_init(&query, cli->arena);
	buf_add_z(&query, "/api/v1/search?");
	if (cli->arguments.n == 1)
		buf_addf(&query, "name=%.*s",
			 STR_ARG(percent_encode(cli->arena, cli->arguments.at[0])));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (cli_option(cli, names[i]).n > 0)
			buf_addf(&query, "&%s=%.*s", names[i],
				 STR_ARG(percent_encode(cli->arena, cli_option(cli, names[i]))));
	rc = cli_call(cli, "GET", buf_str(&query), NULL, &answer, err);
	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

static const struct option fields_options[] = {
    /* clang-format off */
	{ "set",     "FIELD=VALUE", "a field; repeat it for more, or for more values of a list; JSON is taken as such", true },
	{ "file",    "FILE",        "a JSON object of fields; - is standard input", false },
	{ "tlp",     "CODE",        "start stricter than the type: CLEAR, GREEN, AMBER, AMBER+STRICT, RED", false },
	{ .name = NULL },
};
static const struct option change_options[] = {
	{ "set",     "FIELD=VALUE", "a field; an empty value removes it", true },
	{ "file",    "FILE",        "a JSON object of fields; null removes one", false },
	{ "version", "N",           "the version you saw", false },
	{ .name = NULL },
};
static const struct option mark_options[] = {
	{ "version",     "N",  "the version you saw", false },
	{ "judicial-ok", NULL, "may be used in court without asking", false },
	{ "onward-ok",   NULL, "may be passed on without asking", false },
	{ .name = NULL },
};
static const struct option erase_options[] = {
	{ "version", "N",  "the version you saw", false },
	{ "yes",     NULL, "do it", false },
	{ .name = NULL },
};
static const struct option show_options[] = {
	{ "reveal",  "FIELDS", "masked fields to open, by commas; say --reason", false },
	{ "version", "N",      "a former version", false },
	{ .name = NULL },
};
static const struct option list_options[] = {
	{ "state",  "STATE",       "only in this state", false },
	{ "where",  "FIELD=VALUE", "only with this exact identifier or reference", true },
	{ "cursor", "CURSOR",      "the next page", false },
	{ "limit",  "N",           "at most so many (standard 50, at most 200)", false },
	{ "due",    NULL,          "only those whose day of review has passed and nobody answered", false },
	{ .name = NULL },
};
static const struct option search_options[] = {
	{ "name",       "NAME",  "a name, in any script and spelling", false },
	{ "identifier", "VALUE", "a document, phone, plate, account, exactly", false },
	{ "type",       "TYPE",  "only records of this type", false },
	{ "limit",      "N",     "at most so many (standard 50)", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "record", "create", "TYPE",          fields_options, run_create, "Create a record.",
	  "Values are text, or JSON where the field wants an object: --set place='{\"text\":\"pier 4\"}'. `liaison model show TYPE` lists the fields." },
	{ "record", "show",   "TYPE ID",       show_options,   run_show,   "Show a record.",
	  "Masked fields have no value until you reveal them by name with a purpose and a reason; the log's entry is durable before the value is sent." },
	{ "record", "list",   "TYPE",          list_options,   run_list,   "List records of a type, newest first.", NULL },
	{ "record", "set",    "TYPE ID",       change_options, run_set,    "Change fields of a record.",
	  "Needs the version you saw. When another is there by now, nothing changes and exit code 5 says so." },
	{ "record", "move",   "TYPE ID STATE", change_options, run_move,   "Move a record to another state.", NULL },
	{ "record", "mark",   "TYPE ID TLP",   mark_options,   run_mark,   "Set a record's handling code.", NULL },
	{ "record", "erase",  "TYPE ID",       erase_options,  record_run_erase,  "Erase a record in all its versions.",
	  "Unless --yes is said, shows what would go and, of what you may see, which records refer to it." },
	{ "record", "links",  "TYPE ID",       NULL,           record_run_links,  "Show what a record refers to and what refers to it.", NULL },
	{ "record", "search", "[NAME]",        search_options, run_search, "Find records by a name or by an exact identifier.",
	  "Records about survivors are not found this way: they are in their unit's own list." },
	{ .noun = NULL },
    /* clang-format on */
};

const struct feature record_commands_feature = {.name = "record_commands", .commands = commands};
