#include "link/incidents/incidents.h"

#include "base/arena.h"
#include "link/incidents/run.h"
#include "serve/cli.h"

static const char *
path_of(const struct cli *cli, const char *option)
{
	struct str s = cli_option(cli, option);

	return s.p != NULL ? str_z(cli->arena, s) : NULL;
}

static enum rc
run_incidents(struct cli *cli, struct err *err)
{
	struct incidents_options o = {
	    .incidents = str_z(cli->arena, cli->arguments.at[0]),
	    .helpers = path_of(cli, "helpers"),
	    .facilitators = path_of(cli, "facilitators"),
	    .routes = path_of(cli, "routes"),
	    .explain = path_of(cli, "explain"),
	    .json = cli->json,
	};

	return incidents_run(&o, cli->out, cli->notes, err);
}

/* clang-format off */
static const struct option incidents_options[] = {
	{ "helpers", "FILE", "Registered helpers (hotlines, shelters, lawyers, hospitals), a CSV with the column identifier: they enter nothing that comes out.", false },
	{ "facilitators", "FILE", "Also write who ties cases together: CSV rank,identifier.", false },
	{ "routes", "FILE", "Also write each case's route: CSV case,route.", false },
	{ "explain", "FILE", "Also write what speaks for and against each case and each of its incidents, as JSON; --json prints it instead of CSV.", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "link", "incidents", "FILE", incidents_options, run_incidents, "Find which incidents of a file belong to one case.",
	  "Prints CSV: id,case; -1 belongs to none. Columns are known by their headings: id, date, city, names, phones, plates, accounts, docs, addresses, route, text. What each likeness is worth is found from the file alone. - is standard input.\n\n"
	  "No node is needed, and nothing is kept. A case is a proposal and a lead, never evidence: read what speaks against it (--explain) before anything is done. Lines that cannot be read are told on standard error, skipped and counted, and the exit code is 2." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature incidents_feature = {.name = "link_incidents", .commands = commands};
