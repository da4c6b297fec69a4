#include "base/test.h"

#include "base/arena.h"
#include "format/xml.h"

struct seen {
	struct buf b;
	const char *stop_at; /* an element whose opening is refused */
};

static enum rc
on_open(void *ctx, struct xml_element *e, struct err *err)
{
	struct seen *seen = ctx;

	if (seen->stop_at != NULL && str_eq_z(e->name, seen->stop_at))
		return fail(err, RC_CONFLICT, "", "stopped");
	buf_addf(&seen->b, "<%.*s", STR_ARG(e->name));
	for (size_t i = 0; i < e->n; i++)
		buf_addf(&seen->b, " %.*s=%.*s", STR_ARG(e->at[i].name), STR_ARG(e->at[i].value));
	buf_add_byte(&seen->b, '>');
	return RC_OK;
}

static enum rc
on_close(void *ctx, struct xml_element *e, struct str text, struct err *err)
{
	struct seen *seen = ctx;

	(void)err;
	if (e->parent != NULL)
		buf_addf(&seen->b, "%.*s in %.*s;", STR_ARG(text), STR_ARG(e->parent->name));
	else
		buf_addf(&seen->b, "%.*s;", STR_ARG(text));
	return RC_OK;
}

static enum rc
read_xml(struct arena *a, struct str in, const char *stop_at, struct seen *seen, struct err *err)
{
	const struct limits limits = {
	    .depth_max = 3, .field_bytes_max = 20, .columns_max = 2, .bytes_max = 400};
	const struct xml_handler handler = {on_open, on_close, seen};

	*seen = (struct seen){.stop_at = stop_at};
	buf_init(&seen->b, a);
	return xml_read(a, source_memory(in, "x.xml"), &limits, &handler, err);
}

static void
elements_come_with_their_own_text(void **state)
{
	static const struct {
		struct str in;
		const char *want;
	} cases[] = {
	    /* clang-format off */
		{ STR_INIT("<a x='1' y=\"&lt;2\">t<b>u&amp;</b>v<c/></a>"),
		  "<a x=1 y=<2><b>u& in a;<c> in a;tv;" },
		{ STR_INIT("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>"),
		  "<a>\xc3\xa9;" },
		{ STR_INIT("<a><![CDATA[<&]]></a>"), "<a><&;" },
		{ STR_INIT("<n:a xmlns:n='urn:x'><!-- no --><?pi no?>&#x41;</n:a>"), "<a>A;" },
	    /* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct seen seen;
		struct err err = {0};

		assert_int_equal(read_xml(a, cases[i].in, NULL, &seen, &err), RC_OK);
		if (!str_eq_z(buf_str(&seen.b), cases[i].want))
			print_error("case %zu: %.*s\n", i, STR_ARG(buf_str(&seen.b)));
		assert_true(str_eq_z(buf_str(&seen.b), cases[i].want));
		arena_free(a);
	}
}

static void
documents_that_could_do_harm_are_refused(void **state)
{
	static const struct {
		struct str in;
		enum rc rc;
	} cases[] = {
	    /* clang-format off */
		{ STR_INIT("<!DOCTYPE a><a/>"), RC_INVALID },
		{ STR_INIT("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), RC_INVALID },
		{ STR_INIT("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), RC_INVALID },
		{ STR_INIT("<a>&e;</a>"), RC_INVALID },
		{ STR_INIT("<a><b></a>"), RC_INVALID },
		{ STR_INIT("<a>"), RC_INVALID },
		{ STR_INIT("<a/><b/>"), RC_INVALID },
		{ STR_INIT("<a x='1' x='2'/>"), RC_INVALID },
		{ STR_INIT("<a>\xff</a>"), RC_INVALID },
		{ STR_INIT("<a>&#0;</a>"), RC_INVALID },
		{ STR_INIT("text"), RC_INVALID },
		{ STR_INIT(""), RC_INVALID },
		{ STR_INIT("<a><a><a><a/></a></a></a>"), RC_TOO_LARGE },
		{ STR_INIT("<a>123456789012345678901</a>"), RC_TOO_LARGE },
		{ STR_INIT("<a b='123456789012345678901'/>"), RC_TOO_LARGE },
		{ STR_INIT("<a b='' c='' d=''/>"), RC_TOO_LARGE },
		{ STR_INIT("<a><stop/></a>"), RC_CONFLICT },
	    /* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct seen seen;
		struct err err = {0};
		enum rc rc = read_xml(a, cases[i].in, "stop", &seen, &err);

		if (rc != cases[i].rc)
			print_error("case %zu: %d %s\n", i, rc, err.text);
		assert_int_equal(rc, cases[i].rc);
		assert_int_equal(err.rc, rc);
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(elements_come_with_their_own_text),
	    cmocka_unit_test(documents_that_could_do_harm_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
