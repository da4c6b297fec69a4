#include "node/import_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/csv.h"
#include "format/json.h"
#include "node/import.h"
#include "node/sealed_file.h"
#include "serve/cli.h"

/* liaison record import: hand the files over in parts, wait, and say how it went. */
#define HEAD_BYTES 8192
#define ERRORS_SHOWN 20

struct sending {
	struct cli *cli;
	struct str id; /* the job's */
	int64_t part;
};

/* Only the last name: where a file lies on somebody's machine is nobody's business. */
static struct str
base_name(struct str path)
{
	while (str_chr(path, '/') >= 0)
		(void)str_cut(&path, '/');
	return path;
}

static bool
has(struct str text, const char *word)
{
	return str_find(text, str_from(word)) >= 0;
}

/* UTF-16 shows its ASCII letters with zeros between. */
static struct str
narrow(struct arena *a, struct str head)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < head.n; i++)
		if (head.p[i] != '\0')
			buf_add_byte(&b, head.p[i]);
	return buf_str(&b);
}

static enum rc
sniff(struct cli *cli, struct str path, struct str *out, struct err *err)
{
	bool list = cli_option(cli, "list").n > 0;
	struct str head;
	char *p = arena_bytes(cli->arena, HEAD_BYTES);
	FILE *f = fopen(str_z(cli->arena, path), "rbe");

	if (f == NULL)
		return fail_at(err, RC_ABSENT, str_z(cli->arena, path), 0, 0, "",
			       "cannot be read: %s", strerror(errno));
	head = narrow(cli->arena, (struct str){p, fread(p, 1, HEAD_BYTES, f)});
	(void)fclose(f);
	if (has(head, "liaison-export"))
		/* Sealed, or plain as a job's own parts are. */
		*out = STR("all");
	else if (has(head, "hte_") || has(head, "prs_") || has(head, "vic_"))
		*out = STR("htcds");
	else if (str_starts(head, STR("incident_row,")))
		*out = STR("links");
	else if (has(head, "\"schema\""))
		*out = STR("ftm");
	else if (list || has(head, "<CONSOLIDATED_LIST"))
		*out = STR("list-auto");
	else if (str_starts(str_trim(head), STR("{")))
		*out = STR("ndjson");
	else if (cli_option(cli, "type").n > 0)
		*out = STR("csv");
	else
		return fail_at(err, RC_INVALID, str_z(cli->arena, path), 1, 0, "format",
			       "is not recognised; say --format, and --type or --list");
	return RC_OK;
}

static enum rc
format_of(struct cli *cli, struct str *out, struct err *err)
{
	enum import_format format;

	*out = cli_option(cli, "format");
	if (out->n == 0 || str_eq_z(*out, "auto"))
		return sniff(cli, cli->arguments.at[0], out, err);
	if (str_eq_z(*out, "htcds-json"))
		*out = STR("htcds");
	if (str_eq_z(*out, "csv") && cli_option(cli, "list").n > 0)
		*out = STR("list-csv");
	return import_format_parse(*out, &format)
		   ? RC_OK
		   : fail(err, RC_USAGE, "format",
			  "takes htcds, ofac, un, ftm, csv, ndjson, links, all or auto");
}

static enum rc
to_file(void *ctx, struct str bytes, struct err *err)
{
	return fwrite(bytes.p, 1, bytes.n, ctx) == bytes.n
		   ? RC_OK
		   : fail(err, RC_UNAVAILABLE, "file", "there is no room to open it: %s",
			  strerror(errno));
}

static enum rc
unseal(struct cli *cli, FILE *in, FILE *out, struct str head, struct err *err)
{
	struct sealed_file *sealed = NULL;
	char *p = arena_bytes(cli->arena, 65536);
	size_t n;
	enum rc rc = sealed_file_open(cli->arena, cli_option(cli, "seal-with"), head,
				      (struct stream_sink){to_file, out}, &sealed, err);

	while (rc == RC_OK && (n = fread(p, 1, 65536, in)) > 0)
		rc = sealed_file_add(sealed, (struct str){p, n}, err);
	if (rc == RC_OK)
		rc = sealed_file_end(sealed, err);
	sealed_file_free(sealed);
	if (rc == RC_OK && fflush(out) != 0)
		rc = fail(err, RC_UNAVAILABLE, "file", "there is no room to open it");
	return rc;
}

/*
 * A sealed export is opened into memory before it is sent, so that a wrong passphrase or a
 * changed byte at its end is found before the first record goes in.
 */
