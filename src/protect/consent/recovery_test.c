#include "base/test.h"

#include "protect/consent/home.h"
#include "protect/consent/recovery.h"
#include "record/look.h"
#include "record/test_node.h"

struct home {
	struct test_node *t;
	struct test_person
	    ana; /* works with survivors, and supervises: protect alone matters here */
	struct id survivor, child;
};

static struct home
home_new(void)
{
	struct home h = {.t = test_node_new(recovery_feature.gates, NULL),
			 .ana = test_person(1, 1, BIT(ROLE_SUPPORT_WORKER) | BIT(ROLE_SUPERVISOR),
					    PURPOSE_PROTECTION)};

	h.t->gates[h.t->node.gate_table_count++] = home_feature.gates;
	h.survivor = test_node_create(h.t, &h.ana, "survivor", STR("{'chosen_name':'Tirelu'}"));
	h.child = test_node_create(h.t, &h.ana, "survivor",
				   STR("{'chosen_name':'Oshmi','age_band':'9-17'}"));
	return h;
}

static struct id
make(struct home *h, const char *type, const char *fields, struct id about)
{
	return test_node_create(h->t, &h->ana, type, test_fill(h->t, fields, about, about));
}

static enum rc
let_pass(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	(void)d;
	(void)r;
	(void)use;
	(void)err;
	return RC_OK;
}

/* Does the gate hold for the record as it stands? */
static bool
holds(struct home *h, const char *gate, struct id id, const char **key)
{
	struct door *d = test_node_begin(h->t, &h->ana);
	static struct err err;
	struct record *r;
	enum rc rc = look_record(d, id, &r, &err);

	if (rc == RC_OK)
		rc = look_gate(d, gate, r, &err);
	if (rc != RC_OK && rc != RC_CONFLICT)
		fail_msg("%s: %s\n", gate, err.text);
	(void)test_node_end(h->t, RC_OK);
	if (key != NULL)
		*key = rc == RC_OK ? "" : err.key;
	return rc == RC_OK;
}

/* By the node and without gates: only what comes of it is this test's matter. */
static void
into(struct home *h, struct id id, int64_t version, const char *state, const char *patch)
{
	struct test_person node = {.actor.is_node = true};
	struct door *d = test_node_begin(h->t, &node);
	size_t tables = h->t->node.gate_table_count;
	static const struct gate every[] = {{"human_decided", let_pass, ""},
					    {"child_view_asked", let_pass, ""},
					    {"guardian_consented", let_pass, ""},
					    {"help_not_conditional", let_pass, ""},
					    {"asked_by_person", let_pass, ""},
					    {"valid_consent", let_pass, ""},
					    {.name = NULL}};
	struct record *r;
	struct err err = {.rc = RC_OK};

	h->t->gates[h->t->node.gate_table_count++] = every;
	if (test_node_end(h->t, record_move(d, id, version, str_from(state),
					    test_json(d, test_fill(h->t, patch, h->ana.actor.id,
								   h->ana.actor.id)),
					    &r, &err)) != RC_OK)
		fail_msg("%s: %s\n", err.key, err.text);
	h->t->node.gate_table_count = tables;
}

#define PERIOD                                                                                     \
	"{'survivor':'@1','grounds_on':'2026-11-01','law':'COE','grounds_by':'Court',"             \
	"'begins_on':'2026-11-01','ends_on':'%s'}"

static void
a_period_of_reflection_keeps_questions_and_returns_away(void **state)
{
	struct home h = home_new();
	struct id plan = make(&h, "return_plan",
			      "{'survivor':'@1','asked_on':'2026-11-02','asked_in':'fra',"
			      "'to_country':'PT'}",
			      h.survivor);
	struct id period;

	(void)state;
	assert_true(holds(&h, "no_reflection_period", plan, NULL));
	period = make(&h, "reflection_period", str_fmt(h.t->a, PERIOD, "2026-12-15").p, h.survivor);
	/* Also before anybody wrote that it runs. */
	assert_false(holds(&h, "no_reflection_period", plan, NULL));
	assert_true(holds(&h, "reflection_floor_kept", period, NULL));
	period = make(&h, "reflection_period", str_fmt(h.t->a, PERIOD, "2026-11-30").p, h.child);
	assert_false(holds(&h, "reflection_floor_kept", period, NULL));
	test_node_free(h.t);
}

static void
nobody_is_asked_for_an_account_that_they_did_not_start(void **state)
{
	static const struct {
		const char *category, *more;
		bool holds;
	} all[] = {
	    {"UNDETERMINED", "", false},
	    {"VICTIM", "", false},
	    {"PRESUMED", ",'asked_by_person':'yes'", true},
	    {"PRESUMED", ",'recovery_waived':'yes','waived_after_advice_of':'Lawyer'", true},
	    {"SUSPECT", "", true},
	    {"OTHER_WITNESS", "", true},
	};
	struct home h = home_new();
	struct test_person desk = test_person(2, 1, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	struct id person = test_node_create(h.t, &desk, "person", STR("{'name':'T'}"));
	struct id of_case = test_node_create(h.t, &desk, "case", STR("{'name':'Cannery'}"));
	struct id talk;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		talk = test_node_create(
		    h.t, &desk, "interview",
		    test_fill(
			h.t,
			str_fmt(h.t->a,
				"{'case':'@1','person':'@2','category':'%s','purpose':'%s'%s}",
				all[i].category, "safety", all[i].more)
			    .p,
			of_case, person));
		if (holds(&h, "interview_is_free", talk, NULL) != all[i].holds)
			fail_msg("%s %s\n", all[i].category, all[i].more);
	}
	test_node_free(h.t);
}

