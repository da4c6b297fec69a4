#include "base/test.h"

#include "policy/policy.h"

/* The facts of one case; the table below spells who asks, for what, of which row. */
enum whose { OTHERS, OWN };
enum where { ELSEWHERE, HERE };
enum purpose_given { NO_PURPOSE = PURPOSE_COUNT };

struct row_case {
	const char *name;
	uint32_t roles;
	int purpose;
	enum policy_action action;
	enum where unit;
	enum whose owner;
	enum guard guard;
	enum tlp handling;
	bool quick_note, erased;
	const char *reason;
	/* what comes out */
	enum rung rung;
	const char *rule;
	bool open_refusal;
};

#define ANALYST BIT(ROLE_ANALYST)
#define SUPPORT BIT(ROLE_SUPPORT_WORKER)
#define SUPERVISOR BIT(ROLE_SUPERVISOR)
#define ADMINISTRATOR BIT(ROLE_ADMINISTRATOR)
#define MONITOR BIT(ROLE_MONITOR)
#define INVESTIGATION PURPOSE_INVESTIGATION
#define PROTECTION PURPOSE_PROTECTION

/* A type that analysts, support workers and supervisors read and write. */
static struct record_type
type_of_case(void)
{
	return (struct record_type){
	    .read = {ANALYST | SUPPORT | SUPERVISOR, BIT(INVESTIGATION) | BIT(PROTECTION)},
	    .write = {ANALYST | SUPPORT | SUPERVISOR, BIT(INVESTIGATION) | BIT(PROTECTION)},
	};
}

