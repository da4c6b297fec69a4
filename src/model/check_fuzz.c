#include "base/arena.h"
#include "base/embedded.h"
#include "base/utf8.h"
#include "format/json.h"
#include "model/check.h"
#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct model *
model(void)
{
	static struct model *m;

	if (m == NULL)
		must(model_load(arena_new(0), model_files, NULL, &m, NULL) == RC_OK);
	return m;
}

/*
 * First byte: the type; second: how it comes; the rest: a body as somebody sends it. What is
 * taken is canonical: checked again it is the same.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct model *m = model();
	struct arena *a = arena_new(0);
	const struct record_type *type;
	json_t *body = NULL, *once, *again;
	enum check_mode mode;
	struct err err;

	if (n < 2)
		goto done;
	type = &m->types[p[0] % m->type_count];
	mode = p[1] % 3 == 0 ? CHECK_CREATE : p[1] % 3 == 1 ? CHECK_UPDATE : CHECK_IMPORT;
	if (json_read((struct str){(const char *)p + 2, n - 2}, NULL, &body, &err) != RC_OK ||
	    !json_is_object(body))
		goto done;
	if (model_check_fields(a, m, type, body, mode, &once, &err) != RC_OK) {
		must(utf8_is_valid(str_from(err.text)) && err.text[0] != '\0');
		goto done;
	}
	must(utf8_is_valid(model_title(a, type, once, STR("en"))));
	must(model_check_fields(a, m, type, once, CHECK_UPDATE, &again, &err) == RC_OK);
	must(json_equal(once, again));
	json_decref(once);
	json_decref(again);
done:
	json_decref(body);
	arena_free(a);
	return 0;
}
