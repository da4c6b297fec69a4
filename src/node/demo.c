#include "node/demo.h"

#include <ftw.h>
#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "node/demo_story.h"
#include "serve/cli.h"

/* 1 */
static bool
make_node(struct demo *d, pid_t *node)
{
	struct str line;
	struct err err;
	ptrdiff_t at;

	demo_chapter(d, "A node",
		     "North Coast Police installs its node; two people sign in. Everything and "
		     "everybody here is invented.");
	if (!demo_show(d,
		       WORDS("node", "init", "--name", "North Coast Police", "--country", "QN",
			     "--kind", "police", "--legal-regime", "LED", "--unit",
			     "Trafficking desk", "--login", "mira", "--full-name", "Mira Solvane",
			     "--roles", "analyst,duty_officer,supervisor", "--shared-account")) ||
	    demo_start(&d->sh, WORDS("node", "serve", "--port", "0"), node, &line, &err) != RC_OK)
		return false;
	/* "Serving DIR on http://127.0.0.1:40123 and ..." */
	if ((at = str_find(line, STR(" on http"))) >= 0) {
		line = str_sub(line, (size_t)at + 4, line.n);
		d->url = demo_keep(d, str_cut(&line, ' '));
	}
	return demo_show(d, WORDS("user", "add", "tomas", "--name", "Tomas Irdel", "--roles",
				  "analyst,supervisor,prosecutor", "--system-account", d->uid,
				  "--as", "mira"));
}

static void
stay(struct demo *d, pid_t node)
{
	struct demo_result r;
	struct err err;
	sigset_t set;
	int sig;

	if (demo_run(
		&d->sh, DEMO_QUIET,
		WORDS("user", "token", "--purposes", "investigation,screening", "--as", "mira"), &r,
		&err) == RC_OK &&
	    r.exit_code == 0) {
		struct str token = str_trim(r.out);

		fprintf(d->out,
			"\nThe node stays up. Its API, with a token for one day:\n\n"
			"  TOKEN=%.*s\n",
			STR_ARG(token));
	}
	fprintf(
	    d->out,
	    "  curl -H \"Authorization: Bearer $TOKEN\" -H 'Liaison-Purpose: investigation' \\\n"
	    "       %s/api/v1/records/incident\n\n"
	    "or from another shell:  liaison record list case --as mira --purpose investigation "
	    "--node %s\n\nCtrl-C ends it and removes the invented data.\n",
	    d->url != NULL ? d->url : "http://127.0.0.1", d->sh.dir);
	(void)fflush(d->out);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)sigwait(&set, &sig);
	(void)node;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static enum rc
prepare(struct demo *d, int64_t seed, struct err *err)
{
	struct demo_options options = {.seed = (uint64_t)seed};
	const char *tmp = getenv("TMPDIR");
	char *root = str_z(d->arena, str_fmt(d->arena, "%s/liaison-demo.XXXXXX",
					     tmp != NULL && *tmp == '/' ? tmp : "/tmp"));
	char *program = str_z(d->arena, str_fmt(d->arena, "%4096s", ""));
	ssize_t n = readlink("/proc/self/exe", program, 4095);
	enum rc rc;

	if (n <= 0 || mkdtemp(root) == NULL)
		return fail(err, RC_UNAVAILABLE, "", "a temporary folder cannot be made");
	program[n] = '\0';
	d->data_dir = root;
	d->sh = (struct demo_shell){.arena = d->arena,
				    .program = program,
				    .dir = str_fmt(d->arena, "%s/node", root).p,
				    .out = d->out};
	(void)snprintf(d->uid, sizeof d->uid, "%u", (unsigned)getuid());
	rc = demo_data_make(d->arena, &options, &d->data, err);
	return rc == RC_OK ? demo_data_save(&d->data, root, err) : rc;
}

static enum rc
run(struct cli *cli, struct err *err)
{
	struct demo d = {.cli = cli, .arena = cli->arena, .out = cli->out};
	int64_t seed, started = monotonic_ms();
	pid_t node = 0;
	enum rc rc;

	if ((rc = cli_number(cli, "seed", 1, 0, INT64_MAX, &seed, err)) != RC_OK)
		return rc;
	if ((rc = prepare(&d, seed, err)) == RC_OK) {
		if (make_node(&d, &node) && demo_import_all(&d)) {
			demo_list_into_use(&d);
			demo_screen(&d);
			demo_find_case(&d);
			if (d.incidents.n > 0) {
				demo_open_case(&d);
				demo_show_the_watcher(&d);
			}
			demo_real_lists(&d, cli_options(cli, "list"));
		} else {
			d.failed++;
		}
		fprintf(d.out, "\n%d things hold, %d do not; %.1f s.\n", d.held, d.failed,
			(double)(monotonic_ms() - started) / 1000);
		if (!cli_switch(cli, "check") && d.failed == 0)
			stay(&d, node);
		demo_stop(node);
		if (d.failed > 0)
			rc = fail(err, RC_FAILED, "", "the demo did not hold in %d places",
				  d.failed);
	}
	if (d.data_dir != NULL && !cli_switch(cli, "keep"))
		(void)nftw(d.data_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return rc;
}

static const struct option options[] = {
    {"check", NULL, "end when the story is told; exit 0 only if each step held", false},
    {"list", "FILE", "a real list to screen against too (OFAC, UN, FollowTheMoney, CSV)", true},
    {"seed", "N", "another invented world (standard 1)", false},
    {"keep", NULL, "leave the folder of the node and the data", false},
    {.name = NULL},
};

static const struct command commands[] = {
    {"demo", "run", "", options, run, "Play the main job on invented data.",
     "Makes a node in a temporary folder, imports an invented list and 300 invented incidents, "
     "screens the suspects, opens a case from linked incidents, shows who saw what, verifies "
     "the log, and stays serving until Ctrl-C. Each step is a command you can type."},
    {.noun = NULL},
};

const struct feature demo_feature = {.name = "demo", .commands = commands};
