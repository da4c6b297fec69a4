#include "base/test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "format/json.h"
#include "model/check.h"
#include "model/model.h"

static struct arena *arena;
static struct model *m;
static const struct record_type *kinds;

/* One field of each kind, as an agency's type would have them. */
static const char kinds_yaml[] =
    "type: kinds\narea: common\nhandling: {default: AMBER}\n"
    "retention: {class: case, review: 1y, erase: 5y}\n"
    "read: {roles: analyst, purposes: investigation}\n"
    "write: {roles: analyst, purposes: investigation}\n"
    "fields:\n"
    "  short: {text: short, max: 10}\n  long: {text: long}\n  name: {text: name}\n"
    "  date: {date: true}\n  range: {range: true}\n  time: {time: true}\n"
    "  number: {number: value}\n  weight: {number: kg}\n  people: {number: count}\n  money: "
    "{money: true}\n  code: {code: gender}\n"
    "  control: {code: control_method, list: 3}\n  ref: {ref: kinds}\n  place: {place: true}\n"
    "  phone: {phone: true}\n  document: {identifier: [passport, national_id]}\n"
    "  any: {identifier: true}\n  file: {file: true}\n  yes: {yesno: true}\n"
    "  why: {text: short, required_when: {yes: \"yes\"}}\n"
    "  said: {text: long, basis: true}\n  auto: {text: short, auto: true}\n"
    "  country: {code: country}\n  plate: {identifier: plate}\n"
    "  need: {text: short}\n"
    "states: [a, b]\nmoves: [{from: a, to: b, needs: need}]\n"
    "title: \"{code} {date} {number}\"\n";

