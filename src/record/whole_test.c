#include "base/test.h"

#include "record/test_node.h"
#include "record/whole.h"

static struct test_person admin, analyst;

static int
setup(void **state)
{
	admin = test_person(9, 1, BIT(ROLE_ADMINISTRATOR), PURPOSE_ADMINISTRATION);
	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	*state = test_node_new(NULL, NULL);
	return 0;
}

/* A line as the export writes it; NULL for fields: none. with: members that replace its own. */
static json_t *
line_of(struct door *d, const char *fields, const char *with)
{
	json_t *line =
	    test_json(d, STR("{'id':'01a20866-0000-7000-8000-000000000001','type':'person',"
			     "'type_version':1,'version':1,'last':true,"
			     "'unit':'01a20866-0000-7000-8000-000000000002',"
			     "'owner':'01a20866-0000-7000-8000-000000000003','guard':0,'tlp':2,"
			     "'judicial_ok':true,'onward_ok':false,'state':'','flags':0,'due_ms':0,"
			     "'created_ms':1795437142223,'updated_ms':1795437142223,"
			     "'bucket':'case/2026-11'}"));

	must(json_object_set_new(
		 line, "type_version",
		 json_integer(model_type(d->node->model, STR("person"))->version)) == 0);
	if (fields != NULL)
		must(json_object_set(line, "fields",
				     json_object_get(test_json(d, str_from(fields)), "f")) == 0);
	must(json_object_update(line, test_json(d, str_from(with))) == 0);
	return line;
}

static enum rc
reading(struct door *d, const char *fields, const char *with, const struct record_version *before,
	struct record_version *out, struct err *err)
{
	enum rc rc =
	    record_whole_read(d->arena, d->node->model, line_of(d, fields, with), before, out, err);

	if (rc == RC_OK && out->fields != NULL)
		door_hold(d, out->fields);
	return rc;
}

#define GOOD "{'f':{'name':'Asel Tarn'}}"

static void
a_line_that_no_export_writes_is_refused_by_the_name_of_its_member(void **state)
{
	static const struct {
		const char *fields, *with, *key; /* "" for key: it is taken */
	} cases[] = {
	    {GOOD, "{}", ""},
	    {GOOD, "{'flags':2}", ""},
	    {GOOD, "{'flags':64}", ""},
	    {GOOD, "{'flags':192}", ""},
	    {NULL, "{'flags':1,'version':7}", ""},
	    {GOOD, "{'due_ms':253402300799999}", ""},
	    {NULL, "{}", "fields"},
	    {GOOD, "{'flags':1}", "fields"},
	    {"{'f':{'name':5}}", "{}", "name"},
	    {"{'f':{'name':'A','zz':1}}", "{}", "zz"},
	    {"{'f':{'name':'A','sex':'no such code'}}", "{}", "sex"},
	    {GOOD, "{'type':'user'}", "type"},
	    {GOOD, "{'type':null}", "type"},
	    {GOOD, "{'id':'00000000-0000-0000-0000-000000000000'}", "id"},
	    {GOOD, "{'id':'x'}", "id"},
	    {GOOD, "{'unit':5}", "unit"},
	    {GOOD, "{'owner':'x'}", "owner"},
	    {GOOD, "{'guard':3}", "guard"},
	    {GOOD, "{'guard':-1}", "guard"},
	    {GOOD, "{'tlp':5}", "tlp"},
	    {GOOD, "{'tlp':'2'}", "tlp"},
	    {GOOD, "{'judicial_ok':1}", "judicial_ok"},
	    {GOOD, "{'onward_ok':null}", "onward_ok"},
	    {GOOD, "{'last':'yes'}", "last"},
	    {GOOD, "{'state':5}", "state"},
	    {GOOD, "{'state':'closed'}", "state"},
	    {GOOD, "{'flags':9007199254740991}", "flags"},
	    {GOOD, "{'flags':4}", "flags"},
	    {GOOD, "{'flags':128}", "flags"},
	    {GOOD, "{'flags':-1}", "flags"},
	    {GOOD, "{'flags':'0'}", "flags"},
	    {GOOD, "{'version':0}", "version"},
	    {GOOD, "{'version':2}", "version"},
	    {GOOD, "{'version':2147483648}", "version"},
	    {GOOD, "{'version':9007199254740991}", "version"},
	    {GOOD, "{'type_version':0}", "type_version"},
	    {GOOD, "{'type_version':-5}", "type_version"},
	    {GOOD, "{'type_version':2147483647}", "type_version"},
	    {GOOD, "{'created_ms':946684799999}", "created_ms"},
	    {GOOD, "{'created_ms':253402300800000}", "created_ms"},
	    {GOOD, "{'created_ms':-9007199254740991}", "created_ms"},
	    {GOOD, "{'created_ms':1792758742223}", "bucket"}, /* a month before */
	    {GOOD, "{'updated_ms':9007199254740991}", "updated_ms"},
	    {GOOD, "{'due_ms':9007199254740991}", "due_ms"},
	    {GOOD, "{'due_ms':-9007199254740991}", "due_ms"},
	    {GOOD, "{'bucket':'staff/2026-11'}", "bucket"},
	    {GOOD, "{'bucket':'../../x'}", "bucket"},
	    {GOOD, "{'bucket':'case'}", "bucket"},
	    {GOOD, "{'bucket':null}", "bucket"},
	    {NULL, "{'flags':1,'last':false}", "last"},
	};
	static const char *const no_objects[] = {"{'f':[]}", "{'f':'x'}", "{'f':null}", "{'f':5}"};
	struct test_node *t = *state;
	struct door *d = test_node_begin_read(t, &admin);
	struct record_version v;
	struct err err;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum rc rc;

		err = (struct err){.rc = RC_OK};
		rc = reading(d, cases[i].fields, cases[i].with, NULL, &v, &err);
		if ((rc == RC_OK) != (cases[i].key[0] == '\0') ||
		    strcmp(err.key, cases[i].key) != 0)
			fail_msg("%s: %s: %s", cases[i].with, err.key, err.text);
	}
	for (size_t i = 0; i < COUNT_OF(no_objects); i++)
		assert_int_equal(reading(d, no_objects[i], "{}", NULL, &v, &err), RC_INVALID);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
}

