#include "base/test.h"

#include "base/arena.h"
#include "base/clock.h"
#include "format/json.h"
#include "match/stream/rule.h"

#define NOW INT64_C(1795000000000) /* 2026-11-18 */

static int
setup(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* A rule with these conditions; single quotes stand as they are. */
static enum rc
read_rule(struct arena *a, const char *stream, const char *when, struct rules *rules,
	  struct err *err)
{
	struct str text = str_fmt(a,
				  "- id: r\n  purpose: screening\n  authorisation: AUTH-1\n"
				  "  expires: 2027-01-31\n  stream: %s\n  when: %s\n",
				  stream, when);

	*rules = (struct rules){0};
	return rules_read(a, "rules.yaml", text, rules, NULL, err);
}

static void
a_rule_that_can_alert_on_who_somebody_is_or_where_they_travel_is_refused(void **state)
{
	static const struct {
		const char *stream, *when;
		bool taken;
	} cases[] = {
	    {"people", "[{field: nationality, is: QN}]", false},
	    {"people", "[{field: nationality, is_not: QN}]", false},
	    {"people", "[{field: birth_place, is: Port Ulmere}]", false},
	    {"people", "[{field: birth_country, is: QN}]", false},
	    {"people", "[{field: language, in: [qaa, qab]}]", false},
	    {"people", "[{field: religion, is: any}]", false},
	    {"people", "[{field: gender, is: F}]", false},
	    {"people", "[{field: age, at_most: 25}]", false},
	    {"people", "[{field: residence_country, is: QN}]", false},
	    {"people", "[{field: document.issuing_country, is: QN}]", false},
	    {"itineraries", "[{field: leg.departure, is: ULM}]", false},
	    {"itineraries", "[{field: leg.carrier, is: QX}, {field: one_way, is: yes}]", false},
	    {"payments", "[{field: party.country, is: QN}, {field: amount, at_least: 900}]", false},
	    {"payments", "[{field: agent.bic, is: QNBKQNQN}]", false},
	    /* All of these together are still only that. */
	    {"itineraries",
	     "[{field: nationality, is: QN}, {field: gender, is: F}, {field: leg.arrival, is: "
	     "RVL}, {field: booked_hours_before, at_most: 24}]",
	     false},
	    /* What holds for nearly everybody is no specific indicator. */
	    {"itineraries",
	     "[{field: nationality, is: QN}, {field: travellers.count, at_least: 1}]", false},
	    {"itineraries", "[{field: nationality, is: QN}, {field: travellers.count, at_most: 9}]",
	     false},
	    {"itineraries", "[{field: nationality, is: QN}, {field: payer.travels, is: yes}]",
	     false},
	    {"people", "[{field: nationality, is: QN}, {field: phone, not_in: ['+9995550199']}]",
	     false},
	    {"payments",
	     "[{field: party.country, is: QN}, {field: remittance_information, "
	     "contains: [a]}]",
	     false},
	    /* One way out is enough to alert on nationality alone. */
	    {"people", "[any: [{field: phone, is: '+9995550199'}, {field: nationality, is: QN}]]",
	     false},
	    {"people", "[{field: nationality, is: QN}, {field: listed, at_least: 0.1}]", false},
	    {"people", "[]", false},
	    /* With a specific indicator beside it, a rule may say more closely whom it means. */
	    {"itineraries", "[{field: nationality, is: QN}, {field: payer.travels, is: no}]", true},
	    {"itineraries",
	     "[{field: leg.arrival, is: RVL}, {field: travellers.count, at_least: 4}]", true},
	    {"people", "[{field: nationality, is: QN}, {field: listed, at_least: 0.7}]", true},
	    {"people", "[any: [{field: phone, is: '+9995550199'}, {field: listed, at_least: 0.8}]]",
	     true},
	    {"payments", "[{field: remittance_information, contains: [passport]}]", true},
	};
	struct arena *a = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rules rules;
		struct err err;
		enum rc rc = read_rule(a, cases[i].stream, cases[i].when, &rules, &err);

		if ((rc == RC_OK) != cases[i].taken)
			fail_msg("%s: %s\n", cases[i].when, rc == RC_OK ? "taken" : err.text);
		if (rc != RC_OK && (err.line < 5 || strstr(err.text, "rule \"r\"") == NULL))
			fail_msg("%s: names neither rule nor line: %s\n", cases[i].when, err.text);
	}
}

