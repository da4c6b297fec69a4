#include "protect/consent/recovery.h"

#include "base/arena.h"
#include "model/model.h"
#include "protect/consent/concerned.h"

#define DAY_MS INT64_C(86400000)
#define FLOOR_DAYS 30 /* CETS 197 art. 13 */

static bool
in_state(const struct record *r, const char *state)
{
	return r->state >= 0 && str_eq_z(r->type->states.at[r->state], state);
}

/* Is there a period about any of the person's records here, in one of these states? */
static enum rc
period_in(struct door *d, const struct concerned *who, uint32_t states, bool *out, struct err *err)
{
	const struct look_only only = {.states = states, .max = 1};
	struct look_list found = {0};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < who->ids.n && rc == RC_OK && found.n == 0; i++)
		rc = look_holders_only(d, "reflection_period", "survivor", who->ids.at[i], &only,
				       &found, err);
	*out = found.n > 0;
	return rc;
}

static enum rc
nobody_named(struct err *err)
{
	return fail(err, RC_CONFLICT, "gate", "it does not say whom it is about");
}

/* A draft counts: it is opened with the reasonable grounds, and begins with them. */
static enum rc
period_runs(struct door *d, const struct concerned *who, bool *out, bool *had, struct err *err)
{
	uint32_t now = look_state(d, "reflection_period", "draft") |
		       look_state(d, "reflection_period", "running");
	enum rc rc;

	*out = *had = false;
	/* A model without these states has no such type: of no state there would be all. */
	if (now == 0)
		return RC_OK;
	rc = period_in(d, who, now, out, err);
	return rc == RC_OK ? period_in(d, who, ~now, had, err) : rc;
}

static enum rc
no_reflection_period(struct door *d, const struct record *r, const struct gate_use *use,
		     struct err *err)
{
	struct concerned who;
	bool runs, had;
	enum rc rc = concerned_of(d, r, &who, err);

	(void)use;
	if (rc != RC_OK)
		return rc;
	if (who.ids.n == 0)
		return nobody_named(err);
	if ((rc = period_runs(d, &who, &runs, &had, err)) != RC_OK || !runs)
		return rc;
	return fail(err, RC_CONFLICT, "gate",
		    "a time for recovery and reflection runs, or is about to, for the person");
}

/*
 * A refusal says no more than what the record asks for itself, so that whoever plans an
 * interview learns of no period: that the person asked, or waived after advice, is needed of
 * everybody who is or may be a victim.
 */
static enum rc
interview_is_free(struct door *d, const struct record *r, const struct gate_use *use,
		  struct err *err)
{
	static const char *const protected[] = {"victim", "presumed", "undetermined"};
	bool asked = str_eq_z(look_text(r, "asked_by_person"), "yes");
	bool waived = str_eq_z(look_text(r, "recovery_waived"), "yes") &&
		      look_text(r, "waived_after_advice_of").n > 0;
	bool is_protected = false, runs, had;
	struct concerned who;
	enum rc rc = concerned_of(d, r, &who, err);

	(void)use;
	if (rc != RC_OK || asked || waived)
		return rc;
	if (who.ids.n == 0)
		return nobody_named(err);
	for (size_t i = 0; i < COUNT_OF(protected); i++)
		is_protected = is_protected ||
			       str_eq_ascii_case(look_text(r, "category"), str_from(protected[i]));
	if ((rc = period_runs(d, &who, &runs, &had, err)) != RC_OK ||
	    (!runs && (had || !is_protected)))
		return rc;
	return fail(
	    err, RC_CONFLICT, "asked_by_person",
	    "nobody asks them for an account: they start it themselves, or waive their time "
	    "for recovery after legal advice");
}

static enum rc
days_of_law(struct door *d, const struct record *r, int64_t *days)
{
	const struct code_list *list = model_list(d->node->model, STR("reflection_periods"));
	const struct code *row = list != NULL ? code_find(list, look_text(r, "law")) : NULL;
	int64_t n;

	*days = FLOOR_DAYS;
	if (row != NULL && str_to_i64(code_cell(list, row, STR("days_min")), &n) && n > *days)
		*days = n;
	return RC_OK;
}

static enum rc
reflection_floor_kept(struct door *d, const struct record *r, const struct gate_use *use,
		      struct err *err)
{
	struct str from = look_text(r, "begins_on");
	int64_t begins, ends, days;
	enum rc rc = days_of_law(d, r, &days);

	(void)use;
	if (rc != RC_OK)
		return rc;
	if (from.n == 0)
		from = look_text(r, "grounds_on");
	if (!time_parse(from, &begins) || !time_parse(look_text(r, "ends_on"), &ends))
		return fail(err, RC_CONFLICT, "ends_on",
			    "is no day, or the one it begins on is none: from when until when?");
	return ends - begins >= days * DAY_MS
		   ? RC_OK
		   : fail(err, RC_CONFLICT, "ends_on",
			  "is too early: the period is %lld days at least by the law it names",
			  (long long)days);
}

static enum rc
legal_advice_given(struct door *d, const struct record *r, const struct gate_use *use,
		   struct err *err)
{
	int64_t at, asked;

	(void)use;
	if (!time_parse(look_text(r, "advised_on"), &at) || at > d->now_ms)
		return fail(err, RC_CONFLICT, "advised_on", "says no day of legal advice");
	if (look_text(r, "advised_by").n == 0)
		return fail(err, RC_CONFLICT, "advised_by", "says not who advised them");
	if (time_parse(look_text(r, "asked_on"), &asked) && at > asked)
		return fail(err, RC_CONFLICT, "advised_on",
			    "is after they decided: the advice comes first");
	return RC_OK;
}

