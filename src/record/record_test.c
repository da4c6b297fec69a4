#include "base/test.h"

#include "audit/show.h"
#include "record/erase.h"
#include "record/record.sql.h"
#include "record/test_node.h"
#include "record/verify.h"

/* Gates of our own, so that this floor's tests need no feature above it. */
static bool plans_open;
static int case_closed_heard;

static enum rc
gate_plans(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	(void)use;
	/* A gate decides on the whole record, whatever its mover may see. */
	must(d->actor != NULL && json_member(r->fields, STR("closed_with")) != NULL);
	return plans_open ? RC_OK : fail(err, RC_CONFLICT, "gate", "a plan would close");
}

static enum rc
gate_holds(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	(void)d;
	(void)r;
	(void)use;
	(void)err;
	return RC_OK;
}

static enum rc
hear_closed(struct door *d, const struct record *r, struct err *err)
{
	(void)d;
	case_closed_heard++;
	if (r->state == type_state(r->type, STR("closed")))
		return RC_OK;
	return fail(err, RC_FAILED, "", "heard before it happened");
}

static int phones_heard;
static enum rc
hear_phone(struct door *d, const struct record *r, struct err *err)
{
	(void)d;
	phones_heard++;
	if (str_eq_z(json_member_str(r->fields, "phone"), "+99900000666"))
		return fail(err, RC_CONFLICT, "phone", "not this one");
	return RC_OK;
}

/* clang-format off */
static const struct gate gates[] = {
	{ "plans_stay_open", gate_plans, "" },
	{ "no_open_duties",  gate_holds, "" },
	{ "purpose_and_basis", gate_holds, "" },
	{ "human_decided",   gate_holds, "" },
	{ .name = NULL },
};
static const struct reaction reactions[] = {
	{ "case_closed",    hear_closed, "" },
	{ "phone_recorded", hear_phone,  "" },
	{ .event = NULL },
};
/* clang-format on */

static struct test_person analyst, colleague, stranger, supervisor, second, prosecutor, worker,
    administrator, monitor;

