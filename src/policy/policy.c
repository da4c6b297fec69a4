#include "policy/policy.h"

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
	if (!f->access->has_purpose)
		return refuse_openly(
		    "purpose", "say for which purpose (--purpose, or the header Liaison-Purpose)");
	if (purposes != 0 && (BIT(f->access->purpose) & purposes) == 0) {
		struct decision d = refuse_openly(
		    "purpose", "this type of record is not open for the purpose you gave");

		d.purposes_needed = purposes;
		return d;
	}
	return full;
}

/*
 * TLP 2.0 within one agency: RED is for named persons, which here are the owner and the
 * unit's supervisor; AMBER+STRICT for those who need to know, which is the unit; AMBER and
 * below for the agency. Other units see AMBER rows with their masked fields closed.
 */
static struct decision
decide_row(const struct facts *f)
{
	const struct row_facts *row = f->row;
	bool own = id_eq(f->actor->id, row->owner);
	bool same_unit = id_eq(f->actor->unit, row->unit);
	bool supervises = same_unit && (f->actor->roles & BIT(ROLE_SUPERVISOR)) != 0;

	if (row->erased)
		return look_absent("erased", "the record was erased");
	if (row->quick_note && !own && !supervises)
		return look_absent("quick-note", "a quick note is for its author and supervisor");
	if (row->guard != GUARD_NONE && !own &&
	    ((f->actor->roles & (BIT(ROLE_SUPPORT_WORKER) | BIT(ROLE_SUPERVISOR))) == 0 ||
	     !same_unit))
		return look_absent(
		    "guard",
		    "records about survivors and minors are for the unit that protects them");
	if (row->handling == TLP_RED && !own && !supervises)
		return look_absent("handling", "RED: for named persons only");
	if (row->handling == TLP_AMBER_STRICT && !same_unit)
		return look_absent("handling", "AMBER+STRICT: for the unit only");
	if (changes(f->action) && !same_unit)
		return look_absent("unit", "only the unit that keeps a record may change it");
	if (f->action == POLICY_REVEAL) {
		if (!same_unit && row->handling >= TLP_AMBER)
			return refuse_openly("unit", "ask the unit that keeps the record");
		if (f->access->reason.n == 0)
			return refuse_openly("reason",
					     "say why you need the masked value (reason)");
		return full;
	}
	return (struct decision){.rung = RUNG_MASKED,
				 .rule = "masked",
				 .why = "the record, with masked fields closed until revealed"};
}

struct decision
policy_decide(const struct facts *f)
{
	struct decision d;

	must(f->actor != NULL && f->access != NULL && f->type != NULL);
	if (f->actor->is_node)
		return f->row != NULL && f->row->erased
			   ? look_absent("erased", "the record was erased")
			   : full;
	d = decide_type(f);
	if (d.rung == RUNG_NONE || f->row == NULL)
		return d;
	return decide_row(f);
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
		     const struct record_type *type, bool own_unit, enum guard guard,
		     enum tlp handling)
{
	/* The best case of such a row: its owner asks. decide_row sorts the others out. */
	struct row_facts row = {.unit = actor->unit, .guard = guard, .handling = handling};
	struct facts f = {actor, access, POLICY_LIST, type, &row, NULL};

	if (own_unit) {
		row.owner = actor->id;
	} else {
		row.unit = (struct id){{0}};
		row.owner = (struct id){{0xff}};
	}
	return policy_decide(&f).rung > RUNG_NONE;
}
