#include "base/arena.h"
#include "base/say.h"
#include "format/json.h"
#include "model/check.h"
#include "model/model.h"
#include "record/alone.h"
#include "record/changed.h"
#include "record/concern.h"
#include "record/derive.h"
#include "record/due.h"
#include "record/erase.h"
#include "record/look.h"
#include "record/open.h"
#include "record/reach.h"
#include "record/react.h"
#include "record/record.sql.h"
#include "record/retain.sql.h"
#include "record/wish.h"
#include "record/blind.h"

#define FIRST_OF_TWO ",first of two people"

/* What a change starts from. */
struct change {
	struct record_row row; /* becomes the new version */
	json_t *before, *after;
	json_t *patch; /* what somebody asked for; NULL: nothing, or the node did */
	struct handling handling, was;
	int64_t guard_was;
};

/* The record as it stands, for whoever changes it; handling is told to those who may read it. */
static enum rc
change_show(struct door *d, const struct change *c, json_t *fields, struct record **out,
	    struct err *err)
{
	enum rc rc =
	    record_of_row(d, &c->row, fields, NULL, record_rung_shown(d, &c->row), NULL, out, err);

	if (rc == RC_OK)
		(*out)->handling = c->handling;
	return rc;
}

/* What is shown without a change is a reading. */
static struct audit_entry
read_entry(const struct change *c)
{
	return (struct audit_entry){.action = AUDIT_READ,
				    .has_record = true,
				    .record = c->row.id,
				    .type = c->row.type_key,
				    .version = c->row.version};
}

/* What was loaded is what the change starts from. */
static void
change_from(struct change *c)
{
	c->after = c->before;
	c->patch = NULL;
	c->was = c->handling;
	c->guard_was = c->row.guard;
}

static bool
same_handling(struct handling a, struct handling b)
{
	return a.tlp == b.tlp && a.judicial_ok == b.judicial_ok && a.onward_ok == b.onward_ok;
}

/* What the fields and what they are made of ask for comes on top of what is. */
static enum rc
change_tighten(struct door *d, struct change *c, struct str *what, struct err *err)
{
	struct derived met = {c->handling, (enum guard)c->row.guard};
	enum rc rc;

	if (c->after == c->before)
		return RC_OK;
	if ((rc = derive_meet(d, c->row.type, c->after, &met, err)) != RC_OK)
		return rc;
	if (!same_handling(met.handling, c->handling) || (int64_t)met.guard != c->row.guard)
		*what = str_fmt(d->arena, "%.*s,handling derived", STR_ARG(*what));
	c->handling = met.handling;
	c->row.guard = (int64_t)met.guard;
	return RC_OK;
}

/* What is made of a record that is stricter now is as strict. */
static enum rc
change_pass_on(struct door *d, const struct change *c, struct err *err)
{
	if (same_handling(handling_meet(c->was, c->handling), c->was) &&
	    c->row.guard <= c->guard_was)
		return RC_OK;
	return derive_pass_on(d, &c->row, c->handling, err);
}

/* Load, and compare the version seen; RC_STALE hands back what is there now. */
static enum rc
change_begin(struct door *d, struct id id, int64_t version, enum policy_action action,
	     const struct move *move, struct change *c, struct record **now, struct err *err)
{
	struct audit_entry entry;
	enum rc rc;

	must(d->group != NULL);
	rc = record_load_row(d, id, action, move, &c->row, &c->before, &c->handling, err);
	if (rc != RC_OK)
		return rc;
	change_from(c);
	if (c->row.version == version)
		return RC_OK;
	if ((rc = change_show(d, c, c->before, now, err)) != RC_OK)
		return rc;
	entry = read_entry(c);
	door_log_apart(d, &entry);
	return fail(err, RC_STALE, "version",
		    "the record is at version %lld now; look at it and say again what you want",
		    (long long)c->row.version);
}

