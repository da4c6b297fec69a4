#include "match/screening/run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "format/csv.h"
#include "match/screening/list.h"
#include "match/screening/query.h"
#include "match/screening/said.h"
#include "match/screening/screen.h"

/* Rows in hand at once: enough to keep threads busy, little enough for memory. */
#define CHUNK_HITS 65536
#define CHUNK_QUERIES 8192

/* Who is asked about, and what came of it. */
struct asked_row {
	struct query_row query;
	struct screen_hit *hits;
	size_t hit_n;
};

struct screening {
	const struct match_screen_options *options;
	const struct screen_index *index;
	struct screen_worker *workers[MATCH_THREADS_MAX];
	unsigned thread_n;
	struct asked_row *rows;
	size_t row_n;
	atomic_size_t next;
	int64_t spent_us;
	size_t asked;
};

struct job {
	struct screening *screening;
	struct screen_worker *worker;
};

static void
screen_row(struct screening *s, struct screen_worker *w, struct asked_row *row)
{
	struct str names[SCREEN_QUERY_NAMES];
	struct screen_query query = query_ask(&row->query, names);

	row->hit_n =
	    screen_search(s->index, w, &query, s->options->limit, s->options->min_score, row->hits);
}

static void *
work(void *ctx)
{
	struct job *job = ctx;
	struct screening *s = job->screening;
	size_t i;

	while ((i = atomic_fetch_add(&s->next, 1)) < s->row_n)
		screen_row(s, job->worker, &s->rows[i]);
	return NULL;
}

/* Screen the rows in hand on all threads; this one is the first of them. */
static void
chunk_screen(struct screening *s)
{
	pthread_t threads[MATCH_THREADS_MAX];
	struct job jobs[MATCH_THREADS_MAX];
	int64_t start = monotonic_us();
	unsigned n = 1;

	atomic_store(&s->next, 0);
	for (unsigned i = 0; i < s->thread_n; i++)
		jobs[i] = (struct job){s, s->workers[i]};
	while (n < s->thread_n && pthread_create(&threads[n], NULL, work, &jobs[n]) == 0)
		n++;
	work(&jobs[0]);
	while (--n > 0)
		pthread_join(threads[n], NULL);
	s->spent_us += monotonic_us() - start;
	s->asked += s->row_n;
}

/* Who asked by a name that says nothing is told so: no row would read like nobody found. */
static void
chunk_tell(struct screening *s, struct query_file *file)
{
	for (size_t i = 0; i < s->row_n; i++) {
		struct str names[SCREEN_QUERY_NAMES];
		struct screen_query query = query_ask(&s->rows[i].query, names);

		if (s->rows[i].hit_n == 0 && !said_query(s->workers[0], &query))
			query_unnamed(file, &s->rows[i].query);
	}
}

static enum rc
chunk_write(struct screening *s, struct arena *a, FILE *out, struct err *err)
{
	struct buf text;
	struct csv_out csv;

	buf_init(&text, a);
	csv_out_init(&csv, &text, false);
	for (size_t i = 0; i < s->row_n; i++) {
		for (size_t k = 0; k < s->rows[i].hit_n; k++) {
			const struct screen_hit *hit = &s->rows[i].hits[k];

			csv_out_cell(&csv, s->rows[i].query.id);
			csv_out_cell(&csv, hit->entry_id);
			csv_out_cell(&csv, str_fmt(a, "%.12f", hit->score));
			csv_out_end(&csv);
		}
	}
	if (fwrite(text.p, 1, text.n, out) != text.n)
		return fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	return RC_OK;
}

/*
 * Fill s->rows from the reader. RC_OK: there may be more; RC_ABSENT: the end, rows may be in
 * hand all the same.
 */
static enum rc
chunk_read(struct screening *s, struct query_file *file, struct arena *a, size_t rows_max,
	   struct err *err)
{
	s->row_n = 0;
	s->rows = NEW_N(a, struct asked_row, rows_max);
	while (s->row_n < rows_max) {
		enum rc rc = query_next(file, a, &s->rows[s->row_n].query, err);

		if (rc != RC_OK)
			return rc;
		s->rows[s->row_n++].hits = NEW_N(a, struct screen_hit, s->options->limit);
	}
	return RC_OK;
}

