#include "base/test.h"

#include "exchange/agreement/agreement.h"
#include "record/test_node.h"

static struct test_person analyst, prosecutor, coordinator, second;
static struct id harbour;

/* clang-format off */
static const struct gate others[] = {
	{ "category_recorded", test_gate_holds, "" },
	{ "lawyer_reviewed",   test_gate_holds, "" },
	{ "second_reader",     test_gate_holds, "" },
	{ "overseer_named",    test_gate_holds, "" },
	{ .name = NULL },
};
/* clang-format on */

static int
setup(void **state)
{
	struct test_node *t = test_node_new(others, NULL);

	t->gates[t->node.gate_table_count++] = agreement_feature.gates;
	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	prosecutor = test_person(2, 1, BIT(ROLE_PROSECUTOR), PURPOSE_INVESTIGATION);
	coordinator =
	    test_person(3, 1, BIT(ROLE_COORDINATOR) | BIT(ROLE_SUPERVISOR), PURPOSE_INVESTIGATION);
	second =
	    test_person(4, 1, BIT(ROLE_COORDINATOR) | BIT(ROLE_SUPERVISOR), PURPOSE_INVESTIGATION);
	harbour = test_node_create(t, &analyst, "case", STR("{'name':'Harbour Road'}"));
	*state = t;
	return 0;
}

static struct id
request(struct test_node *t, const char *more)
{
	return test_node_create(
	    t, &analyst, "request",
	    str_fmt(t->a,
		    "{'kind':'person','urgency':'%.*s','necessity':'n','question':'q',"
		    "'to_peer':'Riverland Border Guard','legal_basis':'palermo_10',"
		    "'case':'%s'%s}",
		    STR_ARG(model_list(t->model, STR("urgency"))
				->codes[model_list(t->model, STR("urgency"))->code_count - 1]
				.code),
		    id_format(t->a, harbour).p, more));
}

/* An agreement brought to active by the node, which needs no gates of ours. */
static struct id
agreement(struct test_node *t, const char *peer, const char *more, bool active)
{
	struct id file = test_node_create(
	    t, &analyst, "file",
	    STR("{'file':{'sha256':'"
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',"
		"'name':'a.pdf','bytes':1,'media':'application/pdf'}}"));
	struct id id = test_node_create(
	    t, &coordinator, "peer_agreement",
	    str_fmt(t->a,
		    "{'peer':'%s','country':'%.*s','kind':'%.*s','legal_regime':'%.*s',"
		    "'legal_basis':'palermo_10','assessment':'a','risks':'r','safeguards':'s',"
		    "'assessed_by':'%s','assessed_on':'2026-11-01','signed_by':['x'],"
		    "'signed_on':'2026-11-02','document':'%s','highest_rung':'%.*s'%s}",
		    peer, STR_ARG(model_list(t->model, STR("country"))->codes[0].code),
		    STR_ARG(model_list(t->model, STR("unit_kind"))->codes[0].code),
		    STR_ARG(model_list(t->model, STR("legal_regime"))->codes[0].code),
		    id_format(t->a, coordinator.actor.id).p, id_format(t->a, file).p,
		    STR_ARG(model_list(t->model, STR("disclosure_rung"))->codes[0].code), more));
	struct err err = {.text = ""};

	if (test_node_move(t, &test_itself, id, "assessed", STR("{}"), &err) != RC_OK ||
	    (active && test_node_move(t, &test_itself, id, "active", STR("{}"), &err) != RC_OK))
		fail_msg("%s %s\n", err.key, err.text);
	return id;
}

#define PEER "Riverland Border Guard"
#define OVERSEEN ",'overseer':'Ombuds','overseer_independent':'yes'"
#define AGREED ",'purposes':['investigation'],'review_by':'2027-01-01'"

static void
a_request_goes_to_peers_with_an_agreement_that_covers_it(void **state)
{
	static const struct {
		const char *peer, *more;
		bool active, goes;
	} cases[] = {
	    {PEER, AGREED, true, false},
	    {PEER, AGREED ",'overseer':'Ombuds','overseer_independent':'no'", true, false},
	    {PEER, AGREED OVERSEEN, false, false},
	    {"Somebody Else", AGREED OVERSEEN, true, false},
	    {PEER, ",'purposes':['screening'],'review_by':'2027-01-01'" OVERSEEN, true, false},
	    {PEER, ",'purposes':['investigation'],'review_by':'2026-11-22'" OVERSEEN, true, false},
	    {PEER, AGREED OVERSEEN ",'strictest_handling':'TLP:GREEN'", true, false},
	    {PEER, AGREED OVERSEEN ",'strictest_handling':'TLP:AMBER+STRICT'", true, true},
	};
	struct test_node *t = *state;
	struct id r = request(t, ",'purpose':'investigation'");

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = {.text = ""};
		enum rc rc;

		(void)agreement(t, cases[i].peer, cases[i].more, cases[i].active);
		rc = test_node_move(t, &analyst, r, "sent", STR("{}"), &err);
		if ((rc == RC_OK) != cases[i].goes ||
		    (rc != RC_OK && strcmp(err.key, "to_peer") != 0))
			fail_msg("case %zu: %s %s\n", i, err.key, err.text);
	}
}

