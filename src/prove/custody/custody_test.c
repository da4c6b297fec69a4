#include "base/test.h"

#include "prove/custody/custody.h"
#include "prove/custody/fold.h"
#include "record/test_node.h"

/* Links as short words: from, to, outside, begin, end, explains, hash. */
struct word {
	unsigned char from, to;
	const char *outside;
	int64_t at, until;
	bool explains;
	const char *sha256;
};

static const struct fold_case {
	const char *name;
	struct word links[5];
	size_t n;
	enum custody_fault fault;
	size_t at;
	unsigned char holder;
	int64_t explained;
} folds[] = {
    /* clang-format off */
	{ "nothing", {{0}}, 0, CUSTODY_EMPTY, 0, 0, 0 },
	{ "collected by one", {{0, 1, NULL, 10, 0, false, NULL}}, 1, CUSTODY_WHOLE, 0, 1, 0 },
	{ "handed on twice", {{0, 1, NULL, 10, 0, false, NULL}, {1, 2, NULL, 20, 0, false, NULL}, {2, 3, NULL, 30, 0, false, NULL}}, 3, CUSTODY_WHOLE, 0, 3, 0 },
	{ "a deed of the holder between", {{0, 1, NULL, 10, 0, false, NULL}, {0, 0, NULL, 15, 18, false, NULL}, {1, 2, NULL, 18, 0, false, NULL}}, 3, CUSTODY_WHOLE, 0, 2, 0 },
	{ "given by one who did not have it", {{0, 1, NULL, 10, 0, false, NULL}, {3, 2, NULL, 20, 0, false, NULL}}, 2, CUSTODY_HOLDER, 1, 2, 0 },
	{ "taken without a giver", {{0, 1, NULL, 10, 0, false, NULL}, {0, 2, NULL, 20, 0, false, NULL}}, 2, CUSTODY_HOLDER, 1, 2, 0 },
	{ "times cross", {{0, 1, NULL, 10, 30, false, NULL}, {1, 2, NULL, 20, 0, false, NULL}}, 2, CUSTODY_TIME, 1, 2, 0 },
	{ "begins as the other ends", {{0, 1, NULL, 10, 20, false, NULL}, {1, 2, NULL, 20, 0, false, NULL}}, 2, CUSTODY_WHOLE, 0, 2, 0 },
	{ "a gap explained after", {{0, 1, NULL, 10, 0, false, NULL}, {3, 2, NULL, 20, 0, false, NULL}, {0, 0, NULL, 30, 0, true, NULL}}, 3, CUSTODY_WHOLE, 0, 2, 1 },
	{ "an explanation before the gap explains nothing", {{0, 1, NULL, 10, 0, true, NULL}, {3, 2, NULL, 20, 0, false, NULL}}, 2, CUSTODY_HOLDER, 1, 2, 0 },
	{ "another gap after the explanation", {{0, 1, NULL, 10, 0, false, NULL}, {3, 2, NULL, 20, 0, true, NULL}, {4, 5, NULL, 30, 0, false, NULL}}, 3, CUSTODY_HOLDER, 2, 5, 1 },
	{ "out to a laboratory and back", {{0, 1, NULL, 10, 0, false, NULL}, {1, 0, "lab", 20, 0, false, NULL}, {0, 1, "lab", 30, 0, false, NULL}}, 3, CUSTODY_WHOLE, 0, 1, 0 },
	{ "back from another than it went to", {{0, 1, NULL, 10, 0, false, NULL}, {1, 0, "lab", 20, 0, false, NULL}, {0, 1, "bar", 30, 0, false, NULL}}, 3, CUSTODY_HOLDER, 2, 1, 0 },
	{ "the same hash in other letters", {{0, 1, NULL, 10, 0, false, "ab"}, {1, 2, NULL, 20, 0, false, "AB"}}, 2, CUSTODY_WHOLE, 0, 2, 0 },
	{ "another hash, which nothing explains", {{0, 1, NULL, 10, 0, false, "ab"}, {1, 2, NULL, 20, 0, false, NULL}, {2, 3, NULL, 30, 0, true, "cd"}}, 3, CUSTODY_HASH, 2, 3, 0 },
    /* clang-format on */
};

static void
a_chain_is_folded_to_its_first_unexplained_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(folds); i++) {
		const struct fold_case *c = &folds[i];
		struct custody_link links[5];
		struct custody_state s;

		/* in any order of arrival */
		for (size_t k = 0; k < c->n; k++) {
			const struct word *w = &c->links[c->n - 1 - k];

			links[k] = (struct custody_link){.id = {{(unsigned char)(c->n - k)}},
							 .from = {{w->from}},
							 .to = {{w->to}},
							 .outside = str_from(w->outside),
							 .at_ms = w->at,
							 .until_ms = w->until,
							 .explains = w->explains,
							 .sha256 = str_from(w->sha256)};
		}
		custody_sort(links, c->n);
		s = custody_fold(links, c->n);
		if (s.fault != c->fault || (s.fault > CUSTODY_EMPTY && s.at != c->at) ||
		    s.holder.b[0] != c->holder || s.gaps_explained != c->explained)
			fail_msg("%s: %s at %zu, holder %d, explained %d\n", c->name,
				 custody_fault_text(s.fault), s.at, s.holder.b[0],
				 (int)s.gaps_explained);
	}
}