/* what: for the log, what changed; names, never values of a field. */
static enum rc
change_store(struct door *d, struct change *c, enum audit_action action, struct str what,
	     struct record **out, struct err *err)
{
	struct record_row *row = &c->row;
	struct audit_entry entry = {
	    .action = action,
	    .has_record = true,
	    .record = row->id,
	    .type = row->type_key,
	    .has_body = true,
	    .fields = what,
	};
	struct blind_tokens tokens = {0};
	int64_t seen = row->version;
	enum rc rc = change_tighten(d, c, &what, err);

	if (rc != RC_OK)
		return rc;
	entry.fields = what;
	row->version++;
	row->type_version = (int64_t)row->type->version;
	row->updated_ms = d->now_ms;
	row->handling = (int64_t)c->handling.tlp;
	/* The bucket stays that of the record's birth: all its versions are erased together. */
	rc = row_seal(d->node, d->arena, row, c->after, c->handling, entry.body_hash,
		      entry.key_commitment, err);
	if (rc != RC_OK || (rc = row_replace(d, row, seen, &entry, err)) != RC_OK)
		return rc;
	if (c->after != c->before) {
		blind_of(d->node, d->arena, row->type, c->after, &tokens);
		rc = blind_remove(d, row->id, row->type, c->before, err);
		if (rc != RC_OK || (rc = blind_add(d, row->id, &tokens, err)) != RC_OK ||
		    (rc = concern_note(d, row, c->after, err)) != RC_OK ||
		    (rc = reach_note(d, row, c->before, c->after, err)) != RC_OK ||
		    (rc = react_recorded(d, row, c->after, err)) != RC_OK)
			return rc;
	}
	if ((rc = change_pass_on(d, c, err)) != RC_OK)
		return rc;
	return change_show(d, c, c->after, out, err);
}

/* The node fills automatic fields too; what it writes it has looked up, so nobody is asked. */
static enum rc
apply_of_node(struct door *d, struct change *c, json_t *patch, struct err *err)
{
	json_t *merged = door_hold(d, json_copy(c->before)), *after;
	enum rc rc;

	must(json_object_update(merged, patch) == 0);
	rc = model_check_fields(d->arena, d->node->model, c->row.type, merged, CHECK_UPDATE, &after,
				err);
	if (rc == RC_OK)
		c->after = door_hold(d, after);
	return rc;
}

enum rc
record_tighten(struct door *d, struct id id, struct handling handling, enum guard guard,
	       struct err *err)
{
	struct record *now;
	struct change c;
	struct door node;
	enum rc rc;

	door_open_as_node(&node, d, STR("what it is made of is handled more strictly"));
	node.passing = d->passing;
	rc = record_load_row(&node, id, POLICY_UPDATE, NULL, &c.row, &c.before, &c.handling, err);
	if (rc == RC_OK) {
		change_from(&c);
		c.handling = handling_meet(c.handling, handling);
		if ((int64_t)guard > c.row.guard)
			c.row.guard = (int64_t)guard;
		if (!same_handling(c.handling, c.was) || c.row.guard != c.guard_was) {
			if (d->passing != NULL)
				d->passing->changed++;
			rc = change_store(&node, &c, AUDIT_UPDATE, STR("handling derived"), &now,
					  err);
		}
	}
	door_close(&node);
	return rc;
}

static enum rc
apply_patch(struct door *d, struct change *c, json_t *patch, struct err *err)
{
	json_t *after;
	enum rc rc;

	if (patch == NULL || json_object_size(patch) == 0)
		return RC_OK;
	if (d->actor->is_node)
		return apply_of_node(d, c, patch, err);
	rc = model_check_change(d->arena, d->node->model, c->row.type, c->before, patch, &after,
				err);
	if (rc != RC_OK)
		return rc;
	c->after = door_hold(d, after);
	c->patch = patch;
	if ((rc = concern_check_change(d, c->row.type, patch, err)) != RC_OK)
		return rc;
	return record_check_references(
	    d, c->row.type, patch, record_rung_shown(d, &c->row) >= RUNG_MASKED ? c->before : NULL,
	    err);
}

