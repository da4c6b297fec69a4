#include "serve/cli_inside.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "format/json.h"
#include "net/client.h"
#include "serve/cli_text.h"
#include "serve/job.h"

#define QUIET_MS 1000 /* no progress before that */
#define SHOW_EVERY_MS 200
#define POLL_MS 200

/* One wait for one job; the watcher thread sees only what is atomic or const. */
struct wait {
	struct cli *cli;
	struct str id;
	int64_t start_ms, shown_ms, first_done;
	bool shown, seen, ended;
	atomic_bool over, asked;
	pthread_t watcher;
	struct sigaction old;
	const char *socket; /* NULL: the job runs in this process */
	struct pairs headers;
	struct str stop_target;
};

static void
add_thousands(struct buf *b, int64_t n)
{
	if (n >= 1000) {
		add_thousands(b, n / 1000);
		buf_addf(b, ",%03lld", (long long)(n % 1000));
	} else {
		buf_addf(b, "%lld", (long long)n);
	}
}

static void
add_duration(struct buf *b, int64_t seconds)
{
	if (seconds >= 3600)
		buf_addf(b, "%lld h %lld min", (long long)(seconds / 3600),
			 (long long)(seconds / 60 % 60));
	else if (seconds >= 60)
		buf_addf(b, "%lld min %lld s", (long long)(seconds / 60),
			 (long long)(seconds % 60));
	else
		buf_addf(b, "%lld s", (long long)seconds);
}

struct str
cli_progress_text(struct arena *a, int64_t done, int64_t total, struct str unit, int64_t moved,
		  int64_t elapsed_ms)
{
	struct buf b;
	int64_t rate = elapsed_ms > 0 ? moved * 1000 / elapsed_ms : 0;

	buf_init(&b, a);
	add_thousands(&b, done);
	if (total > 0) {
		buf_add_z(&b, " of ");
		add_thousands(&b, total);
	}
	if (unit.n > 0)
		buf_addf(&b, " %.*s", STR_ARG(unit));
	if (total > 0)
		buf_addf(&b, " (%lld %%)", (long long)(done >= total ? 100 : done * 100 / total));
	if (rate > 0) {
		buf_add_z(&b, ", ");
		add_thousands(&b, rate);
		buf_add_z(&b, " a second");
	}
	if (rate > 0 && total > done) {
		buf_add_z(&b, ", ");
		add_duration(&b, (total - done + rate - 1) / rate);
		buf_add_z(&b, " left");
	}
	return buf_str(&b);
}

static void
progress(struct wait *w, int64_t done, int64_t total, struct str unit)
{
	int64_t now = monotonic_ms();
	struct arena *a;
	struct buf line;

	if (!w->seen)
		w->first_done = done;
	w->seen = true;
	if (!w->cli->terminal || now - w->start_ms < QUIET_MS || now - w->shown_ms < SHOW_EVERY_MS)
		return;
	a = arena_new(0);
	buf_init(&line, a);
	buf_add_byte(&line, '\r');
	text_harmless(
	    &line, cli_progress_text(a, done, total, unit, done - w->first_done, now - w->start_ms),
	    false);
	buf_add_z(&line, "\033[K");
	(void)fwrite(line.p, 1, line.n, w->cli->notes);
	(void)fflush(w->cli->notes);
	w->shown = true;
	w->shown_ms = now;
	arena_free(a);
}

static int64_t
number(const json_t *job, const char *key)
{
	return json_integer_value(json_object_get(job, key));
}

static void
progress_json(struct wait *w, const json_t *job)
{
	progress(w, number(job, "done"), number(job, "total"), json_member_str(job, "unit"));
}

/* Ask the running node to stop the job, over a connection of this thread's own. */
static void
ask_stop(const struct wait *w)
{
	const struct client_options options = {.socket_path = w->socket, .timeout_ms = 10000};
	struct client_request request = {
	    .method = "POST", .target = w->stop_target, .headers = w->headers};
	struct client_response response = {0};
	struct arena *a = arena_new(0);
	struct client *c = NULL;
	struct err err;

	if (client_open(&options, &c, &err) != RC_OK ||
	    client_send(c, a, &request, &response, &err) != RC_OK || response.status >= 400)
		(void)fputs("liaison: the node did not take the stop; it works on\n",
			    w->cli->notes);
	client_close(c);
	arena_free(a);
}

/*
 * Ctrl-C while we wait: the first asks for a stop, after which the job's end is still awaited
 * so that its state is told truly; the second ends this process at once. A handler can reach
 * nothing but a global.
 */
static _Atomic int interrupts;

static void
on_interrupt(int signal_number)
{
	(void)signal_number;
	if (++interrupts > 1)
		_exit(rc_exit_code(RC_STOPPED));
}

static void *
watch(void *ctx)
{
	const struct timespec patience = {.tv_nsec = 100000000};
	struct wait *w = ctx;

	while (!atomic_load(&w->over)) {
		(void)nanosleep(&patience, NULL);
		if (interrupts == 0 || atomic_exchange(&w->asked, true))
			continue;
		(void)fputs("\nliaison: stopping; Ctrl-C again to leave at once\n", w->cli->notes);
		if (w->socket != NULL)
			ask_stop(w);
	}
	return NULL;
}