static void
a_child_s_matters_wait_for_a_decision_in_this_very_matter(void **state)
{
	struct home h = home_new();
	const char *plan_fields =
	    "{'survivor':'@1','asked_on':'2026-11-02','asked_in':'fra','to_country':'PT'}";
	struct id grown = make(&h, "return_plan", plan_fields, h.survivor);
	struct id plan = make(&h, "return_plan", plan_fields, h.child), decision;

	(void)state;
	assert_true(holds(&h, "best_interests_decided", grown, NULL));
	assert_false(holds(&h, "best_interests_decided", plan, NULL));
	decision = make(&h, "best_interests", "{'survivor':'@1','matter':'care'}", h.child);
	for (int i = 0; i < 2; i++) {
		into(&h, decision, 1, "heard",
		     "{'child_view':'To my aunt.','heard_on':'2026-11-10','heard_in':'fra'}");
		into(&h, decision, 2, "decided",
		     "{'options':'Both.','panel':['@1'],'decided_on':'2026-11-12',"
		     "'allows':'yes','allows_basis':'fact','reasons':'It is safe.'}");
		/* The first is about another matter. */
		assert_int_equal(holds(&h, "best_interests_decided", plan, NULL), i == 1);
		decision =
		    make(&h, "best_interests", "{'survivor':'@1','matter':'return'}", h.child);
	}
	test_node_free(h.t);
}

static void
a_guardian_is_free_of_conflict_and_looked_at_lately(void **state)
{
	static const struct {
		const char *fields, *key;
	} all[] = {
	    {"'works_for_removing_authority':'no','conflict_checked_on':'2026-11-20',"
	     "'conflict_checked_by':'@1'",
	     ""},
	    {"'works_for_removing_authority':'yes','conflict_checked_on':'2026-11-20',"
	     "'conflict_checked_by':'@1'",
	     "works_for_removing_authority"},
	    {"'works_for_removing_authority':'unknown','conflict_checked_on':'2026-11-20',"
	     "'conflict_checked_by':'@1'",
	     "works_for_removing_authority"},
	    {"'works_for_removing_authority':'no','conflict_checked_on':'2026-09-20',"
	     "'conflict_checked_by':'@1'",
	     "conflict_checked_on"},
	    {"'works_for_removing_authority':'no','conflict_checked_on':'2026-11-25',"
	     "'conflict_checked_by':'@1'",
	     "conflict_checked_on"},
	    {"'works_for_removing_authority':'no','conflict_checked_on':'2026-11-20'",
	     "conflict_checked_on"},
	};
	struct home h = home_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		const char *key;
		struct id g = make(&h, "guardian",
				   str_fmt(h.t->a, "{'survivor':'@1','kind':'%s',%s}",
					   "legal_guardian", all[i].fields)
				       .p,
				   h.child);

		(void)holds(&h, "guardian_free_of_conflict", g, &key);
		if (strcmp(key, all[i].key) != 0)
			fail_msg("%s: %s\n", all[i].fields, key);
	}
	test_node_free(h.t);
}

static void
a_return_waits_for_claims_risks_and_a_receiver(void **state)
{
	struct home h = home_new();
	const char *key;
	struct id plan = make(&h, "return_plan",
			      "{'survivor':'@1','asked_on':'2026-11-02','asked_in':'fra',"
			      "'to_country':'PT','refoulement_by':'Office',"
			      "'refoulement_on':'2026-11-10','risk_decision':'go',"
			      "'receiver':'A sister','receiver_accepted_on':'2026-11-12'}",
			      h.survivor);
	struct id bad = make(&h, "return_plan",
			     "{'survivor':'@1','asked_on':'2026-11-02','asked_in':'fra',"
			     "'to_country':'PT','refoulement_by':'Office',"
			     "'refoulement_on':'2026-11-10','risk_decision':'no_go',"
			     "'receiver':'A sister'}",
			     h.survivor);
	struct id claim, risk;

	(void)state;
	assert_true(holds(&h, "no_protection_claim", plan, NULL));
	assert_true(holds(&h, "non_refoulement_checked", plan, NULL));
	assert_true(holds(&h, "receiver_named", plan, NULL));
	assert_false(holds(&h, "non_refoulement_checked", bad, &key));
	assert_string_equal(key, "risk_decision");
	assert_false(holds(&h, "receiver_named", bad, &key));
	assert_string_equal(key, "receiver_accepted_on");
	assert_false(holds(&h, "risk_assessed_here", plan, NULL));
	risk = make(&h, "risk_assessment",
		    "{'survivor':'@1','for':'return','side':'here','assessed_on':'2026-11-15',"
		    "'decision':'go'}",
		    h.survivor);
	assert_false(holds(&h, "risk_assessed_here", plan, NULL));
	into(&h, risk, 1, "signed",
	     "{'own_view':'Of the recruiter.','level':'low','reasons':'He is held.'}");
	assert_true(holds(&h, "risk_assessed_here", plan, NULL));
	claim = make(&h, "residence_decision",
		     "{'survivor':'@1','country':'PT','grounds':['personal_situation'],'protection_"
		     "claim':'yes'}",
		     h.survivor);
	into(&h, claim, 1, "asked",
	     "{'asked_on':'2026-11-03','asked_in':'fra','authority':'Office'}");
	assert_false(holds(&h, "no_protection_claim", plan, NULL));
	test_node_free(h.t);
}

