#include "link/money/money.h"

#include "base/arena.h"
#include "link/money/run.h"
#include "serve/cli.h"

static const char *
path_of(struct cli *cli, const char *option)
{
	struct str s = cli_option(cli, option);

	return s.p != NULL ? str_z(cli->arena, s) : NULL;
}

static enum rc
run_money(struct cli *cli, struct err *err)
{
	struct money_options o = {.transactions = str_z(cli->arena, cli->arguments.at[0]),
				  .accounts = path_of(cli, "accounts"),
				  .venues = path_of(cli, "venues"),
				  .patterns = path_of(cli, "patterns"),
				  .explain = cli_switch(cli, "explain"),
				  .json = cli->json};
	enum rc rc = cli_number(cli, "alerts", 0, 1, MONEY_ALERTS_MAX, &o.alerts, err);

	if (rc != RC_OK)
		return rc;
	if (o.accounts == NULL)
		return fail(err, RC_USAGE, "accounts", "name the file of accounts (--accounts)");
	return money_run(&o, cli->out, cli->notes, err);
}

/* clang-format off */
static const struct option money_command_options[] = {
	{ "accounts", "FILE", "Accounts as CSV: account,kind,country,opened,venue.", false },
	{ "venues", "FILE", "Venues as CSV: venue,kind.", false },
	{ "patterns", "FILE", "Write which transactions belong together, and as what: group_id,tx_id,typology.", false },
	{ "alerts", "N", "Print no more than N transactions a day, the highest scores, and say how many of them are expected to be right.", false },
	{ "explain", NULL, "Say on standard error what speaks for and against each group, in bits.", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "link", "money", "FILE", money_command_options, run_money, "Find how money of exploitation moves.",
	  "Reads transactions as CSV (tx_id,ts,from_account,to_account,amount_eur,channel,from_country,to_country) in order of time and prints CSV: tx_id,score, 0 to 1. With --json the groups, each with its typology, facts and transactions. What is ordinary is measured in the same file; nothing is kept. - is standard input.\n\n"
	  "A score is a lead, never evidence, and says nothing about what a person knew: those whose accounts are used are often those exploited. Rows that cannot be read are told on standard error, skipped and counted, and the exit code is 2." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature money_feature = {.name = "link_money", .commands = commands};
