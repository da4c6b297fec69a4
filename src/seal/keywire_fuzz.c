#include "base/arena.h"
#include "base/utf8.h"
#include "seal/keywire.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* A stream of messages, each read as a reply and as a body of every shape. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str bytes = {(const char *)p, n}, inside, body;
	long took;

	while ((took = keywire_frame(bytes, &inside)) > 0) {
		struct keywire_reader r = {.rest = inside};
		struct err err = {.text = ""};
		unsigned flags;

		must((size_t)took <= bytes.n && inside.n < (size_t)took);
		if (keywire_reply(inside, &flags, &body, &err) != RC_OK)
			must(err.text[0] != '\0' || err.rc != RC_OK);
		(void)keywire_take_be(&r, 1);
		(void)keywire_take_name(&r);
		(void)keywire_take_text(&r);
		(void)keywire_take_id(&r);
		must(r.rest.n <= inside.n);
		if (r.bad)
			must(keywire_take_be(&r, 8) == 0 && keywire_take_text(&r).n == 0);
		bytes = str_sub(bytes, (size_t)took, bytes.n);
	}
	must(took == 0 || took == -1);
	return 0;
}