/* The first of four eyes: logged, nothing else changes. */
static enum rc
note_wish(struct door *d, struct change *c, struct str to, struct record **out, struct err *err)
{
	struct str fields = changed_fields(d->arena, c->row.type, c->before, c->after, c->patch);
	struct audit_entry entry = {
	    .action = to.n > 0 ? AUDIT_MOVE : AUDIT_UPDATE,
	    .has_record = true,
	    .record = c->row.id,
	    .type = c->row.type_key,
	    .fields = to.n > 0 ? changed_state(d->arena, &c->row, to, FIRST_OF_TWO, fields)
			       : str_fmt(d->arena, "%.*s" FIRST_OF_TWO, STR_ARG(fields))};
	enum rc rc = door_log(d, &entry, NULL, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = change_show(d, c, c->before, out, err)) == RC_OK)
		(*out)->waits = true;
	return rc;
}

enum rc
record_update(struct door *d, struct id id, int64_t version, json_t *patch, struct record **out,
	      struct err *err)
{
	struct change c;
	bool waits;
	enum rc rc;

	rc = change_begin(d, id, version, POLICY_UPDATE, NULL, &c, out, err);
	if (rc != RC_OK || (rc = apply_patch(d, &c, patch, err)) != RC_OK)
		return rc;
	/* Whoever names what they were not shown makes a version, whatever they guessed. */
	if (json_equal(c.before, c.after) && !changed_names_masked(c.row.type, c.patch)) {
		struct audit_entry entry = read_entry(&c);

		rc = change_show(d, &c, c.before, out, err);
		return rc == RC_OK ? door_log(d, &entry, NULL, err) : rc;
	}
	if ((rc = alone_check(d, c.row.type, c.before, c.after, err)) != RC_OK ||
	    (rc = record_due_edited(d, &c.row, c.before, c.after, err)) != RC_OK)
		return rc;
	if (alone_takes_two(d, c.row.type, c.row.state, NULL, c.before, c.after)) {
		if ((rc = wish_second(d, &c.row, c.after, STR_NONE, &waits, err)) != RC_OK)
			return rc;
		if (waits)
			return note_wish(d, &c, STR_NONE, out, err);
	}
	return change_store(d, &c, AUDIT_UPDATE,
			    changed_fields(d->arena, c.row.type, c.before, c.after, c.patch), out,
			    err);
}

static const struct gate *
gate_find(const struct door_node *node, struct str name)
{
	for (size_t i = 0; i < node->gate_table_count; i++)
		for (const struct gate *g = node->gate_tables[i]; g->name != NULL; g++)
			if (str_eq_z(name, g->name))
				return g;
	return NULL;
}

enum rc
look_gate(struct door *d, const char *name, const struct record *r, struct err *err)
{
	struct gate_use use = {.name = str_from(name)};
	const struct gate *gate = gate_find(d->node, use.name);

	return gate != NULL ? gate->check(d, r, &use, err)
			    : fail(err, RC_CONFLICT, "gate", "the gate %s is not built yet", name);
}

/* All must hold; one that no feature brings yet holds nobody's life open: it stays shut. */
static enum rc
check_gates(struct door *d, const struct record *r, const struct move *move, struct err *err)
{
	enum rc rc = RC_OK;

	/* First, so that a gate that could open tells nothing of a move that cannot be made. */
	for (size_t i = 0; i < move->gate_count; i++)
		if (gate_find(d->node, move->gates[i].name) == NULL)
			return fail(err, RC_CONFLICT, "gate",
				    "the gate %.*s is not built yet, so this move stays closed",
				    STR_ARG(move->gates[i].name));
	for (size_t i = 0; i < move->gate_count && rc == RC_OK; i++)
		rc = gate_find(d->node, move->gates[i].name)->check(d, r, &move->gates[i], err);
	return rc;
}