#define OTHER "'id':'01a20866-0000-7000-8000-000000000009'"
#define EARLIER "'id':'01a20866-0000-7000-8000-000000000000'"

static void
versions_come_in_order_and_end_with_their_last(void **state)
{
	static const struct {
		const char *before, *then, *key;
	} cases[] = {
	    {"{'last':false}", "{'version':2}", ""},
	    {"{}", "{" OTHER "}", ""},
	    {"{}", "{'version':2}", "last"},
	    {"{'last':false}", "{" OTHER "}", "last"},
	    {"{}", "{" EARLIER "}", "id"},
	    {"{}", "{" OTHER ",'version':2}", "version"},
	    {"{'last':false}", "{'version':1}", "version"},
	    {"{'last':false}", "{'version':3}", "version"},
	    {"{'last':false}", "{'version':2,'created_ms':1795437142224}", "version"},
	};
	struct test_node *t = *state;
	struct door *d = test_node_begin_read(t, &admin);
	struct record_version before, v;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = {.rc = RC_OK};

		assert_int_equal(reading(d, GOOD, cases[i].before, NULL, &before, NULL), RC_OK);
		(void)(reading(d, GOOD, cases[i].then, &before, &v, &err) == RC_OK);
		if (strcmp(err.key, cases[i].key) != 0)
			fail_msg("%s: %s: %s", cases[i].then, err.key, err.text);
	}
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
}

static void
what_people_change_is_counted_and_what_the_node_does_is_not(void **state)
{
	struct test_node *t = *state;
	struct test_person node = {.actor.is_node = true};
	struct record_version v;
	int64_t from = 0, n;
	struct id id;
	struct door *d = test_node_begin(t, &admin);

	assert_int_equal(record_whole_changes(d, &from, &n, NULL), RC_OK);
	assert_int_equal(reading(d, GOOD, "{}", NULL, &v, NULL), RC_OK);
	assert_int_equal(record_whole_restore(d, &v, NULL), RC_OK);
	assert_int_equal(record_whole_changes(d, &from, &n, NULL), RC_OK);
	assert_int_equal(n, 1); /* its own transaction's too */
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	id = test_node_create(t, &analyst, "person", STR("{'name':'Asel Tarn'}"));
	d = test_node_begin_read(t, &analyst);
	assert_int_equal(
	    test_node_end_read(t, record_load(d, id, NULL, &(struct record *){NULL}, NULL)), RC_OK);
	test_node_create(t, &node, "person", STR("{'name':'Asel Tarn'}"));
	d = test_node_begin(t, &admin);
	assert_int_equal(record_whole_changes(d, &from, &n, NULL), RC_OK);
	assert_int_equal(n, 1);
	assert_int_equal(record_whole_changes(d, &from, &n, NULL), RC_OK);
	assert_int_equal(n, 0);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	d = test_node_begin(t, &analyst);
	assert_int_equal(test_node_end(t, record_erase(d, id, 1, NULL)), RC_DENIED);
	d = test_node_begin(t, &admin);
	assert_int_equal(record_whole_changes(d, &from, &n, NULL), RC_OK);
	assert_int_equal(n, 0); /* a refusal changes nothing */
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_line_that_no_export_writes_is_refused_by_the_name_of_its_member, setup,
		test_node_teardown),
	    cmocka_unit_test_setup_teardown(versions_come_in_order_and_end_with_their_last, setup,
					    test_node_teardown),
	    cmocka_unit_test_setup_teardown(
		what_people_change_is_counted_and_what_the_node_does_is_not, setup,
		test_node_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