static enum rc
open_sealed(struct cli *cli, size_t i, struct err *err)
{
	char head[SEALED_FILE_HEAD];
	const char *path = str_z(cli->arena, cli->arguments.at[i]);
	FILE *in = fopen(path, "rbe"), *out;
	int fd;
	enum rc rc;

	if (in == NULL)
		return RC_OK; /* told by whoever reads it */
	if (fread(head, 1, sizeof head, in) != sizeof head ||
	    !sealed_file_is((struct str){head, sizeof head})) {
		(void)fclose(in);
		return RC_OK;
	}
	fd = memfd_create("export", MFD_CLOEXEC);
	out = fd >= 0 ? fdopen(fd, "wb") : NULL;
	if (out == NULL) {
		(void)fclose(in);
		return fail(err, RC_UNAVAILABLE, "file", "there is no memory to open it in");
	}
	rc = unseal(cli, in, out, (struct str){head, sizeof head}, err);
	(void)fclose(in);
	/* The memory stays open, and with it its path, until the process ends. */
	cli->arguments.at[i] = str_fmt(cli->arena, "/proc/self/fd/%d", fd);
	return rc;
}

static enum rc
list_files(struct cli *cli, json_t *files, struct err *err)
{
	for (size_t i = 0; i < cli->arguments.n; i++) {
		const char *path = str_z(cli->arena, cli->arguments.at[i]);
		struct stat st;

		if (stat(path, &st) != 0)
			return fail_at(err, RC_ABSENT, path, 0, 0, "", "cannot be read: %s",
				       strerror(errno));
		if (!S_ISREG(st.st_mode) || st.st_size == 0)
			return fail_at(err, RC_INVALID, path, 0, 0, "",
				       S_ISDIR(st.st_mode)   ? "is a folder; name the files in it"
				       : S_ISREG(st.st_mode) ? "is empty"
							     : "is no file");
		must(json_array_append_new(files,
					   json_pack("{s:o, s:I}", "name",
						     json_from_str(base_name(cli->arguments.at[i])),
						     "bytes", (json_int_t)st.st_size)) == 0);
	}
	return RC_OK;
}

static enum rc
begin(struct cli *cli, struct sending *s, struct err *err)
{
	static const char *const texts[] = {"list", "fields", "type", "of", "ignore", "unit"};
	static const char *const switches[] = {"again", "latin1"};
	json_t *body = json_object(), *files = json_array();
	struct cli_answer answer;
	struct str format;
	enum rc rc;

	import_set(body, "files", files);
	if ((rc = list_files(cli, files, err)) != RC_OK ||
	    (rc = format_of(cli, &format, err)) != RC_OK) {
		json_decref(body);
		return rc;
	}
	import_set(body, "format", json_from_str(format));
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (cli_option(cli, texts[i]).n > 0)
			import_set(body, texts[i], json_from_str(cli_option(cli, texts[i])));
	for (size_t i = 0; i < COUNT_OF(switches); i++)
		if (cli_switch(cli, switches[i]))
			import_set(body, switches[i], json_true());
	rc = cli_call(cli, "POST", STR("/api/v1/imports"), body, &answer, err);
	json_decref(body);
	if (rc == RC_OK)
		s->id = str_copy(cli->arena, json_member_str(answer.json, "id"));
	return rc;
}

