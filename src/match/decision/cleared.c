#include "match/cleared.h"

#include "base/clock.h"
#include "model/model.h"
#include "record/look.h"

#define DAY_MS INT64_C(86400000)

static bool
names(struct door *d, const struct record *r, const char *field, struct id id)
{
	struct ids ids = {0};

	look_ids(d, r, field, &ids);
	for (size_t i = 0; i < ids.n; i++)
		if (id_eq(ids.at[i], id))
			return true;
	return false;
}

static void
take(struct cleared *out, const struct record *r)
{
	if (out->at_ms > 0 && r->updated_ms <= out->at_ms)
		return;
	out->at_ms = r->updated_ms;
	out->decision = r->id;
}

enum rc
cleared_person(struct door *d, struct id person, struct id listing, int64_t days,
	       struct cleared *out, struct err *err)
{
	const struct look_only false_ones = {.states = look_state(d, "alert", "false")};
	const struct look_only rejected = {.states = look_state(d, "match", "rejected")};
	struct look_list alerts = {0}, matches = {0};
	enum rc rc = look_holders_only(d, "alert", "person", person, &false_ones, &alerts, err);

	*out = (struct cleared){.holds = false};
	/* Of more than can be looked at the oldest: rather a second alert than none. */
	if (rc == RC_OK || rc == RC_CONFLICT)
		rc = look_holders_only(d, "match", "left", person, &rejected, &matches, err);
	if (rc != RC_OK && rc != RC_CONFLICT)
		return rc;
	for (size_t i = 0; i < alerts.n; i++)
		if (str_eq_z(look_text(alerts.at[i], "result"), "not_same") &&
		    names(d, alerts.at[i], "listing", listing))
			take(out, alerts.at[i]);
	for (size_t i = 0; i < matches.n; i++)
		if (names(d, matches.at[i], "right", listing))
			take(out, matches.at[i]);
	if (out->at_ms == 0)
		return RC_OK;
	out->until_ms = out->at_ms + days * DAY_MS;
	out->holds = d->now_ms < out->until_ms;
	out->was = !out->holds;
	return RC_OK;
}
