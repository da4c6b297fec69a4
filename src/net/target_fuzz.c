#include "base/arena.h"
#include "base/utf8.h"
#include "net/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What is let through is plain text, and encoding it again names the same path. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	struct target t, again;
	struct str raw = {(const char *)p, n};

	if (n < 65536 && target_parse(a, raw, &t, NULL) == RC_OK) {
		must(t.path.n > 0 && t.path.p[0] == '/' && text_is_plain(t.path, false));
		must(str_find(t.path, STR("/../")) < 0 && str_find(t.path, STR("//")) < 0);
		must(utf8_is_valid(t.path) && t.query.n <= TARGET_PARAMETERS_MAX);
		for (size_t i = 0; i < t.query.n; i++)
			must(text_is_plain(t.query.at[i].name, false) &&
			     text_is_plain(t.query.at[i].value, false));
		if (str_chr(t.path, '%') < 0 && str_chr(t.path, '?') < 0 &&
		    str_chr(t.path, '#') < 0) {
			must(target_parse(a, t.path, &again, NULL) == RC_OK);
			must(str_eq(again.path, t.path));
		}
	}
	arena_free(a);
	return 0;
}
