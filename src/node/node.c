#include "node/backup_copy.h"
#include "node/node.h"

#include <grp.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/growth.h"
#include "base/arena.h"
#include "base/log.h"
#include "format/json.h"
#include "parse/sandbox.h"
#include "model/model.h"
#include "node/api.h"
#include "node/certificate.h"
#include "node/copy.h"
#include "node/init.h"
#include "node/recovery.h"
#include "node/reply.h"
#include "node/tables.h"
#include "node/watch.h"
#include "audit/migrations.h"
#include "record/migrations.h"
#include "seal/keys.h"
#include "seal/keys_process.h"
#include "serve/cli.h"
#include "serve/clock_health.h"
#include "exchange/contact/listener.h"
#include "serve/config.h"
#include "serve/file.h"
#include "serve/job.h"
#include "serve/listen.h"
#include "serve/migrations.h"
#include "serve/sign_in.h"
#include "serve/private.h"
#include "serve/timer.h"
#include "store/lock.h"
#include "store/writer.h"

static const struct setting settings[] = {
    /* clang-format off */
	{ "name",         SETTING_TEXT,   "",   0, 0,     "The agency's name." },
	{ "country",      SETTING_TEXT,   "",   0, 0,     "Its country (ISO 3166-1 alpha-2)." },
	{ "kind",         SETTING_TEXT,   "",   0, 0,     "police, prosecution, border, fiu, labour_inspection, ngo, court, laboratory, oversight, consulate." },
	{ "legal_regime", SETTING_TEXT,   "other", 0, 0,  "LED, GDPR or other: which law the node's processing stands under." },
	{ "origin",       SETTING_TEXT,   "node/log", 0, 0, "The log's name in checkpoints; never changed." },
	{ "language",     SETTING_TEXT,   "en", 0, 0,     "Language of labels where a reader asks for none." },
	{ "store",        SETTING_TEXT,   "",   0, 0,     "URL of the database; empty: SQLite in the node's folder." },
	{ "overlay",      SETTING_TEXT,   "",   0, 0,     "Folder with the agency's own record types and codes." },
	{ "address",      SETTING_TEXT,   "127.0.0.1", 0, 0, "Address that HTTP listens on; plain HTTP only on loopback." },
	{ "port",         SETTING_NUMBER, "7443", 0, 65535, "Port of it; 0 takes a free one." },
	{ "tls_certificate", SETTING_TEXT, "",  0, 0,     "PEM file; with tls_key, HTTP becomes HTTPS." },
	{ "tls_key",      SETTING_TEXT,   "",   0, 0,     "PEM file of its key." },
	{ "socket_group", SETTING_TEXT,   "",   0, 0,     "Group whose accounts may use the node's socket as the users bound to them; it must be able to enter the folder (chgrp GROUP DIR; chmod 710 DIR). Empty: the node's own account alone." },
	{ "workers",      SETTING_NUMBER, "8",  1, 32,    "Threads that answer requests." },
	{ "shared_account", SETTING_SWITCH, "no", 0, 0,   "Two users of one system account may be the two people of a move that takes two: for demonstrations." },
	{ "opens_a_minute", SETTING_NUMBER, "300", 0, 1000000000, "Records one person may open one at a time within a minute; lists and searches count a twentieth of it a record. 0: no limit." },
	{ "linger_us",    SETTING_NUMBER, "500", 0, 20000, "Microseconds a group waits for requests that are on their way." },
	{ .name = NULL },
    /* clang-format on */
};

