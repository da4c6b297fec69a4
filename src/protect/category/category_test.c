#include "base/test.h"

#include "protect/category/category.h"
#include "record/look.h"
#include "record/test_node.h"

static struct test_person analyst, screener, worker, prosecutor;
static struct id in, list, missing_list;

/* Gates of other features that stand on the same moves; those of this one are its own. */
/* clang-format off */
static const struct gate others[] = {
	{ "human_decided",       test_gate_holds, "" },
	{ "disclosure_answered", test_gate_holds, "" },
	{ "outside_case_team",   test_gate_holds, "" },
	{ "second_reader",       test_gate_holds, "" },
	{ "child_view_asked",    test_gate_holds, "" },
	{ "no_score_inside",     test_gate_holds, "" },
	{ .name = NULL },
};
/* clang-format on */

static int
setup(void **state)
{
	struct test_node *t = test_node_new(others, category_feature.reactions);

	t->gates[t->node.gate_table_count++] = category_feature.gates;
	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	screener = test_person(2, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SCREENING);
	worker = test_person(3, 1, BIT(ROLE_SUPPORT_WORKER), PURPOSE_PROTECTION);
	prosecutor = test_person(4, 1, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	in = test_node_create(t, &analyst, "incident",
			      STR("{'kind':'observation','summary':'x','summary_basis':'fact'}"));
	list = test_node_create(t, &screener, "watchlist",
				STR("{'name':'L','kind':'suspects','purpose':'screening'}"));
	missing_list = test_node_create(
	    t, &screener, "watchlist", STR("{'name':'M','kind':'missing','purpose':'protection'}"));
	*state = t;
	return 0;
}

static struct id
person(struct test_node *t)
{
	return test_node_create(t, &analyst, "person", STR("{'name':'Dameru Loshkai'}"));
}

static struct id
involve(struct test_node *t, struct id who, const char *category)
{
	struct str f = test_fill(
	    t, "{'person':'@1','in':'@2','category':'CAT','category_basis':'assessment'}", who, in);
	struct buf b;
	ptrdiff_t at = str_find(f, STR("CAT"));

	t->now_ms += 1000;
	buf_init(&b, t->a);
	buf_add(&b, str_sub(f, 0, (size_t)at));
	buf_add_z(&b, category);
	buf_add(&b, str_sub(f, (size_t)at + 3, f.n));
	return test_node_create(t, &analyst, "involvement", buf_str(&b));
}

static struct id
listing(struct test_node *t, struct id who, struct id on)
{
	return test_node_create(
	    t, &screener, "listing",
	    test_fill(t, "{'list':'@1','subject':'person','person':'@2'}", on, who));
}

/* As the node, which is never masked. */
static struct record *
now(struct test_node *t, struct id id)
{
	struct door *d = test_node_begin_read(t, &test_itself);
	struct record *r;

	must(record_load(d, id, NULL, &r, NULL) == RC_OK);
	door_close(d);
	return r;
}

static bool
is(struct test_node *t, struct id id, const char *state)
{
	struct record *r = now(t, id);

	return r->state == type_state(r->type, str_from(state));
}

static enum rc
update(struct test_node *t, const struct test_person *who, struct id id, struct str patch)
{
	int64_t version = now(t, id)->version;
	struct door *d = test_node_begin(t, who);
	struct record *r;

	t->now_ms += 1000;
	d->now_ms = t->now_ms;
	return test_node_end(t, record_update(d, id, version, test_json(d, patch), &r, NULL));
}

static enum rc
move(struct test_node *t, const struct test_person *who, struct id id, const char *to,
     const char *patch, struct err *err)
{
	int64_t version = now(t, id)->version;
	struct door *d = test_node_begin(t, who);
	struct record *r;

	t->now_ms += 1000;
	d->now_ms = t->now_ms;
	return test_node_end(
	    t, record_move(d, id, version, str_from(to), test_json(d, str_from(patch)), &r, err));
}

static void
marking_somebody_suspends_their_listings_at_once(void **state)
{
	static const struct {
		const char *category;
		bool suspends;
	} cases[] = {
	    {"VICTIM", true},	      {"PRESUMED", true},    {"UNDETERMINED", true},
	    {"SUSPECT", false},	      {"CONVICTED", false},  {"OTHER_WITNESS", false},
	    {"OTHER_CONTACT", false}, {"OTHER_INFO", false},
	};
	struct test_node *t = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct id who = person(t), somebody = person(t);
		struct id first = listing(t, who, list), second = listing(t, who, list);
		struct id of_another = listing(t, somebody, list);
		struct id missing = listing(t, who, missing_list);

		assert_true(is(t, first, "active"));
		(void)involve(t, who, cases[i].category);
		assert_int_equal(is(t, first, "suspended"), cases[i].suspends);
		assert_int_equal(is(t, second, "suspended"), cases[i].suspends);
		assert_true(is(t, of_another, "active"));
		/* Whoever is looked for to be helped goes on being looked for. */
		assert_true(is(t, missing, "active"));
	}
}

