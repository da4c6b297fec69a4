#include "record/alone.h"

#include "base/arena.h"
#include "base/clock.h"
#include "format/json.h"
#include "model/model.h"

static bool
holds(json_t *list, json_t *wanted)
{
	size_t i;
	json_t *item;

	json_array_foreach (list, i, item)
		if (json_equal(item, wanted))
			return true;
	return false;
}

/* Is each that was there still there? */
static bool
only_adds(json_t *was, json_t *is)
{
	size_t i;
	json_t *item;

	json_array_foreach (was, i, item)
		if (!holds(is, item))
			return false;
	return true;
}

/* A day that cannot be told, or was not set, is no later and no earlier than any: it stays. */
static bool
is_later(json_t *was, json_t *is)
{
	int64_t was_ms, is_ms;

	return time_parse(json_str(was), &was_ms) && time_parse(json_str(is), &is_ms) &&
	       is_ms >= was_ms;
}

enum rc
alone_check(const struct door *d, const struct record_type *type, json_t *before, json_t *after,
	    struct err *err)
{
	if (d->actor->is_node || before == after)
		return RC_OK;
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *f = &type->fields[i];
		json_t *was = json_member(before, f->name), *is = json_member(after, f->name);

		if (f->alone == ALONE_ANY || (was == NULL && is == NULL) || json_equal(was, is) ||
		    (f->alone == ALONE_ADDS ? only_adds(was, is) : is_later(was, is)))
			continue;
		return fail(err, RC_DENIED, str_z(d->arena, f->name),
			    "%s; anything else is for two people, with a move that takes both",
			    f->alone == ALONE_ADDS ? "one person only adds to it"
						   : "one person only moves it to a later day");
	}
	return RC_OK;
}

static bool
needs(const struct move *move, const struct field *f)
{
	for (size_t i = 0; move != NULL && i < move->need_count; i++)
		if (move->needs[i] == f->index)
			return true;
	return false;
}

bool
alone_takes_two(const struct door *d, const struct record_type *type, struct str state,
		const struct move *move, json_t *before, json_t *after)
{
	int at = type_state(type, state);

	if (d->actor->is_node || before == after)
		return false;
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *f = &type->fields[i];
		json_t *was = json_member(before, f->name), *is = json_member(after, f->name);

		if (f->alone == ALONE_ANY && !f->automatic && type_decided(type, at, f) &&
		    !needs(move, f) && was != is &&
		    (was == NULL || is == NULL || !json_equal(was, is)))
			return true;
	}
	return false;
}

/* A move of people that leads out of the fact: NULL where one person makes such a one. */
static const struct move *
ends_by_two(const struct record_type *type, int state, const struct fact_rule *fact)
{
	const struct move *found = NULL;

	for (size_t i = 0; i < type->move_count; i++) {
		const struct move *m = &type->moves[i];

		if (m->automatic || (m->from & BIT(state)) == 0 || (m->to & ~fact->in) == 0)
			continue;
		if (!m->four_eyes)
			return NULL;
		found = m;
	}
	return found;
}

enum rc
alone_check_erase(const struct door *d, const struct record_type *type, struct str state,
		  struct err *err)
{
	int at = type_state(type, state);

	for (size_t i = 0; i < type->fact_count && at >= 0 && !d->actor->is_node; i++) {
		const struct fact_rule *fact = &type->facts[i];
		const struct move *m =
		    (fact->in & BIT(at)) != 0 ? ends_by_two(type, at, fact) : NULL;

		for (size_t to = 0; m != NULL && to < type->states.n; to++)
			if ((m->to & ~fact->in & BIT(to)) != 0)
				return fail(
				    err, RC_CONFLICT, "state",
				    "two people end what it says, with the move to %.*s; or "
				    "two decide to erase it (retention_decision)",
				    STR_ARG(type->states.at[to]));
	}
	return RC_OK;
}
