#include "base/arena.h"
#include "model/role.h"
#include "model/type.h"

/* What the search goes over, of one type. */
struct deciding {
	const struct record_type *type;
	bool *decided;	 /* states x fields */
	uint32_t by_two; /* states that two people brought the record to, or that follow these */
	bool changed;
};

static void
mark(struct deciding *d, size_t state, size_t field)
{
	bool *at = &d->decided[state * d->type->field_count + field];

	d->changed |= !*at;
	*at = true;
}

/* Whoever goes back there has to come here with two people once more. */
static bool
is_way_back(const struct record_type *type, size_t from, size_t to)
{
	for (size_t i = 0; i < type->move_count; i++) {
		const struct move *m = &type->moves[i];

		if (m->four_eyes && (m->from & BIT(to)) != 0 && (m->to & BIT(from)) != 0)
			return true;
	}
	return false;
}

static void
follow(struct deciding *d, const struct move *m, size_t from, size_t to)
{
	const struct record_type *type = d->type;

	/* A record begins there, and nobody decided on what has just begun. */
	if (to == 0)
		return;
	if (m->four_eyes) {
		d->changed |= (d->by_two & BIT(to)) == 0;
		d->by_two |= BIT(to);
		for (size_t i = 0; i < m->need_count; i++)
			mark(d, to, m->needs[i]);
	}
	if ((d->by_two & BIT(from)) == 0 || is_way_back(type, from, to))
		return;
	d->changed |= (d->by_two & BIT(to)) == 0;
	d->by_two |= BIT(to);
	for (size_t f = 0; f < type->field_count; f++)
		if (d->decided[from * type->field_count + f])
			mark(d, to, f);
}

static void
follow_all(struct deciding *d)
{
	for (size_t i = 0; i < d->type->move_count; i++) {
		const struct move *m = &d->type->moves[i];

		for (size_t from = 0; from < d->type->states.n; from++)
			for (size_t to = 0; to < d->type->states.n; to++)
				if ((m->from & BIT(from)) != 0 && (m->to & BIT(to)) != 0)
					follow(d, m, from, to);
	}
}

static void
take_facts(struct deciding *d)
{
	for (size_t i = 0; i < d->type->fact_count; i++) {
		const struct fact_rule *fact = &d->type->facts[i];

		for (size_t state = 0; state < d->type->states.n; state++)
			for (size_t f = 0; f < fact->field_count; f++)
				if ((fact->in & d->by_two & BIT(state)) != 0)
					mark(d, state, fact->fields[f]);
	}
}

void
type_decide(struct arena *a, struct record_type *type)
{
	struct deciding d = {.type = type};

	if (type->states.n == 0 || type->field_count == 0)
		return;
	d.decided = NEW_N(a, bool, type->states.n * type->field_count);
	do {
		d.changed = false;
		follow_all(&d);
		take_facts(&d);
	} while (d.changed);
	type->decided = d.by_two != 0 ? d.decided : NULL;
}

bool
type_decided(const struct record_type *type, int state, const struct field *field)
{
	return type->decided != NULL && state >= 0 &&
	       type->decided[(size_t)state * type->field_count + field->index];
}
