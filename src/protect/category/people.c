#include "protect/category/people.h"

#include "base/arena.h"
#include "model/model.h"

static bool
add_once(struct arena *a, struct ids *list, struct id id)
{
	for (size_t i = 0; i < list->n; i++)
		if (id_eq(list->at[i], id))
			return false;
	*VEC_ADD(a, list) = id;
	return true;
}

/* A listing or a survivor's record stands for its person; anything else for nobody. */
static enum rc
add_person_of(struct door *d, struct id id, struct ids *out, struct err *err)
{
	struct record *r;
	struct ids ids = {0};
	enum rc rc = look_record(d, id, &r, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	if (str_eq(r->type->name, STR("person"))) {
		(void)add_once(d->arena, out, id);
		return RC_OK;
	}
	if (str_eq(r->type->name, STR("listing")) || str_eq(r->type->name, STR("survivor")))
		look_ids(d, r, "person", &ids);
	for (size_t i = 0; i < ids.n; i++)
		(void)add_once(d->arena, out, ids.at[i]);
	return RC_OK;
}

/* Fields that name whom a record acts on. A charge's "about" are those it was done to. */
static const char *const subject_fields[] = {"person", "people", "against", "targets", "left",
					     "right",  "about",	 "became",  "of"};

enum rc
people_named(struct door *d, const struct record *r, struct ids *out, struct err *err)
{
	enum rc rc = RC_OK;

	if (str_eq(r->type->name, STR("person")))
		(void)add_once(d->arena, out, r->id);
	for (size_t i = 0; i < COUNT_OF(subject_fields) && rc == RC_OK; i++) {
		struct ids ids = {0};

		if (str_eq(r->type->name, STR("charge")) && strcmp(subject_fields[i], "about") == 0)
			continue;
		look_ids(d, r, subject_fields[i], &ids);
		for (size_t k = 0; k < ids.n && rc == RC_OK; k++)
			rc = add_person_of(d, ids.at[k], out, err);
	}
	return rc;
}

/* Of which unit a record is: what that unit wrote of it is looked at first. */
static enum rc
unit_of(struct door *d, struct id id, struct id *unit, struct err *err)
{
	struct record *r;
	enum rc rc = look_record(d, id, &r, err);

	*unit = rc == RC_OK ? r->unit : (struct id){{0}};
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* Everybody with an involvement in this incident or case. *all is cleared when there are more. */
static enum rc
add_involved(struct door *d, struct id in, struct ids *out, bool *all, struct err *err)
{
	struct look_list parts = {0};
	struct id unit;
	bool each = true;
	enum rc rc = unit_of(d, in, &unit, err);

	if (rc == RC_OK)
		rc = look_holders_some(d, "involvement", "in", in, unit, 0, &parts, &each, err);
	*all = *all && each;
	for (size_t i = 0; i < parts.n && rc == RC_OK; i++) {
		struct ids ids = {0};

		look_ids(d, parts.at[i], "person", &ids);
		for (size_t k = 0; k < ids.n; k++)
			(void)add_once(d->arena, out, ids.at[k]);
	}
	return rc;
}

static enum rc
add_case(struct door *d, struct id id, struct ids *incidents, bool *all, struct err *err)
{
	struct look_list held = {0};
	bool each = true;
	struct record *r;
	enum rc rc = look_record(d, id, &r, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	if (!add_once(d->arena, incidents, id))
		return RC_OK;
	if (str_eq(r->type->name, STR("case"))) {
		look_ids(d, r, "incidents", incidents);
		rc = look_holders_some(d, "incident", "case", id, r->unit, 0, &held, &each, err);
		*all = *all && each;
		for (size_t i = 0; i < held.n; i++)
			(void)add_once(d->arena, incidents, held.at[i]->id);
	}
	return rc;
}

/* Fields that name what a record rests on: incidents, cases, a request, a match. */
static const char *const about_fields[] = {"in",	"case",	 "cases",   "incident",
					   "incidents", "about", "request", "gives"};

enum rc
people_involved(struct door *d, const struct record *r, struct ids *out, bool *all, struct err *err)
{
	struct ids things = {0};
	enum rc rc = people_named(d, r, out, err);

	*all = true;
	if (rc == RC_OK)
		rc = add_case(d, r->id, &things, all, err);
	for (size_t i = 0; i < COUNT_OF(about_fields) && rc == RC_OK; i++) {
		struct ids ids = {0};

		look_ids(d, r, about_fields[i], &ids);
		for (size_t k = 0; k < ids.n && rc == RC_OK; k++)
			rc = add_case(d, ids.at[k], &things, all, err);
	}
	for (size_t i = 0; i < things.n && rc == RC_OK; i++)
		rc = add_involved(d, things.at[i], out, all, err);
	return rc;
}

static bool
protects(struct str category)
{
	int subject = subject_find(category);

	return subject == SUBJECT_VICTIM || subject == SUBJECT_PRESUMED ||
	       subject == SUBJECT_UNDETERMINED;
}

static void
mark(struct person_history *h, int64_t ms)
{
	h->marked = true;
	if (ms > h->marked_ms)
		h->marked_ms = ms;
}

/* One involvement through its versions: a mark counts from the version that set it. */
static enum rc
fold_involvement(struct door *d, const struct record *now, struct person_history *h,
		 struct err *err)
{
	struct str category = look_text(now, "category"), before = STR_NONE;
	int subject = subject_find(category);
	enum rc rc = RC_OK;

	h->categorised =
	    h->categorised || (category.n > 0 && look_text(now, "category_basis").n > 0);
	h->accused = h->accused || subject == SUBJECT_SUSPECT || subject == SUBJECT_CONVICTED;
	for (int64_t v = 1; v <= now->version && rc == RC_OK; v++) {
		struct record *then;

		if (v == now->version)
			then = (struct record *)(uintptr_t)now;
		else if ((rc = look_version(d, now->id, v, &then, err)) != RC_OK)
			break;
		category = look_text(then, "category");
		if (protects(category) && !str_eq(category, before))
			mark(h, then->updated_ms);
		before = category;
	}
	return rc;
}

/* Being helped as a survivor, or being in an identification at all, marks from the start. */
static enum rc
fold_protection(struct door *d, struct id person, struct person_history *h, struct err *err)
{
	struct look_list helped = {0}, identified = {0};
	bool all;
	enum rc rc =
	    look_holders_some(d, "survivor", "person", person, h->unit, 0, &helped, &all, err);

	for (size_t i = 0; i < helped.n && rc == RC_OK; i++) {
		mark(h, helped.at[i]->created_ms);
		rc = look_holders_some(d, "identification", "of", helped.at[i]->id, h->unit, 0,
				       &identified, &all, err);
	}
	if (rc == RC_OK)
		rc = look_holders_some(d, "identification", "of", person, h->unit, 0, &identified,
				       &all, err);
	for (size_t i = 0; i < identified.n; i++)
		mark(h, identified.at[i]->created_ms);
	return rc;
}

/* Was the reviewer in the team of the case, or its lead? */
static enum rc
reviewed_from_outside(struct door *d, const struct record *review, bool *out, struct err *err)
{
	struct ids reviewer = {0}, cases = {0}, team = {0};
	enum rc rc = RC_OK;

	look_ids(d, review, "reviewer", &reviewer);
	look_ids(d, review, "case", &cases);
	for (size_t i = 0; i < cases.n && rc == RC_OK; i++) {
		struct record *c;

		rc = look_record(d, cases.at[i], &c, err);
		if (rc == RC_OK) {
			look_ids(d, c, "team", &team);
			look_ids(d, c, "lead", &team);
		} else if (rc == RC_ABSENT) {
			rc = RC_OK;
		}
	}
	*out = reviewer.n == 1;
	for (size_t i = 0; i < team.n && reviewer.n == 1; i++)
		*out = *out && !id_eq(team.at[i], reviewer.at[0]);
	return rc;
}

/* A review that found that somebody is not to be punished clears nobody for a list. */
static enum rc
fold_reviews(struct door *d, struct id person, struct person_history *h, struct err *err)
{
	struct look_list reviews = {0};
	bool all;
	/* Drafts clear nobody, however many there are. */
	enum rc rc = look_holders_some(d, "non_punishment_review", "person", person, h->unit,
				       look_state(d, "non_punishment_review", "closed"), &reviews,
				       &all, err);

	for (size_t i = 0; i < reviews.n && rc == RC_OK; i++) {
		const struct record *r = reviews.at[i];
		struct str outcome = look_text(r, "outcome");
		bool outside;

		if (r->state != type_state(r->type, STR("closed")) || outcome.n == 0 ||
		    str_eq(outcome, STR("applies")) || r->updated_ms < h->marked_ms)
			continue;
		if ((rc = reviewed_from_outside(d, r, &outside, err)) == RC_OK)
			h->cleared = h->cleared || outside;
	}
	return rc;
}

enum rc
person_history(struct door *d, struct id person, struct person_history *out, struct err *err)
{
	struct look_list parts = {0};
	bool all = true;
	enum rc rc;

	*out = (struct person_history){0};
	rc = unit_of(d, person, &out->unit, err);
	if (rc == RC_OK)
		rc = look_holders_some(d, "involvement", "person", person, out->unit, 0, &parts,
				       &all, err);
	for (size_t i = 0; i < parts.n && rc == RC_OK; i++)
		rc = fold_involvement(d, parts.at[i], out, err);
	/* What is not looked at may be a mark, and a later one than any review. */
	if (rc == RC_OK && !all) {
		mark(out, d->now_ms);
		return RC_OK;
	}
	if (rc == RC_OK)
		rc = fold_protection(d, person, out, err);
	return rc == RC_OK && out->marked ? fold_reviews(d, person, out, err) : rc;
}
