#include "base/test.h"

#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "format/json.h"
#include "node/features.h"
#include "node/init.h"
#include "store/test_database.h"
#include "serve/cli_inside.h"
#include "serve/job.h"
#include "serve/request.h"

/* A job of `steps` steps of 20 ms each; the one named by "fails_at" fails. */
static enum rc
nothing(struct door *d, void *ctx, struct err *err)
{
	(void)d;
	(void)ctx;
	(void)err;
	return RC_OK;
}

static void
rest(long ms)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static enum rc
walk(struct job_run *run, struct err *err)
{
	int64_t steps = json_integer_value(json_object_get(run->job.arguments, "steps"));
	int64_t fails_at = json_integer_value(json_object_get(run->job.arguments, "fails_at"));
	enum rc rc;

	for (int64_t i = run->job.done + 1; i <= steps; i++) {
		rest(20);
		if (i == fails_at)
			return fail(err, RC_INVALID, "", "the bridge is down");
		rc = job_step(run, nothing, NULL, i, STR("x"), NULL, 0, err);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
add_walk(struct request *rq, struct reply *reply, struct err *err)
{
	struct id id;
	enum rc rc = job_add(&rq->door, STR("test_walk"), rq->json, true, &id, err);

	if (rc == RC_OK)
		reply->json = json_pack("{s:o}", "id", json_from_str(id_format(rq->arena, id)));
	return rc;
}

static enum rc
run_walk(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	int64_t steps, fails_at;
	json_t *body;
	enum rc rc;

	if ((rc = cli_number(cli, "steps", 5, 1, 10000, &steps, err)) != RC_OK ||
	    (rc = cli_number(cli, "fails-at", 0, 0, 10000, &fails_at, err)) != RC_OK)
		return rc;
	body =
	    json_pack("{s:I, s:I}", "steps", (json_int_t)steps, "fails_at", (json_int_t)fails_at);
	rc = cli_call(cli, "POST", STR("/api/v1/test-walk"), body, &answer, err);
	json_decref(body);
	if (rc != RC_OK)
		return rc;
	fprintf(cli->notes, "started\n");
	(void)fflush(cli->notes);
	rc = cli_wait_job(cli, json_member_str(answer.json, "id"), &answer, err);
	fprintf(cli->out, "%s %lld\n", json_string_value(json_object_get(answer.json, "state")),
		(long long)json_integer_value(json_object_get(answer.json, "done")));
	return rc;
}

static const struct option walk_options[] = {
    {"steps", "N", "Steps.", false}, {"fails-at", "N", "Fails.", false}, {.name = NULL}};
static const struct command walk_commands[] = {
    {"test", "walk", "", walk_options, run_walk, "Walk.", NULL},
    {.noun = NULL},
};
static const struct route walk_routes[] = {
    {"POST", "/api/v1/test-walk", ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES, 1000, add_walk, "Walk."},
    {.method = NULL},
};
static const struct job_kind walk_jobs[] = {{"test_walk", walk, "Walk."}, {.name = NULL}};
static const struct feature walk_feature = {
    .name = "test_walk", .routes = walk_routes, .commands = walk_commands, .jobs = walk_jobs};

struct house {
	const struct feature *features[64];
	char dir[64];
};

static struct house house;

static int
house_open(void **state)
{
	struct init_options o = {.name = STR("Test agency"),
				 .country = STR("QN"),
				 .kind = STR("police"),
				 .legal_regime = STR("other"),
				 .unit = STR("Desk"),
				 .login = STR("admin"),
				 .features = house.features};
	struct arena *a = arena_new(0);
	struct err err;
	enum rc rc;
	size_t n = 0;

	(void)state;
	for (; liaison_features[n] != NULL; n++)
		house.features[n] = liaison_features[n];
	must(n + 1 < COUNT_OF(house.features));
	house.features[n] = &walk_feature;
	(void)snprintf(house.dir, sizeof house.dir, "/tmp/liaison-wait-XXXXXX");
	if (mkdtemp(house.dir) == NULL)
		return -1;
	o.dir = house.dir;
	o.store = test_store(a);
	rc = node_init(&o, &err);
	arena_free(a);
	if (rc == RC_OK)
		return 0;
	print_error("%s: %s\n", err.key, err.text);
	return -1;
}

static int
house_close(void **state)
{
	char *roots[] = {house.dir, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	(void)state;
	for (FTSENT *e; fts != NULL && (e = fts_read(fts)) != NULL;)
		if (e->fts_info != FTS_D)
			(void)remove(e->fts_accpath);
	return fts != NULL ? fts_close(fts) : -1;
}

/* The command line as a process of its own; its output goes to *out and *notes. */
struct child {
	pid_t pid;
	FILE *out, *notes;
};

static void
child_start(struct child *c, const char *const *words)
{
	char *argv[16] = {(char[]){"liaison"}};
	struct arena *a = arena_new(0);
	int argc = 1;

	c->out = tmpfile();
	c->notes = tmpfile();
	assert_true(c->out != NULL && c->notes != NULL);
	for (; *words != NULL; words++)
		argv[argc++] = str_z(a, str_from(*words));
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		/* A test that fails must leave nobody behind who holds its output open. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)setenv("LIAISON_NODE", house.dir, 1);
		_exit(cli_run(argc, argv, house.features, c->out, c->notes));
	}
	arena_free(a);
}

static int
child_end(struct child *c, char *out, size_t n)
{
	int status;

	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	rewind(c->out);
	out[fread(out, 1, n - 1, c->out)] = '\0';
	(void)fclose(c->out);
	(void)fclose(c->notes);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Until the child has said something on its notes. */
static void
child_has_started(struct child *c)
{
	for (int i = 0; i < 500; i++) {
		char line[100];

		rewind(c->notes);
		if (fgets(line, sizeof line, c->notes) != NULL)
			return;
		rest(20);
	}
	fail_msg("the command did not start");
}

static void
serve_start(struct child *node)
{
	struct cli_inside in = {0};
	struct cli cli = {.arena = arena_new(0), .inside = &in};
	const char *path;
	struct err err;
	int i;

	child_start(node, (const char *const[]){"node", "serve", "--port", "0", NULL});
	(void)setenv("LIAISON_NODE", house.dir, 1);
	for (i = 0; i < 500 && cli_socket(&cli, &path, &err) != RC_OK; i++)
		rest(20);
	assert_true(i < 500);
	arena_free(cli.arena);
}

static void
serve_end(struct child *node)
{
	char out[1000];

	assert_int_equal(kill(node->pid, SIGTERM), 0);
	assert_int_equal(child_end(node, out, sizeof out), 0);
}

static void
walk_and_see(const char *const *words, int code, const char *want)
{
	struct child c;
	char out[1000];
	int got;

	child_start(&c, words);
	got = child_end(&c, out, sizeof out);
	if (got != code || strcmp(out, want) != 0)
		fail_msg("%s gave %d \"%s\"", words[3] != NULL ? words[3] : "", got, out);
}

/* Done, failed and interrupted: alike wherever the job runs. */
static void
wait_for_all_kinds_of_ends(void)
{
	struct child c;
	char out[1000];
	int64_t done = 0;

	walk_and_see((const char *const[]){"test", "walk", "--steps", "5", NULL}, 0, "done 5\n");
	walk_and_see((const char *const[]){"test", "walk", "--fails-at", "3", NULL}, 2,
		     "failed 2\n");
	child_start(&c, (const char *const[]){"test", "walk", "--steps", "2000", NULL});
	child_has_started(&c);
	rest(200);
	assert_int_equal(kill(c.pid, SIGINT), 0);
	assert_int_equal(child_end(&c, out, sizeof out), 5);
	assert_int_equal(strncmp(out, "stopped ", 8), 0);
	assert_true(str_to_i64(str_trim(str_from(out + 8)), &done));
	assert_true(done > 0 && done < 2000);
}

static void
a_job_in_this_process_is_awaited_and_stopped_by_ctrl_c(void **state)
{
	(void)state;
	wait_for_all_kinds_of_ends();
}

static void
a_job_of_the_running_node_is_followed_and_stopped_by_ctrl_c(void **state)
{
	struct child node;

	(void)state;
	serve_start(&node);
	wait_for_all_kinds_of_ends();
	serve_end(&node);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_job_in_this_process_is_awaited_and_stopped_by_ctrl_c),
	    cmocka_unit_test(a_job_of_the_running_node_is_followed_and_stopped_by_ctrl_c),
	};

	return cmocka_run_group_tests(tests, house_open, house_close);
}
