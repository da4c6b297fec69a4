#include "base/arena.h"
#include "format/json.h"
#include "format/json_split.h"
#include "format/ndjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	const struct limits limits = {.row_bytes_max = 128};
	struct source source = source_memory((struct str){(const char *)p, n}, NULL);
	struct ndjson *r = ndjson_new(a, source, 0, &limits);
	struct json_split *split = json_split_new(a, source, &limits);
	struct str text;
	json_t *json;
	long line, last = 0;
	enum rc rc;

	while ((rc = ndjson_next(r, &json, &line, NULL)) != RC_ABSENT && ndjson_can_go_on(r)) {
		must(line > last);
		must((rc == RC_OK) == (json != NULL));
		last = line;
		json_decref(json);
	}
	last = 1;
	while (json_split_next(split, &text, &line, NULL) == RC_OK) {
		must(line >= last && text.n >= 2 && text.p[0] == '{');
		last = line;
	}
	arena_free(a);
	return 0;
}
