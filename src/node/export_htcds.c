#include "node/export_inside.h"

#include <stdlib.h>

#include "base/arena.h"
#include "format/htcds.h"
#include "format/json.h"
#include "node/htcds_tables.h"

/*
 * HTCDS rows: one for each involvement of a person in an incident. A first walk notes what
 * belongs to what, in 56 bytes a link; a second goes through the incidents and opens what
 * hangs on some of them with one question to the keys for each 200.
 */
#define FETCH_MAX 2000 /* ids; an incident with more opens the rest one by one */
enum part {
	PART_ORGANISATION,
	PART_PERSON,
	PART_INCIDENT,
	PART_CASE,
	PART_INVOLVEMENT,
	PART_EVENT,
	PART_NOTE,
	PART_PLAN,
	PARTS
};

static const struct {
	const char *type;
	const char *field; /* that names what it hangs on, or NULL */
} part_rules[PARTS] = {[PART_ORGANISATION] = {"organisation", NULL},
		       [PART_PERSON] = {"person", NULL},
		       [PART_INCIDENT] = {"incident", NULL},
		       [PART_CASE] = {"case", "incidents"},
		       [PART_INVOLVEMENT] = {"involvement", "in"},
		       [PART_EVENT] = {"event", "in"},
		       [PART_NOTE] = {"note", "about"},
		       [PART_PLAN] = {"protection_plan", "survivor"}};

struct hang {
	struct id on, id;
	struct id person; /* of an involvement */
	uint32_t part;
};

struct cell_home {
	const struct htcds_home *home;
	enum part part;
};

struct htcds_export {
	struct export *ex;
	const struct htcds *h;
	struct cell_home *homes;
	const struct record_type *types[PARTS];
	struct {
		struct hang *at;
		size_t n, cap;
	} hangs;
	struct arena *hang_arena;
	bool json;
};

static enum part
part_of_type(const struct htcds_export *x, const struct record_type *type)
{
	int i = 0;

	while (i < PARTS && x->types[i] != type)
		i++;
	return (enum part)i;
}

static void
find_homes(struct htcds_export *x)
{
	for (int i = 0; i < PARTS; i++)
		must((x->types[i] = model_type(x->ex->model, str_from(part_rules[i].type))) !=
		     NULL);
	x->homes = NEW_N(x->ex->run->arena, struct cell_home, htcds_count(x->h));
	for (size_t i = 0; i < htcds_count(x->h); i++) {
		const struct htcds_home *home =
		    model_htcds_home(x->ex->model, htcds_field(x->h, i)->name);

		x->homes[i].part = PARTS;
		if (home == NULL || htcds_field(x->h, i)->deprecated)
			continue;
		x->homes[i] = (struct cell_home){home, part_of_type(x, home->type)};
	}
}

static void
add_hang(struct htcds_export *x, enum part part, const json_t *on, const struct record *r)
{
	struct hang hang = {.id = r->id, .part = part};

	if (part != PART_INVOLVEMENT ||
	    !id_parse(json_member_str(r->fields, "person"), &hang.person))
		hang.person = (struct id){{0}};
	if (id_parse(json_str(on), &hang.on))
		*VEC_ADD(x->hang_arena, &x->hangs) = hang;
}

static int
hang_order(const void *a, const void *b)
{
	const struct hang *x = a, *y = b;
	int order = id_cmp(x->on, y->on);

	if (order == 0)
		order = (int)x->part - (int)y->part;
	return order != 0 ? order : id_cmp(x->id, y->id);
}

static enum rc
note_hangs(struct htcds_export *x, struct err *err)
{
	bool *wanted = NEW_N(x->ex->run->arena, bool, x->ex->model->type_count);
	struct record_list page;
	enum rc rc;

	for (int i = 0; i < PARTS; i++)
		wanted[x->types[i]->index] = part_rules[i].field != NULL;
	while ((rc = record_bulk_next(x->ex->bulk, wanted, &page, err)) == RC_OK &&
	       page.items.n > 0)
		for (size_t i = 0; i < page.items.n; i++) {
			const struct record *r = page.items.at[i];
			enum part part = part_of_type(x, r->type);
			json_t *on = json_object_get(r->fields, part_rules[part].field), *item;
			size_t k;

			if (!json_is_array(on))
				add_hang(x, part, on, r);
			json_array_foreach (on, k, item)
				add_hang(x, part, item, r);
		}
	if (rc == RC_OK && x->hangs.n > 1)
		qsort(x->hangs.at, x->hangs.n, sizeof x->hangs.at[0], hang_order);
	return rc;
}