/* Which best-interests matters allow which record. */
static const char *
matter_of(const struct record *r)
{
	static const struct {
		const char *type, *matter;
	} matters[] = {{"return_plan", "return"},      {"residence_decision", "residence"},
		       {"witness_measure", "measure"}, {"reflection_period", "help"},
		       {"consent", "sharing"},	       {"interview", "testimony"}};

	for (size_t i = 0; i < COUNT_OF(matters); i++)
		if (str_eq_z(r->type->name, matters[i].type))
			return matters[i].matter;
	return NULL;
}

struct matter {
	const struct door *d;
	const char *name;
};

static bool
allows(void *ctx, struct record *b)
{
	const struct matter *matter = ctx;
	struct str until = look_text(b, "valid_until");
	int64_t ends;

	return in_state(b, "decided") && str_eq_z(look_text(b, "allows"), "yes") &&
	       str_eq_z(look_text(b, "matter"), matter->name) &&
	       (until.n == 0 || (time_parse(until, &ends) && ends + DAY_MS > matter->d->now_ms));
}

static enum rc
best_interests_decided(struct door *d, const struct record *r, const struct gate_use *use,
		       struct err *err)
{
	struct matter matter = {d, matter_of(r)};
	struct concerned who;
	bool allowed = false;
	enum rc rc = concerned_of(d, r, &who, err);

	(void)use;
	if (rc != RC_OK || (who.ids.n > 0 && !who.may_be_minor))
		return rc;
	for (size_t i = 0; i < who.ids.n && matter.name != NULL && rc == RC_OK && !allowed; i++)
		rc = look_until(d, "best_interests", "survivor", who.ids.at[i], allows, &matter,
				&allowed, err);
	if (rc != RC_OK || allowed)
		return rc;
	return fail(err, RC_CONFLICT, "gate",
		    "the person is or may be under 18: no decision on their best interests that is "
		    "in force allows this");
}

static bool
is_suspected(void *ctx, struct record *involvement)
{
	int part = subject_find(look_text(involvement, "category"));

	(void)ctx;
	return part == SUBJECT_SUSPECT || part == SUBJECT_CONVICTED;
}

/* The check is a day, written by somebody, and not older than thirty days. */
static enum rc
guardian_free_of_conflict(struct door *d, const struct record *r, const struct gate_use *use,
			  struct err *err)
{
	struct ids people = {0};
	int64_t checked;
	enum rc rc = RC_OK;

	(void)use;
	if (!str_eq_z(look_text(r, "works_for_removing_authority"), "no"))
		return fail(err, RC_CONFLICT, "works_for_removing_authority",
			    "is not no: who removes a child does not speak for them");
	if (!time_parse(look_text(r, "conflict_checked_on"), &checked) || checked > d->now_ms ||
	    d->now_ms - checked > 31 * DAY_MS || look_text(r, "conflict_checked_by").n == 0)
		return fail(err, RC_CONFLICT, "conflict_checked_on",
			    "is no day of the last thirty, or nobody answers for the check");
	look_ids(d, r, "person", &people);
	for (size_t i = 0; i < people.n && rc == RC_OK; i++) {
		bool suspected;

		rc = look_until(d, "involvement", "person", people.at[i], is_suspected, NULL,
				&suspected, err);
		if (rc == RC_OK && suspected)
			rc = fail(err, RC_CONFLICT, "gate", "this person cannot be the guardian");
	}
	return rc;
}

static enum rc
survivor_asked_first(struct door *d, const struct record *r, const struct gate_use *use,
		     struct err *err)
{
	bool survivors = false;
	struct ids duties = {0};
	int64_t at;
	enum rc rc = RC_OK;

	(void)use;
	if (type_field(r->type, STR("successor_answer")) != NULL)
		return str_eq_z(look_text(r, "successor_answer"), "yes")
			   ? RC_OK
			   : fail(err, RC_CONFLICT, "successor_answer",
				  "is not yes: the person decides who reaches them");
	look_ids(d, r, "duties", &duties);
	for (size_t i = 0; i < duties.n && rc == RC_OK && !survivors; i++) {
		struct record *duty;

		rc = look_record(d, duties.at[i], &duty, err);
		if (rc == RC_OK)
			survivors = duty->guard != GUARD_NONE;
		rc = rc == RC_ABSENT ? RC_OK : rc;
	}
	if (rc != RC_OK || !survivors)
		return rc;
	return time_parse(look_text(r, "survivor_asked_on"), &at) && at <= d->now_ms
		   ? RC_OK
		   : fail(err, RC_CONFLICT, "survivor_asked_on",
			  "is no day: the survivors concerned are asked first who takes over");
}

/* clang-format off */
static const struct gate gates[] = {
	{ "no_reflection_period",      no_reflection_period,      "No period of reflection of the person is in draft or runs." },
	{ "interview_is_free",         interview_is_free,         "They started it, or waived after advice, or their period of reflection is over; else they are nobody who is owed one." },
	{ "reflection_floor_kept",     reflection_floor_kept,     "From its beginning to its end are 30 days at least, and what the law it names asks." },
	{ "legal_advice_given",        legal_advice_given,        "A day of legal advice and its adviser stand in it, not after the decision." },
	{ "best_interests_decided",    best_interests_decided,    "If under 18 or maybe: a decision on their best interests in this matter is in force and allows it." },
	{ "guardian_free_of_conflict", guardian_free_of_conflict, "Not of the removing authority, suspected nowhere, checked by somebody within 30 days." },
	{ "survivor_asked_first",      survivor_asked_first,      "The person said yes to the successor, or was asked on a day before their duties are handed over." },
	{ .name = NULL },
};
/* clang-format on */

const struct feature recovery_feature = {.name = "recovery", .gates = gates};
