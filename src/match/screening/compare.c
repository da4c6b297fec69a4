#include "match/screening/run.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/csv.h"
#include "format/json.h"
#include "parse/parse.h"
#include "match/explain.h"
#include "match/screening/said.h"
#include "match/screening/screen.h"

#define SHOWN_MAX 20

static void
add_text(struct buf *out, const struct screen_explanation *why)
{
	buf_addf(out, "score %.6f  bits %+.2f  %s\n", why->score, why->bits,
		 why->score >= SCREEN_THRESHOLD ? "match" : "no match");
	for (size_t i = 0; i < why->n; i++) {
		const struct screen_reason *r = &why->at[i];

		buf_addf(out, "%+8.2f  %-10s", r->bits, screen_what_name(r->what));
		if (r->left.n > 0)
			buf_addf(out, "  %.*s", STR_ARG(r->left));
		if (r->left.n > 0 && r->right.n > 0)
			buf_add_z(out, " /");
		if (r->right.n > 0)
			buf_addf(out, "  %.*s", STR_ARG(r->right));
		buf_addf(out, "  (%s)\n", r->note);
	}
}

static enum rc
write_all(FILE *out, struct str s, struct err *err)
{
	if (fwrite(s.p, 1, s.n, out) != s.n)
		return fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	return RC_OK;
}

enum rc
match_compare_run(const struct match_compare_options *o, FILE *out, struct err *err)
{
	struct screen_query left = {&o->left, 1, .dob = o->left_dob, .type = o->type};
	struct screen_query right = {&o->right, 1, .dob = o->right_dob, .type = o->type};
	struct screen_explanation why;
	struct screen_worker *w;
	struct arena *a;
	struct buf text;
	enum rc rc;

	if ((rc = screen_worker_open(&w, err)) != RC_OK)
		return rc;
	/* A score of two where one says nothing would be read as "not the same". */
	if (!said_query(w, &left) || !said_query(w, &right)) {
		rc = fail(err, RC_INVALID, "name",
			  "%s name has no letter or digit that could be compared",
			  said_query(w, &left) ? "the second" : "the first");
		screen_worker_close(w);
		return rc;
	}
	a = arena_new(0);
	buf_init(&text, a);
	screen_compare(w, &left, &right, &why);
	if (o->json) {
		explain_write(&(struct json_out){.buf = &text}, &why, SCREEN_THRESHOLD);
		buf_add_byte(&text, '\n');
	} else {
		add_text(&text, &why);
	}
	rc = write_all(out, buf_str(&text), err);
	arena_free(a);
	screen_worker_close(w);
	return rc;
}

struct pair_columns {
	ptrdiff_t left, right, type;
};

static enum rc
header_read(const struct csv_row *header, struct pair_columns *out, struct err *err)
{
	*out = (struct pair_columns){-1, -1, -1};
	for (size_t i = 0; i < header->n; i++) {
		struct str name = str_trim(header->at[i].text);

		if (str_eq_ascii_case(name, STR("left")))
			out->left = (ptrdiff_t)i;
		else if (str_eq_ascii_case(name, STR("right")))
			out->right = (ptrdiff_t)i;
		else if (str_eq_ascii_case(name, STR("type")))
			out->type = (ptrdiff_t)i;
	}
	if (out->left < 0 || out->right < 0)
		return fail(err, RC_INVALID, "pairs", "the columns left and right are needed");
	return RC_OK;
}

static struct str
cell(const struct csv_row *row, ptrdiff_t at)
{
	return at >= 0 && (size_t)at < row->n ? row->at[at].text : STR_NONE;
}

static void
add_row(struct csv_out *csv, const struct csv_row *row, struct str score, struct str match)
{
	for (size_t i = 0; i < row->n; i++)
		csv_out_cell(csv, row->at[i].text);
	csv_out_cell(csv, score);
	csv_out_cell(csv, match);
	csv_out_end(csv);
}

