#include "model/read.h"

void
read_moves(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *list = read_get(r, top, "moves", YAML_LIST, false);
	uint32_t reached = 1;

	if (list == NULL || list->n == 0) {
		if (type->states.n > 1)
			reader_bad(r, top, "moves", "is missing; without it no state is reached");
		return;
	}
	type->moves = NEW_N(r->arena, struct move, list->n);
	for (size_t i = 0; i < list->n && r->rc == RC_OK; i++) {
		const struct yaml_node *map = list->at[i], *needs;
		struct move *move = &type->moves[type->move_count];
		struct str by;

		if (map->kind != YAML_MAP) {
			reader_bad(r, map, "moves", "must hold maps: {from: a, to: b}");
			return;
		}
		read_only_keys(r, map, "from to role by gates needs event four_eyes auto sets");
		move->from = read_states(r, type, map, "from");
		move->to = read_states(r, type, map, "to");
		if (move->from == 0 || move->to == 0)
			reader_bad(r, map, "moves", "needs from and to, each a state or a list");
		for (int from = 0; from < (int)type->states.n; from++)
			for (int to = 0; to < (int)type->states.n; to++)
				if ((move->from & BIT(from)) && (move->to & BIT(to)) &&
				    type_move(type, from, to) != NULL)
					reader_bad(r, map, "moves",
						   "%.*s to %.*s stands twice; a pair has one move",
						   STR_ARG(type->states.at[from]),
						   STR_ARG(type->states.at[to]));
		move->roles = read_roles(r, map, "role");
		by = read_text(r, map, "by", false);
		if (str_eq(by, STR("recipient")))
			move->by = BY_RECIPIENT;
		else if (str_eq(by, STR("originator")))
			move->by = BY_ORIGINATOR;
		else if (by.n > 0 && !str_eq(by, STR("any")))
			reader_bad(r, yaml_find(map, "by"), "by",
				   "must be recipient, originator or any");
		read_gates(r, map, &move->gates, &move->gate_count);
		needs = yaml_find(map, "needs");
		struct str_list names = read_texts(r, map, "needs");
		move->needs = NEW_N(r->arena, uint32_t, names.n + 1);
		for (size_t j = 0; j < names.n && r->rc == RC_OK; j++) {
			int32_t at = read_field_name(
			    r, type, needs->kind == YAML_LIST ? needs->at[j] : needs, "needs");

			if (at >= 0)
				move->needs[move->need_count++] = (uint32_t)at;
		}
		move->event = read_text(r, map, "event", false);
		if (move->event.n > 0 && !name_is_good(move->event))
			reader_bad(r, yaml_find(map, "event"), "event",
				   "must be a name of a-z, 0-9 and _");
		move->four_eyes = read_bool(r, map, "four_eyes", false);
		move->automatic = read_bool(r, map, "auto", false);
		if (move->automatic && (move->roles != 0 || move->four_eyes))
			reader_bad(r, map, "auto",
				   "is made by the node: without role or four_eyes");
		move->sets = -1;
		if (yaml_find(map, "sets") != NULL && r->rc == RC_OK)
			move->sets = read_field_name(r, type, yaml_find(map, "sets"), "sets");
		if (move->sets >= 0 && (type->fields[move->sets].kind != FIELD_REF ||
					!type->fields[move->sets].automatic ||
					!str_eq(type->fields[move->sets].refs.at[0], STR("user"))))
			reader_bad(r, yaml_find(map, "sets"), "sets",
				   "names a ref to a user with auto: true");
		reached |= move->to;
		type->move_count++;
	}
	for (size_t i = 1; i < type->states.n; i++)
		if ((reached & BIT(i)) == 0)
			reader_bad(r, list, "moves",
				   "no move leads to the state \"%.*s\"; add one or drop the state",
				   STR_ARG(type->states.at[i]));
}

