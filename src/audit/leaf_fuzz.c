#include "audit/leaf.h"
#include "audit/prove.h"
#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char vkey[] = "node.example/log+8f1233b1+AaaNILBBuU2ndaW93BTF6e5cce44qTLe4Fr/i89li7im";

/* What decodes as a leaf encodes to the same bytes; a proof parser sees them too. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct str bytes = {(const char *)p, n};
	struct audit_leaf_row row;
	struct buf b;

	buf_init(&b, a);
	if (audit_leaf_decode(bytes, &row, NULL) == RC_OK) {
		audit_leaf_encode(&row, &b);
		must(str_eq(buf_str(&b), bytes));
	}
	(void)(audit_proof_verify(a, bytes, str_from(vkey), NULL, NULL) == RC_OK);
	arena_free(a);
	return 0;
}
