#include "base/test.h"

#include "base/arena.h"
#include "format/json.h"
#include "match/stream/event.h"

#define NOW INT64_C(1795000000000) /* 2026-11-18 */

static enum rc
read_event(struct arena *a, const char *text, struct event *e, struct err *err)
{
	json_t *json;
	enum rc rc = json_read_reals(str_from(text), NULL, &json, err);

	assert_int_equal(rc, RC_OK);
	rc = event_read(a, json, NOW, e, err);
	json_decref(json);
	return rc;
}

static void
what_is_no_event_is_refused_by_its_member(void **state)
{
	static const struct {
		const char *text, *key;
	} cases[] = {
	    {"[]", ""},
	    {"{}", "kind"},
	    {"{\"kind\":\"advert\",\"id\":\"a\"}", "kind"},
	    {"{\"kind\":\"person\",\"name\":\"Orvek Taluneth\"}", "id"},
	    {"{\"kind\":\"person\",\"id\":\"\",\"name\":\"Orvek Taluneth\"}", "id"},
	    {"{\"kind\":\"person\",\"id\":\"a\"}", "name"},
	    {"{\"kind\":\"person\",\"id\":\"a\",\"name\":\" \"}", "name"},
	    {"{\"kind\":\"itinerary\",\"id\":\"a\"}", "travellers"},
	    {"{\"kind\":\"itinerary\",\"id\":\"a\",\"travellers\":[]}", "travellers"},
	    {"{\"kind\":\"itinerary\",\"id\":\"a\",\"travellers\":[7]}", "name"},
	    {"{\"kind\":\"payment\",\"id\":\"a\",\"amount\":5}", "name"},
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct event e;
		struct err err = {0};

		if (read_event(a, cases[i].text, &e, &err) == RC_OK ||
		    strcmp(err.key, cases[i].key) != 0)
			fail_msg("%s: %s\n", cases[i].text, err.key);
	}
	arena_free(a);
}

static void
what_cannot_be_used_is_told_and_the_rest_is_screened(void **state)
{
	static const struct {
		const char *text, *key;
		size_t parties;
	} cases[] = {
	    {"{\"kind\":\"person\",\"id\":\"a\",\"name\":\"Orvek Taluneth\",\"birth_date\":"
	     "\"19/20/2000\"}",
	     "birth_date", 1},
	    {"{\"kind\":\"person\",\"id\":\"a\",\"name\":\"Orvek Taluneth\",\"phones\":7.5}",
	     "phones", 1},
	    {"{\"kind\":\"itinerary\",\"id\":\"a\",\"travellers\":[{\"name\":\"Orvek "
	     "Taluneth\"},{\"gender\":\"F\"}]}",
	     "traveller", 1},
	    {"{\"kind\":\"itinerary\",\"id\":\"a\",\"travellers\":[{\"name\":\"Orvek "
	     "Taluneth\"}],\"legs\":\"ULM-RVL\"}",
	     "legs", 1},
	    {"{\"kind\":\"payment\",\"id\":\"a\",\"debtor\":{\"name\":\"Orvek "
	     "Taluneth\"},\"amount\":\"lots\"}",
	     "amount", 1},
	    {"{\"kind\":\"payment\",\"id\":\"a\",\"debtor\":{\"name\":\"Orvek "
	     "Taluneth\"},\"creditor\":\"somebody\"}",
	     "creditor", 1},
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct event e;
		struct err err;

		if (read_event(a, cases[i].text, &e, &err) != RC_OK || e.fault == NULL ||
		    !str_eq_z(e.fault_key, cases[i].key) || e.parties.n != cases[i].parties)
			fail_msg("%s\n", cases[i].text);
	}
	arena_free(a);
}

static void
everybody_named_in_a_booking_or_payment_is_a_party(void **state)
{
	struct arena *a = arena_new(0);
	struct event e;
	struct err err;

	(void)state;
	assert_int_equal(
	    read_event(
		a,
		"{\"kind\":\"itineraries\",\"record_locator\":\"ABC123\",\"passengers\":[{"
		"\"surname\":\"Taluneth\",\"given_name\":\"Orvek\",\"document\":{\"number\":"
		"\"X-12 3\"},\"nationality\":\"QN\"}],\"payment\":{\"payer\":{\"name\":\"taluneth "
		"orvek\",\"also_called\":[\"ORVEK  taluneth\"]}},\"contact\":{\"name\":\"Dameru "
		"Loshkai\",\"phones\":\"+9995550199\"},\"source_system\":{\"ignored\":true}}",
		&e, &err),
	    RC_OK);
	assert_null(e.fault);
	assert_int_equal(e.kind, EVENT_ITINERARY);
	assert_true(str_eq_z(e.id, "ABC123"));
	assert_int_equal(e.parties.n, 3);
	assert_true(str_eq_z(e.parties.at[0].names.at[0], "Orvek Taluneth"));
	assert_true(str_eq_z(e.parties.at[0].document, "X123"));
	assert_true(str_eq_z(e.parties.at[0].country, "QN"));
	assert_string_equal(e.parties.at[1].part, "payer");
	assert_true(e.known[ASK_PAYER_TRAVELS] && e.numbers[ASK_PAYER_TRAVELS] == 1);
	assert_true(str_eq_z(e.parties.at[2].ids.at[0], "+9995550199"));

	assert_int_equal(
	    read_event(
		a,
		"{\"kind\":\"payment\",\"end_to_end_id\":\"E2E-1\",\"debtor\":{\"account\":"
		"{\"iban\":\"GB33 BUKB 2020 1555 5555 55\"}},\"ultimate_creditor\":{\"name\":"
		"\"Dameru Loshkai\"},\"amount\":12.5,\"currency\":\"EUR\"}",
		&e, &err),
	    RC_OK);
	assert_null(e.fault);
	assert_int_equal(e.parties.n, 2);
	assert_true(str_eq_z(e.texts[ASK_ACCOUNT].at[0], "GB33BUKB20201555555555"));
	assert_true(e.numbers[ASK_AMOUNT] == 12.5);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_no_event_is_refused_by_its_member),
	    cmocka_unit_test(what_cannot_be_used_is_told_and_the_rest_is_screened),
	    cmocka_unit_test(everybody_named_in_a_booking_or_payment_is_a_party),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
