#include "node/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/vec.h"
#include "format/json.h"
#include "record/door.h"
#include "serve/config.h"
#include "serve/file.h"
#include "serve/serve.h"
#include "store/copy.h"
#include "store/lock.h"

const struct option node_copy_options[] = {
    /* clang-format off */
	{ "to",     "URL", "the other database, empty: postgresql://HOST/NAME or sqlite:/PATH/node.db", false },
	{ "switch", NULL,  "let the node's settings name it from now on", false },
	{ .name = NULL },
    /* clang-format on */
};

const struct option node_grant_options[] = {
    /* clang-format off */
	{ "store", "URL", "the database, as its owner: postgresql://OWNER@HOST/NAME", false },
	{ .name = NULL },
    /* clang-format on */
};

struct migration_sets {
	struct migration_set *at;
	size_t n, cap;
};

static void
collect(struct cli *cli, struct migration_sets *sets)
{
	for (size_t i = 0; cli->features[i] != NULL; i++)
		if (cli->features[i]->migrations.n > 0)
			*VEC_ADD(cli->arena, sets) = cli->features[i]->migrations;
}

/* The log tells of it before it happens, and so do both databases. */
static enum rc
log_copy(struct door *d, void *ctx, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("node")};

	(void)ctx;
	entry.reason = STR("the node's database is copied into another");
	return door_log(d, &entry, NULL, err);
}

static enum rc
log_first(struct cli *cli, struct str *url, struct err *err)
{
	struct serve_options o = {
	    .dir = cli_node_dir(cli), .features = cli->features, .keys_apart = true};
	struct serve *s;
	enum rc rc;

	if ((rc = cli_passphrase(cli, &o.passphrase, err)) != RC_OK ||
	    (rc = serve_open(&o, &s, err)) != RC_OK)
		return rc;
	*url = config_text(serve_config(s), "store");
	*url = url->n > 0 ? str_copy(cli->arena, *url)
			  : str_fmt(cli->arena, "sqlite:%s/node.db", o.dir);
	rc = serve_write(s, NULL, NULL, log_copy, NULL, err);
	serve_close(s);
	return rc;
}

bool
copy_is_store_line(struct str line)
{
	line = str_trim(line);
	return str_starts(line, STR("store:")) || str_starts(line, STR("store :")) ||
	       str_starts(line, STR("\"store\"")) || str_starts(line, STR("'store'"));
}

/* A path as typed is one of this folder; the node may be started in another. */
static enum rc
absolute(struct cli *cli, struct str *url, struct err *err)
{
	char *here;

	if (!str_starts(*url, STR("sqlite:")) || str_starts(*url, STR("sqlite:/")))
		return RC_OK;
	if ((here = getcwd(NULL, 0)) == NULL)
		return fail(err, RC_FAILED, "to", "this folder has no name; say the whole path");
	*url = str_fmt(cli->arena, "sqlite:%s/%.*s", here, STR_ARG(str_sub(*url, 7, url->n)));
	free(here);
	return RC_OK;
}

/* liaison.yaml with another store, all else as it was. */
static enum rc
switch_store(struct cli *cli, struct str to, struct err *err)
{
	const char *path = str_fmt(cli->arena, "%s/liaison.yaml", cli_node_dir(cli)).p;
	struct str text, line;
	struct buf b;
	enum rc rc;

	if ((rc = file_read(cli->arena, path, 1 << 20, &text, err)) != RC_OK)
		return rc;
	buf_init(&b, cli->arena);
	while (text.n > 0) {
		line = str_cut(&text, '\n');
		if (!copy_is_store_line(line))
			buf_addf(&b, "%.*s\n", STR_ARG(line));
	}
	buf_add_z(&b, "store: ");
	json_quote(&b, to);
	buf_add_byte(&b, '\n');
	return file_write(path, buf_str(&b), 0600, err);
}

static void
show_progress(void *ctx, uint64_t rows)
{
	struct cli *cli = ctx;

	fprintf(cli->notes, "%llu rows\r", (unsigned long long)rows);
	(void)fflush(cli->notes);
}

static enum rc
copy_all(struct cli *cli, struct str url, struct str to_url, struct store_copied *copied,
	 struct err *err)
{
	struct migration_sets sets = {0};
	struct db *from = NULL, *to = NULL;
	enum rc rc;

	collect(cli, &sets);
	if ((rc = db_open_reader(url, 5000, &from, err)) == RC_OK &&
	    (rc = db_open(to_url, 5000, &to, err)) == RC_OK &&
	    (rc = migrate(to, sets.at, sets.n, clock_now(&clock_system), err)) == RC_OK)
		rc = store_copy(from, to, sets.at, sets.n, show_progress, cli, copied, err);
	db_close(to);
	db_close(from);
	return rc;
}

enum rc
node_copy(struct cli *cli, struct err *err)
{
	struct str to = cli_option(cli, "to"), url;
	struct store_copied copied;
	struct node_lock *lock;
	enum rc rc;

	if (to.n == 0)
		return fail(err, RC_USAGE, "to", "say which database it is copied into");
	if ((rc = absolute(cli, &to, err)) != RC_OK)
		return rc;
	if ((rc = log_first(cli, &url, err)) != RC_OK ||
	    (rc = node_lock_take(cli_node_dir(cli), &lock, err)) != RC_OK)
		return rc;
	rc = copy_all(cli, url, to, &copied, err);
	if (rc == RC_OK && cli_switch(cli, "switch"))
		rc = switch_store(cli, to, err);
	node_lock_close(lock);
	if (rc != RC_OK)
		return rc;
	fprintf(cli->out, "%llu rows of %llu tables are copied, and counted again there.\n",
		(unsigned long long)copied.rows, (unsigned long long)copied.tables);
	fprintf(cli->out,
		cli_switch(cli, "switch")
		    ? "The node works with the copy from now on; the former database is left as "
		      "it was.\nNext: liaison audit verify\n"
		    : "The node goes on with its former database; to change that, put the copy's "
		      "URL into liaison.yaml as `store`.\n");
	return RC_OK;
}

/* Tables first, so that the role has all that this program knows. */
enum rc
node_grant(struct cli *cli, struct err *err)
{
	struct str url = cli_option(cli, "store");
	struct migration_sets sets = {0};
	const char *role = str_z(cli->arena, cli->arguments.at[0]);
	struct db *db;
	enum rc rc;

	if (url.n == 0)
		return fail(err, RC_USAGE, "store", "say the database's URL, as its owner");
	collect(cli, &sets);
	if ((rc = db_open(url, 5000, &db, err)) != RC_OK)
		return rc;
	if ((rc = migrate(db, sets.at, sets.n, clock_now(&clock_system), err)) == RC_OK)
		rc = migrate_grant(db, role, sets.at, sets.n, err);
	db_close(db);
	if (rc == RC_OK)
		fprintf(cli->out,
			"%s may do what a node does, and change nothing that the log holds. Let "
			"`store` "
			"in liaison.yaml name it.\n",
			role);
	return rc;
}
