/*
 * tune LIST QUERIES [ROUNDS [odd]]: coordinate search for the constants of the score
 * (match/screening/weights.c) on labelled questions: a CSV with query_id, name, dob, country and
 * accepted_ids (empty for a control), of which only those with an even number are looked at (or
 * the odd ones: to see, with 0 rounds, what came of it). It prints each step that helps, and the
 * constants at the end. What it raises is half the mean recall where so many controls score above
 * (1 to 30) and half the best F1.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "format/csv.h"
#include "format/source.h"
#include "match/screening/list.h"
#include "match/screening/screen.h"
#include "match/screening/weights.h"
#include "parse/child.h"

#define THREADS 2
/* Controls this far below the 21st are not asked again within a round. */
#define NEAR_BITS 10

struct question {
	struct str name, dob, country;
	struct str_list accepted;
	bool active, right;
	double bits;
};

static struct screen_index *index_;
static struct screen_worker *workers[THREADS];
static struct question *questions;
static size_t question_n, positives;

static const struct field {
	const char *name;
	size_t at;
	double step;
} fields[] = {
#define FIELD(name, step)                                                                          \
	{                                                                                          \
#name, offsetof(struct weights, name), step                                        \
	}
    FIELD(prior, 1),
    FIELD(likeness_cost[WORD_ROMANISED], 0.4),
    FIELD(likeness_cost[WORD_READING], 0.4),
    FIELD(likeness_cost[WORD_SKELETON], 0.5),
    FIELD(likeness_cost[WORD_SLIP], 0.5),
    FIELD(likeness_cost[WORD_SOUND], 0.6),
    FIELD(likeness_cost[WORD_NEAR], 0.6),
    FIELD(likeness_cost[WORD_FAR], 1.2),
    FIELD(likeness_crowd[WORD_SKELETON], 0.5),
    FIELD(likeness_crowd[WORD_SLIP], 0.5),
    FIELD(likeness_crowd[WORD_SOUND], 1),
    FIELD(likeness_crowd[WORD_NEAR], 1),
    FIELD(likeness_crowd[WORD_FAR], 2),
    FIELD(token_max, 1),
    FIELD(together, 0.15),
    FIELD(names_max, 3),
    FIELD(known_cost, 0.8),
    FIELD(join_cost, 0.6),
    FIELD(initial_fits, 0.4),
    FIELD(initial_same, 0.4),
    FIELD(initial_missing, 0.5),
    FIELD(asked_missing, 1),
    FIELD(asked_rarity, 0.1),
    FIELD(listed_missing, 0.5),
    FIELD(listed_rarity, 0.06),
    FIELD(half_alike, 1.5),
    FIELD(repeat_missing, 0.5),
    FIELD(family_contradiction, 1),
    FIELD(contradiction, 1.5),
    FIELD(weak_missing, 0.15),
    FIELD(legal_missing, 0.8),
    FIELD(weak_fits, 0.1),
    FIELD(alias_cost, 0.1),
#undef FIELD
};

static double *
value(const struct field *f)
{
	return (double *)((char *)&screen_weights + f->at);
}

static void *
ask(void *ctx)
{
	size_t me = (size_t)(uintptr_t)ctx;

	for (size_t i = me; i < question_n; i += THREADS) {
		struct question *q = &questions[i];
		struct screen_query query = {&q->name, 1, q->dob, q->country, STR_NONE, NULL, 0};
		struct screen_hit hit;

		if (!q->active)
			continue;
		q->bits = -1e9;
		q->right = false;
		if (screen_search(index_, workers[me], &query, 1, 0, &hit) == 0)
			continue;
		q->bits = hit.bits;
		for (size_t k = 0; k < q->accepted.n; k++)
			q->right |= str_eq(hit.entry_id, q->accepted.at[k]);
	}
	return NULL;
}

static void
ask_all(void)
{
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, ask, (void *)(uintptr_t)i) != 0)
			abort();
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static int
by_bits(const void *a, const void *b)
{
	const struct question *x = *(const struct question *const *)a;
	const struct question *y = *(const struct question *const *)b;

	return x->bits != y->bits ? (x->bits > y->bits ? -1 : 1) : (x > y) - (x < y);
}