static enum rc
send_file(struct sending *s, const char *path, char *p, struct err *err)
{
	struct cli *cli = s->cli;
	struct cli_answer answer;
	FILE *f = fopen(path, "rbe");
	enum rc rc = RC_OK;
	size_t n;

	if (f == NULL)
		return fail_at(err, RC_ABSENT, path, 0, 0, "", "cannot be read: %s",
			       strerror(errno));
	while (rc == RC_OK && (n = fread(p, 1, JOB_PART_BYTES_MAX, f)) > 0)
		rc = cli_call_with(cli, "PUT",
				   str_fmt(cli->arena, "/api/v1/imports/%.*s/parts/%lld",
					   STR_ARG(s->id), (long long)s->part++),
				   STR("application/octet-stream"), (struct str){p, n}, 0, &answer,
				   err);
	if (rc == RC_OK && ferror(f))
		rc = fail_at(err, RC_FAILED, path, 0, 0, "", "cannot be read to its end");
	(void)fclose(f);
	return rc;
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
	const struct csv_options options = {.flags = CSV_RAGGED | CSV_LATIN1};
	char *p = arena_bytes(cli->arena, HEAD_BYTES);
	FILE *f = fopen(path, "rbe");
	struct csv_row row;
	struct csv *csv;
	size_t n;

	if (f == NULL)
		return STR_NONE;
	n = fread(p, 1, HEAD_BYTES, f);
	(void)fclose(f);
	csv = csv_new(cli->arena, source_memory((struct str){p, n}, NULL), &options);
	if (csv_next(csv, &row, NULL) != RC_OK)
		return STR_NONE;
	for (size_t i = 0; i < row.n; i++)
		if (row.at[i].column == column)
			return str_copy(cli->arena, str_sub(str_trim(row.at[i].text), 0, 60));
	return STR_NONE;
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
			       STR_ARG(base_name(cli->arguments.at[file - 1])));
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
fetch_errors(struct sending *s, int64_t after)
{
	struct cli *cli = s->cli;
	struct cli_answer answer;
	struct err err;

	if (cli_call(cli, "GET",
		     str_fmt(cli->arena, "/api/v1/jobs/%.*s/errors?limit=%d&after=%lld",
			     STR_ARG(s->id), ERRORS_SHOWN, (long long)after),
		     NULL, &answer, &err) != RC_OK)
		return NULL;
	return json_object_get(answer.json, "items");
}

static void
show_errors(struct sending *s)
{
	json_t *e;
	size_t i;

	json_array_foreach (fetch_errors(s, 0), i, e) {
		struct err one;

		locate(s->cli, e, &one);
		fprintf(s->cli->notes, "%.*s\n", STR_ARG(err_line(s->cli->arena, &one)));
	}
}

/* Where in the files reading ended, when that is why the job failed. */
static void
add_place(struct sending *s, const json_t *job, struct err *err)
{
	int64_t errors = number(job, "errors");
	json_t *e = errors > 0 ? json_array_get(fetch_errors(s, errors - 1), 0) : NULL;
	struct err placed;

	if (e == NULL || !str_eq_z(json_member_str(e, "text"), err->text))
		return;
	locate(s->cli, e, &placed);
	placed.rc = err->rc;
	*err = placed;
}

/* A job that did not end well: what is in, and whether it can go on. */
static void
tell_end(struct sending *s, const json_t *job, enum rc rc)
{
	bool hopeless = rc == RC_INVALID || rc == RC_DENIED || rc == RC_CONFLICT ||
			rc == RC_TOO_LARGE || rc == RC_USAGE;
	int64_t done = number(job, "done");
	FILE *notes = s->cli->notes;

	if (done == 0 && hopeless)
		fprintf(notes, "Nothing went in.\n");
	else if (done == 0)
		fprintf(notes, "Nothing went in yet; `liaison job resume %.*s` goes on.\n",
			STR_ARG(s->id));
	else
		fprintf(notes, "%lld %s are done; `liaison job resume %.*s` goes on.\n",
			(long long)done, json_string_value(json_object_get(job, "unit")),
			STR_ARG(s->id));
}

/* What was handed over of an import that cannot begin is of no use to anybody. */
static void
give_up(struct sending *s)
{
	struct cli *cli = s->cli;
	struct cli_answer ignored;
	struct err err;

	(void)(cli_call(cli, "POST", str_fmt(cli->arena, "/api/v1/jobs/%.*s/stop", STR_ARG(s->id)),
			NULL, &ignored, &err) == RC_OK);
	(void)(cli_call(cli, "DELETE", str_fmt(cli->arena, "/api/v1/imports/%.*s", STR_ARG(s->id)),
			NULL, &ignored, &err) == RC_OK);
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
	json_t *ids = json_object_get(r, "missing_first"), *id;
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
	json_array_foreach (ids, i, id)
		fprintf(cli->out, "  %.*s\n", STR_ARG(json_str(id)));
	if (missing > (int64_t)json_array_size(ids))
		fprintf(cli->out, "  and %lld more\n",
			(long long)(missing - (int64_t)json_array_size(ids)));
}

