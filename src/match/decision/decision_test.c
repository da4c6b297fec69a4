#include "base/test.h"

#include "match/decision/decision.h"
#include "record/look.h"
#include "record/test_node.h"

static struct test_person analyst, supervisor, second;

/* clang-format off */
static const struct gate others[] = {
	{ "category_recorded",      test_gate_holds, "" },
	{ "rule_rests_on_conduct",  test_gate_holds, "" },
	{ "purpose_and_basis",      test_gate_holds, "" },
	{ .name = NULL },
};
/* clang-format on */

static int
setup(void **state)
{
	struct test_node *t = test_node_new(others, NULL);

	t->gates[t->node.gate_table_count++] = decision_feature.gates;
	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	supervisor = test_person(2, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SCREENING);
	second = test_person(3, 1, BIT(ROLE_SUPERVISOR), PURPOSE_SCREENING);
	*state = t;
	return 0;
}

static void
a_score_is_no_reason(void **state)
{
	static const struct {
		const char *text;
		bool says;
	} cases[] = {
	    {"", false},
	    {"98 %", false},
	    {"score 0.98", false},
	    {"ok", false},
	    {"-----------------------", false},
	    {"1234567890 1234567890", false},
	    {"same passport and birth date", true},
	    {"тот же паспорт", true},
	    {"نفس جواز السفر", true},
	    {"护照号码相同", true},
	    {"同", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (reasons_say_something(str_from(cases[i].text)) != cases[i].says)
			fail_msg("%s\n", cases[i].text);
}

static void
a_match_is_confirmed_by_a_person_with_reasons(void **state)
{
	struct test_node *t = *state;
	struct id a = test_node_create(t, &analyst, "person", STR("{'name':'A'}"));
	struct id m = test_node_create(t, &analyst, "match",
				       test_fill(t, "{'left':'@1','right':'@1'}", a, a));
	struct err err;

	assert_int_equal(test_node_move(t, &analyst, m, "confirmed", STR("{'reasons':'95'}"), &err),
			 RC_CONFLICT);
	assert_string_equal(err.key, "reasons");
	assert_int_equal(test_node_move(t, &test_itself, m, "confirmed",
					STR("{'reasons':'the same passport'}"), &err),
			 RC_CONFLICT);
	assert_non_null(strstr(err.text, "a person decides"));
	assert_int_equal(test_node_move(t, &analyst, m, "confirmed",
					STR("{'reasons':'the same passport'}"), &err),
			 RC_OK);
}

static void
where_a_type_keeps_no_reasons_the_request_brings_them(void **state)
{
	struct test_node *t = *state;
	struct id c = test_node_create(t, &analyst, "case", STR("{'name':'C'}"));
	struct id i =
	    test_node_create(t, &analyst, "incident",
			     STR("{'kind':'observation','summary':'x','summary_basis':'fact'}"));
	struct err err;

	assert_int_equal(test_node_move(t, &analyst, i, "assessed", STR("{}"), &err), RC_OK);
	analyst.access.reason = STR("87 %");
	assert_int_equal(
	    test_node_move(t, &analyst, i, "linked", test_fill(t, "{'case':'@1'}", c, c), &err),
	    RC_CONFLICT);
	assert_string_equal(err.key, "reason");
	analyst.access.reason = STR("the same payer in both");
	assert_int_equal(
	    test_node_move(t, &analyst, i, "linked", test_fill(t, "{'case':'@1'}", c, c), &err),
	    RC_OK);
}

static void
a_list_is_used_when_somebody_answers_for_it_until_a_day(void **state)
{
	static const struct {
		const char *fields, *key;
	} cases[] = {
	    {"'legal_basis':'led_8','proportionality':'few people','review_by':'2027-01-01'",
	     "owner"},
	    {"'legal_basis':'led_8','proportionality':'few people','owner':'unit 1'", "review_by"},
	    {"'legal_basis':'led_8','proportionality':'few people','owner':'unit 1',"
	     "'review_by':'2026-11-22'",
	     "review_by"},
	    {"'legal_basis':'led_8','proportionality':'few people','owner':'unit 1',"
	     "'review_by':'2026-11-23'",
	     NULL},
	};
	struct test_node *t = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct id id = test_node_create(
		    t, &supervisor, "watchlist",
		    str_fmt(t->a, "{'name':'L','kind':'suspects','purpose':'screening',%s}",
			    cases[i].fields));
		struct err err = {.key = ""};
		enum rc rc = test_node_move(t, &supervisor, id, "in_use", STR("{}"), &err);

		if (rc != (cases[i].key ? RC_CONFLICT : RC_OK) ||
		    (cases[i].key != NULL && strcmp(err.key, cases[i].key) != 0))
			fail_msg("case %zu: %s %s\n", i, err.key, err.text);
		if (rc == RC_OK)
			assert_int_equal(test_node_move(t, &second, id, "in_use", STR("{}"), &err),
					 RC_OK);
	}
}

#define RULE                                                                                       \
	"{'name':'R','stream':'STREAM','looks_for':'pays for many','condition':'x',"               \
	"'purpose':'screening','legal_basis':'led_8','necessity':'nothing milder finds it',"       \
	"'proportionality':'touches two in ten thousand','tested_on':'2026-11-01',"                \
	"'expected_false_hits':'2','longest_hold':'5','until':'2027-01-01'}"

static void
a_rule_wants_an_authorisation_in_force_that_covers_it(void **state)
{
	static const struct {
		const char *purpose, *from, *until;
		bool covers, granted, allows;
	} cases[] = {
	    {"screening", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", true, true, true},
	    {"screening", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", true, false, false},
	    {"screening", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", false, true, false},
	    {"screening", "2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z", true, true, false},
	    {"screening", "2026-12-01T00:00:00Z", "2026-12-20T00:00:00Z", true, true, false},
	    {"investigation", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", true, true, false},
	};
	struct test_node *t = *state;
	const struct code_list *streams = model_list(t->model, STR("stream_kind"));
	const struct code_list *kinds = model_list(t->model, STR("authorisation_kind"));
	struct str rule_text = STR(RULE);
	size_t at = (size_t)str_find(rule_text, STR("STREAM"));
	struct str rule_fields = str_fmt(t->a, "%.*s%.*s%.*s", STR_ARG(str_sub(rule_text, 0, at)),
					 STR_ARG(streams->codes[0].code),
					 STR_ARG(str_sub(rule_text, at + 6, rule_text.n)));

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct id rule = test_node_create(t, &supervisor, "rule", rule_fields);
		struct id a = test_node_create(
		    t, &supervisor, "authorisation",
		    str_fmt(t->a,
			    "{'kind':'%.*s','purpose':'%s','legal_basis':'led_8','law':'art. 1',"
			    "'authority':'court','granted_by':'J','granted_on':'2026-11-01',"
			    "'scope':'s','necessity':'n','proportionality':'p','from':'%s',"
			    "'until':'%s'%s%s%s}",
			    STR_ARG(kinds->codes[0].code), cases[i].purpose, cases[i].from,
			    cases[i].until, cases[i].covers ? ",'covers':['" : "",
			    cases[i].covers ? id_format(t->a, rule).p : "",
			    cases[i].covers ? "']" : ""));
		struct err err = {.key = ""};
		enum rc rc;

		if (cases[i].granted) {
			assert_int_equal(
			    test_node_move(t, &supervisor, a, "granted", STR("{}"), &err), RC_OK);
			assert_int_equal(test_node_move(t, &second, a, "granted", STR("{}"), &err),
					 RC_OK);
		}
		{
			struct door *d = test_node_begin(t, &supervisor);
			struct record *r;

			assert_int_equal(look_record(d, rule, &r, &err), RC_OK);
			rc = look_gate(d, "authorisation_valid", r, &err);
			(void)test_node_end(t, RC_OK);
			if (rc != (cases[i].allows ? RC_OK : RC_CONFLICT))
				fail_msg("authorisation_valid, case %zu: %s\n", i, err.text);
		}
		rc = test_node_move(t, &supervisor, rule, "authorised",
				    test_fill(t, "{'authorisation':'@1'}", a, a), &err);
		if (rc != (cases[i].allows ? RC_OK : RC_CONFLICT) ||
		    (!cases[i].allows && strcmp(err.key, "authorisation") != 0))
			fail_msg("case %zu: %s %s\n", i, err.key, err.text);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_score_is_no_reason),
	    T(a_match_is_confirmed_by_a_person_with_reasons),
	    T(where_a_type_keeps_no_reasons_the_request_brings_them),
	    T(a_list_is_used_when_somebody_answers_for_it_until_a_day),
	    T(a_rule_wants_an_authorisation_in_force_that_covers_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
