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

/* ctx: the door. */
static bool
keeps_here(void *ctx, struct record *decision)
{
	return claim_pends(ctx, decision) &&
	       (str_eq_z(look_text(decision, "protection_claim"), "yes") ||
		in_state(decision, "appealed") || in_state(decision, "refused"));
}

static enum rc
no_protection_claim(struct door *d, const struct record *r, const struct gate_use *use,
		    struct err *err)
{
	struct concerned who;
	bool keeps = false;
	enum rc rc = concerned_of(d, r, &who, err);

	(void)use;
	for (size_t i = 0; i < who.ids.n && rc == RC_OK && !keeps; i++)
		rc = look_until(d, "residence_decision", "survivor", who.ids.at[i], keeps_here, d,
				&keeps, err);
	if (rc != RC_OK)
		return rc;
	if (who.ids.n == 0)
		return fail(err, RC_CONFLICT, "gate", "it does not say whom it is about");
	return !keeps ? RC_OK
		      : fail(err, RC_CONFLICT, "gate",
			     "this waits: not everything that the person asked for is decided "
			     "for good");
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

struct assessed {
	const struct door *d;
	bool ok;
};

/* Yes: it says not to go. */
static bool
says_no(void *ctx, struct record *a)
{
	struct assessed *to = ctx;
	int64_t at;

	if (!in_state(a, "signed") || !str_eq_z(look_text(a, "side"), "here") ||
	    !str_eq_z(look_text(a, "for"), "return") ||
	    !time_parse(look_text(a, "assessed_on"), &at) || at > to->d->now_ms ||
	    to->d->now_ms - at > 31 * DAY_MS)
		return false;
	to->ok = true;
	return str_eq_z(look_text(a, "decision"), "no_go");
}

/* Signed by two, of this side, of the last thirty days, for this plan or person, and no no. */
static enum rc
risk_assessed_here(struct door *d, const struct record *r, const struct gate_use *use,
		   struct err *err)
{
	struct assessed to = {.d = d};
	struct concerned who;
	enum rc rc = concerned_of(d, r, &who, err);
	bool no = false;

	(void)use;
	for (size_t i = 0; i < who.ids.n && rc == RC_OK && !no; i++)
		rc = look_until(d, "risk_assessment", "survivor", who.ids.at[i], says_no, &to, &no,
				err);
	if (rc != RC_OK)
		return rc;
	if (no)
		return fail(err, RC_CONFLICT, "gate", "an assessment of this side says not to go");
	return to.ok
		   ? RC_OK
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
