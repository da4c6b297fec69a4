#include "base/arena.h"
#include "format/json.h"
#include "node/record_commands_inside.h"

/* What hangs together with a record, and what its erasing would leave. */

static const struct cli_column link_columns[] = {{"DIRECTION", "direction", 0},
						 {"FIELD", "field", 0},
						 {"TYPE", "record.type", 0},
						 {"ID", "record.id", 0},
						 {"TITLE", "record.title", 40},
						 {"STATE", "record.state", 0},
						 {NULL, NULL, 0}};

/* What would be left pointing at nothing: the records that refer to this one. */
static enum rc
plan_referrers(struct cli *cli, json_t *plan, struct err *err)
{
	struct cli_answer answer;
	json_t *items, *item, *holders = json_array();
	size_t i;
	enum rc rc;

	must(json_object_set_new(plan, "referred_to_by", holders) == 0);
	rc = cli_call(cli, "GET",
		      record_target(cli, cli->arguments.at[0], cli->arguments.at[1],
				    "/links?limit=1000&direction=in"),
		      NULL, &answer, err);
	if (rc != RC_OK)
		return rc;
	items = json_object_get(answer.json, "items");
	json_array_foreach (items, i, item)
		must(json_array_append(holders, item) == 0);
	if (json_is_true(json_object_get(answer.json, "more")))
		must(json_object_set_new(plan, "referred_to_by_more", json_true()) == 0);
	return RC_OK;
}

/* Plans before it deletes: without --yes it says what would go, and what refers to it. */
static enum rc
plan_erase(struct cli *cli, struct str target, struct err *err)
{
	struct cli_answer answer;
	json_t *holders;
	bool more;
	size_t n;
	enum rc rc = cli_call(cli, "GET", target, NULL, &answer, err);

	if (rc != RC_OK || (rc = plan_referrers(cli, answer.json, err)) != RC_OK)
		return rc;
	holders = json_object_get(answer.json, "referred_to_by");
	n = json_array_size(holders);
	more = json_object_get(answer.json, "referred_to_by_more") != NULL;
	if (cli->json) {
		cli_show(cli, answer.json);
	} else {
		json_t *shown = json_copy(answer.json);

		(void)json_object_del(shown, "referred_to_by");
		cli_show(cli, shown);
		json_decref(shown);
		if (n > 0) {
			fprintf(cli->out, "\nThese refer to it, and will name nothing then:\n");
			cli_table(cli, holders, link_columns);
		}
	}
	fprintf(cli->notes,
		"This would be erased in all its versions, for good; %zu%s record%s that you may "
		"see refer%s to it. Say --yes and --version %lld to do it.\n",
		n, more ? " or more" : "", n == 1 ? "" : "s", n == 1 ? "s" : "",
		(long long)json_integer_value(json_object_get(answer.json, "version")));
	return RC_OK;
}

enum rc
record_run_erase(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	int64_t version;
	struct str target;
	enum rc rc;

	if ((rc = record_arguments(cli, 2, err)) != RC_OK ||
	    (rc = cli_number(cli, "version", 0, 1, INT32_MAX, &version, err)) != RC_OK)
		return rc;
	target = record_target(cli, cli->arguments.at[0], cli->arguments.at[1], "");
	if (!cli_switch(cli, "yes"))
		return plan_erase(cli, target, err);
	rc = record_send(cli, "DELETE", target, NULL, version, &answer, err);
	if (rc != RC_OK)
		return rc;
	rc = cli_wait_job(cli, json_member_str(answer.json, "job"), &answer, err);
	if (rc == RC_OK)
		fprintf(cli->notes,
			"Erased, and its key is destroyed here. Copies of the key file "
			"keep it readable: destroy them within 30 days (liaison oversee retention "
			"erasures tells by which day).\n");
	return rc;
}

enum rc
record_run_links(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc;

	if ((rc = record_arguments(cli, 2, err)) != RC_OK)
		return rc;
	rc = cli_call(cli, "GET",
		      record_target(cli, cli->arguments.at[0], cli->arguments.at[1], "/links"),
		      NULL, &answer, err);
	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), link_columns);
	return rc;
}
