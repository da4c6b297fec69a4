#include "node/import_inside.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/htcds.h"
#include "format/json.h"
#include "parse/parse.h"
#include "node/htcds_tables.h"
#include "text/script.h"

/*
 * HTCDS rows as records. One row is one person in one incident; each field goes to its home
 * in the model (standards: htcds), which says the type. What the row says of somebody's part
 * becomes an involvement: nobody is a suspect because a row lacks something.
 */
enum part {
	PART_ORGANISATION,
	PART_PERSON,
	PART_INCIDENT,
	PART_CASE,
	PART_INVOLVEMENT,
	PART_EVENT,
	PART_NOTE,
	PART_PLAN,
	PARTS,
	PART_NONE = PARTS
};

/* In the order of storing: what others name comes first. */
static const char *const type_names[PARTS] = {"organisation", "person",		"incident",
					      "case",	      "involvement",	"event",
					      "note",	      "protection_plan"};

struct home {
	const struct htcds_home *home;
	enum part part;
};

struct htcds_import {
	struct import *im;
	const struct htcds *h;
	size_t file;
	struct home *homes; /* by field of HTCDS */
	const struct record_type *types[PARTS];
	struct map organisations;   /* canonical fields -> id text */
	struct htcds_report report; /* of the file being read */
	int status, role;
	enum rc rc;
	struct err *err;
};

/* A row being made. */
struct making {
	struct htcds_import *x;
	const struct htcds_row *row;
	struct arena *arena;
	json_t *parts[PARTS];
	struct id id[PARTS];
	struct buf imported; /* lines of what has no field of its own */
	struct err why;
};

static void
find_homes(struct htcds_import *x)
{
	const struct model *m = x->im->model;

	for (size_t i = 0; i < PARTS; i++)
		must((x->types[i] = model_type(m, str_from(type_names[i]))) != NULL);
	x->homes = NEW_N(x->im->arena, struct home, htcds_count(x->h));
	for (size_t i = 0; i < htcds_count(x->h); i++) {
		const struct htcds_home *home = model_htcds_home(m, htcds_field(x->h, i)->name);

		x->homes[i] = (struct home){home, PART_NONE};
		for (size_t k = 0; home != NULL && k < PARTS; k++)
			if (home->type == x->types[k])
				x->homes[i].part = (enum part)k;
	}
	x->status = htcds_find(x->h, STR("vic_TraffickingStatus"));
	x->role = htcds_find(x->h, STR("per_RoleInProcess"));
}

static json_t *
part_of(struct making *mk, enum part part)
{
	if (mk->parts[part] == NULL)
		mk->parts[part] = json_object();
	return mk->parts[part];
}

static json_t *
phone_value(struct making *mk, struct str text)
{
	return text.p[0] == '+' ? json_from_str(text)
				: json_from_str(str_fmt(mk->arena, "+%.*s", STR_ARG(text)));
}

/* One value in the shape that the field's kind has (model/type.h). */
static json_t *
value_json(struct making *mk, const struct field *f, struct str text)
{
	json_t *o;

	if (f->kind == FIELD_YESNO)
		return json_string(str_eq_z(text, "true") ? "yes" : "no");
	if (f->kind == FIELD_PHONE)
		return phone_value(mk, text);
	if (f->kind != FIELD_IDENTIFIER)
		return json_from_str(text);
	o = json_object();
	if (f->kinds.n > 0)
		import_set(o, "kind", json_from_str(f->kinds.at[0]));
	import_set(o, "value", json_from_str(text));
	return o;
}

static void
set_field(struct making *mk, const struct home *to, const struct htcds_cell *cell)
{
	const struct field *f = to->home->field;
	json_t *o = part_of(mk, to->part), *value;

	if (f->kind == FIELD_PLACE) {
		json_t *place = json_object_get(o, f->name.p);

		if (place == NULL)
			import_set(o, f->name.p, place = json_object());
		must(json_object_setn_new_nocheck(place, to->home->part.p, to->home->part.n,
						  json_from_str(cell->values.at[0])) == 0);
		return;
	}
	if (!f->list) {
		import_set(o, f->name.p, value_json(mk, f, cell->values.at[0]));
		return;
	}
	value = json_array();
	for (size_t i = 0; i < cell->values.n; i++)
		must(json_array_append_new(value, value_json(mk, f, cell->values.at[i])) == 0);
	import_set(o, f->name.p, value);
}

