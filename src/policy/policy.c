#include "policy/policy.h"

#include <string.h>

#include "base/say.h"

static const struct decision full = {
    .rung = RUNG_FULL, .rule = "granted", .why = "your role and purpose allow it"};

const char *
rung_name(enum rung rung)
{
	static const char *const names[] = {"none", "existence", "category", "masked", "full"};

	must((size_t)rung < COUNT_OF(names));
	return names[rung];
}

static struct decision
refuse_openly(const char *rule, const char *why)
{
	return (struct decision){.rung = RUNG_NONE, .rule = rule, .why = why, .open_refusal = true};
}

static struct decision
look_absent(const char *rule, const char *why)
{
	return (struct decision){.rung = RUNG_NONE, .rule = rule, .why = why};
}

static bool
changes(enum policy_action action)
{
	return action == POLICY_CREATE || action == POLICY_UPDATE || action == POLICY_MOVE ||
	       action == POLICY_ERASE;
}

/* The refusal of a role, which names those that may. */
static struct decision
refuse_roles(const struct facts *f, uint32_t roles)
{
	struct decision d;

	switch (f->action) {
	case POLICY_MOVE: d = refuse_openly("role", "this move is not for your roles"); break;
	case POLICY_ERASE:
		d = refuse_openly("role", "none of your roles may erase this type of record");
		break;
	case POLICY_CREATE:
	case POLICY_UPDATE:
		d = refuse_openly("role", "none of your roles may change this type of record");
		break;
	case POLICY_LIST:
	case POLICY_READ:
	case POLICY_REVEAL:
	default:
		d = refuse_openly("role", "none of your roles may read this type of record");
		break;
	}
	d.roles_needed = roles;
	return d;
}

static struct decision
decide_purpose(const struct facts *f, uint32_t purposes)
{
	struct decision d;

	if (!f->access->has_purpose)
		return refuse_openly("purpose", "say for which purpose (" SAY_PURPOSE ")");
	if (purposes == 0 || (BIT(f->access->purpose) & purposes) != 0)
		return full;
	d = refuse_openly("purpose", "this type of record is not open for the purpose you gave");
	d.purposes_needed = purposes;
	return d;
}

/* Role and purpose against the type: the same for every row, so a refusal may say so. */
static struct decision
decide_type(const struct facts *f)
{
	const struct access_rule *rule = changes(f->action) ? &f->type->write : &f->type->read;
	uint32_t roles = rule->roles, purposes = rule->purposes;

	/* Erasing is for those who may write it, for the person's own right, or for retention. */
	if (f->action == POLICY_ERASE) {
		roles = BIT(ROLE_SUPERVISOR) | BIT(ROLE_ADMINISTRATOR);
		if (purposes != 0)
			purposes |= BIT(PURPOSE_SUBJECT_RIGHTS) | BIT(PURPOSE_ADMINISTRATION);
	}
	if (f->action == POLICY_MOVE && f->move != NULL && f->move->roles != 0)
		roles = f->move->roles;
	if ((f->actor->roles & roles) == 0)
		return refuse_roles(f, roles);
	/* Else anybody could fill the list of what somebody else has to look at. */
	if (f->action == POLICY_CREATE && f->type->concerns_owner)
		return refuse_openly("type", "records of this type are made by the node alone");
	return decide_purpose(f, purposes);
}

/* Which exception opens this very row to the actor; NULL: none. */
static const struct reached *
reached_of(const struct facts *f, enum reached_by by)
{
	const struct reach *reach = f->actor->reach;

	for (size_t i = 0; reach != NULL && i < reach->record_count; i++)
		if (reach->records[i].by == by && reach->records[i].type == f->type &&
		    (f->row == NULL || id_eq(reach->records[i].record, f->row->id)))
			return &reach->records[i];
	return NULL;
}

static bool
is_below(const struct actor *actor, struct id unit)
{
	for (size_t i = 0; actor->reach != NULL && i < actor->reach->unit_count; i++)
		if (id_eq(actor->reach->units[i], unit))
			return true;
	return false;
}

/* How the actor stands to the row's unit. */
struct standing {
	bool own, within, supervises, overseer;
};

static struct standing
standing_of(const struct facts *f)
{
	const struct access_rule *rule = changes(f->action) ? &f->type->write : &f->type->read;
	uint32_t roles = f->move != NULL && f->move->roles != 0 ? f->move->roles : rule->roles;
	bool supervisor = (f->actor->roles & BIT(ROLE_SUPERVISOR)) != 0;
	bool same_unit = id_eq(f->actor->unit, f->row->unit);
	/* In a unit below, somebody is its supervisor and nothing else that they are at home. */
	bool below = supervisor && !same_unit && (roles & BIT(ROLE_SUPERVISOR)) != 0 &&
		     is_below(f->actor, f->row->unit);

	return (struct standing){.own = id_eq(f->actor->id, f->row->owner),
				 .within = same_unit || below,
				 .supervises = supervisor && (same_unit || below),
				 .overseer = (f->actor->roles & BIT(ROLE_MONITOR)) != 0 &&
					     f->access->has_purpose &&
					     f->access->purpose == PURPOSE_OVERSIGHT};
}