static void
a_change_of_category_or_of_person_suspends_too(void **state)
{
	struct test_node *t = *state;
	struct id who = person(t), other = person(t);
	struct id l = listing(t, who, list), of_other = listing(t, other, list);
	struct id part = involve(t, who, "SUSPECT");

	assert_true(is(t, l, "active"));
	assert_int_equal(update(t, &analyst, part, STR("{'category':'PRESUMED'}")), RC_OK);
	assert_true(is(t, l, "suspended"));
	assert_true(is(t, of_other, "active"));
	assert_int_equal(
	    update(t, &analyst, part, str_fmt(t->a, "{'person':'%s'}", id_format(t->a, other).p)),
	    RC_OK);
	assert_true(is(t, of_other, "suspended"));
}

static void
being_helped_or_identified_suspends_too(void **state)
{
	struct test_node *t = *state;
	struct id a = person(t), b = person(t), la = listing(t, a, list), lb = listing(t, b, list);

	(void)test_node_create(t, &worker, "survivor",
			       test_fill(t, "{'chosen_name':'T','person':'@1'}", a, a));
	assert_true(is(t, la, "suspended"));
	assert_true(is(t, lb, "active"));
	(void)test_node_create(
	    t, &worker, "identification",
	    test_fill(t, "{'of':'@1','contact_at':'2026-11-20T10:00:00Z'}", b, b));
	assert_true(is(t, lb, "suspended"));
}

