#include "base/test.h"

#include "base/arena.h"
#include "base/embedded.h"
#include "format/json.h"
#include "model/model.h"
#include "node/cells.h"

static struct arena *arena;
static struct model *model;

static json_t *
read_here(void *ctx, struct str text)
{
	json_t *value;

	(void)ctx;
	return json_read(text, NULL, &value, NULL) == RC_OK ? value : NULL;
}

static const struct cells_json json = {read_here, NULL};

static int
set_up(void **state)
{
	struct err err;

	(void)state;
	arena = arena_new(0);
	if (model_load(arena, model_files, NULL, &model, &err) != RC_OK)
		fail_msg("%s:%ld %s %s", err.file, err.line, err.key, err.text);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct field *
field(const char *type, const char *name)
{
	const struct field *f = type_field(model_type(model, str_from(type)), str_from(name));

	assert_non_null(f);
	return f;
}

static void
what_is_written_is_read_again(void **state)
{
	static const struct {
		const char *type, *field, *value, *cell;
	} cases[] = {
	    /* clang-format off */
		{ "person", "name", "\"Ana\"", "Ana" },
		{ "person", "name", "\"{Ana}\"", "{Ana}" },
		{ "person", "also_called", "[\"A\",\"B\"]", "A|B" },
		{ "person", "also_called", "[\"A|B\",\"C\"]", "[\"A|B\",\"C\"]" },
		{ "person", "also_called", "[\"[A]\"]", "[\"[A]\"]" },
		{ "person", "email", "{\"kind\":\"email\",\"value\":\"a@b.example\"}", "email:a@b.example" },
		{ "person", "identity_number", "{\"kind\":\"other\",\"value\":\"B: 1\"}", "other:B: 1" },
		{ "person", "documents", "[{\"kind\":\"passport\",\"value\":\"X1\"},{\"kind\":\"other\",\"value\":\"Y\"}]",
		  "passport:X1|other:Y" },
		{ "person", "documents", "[{\"issuer\":\"QN\",\"kind\":\"passport\",\"value\":\"X1\"}]",
		  "{\"issuer\":\"QN\",\"kind\":\"passport\",\"value\":\"X1\"}" },
		{ "listing", "addresses", "[{\"city\":\"Ulmere\",\"text\":\"A|B\"}]",
		  "[{\"city\":\"Ulmere\",\"text\":\"A|B\"}]" },
	    /* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct field *f = field(cases[i].type, cases[i].field);
		json_t *value = json_loads(cases[i].value, JSON_DECODE_ANY, NULL);
		json_t *fields = json_object();
		struct str cell = cells_write(arena, f, value);

		assert_string_equal(str_z(arena, cell), cases[i].cell);
		cells_read(fields, model, &json, f, STR_NONE, cell);
		assert_true(json_equal(json_object_get(fields, cases[i].field), value));
		json_decref(fields);
		json_decref(value);
	}
}

static void
an_absent_value_is_an_empty_cell(void **state)
{
	(void)state;
	assert_int_equal(cells_write(arena, field("person", "email"), NULL).n, 0);
	assert_int_equal(cells_write(arena, field("person", "documents"), NULL).n, 0);
	assert_int_equal(cells_write(arena, field("person", "name"), NULL).n, 0);
}

/* Cells that people wrote, with the kind in the column's name or nowhere. */
static void
identifiers_of_people_are_read(void **state)
{
	static const struct {
		const char *field, *part, *cell, *value;
	} cases[] = {
	    /* clang-format off */
		{ "email", "", "a@b.example", "{\"kind\":\"email\",\"value\":\"a@b.example\"}" },
		{ "identity_number", "", "12:34", "{\"kind\":\"national_id\",\"value\":\"12:34\"}" },
		{ "identity_number", "other", "12", "{\"kind\":\"other\",\"value\":\"12\"}" },
		{ "identity_number", "", "{12", "{\"kind\":\"national_id\",\"value\":\"{12\"}" },
		{ "documents", "seaman_book", "A | B", "[{\"kind\":\"seaman_book\",\"value\":\"A\"},{\"kind\":\"seaman_book\",\"value\":\"B\"}]" },
		{ "documents", "", "[A", "[{\"kind\":\"passport\",\"value\":\"[A\"}]" },
		{ "birth_place", "city", "Ulmere", "{\"city\":\"Ulmere\"}" },
	    /* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *wanted = json_loads(cases[i].value, JSON_DECODE_ANY, NULL);
		json_t *fields = json_object();

		cells_read(fields, model, &json, field("person", cases[i].field),
			   str_from(cases[i].part), str_from(cases[i].cell));
		assert_true(json_equal(json_object_get(fields, cases[i].field), wanted));
		json_decref(fields);
		json_decref(wanted);
	}
}

static void
only_places_and_identifiers_have_parts(void **state)
{
	(void)state;
	assert_true(cells_has_part(model, field("person", "birth_place"), STR("city")));
	assert_false(cells_has_part(model, field("person", "birth_place"), STR("town")));
	assert_false(cells_has_part(model, field("listing", "addresses"), STR("city")));
	assert_true(cells_has_part(model, field("person", "documents"), STR("passport")));
	assert_false(cells_has_part(model, field("person", "documents"), STR("iban")));
	assert_true(cells_has_part(model, field("listing", "documents"), STR("iban")));
	assert_false(cells_has_part(model, field("listing", "documents"), STR("nothing")));
	assert_false(cells_has_part(model, field("person", "name"), STR("first")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read_again),
	    cmocka_unit_test(an_absent_value_is_an_empty_cell),
	    cmocka_unit_test(identifiers_of_people_are_read),
	    cmocka_unit_test(only_places_and_identifiers_have_parts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