static void
a_rule_without_purpose_authorisation_or_expiry_is_refused(void **state)
{
	static const struct {
		const char *text, *key;
	} cases[] = {
	    {"- {id: r, authorisation: A-1, expires: 2027-01-31, stream: people, when: [{field: "
	     "listed, at_least: 0.9}]}",
	     "purpose"},
	    {"- {id: r, purpose: immigration, authorisation: A-1, expires: 2027-01-31, stream: "
	     "people, when: [{field: listed, at_least: 0.9}]}",
	     "purpose"},
	    {"- {id: r, purpose: administration, authorisation: A-1, expires: 2027-01-31, stream: "
	     "people, when: [{field: listed, at_least: 0.9}]}",
	     "purpose"},
	    {"- {id: r, purpose: screening, expires: 2027-01-31, stream: people, when: [{field: "
	     "listed, at_least: 0.9}]}",
	     "authorisation"},
	    {"- {id: r, purpose: screening, authorisation: '  ', expires: 2027-01-31, stream: "
	     "people, when: [{field: listed, at_least: 0.9}]}",
	     "authorisation"},
	    {"- {id: r, purpose: screening, authorisation: A-1, stream: people, when: [{field: "
	     "listed, at_least: 0.9}]}",
	     "expires"},
	    {"- {id: r, purpose: screening, authorisation: A-1, expires: 0727-01-31, stream: "
	     "people, "
	     "when: [{field: listed, at_least: 0.9}]}",
	     "expires"},
	    {"- {id: r, purpose: screening, authorisation: A-1, expires: never, stream: people, "
	     "when: [{field: listed, at_least: 0.9}]}",
	     "expires"},
	    {"- {id: r, purpose: screening, authorisation: A-1, expires: 2027-01-31, when: "
	     "[{field: "
	     "listed, at_least: 0.9}]}",
	     "stream"},
	    {"- {id: r, purpose: screening, authorisation: A-1, expires: 2027-01-31, stream: "
	     "people}",
	     "when"},
	    {"- {purpose: screening, authorisation: A-1, expires: 2027-01-31, stream: people, "
	     "when: "
	     "[{field: listed, at_least: 0.9}]}",
	     "id"},
	    {"- {id: r, purpose: screening, authorisation: A-1, expires: 2027-01-31, stream: "
	     "people, wen: [], when: [{field: listed, at_least: 0.9}]}",
	     ""},
	    {"rules: []", "rules"},
	};
	struct arena *a = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rules rules = {0};
		struct err err = {0};

		if (rules_read(a, "r", str_from(cases[i].text), &rules, NULL, &err) != RC_INVALID ||
		    strcmp(err.key, cases[i].key) != 0)
			fail_msg("%s\nis refused for: %s %s\n", cases[i].text, err.key, err.text);
	}
}

static void
a_rule_runs_up_to_its_last_day_and_no_further(void **state)
{
	struct arena *a = *state;
	struct rules rules;
	struct err err;
	int64_t last;

	assert_int_equal(read_rule(a, "people", "[{field: listed, at_least: 0.9}]", &rules, &err),
			 RC_OK);
	assert_true(time_parse(STR("2027-01-31T23:59:59Z"), &last));
	assert_true(rule_runs(&rules.at[0], last));
	assert_false(rule_runs(&rules.at[0], last + 1000));
}

static bool
holds(struct arena *a, const char *stream, const char *when, const char *event, double listed)
{
	struct rules rules;
	struct event e;
	struct err err;
	json_t *json;
	bool out;

	if (read_rule(a, stream, when, &rules, &err) != RC_OK)
		fail_msg("%s: %s\n", when, err.text);
	assert_int_equal(json_read_reals(str_from(event), NULL, &json, &err), RC_OK);
	if (event_read(a, json, NOW, &e, &err) != RC_OK)
		fail_msg("%s: %s\n", event, err.text);
	json_decref(json);
	out = rule_holds(&rules.at[0], &e, listed);
	return out;
}

