#include "match/screening/run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "text/edtf.h"
#include "format/csv.h"
#include "parse/parse.h"
#include "match/screening/list.h"
#include "match/screening/screen.h"

/* Rows in hand at once: enough to keep threads busy, little enough for memory. */
#define CHUNK_HITS 65536
#define CHUNK_QUERIES 8192
#define SHOWN_MAX 20

struct query_row {
	struct str id, name, dob, country, type;
	struct str ids[8];
	size_t id_n;
	struct screen_hit *hits;
	size_t hit_n;
};

struct columns {
	ptrdiff_t id, name, dob, country, type, ids;
};

struct screening {
	const struct match_screen_options *options;
	const struct screen_index *index;
	struct screen_worker *workers[MATCH_THREADS_MAX];
	unsigned thread_n;
	struct query_row *rows;
	size_t row_n;
	atomic_size_t next;
	int64_t spent_us;
	size_t asked;
	size_t skipped, undated; /* lines of queries that are none; dates that are none */
};

struct job {
	struct screening *screening;
	struct screen_worker *worker;
};

static ptrdiff_t
column(const struct csv_row *header, const char *const *names)
{
	for (; *names != NULL; names++)
		for (size_t i = 0; i < header->n; i++)
			if (str_eq_ascii_case(str_trim(header->at[i].text), str_from(*names)))
				return (ptrdiff_t)i;
	return -1;
}

static enum rc
columns_read(const struct csv_row *header, struct columns *out, struct err *err)
{
	static const char *const ids[] = {"query_id", "id", "entity_id", NULL};
	static const char *const names[] = {"name", "names", "full_name", NULL};
	static const char *const dobs[] = {"dob", "birth_date", "date_of_birth", "birthdate", NULL};
	static const char *const countries[] = {"country", "countries", "nationality", NULL};
	static const char *const types[] = {"type", "schema", NULL};
	static const char *const identifiers[] = {"ids", "identifiers", "id_number", NULL};

	out->id = column(header, ids);
	out->name = column(header, names);
	out->dob = column(header, dobs);
	out->country = column(header, countries);
	out->type = column(header, types);
	out->ids = column(header, identifiers);
	if (out->id < 0 || out->name < 0)
		return fail(err, RC_INVALID, "queries", "no column \"%s\" in the first line",
			    out->id < 0 ? "query_id" : "name");
	return RC_OK;
}

static struct str
cell(struct arena *a, const struct csv_row *row, ptrdiff_t at)
{
	if (at < 0 || (size_t)at >= row->n)
		return STR_NONE;
	return str_copy(a, str_trim(row->at[at].text));
}

static void
row_read(struct arena *a, const struct csv_row *row, const struct columns *c, struct query_row *out)
{
	struct str rest = cell(a, row, c->ids);

	*out = (struct query_row){.id = cell(a, row, c->id),
				  .name = cell(a, row, c->name),
				  .dob = cell(a, row, c->dob),
				  .country = cell(a, row, c->country),
				  .type = cell(a, row, c->type)};
	while (rest.n > 0 && out->id_n < COUNT_OF(out->ids))
		out->ids[out->id_n++] = str_cut(&rest, '|');
}

static void
screen_row(struct screening *s, struct screen_worker *w, struct query_row *row)
{
	struct str names[SCREEN_QUERY_NAMES], rest = row->name;
	struct screen_query query = {.names = names,
				     .dob = row->dob,
				     .country = row->country,
				     .type = row->type,
				     .ids = row->ids,
				     .id_count = row->id_n};

	while (rest.p != NULL && query.name_count < COUNT_OF(names))
		names[query.name_count++] = str_cut(&rest, '|');
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

			csv_out_cell(&csv, s->rows[i].id);
			csv_out_cell(&csv, hit->entry_id);
			csv_out_cell(&csv, str_fmt(a, "%.12f", hit->score));
			csv_out_end(&csv);
		}
	}
	if (fwrite(text.p, 1, text.n, out) != text.n)
		return fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	return RC_OK;
}

static void
report(FILE *diag, const struct err *why, size_t *skipped)
{
	struct arena *a = arena_new(0);

	if (++*skipped <= SHOWN_MAX)
		fprintf(diag, "%.*s\n", STR_ARG(err_line(a, why)));
	arena_free(a);
}