static int
set_up(void **state)
{
	struct embedded_file files[400];
	struct err err = {0};
	size_t n = 0;

	(void)state;
	arena = arena_new(0);
	for (size_t i = 0; model_files[i].path != NULL && n < 398; i++)
		if (!str_starts(str_from(model_files[i].path), STR("labels/")))
			files[n++] = model_files[i];
	files[n++] = (struct embedded_file){"common/kinds.yaml", kinds_yaml, sizeof kinds_yaml - 1};
	files[n] = (struct embedded_file){0};
	if (model_load(arena, files, NULL, &m, &err) != RC_OK) {
		print_error("%s:%ld %s %s\n", err.file, err.line, err.key, err.text);
		return -1;
	}
	kinds = model_type(m, STR("kinds"));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static json_t *
parse(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	return json;
}

static enum rc
check(const char *body, enum check_mode mode, struct str *out, struct err *err)
{
	json_t *fields = parse(body), *canonical = NULL;
	enum rc rc;
	struct buf b;

	*err = (struct err){0};
	rc = model_check_fields(arena, m, kinds, fields, mode, &canonical, err);
	if (rc == RC_OK) {
		buf_init(&b, arena);
		json_canonical(canonical, &b);
		*out = buf_str(&b);
		json_decref(canonical);
	}
	json_decref(fields);
	return rc;
}

static const struct {
	const char *in, *out;
} good[] = {
    {"{}", "{}"},
    {"{\"short\":\"  two   words \"}", "{\"short\":\"two words\"}"},
    {"{\"short\":\"\"}", "{}"},
    {"{\"short\":null}", "{}"},
    {"{\"long\":\" a\\r\\nb\\rc \"}", "{\"long\":\"a\\nb\\nc\"}"},
    {"{\"name\":\"Ame\\u0301lie\"}", "{\"name\":\"Amélie\"}"},
    {"{\"name\":\"أورفيك تالونيث\"}", "{\"name\":\"أورفيك تالونيث\"}"},
    {"{\"date\":\"1979-05-07\"}", "{\"date\":\"1979-05-07\"}"},
    {"{\"date\":\"1979-05~\"}", "{\"date\":\"1979-05~\"}"},
    {"{\"date\":\" 1979 \"}", "{\"date\":\"1979\"}"},
    {"{\"range\":\"2026-03/2026-05\"}", "{\"range\":\"2026-03/2026-05\"}"},
    {"{\"time\":\"2026-11-23T03:10:00+01:00\"}", "{\"time\":\"2026-11-23T02:10:00.000Z\"}"},
    {"{\"number\":\"-0012.500\"}", "{\"number\":\"-12.5\"}"},
    {"{\"number\":7}", "{\"number\":\"7\"}"},
    {"{\"weight\":\"80.5\"}", "{\"weight\":\"80.5\"}"},
    {"{\"people\":\"3.0\"}", "{\"people\":\"3\"}"},
    {"{\"people\":\"-0\"}", "{\"people\":\"0\"}"},
    {"{\"number\":\"-0.0\"}", "{\"number\":\"0\"}"},
    {"{\"money\":{\"currency\":\"EUR\",\"minor\":1234}}",
     "{\"money\":{\"currency\":\"EUR\",\"minor\":1234}}"},
    {"{\"code\":\"Feminine\"}", "{\"code\":\"Feminine\"}"},
    {"{\"control\":[\"DebtBondage\",\"\",\"RestrictsMovement\"]}",
     "{\"control\":[\"DebtBondage\",\"RestrictsMovement\"]}"},
    {"{\"control\":[]}", "{}"},
    {"{\"ref\":\"0192F0C1-0000-7000-8000-000000000001\"}",
     "{\"ref\":\"0192f0c1-0000-7000-8000-000000000001\"}"},
    {"{\"place\":{\"city\":\" Port  Ulmere \",\"country\":\"QN\",\"lat\":\"59.50\",\"lon\":\"-1\","
     "\"text\":\"\"}}",
     "{\"place\":{\"city\":\"Port Ulmere\",\"country\":\"QN\",\"lat\":\"59.5\",\"lon\":\"-1\"}}"},
    {"{\"place\":{\"lat\":\"-90\",\"lon\":\"180.0\"}}",
     "{\"place\":{\"lat\":\"-90\",\"lon\":\"180\"}}"},
    {"{\"place\":{}}", "{}"},
    {"{\"phone\":\"00999 (123) 456-78\"}", "{\"phone\":\"+99912345678\"}"},
    {"{\"document\":{\"kind\":\"passport\",\"value\":\"x 12-345 67\",\"issuer\":\"QN\"}}",
     "{\"document\":{\"issuer\":\"QN\",\"kind\":\"passport\",\"value\":\"X1234567\"}}"},
    {"{\"any\":{\"kind\":\"iban\",\"value\":\"gb82 west 1234 5698 7654 32\"}}",
     "{\"any\":{\"kind\":\"iban\",\"value\":\"GB82WEST12345698765432\"}}"},
    {"{\"any\":{\"kind\":\"email\",\"value\":\"A.B@Ulmere.Example\"}}",
     "{\"any\":{\"kind\":\"email\",\"value\":\"a.b@ulmere.example\"}}"},
    {"{\"any\":{\"kind\":\"handle\",\"value\":\"@Orvek_T\"}}",
     "{\"any\":{\"kind\":\"handle\",\"value\":\"orvek_t\"}}"},
    {"{\"plate\":{\"value\":\"ulm-4410\"}}",
     "{\"plate\":{\"kind\":\"plate\",\"value\":\"ULM4410\"}}"},
    {"{\"yes\":true,\"why\":\"x\"}", "{\"why\":\"x\",\"yes\":\"yes\"}"},
    {"{\"yes\":\"unknown\"}", "{\"yes\":\"unknown\"}"},
    {"{\"said\":\"x\",\"said_basis\":\"fact\"}", "{\"said\":\"x\",\"said_basis\":\"fact\"}"},
};

static void
good_values_come_out_in_one_form_and_stay_there(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct str out = STR_NONE, again = STR_NONE;
		struct err err;
		enum rc rc = check(good[i].in, CHECK_CREATE, &out, &err);

		if (rc != RC_OK || !str_eq_z(out, good[i].out)) {
			print_error("%s\n   -> %.*s (%s: %s)\n", good[i].in, STR_ARG(out), err.key,
				    err.text);
			wrong++;
			continue;
		}
		assert_int_equal(check(str_z(arena, out), CHECK_CREATE, &again, &err), RC_OK);
		assert_true(str_eq(out, again));
	}
	assert_int_equal(wrong, 0);
}