static int
setup(void **state)
{
	const uint32_t a = BIT(ROLE_ANALYST), s = BIT(ROLE_SUPERVISOR);

	analyst = test_person(1, 1, a, PURPOSE_INVESTIGATION);
	colleague = test_person(2, 1, a, PURPOSE_INVESTIGATION);
	stranger = test_person(3, 2, a, PURPOSE_INVESTIGATION);
	supervisor = test_person(4, 1, s, PURPOSE_INVESTIGATION);
	second = test_person(5, 1, s, PURPOSE_INVESTIGATION);
	prosecutor = test_person(6, 1, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	worker = test_person(7, 1, BIT(ROLE_SUPPORT_WORKER), PURPOSE_PROTECTION);
	administrator = test_person(8, 1, BIT(ROLE_ADMINISTRATOR), PURPOSE_ADMINISTRATION);
	monitor = test_person(9, 1, BIT(ROLE_MONITOR), PURPOSE_OVERSIGHT);
	plans_open = true;
	case_closed_heard = phones_heard = 0;
	*state = test_node_new(gates, reactions);
	return 0;
}

static int
teardown(void **state)
{
	test_node_free(*state);
	return 0;
}

#define PERSON "{'name':'Orvek Taluneth','birth_date':'1979-05-07','may_be_minor':'no'}"

/* What a reading answers, as JSON text, or the error's name. */
static struct str
read_json(struct test_node *t, const struct test_person *who, struct id id, const char *reveal)
{
	struct door *d = test_node_begin_read(t, who);
	struct str_list names = {0};
	struct record *r;
	struct err err;
	struct buf b;
	enum rc rc;

	if (reveal != NULL)
		*VEC_ADD(t->a, &names) = str_from(reveal);
	rc = record_load(d, id, &names, &r, &err);
	buf_init(&b, t->a);
	if (rc == RC_OK) {
		json_t *o = record_json(d, r, STR("en"));

		json_canonical(o, &b);
		json_decref(o);
	} else {
		buf_addf(&b, "%s|%s|%s", rc_name(rc), err.key, err.text);
	}
	(void)test_node_end_read(t, rc);
	return buf_str(&b);
}

static bool
holds(struct str text, const char *part)
{
	return str_find(text, str_from(part)) >= 0;
}

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

static enum rc
update(struct test_node *t, const struct test_person *who, struct id id, int64_t version,
       const char *patch, struct record **out, struct err *err)
{
	struct door *d = test_node_begin(t, who);
	enum rc rc = record_update(d, id, version, test_json(d, str_from(patch)), out, err);
	struct record *r = rc == RC_OK || rc == RC_STALE ? *out : NULL;

	if (r != NULL && r->fields != NULL)
		r->fields =
		    json_incref(r->fields); /* outlives the door; the test's arena ends it */
	return test_node_end(t, rc);
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
a_reference_is_taken_away_by_null_and_must_name_what_is_there(void **state)
{
	struct test_node *t = *state;
	struct id person = test_node_create(t, &analyst, "person", STR(PERSON));
	struct id id = test_node_create(t, &analyst, "task",
					test_fill(t, "{'what':'x','of':'@1'}", person, person));
	struct record *r;
	struct err err;

	assert_int_equal(update(t, &analyst, id, 1,
				test_fill(t, "{'of':'@1'}", (struct id){{9}}, person).p, &r, &err),
			 RC_INVALID);
	assert_string_equal(err.key, "of");
	assert_int_equal(update(t, &analyst, id, 1, "{'of':null}", &r, &err), RC_OK);
	assert_null(json_object_get(r->fields, "of"));
	json_decref(r->fields);
}

static enum rc
move(struct test_node *t, const struct test_person *who, struct id id, int64_t version,
     const char *to, const char *patch, bool *waits, struct err *err)
{
	struct door *d = test_node_begin(t, who);
	struct record *r = NULL;
	enum rc rc =
	    record_move(d, id, version, str_from(to), test_json(d, str_from(patch)), &r, err);

	if (waits != NULL)
		*waits = rc == RC_OK && r->waits;
	return test_node_end(t, rc);
}

#define CASE "{'name':'Harbour Road'}"

/* Everything an answer to a new record tells: how it ended, the key and the text. */
static const char *
answer_to(struct test_node *t, const struct test_person *who, const char *type, struct str fields)
{
	struct door *d = test_node_begin(t, who);
	struct record *r;
	struct err err = {.text = ""};
	enum rc rc =
	    record_create(d, test_node_type(t, type), test_json(d, fields), NULL, &r, &err);

	(void)test_node_end(t, rc);
	return str_fmt(t->a, "%s|%s|%s", rc_name(rc), err.key, err.text).p;
}

/* The same text with one digit of the id changed names nothing. */
static struct id
neighbour(struct id id)
{
	id.b[15] ^= 1;
	return id;
}

static void
a_reference_to_what_is_hidden_is_answered_like_one_to_nothing(void **state)
{
	static const char note[] = "{'text':'x','about':'@1'}";
	static const char link[] = "{'person':'@2','in':'@1','category':'UNDETERMINED',"
				   "'category_basis':'fact'}";
	struct test_node *t = *state;
	struct id survivor = test_node_create(t, &worker, "survivor", STR("{'chosen_name':'T'}"));
	struct id incident =
	    test_node_create(t, &supervisor, "incident",
			     STR("{'kind':'observation','summary':'x','summary_basis':'fact'}"));
	struct id person = test_node_create(t, &analyst, "person", STR(PERSON));
	struct handling red = {TLP_RED, false, false};
	struct record *r;
	struct door *d = test_node_begin(t, &supervisor);
	const char *hidden, *nothing;
	int64_t leaves;

	assert_int_equal(test_node_end(t, record_mark(d, incident, 1, red, &r, NULL)), RC_OK);
	/* of a type that the role may not read; of a type it may read, RED; erased */
	leaves = test_node_leaves(t);
	hidden = answer_to(t, &analyst, "note", test_fill(t, note, survivor, person));
	assert_int_equal(test_node_leaves(t), leaves + 1);
	nothing = answer_to(t, &analyst, "note", test_fill(t, note, neighbour(survivor), person));
	assert_int_equal(test_node_leaves(t), leaves + 2);
	assert_string_equal(hidden, nothing);
	assert_non_null(strstr(hidden, "names no record"));
	assert_string_equal(
	    answer_to(t, &analyst, "involvement", test_fill(t, link, incident, person)),
	    answer_to(t, &analyst, "involvement", test_fill(t, link, neighbour(incident), person)));
	/* Who may know of it may refer to it, for whatever purpose. */
	assert_string_equal(answer_to(t, &supervisor, "note", test_fill(t, note, survivor, person)),
			    "ok||");
}

static void
a_reference_that_stands_may_stay_though_it_is_hidden_by_now(void **state)
{
	struct test_node *t = *state;
	struct id one = test_node_create(t, &supervisor, "person", STR(PERSON));
	struct id other = test_node_create(t, &supervisor, "person", STR(PERSON));
	struct id hold =
	    test_node_create(t, &analyst, "task", test_fill(t, "{'what':'x','of':'@1'}", one, one));
	struct handling red = {TLP_RED, false, false};
	struct record *r;
	struct err err;

	for (int i = 0; i < 2; i++) {
		struct door *d = test_node_begin(t, &supervisor);

		assert_int_equal(
		    test_node_end(t, record_mark(d, i == 0 ? one : other, 1, red, &r, &err)),
		    RC_OK);
	}
	assert_int_equal(update(t, &analyst, hold, 1,
				test_fill(t, "{'what':'y','of':'@1'}", one, one).p, &r, &err),
			 RC_OK);
	json_decref(r->fields);
	assert_int_equal(
	    update(t, &analyst, hold, 2, test_fill(t, "{'of':'@1'}", other, other).p, &r, &err),
	    RC_INVALID);
	assert_string_equal(err.key, "of");
}

static void
a_clock_runs_from_the_entry_into_the_state_whatever_is_edited(void **state)
{
	enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };
	struct test_node *t = *state;
	struct id id =
	    test_node_create(t, &analyst, "incident",
			     STR("{'kind':'observation','summary':'x','summary_basis':'fact'}"));
	const int64_t entered = t->now_ms, due = entered + INT64_C(72) * HOUR;
	struct record *r;
	struct door *d;
	struct err err;

	t->now_ms += HOUR;
	assert_int_equal(update(t, &analyst, id, 1, "{'people_count':'3'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, due);
	t->now_ms += HOUR;
	assert_int_equal(update(t, &analyst, id, 2, "{'people_count':'4'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, due);
	t->now_ms += HOUR;
	assert_int_equal(
	    move(t, &supervisor, id, 3, "dismissed", "{'dismissal':'reported twice'}", NULL, &err),
	    RC_OK);
	d = test_node_begin_read(t, &supervisor);
	assert_int_equal(record_load(d, id, NULL, &r, &err), RC_OK);
	assert_int_equal(r->due_ms, 0);
	(void)test_node_end_read(t, RC_OK);
	/* A deadline that stands in a field goes with the field. */
	id = test_node_create(t, &analyst, "task", STR("{'what':'x'}"));
	assert_int_equal(update(t, &analyst, id, 1, "{'due':'2026-12-01T00:00:00Z'}", &r, &err),
			 RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, INT64_C(1796083200000));
}

static void
a_clock_that_comes_back_counts_from_the_move_into_its_state(void **state)
{
	enum { HOUR = 60 * 60 * 1000 };
	const int64_t days90 = INT64_C(90) * 24 * HOUR;
	struct test_node *t = *state;
	struct id id = test_node_create(
	    t, &prosecutor, "authorisation",
	    STR("{'kind':'court_order','purpose':'investigation','legal_basis':'led_8','law':'s. "
		"5',"
		"'authority':'District court','granted_by':'A B','granted_on':'2026-11-20',"
		"'scope':'x','necessity':'x','proportionality':'x',"
		"'from':'2026-11-20T00:00:00Z','until':'2026-12-01T00:00:00Z'}"));
	struct record *r;
	struct err err;
	int64_t entered;
	bool waits;

	t->now_ms += HOUR;
	assert_int_equal(update(t, &prosecutor, id, 1, "{'conditions':'x'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, 0);
	t->now_ms += HOUR;
	assert_int_equal(move(t, &prosecutor, id, 2, "granted", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	entered = t->now_ms += HOUR;
	assert_int_equal(move(t, &supervisor, id, 2, "granted", "{}", &waits, &err), RC_OK);
	assert_false(waits);
	t->now_ms += HOUR;
	assert_int_equal(update(t, &prosecutor, id, 3, "{'conditions':'y'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, INT64_C(1796083200000));
	/* The day is taken out, so the ninety days hold: those since it was granted. */
	t->now_ms += HOUR;
	assert_int_equal(update(t, &prosecutor, id, 4, "{'until':null}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(r->due_ms, entered + days90);
}

/* The first row of the log about a record: the last thing that was done to it. */
static struct str
last_fields(struct test_node *t, struct id id)
{
	struct audit_shown_list list;
	struct err err;

	must(audit_show(t->db, t->keys, id, 1, t->a, &list, &err) == RC_OK && list.n == 1);
	return list.at[0].fields;
}

static void
the_log_says_from_which_state_to_which_and_what_a_mark_changed(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct handling red = {TLP_RED, false, false};
	struct record *r;
	struct door *d;
	struct err err;
	bool waits;

	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", NULL, &err), RC_OK);
	assert_true(str_eq(last_fields(t, id), STR("state:open>closed,closed_with")));
	assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	assert_true(str_eq(last_fields(t, id), STR("state:closed>open,first of two people")));
	d = test_node_begin(t, &supervisor);
	assert_int_equal(test_node_end(t, record_mark(d, id, 2, red, &r, &err)), RC_OK);
	assert_true(str_starts(last_fields(t, id), STR("tlp:AMBER+STRICT>RED")));
}

static void
a_denied_move_says_that_it_is_the_move_and_who_may(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct err err;

	assert_int_equal(move(t, &analyst, id, 1, "joint", "{}", NULL, &err), RC_DENIED);
	assert_string_equal(err.key, "role");
	assert_non_null(strstr(err.text, "this move is not for your roles; it is for: "));
	assert_non_null(strstr(err.text, "supervisor"));
	assert_null(strstr(err.text, "analyst"));
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
a_move_wants_its_role_its_needs_and_its_gates(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct err err;

	/* of the type's own graph */
	assert_int_equal(move(t, &supervisor, id, 1, "nowhere", "{}", NULL, &err), RC_CONFLICT);
	assert_string_equal(err.key, "state");
	assert_int_equal(move(t, &supervisor, id, 1, "open", "{}", NULL, &err), RC_CONFLICT);
	/* role */
	assert_int_equal(move(t, &analyst, id, 1, "joint", "{}", NULL, &err), RC_DENIED);
	/* needs */
	assert_int_equal(move(t, &supervisor, id, 1, "closed", "{}", NULL, &err), RC_CONFLICT);
	assert_string_equal(err.key, "closed_with");
	/* a gate that does not hold, and one that no feature brings */
	plans_open = false;
	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", NULL, &err),
	    RC_CONFLICT);
	assert_string_equal(err.text, "a plan would close");
	assert_int_equal(move(t, &prosecutor, id, 1, "court", "{}", NULL, &err), RC_CONFLICT);
	assert_non_null(strstr(err.text, "is not built yet"));
	/* stale */
	plans_open = true;
	assert_int_equal(
	    move(t, &supervisor, id, 2, "closed", "{'closed_with':'all done'}", NULL, &err),
	    RC_STALE);
	assert_int_equal(case_closed_heard, 0);
	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", NULL, &err), RC_OK);
	assert_int_equal(case_closed_heard, 1);
	assert_true(holds(read_json(t, &analyst, id, NULL), "\"state\":\"closed\""));
}

static void
an_automatic_move_is_made_by_the_node_alone(void **state)
{
	struct test_node *t = *state;
	struct test_person screener = test_person(1, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SCREENING);
	struct id list = test_node_create(
	    t, &screener, "watchlist", STR("{'name':'L','kind':'suspects','purpose':'screening'}"));
	struct id id =
	    test_node_create(t, &screener, "listing",
			     str_fmt(t->a, "{'list':'%s','subject':'person','name':'O T'}",
				     id_format(t->a, list).p));
	struct door inner, *d;
	struct record *r;
	struct err err;
	enum rc rc;

	assert_int_equal(move(t, &screener, id, 1, "suspended", "{}", NULL, &err), RC_CONFLICT);
	d = test_node_begin(t, &screener);
	door_open_as_node(&inner, d, STR("a rule says so"));
	rc = record_move(&inner, id, 1, STR("suspended"), NULL, &r, &err);
	door_close(&inner);
	assert_int_equal(test_node_end(t, rc), RC_OK);
	assert_true(holds(read_json(t, &screener, id, NULL), "\"state\":\"suspended\""));
}

static void
four_eyes_are_those_of_two_people_on_one_version(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct record *r;
	struct err err;
	bool waits;

	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", &waits, &err),
	    RC_OK);
	assert_false(waits);
	/* the same person twice does nothing */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
		assert_true(waits);
	}
	assert_true(holds(read_json(t, &analyst, id, NULL), "\"state\":\"closed\""));
	/* another wish is not the same wish, and takes its place */
	assert_int_equal(
	    move(t, &second, id, 2, "open", "{'summary':'x','summary_basis':'fact'}", &waits, &err),
	    RC_OK);
	assert_true(waits);
	/* a change in between voids it */
	assert_int_equal(update(t, &analyst, id, 2, "{'name':'Harbour Road 2'}", &r, &err), RC_OK);
	json_decref(r->fields);
	assert_int_equal(move(t, &supervisor, id, 3, "open",
			      "{'summary':'x','summary_basis':'fact'}", &waits, &err),
			 RC_OK);
	assert_true(waits);
	assert_int_equal(
	    move(t, &second, id, 3, "open", "{'summary':'x','summary_basis':'fact'}", &waits, &err),
	    RC_OK);
	assert_false(waits);
	assert_true(holds(read_json(t, &analyst, id, NULL), "\"state\":\"open\""));
}

static void
a_wish_ends_with_its_time_and_the_rights_of_its_person(void **state)
{
	static const char text[] = "UPDATE record_second SET account = account + 1";
	static const struct sql forge = {"forge", {text, text}, 0};
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct door *d;
	struct err err;
	bool waits;

	assert_int_equal(
	    move(t, &supervisor, id, 1, "closed", "{'closed_with':'all done'}", &waits, &err),
	    RC_OK);
	assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
	d = test_node_begin(t, &second);
	assert_int_equal(test_node_end(t, record_wishes_forget(d, supervisor.actor.id, &err)),
			 RC_OK);
	assert_int_equal(move(t, &second, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	t->now_ms += INT64_C(31) * 86400000;
	assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	/* One that was written into the database in somebody else's name is none. */
	assert_int_equal(db_run(t->db, &forge, NO_BINDS, NULL, &err), RC_OK);
	assert_int_equal(move(t, &second, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	assert_int_equal(move(t, &supervisor, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_false(waits);
}

static void
two_logins_of_one_system_account_are_one_person(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "case", STR(CASE));
	struct test_person first = supervisor, other = second;
	struct err err;
	bool waits;

	first.actor.account = other.actor.account = 1001;
	assert_int_equal(
	    move(t, &first, id, 1, "closed", "{'closed_with':'all done'}", &waits, &err), RC_OK);
	assert_int_equal(move(t, &first, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	assert_int_equal(move(t, &other, id, 2, "open", "{}", &waits, &err), RC_DENIED);
	assert_true(holds(read_json(t, &analyst, id, NULL), "\"state\":\"closed\""));
	/* a node of a demonstration says otherwise; and two accounts are two people */
	t->node.shared_account = true;
	assert_int_equal(move(t, &other, id, 2, "open", "{}", &waits, &err), RC_OK);
	assert_false(waits);
	t->node.shared_account = false;
	assert_int_equal(move(t, &first, id, 3, "closed", "{'closed_with':'again'}", &waits, &err),
			 RC_OK);
	assert_int_equal(move(t, &first, id, 4, "open", "{}", &waits, &err), RC_OK);
	assert_true(waits);
	other.actor.account = 1002;
	assert_int_equal(move(t, &other, id, 4, "open", "{}", &waits, &err), RC_OK);
	assert_false(waits);
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
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_masked_value_is_in_no_answer_before_it_is_revealed),
	    T(a_reveal_is_logged_with_the_names_of_the_fields),
	    T(as_text_a_record_is_what_it_is_read_into_values),
	    T(values_are_checked_before_anything_is_written),
	    T(an_update_names_the_version_it_saw),
	    T(a_reference_is_taken_away_by_null_and_must_name_what_is_there),
	    T(a_reference_to_what_is_hidden_is_answered_like_one_to_nothing),
	    T(a_reference_that_stands_may_stay_though_it_is_hidden_by_now),
	    T(a_clock_runs_from_the_entry_into_the_state_whatever_is_edited),
	    T(a_clock_that_comes_back_counts_from_the_move_into_its_state),
	    T(the_log_says_from_which_state_to_which_and_what_a_mark_changed),
	    T(a_denied_move_says_that_it_is_the_move_and_who_may),
	    T(a_former_version_is_read_under_todays_rights),
	    T(a_move_wants_its_role_its_needs_and_its_gates),
	    T(an_automatic_move_is_made_by_the_node_alone),
	    T(four_eyes_are_those_of_two_people_on_one_version),
	    T(a_wish_ends_with_its_time_and_the_rights_of_its_person),
	    T(two_logins_of_one_system_account_are_one_person),
	    T(who_may_write_but_not_read_gets_no_content_back),
	    T(denial_and_absence_look_the_same_and_are_logged_alike),
	    T(types_of_protect_stand_in_the_database_under_keys),
	    T(a_reaction_hears_what_is_recorded_and_can_undo_it),
	    T(a_creation_tells_the_handling_that_a_reader_is_told),
	    T(only_a_supervisor_loosens_handling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
