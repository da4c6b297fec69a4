#include "base/test.h"

#include "base/arena.h"
#include "format/json.h"
#include "format/ndjson.h"

static void
texts_are_taken_or_refused_with_their_place(void **state)
{
	static const struct {
		struct str in;
		enum rc rc;
		long line, column;
		const char *canonical;
	} cases[] = {
	    /* clang-format off */
		{ STR_INIT("{\"b\":1,\"a\":[true,false,null,-0,\"x\"]}"), RC_OK, 0, 0,
		  "{\"a\":[true,false,null,0,\"x\"],\"b\":1}" },
		{ STR_INIT("9007199254740991"), RC_OK, 0, 0, "9007199254740991" },
		{ STR_INIT("-9007199254740991"), RC_OK, 0, 0, "-9007199254740991" },
		{ STR_INIT("9007199254740992"), RC_INVALID, 1, 1, NULL },
		{ STR_INIT("[1,\n 99999999999999999999999]"), RC_INVALID, 2, 2, NULL },
		{ STR_INIT("{\"a\":1.5}"), RC_INVALID, 1, 6, NULL },
		{ STR_INIT("{\"a\":1e3}"), RC_INVALID, 1, 6, NULL },
		{ STR_INIT("\"1.5\""), RC_OK, 0, 0, "\"1.5\"" },
		{ STR_INIT("{\"a\":1,\"a\":2}"), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("{\"a\":1}x"), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("{\"a\":"), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("[1,]"), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("\"a\0b\""), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("\"\\u0000\""), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("\"\\ud800\""), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("\"\xc3\""), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("\"\xed\xa0\x80\""), RC_INVALID, 1, -1, NULL },
		{ STR_INIT(""), RC_INVALID, 0, 0, NULL },
		{ STR_INIT("nul"), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("01"), RC_INVALID, 1, -1, NULL },
		{ STR_INIT("[[[[1]]]]"), RC_OK, 0, 0, "[[[[1]]]]" },
		{ STR_INIT("[[[[[1]]]]]"), RC_TOO_LARGE, 1, 5, NULL },
		{ STR_INIT("[\"[[[[[[{{{\"]"), RC_OK, 0, 0, "[\"[[[[[[{{{\"]" },
		{ STR_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u001f\\u00e9\""), RC_OK, 0, 0,
		  "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\xc3\xa9\"" },
	    /* clang-format on */
	};
	const struct limits limits = {.depth_max = 4, .bytes_max = 100};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct err err = {0};
		struct buf b;
		json_t *json;
		enum rc rc = json_read(cases[i].in, &limits, &json, &err);

		if (rc != cases[i].rc || err.line != cases[i].line ||
		    (cases[i].column >= 0 && err.column != cases[i].column))
			print_error("case %zu: %s %ld:%ld\n", i, err.text, err.line, err.column);
		assert_int_equal(rc, cases[i].rc);
		assert_int_equal(err.line, cases[i].line);
		if (cases[i].column >= 0)
			assert_int_equal(err.column, cases[i].column);
		assert_int_equal(rc == RC_OK, json != NULL);
		if (rc == RC_OK) {
			buf_init(&b, a);
			json_canonical(json, &b);
			assert_true(str_eq_z(buf_str(&b), cases[i].canonical));
		}
		json_decref(json);
		arena_free(a);
	}
}

static void
text_over_its_limit_is_refused(void **state)
{
	const struct limits limits = {.bytes_max = 4};
	json_t *json;

	(void)state;
	assert_int_equal(json_read(STR("12345"), &limits, &json, NULL), RC_TOO_LARGE);
	assert_int_equal(json_read(STR("1234"), &limits, &json, NULL), RC_OK);
	json_decref(json);
}

