#include "base/test.h"

#include "record/record.sql.h"
#include "record/test_desk.h"
#include "record/test_node.h"

static void
a_masked_value_is_in_no_answer_before_it_is_revealed(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "person", STR(PERSON));
	struct str shut = read_json(t, &analyst, id, NULL);
	struct str open = read_json(t, &colleague, id, "name");

	assert_false(holds(shut, "Taluneth"));
	assert_false(holds(shut, "1979-05-07"));
	assert_true(holds(shut, "\"masked\":[\"name\",\"birth_date\"]"));
	assert_true(holds(shut, "\"may_be_minor\":\"no\""));
	assert_true(holds(shut, "\"shown\":\"masked\""));
	assert_true(holds(open, "Taluneth"));
	/* only what was asked for */
	assert_false(holds(open, "1979-05-07"));
	assert_true(holds(open, "\"shown\":\"full\""));
}

/* As a text it was never read into values; nobody can tell by the answer or the leaf. */
static void
as_text_a_record_is_what_it_is_read_into_values(void **state)
{
	static const char *const reveals[] = {NULL, "name", "birth_date"};
	const struct test_person *const readers[] = {&analyst,	  &colleague, &stranger,
						     &supervisor, &monitor,   &worker};
	struct test_node *t = *state;
	struct id ids[] = {
	    test_node_create(t, &analyst, "person", STR(PERSON)),
	    test_node_create(t, &analyst, "person",
			     STR("{'name':'Ib \\\"}\\\\ {\\u00e9','may_be_minor':'no',"
				 "'also_called':['a','b,\\\"]']}")),
	    {{7}}};
	const struct record_type *person = model_type(t->node.model, STR("person"));

	for (size_t i = 0; i < COUNT_OF(readers) * COUNT_OF(reveals) * COUNT_OF(ids); i++) {
		const struct test_person *who = readers[i % COUNT_OF(readers)];
		const char *reveal = reveals[i / COUNT_OF(readers) % COUNT_OF(reveals)];
		struct id id = ids[i / COUNT_OF(readers) / COUNT_OF(reveals)];
		struct str want = read_json(t, who, id, reveal);
		struct door *d = test_node_begin_read(t, who);
		struct str_list names = {0};
		struct record *r;
		struct err err;
		struct buf b;
		enum rc rc;

		if (reveal != NULL)
			*VEC_ADD(t->a, &names) = str_from(reveal);
		buf_init(&b, t->a);
		rc = record_load_text(d, id, person, &names, &r, &err);
		if (rc == RC_OK)
			record_write(d, r, STR("en"), &b);
		else
			buf_addf(&b, "%s|%s|%s", rc_name(rc), err.key, err.text);
		if (!str_eq(buf_str(&b), want))
			fail_msg("%.*s\n%.*s\n", STR_ARG(buf_str(&b)), STR_ARG(want));
		assert_int_equal(d->pending.n, 1);
		assert_int_equal(d->pending.at[0].fields.n > 0,
				 rc == RC_OK && r->rung == RUNG_FULL && reveal != NULL &&
				     holds(want, reveal));
		(void)test_node_end_read(t, rc);
	}
	/* Of another type it is not there. */
	{
		struct door *d = test_node_begin_read(t, &analyst);
		struct record *r;
		struct err err;
		enum rc rc = record_load_text(d, ids[0], model_type(t->node.model, STR("incident")),
					      NULL, &r, &err);

		assert_int_equal(rc, RC_ABSENT);
		assert_int_equal(d->pending.n, 1);
		(void)test_node_end_read(t, rc);
	}
}

static void
a_reveal_is_logged_with_the_names_of_the_fields(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "person", STR(PERSON));
	struct str_list names = {0};
	struct door *d = test_node_begin_read(t, &analyst);
	struct record *r;

	*VEC_ADD(t->a, &names) = STR("name");
	assert_int_equal(record_load(d, id, &names, &r, NULL), RC_OK);
	assert_int_equal(d->pending.n, 1);
	assert_int_equal(d->pending.at[0].action, AUDIT_REVEAL);
	assert_true(str_eq(d->pending.at[0].fields, STR("name")));
	assert_true(id_eq(d->pending.at[0].record, id));
	(void)test_node_end_read(t, RC_OK);
	/* Without a reason nothing opens, and that is said. */
	analyst.access.reason = STR_NONE;
	assert_true(str_starts(read_json(t, &analyst, id, "name"), STR("denied|reason")));
}

