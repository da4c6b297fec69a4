#include "record/reach.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/ask.h"
#include "record/look.h"

/* What is being put together for one person. */
struct loading {
	struct door *d;
	const struct actor *who;
	struct reach *out;
	VEC(struct reached) records;
};

/*
 * Others write what names somebody: were there more of it than is looked at in one go, they would
 * shut that person out of the node. The oldest count then, and what is left out opens nothing.
 */
static enum rc
holders(struct loading *l, const char *type, const char *field, struct id id, struct look_only only,
	struct look_list *out, struct err *err)
{
	enum rc rc = look_holders_only(l->d, type, field, id, &only, out, err);

	return rc == RC_CONFLICT ? RC_OK : rc;
}

static void
sooner(struct loading *l, int64_t ms)
{
	if (ms > l->d->now_ms && ms < l->out->until_ms)
		l->out->until_ms = ms;
}

/* A supervisor's unit and those below it; a ring of units ends where it began. */
static enum rc
load_units(struct loading *l, struct err *err)
{
	struct ids below = {0};
	enum rc rc = RC_OK;

	if ((l->who->roles & BIT(ROLE_SUPERVISOR)) == 0)
		return RC_OK;
	for (size_t next = 0; rc == RC_OK && next <= below.n; next++) {
		struct id at = next == 0 ? l->who->unit : below.at[next - 1];
		struct look_list parts = {0};

		rc = holders(l, "unit", "part_of", at, (struct look_only){.max = REACH_UNITS_MAX},
			     &parts, err);
		for (size_t i = 0; i < parts.n && rc == RC_OK; i++) {
			bool seen = id_eq(parts.at[i]->id, l->who->unit);

			for (size_t k = 0; k < below.n; k++)
				seen = seen || id_eq(parts.at[i]->id, below.at[k]);
			if (!seen && below.n < REACH_UNITS_MAX)
				*VEC_ADD(l->d->arena, &below) = parts.at[i]->id;
		}
	}
	l->out->units = below.at;
	l->out->unit_count = below.n;
	return rc;
}

static enum rc
load_cases(struct loading *l, struct err *err)
{
	const struct model *m = l->d->node->model;
	const struct record_type *type = model_type(m, STR("case"));
	struct ids keys = {0};
	enum rc rc = RC_OK;

	for (size_t i = 0; type != NULL && i < type->fact_count && rc == RC_OK; i++) {
		const struct fact_rule *rule = &type->facts[i];

		for (size_t k = 0; k < rule->field_count && rc == RC_OK; k++) {
			struct look_list cases = {0};

			if (!str_eq_z(rule->name, "case_team"))
				continue;
			rc = holders(l, "case",
				     str_z(l->d->arena, type->fields[rule->fields[k]].name),
				     l->who->id, (struct look_only){rule->in, 0, REACH_CASES_MAX},
				     &cases, err);
			for (size_t n = 0; n < cases.n && keys.n < REACH_CASES_MAX; n++)
				*VEC_ADD(l->d->arena, &keys) =
				    reach_case_key(l->d->node, cases.at[n]->id);
		}
	}
	l->out->cases = keys.at;
	l->out->case_count = keys.n;
	return rc;
}

#define DAY_MS INT64_C(86400000)

/* The end of the last day of a certificate: as it says, and three years after the course. */
static bool
certificate_ends(const struct record *c, int64_t *ends_ms)
{
	int64_t until, passed;

	if (!time_parse(look_text(c, "valid_until"), &until) ||
	    !time_parse(look_text(c, "passed_on"), &passed))
		return false;
	*ends_ms = until + DAY_MS;
	if (*ends_ms > passed + 1096 * DAY_MS)
		*ends_ms = passed + 1096 * DAY_MS;
	return true;
}

/* Did the course carry the right before its holder could write it in? */
static enum rc
course_gives(struct loading *l, const struct record *c, struct str right, bool *out,
	     struct err *err)
{
	struct ids course = {0};
	struct record *r;
	bool hand;
	enum rc rc;

	*out = false;
	look_ids(l->d, c, "course", &course);
	if (course.n == 0)
		return RC_OK;
	rc = look_record(l->d, course.at[0], &r, err);
	if (rc == RC_OK &&
	    (rc = look_had_hand_in(l->d, r, l->who->id, c->created_ms, &hand, err)) == RC_OK)
		*out = !hand && look_has(r, "rights", right);
	return rc == RC_ABSENT ? RC_OK : rc;
}

