#ifndef SERVE_CLI_FAKE_H
#define SERVE_CLI_FAKE_H

#include "serve/cli_inside.h"

/* cli_fake: a small command line for tests: two nouns over two features. */

static inline enum rc
fake_run(struct cli *cli, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < cli->arguments.n; i++) {
		cli_print(cli, cli->arguments.at[i]);
		(void)fputc('\n', cli->out);
	}
	return RC_OK;
}

static inline enum rc
fake_refuse(struct cli *cli, struct err *err)
{
	(void)cli;
	return fail(err, RC_CONFLICT, "limit", "the boat\n\033[31mhas left");
}

static const struct option fake_options[] = {
    {"limit", "N", "At most so many boats.", false},
    {"where", "FIELD=VALUE",
     "Only boats with this value; a text that goes on for a while so "
     "that it has to be wrapped.",
     true},
    {"dates", "A B", "The two days between which it was seen.", false},
    {"all", NULL, "Sunken ones too.", false},
    {"n", "N", "So many sailors.", false},
    {.name = NULL},
};

static const struct command fake_boat_commands[] = {
    {"boat", "list", "[HARBOUR...]", fake_options, fake_run, "List boats.",
     "Boats stand in the order in which they\ncame.\n\nA boat that left \\fBis not\\fR shown."},
    {"boat", "show", "ID", NULL, fake_run, "Show one boat.", NULL},
    {.noun = NULL},
};
static const struct command fake_crew_commands[] = {
    {"crew", "move-all", "BOAT [BOAT [BOAT]]", NULL, fake_refuse,
     "Move the whole crew, the captain's dog's basket and all else that they hold.", NULL},
    {"boat", "sink", "", NULL, fake_run, "Sink it; 'tis final.", NULL},
    {.noun = NULL},
};
static const struct feature fake_boat = {.name = "boat", .commands = fake_boat_commands};
static const struct feature fake_none = {.name = "none"};
static const struct feature fake_crew = {.name = "crew", .commands = fake_crew_commands};
static const struct feature *const fake_features[] = {&fake_boat, &fake_none, &fake_crew, NULL};

#endif