/* What was done by the owner of the row is for those who look at it, and not for them. */
static struct decision
decide_concerned(const struct facts *f, const struct standing *at)
{
	if (at->own)
		return look_absent("concerned", "what concerns somebody is not for them");
	if (!at->supervises && !(at->overseer && !changes(f->action)))
		return look_absent("unit", "for the supervisors of the unit and the overseer");
	return full;
}

/*
 * What is said of somebody is not for them, whatever their role; nor, when it is said of a unit,
 * for anybody of that unit but an overseer who is nothing else there.
 */
static bool
is_said_of(const struct facts *f, const struct standing *at)
{
	bool alone = at->overseer && f->actor->roles == BIT(ROLE_MONITOR);

	return f->row->concerns_actor || (f->row->concerns_unit && !alone);
}

bool
policy_is_said_of(const struct actor *actor, const struct access *access,
		  const struct record_type *type, const struct row_facts *row)
{
	struct facts f = {actor, access, POLICY_LIST, type, row, NULL};
	struct standing at = standing_of(&f);

	return !actor->is_node && (is_said_of(&f, &at) || (type->concerns_owner && at.own));
}

/* Whom a record about a survivor or minor is for: its owner, and people of its unit alone. */
static bool
guard_admits(const struct facts *f, const struct standing *at)
{
	const uint32_t protects = BIT(ROLE_SUPPORT_WORKER) | BIT(ROLE_SUPERVISOR);

	if (f->row->guard == GUARD_NONE || at->own)
		return true;
	/* A type that anybody works with, of which this row happens to be about a minor. */
	if (f->type->guard == GUARD_NONE && f->row->guard == GUARD_MINOR)
		return at->within;
	return at->within && (f->actor->roles & protects) != 0;
}

/*
 * A held record is readable for the hold's court alone: by prosecutor and supervisor, for the
 * prosecution or the rights of the person (rule 12). But help reads no hold (rule 13): whoever
 * helps a survivor goes on reading what protection keeps, until the day it would be erased. And
 * no hold hides from those who watch what somebody did: a complaint, a look at an access.
 */
static bool
reads_held(const struct facts *f)
{
	uint32_t purpose = f->access->has_purpose ? BIT(f->access->purpose) : 0;
	bool watches = f->type->concerns_owner || str_eq(f->type->area, STR("oversee"));
	bool helps = f->row->guard != GUARD_NONE || str_eq(f->type->area, STR("protect"));

	if (watches)
		return true;
	if ((purpose & (BIT(PURPOSE_PROSECUTION) | BIT(PURPOSE_SUBJECT_RIGHTS))) != 0 &&
	    (f->actor->roles & (BIT(ROLE_PROSECUTOR) | BIT(ROLE_SUPERVISOR))) != 0)
		return true;
	return helps && !f->row->past_its_day && purpose == BIT(PURPOSE_PROTECTION) &&
	       (f->actor->roles & BIT(ROLE_SUPPORT_WORKER)) != 0;
}

/*
 * TLP 2.0 within one agency: RED is for named persons, which here are the owner, the unit's
 * supervisor and the team of the case; AMBER+STRICT for those who need to know, which is the
 * unit, and the team again; AMBER and below for the agency. Other units see AMBER rows with
 * their masked fields closed.
 */
static struct decision
decide_handling(const struct facts *f, const struct standing *at)
{
	const struct row_facts *row = f->row;
	bool team = row->on_team && f->type->guard == GUARD_NONE && row->guard == GUARD_NONE;

	if (!guard_admits(f, at))
		return look_absent(
		    "guard",
		    "records about survivors and minors are for the unit that protects them");
	if (row->handling == TLP_RED && !at->own && !at->supervises && !team)
		return look_absent("handling", "RED: for named persons only");
	if (row->handling == TLP_AMBER_STRICT && !at->within && !team)
		return look_absent("handling", "AMBER+STRICT: for the unit only");
	if (changes(f->action) && !at->within)
		return look_absent("unit", "only the unit that keeps a record may change it");
	return full;
}

static struct decision
decide_reveal(const struct facts *f, const struct standing *at, bool excepted)
{
	if (!at->within && !f->row->on_team && !excepted && f->row->handling >= TLP_AMBER)
		return refuse_openly("unit", "ask the unit that keeps the record");
	if (f->access->reason.n == 0)
		return refuse_openly("reason",
				     "say why you need the masked value (" SAY_REASON ")");
	return full;
}

