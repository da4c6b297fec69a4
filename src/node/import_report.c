#include "node/import_report.h"

#include "base/arena.h"
#include "base/say.h"
#include "format/json.h"
#include "parse/parse.h"
#include "serve/cli.h"

#define HEAD_BYTES 8192
#define ERRORS_SHOWN 20

struct str
import_file_name(struct str path)
{
	while (str_chr(path, '/') >= 0)
		(void)str_cut(&path, '/');
	return path;
}

static int64_t
number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* The node keeps no word of a file, so the name of a column is read from the file itself. */
static struct str
column_name(struct cli *cli, const char *path, long column)
{
	char *p = arena_bytes(cli->arena, HEAD_BYTES);
	FILE *f = fopen(path, "rbe");
	struct str name = STR_NONE;
	struct csv_row row;
	struct parse *csv;
	size_t n;

	if (f == NULL)
		return STR_NONE;
	n = fread(p, 1, HEAD_BYTES, f);
	(void)fclose(f);
	if (parse_csv_open(source_memory((struct str){p, n}, NULL), CSV_RAGGED | CSV_LATIN1, &csv,
			   NULL) != RC_OK)
		return STR_NONE;
	if (parse_csv_next(csv, &row, NULL) == RC_OK)
		for (size_t i = 0; i < row.n && name.p == NULL; i++)
			if (row.at[i].column == column)
				name =
				    str_copy(cli->arena, str_sub(str_trim(row.at[i].text), 0, 60));
	parse_close(csv);
	return name;
}

/* An error of the job with the file's name, as it is called here. */
static void
locate(struct cli *cli, const json_t *e, struct err *out)
{
	size_t file = (size_t)number(e, "file");
	struct str text = json_member_str(e, "text"), name = STR_NONE;

	*out = (struct err){.line = (long)number(e, "line"), .column = (long)number(e, "column")};
	if (file >= 1 && file <= cli->arguments.n)
		(void)snprintf(out->file, sizeof out->file, "%.*s",
			       STR_ARG(import_file_name(cli->arguments.at[file - 1])));
	(void)snprintf(out->key, sizeof out->key, "%.*s", STR_ARG(json_member_str(e, "key")));
	if (strcmp(out->key, "header") == 0 && out->file[0] != '\0')
		name =
		    column_name(cli, str_z(cli->arena, cli->arguments.at[file - 1]), out->column);
	if (name.n > 0)
		(void)snprintf(out->text, sizeof out->text, "\"%.*s\": %.*s", STR_ARG(name),
			       STR_ARG(text));
	else
		(void)snprintf(out->text, sizeof out->text, "%.*s", STR_ARG(text));
}

static json_t *
fetch_errors(struct cli *cli, struct str id, int64_t after)
{
	struct cli_answer answer;
	struct err err;

	if (cli_call(cli, "GET",
		     str_fmt(cli->arena, "/api/v1/jobs/%.*s/errors?limit=%d&after=%lld",
			     STR_ARG(id), ERRORS_SHOWN, (long long)after),
		     NULL, &answer, &err) != RC_OK)
		return NULL;
	return json_object_get(answer.json, "items");
}

static void
show_errors(struct cli *cli, struct str id)
{
	json_t *e;
	size_t i;

	json_array_foreach (fetch_errors(cli, id, 0), i, e) {
		struct err one;

		locate(cli, e, &one);
		say_as_typed(&one);
		fprintf(cli->notes, "%.*s\n", STR_ARG(err_line(cli->arena, &one)));
	}
}

/* Where in the files reading ended, when that is why the job failed. */
static void
add_place(struct cli *cli, struct str id, const json_t *job, struct err *err)
{
	int64_t errors = number(job, "errors");
	json_t *e = errors > 0 ? json_array_get(fetch_errors(cli, id, errors - 1), 0) : NULL;
	struct err placed;

	if (e == NULL || !str_eq_z(json_member_str(e, "text"), err->text))
		return;
	locate(cli, e, &placed);
	placed.rc = err->rc;
	*err = placed;
}

