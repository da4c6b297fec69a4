#include "serve/cli_inside.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/say.h"
#include "net/problem.h"
#include "serve/cli_text.h"

static struct cli_inside *
inside(const struct cli *cli)
{
	return cli->inside;
}

/* What stands in the environment for a standard option. */
static struct str
from_environment(const char *name)
{
	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		if (s->environment != NULL && strcmp(s->option.name, name) == 0)
			return str_from(getenv(s->environment));
	return STR_NONE;
}

struct str
cli_option(const struct cli *cli, const char *name)
{
	const struct cli_value_list *values = &inside(cli)->words.values;

	for (size_t i = 0; i < values->n; i++)
		if (strcmp(values->at[i].name, name) == 0)
			return values->at[i].text;
	return from_environment(name);
}

bool
cli_switch(const struct cli *cli, const char *name)
{
	return cli_option(cli, name).n > 0;
}

struct str_list
cli_options(const struct cli *cli, const char *name)
{
	const struct cli_value_list *values = &inside(cli)->words.values;
	struct str_list all = {0};

	for (size_t i = 0; i < values->n; i++)
		if (strcmp(values->at[i].name, name) == 0)
			*VEC_ADD(cli->arena, &all) = values->at[i].text;
	return all;
}

enum rc
cli_number(const struct cli *cli, const char *name, int64_t standard, int64_t min, int64_t max,
	   int64_t *out, struct err *err)
{
	struct str text = cli_option(cli, name);

	*out = standard;
	if (text.p == NULL || (str_to_i64(text, out) && *out >= min && *out <= max))
		return RC_OK;
	return fail(err, RC_USAGE, name, "takes a whole number from %lld to %lld", (long long)min,
		    (long long)max);
}

const char *
cli_node_dir(const struct cli *cli)
{
	struct str dir = cli_option(cli, "node");

	return dir.n > 0 ? str_z(cli->arena, dir) : "/var/lib/liaison";
}

void
cli_print(struct cli *cli, struct str text)
{
	struct buf b;

	buf_init(&b, cli->arena);
	text_harmless(&b, text, true);
	(void)fwrite(b.p, 1, b.n, cli->out);
}

/* The key as it is typed, when it names an option. */
static bool
is_option(const struct cli_words *words, const char *key)
{
	const struct command *c = words->command;

	for (const struct option *o = c != NULL ? c->options : NULL; o != NULL && o->name; o++)
		if (strcmp(o->name, key) == 0)
			return true;
	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		if (strcmp(s->option.name, key) == 0)
			return true;
	return false;
}

/* One line, whatever is in it. */
static void
say_error(struct arena *a, const struct cli_words *words, const struct err *err, FILE *notes)
{
	struct err shown = *err;
	struct buf b;

	if (err->text[0] == '\0')
		(void)snprintf(shown.text, sizeof shown.text, "%s", rc_title(err->rc));
	if (err->key[0] != '\0' && is_option(words, err->key))
		(void)snprintf(shown.key, sizeof shown.key, "--%.60s", err->key);
	buf_init(&b, a);
	buf_add_z(&b, "liaison: ");
	text_harmless(&b, err_line(a, &shown), false);
	buf_add_byte(&b, '\n');
	(void)fwrite(b.p, 1, b.n, notes);
}

/* A line each where several values are refused. */
static void
say_errors(struct arena *a, const struct cli_words *words, const struct err *err, FILE *notes)
{
	const struct fault_list *faults = err->faults;

	if (faults == NULL || faults->n < 2) {
		say_error(a, words, err, notes);
		return;
	}
	for (size_t i = 0; i < faults->n; i++) {
		struct err one = {.rc = err->rc};

		memcpy(one.key, faults->at[i].key, sizeof one.key);
		(void)snprintf(one.text, sizeof one.text, "%.*s", STR_ARG(faults->at[i].text));
		say_error(a, words, &one, notes);
	}
	if (faults->left_out > 0)
		fprintf(notes, "liaison: and %zu more\n", faults->left_out);
}

/* Also when the words were not understood: who wants JSON reads nothing else. */
static bool
wants_json(int argc, char *const *argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

/* The error as RFC 9457 has it, the same as over HTTP; the status is HTTP's. */
static void
say_problem(struct arena *a, const struct err *err, FILE *notes)
{
	struct str text = problem_format(a, err, rc_http_status(err->rc));

	(void)fwrite(text.p, 1, text.n, notes);
	(void)fputc('\n', notes);
}

static enum rc
run_command(struct arena *a, const struct feature *const *features, struct cli_inside *in,
	    FILE *out, FILE *notes, struct err *err)
{
	struct cli cli = {.arena = a,
			  .command = in->words.command,
			  .arguments = in->words.arguments,
			  .features = features,
			  .out = out,
			  .notes = notes,
			  .inside = in};
	enum rc rc;

	cli.json = cli_switch(&cli, "json");
	cli.terminal = fileno(notes) >= 0 && isatty(fileno(notes));
	rc = cli.command->run(&cli, err);
	if (rc != RC_OK)
		err->rc = rc;
	cli_close(&cli);
	return rc;
}

int
cli_run(int argc, char **argv, const struct feature *const *features, FILE *out, FILE *notes)
{
	struct arena *a = arena_new(0);
	struct cli_inside in = {0};
	struct err err = {0};
	struct buf text;
	enum rc rc;

	buf_init(&text, a);
	rc = cli_parse(a, features, argc, argv, &in.words, &err);
	if (rc == RC_OK && in.words.ask == CLI_RUN)
		rc = run_command(a, features, &in, out, notes, &err);
	else if (rc == RC_OK && in.words.ask == CLI_VERSION)
		buf_add_z(&text, "liaison " LIAISON_VERSION "\n");
	else if (rc == RC_OK)
		cli_help(a, features, &in.words, &text);
	if (text.n > 0)
		(void)fwrite(text.p, 1, text.n, out);
	if (rc != RC_OK) {
		err.rc = rc;
		say_as_typed(&err);
		if (wants_json(argc, argv))
			say_problem(a, &err, notes);
		else
			say_errors(a, &in.words, &err, notes);
	}
	/* What did not reach its reader was not done; a reader who went away wants no words. */
	if ((fflush(out) != 0 || ferror(out)) && rc == RC_OK) {
		rc = RC_FAILED;
		if (errno != EPIPE)
			(void)fputs("liaison: the output cannot be written\n", notes);
	}
	arena_free(a);
	return rc_exit_code(rc);
}

int
cli_main(int argc, char **argv, const struct feature *const *features)
{
	/* A pipe or peer that closes is an error to be told, not the end of the process. */
	(void)signal(SIGPIPE, SIG_IGN);
	return cli_run(argc, argv, features, stdout, stderr);
}
