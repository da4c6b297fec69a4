#include "protect/category/category.h"

#include "base/arena.h"
#include "base/log.h"
#include "format/json.h"
#include "model/model.h"
#include "protect/category/people.h"

/*
 * What a gate says is the same whatever it saw: whoever is refused learns of a review that is
 * missing, not of a survivor's record.
 */
static enum rc
review_is_missing(struct err *err)
{
	return fail(err, RC_CONFLICT, "gate",
		    "a non-punishment review outside the case team has to close first");
}

static enum rc
category_recorded(struct door *d, const struct record *r, const struct gate_use *use,
		  struct err *err)
{
	struct str count_text = look_text(r, "people_count");
	struct ids people = {0};
	int64_t count;
	bool all;
	/* More than are looked at: nobody makes an involvement without a category. */
	enum rc rc = people_involved(d, r, &people, &all, err);

	(void)use;
	for (size_t i = 0; i < people.n && rc == RC_OK; i++) {
		struct person_history h;

		rc = person_history(d, people.at[i], &h, err);
		if (rc == RC_OK && !h.categorised)
			rc = fail(
			    err, RC_CONFLICT, "gate",
			    "somebody in it has no involvement with a category, and whether that "
			    "is fact or assessment");
	}
	/* Six people counted are six people with a category, if only UNDETERMINED. */
	if (rc == RC_OK && str_to_i64(count_text, &count) && count > (int64_t)people.n)
		return fail(err, RC_CONFLICT, "people_count",
			    "counts more people than have an involvement with a category");
	return rc;
}

static enum rc
never_marked_victim(struct door *d, const struct record *r, const struct gate_use *use,
		    struct err *err)
{
	struct ids people = {0};
	enum rc rc = people_named(d, r, &people, err);

	(void)use;
	for (size_t i = 0; i < people.n && rc == RC_OK; i++) {
		struct person_history h;

		rc = person_history(d, people.at[i], &h, err);
		if (rc == RC_OK && h.marked && !h.cleared)
			rc = review_is_missing(err);
	}
	return rc;
}

/* Of those accused in it, or named by it, each who was ever marked needs the review. */
static enum rc
non_punishment_reviewed(struct door *d, const struct record *r, const struct gate_use *use,
			struct err *err)
{
	struct ids people = {0};
	size_t named;
	bool all = true;
	enum rc rc = people_named(d, r, &people, err);

	(void)use;
	named = people.n;
	if (rc == RC_OK)
		rc = people_involved(d, r, &people, &all, err);
	if (rc == RC_OK && !all)
		log_warn("more than %d records of one incident or case: the unit's own and the "
			 "oldest of others are looked at",
			 LOOK_MAX);
	for (size_t i = 0; i < people.n && rc == RC_OK; i++) {
		struct person_history h;

		rc = person_history(d, people.at[i], &h, err);
		if (rc == RC_OK && (i < named || h.accused) && h.marked && !h.cleared)
			rc = review_is_missing(err);
	}
	return rc;
}

/*
 * A notice that looks for somebody missing sends hits to a desk; any other seeks nobody who was
 * ever marked before a review.
 */
static enum rc
notice_allowed(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	if (str_eq_ascii_case(look_text(r, "colour"), STR("yellow")))
		return look_text(r, "hits_go_to").n > 0
			   ? RC_OK
			   : fail(err, RC_CONFLICT, "hits_go_to",
				  "is not set: hits about somebody missing go to the protection "
				  "desk");
	return never_marked_victim(d, r, use, err);
}

/* On some a person is looked for to be helped, or their papers are. r: a listing, or its alert. */
static enum rc
list_accuses(struct door *d, const struct record *r, bool *out, struct err *err)
{
	struct ids lists = {0};
	struct record *list;
	enum rc rc;

	*out = true;
	look_ids(d, r, "list", &lists);
	if (lists.n == 0)
		return RC_OK;
	rc = look_record(d, lists.at[0], &list, err);
	if (rc == RC_OK)
		*out = !str_eq(look_text(list, "kind"), STR("missing")) &&
		       !str_eq(look_text(list, "kind"), STR("documents"));
	return rc == RC_ABSENT ? RC_OK : rc;
}

/*
 * By the node. Whoever may read the record reads the reason in its log, so it is the same
 * whatever was recorded, and of whom.
 */
static enum rc
into_suspended(struct door *d, const struct record *r, struct err *err)
{
	struct door inner;
	struct record *now;
	enum rc rc;

	door_open_as_node(&inner, d, STR("what it rests on is to be looked at again"));
	rc = record_move(&inner, r->id, r->version, STR("suspended"), NULL, &now, err);
	door_close(&inner);
	return rc;
}

static enum rc
suspend(struct door *d, const struct record *listing, struct err *err)
{
	bool accuses;
	enum rc rc;

	if (listing->state != type_state(listing->type, STR("active")))
		return RC_OK;
	if ((rc = list_accuses(d, listing, &accuses, err)) != RC_OK || !accuses)
		return rc;
	return into_suspended(d, listing, err);
}

/* One that waits for a person; what a person decided on stays, with their reasons. */
static bool
is_open(const struct record *alert)
{
	return alert->state == type_state(alert->type, STR("new")) ||
	       alert->state == type_state(alert->type, STR("taken"));
}

/*
 * The open alerts that name a person or listing. Past LOOK_MAX the first ones count: neither a
 * mark nor a delisting is refused for the number of alerts.
 */
