#include <string.h>

#include "matrix.h"

/*
 * Who may see what, written down from the rules (docs/threats.md, ARCHITECTURE.md, Policy) and
 * not taken from policy/: where the two differ, one of them is wrong.
 */

int
purpose_of(const struct access_rule *rule)
{
	for (int i = 0; i < PURPOSE_COUNT; i++)
		if ((rule->purposes & BIT(i)) != 0)
			return i;
	return PURPOSE_INVESTIGATION;
}

/* Somebody of the unit; or of the one above, who is its supervisor and nothing else there. */
static bool
at_home(const struct person *p, uint32_t roles)
{
	return !p->foreign || (p->above && (p->roles & roles & BIT(ROLE_SUPERVISOR)) != 0);
}

static bool
broke_glass(const struct person *p, const struct row *row)
{
	for (size_t i = 0; i < p->glass_n; i++)
		if (strcmp(p->glass[i], row->id) == 0)
			return true;
	return false;
}

/* One of the type, so that the type's refusal is none any more: other rows are absent. */
static bool
reads_type_by_glass(const struct person *p, int purpose, const struct row *row)
{
	uint32_t purposes = row->type->read.purposes;
	bool broke = false;

	for (size_t i = 0; i < p->glass_n; i++)
		broke = broke || p->glass_type[i] == row->type;
	return broke && purpose >= 0 && (purposes == 0 || (purposes & BIT(purpose)) != 0);
}

/* What concerns its owner is for the supervisors of the unit, and to read for the overseer. */
static bool
sees_concerning(const struct person *p, int purpose, bool home, bool changes)
{
	if (p->owner)
		return false;
	if (home && (p->roles & BIT(ROLE_SUPERVISOR)) != 0)
		return true;
	return !changes && (p->roles & BIT(ROLE_MONITOR)) != 0 && purpose == PURPOSE_OVERSIGHT;
}

static bool
sees(const struct person *p, int purpose, bool changes, const struct row *row)
{
	bool home = at_home(p, changes ? row->type->write.roles : row->type->read.roles);
	bool supervises = home && (p->roles & BIT(ROLE_SUPERVISOR)) != 0;
	bool cares = home && (p->roles & (BIT(ROLE_SUPPORT_WORKER) | BIT(ROLE_SUPERVISOR))) != 0;
	/* No guarded record opens to a team, whatever its case. */
	bool team = p->team && row->in_case && !row->guarded;

	if (row->erased)
		return false;
	/* A held one is for its court (rights, rule 12); those here are no survivors' help. */
	if (row->held && !((p->roles & (BIT(ROLE_PROSECUTOR) | BIT(ROLE_SUPERVISOR))) != 0 &&
			   (purpose == PURPOSE_PROSECUTION || purpose == PURPOSE_SUBJECT_RIGHTS)))
		return false;
	if (row->names_keeper && p->owner)
		return false;
	if (row->type->concerns_owner)
		return sees_concerning(p, purpose, home, changes);
	if (p->owner)
		return true;
	if (row->quick && !supervises)
		return false;
	/* A row about a minor, of a type that anybody works with, is for the whole unit. */
	if (row->guarded && row->type->guard == GUARD_NONE ? !home : row->guarded && !cares)
		return false;
	if (row->tlp == TLP_RED && !supervises && !team)
		return false;
	if (changes && !home)
		return false;
	return row->tlp != TLP_AMBER_STRICT || home || team;
}

bool
sees_row(const struct person *p, int purpose, const struct row *row)
{
	return sees(p, purpose, false, row);
}

static bool
rule_holds(const struct person *p, int purpose, uint32_t roles, uint32_t purposes)
{
	return (p->roles & roles) != 0 && purpose >= 0 &&
	       (purposes == 0 || (purposes & BIT(purpose)) != 0) && (p->closed & BIT(purpose)) == 0;
}

/* An emergency opens one record to one person, for reading, whatever their desk and training. */
static bool
reads_by_glass(const struct person *p, int purpose, const struct row *row)
{
	uint32_t purposes = row->type->read.purposes;

	return broke_glass(p, row) && !row->erased && !row->type->glass_never && purpose >= 0 &&
	       (purposes == 0 || (purposes & BIT(purpose)) != 0);
}

bool
may_list(const struct person *p, int purpose, const struct row *row)
{
	return rule_holds(p, purpose, row->type->read.roles, row->type->read.purposes) &&
	       sees(p, purpose, false, row);
}

enum outcome
expect(const struct person *p, int purpose, enum act act, const struct row *row)
{
	const struct access_rule *read = &row->type->read, *write = &row->type->write;
	uint32_t purposes = write->purposes;

	if (act == ACT_HISTORY) {
		/* The type is not in the path: only the purpose's lack can be said. */
		if (purpose < 0)
			return REFUSED;
		return may_list(p, purpose, row) || reads_by_glass(p, purpose, row) ? GRANTED
										    : ABSENT;
	}
	if (act == ACT_UNGUARD) {
		/* Nor is it here: what is refused is said to whoever may read the record. */
		if (rule_holds(p, purpose, write->roles, purposes) && sees(p, purpose, true, row))
			return GRANTED;
		return may_list(p, purpose, row) ? REFUSED_KNOWN : ABSENT;
	}
	if ((act == ACT_READ || act == ACT_REVEAL) && reads_by_glass(p, purpose, row))
		return GRANTED;
	if (act == ACT_READ || act == ACT_REVEAL) {
		if (!rule_holds(p, purpose, read->roles, read->purposes))
			return reads_type_by_glass(p, purpose, row) ? ABSENT : REFUSED;
		if (!sees(p, purpose, false, row))
			return ABSENT;
		return act == ACT_REVEAL && !at_home(p, read->roles) &&
			       !(p->team && row->in_case) && !row->type->concerns_owner &&
			       row->tlp >= TLP_AMBER
			   ? REFUSED_KNOWN
			   : GRANTED;
	}
	if (act == ACT_ERASE) {
		if (purposes != 0)
			purposes |= BIT(PURPOSE_SUBJECT_RIGHTS) | BIT(PURPOSE_ADMINISTRATION);
		if (!rule_holds(p, purpose, BIT(ROLE_SUPERVISOR) | BIT(ROLE_ADMINISTRATOR),
				purposes))
			return REFUSED;
		/* Who would erase a held one is told of the hold. */
		struct row free_row = *row;

		free_row.held = false;
		return sees(p, purpose, true, &free_row) && at_home(p, write->roles) ? GRANTED
										     : ABSENT;
	}
	if (act == ACT_MOVE) {
		/* First as a reader; then the move's own roles, said to whoever may read. */
		if (!rule_holds(p, purpose, read->roles, read->purposes))
			return REFUSED;
		/* What they read by breaking its glass they know of, and may not move. */
		if (reads_by_glass(p, purpose, row) && !sees(p, purpose, false, row))
			return REFUSED_KNOWN;
		return sees(p, purpose, false, row) ? GRANTED : ABSENT;
	}
	if (!rule_holds(p, purpose, write->roles, write->purposes))
		return REFUSED;
	return sees(p, purpose, true, row) && at_home(p, write->roles) ? GRANTED : ABSENT;
}