static enum rc
queries_run(struct screening *s, struct query_file *file, FILE *out, struct err *err)
{
	struct arena *a = arena_new((size_t)4 << 30);
	size_t rows_max = CHUNK_HITS / s->options->limit + 1;
	enum rc rc = RC_OK, wrote = RC_OK;

	if (rows_max > CHUNK_QUERIES)
		rows_max = CHUNK_QUERIES;
	if (fputs("query_id,matched_id,score\r\n", out) < 0)
		rc = fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	while (rc == RC_OK) {
		rc = chunk_read(s, file, a, rows_max, err);
		if (rc == RC_OK || rc == RC_ABSENT) {
			chunk_screen(s);
			chunk_tell(s, file);
			if ((wrote = chunk_write(s, a, out, err)) != RC_OK)
				rc = wrote;
		}
		arena_reset(a);
	}
	arena_free(a);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
options_check(const struct match_screen_options *o, struct err *err)
{
	if (o->list_count == 0)
		return fail(err, RC_USAGE, "list", "at least one list is needed");
	if (o->queries == NULL)
		return fail(err, RC_USAGE, "queries", "a file of queries is needed");
	if (o->limit < 1 || o->limit > MATCH_LIMIT_MAX)
		return fail(err, RC_USAGE, "limit", "the limit is 1 to %d", MATCH_LIMIT_MAX);
	if (!(o->min_score >= 0 && o->min_score <= 1))
		return fail(err, RC_USAGE, "min-score", "the least score is 0 to 1");
	if (o->threads > MATCH_THREADS_MAX)
		return fail(err, RC_USAGE, "threads", "threads are 1 to %d", MATCH_THREADS_MAX);
	return RC_OK;
}

static unsigned
thread_count(unsigned asked)
{
	long n = asked > 0 ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > MATCH_THREADS_MAX ? MATCH_THREADS_MAX : (unsigned)n;
}

static void
tell(const struct screening *s, const struct query_file *file, FILE *diag)
{
	if (query_undated(file) > 0)
		fprintf(diag,
			"%zu birth dates are none; their queries were screened without them\n",
			query_undated(file));
	if (screen_index_skipped(s->index) > 0)
		fprintf(diag, "%zu listed names or dates could not be used\n",
			screen_index_skipped(s->index));
	if (s->options->timing && s->spent_us > 0)
		fprintf(diag, "%zu entries, %zu names, %zu queries on %u threads: %.0f a second\n",
			screen_index_entries(s->index), screen_index_names(s->index), s->asked,
			s->thread_n, (double)s->asked * 1e6 / (double)s->spent_us);
}

enum rc
match_screen_run(const struct match_screen_options *options, FILE *out, FILE *diag, struct err *err)
{
	struct screening s = {.options = options, .thread_n = thread_count(options->threads)};
	struct screen_index *index = NULL;
	size_t list_skipped = 0;
	struct query_file *file = NULL;
	enum rc rc;

	if ((rc = options_check(options, err)) != RC_OK)
		return rc;
	if ((rc = query_open(options->queries, diag, &file, err)) != RC_OK)
		return rc;
	rc = list_index(options->lists, options->list_count, options->format, diag, &index,
			&list_skipped, err);
	s.index = index;
	for (unsigned i = 0; rc == RC_OK && i < s.thread_n; i++)
		rc = screen_worker_open(&s.workers[i], err);
	if (rc == RC_OK)
		rc = queries_run(&s, file, out, err);
	if (rc == RC_OK)
		tell(&s, file, diag);
	if (rc == RC_OK && query_skipped(file) + list_skipped > 0)
		rc = fail(err, RC_INVALID, "",
			  "%zu lines of queries and %zu of lists could not be read and were "
			  "skipped, %zu queries asked for nobody; all others were screened",
			  query_skipped(file), list_skipped, query_unasked(file));
	else if (rc == RC_OK && query_unasked(file) > 0)
		rc = fail(err, RC_INVALID, "name",
			  "%zu queries have no name that could be compared, so nobody was looked "
			  "for by them; all others were screened",
			  query_unasked(file));
	for (unsigned i = 0; i < s.thread_n; i++)
		screen_worker_close(s.workers[i]);
	screen_index_free(index);
	query_close(file);
	return rc;
}
