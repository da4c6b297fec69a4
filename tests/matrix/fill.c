#include <stdio.h>

#include "matrix.h"
#include "record/record.h"

/* Fields that a type takes: what must be there, and references where their records are. */

enum { DEPTH_MAX = 12 };
static int depth;

static const struct code *
first_code(const struct code_list *list)
{
	for (size_t i = 0; list != NULL && i < list->code_count; i++)
		if (!list->codes[i].retired)
			return &list->codes[i];
	return NULL;
}

static json_t *
identifier(struct world *w, const struct field *f)
{
	static const struct {
		const char *form, *value;
	} forms[] = {{"ident", "X1234567"},
		     {"text", "X1234567"},
		     {"email", "a@b.example"},
		     {"handle", "somebody"},
		     {"imei", "490154203237518"},
		     {"luhn", "4539578763621486"},
		     {"iban", "GB82WEST12345698765432"}};
	const struct code_list *kinds = model_list(w->model, STR("identifier_kind"));
	const struct code *kind =
	    f->kinds.n > 0 ? code_find(kinds, f->kinds.at[0]) : code_find(kinds, STR("other"));
	struct str form = code_cell(kinds, kind, STR("form"));
	json_t *o = json_object();

	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (str_eq_z(form, forms[i].form))
			must(json_object_set_new(o, "value", json_string(forms[i].value)) == 0);
	must(json_object_set_new(o, "kind", json_from_str(kind->code)) == 0);
	return o;
}

/* NULL: no record that it could name. */
static json_t *
reference(struct world *w, const struct record_type *holder, const struct field *f, bool must_be)
{
	const struct record_type *type;
	const struct row *row;
	struct str name = f->refs.at[0];

	if (w->case_id != NULL && str_eq_z(name, "case"))
		return json_string(w->case_id);
	if (str_eq_z(name, "user"))
		return json_from_str(id_format(w->scratch, w->people[0].user.id));
	/* A hold hides what it holds, but for its court: it holds something of its own. */
	type = model_type(w->model, !str_eq_z(name, "any")		   ? name
				    : str_eq_z(holder->name, "legal_hold") ? STR("vehicle")
									   : STR("incident"));
	if (type == NULL || (!must_be && map_find(&w->first, type->name) == NULL))
		return NULL;
	row = row_of_type(w, type);
	return row != NULL ? json_string(row->id) : NULL;
}

static json_t *
one_value(struct world *w, const struct record_type *t, const struct field *f, bool must_be)
{
	const struct code *code;

	switch (f->kind) {
	case FIELD_TEXT:
		/* What the checker of rules takes (match/stream/standing.h). */
		if (str_eq_z(t->name, "rule") && str_eq_z(f->name, "condition"))
			return json_string("[{field: listed, at_least: 0.9}]");
		return json_string(str_eq_z(f->match, "name") ? "Tirelu Matrix" : "said so");
	case FIELD_DATE:
		/* What is kept until a day is kept until one to come, and so is what is held. */
		return str_eq_z(f->name, "keep_until") ||
			       (str_eq_z(t->name, "legal_hold") && str_eq_z(f->name, "until"))
			   ? json_from_str(day_format(w->scratch, clock_now(&clock_system) +
								      INT64_C(30) * 86400000))
			   : json_string("2026-05-07");
	case FIELD_RANGE: return json_string("2026-03/2026-05");
	case FIELD_TIME: return json_string("2026-11-23T02:10:00.000Z");
	case FIELD_NUMBER: return json_string("1");
	case FIELD_MONEY: return json_pack("{s:i, s:s}", "minor", 1234, "currency", "EUR");
	case FIELD_CODE:
		code = f->when_field >= 0 ? NULL : first_code(f->codes);
		code = code != NULL ? code : first_code(f->codes);
		return code != NULL ? json_from_str(code->code) : NULL;
	case FIELD_REF: return reference(w, t, f, must_be);
	case FIELD_PLACE: return json_pack("{s:s}", "text", "Dock Road");
	case FIELD_PHONE: return json_string("+99912345678");
	case FIELD_IDENTIFIER: return identifier(w, f);
	case FIELD_FILE:
		return json_pack("{s:s, s:i, s:s}", "sha256",
				 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
				 "bytes", 0, "media", "text/plain");
	case FIELD_YESNO: return json_string("no");
	case FIELD_KIND_COUNT: break;
	}
	must(false);
	return NULL;
}

