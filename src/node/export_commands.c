#include "node/export_inside.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "format/json.h"
#include "node/sealed_file.h"
#include "serve/cli.h"

/* liaison record export: start the job, wait, fetch its parts into a file. */
static enum rc
begin(struct cli *cli, struct str *id, bool *all, struct err *err)
{
	struct str format = cli_option(cli, "format"), type = cli_option(cli, "type");
	json_t *body = json_object();
	struct cli_answer answer;
	enum rc rc;

	*all = cli_switch(cli, "all");
	if (*all)
		format = STR("all");
	must(json_object_set_new(body, "format", json_from_str(format)) == 0);
	if (type.n > 0)
		must(json_object_set_new(body, "type", json_from_str(type)) == 0);
	must(json_object_set_new(body, "safe", json_boolean(cli_switch(cli, "safe"))) == 0);
	must(json_object_set_new(body, "reveal", json_boolean(cli_switch(cli, "reveal"))) == 0);
	rc = cli_call(cli, "POST", STR("/api/v1/exports"), body, &answer, err);
	json_decref(body);
	if (rc == RC_OK)
		*id = str_copy(cli->arena, json_member_str(answer.json, "id"));
	return rc;
}

static enum rc
to_file(void *ctx, struct str bytes, struct err *err)
{
	return fwrite(bytes.p, 1, bytes.n, ctx) == bytes.n
		   ? RC_OK
		   : fail(err, RC_UNAVAILABLE, "out", "the file cannot be written: %s",
			  strerror(errno));
}

static enum rc
fetch(struct cli *cli, struct str id, int64_t parts, struct stream_sink sink, struct err *err)
{
	enum rc rc = RC_OK;

	for (int64_t n = 0; n < parts && rc == RC_OK; n++) {
		struct cli_answer answer;

		rc = cli_call(cli, "GET",
			      str_fmt(cli->arena, "/api/v1/exports/%.*s/parts/%lld", STR_ARG(id),
				      (long long)n),
			      NULL, &answer, err);
		if (rc == RC_OK)
			rc = sink.take(sink.ctx, answer.body, err);
	}
	return rc;
}

static enum rc
to_seal(void *ctx, struct str bytes, struct err *err)
{
	return sealed_file_add(ctx, bytes, err);
}

static enum rc
write_parts(struct cli *cli, struct str id, int64_t parts, bool all, FILE *out, struct err *err)
{
	struct sealed_file *sealed;
	enum rc rc;

	if (!all)
		return fetch(cli, id, parts, (struct stream_sink){to_file, out}, err);
	if ((rc = sealed_file_new(cli->arena, cli_option(cli, "seal-with"),
				  (struct stream_sink){to_file, out}, &sealed, err)) != RC_OK)
		return rc;
	if ((rc = fetch(cli, id, parts, (struct stream_sink){to_seal, sealed}, err)) == RC_OK)
		rc = sealed_file_end(sealed, err);
	sealed_file_free(sealed);
	return rc;
}

/* Under a name of its own until it is whole, so that nobody takes half of it for all. */
static enum rc
write_file(struct cli *cli, struct str id, int64_t parts, bool all, const char *path,
	   struct err *err)
{
	const char *part_path = str_fmt(cli->arena, "%s.part", path).p;
	FILE *out = fopen(part_path, "wbe");
	enum rc rc;

	if (out == NULL)
		return fail_at(err, RC_UNAVAILABLE, path, 0, 0, "out", "cannot be written: %s",
			       strerror(errno));
	rc = write_parts(cli, id, parts, all, out, err);
	if (rc == RC_OK && (fflush(out) != 0 || fsync(fileno(out)) != 0))
		rc = fail(err, RC_UNAVAILABLE, "out", "the file cannot be written: %s",
			  strerror(errno));
	(void)fclose(out);
	if (rc == RC_OK && rename(part_path, path) != 0)
		rc = fail(err, RC_UNAVAILABLE, "out", "cannot be named: %s", strerror(errno));
	if (rc != RC_OK)
		(void)unlink(part_path);
	return rc;
}

static enum rc
run_export(struct cli *cli, struct err *err)
{
	struct str id, path = cli_option(cli, "out");
	struct cli_answer answer, ignored;
	struct err why;
	json_t *result;
	bool all;
	int64_t parts;
	enum rc rc;

	if (cli_switch(cli, "all") && (path.n == 0 || cli_option(cli, "seal-with").n == 0))
		return fail(err, RC_USAGE, "seal-with",
			    "an export of everything is sealed: say --out FILE and --seal-with "
			    "FILE, which holds the passphrase");
	if ((rc = begin(cli, &id, &all, err)) != RC_OK ||
	    (rc = cli_wait_job(cli, id, &answer, err)) != RC_OK)
		return rc;
	result = json_object_get(answer.json, "result");
	parts = json_integer_value(json_object_get(result, "parts"));
	if (path.n == 0)
		rc = fetch(cli, id, parts, (struct stream_sink){to_file, cli->out}, err);
	else
		rc = write_file(cli, id, parts, all, str_z(cli->arena, path), err);
	(void)(cli_call(cli, "DELETE", str_fmt(cli->arena, "/api/v1/exports/%.*s", STR_ARG(id)),
			NULL, &ignored, &why) == RC_OK);
	if (rc != RC_OK)
		return rc;
	if (cli->json && path.n > 0)
		cli_show(cli, answer.json);
	else
		fprintf(cli->notes, "%lld rows were written.\n",
			(long long)json_integer_value(json_object_get(result, "rows")));
	return RC_OK;
}

static const struct option export_options[] = {
    {"format", "FORMAT", "htcds, htcds-json, ftm, ndjson or csv", false},
    {"type", "TYPE", "records of this type alone (csv: needed)", false},
    {"out", "FILE", "write there instead of to standard output", false},
    {"safe", NULL, "CSV for people: no cell can be a formula", false},
    {"reveal", NULL, "masked fields too; needs --reason", false},
    {"all", NULL, "every record in every version; for administrators, needs --reason", false},
    {"seal-with", "FILE", "--all: seal under the passphrase in this file", false},
    {.name = NULL},
};

const struct command export_commands[] = {
    /* clang-format off */
	{ "record", "export", "", export_options, run_export, "Write records as a file.",
	  "What you may not see is not in it; masked fields are in it only with --reveal. Each record that left stands in the log.\n\n"
	  "With --all the file is sealed under a passphrase (Argon2id) and goes into an empty node only: liaison record import FILE --seal-with FILE." },
	{ .noun = NULL },
    /* clang-format on */
};