#define BOOKING                                                                                    \
	"{\"kind\":\"itinerary\",\"id\":\"b\",\"booked_at\":\"2026-11-24T08:00:00Z\","             \
	"\"travellers\":[{\"name\":\"Tirelu Ona\",\"birth_date\":\"2010-01-01\"},"                 \
	"{\"name\":\"Sunelo Bra\",\"birth_date\":\"2011\"}],"                                      \
	"\"legs\":[{\"departure\":\"ULM\",\"arrival\":\"RVL\","                                    \
	"\"departs_at\":\"2026-11-25T08:00:00Z\"}],"                                               \
	"\"payment\":{\"form\":\"Cash\",\"payer\":{\"name\":\"Orvek Taluneth\"},"                  \
	"\"amount\":{\"value\":\"99.90\",\"currency\":\"EUR\"}},"                                  \
	"\"contact\":{\"phones\":[\"00 999 555 0199\"]}}"

static void
conditions_hold_for_what_the_event_says_and_for_nothing_else(void **state)
{
	static const struct {
		const char *when;
		bool holds;
	} cases[] = {
	    {"[{field: travellers.minors_alone, is: yes}]", true},
	    {"[{field: travellers.minors_alone, is: yes}, {field: travellers.minors, at_least: 3}]",
	     false},
	    {"[{field: payer.travels, is: no}, {field: one_way, is: yes}]", true},
	    {"[{field: payer.travels, is: no}, {field: one_way, is: no}]", false},
	    {"[{field: phone, in: ['+999 555-0199']}]", true},
	    {"[{field: phone, in: ['+999 555-0198']}]", false},
	    {"[{field: payment.form, is: cash}, {field: booked_hours_before, at_most: 24}]", true},
	    {"[{field: payment.form, is: cash}, {field: booked_hours_before, at_most: 23}]", false},
	    {"[{field: payment.form, is: cash}, {field: amount, at_least: 99.9}]", true},
	    {"[{field: payment.form, is: cash}, {field: amount, at_least: 100}]", false},
	    {"[{field: payment.form, is: cash}, {field: nationality, is: QN}]", false},
	    /* What nobody says is neither this nor anything else. */
	    {"[{field: payment.form, is: cash}, {field: nationality, is_not: QN}]", false},
	    {"[{field: listed, at_least: 0.8}]", true},
	    {"[{field: listed, at_least: 0.9}]", false},
	    {"[any: [{field: listed, at_least: 0.9}, {field: payment.form, is: cash}]]", true},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (holds(*state, "itineraries", cases[i].when, BOOKING, 0.85) != cases[i].holds)
			fail_msg("%s\n", cases[i].when);
	assert_false(holds(*state, "itineraries",
			   "[{field: payer.travels, is: no}]\n  unless: [{field: phone, is: "
			   "'+9995550199'}, {field: agency, is: none}]",
			   BOOKING, 0));
}

static void
words_are_looked_for_as_words(void **state)
{
	static const struct {
		const char *word, *text;
		bool holds;
	} cases[] = {
	    {"room deduction", "May: ROOM  Deduction, week 2", true},
	    {"rent", "current account", false},
	    {"rent", "rent", true},
	    {"долг", "За ДОЛГ, май", true},
	    {"护照", "保管护照费", true},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str when = str_fmt(
		    *state, "[{field: remittance_information, contains: '%s'}]", cases[i].word);
		struct str event =
		    str_fmt(*state,
			    "{\"kind\":\"payment\",\"id\":\"p\",\"debtor\":{\"name\":"
			    "\"Ulmere Cannery\"},\"remittance_information\":\"%s\"}",
			    cases[i].text);

		if (holds(*state, "payments", when.p, event.p, 0) != cases[i].holds)
			fail_msg("%s in %s\n", cases[i].word, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_rule_that_can_alert_on_who_somebody_is_or_where_they_travel_is_refused, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(
		a_rule_without_purpose_authorisation_or_expiry_is_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_rule_runs_up_to_its_last_day_and_no_further, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(
		conditions_hold_for_what_the_event_says_and_for_nothing_else, setup, teardown),
	    cmocka_unit_test_setup_teardown(words_are_looked_for_as_words, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