static void
an_excluded_peer_is_refused_in_the_words_of_a_missing_agreement(void **state)
{
	struct test_node *t = *state;
	struct id r = request(t, ",'purpose':'investigation'"), x;
	const struct code_list *grounds = model_list(t->model, STR("exclusion_ground"));
	struct err missing = {.text = ""}, excluded = {.text = ""};

	assert_int_equal(test_node_move(t, &analyst, r, "sent", STR("{}"), &missing), RC_CONFLICT);
	(void)agreement(t, PEER, AGREED OVERSEEN, true);
	x = test_node_create(t, &coordinator, "exclusion",
			     str_fmt(t->a,
				     "{'case':'%s','what':'peer','peer':'" PEER "','ground':'%.*s',"
				     "'reasons':'leaks'}",
				     id_format(t->a, harbour).p, STR_ARG(grounds->codes[0].code)));
	assert_int_equal(test_node_move(t, &analyst, r, "sent", STR("{}"), &excluded), RC_CONFLICT);
	assert_string_equal(missing.text, excluded.text);
	assert_int_equal(test_node_move(t, &coordinator, x, "lifted",
					STR("{'lift_reason':'moved on'}"), &excluded),
			 RC_OK);
	assert_int_equal(test_node_move(t, &analyst, r, "sent", STR("{}"), &excluded), RC_OK);
}

static void
a_prosecution_names_its_case_and_a_note_its_basis(void **state)
{
	struct test_node *t = *state;
	struct id person = test_node_create(t, &analyst, "person", STR("{'name':'A'}"));
	struct id n = test_node_create(t, &analyst, "note", STR("{'text':'a call'}"));
	struct err err = {.text = ""};

	assert_int_equal(
	    test_node_move(t, &analyst, n, "complete",
			   test_fill(t, "{'about':'@1','purpose':'investigation'}", person, person),
			   &err),
	    RC_CONFLICT);
	if (strcmp(err.key, "legal_basis"))
		fail_msg("%s %s\n", err.key, err.text);
	assert_int_equal(
	    test_node_move(
		t, &analyst, n, "complete",
		test_fill(t, "{'about':'@1','purpose':'investigation','legal_basis':'led_8'}",
			  person, person),
		&err),
	    RC_OK);
	(void)agreement(t, PEER, ",'purposes':['prosecution'],'review_by':'2027-01-01'" OVERSEEN,
			true);
	assert_int_equal(test_node_move(t, &analyst, request(t, ",'purpose':'prosecution'"), "sent",
					STR("{'case':null}"), &err),
			 RC_CONFLICT);
	assert_string_equal(err.key, "case");
	assert_int_equal(test_node_move(t, &analyst, request(t, ",'purpose':'prosecution'"), "sent",
					STR("{}"), &err),
			 RC_OK);
}

static void
what_came_from_a_peer_goes_nowhere_without_its_grant(void **state)
{
	struct test_node *t = *state;
	struct id person = test_node_create(t, &analyst, "person", STR("{'name':'A'}")), r;
	struct record_new by_node = {.by_node = true};
	struct err err = {.text = ""};
	struct record *copy;
	struct door *d;
	enum rc rc;

	(void)agreement(t, PEER, AGREED OVERSEEN, true);
	r = request(t, test_fill(t, ",'purpose':'investigation','about':['@1']", person, person).p);
	d = test_node_begin(t, &test_itself);
	rc = record_create(
	    d, test_node_type(t, "release"),
	    test_json(d, test_fill(t, "{'of':'@1','from_peer':'Ombuds'}", person, person)),
	    &by_node, &copy, &err);
	if (test_node_end(t, rc) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
	assert_int_equal(test_node_move(t, &analyst, r, "sent", STR("{}"), &err), RC_CONFLICT);
	assert_non_null(strstr(err.text, "came from a peer"));
	assert_int_equal(test_node_move(t, &analyst, request(t, ",'purpose':'investigation'"),
					"sent", STR("{}"), &err),
			 RC_OK);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    T(a_request_goes_to_peers_with_an_agreement_that_covers_it),
	    T(an_excluded_peer_is_refused_in_the_words_of_a_missing_agreement),
	    T(a_prosecution_names_its_case_and_a_note_its_basis),
	    T(what_came_from_a_peer_goes_nowhere_without_its_grant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