/* clang-format off */
static const struct row_case cases[] = {
	/* roles and purposes are told openly: they are the same for every row */
	{ "a monitor reads no record", MONITOR, INVESTIGATION, POLICY_READ, HERE, OTHERS, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_NONE, "role", true },
	{ "an administrator reads no record", ADMINISTRATOR, INVESTIGATION, POLICY_READ, HERE, OTHERS, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_NONE, "role", true },
	{ "somebody without a role reads nothing", 0, INVESTIGATION, POLICY_LIST, HERE, OWN, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_NONE, "role", true },
	{ "an owner without the role reads nothing", MONITOR, INVESTIGATION, POLICY_READ, HERE, OWN, GUARD_NONE, TLP_RED, false, false, NULL, RUNG_NONE, "role", true },
	{ "no purpose, no record", ANALYST, NO_PURPOSE, POLICY_READ, HERE, OWN, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_NONE, "purpose", true },
	{ "another purpose opens nothing", ANALYST, PURPOSE_STATISTICS, POLICY_READ, HERE, OWN, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_NONE, "purpose", true },
	{ "nor does it change anything", ANALYST, PURPOSE_STATISTICS, POLICY_UPDATE, HERE, OWN, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_NONE, "purpose", true },

	/* handling */
	{ "CLEAR is read anywhere", ANALYST, INVESTIGATION, POLICY_READ, ELSEWHERE, OTHERS, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "AMBER is read by another unit", ANALYST, INVESTIGATION, POLICY_READ, ELSEWHERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "AMBER+STRICT is not", ANALYST, INVESTIGATION, POLICY_READ, ELSEWHERE, OTHERS, GUARD_NONE, TLP_AMBER_STRICT, false, false, NULL, RUNG_NONE, "handling", false },
	{ "not even by another unit's supervisor", SUPERVISOR, INVESTIGATION, POLICY_READ, ELSEWHERE, OTHERS, GUARD_NONE, TLP_AMBER_STRICT, false, false, NULL, RUNG_NONE, "handling", false },
	{ "AMBER+STRICT is read in its unit", ANALYST, INVESTIGATION, POLICY_READ, HERE, OTHERS, GUARD_NONE, TLP_AMBER_STRICT, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "RED is not, by a colleague", ANALYST, INVESTIGATION, POLICY_READ, HERE, OTHERS, GUARD_NONE, TLP_RED, false, false, NULL, RUNG_NONE, "handling", false },
	{ "RED is read by its owner", ANALYST, INVESTIGATION, POLICY_READ, HERE, OWN, GUARD_NONE, TLP_RED, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "RED is read by the unit's supervisor", SUPERVISOR, INVESTIGATION, POLICY_READ, HERE, OTHERS, GUARD_NONE, TLP_RED, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "RED is not read by another unit's supervisor", SUPERVISOR, INVESTIGATION, POLICY_READ, ELSEWHERE, OTHERS, GUARD_NONE, TLP_RED, false, false, NULL, RUNG_NONE, "handling", false },
	{ "a list shows RED to its owner", ANALYST, INVESTIGATION, POLICY_LIST, HERE, OWN, GUARD_NONE, TLP_RED, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "and leaves it out for a colleague", ANALYST, INVESTIGATION, POLICY_LIST, HERE, OTHERS, GUARD_NONE, TLP_RED, false, false, NULL, RUNG_NONE, "handling", false },

	/* guarded records */
	{ "an analyst of the unit reads no survivor", ANALYST, PROTECTION, POLICY_READ, HERE, OTHERS, GUARD_SURVIVOR, TLP_AMBER, false, false, NULL, RUNG_NONE, "guard", false },
	{ "a support worker of the unit does", SUPPORT, PROTECTION, POLICY_READ, HERE, OTHERS, GUARD_SURVIVOR, TLP_AMBER, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "a support worker of another unit does not", SUPPORT, PROTECTION, POLICY_READ, ELSEWHERE, OTHERS, GUARD_SURVIVOR, TLP_CLEAR, false, false, NULL, RUNG_NONE, "guard", false },
	{ "a supervisor of another unit does not", SUPERVISOR, PROTECTION, POLICY_READ, ELSEWHERE, OTHERS, GUARD_MINOR, TLP_CLEAR, false, false, NULL, RUNG_NONE, "guard", false },
	{ "whoever made it does", ANALYST, PROTECTION, POLICY_READ, HERE, OWN, GUARD_MINOR, TLP_RED, false, false, NULL, RUNG_MASKED, "masked", false },

	/* quick notes and what was erased */
	{ "a quick note is not for colleagues", ANALYST, INVESTIGATION, POLICY_READ, HERE, OTHERS, GUARD_NONE, TLP_CLEAR, true, false, NULL, RUNG_NONE, "quick-note", false },
	{ "a quick note is for its author", ANALYST, INVESTIGATION, POLICY_READ, HERE, OWN, GUARD_NONE, TLP_RED, true, false, NULL, RUNG_MASKED, "masked", false },
	{ "and for the unit's supervisor", SUPERVISOR, INVESTIGATION, POLICY_READ, HERE, OTHERS, GUARD_NONE, TLP_RED, true, false, NULL, RUNG_MASKED, "masked", false },
	{ "not for another's", SUPERVISOR, INVESTIGATION, POLICY_READ, ELSEWHERE, OTHERS, GUARD_NONE, TLP_CLEAR, true, false, NULL, RUNG_NONE, "quick-note", false },
	{ "what was erased is absent for its owner too", SUPERVISOR, INVESTIGATION, POLICY_READ, HERE, OWN, GUARD_NONE, TLP_CLEAR, false, true, NULL, RUNG_NONE, "erased", false },
	{ "and cannot be erased again", SUPERVISOR, INVESTIGATION, POLICY_ERASE, HERE, OWN, GUARD_NONE, TLP_CLEAR, false, true, NULL, RUNG_NONE, "erased", false },

	/* reveal */
	{ "a reveal in the unit, with a reason", ANALYST, INVESTIGATION, POLICY_REVEAL, HERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, "to call back", RUNG_FULL, "granted", false },
	{ "a reveal without a reason", ANALYST, INVESTIGATION, POLICY_REVEAL, HERE, OWN, GUARD_NONE, TLP_AMBER, false, false, NULL, RUNG_NONE, "reason", true },
	{ "a reveal of another unit's AMBER", ANALYST, INVESTIGATION, POLICY_REVEAL, ELSEWHERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, "to call back", RUNG_NONE, "unit", true },
	{ "a reveal of another unit's GREEN", ANALYST, INVESTIGATION, POLICY_REVEAL, ELSEWHERE, OTHERS, GUARD_NONE, TLP_GREEN, false, false, "to call back", RUNG_FULL, "granted", false },
	{ "a reveal of what may not be known looks like absence", ANALYST, INVESTIGATION, POLICY_REVEAL, ELSEWHERE, OTHERS, GUARD_NONE, TLP_RED, false, false, "to call back", RUNG_NONE, "handling", false },

	/* changes */
	{ "a colleague changes what the unit keeps", ANALYST, INVESTIGATION, POLICY_UPDATE, HERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "another unit changes nothing", ANALYST, INVESTIGATION, POLICY_UPDATE, ELSEWHERE, OTHERS, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_NONE, "unit", false },
	{ "another unit moves nothing", SUPERVISOR, INVESTIGATION, POLICY_MOVE, ELSEWHERE, OTHERS, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_NONE, "unit", false },
	{ "an analyst erases nothing", ANALYST, INVESTIGATION, POLICY_ERASE, HERE, OWN, GUARD_NONE, TLP_CLEAR, false, false, NULL, RUNG_NONE, "role", true },
	{ "a supervisor of the unit erases", SUPERVISOR, INVESTIGATION, POLICY_ERASE, HERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "a supervisor of another unit does not", SUPERVISOR, INVESTIGATION, POLICY_ERASE, ELSEWHERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, NULL, RUNG_NONE, "unit", false },
	{ "nobody erases for screening", SUPERVISOR, PURPOSE_SCREENING, POLICY_ERASE, HERE, OWN, GUARD_NONE, TLP_AMBER, false, false, NULL, RUNG_NONE, "purpose", true },
	{ "an administrator erases by the retention rules", ADMINISTRATOR, PURPOSE_ADMINISTRATION, POLICY_ERASE, HERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, NULL, RUNG_MASKED, "masked", false },
	{ "but no survivor's record", ADMINISTRATOR, PURPOSE_ADMINISTRATION, POLICY_ERASE, HERE, OTHERS, GUARD_SURVIVOR, TLP_AMBER, false, false, NULL, RUNG_NONE, "guard", false },
	{ "an administrator erases for the person's rights", ADMINISTRATOR, PURPOSE_SUBJECT_RIGHTS, POLICY_ERASE, HERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, NULL, RUNG_MASKED, "masked", false },
};
/* clang-format on */

