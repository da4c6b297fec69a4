#include "record/explain.h"

#include <string.h>

#include "base/arena.h"
#include "format/json.h"
#include "record/derive.h"
#include "record/look.h"
#include "record/reach.h"

static void
say(struct door *d, struct explained *out, struct str sentence)
{
	*VEC_ADD(d->arena, &out->why) = sentence;
}

static void
say_z(struct door *d, struct explained *out, const char *sentence)
{
	say(d, out, str_from(sentence));
}

/* By which tie the actor reaches it. */
static void
say_tie(struct door *d, const struct record *r, const struct decision *read, struct explained *out)
{
	if (read->mark != NULL && strcmp(read->mark, "break_glass") == 0)
		say_z(d, out,
		      "You broke its glass in an emergency: it is open to you alone for three "
		      "hours, for reading, and a second reader and the overseer know.");
	else if (read->mark != NULL)
		say_z(
		    d, out,
		    "Your certificate lapsed during an alert that you had taken: the right is kept "
		    "for twelve hours, for this alert alone, and a supervisor looks at it.");
	else if (r->own)
		say_z(d, out, "You made it, or it was given to you.");
	else if (id_eq(r->unit, d->actor->unit))
		say_z(d, out, "Your unit keeps it.");
	else
		say_z(d, out,
		      "Another unit keeps it; you reach it as its supervisor's supervisor, by the "
		      "case's team, or because its handling code lets the agency read it.");
}

static void
say_handling(struct door *d, const struct record *r, struct explained *out)
{
	static const char *const words[] = {
	    [TLP_CLEAR] = "CLEAR: anybody in the agency may read it.",
	    [TLP_GREEN] = "GREEN: anybody in the agency may read it.",
	    [TLP_AMBER] =
		"AMBER: the agency may read it; other units see its masked fields closed.",
	    [TLP_AMBER_STRICT] =
		"AMBER+STRICT: for the unit that keeps it and the team of its case.",
	    [TLP_RED] = "RED: for its owner, the supervisors of its unit and the team of its case.",
	};

	say_z(d, out, words[r->handling.tlp]);
	say_z(d, out,
	      r->handling.judicial_ok
		  ? "It may be used in court without asking."
		  : "It may not be used in court before its originator is asked.");
	say_z(d, out,
	      r->handling.onward_ok ? "It may be passed on without asking."
				    : "It may not be passed on before its originator is asked.");
	if (r->guard != GUARD_NONE)
		say_z(d, out,
		      "It is about a survivor or somebody who is or may be under 18: the unit that "
		      "protects them sees it, and no team or other unit.");
}

static enum rc
say_change(struct door *d, const struct record_row *row, struct explained *out, struct err *err)
{
	static const struct {
		enum policy_action action;
		const char *may, *may_not;
	} all[] = {
	    {POLICY_REVEAL, "You may open its masked fields by name, with a reason.",
	     "You may not open its masked fields"},
	    {POLICY_UPDATE, "You may change its fields.", "You may not change its fields"},
	    {POLICY_ERASE, "You may erase it.", "You may not erase it"},
	};

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct decision decision;
		enum rc rc = reach_decide(d, all[i].action, row, NULL, &decision, err);

		if (rc != RC_OK)
			return rc;
		if (decision.rung > RUNG_NONE)
			say_z(d, out, all[i].may);
		else
			say(d, out,
			    str_fmt(d->arena, "%s: %s.", all[i].may_not,
				    decision.why != NULL ? decision.why : decision.rule));
	}
	return RC_OK;
}

static enum rc
add_moves(struct door *d, const struct record_row *row, const struct record *r,
	  struct explained *out, struct err *err)
{
	const struct record_type *type = r->type;

	out->moves = NEW_N(d->arena, struct explained_move, type->states.n + 1);
	for (size_t to = 0; r->state >= 0 && to < type->states.n; to++) {
		const struct move *move = type_move(type, r->state, (int)to);
		struct decision decision;
		enum rc rc;

		if (move == NULL || move->automatic)
			continue;
		if ((rc = reach_decide(d, POLICY_MOVE, row, move, &decision, err)) != RC_OK)
			return rc;
		out->moves[out->move_count++] =
		    (struct explained_move){type->states.at[to], move, decision.rung > RUNG_NONE};
	}
	return RC_OK;
}

enum rc
record_explain(struct door *d, struct id id, struct explained *out, struct err *err)
{
	struct decision read;
	struct record_row row;
	enum rc rc;

	*out = (struct explained){0};
	if ((rc = record_load(d, id, NULL, &out->record, err)) != RC_OK ||
	    (rc = row_find(d, id, &row, err)) != RC_OK ||
	    (rc = reach_decide(d, POLICY_READ, &row, NULL, &read, err)) != RC_OK)
		return rc;
	say(d, out,
	    str_fmt(d->arena, "You read it for the purpose of %s, which its type is open for.",
		    purpose_name(d->access.purpose)));
	say_tie(d, out->record, &read, out);
	say_handling(d, out->record, out);
	if (derive_has_sources(row.type, out->record->fields))
		say_z(d, out,
		      "It is made of other records, and never handled more openly than they are.");
	if (out->record->masked.n > 0)
		say(d, out,
		    str_fmt(d->arena,
			    "%zu of its fields are masked until they are asked for by name.",
			    out->record->masked.n));
	if ((rc = say_change(d, &row, out, err)) != RC_OK)
		return rc;
	return add_moves(d, &row, out->record, out, err);
}
