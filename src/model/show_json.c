#include "format/json.h"
#include "model/show.h"

static void
key_names(struct json_out *o, const char *key, const struct str_list *list)
{
	json_out_key(o, str_from(key));
	json_out_array(o);
	for (size_t i = 0; i < list->n; i++)
		json_out_str(o, list->at[i]);
	json_out_array_end(o);
}

static void
key_states(struct json_out *o, const char *key, const struct record_type *t, uint32_t set)
{
	json_out_key(o, str_from(key));
	json_out_array(o);
	for (size_t i = 0; i < t->states.n; i++)
		if ((set & BIT(i)) != 0)
			json_out_str(o, t->states.at[i]);
	json_out_array_end(o);
}

static void
key_roles(struct json_out *o, const char *key, uint32_t set)
{
	json_out_key(o, str_from(key));
	json_out_array(o);
	for (int i = 0; i < ROLE_COUNT; i++)
		if ((set & BIT(i)) != 0)
			json_out_str(o, str_from(role_name((enum role)i)));
	json_out_array_end(o);
}

static void
key_access(struct json_out *o, const char *key, const struct access_rule *rule)
{
	json_out_key(o, str_from(key));
	json_out_object(o);
	key_roles(o, "roles", rule->roles);
	json_out_key(o, STR("purposes"));
	json_out_array(o);
	for (int i = 0; i < PURPOSE_COUNT; i++)
		if ((rule->purposes & BIT(i)) != 0)
			json_out_str(o, str_from(purpose_name((enum purpose)i)));
	json_out_array_end(o);
	json_out_object_end(o);
}

static void
kind_members(struct json_out *o, const struct record_type *t, const struct field *f)
{
	static const char *const sizes[] = {
	    [TEXT_SHORT] = "short", [TEXT_LONG] = "long", [TEXT_NAME] = "name"};

	json_out_key_str(o, "kind", str_from(field_kind_name(f->kind)));
	if (f->kind == FIELD_TEXT) {
		json_out_key_str(o, "text", str_from(sizes[f->text]));
		json_out_key_int(o, "max", f->max);
	}
	if (f->kind == FIELD_CODE)
		json_out_key_str(o, "codes", f->codes->name);
	if (f->kind == FIELD_REF)
		key_names(o, "refs", &f->refs);
	if (f->kind == FIELD_IDENTIFIER)
		key_names(o, "kinds", &f->kinds);
	if (f->unit.n > 0)
		json_out_key_str(o, "unit", f->unit);
	if (f->list)
		json_out_key_int(o, "list_max", f->list_max);
	if (f->required)
		json_out_key_bool(o, "required", true);
	if (f->when_field >= 0) {
		json_out_key(o, STR("required_when"));
		json_out_object(o);
		json_out_key(o, t->fields[f->when_field].name);
		json_out_str(o, f->when_value);
		json_out_object_end(o);
	}
}

static void
field_json(struct json_out *o, const struct record_type *t, const struct field *f, struct str lang)
{
	json_out_object(o);
	json_out_key_str(o, "name", f->name);
	json_out_key_str(o, "label", model_field_label(f, lang));
	if (f->about.n > 0)
		json_out_key_str(o, "about", f->about);
	kind_members(o, t, f);
	json_out_key_str(o, "sensitivity", str_from(sensitivity_name(f->sensitivity)));
	json_out_key_str(o, "mask", str_from(mask_name(f->mask)));
	if (f->statement)
		json_out_key_str(o, "basis", (f + 1)->name);
	if (f->automatic)
		json_out_key_bool(o, "auto", true);
	if (f->alone != ALONE_ANY)
		json_out_key_str(o, "alone", f->alone == ALONE_ADDS ? STR("adds") : STR("later"));
	if (f->index_exact)
		json_out_key_bool(o, "index", true);
	if (f->check_language)
		json_out_key_str(o, "check", STR("language"));
	if (f->match.n > 0)
		json_out_key_str(o, "match", f->match);
	if (f->inherits.n > 0)
		key_names(o, "inherits", &f->inherits);
	if (f->standard_count > 0) {
		json_out_key(o, STR("standards"));
		json_out_array(o);
		for (size_t i = 0; i < f->standard_count; i++) {
			json_out_object(o);
			json_out_key_str(o, "standard",
					 str_from(standard_word(f->standards[i].standard)));
			json_out_key_str(o, "name", f->standards[i].name);
			if (f->standards[i].part.n > 0)
				json_out_key_str(o, "part", f->standards[i].part);
			json_out_object_end(o);
		}
		json_out_array_end(o);
	}
	json_out_object_end(o);
}

