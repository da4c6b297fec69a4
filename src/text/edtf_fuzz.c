#include "base/arena.h"
#include "text/edtf.h"
#include "text/ident.h"
#include "text/phone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read as a date is written so that it reads the same; numbers stay in their bounds. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = {(const char *)data, size}, out;
	struct arena *a = arena_new(0);
	struct edtf first, second;

	if (edtf_parse(s, &first)) {
		struct str text = edtf_format(a, &first);

		must(edtf_parse(text, &second));
		must(str_eq(text, edtf_format(a, &second)));
		must(edtf_compare(&first, &second) == edtf_compare(&second, &first));
	}
	if (phone_normalise(a, s, STR("49"), &out))
		must(out.n >= 8 && out.n <= 16 && out.p[0] == '+');
	must(ident_canonical(a, s).n <= IDENT_MAX);
	arena_free(a);
	return 0;
}