/* RFC 8785 section 3.2.3 and its appendix B. */
static void
no_text_at_all_is_no_json(void **state)
{
	json_t *out;
	struct err err;

	(void)state;
	/* A body that nobody sent has no place in memory either. */
	assert_int_equal(json_read(STR_NONE, NULL, &out, &err), RC_INVALID);
	assert_int_equal(json_read_reals(STR(""), NULL, &out, &err), RC_INVALID);
}

static void
the_canonical_form_is_that_of_rfc_8785(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
	    /* clang-format off */
		{ "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}",
		  "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}" },
		{ "{\"ab\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2,\"ab\":1}" },
		{ "333333333.33333329", "333333333.3333333" },
		{ "1E30", "1e+30" },
		{ "4.50", "4.5" },
		{ "2e-3", "0.002" },
		{ "0.000000000000000000000000001", "1e-27" },
		{ "0.000001", "0.000001" },
		{ "0.0000001", "1e-7" },
		{ "1e20", "100000000000000000000" },
		{ "1e21", "1e+21" },
		{ "-0.0", "0" },
		{ "5e-324", "5e-324" },
		{ "1.7976931348623157e308", "1.7976931348623157e+308" },
		{ "9007199254740992.0", "9007199254740992" },
		{ "-123.456", "-123.456" },
	    /* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct buf b;
		json_t *json;

		assert_int_equal(json_read_reals(str_from(cases[i].in), NULL, &json, NULL), RC_OK);
		buf_init(&b, a);
		json_canonical(json, &b);
		if (!str_eq_z(buf_str(&b), cases[i].want))
			print_error("case %zu: %.*s\n", i, STR_ARG(buf_str(&b)));
		assert_true(str_eq_z(buf_str(&b), cases[i].want));
		json_decref(json);
		arena_free(a);
	}
}

static void
objects_of_many_keys_are_sorted_too(void **state)
{
	struct arena *a = arena_new(0);
	json_t *object = json_object(), *back;
	struct str last = STR_NONE;
	struct buf b;

	(void)state;
	buf_init(&b, a);
	for (int i = 0; i < 500; i++)
		assert_int_equal(json_object_set_new(object, str_fmt(a, "k%d", i * 7919 % 500).p,
						     json_integer(i)),
				 0);
	json_canonical(object, &b);
	assert_int_equal(json_read(buf_str(&b), NULL, &back, NULL), RC_OK);
	assert_int_equal(json_object_size(back), 500);
	for (void *it = json_object_iter(back); it != NULL; it = json_object_iter_next(back, it)) {
		struct str key = str_from(json_object_iter_key(it));

		assert_true(str_cmp(last, key) < 0);
		last = key;
	}
	json_decref(object);
	json_decref(back);
	arena_free(a);
}

static void
the_writer_places_commas_and_escapes(void **state)
{
	struct arena *a = arena_new(0);
	struct buf b;
	struct json_out out = {.buf = &b};
	json_t *value = json_pack("[i,b]", 7, 1);

	(void)state;
	buf_init(&b, a);
	json_out_object(&out);
	json_out_key_str(&out, "a\"", STR("</script>\x01"));
	json_out_key(&out, STR("list"));
	json_out_array(&out);
	json_out_int(&out, INT64_MIN);
	json_out_null(&out);
	json_out_array(&out);
	json_out_array_end(&out);
	json_out_object(&out);
	json_out_object_end(&out);
	json_out_raw(&out, STR("{\"x\":1}"));
	json_out_value(&out, value);
	json_out_array_end(&out);
	json_out_key_bool(&out, "yes", true);
	json_out_key_int(&out, "n", 0);
	json_out_object_end(&out);
	assert_true(str_eq_z(buf_str(&b), "{\"a\\\"\":\"</script>\\u0001\",\"list\":"
					  "[-9223372036854775808,null,[],{},{\"x\":1},[7,true]],"
					  "\"yes\":true,\"n\":0}"));
	assert_int_equal(out.depth, 0);
	json_decref(value);
	arena_free(a);
}

static void
members_are_found_only_where_they_are(void **state)
{
	json_t *json, *text = json_from_str(STR_NONE);

	(void)state;
	assert_int_equal(json_read(STR("{\"a\":\"x\",\"b\":1}"), NULL, &json, NULL), RC_OK);
	assert_true(str_eq_z(json_member_str(json, "a"), "x"));
	assert_null(json_member_str(json, "b").p);
	assert_null(json_member_str(json, "c").p);
	assert_null(json_member_str(NULL, "c").p);
	assert_int_equal(json_integer_value(json_member(json, STR("b"))), 1);
	assert_null(json_member(text, STR("b")));
	assert_int_equal(json_str(text).n, 0);
	json_decref(json);
	json_decref(text);
}

static void
text_that_is_not_utf_8_is_shown_with_a_mark_in_its_place(void **state)
{
	static const struct {
		struct str in, out;
	} texts[] = {
	    {STR_INIT("\xff"), STR_INIT("\xef\xbf\xbd")},
	    {STR_INIT("a\xff z"), STR_INIT("a\xef\xbf\xbd z")},
	    {STR_INIT("\xc3\xa9\xc3"), STR_INIT("\xc3\xa9\xef\xbf\xbd")},
	    {STR_INIT("\xed\xa0\x80"), STR_INIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd")},
	    {STR_INIT("\xc3\xa9"), STR_INIT("\xc3\xa9")},
	};
	struct arena *a = arena_new(0);
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		json_t *value = json_from_str(texts[i].in);

		assert_true(str_eq(json_str(value), texts[i].out));
		json_decref(value);
		buf_init(&b, a);
		json_quote(&b, texts[i].in);
		assert_true(str_eq(buf_str(&b), str_fmt(a, "\"%.*s\"", STR_ARG(texts[i].out))));
	}
	/* What has to be escaped stands beside it. */
	buf_init(&b, a);
	json_quote(&b, STR("\"\xff\n"));
	assert_true(str_eq(buf_str(&b), STR("\"\\\"\xef\xbf\xbd\\n\"")));
	arena_free(a);
}