static enum rc
status(struct request *rq, struct reply *reply, struct err *err)
{
	const struct config *c = serve_config(rq->serve);
	struct writer_counts counts = writer_counts(serve_writer(rq->serve));
	struct keys_health keys;
	const struct door_node *node = rq->door.node;
	struct sign_in_counts sign_ins = sign_in_counts(rq->serve);
	struct clock_report clock;
	struct audit_growth growth;
	int64_t records;
	enum rc rc = audit_growth(rq->door.db, rq->door.now_ms, &growth, err);

	if (rc != RC_OK || (rc = door_count(node, rq->door.db, &records, err)) != RC_OK)
		return rc;
	reply->json = json_object();
	reply_set(reply, "name", json_from_str(config_text(c, "name")));
	reply_set(reply, "version", json_string(LIAISON_VERSION));
	reply_set(reply, "process", json_integer(getpid()));
	reply_set(reply, "record_types", json_integer((json_int_t)node->model->type_count));
	if ((rc = keys_health(node->keys, &keys, err)) != RC_OK)
		return rc;
	/* How much is done is for who runs the node: a desk would count what it may not see. */
	if ((rq->door.actor->roles & (BIT(ROLE_ADMINISTRATOR) | BIT(ROLE_MONITOR))) != 0) {
		reply_set(reply, "records", json_integer(records));
		reply_set(reply, "leaves", json_integer(growth.leaves));
		reply_set(reply, "leaves_day", json_integer(growth.leaves_day));
		reply_set(reply, "log_bytes_day", json_integer(growth.bytes_day));
		reply_set(reply, "groups", json_integer((json_int_t)counts.groups));
		reply_set(reply, "writes", json_integer((json_int_t)counts.items));
		/* Since the key process started: given, named by no leaf yet, refused. */
		reply_set(reply, "keys_opened", json_integer((json_int_t)keys.opened));
		reply_set(reply, "keys_unlogged", json_integer((json_int_t)keys.owed));
		reply_set(reply, "keys_refused", json_integer((json_int_t)keys.refused));
		reply_set(reply, "sign_ins", json_integer((json_int_t)sign_ins.signed_in));
		reply_set(reply, "sign_ins_refused", json_integer((json_int_t)sign_ins.refused));
		reply_set(reply, "sign_ins_turned_away",
			  json_integer((json_int_t)sign_ins.turned_away));
	}
	reply_set(reply, "keys_withheld", json_boolean(keys.withheld));
	clock = clock_health_report(serve_clock(rq->serve));
	reply_set(reply, "clock_behind_ms", json_integer(clock.behind_ms));
	reply_set(reply, "clock_ahead_ms", json_integer(clock.ahead_ms));
	reply_set(
	    reply, "clock",
	    json_from_str(clock.healthy ? STR("right") : clock_health_text(rq->arena, &clock)));
	reply_set(reply, "parser_landlock", json_integer(sandbox_landlock_abi()));
	return RC_OK;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "GET", "/api/v1/status", ROLES_ANY,    PURPOSES_ANY, 0,          0, status,  "Counts and version of the node." },
	{ .method = NULL },
    /* clang-format on */
};

MUST_USE static enum rc
parse_roles(struct str text, uint32_t *out, struct err *err)
{
	*out = 0;
	while (text.n > 0 && text.p != NULL) {
		struct str name = str_trim(str_cut(&text, ','));
		int role = role_find(name);

		if (role < 0)
			return fail(err, RC_USAGE, "roles",
				    "takes roles, by commas; `liaison user add --help` names them");
		*out |= BIT(role);
	}
	return RC_OK;
}

static struct str
or_standard(struct str given, const char *standard)
{
	return given.n > 0 ? given : str_from(standard);
}

static void
show_made(struct cli *cli, const struct init_options *o)
{
	json_t *made = json_object();

	must(json_object_set_new(made, "folder", json_string(o->dir)) == 0 &&
	     json_object_set_new(made, "name", json_from_str(o->name)) == 0 &&
	     json_object_set_new(made, "login", json_from_str(o->login)) == 0 &&
	     json_object_set_new(made, "passphrase", json_boolean(o->passphrase.n > 0)) == 0);
	cli_show(cli, made);
	json_decref(made);
}

static enum rc
run_init(struct cli *cli, struct err *err)
{
	struct init_options o = {
	    .dir = cli_node_dir(cli),
	    .name = cli_option(cli, "name"),
	    .country = cli_option(cli, "country"),
	    .kind = or_standard(cli_option(cli, "kind"), "police"),
	    .legal_regime = or_standard(cli_option(cli, "legal-regime"), "other"),
	    .store = cli_option(cli, "store"),
	    .unit = or_standard(cli_option(cli, "unit"), "First desk"),
	    .login = or_standard(cli_option(cli, "login"), "admin"),
	    .full_name = cli_option(cli, "full-name"),
	    .features = cli->features,
	    .keys_apart = true,
	    .shared_account = cli_switch(cli, "shared-account"),
	};
	enum rc rc;

	if ((rc = parse_roles(cli_option(cli, "roles"), &o.roles, err)) != RC_OK ||
	    (rc = cli_passphrase(cli, &o.passphrase, err)) != RC_OK ||
	    (rc = node_init(&o, err)) != RC_OK)
		return rc;
	if (o.tightened)
		fprintf(cli->notes, "%s was open to others; now its owner alone may enter it.\n",
			o.dir);
	if (cli->json) {
		show_made(cli, &o);
		return RC_OK;
	}
	fprintf(cli->out,
		"%s: the node of %.*s is there.\n"
		"You act in it as %.*s, bound to your system account.\n"
		"Next: liaison node serve --node %s\n",
		o.dir, STR_ARG(o.name), STR_ARG(o.login), o.dir);
	if (o.roles == 0)
		fprintf(
		    cli->notes,
		    "An administrator keeps users and settings, and reads and writes no records. "
		    "For those, add a role: liaison user set %.*s --roles "
		    "administrator,supervisor --purpose administration, or a user of their own: "
		    "liaison user add.\n",
		    STR_ARG(o.login));
	if (o.passphrase.n == 0)
		fprintf(cli->notes, "Its keys are guarded by the file's mode alone; "
				    "--passphrase-file guards them with a passphrase too.\n");
	return RC_OK;
}