static const struct {
	const char *in, *key;
} bad[] = {
    {"{\"short\":\"eleven chars\"}", "short"},
    {"{\"short\":\"a\\nb\"}", "short"},
    {"{\"short\":7}", "short"},
    {"{\"short\":[\"a\"]}", "short"},
    {"{\"long\":\"a\\u0007b\"}", "long"},
    {"{\"date\":\"07.05.1979\"}", "date"},
    {"{\"date\":\"1979-13\"}", "date"},
    {"{\"date\":\"1979/1980\"}", "date"},
    {"{\"date\":19790507}", "date"},
    {"{\"range\":\"soon\"}", "range"},
    {"{\"time\":\"yesterday\"}", "time"},
    {"{\"number\":\"1e5\"}", "number"},
    {"{\"number\":\"\xd9\xa1\"}", "number"},
    {"{\"number\":\"12.\"}", "number"},
    {"{\"number\":\"1234567890123456\"}", "number"},
    {"{\"number\":true}", "number"},
    {"{\"weight\":\"-80\"}", "weight"},
    {"{\"people\":\"-3\"}", "people"},
    {"{\"people\":-1}", "people"},
    {"{\"people\":\"2.5\"}", "people"},
    {"{\"money\":{\"minor\":12.5,\"currency\":\"EUR\"}}", "money"},
    {"{\"money\":{\"minor\":1,\"currency\":\"ZZZ\"}}", "money"},
    {"{\"money\":{\"minor\":1,\"currency\":\"EUR\",\"x\":1}}", "money"},
    {"{\"money\":\"12 EUR\"}", "money"},
    {"{\"money\":{\"minor\":9007199254740993,\"currency\":\"EUR\"}}", "money"},
    {"{\"code\":\"feminine\"}", "code"},
    {"{\"control\":\"DebtBondage\"}", "control"},
    {"{\"control\":[\"DebtBondage\",\"Magic\"]}", "control[1]"},
    {"{\"control\":[\"DebtBondage\",\"DebtBondage\",\"DebtBondage\",\"DebtBondage\"]}", "control"},
    {"{\"control\":[\"Threats\"]}", "control[0]"},
    {"{\"country\":\"SU\"}", "country"},
    {"{\"ref\":\"1\"}", "ref"},
    {"{\"place\":{\"city\":\"x\",\"planet\":\"y\"}}", "place"},
    {"{\"place\":{\"lat\":\"1\"}}", "place"},
    {"{\"place\":{\"lat\":\"90.1\",\"lon\":\"0\"}}", "place"},
    {"{\"place\":{\"lat\":1,\"lon\":2}}", "place"},
    {"{\"place\":{\"country\":\"Germany\"}}", "place"},
    {"{\"place\":{\"locode\":\"qn1\"}}", "place"},
    {"{\"place\":\"here\"}", "place"},
    {"{\"phone\":\"call me\"}", "phone"},
    {"{\"phone\":\"12345\"}", "phone"},
    {"{\"document\":{\"kind\":\"iban\",\"value\":\"GB82WEST12345698765432\"}}", "document"},
    {"{\"document\":{\"kind\":\"passport\",\"value\":\"--\"}}", "document"},
    {"{\"document\":{\"kind\":\"passport\",\"value\":\"X1\",\"issuer\":\"Atlantis\"}}", "document"},
    {"{\"document\":{\"value\":\"X1\"}}", "document"},
    {"{\"any\":{\"kind\":\"iban\",\"value\":\"GB82WEST12345698765433\"}}", "any"},
    {"{\"any\":{\"kind\":\"email\",\"value\":\"nobody\"}}", "any"},
    {"{\"file\":{\"sha256\":\"00\",\"name\":\"a\",\"bytes\":1,\"media\":\"a/b\"}}", "file"},
    {"{\"yes\":\"maybe\"}", "yes"},
    {"{\"yes\":\"yes\"}", "why"},
    {"{\"said\":\"x\"}", "said_basis"},
    {"{\"auto\":\"7\"}", "auto"},
    {"{\"nothing\":1}", "nothing"},
    {"{\"Orvek Taluneth\":1}", ""},
};

