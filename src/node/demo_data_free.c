#include "node/demo_data_free.h"

#include "base/arena.h"
#include "node/demo_data.h"

/* With a list of millions of names hardly one draw in thousands is taken; this is an end. */
enum { TRIES_MAX = 1000 };

void
demo_free_init(struct demo_free *f, struct arena *a, const struct demo_options *options)
{
	*f = (struct demo_free){.arena = a, .options = options, .used = {.arena = a}};
}

static bool
is_taken(const struct demo_free *f, struct str full_name)
{
	return f->options->taken != NULL && f->options->taken(f->options->ctx, full_name);
}

static bool
is_taken_in(const struct demo_free *f, const struct demo_name *n, enum demo_script script)
{
	for (size_t i = 0; i < DEMO_NAME_CHANGE_COUNT; i++) {
		enum demo_name_change change = (enum demo_name_change)i;
		struct str given, family;

		if (script != DEMO_LATIN && change != DEMO_AS_IS && change != DEMO_FAMILY_FIRST)
			continue;
		demo_name_changed(f->arena, n, script, change, &given, &family);
		if (is_taken(f, demo_name_join(f->arena, script, given, family)))
			return true;
	}
	return false;
}

/* Free, and from now on used. */
static bool
use_if_free(struct demo_free *f, const struct demo_name *n)
{
	struct str latin = demo_name_full(f->arena, n, DEMO_LATIN);

	if (map_find(&f->used, latin) != NULL)
		return false;
	for (size_t script = 0; script < DEMO_SCRIPT_COUNT; script++)
		if (is_taken_in(f, n, (enum demo_script)script))
			return false;
	map_put(&f->used, latin, f);
	return true;
}

static enum rc
none_free(struct err *err)
{
	return fail(err, RC_CONFLICT, "taken", "none of %d drawn names is free of the given lists",
		    TRIES_MAX);
}

enum rc
demo_free_name(struct demo_free *f, struct demo_random *r, struct demo_name *out, struct err *err)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		demo_name_draw(r, out);
		if (use_if_free(f, out))
			return RC_OK;
	}
	return none_free(err);
}

enum rc
demo_free_near(struct demo_free *f, struct demo_random *r, const struct demo_name *like,
	       enum demo_likeness likeness, struct demo_name *out, struct err *err)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		if (likeness == DEMO_NEAR_BOTH)
			demo_name_near(r, like, out);
		else
			demo_name_draw(r, out);
		if (likeness == DEMO_SAME_FAMILY)
			out->family = like->family;
		if (likeness == DEMO_SAME_GIVEN)
			out->given = like->given;
		if (use_if_free(f, out))
			return RC_OK;
	}
	return none_free(err);
}

enum rc
demo_free_story(struct demo_free *f, const struct demo_name *n, struct err *err)
{
	for (size_t i = 0; i < DEMO_SCRIPT_COUNT; i++)
		if (n->given.fixed[i] != NULL && is_taken_in(f, n, (enum demo_script)i))
			return fail(err, RC_CONFLICT, "taken",
				    "a name of the demo's story is a name on a given list");
	map_put(&f->used, demo_name_full(f->arena, n, DEMO_LATIN), f);
	return RC_OK;
}