/*
 * Text without a field of its own: deprecated fields, several of which share one, and consent.
 * A row cannot hold a valid consent (for what, to whom, how and when given is not in it), so
 * what it says of one is kept as somebody's word.
 */
static void
keep_line(struct making *mk, const struct htcds_cell *cell)
{
	struct buf *b = &mk->imported;

	if (b->n > 0)
		buf_add_byte(b, '\n');
	buf_add(b, htcds_field(mk->x->h, cell->field)->name);
	buf_add_z(b, ": ");
	for (size_t i = 0; i < cell->values.n; i++) {
		if (i > 0)
			buf_add_z(b, "; ");
		buf_add(b, cell->values.at[i]);
	}
}

static void
spread_cells(struct making *mk)
{
	for (size_t i = 0; i < mk->row->cells.n; i++) {
		const struct htcds_cell *cell = &mk->row->cells.at[i];
		const struct home *to = &mk->x->homes[cell->field];

		if (to->part == PART_NONE || htcds_field(mk->x->h, cell->field)->deprecated)
			keep_line(mk, cell);
		else
			set_field(mk, to, cell);
	}
}

static const struct htcds_cell *
cell_of(const struct making *mk, int field)
{
	for (size_t i = 0; i < mk->row->cells.n; i++)
		if ((int)mk->row->cells.at[i].field == field)
			return &mk->row->cells.at[i];
	return NULL;
}

static bool
cell_is(const struct making *mk, int field, const char *value)
{
	const struct htcds_cell *cell = cell_of(mk, field);

	for (size_t i = 0; cell != NULL && i < cell->values.n; i++)
		if (str_eq_z(cell->values.at[i], value))
			return true;
	return false;
}

/* The whole name in the order of its script: family names first in Han, without a space. */
static void
whole_name(struct making *mk)
{
	json_t *person = mk->parts[PART_PERSON];
	struct str part[3] = {json_member_str(person, "first_name"),
			      json_member_str(person, "middle_name"),
			      json_member_str(person, "last_name")};
	bool han = script_of_text(part[2].n > 0 ? part[2] : part[0]) == SCRIPT_HAN;
	struct buf name;

	buf_init(&name, mk->arena);
	for (size_t i = 0; i < 3; i++) {
		struct str s = str_trim(part[han ? (i + 2) % 3 : i]);

		if (s.n > 0 && name.n > 0 && !han)
			buf_add_byte(&name, ' ');
		buf_add(&name, s);
	}
	if (name.n > 0)
		import_set(person, "name", json_from_str(buf_str(&name)));
}

/* Rule 4: who may be under 18 is treated as such; "1990~" and years alone decide by the year. */
static void
mark_minor(struct making *mk)
{
	json_t *person = mk->parts[PART_PERSON];
	struct str birth = json_member_str(person, "birth_date");
	struct str today = day_format(mk->arena, mk->x->im->now->door.now_ms);
	int64_t born, now;

	if (birth.n < 4 || !str_to_i64(str_sub(birth, 0, 4), &born) ||
	    !str_to_i64(str_sub(today, 0, 4), &now))
		return;
	if (now - born > 18 || (now - born == 18 && birth.n >= 10 &&
				str_cmp(str_sub(birth, 4, 10), str_sub(today, 4, 10)) <= 0))
		return;
	import_set(person, "may_be_minor", json_string("yes"));
	import_set(person, "minor_reasons", json_string("By the birth date that was imported."));
}

/*
 * Rule 5: a victim by the source's finding is one; a role that only somebody who takes part in
 * the crime has is an assessment of suspicion; all else is undetermined, which protects.
 */
