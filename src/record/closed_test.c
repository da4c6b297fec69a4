#include "base/test.h"

#include "model/check.h"
#include "record/reach.h"
#include "record/test_node.h"
#include "store/db_driver.h"

/*
 * What is closed: what nobody may set (over every type of the model), and what nobody may learn
 * by how much work a refusal is.
 */
static const char *const columns[] = {
    "id",     "owner",	 "owner_key", "unit",	      "state",	"guard",   "handling",
    "tlp",    "version", "flags",     "due",	      "due_ms", "created", "updated",
    "leaf",   "bucket",	 "body",      "wrapped",      "type",	"erased",  "quick_note",
    "retain", "held",	 "reveal",    "consent_given"};

static json_t *
with(struct test_node *t, struct door *d, struct str name, const char *value)
{
	(void)t;
	return test_json(d, str_fmt(d->arena, "{'%.*s':%s}", STR_ARG(name), value));
}

static void
no_column_of_a_row_is_set_through_its_fields(void **state)
{
	static const char *const values[] = {"'x'", "1", "true", "null", "{}", "['x']"};
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person node = {.actor.is_node = true};
	struct door *d = test_node_begin(t, &node);
	json_t *out, *none = test_json(d, STR("{}"));
	size_t tried = 0;
	struct err err;

	(void)state;
	for (size_t i = 0; i < t->model->type_count; i++)
		for (size_t c = 0; c < COUNT_OF(columns); c++) {
			const struct record_type *type = &t->model->types[i];
			struct str name = str_from(columns[c]);

			/* A field of that name is the type's own matter, and no column. */
			if (type_field(type, name) != NULL)
				continue;
			for (size_t v = 0; v < COUNT_OF(values); v++) {
				json_t *fields = with(t, d, name, values[v]);

				for (int mode = CHECK_CREATE; mode <= CHECK_IMPORT; mode++)
					if (model_check_fields(t->a, t->model, type, fields,
							       (enum check_mode)mode, &out,
							       &err) == RC_OK)
						fail_msg("%.*s takes %s\n", STR_ARG(type->name),
							 columns[c]);
				if (model_check_change(t->a, t->model, type, none, fields, &out,
						       &err) == RC_OK) {
					bool took = json_object_size(out) > 0;

					json_decref(out);
					if (took)
						fail_msg("a change of %.*s takes %s\n",
							 STR_ARG(type->name), columns[c]);
				}
				tried++;
			}
		}
	(void)test_node_end(t, RC_OK);
	assert_true(tried > 10000);
	test_node_free(t);
}

static void
no_person_writes_what_the_node_fills(void **state)
{
	static const char *const values[] = {"'x'", "'2026-01-01'", "'yes'", "['x']",
					     "'0192f0c1-0000-7000-8000-000000000001'"};
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person node = {.actor.is_node = true};
	struct door *d = test_node_begin(t, &node);
	json_t *out, *none = test_json(d, STR("{}"));
	size_t tried = 0;
	struct err err;

	(void)state;
	for (size_t i = 0; i < t->model->type_count; i++)
		for (size_t k = 0; k < t->model->types[i].field_count; k++) {
			const struct record_type *type = &t->model->types[i];
			const struct field *f = &type->fields[k];

			if (!f->automatic)
				continue;
			for (size_t v = 0; v < COUNT_OF(values); v++) {
				json_t *fields = with(t, d, f->name, values[v]);

				if (model_check_fields(t->a, t->model, type, fields, CHECK_CREATE,
						       &out, &err) == RC_OK ||
				    model_check_change(t->a, t->model, type, none, fields, &out,
						       &err) == RC_OK)
					fail_msg("%.*s.%.*s was taken\n", STR_ARG(type->name),
						 STR_ARG(f->name));
				tried++;
			}
			/* Nor takes it away. */
			assert_int_equal(
			    model_check_change(t->a, t->model, type, with(t, d, f->name, "'x'"),
					       with(t, d, f->name, "null"), &out, &err),
			    RC_INVALID);
		}
	(void)test_node_end(t, RC_OK);
	assert_true(tried > 500);
	test_node_free(t);
}

