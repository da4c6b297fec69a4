#include "protect/consent/home.h"

#include "base/arena.h"
#include "model/model.h"
#include "protect/consent/concerned.h"

#define DAY_MS INT64_C(86400000)

static bool
in_state(const struct record *r, const char *state)
{
	return r->state >= 0 && str_eq_z(r->type->states.at[r->state], state);
}

/* Asked for, refused and still open to appeal, or appealed: all of them stop a return. */
static bool
claim_pends(const struct door *d, const struct record *decision)
{
	int64_t until;

	if (in_state(decision, "appealed"))
		return true;
	if (in_state(decision, "asked"))
		return true;
	if (!in_state(decision, "refused"))
		return false;
	return !time_parse(look_text(decision, "appeal_until"), &until) ||
	       until + DAY_MS > d->now_ms;
}

static enum rc
no_protection_claim(struct door *d, const struct record *r, const struct gate_use *use,
		    struct err *err)
{
	struct look_list decisions = {0};
	struct concerned who;
	enum rc rc = concerned_of(d, r, &who, err);

	(void)use;
	for (size_t i = 0; i < who.ids.n && rc == RC_OK; i++)
		rc = look_holders(d, "residence_decision", "survivor", who.ids.at[i], &decisions,
				  err);
	if (rc != RC_OK)
		return rc;
	if (who.ids.n == 0)
		return fail(err, RC_CONFLICT, "gate", "it does not say whom it is about");
	for (size_t i = 0; i < decisions.n; i++)
		if (claim_pends(d, decisions.at[i]) &&
		    (str_eq_z(look_text(decisions.at[i], "protection_claim"), "yes") ||
		     in_state(decisions.at[i], "appealed") || in_state(decisions.at[i], "refused")))
			return fail(
			    err, RC_CONFLICT, "gate",
			    "this waits: not everything that the person asked for is decided "
			    "for good");
	return RC_OK;
}

static enum rc
non_refoulement_checked(struct door *d, const struct record *r, const struct gate_use *use,
			struct err *err)
{
	int64_t at;

	(void)use;
	if (look_text(r, "refoulement_by").n == 0)
		return fail(err, RC_CONFLICT, "refoulement_by",
			    "says not which authority assessed what waits there");
	if (!time_parse(look_text(r, "refoulement_on"), &at) || at > d->now_ms)
		return fail(err, RC_CONFLICT, "refoulement_on", "says no day of the assessment");
	return !str_eq_z(look_text(r, "risk_decision"), "no_go")
		   ? RC_OK
		   : fail(err, RC_CONFLICT, "risk_decision", "speaks against the return");
}

static enum rc
receiver_named(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	int64_t at;

	(void)use;
	if (look_text(r, "receiver").n == 0)
		return fail(err, RC_CONFLICT, "receiver", "is not set: who waits at the arrival?");
	return time_parse(look_text(r, "receiver_accepted_on"), &at) && at <= d->now_ms
		   ? RC_OK
		   : fail(err, RC_CONFLICT, "receiver_accepted_on",
			  "is no day: whoever receives them has agreed to it");
}

/* Signed by two, of this side, of the last thirty days, for this plan or person, and no no. */
static enum rc
risk_assessed_here(struct door *d, const struct record *r, const struct gate_use *use,
		   struct err *err)
{
	struct look_list found = {0};
	struct concerned who;
	enum rc rc = concerned_of(d, r, &who, err);
	bool ok = false;

	(void)use;
	for (size_t i = 0; i < who.ids.n && rc == RC_OK; i++)
		rc = look_holders(d, "risk_assessment", "survivor", who.ids.at[i], &found, err);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < found.n; i++) {
		const struct record *a = found.at[i];
		int64_t at;

		if (!in_state(a, "signed") || !str_eq_z(look_text(a, "side"), "here") ||
		    !str_eq_z(look_text(a, "for"), "return") ||
		    !time_parse(look_text(a, "assessed_on"), &at) || at > d->now_ms ||
		    d->now_ms - at > 31 * DAY_MS)
			continue;
		if (str_eq_z(look_text(a, "decision"), "no_go"))
			return fail(err, RC_CONFLICT, "gate",
				    "an assessment of this side says not to go");
		ok = true;
	}
	return ok ? RC_OK
		  : fail(err, RC_CONFLICT, "gate",
			 "no assessment of this side, signed and not older than thirty days, says "
			 "that it can be");
}

/* clang-format off */
static const struct gate gates[] = {
	{ "no_protection_claim",     no_protection_claim,     "No claim for protection is asked for, and no refusal is appealed or can be." },
	{ "non_refoulement_checked", non_refoulement_checked, "The authority and the day of its assessment stand in it, and the decision is not no." },
	{ "receiver_named",          receiver_named,          "Whoever receives them is named and agreed on a day." },
	{ "risk_assessed_here",      risk_assessed_here,      "A signed assessment of this side for a return, of the last 30 days, and none that says no." },
	{ .name = NULL },
};
/* clang-format on */

const struct feature home_feature = {.name = "home", .gates = gates};