static struct decision
decide(const struct row_case *c)
{
	const struct id me = {{1}}, somebody = {{2}}, here = {{3}}, elsewhere = {{4}};
	struct record_type type = type_of_case();
	struct actor actor = {.id = me, .roles = c->roles, .unit = here};
	struct access access = {.has_purpose = c->purpose != NO_PURPOSE,
				.purpose = (enum purpose)(c->purpose % PURPOSE_COUNT),
				.reason = str_from(c->reason)};
	struct row_facts row = {.unit = c->unit == HERE ? here : elsewhere,
				.owner = c->owner == OWN ? me : somebody,
				.guard = c->guard,
				.handling = c->handling,
				.quick_note = c->quick_note,
				.erased = c->erased};

	return policy_decide(&(struct facts){&actor, &access, c->action, &type, &row, NULL});
}

static void
each_case_is_decided_by_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct row_case *c = &cases[i];
		struct decision d = decide(c);

		if (d.rung != c->rung || strcmp(d.rule, c->rule) != 0 ||
		    d.open_refusal != c->open_refusal)
			fail_msg("%s: %s by rule %s (%s)\n", c->name, rung_name(d.rung), d.rule,
				 d.open_refusal ? "open" : "closed");
		assert_true(strlen(d.why) > 0);
	}
}

