#include "base/arena.h"
#include "base/utf8.h"
#include "format/listfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FILES_MAX 8

struct memory {
	struct str files[FILES_MAX];
};

static enum rc
open_memory(void *ctx, size_t file, struct source *out, struct err *err)
{
	struct memory *m = ctx;

	(void)err;
	*out = source_memory(m->files[file], NULL);
	return RC_OK;
}

static enum rc
on_entry(void *ctx, const struct list_entry *e, struct err *err)
{
	(void)ctx;
	(void)err;
	must(e->names.n > 0 && utf8_is_valid(e->names.at[0].text) && e->file != NULL);
	return RC_OK;
}

/* First line: a mapping, or none. The rest: files of one list, each told by its beginning,
 * parted by a line of --. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const names[FILES_MAX] = {"0", "1", "2", "3", "4", "5", "6", "7"};
	struct memory m = {{{NULL, 0}}};
	struct source_files files = {.names = names, .open = open_memory, .ctx = &m};
	struct list_sink sink = {.entry = on_entry};
	struct list_options options = {.format = LIST_AUTO};
	struct str rest = {(const char *)p, n}, mapping = str_cut(&rest, '\n');
	struct list_report report;

	if (mapping.n > 0 && list_mapping_parse(mapping, &options.fields, NULL) != RC_OK)
		options.fields.n = 0;
	while (rest.p != NULL && rest.n > 0 && files.n < FILES_MAX) {
		ptrdiff_t at = files.n + 1 < FILES_MAX ? str_find(rest, STR("\n--\n")) : -1;

		m.files[files.n++] = at < 0 ? rest : str_sub(rest, 0, (size_t)at + 1);
		rest = at < 0 ? STR_NONE : str_sub(rest, (size_t)at + 4, rest.n);
	}
	if (listfile_read_files(&files, &options, &sink, &report, NULL) == RC_OK)
		must(report.entries > 0);
	return 0;
}