static void
set_field(struct world *w, const struct record_type *t, const struct field *f, bool must_be,
	  json_t *fields, struct row *row)
{
	json_t *value;

	if (f->automatic || json_object_getn(fields, f->name.p, f->name.n) != NULL ||
	    (value = one_value(w, t, f, must_be)) == NULL)
		return;
	if (f->kind == FIELD_REF && f->index_exact && f->mask == MASK_NEVER && row->ref_field < 0 &&
	    !str_eq_z(f->refs.at[0], "user")) {
		row->ref_field = (int32_t)f->index;
		(void)snprintf(row->ref, sizeof row->ref, "%s", json_string_value(value));
	}
	if (f->list)
		value = json_pack("[o]", value);
	must(json_object_setn_new(fields, f->name.p, f->name.n, value) == 0);
	/* Fact or assessment (LED art. 7). */
	if (f->statement)
		set_field(w, t, f + 1, must_be, fields, row);
}

/* Is it one of those that say whom the record is said of? */
static bool
is_concern(const struct record_type *t, const struct field *f)
{
	for (size_t i = 0; i < t->concern_count; i++)
		if (t->concerns[i] == f->index)
			return true;
	return false;
}

static bool
has_value(json_t *fields, const struct field *f, struct str want)
{
	json_t *value = json_object_getn(fields, f->name.p, f->name.n);

	if (json_is_array(value))
		value = json_array_get(value, 0);
	return value != NULL && str_eq(json_str(value), want);
}

struct str
fields_of(struct world *w, const struct record_type *t, bool with, struct row *row)
{
	json_t *fields = json_object();
	struct buf b;

	for (size_t i = 0; i < t->field_count; i++) {
		const struct field *f = &t->fields[i];
		bool more = with && (f->kind == FIELD_REF || str_eq_z(f->match, "name"));

		if (is_concern(t, f)) {
			more = w->concerning && str_eq_z(f->refs.at[0], "user");
			row->names_keeper = row->names_keeper || more;
		}
		if (f->required || more)
			set_field(w, t, f, f->required || row->names_keeper, fields, row);
	}
	for (size_t i = 0; i < t->field_count; i++) {
		const struct field *f = &t->fields[i];

		if (f->when_field >= 0 &&
		    has_value(fields, &t->fields[f->when_field], f->when_value))
			set_field(w, t, f, true, fields, row);
	}
	buf_init(&b, w->scratch);
	json_canonical(fields, &b);
	json_decref(fields);
	return buf_str(&b);
}

/* Does the record belong to the first case, or is it that one? */
static bool
is_in_case(struct world *w, const struct record_type *t, struct str fields, const char *id)
{
	uintptr_t at = (uintptr_t)map_find(&w->first, STR("case"));
	const char *first = at != 0 ? w->rows.at[at - 1].id : "";
	struct answer text = {.body = fields};
	bool found = false;
	json_t *o;

	if (str_eq_z(t->name, "case"))
		return at == 0 || strcmp(first, id) == 0;
	if (t->team_field < 0 || at == 0)
		return false;
	o = answer_json(&text);
	found = has_value(o, &t->fields[t->team_field], str_from(first));
	json_decref(o);
	return found;
}

/* Of a type that nobody makes by hand: by the node, about the keeper. */
struct making {
	struct world *w;
	struct row *row;
};

static enum rc
make_by_node(struct door *d, void *ctx, struct err *err)
{
	struct making *m = ctx;
	struct record_new options = {
	    .unit = &m->w->people[0].user.unit, .owner = &m->w->people[0].user.id, .by_node = true};
	struct record *r;
	enum rc rc = record_create(d, m->row->type, door_hold(d, json_object()), &options, &r, err);

	if (rc != RC_OK)
		return rc;
	(void)snprintf(m->row->id, sizeof m->row->id, "%s", id_format(d->arena, r->id).p);
	(void)snprintf(m->row->state, sizeof m->row->state, "%.*s",
		       STR_ARG(r->type->states.at[r->state]));
	m->row->tlp = r->handling.tlp;
	return RC_OK;
}

