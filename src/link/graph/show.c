#include "link/graph/show.h"

#include "base/arena.h"
#include "base/clock.h"

void
show_number(struct json_out *out, const char *key, double value)
{
	char z[40];

	/* The locale is C: no program of ours sets another. */
	(void)snprintf(z, sizeof z, "%.10g", value);
	json_out_key(out, str_from(key));
	json_out_raw(out, str_from(z));
}

void
show_time(struct json_out *out, const char *key, int64_t seconds)
{
	int64_t day = seconds / 86400 - (seconds % 86400 < 0), rest = seconds - day * 86400;
	int y, m, d;
	char z[40];

	civil_from_days(day, &y, &m, &d);
	(void)snprintf(z, sizeof z, "%04d-%02d-%02dT%02d:%02d:%02dZ", y, m, d, (int)(rest / 3600),
		       (int)(rest / 60 % 60), (int)(rest % 60));
	json_out_key_str(out, key, str_from(z));
}

static struct str
type_name(const struct graph *g, uint32_t node)
{
	return g->types[g->nodes[node].type];
}

void
show_node(struct json_out *out, const struct graph *g, uint32_t node)
{
	if (g->nodes == NULL) {
		json_out_key_int(out, "id", node);
		return;
	}
	json_out_key_str(out, "id", g->nodes[node].id);
	if (g->nodes[node].label.n > 0)
		json_out_key_str(out, "label", g->nodes[node].label);
	if (type_name(g, node).n > 0)
		json_out_key_str(out, "type", type_name(g, node));
}

static void
show_id(struct json_out *out, const struct graph *g, const char *key, uint32_t node)
{
	if (g->nodes != NULL)
		json_out_key_str(out, key, g->nodes[node].id);
	else
		json_out_key_int(out, key, node);
}

static void
show_tie(struct json_out *out, const struct graph *g, const struct graph_tie_at *t)
{
	json_out_object(out);
	show_id(out, g, "from", t->from);
	show_id(out, g, "to", t->to);
	if (graph_tie_type(g, t->tie).n > 0)
		json_out_key_str(out, "type", graph_tie_type(g, t->tie));
	if (g->ties.weight != NULL)
		show_number(out, "weight", (double)graph_weight(g, t->tie));
	if (graph_start(g, t->tie) != GRAPH_NO_TIME)
		show_time(out, "start", graph_start(g, t->tie));
	if (g->ties.end != NULL && g->ties.end[t->tie] != GRAPH_NO_TIME)
		show_time(out, "end", g->ties.end[t->tie]);
	json_out_object_end(out);
}

void
show_ties(struct json_out *out, const struct graph *g, const char *key,
	  const struct graph_tie_list *ties)
{
	json_out_key(out, str_from(key));
	json_out_array(out);
	for (size_t i = 0; i < ties->n; i++)
		show_tie(out, g, &ties->at[i]);
	json_out_array_end(out);
}

void
show_reached(struct json_out *out, struct graph_walk *w, const struct graph_reached *r)
{
	struct arena *a = out->buf->arena;
	struct graph_node_list nodes = {0};
	struct graph_tie_list ties;
	bool all;

	json_out_key(out, STR("nodes"));
	json_out_array(out);
	for (size_t i = 0; i < r->nodes.n; i++) {
		*VEC_ADD(a, &nodes) = r->nodes.at[i].node;
		json_out_object(out);
		show_node(out, w->graph, r->nodes.at[i].node);
		json_out_key_int(out, "depth", r->nodes.at[i].depth);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	all = graph_ties_among(w, &nodes, SHOW_TIES_MAX, a, &ties);
	show_ties(out, w->graph, "ties", &ties);
	json_out_key_bool(out, "more", r->more || !all);
}

/* A tie as it points, whichever way the path went along it. */
static struct graph_tie_at
tie_between(const struct graph *g, uint32_t one, uint32_t other, uint32_t tie)
{
	for (uint32_t p = g->row[one]; p < g->row[one + 1]; p++)
		if ((g->tie[p] & ~GRAPH_AGAINST) == tie && (g->tie[p] & GRAPH_AGAINST) != 0)
			return (struct graph_tie_at){other, one, tie};
	return (struct graph_tie_at){one, other, tie};
}

static void
show_path(struct json_out *out, const struct graph *g, const struct graph_path *p)
{
	struct graph_tie_list ties = {0};

	json_out_object(out);
	json_out_key_int(out, "steps", p->n - 1);
	show_number(out, "length", p->length);
	json_out_key(out, STR("nodes"));
	json_out_array(out);
	for (uint32_t i = 0; i < p->n; i++) {
		json_out_object(out);
		show_node(out, g, p->node[i]);
		json_out_object_end(out);
		if (i + 1 < p->n)
			*VEC_ADD(out->buf->arena, &ties) =
			    tie_between(g, p->node[i], p->node[i + 1], p->tie[i]);
	}
	json_out_array_end(out);
	show_ties(out, g, "ties", &ties);
	json_out_object_end(out);
}

void
show_paths(struct json_out *out, const struct graph *g, const struct graph_path_list *paths)
{
	json_out_key(out, STR("paths"));
	json_out_array(out);
	for (size_t i = 0; i < paths->n; i++)
		show_path(out, g, &paths->at[i]);
	json_out_array_end(out);
}

void
show_ranking(struct json_out *out, const struct graph *g, const struct graph_valued_list *l)
{
	size_t place = 1;

	json_out_key(out, STR("items"));
	json_out_array(out);
	for (size_t i = 0; i < l->n; i++) {
		if (i > 0 && l->at[i].value < l->at[i - 1].value)
			place = i + 1;
		json_out_object(out);
		json_out_key_int(out, "rank", (int64_t)place);
		show_node(out, g, l->at[i].node);
		show_number(out, "value", l->at[i].value);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}
