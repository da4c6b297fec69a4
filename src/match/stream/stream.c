#include "match/stream/stream.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "format/json.h"
#include "format/ndjson.h"
#include "match/stream/alert.h"
#include "match/stream/record.h"
#include "serve/file.h"

/*
 * Lines in hand at once: enough to keep threads busy, little enough for memory, whatever stands in
 * them (a line may name 500 people who all are on the list).
 */
#define BATCH_ROWS 4096
#define BATCH_BYTES ((size_t)1 << 20)
#define ARENA_BYTES_MAX ((size_t)8 << 30)
#define ROWS_A_THREAD 32 /* with less, starting it costs more than it brings */
#define RULES_BYTES_MAX ((size_t)256 << 10)

struct row {
	struct str text; /* the line; or none, and the fault says why */
	long line;
	struct err *fault;
	bool skipped; /* it is no event; else the fault is of a part of it */
	enum event_kind kind;
	struct str out; /* alerts, as lines */
	size_t alerts, listing_alerts;
};

struct run;

struct worker {
	struct run *run;
	struct screen_worker *screen;
	struct arena *arena; /* a batch's */
	struct rule_record *rules;
	bool *hit;
};

struct run {
	const struct stream_options *options;
	struct arena *arena; /* as long as the run */
	struct rules rules;
	struct alert_list list;
	struct map cleared;
	struct stream_record record;
	struct worker workers[STREAM_THREADS_MAX];
	unsigned worker_n;
	struct arena *lines; /* a batch's */
	struct row *rows;
	size_t row_n, bytes;
	atomic_size_t next;
	int64_t now_ms;
	int in;
	FILE *out, *diag;
	enum rc rc; /* of a batch that was written while more was read */
	struct err *err;
};

static void
row_fault(struct worker *w, struct row *row, const struct err *why)
{
	row->fault = NEW(w->arena, struct err);
	*row->fault = *why;
}

static void
row_screen(struct worker *w, struct row *row)
{
	const struct limits limits = {.bytes_max = STREAM_LINE_MAX};
	const struct run *run = w->run;
	struct event *e = NEW(w->arena, struct event);
	struct alert_hits hits;
	struct err why;
	struct buf out;
	json_t *json;
	enum rc rc = json_read_reals(row->text, &limits, &json, &why);

	if (rc == RC_OK) {
		rc = event_read(w->arena, json, run->now_ms, e, &why);
		json_decref(json);
	}
	if (rc != RC_OK) {
		row->skipped = true;
		row_fault(w, row, &why);
		return;
	}
	if (e->fault != NULL) {
		(void)fail(&why, RC_INVALID, str_z(w->arena, e->fault_key), "%s", e->fault);
		row_fault(w, row, &why);
	}
	row->kind = e->kind;
	alert_screen(w->arena, w->screen, &run->list, &run->rules, e, &hits);
	if (hits.unnamed && row->fault == NULL) {
		(void)fail(&why, RC_INVALID, "name", SAID_NOTHING);
		row_fault(w, row, &why);
	}
	buf_init(&out, w->arena);
	row->alerts = alert_lines(w->arena, w->screen, &run->list, &run->rules, e, &hits, row->line,
				  run->now_ms, w->hit, &out);
	row->out = buf_str(&out);
	row->listing_alerts = row->alerts;
	for (size_t i = 0; i < run->rules.n; i++) {
		const struct rule *r = &run->rules.at[i];

		if ((r->kinds & KIND_BIT(e->kind)) != 0 && rule_runs(r, run->now_ms))
			w->rules[i].screened++;
		w->rules[i].hits += w->hit[i];
		row->listing_alerts -= w->hit[i];
	}
}

static void *
work(void *ctx)
{
	struct worker *w = ctx;
	size_t i;

	while ((i = atomic_fetch_add(&w->run->next, 1)) < w->run->row_n)
		if (w->run->rows[i].text.p != NULL)
			row_screen(w, &w->run->rows[i]);
	return NULL;
}

/* All on as many threads as there is work for; this one is the first of them. */
static void
batch_screen(struct run *run)
{
	pthread_t threads[STREAM_THREADS_MAX];
	unsigned wanted = (unsigned)(run->row_n / ROWS_A_THREAD) + 1, n = 1;

	atomic_store(&run->next, 0);
	while (n < run->worker_n && n < wanted &&
	       pthread_create(&threads[n], NULL, work, &run->workers[n]) == 0)
		n++;
	work(&run->workers[0]);
	while (--n > 0)
		must(pthread_join(threads[n], NULL) == 0);
}