static void
values_are_checked_before_anything_is_written(void **state)
{
	static const struct {
		const char *type, *fields, *key;
	} bad[] = {
	    {"person", "{'name':5}", "name"},
	    {"person", "{'nothing_such':'x'}", "nothing_such"},
	    {"person", "{'number':'mine'}", "number"},
	    {"phone", "{}", "phone"},
	    {"involvement", "{'person':'x','in':'y','category':'SUSPECT','category_basis':'fact'}",
	     "person"},
	    {"task", "{'what':'x','of':'01935b6e-0000-7000-8000-000000000000'}", "of"},
	};
	struct test_node *t = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		int64_t leaves = test_node_leaves(t);
		struct door *d = test_node_begin(t, &analyst);
		struct record *r;
		struct err err;
		enum rc rc = record_create(d, test_node_type(t, bad[i].type),
					   test_json(d, str_from(bad[i].fields)), NULL, &r, &err);

		if (rc != RC_INVALID || strcmp(err.key, bad[i].key) != 0)
			fail_msg("%s: %s key %s: %s\n", bad[i].fields, rc_name(rc), err.key,
				 err.text);
		(void)test_node_end(t, rc);
		/* A reference that names nothing is logged like one to what is hidden. */
		assert_int_equal(test_node_leaves(t), leaves + (strcmp(err.key, "of") == 0));
	}
}

static void
an_update_names_the_version_it_saw(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "person", STR(PERSON));
	struct record *r = NULL;
	int64_t leaves;
	struct err err;

	assert_int_equal(update(t, &analyst, id, 1, "{'may_be_minor':'unknown'}", &r, &err), RC_OK);
	assert_int_equal(r->version, 2);
	json_decref(r->fields);
	leaves = test_node_leaves(t);
	assert_int_equal(update(t, &colleague, id, 1, "{'may_be_minor':'no'}", &r, &err), RC_STALE);
	assert_int_equal(r->version, 2);
	assert_true(str_eq(json_member_str(r->fields, "may_be_minor"), STR("unknown")));
	/* What a conflict hands back was read: masked values stay shut, and a leaf tells of it. */
	assert_null(json_object_get(r->fields, "name"));
	json_decref(r->fields);
	assert_int_equal(test_node_leaves(t), leaves + 1);
	assert_int_equal(update(t, &analyst, id, 9, "{'may_be_minor':'no'}", &r, &err), RC_STALE);
	json_decref(r->fields);
	/* Nothing changes when nothing differs; the answer is logged as a reading. */
	leaves = test_node_leaves(t);
	assert_int_equal(update(t, &analyst, id, 2, "{'may_be_minor':'unknown'}", &r, &err), RC_OK);
	assert_int_equal(r->version, 2);
	json_decref(r->fields);
	assert_int_equal(test_node_leaves(t), leaves + 1);
}

static void
a_former_version_is_read_under_todays_rights(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "person", STR(PERSON));
	struct handling red = {TLP_RED, false, false};
	struct record *r;
	struct door *d;
	struct err err;

	assert_int_equal(update(t, &analyst, id, 1, "{'may_be_minor':'unknown'}", &r, &err), RC_OK);
	json_decref(r->fields);
	d = test_node_begin_read(t, &stranger);
	assert_int_equal(record_load_version(d, id, 1, &r, &err), RC_OK);
	assert_int_equal(r->version, 1);
	assert_true(str_eq(json_member_str(r->fields, "may_be_minor"), STR("no")));
	assert_int_equal(d->pending.n, 2);
	assert_int_equal(record_load_version(d, id, 7, &r, &err), RC_ABSENT);
	(void)test_node_end_read(t, RC_OK);
	d = test_node_begin(t, &analyst);
	assert_int_equal(test_node_end(t, record_mark(d, id, 2, red, &r, &err)), RC_OK);
	d = test_node_begin_read(t, &stranger);
	assert_int_equal(record_load_version(d, id, 1, &r, &err), RC_ABSENT);
	(void)test_node_end_read(t, RC_OK);
}

