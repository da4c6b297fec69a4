#include "match/screening/list.h"

#include "base/arena.h"
#include "format/listfile.h"
#include "parse/parse.h"
#include "match/screening/screen.h"
#include "match/screening/segment_file.h"

#define LIST_BYTES_MAX ((size_t)8 << 30)
#define SKIPPED_SHOWN 20

struct reading {
	struct arena *arena;
	VEC(struct screen_entry) entries;
	FILE *diag;
	size_t skipped;
};

static struct str_list
copy_texts(struct arena *a, const struct str_list *from)
{
	struct str_list to = {0};

	for (size_t i = 0; i < from->n; i++)
		*VEC_ADD(a, &to) = str_copy(a, from->at[i]);
	return to;
}

static enum rc
see_entry(void *ctx, const struct list_entry *entry, struct err *err)
{
	struct reading *r = ctx;
	struct screen_entry *to = VEC_ADD(r->arena, &r->entries);

	(void)err;
	to->id = str_copy(r->arena, entry->id);
	to->type = str_from(list_type_name(entry->type));
	for (size_t i = 0; i < entry->names.n; i++)
		*VEC_ADD(r->arena, &to->names) = str_copy(r->arena, entry->names.at[i].text);
	to->dobs = copy_texts(r->arena, &entry->dobs);
	to->countries = copy_texts(r->arena, &entry->countries);
	for (size_t i = 0; i < entry->ids.n; i++)
		*VEC_ADD(r->arena, &to->ids) = str_copy(r->arena, entry->ids.at[i].value);
	return RC_OK;
}

static void
see_skipped(void *ctx, const struct err *why)
{
	struct reading *r = ctx;
	struct arena *a = arena_new(0);

	if (++r->skipped <= SKIPPED_SHOWN)
		fprintf(r->diag, "%.*s\n", STR_ARG(err_line(a, why)));
	arena_free(a);
}

/* Lists in the shapes of their publishers. */
static enum rc
read_lists(struct reading *r, const char *const *paths, size_t n, const char *format,
	   struct screen_index **out, struct err *err)
{
	struct list_sink sink = {see_entry, see_skipped, r};
	struct list_options options = {.format = LIST_AUTO};
	struct source_files files;
	enum rc rc;

	if (format != NULL && !list_format_parse(str_from(format), &options.format))
		return fail(err, RC_USAGE, "format", "\"%s\" is no list format", format);
	if ((rc = list_paths(r->arena, paths, n, &files, err)) != RC_OK ||
	    (rc = parse_list(&files, &options, &sink, NULL, err)) != RC_OK)
		return rc;
	return screen_index_new(r->entries.at, r->entries.n, out, err);
}

enum rc
list_index(const char *const *paths, size_t n, const char *format, FILE *diag,
	   struct screen_index **out, size_t *skipped, struct err *err)
{
	struct reading r = {.arena = arena_new(LIST_BYTES_MAX), .diag = diag};
	struct screen_index **made = NEW_N(r.arena, struct screen_index *, n + 1);
	const char **others = NEW_N(r.arena, const char *, n + 1);
	size_t made_n = 0, other_n = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		if (!segment_is_file(paths[i]))
			others[other_n++] = paths[i];
		else if ((rc = screen_index_open(paths[i], &made[made_n], err)) == RC_OK)
			made_n++;
	}
	if (rc == RC_OK && (other_n > 0 || made_n == 0) &&
	    (rc = read_lists(&r, others, other_n, format, &made[made_n], err)) == RC_OK)
		made_n++;
	if (r.skipped > SKIPPED_SHOWN)
		fprintf(diag, "... and %zu more\n", r.skipped - SKIPPED_SHOWN);
	*skipped = r.skipped;
	if (rc == RC_OK)
		rc = screen_index_join((const struct screen_index *const *)made, made_n, out, err);
	for (size_t i = 0; i < made_n; i++)
		screen_index_free(made[i]);
	arena_free(r.arena);
	return rc;
}

enum rc
list_save(const char *const *paths, size_t n, const char *format, const char *out, FILE *diag,
	  struct err *err)
{
	struct reading r = {.arena = arena_new(LIST_BYTES_MAX), .diag = diag};
	struct screen_index *index = NULL;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++)
		if (segment_is_file(paths[i]))
			rc = fail(err, RC_USAGE, "list",
				  "\"%s\" is an index already: name its lists", paths[i]);
	if (rc == RC_OK)
		rc = read_lists(&r, paths, n, format, &index, err);
	if (rc == RC_OK)
		rc = screen_index_save(index, out, err);
	if (r.skipped > SKIPPED_SHOWN)
		fprintf(diag, "... and %zu more\n", r.skipped - SKIPPED_SHOWN);
	if (rc == RC_OK) {
		fprintf(diag, "%zu entries, %zu names\n", screen_index_entries(index),
			screen_index_names(index));
		if (screen_index_skipped(index) > 0)
			fprintf(diag, "%zu listed names or dates could not be used\n",
				screen_index_skipped(index));
	}
	if (rc == RC_OK && r.skipped > 0)
		rc = fail(err, RC_INVALID, "list",
			  "%zu lines of lists could not be read and were left out; the index holds "
			  "all others",
			  r.skipped);
	screen_index_free(index);
	arena_free(r.arena);
	return rc;
}