static void
move_json(struct json_out *o, const struct record_type *t, const struct move *move)
{
	static const char *const by[] = {
	    [BY_ANY] = "any", [BY_RECIPIENT] = "recipient", [BY_ORIGINATOR] = "originator"};

	json_out_object(o);
	key_states(o, "from", t, move->from);
	key_states(o, "to", t, move->to);
	key_roles(o, "roles", move->roles);
	json_out_key_str(o, "by", str_from(by[move->by]));
	json_out_key(o, STR("gates"));
	json_out_array(o);
	for (size_t i = 0; i < move->gate_count; i++) {
		json_out_object(o);
		json_out_key_str(o, "name", move->gates[i].name);
		key_names(o, "args", &move->gates[i].args);
		json_out_object_end(o);
	}
	json_out_array_end(o);
	json_out_key(o, STR("needs"));
	json_out_array(o);
	for (size_t i = 0; i < move->need_count; i++)
		json_out_str(o, t->fields[move->needs[i]].name);
	json_out_array_end(o);
	if (move->event.n > 0)
		json_out_key_str(o, "event", move->event);
	json_out_key_bool(o, "four_eyes", move->four_eyes);
	json_out_key_bool(o, "auto", move->automatic);
	json_out_object_end(o);
}

static void
clock_json(struct json_out *o, const struct record_type *t, const struct clock_rule *clock)
{
	static const char *const calendars[] = {[CALENDAR_ELAPSED] = "elapsed",
						[CALENDAR_RECIPIENT] = "recipient",
						[CALENDAR_ORIGINATOR] = "originator",
						[CALENDAR_JURISDICTION] = "jurisdiction"};
	static const char *const then[] = {[THEN_REMIND] = "remind",
					   [THEN_ESCALATE] = "escalate",
					   [THEN_MOVE] = "move",
					   [THEN_EVENT] = "event",
					   [THEN_ERASE] = "erase"};

	json_out_object(o);
	json_out_key_str(o, "name", clock->name);
	key_states(o, "on", t, clock->on);
	if (clock->at_field >= 0)
		json_out_key_str(o, "at", t->fields[clock->at_field].name);
	if (clock->within_ms > 0)
		json_out_key_int(o, "within_ms", clock->within_ms);
	json_out_key_str(o, "calendar", str_from(calendars[clock->calendar]));
	key_states(o, "until", t, clock->until);
	json_out_key_str(o, "then", str_from(then[clock->then]));
	if (clock->then == THEN_REMIND || clock->then == THEN_ESCALATE)
		json_out_key_str(o, "role", str_from(role_name((enum role)clock->then_target)));
	if (clock->then == THEN_MOVE)
		json_out_key_str(o, "state", t->states.at[clock->then_target]);
	if (clock->then == THEN_EVENT)
		json_out_key_str(o, "event", clock->then_event);
	json_out_object_end(o);
}

static void
head_json(struct json_out *o, const struct record_type *t, struct str lang)
{
	json_out_key_str(o, "type", t->name);
	json_out_key_str(o, "area", t->area);
	json_out_key_str(o, "label", model_type_label(t, lang));
	if (t->about.n > 0)
		json_out_key_str(o, "about", t->about);
	json_out_key_int(o, "version", t->version);
	json_out_key_bool(o, "overlay", t->overlay);
}