static struct decision
decide_row(const struct facts *f)
{
	const struct row_facts *row = f->row;
	struct standing at = standing_of(f);
	bool reads = f->action == POLICY_READ || f->action == POLICY_REVEAL;
	bool glass = reads && !f->type->glass_never && reached_of(f, REACHED_GLASS) != NULL;
	struct decision d = full;

	if (row->erased)
		return look_absent("erased", "the record was erased");
	/* Who asks to erase it is told of the hold by record/, which does not do it. A life in
	 * danger comes before a court. */
	if (row->held && f->action != POLICY_ERASE && !glass && !reads_held(f))
		return look_absent("hold", "a legal hold keeps it for its court alone");
	if (row->quick_note && !at.own && !at.supervises)
		return look_absent("quick-note", "a quick note is for its author and supervisor");
	if (is_said_of(f, &at))
		return look_absent("concerned", "what concerns somebody is not for them");
	if (f->type->concerns_owner)
		d = decide_concerned(f, &at);
	else if (!glass)
		d = decide_handling(f, &at);
	if (d.rung == RUNG_NONE)
		return d;
	if (f->action == POLICY_REVEAL)
		d = decide_reveal(f, &at, glass || f->type->concerns_owner);
	else
		d = (struct decision){.rung = RUNG_MASKED,
				      .rule = "masked",
				      .why =
					  "the record, with masked fields closed until revealed"};
	d.mark = glass ? "break_glass" : NULL;
	return d;
}

const char *
policy_training_missing(const struct actor *actor, enum purpose purpose)
{
	if (actor->is_node || actor->reach == NULL || (actor->reach->closed & BIT(purpose)) == 0)
		return NULL;
	return actor->reach->closed_why[purpose];
}

/* Role, purpose and training, with what excepts this very row from them. */
static struct decision
decide_desk(const struct facts *f)
{
	struct decision d = decide_type(f);
	bool reads = f->action == POLICY_READ || f->action == POLICY_REVEAL;
	const char *missing;

	/* An emergency takes the place of a desk, not of a purpose. */
	if (d.rung == RUNG_NONE)
		return strcmp(d.rule, "role") == 0 && reads && !f->type->glass_never &&
			       f->access->has_purpose && reached_of(f, REACHED_GLASS) != NULL
			   ? decide_purpose(f, f->type->read.purposes)
			   : d;
	missing = policy_training_missing(f->actor, f->access->purpose);
	if (missing == NULL || (reads && !f->type->glass_never && reached_of(f, REACHED_GLASS)))
		return d;
	if (reached_of(f, REACHED_KEPT) != NULL) {
		d.mark = "kept_right";
		return d;
	}
	return refuse_openly("training", missing);
}

struct decision
policy_decide(const struct facts *f)
{
	struct decision d, row;

	must(f->actor != NULL && f->access != NULL && f->type != NULL);
	if (f->actor->is_node)
		return f->row != NULL && f->row->erased
			   ? look_absent("erased", "the record was erased")
			   : full;
	d = decide_desk(f);
	if (d.rung == RUNG_NONE || f->row == NULL)
		return d;
	row = decide_row(f);
	if (row.rung > RUNG_NONE && row.mark == NULL)
		row.mark = d.mark;
	return row;
}

bool
policy_glass_may_break(const struct actor *actor, const struct record_type *type,
		       const struct row_facts *row)
{
	return !actor->is_node && (actor->roles & GLASS_ROLES) != 0 && !type->glass_never &&
	       !type->concerns_owner && type->concern_count == 0 && !row->erased &&
	       !row->quick_note;
}

bool
policy_may_refer(const struct actor *actor, const struct access *access,
		 const struct record_type *type, const struct row_facts *row)
{
	struct facts f = {actor, access, POLICY_LIST, type, row, NULL};

	if (actor->is_node)
		return true;
	/*
	 * A reference opens nothing, so the purpose is asked for when somebody reads it; what
	 * counts is whether these roles may know that the record is there.
	 */
	return (actor->roles & (type->read.roles | type->write.roles)) != 0 &&
	       decide_row(&f).rung > RUNG_NONE;
}

bool
policy_field_open(const struct field *field, enum rung rung, bool revealed, bool in_list)
{
	if (rung < RUNG_MASKED)
		return false;
	if (field->mask == MASK_NEVER)
		return true;
	if (in_list && field->mask == MASK_ALWAYS)
		return false;
	return rung == RUNG_FULL && revealed;
}

struct handling
handling_meet(struct handling a, struct handling b)
{
	return (struct handling){a.tlp > b.tlp ? a.tlp : b.tlp, a.judicial_ok && b.judicial_ok,
				 a.onward_ok && b.onward_ok};
}

struct handling
handling_of_type(const struct record_type *type)
{
	return (struct handling){type->handling.tlp, type->handling.judicial_ok,
				 type->handling.onward_ok};
}

bool
policy_group_visible(const struct actor *actor, const struct access *access,
		     const struct record_type *type, struct id unit, enum guard guard,
		     enum tlp handling)
{
	/* The best case of such a row: its owner asks. decide_row sorts the others out. */
	struct row_facts row = {.unit = unit, .guard = guard, .handling = handling};
	struct facts f = {actor, access, POLICY_LIST, type, &row, NULL};

	row.owner =
	    id_eq(unit, actor->unit) && !type->concerns_owner ? actor->id : (struct id){{0xff}};
	return policy_decide(&f).rung > RUNG_NONE;
}