static void
nothing_begins_looser_than_its_type_nor_in_another_s_name(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	const struct record_type *type = test_node_type(t, "task");
	struct test_person ana = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	struct test_person node = {.actor.is_node = true};
	struct record *r;
	struct err err;
	struct door *d;

	(void)state;
	for (size_t i = 0; i < t->model->type_count; i++) {
		struct handling least = handling_of_type(&t->model->types[i]);

		for (int bits = 0; bits < 5 * 4 * 2; bits++) {
			struct record_new options = {.has_handling = true,
						     .from_import = bits >= 20,
						     .handling = {(enum tlp)(bits % 5),
								  (bits / 5 & 1) != 0,
								  (bits / 10 & 1) != 0}};
			struct handling met = handling_meet(options.handling, least);
			struct record_draft *draft;
			bool looser = met.tlp != options.handling.tlp ||
				      met.judicial_ok != options.handling.judicial_ok ||
				      met.onward_ok != options.handling.onward_ok;

			if (!looser)
				continue;
			d = test_node_begin(t, &node);
			assert_int_equal(record_draft(d, &t->model->types[i],
						      test_json(d, STR("{}")), &options, &draft,
						      &err),
					 RC_DENIED);
			(void)test_node_end(t, RC_OK);
		}
	}
	/* What an import makes is its importer's, of their unit, in the first state, and quick. */
	d = test_node_begin(t, &ana);
	assert_int_equal(
	    test_node_end(t, record_create(d, type, test_json(d, STR("{'what':'call'}")),
					   &(struct record_new){.from_import = true}, &r, &err)),
	    RC_OK);
	assert_true(r->own);
	assert_int_equal(r->unit.b[0], 1);
	assert_int_equal(r->state, 0);
	assert_int_equal(r->handling.tlp, type->handling.tlp);
	test_node_free(t);
}

struct cost {
	int64_t calls;
	size_t leaves;
	enum rc rc;
	char text[700];
};

static struct cost
cost_of(struct test_node *t, struct db *db, const struct test_person *who, struct id id)
{
	const struct record_type *type = test_node_type(t, "note");
	int64_t before = db_faulty_calls(db);
	struct err err = {.text = ""};
	struct cost c = {.rc = RC_OK};
	struct record *r;
	struct door d;

	door_open(&d, &t->node, db, t->a, &who->actor, &who->access, NULL);
	c.rc = record_load_text(&d, id, type, NULL, &r, &err);
	c.calls = db_faulty_calls(db) - before;
	c.leaves = d.pending.n;
	(void)snprintf(c.text, sizeof c.text, "%s|%s", err.key, err.text);
	door_close(&d);
	return c;
}

static void
a_denial_is_as_much_work_as_an_absence(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person owner =
	    test_person(1, 1, BIT(ROLE_ANALYST) | BIT(ROLE_SUPPORT_WORKER) | BIT(ROLE_SUPERVISOR),
			PURPOSE_PROTECTION);
	struct test_person other = test_person(2, 2, BIT(ROLE_ANALYST), PURPOSE_PROTECTION);
	const struct id key = {{9}};
	struct reach team = {.cases = &key, .case_count = 1};
	struct reach *reaches[] = {NULL, &team};
	struct id absent = {{1, 2, 3}}, ids[4];
	struct door *d;
	struct db *db;
	struct err err;

	(void)state;
	/* A second connection to the same database: counted on SQLite, whose file has a name. */
	if (test_on_postgres())
		skip();
	ids[0] = test_node_create(t, &owner, "note", STR("{'text':'A quick note of another.'}"));
	ids[1] = test_node_create(t, &owner, "survivor", STR("{'chosen_name':'Tirelu'}"));
	ids[2] = test_node_create(t, &owner, "case", STR("{'name':'Cannery'}"));
	ids[3] = test_node_create(t, &owner, "note", STR("{'text':'One that is erased.'}"));
	d = test_node_begin(t, &owner);
	assert_int_equal(test_node_end(t, record_erase(d, ids[3], 1, &err)), RC_OK);
	must(db_open(str_fmt(t->a, "faulty:sqlite:%s", test_node_file(t)), 1000, &db, &err) ==
	     RC_OK);
	assert_int_equal(cost_of(t, db, &owner, ids[0]).rc, RC_OK);
	for (size_t k = 0; k < COUNT_OF(reaches); k++) {
		struct cost nothing;

		other.actor.reach = reaches[k];
		nothing = cost_of(t, db, &other, absent);
		assert_int_equal(nothing.rc, RC_ABSENT);
		assert_int_equal(nothing.leaves, 1);
		assert_true(nothing.calls > 0);
		for (size_t i = 0; i < COUNT_OF(ids); i++) {
			struct cost c = cost_of(t, db, &other, ids[i]);

			if (c.rc != nothing.rc || c.calls != nothing.calls ||
			    c.leaves != nothing.leaves || strcmp(c.text, nothing.text) != 0)
				fail_msg("row %zu, reach %zu: %lld calls and %zu leaves for %lld "
					 "and %zu: %s\n",
					 i, k, (long long)c.calls, c.leaves,
					 (long long)nothing.calls, nothing.leaves, c.text);
		}
	}
	db_close(db);
	test_node_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_column_of_a_row_is_set_through_its_fields),
	    cmocka_unit_test(no_person_writes_what_the_node_fills),
	    cmocka_unit_test(nothing_begins_looser_than_its_type_nor_in_another_s_name),
	    cmocka_unit_test(a_denial_is_as_much_work_as_an_absence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