/* A birth date that is none says nothing for or against anybody: the row is asked without it. */
static void
dob_check(struct screening *s, const struct csv_row *row, const struct columns *columns,
	  const struct query_row *query, FILE *diag)
{
	struct edtf date;
	struct err why;

	if (query->dob.n == 0 || edtf_parse(query->dob, &date))
		return;
	(void)fail_at(&why, RC_INVALID, s->options->queries, row->at[columns->dob].line,
		      row->at[columns->dob].column, "dob",
		      "is no date such as 1979, 1979-05 or 1979-05-07; screened without it");
	report(diag, &why, &s->undated);
}

/*
 * Fill s->rows from the reader. RC_OK: there may be more; RC_ABSENT: the end, rows may be in
 * hand all the same.
 */
static enum rc
chunk_read(struct screening *s, struct parse *csv, const struct columns *columns, struct arena *a,
	   size_t rows_max, FILE *diag, struct err *err)
{
	struct csv_row row;
	enum rc rc;

	s->row_n = 0;
	s->rows = NEW_N(a, struct query_row, rows_max);
	while (s->row_n < rows_max) {
		rc = parse_csv_next(csv, &row, err);
		if (rc == RC_ABSENT)
			return rc;
		if (rc != RC_OK) {
			if (!parse_can_go_on(csv))
				return rc;
			report(diag, err, &s->skipped);
			continue;
		}
		row_read(a, &row, columns, &s->rows[s->row_n]);
		dob_check(s, &row, columns, &s->rows[s->row_n], diag);
		s->rows[s->row_n++].hits = NEW_N(a, struct screen_hit, s->options->limit);
	}
	return RC_OK;
}

static enum rc
queries_run(struct screening *s, FILE *in, FILE *out, FILE *diag, struct err *err)
{
	struct arena *a = arena_new((size_t)4 << 30);
	struct parse *csv;
	size_t rows_max = CHUNK_HITS / s->options->limit + 1;
	struct columns columns;
	struct csv_row header;
	enum rc rc, wrote = RC_OK;

	if (rows_max > CHUNK_QUERIES)
		rows_max = CHUNK_QUERIES;
	rc = parse_csv_open(source_file(in, s->options->queries), CSV_RAGGED | CSV_LATIN1, &csv,
			    err);
	if (rc == RC_OK)
		rc = parse_csv_next(csv, &header, err);
	if (rc == RC_ABSENT)
		rc = fail(err, RC_INVALID, "queries", "the file of queries is empty");
	if (rc == RC_OK)
		rc = columns_read(&header, &columns, err);
	if (rc == RC_OK && fputs("query_id,matched_id,score\r\n", out) < 0)
		rc = fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	while (rc == RC_OK) {
		rc = chunk_read(s, csv, &columns, a, rows_max, diag, err);
		if (rc == RC_OK || rc == RC_ABSENT) {
			chunk_screen(s);
			if ((wrote = chunk_write(s, a, out, err)) != RC_OK)
				rc = wrote;
		}
		arena_reset(a);
	}
	parse_close(csv);
	arena_free(a);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
open_in(const char *path, FILE **out, const char *key, struct err *err)
{
	*out = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	if (*out == NULL)
		return fail(err, RC_ABSENT, key, "the file \"%s\" cannot be opened", path);
	return RC_OK;
}

static void
close_in(FILE *in)
{
	if (in != stdin)
		fclose(in);
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
tell(const struct screening *s, FILE *diag)
{
	if (s->undated > 0)
		fprintf(diag,
			"%zu birth dates are none; their queries were screened without them\n",
			s->undated);
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
	FILE *in = NULL;
	enum rc rc;

	if ((rc = options_check(options, err)) != RC_OK)
		return rc;
	if ((rc = open_in(options->queries, &in, "queries", err)) != RC_OK)
		return rc;
	rc = list_index(options->lists, options->list_count, options->format, diag, &index,
			&list_skipped, err);
	s.index = index;
	for (unsigned i = 0; rc == RC_OK && i < s.thread_n; i++)
		rc = screen_worker_open(&s.workers[i], err);
	if (rc == RC_OK)
		rc = queries_run(&s, in, out, diag, err);
	if (rc == RC_OK)
		tell(&s, diag);
	if (rc == RC_OK && s.skipped + list_skipped > 0)
		rc = fail(err, RC_INVALID, "",
			  "%zu lines of queries and %zu of lists could not be read and were "
			  "skipped; all others were screened",
			  s.skipped, list_skipped);
	for (unsigned i = 0; i < s.thread_n; i++)
		screen_worker_close(s.workers[i]);
	screen_index_free(index);
	close_in(in);
	return rc;
}