static const char *
category(const struct making *mk, const char **reasons)
{
	static const char *const acts[] = {"Transporter",
					   "RecruiterOrIntermediary",
					   "BrokerTravelAgent",
					   "TransferredIndividual",
					   "HarbouredIndividual",
					   "SoldIndividual",
					   "BoughtIndividual",
					   "ReceivedIndividual",
					   "ControlledIndividual",
					   "Smuggler",
					   "Abuser",
					   "Kidnapper",
					   "Exploiter"};

	if (cell_is(mk, mk->x->status, "ActualVictimOfTrafficking")) {
		*reasons = "The imported row says that somebody found so.";
		return "VICTIM";
	}
	*reasons = "Nothing was decided by the source of the imported row.";
	if (cell_is(mk, mk->x->status, "PossibleVictimOfTrafficking")) {
		*reasons = "The imported row says: possibly a victim.";
		return "UNDETERMINED";
	}
	for (size_t i = 0; i < COUNT_OF(acts); i++)
		if (cell_is(mk, mk->x->role, acts[i])) {
			*reasons = "The role that the imported row gives; not assessed here yet.";
			return "SUSPECT";
		}
	return "UNDETERMINED";
}

static int64_t
row_number(const struct htcds_import *x)
{
	return x->report.rows + x->report.bad_rows;
}

static void
complete_person(struct making *mk)
{
	json_t *involvement;
	const char *reasons;

	if (mk->parts[PART_PERSON] == NULL && mk->parts[PART_INVOLVEMENT] == NULL &&
	    mk->parts[PART_PLAN] == NULL)
		return;
	import_set(
	    part_of(mk, PART_PERSON), "origin_id",
	    json_from_str(import_origin(mk->x->im, mk->arena, mk->x->file, row_number(mk->x))));
	whole_name(mk);
	mark_minor(mk);
	involvement = part_of(mk, PART_INVOLVEMENT);
	import_set(involvement, "category", json_string(category(mk, &reasons)));
	import_set(involvement, "category_basis", json_string("assessment"));
	import_set(involvement, "reasons", json_string(reasons));
}

/* Every row is an incident, whatever else it is; where, when and what come from its event. */
static void
complete_incident(struct making *mk)
{
	json_t *incident = part_of(mk, PART_INCIDENT), *event = mk->parts[PART_EVENT], *value;

	import_set(incident, "kind", json_string("report"));
	import_set(
	    incident, "origin_id",
	    json_from_str(import_origin(mk->x->im, mk->arena, mk->x->file, row_number(mk->x))));
	if ((value = json_object_get(event, "description")) != NULL) {
		import_set(incident, "summary", json_incref(value));
		import_set(event, "description_basis", json_string("assessment"));
	} else {
		import_set(incident, "summary", json_string(HTCDS_NO_DESCRIPTION));
	}
	import_set(incident, "summary_basis", json_string("assessment"));
	if ((value = json_object_get(event, "date")) != NULL)
		import_set(incident, "happened", json_incref(value));
	if ((value = json_object_get(event, "place")) != NULL)
		import_set(incident, "place", json_deep_copy(value));
	/* A step without its kind is no step; what it told stands in the incident. */
	if (event != NULL && json_object_get(event, "kind") == NULL) {
		json_decref(event);
		mk->parts[PART_EVENT] = NULL;
	}
}

static void
complete_note(struct making *mk)
{
	json_t *note;

	if (mk->imported.n > 0)
		import_set(part_of(mk, PART_NOTE), "imported",
			   json_from_str(buf_str(&mk->imported)));
	if ((note = mk->parts[PART_NOTE]) != NULL && json_object_get(note, "text") == NULL)
		import_set(note, "text", json_string(HTCDS_NO_COMMENT));
}

static json_t *
id_json(struct making *mk, enum part part)
{
	return json_from_str(id_format(mk->arena, mk->id[part]));
}

static json_t *
list_of(json_t *one)
{
	json_t *list = json_array();

	must(json_array_append_new(list, one) == 0);
	return list;
}