static void
bad_values_name_the_field_and_repeat_nothing(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct str out;
		struct err err;
		enum rc rc = check(bad[i].in, CHECK_CREATE, &out, &err);

		if (rc != RC_INVALID || strcmp(err.key, bad[i].key) != 0) {
			print_error("%s -> %d %s %s\n", bad[i].in, rc, err.key, err.text);
			wrong++;
		}
		assert_null(strstr(err.text, "Orvek"));
		assert_null(strstr(err.text, "Atlantis"));
		assert_null(strstr(err.text, "call me"));
	}
	assert_int_equal(wrong, 0);
}

static void
all_bad_fields_are_told_at_once_each_by_its_name(void **state)
{
	struct str out;
	struct err err;
	struct buf b;

	(void)state;
	assert_int_equal(
	    check("{\"people\":\"-3\",\"yes\":\"yes\",\"said\":\"x\",\"date\":\"soon\","
		  "\"code\":\"Masculine\"}",
		  CHECK_CREATE, &out, &err),
	    RC_INVALID);
	assert_string_equal(err.key, "people");
	assert_int_equal(strncmp(err.text, "cannot be below zero; ", 22), 0);
	assert_non_null(strstr(err.text, "; date: must be"));
	assert_non_null(strstr(err.text, "; why: must be given when yes"));
	assert_non_null(strstr(err.text, "; said_basis: must say"));
	assert_null(strstr(err.text, "code"));
	/* what is there and bad is not missing as well */
	assert_int_equal(check("{\"yes\":\"yes\",\"why\":7}", CHECK_CREATE, &out, &err),
			 RC_INVALID);
	assert_string_equal(err.key, "why");
	assert_null(strstr(err.text, ";"));
	/* more than a text holds are counted */
	buf_init(&b, arena);
	for (int i = 0; i < 60; i++)
		buf_addf(&b, "%s\"nothing_%d\":1", i > 0 ? "," : "{", i);
	buf_add_z(&b, "}");
	assert_int_equal(check(str_z(arena, buf_str(&b)), CHECK_CREATE, &out, &err), RC_INVALID);
	assert_non_null(strstr(err.text, "; and "));
	assert_non_null(strstr(err.text, " more"));
	assert_int_equal(err.faults->n, FAULTS_MAX);
	assert_int_equal(err.faults->left_out, 60 - FAULTS_MAX);
}

/* All of them by their place, in the order of the body, what is missing behind. */
static void
each_fault_is_told_by_its_pointer(void **state)
{
	static const struct {
		const char *in, *pointers;
	} cases[] = {
	    {"{\"date\":\"soon\"}", "/date"},
	    {"{\"people\":\"-3\",\"date\":\"soon\",\"code\":\"Atlantis\"}", "/people /date /code"},
	    {"{\"yes\":\"yes\",\"said\":\"x\"}", "/why /said_basis"},
	    {"{\"nothing\":1,\"Orvek Taluneth\":2}", "/nothing "},
	    {"{\"control\":[\"x\",7]}", "/control/0 /control/1"},
	    {"{\"control\":7,\"date\":[1]}", "/control /date"},
	};
	struct str out;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b;

		assert_int_equal(check(cases[i].in, CHECK_CREATE, &out, &err), RC_INVALID);
		assert_non_null(err.faults);
		buf_init(&b, arena);
		for (size_t k = 0; k < err.faults->n; k++) {
			const struct fault *f = &err.faults->at[k];

			buf_addf(&b, "%s%.*s", k > 0 ? " " : "", STR_ARG(f->pointer));
			assert_true(f->text.n > 0);
			assert_true(str_find(f->text, STR("Atlantis")) < 0 &&
				    str_find(f->text, STR("Orvek")) < 0);
		}
		assert_string_equal(str_z(arena, buf_str(&b)), cases[i].pointers);
	}
}