static double
score(bool show)
{
	static const size_t at[] = {1, 2, 3, 4, 6, 8, 12, 20, 30};
	static const struct question **order;
	size_t n = 0, controls = 0, found = 0, wrong = 0, next = 0;
	double recall = 0, f1 = 0;

	ask_all();
	if (order == NULL)
		order = calloc(question_n, sizeof *order);
	for (size_t i = 0; i < question_n; i++)
		if (questions[i].active)
			order[n++] = &questions[i];
	qsort(order, n, sizeof *order, by_bits);
	for (size_t i = 0; i < n; i++) {
		double f;

		if (order[i]->accepted.n == 0) {
			controls++;
			while (next < COUNT_OF(at) && controls == at[next]) {
				if (show)
					printf("  recall above control %zu: %.4f (%.2f bits)\n",
					       at[next], (double)found / (double)positives,
					       order[i]->bits);
				recall += (double)found / (double)positives / COUNT_OF(at);
				next++;
			}
		} else if (order[i]->right) {
			found++;
		} else {
			wrong++;
		}
		f = 2.0 * (double)found / (double)(found + controls + wrong + positives);
		f1 = f > f1 ? f : f1;
	}
	if (show)
		printf("  mean recall %.4f, best F1 %.4f\n", recall, f1);
	return (recall + f1) / 2;
}

/* All questions are asked; the controls far from any line rest until the next round. */
static void
choose_active(void)
{
	const struct question **order = calloc(question_n, sizeof *order);
	size_t n = 0;
	double line;

	for (size_t i = 0; i < question_n; i++)
		questions[i].active = true;
	ask_all();
	for (size_t i = 0; i < question_n; i++)
		if (questions[i].accepted.n == 0)
			order[n++] = &questions[i];
	qsort(order, n, sizeof *order, by_bits);
	line = n > 20 ? order[20]->bits - NEAR_BITS : -1e9;
	for (size_t i = 0; i < question_n; i++)
		questions[i].active = questions[i].accepted.n > 0 || questions[i].bits > line;
	free(order);
}

static ptrdiff_t
column(const struct csv_row *row, const char *name)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_eq_z(str_trim(row->at[i].text), name))
			return (ptrdiff_t)i;
	fprintf(stderr, "no column %s\n", name);
	exit(2);
}

static void
read_questions(struct arena *a, FILE *file, int parity)
{
	struct csv *csv = csv_new(a, source_file(file, "queries"), NULL);
	VEC(struct question) all = {0};
	ptrdiff_t id, name, dob, country, accepted;
	struct csv_row row;
	struct err err;

	if (csv_next(csv, &row, &err) != RC_OK)
		exit(2);
	id = column(&row, "query_id");
	name = column(&row, "name");
	dob = column(&row, "dob");
	country = column(&row, "country");
	accepted = column(&row, "accepted_ids");
	while (csv_next(csv, &row, &err) == RC_OK) {
		struct str key = row.at[id].text, rest = row.at[accepted].text;
		struct question *q;

		if (key.n == 0 || (key.p[key.n - 1] & 1) != parity)
			continue;
		q = VEC_ADD(a, &all);
		*q = (struct question){.name = str_copy(a, row.at[name].text),
				       .dob = str_copy(a, row.at[dob].text),
				       .country = str_copy(a, row.at[country].text)};
		while (rest.n > 0)
			*VEC_ADD(a, &q->accepted) = str_copy(a, str_cut(&rest, '|'));
		positives += q->accepted.n > 0;
	}
	questions = all.at;
	question_n = all.n;
}

static void
search(int rounds)
{
	double steps[COUNT_OF(fields)], best;

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		steps[i] = fields[i].step;
	for (int round = 0; round < rounds; round++) {
		choose_active();
		best = score(true);
		for (size_t i = 0; i < COUNT_OF(fields); i++) {
			double *v = value(&fields[i]), old = *v;
			bool helped = false;

			for (int way = 1; way >= -1 && !helped; way -= 2) {
				double now;

				*v = old + way * steps[i];
				now = score(false);
				if (now > best + 2e-5) {
					printf("%s %.3f -> %.3f: %.5f\n", fields[i].name, old, *v,
					       now);
					fflush(stdout);
					best = now;
					helped = true;
				}
			}
			if (!helped) {
				*v = old;
				steps[i] *= 0.6;
			}
		}
	}
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new(0);
	FILE *file = argc > 2 ? fopen(argv[2], "r") : NULL;
	const char *lists[] = {argc > 1 ? argv[1] : ""};
	size_t skipped;
	struct err err;

	if (parse_child_asked(argc, argv))
		parse_child(NULL);
	if (file == NULL) {
		fprintf(stderr, "usage: tune LIST QUERIES [ROUNDS [odd]]\n");
		return 2;
	}
	if (list_index(lists, 1, NULL, stderr, &index_, &skipped, &err) != RC_OK) {
		fprintf(stderr, "%.*s\n", STR_ARG(err_line(a, &err)));
		return 2;
	}
	for (size_t i = 0; i < THREADS; i++)
		if (screen_worker_open(&workers[i], &err) != RC_OK)
			return 2;
	read_questions(a, file, argc > 4 ? 1 : 0);
	fclose(file);
	printf("%zu questions, %zu of them of listed people\n", question_n, positives);
	search(argc > 3 ? atoi(argv[3]) : 4);
	choose_active();
	score(true);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		printf("%s = %.3f\n", fields[i].name, *value(&fields[i]));
	return 0;
}