static struct test_person officer, clerk, prosecutor;
static struct id harbour, lab;

/* clang-format off */
static const struct gate others[] = {
	{ "authorisation_valid", test_gate_holds, "" },
	{ "disclosure_answered", test_gate_holds, "" },
	{ .name = NULL },
};
/* clang-format on */

static int
setup(void **state)
{
	struct test_node *t = test_node_new(others, NULL);

	t->gates[t->node.gate_table_count++] = custody_feature.gates;
	officer = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	clerk = test_person(2, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	prosecutor = test_person(3, 1, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	harbour = test_node_create(t, &officer, "case", STR("{'name':'Harbour Road'}"));
	lab = test_node_create(t, &officer, "organisation", STR("{'name':'Ulmere Laboratory'}"));
	*state = t;
	return 0;
}

static struct id
exhibit(struct test_node *t, const char *more)
{
	return test_node_create(
	    t, &officer, "exhibit",
	    str_fmt(t->a,
		    "{'case':'%s','kind':'document','description':'a ledger',"
		    "'collected_at':'2026-11-20T10:00:00Z','law_of':'QN','method':'collected'%s}",
		    id_format(t->a, harbour).p, more));
}

/* An event as the giver writes it; hour of 20 November. */
static struct id
event(struct test_node *t, struct id of, int hour, const struct test_person *from,
      const struct test_person *to, const char *more)
{
	return test_node_create(
	    t, &officer, "custody_event",
	    str_fmt(t->a,
		    "{'exhibit':'%s','what':'transferred','at':'2026-11-20T%02d:00:00Z',"
		    "'reason':'to be kept'%s%s%s%s%s%s%s}",
		    id_format(t->a, of).p, hour, from != NULL ? ",'from':'" : "",
		    from != NULL ? id_format(t->a, from->actor.id).p : "", from != NULL ? "'" : "",
		    to != NULL ? ",'to':'" : "", to != NULL ? id_format(t->a, to->actor.id).p : "",
		    to != NULL ? "'" : "", more));
}

static void
the_receiver_signs_and_not_the_giver(void **state)
{
	struct test_node *t = *state;
	struct id e = exhibit(t, "");
	struct err err;

	assert_int_equal(test_node_move(t, &officer, event(t, e, 11, &officer, &clerk, ""),
					"signed", STR("{}"), &err),
			 RC_CONFLICT);
	assert_int_equal(test_node_move(t, &clerk, event(t, e, 11, &clerk, &clerk, ""), "signed",
					STR("{}"), &err),
			 RC_CONFLICT);
	assert_int_equal(
	    test_node_move(t, &clerk, event(t, e, 11, NULL, &clerk, ""), "signed", STR("{}"), &err),
	    RC_CONFLICT);
	assert_int_equal(test_node_move(t, &clerk, event(t, e, 11, &officer, NULL, ""), "signed",
					STR("{}"), &err),
			 RC_CONFLICT);
	assert_int_equal(test_node_move(t, &clerk, event(t, e, 11, &officer, &clerk, ""), "signed",
					STR("{}"), &err),
			 RC_OK);
	/* to somebody without an account, before a witness who is not the giver */
	assert_int_equal(test_node_move(t, &clerk,
					event(t, e, 12, &clerk, NULL, ",'outside':'courier'"),
					"signed", STR("{}"), &err),
			 RC_CONFLICT);
	assert_int_equal(test_node_move(t, &officer,
					event(t, e, 12, &clerk, NULL,
					      str_fmt(t->a, ",'outside':'courier','witness':'%s'",
						      id_format(t->a, officer.actor.id).p)
						  .p),
					"signed", STR("{}"), &err),
			 RC_OK);
}

static void
an_exhibit_is_sealed_with_a_number_or_with_both_hashes(void **state)
{
#define H64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct {
		const char *more;
		enum rc rc;
	} cases[] = {
	    {"", RC_CONFLICT},
	    {",'seal':{'kind':'seal_number','value':'S-1'}", RC_OK},
	    {",'sha256':'" H64 "'", RC_CONFLICT},
	    {",'sha256':'" H64 "','sha512':'" H64 H64 "'", RC_OK},
	    {",'sha256':'" H64 "','sha512':'" H64 "'", RC_CONFLICT},
	    {",'sha256':'0123','seal':{'kind':'seal_number','value':'S-1'}", RC_CONFLICT},
	};
	struct test_node *t = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = {.text = ""};

		if (test_node_move(t, &officer, exhibit(t, cases[i].more), "sealed", STR("{}"),
				   &err) != cases[i].rc)
			fail_msg("%s: %s\n", cases[i].more, err.text);
	}
}