/* On a stopped node, for the key file is read whole at start. */
static enum rc
run_passphrase(struct cli *cli, struct err *err)
{
	struct str old, path = cli_option(cli, "new-passphrase-file"), new = STR_NONE;
	const char *dir = cli_node_dir(cli);
	struct node_lock *lock;
	struct keys *keys;
	enum rc rc;

	if ((rc = cli_passphrase(cli, &old, err)) != RC_OK)
		return rc;
	if (path.n > 0 &&
	    (rc = file_read_secret(cli->arena, str_z(cli->arena, path), 4096, &new, err)) != RC_OK)
		return rc;
	while (new.n > 0 && (new.p[new.n - 1] == '\n' || new.p[new.n - 1] == '\r'))
		new.n--;
	if (new.n < 8)
		return fail(err, RC_USAGE, "new-passphrase-file",
			    "name a file with a passphrase of 8 characters or more");
	if ((rc = node_lock_take(dir, &lock, err)) != RC_OK)
		return rc;
	rc = keys_open(str_fmt(cli->arena, "%s/keys.liaison", dir).p, old, &keys, err);
	if (rc == RC_OK) {
		cli_tell_unguarded(cli, old, keys);
		rc = keys_change_passphrase(keys, new, err);
		keys_close(keys);
		if (rc == RC_OK)
			rc = recovery_reseal(cli, new, err);
	}
	node_lock_close(lock);
	if (rc == RC_OK && !cli_json_text(cli, "passphrase", STR("changed")))
		fprintf(cli->out,
			"The key file has its new passphrase. Copies of the old file still "
			"open with the old one.\n");
	return rc;
}

static sigset_t
end_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	return set;
}

static enum rc
find_group(struct str name, struct listen_options *o, struct err *err)
{
	char z[256];
	struct group *group;

	if (name.n == 0)
		return RC_OK;
	(void)snprintf(z, sizeof z, "%.*s", STR_ARG(name));
	/* No other thread of ours asks for groups, so that the static answer is ours alone. */
	if ((group = getgrnam(z)) == NULL)
		return fail(err, RC_INVALID, "socket_group", "there is no group of this name here");
	o->has_socket_group = true;
	o->socket_group = group->gr_gid;
	return RC_OK;
}

static void
renew_certificate(struct serve *s, struct listen *l)
{
	struct err err;

	if (tls_renew(serve_config(s), l, &err) != RC_OK)
		log_warn("SIGHUP: %s", err.text);
}

/*
 * Until a signal comes; or until the store is lost, when only a new start helps: whoever
 * supervises the node (systemd's Restart=on-failure) sees that it failed.
 */
static enum rc
wait_for_end(struct serve *s, struct listen *l, struct peer_listener *peers, const sigset_t *set,
	     struct err *err)
{
	const struct timespec look = {.tv_nsec = 200000000};
	struct watch watch = {.since_ms = monotonic_ms()};
	enum rc rc;
	int sig;

	while ((sig = sigtimedwait(set, NULL, &look)) < 0 || sig == SIGHUP) {
		if (sig == SIGHUP)
			renew_certificate(s, l);
		watch_tick(&watch, s);
		peer_listener_tick(peers);
		if (writer_is_lost(serve_writer(s)))
			return fail(err, RC_UNAVAILABLE, "store",
				    "the store did not confirm what was written, so the node ends; "
				    "see to the disk or the database, and start it again");
		if ((rc = serve_mind_keys(s, err)) != RC_OK)
			return rc;
	}
	log_info("told to end (signal %d): answering what is open", sig);
	return RC_OK;
}

