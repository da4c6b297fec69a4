#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "format/ftm.h"
#include "format/list_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* An entry that came out is whole, and can be written as FollowTheMoney has it. */
static enum rc
on_entry(void *ctx, const struct list_entry *e, struct err *err)
{
	struct arena *a = arena_new(0);
	struct ftm_entity entity;
	const struct list_name *name;
	struct buf b;

	(void)ctx;
	(void)err;
	must(e->names.n > 0 && e->id.n > 0);
	VEC_EACH (name, &e->names)
		must(name->text.n > 0 && utf8_is_valid(name->text));
	for (size_t i = 0; i < e->dobs.n; i++)
		must(e->dobs.at[i].n >= 4);
	buf_init(&b, a);
	ftm_from_list(a, e, &entity);
	must(ftm_check(&entity, NULL) == RC_OK);
	ftm_write(&b, &entity);
	must(utf8_is_valid(buf_str(&b)));
	arena_free(a);
	return RC_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct list_options options;
	struct list_sink sink = {.entry = on_entry};
	struct list_report report = {0};
	struct list_reader r = {.arena = arena_new(0),
				.scrap = arena_new(0),
				.options = &options,
				.sink = &sink,
				.report = &report};
	struct ofac_more *more = ofac_more_new(r.arena);
	struct source source;
	struct err err;

	/* The first byte says which reader gets the rest. */
	if (n > 0) {
		source = source_memory((struct str){(const char *)p + 1, n - 1}, NULL);
		switch (p[0]) {
		case 'o':
			(void)!ofac_read_more(&r, more, source, &err);
			(void)!ofac_read(&r, more, source, &err);
			break;
		case 'u': (void)!un_read(&r, source, &err); break;
		case 'f': (void)!ftm_list_read(&r, source, &err); break;
		default: (void)!list_csv_read(&r, source, &err); break;
		}
	}
	arena_free(r.scrap);
	arena_free(r.arena);
	return 0;
}
