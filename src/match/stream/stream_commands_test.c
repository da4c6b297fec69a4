#include "base/test.h"

#include "match/stream/stream_commands.h"
#include "record/look.h"
#include "record/test_node.h"

static struct test_person analyst;

static int
setup(void **state)
{
	struct test_node *t = test_node_new(match_stream_feature.gates, NULL);

	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_SCREENING);
	*state = t;
	return 0;
}

static enum rc
asks(struct test_node *t, const char *stream, const char *condition)
{
	struct id id = test_node_create(
	    t, &analyst, "rule",
	    str_fmt(t->a, "{'name':'R','stream':'%s','looks_for':'x','condition':'%s'}", stream,
		    condition));
	struct record *r;
	struct err err;
	struct door *d = test_node_begin_read(t, &test_itself);
	enum rc rc;

	assert_int_equal(look_record(d, id, &r, &err), RC_OK);
	rc = look_gate(d, "rule_rests_on_conduct", r, &err);
	return test_node_end_read(t, rc);
}

static void
a_rule_s_record_rests_on_conduct_before_it_is_authorised(void **state)
{
	static const struct {
		const char *stream, *condition;
		enum rc rc;
	} cases[] = {
	    {"itineraries", "[{field: payer.travels, is: no}]", RC_OK},
	    {"people", "[{field: nationality, is: QN}]", RC_CONFLICT},
	    {"people", "whoever looks odd", RC_CONFLICT},
	    {"adverts", "[{field: listed, at_least: 0.9}]", RC_CONFLICT},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (asks(*state, cases[i].stream, cases[i].condition) != cases[i].rc)
			fail_msg("%s\n", cases[i].condition);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_rule_s_record_rests_on_conduct_before_it_is_authorised, setup,
		test_node_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
