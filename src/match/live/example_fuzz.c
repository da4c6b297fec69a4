#include "base/arena.h"
#include "base/utf8.h"
#include "format/json.h"
#include "match/live/example.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
read_as(struct arena *a, json_t *json, bool reconcile)
{
	struct example e;
	enum rc rc =
	    reconcile ? example_reconcile(a, json, &e, NULL) : example_read(a, json, &e, NULL);

	if (rc != RC_OK)
		return;
	must(e.names.n + e.ids.n > 0);
	for (size_t i = 0; i < e.names.n; i++)
		must(utf8_is_valid(e.names.at[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str text = {(const char *)p, n}, form;
	struct arena *a = arena_new(0);
	json_t *json;

	if (json_read_reals(text, NULL, &json, NULL) == RC_OK) {
		read_as(a, json, false);
		read_as(a, json, true);
		json_decref(json);
	}
	if (form_find(a, text, "queries", &form))
		must(utf8_is_valid(form) && form.n <= n);
	arena_free(a);
	return 0;
}
