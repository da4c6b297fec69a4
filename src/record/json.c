#include <stdlib.h>

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/record.h"

#define MEMBERS_MAX 32

/* The members of an object, in any order until they are written. */
struct members {
	struct arena *arena;
	struct {
		const char *key; /* ASCII */
		struct str json;
	} at[MEMBERS_MAX];
	size_t n;
};

static void
set(struct members *m, const char *key, struct str json)
{
	size_t i = m->n++;

	must(m->n <= MEMBERS_MAX);
	/* Canonical JSON wants them in order (RFC 8785 s. 3.2.3). */
	for (; i > 0 && strcmp(m->at[i - 1].key, key) > 0; i--)
		m->at[i] = m->at[i - 1];
	m->at[i].key = key;
	m->at[i].json = json;
}

static void
set_text(struct members *m, const char *key, struct str text)
{
	struct buf b;

	buf_init(&b, m->arena);
	json_quote(&b, text);
	set(m, key, buf_str(&b));
}

static void
set_int(struct members *m, const char *key, int64_t value)
{
	struct buf b;
	struct json_out out = {.buf = &b};

	buf_init(&b, m->arena);
	json_out_int(&out, value);
	set(m, key, buf_str(&b));
}

static struct str
handling_text(struct arena *a, const struct handling *h)
{
	struct buf b;
	struct json_out out = {.buf = &b};

	buf_init(&b, a);
	json_out_object(&out);
	json_out_key_bool(&out, "judicial_ok", h->judicial_ok);
	json_out_key_bool(&out, "onward_ok", h->onward_ok);
	json_out_key_str(&out, "tlp", str_from(tlp_name(h->tlp)));
	json_out_object_end(&out);
	return buf_str(&b);
}

static struct str
fields_text(struct arena *a, const struct record *r)
{
	struct buf b;

	if (r->fields == NULL)
		return r->fields_text;
	buf_init(&b, a);
	json_canonical(r->fields, &b);
	return buf_str(&b);
}

static struct str
names_text(struct arena *a, const struct str_list *names)
{
	struct buf b;
	struct json_out out = {.buf = &b};

	buf_init(&b, a);
	json_out_array(&out);
	for (size_t i = 0; i < names->n; i++)
		json_out_str(&out, names->at[i]);
	json_out_array_end(&out);
	return buf_str(&b);
}

void
record_write(struct door *d, const struct record *r, struct str lang, struct buf *out)
{
	struct arena *a = d->arena;
	struct members m = {.arena = a};
	struct str fields = fields_text(a, r);

	set_text(&m, "id", id_format(a, r->id));
	set_text(&m, "type", r->type->name);
	set_int(&m, "version", r->version);
	if (r->state >= 0) {
		set_text(&m, "state", r->type->states.at[r->state]);
		set_text(&m, "state_label", model_state_label(r->type, r->state, lang));
	}
	set(&m, "handling", handling_text(a, &r->handling));
	set_text(&m, "unit", id_format(a, r->unit));
	if (!id_is_zero(r->owner))
		set_text(&m, "owner", id_format(a, r->owner));
	if (r->guard != GUARD_NONE)
		set_text(&m, "guard", str_from(guard_name(r->guard)));
	set_text(&m, "created", time_format(a, r->created_ms));
	set_text(&m, "updated", time_format(a, r->updated_ms));
	if (r->due_ms != 0)
		set_text(&m, "due", time_format(a, r->due_ms));
	if (r->held)
		set(&m, "held", STR("true"));
	if (r->shows_retain) {
		set_text(&m, "review_on", day_format(a, r->retain.review_ms));
		set_text(&m, "erase_on", day_format(a, r->retain.erase_ms));
	}
	set_text(&m, "shown", str_from(rung_name(r->rung)));
	if (r->title.n > 0)
		set_text(&m, "title", r->title);
	if (fields.n > 0)
		set(&m, "fields", fields);
	if (r->masked.n > 0)
		set(&m, "masked", names_text(a, &r->masked));
	for (size_t i = 0; i < m.n; i++) {
		buf_add_byte(out, i == 0 ? '{' : ',');
		json_quote(out, str_from(m.at[i].key));
		buf_add_byte(out, ':');
		buf_add(out, m.at[i].json);
	}
	buf_add_byte(out, '}');
}

json_t *
record_json(struct door *d, const struct record *r, struct str lang)
{
	struct buf b;
	json_t *value;

	buf_init(&b, d->arena);
	record_write(d, r, lang, &b);
	/* What was just written is JSON. */
	must(json_read(buf_str(&b), NULL, &value, NULL) == RC_OK);
	return value;
}