/* Refuse a move that the type has not, and say which it has. */
static enum rc
no_move(struct door *d, const struct record_row *row, int from, int target, struct err *err)
{
	const struct record_type *type = row->type;
	struct buf open;

	buf_init(&open, d->arena);
	for (size_t i = 0; from >= 0 && i < type->states.n; i++) {
		const struct move *move = type_move(type, from, (int)i);

		if (move != NULL && !move->automatic)
			buf_addf(&open, "%s%.*s", open.n > 0 ? ", " : "",
				 STR_ARG(type->states.at[i]));
	}
	return fail(err, RC_CONFLICT, "state", "%s; from %.*s moves lead to: %s",
		    target >= 0 ? str_fmt(d->arena, "no move leads to %.*s from here",
					  STR_ARG(type->states.at[target]))
				      .p
				: "this type has no such state",
		    STR_ARG(row->state), open.n > 0 ? str_z(d->arena, buf_str(&open)) : "none");
}

/* The state asked for, by name, and the move that leads there. */
static enum rc
find_move(struct door *d, const struct record_row *row, struct str to, const struct move **out,
	  struct err *err)
{
	int from = type_state(row->type, row->state), target = type_state(row->type, to);

	*out = target >= 0 && from >= 0 ? type_move(row->type, from, target) : NULL;
	if (*out == NULL)
		return no_move(d, row, from, target, err);
	if ((*out)->automatic && !d->actor->is_node)
		return fail(err, RC_CONFLICT, "state", "only a clock or an event makes this move");
	return RC_OK;
}

/* Who made the move stands in the record, where the type wants it: nobody writes another. */
static void
set_mover(struct door *d, struct change *c, const struct move *move)
{
	const struct field *f = move->sets >= 0 ? &c->row.type->fields[move->sets] : NULL;
	json_t *after;

	if (f == NULL || d->actor->is_node)
		return;
	after = door_hold(d, json_copy(c->after));
	must(json_object_setn_new(after, f->name.p, f->name.n,
				  json_from_str(id_format(d->arena, d->actor->id))) == 0);
	c->after = after;
}

enum rc
record_move(struct door *d, struct id id, int64_t version, struct str to, json_t *patch,
	    struct record **out, struct err *err)
{
	struct record_row seen;
	const struct move *move;
	struct record *r;
	struct change c;
	struct str what;
	enum rc rc;

	/*
	 * First as a reader, so that nobody learns a state by trying moves; then as one who may
	 * make this very move.
	 */
	rc = record_load_row(d, id, POLICY_READ, NULL, &seen, &c.before, &c.handling, err);
	if (rc != RC_OK || (rc = find_move(d, &seen, to, &move, err)) != RC_OK)
		return rc;
	rc = change_begin(d, id, version, POLICY_MOVE, move, &c, out, err);
	if (rc == RC_OK && (rc = apply_patch(d, &c, patch, err)) == RC_OK)
		set_mover(d, &c, move);
	if (rc == RC_OK && !move->four_eyes)
		rc = alone_check(d, c.row.type, c.before, c.after, err);
	if (rc != RC_OK ||
	    (rc = model_check_needs(d->arena, c.row.type, move, c.after, err)) != RC_OK)
		return rc;
	/* A gate decides on the whole record, not on what this person may see of it. */
	rc = record_of_row(d, &c.row, c.after, NULL, RUNG_FULL, NULL, &r, err);
	if (rc != RC_OK)
		return rc;
	r->fields = c.after;
	if ((rc = check_gates(d, r, move, err)) != RC_OK)
		return rc;
	if ((move->four_eyes && !d->actor->is_node) ||
	    alone_takes_two(d, c.row.type, c.row.state, move, c.before, c.after)) {
		bool waits;

		if ((rc = wish_second(d, &c.row, c.after, to, &waits, err)) != RC_OK)
			return rc;
		if (waits)
			return note_wish(d, &c, to, out, err);
	}
	what = changed_state(d->arena, &c.row, to, "",
			     changed_fields(d->arena, c.row.type, c.before, c.after, c.patch));
	c.row.state = str_copy(d->arena, to);
	c.row.flags &= ~(int64_t)ROW_QUICK_NOTE;
	c.row.due_ms = record_due(c.row.type, type_state(c.row.type, to), c.after, d->now_ms);
	if ((rc = change_store(d, &c, AUDIT_MOVE, what, out, err)) != RC_OK)
		return rc;
	r->state = type_state(c.row.type, to);
	r->version = c.row.version;
	return react_to(d, r, move->event, err);
}

