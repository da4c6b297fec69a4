#include "base/test.h"

#include "protect/consent/concerned.h"
#include "record/derive.h"
#include "protect/consent/conditional.h"
#include "protect/consent/consent.h"
#include "record/test_node.h"

static struct test_person worker, supervisor, analyst;
static struct id adult, shelter;

/* clang-format off */
static const struct gate others[] = {
	{ "no_protection_claim",       test_gate_holds, "" },
	{ "guardian_free_of_conflict", test_gate_holds, "" },
	{ .name = NULL },
};
/* clang-format on */

static int
setup(void **state)
{
	struct test_node *t = test_node_new(others, NULL);

	t->gates[t->node.gate_table_count++] = consent_feature.gates;
	worker = test_person(1, 1, BIT(ROLE_SUPPORT_WORKER), PURPOSE_PROTECTION);
	supervisor = test_person(2, 1, BIT(ROLE_SUPERVISOR), PURPOSE_PROTECTION);
	analyst = test_person(3, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	adult = test_node_create(
	    t, &worker, "survivor",
	    STR("{'chosen_name':'Tirelu','birth_date':'1990-01-01','languages':['amh']}"));
	shelter = test_node_create(t, &worker, "organisation", STR("{'name':'Coast House'}"));
	*state = t;
	return 0;
}

#define INFORMED                                                                                   \
	"'informed_purpose':'yes','informed_use':'yes','informed_research':'yes',"                 \
	"'informed_access':'yes','informed_retention':'yes','informed_withdrawal':'yes',"          \
	"'informed_court':'yes'"
#define GIVEN                                                                                      \
	"'consents':'yes','source':'individual','method':'written',"                               \
	"'given_at':'2026-11-01T10:00:00Z'"

/* A draft for somebody, with what else it says. */
static struct id
consent(struct test_node *t, struct id who, const char *more)
{
	return test_node_create(
	    t, &worker, "consent",
	    str_fmt(t->a, "{'survivor':'%s',%s}", id_format(t->a, who).p, more));
}

/* Made by the node as given, for gates that read it. */
static struct id
given(struct test_node *t, struct id who, const char *more)
{
	struct id id =
	    consent(t, who, str_fmt(t->a, INFORMED "," GIVEN ",'language':'amh',%s", more).p);
	struct err err = {.text = ""};

	if (test_node_move(t, &worker, id, "given", STR("{}"), &err) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
	return id;
}

static void
help_is_never_tied_to_testimony(void **state)
{
	static const struct {
		const char *text;
		bool tied;
	} cases[] = {
	    {"", false},
	    {"She may stay as long as she wants.", false},
	    {"She may stay if she testifies.", true},
	    {"Shelter on condition that he COOPERATES with police", true},
	    {"A bed is given. She was asked whether to testify another day.", false},
	    {"If it rains, call. She testified in May.", false},
	    {"no place unless they give a statement", true},
	    {"Le motif du témoignage est connu.", false},
	    {"hébergement à condition de témoigner", true},
	    {"alojamiento si colabora con la policía", true},
	    {"in exchange for a bed\nhe testifies", false},
	};
	struct test_node *t = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (text_is_conditional(t->a, str_from(cases[i].text)) != cases[i].tied)
			fail_msg("%s\n", cases[i].text);
}

static void
under_18_is_counted_with_the_benefit_of_the_doubt(void **state)
{
	const int64_t now = INT64_C(1795399834000); /* 2026-11-23 */
	static const struct {
		const char *born;
		bool minor;
	} cases[] = {
	    {"", false},       {"2008-11-24", true},  {"2008-11-23", false}, {"2008-11-22", false},
	    {"2008-12", true}, {"2008-11", true},     {"2008-10", false},    {"2008", true},
	    {"2007", false},   {"1979-05-07", false}, {"2015~", true},	     {"unknown", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (born_under_18(str_from(cases[i].born), now) != cases[i].minor)
			fail_msg("%s\n", cases[i].born);
}

static void
a_consent_is_given_by_somebody_who_was_told(void **state)
{
	static const struct {
		const char *more, *key;
	} cases[] = {
	    {INFORMED ",'language':'amh'", NULL},
	    {"'informed_purpose':'yes','language':'amh'", "informed_use"},
	    {INFORMED ",'informed_court':'no','language':'amh'", "informed_court"},
	    {INFORMED ",'language':'fra'", "language"},
	    {INFORMED ",'language':'fra','interpreter':'I 4'", NULL},
	};
	struct test_node *t = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = {.key = ""};
		struct id id;
		struct str more = str_from(cases[i].more);
		ptrdiff_t at = str_find(more, STR("'informed_court':'yes','informed_court':'no'"));

		/* JSON takes a name once. */
		if (at >= 0)
			more = str_fmt(t->a, "%.*s%s", (int)at, more.p, more.p + at + 23);
		id = consent(t, adult,
			     str_fmt(t->a, "'purposes':['consent_for_services']," GIVEN ",%.*s",
				     STR_ARG(more))
				 .p);
		if ((test_node_move(t, &worker, id, "given", STR("{}"), &err) == RC_OK) !=
			(cases[i].key == NULL) ||
		    (cases[i].key != NULL && strcmp(err.key, cases[i].key) != 0))
			fail_msg("case %zu: %s %s\n", i, err.key, err.text);
	}
}

static void
help_and_testimony_are_asked_about_apart(void **state)
{
	struct test_node *t = *state;
	struct err err;
	struct id id = consent(t, adult,
			       "'purposes':['consent_for_services','testimony']," GIVEN "," INFORMED
			       ",'language':'amh'");

	assert_int_equal(test_node_move(t, &worker, id, "given", STR("{}"), &err), RC_CONFLICT);
	assert_string_equal(err.key, "purposes");
	(void)given(t, adult, "'purposes':['testimony']");
}

static void
a_referral_goes_where_the_consent_allows(void **state)
{
	static const struct {
		const char *consent;
		bool expire, goes;
	} cases[] = {
	    {NULL, false, false},
	    {"'purposes':['consent_for_services']", false, false},
	    {"'purposes':['consent_for_services','disclosure_other_orgs']", false, false},
	    {"'purposes':['consent_for_services','disclosure_other_orgs'],"
	     "'recipient_named':['Another House']",
	     false, false},
	    {"'purposes':['consent_for_services','disclosure_other_orgs'],"
	     "'recipient_named':['coast house']",
	     false, true},
	    {"'purposes':['consent_for_services','disclosure_other_orgs'],"
	     "'recipients':['other_organizations']",
	     false, true},
	    {"'purposes':['consent_for_services','disclosure_other_orgs'],"
	     "'recipients':['authorities']",
	     false, false},
	    {"'purposes':['consent_for_services','disclosure_other_orgs'],"
	     "'recipients':['other_organizations'],'withhold_from':['@1']",
	     false, false},
	    {"'purposes':['consent_for_services','disclosure_other_orgs'],"
	     "'recipients':['other_organizations'],'expires_on':'2026-11-22'",
	     false, false},
	    {"'purposes':['consent_for_services','disclosure_other_orgs'],"
	     "'recipients':['other_organizations'],'expires_on':'2026-11-23'",
	     false, true},
	    {"'purposes':['consent_for_services','disclosure_other_orgs'],"
	     "'recipients':['other_organizations']",
	     true, false},
	};
	struct test_node *t = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct id who = test_node_create(
		    t, &worker, "survivor", STR("{'chosen_name':'T','birth_date':'1990-01-01'}"));
		struct id referral = test_node_create(
		    t, &worker, "referral",
		    test_fill(t, "{'survivor':'@1','service':'shelter','to':'@2','reason':'a bed'}",
			      who, shelter));
		struct err err = {.text = ""};
		int64_t now = t->now_ms;
		enum rc rc;

		if (cases[i].consent != NULL)
			(void)given(t, who, test_fill(t, cases[i].consent, shelter, shelter).p);
		/* 90 days from the giving when no day is set */
		if (cases[i].expire)
			t->now_ms += INT64_C(70) * 86400000;
		rc = test_node_move(t, &worker, referral, "sent", STR("{}"), &err);
		t->now_ms = now;
		if ((rc == RC_OK) != cases[i].goes ||
		    (rc != RC_OK && strcmp(err.key, "consent") != 0))
			fail_msg("case %zu: %s %s\n", i, err.key, err.text);
	}
}

static void
a_withdrawn_consent_and_a_no_allow_nothing(void **state)
{
	struct test_node *t = *state;
	struct id c = given(t, adult, "'purposes':['return']");
	struct id plan = test_node_create(
	    t, &worker, "return_plan",
	    test_fill(
		t, "{'survivor':'@1','asked_on':'2026-11-20','asked_in':'amh','to_country':'QR'}",
		adult, adult));
	struct err err;

	assert_int_equal(test_node_move(t, &worker, c, "withdrawn",
					STR("{'withdrawn_at':'2026-11-22T10:00:00Z'}"), &err),
			 RC_OK);
	assert_int_equal(test_node_move(t, &worker, plan, "assessing", STR("{}"), &err),
			 RC_CONFLICT);
	assert_string_equal(err.key, "consent");
	(void)given(t, adult, "'purposes':['return']");
	/* asked on a day still to come */
	assert_int_equal(
	    test_node_move(t, &worker, plan, "assessing", STR("{'asked_on':'2027-01-01'}"), &err),
	    RC_CONFLICT);
	assert_string_equal(err.key, "asked_on");
	assert_int_equal(test_node_move(t, &worker, plan, "assessing", STR("{}"), &err), RC_OK);
}

/* What a child's record may say, and whether a guardian and a view are then wanted. */
static void
a_child_has_a_guardian_free_of_conflict_and_is_asked(void **state)
{
	static const char *const children[] = {"'birth_date':'2010-05-05'", "'birth_date':'2008'",
					       "'age_band':'9-17'",
					       "'may_be_minor':'yes','minor_reasons':'said so'"};
	static const char *const adults[] = {"'age_band':'unknown'", "'may_be_minor':'unknown'",
					     "'birth_date':'1999'"};
	struct test_node *t = *state;
	struct err err = {.text = ""};
	const char *fields =
	    "'purposes':['consent_for_services']," GIVEN "," INFORMED ",'language':'amh'";

	for (size_t i = 0; i < COUNT_OF(adults); i++) {
		struct id who = test_node_create(
		    t, &worker, "survivor", str_fmt(t->a, "{'chosen_name':'S',%s}", adults[i]));

		assert_int_equal(
		    test_node_move(t, &worker, consent(t, who, fields), "given", STR("{}"), &err),
		    RC_OK);
	}
	for (size_t i = 0; i < COUNT_OF(children); i++) {
		struct id who =
		    test_node_create(t, &worker, "survivor",
				     str_fmt(t->a, "{'chosen_name':'Oshmi',%s}", children[i]));
		struct id c = consent(t, who, fields), g, p, incident;

		assert_int_equal(test_node_move(t, &worker, c, "given",
						STR("{'child_view':'yes, I want'}"), &err),
				 RC_CONFLICT);
		assert_string_equal(err.key, "guardian");
		/* one of the authority that removes; proposed only; one who is accused */
		p = test_node_create(t, &analyst, "person", STR("{'name':'G'}"));
		g = test_node_create(t, &worker, "guardian",
				     test_fill(t,
					       "{'survivor':'@1','kind':'temporary','person':'@2',"
					       "'works_for_removing_authority':'no'}",
					       who, p));
		assert_int_equal(test_node_move(t, &worker, c, "given",
						STR("{'child_view':'yes, I want','guardian':'G'}"),
						&err),
				 RC_CONFLICT);
		if (test_node_move(t, &supervisor, g, "appointed",
				   test_fill(t,
					     "{'appointed_by':'court','appointed_on':'2026-11-20',"
					     "'conflict_checked_on':'2026-11-20',"
					     "'conflict_checked_by':'@1','child_view':'is kind'}",
					     supervisor.actor.id, p),
				   &err) != RC_OK)
			fail_msg("%s %s\n", err.key, err.text);
		/* nobody asked the child; nobody asked the guardian */
		assert_int_equal(
		    test_node_move(t, &worker, c, "given", STR("{'guardian':'G'}"), &err),
		    RC_CONFLICT);
		assert_string_equal(err.key, "child_view");
		assert_int_equal(test_node_move(t, &worker, c, "given",
						STR("{'child_view':'yes, I want'}"), &err),
				 RC_CONFLICT);
		assert_string_equal(err.key, "guardian");
		incident = test_node_create(
		    t, &analyst, "incident",
		    STR("{'kind':'observation','summary':'x','summary_basis':'fact'}"));
		if (i % 2 == 0) {
			assert_int_equal(
			    test_node_move(t, &worker, c, "given",
					   STR("{'child_view':'yes, I want','guardian':'G'}"),
					   &err),
			    RC_OK);
			continue;
		}
		(void)test_node_create(t, &analyst, "involvement",
				       test_fill(t,
						 "{'person':'@1','in':'@2','category':'SUSPECT',"
						 "'category_basis':'assessment'}",
						 p, incident));
		assert_int_equal(test_node_move(t, &worker, c, "given",
						STR("{'child_view':'yes, I want','guardian':'G'}"),
						&err),
				 RC_CONFLICT);
		assert_string_equal(err.key, "guardian");
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    T(help_is_never_tied_to_testimony),
	    cmocka_unit_test(under_18_is_counted_with_the_benefit_of_the_doubt),
	    T(a_consent_is_given_by_somebody_who_was_told),
	    T(help_and_testimony_are_asked_about_apart),
	    T(a_referral_goes_where_the_consent_allows),
	    T(a_withdrawn_consent_and_a_no_allow_nothing),
	    T(a_child_has_a_guardian_free_of_conflict_and_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