static void
a_text_that_is_too_long_is_refused_not_cut(void **state)
{
	struct str out;
	struct err err;
	struct buf b;

	(void)state;
	buf_init(&b, arena);
	buf_add_z(&b, "{\"long\":\"");
	for (int i = 0; i < 20001; i++)
		buf_add_z(&b, "ж");
	buf_add_z(&b, "\"}");
	assert_int_equal(check(str_z(arena, buf_str(&b)), CHECK_CREATE, &out, &err), RC_INVALID);
}

static void
an_import_takes_aliases_and_retired_codes(void **state)
{
	struct str out;
	struct err err;

	(void)state;
	assert_int_equal(check("{\"control\":[\"Threats\",\"MethodsOfControlDebtBondage\"],"
			       "\"country\":\"DEU\",\"auto\":\"7\"}",
			       CHECK_IMPORT, &out, &err),
			 RC_OK);
	assert_true(
	    str_eq(out, STR("{\"auto\":\"7\",\"control\":[\"PhysicalThreats\",\"DebtBondage\"],"
			    "\"country\":\"DE\"}")));
	assert_int_equal(check("{\"country\":\"SU\"}", CHECK_UPDATE, &out, &err), RC_OK);
	assert_int_equal(check("{\"country\":\"DEU\"}", CHECK_UPDATE, &out, &err), RC_INVALID);
}

static void
what_an_older_type_did_not_ask_for_may_be_missing(void **state)
{
	struct str out;
	struct err err;

	(void)state;
	assert_int_equal(check("{\"yes\":\"yes\"}", CHECK_UPDATE, &out, &err), RC_INVALID);
	assert_int_equal(check("{\"yes\":\"yes\"}", CHECK_OLDER, &out, &err), RC_OK);
	assert_int_equal(check("{\"yes\":\"yes\",\"zz\":1}", CHECK_OLDER, &out, &err), RC_INVALID);
	assert_int_equal(check("{\"country\":\"DEU\"}", CHECK_OLDER, &out, &err), RC_INVALID);
	assert_int_equal(check("[]", CHECK_OLDER, &out, &err), RC_INVALID);
}

static void
a_file_is_taken_with_its_hash_in_lower_case(void **state)
{
	struct str out;
	struct err err;

	(void)state;
	assert_int_equal(
	    check("{\"file\":{\"sha256\":"
		  "\"ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789\","
		  "\"name\":\"a.pdf\",\"bytes\":12,\"media\":\"application/pdf\"}}",
		  CHECK_CREATE, &out, &err),
	    RC_OK);
	assert_true(str_find(out, STR("abcdef0123456789abcdef")) > 0);
	assert_int_equal(
	    check("{\"file\":{\"sha256\":"
		  "\"ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789\","
		  "\"name\":\"../a.pdf\",\"bytes\":12,\"media\":\"application/pdf\"}}",
		  CHECK_CREATE, &out, &err),
	    RC_INVALID);
}

static void
a_change_merges_removes_and_guards_what_the_node_fills(void **state)
{
	json_t *before = parse("{\"auto\":\"7\",\"short\":\"x\",\"name\":\"n\"}");
	json_t *patch = parse("{\"short\":null,\"name\":\" m \"}");
	json_t *wrong = parse("{\"auto\":\"8\"}"), *unset = parse("{\"auto\":null}");
	json_t *after = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(model_check_change(arena, m, kinds, before, patch, &after, &err), RC_OK);
	assert_null(json_object_get(after, "short"));
	assert_string_equal(json_string_value(json_object_get(after, "name")), "m");
	assert_string_equal(json_string_value(json_object_get(after, "auto")), "7");
	assert_non_null(json_object_get(before, "short"));
	json_decref(after);
	assert_int_equal(model_check_change(arena, m, kinds, before, wrong, &after, &err),
			 RC_INVALID);
	assert_string_equal(err.key, "auto");
	assert_int_equal(model_check_change(arena, m, kinds, before, unset, &after, &err),
			 RC_INVALID);
	json_decref(before);
	json_decref(patch);
	json_decref(wrong);
	json_decref(unset);
}