static enum rc
report(struct sending *s, json_t *job, struct err *err)
{
	struct cli *cli = s->cli;
	json_t *result = json_object_get(job, "result"), *value;
	const char *key;
	int64_t failed = number(result, "failed");

	if (cli->json) {
		json_t *errors = number(job, "errors") > 0 ? fetch_errors(s, 0) : NULL;

		if (errors != NULL)
			must(json_object_set(job, "row_errors", errors) == 0);
		cli_show(cli, job);
	} else {
		fprintf(cli->out, "%lld of %lld %s went in, as %lld records (job %.*s).\n",
			(long long)number(result, "taken"), (long long)number(result, "rows"),
			json_string_value(json_object_get(job, "unit")),
			(long long)number(result, "records"), STR_ARG(s->id));
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
		show_errors(s);
	if (failed == 0)
		return RC_OK;
	return fail(err, RC_INVALID, "",
		    "%lld rows did not go in, the other %lld did; see: liaison job show %.*s "
		    "--errors",
		    (long long)failed, (long long)number(result, "taken"), STR_ARG(s->id));
}

static enum rc
run_import(struct cli *cli, struct err *err)
{
	struct sending s = {.cli = cli};
	struct cli_answer answer;
	char *p;
	enum rc rc;

	if (cli->arguments.n == 0 || cli->arguments.n > IMPORT_FILES_MAX)
		return fail(err, RC_USAGE, "", "takes 1 to %d files", IMPORT_FILES_MAX);
	for (size_t i = 0; i < cli->arguments.n; i++)
		if ((rc = open_sealed(cli, i, err)) != RC_OK)
			return rc;
	if ((rc = begin(cli, &s, err)) != RC_OK)
		return rc;
	p = heap_zeroed(JOB_PART_BYTES_MAX);
	for (size_t i = 0; i < cli->arguments.n && rc == RC_OK; i++)
		rc = send_file(&s, str_z(cli->arena, cli->arguments.at[i]), p, err);
	free(p);
	if (rc != RC_OK)
		give_up(&s);
	if (rc != RC_OK ||
	    (rc = cli_call(cli, "POST",
			   str_fmt(cli->arena, "/api/v1/jobs/%.*s/start", STR_ARG(s.id)), NULL,
			   &answer, err)) != RC_OK)
		return rc;
	rc = cli_wait_job(cli, s.id, &answer, err);
	if (rc != RC_OK) {
		json_t *job = answer.json;

		if (job == NULL)
			return rc;
		add_place(&s, job, err);
		if (cli->json)
			cli_show(cli, job);
		else
			tell_end(&s, job, rc);
		return rc;
	}
	return report(&s, answer.json, err);
}

static const struct option import_options[] = {
    {"format", "FORMAT", "htcds, ofac, un, ftm, csv, ndjson, links, all or auto (standard)", false},
    {"list", "NAME", "the watch list that the entries belong to; made when it is not there", false},
    {"fields", "MAPPING", "ours=theirs,... when a CSV header has other names", false},
    {"ignore", "COLUMNS", "csv: columns to leave out, by their names: a,b,...", false},
    {"type", "TYPE", "the record type of the rows (csv, ndjson)", false},
    {"of", "ORIGIN", "links: the import whose rows they link (standard: the last one)", false},
    {"seal-with", "FILE", "the file with the passphrase of a sealed export", false},
    {"unit", "OLD=NEW,...", "export of everything: records of that unit become this one's", false},
    {"again", NULL, "take a file in that was taken in before", false},
    {"latin1", NULL, "cells that are not UTF-8 are Windows-1252", false},
    {.name = NULL},
};

const struct command import_commands[] = {
    /* clang-format off */
	{ "record", "import", "FILE...", import_options, run_import, "Make records of the rows of files.",
	  "A row goes in whole or not at all. What is wrong is told by file, line, column and field; the other rows go in, and the exit code is 2.\n\n"
	  "CSV of one type (--type) takes what `record export --format csv` writes: a column for each field, a list parted by |, an identifier as kind:value (or a column documents.passport), a place as at.city, at.country. A column that is no field is named with --fields or left out with --ignore; what the node fills in itself (number, owner) is not taken.\n\n"
	  "A list (--list) that is here already is brought up to a newer release: entries are known again by the publisher's number, the same are left alone, others get a new version, and those that are gone are counted; delisting them is a person's decision.\n\n"
	  "An export of everything keeps the units of its node; the users there do not come along. Say --unit OLD=NEW to put the records of an old unit under one of this node's, or give people here the old one (`liaison user set LOGIN --unit OLD`). Versions and their times come along; who made them stays in the old node's log.\n\n"
	  "The work is a job: it can be stopped, resumed (`liaison job resume`), and goes on after the node was killed." },
	{ .noun = NULL },
    /* clang-format on */
};