/* Where those that hang on id begin; as many as there are follow. */
static size_t
first_hang(const struct htcds_export *x, struct id id)
{
	size_t low = 0, high = x->hangs.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (id_cmp(x->hangs.at[mid].on, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The n-th of a part that hangs on id, opened; NULL when there is none that may be seen. */
static enum rc
open_hang(struct htcds_export *x, struct id id, enum part part, size_t n, struct record **out,
	  struct err *err)
{
	enum rc rc = RC_OK;

	*out = NULL;
	for (size_t i = first_hang(x, id); i < x->hangs.n && id_eq(x->hangs.at[i].on, id); i++)
		if (x->hangs.at[i].part == part && n-- == 0) {
			rc = record_bulk_load(x->ex->bulk, x->hangs.at[i].id, out, err);
			break;
		}
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
open_ref(struct htcds_export *x, json_t *ref, struct record **out, struct err *err)
{
	struct id id;
	enum rc rc;

	*out = NULL;
	if (!id_parse(json_str(json_is_array(ref) ? json_array_get(ref, 0) : ref), &id))
		return RC_OK;
	rc = record_bulk_load(x->ex->bulk, id, out, err);
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* One row being written. */
struct writing {
	struct htcds_export *x;
	struct arena *arena;
	json_t *parts[PARTS]; /* fields; NULL where there is none */
	struct htcds_row row;
};

static struct str
value_text(const struct field *f, const json_t *value)
{
	if (f->kind == FIELD_YESNO)
		return str_eq_z(json_str(value), "yes")	 ? STR("true")
		       : str_eq_z(json_str(value), "no") ? STR("false")
							 : STR_NONE;
	if (f->kind == FIELD_IDENTIFIER)
		return json_member_str(value, "value");
	return json_str(value);
}

static void
add_value(struct writing *w, struct str_list *values, struct str text)
{
	if (text.n > 0)
		*VEC_ADD(w->arena, values) = text;
}

/* Lines of a note that hold what has no field: "con_Consent: true". */
static struct str
kept_line(const struct writing *w, struct str name)
{
	struct str text = json_member_str(w->parts[PART_NOTE], "imported");

	while (text.n > 0 && text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		if (str_starts(line, name) && line.n > name.n + 2 && line.p[name.n] == ':')
			return str_sub(line, name.n + 2, line.n);
	}
	return STR_NONE;
}

/* Without an event, what it would tell stands in the incident. */
static struct str
from_incident(const struct writing *w, const struct htcds_home *home)
{
	const json_t *incident = w->parts[PART_INCIDENT];
	struct str summary;

	if (home->field->kind == FIELD_PLACE)
		return json_member_str(json_object_get(incident, "place"),
				       home->part.n > 0 ? home->part.p : "text");
	if (str_eq_z(home->field->name, "date"))
		return json_member_str(incident, "happened");
	summary = json_member_str(incident, "summary");
	return str_eq_z(home->field->name, "description") &&
		       !str_eq_z(summary, HTCDS_NO_DESCRIPTION)
		   ? summary
		   : STR_NONE;
}

static void
fill_cell(struct writing *w, size_t index, struct str_list *values)
{
	const struct cell_home *c = &w->x->homes[index];
	struct str name = htcds_field(w->x->h, index)->name;
	const struct htcds_home *home = c->home;
	json_t *value, *item;
	size_t i;

	if (home == NULL)
		return;
	if (c->part == PARTS) {
		add_value(w, values, kept_line(w, name));
		return;
	}
	if (c->part == PART_EVENT && w->parts[PART_EVENT] == NULL) {
		add_value(w, values, from_incident(w, home));
		return;
	}
	value = json_member(w->parts[c->part], home->field->name);
	if (home->field->kind == FIELD_PLACE) {
		add_value(w, values, json_str(json_member(value, home->part)));
	} else if (home->field->list) {
		json_array_foreach (value, i, item)
			add_value(w, values, value_text(home->field, item));
	} else if (!(c->part == PART_NOTE && str_eq_z(json_str(value), HTCDS_NO_COMMENT))) {
		add_value(w, values, value_text(home->field, value));
	}
}

static enum rc
write_row(struct writing *w, struct err *err)
{
	struct htcds_export *x = w->x;

	w->row = (struct htcds_row){.line = 0};
	for (size_t i = 0; i < htcds_count(x->h); i++) {
		struct htcds_cell cell = {.field = i};

		fill_cell(w, i, &cell.values);
		if (cell.values.n > 0)
			*VEC_ADD(w->arena, &w->row.cells) = cell;
	}
	if (w->row.cells.n == 0)
		return RC_OK;
	if (x->json)
		htcds_write_json(&x->ex->out, x->h, &w->row);
	else
		htcds_write_csv(&x->ex->out, x->h, &w->row);
	return export_row(x->ex, err);
}

static json_t *
fields_of(const struct record *r)
{
	return r != NULL ? r->fields : NULL;
}

/* All rows of one involvement: one for each event of that person, or one. */
static enum rc
write_person(struct writing *w, struct id incident, const struct record *involvement,
	     struct err *err)
{
	struct htcds_export *x = w->x;
	struct record *person = NULL, *plan = NULL, *event;
	struct str id;
	bool written = false;
	enum rc rc;

	w->parts[PART_INVOLVEMENT] = fields_of(involvement);
	rc = open_ref(x, json_object_get(fields_of(involvement), "person"), &person, err);
	if (rc == RC_OK && person != NULL)
		rc = open_hang(x, person->id, PART_PLAN, 0, &plan, err);
	w->parts[PART_PERSON] = fields_of(person);
	w->parts[PART_PLAN] = fields_of(plan);
	id = json_member_str(fields_of(involvement), "person");
	for (size_t n = 0; rc == RC_OK; n++) {
		if ((rc = open_hang(x, incident, PART_EVENT, n, &event, err)) != RC_OK ||
		    event == NULL)
			break;
		if (!str_eq(json_member_str(event->fields, "person"), id))
			continue;
		w->parts[PART_EVENT] = event->fields;
		rc = write_row(w, err);
		written = true;
	}
	if (rc == RC_OK && !written) {
		w->parts[PART_EVENT] = NULL;
		rc = write_row(w, err);
	}
	return rc;
}

static enum rc
write_incident(struct htcds_export *x, struct arena *a, const struct record *r, struct err *err)
{
	struct writing w = {.x = x, .arena = a};
	struct record *organisation, *support, *note, *involvement;
	enum rc rc;

	w.parts[PART_INCIDENT] = r->fields;
	if ((rc = open_ref(x, json_object_get(r->fields, "organisations"), &organisation, err)) !=
		RC_OK ||
	    (rc = open_hang(x, r->id, PART_CASE, 0, &support, err)) != RC_OK ||
	    (rc = open_hang(x, r->id, PART_NOTE, 0, &note, err)) != RC_OK)
		return rc;
	w.parts[PART_ORGANISATION] = fields_of(organisation);
	w.parts[PART_CASE] = fields_of(support);
	w.parts[PART_NOTE] = fields_of(note);
	for (size_t n = 0; rc == RC_OK; n++) {
		rc = open_hang(x, r->id, PART_INVOLVEMENT, n, &involvement, err);
		if (rc != RC_OK || (involvement == NULL && n > 0))
			break;
		rc = write_person(&w, r->id, involvement, err);
		if (involvement == NULL)
			break;
	}
	return rc;
}

struct id_list {
	struct id at[FETCH_MAX];
	size_t n;
};

static void
add_id(struct id_list *ids, struct id id)
{
	if (ids->n < FETCH_MAX && !id_is_zero(id))
		ids->at[ids->n++] = id;
}

/* All that the rows of an incident are made of. */
static void
add_ids(const struct htcds_export *x, const struct record *r, struct id_list *ids)
{
	json_t *organisations = json_object_get(r->fields, "organisations");
	struct id id;

	if (id_parse(json_str(json_is_array(organisations) ? json_array_get(organisations, 0)
							   : organisations),
		     &id))
		add_id(ids, id);
	for (size_t i = first_hang(x, r->id); i < x->hangs.n && id_eq(x->hangs.at[i].on, r->id);
	     i++) {
		struct id person = x->hangs.at[i].person;

		add_id(ids, x->hangs.at[i].id);
		add_id(ids, person);
		for (size_t k = id_is_zero(person) ? x->hangs.n : first_hang(x, person);
		     k < x->hangs.n && id_eq(x->hangs.at[k].on, person); k++)
			if (x->hangs.at[k].part == PART_PLAN)
				add_id(ids, x->hangs.at[k].id);
	}
}

/* Incidents from *from on, as many as are fetched together; *from is where the next begin. */
static enum rc
write_some(struct htcds_export *x, struct arena *a, const struct record_list *page, size_t *from,
	   struct err *err)
{
	struct id_list *ids = NEW(a, struct id_list);
	size_t end = *from;
	enum rc rc;

	while (end < page->items.n && (end == *from || ids->n < FETCH_MAX / 2))
		add_ids(x, page->items.at[end++], ids);
	rc = record_bulk_fetch(x->ex->bulk, ids->at, ids->n, err);
	for (; *from < end && rc == RC_OK; ++*from)
		rc = write_incident(x, a, page->items.at[*from], err);
	record_bulk_drop(x->ex->bulk);
	arena_reset(a);
	return rc;
}

static enum rc
write_incidents(struct htcds_export *x, struct err *err)
{
	bool *wanted = NEW_N(x->ex->run->arena, bool, x->ex->model->type_count);
	struct arena *a = arena_new(0);
	struct record_list page;
	enum rc rc;

	wanted[x->types[PART_INCIDENT]->index] = true;
	record_bulk_rewind(x->ex->bulk);
	while ((rc = record_bulk_next(x->ex->bulk, wanted, &page, err)) == RC_OK &&
	       page.items.n > 0) {
		for (size_t i = 0; i < page.items.n && rc == RC_OK;)
			rc = write_some(x, a, &page, &i, err);
		if (rc != RC_OK)
			break;
	}
	arena_free(a);
	return rc;
}

enum rc
export_htcds(struct export *ex, struct err *err)
{
	struct htcds_export x = {
	    .ex = ex, .hang_arena = arena_new(0), .json = str_eq_z(ex->format, "htcds-json")};
	enum rc rc = htcds_tables(ex->run->arena, &x.h, err);

	if (rc == RC_OK) {
		find_homes(&x);
		if (!x.json)
			htcds_write_csv_header(&ex->out, x.h);
		if ((rc = note_hangs(&x, err)) == RC_OK)
			rc = write_incidents(&x, err);
	}
	arena_free(x.hang_arena);
	return rc;
}