static void
rules_json(struct json_out *o, const struct record_type *t)
{
	json_out_key_str(o, "guard", str_from(guard_name(t->guard)));
	json_out_key(o, STR("subject"));
	json_out_array(o);
	for (int i = 0; i < SUBJECT_COUNT; i++)
		if ((t->subjects & BIT(i)) != 0)
			json_out_str(o, str_from(subject_name((enum subject)i)));
	json_out_array_end(o);
	json_out_key(o, STR("handling"));
	json_out_object(o);
	json_out_key_str(o, "tlp", str_from(tlp_name(t->handling.tlp)));
	json_out_key_bool(o, "judicial_ok", t->handling.judicial_ok);
	json_out_key_bool(o, "onward_ok", t->handling.onward_ok);
	json_out_object_end(o);
	json_out_key(o, STR("retention"));
	json_out_object(o);
	json_out_key_str(o, "class", t->retention.class);
	json_out_key_int(o, "review_ms", t->retention.review_ms);
	json_out_key_int(o, "erase_ms", t->retention.erase_ms);
	json_out_object_end(o);
	key_access(o, "read", &t->read);
	key_access(o, "write", &t->write);
}

static void
states_json(struct json_out *o, const struct record_type *t, struct str lang)
{
	json_out_key(o, STR("states"));
	json_out_array(o);
	for (size_t i = 0; i < t->states.n; i++) {
		json_out_object(o);
		json_out_key_str(o, "name", t->states.at[i]);
		json_out_key_str(o, "label", model_state_label(t, (int)i, lang));
		json_out_object_end(o);
	}
	json_out_array_end(o);
	json_out_key(o, STR("moves"));
	json_out_array(o);
	for (size_t i = 0; i < t->move_count; i++)
		move_json(o, t, &t->moves[i]);
	json_out_array_end(o);
	json_out_key(o, STR("clocks"));
	json_out_array(o);
	for (size_t i = 0; i < t->clock_count; i++)
		clock_json(o, t, &t->clocks[i]);
	json_out_array_end(o);
}

void
model_show_json(const struct model *m, const struct record_type *t, struct str lang,
		struct buf *out)
{
	struct json_out o = {.buf = out};

	(void)m;
	json_out_object(&o);
	head_json(&o, t, lang);
	rules_json(&o, t);
	json_out_key(&o, STR("fields"));
	json_out_array(&o);
	for (size_t i = 0; i < t->field_count; i++)
		field_json(&o, t, &t->fields[i], lang);
	json_out_array_end(&o);
	states_json(&o, t, lang);
	key_names(&o, "flags", &t->flags);
	key_names(&o, "watch", &t->watch);
	json_out_object_end(&o);
}

void
model_list_json(const struct model *m, struct str lang, struct buf *out)
{
	struct json_out o = {.buf = out};

	json_out_object(&o);
	json_out_key(&o, STR("types"));
	json_out_array(&o);
	for (size_t i = 0; i < m->type_count; i++) {
		json_out_object(&o);
		head_json(&o, &m->types[i], lang);
		json_out_object_end(&o);
	}
	json_out_array_end(&o);
	json_out_key(&o, STR("lists"));
	json_out_array(&o);
	for (size_t i = 0; i < m->list_count; i++)
		json_out_str(&o, m->lists[i]->name);
	json_out_array_end(&o);
	json_out_object_end(&o);
}

void
model_codes_json(const struct code_list *list, struct str lang, struct buf *out)
{
	struct json_out o = {.buf = out};

	json_out_object(&o);
	json_out_key_str(&o, "name", list->name);
	json_out_key(&o, STR("codes"));
	json_out_array(&o);
	for (size_t i = 0; i < list->code_count; i++) {
		const struct code *code = &list->codes[i];

		json_out_object(&o);
		json_out_key_str(&o, "code", code->code);
		json_out_key_str(&o, "label", label_in(&code->label, lang, code->code));
		json_out_key_bool(&o, "retired", code->retired);
		json_out_object_end(&o);
	}
	json_out_array_end(&o);
	json_out_object_end(&o);
}
