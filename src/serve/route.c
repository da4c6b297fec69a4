#include "serve/route.h"

#include "base/arena.h"

#define SEGMENTS_MAX 8

/* Does the path fit the pattern? Values of {name} segments go to at. */
static bool
fits(struct str pattern, struct str path, struct pair *at, size_t *n)
{
	*n = 0;
	while (pattern.p != NULL && path.p != NULL) {
		struct str all = path, want = str_cut(&pattern, '/'), have = str_cut(&path, '/');

		/* {name...}, the last of its pattern, takes all that is left. */
		if (str_ends(want, STR("...}"))) {
			must(*n < SEGMENTS_MAX && pattern.p == NULL);
			at[(*n)++] = (struct pair){str_sub(want, 1, want.n - 4), all};
			return all.n > 0;
		}

		if (want.n > 2 && want.p[0] == '{') {
			if (have.n == 0)
				return false;
			must(*n < SEGMENTS_MAX);
			at[(*n)++] = (struct pair){str_sub(want, 1, want.n - 1), have};
		} else if (!str_eq(want, have)) {
			return false;
		}
	}
	return pattern.p == NULL && path.p == NULL;
}

/* Most patterns are told apart by what stands before their first {name}. */
static bool
may_fit(const char *pattern, struct str path)
{
	/* They differ early or not at all, so nothing is measured first. */
	for (size_t i = 0; pattern[i] != '\0' && pattern[i] != '{'; i++)
		if (i == path.n || path.p[i] != pattern[i])
			return false;
	return true;
}

/* Of several that fit, the one with the fewest {name}s: /records/search before /records/{id}. */
const struct route *
route_find(struct arena *a, const struct feature *const *features, struct str method,
	   struct str path, struct pairs *segments, bool *path_known)
{
	struct pair at[SEGMENTS_MAX], best_at[SEGMENTS_MAX];
	const struct route *best = NULL;
	size_t n, best_n = SEGMENTS_MAX + 1;

	*path_known = false;
	for (; *features != NULL; features++)
		for (const struct route *r = (*features)->routes; r != NULL && r->method; r++) {
			if (!may_fit(r->path, path) || !fits(str_from(r->path), path, at, &n))
				continue;
			*path_known = true;
			if (!str_eq_z(method, r->method) || n >= best_n)
				continue;
			best = r;
			best_n = n;
			memcpy(best_at, at, sizeof at);
		}
	if (best != NULL) {
		struct pair *kept = NEW_N(a, struct pair, best_n);

		memcpy(kept, best_at, best_n * sizeof *kept);
		*segments = (struct pairs){kept, best_n};
	}
	return best;
}
