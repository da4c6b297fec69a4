#include "base/test.h"

#include "record/look.h"
#include "record/reach.h"
#include "record/test_node.h"

/* Everybody of this test; what they know beyond themselves is loaded anew for each act. */
static struct test_person
trained(struct test_node *t, struct test_person p)
{
	struct reach *reach = NEW(t->a, struct reach);
	struct test_person node = {.actor.is_node = true};
	struct err err;
	struct door d;

	p.actor.reach = NULL;
	door_open(&d, &t->node, t->db, t->a, &node.actor, &node.access, NULL);
	must(reach_load(&d, &p.actor, reach, &err) == RC_OK);
	door_close(&d);
	p.actor.reach = reach;
	return p;
}

static enum rc
reads(struct test_node *t, struct test_person *p, struct id id, struct record **out)
{
	struct err err;
	struct door *d = test_node_begin_read(t, p);

	return test_node_end_read(t, record_load(d, id, NULL, out, &err));
}

static size_t
lists(struct test_node *t, const struct test_person *p, const char *type)
{
	struct record_filter filter = {.type = test_node_type(t, type)};
	struct door *d = test_node_begin_read(t, p);
	struct record_list list;
	struct err err;

	must(test_node_end_read(t, record_list(d, &filter, &list, &err)) == RC_OK);
	return list.items.n;
}

static struct str
with_id(struct test_node *t, const char *text, struct id id)
{
	return test_fill(t, text, id, id);
}

static const uint32_t analyst = BIT(ROLE_ANALYST), supervisor = BIT(ROLE_SUPERVISOR);

static void
the_team_of_a_case_reaches_what_belongs_to_it_and_nobody_else(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person owner = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	struct test_person other = test_person(2, 2, analyst, PURPOSE_INVESTIGATION);
	struct test_person stranger = test_person(3, 2, analyst, PURPOSE_INVESTIGATION);
	struct id of_case, held, apart;
	struct record *r;
	struct door *d;
	struct err err;

	(void)state;
	of_case = test_node_create(t, &owner, "case",
				   with_id(t, "{'name':'Cannery','team':['@1']}", other.actor.id));
	held = test_node_create(
	    t, &owner, "operation",
	    with_id(t, "{'kind':'arrest','sensitivity':'ordinary','case':'@1'}", of_case));
	apart = test_node_create(t, &owner, "operation",
				 STR("{'kind':'arrest','sensitivity':'ordinary'}"));
	other = trained(t, other);
	stranger = trained(t, stranger);
	assert_int_equal(other.actor.reach->case_count, 1);
	assert_int_equal(stranger.actor.reach->case_count, 0);
	/* AMBER+STRICT of another unit: the case, and what belongs to it */
	assert_int_equal(reads(t, &other, of_case, &r), RC_OK);
	assert_int_equal(reads(t, &other, held, &r), RC_OK);
	assert_int_equal(reads(t, &other, apart, &r), RC_ABSENT);
	assert_int_equal(reads(t, &stranger, held, &r), RC_ABSENT);
	assert_int_equal(lists(t, &other, "operation"), 1);
	assert_int_equal(lists(t, &other, "case"), 1);
	assert_int_equal(lists(t, &stranger, "operation"), 0);
	/* A row that the unit lists anyway stands there once. */
	owner = trained(t, owner);
	assert_int_equal(lists(t, &owner, "operation"), 2);
	/* It changes nothing there, and what leaves the case leaves the team. */
	d = test_node_begin(t, &other);
	assert_int_equal(
	    test_node_end(t,
			  record_update(d, held, 1, test_json(d, STR("{'case':null}")), &r, &err)),
	    RC_ABSENT);
	d = test_node_begin(t, &owner);
	assert_int_equal(
	    test_node_end(t,
			  record_update(d, held, 1, test_json(d, STR("{'case':null}")), &r, &err)),
	    RC_OK);
	assert_int_equal(reads(t, &other, held, &r), RC_ABSENT);
	assert_int_equal(lists(t, &other, "operation"), 0);
	test_node_free(t);
}

