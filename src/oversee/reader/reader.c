#include "oversee/reader/reader.h"

#include "base/arena.h"
#include "model/model.h"
#include "record/look.h"
#include "serve/user.h"

/* Ids that stand in fields of these names, where such a field refers to that. */
static void
ids_in(struct door *d, const struct record *r, const char *const *fields, size_t n, const char *to,
       struct ids *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *f = type_field(r->type, str_from(fields[i]));

		if (f != NULL && f->kind == FIELD_REF && str_eq_z(f->refs.at[0], to))
			look_ids(d, r, fields[i], out);
	}
}

static bool
holds(const struct ids *list, struct id id)
{
	for (size_t i = 0; i < list->n; i++)
		if (id_eq(list->at[i], id))
			return true;
	return false;
}

/* Is one of these people a supervisor of the actor's unit? The one who asks is none of them. */
static enum rc
answers_to(struct door *d, const struct ids *people, bool *out, struct err *err)
{
	enum rc rc = RC_OK;

	*out = false;
	for (size_t i = 0; i < people->n && rc == RC_OK; i++) {
		struct user user;

		rc = user_find(d, people->at[i], &user, err);
		if (rc == RC_OK)
			*out = *out || (!user.disabled && id_eq(user.unit, d->actor->unit) &&
					(user.roles & BIT(ROLE_SUPERVISOR)) != 0);
		else if (rc == RC_ABSENT)
			rc = RC_OK;
	}
	return rc;
}

static enum rc
second_reader(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	bool wrote;
	enum rc rc;

	(void)use;
	if (d->actor->is_node)
		return fail(err, RC_CONFLICT, "gate", "a person reads it a second time, not a job");
	if ((rc = look_wrote(d, r, &wrote, err)) != RC_OK)
		return rc;
	return !wrote ? RC_OK
		      : fail(err, RC_CONFLICT, "gate",
			     "you wrote it, or changed it since: somebody else reads it before it "
			     "moves on");
}

static enum rc
outside_case_team(struct door *d, const struct record *r, const struct gate_use *use,
		  struct err *err)
{
	static const char *const names[] = {"case", "cases", "in"};
	struct ids cases = {0}, leads = {0};
	bool within = false;
	enum rc rc = RC_OK;

	(void)use;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		look_ids(d, r, names[i], &cases);
	if (str_eq(r->type->name, STR("case")))
		*VEC_ADD(d->arena, &cases) = r->id;
	for (size_t i = 0; i < cases.n && rc == RC_OK; i++) {
		struct ids team = {0};
		struct record *c;

		rc = look_record(d, cases.at[i], &c, err);
		if (rc != RC_OK) {
			rc = rc == RC_ABSENT ? RC_OK : rc;
			continue;
		}
		look_ids(d, c, "team", &team);
		look_ids(d, c, "lead", &team);
		look_ids(d, c, "lead", &leads);
		within = within || holds(&team, d->actor->id);
	}
	if (rc == RC_OK && !within)
		rc = answers_to(d, &leads, &within, err);
	if (rc != RC_OK)
		return rc;
	return !within ? RC_OK
		       : fail(err, RC_CONFLICT, "gate",
			      "this is decided by somebody outside the team of the case, who does "
			      "not answer to its lead");
}

static enum rc
no_part_in_it(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	static const char *const people[] = {"officer", "holder", "against", "of"};
	static const char *const units[] = {"unit", "against_unit", "units", "of"};
	struct ids about = {0}, in = {0};
	bool answers;
	enum rc rc;

	(void)use;
	ids_in(d, r, people, COUNT_OF(people), "user", &about);
	ids_in(d, r, units, COUNT_OF(units), "unit", &in);
	if (holds(&about, d->actor->id) || (r->type->concerns_owner && r->own))
		return fail(err, RC_CONFLICT, "gate", "it is about you: somebody else decides");
	if (holds(&in, d->actor->unit))
		return fail(err, RC_CONFLICT, "gate",
			    "it is about your unit: somebody of another one decides");
	if ((rc = answers_to(d, &about, &answers, err)) != RC_OK)
		return rc;
	return !answers ? RC_OK
			: fail(err, RC_CONFLICT, "gate",
			       "it is about somebody whom you answer to: somebody else decides");
}

static enum rc
overseer_independent(struct door *d, const struct record *r, const struct gate_use *use,
		     struct err *err)
{
	(void)r;
	(void)use;
	return d->actor->roles == BIT(ROLE_MONITOR)
		   ? RC_OK
		   : fail(err, RC_CONFLICT, "gate",
			  "who oversees has no other role here: theirs is the monitor's alone");
}

