#include "protect/category/category.h"

#include "base/arena.h"
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
	enum rc rc = people_involved(d, r, &people, err);

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
	enum rc rc = people_named(d, r, &people, err);

	(void)use;
	named = people.n;
	if (rc == RC_OK)
		rc = people_involved(d, r, &people, err);
	for (size_t i = 0; i < people.n && rc == RC_OK; i++) {
		struct person_history h;

		rc = person_history(d, people.at[i], &h, err);
		if (rc == RC_OK && (i < named || h.accused) && h.marked && !h.cleared)
			rc = review_is_missing(err);
	}
	return rc;
}

/* On these a person is looked for to be helped, or their papers are. */
static enum rc
list_accuses(struct door *d, const struct record *listing, bool *out, struct err *err)
{
	struct ids lists = {0};
	struct record *list;
	enum rc rc;

	*out = true;
	look_ids(d, listing, "list", &lists);
	if (lists.n == 0)
		return RC_OK;
	rc = look_record(d, lists.at[0], &list, err);
	if (rc == RC_OK)
		*out = !str_eq(look_text(list, "kind"), STR("missing")) &&
		       !str_eq(look_text(list, "kind"), STR("documents"));
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
suspend(struct door *d, const struct record *listing, struct err *err)
{
	struct door inner;
	struct record *now;
	bool accuses;
	enum rc rc;

	if (listing->state != type_state(listing->type, STR("active")))
		return RC_OK;
	if ((rc = list_accuses(d, listing, &accuses, err)) != RC_OK || !accuses)
		return rc;
	door_open_as_node(&inner, d, STR("rights, rule 5: a review has to close first"));
	rc = record_move(&inner, listing->id, listing->version, STR("suspended"), NULL, &now, err);
	door_close(&inner);
	return rc;
}

static enum rc
suspend_listings_of(struct door *d, struct id person, struct err *err)
{
	struct look_list listings = {0};
	struct person_history h;
	/* First what is cheap: nearly nobody is listed, and an import records many people. */
	enum rc rc = look_holders(d, "listing", "person", person, &listings, err);

	if (rc != RC_OK || listings.n == 0 || (rc = person_history(d, person, &h, err)) != RC_OK ||
	    !h.marked || h.cleared)
		return rc;
	for (size_t i = 0; i < listings.n && rc == RC_OK; i++)
		rc = suspend(d, listings.at[i], err);
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
		rc = suspend_listings_of(d, people.at[i], err);
	return rc;
}

static enum rc
identification_was_recorded(struct door *d, const struct record *r, struct err *err)
{
	struct ids people = {0};
	enum rc rc = people_named(d, r, &people, err);

	for (size_t i = 0; i < people.n && rc == RC_OK; i++)
		rc = suspend_listings_of(d, people.at[i], err);
	return rc;
}

/* clang-format off */
static const struct gate gates[] = {
	{ "category_recorded",       category_recorded,       "Everybody in it has an involvement with category and fact or assessment, and no more are counted." },
	{ "never_marked_victim",     never_marked_victim,     "Nobody it names was ever VICTIM, PRESUMED, UNDETERMINED or helped as a survivor, or a later review outside the team closed." },
	{ "non_punishment_reviewed", non_punishment_reviewed, "Whoever it names or accuses and was ever so marked has a later, closed review outside the case team." },
	{ .name = NULL },
};
static const struct reaction reactions[] = {
	{ "involvement_recorded",    person_was_recorded,         "Somebody marked a victim, presumed or undetermined: their active listings are suspended at once." },
	{ "survivor_recorded",       person_was_recorded,         "Somebody is helped as a survivor: their active listings are suspended at once." },
	{ "identification_recorded", identification_was_recorded, "An identification is under way: active listings of the person are suspended at once." },
	{ "listing_recorded",        person_was_recorded,         "A listing of somebody so marked starts suspended." },
	{ .event = NULL },
};
/* clang-format on */

const struct feature category_feature = {
    .name = "category", .gates = gates, .reactions = reactions};
