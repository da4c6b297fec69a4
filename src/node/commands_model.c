#include "node/commands.h"

#include "base/arena.h"
#include "base/buf.h"
#include "model/model.h"
#include "model/show.h"
#include "serve/cli.h"

static enum rc
load(struct cli *cli, struct model **out, struct err *err)
{
	struct str overlay = cli_option(cli, "overlay");

	return model_load(cli->arena, model_files,
			  overlay.n > 0 ? str_z(cli->arena, overlay) : NULL, out, err);
}

static struct str
lang(const struct cli *cli)
{
	struct str s = cli_option(cli, "lang");

	return s.n > 0 ? s : STR("en");
}

/* JSON is whole as it stands; text is made harmless, for an overlay is somebody's file. */
static void
print(struct cli *cli, struct buf *text)
{
	if (!cli->json) {
		cli_print(cli, buf_str(text));
		return;
	}
	(void)fwrite(text->p, 1, text->n, cli->out);
	if (text->n > 0 && text->p[text->n - 1] != '\n')
		(void)fputc('\n', cli->out);
}

static enum rc
run_list(struct cli *cli, struct err *err)
{
	struct model *m;
	struct buf text;
	enum rc rc = load(cli, &m, err);

	if (rc != RC_OK)
		return rc;
	buf_init(&text, cli->arena);
	if (cli->json)
		model_list_json(m, lang(cli), &text);
	else
		model_list_text(m, lang(cli), &text);
	print(cli, &text);
	return RC_OK;
}

static enum rc
run_show(struct cli *cli, struct err *err)
{
	const struct record_type *type;
	const struct code_list *list;
	struct model *m;
	struct buf text;
	enum rc rc = load(cli, &m, err);

	if (rc != RC_OK)
		return rc;
	type = model_type(m, cli->arguments.at[0]);
	list = type == NULL ? model_list(m, cli->arguments.at[0]) : NULL;
	if (type == NULL && list == NULL)
		return fail(err, RC_ABSENT, "",
			    "no such record type or code list; `liaison model list` names the "
			    "types, and a type its lists");
	buf_init(&text, cli->arena);
	if (list != NULL) {
		if (cli->json)
			model_codes_json(list, lang(cli), &text);
		else
			model_codes_text(list, lang(cli), &text);
		print(cli, &text);
		return RC_OK;
	}
	if (cli->json)
		model_show_json(m, type, lang(cli), &text);
	else
		model_show_text(m, type, lang(cli), &text);
	print(cli, &text);
	return RC_OK;
}

static enum rc
run_check(struct cli *cli, struct err *err)
{
	struct model *m;
	enum rc rc =
	    cli->arguments.n > 0
		? model_load_dir(cli->arena, str_z(cli->arena, cli->arguments.at[0]), &m, err)
		: load(cli, &m, err);

	if (rc != RC_OK)
		return rc;
	if (cli->json)
		fprintf(cli->out, "{\"lists\":%zu,\"types\":%zu}\n", m->list_count, m->type_count);
	else
		fprintf(cli->out, "%zu record types, %zu code lists: good\n", m->type_count,
			m->list_count);
	return RC_OK;
}

static enum rc
markdown(struct cli *cli, void (*page)(const struct model *m, struct buf *out), struct err *err)
{
	struct model *m;
	struct buf text;
	enum rc rc = load(cli, &m, err);

	if (rc != RC_OK)
		return rc;
	buf_init(&text, cli->arena);
	page(m, &text);
	if (!cli_json_text(cli, "markdown", buf_str(&text)))
		cli_print(cli, buf_str(&text));
	return RC_OK;
}

static enum rc
run_reference(struct cli *cli, struct err *err)
{
	return markdown(cli, model_reference_markdown, err);
}

static enum rc
run_retention(struct cli *cli, struct err *err)
{
	return markdown(cli, model_retention_markdown, err);
}

/* clang-format off */
static const struct option options[] = {
	{ "overlay", "DIR",  "An agency's own folder, read on top of the model in this program.", false },
	{ "lang",    "LANG", "Labels in this language where there are any; en when not given.", false },
	{ .name = NULL },
};
static const struct option overlay_options[] = {
	{ "overlay", "DIR", "An agency's own folder, read on top of the model in this program.", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "model", "list", "", options, run_list, "List the record types.",
	  "A record type is data: one file says its fields, states, moves, clocks, who may read and write it, and what it is called in other standards. No node is needed." },
	{ "model", "show", "NAME", options, run_show, "Show one record type, or one list of codes.",
	  "Of a type: fields, states, moves, clocks, access. Of a list that a field takes its codes from: each code and its label. With --json the same as an object, from which forms are made." },
	{ "model", "check", "[DIR]", overlay_options, run_check, "Check a folder of model files, or the model in this program with an overlay.",
	  "DIR is a whole model, such as model/ of the source. The first mistake is told with file, line, key and remedy, and the exit status is 2.\n\n"
	  "Without DIR the model in this program is checked together with the folder of --overlay." },
	{ "model", "reference", "", overlay_options, run_reference, "Print the reference of all record types and code lists, as Markdown.",
	  "docs/model.md is made by it." },
	{ "model", "retention", "", overlay_options, run_retention, "Print how long records of each type are kept, and what that rests on, as Markdown.",
	  "docs/retention.md is made by it. With --overlay the page shows the agency's own periods, which may be shorter." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature model_command_feature = {.name = "model_commands", .commands = commands};
