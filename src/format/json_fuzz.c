#include "base/arena.h"
#include "format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What is canonical stays so when it is read and written again. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	struct str text = {(const char *)p, n};
	struct buf once, twice;
	json_t *json, *back;

	buf_init(&once, a);
	buf_init(&twice, a);
	if (json_read(text, NULL, &json, NULL) == RC_OK) {
		json_canonical(json, &once);
		must(json_read(buf_str(&once), NULL, &back, NULL) == RC_OK);
		must(json_equal(json, back));
		json_canonical(back, &twice);
		must(str_eq(buf_str(&once), buf_str(&twice)));
		json_decref(back);
	}
	json_decref(json);
	if (json_read_reals(text, NULL, &json, NULL) == RC_OK) {
		buf_clear(&once);
		buf_clear(&twice);
		json_canonical(json, &once);
		if (json_read_reals(buf_str(&once), NULL, &back, NULL) == RC_OK) {
			json_canonical(back, &twice);
			must(str_eq(buf_str(&once), buf_str(&twice)));
		}
		json_decref(back);
	}
	json_decref(json);
	arena_free(a);
	return 0;
}