/* A reference needs the ladder's lowest rung, by role and row; the purpose is for reading. */
static void
a_record_refers_only_to_what_its_writer_may_know_of(void **state)
{
	static const struct {
		const char *name;
		uint32_t roles;
		int purpose;
		enum where unit;
		enum whose owner;
		enum guard guard;
		enum tlp handling;
		bool quick_note, erased, may;
	} refer[] = {
	    /* clang-format off */
		{ "a colleague's AMBER", ANALYST, INVESTIGATION, HERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, true },
		{ "another unit's AMBER", ANALYST, INVESTIGATION, ELSEWHERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, true },
		{ "for a purpose that does not open it", ANALYST, PURPOSE_SCREENING, HERE, OTHERS, GUARD_NONE, TLP_AMBER, false, false, true },
		{ "one's own RED", ANALYST, INVESTIGATION, HERE, OWN, GUARD_NONE, TLP_RED, false, false, true },
		{ "a colleague's RED", ANALYST, INVESTIGATION, HERE, OTHERS, GUARD_NONE, TLP_RED, false, false, false },
		{ "the unit's RED, by its supervisor", SUPERVISOR, INVESTIGATION, HERE, OTHERS, GUARD_NONE, TLP_RED, false, false, true },
		{ "another unit's AMBER+STRICT", ANALYST, INVESTIGATION, ELSEWHERE, OTHERS, GUARD_NONE, TLP_AMBER_STRICT, false, false, false },
		{ "a survivor, by an analyst", ANALYST, PROTECTION, HERE, OTHERS, GUARD_SURVIVOR, TLP_AMBER, false, false, false },
		{ "a survivor, by a support worker", SUPPORT, PROTECTION, HERE, OTHERS, GUARD_SURVIVOR, TLP_AMBER, false, false, true },
		{ "a minor of another unit", SUPPORT, PROTECTION, ELSEWHERE, OTHERS, GUARD_MINOR, TLP_AMBER, false, false, false },
		{ "a type that the role neither reads nor writes", MONITOR, INVESTIGATION, HERE, OWN, GUARD_NONE, TLP_CLEAR, false, false, false },
		{ "a colleague's quick note", ANALYST, INVESTIGATION, HERE, OTHERS, GUARD_NONE, TLP_AMBER, true, false, false },
		{ "what was erased", SUPERVISOR, INVESTIGATION, HERE, OWN, GUARD_NONE, TLP_CLEAR, false, true, false },
	    /* clang-format on */
	};
	const struct id me = {{1}}, somebody = {{2}}, here = {{3}}, elsewhere = {{4}};
	struct record_type type = type_of_case();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(refer); i++) {
		struct actor actor = {.id = me, .roles = refer[i].roles, .unit = here};
		struct access access = {.has_purpose = true,
					.purpose = (enum purpose)refer[i].purpose};
		struct row_facts row = {.unit = refer[i].unit == HERE ? here : elsewhere,
					.owner = refer[i].owner == OWN ? me : somebody,
					.guard = refer[i].guard,
					.handling = refer[i].handling,
					.quick_note = refer[i].quick_note,
					.erased = refer[i].erased};

		if (policy_may_refer(&actor, &access, &type, &row) != refer[i].may)
			fail_msg("%s\n", refer[i].name);
	}
}

static void
a_refusal_of_a_role_names_the_roles_that_may(void **state)
{
	struct record_type type = type_of_case();
	struct move move = {.roles = SUPERVISOR};
	struct actor actor = {.roles = ANALYST};
	struct access access = {.has_purpose = true, .purpose = INVESTIGATION};
	struct facts f = {&actor, &access, POLICY_MOVE, &type, NULL, &move};
	struct decision d = policy_decide(&f);

	(void)state;
	assert_string_equal(d.rule, "role");
	assert_int_equal(d.roles_needed, SUPERVISOR);
	assert_non_null(strstr(d.why, "this move"));
	f.action = POLICY_UPDATE;
	assert_int_equal(policy_decide(&f).roles_needed, 0);
	actor.roles = MONITOR;
	assert_int_equal(policy_decide(&f).roles_needed, type.write.roles);
	actor.roles = ANALYST;
	access.purpose = PURPOSE_STATISTICS;
	assert_int_equal(policy_decide(&f).purposes_needed, type.write.purposes);
}

/* Whatever the row is like, a wrong role or purpose never looks at it. */
static void
a_refusal_of_role_or_purpose_is_the_same_for_every_row(void **state)
{
	(void)state;
	for (int bits = 0; bits < 64; bits++)
		for (int tlp = TLP_CLEAR; tlp <= TLP_RED; tlp++) {
			struct row_case c = {.roles = (bits & 1) ? MONITOR : ANALYST,
					     .purpose = (bits & 1) ? (int)INVESTIGATION
								   : (int)PURPOSE_OVERSIGHT,
					     .action = POLICY_READ,
					     .unit = (bits & 2) ? HERE : ELSEWHERE,
					     .owner = (bits & 4) ? OWN : OTHERS,
					     .guard = (bits & 8) ? GUARD_SURVIVOR : GUARD_NONE,
					     .quick_note = (bits & 16) != 0,
					     .erased = (bits & 32) != 0,
					     .handling = (enum tlp)tlp};
			struct decision d = decide(&c);

			assert_int_equal(d.rung, RUNG_NONE);
			assert_true(d.open_refusal);
			assert_string_equal(d.rule, (bits & 1) ? "role" : "purpose");
		}
}

