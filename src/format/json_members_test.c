#include <stdlib.h>

#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "format/json_members.h"

static struct str
split(struct arena *a, struct str text, bool *bad)
{
	struct json_members m = {.rest = text};
	struct json_member_text t;
	struct buf b;

	buf_init(&b, a);
	while (json_members_next(&m, &t))
		buf_addf(&b, "%.*s=%.*s;", STR_ARG(t.key), STR_ARG(t.value));
	*bad = m.bad;
	return buf_str(&b);
}

static void
members_come_one_by_one_as_they_stand(void **state)
{
	static const struct {
		const char *text, *parts;
	} good[] = {
	    {"{}", ""},
	    {"{\"a\":1}", "a=1;"},
	    {"{\"a\":\"x\",\"b\":{\"c\":[1,{\"d\":\"}\"}]},\"e\":null}",
	     "a=\"x\";b={\"c\":[1,{\"d\":\"}\"}]};e=null;"},
	    {"{\"a\":\"\\\"},\\\\\",\"b\":[],\"c\":-1}", "a=\"\\\"},\\\\\";b=[];c=-1;"},
	    {"{\"\":{}}", "={};"},
	};
	struct arena *a = arena_new(0);
	bool bad;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct str got = split(a, str_from(good[i].text), &bad);

		assert_false(bad);
		assert_int_equal(got.n, strlen(good[i].parts));
		assert_true(str_eq_z(got, good[i].parts));
	}
	arena_free(a);
}

static void
what_is_not_canonical_is_bad_and_never_left(void **state)
{
	static const char whole[] =
	    "{\"a\":\"x\\\"y\",\"b\":{\"c\":[1,{\"d\":\"}\"}]},\"e\":null,\"f\":[[],{}]}";
	static const char *const bad_texts[] = {
	    "",
	    "[]",
	    "{",
	    "{}}",
	    "{\"a\"}",
	    "{\"a\":}",
	    "{\"a\":1",
	    "{\"a\":1,}",
	    "{ \"a\":1}",
	    "{\"a\":1}x",
	    "{\"\\u0061\":1}",
	    "{\"a\":1}{\"b\":2}",
	    "{\"a\":\"",
	    "{a:1}",
	    "{\"a\":1;\"b\":2}",
	};
	struct arena *a = arena_new(0);
	bool bad;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad_texts); i++) {
		(void)split(a, str_from(bad_texts[i]), &bad);
		if (!bad)
			fail_msg("taken: %s", bad_texts[i]);
	}
	/* Cut anywhere, in memory of just that size: the sanitizer sees a byte too far. */
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		char *cut = heap_zeroed(n);

		memcpy(cut, whole, n);
		(void)split(a, (struct str){cut, n}, &bad);
		assert_true(bad);
		free(cut);
	}
	(void)split(a, (struct str){whole, sizeof whole - 1}, &bad);
	assert_false(bad);
	arena_free(a);
}

/* Each value read alone is the member of the whole read at once. */
static void
parts_are_the_members_of_the_whole(void **state)
{
	struct str text = STR("{\"b\":[{\"x\":\"\\u0001 \\\"\"}],\"a\":{\"z\":1,\"y\":[true,null]},"
			      "\"c\":\"\xc3\xa9\"}");
	struct arena *a = arena_new(0);
	struct json_members m = {0};
	struct json_member_text t;
	json_t *whole, *part;
	struct buf b;
	size_t n = 0;

	(void)state;
	assert_int_equal(json_read(text, NULL, &whole, NULL), RC_OK);
	buf_init(&b, a);
	json_canonical(whole, &b);
	m.rest = buf_str(&b);
	while (json_members_next(&m, &t)) {
		assert_int_equal(json_read(t.value, NULL, &part, NULL), RC_OK);
		assert_true(json_equal(part, json_member(whole, t.key)));
		assert_int_equal(t.whole.n, t.key.n + t.value.n + 3);
		json_decref(part);
		n++;
	}
	assert_false(m.bad);
	assert_int_equal(n, json_object_size(whole));
	json_decref(whole);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(members_come_one_by_one_as_they_stand),
	    cmocka_unit_test(what_is_not_canonical_is_bad_and_never_left),
	    cmocka_unit_test(parts_are_the_members_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
