#include "match/screening/list.h"

#include "base/arena.h"
#include "format/listfile.h"
#include "parse/parse.h"
#include "match/screening/screen.h"

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

enum rc
list_index(const char *const *paths, size_t n, const char *format, FILE *diag,
	   struct screen_index **out, size_t *skipped, struct err *err)
{
	struct reading r = {.arena = arena_new(LIST_BYTES_MAX), .diag = diag};
	struct list_sink sink = {see_entry, see_skipped, &r};
	struct list_options options = {.format = LIST_AUTO};
	struct source_files files;
	enum rc rc = RC_OK;

	if (format != NULL && !list_format_parse(str_from(format), &options.format))
		rc = fail(err, RC_USAGE, "format", "\"%s\" is no list format", format);
	if (rc == RC_OK)
		rc = list_paths(r.arena, paths, n, &files, err);
	if (rc == RC_OK)
		rc = parse_list(&files, &options, &sink, NULL, err);
	if (rc == RC_OK)
		rc = screen_index_new(r.entries.at, r.entries.n, out, err);
	if (r.skipped > SKIPPED_SHOWN)
		fprintf(diag, "... and %zu more\n", r.skipped - SKIPPED_SHOWN);
	*skipped = r.skipped;
	arena_free(r.arena);
	return rc;
}