static void
a_supervisor_reaches_units_below_and_none_above(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person admin =
	    test_person(9, 9, BIT(ROLE_ADMINISTRATOR), PURPOSE_ADMINISTRATION);
	struct test_person top, low, desk;
	struct id upper, middle, lower, red;
	struct record *r;

	(void)state;
	upper = test_node_create(t, &admin, "unit", STR("{'name':'Coast','kind':'police'}"));
	middle = test_node_create(
	    t, &admin, "unit", with_id(t, "{'name':'Port','kind':'police','part_of':'@1'}", upper));
	lower =
	    test_node_create(t, &admin, "unit",
			     with_id(t, "{'name':'Pier','kind':'police','part_of':'@1'}", middle));
	desk = test_person(1, 1, analyst, PURPOSE_INVESTIGATION);
	desk.actor.unit = lower;
	low = test_person(2, 1, supervisor, PURPOSE_INVESTIGATION);
	low.actor.unit = middle;
	top = test_person(3, 1, supervisor, PURPOSE_INVESTIGATION);
	top.actor.unit = upper;
	red = test_node_create(t, &desk, "note", STR("{'text':'Six men on the pier at night.'}"));
	top = trained(t, top);
	low = trained(t, low);
	assert_int_equal(top.actor.reach->unit_count, 2);
	assert_int_equal(low.actor.reach->unit_count, 1);
	assert_int_equal(reads(t, &top, red, &r), RC_OK);
	assert_int_equal(reads(t, &low, red, &r), RC_OK);
	assert_int_equal(lists(t, &top, "note"), 1);
	/* An analyst of the unit above has no more than before. */
	top.actor.roles = analyst;
	top = trained(t, top);
	assert_int_equal(top.actor.reach->unit_count, 0);
	assert_int_equal(reads(t, &top, red, &r), RC_ABSENT);
	assert_int_equal(lists(t, &top, "note"), 0);
	test_node_free(t);
}

/* A course with the right, moved by two people, and a certificate of it. */
struct school {
	struct test_node *t;
	struct test_person chief, second;
	struct id course;
};

static void
offer(struct school *s)
{
	struct test_person *both[] = {&s->chief, &s->second};

	s->course = test_node_create(s->t, &s->chief, "course",
				     STR("{'name':'Second check','rights':['screening'],"
					 "'contents':'What a hit is not','hours':'8',"
					 "'valid_for':'12'}"));
	for (size_t i = 0; i < COUNT_OF(both); i++) {
		struct door *d = test_node_begin(s->t, both[i]);
		struct record *r;
		struct err err = {.rc = RC_OK};

		if (test_node_end(s->t, record_move(d, s->course, 1, STR("offered"), NULL, &r,
						    &err)) != RC_OK)
			fail_msg("%s: %s\n", err.key, err.text);
	}
}

static struct id
certify(struct school *s, const struct test_person *by, struct id holder, const char *until)
{
	struct str fields = str_fmt(
	    s->t->a,
	    "{'holder':'%.*s','course':'%.*s','rights':['screening'],'issued_by':'Academy',"
	    "'passed_on':'2026-01-10','valid_until':'%s'}",
	    STR_ARG(id_format(s->t->a, holder)), STR_ARG(id_format(s->t->a, s->course)), until);

	return test_node_create(s->t, by, "certificate", fields);
}

static void
a_purpose_closes_without_its_certificate_once_a_course_is_offered(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct school s = {.t = t,
			   .chief = test_person(1, 1, supervisor, PURPOSE_ADMINISTRATION),
			   .second = test_person(2, 1, supervisor, PURPOSE_ADMINISTRATION)};
	struct test_person desk = test_person(3, 1, BIT(ROLE_DUTY_OFFICER), PURPOSE_SCREENING);
	struct record_filter filter = {.type = test_node_type(t, "alert")};
	struct record_list list;
	struct door *d;
	struct err err;

	(void)state;
	/* Nothing is asked for before two people offered a course with the right. */
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->closed, 0);
	offer(&s);
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->closed, BIT(PURPOSE_SCREENING));
	d = test_node_begin_read(t, &desk);
	assert_int_equal(record_list(d, &filter, &list, &err), RC_DENIED);
	assert_string_equal(err.key, "training");
	assert_non_null(strstr(err.text, "screening"));
	(void)test_node_end_read(t, RC_OK);
	/* One that somebody writes for themselves counts for nothing. */
	s.second.actor.id = desk.actor.id;
	(void)certify(&s, &s.second, desk.actor.id, "2027-01-10");
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->closed, BIT(PURPOSE_SCREENING));
	/* Nor does one that ran out; the sentence says when. */
	(void)certify(&s, &s.chief, desk.actor.id, "2026-11-01");
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->closed, BIT(PURPOSE_SCREENING));
	assert_non_null(strstr(desk.actor.reach->closed_why[PURPOSE_SCREENING], "2026-11-02"));
	(void)certify(&s, &s.chief, desk.actor.id, "2027-01-10");
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->closed, 0);
	/* On the day after its last one it is closed again, and it is looked at by then. */
	t->now_ms = INT64_C(1799625600000) - 1000; /* 2027-01-10T23:59:59Z */
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->closed, 0);
	assert_int_equal(desk.actor.reach->until_ms, INT64_C(1799625600000));
	t->now_ms += 1000;
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->closed, BIT(PURPOSE_SCREENING));
	test_node_free(t);
}

static void
changes(struct school *s, struct test_person *p, struct id id, int64_t version, const char *patch)
{
	struct door *d = test_node_begin(s->t, p);
	struct record *r;
	struct err err;

	assert_int_equal(
	    test_node_end(s->t,
			  record_update(d, id, version, test_json(d, str_from(patch)), &r, &err)),
	    RC_OK);
}