/* A job that did not end well: what is in, and whether it can go on. */
static void
tell_end(struct cli *cli, struct str id, const json_t *job, enum rc rc)
{
	bool hopeless = rc == RC_INVALID || rc == RC_DENIED || rc == RC_CONFLICT ||
			rc == RC_TOO_LARGE || rc == RC_USAGE;
	int64_t done = number(job, "done");
	FILE *notes = cli->notes;

	if (done == 0 && hopeless)
		fprintf(notes, "Nothing went in.\n");
	else if (done == 0)
		fprintf(notes, "Nothing went in yet; `liaison job resume %.*s` goes on.\n",
			STR_ARG(id));
	else
		fprintf(notes, "%lld %s are done; `liaison job resume %.*s` goes on.\n",
			(long long)done, json_string_value(json_object_get(job, "unit")),
			STR_ARG(id));
}

/* Records that came with their unit are worked on by nobody here, unless somebody is put there. */
static void
tell_units(struct cli *cli, const json_t *result)
{
	json_t *units = json_object_get(result, "units"), *n;
	const char *unit;

	json_object_foreach (units, unit, n) {
		if (str_eq_z(json_member_str(result, "your_unit"), unit))
			continue;
		fprintf(cli->out,
			"%lld records are of the unit %s, which is not yours. To let somebody work "
			"on them:\n  liaison user set LOGIN --unit %s\n",
			(long long)json_integer_value(n), unit, unit);
	}
}

static void
tell_refresh(struct cli *cli, const json_t *r)
{
	int64_t missing = number(r, "missing"), delisted = number(r, "delisted_here");
	json_t *ids = json_object_get(r, "missing_first"), *one;
	size_t i;

	fprintf(cli->out, "The list was here: %lld entries are new, %lld changed, %lld the same.\n",
		(long long)number(r, "added"), (long long)number(r, "changed"),
		(long long)number(r, "same"));
	if (delisted > 0)
		fprintf(cli->out, "%lld are delisted here, and stay so.\n", (long long)delisted);
	if (missing == 0)
		return;
	fprintf(cli->out,
		"%lld entries of the list are not in these files. They stay until somebody delists "
		"them (liaison record move listing ID delisted --set delisting_reason=...):\n",
		(long long)missing);
	json_array_foreach (ids, i, one)
		fprintf(cli->out, "  %.*s\n", STR_ARG(json_str(one)));
	if (missing > (int64_t)json_array_size(ids))
		fprintf(cli->out, "  and %lld more\n",
			(long long)(missing - (int64_t)json_array_size(ids)));
}

enum rc
import_report(struct cli *cli, struct str id, json_t *job, struct err *err)
{
	json_t *result = json_object_get(job, "result"), *value;
	const char *key;
	int64_t failed = number(result, "failed");

	if (cli->json) {
		json_t *errors = number(job, "errors") > 0 ? fetch_errors(cli, id, 0) : NULL;

		if (errors != NULL)
			must(json_object_set(job, "row_errors", errors) == 0);
		cli_show(cli, job);
	} else {
		fprintf(cli->out, "%lld of %lld %s went in, as %lld records (job %.*s).\n",
			(long long)number(result, "taken"), (long long)number(result, "rows"),
			json_string_value(json_object_get(job, "unit")),
			(long long)number(result, "records"), STR_ARG(id));
		json_object_foreach (json_object_get(result, "to_remarks"), key, value)
			fprintf(cli->out,
				"%lld values of %s did not fit their field; they stand in the "
				"remarks.\n",
				(long long)json_integer_value(value), key);
		if (number(result, "unknown_columns") > 0)
			fprintf(cli->out,
				"%lld columns are none of HTCDS; they were passed over.\n",
				(long long)number(result, "unknown_columns"));
	}
	if (!cli->json && json_object_get(result, "units") != NULL)
		tell_units(cli, result);
	if (!cli->json && json_object_get(result, "refresh") != NULL)
		tell_refresh(cli, json_object_get(result, "refresh"));
	if (number(job, "errors") > 0 && !cli->json)
		show_errors(cli, id);
	if (failed == 0)
		return RC_OK;
	return fail(err, RC_INVALID, "",
		    "%lld rows did not go in, the other %lld did; see: liaison job show %.*s "
		    "--errors",
		    (long long)failed, (long long)number(result, "taken"), STR_ARG(id));
}

void
import_report_failure(struct cli *cli, struct str id, json_t *job, struct err *err)
{
	add_place(cli, id, job, err);
	if (cli->json)
		cli_show(cli, job);
	else
		tell_end(cli, id, job, err->rc);
}