static void
a_bad_line_is_named_and_the_next_one_read(void **state)
{
	struct arena *a = arena_new(0);
	const struct limits limits = {.row_bytes_max = 64};
	struct str in =
	    STR("\xef\xbb\xbf{\"a\":1}\r\n\n{bad}\n\"\xff\"\n"
		"[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
		"0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]\n2");
	static const struct {
		enum rc rc;
		long line;
	} want[] = {{RC_OK, 1},	       {RC_INVALID, 3}, {RC_INVALID, 4},
		    {RC_TOO_LARGE, 5}, {RC_OK, 6},	{RC_ABSENT, 0}};
	struct ndjson *r = ndjson_new(a, source_memory(in, "in"), 0, &limits);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		struct err err = {0};
		json_t *json;
		long line;
		enum rc rc = ndjson_next(r, &json, &line, &err);

		if (rc != want[i].rc)
			print_error("step %zu: %d %s\n", i, rc, err.text);
		assert_int_equal(rc, want[i].rc);
		if (rc == RC_OK)
			assert_int_equal(line, want[i].line);
		else if (rc != RC_ABSENT)
			assert_int_equal(err.line, want[i].line);
		assert_true(ndjson_can_go_on(r));
		json_decref(json);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_taken_or_refused_with_their_place),
	    cmocka_unit_test(text_over_its_limit_is_refused),
	    cmocka_unit_test(no_text_at_all_is_no_json),
	    cmocka_unit_test(the_canonical_form_is_that_of_rfc_8785),
	    cmocka_unit_test(objects_of_many_keys_are_sorted_too),
	    cmocka_unit_test(the_writer_places_commas_and_escapes),
	    cmocka_unit_test(members_are_found_only_where_they_are),
	    cmocka_unit_test(text_that_is_not_utf_8_is_shown_with_a_mark_in_its_place),
	    cmocka_unit_test(a_bad_line_is_named_and_the_next_one_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
