#include "match/stream/stream_commands.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "match/stream/rule.h"
#include "match/stream/stream.h"
#include "model/model.h"
#include "record/look.h"
#include "serve/cli.h"
#include "serve/file.h"

#define RULES_BYTES_MAX ((size_t)256 << 10)

/* "0.9": digits with one point at most. */
static enum rc
score(const struct cli *cli, const char *name, double standard, double *out, struct err *err)
{
	struct str s = cli_option(cli, name);
	char *end;

	*out = standard;
	if (s.p == NULL)
		return RC_OK;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '.')
			s.n = 0;
	if (s.n > 0 && s.n < 32) {
		*out = strtod(str_z(cli->arena, s), &end);
		if (*end == '\0' && *out >= 0.5 && *out <= 1)
			return RC_OK;
	}
	return fail(err, RC_USAGE, name, "takes a number from 0.5 to 1, such as 0.9");
}

static const char *
path_of(const struct cli *cli, const char *name)
{
	struct str s = cli_option(cli, name);

	return s.n > 0 ? str_z(cli->arena, s) : NULL;
}

static enum rc
run_stream(struct cli *cli, struct err *err)
{
	struct str_list lists = cli_options(cli, "list");
	const char **paths = NEW_N(cli->arena, const char *, lists.n + 1);
	struct stream_options o = {.lists = paths,
				   .list_count = lists.n,
				   .format = path_of(cli, "format"),
				   .rules = path_of(cli, "rules"),
				   .decided = path_of(cli, "decided"),
				   .json = cli->json,
				   .now_ms = clock_now(&clock_system)};
	int64_t threads;
	enum rc rc = score(cli, "min-score", STREAM_MIN_SCORE, &o.min_score, err);

	if (rc != RC_OK ||
	    (rc = cli_number(cli, "threads", 0, 0, STREAM_THREADS_MAX, &threads, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < lists.n; i++)
		paths[i] = str_z(cli->arena, lists.at[i]);
	o.threads = (unsigned)threads;
	return stream_run(&o, STDIN_FILENO, cli->out, cli->notes, err);
}

/* The checker alone, for whoever writes rules. */
static enum rc
run_rules(struct cli *cli, struct err *err)
{
	const char *path = str_z(cli->arena, cli->arguments.at[0]);
	int64_t now_ms = clock_now(&clock_system);
	struct rule_faults faults = {0};
	struct rules rules = {0};
	size_t expired = 0;
	json_t *items;
	struct str text;
	enum rc rc = file_read(cli->arena, path, RULES_BYTES_MAX, &text, err);

	static const struct cli_column columns[] = {{"RULE", "id", 0},
						    {"PURPOSE", "purpose", 0},
						    {"AUTHORISATION", "authorisation", 0},
						    {"EXPIRES", "expires", 0},
						    {"RUNS", "runs", 0},
						    {NULL, NULL, 0}};

	if (rc != RC_OK)
		return rc;
	if ((rc = rules_read(cli->arena, path, text, &rules, &faults, err)) != RC_OK) {
		for (size_t i = 1; i < faults.n; i++)
			fprintf(cli->notes, "%.*s\n", STR_ARG(err_line(cli->arena, &faults.at[i])));
		return rc;
	}
	items = json_array();
	for (size_t i = 0; i < rules.n; i++) {
		const struct rule *r = &rules.at[i];
		bool runs = rule_runs(r, now_ms);

		expired += !runs;
		must(json_array_append_new(
			 items, json_pack("{s:s%, s:s%, s:s%, s:s%, s:b}", "id", r->id.p, r->id.n,
					  "purpose", r->purpose.p, r->purpose.n, "authorisation",
					  r->authorisation.p, r->authorisation.n, "expires",
					  r->expires.p, r->expires.n, "runs", runs)) == 0);
	}
	cli_table(cli, items, columns);
	json_decref(items);
	return expired == 0
		   ? RC_OK
		   : fail(err, RC_CONFLICT, "expires",
			  "%zu of %zu rules are expired and would not run", expired, rules.n);
}

/* The kinds of event that a stream of model/codes/stream_kind.csv has. */
static enum rc
rests_on_conduct(struct door *d, const struct record *r, const struct gate_use *use,
		 struct err *err)
{
	int kind = event_kind_find(look_text(r, "stream"));
	struct rule_items when = {0};
	struct err why;

	(void)use;
	if (kind < 0)
		return fail(err, RC_CONFLICT, "stream",
			    "no screening runs for this stream: people, itineraries or payments");
	if (rule_condition_read(d->arena, look_text(r, "condition"), KIND_BIT(kind), &when, &why) !=
	    RC_OK)
		return fail(err, RC_CONFLICT, "condition", "%s", why.text);
	return RC_OK;
}

/* clang-format off */
static const struct option stream_options[] = {
	{ "list",      "FILE",   "A watch list, or the folder of an OFAC release; all that are given make one list.", true },
	{ "rules",     "FILE",   "Rules (YAML or JSON), checked before anything is read.", false },
	{ "format",    "FORMAT", "The lists' format: ofac, un, ftm or csv; by their content when not given.", false },
	{ "min-score", "S",      "A listing alerts from this score on, 0.5 to 1; " STREAM_MIN_SCORE_TEXT " when not given.", false },
	{ "decided",   "FILE",   "Earlier alerts, each with the decision of a person: counted by rule, and cleared documents alert no more.", false },
	{ "threads",   "N",      "So many threads; as many as processors when not given.", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "match", "stream", "", stream_options, run_stream, "Screen a stream of people, bookings and payments against lists and rules.",
	  "Reads NDJSON from standard input, one event a line, and writes an alert a line, in the order of the input: one for each listing that somebody in the event may be, with the evidence, and one for each rule that holds. What an event and a rule look like: src/match/stream/event.md. An alert is a reason to look, never a decision about a person.\n\n"
	  "A file of rules is refused, by rule and line, where a rule has no purpose, authorisation or expiry, or can alert on nationality, birthplace, language, religion, sex or route alone. An expired rule does not run.\n\n"
	  "Lines that cannot be read are told on standard error by their number, skipped and counted; all others are screened, and the exit code is 2, as it is when a rule had expired. At the end standard error tells, for each rule, how many events it looked at, its hits, and what people decided of them (with --json as one line of JSON). No node is needed, and nothing is kept." },
	{ "match", "rules", "FILE", NULL, run_rules, "Check a file of screening rules.",
	  "Says for each rule whether it may run, and refuses the file as `match stream` does. The exit code is 5 when a rule is expired." },
	{ .noun = NULL },
};

static const struct gate gates[] = {
	{ "rule_rests_on_conduct", rests_on_conduct, "The condition needs a specific indicator of conduct in every way in which it can hold." },
	{ .name = NULL },
};
/* clang-format on */

const struct feature match_stream_feature = {
    .name = "match_stream", .commands = commands, .gates = gates};
