#include "base/arena.h"
#include "seal/keyfile.h"
#include "seal/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The same bytes as a whole file and, past the encryption no fuzzer gets through, as a ring. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str bytes = {(const char *)p, n};
	struct key_ring ring;
	struct keyfile file;
	unsigned char key[32], *again;
	size_t again_n;

	seal_ready();
	if (keyfile_parse(bytes, &file, NULL) == RC_OK && !file.guard.passphrase &&
	    keyfile_guard_key(&file.guard, STR_NONE, key, NULL) == RC_OK &&
	    keyfile_open(&file, key, &ring, NULL) == RC_OK)
		secret_free(ring.slots);
	if (key_ring_parse(bytes, &ring, NULL) == RC_OK) {
		again = key_ring_format(&ring, &again_n);
		must(again_n == n && memcmp(again, p, n) == 0);
		secret_free(again);
		secret_free(ring.slots);
	}
	return 0;
}
