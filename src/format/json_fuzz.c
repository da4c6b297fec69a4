#include "base/arena.h"
#include "format/json.h"
#include "format/json_members.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Of any bytes the walk over members stays within them; of canonical ones it finds them all. */
static void
walk_members(struct str text, const json_t *object)
{
	struct json_members m = {.rest = text};
	struct json_member_text t;
	size_t found = 0;

	while (json_members_next(&m, &t)) {
		must(t.value.p >= text.p && t.value.p + t.value.n <= text.p + text.n);
		if (object != NULL)
			must(json_member(object, t.key) != NULL || t.key.n == 0);
		found++;
	}
	if (object != NULL && !m.bad)
		must(found == json_object_size(object));
}

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
	walk_members(text, NULL);
	if (json_read(text, NULL, &json, NULL) == RC_OK) {
		json_canonical(json, &once);
		must(json_read(buf_str(&once), NULL, &back, NULL) == RC_OK);
		must(json_equal(json, back));
		json_canonical(back, &twice);
		must(str_eq(buf_str(&once), buf_str(&twice)));
		if (json_is_object(json))
			walk_members(buf_str(&once), json);
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