static void
who_may_write_but_not_read_gets_no_content_back(void **state)
{
	struct test_node *t = *state;
	struct test_person duty = test_person(9, 1, BIT(ROLE_DUTY_OFFICER), PURPOSE_INVESTIGATION);
	struct id c = test_node_create(t, &analyst, "case", STR(CASE));
	struct id id = test_node_create(
	    t, &analyst, "exhibit",
	    str_fmt(t->a,
		    "{'case':'%s','kind':'document','description':'a ledger',"
		    "'collected_at':'2026-11-20T10:00:00Z','law_of':'QN','method':'collected',"
		    "'condition':'torn'}",
		    id_format(t->a, c).p));
	struct record *r;
	struct err err;

	assert_int_equal(update(t, &duty, id, 5, "{'condition':'wet'}", &r, &err), RC_STALE);
	assert_null(r->fields);
	assert_int_equal(update(t, &duty, id, 1, "{'condition':'wet'}", &r, &err), RC_OK);
	assert_null(r->fields);
	assert_int_equal(r->version, 2);
}

static void
denial_and_absence_look_the_same_and_are_logged_alike(void **state)
{
	struct test_node *t = *state;
	struct test_person nobody = stranger;
	struct id person, survivor, missing = {{1, 2, 3}};
	struct handling red = {TLP_RED, false, false};
	struct str absent;
	struct record *r;
	struct door *d;
	struct err err;

	person = test_node_create(t, &analyst, "person", STR(PERSON));
	survivor = test_node_create(t, &worker, "survivor", STR("{'chosen_name':'Tirelu'}"));
	d = test_node_begin(t, &analyst);
	assert_int_equal(test_node_end(t, record_mark(d, person, 1, red, &r, &err)), RC_OK);
	absent = read_json(t, &stranger, missing, NULL);
	assert_true(str_starts(absent, STR("absent|")));
	for (int i = 0; i < 6; i++) {
		const struct test_person *who = i < 3 ? &stranger : &monitor;
		struct id id = i % 3 == 0 ? person : i % 3 == 1 ? survivor : missing;
		int64_t leaves = test_node_leaves(t);

		/* Another unit, or a role that reads no such type: nobody learns that it is there.
		 */
		assert_true(str_eq(read_json(t, who, id, NULL), absent));
		assert_true(str_eq(read_json(t, who, id, "name"), absent));
		assert_int_equal(test_node_leaves(t), leaves + 2);
		assert_int_equal(update(t, who, id, 1, "{}", &r, &err), RC_ABSENT);
		assert_int_equal(move(t, who, id, 1, "x", "{}", NULL, &err), RC_ABSENT);
		assert_int_equal(test_node_leaves(t), leaves + 4);
	}
	/* Without a purpose it is said at once, whatever the id. */
	nobody.access.has_purpose = false;
	assert_true(str_starts(read_json(t, &nobody, person, NULL), STR("denied|purpose")));
	assert_true(
	    str_eq(read_json(t, &nobody, missing, NULL), read_json(t, &nobody, survivor, NULL)));
}

static void
types_of_protect_stand_in_the_database_under_keys(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &worker, "survivor", STR("{'chosen_name':'Tirelu'}"));
	struct rows *rows;

	assert_int_equal(db_select(t->db, &SQL_RECORD_ROW, BINDS(B_ID(id)), &rows, NULL), RC_OK);
	assert_int_equal(rows_next(rows, NULL), RC_OK);
	assert_true(str_starts(rows_text(rows, 1), STR("~")));
	assert_false(holds(rows_text(rows, 1), "survivor"));
	assert_false(id_eq(rows_id(rows, 5), worker.actor.id));
	assert_false(holds(rows_blob(rows, 16), "Tirelu"));
	rows_close(rows);
	assert_true(holds(read_json(t, &worker, id, NULL), "\"type\":\"survivor\""));
}

