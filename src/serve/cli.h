#ifndef SERVE_CLI_H
#define SERVE_CLI_H

#include <stdio.h>

#include <jansson.h>

#include "base/vec.h"
#include "serve/feature.h"

struct keys;

/*
 * cli: what a command gets. Options that every command knows: --node DIR, --as LOGIN,
 * --purpose P, --case ID, --legal-basis TEXT, --reason TEXT, --passphrase-file FILE, --json,
 * --help. An option whose argument has two words ("A B") takes two values.
 */
struct cli {
	struct arena *arena;
	const struct command *command;
	struct str_list arguments; /* the positional ones */
	const struct feature *const *features;
	FILE *out, *notes; /* standard output and error */
	bool json;	   /* --json */
	bool terminal;	   /* notes is a terminal: progress may be shown */
	void *inside;
};

/* The option's value, or STR_NONE; a switch that is set gives "yes". */
struct str cli_option(const struct cli *cli, const char *name);
bool cli_switch(const struct cli *cli, const char *name);
/* All values of an option that repeats. */
struct str_list cli_options(const struct cli *cli, const char *name);
MUST_USE enum rc cli_number(const struct cli *cli, const char *name, int64_t standard, int64_t min,
			    int64_t max, int64_t *out, struct err *err);
/* --node, LIAISON_NODE, or /var/lib/liaison. */
const char *cli_node_dir(const struct cli *cli);

struct cli_answer {
	int status;
	json_t *json; /* parsed when the answer is JSON; freed with the cli */
	struct str body;
	struct str content_type;
};

/*
 * Call a route of the node: over its socket when it runs, else in this process under its
 * lock. target: path and query, encoded. body NULL: none. An answer of 400 and up comes back
 * as its rc with the problem's text in err, and the answer is filled all the same.
 */
MUST_USE enum rc cli_call(struct cli *cli, const char *method, struct str target, json_t *body,
			  struct cli_answer *answer, struct err *err);
/* The same with a body of bytes, and an If-Match (0: none). */
MUST_USE enum rc cli_call_with(struct cli *cli, const char *method, struct str target,
			       struct str content_type, struct str body, int64_t if_match,
			       struct cli_answer *answer, struct err *err);
/* The key file's passphrase from --passphrase-file, wiped with the cli; empty: none named. */
MUST_USE enum rc cli_passphrase(struct cli *cli, struct str *out, struct err *err);
/* Once the keys are open: it is wiped, and what cli_passphrase gave is gone. */
void cli_forget_passphrase(struct cli *cli);
/* What is asked next may take long: it is waited for, and said on cli->notes that it is. */
void cli_long_work(struct cli *cli, const char *what);
/*
 * The same of what tells its progress (serve/ongoing.h; of a running node at this path): a line on
 * a terminal. Ctrl-C, which ends this process, ends the work too.
 */
void cli_told_work(struct cli *cli, const char *what, const char *progress_target);
/* Call a route whose answer is a file, into out as it comes; refusals as with cli_call. */
MUST_USE enum rc cli_call_into(struct cli *cli, const char *method, struct str target, FILE *out,
			       struct err *err);
/* Tell that a passphrase was given where none is asked for; `given` may be empty. */
void cli_tell_unguarded(struct cli *cli, struct str given, struct keys *keys);
/* Wait for a job, showing its progress on a terminal; *answer is the job as it ended. */
MUST_USE enum rc cli_wait_job(struct cli *cli, struct str job_id, struct cli_answer *answer,
			      struct err *err);

/* A table for people; --json prints {"items":rows} instead. Cells are escaped for a terminal. */
struct cli_column {
	const char *title, *key; /* key: "a.b" reaches into objects */
	int width_max;		 /* 0: any */
};
/* columns ends with a NULL title. rows: an array of objects. Records among them that are damaged
 * say so in the column TITLE, and the remedy is told below. */
void cli_table(struct cli *cli, json_t *rows, const struct cli_column *columns);
/* "key: value" lines for one object; --json prints it. */
void cli_show(struct cli *cli, json_t *object);
/* With --json an object with this one member and true; else nothing and false. */
bool cli_json_text(struct cli *cli, const char *key, struct str text);
/* Print text with control characters made harmless. */
void cli_print(struct cli *cli, struct str text);

/* The whole command line. Returns the exit code (ux.md). */
int cli_main(int argc, char **argv, const struct feature *const *features);

#endif