static void
a_move_takes_its_own_roles_before_those_of_writing(void **state)
{
	static const struct move for_supervisors = {.roles = SUPERVISOR},
				 for_writers = {.roles = 0};
	static const struct {
		uint32_t roles;
		const struct move *move;
		enum rung rung;
	} moves[] = {
	    {SUPERVISOR, &for_supervisors, RUNG_MASKED},
	    {ANALYST, &for_supervisors, RUNG_NONE},
	    {ANALYST, &for_writers, RUNG_MASKED},
	    {MONITOR, &for_writers, RUNG_NONE},
	};
	struct record_type type = type_of_case();
	struct access access = {.purpose = INVESTIGATION, .has_purpose = true};
	struct row_facts row = {.handling = TLP_AMBER};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(moves); i++) {
		struct actor actor = {.roles = moves[i].roles};
		struct facts f = {&actor, &access, POLICY_MOVE, &type, &row, moves[i].move};

		assert_int_equal(policy_decide(&f).rung, moves[i].rung);
	}
}

static void
the_node_itself_sees_all_but_what_was_erased(void **state)
{
	struct record_type type = type_of_case();
	struct actor node = {.is_node = true};
	struct access none = {0};
	struct row_facts row = {
	    .unit = {{9}}, .guard = GUARD_SURVIVOR, .handling = TLP_RED, .quick_note = true};
	struct facts f = {&node, &none, POLICY_READ, &type, &row, NULL};

	(void)state;
	assert_int_equal(policy_decide(&f).rung, RUNG_FULL);
	row.erased = true;
	assert_int_equal(policy_decide(&f).rung, RUNG_NONE);
}

