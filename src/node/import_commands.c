#include "node/import_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "node/import_report.h"
#include "node/sealed_file.h"
#include "serve/cli.h"

/* liaison record import: hand the files over in parts, wait, and say how it went. */
#define HEAD_BYTES 8192

struct sending {
	struct cli *cli;
	struct str id; /* the job's */
	int64_t part;
};

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
		must(json_array_append_new(
			 files, json_pack("{s:o, s:I}", "name",
					  json_from_str(import_file_name(cli->arguments.at[i])),
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
	if (rc == RC_OK)
		return import_report(cli, s.id, answer.json, err);
	if (answer.json != NULL)
		import_report_failure(cli, s.id, answer.json, err);
	return rc;
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