/*
 * Until when the right holds by the certificates: 0 never had one. A certificate that somebody
 * wrote, changed or moved for themselves counts for nothing, and the right must stand in its
 * course as well, by another hand since.
 */
static enum rc
right_ends(struct loading *l, const struct look_list *certificates, struct str right,
	   int64_t *ends_ms, struct err *err)
{
	enum rc rc = RC_OK;

	*ends_ms = 0;
	for (size_t i = 0; i < certificates->n && rc == RC_OK; i++) {
		const struct record *c = certificates->at[i];
		struct str state = c->type->states.at[c->state];
		bool hand, gives;
		int64_t ends;

		if (id_eq(c->owner, l->who->id) || !certificate_ends(c, &ends))
			continue;
		/* One withdrawn ends now; one that ran out, when it did. */
		if (str_eq_z(state, "lapsed") && look_text(c, "withdrawn_reason").n > 0)
			continue;
		if (type_field(c->type, STR("rights")) != NULL &&
		    json_member(c->fields, STR("rights")) != NULL && !look_has(c, "rights", right))
			continue;
		rc = look_had_hand_in(l->d, c, l->who->id, 0, &hand, err);
		if (rc != RC_OK || hand)
			continue;
		if ((rc = course_gives(l, c, right, &gives, err)) == RC_OK && gives &&
		    ends > *ends_ms)
			*ends_ms = ends;
	}
	return rc;
}

