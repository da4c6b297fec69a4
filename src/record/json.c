#include <stdlib.h>

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/record.h"

#define MEMBERS_MAX 32
/* What a record takes besides its fields and title, mostly. */
#define WHOLE_BYTES 640

/* The members of an object, in any order until they are written. */
struct member {
	const char *key; /* ASCII */
	enum { MEMBER_TEXT, MEMBER_JSON, MEMBER_INT, MEMBER_HANDLING, MEMBER_NAMES } kind;
	union {
		struct str text; /* or JSON */
		int64_t number;
		const struct handling *handling;
		const struct str_list *names;
	} is;
};

struct members {
	struct member at[MEMBERS_MAX];
	size_t n;
};

static void
set(struct members *m, struct member member)
{
	size_t i = m->n++;

	must(m->n <= MEMBERS_MAX);
	/* Canonical JSON wants them in order (RFC 8785 s. 3.2.3). */
	for (; i > 0 && strcmp(m->at[i - 1].key, member.key) > 0; i--)
		m->at[i] = m->at[i - 1];
	m->at[i] = member;
}

static void
set_text(struct members *m, const char *key, struct str text)
{
	set(m, (struct member){key, MEMBER_TEXT, {.text = text}});
}

static void
write_member(struct json_out *out, const struct member *m)
{
	json_out_key(out, str_from(m->key));
	switch (m->kind) {
	case MEMBER_TEXT: json_out_str(out, m->is.text); break;
	case MEMBER_JSON: json_out_raw(out, m->is.text); break;
	case MEMBER_INT: json_out_int(out, m->is.number); break;
	case MEMBER_HANDLING:
		json_out_object(out);
		json_out_key_bool(out, "judicial_ok", m->is.handling->judicial_ok);
		json_out_key_bool(out, "onward_ok", m->is.handling->onward_ok);
		json_out_key_str(out, "tlp", str_from(tlp_name(m->is.handling->tlp)));
		json_out_object_end(out);
		break;
	case MEMBER_NAMES:
		json_out_array(out);
		for (size_t i = 0; i < m->is.names->n; i++)
			json_out_str(out, m->is.names->at[i]);
		json_out_array_end(out);
		break;
	}
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

void
record_write(struct door *d, const struct record *r, struct str lang, struct buf *out)
{
	struct arena *a = d->arena;
	struct json_out to = {.buf = out};
	struct members m;
	struct str fields = fields_text(a, r);

	m.n = 0;
	if (r->damaged) {
		json_out_object(&to);
		json_out_key_bool(&to, "damaged", true);
		json_out_key_str(&to, "id", id_format(a, r->id));
		json_out_key_str(&to, "type", r->type->name);
		json_out_object_end(&to);
		return;
	}
	/* All of it at once, since it would be copied each time that it outgrows its room. */
	buf_reserve(out, fields.n + r->title.n + WHOLE_BYTES);
	set_text(&m, "id", id_format(a, r->id));
	set_text(&m, "type", r->type->name);
	set(&m, (struct member){"version", MEMBER_INT, {.number = r->version}});
	if (r->state >= 0) {
		set_text(&m, "state", r->type->states.at[r->state]);
		set_text(&m, "state_label", model_state_label(r->type, r->state, lang));
	}
	set(&m, (struct member){"handling", MEMBER_HANDLING, {.handling = &r->handling}});
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
		set(&m, (struct member){"held", MEMBER_JSON, {.text = STR("true")}});
	if (r->shows_retain) {
		set_text(&m, "review_on", day_format(a, r->retain.review_ms));
		set_text(&m, "erase_on", day_format(a, r->retain.erase_ms));
	}
	set_text(&m, "shown", str_from(rung_name(r->rung)));
	if (r->title.n > 0)
		set_text(&m, "title", r->title);
	if (fields.n > 0)
		set(&m, (struct member){"fields", MEMBER_JSON, {.text = fields}});
	if (r->masked.n > 0)
		set(&m, (struct member){"masked", MEMBER_NAMES, {.names = &r->masked}});
	json_out_object(&to);
	for (size_t i = 0; i < m.n; i++)
		write_member(&to, &m.at[i]);
	json_out_object_end(&to);
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