static void
read_then(struct reader *r, struct record_type *type, struct clock_rule *clock,
	  const struct yaml_node *map)
{
	const struct yaml_node *then = read_get(r, map, "then", YAML_MAP, true);
	struct str what, value;

	clock->then_target = -1;
	if (then == NULL)
		return;
	if (then->n != 1 || then->at[0]->kind != YAML_TEXT) {
		reader_bad(r, then, "then",
			   "is one action: {remind: ROLE}, {escalate: ROLE}, "
			   "{move: STATE}, {event: NAME} or {erase: true}");
		return;
	}
	what = then->key[0]->text;
	value = then->at[0]->text;
	if (str_eq(what, STR("remind")) || str_eq(what, STR("escalate"))) {
		clock->then = str_eq(what, STR("remind")) ? THEN_REMIND : THEN_ESCALATE;
		if ((clock->then_target = role_find(value)) < 0)
			reader_bad(r, then, "then", "\"%.*s\" is no role", STR_ARG(value));
	} else if (str_eq(what, STR("move"))) {
		clock->then = THEN_MOVE;
		if ((clock->then_target = type_state(type, value)) < 0)
			reader_bad(r, then, "then", "\"%.*s\" is no state of this type",
				   STR_ARG(value));
		for (int from = 0; r->rc == RC_OK && from < (int)type->states.n; from++)
			if ((clock->on & BIT(from)) != 0 &&
			    type_move(type, from, clock->then_target) == NULL)
				reader_bad(
				    r, then, "then",
				    "no move leads from \"%.*s\" to \"%.*s\"; add it to moves "
				    "with auto: true",
				    STR_ARG(type->states.at[from]), STR_ARG(value));
	} else if (str_eq(what, STR("event"))) {
		clock->then = THEN_EVENT;
		clock->then_event = value;
		if (!name_is_good(value))
			reader_bad(r, then, "then", "an event is a name of a-z, 0-9 and _");
	} else if (str_eq(what, STR("erase"))) {
		clock->then = THEN_ERASE;
	} else {
		reader_bad(r, then, "then", "must be remind, escalate, move, event or erase");
	}
}

void
read_clocks(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	static const char *const calendars[] = {"elapsed", "recipient", "originator",
						"jurisdiction"};
	const struct yaml_node *list = read_get(r, top, "clocks", YAML_LIST, false);

	if (list == NULL)
		return;
	type->clocks = NEW_N(r->arena, struct clock_rule, list->n + 1);
	for (size_t i = 0; i < list->n && r->rc == RC_OK; i++) {
		const struct yaml_node *map = list->at[i], *at;
		struct clock_rule *clock = &type->clocks[type->clock_count++];
		struct str calendar;

		if (map->kind != YAML_MAP) {
			reader_bad(r, map, "clocks",
				   "must hold maps: {name: a, on: b, within: 72h}");
			return;
		}
		read_only_keys(r, map, "name on at within calendar until then");
		clock->name = read_text(r, map, "name", true);
		clock->on = read_states(r, type, map, "on");
		clock->until = read_states(r, type, map, "until");
		if (clock->on == 0)
			reader_bad(r, map, "on", "is missing: the state that starts the clock");
		clock->at_field = -1;
		if ((at = yaml_find(map, "at")) != NULL) {
			clock->at_field = read_field_name(r, type, at, "at");
			if (clock->at_field >= 0 &&
			    type->fields[clock->at_field].kind != FIELD_DATE &&
			    type->fields[clock->at_field].kind != FIELD_TIME)
				reader_bad(r, at, "at", "must name a date or a time");
		}
		clock->within_ms = read_duration(r, map, "within");
		if (clock->within_ms == 0 && clock->at_field < 0)
			reader_bad(r, map, "within",
				   "is missing: within: 72h, or at: FIELD, or both");
		calendar = read_text(r, map, "calendar", false);
		if (calendar.n > 0) {
			size_t c = 0;

			while (c < COUNT_OF(calendars) && !str_eq_z(calendar, calendars[c]))
				c++;
			if (c == COUNT_OF(calendars))
				reader_bad(
				    r, yaml_find(map, "calendar"), "calendar",
				    "must be elapsed, recipient, originator or jurisdiction");
			clock->calendar = (enum calendar)c;
		}
		read_then(r, type, clock, map);
	}
}

void
read_facts(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *list = read_get(r, top, "facts", YAML_LIST, false);

	if (list == NULL)
		return;
	type->facts = NEW_N(r->arena, struct fact_rule, list->n + 1);
	for (size_t i = 0; i < list->n && r->rc == RC_OK; i++) {
		const struct yaml_node *map = list->at[i], *fields;
		struct fact_rule *fact = &type->facts[type->fact_count++];
		struct str_list names;

		if (map->kind != YAML_MAP) {
			reader_bad(r, map, "facts", "must hold maps: {name: a, fields: [b]}");
			return;
		}
		read_only_keys(r, map, "name in fields");
		fact->name = read_text(r, map, "name", true);
		if (!name_is_good(fact->name))
			reader_bad(r, map, "facts", "a name is of a-z, 0-9 and _");
		fact->in = read_states(r, type, map, "in");
		if (fact->in == 0)
			fact->in = ~(uint32_t)0;
		fields = yaml_find(map, "fields");
		names = read_texts(r, map, "fields");
		fact->fields = NEW_N(r->arena, uint32_t, names.n + 1);
		for (size_t j = 0; j < names.n && r->rc == RC_OK; j++) {
			int32_t at = read_field_name(
			    r, type, fields->kind == YAML_LIST ? fields->at[j] : fields, "fields");

			if (at >= 0)
				fact->fields[fact->field_count++] = (uint32_t)at;
		}
	}
}