static enum rc
alerts_of(struct door *d, const char *field, struct id id, struct look_list *out, struct err *err)
{
	struct look_list all = {0};
	const struct look_only open = {.states = look_state(d, "alert", "new") |
						 look_state(d, "alert", "taken")};
	enum rc rc = look_holders_only(d, "alert", field, id, &open, &all, err);

	if (rc == RC_CONFLICT) {
		log_warn("more than %d alerts name one record; the first are suspended", LOOK_MAX);
		rc = RC_OK;
	}
	for (size_t i = 0; i < all.n && rc == RC_OK; i++)
		if (is_open(all.at[i]))
			*VEC_ADD(d->arena, out) = all.at[i];
	return rc;
}

/* A reaction to an earlier one may have moved it: what counts is how it stands now. */
static enum rc
suspend_alert(struct door *d, struct id id, struct err *err)
{
	struct record *now;
	enum rc rc = look_record(d, id, &now, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	return is_open(now) ? into_suspended(d, now, err) : RC_OK;
}

/* Rule 5, of one person: nothing accuses them any longer, neither a listing nor an alert. */
static enum rc
suspend_what_accuses(struct door *d, struct id person, struct err *err)
{
	struct look_list listings = {0}, alerts = {0};
	const struct look_only active = {.states = look_state(d, "listing", "active")};
	struct person_history h;
	bool accuses;
	/* First what is cheap: nearly nobody is listed, and an import records many people. */
	enum rc rc = look_holders_only(d, "listing", "person", person, &active, &listings, err);

	/* The others are suspended when next something of the person is recorded: those that are
	 * suspended by then count no more. */
	if (rc == RC_CONFLICT) {
		log_warn("more than %d active listings name one person; the first are suspended",
			 LOOK_MAX);
		rc = RC_OK;
	}
	if (rc != RC_OK || (rc = alerts_of(d, "person", person, &alerts, err)) != RC_OK ||
	    listings.n + alerts.n == 0 || (rc = person_history(d, person, &h, err)) != RC_OK ||
	    !h.marked || h.cleared)
		return rc;
	for (size_t i = 0; i < listings.n && rc == RC_OK; i++)
		rc = suspend(d, listings.at[i], err);
	for (size_t i = 0; i < alerts.n && rc == RC_OK; i++)
		if ((rc = list_accuses(d, alerts.at[i], &accuses, err)) == RC_OK && accuses)
			rc = suspend_alert(d, alerts.at[i]->id, err);
	return rc;
}

/*
 * An alert rests on its listing. That it is suspended with every listing that no longer counts
 * makes a suspended alert say less of whom it was raised; beside an active listing it still
 * tells (docs/threats.md).
 */
static enum rc
listing_ended(struct door *d, const struct record *listing, struct err *err)
{
	struct look_list alerts = {0};
	enum rc rc = alerts_of(d, "listing", listing->id, &alerts, err);

	for (size_t i = 0; i < alerts.n && rc == RC_OK; i++)
		rc = suspend_alert(d, alerts.at[i]->id, err);
	return rc;
}

/* An involvement, a survivor or a listing was recorded: all of them name one person. */
static enum rc
person_was_recorded(struct door *d, const struct record *r, struct err *err)
{
	struct ids people = {0};
	enum rc rc = RC_OK;

	look_ids(d, r, "person", &people);
	for (size_t i = 0; i < people.n && rc == RC_OK; i++)
		rc = suspend_what_accuses(d, people.at[i], err);
	return rc;
}

static enum rc
identification_was_recorded(struct door *d, const struct record *r, struct err *err)
{
	struct ids people = {0};
	enum rc rc = people_named(d, r, &people, err);

	for (size_t i = 0; i < people.n && rc == RC_OK; i++)
		rc = suspend_what_accuses(d, people.at[i], err);
	return rc;
}

/* clang-format off */
static const struct gate gates[] = {
	{ "category_recorded",       category_recorded,       "Everybody in it has an involvement with category and fact or assessment, and no more are counted." },
	{ "never_marked_victim",     never_marked_victim,     "Nobody it names was ever VICTIM, PRESUMED, UNDETERMINED or helped as a survivor, or a later review outside the team closed." },
	{ "non_punishment_reviewed", non_punishment_reviewed, "Whoever it names or accuses and was ever so marked has a later, closed review outside the case team." },
	{ "notice_allowed",          notice_allowed,          "A missing person's notice names where hits go; any other seeks nobody ever marked before a review closed." },
	{ .name = NULL },
};
static const struct reaction reactions[] = {
	{ "involvement_recorded",    person_was_recorded,         "Somebody marked a victim, presumed or undetermined: their active listings and open alerts are suspended at once." },
	{ "survivor_recorded",       person_was_recorded,         "Somebody is helped as a survivor: their active listings and open alerts are suspended at once." },
	{ "identification_recorded", identification_was_recorded, "An identification is under way: active listings and open alerts of the person are suspended at once." },
	{ "listing_recorded",        person_was_recorded,         "A listing of somebody so marked starts suspended." },
	{ "listing_suspended",       listing_ended,               "Open alerts of a listing that no longer counts are suspended with it." },
	{ "listing_delisted",        listing_ended,               "Open alerts of a listing that no longer counts are suspended with it." },
	{ .event = NULL },
};
/* clang-format on */

const struct feature category_feature = {
    .name = "category", .gates = gates, .reactions = reactions};