/* What is known of somebody beside who they are, in a table again. */
static void
reach_decides_beside_role_and_row(void **state)
{
	enum known { NOTHING, BELOW, TEAM, CLOSED, KEPT, KEPT_OTHER, GLASS, GLASS_OTHER };
	static const struct {
		const char *name;
		uint32_t roles;
		enum purpose purpose;
		enum policy_action action;
		enum known known;
		enum guard guard;
		enum tlp handling;
		bool quick_note, glass_never;
		enum rung rung;
		const char *rule, *mark;
	} all[] = {
	    /* clang-format off */
		{ "a supervisor reads RED in a unit below", SUPERVISOR, INVESTIGATION, POLICY_READ, BELOW, GUARD_NONE, TLP_RED, false, false, RUNG_MASKED, "masked", NULL },
		{ "and quick notes", SUPERVISOR, INVESTIGATION, POLICY_READ, BELOW, GUARD_NONE, TLP_RED, true, false, RUNG_MASKED, "masked", NULL },
		{ "and changes what it keeps", SUPERVISOR, INVESTIGATION, POLICY_UPDATE, BELOW, GUARD_NONE, TLP_AMBER, false, false, RUNG_MASKED, "masked", NULL },
		{ "and its survivors", SUPERVISOR, PROTECTION, POLICY_READ, BELOW, GUARD_SURVIVOR, TLP_RED, false, false, RUNG_MASKED, "masked", NULL },
		{ "an analyst above reads no AMBER+STRICT", ANALYST, INVESTIGATION, POLICY_READ, BELOW, GUARD_NONE, TLP_AMBER_STRICT, false, false, RUNG_NONE, "handling", NULL },
		{ "the team reads RED of another unit", ANALYST, INVESTIGATION, POLICY_READ, TEAM, GUARD_NONE, TLP_RED, false, false, RUNG_MASKED, "masked", NULL },
		{ "and AMBER+STRICT", ANALYST, INVESTIGATION, POLICY_READ, TEAM, GUARD_NONE, TLP_AMBER_STRICT, false, false, RUNG_MASKED, "masked", NULL },
		{ "and reveals there", ANALYST, INVESTIGATION, POLICY_REVEAL, TEAM, GUARD_NONE, TLP_RED, false, false, RUNG_FULL, "granted", NULL },
		{ "and changes nothing", ANALYST, INVESTIGATION, POLICY_UPDATE, TEAM, GUARD_NONE, TLP_RED, false, false, RUNG_NONE, "unit", NULL },
		{ "no team reaches a survivor", SUPPORT, PROTECTION, POLICY_READ, TEAM, GUARD_SURVIVOR, TLP_RED, false, false, RUNG_NONE, "guard", NULL },
		{ "nor a minor", SUPPORT, PROTECTION, POLICY_READ, TEAM, GUARD_MINOR, TLP_AMBER, false, false, RUNG_NONE, "guard", NULL },
		{ "nor a quick note", ANALYST, INVESTIGATION, POLICY_READ, TEAM, GUARD_NONE, TLP_CLEAR, true, false, RUNG_NONE, "quick-note", NULL },
		{ "a purpose without its training is closed", ANALYST, INVESTIGATION, POLICY_READ, CLOSED, GUARD_NONE, TLP_CLEAR, false, false, RUNG_NONE, "training", NULL },
		{ "for changes too", ANALYST, INVESTIGATION, POLICY_UPDATE, CLOSED, GUARD_NONE, TLP_CLEAR, false, false, RUNG_NONE, "training", NULL },
		{ "another purpose stays open", ANALYST, PROTECTION, POLICY_READ, CLOSED, GUARD_NONE, TLP_CLEAR, false, false, RUNG_MASKED, "masked", NULL },
		{ "a right kept for an alert opens what it is about", ANALYST, INVESTIGATION, POLICY_READ, KEPT, GUARD_NONE, TLP_CLEAR, false, false, RUNG_MASKED, "masked", "kept_right" },
		{ "and nothing else of the type", ANALYST, INVESTIGATION, POLICY_READ, KEPT_OTHER, GUARD_NONE, TLP_CLEAR, false, false, RUNG_NONE, "training", NULL },
		{ "and no more than the role would", ANALYST, INVESTIGATION, POLICY_READ, KEPT, GUARD_NONE, TLP_RED, false, false, RUNG_NONE, "handling", NULL },
		{ "broken glass opens another unit's RED", ANALYST, INVESTIGATION, POLICY_READ, GLASS, GUARD_NONE, TLP_RED, false, false, RUNG_MASKED, "masked", "break_glass" },
		{ "and reveals", ANALYST, INVESTIGATION, POLICY_REVEAL, GLASS, GUARD_NONE, TLP_RED, false, false, RUNG_FULL, "granted", "break_glass" },
		{ "and a survivor", ANALYST, PROTECTION, POLICY_READ, GLASS, GUARD_SURVIVOR, TLP_RED, false, false, RUNG_MASKED, "masked", "break_glass" },
		{ "for a desk without the role too", BIT(ROLE_COORDINATOR), INVESTIGATION, POLICY_READ, GLASS, GUARD_NONE, TLP_RED, false, false, RUNG_MASKED, "masked", "break_glass" },
		{ "and for no purpose that the type is not for", BIT(ROLE_COORDINATOR), PURPOSE_STATISTICS, POLICY_READ, GLASS, GUARD_NONE, TLP_RED, false, false, RUNG_NONE, "purpose", NULL },
		{ "it changes nothing", ANALYST, INVESTIGATION, POLICY_UPDATE, GLASS, GUARD_NONE, TLP_CLEAR, false, false, RUNG_NONE, "unit", NULL },
		{ "it is no list", ANALYST, INVESTIGATION, POLICY_LIST, GLASS, GUARD_NONE, TLP_RED, false, false, RUNG_NONE, "handling", NULL },
		{ "it opens that record alone", ANALYST, INVESTIGATION, POLICY_READ, GLASS_OTHER, GUARD_NONE, TLP_RED, false, false, RUNG_NONE, "handling", NULL },
		{ "it opens no quick note", ANALYST, INVESTIGATION, POLICY_READ, GLASS, GUARD_NONE, TLP_RED, true, false, RUNG_NONE, "quick-note", NULL },
		{ "it never opens a type that says never", ANALYST, INVESTIGATION, POLICY_READ, GLASS, GUARD_SURVIVOR, TLP_RED, false, true, RUNG_NONE, "guard", NULL },
		{ "nor for a purpose that the type does not take", ANALYST, PURPOSE_STATISTICS, POLICY_READ, GLASS, GUARD_NONE, TLP_RED, false, false, RUNG_NONE, "purpose", NULL },
	    /* clang-format on */
	};
	const struct id me = {{1}}, here = {{3}}, elsewhere = {{4}}, key = {{5}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct record_type type = type_of_case();
		struct row_facts row = {.id = {{7}},
					.unit = elsewhere,
					.owner = {{8}},
					.guard = all[i].guard,
					.handling = all[i].handling,
					.on_team = all[i].known == TEAM,
					.quick_note = all[i].quick_note};
		bool glass = all[i].known == GLASS || all[i].known == GLASS_OTHER;
		bool other = all[i].known == KEPT_OTHER || all[i].known == GLASS_OTHER;
		struct reached reached = {.record = other ? key : row.id,
					  .type = &type,
					  .by = glass ? REACHED_GLASS : REACHED_KEPT};
		struct reach reach = {.units = &elsewhere,
				      .unit_count = all[i].known == BELOW,
				      .records = &reached,
				      .record_count = all[i].known >= KEPT};
		struct actor actor = {
		    .id = me, .roles = all[i].roles, .unit = here, .reach = &reach};
		struct access access = {.has_purpose = true,
					.purpose = all[i].purpose,
					.reason = STR("somebody is in danger")};
		struct facts f = {&actor, &access, all[i].action, &type, &row, NULL};
		struct decision d;

		type.glass_never = all[i].glass_never;
		if (all[i].known >= CLOSED && all[i].known <= KEPT_OTHER) {
			reach.closed = BIT(INVESTIGATION);
			reach.closed_why[INVESTIGATION] = "a course is missing";
		}
		d = policy_decide(&f);
		if (d.rung != all[i].rung || strcmp(d.rule, all[i].rule) != 0 ||
		    (d.mark == NULL) != (all[i].mark == NULL) ||
		    (d.mark != NULL && strcmp(d.mark, all[i].mark) != 0))
			fail_msg("%s: %s by %s, %s\n", all[i].name, rung_name(d.rung), d.rule,
				 d.mark != NULL ? d.mark : "no mark");
	}
}