/* Listen, run jobs, until told to end; every answer owed is given first. */
static enum rc
serve_until_told(struct cli *cli, struct serve *s, struct err *err)
{
	const struct config *c = serve_config(s);
	struct str address = cli_option(cli, "address");
	struct listen_options o = {.workers = (unsigned)config_number(c, "workers")};
	sigset_t set = end_signals();
	struct timer_runner *timers = NULL;
	struct job_runner *jobs = NULL;
	struct peer_listener *peers = NULL;
	bool by_tls;
	struct listen *l = NULL;
	int64_t port;
	enum rc rc;

	if (address.n == 0)
		address = config_text(c, "address");
	o.address = address.n > 0 ? str_z(cli->arena, address) : NULL;
	if ((rc = cli_number(cli, "port", config_number(c, "port"), 0, 65535, &port, err)) !=
		RC_OK ||
	    (rc = tls_read(cli->arena, c, &o, err)) != RC_OK)
		return rc;
	o.port = (uint16_t)port;
	if ((rc = find_group(config_text(c, "socket_group"), &o, err)) != RC_OK)
		return rc;
	/* Before any thread starts, so that all inherit the mask and sigwait gets the signal. */
	must(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	if ((rc = job_runner_open(s, &jobs, err)) == RC_OK &&
	    (rc = timer_runner_open(s, &timers, err)) == RC_OK &&
	    (rc = peer_listener_open(s, &peers, err)) == RC_OK)
		rc = listen_open(s, &o, &l, err);
	by_tls = o.tls_key_pem != NULL;
	tls_forget(&o);
	if (rc == RC_OK) {
		fprintf(cli->out, "Serving %s on %s://%s:%u and %s\n", serve_dir(s),
			by_tls ? "https" : "http", o.address ? o.address : "-", listen_port(l),
			listen_socket(cli->arena, serve_dir(s), serve_number(s)).p);
		if (peer_listener_port(peers) != 0)
			fprintf(cli->out, "Peers reach it on https port %u\n",
				peer_listener_port(peers));
		(void)fflush(cli->out);
		rc = wait_for_end(s, l, peers, &set, err);
	}
	listen_close(l);
	peer_listener_close(peers);
	timer_runner_close(timers);
	job_runner_close(jobs);
	return rc;
}

static enum rc
run_serve(struct cli *cli, struct err *err)
{
	struct serve_options o = {
	    .dir = cli_node_dir(cli), .features = cli->features, .keys_apart = true};
	struct str store = cli_option(cli, "store");
	sigset_t set = end_signals();
	int64_t linger, group_max;
	struct serve *s;
	enum rc rc;

	if ((rc = cli_passphrase(cli, &o.passphrase, err)) != RC_OK ||
	    (rc = cli_number(cli, "linger-us", -1, 0, 20000, &linger, err)) != RC_OK ||
	    (rc = cli_number(cli, "group-max", 0, 0, 65536, &group_max, err)) != RC_OK)
		return rc;
	heap_serve();
	o.linger_us = (int)linger;
	o.group_max = (int)group_max;
	o.readers = 32;
	o.trust_clock = cli_switch(cli, "trust-clock");
	o.beside = true;
	if (store.n > 0)
		o.store_url = str_z(cli->arena, store);
	must(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	if ((rc = serve_open(&o, &s, err)) != RC_OK)
		return rc;
	cli_tell_unguarded(cli, o.passphrase, serve_door_node(s)->keys);
	cli_forget_passphrase(cli);
	private_warn_of_swap();
	backup_copies_sweep(o.dir);
	rc = serve_until_told(cli, s, err);
	serve_close(s);
	return rc;
}

static enum rc
run_status(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/status"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static const struct option init_options[] = {
    /* clang-format off */
	{ "name",            "NAME",   "the agency's name", false },
	{ "country",         "CODE",   "its country (ISO 3166-1 alpha-2)", false },
	{ "kind",            "KIND",   "police, prosecution, border, fiu, labour_inspection, ngo, court, laboratory, oversight or consulate", false },
	{ "legal-regime",    "LAW",    "LED, GDPR or other", false },
	{ "store",           "URL",    "the database, where it is not SQLite in the folder: postgresql://HOST/NAME", false },
	{ "unit",            "NAME",   "the first unit's name", false },
	{ "login",           "LOGIN",  "the first administrator (standard: admin)", false },
	{ "full-name",       "NAME",   "their name", false },
	{ "shared-account",  NULL,     "two users of one system account may be the two people of a move that takes two: for demonstrations", false },
	{ "roles",           "ROLES",  "more roles for them, by commas; without one they keep users and settings, no records", false },
	{ .name = NULL },
    /* clang-format on */
};
static const struct option passphrase_options[] = {
    {"new-passphrase-file", "FILE", "the new passphrase, in the first line", false},
    {.name = NULL},
};
static const struct option serve_options[] = {
    /* clang-format off */
	{ "address",         "ADDRESS", "instead of the setting", false },
	{ "port",            "PORT",    "instead of the setting; 0 takes a free one", false },
	{ "store",           "URL",     "another database for this run", false },
	{ "linger-us",       "N",       "microseconds a group of writes waits for more, instead of the setting", false },
	{ "trust-clock",     NULL,      "the machine's clock is right, though the log has later times", false },
	{ "group-max",       "N",       "writes a commit at most; 1 gives each its own (0: the standard)", false },
	{ .name = NULL },
    /* clang-format on */
};

static const struct command commands[] = {
    /* clang-format off */
	{ "node", "init",     "", init_options,  run_init,     "Make a new node in the folder --node.",
	  "Writes liaison.yaml, the key file and an empty database with its log, the agency as organisation, a first unit, and you as first administrator, bound to your system account." },
	{ "node", "serve",    "", serve_options, run_serve,    "Run the node: answer HTTP and the command line, run jobs.",
	  "Listens on the setting address:port (plain HTTP on loopback only) and on the Unix socket liaison.sock in the node's folder. Ends on SIGTERM after answering what is open. On a PostgreSQL several may run in one folder, each with its own --port; the second has liaison-2.sock, and commands take whichever answers." },
	{ "node", "passphrase", "", passphrase_options, run_passphrase, "Give the key file a new passphrase.",
	  "The node must be stopped. The present passphrase is read from --passphrase-file, the new one from --new-passphrase-file." },
	{ "node", "certificate", "", node_certificate_options, node_certificate, "Make a self-signed TLS certificate for the node, and print its fingerprint.",
	  "Writes tls.crt and tls.key into the node's folder; name them in liaison.yaml as tls_certificate and tls_key, or name there those that an authority gave. SIGHUP lets a running node read them again; connections that are open go on with the former." },
	{ "node", "copy",     "", node_copy_options, node_copy, "Copy the node's database into another, on either engine.",
	  "The node must be stopped. All rows of all tables go over in one transaction, sealed as they are; the key file stays where it is. The log notes it." },
	{ "node", "grant",    "ROLE", node_grant_options, node_grant, "Let a PostgreSQL role do what a node does, and no more.",
	  "Brings the tables up to date as their owner, then grants: rows of the log can be read and added by the role, not changed or taken away." },
	{ "node", "status",   "", NULL,          run_status,   "Show counts and version of the node.",
	  "parser_landlock is the version of Landlock that the kernel has; 0: none, so seccomp alone shuts the process in that reads foreign files." },
	{ "node", "settings", "", NULL,          tables_settings, "Print the table of settings.", NULL },
	{ "node", "routes",   "", NULL,          tables_routes,   "Print the table of routes: what is exposed, to whom, for what.", NULL },
	{ "node", "jobs",     "", NULL,          tables_jobs,     "Print the table of kinds of jobs.", NULL },
	{ "node", "gates",    "", NULL,          tables_gates,    "Print the gates that features bring, and those that moves still wait for.", NULL },
	{ .noun = NULL },
    /* clang-format on */
};

/* Migrations of the floors below, which have no feature row of their own. */
const struct feature audit_log_feature = {.name = "audit_log",
					  .migrations = MIGRATION_SET_COPIED(AUDIT_MIGRATIONS)};
const struct feature record_store_feature = {.name = "record_store",
					     .migrations = MIGRATION_SET_COPIED(RECORD_MIGRATIONS)};
const struct feature serve_feature = {.name = "serve",
				      .migrations = MIGRATION_SET_COPIED(SERVE_MIGRATIONS)};

const struct feature node_feature = {
    .name = "node", .routes = routes, .commands = commands, .settings = settings, .api = &node_api};
