/*
 * speed LIST QUERIES [ROUNDS [SAMPLE]]: how fast one thread screens. LIST and QUERIES are CSV as
 * for `liaison match screen`; reading them is not counted, normalising each name is. Prints queries
 * a second, the time of the middle query and of the slowest in a hundred, the time to build the
 * index and its bytes a name. Times are the thread's own, so that a busy machine says nearly the
 * same as an idle one. SAMPLE of the questions are then scored against every entry, and what the
 * search found of that is told: the best of each, and all that reach the shipped threshold.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "format/csv.h"
#include "format/listfile.h"
#include "match/screening/screen.h"

#define HITS 10

struct asked {
	struct str names[SCREEN_QUERY_NAMES];
	size_t n;
	struct str dob, country;
};

struct work {
	struct arena *arena;
	VEC(struct screen_entry) entries;
	VEC(struct asked) queries;
};

static double
now_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static struct str_list
copy_all(struct arena *a, const struct str_list *from)
{
	struct str_list to = {0};

	for (size_t i = 0; i < from->n; i++)
		*VEC_ADD(a, &to) = str_copy(a, from->at[i]);
	return to;
}

static enum rc
see(void *ctx, const struct list_entry *entry, struct err *err)
{
	struct work *w = ctx;
	struct screen_entry *to = VEC_ADD(w->arena, &w->entries);

	(void)err;
	to->id = str_copy(w->arena, entry->id);
	to->type = str_from(list_type_name(entry->type));
	for (size_t i = 0; i < entry->names.n; i++)
		*VEC_ADD(w->arena, &to->names) = str_copy(w->arena, entry->names.at[i].text);
	to->dobs = copy_all(w->arena, &entry->dobs);
	to->countries = copy_all(w->arena, &entry->countries);
	for (size_t i = 0; i < entry->ids.n; i++)
		*VEC_ADD(w->arena, &to->ids) = str_copy(w->arena, entry->ids.at[i].value);
	return RC_OK;
}

/* query_id,name,dob,country in this order. */
static enum rc
read_queries(struct work *w, const char *path, struct err *err)
{
	FILE *in = fopen(path, "re");
	struct csv *csv;
	struct csv_row row;
	enum rc rc;

	if (in == NULL)
		return fail(err, RC_ABSENT, "queries", "\"%s\" cannot be opened", path);
	csv = csv_new(w->arena, source_file(in, path), NULL);
	rc = csv_next(csv, &row, err);
	while (rc == RC_OK && (rc = csv_next(csv, &row, err)) == RC_OK) {
		struct asked *q = VEC_ADD(w->arena, &w->queries);
		struct str rest = str_copy(w->arena, row.at[1].text);

		while (rest.p != NULL && q->n < SCREEN_QUERY_NAMES)
			q->names[q->n++] = str_cut(&rest, '|');
		if (row.n > 2)
			q->dob = str_copy(w->arena, row.at[2].text);
		if (row.n > 3)
			q->country = str_copy(w->arena, row.at[3].text);
	}
	fclose(in);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure(const struct work *w, const struct screen_index *index, struct screen_worker *worker)
{
	double *times = NEW_N(w->arena, double, w->queries.n + 1), start, sum = 0;
	size_t hits_all = 0, n = w->queries.n;

	for (size_t i = 0; i < n; i++) {
		const struct asked *q = &w->queries.at[i];
		struct screen_query query = {
		    .names = q->names, .name_count = q->n, .dob = q->dob, .country = q->country};
		struct screen_hit hits[HITS];

		start = now_us(CLOCK_THREAD_CPUTIME_ID);
		hits_all += screen_search(index, worker, &query, HITS, 0.000001, hits);
		sum += times[i] = now_us(CLOCK_THREAD_CPUTIME_ID) - start;
	}
	qsort(times, n, sizeof *times, rising);
	printf("%zu queries, %zu hits: %.0f a second, p50 %.0f us, p99 %.0f us, most %.0f us\n", n,
	       hits_all, (double)n * 1e6 / sum, times[n / 2], times[n - 1 - n / 100], times[n - 1]);
}

/* A hit of the search, by its entry; NULL: it is none. */
static const struct screen_hit *
find_hit(const struct screen_hit *hits, size_t n, size_t entry)
{
	for (size_t i = 0; i < n; i++)
		if (hits[i].entry == entry)
			return &hits[i];
	return NULL;
}

#define ALL_HITS 200

static void
compare_all(const struct work *w, const struct screen_index *index, struct screen_worker *worker,
	    size_t sample)
{
	size_t step = w->queries.n / sample + 1, asked = 0, best_found = 0;
	size_t likely = 0, likely_first = 0, alerts = 0, alerts_found = 0;

	for (size_t i = 0; i < w->queries.n; i += step) {
		const struct asked *q = &w->queries.at[i];
		struct screen_query query = {
		    .names = q->names, .name_count = q->n, .dob = q->dob, .country = q->country};
		struct screen_hit hits[ALL_HITS];
		size_t n = screen_search(index, worker, &query, HITS, 0.000001, hits);
		double first = n > 0 ? hits[0].score : 0, best = 0;

		n = screen_search(index, worker, &query, ALL_HITS, SCREEN_THRESHOLD, hits);
		for (size_t entry = 0; entry < screen_index_entries(index); entry++) {
			struct screen_explanation why;

			screen_explain(index, worker, &query, entry, &why);
			best = why.score > best ? why.score : best;
			if (why.score < SCREEN_THRESHOLD)
				continue;
			alerts++;
			alerts_found += find_hit(hits, n, entry) != NULL;
		}
		asked++;
		best_found += first >= best;
		likely += best >= SCREEN_THRESHOLD;
		likely_first += best >= SCREEN_THRESHOLD && first >= best;
	}
	printf("%zu questions against every entry: the best was found for %zu (%.4f), "
	       "where it reaches the threshold for %zu of %zu (%.4f); "
	       "%zu of %zu above it were found (%.4f)\n",
	       asked, best_found, (double)best_found / (double)asked, likely_first, likely,
	       (double)likely_first / (double)(likely > 0 ? likely : 1), alerts_found, alerts,
	       (double)alerts_found / (double)(alerts > 0 ? alerts : 1));
}

int
main(int argc, char **argv)
{
	struct work w = {.arena = arena_new((size_t)16 << 30)};
	struct screen_index *index;
	struct screen_worker *worker;
	struct err err;
	double wall, cpu;
	long rounds = argc > 3 ? strtol(argv[3], NULL, 10) : 1;
	long sample = argc > 4 ? strtol(argv[4], NULL, 10) : 0;

	if (argc < 3) {
		fprintf(stderr, "usage: bench_match_speed LIST QUERIES [ROUNDS [SAMPLE]]\n");
		return 2;
	}
	if (listfile_read((const char *const *)&argv[1], 1, NULL,
			  &(struct list_sink){.entry = see, .ctx = &w}, NULL, &err) != RC_OK ||
	    read_queries(&w, argv[2], &err) != RC_OK)
		goto failed;
	wall = now_us(CLOCK_MONOTONIC);
	cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
	if (screen_index_new(w.entries.at, w.entries.n, &index, &err) != RC_OK ||
	    screen_worker_open(&worker, &err) != RC_OK)
		goto failed;
	wall = now_us(CLOCK_MONOTONIC) - wall;
	cpu = now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("%zu entries, %zu names: built in %.2f s (%.2f s of processor), %.0f bytes a name\n",
	       screen_index_entries(index), screen_index_names(index), wall / 1e6, cpu / 1e6,
	       (double)screen_index_bytes(index) / (double)screen_index_names(index));
	while (rounds-- > 0)
		measure(&w, index, worker);
	if (sample > 0)
		compare_all(&w, index, worker, (size_t)sample);
	screen_worker_close(worker);
	screen_index_free(index);
	arena_free(w.arena);
	return 0;
failed:
	fprintf(stderr, "%.*s\n", STR_ARG(err_line(w.arena, &err)));
	return 1;
}