/* More than are looked at in one go: nobody's help waits because others wrote much. */
static void
thousands_of_records_about_a_person_leave_each_gate_as_it_was(void **state)
{
	static const struct gate others[] = {{"row_confirmed", test_gate_holds, ""},
					     {"help_not_conditional", test_gate_holds, ""},
					     {.name = NULL}};
	static const char *const ends[] = {"running", "ended", NULL};
	struct test_person node = {.actor.is_node = true};
	struct home h = home_new();
	struct id plan = make(&h, "return_plan",
			      "{'survivor':'@1','asked_on':'2026-11-02','asked_in':'fra',"
			      "'to_country':'PT'}",
			      h.survivor);
	struct id of_case = test_node_create(h.t, &test_itself, "case", STR("{'name':'Cannery'}"));
	struct id person = test_node_create(h.t, &test_itself, "person", STR("{'name':'Abeni'}"));
	struct id guardian =
	    make(&h, "guardian",
		 test_fill(h.t,
			   "{'survivor':'@1','kind':'legal_guardian','person':'@2',"
			   "'works_for_removing_authority':'no','conflict_checked_on':'2026-11-20',"
			   "'conflict_checked_by':'@2'}",
			   h.child, person)
		     .p,
		 h.child);
	struct str period =
	    test_fill(h.t, str_fmt(h.t->a, PERIOD, "2026-12-15").p, h.survivor, h.survivor);
	struct id risk;

	(void)state;
	test_node_flood(
	    h.t, &node, "residence_decision",
	    test_fill(h.t,
		      "{'survivor':'@1','country':'PT','grounds':['personal_situation'],"
		      "'protection_claim':'no'}",
		      h.survivor, h.survivor),
	    LOOK_MAX + 1, NULL);
	assert_true(holds(&h, "no_protection_claim", plan, NULL));
	test_node_flood(h.t, &node, "risk_assessment",
			test_fill(h.t,
				  "{'survivor':'@1','for':'return','side':'here',"
				  "'assessed_on':'2026-11-15','decision':'go'}",
				  h.survivor, h.survivor),
			LOOK_MAX + 1, NULL);
	assert_false(holds(&h, "risk_assessed_here", plan, NULL));
	risk = make(&h, "risk_assessment",
		    "{'survivor':'@1','for':'return','side':'here','assessed_on':'2026-11-15',"
		    "'decision':'go'}",
		    h.survivor);
	into(&h, risk, 1, "signed",
	     "{'own_view':'Of the recruiter.','level':'low','reasons':'He is held.'}");
	assert_true(holds(&h, "risk_assessed_here", plan, NULL));
	/* Of the periods those that are over hold nothing, and one that runs is seen. */
	h.t->gates[h.t->node.gate_table_count++] = others;
	test_node_flood(h.t, &node, "reflection_period", period, LOOK_MAX + 1, ends);
	assert_true(holds(&h, "no_reflection_period", plan, NULL));
	(void)make(&h, "reflection_period", period.p, h.survivor);
	assert_false(holds(&h, "no_reflection_period", plan, NULL));
	test_node_flood(
	    h.t, &node, "involvement",
	    test_fill(
		h.t,
		"{'in':'@1','person':'@2','category':'OTHER_INFO','category_basis':'assessment'}",
		of_case, person),
	    LOOK_MAX + 1, NULL);
	assert_true(holds(&h, "guardian_free_of_conflict", guardian, NULL));
	test_node_free(h.t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_period_of_reflection_keeps_questions_and_returns_away),
	    cmocka_unit_test(nobody_is_asked_for_an_account_that_they_did_not_start),
	    cmocka_unit_test(a_child_s_matters_wait_for_a_decision_in_this_very_matter),
	    cmocka_unit_test(a_guardian_is_free_of_conflict_and_looked_at_lately),
	    cmocka_unit_test(a_return_waits_for_claims_risks_and_a_receiver),
	    cmocka_unit_test(thousands_of_records_about_a_person_leave_each_gate_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
