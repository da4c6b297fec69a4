#include "base/arena.h"
#include "base/utf8.h"
#include "format/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static enum rc
on_open(void *ctx, struct xml_element *e, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < e->n; i++)
		must(utf8_is_valid(e->at[i].value));
	e->data = ctx;
	return RC_OK;
}

static enum rc
on_close(void *ctx, struct xml_element *e, struct str text, struct err *err)
{
	(void)err;
	must(e->data == ctx && e->depth <= 32 && (e->depth == 1) == (e->parent == NULL));
	must(utf8_is_valid(text) && utf8_is_valid(e->name));
	return RC_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	struct xml_handler handler = {on_open, on_close, a};
	struct str text = {(const char *)p, n};

	(void)!xml_read(a, source_memory(text, NULL), NULL, &handler, NULL);
	arena_free(a);
	return 0;
}