static void
keep_row(struct world *w, const struct row *row)
{
	*VEC_ADD(w->arena, &w->rows) = *row;
	if (map_find(&w->first, row->type->name) == NULL)
		(void)map_put(&w->first, row->type->name, (void *)(uintptr_t)w->rows.n);
}

static bool
make_unasked(struct world *w, struct row *row)
{
	struct making m = {w, row};
	struct err err = {.text = ""};

	if (serve_write(w->serve, NULL, NULL, make_by_node, &m, &err) != RC_OK) {
		wrong(w, "the node makes no %.*s: %s", STR_ARG(row->type->name), err.text);
		return false;
	}
	keep_row(w, row);
	return true;
}

static bool
make_with(struct world *w, const struct record_type *t, enum tlp tlp, bool with)
{
	struct row row = {.type = t, .tlp = tlp, .version = 1, .ref_field = -1};
	struct str fields = fields_of(w, t, with, &row);
	struct answer a;
	json_t *o;

	if (t->concerns_owner)
		return make_unasked(w, &row);
	ask(w,
	    &(struct question){
		.who = &w->people[0],
		.method = "POST",
		.path = str_fmt(w->scratch, "/api/v1/records/%.*s", STR_ARG(t->name)).p,
		.purpose = purpose_of(&t->write),
		.body = str_fmt(w->scratch, "{\"fields\":%.*s,\"handling\":{\"tlp\":\"%s\"}}",
				STR_ARG(fields), tlp_name(tlp))},
	    &a);
	if (a.status != 201) {
		if (!with)
			wrong(w, "no row of %.*s: %.*s (%.*s)", STR_ARG(t->name), STR_ARG(a.body),
			      STR_ARG(fields));
		return false;
	}
	o = answer_json(&a);
	(void)snprintf(row.id, sizeof row.id, "%s", json_string_value(json_object_get(o, "id")));
	(void)snprintf(row.state, sizeof row.state, "%.*s", STR_ARG(json_member_str(o, "state")));
	row.quick = strcmp(row.state, "quick") == 0;
	/* Handling comes down from what the record refers to. */
	for (int i = TLP_CLEAR; i <= TLP_RED; i++)
		if (str_eq_z(json_member_str(json_object_get(o, "handling"), "tlp"),
			     tlp_name((enum tlp)i)))
			row.tlp = (enum tlp)i;
	row.in_case = is_in_case(w, t, fields, row.id);
	row.guarded = t->guard != GUARD_NONE || json_object_get(o, "guard") != NULL;
	json_decref(o);
	keep_row(w, &row);
	if (str_eq_z(t->name, "legal_hold"))
		w->rows.at[(uintptr_t)map_find(&w->first, STR("vehicle")) - 1].held = true;
	return true;
}

bool
row_make(struct world *w, const struct record_type *t, enum tlp tlp)
{
	enum tlp floor = t->handling.tlp;

	if (tlp < floor)
		tlp = floor;
	return make_with(w, t, tlp, true) || make_with(w, t, tlp, false);
}

const struct row *
row_of_type(struct world *w, const struct record_type *t)
{
	uintptr_t at = (uintptr_t)map_find(&w->first, t->name);
	bool made = true;

	if (at == 0) {
		if (++depth <= DEPTH_MAX)
			made = row_make(w, t, t->handling.tlp);
		depth--;
		at = made ? (uintptr_t)map_find(&w->first, t->name) : 0;
	}
	return at != 0 ? &w->rows.at[at - 1] : NULL;
}

struct str
needs_of(struct world *w, const struct record_type *t, const struct move *move)
{
	struct row none = {.ref_field = -1};
	json_t *fields = json_object();
	struct buf b;

	for (size_t i = 0; i < move->need_count; i++)
		set_field(w, t, &t->fields[move->needs[i]], true, fields, &none);
	for (size_t i = 0; i < t->field_count; i++) {
		const struct field *f = &t->fields[i];

		if (f->when_field >= 0 &&
		    has_value(fields, &t->fields[f->when_field], f->when_value))
			set_field(w, t, f, true, fields, &none);
	}
	buf_init(&b, w->scratch);
	json_canonical(fields, &b);
	json_decref(fields);
	return buf_str(&b);
}
