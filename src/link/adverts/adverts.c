#include "link/adverts/adverts.h"

#include "base/arena.h"
#include "link/adverts/corpus.h"
#include "link/adverts/run.h"
#include "serve/cli.h"

static const char *
path_of(const struct cli *cli, const char *name)
{
	struct str s = cli_option(cli, name);

	return s.n > 0 ? str_z(cli->arena, s) : NULL;
}

static enum rc
run_adverts(struct cli *cli, struct err *err)
{
	struct adverts_options o = {
	    .path = str_z(cli->arena, cli->arguments.at[0]),
	    .helpers = path_of(cli, "helpers"),
	};
	int64_t threads;
	enum rc rc = cli_number(cli, "threads", 0, 0, ADVERTS_THREADS_MAX, &threads, err);

	if (rc != RC_OK)
		return rc;
	o.threads = (unsigned)threads;
	return adverts_run(&o, cli->out, cli->notes, err);
}

/* clang-format off */
static const struct option options[] = {
	{ "helpers", "FILE", "A CSV file of contacts of registered helpers (hotlines, shelters, lawyers): they join nothing and are shown nowhere.", false },
	{ "threads", "N", "So many threads; as many as processors when not given.", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "link", "ads", "FILE", options, run_adverts, "Find which adverts of a file are one organisation's work.",
	  "Reads CSV with the columns id and text, in any script, and prints CSV: id,cluster, a line for each row in its order; -1 is an advert that stands alone. - is standard input. Text is compared without case, accents and look-alike letters; telephone numbers, handles, addresses and accounts are read also where words, symbols or other scripts hide them. A contact that stands in adverts with nothing else in common joins nothing.\n\n"
	  "No node is needed, and nothing is kept. A group is a lead, never evidence: it raises nothing and lists nobody. Who writes in an advert, or is named there, may be a survivor. Lines that cannot be read are told on standard error, skipped and counted, and the exit code is 2." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature adverts_feature = {.name = "adverts", .commands = commands};
