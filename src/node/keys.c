#include "node/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/keeper.h"
#include "base/arena.h"
#include "record/door.h"
#include "seal/keys_process.h"
#include "seal/secret.h"
#include "seal/share.h"
#include "serve/cli.h"
#include "serve/serve.h"
#include "store/lock.h"

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

static enum rc
run_lock(struct cli *cli, struct err *err)
{
	struct keys *keys;
	enum rc rc = keys_reach(cli_node_dir(cli), &keys, err);

	if (rc != RC_OK)
		return rc;
	rc = keys_lock(keys, err);
	keys_close(keys);
	if (rc == RC_OK && !cli_json_text(cli, "keys", STR("locked")))
		fprintf(cli->out, "The keys are wiped. The node opens, writes and signs nothing "
				  "until: liaison node unlock\n");
	return rc;
}

static enum rc
run_unlock(struct cli *cli, struct err *err)
{
	struct str passphrase;
	struct keys *keys;
	enum rc rc;

	if ((rc = cli_passphrase(cli, &passphrase, err)) != RC_OK ||
	    (rc = keys_reach(cli_node_dir(cli), &keys, err)) != RC_OK)
		return rc;
	rc = keys_unlock(keys, passphrase, err);
	keys_close(keys);
	if (rc == RC_OK && !cli_json_text(cli, "keys", STR("unlocked")))
		fprintf(cli->out, "The node has its keys again.\n");
	return rc;
}

/* One file a share, for three people; none is overwritten. */
static enum rc
write_shares(struct cli *cli, const struct shares *s, struct str folder, struct err *err)
{
	for (int i = 0; i < SHARE_COUNT; i++) {
		const char *path = str_fmt(cli->arena, "%.*s/share-%d", STR_ARG(folder), i + 1).p;
		int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		size_t n = strlen(s->text[i]);
		bool good;

		if (fd < 0)
			return fail_at(err, errno == EEXIST ? RC_CONFLICT : RC_FAILED, path, 0, 0,
				       "out", "cannot be made: %s", strerror(errno));
		good = write(fd, s->text[i], n) == (ssize_t)n && write(fd, "\n", 1) == 1 &&
		       fsync(fd) == 0;
		if (close(fd) != 0 || !good)
			return fail_at(err, RC_FAILED, path, 0, 0, "out", "cannot be written");
	}
	return RC_OK;
}

/* On a stopped node, as `node passphrase`. */
static enum rc
run_shares(struct cli *cli, struct err *err)
{
	struct str passphrase, folder = cli_option(cli, "out");
	const char *dir = cli_node_dir(cli);
	struct node_lock *lock;
	struct shares *shares;
	struct keys *keys;
	enum rc rc;

	if (folder.n == 0)
		return fail(err, RC_USAGE, "out", "name the folder for the three files");
	if ((rc = cli_passphrase(cli, &passphrase, err)) != RC_OK ||
	    (rc = node_lock_take(dir, &lock, err)) != RC_OK)
		return rc;
	shares = secret_new(sizeof *shares);
	rc = keys_open(str_fmt(cli->arena, "%s/keys.liaison", dir).p, passphrase, &keys, err);
	if (rc == RC_OK) {
		if ((rc = keys_shares(keys, shares, err)) == RC_OK)
			rc = write_shares(cli, shares, folder, err);
		keys_close(keys);
	}
	secret_free(shares);
	node_lock_close(lock);
	if (rc == RC_OK && !cli_json_text(cli, "shares", STR("made")))
		fprintf(cli->out,
			"%.*s/share-1, share-2 and share-3: any two open the keys (--share FILE "
			"twice), one alone tells nothing. Give each to somebody else, one of them "
			"abroad, and leave none here. A new passphrase makes them worthless; the "
			"passphrase itself still opens.\n",
			STR_ARG(folder));
	return rc;
}

static const struct option shares_options[] = {
    {"out", "DIR", "the folder for the three files, which are made anew", false},
    {.name = NULL},
};
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
	{ "node", "lock", "", NULL, run_lock, "Wipe the running node's keys at once: it opens, writes and signs nothing any more.",
	  "For the account of the node. The node stays up and answers 503. What somebody has on the screen stays there." },
	{ "node", "unlock", "", NULL, run_unlock, "Give a locked node its keys again, by passphrase (--passphrase-file) or two shares (--share, twice).", NULL },
	{ "node", "shares", "", shares_options, run_shares, "Split what the passphrase opens into three shares, of which any two start the node.",
	  "On a stopped node, with its passphrase. Shamir's sharing: one share alone tells nothing. Shares of an earlier passphrase open nothing." },
	{ .noun = NULL },
    /* clang-format on */
};

const struct feature keys_feature = {.name = "keys", .commands = commands};