/* False: one of the names says nothing; the row is there, as it is for all others. */
static bool
add_pair(struct screen_worker *w, struct arena *a, const struct pair_columns *columns,
	 const struct csv_row *row, struct csv_out *csv)
{
	struct str names[2] = {cell(row, columns->left), cell(row, columns->right)};
	struct str type = str_trim(cell(row, columns->type));
	struct screen_query left = {&names[0], 1, .type = type};
	struct screen_query right = {&names[1], 1, .type = type};
	struct screen_explanation why;

	screen_compare(w, &left, &right, &why);
	add_row(csv, row, str_fmt(a, "%.9f", why.score),
		why.score >= SCREEN_THRESHOLD ? STR("true") : STR("false"));
	return said_name(w, names[0]) && said_name(w, names[1]);
}

static void
tell_unnamed(const char *name, const struct csv_row *row, size_t *count, struct arena *a,
	     FILE *diag)
{
	struct err why;

	if (++*count > SHOWN_MAX)
		return;
	(void)fail_at(&why, RC_INVALID, name, row->n > 0 ? row->at[0].line : 0, 0, "name",
		      "has no letter or digit that could be compared; the score of the row says "
		      "nothing");
	fprintf(diag, "%.*s\n", STR_ARG(err_line(a, &why)));
}

static enum rc
pairs_write(struct screen_worker *w, const char *name, struct parse *in, FILE *out, FILE *diag,
	    struct err *err)
{
	struct arena *a = arena_new(0);
	struct pair_columns columns;
	size_t skipped = 0, unnamed = 0;
	struct csv_row row;
	bool first = true;
	enum rc rc;

	while ((rc = parse_csv_next(in, &row, err)) != RC_ABSENT) {
		struct csv_out csv;
		struct buf text;

		arena_reset(a);
		buf_init(&text, a);
		csv_out_init(&csv, &text, false);
		if (rc != RC_OK) {
			if (first || !parse_can_go_on(in))
				break;
			if (++skipped <= SHOWN_MAX)
				fprintf(diag, "%.*s\n", STR_ARG(err_line(a, err)));
			continue;
		}
		if (first && (rc = header_read(&row, &columns, err)) != RC_OK)
			break;
		if (first)
			add_row(&csv, &row, STR("score"), STR("match"));
		else if (!add_pair(w, a, &columns, &row, &csv))
			tell_unnamed(name, &row, &unnamed, a, diag);
		first = false;
		if ((rc = write_all(out, buf_str(&text), err)) != RC_OK)
			break;
	}
	if (rc == RC_ABSENT)
		rc = first ? fail(err, RC_INVALID, "pairs", "the file of pairs is empty") : RC_OK;
	if (rc == RC_OK && skipped > 0)
		rc = fail(err, RC_INVALID, "pairs",
			  "%zu lines could not be read and were skipped; all others were scored, "
			  "%zu of them with a name that could not be compared",
			  skipped, unnamed);
	else if (rc == RC_OK && unnamed > 0)
		rc =
		    fail(err, RC_INVALID, "name",
			 "%zu pairs have a name that could not be compared; all others were scored",
			 unnamed);
	arena_free(a);
	return rc;
}

enum rc
match_pairs_run(const char *pairs, FILE *out, FILE *diag, struct err *err)
{
	FILE *in = strcmp(pairs, "-") == 0 ? stdin : fopen(pairs, "rbe");
	struct screen_worker *w;
	struct parse *rows;
	enum rc rc;

	if (in == NULL)
		return fail(err, RC_ABSENT, "pairs", "the file \"%s\" cannot be opened", pairs);
	if ((rc = screen_worker_open(&w, err)) == RC_OK) {
		rc = parse_csv_open(source_file(in, pairs), CSV_RAGGED | CSV_LATIN1, &rows, err);
		if (rc == RC_OK)
			rc = pairs_write(w, pairs, rows, out, diag, err);
		parse_close(rows);
		screen_worker_close(w);
	}
	if (in != stdin)
		fclose(in);
	return rc;
}
