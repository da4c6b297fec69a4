#include "link/money/money.h"

#include "base/arena.h"
#include "link/money/run.h"
#include "link/money/trace_run.h"
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
				  .left_out = path_of(cli, "leave-out"),
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

static enum rc
run_trace(struct cli *cli, struct err *err)
{
	struct money_trace_options o = {.transactions = str_z(cli->arena, cli->arguments.at[0]),
					.left_out = path_of(cli, "leave-out"),
					.tx_id = cli_option(cli, "tx"),
					.json = cli->json};
	enum rc rc =
	    cli_number(cli, "days", MONEY_TRACE_DAYS, 1, MONEY_TRACE_DAYS_MAX, &o.days, err);

	if (rc != RC_OK)
		return rc;
	if (o.tx_id.n == 0)
		return fail(err, RC_USAGE, "tx", "name the transaction to follow (--tx)");
	return money_trace_run(&o, cli->out, cli->notes, err);
}

/* clang-format off */
#define LEAVE_OUT_OPTION { "leave-out", "FILE", "CSV with a column account: registered helpers (hotlines, shelters, lawyers, hospitals) and privileged persons, who enter no score, group or trail.", false }

static const struct option money_command_options[] = {
	{ "accounts", "FILE", "Accounts as CSV: account,kind,country,opened,venue.", false },
	{ "venues", "FILE", "Venues as CSV: venue,kind.", false },
	LEAVE_OUT_OPTION,
	{ "patterns", "FILE", "Write which transactions belong together, and as what: group_id,tx_id,typology.", false },
	{ "alerts", "N", "Print no more than N transactions a day, the highest scores, and say how many of them are expected to be right.", false },
	{ "explain", NULL, "Say on standard error what speaks for and against each group, in bits.", false },
	{ .name = NULL },
};
static const struct option trace_options[] = {
	{ "tx", "ID", "The transaction whose amount is followed.", false },
	LEAVE_OUT_OPTION,
	{ "days", "N", "Follow it for so many days; 90 when not given.", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "link", "money", "FILE", money_command_options, run_money, "Find how money of exploitation moves.",
	  "Reads transactions as CSV (tx_id,ts,from_account,to_account,amount_eur,channel,from_country,to_country) in order of time and prints CSV: tx_id,score, 0 to 1. With --json the groups, each with its typology, facts and transactions. What is ordinary is measured in the same file; nothing is kept. - is standard input.\n\n"
	  "A score is a lead, never evidence, and says nothing about what a person knew: those whose accounts are used are often those exploited. Rows that cannot be read are told on standard error, skipped and counted, and the exit code is 2." },
	{ "link", "trace", "FILE", trace_options, run_trace, "Follow an amount through transactions, by three rules.",
	  "Prints CSV: tx_id,ts,from_account,to_account,amount,fifo,haircut,poison, in euro. FIFO: what came in first goes out first. Haircut: each payment takes its share of what is held. Poison: all that leaves an account once touched. They disagree, and none is the truth: say which one is meant.\n\n"
	  "Transactions stand in order of time, as for `link money`. Balances are those that the file shows; what an account pays beyond them was there before and is not followed, nor are notes once paid out. Rows that cannot be read are told, skipped and counted, and the exit code is 2." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature money_feature = {.name = "link_money", .commands = commands};
