#include "node/export_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "format/json.h"
#include "net/pair.h"
#include "node/sealed_file.h"
#include "seal/passphrase.h"
#include "serve/cli.h"
#include "serve/file.h"

/* liaison record export: start the job, wait, fetch its parts into a file. */
static enum rc
begin(struct cli *cli, struct str *id, bool *all, struct err *err)
{
	struct str format = cli_option(cli, "format"), type = cli_option(cli, "type");
	json_t *body = json_object();
	struct cli_answer answer;
	enum rc rc;

	*all = cli_switch(cli, "all");
	if (*all) {
		struct str passphrase;

		format = STR("all");
		rc = sealed_file_passphrase(cli->arena, cli_option(cli, "seal-with"), &passphrase,
					    err);
		if (rc == RC_OK && passphrase.n < PASSPHRASE_BYTES_MIN)
			rc = fail(err, RC_INVALID, "seal-with",
				  "the passphrase needs %d characters or more",
				  PASSPHRASE_BYTES_MIN);
		if (rc != RC_OK) {
			json_decref(body);
			return rc;
		}
		must(json_object_set_new(body, "passphrase", json_from_str(passphrase)) == 0);
		explicit_bzero((char *)(uintptr_t)passphrase.p, passphrase.n);
	}
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

/*
 * For its owner alone, whatever the umask, and nothing that lies there is written through: what
 * an export that was cut off left goes first.
 */
static FILE *
open_private(const char *path)
{
	int fd;

	if (unlink(path) != 0 && errno != ENOENT)
		return NULL;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 ? fdopen(fd, "wb") : NULL;
}

/* Under a name of its own until it is whole, so that nobody takes half of it for all. */
static enum rc
write_file(struct cli *cli, struct str id, int64_t parts, const char *path, struct err *err)
{
	const char *part_path = str_fmt(cli->arena, "%s.part", path).p;
	FILE *out = open_private(part_path);
	enum rc rc;

	if (out == NULL)
		return fail_at(err, RC_UNAVAILABLE, path, 0, 0, "out", "cannot be written: %s",
			       strerror(errno));
	rc = fetch(cli, id, parts, (struct stream_sink){to_file, out}, err);
	if (rc == RC_OK && (fflush(out) != 0 || fsync(fileno(out)) != 0))
		rc = fail(err, RC_UNAVAILABLE, "out", "the file cannot be written: %s",
			  strerror(errno));
	(void)fclose(out);
	/* Durably, for the node then removes what it has. */
	if (rc == RC_OK)
		rc = file_name(part_path, path, err);
	if (rc != RC_OK)
		(void)unlink(part_path);
	return rc;
}

/* What the job wrote goes into the file, and then from the node. */
static enum rc
take(struct cli *cli, struct str id, json_t *job, struct err *err)
{
	struct str path = cli_option(cli, "out");
	json_t *result = json_object_get(job, "result");
	int64_t parts = json_integer_value(json_object_get(result, "parts"));
	struct cli_answer ignored;
	int64_t damaged;
	struct err why;
	enum rc rc;

	if (path.n == 0)
		rc = fetch(cli, id, parts, (struct stream_sink){to_file, cli->out}, err);
	else
		rc = write_file(cli, id, parts, str_z(cli->arena, path), err);
	/* A file that could not be written can be fetched again. */
	if (rc != RC_OK)
		return rc;
	(void)(cli_call(cli, "DELETE", str_fmt(cli->arena, "/api/v1/exports/%.*s", STR_ARG(id)),
			NULL, &ignored, &why) == RC_OK);
	if (cli->json && path.n > 0)
		cli_show(cli, job);
	else
		fprintf(cli->notes, "%lld rows were written.\n",
			(long long)json_integer_value(json_object_get(result, "rows")));
	damaged = json_integer_value(json_object_get(result, "damaged"));
	if (damaged == 0)
		return RC_OK;
	return fail(err, RC_INTEGRITY, "",
		    "%lld record%s not open and %s left out of the file: what is stored is not "
		    "what was written; `liaison audit verify --open` names what is wrong, and it "
		    "comes back from a backup (liaison node restore)",
		    (long long)damaged, damaged == 1 ? " does" : "s do",
		    damaged == 1 ? "was" : "were");
}

static enum rc
run_fetch(struct cli *cli, struct str id, struct err *err)
{
	struct cli_answer answer;
	enum rc rc;

	id = percent_encode(cli->arena, id);
	rc = cli_call(cli, "GET", str_fmt(cli->arena, "/api/v1/jobs/%.*s", STR_ARG(id)), NULL,
		      &answer, err);
	if (rc != RC_OK)
		return rc;
	if (!str_eq_z(json_member_str(answer.json, "kind"), "export"))
		return fail(err, RC_INVALID, "fetch", "this job is no export");
	if (!str_eq_z(json_member_str(answer.json, "state"), "done"))
		return fail(err, RC_CONFLICT, "state", "the job is not done: %.*s",
			    STR_ARG(json_member_str(answer.json, "state")));
	return take(cli, id, answer.json, err);
}

static void
tell_how(struct cli *cli, struct str id)
{
	fprintf(cli->notes,
		"Another administrator or supervisor starts this:\n"
		"  liaison job resume %.*s\n",
		STR_ARG(id));
}

static void
tell_later(struct cli *cli, struct str id)
{
	json_t *o = json_pack("{s:o, s:s}", "id", json_from_str(id), "state", "waiting");

	if (cli->json)
		cli_show(cli, o);
	else
		fprintf(cli->out, "%.*s\n", STR_ARG(id));
	json_decref(o);
	fprintf(cli->notes,
		"When it is done, fetch it; `liaison job show` says until when:\n"
		"  liaison record export --fetch %.*s --out FILE\n",
		STR_ARG(id));
}

static enum rc
run_remove(struct cli *cli, struct str id, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = cli_call(
	    cli, "DELETE",
	    str_fmt(cli->arena, "/api/v1/exports/%.*s", STR_ARG(percent_encode(cli->arena, id))),
	    NULL, &answer, err);

	if (rc == RC_OK)
		fprintf(cli->notes, "What it wrote is gone from the node.\n");
	return rc;
}

static enum rc
run_export(struct cli *cli, struct err *err)
{
	struct str id, job = cli_option(cli, "fetch");
	bool leave = cli_switch(cli, "no-wait");
	struct cli_answer answer;
	bool all;
	enum rc rc;

	if (cli_option(cli, "remove").n > 0)
		return run_remove(cli, cli_option(cli, "remove"), err);
	if (job.n > 0)
		return run_fetch(cli, job, err);
	if (cli_switch(cli, "all") && cli_option(cli, "seal-with").n == 0)
		return fail(err, RC_USAGE, "seal-with",
			    "an export of everything is sealed: say --seal-with FILE, which holds "
			    "the passphrase");
	if (cli_switch(cli, "all") && !leave && cli_option(cli, "out").n == 0)
		return fail(err, RC_USAGE, "out", "say where it goes (--out FILE), or --no-wait");
	if ((rc = begin(cli, &id, &all, err)) != RC_OK)
		return rc;
	if (all)
		tell_how(cli, id);
	if (leave) {
		tell_later(cli, id);
		return RC_OK;
	}
	rc = cli_wait_job(cli, id, &answer, err);
	/* Without a node that serves, nobody else can start it while this command stands. */
	if (rc == RC_CONFLICT && all &&
	    str_eq_z(json_member_str(answer.json, "state"), "waiting")) {
		tell_later(cli, id);
		return RC_OK;
	}
	return rc == RC_OK ? take(cli, id, answer.json, err) : rc;
}

static const struct option export_options[] = {
    {"format", "FORMAT", "htcds, htcds-json, ftm, ndjson or csv", false},
    {"type", "TYPE", "records of this type alone (csv: needed)", false},
    {"out", "FILE", "write there, for you alone (mode 600), not to standard output", false},
    {"safe", NULL, "CSV for people: no cell can be a formula", false},
    {"reveal", NULL, "masked fields too; needs --reason", false},
    {"all", NULL, "every record in every version; for administrators, needs --reason", false},
    {"seal-with", "FILE", "--all: seal under the passphrase in this file", false},
    {"no-wait", NULL, "give the job, and fetch its file later", false},
    {"fetch", "JOB", "write the file of a job that is done", false},
    {"remove", "JOB", "remove from the node what a job wrote", false},
    {.name = NULL},
};

const struct command export_commands[] = {
    /* clang-format off */
	{ "record", "export", "", export_options, run_export, "Write records as a file.",
	  "What you may not see is not in it; masked fields are in it only with --reveal. Each record that left stands in the log. One that does not open is left out and counted, and the command then ends with 7.\n\n"
	  "With --all the file is sealed under a passphrase (Argon2id) and goes into an empty node only: liaison record import FILE --seal-with FILE. The file with the passphrase must be yours alone (chmod 600). Records, versions, times and units go along; people and the log do not: who made a version, and why, is told by this node's log alone, and there each version is logged as imported by whoever imports it.\n\n"
	  "A second person starts an export of everything: an administrator or supervisor with a system account of their own (liaison job resume JOB). Only who gave it can fetch the file.\n\n"
	  "What an export wrote is gone from the node once it was fetched, and in any case after a week (setting parts_days; `job show` says until when). --remove takes it away before." },
	{ .noun = NULL },
    /* clang-format on */
};
