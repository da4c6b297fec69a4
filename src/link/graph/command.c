#include "link/graph/command.h"

#include "base/arena.h"
#include "link/graph/read.h"
#include "link/graph/show.h"
#include "serve/cli.h"

#define LIMIT_STANDARD 100
#define LIMIT_MAX 100000
#define DEPTH_MAX 20
#define SAID                                                                                       \
	"A place, a path or a group is a lead, never evidence. Survivors, helpers and privileged " \
	"persons are left out."

/* What one call has in hand. */
struct asked {
	struct cli *cli;
	struct arena *arena;
	struct graph *graph;
	struct graph_walk *walk;
	struct json_out out;
	size_t limit;
	enum graph_measure measure;
};

static enum rc
times_read(const struct cli *cli, struct graph_view *view, struct err *err)
{
	struct str since = cli_option(cli, "since"), until = cli_option(cli, "until");

	if (since.p != NULL && !graph_time_read(since, false, &view->since))
		return fail(err, RC_USAGE, "since", "takes a date such as 2026-03-01");
	if (until.p != NULL && !graph_time_read(until, true, &view->until))
		return fail(err, RC_USAGE, "until", "takes a date such as 2026-03-01");
	return RC_OK;
}

static enum rc
view_read(struct asked *x, struct graph_view *view, struct err *err)
{
	struct str_list wanted = cli_options(x->cli, "tie-type");
	const struct graph *g = x->graph;
	bool *types = NEW_N(x->arena, bool, g->type_n + 1);

	*view = GRAPH_VIEW_ALL;
	view->directed = cli_switch(x->cli, "directed");
	for (size_t i = 0; i < wanted.n; i++)
		for (size_t k = 0; k < g->type_n; k++)
			types[k] |= str_eq(wanted.at[i], g->types[k]);
	view->types = wanted.n > 0 ? types : NULL;
	return times_read(x->cli, view, err);
}

static enum rc
run_expand(struct asked *x, struct err *err)
{
	struct graph_reached reached;
	uint32_t from;
	int64_t depth;
	enum rc rc = graph_walk_find(x->walk, cli_option(x->cli, "expand"), &from, err);

	if (rc == RC_OK)
		rc = cli_number(x->cli, "depth", 1, 0, DEPTH_MAX, &depth, err);
	if (rc != RC_OK)
		return rc;
	graph_expand(x->walk, from, (uint32_t)depth, x->limit, x->arena, &reached);
	show_reached(&x->out, x->walk, &reached);
	return RC_OK;
}

/* Both ends of an option of two words. */
static enum rc
ends_read(struct asked *x, const char *option, uint32_t ends[2], struct err *err)
{
	struct str_list ids = cli_options(x->cli, option);
	enum rc rc = graph_walk_find(x->walk, ids.at[0], &ends[0], err);

	return rc == RC_OK ? graph_walk_find(x->walk, ids.at[1], &ends[1], err) : rc;
}

static enum rc
run_path(struct asked *x, struct err *err)
{
	struct graph_path_list paths = {0};
	struct graph_path path;
	uint32_t ends[2];
	int64_t k;
	enum rc rc = cli_number(x->cli, "k", 1, 1, GRAPH_PATHS_MAX, &k, err);

	if (rc == RC_OK)
		rc = ends_read(x, "path", ends, err);
	if (rc != RC_OK)
		return rc;
	if (!cli_switch(x->cli, "in-time"))
		graph_paths(x->walk, ends[0], ends[1], x->measure, (size_t)k, x->arena, &paths);
	else if (graph_path_in_time(x->walk, ends[0], ends[1], x->walk->view.since, x->arena,
				    &path))
		*VEC_ADD(x->arena, &paths) = path;
	show_paths(&x->out, x->graph, &paths);
	return RC_OK;
}

static enum rc
run_common(struct asked *x, struct err *err)
{
	struct graph_node_list common;
	uint32_t ends[2];
	enum rc rc = ends_read(x, "common", ends, err);

	if (rc != RC_OK)
		return rc;
	graph_common(x->walk, ends[0], ends[1], x->arena, &common);
	json_out_key(&x->out, STR("nodes"));
	json_out_array(&x->out);
	for (size_t i = 0; i < common.n && i < x->limit; i++) {
		json_out_object(&x->out);
		show_node(&x->out, x->graph, common.at[i]);
		json_out_object_end(&x->out);
	}
	json_out_array_end(&x->out);
	json_out_key_bool(&x->out, "more", common.n > x->limit);
	return RC_OK;
}