/* What somebody did is for those above them, and for the overseer, wherever it was. */
static void
what_concerns_somebody_is_hidden_from_them_alone(void **state)
{
	struct record_type type = type_of_case();
	struct row_facts row = {.unit = {{3}}, .owner = {{1}}, .handling = TLP_RED};
	struct access access = {.has_purpose = true, .purpose = PURPOSE_OVERSIGHT};
	struct actor supervisor = {.id = {{2}}, .roles = SUPERVISOR, .unit = {{3}}};
	struct actor monitor = {.id = {{4}}, .roles = MONITOR, .unit = {{9}}};
	struct actor same = {.id = {{1}}, .roles = SUPERVISOR, .unit = {{3}}};
	struct facts f = {&supervisor, &access, POLICY_READ, &type, &row, NULL};

	(void)state;
	type.concerns_owner = true;
	type.read = (struct access_rule){SUPERVISOR | MONITOR, BIT(PURPOSE_OVERSIGHT)};
	type.write = (struct access_rule){SUPERVISOR, BIT(PURPOSE_OVERSIGHT)};
	assert_int_equal(policy_decide(&f).rung, RUNG_MASKED);
	f.action = POLICY_MOVE;
	assert_int_equal(policy_decide(&f).rung, RUNG_MASKED);
	f.actor = &monitor;
	assert_string_equal(policy_decide(&f).rule, "role");
	f.action = POLICY_READ;
	assert_int_equal(policy_decide(&f).rung, RUNG_MASKED);
	f.actor = &same;
	assert_string_equal(policy_decide(&f).rule, "concerned");
	assert_false(policy_decide(&f).open_refusal);
	f.action = POLICY_MOVE;
	assert_string_equal(policy_decide(&f).rule, "concerned");
	supervisor.unit = (struct id){{8}};
	f.actor = &supervisor;
	assert_int_equal(policy_decide(&f).rung, RUNG_NONE);
}

static void
glass_is_broken_by_desks_that_act_and_never_where_the_type_says_so(void **state)
{
	struct record_type type = type_of_case();
	struct row_facts row = {.handling = TLP_RED, .guard = GUARD_SURVIVOR};
	struct actor actor = {.id = {{1}}, .roles = BIT(ROLE_DUTY_OFFICER)};

	(void)state;
	assert_true(policy_glass_may_break(&actor, &type, &row));
	actor.roles = ADMINISTRATOR | MONITOR;
	assert_false(policy_glass_may_break(&actor, &type, &row));
	actor.roles = ANALYST;
	row.quick_note = true;
	assert_false(policy_glass_may_break(&actor, &type, &row));
	row.quick_note = false;
	type.glass_never = true;
	assert_false(policy_glass_may_break(&actor, &type, &row));
}