/* As screening raises it. */
static struct id
alert(struct test_node *t, struct id who, struct id from, struct id on)
{
	struct record_new options = {.by_node = true, .unit = &screener.actor.unit};
	struct door *d = test_node_begin(t, &test_itself);
	struct str fields =
	    test_fill(t, "{'listing':'@1','person':'@2','level':'strong',", from, who);
	struct record *r;
	struct err err = {.text = ""};
	enum rc rc;

	fields = str_fmt(t->a, "%.*s'list':'%.*s'}", STR_ARG(fields), STR_ARG(id_format(t->a, on)));
	rc = record_create(d, test_node_type(t, "alert"), test_json(d, fields), &options, &r, &err);
	if (rc != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
	must(test_node_end(t, RC_OK) == RC_OK);
	return r->id;
}

static void
marking_somebody_suspends_their_open_alerts_and_stops_their_clocks(void **state)
{
	struct test_node *t = *state;
	struct id who = person(t), other = person(t), l = listing(t, other, list);
	struct id on_missing = listing(t, other, missing_list);
	struct id a = alert(t, who, l, list), taken = alert(t, who, l, list);
	struct id decided = alert(t, who, l, list),
		  missing = alert(t, who, on_missing, missing_list);
	struct id of_other = alert(t, other, l, list), part;
	struct err err = {.text = ""};

	assert_int_equal(move(t, &screener, taken, "taken", "{}", &err), RC_OK);
	assert_int_equal(move(t, &screener, decided, "taken", "{}", &err), RC_OK);
	assert_int_equal(move(t, &screener, decided, "false",
			      "{'result':'not_same','reasons':'another person'}", &err),
			 RC_OK);
	part = involve(t, who, "SUSPECT");
	assert_true(is(t, a, "new"));
	assert_true(now(t, a)->due_ms != 0);
	assert_int_equal(update(t, &analyst, part, STR("{'category':'UNDETERMINED'}")), RC_OK);
	assert_true(is(t, a, "suspended"));
	assert_int_equal(now(t, a)->due_ms, 0);
	assert_true(is(t, taken, "suspended"));
	assert_int_equal(now(t, taken)->due_ms, 0);
	/* What a person decided stays; so does what may help; others are not touched. */
	assert_true(is(t, decided, "false"));
	assert_true(is(t, missing, "new"));
	assert_true(is(t, of_other, "new"));
	/* Nobody opens it again by hand, and so nobody learns why it was suspended by trying. */
	assert_int_equal(move(t, &screener, a, "new", "{}", &err), RC_CONFLICT);
	assert_int_equal(move(t, &screener, a, "taken", "{}", &err), RC_CONFLICT);
}

static void
being_helped_or_identified_suspends_alerts_too(void **state)
{
	struct test_node *t = *state;
	struct id a = person(t), b = person(t), l = listing(t, person(t), list);
	struct id of_a = alert(t, a, l, list), of_b = alert(t, b, l, list);

	(void)test_node_create(t, &worker, "survivor",
			       test_fill(t, "{'chosen_name':'T','person':'@1'}", a, a));
	assert_true(is(t, of_a, "suspended"));
	assert_true(is(t, of_b, "new"));
	(void)test_node_create(
	    t, &worker, "identification",
	    test_fill(t, "{'of':'@1','contact_at':'2026-11-20T10:00:00Z'}", b, b));
	assert_true(is(t, of_b, "suspended"));
}

/* So that a suspended alert tells of no survivor: there are other reasons. */
static void
open_alerts_of_a_listing_that_ends_are_suspended_with_it(void **state)
{
	struct test_node *t = *state;
	struct id listed = person(t), l = listing(t, listed, list), m = listing(t, person(t), list);
	struct id a = alert(t, person(t), l, list), b = alert(t, person(t), m, list);
	struct err err = {.text = ""};

	assert_int_equal(move(t, &screener, m, "delisted", "{'delisting_reason':'lapsed'}", &err),
			 RC_OK);
	assert_true(is(t, b, "suspended"));
	assert_true(is(t, a, "new"));
	(void)involve(t, listed, "VICTIM");
	assert_true(is(t, l, "suspended"));
	assert_true(is(t, a, "suspended"));
}

static void
a_listing_of_somebody_marked_starts_suspended(void **state)
{
	struct test_node *t = *state;
	struct id who = person(t), part = involve(t, who, "UNDETERMINED");
	struct err err = {.text = ""};
	struct id l;

	/* also when the mark was taken back since */
	assert_int_equal(update(t, &analyst, part, STR("{'category':'SUSPECT'}")), RC_OK);
	l = listing(t, who, list);
	assert_true(is(t, l, "suspended"));
	/* and it does not become active */
	assert_int_equal(move(t, &screener, l, "active", "{}", &err), RC_CONFLICT);
	assert_non_null(strstr(err.text, "non-punishment review"));
	assert_true(is(t, listing(t, person(t), list), "active"));
}

/* Opened and closed by the node, whose gates stand in others. */
static struct id
review(struct test_node *t, struct id who, struct id c, const char *outcome, struct id reviewer)
{
	struct id id = test_node_create(
	    t, &prosecutor, "non_punishment_review",
	    test_fill(t, "{'person':'@1','case':'@2','opened_because':'the mark'}", who, c));
	struct str patch = str_fmt(
	    t->a,
	    "{'reviewer':'%s','acts':'drove','link':['LINK'],'link_basis':'assessment',"
	    "'looked_at':['%s'],'heard':'yes','law':'art. 26','outcome':'%s','reasons':'forced'}",
	    id_format(t->a, reviewer).p, id_format(t->a, who).p, outcome);
	struct err err = {.text = ""};
	const struct code_list *links = model_list(t->model, STR("link_to_trafficking"));
	ptrdiff_t at = str_find(patch, STR("LINK"));

	patch = str_fmt(t->a, "%.*s%.*s%s", (int)at, patch.p, STR_ARG(links->codes[0].code),
			patch.p + at + 4);
	if (move(t, &prosecutor, id, "decided", patch.p, &err) != RC_OK ||
	    move(t, &test_itself, id, "closed", "{'consequences':'none','told_on':'2026-11-22'}",
		 &err) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
	return id;
}

static void
a_listing_becomes_active_again_after_a_review_from_outside(void **state)
{
	const struct id outsider = {{77}}, lead = {{78}};
	struct test_node *t = *state;
	struct id who = person(t), part = involve(t, who, "PRESUMED"), l = listing(t, who, list);
	struct id c = test_node_create(t, &analyst, "case",
				       test_fill(t, "{'name':'C','lead':'@1'}", lead, lead));
	struct err err;

	assert_true(is(t, l, "suspended"));
	(void)review(t, who, c, "applies", outsider);
	assert_int_equal(move(t, &test_itself, l, "active", "{}", &err), RC_CONFLICT);
	(void)review(t, who, c, "does_not_apply", lead);
	assert_int_equal(move(t, &test_itself, l, "active", "{}", &err), RC_CONFLICT);
	(void)review(t, who, c, "does_not_apply", outsider);
	assert_int_equal(move(t, &test_itself, l, "active", "{}", &err), RC_OK);
	/* A mark after the review wants another review. */
	assert_int_equal(update(t, &analyst, part, STR("{'category':'VICTIM'}")), RC_OK);
	assert_true(is(t, l, "suspended"));
	assert_int_equal(move(t, &test_itself, l, "active", "{}", &err), RC_CONFLICT);
	/* A change that is no new mark does not. */
	(void)review(t, who, c, "not_a_victim", outsider);
	assert_int_equal(update(t, &analyst, part, STR("{'reasons':'more is known'}")), RC_OK);
	assert_int_equal(move(t, &test_itself, l, "active", "{}", &err), RC_OK);
}

static void
an_incident_is_assessed_when_everybody_in_it_has_a_category(void **state)
{
	struct test_node *t = *state;
	struct err err = {.text = ""};

	assert_int_equal(update(t, &analyst, in, STR("{'people_count':'2'}")), RC_OK);
	assert_int_equal(move(t, &analyst, in, "assessed", "{}", &err), RC_CONFLICT);
	assert_string_equal(err.key, "people_count");
	(void)involve(t, person(t), "UNDETERMINED");
	assert_int_equal(move(t, &analyst, in, "assessed", "{}", &err), RC_CONFLICT);
	(void)involve(t, person(t), "SUSPECT");
	assert_int_equal(move(t, &analyst, in, "assessed", "{}", &err), RC_OK);
}

static void
a_match_of_a_person_without_a_category_is_not_confirmed(void **state)
{
	struct test_node *t = *state;
	struct id a = person(t), b = person(t);
	struct id m = test_node_create(t, &analyst, "match",
				       test_fill(t, "{'left':'@1','right':'@2'}", a, b));
	struct err err = {.text = ""};

	(void)involve(t, a, "SUSPECT");
	assert_int_equal(
	    move(t, &analyst, m, "confirmed", "{'reasons':'x','reasons_basis':'fact'}", &err),
	    RC_INVALID);
	assert_int_equal(move(t, &analyst, m, "confirmed", "{'reasons':'same scar'}", &err),
			 RC_CONFLICT);
	assert_non_null(strstr(err.text, "no involvement"));
	(void)involve(t, b, "UNDETERMINED");
	assert_int_equal(move(t, &analyst, m, "confirmed", "{'reasons':'same scar'}", &err), RC_OK);
}

static void
a_case_goes_to_court_when_those_accused_in_it_were_reviewed(void **state)
{
	const struct id outsider = {{77}};
	struct test_node *t = *state;
	struct id who = person(t), survivor = person(t), part;
	struct id c = test_node_create(t, &prosecutor, "case",
				       test_fill(t, "{'name':'C','incidents':['@1']}", in, in));
	struct err err = {.text = ""};

	/* A survivor who is accused of nothing holds nothing up. */
	(void)involve(t, survivor, "VICTIM");
	part = involve(t, who, "UNDETERMINED");
	assert_int_equal(update(t, &analyst, part, STR("{'category':'SUSPECT'}")), RC_OK);
	assert_int_equal(move(t, &prosecutor, c, "court", "{}", &err), RC_CONFLICT);
	assert_non_null(strstr(err.text, "non-punishment review"));
	(void)review(t, who, c, "does_not_apply", outsider);
	assert_int_equal(move(t, &prosecutor, c, "court", "{}", &err), RC_OK);
}

/* More than a gate looks at, by somebody of another unit, in one transaction. */
static void
flood(struct test_node *t, const char *type, struct str fields)
{
	struct test_person other = test_person(
	    9, 9, BIT(ROLE_ANALYST) | BIT(ROLE_PROSECUTOR),
	    strcmp(type, "involvement") == 0 ? PURPOSE_INVESTIGATION : PURPOSE_PROSECUTION);
	struct door *d = test_node_begin(t, &other);
	json_t *body = test_json(d, fields);
	struct record *r;
	struct err err = {.text = ""};
	enum rc rc = RC_OK;

	for (int i = 0; i <= LOOK_MAX && rc == RC_OK; i++)
		rc = record_create(d, test_node_type(t, type), body, NULL, &r, &err);
	if (rc != RC_OK)
		fail_msg("%s: %s", err.key, err.text);
	must(test_node_end(t, rc) == RC_OK);
}

static void
nobody_s_flood_of_involvements_keeps_a_mark_away(void **state)
{
	struct test_node *t = *state;
	struct id who = person(t), l;
	struct err err = {.text = ""};

	flood(t, "involvement",
	      test_fill(t,
			"{'person':'@1','in':'@2','category':'OTHER_CONTACT','category_basis':"
			"'fact'}",
			who, in));
	/* A mark may stand among what is not looked at. */
	l = listing(t, who, list);
	assert_true(is(t, l, "suspended"));
	(void)involve(t, who, "PRESUMED");
	assert_int_equal(update(t, &analyst, in, STR("{'people_count':'1'}")), RC_OK);
	assert_int_equal(move(t, &analyst, in, "assessed", "{}", &err), RC_OK);
}

static void
nobody_s_flood_of_reviews_keeps_a_mark_away(void **state)
{
	struct test_node *t = *state;
	struct test_person other = test_person(9, 9, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	struct id who = person(t), l = listing(t, who, list);
	struct id c = test_node_create(t, &other, "case", STR("{'name':'C'}"));

	assert_true(is(t, l, "active"));
	flood(t, "non_punishment_review",
	      test_fill(t, "{'person':'@1','case':'@2','opened_because':'mark'}", who, c));
	assert_true(is(t, l, "active"));
	(void)involve(t, who, "PRESUMED");
	assert_true(is(t, l, "suspended"));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    T(marking_somebody_suspends_their_listings_at_once),
	    T(a_change_of_category_or_of_person_suspends_too),
	    T(being_helped_or_identified_suspends_too),
	    T(marking_somebody_suspends_their_open_alerts_and_stops_their_clocks),
	    T(being_helped_or_identified_suspends_alerts_too),
	    T(open_alerts_of_a_listing_that_ends_are_suspended_with_it),
	    T(a_listing_of_somebody_marked_starts_suspended),
	    T(a_listing_becomes_active_again_after_a_review_from_outside),
	    T(an_incident_is_assessed_when_everybody_in_it_has_a_category),
	    T(a_match_of_a_person_without_a_category_is_not_confirmed),
	    T(a_case_goes_to_court_when_those_accused_in_it_were_reviewed),
	    T(nobody_s_flood_of_involvements_keeps_a_mark_away),
	    T(nobody_s_flood_of_reviews_keeps_a_mark_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
