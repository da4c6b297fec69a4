#include "base/arena.h"
#include "base/utf8.h"
#include "format/json.h"
#include "match/stream/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	struct event e;
	json_t *json;

	if (json_read_reals((struct str){(const char *)p, n}, NULL, &json, NULL) == RC_OK) {
		if (event_read(a, json, INT64_C(1795000000000), &e, NULL) == RC_OK) {
			must(e.parties.n > 0 && e.id.n > 0 && e.id.n <= EVENT_ID_MAX);
			for (size_t i = 0; i < e.parties.n; i++)
				must(e.parties.at[i].names.n + e.parties.at[i].ids.n > 0);
			for (size_t f = 0; f < ASK_COUNT; f++)
				for (size_t i = 0; i < e.texts[f].n; i++)
					must(e.texts[f].at[i].n > 0 &&
					     utf8_is_valid(e.texts[f].at[i]));
		}
		json_decref(json);
	}
	arena_free(a);
	return 0;
}