/* What names what, just before each is drafted: earlier parts have their ids by then. */
static void
set_references(struct making *mk, enum part part)
{
	json_t *o = mk->parts[part];

	switch (part) {
	case PART_INCIDENT:
		if (mk->parts[PART_ORGANISATION] != NULL)
			import_set(o, "organisations", list_of(id_json(mk, PART_ORGANISATION)));
		break;
	case PART_CASE:
		import_set(o, "name",
			   json_from_str(str_fmt(mk->arena, "Support case of row %lld",
						 (long long)mk->row->line)));
		import_set(o, "incidents", list_of(id_json(mk, PART_INCIDENT)));
		break;
	case PART_INVOLVEMENT:
		import_set(o, "person", id_json(mk, PART_PERSON));
		import_set(o, "in", id_json(mk, PART_INCIDENT));
		break;
	case PART_EVENT:
		if (mk->parts[PART_PERSON] != NULL)
			import_set(o, "person", id_json(mk, PART_PERSON));
		import_set(o, "in", id_json(mk, PART_INCIDENT));
		break;
	case PART_NOTE: import_set(o, "about", id_json(mk, PART_INCIDENT)); break;
	case PART_PLAN: import_set(o, "survivor", id_json(mk, PART_PERSON)); break;
	case PART_ORGANISATION:
	case PART_PERSON:
	case PARTS: break;
	}
}

/* The column whose cell gave the field that is wrong. */
static void
place_error(struct making *mk, enum part part)
{
	struct str key = str_from(mk->why.key);
	ptrdiff_t bracket = str_chr(key, '[');

	mk->why.line = mk->row->line;
	mk->why.column = 0;
	if (bracket > 0)
		key = str_sub(key, 0, (size_t)bracket);
	for (size_t i = 0; i < mk->row->cells.n; i++) {
		const struct htcds_cell *cell = &mk->row->cells.at[i];
		const struct home *to = &mk->x->homes[cell->field];
		struct str name = htcds_field(mk->x->h, cell->field)->name;

		if (to->part != part ||
		    !(str_eq(to->home->field->name, key) || mk->why.rc == RC_DENIED))
			continue;
		mk->why.column = cell->column;
		(void)snprintf(mk->why.key, sizeof mk->why.key, "%.*s", STR_ARG(name));
		return;
	}
}

static enum rc
draft_part(struct making *mk, enum part part, const struct id *id)
{
	struct record_draft *draft;
	enum rc rc;

	set_references(mk, part);
	rc = import_draft(mk->x->im, mk->x->types[part], json_incref(mk->parts[part]), id, &draft,
			  &mk->why);
	if (rc != RC_OK)
		place_error(mk, part);
	else
		mk->id[part] = record_draft_id(draft);
	return rc;
}

struct known {
	struct id id;
	bool stored; /* its row is whole, so it need not be made again */
};

struct looking {
	struct id id;
	bool found;
};

static enum rc
look_for(struct door *d, void *ctx, struct err *err)
{
	struct looking *l = ctx;

	return record_exists(d, l->id, &l->found, err);
}

/*
 * The organisation that reports stands in every row; it becomes one record for all rows of
 * the import that say the same of it. Its id is made from that, so that a job that goes on
 * after a kill finds it again.
 */
static enum rc
organisation(struct making *mk, struct known **out)
{
	struct htcds_import *x = mk->x;
	struct looking looking;
	struct buf text;
	struct known *k;
	enum rc rc;

	*out = NULL;
	if (mk->parts[PART_ORGANISATION] == NULL)
		return RC_OK;
	buf_init(&text, mk->arena);
	json_canonical(mk->parts[PART_ORGANISATION], &text);
	if ((k = map_find(&x->organisations, buf_str(&text))) == NULL) {
		k = NEW(x->im->arena, struct known);
		looking = (struct looking){.id = import_id(x->im, buf_str(&text))};
		if (x->im->resume_at > 0) {
			rc = serve_write(x->im->run->serve, NULL, NULL, look_for, &looking, x->err);
			if (rc != RC_OK)
				return x->rc = rc;
		}
		*k = (struct known){looking.id, looking.found};
		(void)map_put(&x->organisations, str_copy(x->im->arena, buf_str(&text)), k);
	}
	mk->id[PART_ORGANISATION] = k->id;
	*out = k;
	return k->stored ? RC_OK : draft_part(mk, PART_ORGANISATION, &k->id);
}

