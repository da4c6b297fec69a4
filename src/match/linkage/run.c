#include "match/linkage/run.h"

#include <math.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/csv.h"
#include "format/json.h"
#include "match/linkage/assign.h"
#include "match/linkage/cluster.h"
#include "match/linkage/keys.h"

#define ARENA_BYTES ((size_t)64 << 30)
/* Another thread pays from so many rows on. */
#define ROWS_A_THREAD 20000
/*
 * When the keys are thought to miss more matches than this, more pairs are compared. What was
 * found is cleaner than what was not: values are taken to survive so much less often.
 */
#define MISSED_MOST 0.002
#define WORSE 0.85
#define LINK_HEAD_MAX 3 /* columns of what comes out */

struct linkage {
	const struct link_options *options;
	struct arena *arena, *work; /* work: of the last comparison */
	struct link_tables tables;
	struct link_keys *keys;
	struct link_pairs pairs;
	struct link_weights weights;
};

static unsigned
thread_count(unsigned asked, size_t rows)
{
	long n = asked > 0 ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);

	if (asked == 0 && (size_t)n > rows / ROWS_A_THREAD + 1)
		n = (long)(rows / ROWS_A_THREAD + 1);
	return n < 1 ? 1 : n > LINK_THREADS_MAX ? LINK_THREADS_MAX : (unsigned)n;
}

static void
tell_unused(const struct link_tables *t, FILE *diag)
{
	for (int side = 0; side < (t->one ? 1 : 2); side++)
		for (size_t i = 0; i < t->unused[side].n; i++)
			fprintf(
			    diag,
			    "the column \"%.*s\"%s is not compared; --fields names what it is\n",
			    STR_ARG(t->unused[side].at[i]),
			    t->one	? ""
			    : side == 0 ? " of the left file"
					: " of the right file");
}

static void
tell(const struct linkage *l, FILE *diag)
{
	const struct link_pairs *p = &l->pairs;

	tell_unused(&l->tables, diag);
	if (l->keys->blocks_left_out > 0)
		fprintf(diag,
			"%zu groups of rows that have one common value alike were too large to "
			"compare on that ground alone (%llu pairs)\n",
			l->keys->blocks_left_out, (unsigned long long)l->keys->pairs_left_out);
	if (!l->options->verbose)
		return;
	fprintf(diag, "keys (pairs): %.*s\n", STR_ARG(l->keys->told));
	fprintf(diag, "%zu pairs compared, %zu patterns, %d rounds, %.1f matches expected\n", p->n,
		p->pattern_n, l->weights.rounds, l->weights.pairs[LINK_ONE]);
	fprintf(diag,
		"before anything is compared: %+.2f bits; pairs of one home: %.1f, of one place: "
		"%.1f\n",
		l->weights.prior[LINK_ONE], l->weights.pairs[LINK_HOME],
		l->weights.pairs[LINK_AREA]);
	for (size_t f = 0; f < l->tables.field_n; f++)
		for (int v = 1; v < LINK_LEVEL_COUNT; v++)
			fprintf(
			    diag,
			    "%s: %s: m %.6f, u %.8f, %+.2f bits; one home %+.2f, one place %+.2f\n",
			    link_field_name(l->tables.field[f]),
			    link_level_name(l->tables.kind[f], (enum link_level)v),
			    l->weights.m[LINK_ONE][f][v], l->weights.u[f][v],
			    l->weights.bits[LINK_ONE][f][v], l->weights.bits[LINK_HOME][f][v],
			    l->weights.bits[LINK_AREA][f][v]);
}

static void
compare(struct linkage *l, unsigned threads, bool many)
{
	arena_free(l->work);
	l->work = arena_new(ARENA_BYTES);
	l->keys = link_keys_choose(l->work, &l->tables, many);
	link_pairs_find(l->work, &l->tables, threads, l->keys, &l->pairs);
	link_weights_find(l->work, &l->tables, l->keys, &l->pairs, &l->weights);
}

static enum rc
begin(struct linkage *l, const struct link_options *options, FILE *diag, struct err *err)
{
	double survives[LINK_FIELD_COUNT];
	unsigned threads;
	size_t rows;
	enum rc rc;

	*l = (struct linkage){.options = options, .arena = arena_new(ARENA_BYTES)};
	if (!(options->min_probability >= 0 && options->min_probability <= 1))
		return fail(err, RC_USAGE, "min-probability", "the least probability is 0 to 1");
	if (options->threads > LINK_THREADS_MAX)
		return fail(err, RC_USAGE, "threads", "threads are 1 to %d", LINK_THREADS_MAX);
	rc = link_tables_read(l->arena, options->left, options->right, options->fields, diag,
			      &l->tables, err);
	if (rc != RC_OK)
		return rc;
	rows = l->tables.side[0].n + l->tables.side[1].n;
	threads = thread_count(options->threads, rows);
	compare(l, threads, false);
	for (size_t f = 0; f < l->tables.field_n; f++)
		survives[f] = l->weights.m[LINK_ONE][f][LINK_SAME] * WORSE;
	if (link_keys_missed(&l->tables, l->keys, survives) > MISSED_MOST)
		compare(l, threads, true);
	tell(l, diag);
	return RC_OK;
}

