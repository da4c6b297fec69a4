#include "match/linkage/linkage.h"

#include "base/arena.h"
#include "match/linkage/run.h"
#include "serve/cli.h"

/* "0.5": digits with one point at most, whatever the locale. */
static enum rc
probability(const struct cli *cli, double *out, struct err *err)
{
	struct str s = cli_option(cli, "min-probability");
	double unit = 0, value = 0;

	*out = LINK_MIN_PROBABILITY;
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
		return fail(err, RC_USAGE, "min-probability",
			    "takes a number from 0 to 1, such as 0.5");
	*out = value;
	return RC_OK;
}

static enum rc
options_read(struct cli *cli, struct link_options *o, struct err *err)
{
	int64_t threads;
	enum rc rc = probability(cli, &o->min_probability, err);

	if (rc == RC_OK)
		rc = cli_number(cli, "threads", 0, 0, LINK_THREADS_MAX, &threads, err);
	if (rc != RC_OK)
		return rc;
	o->threads = (unsigned)threads;
	o->fields = cli_option(cli, "fields");
	o->verbose = cli_switch(cli, "weights");
	o->json = cli->json;
	o->left = str_z(cli->arena, cli->arguments.at[0]);
	return RC_OK;
}

static enum rc
run_link(struct cli *cli, struct err *err)
{
	struct link_options o = {.one_to_one = cli_switch(cli, "one-to-one")};
	enum rc rc = options_read(cli, &o, err);

	if (rc != RC_OK)
		return rc;
	o.right = str_z(cli->arena, cli->arguments.at[1]);
	return link_run(&o, cli->out, cli->notes, err);
}

static enum rc
run_dedupe(struct cli *cli, struct err *err)
{
	struct link_options o = {0};
	enum rc rc = options_read(cli, &o, err);

	return rc == RC_OK ? dedupe_run(&o, cli->out, cli->notes, err) : rc;
}

/* clang-format off */
#define FIELDS_OPTION { "fields", "MAP", "What columns hold, where their headings do not say it: given=HEADING,family=HEADING and so on; also id, middle, name, birth_date, sex, number, street, place, city, postcode, state, country, birth_place, identifier, email, phone.", false }
#define LEAST_OPTION  { "min-probability", "P", "Leave out pairs less likely than this, 0 to 1; 0.5 when not given.", false }
#define THREADS_OPTION { "threads", "N", "So many threads; when not given, as many as processors where there is enough to do.", false }
#define WEIGHTS_OPTION { "weights", NULL, "Say on standard error which keys were used and what each likeness is worth in bits.", false }

static const struct option link_command_options[] = {
	{ "one-to-one", NULL, "Each row is in one pair at most.", false },
	FIELDS_OPTION, LEAST_OPTION, THREADS_OPTION, WEIGHTS_OPTION,
	{ .name = NULL },
};
static const struct option dedupe_options[] = {
	FIELDS_OPTION, LEAST_OPTION, THREADS_OPTION, WEIGHTS_OPTION,
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "match", "link", "FILE FILE", link_command_options, run_link, "Find which rows of two files are the same person.",
	  "Prints CSV: left_id,right_id,probability. Columns are known by their headings; those that are not compared are told. What each likeness is worth is found from the two files alone. - is standard input.\n\n"
	  "No node is needed, and nothing is kept. A probability is a reason to look, never a decision about a person. Lines that cannot be read are told on standard error, skipped and counted, and the exit code is 2." },
	{ "match", "dedupe", "FILE", dedupe_options, run_dedupe, "Find which rows of one file are the same person.",
	  "Prints CSV: id,cluster, a line for each row; the cluster is the id of its first row. Groups that hang together by one pair while their other rows contradict each other are taken apart, and counted on standard error. - is standard input.\n\n"
	  "No node is needed, and nothing is kept. Lines that cannot be read are told on standard error, skipped and counted, and the exit code is 2." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature linkage_feature = {.name = "linkage", .commands = commands};