enum rc
record_mark(struct door *d, struct id id, int64_t version, struct handling handling,
	    struct record **out, struct err *err)
{
	struct derived floor;
	struct handling meet;
	struct change c;
	struct str what;
	enum rc rc;

	rc = change_begin(d, id, version, POLICY_UPDATE, NULL, &c, out, err);
	if (rc != RC_OK)
		return rc;
	meet = handling_meet(handling, c.handling);
	if ((meet.tlp != handling.tlp || meet.judicial_ok != handling.judicial_ok ||
	     meet.onward_ok != handling.onward_ok) &&
	    (d->actor->roles & BIT(ROLE_SUPERVISOR)) == 0)
		return fail(err, RC_DENIED, "handling",
			    "only a supervisor loosens a handling code");
	meet = handling_meet(handling, handling_of_type(c.row.type));
	if (meet.tlp != handling.tlp || meet.judicial_ok != handling.judicial_ok ||
	    meet.onward_ok != handling.onward_ok)
		return fail(err, RC_DENIED, "handling",
			    "a record is never handled more openly than its type says");
	floor = (struct derived){handling, (enum guard)c.row.guard};
	if ((rc = derive_meet(d, c.row.type, c.before, &floor, err)) != RC_OK)
		return rc;
	if (!same_handling(floor.handling, handling))
		return fail(err, RC_DENIED, "handling",
			    "something that it is made of is handled more strictly than that");
	what = changed_handling(d->arena, c.handling, handling);
	c.handling = handling;
	return change_store(d, &c, AUDIT_UPDATE, what, out, err);
}

/* The row in all versions, but for its index tokens. */
static enum rc
erase_row(struct door *d, struct record_row *row, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_ERASE, .has_record = true, .record = row->id, .type = row->type_key};
	const struct sql *const beside[] = {&SQL_RECORD_SECOND_FORGET, &SQL_RECORD_RETAIN_FORGET};
	int64_t seen = row->version++;
	enum rc rc;

	row->flags |= ROW_ERASED;
	row->due_ms = 0;
	row->updated_ms = d->now_ms;
	row->wrapped = STR("");
	row->body = STR("");
	if ((rc = row_replace(d, row, seen, &entry, err)) != RC_OK)
		return rc;
	rc =
	    db_run(d->db, &SQL_RECORD_ERASE_PAST, BINDS(B_BLOB(STR("")), B_ID(row->id)), NULL, err);
	for (size_t i = 0; i < COUNT_OF(beside) && rc == RC_OK; i++)
		rc = db_run(d->db, beside[i], BINDS(B_ID(row->id)), NULL, err);
	if (rc == RC_OK)
		rc = reach_forget(d, row->id, err);
	if (rc != RC_OK)
		return rc;
	/* What the disk still holds of the wrapped key opens with nothing once this is done. */
	return erase_note(d, row->bucket, err);
}

enum rc
record_erase_closed(struct door *d, struct id id, struct err *err)
{
	struct record_row row;
	enum rc rc = row_find(d, id, &row, err);

	must(d->group != NULL && d->actor->is_node);
	if (rc != RC_OK || (row.flags & ROW_ERASED) != 0)
		return rc;
	/* What its tokens were cannot be read any more: they are looked for by the record. */
	rc = db_run(d->db, &SQL_RECORD_TOKEN_FORGET, BINDS(B_ID(id)), NULL, err);
	return rc == RC_OK ? erase_row(d, &row, err) : rc;
}