/* The index may start from a group only if a row of it could be seen, and never less. */
static void
a_list_starts_from_every_group_of_which_a_row_may_be_seen(void **state)
{
	static const uint32_t roles[] = {ANALYST, SUPPORT, SUPERVISOR, MONITOR,
					 ANALYST | SUPERVISOR};
	struct record_type type = type_of_case();
	struct access access = {.purpose = PROTECTION, .has_purpose = true};
	const struct id me = {{1}}, somebody = {{2}}, here = {{3}}, elsewhere = {{4}};
	int seen = 0;

	(void)state;
	for (size_t r = 0; r < COUNT_OF(roles); r++)
		for (int bits = 0; bits < 4; bits++)
			for (int guard = GUARD_NONE; guard <= GUARD_MINOR; guard++)
				for (int tlp = TLP_CLEAR; tlp <= TLP_RED; tlp++) {
					struct actor actor = {me, roles[r], here, false};
					struct row_facts row = {
					    .unit = (bits & 1) ? here : elsewhere,
					    .owner = (bits & 1) && (bits & 2) ? me : somebody,
					    .guard = (enum guard)guard,
					    .handling = (enum tlp)tlp};
					struct facts f = {&actor, &access, POLICY_LIST,
							  &type,  &row,	   NULL};

					if (policy_decide(&f).rung == RUNG_NONE)
						continue;
					seen++;
					assert_true(policy_group_visible(&actor, &access, &type,
									 row.unit, row.guard,
									 row.handling));
				}
	assert_true(seen > 20);
	{
		struct actor analyst = {me, ANALYST, here, false};

		assert_false(policy_group_visible(&analyst, &access, &type, me, GUARD_NONE,
						  TLP_AMBER_STRICT));
		assert_false(
		    policy_group_visible(&analyst, &access, &type, me, GUARD_SURVIVOR, TLP_CLEAR));
	}
}

static void
a_masked_field_opens_only_when_it_was_asked_for_at_the_top_rung(void **state)
{
	static const struct {
		enum mask mask;
		enum rung rung;
		bool revealed, in_list, open;
	} fields[] = {
	    {MASK_NEVER, RUNG_MASKED, false, true, true},
	    {MASK_NEVER, RUNG_CATEGORY, true, false, false},
	    {MASK_NEVER, RUNG_NONE, true, false, false},
	    {MASK_DEFAULT, RUNG_MASKED, true, false, false},
	    {MASK_DEFAULT, RUNG_FULL, false, false, false},
	    {MASK_DEFAULT, RUNG_FULL, true, false, true},
	    {MASK_DEFAULT, RUNG_FULL, true, true, true},
	    {MASK_ALWAYS, RUNG_FULL, true, false, true},
	    {MASK_ALWAYS, RUNG_FULL, true, true, false},
	    {MASK_ALWAYS, RUNG_FULL, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct field f = {.mask = fields[i].mask};

		assert_int_equal(
		    policy_field_open(&f, fields[i].rung, fields[i].revealed, fields[i].in_list),
		    fields[i].open);
	}
}

static void
handling_meets_at_the_most_restrictive(void **state)
{
	(void)state;
	for (int i = 0; i < 5 * 5 * 16; i++) {
		struct handling a = {(enum tlp)(i % 5), (i / 25) & 1, (i / 50) & 1};
		struct handling b = {(enum tlp)(i / 5 % 5), (i / 100) & 1, (i / 200) & 1};
		struct handling m = handling_meet(a, b), n = handling_meet(b, a);

		assert_true(m.tlp >= a.tlp && m.tlp >= b.tlp && (m.tlp == a.tlp || m.tlp == b.tlp));
		assert_int_equal(m.judicial_ok, a.judicial_ok && b.judicial_ok);
		assert_int_equal(m.onward_ok, a.onward_ok && b.onward_ok);
		assert_true(m.tlp == n.tlp && m.judicial_ok == n.judicial_ok &&
			    m.onward_ok == n.onward_ok);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_record_refers_only_to_what_its_writer_may_know_of),
	    cmocka_unit_test(a_refusal_of_a_role_names_the_roles_that_may),
	    cmocka_unit_test(each_case_is_decided_by_its_rule),
	    cmocka_unit_test(a_refusal_of_role_or_purpose_is_the_same_for_every_row),
	    cmocka_unit_test(a_move_takes_its_own_roles_before_those_of_writing),
	    cmocka_unit_test(the_node_itself_sees_all_but_what_was_erased),
	    cmocka_unit_test(reach_decides_beside_role_and_row),
	    cmocka_unit_test(what_concerns_somebody_is_hidden_from_them_alone),
	    cmocka_unit_test(glass_is_broken_by_desks_that_act_and_never_where_the_type_says_so),
	    cmocka_unit_test(a_list_starts_from_every_group_of_which_a_row_may_be_seen),
	    cmocka_unit_test(a_masked_field_opens_only_when_it_was_asked_for_at_the_top_rung),
	    cmocka_unit_test(handling_meets_at_the_most_restrictive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
