#include "node/demo_story.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

/* The files of one OFAC release belong together: named singly, or by their folder. */
static const char *const ofac_files[] = {"sdn.csv",	     "alt.csv",		 "add.csv",
					 "sdn_comments.csv", "cons_prim.csv",	 "cons_alt.csv",
					 "cons_add.csv",     "cons_comments.csv"};

static bool
is_ofac(struct str path)
{
	for (size_t i = 0; i < COUNT_OF(ofac_files); i++)
		if (str_ends(path, str_from(ofac_files[i])))
			return true;
	return false;
}

static void
import_list(struct demo *d, const char *const *paths, size_t n, size_t number_of_list)
{
	VEC(const char *) words = {0};
	struct str list;
	json_t *o;

	if (n == 0)
		return;
	*VEC_ADD(d->arena, &words) = "record";
	*VEC_ADD(d->arena, &words) = "import";
	for (size_t i = 0; i < n; i++)
		*VEC_ADD(d->arena, &words) = paths[i];
	for (const char *const *w = WORDS("--format", "auto", "--list",
					  str_fmt(d->arena, "Real list %zu", number_of_list).p,
					  "--as", "mira", "--purpose", "screening");
	     *w != NULL; w++)
		*VEC_ADD(d->arena, &words) = *w;
	*VEC_ADD(d->arena, &words) = NULL;
	o = demo_ask(d, true, words.at);
	demo_expect(d, o != NULL && demo_number(o, "errors") == 0,
		    "%lld entries went in, %lld errors", demo_number(o, "done"),
		    demo_number(o, "errors"));
	list = str_copy(d->arena, json_member_str(json_object_get(o, "result"), "list"));
	json_decref(o);
	if (list.n > 0)
		demo_put_into_use(d, list, "Published by an authority for everybody");
}

void
demo_real_lists(struct demo *d, struct str_list lists)
{
	VEC(const char *) together = {0};
	size_t lists_done = 0;
	json_t *o;

	if (lists.n == 0)
		return;
	demo_chapter(d, "Real lists",
		     "Two people put the lists you named into use; the invented people are "
		     "screened against them, and nobody invented should stand above the line.");
	for (size_t i = 0; i < lists.n; i++) {
		const char *path = demo_keep(d, lists.at[i]);
		struct stat st;

		if (is_ofac(lists.at[i])) {
			*VEC_ADD(d->arena, &together) = path;
		} else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			for (size_t k = 0; k < COUNT_OF(ofac_files); k++) {
				const char *file =
				    str_fmt(d->arena, "%s/%s", path, ofac_files[k]).p;

				if (access(file, R_OK) == 0)
					*VEC_ADD(d->arena, &together) = file;
			}
		} else {
			import_list(d, &path, 1, ++lists_done);
		}
	}
	import_list(d, together.at, together.n, ++lists_done);
	o = demo_ask(d, true, WORDS("match", "people", "--as", "mira", "--purpose", "screening"));
	demo_expect(d, o != NULL && demo_number(o, "alerts") == 0,
		    "%lld listings, %lld suspects screened, %lld new alerts",
		    demo_number(o, "listings"), demo_number(o, "screened"),
		    demo_number(o, "alerts"));
	json_decref(o);
}
