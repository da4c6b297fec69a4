#include "node/commands.h"

#include "base/apart.h"
#include "base/arena.h"
#include "base/vec.h"
#include "format/csv.h"
#include "format/json.h"
#include "match/screening/list.h"
#include "match/screening/run.h"
#include "match/screening/threshold.h"
#include "serve/cli.h"
#include "serve/file.h"
#include "text/edtf.h"

/* "0.5": digits with one point at most, whatever the locale. */
static enum rc
score(const struct cli *cli, const char *name, double standard, double *out, struct err *err)
{
	struct str s = cli_option(cli, name);
	double unit = 0, value = 0;

	*out = standard;
	if (s.p == NULL)
		return RC_OK;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && unit == 0)
			unit = 1;
		else if (s.p[i] >= '0' && s.p[i] <= '9' && s.n <= 32)
			value = unit == 0 ? value * 10 + (s.p[i] - '0')
					  : value + (s.p[i] - '0') * (unit /= 10);
		else
			value = 2;
	}
	if (s.n == 0 || str_eq_z(s, ".") || value > 1)
		return fail(err, RC_USAGE, name, "takes a number from 0 to 1, such as 0.5");
	*out = value;
	return RC_OK;
}

/* Scores and counts are numbers, a match is true or false, all else is text. */
static void
add_value(struct json_out *out, struct str name, struct str value)
{
	static const char *const numbers[] = {"score", "false_hits_per_10000", "measured",
					      "measured_per_10000"};
	bool number = false;

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		number |= str_eq_z(name, numbers[i]);
	json_out_key(out, name);
	if (number && value.n > 0)
		json_out_raw(out, value);
	else if (str_eq_z(name, "match"))
		json_out_bool(out, str_eq_z(value, "true"));
	else
		json_out_str(out, value);
}

/* The rows that were written as CSV, as {"items":[...]}, one after the other. */
static enum rc
rows_as_json(struct cli *cli, FILE *rows, struct err *err)
{
	struct arena *a = arena_new(0);
	struct csv *csv = csv_new(a, source_file(rows, NULL), NULL);
	struct buf b;
	struct json_out out = {.buf = &b};
	struct str_list names = {0};
	struct csv_row row;
	enum rc rc;

	buf_init(&b, a);
	json_out_object(&out);
	json_out_key(&out, STR("items"));
	json_out_array(&out);
	while ((rc = csv_next(csv, &row, err)) == RC_OK) {
		if (names.n == 0) {
			for (size_t i = 0; i < row.n; i++)
				*VEC_ADD(a, &names) = str_copy(a, row.at[i].text);
			continue;
		}
		json_out_object(&out);
		for (size_t i = 0; i < row.n && i < names.n; i++)
			add_value(&out, names.at[i], row.at[i].text);
		json_out_object_end(&out);
		(void)fwrite(b.p, 1, b.n, cli->out);
		buf_clear(&b);
	}
	json_out_array_end(&out);
	json_out_object_end(&out);
	buf_add_byte(&b, '\n');
	if (rc == RC_ABSENT) {
		(void)fwrite(b.p, 1, b.n, cli->out);
		rc = RC_OK;
	}
	arena_free(a);
	return rc;
}

/* Where the rows of a command go that writes CSV: to the reader, or aside to become JSON. */
static enum rc
rows_begin(struct cli *cli, FILE **to, struct err *err)
{
	*to = cli->json ? tmpfile() : cli->out;
	return *to != NULL ? RC_OK
			   : fail(err, RC_UNAVAILABLE, "", "a temporary file cannot be made");
}

static enum rc
rows_end(struct cli *cli, FILE *to, enum rc rc, struct err *err)
{
	enum rc shown = RC_OK;

	if (!cli->json)
		return rc;
	/* Rows that were made are shown, also when lines that could not be read were left out. */
	if (fflush(to) != 0 || ferror(to))
		shown = fail(err, RC_UNAVAILABLE, "", "the temporary file cannot be written");
	else if (rc == RC_OK || ftell(to) > 0) {
		rewind(to);
		shown = rows_as_json(cli, to, rc == RC_OK ? err : NULL);
	}
	(void)fclose(to);
	return rc != RC_OK ? rc : shown;
}

