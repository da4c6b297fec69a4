#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/model.h"
#include "model/show.h"

/* Pages of docs/ that are made from the model, and the example that people copy. */
static struct arena *arena;
static struct model *shipped;

static int
set_up(void **state)
{
	struct err err = {0};

	(void)state;
	arena = arena_new(0);
	return model_load(arena, model_files, NULL, &shipped, &err) == RC_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* What a newcomer copies must be right: the document's first YAML block is a whole type. */
static void
the_example_in_the_document_is_a_type(void **state)
{
	static char doc[65536];
	struct embedded_file files[600];
	FILE *f = fopen("docs/add-a-record-type.md", "r");
	ptrdiff_t from, to;
	struct model *m;
	struct err err = {0};
	struct str text;
	size_t n = 0;

	(void)state;
	assert_non_null(f);
	text = (struct str){doc, fread(doc, 1, sizeof doc, f)};
	(void)fclose(f);
	from = str_find(text, STR("```yaml\n"));
	assert_true(from > 0);
	text = str_sub(text, (size_t)from + 8, text.n);
	to = str_find(text, STR("```"));
	assert_true(to > 0);
	text = str_sub(text, 0, (size_t)to);
	for (size_t i = 0; model_files[i].path != NULL && n < 598; i++) {
		files[n] = model_files[i];
		if (strcmp(files[n].path, "protect/referral.yaml") == 0)
			files[n] = (struct embedded_file){files[n].path, text.p, text.n};
		n++;
	}
	files[n] = (struct embedded_file){0};
	if (model_load(arena, files, NULL, &m, &err) != RC_OK)
		print_error("%s:%ld %s %s\n", err.file, err.line, err.key, err.text);
	assert_int_equal(err.rc, RC_OK);
	assert_int_equal(model_type(m, STR("referral"))->field_count, 7);
}

/* path is what page makes of the model; LIAISON_GOLDEN=write writes it anew (make golden). */
static void
check_page(const char *path, void (*page)(const struct model *m, struct buf *out))
{
	static char have[4 << 20];
	struct buf b;
	FILE *f;
	size_t n;

	buf_init(&b, arena);
	page(shipped, &b);
	if (getenv("LIAISON_GOLDEN") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(b.p, 1, b.n, f), b.n);
		assert_int_equal(fclose(f), 0);
		return;
	}
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(have, 1, sizeof have, f);
	(void)fclose(f);
	if (n != b.n || memcmp(have, b.p, n) != 0)
		fail_msg("%s is old: make golden\n", path);
}

static void
the_reference_is_up_to_date(void **state)
{
	(void)state;
	check_page("docs/model.md", model_reference_markdown);
}

static void
the_page_of_retention_is_up_to_date_and_names_each_type(void **state)
{
	struct buf b;

	(void)state;
	check_page("docs/retention.md", model_retention_markdown);
	buf_init(&b, arena);
	model_retention_markdown(shipped, &b);
	for (size_t i = 0; i < shipped->type_count; i++) {
		struct str name = shipped->types[i].name;

		if (str_find(buf_str(&b), str_fmt(arena, "[%.*s](model.md#%.*s)", STR_ARG(name),
						  STR_ARG(name))) < 0)
			fail_msg("%.*s stands in no class\n", STR_ARG(name));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_example_in_the_document_is_a_type),
	    cmocka_unit_test(the_reference_is_up_to_date),
	    cmocka_unit_test(the_page_of_retention_is_up_to_date_and_names_each_type),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
