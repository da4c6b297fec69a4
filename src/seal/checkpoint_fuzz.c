#include "base/arena.h"
#include "seal/checkpoint.h"
#include "seal/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* There is one text for each checkpoint and one path for each tile. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct str text = {(const char *)p, n};
	struct tile_name name;
	struct checkpoint c;
	struct buf b;

	buf_init(&b, a);
	if (checkpoint_parse(a, text, &c, NULL) == RC_OK) {
		checkpoint_format(&b, &c);
		must(str_eq(buf_str(&b), text));
	}
	if (tile_path_parse(text, &name))
		must(str_eq(tile_path(a, name), text));
	arena_free(a);
	return 0;
}
