#include "link/money/trace_run.h"

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "format/csv.h"
#include "link/money/read.h"
#include "link/money/trace.h"

#define ARENA_BYTES ((size_t)64 << 30)
#define CELLS 8

static const char *const headings[CELLS] = {"tx_id",  "ts",   "from_account", "to_account",
					    "amount", "fifo", "haircut",      "poison"};

struct traced_rows {
	FILE *out;
	bool json, any;
	struct arena *arena;
};

static void
cells_put(struct traced_rows *r, const struct str *cells)
{
	struct csv_out csv;
	struct buf line;

	arena_reset(r->arena);
	buf_init(&line, r->arena);
	csv_out_init(&csv, &line, false);
	for (size_t i = 0; i < CELLS; i++)
		csv_out_cell(&csv, cells[i]);
	csv_out_end(&csv);
	fwrite(line.p, 1, line.n, r->out);
}

static void
row_put(struct traced_rows *r, const struct money_accounts *accounts, const struct money_tx *t,
	const struct money_traced *traced)
{
	const double euro[] = {(double)t->cents / 100, (double)traced->fifo / 100,
			       traced->haircut / 100, (double)traced->poison / 100};
	struct str cells[CELLS] = {t->id, STR_NONE, accounts->all.at[t->from].name,
				   accounts->all.at[t->to].name};
	struct arena *a = arena_new(0);

	cells[1] = time_format(a, t->at_s * 1000);
	for (size_t i = 0; i < COUNT_OF(euro); i++)
		cells[4 + i] = str_fmt(a, "%.2f", euro[i]);
	if (r->json) {
		json_t *item = json_object();

		for (size_t i = 0; i < CELLS; i++)
			json_object_set_new(item, headings[i],
					    i < 4 ? json_stringn(cells[i].p, cells[i].n)
						  : json_real(euro[i - 4]));
		if (r->any)
			fputs(",", r->out);
		(void)json_dumpf(item, r->out, JSON_COMPACT | JSON_REAL_PRECISION(15));
		json_decref(item);
	} else {
		cells_put(r, cells);
	}
	r->any = true;
	arena_free(a);
}

static enum rc
follow(const struct money_trace_options *o, struct arena *a, struct money_read *read,
       struct traced_rows *rows, FILE *diag, struct err *err)
{
	struct money_accounts accounts;
	struct money_trace *trace = money_trace_new(a);
	size_t left_out_bad = 0;
	int64_t begun_s = -1, last_s = INT64_MIN;
	struct money_tx t;
	enum rc rc;

	money_accounts_init(&accounts, a);
	if (o->left_out != NULL &&
	    (rc = money_left_out_read(&accounts, o->left_out, diag, &left_out_bad, err)) != RC_OK)
		return rc;
	if (left_out_bad > 0)
		return fail(err, RC_INVALID, "leave-out",
			    "rows could not be read, and whom they leave out is not known: nothing "
			    "was followed");
	while ((rc = money_read_next(read, &accounts, &t, err)) == RC_OK) {
		bool begins = begun_s < 0 && str_eq(t.id, o->tx_id);
		struct money_traced traced;

		if (t.channel == MONEY_LEFT_OUT)
			continue;
		if (t.at_s < last_s) {
			money_read_refuse(read, "ts", "the row is older than the one before it");
			continue;
		}
		last_s = t.at_s;
		if (begun_s >= 0 && t.at_s > begun_s + o->days * MONEY_DAY_S)
			return RC_OK;
		if (begins)
			begun_s = t.at_s;
		traced = money_trace_step(trace, &t, begins);
		if (traced.fifo > 0 || traced.poison > 0 || traced.haircut >= 0.5)
			row_put(rows, &accounts, &t, &traced);
	}
	if (rc == RC_ABSENT && begun_s < 0)
		return fail(err, RC_ABSENT, "tx", "no transaction that can be read has this id");
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
money_trace_run(const struct money_trace_options *o, FILE *out, FILE *diag, struct err *err)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct traced_rows rows = {.out = out, .json = o->json, .arena = arena_new(0)};
	struct money_read *read = NULL;
	struct str head[CELLS];
	size_t skipped;
	enum rc rc = money_read_open(a, o->transactions, diag, &read, err);

	if (rc == RC_OK) {
		for (size_t i = 0; i < CELLS; i++)
			head[i] = str_from(headings[i]);
		if (o->json)
			fputs("{\"items\":[", out);
		else
			cells_put(&rows, head);
		rc = follow(o, a, read, &rows, diag, err);
		if (o->json)
			fputs("]}\n", out);
	}
	skipped = read != NULL ? money_read_skipped(read) : 0;
	money_read_close(read);
	arena_free(rows.arena);
	arena_free(a);
	if (rc == RC_OK && (fflush(out) != 0 || ferror(out)))
		return fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	if (rc == RC_OK && skipped > 0)
		return fail(err, RC_INVALID, "",
			    "%zu rows could not be read and were skipped; all others were followed",
			    skipped);
	return rc;
}
