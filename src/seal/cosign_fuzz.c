#include "base/arena.h"
#include "seal/cosign.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* First line: a witness's key; the rest: a note that it may have signed. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct str rest = {(const char *)p, n}, vkey = str_cut(&rest, '\n');
	struct note_key key;
	struct note note;
	int64_t seconds;

	if (cosign_key_parse(a, vkey, &key, NULL) == RC_OK) {
		must(str_eq(cosign_key_format(a, &key), vkey));
		if (rest.p != NULL && note_parse(a, rest, &note, NULL) == RC_OK &&
		    cosign_verify(&note, &key, &seconds, NULL) == RC_OK)
			must(seconds >= 0);
	}
	arena_free(a);
	return 0;
}