static void
tell_row(struct run *run, const struct row *row)
{
	const struct err *why = row->fault;

	run->record.skipped += row->skipped;
	run->record.partly += !row->skipped;
	fprintf(run->diag, "line %ld: %s%s%s%s\n", row->line, why->key,
		why->key[0] != '\0' ? ": " : "", why->text, row->skipped ? "; skipped" : "");
}

/* In the order of the input. */
static enum rc
batch_write(struct run *run, struct err *err)
{
	for (size_t i = 0; i < run->row_n; i++) {
		const struct row *row = &run->rows[i];

		if (row->fault != NULL)
			tell_row(run, row);
		if (row->skipped)
			continue;
		run->record.events[row->kind]++;
		run->record.alerts += (int64_t)row->alerts;
		run->record.listing_alerts += (int64_t)row->listing_alerts;
		if (fwrite(row->out.p, 1, row->out.n, run->out) != row->out.n)
			return fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	}
	/* Whoever reads them is not kept waiting by lines that are still to come. */
	return fflush(run->out) == 0
		   ? RC_OK
		   : fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
}

static void
note_expired(struct run *run)
{
	for (size_t i = 0; i < run->rules.n; i++)
		if (!rule_runs(&run->rules.at[i], run->now_ms))
			run->record.rules[i].expired = true;
}

static enum rc
batch_end(struct run *run, struct err *err)
{
	enum rc rc;

	if (run->row_n == 0)
		return RC_OK;
	run->now_ms = clock_now(&clock_system);
	note_expired(run);
	batch_screen(run);
	rc = batch_write(run, err);
	for (unsigned i = 0; i < run->worker_n; i++)
		arena_reset(run->workers[i].arena);
	arena_reset(run->lines);
	run->rows = NEW_N(run->lines, struct row, BATCH_ROWS);
	run->row_n = run->bytes = 0;
	return rc;
}

