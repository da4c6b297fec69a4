#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/record.h"

static void
set(json_t *object, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(object, key, value) == 0);
}

static json_t *
handling_json(const struct handling *h)
{
	return json_pack("{s:s, s:b, s:b}", "tlp", tlp_name(h->tlp), "judicial_ok",
			 (int)h->judicial_ok, "onward_ok", (int)h->onward_ok);
}

json_t *
record_json(struct door *d, const struct record *r, struct str lang)
{
	json_t *o = json_object(), *masked;

	set(o, "id", json_from_str(id_format(d->arena, r->id)));
	set(o, "type", json_from_str(r->type->name));
	set(o, "version", json_integer(r->version));
	if (r->state >= 0) {
		set(o, "state", json_from_str(r->type->states.at[r->state]));
		set(o, "state_label", json_from_str(model_state_label(r->type, r->state, lang)));
	}
	set(o, "handling", handling_json(&r->handling));
	set(o, "unit", json_from_str(id_format(d->arena, r->unit)));
	if (!id_is_zero(r->owner))
		set(o, "owner", json_from_str(id_format(d->arena, r->owner)));
	if (r->guard != GUARD_NONE)
		set(o, "guard", json_string(guard_name(r->guard)));
	set(o, "created", json_from_str(time_format(d->arena, r->created_ms)));
	set(o, "updated", json_from_str(time_format(d->arena, r->updated_ms)));
	if (r->due_ms != 0)
		set(o, "due", json_from_str(time_format(d->arena, r->due_ms)));
	set(o, "shown", json_string(rung_name(r->rung)));
	if (r->title.n > 0)
		set(o, "title", json_from_str(r->title));
	if (r->fields != NULL)
		set(o, "fields", json_incref(r->fields));
	if (r->masked.n > 0) {
		masked = json_array();
		for (size_t i = 0; i < r->masked.n; i++)
			must(json_array_append_new(masked, json_from_str(r->masked.at[i])) == 0);
		set(o, "masked", masked);
	}
	return o;
}