static void
a_certificate_that_its_holder_had_a_hand_in_counts_for_nothing(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct school s = {.t = t,
			   .chief = test_person(1, 1, supervisor, PURPOSE_ADMINISTRATION),
			   .second = test_person(2, 1, supervisor, PURPOSE_ADMINISTRATION)};
	struct test_person holder = test_person(3, 1, supervisor, PURPOSE_ADMINISTRATION);
	struct id other, certificate;

	(void)state;
	offer(&s);
	certificate = certify(&s, &s.chief, holder.actor.id, "2026-11-01");
	holder = trained(t, holder);
	assert_int_equal(holder.actor.reach->closed, BIT(PURPOSE_SCREENING));
	changes(&s, &holder, certificate, 1, "{'valid_until':'2027-01-10'}");
	holder = trained(t, holder);
	assert_int_equal(holder.actor.reach->closed, BIT(PURPOSE_SCREENING));
	/* Nor a right that they wrote into the course after they had passed it. */
	other = s.course;
	s.course = test_node_create(t, &s.chief, "course", STR("{'name':'First aid'}"));
	t->now_ms += 1000;
	certificate = certify(&s, &s.chief, holder.actor.id, "2027-01-10");
	t->now_ms += 1000;
	changes(&s, &holder, s.course, 1, "{'rights':['screening']}");
	holder = trained(t, holder);
	assert_int_equal(holder.actor.reach->closed, BIT(PURPOSE_SCREENING));
	/* Somebody else's hand opens it. */
	s.course = other;
	(void)certify(&s, &s.second, holder.actor.id, "2027-01-10");
	holder = trained(t, holder);
	assert_int_equal(holder.actor.reach->closed, 0);
	test_node_free(t);
}

static void
many_records_that_name_somebody_shut_nobody_out(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct school s = {.t = t,
			   .chief = test_person(1, 1, supervisor, PURPOSE_ADMINISTRATION),
			   .second = test_person(2, 1, supervisor, PURPOSE_ADMINISTRATION)};
	struct test_person desk = test_person(3, 1, analyst, PURPOSE_INVESTIGATION);
	struct test_person owner = test_person(4, 2, analyst, PURPOSE_INVESTIGATION);
	struct str fields = with_id(t, "{'name':'x','team':['@1']}", desk.actor.id);
	struct record *r;
	struct door *d;
	struct err err;

	(void)state;
	offer(&s);
	d = test_node_begin(t, &owner);
	for (int i = 0; i < LOOK_MAX + 1; i++)
		must(record_create(d, test_node_type(t, "case"), test_json(d, fields), NULL, &r,
				   &err) == RC_OK);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	d = test_node_begin(t, &s.chief);
	for (int i = 0; i < LOOK_MAX + 1; i++)
		must(record_create(d, test_node_type(t, "course"),
				   test_json(d, STR("{'name':'x'}")), NULL, &r, &err) == RC_OK);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->case_count, REACH_CASES_MAX);
	/* Nor do drafts hide the course that asks for a certificate. */
	assert_int_equal(desk.actor.reach->closed, BIT(PURPOSE_SCREENING));
	test_node_free(t);
}

/* Not opened: a state written by hand would not open. */
static void
closed_cases_and_old_looks_cost_little_and_hide_no_right(void **state)
{
	static const struct sql close = {"close",
					 {"UPDATE record SET state = 'closed' WHERE type = 'case'",
					  "UPDATE record SET state = 'closed' WHERE type = 'case'"},
					 0};
	struct test_node *t = test_node_new(NULL, NULL);
	struct test_person desk = test_person(3, 1, analyst, PURPOSE_INVESTIGATION);
	struct test_person owner = test_person(4, 2, analyst, PURPOSE_INVESTIGATION);
	struct test_person node = {.actor = {.is_node = true, .unit = {{1}}}};
	struct record_new by_node = {.by_node = true};
	struct str fields = with_id(t, "{'name':'x','team':['@1']}", desk.actor.id);
	struct str look = with_id(t,
				  "{'cause':'break_glass','officer':'@1','found_by':'emergency',"
				  "'at':'2026-11-23T02:10:34Z'}",
				  desk.actor.id);
	struct id open_case, person;
	struct record *r;
	struct door *d;
	struct err err;

	(void)state;
	d = test_node_begin(t, &owner);
	for (int i = 0; i < LOOK_MAX + 1; i++)
		must(record_create(d, test_node_type(t, "case"), test_json(d, fields), NULL, &r,
				   &err) == RC_OK);
	must(db_run(d->db, &close, NO_BINDS, NULL, &err) == RC_OK);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	d = test_node_begin(t, &node);
	for (int i = 0; i < LOOK_MAX + 1; i++)
		if (record_create(d, test_node_type(t, "access_review"), test_json(d, look),
				  &by_node, &r, &err) != RC_OK)
			fail_msg("%s: %s", err.key, err.text);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	t->now_ms += INT64_C(86400000);
	open_case = test_node_create(t, &owner, "case", fields);
	person = test_node_create(t, &owner, "person", STR("{'name':'Asel Tarn'}"));
	look = test_fill(t,
			 "{'cause':'break_glass','officer':'@1','found_by':'emergency','record':"
			 "'@2','at':'2026-11-24T02:10:34Z','until':'2026-11-24T04:10:34Z'}",
			 desk.actor.id, person);
	d = test_node_begin(t, &node);
	if (record_create(d, test_node_type(t, "access_review"), test_json(d, look), &by_node, &r,
			  &err) != RC_OK)
		fail_msg("%s: %s", err.key, err.text);
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->case_count, 1);
	assert_true(id_eq(desk.actor.reach->cases[0], reach_case_key(&t->node, open_case)));
	assert_int_equal(desk.actor.reach->record_count, 1);
	assert_true(id_eq(desk.actor.reach->records[0].record, person));
	test_node_free(t);
}

