#include "serve/route.h"

#include "base/arena.h"
#include "base/vec.h"

#define SEGMENTS_MAX 8

/* One that ends here. */
struct leaf {
	const struct route *route;
	struct str names[SEGMENTS_MAX]; /* of its {name}s, in order */
	size_t n, order;
};

struct leaves {
	VEC(struct leaf) all;
};

struct branch;

struct node {
	VEC(struct branch) branches; /* segments that stand there as they are */
	struct node *any;	     /* {name} */
	struct leaves ends, rest;    /* rest: of those that end with {name...} */
};

struct branch {
	struct str segment;
	struct node *node;
};

struct route_table {
	struct node root;
};

/* What was found on the way down, and the best so far. */
struct search {
	struct str method, values[SEGMENTS_MAX], best_values[SEGMENTS_MAX];
	const struct leaf *best;
	bool path_known;
};

static struct node *
branch_for(struct arena *a, struct node *node, struct str segment)
{
	struct branch *b;

	VEC_EACH (b, &node->branches)
		if (str_eq(b->segment, segment))
			return b->node;
	b = VEC_ADD(a, &node->branches);
	*b = (struct branch){segment, NEW(a, struct node)};
	return b->node;
}

static void
add(struct arena *a, struct route_table *t, const struct route *route, size_t order)
{
	struct leaf leaf = {.route = route, .order = order};
	struct node *node = &t->root;
	struct str rest = str_from(route->path);

	while (rest.p != NULL) {
		struct str segment = str_cut(&rest, '/');
		bool takes_all = str_ends(segment, STR("...}"));

		if (segment.n <= 2 || segment.p[0] != '{') {
			node = branch_for(a, node, segment);
			continue;
		}
		must(leaf.n < SEGMENTS_MAX);
		leaf.names[leaf.n++] = str_sub(segment, 1, segment.n - (takes_all ? 4 : 1));
		if (takes_all) {
			must(rest.p == NULL);
			*VEC_ADD(a, &node->rest.all) = leaf;
			return;
		}
		if (node->any == NULL)
			node->any = NEW(a, struct node);
		node = node->any;
	}
	*VEC_ADD(a, &node->ends.all) = leaf;
}

struct route_table *
route_table_new(struct arena *a, const struct feature *const *features)
{
	struct route_table *t = NEW(a, struct route_table);
	size_t order = 0;

	for (; *features != NULL; features++)
		for (const struct route *r = (*features)->routes; r != NULL && r->method; r++)
			add(a, t, r, order++);
	return t;
}

static void
take(struct search *s, const struct leaves *leaves)
{
	const struct leaf *l;

	VEC_EACH (l, &leaves->all) {
		s->path_known = true;
		if (!str_eq_z(s->method, l->route->method))
			continue;
		if (s->best != NULL &&
		    (s->best->n < l->n || (s->best->n == l->n && s->best->order < l->order)))
			continue;
		s->best = l;
		memcpy(s->best_values, s->values, sizeof s->values);
	}
}

/* Not deeper than the longest path of the table, whatever is asked for. */
static void
descend(struct search *s, const struct node *node, struct str path, size_t n)
{
	struct str all = path, segment;
	const struct branch *b;

	if (path.p == NULL) {
		take(s, &node->ends);
		return;
	}
	segment = str_cut(&path, '/');
	VEC_EACH (b, &node->branches)
		if (str_eq(b->segment, segment))
			descend(s, b->node, path, n);
	if (node->any != NULL && segment.n > 0) {
		s->values[n] = segment;
		descend(s, node->any, path, n + 1);
	}
	if (node->rest.all.n > 0 && all.n > 0) {
		s->values[n] = all;
		take(s, &node->rest);
	}
}

const struct route *
route_find(const struct route_table *t, struct arena *a, struct str method, struct str path,
	   struct pairs *segments, bool *path_known)
{
	struct search s = {.method = method};
	struct pair *kept;

	descend(&s, &t->root, path, 0);
	*path_known = s.path_known;
	if (s.best == NULL)
		return NULL;
	if (segments != NULL) {
		kept = NEW_N(a, struct pair, s.best->n);
		for (size_t i = 0; i < s.best->n; i++)
			kept[i] = (struct pair){s.best->names[i], s.best_values[i]};
		*segments = (struct pairs){kept, s.best->n};
	}
	return s.best->route;
}