static void
watch_start(struct wait *w)
{
	const struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};

	interrupts = 0;
	must(sigaction(SIGINT, &action, &w->old) == 0);
	must(pthread_create(&w->watcher, NULL, watch, w) == 0);
}

static void
watch_end(struct wait *w)
{
	atomic_store(&w->over, true);
	must(pthread_join(w->watcher, NULL) == 0);
	must(sigaction(SIGINT, &w->old, NULL) == 0);
	if (w->shown)
		(void)fputs("\r\033[K", w->cli->notes);
}

static bool
on_event(void *ctx, struct str id, struct str event, struct str data)
{
	struct wait *w = ctx;
	struct err err;
	json_t *job;

	(void)id;
	if (str_eq(event, STR("end")))
		w->ended = true;
	else if (json_read_reals(data, NULL, &job, &err) == RC_OK) {
		progress_json(w, job);
		json_decref(job);
	}
	return !w->ended;
}

static bool
has_ended(const json_t *job)
{
	struct str state = json_member_str(job, "state");

	return str_eq(state, STR("done")) || str_eq(state, STR("failed")) ||
	       str_eq(state, STR("stopped"));
}

/* The job as it is, until it has ended; the event stream saves most of the asking. */
static enum rc
follow(struct wait *w, struct str target, struct cli_answer *answer, struct err *err)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
	struct cli_inside *in = w->cli->inside;
	struct client_request request = {.target =
					     str_fmt(w->cli->arena, "%.*s/events", STR_ARG(target)),
					 .headers = w->headers,
					 .on_event = on_event,
					 .ctx = w};
	struct client_response response = {0};
	struct arena *a = arena_new(0);
	enum rc rc;

	/* A node without the stream, or one that ends early, is asked every now and then. */
	rc = client_send(in->client, a, &request, &response, err);
	arena_free(a);
	if (rc == RC_FAILED)
		return rc;
	while ((rc = cli_call(w->cli, "GET", target, NULL, answer, err)) == RC_OK &&
	       !has_ended(answer->json)) {
		progress_json(w, answer->json);
		(void)nanosleep(&pause, NULL);
	}
	return rc;
}

/* Steps of a job in this process come by here; a stop is asked for between them. */
static void
on_progress(void *ctx, const struct job *job)
{
	struct wait *w = ctx;
	struct cli_answer ignored;
	struct err err;

	progress(w, job->done, job->total, job->unit_word);
	if (!atomic_load(&w->asked) || w->ended)
		return;
	w->ended = true;
	if (cli_call(w->cli, "POST", w->stop_target, NULL, &ignored, &err) != RC_OK)
		(void)fputs("liaison: the job cannot be stopped\n", w->cli->notes);
}

static enum rc
run_here(struct wait *w, struct str target, struct cli_answer *answer, struct err *err)
{
	struct cli_inside *in = w->cli->inside;
	struct err why = {0};
	struct id id;
	enum rc rc, ran;

	if (!id_parse(w->id, &id))
		return fail(err, RC_ABSENT, "", "no such job");
	ran = job_run_now(in->serve, id, on_progress, w, &why);
	if ((rc = cli_call(w->cli, "GET", target, NULL, answer, err)) != RC_OK)
		return rc;
	if (ran != RC_OK && !has_ended(answer->json)) {
		*err = why;
		return ran;
	}
	return RC_OK;
}

static enum rc
rc_of_failure(const json_t *job)
{
	struct str name = json_member_str(json_object_get(job, "result"), "rc");

	for (int rc = RC_FAILED; rc < RC_COUNT; rc++)
		if (str_eq_z(name, rc_name((enum rc)rc)))
			return (enum rc)rc;
	return RC_FAILED;
}

static enum rc
how_it_ended(const json_t *job, struct err *err)
{
	struct str state = json_member_str(job, "state");
	struct str why = json_member_str(job, "failure");

	if (str_eq(state, STR("stopped")))
		return fail(err, RC_STOPPED, "", "the job was stopped; what it did so far holds");
	if (str_eq(state, STR("failed")) && why.n > 0)
		return fail(err, rc_of_failure(job), "", "%.*s", STR_ARG(why));
	if (str_eq(state, STR("failed")))
		return fail(err, RC_FAILED, "", "the job failed; see: liaison job list");
	return RC_OK;
}

enum rc
cli_wait_job(struct cli *cli, struct str job_id, struct cli_answer *answer, struct err *err)
{
	struct cli_inside *in = cli->inside;
	struct str target =
	    str_fmt(cli->arena, "/api/v1/jobs/%.*s", STR_ARG(percent_encode(cli->arena, job_id)));
	struct wait w = {.cli = cli,
			 .id = job_id,
			 .start_ms = monotonic_ms(),
			 .headers = cli_headers(cli, 0),
			 .stop_target = str_fmt(cli->arena, "%.*s/stop", STR_ARG(target))};
	enum rc rc;

	*answer = (struct cli_answer){0};
	if ((rc = cli_connect(cli, err)) != RC_OK)
		return rc;
	if (in->client != NULL && (rc = cli_socket(cli, &w.socket, err)) != RC_OK)
		return rc;
	watch_start(&w);
	rc = in->client != NULL ? follow(&w, target, answer, err)
				: run_here(&w, target, answer, err);
	watch_end(&w);
	return rc == RC_OK ? how_it_ended(answer->json, err) : rc;
}
