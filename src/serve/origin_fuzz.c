#include "base/arena.h"
#include "serve/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define HEADERS_MAX 32

/* First line: the node's own origin; then headers as "Name: value", one a line. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	struct str rest = {(const char *)p, n}, own = str_cut(&rest, '\n'), value;
	struct pair headers[HEADERS_MAX];
	struct pairs all = {headers, 0};

	while (rest.p != NULL && all.n < HEADERS_MAX) {
		struct str line = str_cut(&rest, '\n'), name = str_cut(&line, ':');

		headers[all.n++] = (struct pair){name, str_trim(line)};
	}
	if (web_origin_check(own, NULL) != RC_OK)
		own = STR_NONE;
	/* What may change something may be read too. */
	if (origin_check(all, own, true, NULL) == RC_OK)
		must(origin_check(all, own, false, NULL) == RC_OK);
	if (cookie_find(all, SESSION_COOKIE, &value))
		must(str_chr(value, ';') < 0);
	arena_free(a);
	return 0;
}