static void
a_move_says_what_it_still_needs(void **state)
{
	json_t *without = parse("{\"short\":\"x\"}"), *with = parse("{\"need\":\"x\"}");
	const struct move *move = type_move(kinds, 0, 1);
	struct err err = {0};

	(void)state;
	assert_int_equal(model_check_needs(arena, kinds, move, without, &err), RC_CONFLICT);
	assert_string_equal(err.key, "need");
	assert_int_equal(model_check_needs(arena, kinds, move, with, &err), RC_OK);
	json_decref(without);
	json_decref(with);
}

static void
a_title_says_what_there_is_or_the_label(void **state)
{
	json_t *full = parse("{\"code\":\"Feminine\",\"date\":\"1979\",\"number\":\"3\"}");
	json_t *empty = parse("{\"name\":\"Somebody\"}");
	const struct record_type *person = model_type(m, STR("person"));

	(void)state;
	assert_true(str_eq(model_title(arena, kinds, full, STR("en")), STR("Feminine 1979 3")));
	assert_true(str_eq(model_title(arena, kinds, empty, STR("en")), STR("Kinds")));
	assert_true(str_eq(model_title(arena, person, empty, STR("en")), STR("Person")));
	json_decref(full);
	json_decref(empty);
}

/* A quick note saves with nothing but text; a record of HTCDS comes through whole. */
static void
shipped_types_take_what_they_should(void **state)
{
	static const struct {
		const char *type, *body;
		enum rc rc;
	} cases[] = {
	    {"note", "{\"text\":\"heard of kept wages\"}", RC_OK},
	    {"note", "{}", RC_INVALID},
	    {"person", "{}", RC_OK},
	    {"person", "{\"may_be_minor\":\"yes\"}", RC_INVALID},
	    {"involvement",
	     "{\"person\":\"0192f0c1-0000-7000-8000-000000000001\","
	     "\"in\":\"0192f0c1-0000-7000-8000-000000000002\",\"category\":\"UNDETERMINED\"}",
	     RC_INVALID},
	    {"involvement",
	     "{\"person\":\"0192f0c1-0000-7000-8000-000000000001\","
	     "\"in\":\"0192f0c1-0000-7000-8000-000000000002\",\"category\":\"UNDETERMINED\","
	     "\"category_basis\":\"assessment\"}",
	     RC_OK},
	    {"request", "{\"kind\":\"person\"}", RC_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *fields = parse(cases[i].body), *out = NULL;
		struct err err = {0};

		assert_int_equal(model_check_fields(arena, m,
						    model_type(m, str_from(cases[i].type)), fields,
						    CHECK_CREATE, &out, &err),
				 cases[i].rc);
		if (cases[i].rc == RC_OK)
			json_decref(out);
		json_decref(fields);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_values_come_out_in_one_form_and_stay_there),
	    cmocka_unit_test(bad_values_name_the_field_and_repeat_nothing),
	    cmocka_unit_test(all_bad_fields_are_told_at_once_each_by_its_name),
	    cmocka_unit_test(each_fault_is_told_by_its_pointer),
	    cmocka_unit_test(a_text_that_is_too_long_is_refused_not_cut),
	    cmocka_unit_test(an_import_takes_aliases_and_retired_codes),
	    cmocka_unit_test(what_an_older_type_did_not_ask_for_may_be_missing),
	    cmocka_unit_test(a_file_is_taken_with_its_hash_in_lower_case),
	    cmocka_unit_test(a_change_merges_removes_and_guards_what_the_node_fills),
	    cmocka_unit_test(a_move_says_what_it_still_needs),
	    cmocka_unit_test(a_title_says_what_there_is_or_the_label),
	    cmocka_unit_test(shipped_types_take_what_they_should),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