#define SEAL ",'seal':{'kind':'seal_number','value':'S-1'}"

static void
accredit(struct test_node *t, const char *from, const char *until, const char *kinds)
{
	const struct code_list *standards = model_list(t->model, STR("accreditation_standard"));

	(void)test_node_create(
	    t, &prosecutor, "accreditation",
	    str_fmt(t->a,
		    "{'laboratory':'%s','standard':'%.*s','body':'B','method':'M',"
		    "'material':'paper','valid_from':'%s','valid_until':'%s'%s}",
		    id_format(t->a, lab).p, STR_ARG(standards->codes[0].code), from, until, kinds));
}

static void
an_exhibit_goes_to_an_accredited_laboratory_by_an_unbroken_chain(void **state)
{
	struct test_node *t = *state;
	struct id e = exhibit(t, SEAL);
	struct str to_lab = test_fill(t, "{'laboratory':'@1'}", lab, lab);
	struct err err = {.text = ""};

	assert_int_equal(test_node_move(t, &officer, e, "sealed", STR("{}"), &err), RC_OK);
	/* no hand-over yet */
	assert_int_equal(test_node_move(t, &officer, e, "in_lab", to_lab, &err), RC_CONFLICT);
	/* offered, not signed */
	(void)event(t, e, 11, &officer, &clerk, "");
	assert_int_equal(test_node_move(t, &officer, e, "in_lab", to_lab, &err), RC_CONFLICT);
	assert_int_equal(test_node_move(t, &clerk, event(t, e, 11, &officer, &clerk, ""), "signed",
					STR("{}"), &err),
			 RC_OK);
	/* no accreditation; lapsed; of other kinds; suspended would be another state */
	assert_int_equal(test_node_move(t, &officer, e, "in_lab", to_lab, &err), RC_CONFLICT);
	assert_string_equal(err.key, "laboratory");
	accredit(t, "2024-01-01", "2026-11-22", "");
	accredit(t, "2026-12-01", "2027-11-22", "");
	accredit(t, "2024-01-01", "2027-11-22", ",'exhibit_kinds':['biological']");
	assert_int_equal(test_node_move(t, &officer, e, "in_lab", to_lab, &err), RC_CONFLICT);
	assert_string_equal(err.key, "laboratory");
	accredit(t, "2024-01-01", "2026-11-23", ",'exhibit_kinds':['document']");
	/* a gap: the officer hands over what the clerk has */
	assert_int_equal(test_node_move(t, &prosecutor, event(t, e, 13, &officer, &prosecutor, ""),
					"signed", STR("{}"), &err),
			 RC_OK);
	assert_int_equal(test_node_move(t, &officer, e, "in_lab", to_lab, &err), RC_CONFLICT);
	assert_string_equal(err.text, "custody: somebody hands it on who did not have it");
	/* explained by the next, which both signed */
	assert_int_equal(test_node_move(t, &clerk,
					event(t, e, 14, &prosecutor, &clerk,
					      ",'explains_gap':'the clerk was ill'"),
					"signed", STR("{}"), &err),
			 RC_OK);
	if (test_node_move(t, &officer, e, "in_lab", to_lab, &err) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
}

static void
a_corrected_event_gives_way_to_its_correction(void **state)
{
	struct test_node *t = *state;
	struct id e = exhibit(t, SEAL), wrong;
	struct err err = {.text = ""};

	assert_int_equal(test_node_move(t, &officer, e, "sealed", STR("{}"), &err), RC_OK);
	assert_int_equal(test_node_move(t, &clerk, event(t, e, 11, &officer, &clerk, ""), "signed",
					STR("{}"), &err),
			 RC_OK);
	wrong = event(t, e, 12, &officer, &prosecutor, "");
	assert_int_equal(test_node_move(t, &prosecutor, wrong, "signed", STR("{}"), &err), RC_OK);
	assert_int_equal(test_node_move(t, &prosecutor, e, "presented", STR("{}"), &err),
			 RC_CONFLICT);
	assert_int_equal(
	    test_node_move(t, &prosecutor,
			   event(t, e, 12, &clerk, &prosecutor,
				 str_fmt(t->a, ",'corrects':'%s'", id_format(t->a, wrong).p).p),
			   "signed", STR("{}"), &err),
	    RC_OK);
	if (test_node_move(t, &prosecutor, e, "presented", STR("{}"), &err) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_chain_is_folded_to_its_first_unexplained_fault),
	    T(the_receiver_signs_and_not_the_giver),
	    T(an_exhibit_is_sealed_with_a_number_or_with_both_hashes),
	    T(an_exhibit_goes_to_an_accredited_laboratory_by_an_unbroken_chain),
	    T(a_corrected_event_gives_way_to_its_correction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