/* Before waiting for more, what is in hand is answered: a feed may pause for hours. */
static ptrdiff_t
pull(struct source *s, char *p, size_t n)
{
	struct run *run = s->ctx;
	struct pollfd fd = {.fd = run->in, .events = POLLIN};
	ssize_t got;

	if (run->row_n > 0 && poll(&fd, 1, 0) == 0 && (run->rc = batch_end(run, run->err)) != RC_OK)
		return -1;
	do
		got = read(run->in, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

static void
add_row(struct run *run, struct str text, long line, enum rc rc, const struct err *why)
{
	struct row *row = &run->rows[run->row_n++];

	*row = (struct row){.line = line};
	if (rc == RC_OK) {
		row->text = str_copy(run->lines, text);
		run->bytes += text.n;
		return;
	}
	row->skipped = true;
	row->fault = NEW(run->lines, struct err);
	*row->fault = *why;
}

static enum rc
lines_run(struct run *run, struct err *err)
{
	const struct limits limits = {
	    .bytes_max = SIZE_MAX / 2, .row_bytes_max = STREAM_LINE_MAX, .rows_max = SIZE_MAX};
	struct source source = {.pull = pull, .ctx = run, .live = true};
	struct ndjson *in = ndjson_new(run->arena, source, 0, &limits);
	struct str text;
	long line;
	enum rc rc;

	run->err = err;
	run->rows = NEW_N(run->lines, struct row, BATCH_ROWS);
	while ((rc = ndjson_next_text(in, &text, &line, err)) != RC_ABSENT) {
		if (run->rc != RC_OK)
			return run->rc;
		if (rc != RC_OK && !ndjson_can_go_on(in))
			return rc;
		add_row(run, text, line, rc, err);
		if ((run->row_n == BATCH_ROWS || run->bytes >= BATCH_BYTES) &&
		    (rc = batch_end(run, err)) != RC_OK)
			return rc;
	}
	return batch_end(run, err);
}

static enum rc
rules_open(struct run *run, struct err *err)
{
	const struct stream_options *o = run->options;
	struct rule_faults faults = {0};
	struct str text;
	enum rc rc;

	if (o->rules == NULL)
		return RC_OK;
	if ((rc = file_read(run->arena, o->rules, RULES_BYTES_MAX, &text, err)) != RC_OK)
		return rc;
	rc = rules_read(run->arena, o->rules, text, &run->rules, &faults, err);
	for (size_t i = 1; i < faults.n; i++)
		fprintf(run->diag, "%.*s\n", STR_ARG(err_line(run->arena, &faults.at[i])));
	return rc;
}

/* An expired rule does not run; the others do, and the end tells of it. */
static enum rc
rules_check(struct run *run, struct err *err)
{
	size_t running = 0;

	for (size_t i = 0; i < run->rules.n; i++) {
		const struct rule *r = &run->rules.at[i];

		if (rule_runs(r, run->now_ms))
			running++;
		else
			fprintf(run->diag,
				"%s:%ld: rule \"%.*s\" expired on %.*s and does not run\n",
				run->options->rules, r->line, STR_ARG(r->id), STR_ARG(r->expires));
	}
	note_expired(run);
	if (running > 0 || run->options->list_count > 0)
		return RC_OK;
	return fail(err, RC_CONFLICT, "rules", "no rule is in force, so nothing would be screened");
}

static unsigned
thread_count(unsigned asked)
{
	long n = asked > 0 ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > STREAM_THREADS_MAX ? STREAM_THREADS_MAX : (unsigned)n;
}

static enum rc
workers_open(struct run *run, struct err *err)
{
	unsigned n = thread_count(run->options->threads);
	enum rc rc = RC_OK;

	for (unsigned i = 0; i < n && rc == RC_OK; i++) {
		struct worker *w = &run->workers[i];

		*w = (struct worker){.run = run,
				     .arena = arena_new(ARENA_BYTES_MAX),
				     .rules =
					 NEW_N(run->arena, struct rule_record, run->rules.n + 1),
				     .hit = NEW_N(run->arena, bool, run->rules.n + 1)};
		run->worker_n++;
		rc = screen_worker_open(&w->screen, err);
	}
	return rc;
}

static void
workers_close(struct run *run)
{
	for (unsigned i = 0; i < run->worker_n; i++) {
		for (size_t k = 0; k < run->rules.n; k++) {
			run->record.rules[k].screened += run->workers[i].rules[k].screened;
			run->record.rules[k].hits += run->workers[i].rules[k].hits;
		}
		screen_worker_close(run->workers[i].screen);
		arena_free(run->workers[i].arena);
	}
}

static enum rc
options_check(const struct stream_options *o, struct err *err)
{
	if (o->list_count == 0 && o->rules == NULL)
		return fail(err, RC_USAGE, "list", "name a list or a file of rules");
	if (!(o->min_score >= 0.5 && o->min_score <= 1))
		return fail(err, RC_USAGE, "min-score", "the least score is 0.5 to 1");
	return o->threads > STREAM_THREADS_MAX
		   ? fail(err, RC_USAGE, "threads", "threads are 1 to %d", STREAM_THREADS_MAX)
		   : RC_OK;
}

/* Whoever asks has to know that somebody was not looked for. */
static enum rc
end_check(const struct run *run, size_t list_skipped, struct err *err)
{
	const struct stream_record *x = &run->record;
	long long expired = 0;

	for (size_t i = 0; i < run->rules.n; i++)
		expired += x->rules[i].expired;
	if (x->skipped + x->partly + x->undecided_lines + expired == 0 && list_skipped == 0)
		return RC_OK;
	return fail(err, RC_INVALID, "",
		    "%lld lines were skipped, %lld screened in part; %zu of lists and %lld of "
		    "decisions could not be read; %lld expired rules did not run; all else was "
		    "screened",
		    (long long)x->skipped, (long long)x->partly, list_skipped,
		    (long long)x->undecided_lines, expired);
}

enum rc
stream_run(const struct stream_options *options, int in, FILE *out, FILE *diag, struct err *err)
{
	struct arena *a = arena_new(ARENA_BYTES_MAX);
	struct run run = {.options = options,
			  .arena = a,
			  .cleared = {.arena = a},
			  .lines = arena_new(ARENA_BYTES_MAX),
			  .now_ms = options->now_ms,
			  .in = in,
			  .out = out,
			  .diag = diag};
	struct screen_index *index = NULL;
	size_t list_skipped = 0;
	enum rc rc;

	if ((rc = options_check(options, err)) == RC_OK)
		rc = rules_open(&run, err);
	run.record.rules = NEW_N(a, struct rule_record, run.rules.n + 1);
	if (rc == RC_OK)
		rc = rules_check(&run, err);
	if (rc == RC_OK && options->decided != NULL)
		rc = record_decisions(a, options->decided, &run.rules, &run.record, &run.cleared,
				      diag, err);
	if (rc == RC_OK && options->list_count > 0)
		rc = list_index(options->lists, options->list_count, options->format, diag, &index,
				&list_skipped, err);
	run.list = (struct alert_list){index, options->min_score, &run.cleared};
	if (rc == RC_OK)
		rc = workers_open(&run, err);
	if (rc == RC_OK)
		rc = lines_run(&run, err);
	workers_close(&run);
	if (rc == RC_OK) {
		record_tell(&run.record, &run.rules, options->json, diag);
		rc = end_check(&run, list_skipped, err);
	}
	screen_index_free(index);
	arena_free(run.lines);
	arena_free(a);
	return rc;
}