/* A duty of which a clock runs; those of the one who leaves are the account's matter. */
static enum rc
no_open_duties(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	static const struct {
		const char *type, *field;
	} duties[] = {
	    {"request", "case"},       {"request", "about"},   {"expertise_request", "case"},
	    {"alert", "case"},	       {"deadline", "case"},   {"deadline", "of"},
	    {"order_request", "case"}, {"task", "of"},	       {"consent", "of"},
	    {"legal_hold", "case"},    {"deployment", "case"}, {"loan", "of"},
	};
	static const struct look_only running = {.due = true, .max = 1};
	enum rc rc = RC_OK;

	(void)use;
	for (size_t i = 0; i < COUNT_OF(duties) && rc == RC_OK; i++) {
		struct look_list found = {0};

		rc = look_holders_only(d, duties[i].type, duties[i].field, r->id, &running, &found,
				       err);
		if (rc == RC_OK && found.n > 0)
			rc = fail(err, RC_CONFLICT, "gate",
				  "a %s of it is still open; end it, or give it to somebody who "
				  "took it over",
				  duties[i].type);
	}
	return rc;
}

/*
 * Nothing in the node moves a plan, referral or service because something else is closed: no
 * reaction hears of it (closing_a_case_leaves_every_plan_as_it_was).
 */
static enum rc
plans_stay_open(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	(void)d;
	(void)r;
	(void)use;
	(void)err;
	return RC_OK;
}

static enum rc
lawyer_reviewed(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	static const char *const on[] = {"lawyer_reviewed_on", "reviewed_by_lawyer_on"};
	int64_t at;

	(void)use;
	for (size_t i = 0; i < COUNT_OF(on); i++)
		if (time_parse(look_text(r, on[i]), &at) && at <= d->now_ms)
			return RC_OK;
	return fail(err, RC_CONFLICT, "lawyer_reviewed_on",
		    "no review by a lawyer is written in it, with its day");
}

/* Its own fields say who, of which state, on which day; a day to come confirms nothing. */
static enum rc
row_confirmed(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	static const char *const by[] = {"confirmed_by", "confirmed_locally_by"};
	static const char *const on[] = {"confirmed_on", "confirmed_locally_on"};
	struct ids laws = {0};
	int64_t at;
	enum rc rc;

	(void)use;
	for (size_t i = 0; i < COUNT_OF(by); i++)
		if (type_field(r->type, str_from(by[i])) != NULL)
			return look_text(r, by[i]).n > 0 && time_parse(look_text(r, on[i]), &at) &&
				       at <= d->now_ms
				   ? RC_OK
				   : fail(err, RC_CONFLICT, on[i],
					  "a lawyer of that state, named, confirms the row of law "
					  "it rests on, on a day");
	/* A finding rests on a definition that is confirmed itself. */
	look_ids(d, r, "definition", &laws);
	if (laws.n > 0) {
		struct record *law;

		rc = look_record(d, laws.at[0], &law, err);
		if (rc == RC_OK && str_eq_z(law->type->states.at[law->state], "confirmed"))
			return RC_OK;
		if (rc != RC_OK && rc != RC_ABSENT)
			return rc;
	}
	return fail(err, RC_CONFLICT, "gate", "the row of law it rests on is confirmed by nobody");
}

/* clang-format off */
static const struct gate gates[] = {
	{ "second_reader",        second_reader,        "Who makes the move neither made the record nor changed it." },
	{ "outside_case_team",    outside_case_team,    "Who makes the move is in no team of its cases, nor of a unit whose supervisor leads one." },
	{ "no_part_in_it",        no_part_in_it,        "It is about neither the person who makes the move, nor their unit, nor their unit's supervisor." },
	{ "overseer_independent", overseer_independent, "Who makes the move is a monitor and nothing else." },
	{ "no_open_duties",       no_open_duties,       "No request, alert, deadline, task, order, hold or consent of it has a clock that runs." },
	{ "plans_stay_open",      plans_stay_open,      "Holds by construction: no change of anything closes a plan, referral or service." },
	{ "lawyer_reviewed",      lawyer_reviewed,      "The day of a lawyer's review stands in it, and is not to come." },
	{ "row_confirmed",        row_confirmed,        "A lawyer of the state, named, confirmed the row of law on a day; or the definition it rests on is confirmed." },
	{ .name = NULL },
};
/* clang-format on */

const struct feature reader_feature = {.name = "reader", .gates = gates};