/* Was a course with this right ever offered here? A draft asks nothing of anybody. */
static enum rc
is_taught(struct loading *l, struct str right, bool *out, struct err *err)
{
	struct ids ids = {0};
	const struct record_type *type = model_type(l->d->node->model, STR("course"));
	enum rc rc;

	*out = false;
	if (type == NULL)
		return RC_OK;
	if ((rc = look_begun(l->d, type, &ids, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < ids.n && rc == RC_OK && !*out; i++) {
		struct record *r;

		if ((rc = look_record(l->d, ids.at[i], &r, err)) == RC_OK)
			*out = look_has(r, "rights", right);
		rc = rc == RC_ABSENT ? RC_OK : rc;
	}
	return rc;
}

static void
keep(struct loading *l, const struct record *r)
{
	*VEC_ADD(l->d->arena, &l->records) =
	    (struct reached){.record = r->id, .type = r->type, .by = REACHED_KEPT};
}

/* The alert that was open when the right lapsed, and what it is about. */
static enum rc
keep_for_alerts(struct loading *l, int64_t ended_ms, struct err *err)
{
	static const char *const about[] = {"listing", "list", "person"};
	const struct record_type *type = model_type(l->d->node->model, STR("alert"));
	int taken = type != NULL ? type_state(type, STR("taken")) : -1;
	/* What was decided is not opened: it keeps nothing. */
	struct look_only only = {.states = taken >= 0 ? BIT((unsigned)taken) : 0};
	struct look_list alerts = {0};
	enum rc rc = holders(l, "alert", "taken_by", l->who->id, only, &alerts, err);

	for (size_t i = 0; i < alerts.n && rc == RC_OK; i++) {
		const struct record *alert = alerts.at[i];

		if (!str_eq_z(alert->type->states.at[alert->state], "taken") ||
		    alert->created_ms >= ended_ms)
			continue;
		keep(l, alert);
		for (size_t k = 0; k < COUNT_OF(about) && rc == RC_OK; k++) {
			struct ids ids = {0};
			struct record *r;

			look_ids(l->d, alert, about[k], &ids);
			if (ids.n == 0)
				continue;
			if ((rc = look_record(l->d, ids.at[0], &r, err)) == RC_OK)
				keep(l, r);
			rc = rc == RC_ABSENT ? RC_OK : rc;
		}
	}
	return rc;
}

/* One row of model/training.csv: a purpose, and a right that a course has to have given. */
static enum rc
load_need(struct loading *l, const struct code_list *list, const struct code *need,
	  const struct look_list *certificates, struct err *err)
{
	int purpose = purpose_find(code_cell(list, need, STR("purpose")));
	struct str right = code_cell(list, need, STR("right"));
	struct door *d = l->d;
	int64_t ends;
	bool asked = str_eq_z(code_cell(list, need, STR("enforced")), "always");
	enum rc rc = RC_OK;

	if (purpose < 0 || purpose == PURPOSE_ADMINISTRATION)
		return RC_OK;
	if (!asked && ((rc = is_taught(l, right, &asked, err)) != RC_OK || !asked))
		return rc;
	if ((rc = right_ends(l, certificates, right, &ends, err)) != RC_OK)
		return rc;
	sooner(l, ends);
	if (ends > d->now_ms)
		return RC_OK;
	l->out->closed |= BIT(purpose);
	l->out->closed_why[purpose] =
	    str_fmt(d->arena,
		    "for this purpose you need a certificate that carries the right %.*s; %s; a "
		    "supervisor records one (certificate, with its course)",
		    STR_ARG(right),
		    ends == 0 ? "none of yours does"
			      : str_fmt(d->arena, "yours ran out on %.*s",
					STR_ARG(str_sub(time_format(d->arena, ends), 0, 10)))
				    .p)
		.p;
	if (ends == 0 || d->now_ms >= ends + KEPT_MS)
		return RC_OK;
	sooner(l, ends + KEPT_MS);
	return keep_for_alerts(l, ends, err);
}

static enum rc
load_training(struct loading *l, struct err *err)
{
	const struct code_list *list = model_list(l->d->node->model, STR("training"));
	struct look_list certificates = {0};
	enum rc rc = holders(l, "certificate", "holder", l->who->id, (struct look_only){0},
			     &certificates, err);

	for (size_t i = 0; list != NULL && i < list->code_count && rc == RC_OK; i++)
		if (!list->codes[i].retired)
			rc = load_need(l, list, &list->codes[i], &certificates, err);
	return rc;
}

/* Glass that was broken and is not yet whole; one that a second reader contests closes. */
static enum rc
load_glass(struct loading *l, struct err *err)
{
	/* Older ones are over, however many there are; the hour is for a clock that was set. */
	struct look_only only = {.since_ms = l->d->now_ms - GLASS_MS - INT64_C(3600000)};
	struct look_list reviews = {0};
	enum rc rc = holders(l, "access_review", "officer", l->who->id, only, &reviews, err);

	for (size_t i = 0; i < reviews.n && rc == RC_OK; i++) {
		const struct record *review = reviews.at[i];
		struct ids ids = {0};
		struct record *r;
		int64_t until;

		if (!str_eq(look_text(review, "cause"), STR("break_glass")) ||
		    str_eq_z(review->type->states.at[review->state], "contested") ||
		    !time_parse(look_text(review, "until"), &until) || until <= l->d->now_ms)
			continue;
		sooner(l, until);
		look_ids(l->d, review, "record", &ids);
		if (ids.n == 0)
			continue;
		if ((rc = look_record(l->d, ids.at[0], &r, err)) == RC_OK)
			*VEC_ADD(l->d->arena, &l->records) =
			    (struct reached){.record = r->id, .type = r->type, .by = REACHED_GLASS};
		rc = rc == RC_ABSENT ? RC_OK : rc;
	}
	return rc;
}

enum rc
reach_load(struct door *d, const struct actor *who, struct reach *out, struct err *err)
{
	struct loading l = {.d = d, .who = who, .out = out};
	enum rc rc;

	*out = (struct reach){.until_ms = d->now_ms + REACH_MS_MAX};
	if ((rc = load_units(&l, err)) != RC_OK || (rc = load_cases(&l, err)) != RC_OK ||
	    (rc = load_training(&l, err)) != RC_OK || (rc = load_glass(&l, err)) != RC_OK)
		return rc;
	out->records = l.records.at;
	out->record_count = l.records.n;
	return RC_OK;
}

static void *
copy_of(struct arena *a, const void *p, size_t n)
{
	void *out = n > 0 ? arena_zeroed(a, n) : NULL;

	if (n > 0)
		memcpy(out, p, n);
	return out;
}

struct reach *
reach_copy(struct arena *a, const struct reach *reach)
{
	struct reach *out = NEW(a, struct reach);

	*out = *reach;
	out->units = copy_of(a, reach->units, reach->unit_count * sizeof *reach->units);
	out->cases = copy_of(a, reach->cases, reach->case_count * sizeof *reach->cases);
	out->words = copy_of(a, reach->words, reach->word_count * sizeof *reach->words);
	out->records = copy_of(a, reach->records, reach->record_count * sizeof *reach->records);
	for (int i = 0; i < PURPOSE_COUNT; i++)
		if (reach->closed_why[i] != NULL)
			out->closed_why[i] = str_z(a, str_from(reach->closed_why[i]));
	return out;
}