static enum rc
end(struct linkage *l, enum rc rc, FILE *out, struct err *err)
{
	size_t skipped = l->tables.skipped;

	arena_free(l->work);
	arena_free(l->arena);
	if (rc == RC_OK && (fflush(out) != 0 || ferror(out)))
		return fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	if (rc == RC_OK && skipped > 0)
		return fail(err, RC_INVALID, "",
			    "%zu lines could not be read and were skipped; all others were "
			    "compared",
			    skipped);
	return rc;
}

static double
bits_least(double probability)
{
	return probability <= 0	  ? -1000
	       : probability >= 1 ? 1000
				  : log2(probability / (1 - probability));
}

/* Rows on their way out, as CSV or as {"items": [...]}. */
struct rows {
	FILE *out;
	const char *const *names; /* of the cells; ends with NULL */
	bool is_json;
	struct buf b;
	struct csv_out csv;
	struct json_out json;
};

static void
rows_flush(struct rows *r, size_t more_than)
{
	if (r->b.n <= more_than)
		return;
	(void)fwrite(r->b.p, 1, r->b.n, r->out);
	buf_clear(&r->b);
}

static void
rows_add(struct rows *r, const struct str *cells, bool last_is_number)
{
	if (r->is_json)
		json_out_object(&r->json);
	for (size_t i = 0; r->names[i] != NULL; i++) {
		if (!r->is_json) {
			csv_out_cell(&r->csv, cells[i]);
			continue;
		}
		json_out_key(&r->json, str_from(r->names[i]));
		if (last_is_number && r->names[i + 1] == NULL)
			json_out_raw(&r->json, cells[i]);
		else
			json_out_str(&r->json, cells[i]);
	}
	if (r->is_json)
		json_out_object_end(&r->json);
	else
		csv_out_end(&r->csv);
	rows_flush(r, 65536);
}

static void
rows_begin(struct rows *r, struct linkage *l, FILE *out, const char *const *names)
{
	struct str head[LINK_HEAD_MAX];
	size_t n = 0;

	*r = (struct rows){.out = out, .names = names, .is_json = l->options->json};
	buf_init(&r->b, l->arena);
	r->json = (struct json_out){.buf = &r->b};
	csv_out_init(&r->csv, &r->b, false);
	for (; names[n] != NULL && n < LINK_HEAD_MAX; n++)
		head[n] = str_from(names[n]);
	if (!r->is_json) {
		rows_add(r, head, false);
		return;
	}
	json_out_object(&r->json);
	json_out_key(&r->json, STR("items"));
	json_out_array(&r->json);
}

static void
rows_end(struct rows *r)
{
	if (r->is_json) {
		json_out_array_end(&r->json);
		json_out_object_end(&r->json);
		buf_add_byte(&r->b, '\n');
	}
	rows_flush(r, 0);
}

enum rc
link_run(const struct link_options *options, FILE *out, FILE *diag, struct err *err)
{
	static const char *const names[] = {"left_id", "right_id", "probability", NULL};
	struct linkage l;
	struct link_hits hits;
	struct rows rows;
	enum rc rc = begin(&l, options, diag, err);
	double least = bits_least(options->min_probability);

	if (rc != RC_OK)
		return end(&l, rc, out, err);
	if (options->one_to_one)
		link_assign(l.arena, &l.weights, &l.tables, &l.pairs, least, &hits);
	else
		link_hits_find(l.arena, &l.weights, &l.tables, &l.pairs, least, &hits);
	rows_begin(&rows, &l, out, names);
	for (size_t i = 0; i < hits.n; i++) {
		const struct link_hit *h = &hits.at[i];
		char number[32];
		struct str cells[] = {
		    l.tables.side[0].id[h->left], l.tables.side[1].id[h->right], {number, 0}};

		cells[2].n =
		    (size_t)snprintf(number, sizeof number, "%.9g", link_probability(h->bits));
		rows_add(&rows, cells, true);
	}
	rows_end(&rows);
	return end(&l, RC_OK, out, err);
}

enum rc
dedupe_run(const struct link_options *options, FILE *out, FILE *diag, struct err *err)
{
	static const char *const names[] = {"id", "cluster", NULL};
	struct linkage l;
	struct link_clusters clusters;
	struct rows rows;
	enum rc rc = begin(&l, options, diag, err);

	if (rc != RC_OK)
		return end(&l, rc, out, err);
	link_clusters_find(l.arena, &l.weights, &l.tables, &l.pairs,
			   bits_least(options->min_probability), &clusters);
	if (clusters.split > 0)
		fprintf(
		    diag,
		    "%zu groups that hung together by one weak pair, or by rows that contradict "
		    "each other, were taken apart\n",
		    clusters.split);
	rows_begin(&rows, &l, out, names);
	for (size_t i = 0; i < l.tables.side[0].n; i++) {
		const struct str cells[] = {l.tables.side[0].id[i],
					    l.tables.side[0].id[clusters.of[i]]};

		rows_add(&rows, cells, false);
	}
	rows_end(&rows);
	return end(&l, RC_OK, out, err);
}
