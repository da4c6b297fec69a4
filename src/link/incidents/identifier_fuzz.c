#include "base/arena.h"
#include "link/incidents/identifier.h"
#include "text/translit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each line is a cell of every kind: what is read of it stays in its bounds and reads as itself. */
static void
cell(struct arena *a, struct translit *t, struct str raw)
{
	for (int k = 0; k <= EVIDENCE_MODE; k++) {
		enum evidence_kind kind = (enum evidence_kind)k;
		struct identifier once, twice;

		if (!identifier_read(a, t, kind, raw, &once))
			continue;
		must(once.text.n > 0 && once.text.n <= IDENTIFIER_BYTES_MAX);
		must(identifier_covers(once.text, once.text));
		if (evidence_kind_is_identifier(kind))
			must(((once.flags & IDENTIFIER_MASKED) != 0) ==
			     (str_chr(once.text, '?') >= 0));
		else if (identifier_read(a, t, kind, once.text, &twice))
			must(str_eq(once.text, twice.text));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct translit *t;
	struct arena *a = arena_new(0);
	struct str rest = {(const char *)data, size};

	if (t == NULL)
		must(translit_open(&t, NULL) == RC_OK);
	while (rest.p != NULL)
		cell(a, t, str_cut(&rest, '\n'));
	arena_free(a);
	return 0;
}
