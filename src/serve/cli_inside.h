#ifndef SERVE_CLI_INSIDE_H
#define SERVE_CLI_INSIDE_H

#include "base/buf.h"
#include "net/pair.h"
#include "serve/cli.h"
#include "serve/cli_commands.h"

/*
 * cli_inside: what the files cli*.c share, and their tests reach into.
 */
struct client;
struct serve;

struct cli_value {
	const char *name; /* the option's, from its table */
	struct str text;
};
struct cli_value_list {
	struct cli_value *at;
	size_t n, cap;
};

enum cli_ask { CLI_RUN, CLI_HELP, CLI_VERSION };

/* The words of a command line, understood. Texts are views into argv. */
struct cli_words {
	enum cli_ask ask;
	struct str noun;	       /* of help; empty: all */
	const struct command *command; /* NULL: none was named, and ask is not CLI_RUN */
	struct str_list arguments;
	struct cli_value_list values;
};

struct cli_inside {
	struct cli_words words;
	struct client *client;	     /* to the running node */
	struct serve *serve;	     /* or the node in this process */
	VEC(json_t *) values;	     /* answers, freed with the cli */
	const char *long_work;	     /* what takes long, in words; NULL: nothing does */
	long told_s;		     /* when it was last said that it goes on */
	const char *progress_target; /* where a running node tells how far it is, or NULL */
	int64_t began_ms, shown_ms;
	bool shown; /* a line of progress stands on the terminal */
	char *passphrase;
	size_t passphrase_n;
};

/* RC_USAGE: one sentence with the remedy, a near name where there is one. */
MUST_USE enum rc cli_parse(struct arena *a, const struct feature *const *features, int argc,
			   char *const *argv, struct cli_words *out, struct err *err);
void cli_help(struct arena *a, const struct feature *const *features, const struct cli_words *words,
	      struct buf *out);

/* Everything of cli_main, with the streams given. */
int cli_run(int argc, char **argv, const struct feature *const *features, FILE *out, FILE *notes);

/* A line on a terminal that the next overwrites; how far the running node is; no line any more. */
void cli_progress_line(struct cli *cli, struct str unit, int64_t done, int64_t all);
void cli_progress_ask(struct cli *cli);
void cli_progress_over(struct cli *cli);

/* An answer of 400 and up, as err. */
enum rc cli_problem(struct arena *a, int status, const json_t *problem, struct err *err);
/* The path of the node's socket when it answers there; else RC_ABSENT. */
MUST_USE enum rc cli_socket(const struct cli *cli, const char **out, struct err *err);
/* Make sure of cli->inside->client or ->serve. */
MUST_USE enum rc cli_connect(struct cli *cli, struct err *err);
/* Headers that say who asks and for what. */
struct pairs cli_headers(const struct cli *cli, int64_t if_match);
void cli_close(struct cli *cli);

/* "12,000 of 100,000 rows (12 %), 8,500 a second, 10 s left"; total 0: not known. */
struct str cli_progress_text(struct arena *a, int64_t done, int64_t total, struct str unit,
			     int64_t moved, int64_t elapsed_ms);

#endif