static enum rc
run_near(struct asked *x, struct err *err)
{
	struct graph_valued_list near;
	uint32_t from;
	enum rc rc = graph_walk_find(x->walk, cli_option(x->cli, "near"), &from, err);

	if (rc != RC_OK)
		return rc;
	graph_near(x->walk, from, 1e-5, x->arena, &near);
	graph_rank(&near, x->limit);
	show_ranking(&x->out, x->graph, &near);
	return RC_OK;
}

static enum rc
run_timeline(struct asked *x, struct err *err)
{
	struct str id = cli_option(x->cli, "timeline");
	struct graph_tie_list ties;
	uint32_t node = GRAPH_NONE;
	enum rc rc = str_eq_z(id, "all") ? RC_OK : graph_walk_find(x->walk, id, &node, err);
	bool all;

	if (rc != RC_OK)
		return rc;
	all = graph_timeline(x->walk, node, x->limit, x->arena, &ties);
	show_ties(&x->out, x->graph, "ties", &ties);
	json_out_key_bool(&x->out, "more", !all);
	return RC_OK;
}

static enum rc
run_components(struct asked *x, struct err *err)
{
	struct graph_components c;
	struct json_out *out = &x->out;
	struct str_list *members;

	(void)err;
	graph_components(x->walk, x->arena, &c);
	members = NEW_N(x->arena, struct str_list, (size_t)c.n + 1);
	for (uint32_t v = 0; v < x->graph->node_n; v++)
		if (c.of[v] < x->limit && members[c.of[v]].n < x->limit)
			*VEC_ADD(x->arena, &members[c.of[v]]) = x->graph->nodes[v].id;
	json_out_key_int(out, "count", c.n);
	json_out_key(out, STR("components"));
	json_out_array(out);
	for (uint32_t i = 0; i < c.n && i < x->limit; i++) {
		json_out_object(out);
		json_out_key_int(out, "size", c.size[i]);
		json_out_key(out, STR("nodes"));
		json_out_array(out);
		for (size_t k = 0; k < members[i].n; k++)
			json_out_str(out, members[i].at[k]);
		json_out_array_end(out);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	return RC_OK;
}

/* Of a visible graph's nodes the values, as numbers of the graph that was read. */
static enum rc
run_rank(struct asked *x, struct err *err)
{
	struct str by = cli_option(x->cli, "rank");
	bool weighted = x->measure != GRAPH_STEPS;
	struct graph_valued_list list = {0};
	struct graph_visible seen;
	double *value;

	graph_make_visible(x->walk, x->arena, &seen);
	value = NEW_N(x->arena, double, (size_t)seen.graph->node_n + 1);
	if (str_eq_z(by, "degree"))
		graph_degree(seen.graph, value);
	else if (str_eq_z(by, "strength"))
		graph_strength(seen.graph, value);
	else if (str_eq_z(by, "pagerank"))
		graph_pagerank(seen.graph, weighted, x->arena, value);
	else
		return fail(err, RC_USAGE, "rank", "takes degree, strength or pagerank");
	for (uint32_t v = 0; v < seen.graph->node_n; v++)
		*VEC_ADD(x->arena, &list) = (struct graph_valued){seen.node[v], value[v]};
	graph_rank(&list, x->limit);
	json_out_key_str(&x->out, "by", by);
	show_ranking(&x->out, x->graph, &list);
	return RC_OK;
}

static const struct {
	const char *option;
	enum rc (*run)(struct asked *x, struct err *err);
} questions[] = {
    {"expand", run_expand},
    {"path", run_path},
    {"common", run_common},
    {"near", run_near},
    {"rank", run_rank},
    {"timeline", run_timeline},
    {"components", run_components},
};

static enum rc
measure_read(const struct cli *cli, enum graph_measure *out, struct err *err)
{
	struct str s = cli_option(cli, "weight");

	*out = s.p == NULL ? GRAPH_STEPS : str_eq_z(s, "strength") ? GRAPH_STRENGTH : GRAPH_LENGTH;
	if (s.p != NULL && !str_eq_z(s, "strength") && !str_eq_z(s, "length"))
		return fail(err, RC_USAGE, "weight", "takes strength or length");
	return RC_OK;
}

static enum rc
answer(struct asked *x, struct err *err)
{
	struct graph_view view;
	struct buf b;
	enum rc rc = view_read(x, &view, err);

	if (rc != RC_OK)
		return rc;
	x->walk = graph_walk_new(x->arena, x->graph, &view);
	buf_init(&b, x->arena);
	x->out = (struct json_out){.buf = &b};
	json_out_object(&x->out);
	for (size_t i = 0; rc == RC_OK && i < COUNT_OF(questions); i++)
		if (cli_option(x->cli, questions[i].option).p != NULL)
			rc = questions[i].run(x, err);
	if (rc != RC_OK)
		return rc;
	json_out_key_str(&x->out, "note", STR(SAID));
	json_out_object_end(&x->out);
	buf_add_byte(&b, '\n');
	(void)fwrite(b.p, 1, b.n, x->cli->out);
	return RC_OK;
}

static enum rc
question_check(const struct cli *cli, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(questions); i++)
		n += cli_option(cli, questions[i].option).p != NULL;
	return n == 1 ? RC_OK
		      : fail(err, RC_USAGE, "",
			     "ask one thing: --expand, --path, --common, --near, --rank, "
			     "--timeline or --components");
}