static enum rc
draft_row(struct making *mk)
{
	struct known *known;
	enum rc rc = organisation(mk, &known);

	for (int part = PART_PERSON; part < PARTS && rc == RC_OK; part++)
		if (mk->parts[part] != NULL)
			rc = draft_part(mk, (enum part)part, NULL);
	if (rc == RC_OK && known != NULL)
		known->stored = true;
	return rc;
}

static enum rc
take_row(void *ctx, const struct htcds_row *row, struct err *err)
{
	struct htcds_import *x = ctx;
	struct making mk = {.x = x, .row = row};
	bool skip;
	enum rc rc;

	if ((rc = import_row_begin(x->im, &skip, err)) != RC_OK || skip)
		return rc;
	mk.arena = x->im->now->arena;
	buf_init(&mk.imported, mk.arena);
	spread_cells(&mk);
	complete_person(&mk);
	complete_incident(&mk);
	complete_note(&mk);
	x->err = err;
	rc = draft_row(&mk);
	for (size_t i = 0; i < PARTS; i++)
		json_decref(mk.parts[i]);
	if (x->rc != RC_OK)
		return x->rc;
	return rc == RC_OK ? import_row_end(x->im, err)
			   : import_row_bad(x->im, x->file, &mk.why, err);
}

static void
bad_cell(void *ctx, const struct err *why)
{
	struct htcds_import *x = ctx;
	struct err err;

	/* What is wrong with the batch itself shows when the next row begins. */
	(void)(import_note(x->im, x->file, why, &err) == RC_OK);
}

static bool
is_json(struct import *im, size_t file, struct err *err, enum rc *rc)
{
	struct import_source *s;
	struct source *source;
	bool json = false;
	char c;

	if ((*rc = import_source_open(im, file, &s, err)) != RC_OK)
		return false;
	source = import_source(s);
	while (source->pull(source, &c, 1) == 1) {
		if (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\xef' || c == '\xbb' ||
		    c == '\xbf')
			continue;
		json = c == '{' || c == '[';
		break;
	}
	*rc = import_source_close(s, err);
	return json;
}

static enum rc
read_one(struct htcds_import *x, struct err *err)
{
	const struct htcds_sink sink = {take_row, bad_cell, x};
	struct parse_htcds how = {
	    .htcds = x->h,
	    .flags = json_is_true(json_object_get(x->im->arguments, "latin1")) ? HTCDS_LATIN1 : 0};
	struct arena *a = arena_new(0);
	struct import_source *s;
	struct err why;
	enum rc rc;

	how.json = is_json(x->im, x->file, err, &rc);
	htcds_tables_text(&how.fields_csv, &how.values_csv);
	if (rc == RC_OK && (rc = import_source_open(x->im, x->file, &s, err)) == RC_OK) {
		rc = parse_htcds(a, &how, *import_source(s), &sink, &x->report, err);
		if (import_source_close(s, &why) != RC_OK) {
			rc = why.rc;
			*err = why;
		}
	}
	arena_free(a);
	return rc;
}

enum rc
import_htcds(struct import *im, struct err *err)
{
	static const char *const needed[] = {"incident", "person", "involvement", "event"};
	struct htcds_import x = {.im = im, .organisations = {.arena = im->arena}};
	int64_t unknown = 0, bad_cells = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < COUNT_OF(needed) && rc == RC_OK; i++)
		rc = import_may_create(im, needed[i], err);
	if (rc != RC_OK || (rc = htcds_tables(im->arena, &x.h, err)) != RC_OK)
		return rc;
	find_homes(&x);
	for (x.file = 0; x.file < im->file_count && rc == RC_OK; x.file++) {
		rc = read_one(&x, err);
		im->bad_rows += x.report.bad_rows;
		unknown += (int64_t)x.report.unknown_columns.n;
		bad_cells += x.report.bad_cells;
	}
	/* Names of columns that we do not know are not kept: a file without header has data there.
	 */
	im->result = json_pack("{s:s, s:I, s:I}", "origin", im->file[0].origin, "unknown_columns",
			       (json_int_t)unknown, "bad_cells", (json_int_t)bad_cells);
	return rc;
}
