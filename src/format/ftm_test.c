#include "base/test.h"

#include "base/arena.h"
#include "format/ftm.h"
#include "format/json.h"
#include "format/listfile.h"

static void
schemata_know_their_kin_and_their_properties(void **state)
{
	(void)state;
	assert_true(ftm_schema_exists(STR("Person")));
	assert_false(ftm_schema_exists(STR("Dragon")));
	assert_false(ftm_schema_exists(STR_NONE));
	assert_true(ftm_schema_is(STR("Company"), STR("LegalEntity")));
	assert_true(ftm_schema_is(STR("Company"), STR("Asset")));
	assert_false(ftm_schema_is(STR("LegalEntity"), STR("Company")));
	assert_true(ftm_has_property(STR("Person"), STR("name")));
	assert_true(ftm_has_property(STR("Company"), STR("amount")));
	assert_false(ftm_has_property(STR("Person"), STR("imoNumber")));
	assert_false(ftm_has_property(STR("Person"), STR("")));
	assert_false(ftm_has_property(STR("Person"), STR("name alias")));
}

static void
entities_are_taken_or_refused(void **state)
{
	static const struct {
		const char *json;
		enum rc rc;
		const char *key;
	} cases[] = {
	    /* clang-format off */
		{ "{\"id\":\"1\",\"schema\":\"Person\",\"properties\":{\"name\":[\"Tavin\"]}}", RC_OK, "" },
		{ "{\"id\":\"1\",\"schema\":\"Person\",\"properties\":{\"name\":\"Tavin\"}}", RC_OK, "" },
		{ "{\"id\":\"1\",\"schema\":\"Passport\",\"properties\":{\"holder\":[\"2\"],\"number\":[\"Q\"]}}", RC_OK, "" },
		{ "{\"id\":\"1\",\"schema\":\"PublicBody\",\"properties\":{}}", RC_INVALID, "properties" },
		{ "{\"id\":\"1\",\"schema\":\"Person\",\"properties\":{\"name\":[]}}", RC_INVALID, "properties" },
		{ "{\"id\":\"1\",\"schema\":\"Person\",\"properties\":{\"name\":[1]}}", RC_INVALID, "properties" },
		{ "{\"id\":\"1\",\"schema\":\"Person\",\"properties\":{\"name\":{}}}", RC_INVALID, "properties" },
		{ "{\"id\":\"1\",\"schema\":\"Person\",\"properties\":[]}", RC_INVALID, "properties" },
		{ "{\"id\":\"1\",\"schema\":\"Interval\",\"properties\":{}}", RC_INVALID, "schema" },
		{ "{\"id\":\"1\",\"schema\":1}", RC_INVALID, "schema" },
		{ "{\"id\":1,\"schema\":\"Person\"}", RC_INVALID, "id" },
		{ "[]", RC_INVALID, "" },
	    /* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct ftm_entity entity;
		struct err err = {0};
		json_t *json;
		enum rc rc;

		assert_int_equal(json_read(str_from(cases[i].json), NULL, &json, NULL), RC_OK);
		rc = ftm_from_json(a, json, &entity, &err);
		if (rc != cases[i].rc)
			print_error("case %zu: %s\n", i, err.text);
		assert_int_equal(rc, cases[i].rc);
		assert_string_equal(err.key, cases[i].key);
		json_decref(json);
		arena_free(a);
	}
}

static void
a_list_entry_becomes_an_entity_and_comes_back(void **state)
{
	struct arena *a = arena_new(0);
	struct list_entry entry = {.id = STR("qx-1"), .type = LIST_PERSON}, back;
	struct ftm_entity entity;
	struct err err = {0};
	struct buf b;

	(void)state;
	*VEC_ADD(a, &entry.names) = (struct list_name){STR("Tavin Murel"), LIST_NAME_PRIMARY};
	*VEC_ADD(a, &entry.names) = (struct list_name){STR("Rook \"R\""), LIST_NAME_WEAK};
	*VEC_ADD(a, &entry.dobs) = STR("1980-05");
	*VEC_ADD(a, &entry.dobs) = STR("1981~");
	*VEC_ADD(a, &entry.dobs) = STR("1960/1962");
	*VEC_ADD(a, &entry.countries) = STR("QN");
	*VEC_ADD(a, &entry.ids) = (struct list_id){STR("passport"), STR("Q99"), STR("QN")};
	*VEC_ADD(a, &entry.ids) = (struct list_id){STR("wallet"), STR("1inv"), STR_NONE};
	*VEC_ADD(a, &entry.addresses) = (struct list_address){STR("3 Invented Lane"), STR("QN")};
	ftm_from_list(a, &entry, &entity);
	assert_int_equal(ftm_check(&entity, &err), RC_OK);
	buf_init(&b, a);
	ftm_write(&b, &entity);
	assert_true(str_eq_z(
	    buf_str(&b),
	    "{\"id\":\"qx-1\",\"schema\":\"Person\",\"properties\":{\"name\":[\"Tavin Murel\"],"
	    "\"weakAlias\":[\"Rook \\\"R\\\"\"],\"birthDate\":[\"1980-05\",\"1981\"],"
	    "\"notes\":[\"Born 1981~ (EDTF)\",\"Born 1960/1962 (EDTF)\",\"wallet 1inv\"],"
	    "\"nationality\":[\"qn\"],\"passportNumber\":[\"Q99\"],"
	    "\"address\":[\"3 Invented Lane, QN\"]}}\n"));
	assert_int_equal(ftm_to_list(a, &entity, &back, &err), RC_OK);
	assert_int_equal(back.type, LIST_PERSON);
	assert_int_equal(back.names.n, 2);
	assert_int_equal(back.names.at[1].kind, LIST_NAME_WEAK);
	assert_int_equal(back.dobs.n, 2);
	assert_int_equal(back.ids.n, 1);
	assert_true(str_eq_z(back.ids.at[0].kind, "passport"));
	entity = (struct ftm_entity){.id = STR("1"), .schema = STR("Address")};
	assert_int_equal(ftm_to_list(a, &entity, &back, &err), RC_INVALID);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(schemata_know_their_kin_and_their_properties),
	    cmocka_unit_test(entities_are_taken_or_refused),
	    cmocka_unit_test(a_list_entry_becomes_an_entity_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
