#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "serve/api.h"

static void
a_shape_becomes_its_schema(void **state)
{
	static const struct {
		const char *shape, *want;
	} rows[] = {
	    {"text", "{'type':'string'}"},
	    {"text(1..60)", "{'maxLength':60,'minLength':1,'type':'string'}"},
	    {"integer(..5)", "{'maximum':5,'type':'integer'}"},
	    {"integer(-1..)", "{'minimum':-1,'type':'integer'}"},
	    {"json", "{}"},
	    {"id", "{'$ref':'#/components/schemas/id'}"},
	    {"'a'", "{'enum':['a'],'type':'string'}"},
	    {"'a'|'b c'", "{'enum':['a','b c'],'type':'string'}"},
	    {"id | bool", "{'anyOf':[{'$ref':'#/components/schemas/id'},{'type':'boolean'}]}"},
	    {"[bool](0..3)",
	     "{'items':{'type':'boolean'},'maxItems':3,'minItems':0,'type':'array'}"},
	    {"{}", "{'additionalProperties':false,'properties':{},'type':'object'}"},
	    {"{a: bool # is it so; b?: number;\n}",
	     "{'additionalProperties':false,'properties':{'a':{'description':'is it "
	     "so','type':'boolean'},'b':{'type':'number'}},'required':['a'],'type':'object'}"},
	    {"{a?: {b: [id]}; ...}",
	     "{'properties':{'a':{'additionalProperties':false,'properties':{'b':{'items':{'$ref':"
	     "'#/components/schemas/id'},'type':'array'}},'required':['b'],'type':'object'}},"
	     "'type':'object'}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(0);
		json_t *schema = shape_schema(str_from(rows[i].shape));
		char *want = str_z(a, str_from(rows[i].want));
		struct buf b;

		for (char *p = want; *p != '\0'; p++)
			*p = *p == '\'' ? '"' : *p;
		buf_init(&b, a);
		json_canonical(schema, &b);
		assert_string_equal(str_z(a, buf_str(&b)), want);
		json_decref(schema);
		arena_free(a);
	}
}

static void
a_media_type_is_told_from_a_shape(void **state)
{
	(void)state;
	assert_true(shape_is_media("text/plain; charset=utf-8"));
	assert_false(shape_is_media("{a: text # a/b}"));
	assert_false(shape_is_media("record"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_shape_becomes_its_schema),
	    cmocka_unit_test(a_media_type_is_told_from_a_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
