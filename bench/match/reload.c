/*
 * reload INDEX QUERIES [SECONDS]: one thread asks without a pause while another maps the list anew,
 * checks it and puts it in the place of the one before, in every second second. INDEX is what
 * `liaison match index` wrote, QUERIES a CSV as for `liaison match screen`. Prints how many answers
 * were others than before (wanted: none) and the slowest in a hundred by the clock, in seconds
 * without and with a reload; on a machine with other work both mean little, their ratio something.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "format/csv.h"
#include "match/screening/reload.h"
#include "match/screening/screen.h"

#define QUERIES_MAX 5000
#define TIMES_MAX 4000000

struct asked {
	struct str name, dob, best; /* best: who was found first, before any reload */
	double score;
};

struct work {
	const char *path;
	struct screen_live *live;
	VEC(struct asked) queries;
	atomic_bool stop, reloading;
	atomic_uint reloads, refused;
};

static enum rc
read_queries(struct arena *a, struct work *w, const char *path, struct err *err)
{
	FILE *in = fopen(path, "re");
	struct csv *csv;
	struct csv_row row;
	enum rc rc;

	if (in == NULL)
		return fail(err, RC_ABSENT, "queries", "\"%s\" cannot be opened", path);
	csv = csv_new(a, source_file(in, path), NULL);
	rc = csv_next(csv, &row, err);
	while (rc == RC_OK && w->queries.n < QUERIES_MAX &&
	       (rc = csv_next(csv, &row, err)) == RC_OK) {
		struct str rest = str_copy(a, row.at[1].text);
		struct asked *q = VEC_ADD(a, &w->queries);

		q->name = str_cut(&rest, '|');
		if (row.n > 2)
			q->dob = str_copy(a, row.at[2].text);
	}
	fclose(in);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static void *
reload(void *ctx)
{
	struct work *w = ctx;

	while (!atomic_load(&w->stop)) {
		struct timespec pause = {.tv_nsec = 2000000};
		struct screen_index *index;
		struct err err;

		if (!atomic_load(&w->reloading)) {
			nanosleep(&pause, NULL);
			continue;
		}
		if (screen_index_open(w->path, &index, &err) != RC_OK) {
			atomic_fetch_add(&w->refused, 1);
			continue;
		}
		screen_live_swap(w->live, index);
		atomic_fetch_add(&w->reloads, 1);
	}
	return NULL;
}

/* What is found first, in *held, which the hit lives with and the caller frees. */
static bool
ask(struct work *w, struct screen_worker *worker, const struct asked *q, struct screen_hit *hit,
    struct screen_index **held)
{
	struct screen_query query = {.names = &q->name, .name_count = 1, .dob = q->dob};

	*held = screen_live_hold(w->live);
	return screen_search(*held, worker, &query, 1, 0.000001, hit) == 1;
}

static int
rising(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
p99(int64_t *times, size_t n)
{
	if (n == 0)
		return 0;
	qsort(times, n, sizeof *times, rising);
	return times[n - 1 - n / 100];
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new((size_t)1 << 30);
	struct work w = {0};
	struct screen_worker *worker;
	struct screen_index *index, *held;
	struct screen_hit hit;
	struct err err;
	pthread_t thread;
	int64_t *times[2], start;
	size_t n[2] = {0}, other = 0, all = 0;
	long seconds = argc > 3 ? strtol(argv[3], NULL, 10) : 10;

	if (argc < 3) {
		fprintf(stderr, "usage: bench_match_reload INDEX QUERIES [SECONDS]\n");
		return 2;
	}
	w.path = argv[1];
	if (read_queries(a, &w, argv[2], &err) != RC_OK ||
	    screen_index_open(w.path, &index, &err) != RC_OK ||
	    screen_worker_open(&worker, &err) != RC_OK) {
		fprintf(stderr, "%.*s\n", STR_ARG(err_line(a, &err)));
		return 1;
	}
	w.live = screen_live_new(index);
	for (int i = 0; i < 2; i++)
		times[i] = NEW_N(a, int64_t, TIMES_MAX);
	for (size_t i = 0; i < w.queries.n; i++) {
		struct asked *q = &w.queries.at[i];

		if (ask(&w, worker, q, &hit, &held)) {
			q->best = str_copy(a, hit.entry_id);
			q->score = hit.score;
		}
		screen_index_free(held);
	}
	must(pthread_create(&thread, NULL, reload, &w) == 0);
	start = monotonic_us();
	for (int64_t now = start; now - start < seconds * 1000000 && w.queries.n > 0; all++) {
		const struct asked *q = &w.queries.at[all % w.queries.n];
		int phase = (int)((now - start) / 1000000 % 2);
		int64_t before = monotonic_us();
		bool found;

		atomic_store(&w.reloading, phase == 1);
		found = ask(&w, worker, q, &hit, &held);
		other += found != (q->best.n > 0) ||
			 (found && (hit.score != q->score || !str_eq(hit.entry_id, q->best)));
		screen_index_free(held);
		now = monotonic_us();
		if (n[phase] < TIMES_MAX)
			times[phase][n[phase]++] = now - before;
	}
	atomic_store(&w.stop, true);
	must(pthread_join(thread, NULL) == 0);
	printf(
	    "%zu questions, %u reloads, %u refused, %zu answered otherwise: p99 %lld us without, "
	    "%lld us with reloads\n",
	    all, atomic_load(&w.reloads), atomic_load(&w.refused), other,
	    (long long)p99(times[0], n[0]), (long long)p99(times[1], n[1]));
	screen_worker_close(worker);
	screen_live_free(w.live);
	arena_free(a);
	return other > 0 || atomic_load(&w.refused) > 0;
}