static bool
keep_running(void *ctx, struct record *hold)
{
	struct record **kept = ctx;

	if (hold->state == type_state(hold->type, STR("lifted")))
		return false;
	*kept = hold;
	return true;
}

/* With the ground, as whoever asked has to be told: which court, under which law, until when. */
static enum rc
refuse_held(struct door *d, const struct change *c, struct err *err)
{
	struct record *hold = NULL;
	struct str court, law, until;
	bool found;
	enum rc rc =
	    look_until(d, "legal_hold", "records", c->row.id, keep_running, &hold, &found, err);

	if (rc != RC_OK || hold == NULL)
		return rc != RC_OK ? rc
				   : fail(err, RC_CONFLICT, "hold",
					  "a legal hold keeps it; it is being lifted");
	court = look_text(hold, "court");
	law = look_text(hold, "law");
	until = look_text(hold, "until");
	return fail(err, RC_CONFLICT, "hold",
		    "the legal hold %.*s keeps it for %.*s%s%.*s%s%.*s; it goes within 24 hours of "
		    "the hold's lifting if it is to go by then",
		    STR_ARG(look_text(hold, "number")), STR_ARG(court), law.n > 0 ? ", under " : "",
		    STR_ARG(law), until.n > 0 ? ", until " : "", STR_ARG(until));
}

/* Else whoever erases a hold would lift it, without a word of why. */
static enum rc
refuse_running_hold(const struct record_row *r, struct err *err)
{
	return str_eq_z(r->type->name, "legal_hold") && !str_eq_z(r->state, "lifted")
		   ? fail(err, RC_CONFLICT, "hold",
			  "this legal hold keeps records for its court; lift it first, with the "
			  "reason: liaison record move legal_hold ID lifted")
		   : RC_OK;
}

enum rc
record_unguard(struct door *d, struct id id, int64_t version, struct record **out, struct err *err)
{
	struct derived asked;
	struct change c;
	enum rc rc = change_begin(d, id, version, POLICY_UPDATE, NULL, &c, out, err);

	if (rc != RC_OK)
		return rc;
	if ((d->actor->roles & BIT(ROLE_SUPERVISOR)) == 0)
		return fail(err, RC_DENIED, "guard", "only a supervisor lifts a guard");
	if (d->access.reason.n == 0)
		return fail(err, RC_DENIED, "reason",
			    "say why nobody needs the guard any more (" SAY_REASON ")");
	asked = (struct derived){c.handling, c.row.type->guard};
	if ((rc = derive_meet(d, c.row.type, c.before, &asked, err)) != RC_OK)
		return rc;
	if ((int64_t)asked.guard >= c.row.guard)
		return fail(err, RC_CONFLICT, "guard",
			    "the record, or what it is made of, still says that somebody is to be "
			    "guarded");
	c.row.guard = (int64_t)asked.guard;
	return change_store(d, &c, AUDIT_UPDATE, STR("guard lifted"), out, err);
}

enum rc
record_erase(struct door *d, struct id id, int64_t version, struct err *err)
{
	struct record *now;
	struct change c;
	enum rc rc;

	rc = change_begin(d, id, version, POLICY_ERASE, NULL, &c, &now, err);
	if (rc == RC_OK && (c.row.flags & ROW_HELD) != 0)
		rc = refuse_held(d, &c, err);
	if (rc == RC_OK)
		rc = refuse_running_hold(&c.row, err);
	if (rc == RC_OK)
		rc = concern_check_erase(d, &c.row, err);
	if (rc == RC_OK)
		rc = alone_check_erase(d, c.row.type, c.row.state, err);
	if (rc != RC_OK || (rc = blind_remove(d, id, c.row.type, c.before, err)) != RC_OK)
		return rc;
	return erase_row(d, &c.row, err);
}