static enum rc
run_screen(struct cli *cli, struct err *err)
{
	struct str_list lists = cli_options(cli, "list");
	const char **paths = NEW_N(cli->arena, const char *, lists.n + 1);
	struct str format = cli_option(cli, "format"), queries = cli_option(cli, "queries");
	struct match_screen_options o = {
	    .lists = paths, .list_count = lists.n, .timing = cli_switch(cli, "timing")};
	int64_t limit, threads;
	FILE *to;
	enum rc rc;

	if (lists.n == 0)
		return fail(err, RC_USAGE, "list", "name a list: --list LIST.csv");
	if (queries.n == 0)
		return fail(err, RC_USAGE, "queries",
			    "name who is asked about: --queries QUERIES.csv, or - for standard "
			    "input");
	if ((rc = score(cli, "min-score", MATCH_MIN_SCORE, &o.min_score, err)) != RC_OK ||
	    (rc = cli_number(cli, "limit", MATCH_LIMIT, 1, MATCH_LIMIT_MAX, &limit, err)) !=
		RC_OK ||
	    (rc = cli_number(cli, "threads", 0, 0, MATCH_THREADS_MAX, &threads, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < lists.n; i++)
		paths[i] = str_z(cli->arena, lists.at[i]);
	o.format = format.n > 0 ? str_z(cli->arena, format) : NULL;
	o.queries = str_z(cli->arena, queries);
	o.limit = (size_t)limit;
	o.threads = (unsigned)threads;
	if ((rc = rows_begin(cli, &to, err)) != RC_OK)
		return rc;
	return rows_end(cli, to, match_screen_run(&o, to, cli->notes, err), err);
}

static enum rc
run_index(struct cli *cli, struct err *err)
{
	struct str_list lists = cli_options(cli, "list");
	const char **paths = NEW_N(cli->arena, const char *, lists.n + 1);
	struct str format = cli_option(cli, "format"), out = cli_option(cli, "out");
	const char *path;
	enum rc rc;

	if (lists.n == 0)
		return fail(err, RC_USAGE, "list", "name a list: --list LIST.csv");
	if (out.n == 0)
		return fail(err, RC_USAGE, "out", "name the file to write: --out LIST.lsx");
	for (size_t i = 0; i < lists.n; i++)
		paths[i] = str_z(cli->arena, lists.at[i]);
	path = str_z(cli->arena, out);
	rc = files_apart(&(struct files_apart){paths, lists.n, &path, 1}, err);
	if (rc != RC_OK)
		return rc;
	return list_save(paths, lists.n, format.n > 0 ? str_z(cli->arena, format) : NULL, path,
			 cli->notes, err);
}

static enum rc
run_compare(struct cli *cli, struct err *err)
{
	struct str_list dobs = cli_options(cli, "dob");
	struct match_compare_options o = {.left = cli->arguments.at[0],
					  .right = cli->arguments.at[1],
					  .type = cli_option(cli, "type"),
					  .json = cli->json};

	struct edtf date;

	for (size_t i = 0; i < dobs.n; i++)
		if (dobs.at[i].n > 0 && !edtf_parse(str_trim(dobs.at[i]), &date))
			return fail(err, RC_USAGE, "dob",
				    "takes two dates such as 1979, 1979-05 or 1979-05-07");
	if (dobs.n == 2) {
		o.left_dob = dobs.at[0];
		o.right_dob = dobs.at[1];
	}
	return match_compare_run(&o, cli->out, err);
}

static enum rc
run_pairs(struct cli *cli, struct err *err)
{
	FILE *to;
	enum rc rc = file_check(str_z(cli->arena, cli->arguments.at[0]), err);

	if (rc != RC_OK || (rc = rows_begin(cli, &to, err)) != RC_OK)
		return rc;
	rc = match_pairs_run(str_z(cli->arena, cli->arguments.at[0]), to, cli->notes, err);
	return rows_end(cli, to, rc, err);
}

static enum rc
run_thresholds(struct cli *cli, struct err *err)
{
	struct str_list lists = cli_options(cli, "list");
	const char **paths = NEW_N(cli->arena, const char *, lists.n + 1);
	struct match_thresholds_options o = {.lists = paths, .list_count = lists.n};
	struct str controls = cli_option(cli, "controls"), format = cli_option(cli, "format");
	enum rc rc = RC_OK;
	FILE *to;

	for (size_t i = 0; i < lists.n; i++)
		paths[i] = str_z(cli->arena, lists.at[i]);
	o.format = format.n > 0 ? str_z(cli->arena, format) : NULL;
	o.controls = controls.n > 0 ? str_z(cli->arena, controls) : NULL;
	if (o.controls != NULL)
		rc = file_check(o.controls, err);
	if (rc != RC_OK || (rc = rows_begin(cli, &to, err)) != RC_OK)
		return rc;
	return rows_end(cli, to, match_thresholds_run(&o, to, cli->notes, err), err);
}

/* clang-format off */
static const struct option thresholds_options[] = {
	{ "controls", "FILE",   "People who are not listed, as match screen takes them: how many of them reach each score; - is standard input.", false },
	{ "list",     "FILE",   "What the controls are screened against, as of match screen.", true },
	{ "format",   "FORMAT", "The lists' format, as of match screen.", false },
	{ .name = NULL },
};
static const struct option screen_options[] = {
	{ "list",      "FILE",   "A watch list, the folder of an OFAC release, or what match index made; all that are given make one list.", true },
	{ "queries",   "FILE",   "Who is asked about: CSV with query_id and name, and perhaps dob, country, type, ids; - is standard input.", false },
	{ "format",    "FORMAT", "The lists' format: ofac, un, ftm or csv; by their content when not given.", false },
	{ "min-score", "S",      "Leave out what scores less, 0 to 1; " MATCH_MIN_SCORE_TEXT " when not given.", false },
	{ "limit",     "K",      "At most so many rows a query; 10 when not given.", false },
	{ "threads",   "N",      "So many threads; as many as processors when not given.", false },
	{ "timing",    NULL,     "Say on standard error how many queries went through a second.", false },
	{ .name = NULL },
};
static const struct option index_options[] = {
	{ "list",   "FILE",   "A public list, or the folder of an OFAC release; all that are given make one index.", true },
	{ "format", "FORMAT", "The lists' format: ofac, un, ftm or csv; by their content when not given.", false },
	{ "out",    "FILE",   "The index to write; one that is there is replaced when the new one is whole.", false },
	{ .name = NULL },
};
static const struct option compare_options[] = {
	{ "dob",  "A B",  "The two birth dates, as precise as known: 1979, 1979-05, 1979-05-07; '' for one that is not known.", false },
	{ "type", "TYPE", "person, organisation or vessel.", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "match", "screen", "", screen_options, run_screen, "Screen names against watch lists.",
	  "Prints CSV: query_id,matched_id,score, the best first; a query without a candidate gives no row. The score is a probability from 0 to 1. It is a reason to look, never a decision about a person.\n\n"
	  "No node is needed, and nothing is kept. Lines that cannot be read are told on standard error by file and line, skipped and counted; all others are screened, and the exit code is 2. A birth date that is none is told too, and its query is screened without it." },
	{ "match", "index", "", index_options, run_index, "Make public lists ready for screening, as a file.",
	  "match screen --list FILE then starts at once, and processes on one machine share its memory. For published lists only: a node's own lists never go to a file.\n\n"
	  "An index that is damaged, or made by a version that reads names otherwise, is refused when it is opened: make it again. Lines that cannot be read are told on standard error and left out, and the exit code is 2." },
	{ "match", "compare", "NAME NAME", compare_options, run_compare, "Compare two names, and say why they score as they do.",
	  "The pieces of evidence are bits and sum to the score." },
	{ "match", "pairs", "FILE", NULL, run_pairs, "Score pairs of names from a CSV file.",
	  "FILE has the columns left and right, and perhaps type; - is standard input. The same rows come back in order, with the columns score and match (true or false at the shipped threshold). Lines that cannot be read are told on standard error and skipped, and the exit code is 2." },
	{ "match", "thresholds", "", thresholds_options, run_thresholds, "Say how many who are not listed reach each score.",
	  "Prints CSV: score,false_hits_per_10000, for lines from 0.2 to 0.999; with controls also how many of them reached it (measured, measured_per_10000). Choose a line by what a wrong hit does to somebody, and by what a missed one does." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature match_command_feature = {.name = "match_commands", .commands = commands};