static const char *
path_option(const struct cli *cli, const char *name)
{
	struct str s = cli_option(cli, name);

	return s.p != NULL ? str_z(cli->arena, s) : NULL;
}

static enum rc
run_graph(struct cli *cli, struct err *err)
{
	struct graph_files files = {.graph = str_z(cli->arena, cli->arguments.at[0]),
				    .nodes = path_option(cli, "nodes"),
				    .helpers = path_option(cli, "helpers"),
				    .fields = cli_option(cli, "fields")};
	struct asked x = {.cli = cli};
	struct graph_report report;
	int64_t limit;
	enum rc rc = question_check(cli, err);

	if (rc == RC_OK)
		rc = measure_read(cli, &x.measure, err);
	if (rc == RC_OK)
		rc = cli_number(cli, "limit", LIMIT_STANDARD, 1, LIMIT_MAX, &limit, err);
	if (rc != RC_OK)
		return rc;
	x.limit = (size_t)limit;
	x.arena = arena_new((size_t)64 << 30);
	rc = graph_read(x.arena, &files, cli->notes, &x.graph, &report, err);
	if (rc == RC_OK)
		rc = answer(&x, err);
	arena_free(x.arena);
	if (rc == RC_OK && report.skipped > 0)
		return fail(err, RC_INVALID, "",
			    "%zu lines could not be read; the others were used", report.skipped);
	return rc;
}

/* clang-format off */
static const struct option graph_options[] = {
	{ "expand", "ID", "Who is tied to this node, and their ties among each other.", false },
	{ "depth", "N", "With --expand: so many steps away; 1 when not given.", false },
	{ "path", "A B", "The shortest path between two nodes.", false },
	{ "k", "K", "With --path: the K shortest (also -k K).", false },
	{ "in-time", NULL, "With --path: the path that arrives first when no tie is gone along before the one before it.", false },
	{ "common", "A B", "Who is tied to both.", false },
	{ "near", "ID", "Who is near this node by many ways (personalised PageRank).", false },
	{ "rank", "MEASURE", "Who stands where: degree, strength or pagerank.", false },
	{ "timeline", "ID", "Dated ties of this node in their order; of all: all.", false },
	{ "components", NULL, "What hangs together, the largest first.", false },
	{ "weight", "HOW", "What weights mean: strength (strong ties are short; ranks by weight) or length. When not given, each tie is one step.", false },
	{ "directed", NULL, "Go along ties only in their direction.", false },
	{ "tie-type", "TYPE", "Only ties of this type; may be given several times.", true },
	{ "since", "DATE", "Only ties that held then or later.", false },
	{ "until", "DATE", "Only ties that held then or earlier.", false },
	{ "limit", "N", "So many nodes, ties or places at most; 100 when not given.", false },
	{ "nodes", "FILE", "CSV of nodes: id and label, type, role, latitude, longitude.", false },
	{ "helpers", "FILE", "CSV of helpers (hotlines, shelters, lawyers ...), by id or label: none of them is in any answer.", false },
	{ "fields", "MAP", "What columns hold, where their headings do not say it: from=HEADING,to=HEADING and so on.", false },
	{ .name = NULL },
};

static const struct command commands[] = {
	{ "link", "graph", "FILE", graph_options, run_graph, "Ask a file who is tied to whom.",
	  "Prints JSON. FILE is CSV: a list of ties with headings (from, to, weight, type, start, end, from_role ...; i2's are known) or a matrix with an empty first heading. - is standard input.\n\n"
	  "Survivors, helpers and privileged persons are in no answer, path or count: who they are a column of roles says, of either end or in --nodes, and --helpers names others. An id that is left out is answered like one that is not in the file.\n\n"
	  "No node is needed, and nothing is kept. A place in a ranking is a lead, never evidence. Lines that cannot be read are told on standard error, skipped and counted, and the exit code is 2." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature graph_feature = {.name = "graph", .commands = commands};