static void
a_right_that_lapses_during_an_open_alert_is_kept_for_it_twelve_hours(void **state)
{
	struct test_node *t = test_node_new(NULL, NULL);
	struct school s = {.t = t,
			   .chief = test_person(1, 1, supervisor, PURPOSE_ADMINISTRATION),
			   .second = test_person(2, 1, supervisor, PURPOSE_ADMINISTRATION)};
	struct test_person desk = test_person(3, 1, BIT(ROLE_DUTY_OFFICER), PURPOSE_SCREENING);
	struct test_person node = {.actor = {.is_node = true, .unit = {{1}}}};
	struct record_new by_node = {.by_node = true};
	struct id alert[2];
	struct record *r;
	struct door *d;
	struct err err;

	(void)state;
	offer(&s);
	(void)certify(&s, &s.chief, desk.actor.id, "2026-11-23");
	t->now_ms = INT64_C(1795478400000) - INT64_C(600000); /* 2026-11-23T23:50Z */
	for (size_t i = 0; i < COUNT_OF(alert); i++) {
		d = test_node_begin(t, &node);
		assert_int_equal(
		    test_node_end(t, record_create(d, test_node_type(t, "alert"),
						   test_json(d, STR("{}")), &by_node, &r, &err)),
		    RC_OK);
		alert[i] = r->id;
	}
	desk = trained(t, desk);
	d = test_node_begin(t, &desk);
	assert_int_equal(
	    test_node_end(t, record_move(d, alert[0], 1, STR("taken"), NULL, &r, &err)), RC_OK);
	/* The node wrote who took it; nobody writes another. */
	d = test_node_begin(t, &desk);
	assert_int_equal(test_node_end(t, record_update(d, alert[0], 2,
							test_json(d, with_id(t, "{'taken_by':'@1'}",
									     s.chief.actor.id)),
							&r, &err)),
			 RC_INVALID);
	t->now_ms = INT64_C(1795478400000) + INT64_C(600000); /* ten past midnight */
	desk = trained(t, desk);
	assert_int_equal(desk.actor.reach->closed, BIT(PURPOSE_SCREENING));
	assert_int_equal(reads(t, &desk, alert[0], &r), RC_OK);
	d = test_node_begin_read(t, &desk);
	assert_int_equal(record_load(d, alert[0], NULL, &r, &err), RC_OK);
	assert_string_equal(d->mark, "kept_right");
	assert_true(str_eq_z(d->pending.at[0].mark, "kept_right"));
	(void)test_node_end_read(t, RC_OK);
	/* For that alert, not for the next. */
	assert_int_not_equal(reads(t, &desk, alert[1], &r), RC_OK);
	/* And no longer than that. */
	t->now_ms = INT64_C(1795478400000) + KEPT_MS;
	desk = trained(t, desk);
	assert_int_not_equal(reads(t, &desk, alert[0], &r), RC_OK);
	test_node_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_team_of_a_case_reaches_what_belongs_to_it_and_nobody_else),
	    cmocka_unit_test(a_supervisor_reaches_units_below_and_none_above),
	    cmocka_unit_test(a_purpose_closes_without_its_certificate_once_a_course_is_offered),
	    cmocka_unit_test(a_certificate_that_its_holder_had_a_hand_in_counts_for_nothing),
	    cmocka_unit_test(many_records_that_name_somebody_shut_nobody_out),
	    cmocka_unit_test(closed_cases_and_old_looks_cost_little_and_hide_no_right),
	    cmocka_unit_test(a_right_that_lapses_during_an_open_alert_is_kept_for_it_twelve_hours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
