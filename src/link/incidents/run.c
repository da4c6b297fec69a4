#include "link/incidents/run.h"

#include "base/apart.h"
#include "base/arena.h"
#include "base/buf.h"
#include "format/csv.h"
#include "link/incidents/cases.h"
#include "link/incidents/corridor.h"
#include "link/incidents/explain.h"
#include "link/incidents/facilitator.h"
#include "link/incidents/resolve.h"

#define ARENA_BYTES ((size_t)16 << 30)

static void
row(struct csv_out *csv, struct str x, struct str y)
{
	csv_out_cell(csv, x);
	csv_out_cell(csv, y);
	csv_out_end(csv);
}

static void
cases_write(struct arena *a, const struct cases *c, struct buf *b)
{
	struct csv_out csv;

	csv_out_init(&csv, b, false);
	row(&csv, STR("id"), STR("case"));
	for (size_t i = 0; i < c->t->incidents.n; i++)
		row(&csv, c->t->incidents.at[i].id,
		    c->of[i] == NO_CASE ? STR("-1") : str_fmt(a, "%u", c->of[i] + 1));
}

static void
facilitators_write(struct arena *a, const struct cases *c, struct buf *b)
{
	struct facilitators all;
	struct csv_out csv;

	facilitators_find(a, c, &all);
	csv_out_init(&csv, b, false);
	row(&csv, STR("rank"), STR("identifier"));
	for (size_t i = 0; i < all.n; i++)
		row(&csv, str_fmt(a, "%zu", i + 1),
		    c->t->forms.at[c->t->values.at[all.at[i].value].form].shown);
}

static void
routes_write(struct arena *a, const struct cases *c, struct buf *b)
{
	struct csv_out csv;

	csv_out_init(&csv, b, false);
	row(&csv, STR("case"), STR("route"));
	for (uint32_t k = 0; k < c->n; k++) {
		struct corridor r;
		struct buf route;

		corridor_find(a, c, k, &r);
		buf_init(&route, a);
		for (size_t i = 0; i < r.n; i++) {
			if (i > 0)
				buf_add_byte(&route, '>');
			buf_add(&route, place_shown(c->t, r.place[i]));
		}
		row(&csv, str_fmt(a, "%u", k + 1), buf_str(&route));
	}
}

/* One result to a file: written by what makes it, whole or told. */
static enum rc
file_write(struct arena *a, const struct cases *c, const char *path,
	   void (*make)(struct arena *, const struct cases *, struct buf *), struct err *err)
{
	struct buf b;
	bool is_whole;
	FILE *f;

	if (path == NULL)
		return RC_OK;
	buf_init(&b, a);
	make(a, c, &b);
	if ((f = fopen(path, "we")) == NULL)
		return fail(err, RC_UNAVAILABLE, "", "the file \"%s\" cannot be written", path);
	is_whole = fwrite(b.p, 1, b.n, f) == b.n;
	if (fclose(f) != 0 || !is_whole)
		return fail(err, RC_UNAVAILABLE, "", "the file \"%s\" cannot be written", path);
	return RC_OK;
}

static void
tell(const struct incident_table *t, FILE *diag)
{
	if (t->helpers_guessed > 0)
		fprintf(diag,
			"%zu identifiers look like helpers' by how many incidents share them and "
			"were left "
			"out of everything; name the helpers you know with --helpers\n",
			t->helpers_guessed);
}

static enum rc
results_write(struct arena *a, const struct incidents_options *o, const struct cases *c, FILE *out,
	      struct err *err)
{
	struct buf b;
	enum rc rc;

	buf_init(&b, a);
	if (o->json)
		cases_explain(a, c, &b);
	else
		cases_write(a, c, &b);
	(void)fwrite(b.p, 1, b.n, out);
	rc = file_write(a, c, o->facilitators, facilitators_write, err);
	if (rc == RC_OK)
		rc = file_write(a, c, o->routes, routes_write, err);
	if (rc == RC_OK)
		rc = file_write(a, c, o->explain, cases_explain, err);
	if (rc == RC_OK && (fflush(out) != 0 || ferror(out)))
		rc = fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	return rc;
}

enum rc
incidents_run(const struct incidents_options *o, FILE *out, FILE *diag, struct err *err)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct incident_table t;
	enum rc rc = files_apart(
	    &(struct files_apart){(const char *const[]){o->incidents, o->helpers}, 2,
				  (const char *const[]){o->facilitators, o->routes, o->explain}, 3},
	    err);

	incident_table_init(&t, a);
	if (rc == RC_OK && o->helpers != NULL)
		rc = incident_helpers_read(&t, o->helpers, diag, err);
	if (rc == RC_OK)
		rc = incident_table_read(&t, o->incidents, diag, err);
	if (rc == RC_OK) {
		const struct cases *c;

		incident_resolve(&t);
		c = cases_find(a, &t);
		tell(&t, diag);
		rc = results_write(a, o, c, out, err);
	}
	if (rc == RC_OK && t.skipped > 0)
		rc = fail(err, RC_INVALID, "",
			  "%zu lines could not be read and were skipped; all others were linked",
			  t.skipped);
	arena_free(a);
	return rc;
}
