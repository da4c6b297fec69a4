#include "link/money/tell.h"

#include <stdlib.h>

#include <jansson.h>

#include "base/buf.h"
#include "format/csv.h"
#include "link/money/judge.h"

void
money_tell_init(struct money_tell *t, const struct money_accounts *accounts, FILE *out, FILE *diag)
{
	*t = (struct money_tell){.accounts = accounts, .out = out, .diag = diag};
}

void
money_tell_begin(struct money_tell *t)
{
	fputs(t->json ? "{\"items\":[" : "tx_id,score\r\n", t->out);
	if (t->patterns != NULL)
		fputs("group_id,tx_id,typology\r\n", t->patterns);
}

static void
row(FILE *f, struct buf *b, const struct str *cells, size_t n)
{
	struct csv_out csv;

	buf_clear(b);
	csv_out_init(&csv, b, false);
	for (size_t i = 0; i < n; i++)
		csv_out_cell(&csv, cells[i]);
	csv_out_end(&csv);
	fwrite(b->p, 1, b->n, f);
}

static void
group_explain(struct money_tell *t, const struct money_group *g)
{
	struct arena *a = arena_new(0);
	struct str name = t->accounts->all.at[g->centre].name;

	fprintf(t->diag, "M%06u %s (%s) around %.*s: %.3f, %zu transactions\n", g->told,
		money_typology_name(g->typology), money_typology_flags(g->typology), STR_ARG(name),
		g->probability, g->n);
	for (size_t i = 0; i < g->fact_n; i++)
		fprintf(t->diag, "  %+7.2f bits  %s: %.6g\n", g->facts[i].bits, g->facts[i].what,
			g->facts[i].value);
	arena_free(a);
}

static void
group_json(struct money_tell *t, const struct money_ledger *l, const struct money_group *g)
{
	json_t *facts = json_array(), *rows = json_array(), *item;
	char number[16];
	struct str name = t->accounts->all.at[g->centre].name;

	(void)snprintf(number, sizeof number, "M%06u", g->told);
	for (size_t i = 0; i < g->fact_n; i++)
		json_array_append_new(facts, json_pack("{s:s, s:f, s:f}", "what", g->facts[i].what,
						       "value", g->facts[i].value, "bits",
						       g->facts[i].bits));
	for (size_t i = 0; i < g->n; i++)
		json_array_append_new(
		    rows, json_pack("s%", l->tx.at[g->tx[i]].id.p, l->tx.at[g->tx[i]].id.n));
	item = json_pack("{s:s, s:s, s:s, s:s%, s:f, s:f, s:o, s:o}", "group_id", number,
			 "red_flags", money_typology_flags(g->typology), "typology",
			 money_typology_name(g->typology), "centre", name.p, name.n, "score",
			 g->probability, "bits", g->bits, "facts", facts, "transactions", rows);
	if (t->any)
		fputs(",", t->out);
	t->any = true;
	(void)json_dumpf(item, t->out, JSON_COMPACT);
	json_decref(item);
}

/* The number of the group that this one carries on, or 0. */
static uint32_t
carried_on(const struct money_ledger *l, const struct money_group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct money_tx *t = &l->tx.at[g->tx[i]];

		if (t->told != 0 && t->told_centre == g->centre &&
		    t->told_typology == (uint8_t)g->typology)
			return t->told;
	}
	return 0;
}

void
money_tell_groups(struct money_tell *t, struct money_ledger *l, const struct money_groups *groups,
		  int64_t cut_s)
{
	struct arena *a = arena_new(0);
	struct buf line;

	buf_init(&line, a);
	for (size_t i = 0; i < groups->n; i++) {
		struct money_group *g = &groups->at[i];
		char number[16];

		if (!g->lead || g->n == 0 || l->tx.at[g->tx[0]].at_s >= cut_s)
			continue;
		g->told = carried_on(l, g);
		if (g->told == 0)
			g->told = ++t->groups;
		if (t->explain)
			group_explain(t, g);
		if (t->json)
			group_json(t, l, g);
		(void)snprintf(number, sizeof number, "M%06u", g->told);
		for (size_t k = 0; k < g->n; k++) {
			struct money_tx *tx = &l->tx.at[g->tx[k]];
			const struct str cells[] = {str_from(number), tx->id,
						    str_from(money_typology_name(g->typology))};

			if (tx->told != g->told && t->patterns != NULL)
				row(t->patterns, &line, cells, COUNT_OF(cells));
			tx->told = g->told;
			tx->told_centre = g->centre;
			tx->told_typology = (uint8_t)g->typology;
		}
	}
	arena_free(a);
}

static void
score_row(struct money_tell *t, struct buf *line, const struct money_tx *tx)
{
	char number[32];
	struct str cells[] = {tx->id, STR_NONE};

	(void)snprintf(number, sizeof number, "%.6f", (double)tx->score);
	cells[1] = str_from(number);
	row(t->out, line, cells, COUNT_OF(cells));
}

static int
by_score(const void *x, const void *y)
{
	const struct money_tx *a = *(const struct money_tx *const *)x;
	const struct money_tx *b = *(const struct money_tx *const *)y;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return str_cmp(a->id, b->id);
}

/* The highest of one day, from..to of the ledger. */
static void
day_tell(struct money_tell *t, struct arena *a, struct buf *line, const struct money_ledger *l,
	 size_t from, size_t to)
{
	const struct money_tx **day = NEW_N(a, const struct money_tx *, to - from);

	for (size_t i = from; i < to; i++)
		day[i - from] = &l->tx.at[i];
	qsort(day, to - from, sizeof *day, by_score);
	for (size_t i = 0; i < to - from && i < t->alerts && day[i]->score > 0; i++) {
		t->told++;
		t->told_sum += (double)day[i]->score;
		if (!t->json)
			score_row(t, line, day[i]);
	}
}

void
money_tell_scores(struct money_tell *t, const struct money_ledger *l, int64_t cut_s)
{
	struct arena *a = arena_new((size_t)8 << 30);
	struct buf line;

	buf_init(&line, a);
	for (size_t i = 0, from = 0; i <= l->tx.n; i++) {
		bool end = i == l->tx.n || l->tx.at[i].at_s >= cut_s;

		if (t->alerts > 0 && i > from &&
		    (end || l->tx.at[i].at_s / MONEY_DAY_S != l->tx.at[from].at_s / MONEY_DAY_S)) {
			day_tell(t, a, &line, l, from, i);
			from = i;
		}
		if (end)
			break;
		if (t->alerts == 0 && !t->json)
			score_row(t, &line, &l->tx.at[i]);
	}
	arena_free(a);
}

enum rc
money_tell_end(struct money_tell *t, struct err *err)
{
	if (t->json)
		fputs("]}\n", t->out);
	if (t->alerts > 0)
		fprintf(t->diag,
			"%zu alerts at no more than %zu a day; about %.0f of 100 are expected to "
			"be right, if the probabilities are\n",
			t->told, t->alerts,
			t->told > 0 ? 100 * t->told_sum / (double)t->told : 0.0);
	if (fflush(t->out) != 0 || ferror(t->out) || (t->patterns != NULL && ferror(t->patterns)))
		return fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	return RC_OK;
}
