#include "base/arena.h"
#include "seal/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* First line: a verifier key; the rest: a note. What parses is written again as it was. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct str rest = {(const char *)p, n}, vkey = str_cut(&rest, '\n');
	struct note_key key;
	struct note note;
	bool has_key = note_key_parse(a, vkey, &key, NULL) == RC_OK;

	if (has_key)
		must(str_eq(note_key_format(a, &key), vkey));
	if (rest.p != NULL && note_parse(a, rest, &note, NULL) == RC_OK) {
		must(note.count > 0 && str_ends(note.text, STR("\n")));
		must(note_verify(&note, &key, has_key ? 1 : 0, NULL) == RC_INTEGRITY || has_key);
	}
	arena_free(a);
	return 0;
}
