#include "node/keys.h"

#include "audit/audit.h"
#include "audit/keeper.h"
#include "base/arena.h"
#include "record/door.h"
#include "seal/keys_process.h"
#include "serve/cli.h"
#include "serve/serve.h"

/* The key process itself; the node starts it so, with a socket to itself as descriptor 3. */
static enum rc
run_keys(struct cli *cli, struct err *err)
{
	struct keeper_options o = {.dir = cli_node_dir(cli), .limits = ledger_standard};
	int64_t from, opens;
	enum rc rc;

	if ((rc = cli_number(cli, "from", -1, 3, 3, &from, err)) != RC_OK ||
	    (rc = cli_number(cli, "opens-a-minute", ledger_standard.opens_a_minute, 0, 1000000000,
			     &opens, err)) != RC_OK)
		return rc;
	o.from = (int)from;
	o.limits.opens_a_minute = (int)opens;
	return keeper_run(&o, err);
}

static enum rc
log_accepted(struct door *d, void *ctx, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING, .type = STR("log_accepted")};

	d->access.reason = *(struct str *)ctx;
	return door_log(d, &entry, NULL, err);
}

/* On a stopped node: whoever may use its folder and its passphrase decides. */
static enum rc
run_accept(struct cli *cli, struct err *err)
{
	struct str reason = cli_option(cli, "reason");
	struct serve_options o = {.dir = cli_node_dir(cli),
				  .features = cli->features,
				  .keys_apart = true,
				  .accept_log = true};
	struct str store = cli_option(cli, "store");
	struct serve *s;
	enum rc rc;

	if (store.n > 0)
		o.store_url = str_z(cli->arena, store);
	if (reason.n < 10)
		return fail(err, RC_USAGE, "reason",
			    "say in a sentence why this database is the right one; it stands in "
			    "the log");
	if ((rc = cli_passphrase(cli, &o.passphrase, err)) != RC_OK ||
	    (rc = serve_open(&o, &s, err)) != RC_OK)
		return rc;
	rc = serve_write(s, NULL, NULL, log_accepted, &reason, err);
	serve_close(s);
	if (rc == RC_OK && !cli_json_text(cli, "log", STR("accepted")))
		fprintf(cli->out, "The node goes on with this database. What is missing in it is "
				  "missing from the log too; tell who oversees the node.\n");
	return rc;
}

static const struct option keys_options[] = {
    /* clang-format off */
	{ "from",           "FD",  "the socket of the node that started it", false },
	{ "opens-a-minute", "N",   "records one person may open one at a time within a minute (0: no limit)", false },
	{ .name = NULL },
    /* clang-format on */
};

static const struct option accept_options[] = {
    {"store", "URL", "another database than that of liaison.yaml", false},
    {.name = NULL},
};

static const struct command commands[] = {
    /* clang-format off */
	{ "node", "keys", "", keys_options, run_keys, "Hold the node's keys in a process of its own; the node starts it by itself.",
	  "It alone opens keys.liaison. It gives a record's key only against the log, signs only the log it was told of, and keeps what it knows of the log in keys.state, so that an old copy of the database is seen. Started by hand, it waits in keys.sock for nodes of the same account." },
	{ "node", "accept-log", "", accept_options, run_accept, "Let a stopped node go on with a database that is not the one it knew.",
	  "After a restore, or when the node says that records were opened which no leaf names and the database that could tell is lost. The --reason stands in the log." },
	{ .noun = NULL },
    /* clang-format on */
};

const struct feature keys_feature = {.name = "keys", .commands = commands};