static void
a_reaction_hears_what_is_recorded_and_can_undo_it(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "phone", STR("{'phone':'+99912345678'}"));
	struct record *r;
	struct door *d;
	struct err err;
	enum rc rc;

	assert_int_equal(phones_heard, 1);
	assert_int_equal(update(t, &analyst, id, 1, "{'helper':'yes'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(phones_heard, 2);
	assert_int_equal(update(t, &analyst, id, 2, "{'phone':'+99900000666'}", &r, &err),
			 RC_CONFLICT);
	assert_int_equal(update(t, &analyst, id, 2, "{'helper':'yes'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(phones_heard, 3); /* nothing differed: nothing was heard */
	d = test_node_begin(t, &analyst);
	rc = record_create(d, test_node_type(t, "phone"),
			   test_json(d, STR("{'phone':'+99900000666'}")), NULL, &r, &err);
	assert_int_equal(test_node_end(t, rc), RC_CONFLICT);
}

static void
a_creation_tells_the_handling_that_a_reader_is_told(void **state)
{
	struct test_node *t = *state;
	struct door *d = test_node_begin(t, &analyst);
	const struct record_type *type = test_node_type(t, "person");
	struct record *made, *read;
	struct handling told;
	struct id id;
	struct err err;

	assert_int_equal(record_create(d, type, test_json(d, STR(PERSON)), NULL, &made, &err),
			 RC_OK);
	told = made->handling;
	id = made->id;
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	assert_true(told.judicial_ok);
	d = test_node_begin_read(t, &analyst);
	assert_int_equal(record_load(d, id, NULL, &read, &err), RC_OK);
	assert_int_equal(read->handling.tlp, told.tlp);
	assert_int_equal(read->handling.judicial_ok, told.judicial_ok);
	assert_int_equal(read->handling.onward_ok, told.onward_ok);
	(void)test_node_end_read(t, RC_OK);
}

static void
only_a_supervisor_loosens_handling(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "person", STR(PERSON));
	struct handling strict = {TLP_AMBER_STRICT, true, false}, amber = {TLP_AMBER, true, false};
	struct record *r;
	struct door *d = test_node_begin(t, &analyst);
	struct err err;

	assert_int_equal(test_node_end(t, record_mark(d, id, 1, strict, &r, &err)), RC_OK);
	assert_true(str_starts(read_json(t, &stranger, id, NULL), STR("absent")));
	d = test_node_begin(t, &analyst);
	assert_int_equal(test_node_end(t, record_mark(d, id, 2, amber, &r, &err)), RC_DENIED);
	d = test_node_begin(t, &supervisor);
	assert_int_equal(test_node_end(t, record_mark(d, id, 2, amber, &r, &err)), RC_OK);
	assert_true(holds(read_json(t, &stranger, id, NULL), "\"tlp\":\"AMBER\""));
	/* A new record starts stricter than its type at will, never looser. */
	for (int i = 0; i < 2; i++) {
		struct record_new options = {
		    .has_handling = true, .handling = {i == 0 ? TLP_RED : TLP_GREEN, false, false}};
		enum rc rc;

		d = test_node_begin(t, &analyst);
		rc = record_create(d, test_node_type(t, "person"), test_json(d, STR(PERSON)),
				   &options, &r, &err);
		assert_int_equal(test_node_end(t, rc), i == 0 ? RC_OK : RC_DENIED);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    T(a_masked_value_is_in_no_answer_before_it_is_revealed),
	    T(a_reveal_is_logged_with_the_names_of_the_fields),
	    T(as_text_a_record_is_what_it_is_read_into_values),
	    T(values_are_checked_before_anything_is_written),
	    T(an_update_names_the_version_it_saw),
	    T(a_former_version_is_read_under_todays_rights),
	    T(who_may_write_but_not_read_gets_no_content_back),
	    T(denial_and_absence_look_the_same_and_are_logged_alike),
	    T(types_of_protect_stand_in_the_database_under_keys),
	    T(a_reaction_hears_what_is_recorded_and_can_undo_it),
	    T(a_creation_tells_the_handling_that_a_reader_is_told),
	    T(only_a_supervisor_loosens_handling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
