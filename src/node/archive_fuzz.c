#include <stdint.h>

#include "base/arena.h"
#include "node/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static uint64_t open_bytes;
static bool is_open;

static enum rc
begin(void *ctx, struct str name, uint64_t bytes, struct err *err)
{
	(void)ctx;
	(void)err;
	must(!is_open && name.n > 0 && str_find(name, STR("..")) < 0);
	is_open = true;
	open_bytes = bytes;
	return RC_OK;
}

static enum rc
take(void *ctx, struct str bytes, struct err *err)
{
	(void)ctx;
	(void)err;
	must(is_open && bytes.n <= open_bytes);
	open_bytes -= bytes.n;
	return RC_OK;
}

static enum rc
end(void *ctx, struct err *err)
{
	(void)ctx;
	(void)err;
	must(is_open && open_bytes == 0);
	is_open = false;
	return RC_OK;
}

/* The first byte says in which pieces the rest comes. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct archive_handler handler = {begin, take, end, NULL};
	struct arena *a = arena_new(0);
	struct archive_reader *r = archive_reader_new(a, &handler);
	size_t piece = n > 0 ? p[0] % 7u + 1 : 1;
	json_t *manifest;
	struct err err;
	enum rc rc = RC_OK;

	is_open = false;
	for (size_t at = 1; at < n && rc == RC_OK; at += piece)
		rc = archive_read(
		    r, (struct str){(const char *)p + at, n - at < piece ? n - at : piece}, &err);
	if (rc == RC_OK && archive_read_end(r, &manifest, &err) == RC_OK)
		must(json_is_object(manifest));
	archive_reader_free(r);
	arena_free(a);
	return 0;
}
