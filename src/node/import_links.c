#include "node/import_inside.h"

#include "base/arena.h"
#include "format/json.h"
#include "parse/parse.h"
#include "model/check.h"

/*
 * Links of incidents that HTCDS has no field for: incident_row,incident,kind,value,role. Each
 * phone, account, vehicle and place becomes one record, found again by its exact value, and
 * the incident of that row refers to it. Towns are left where they are, in the incident's own
 * place: whoever shares a town is not linked by it.
 */
#define LINKS_A_STEP 64

enum link_kind { LINK_PHONE, LINK_ACCOUNT, LINK_PLATE, LINK_PLACE, LINK_KINDS };

static const struct {
	const char *word, *type, *value; /* of the thing: the field it is known by */
	const char *field;		 /* of the incident */
	bool list;
} kinds[LINK_KINDS] = {
    [LINK_PHONE] = {"phone", "phone", "phone", "phones", true},
    [LINK_ACCOUNT] = {"account", "account", "account", "accounts", true},
    [LINK_PLATE] = {"plate", "vehicle", "plates", "vehicles", true},
    [LINK_PLACE] = {"place", "place", "name", "at", false},
};

struct link {
	int64_t row;
	long line;
	enum link_kind kind;
	struct str value, role;
};

struct links_import {
	struct import *im;
	struct str origin;
	const struct record_type *types[LINK_KINDS], *incident;
	struct arena *arena; /* of the links now waiting */
	struct {
		struct link *at;
		size_t n, cap;
	} links;
	int64_t made, set; /* records, references */
	int64_t bad_line;
	struct err why;
};

static json_t *
identifier(const char *kind, struct str value)
{
	return json_pack("{s:s, s:o}", "kind", kind, "value", json_from_str(value));
}

static json_t *
new_fields(const struct link *l)
{
	json_t *o = json_object(), *list;
	bool helper = str_eq_z(l->role, "helper");

	switch (l->kind) {
	case LINK_PHONE:
		import_set(o, "phone", json_from_str(l->value));
		import_set(o, "use", json_string("unknown"));
		if (helper)
			import_set(o, "helper", json_string("yes"));
		break;
	case LINK_ACCOUNT:
		import_set(o, "kind", json_string("bank"));
		import_set(o, "account", identifier("account_number", l->value));
		break;
	case LINK_PLATE:
		import_set(o, "kind", json_string("other"));
		list = json_array();
		must(json_array_append_new(list, identifier("plate", l->value)) == 0);
		import_set(o, "plates", list);
		break;
	case LINK_PLACE:
		import_set(o, "name", json_from_str(l->value));
		import_set(o, "kind", json_string("workplace"));
		import_set(o, "place", json_pack("{s:o}", "text", json_from_str(l->value)));
		break;
	case LINK_KINDS: break;
	}
	return o;
}

/* The value's canonical spelling, under which the index knows it. */
static struct str
canonical(struct door *d, const struct record_type *type, const char *field, json_t *fields)
{
	struct err ignored;
	json_t *out, *value;

	if (model_check_fields(d->arena, d->node->model, type, fields, CHECK_IMPORT, &out,
			       &ignored) != RC_OK)
		return STR_NONE;
	door_hold(d, out);
	value = json_object_get(out, field);
	if (json_is_array(value))
		value = json_array_get(value, 0);
	return json_is_object(value) ? json_member_str(value, "value") : json_str(value);
}

/* By its exact value; *there says whether one was found. */
static enum rc
look_up(struct door *d, const struct record_type *type, const char *field, json_t *fields,
	struct id *out, bool *there, struct err *err)
{
	struct record_filter filter = {.type = type,
				       .field = type_field(type, str_from(field)),
				       .value = canonical(d, type, field, fields),
				       .limit = 1};
	struct record_list found;
	enum rc rc;

	*there = false;
	if (filter.value.n == 0)
		return RC_OK;
	if ((rc = record_list(d, &filter, &found, err)) == RC_OK && found.items.n > 0) {
		*out = found.items.at[0]->id;
		*there = true;
	}
	return rc;
}

/* The record of this value, or a new one. */
static enum rc
find_thing(struct links_import *x, struct door *d, const struct link *l, struct id *out,
	   struct err *err)
{
	const struct record_type *type = x->types[l->kind];
	struct record_new options = {.from_import = true, .id = out};
	json_t *fields = door_hold(d, new_fields(l));
	struct record *r;
	bool there;
	enum rc rc;

	if (l->kind == LINK_PLACE) {
		/* A place has no number; this import makes one of each name. */
		*out = import_id(x->im, l->value);
		rc = record_exists(d, *out, &there, err);
	} else {
		options.id = NULL;
		rc = look_up(d, type, kinds[l->kind].value, fields, out, &there, err);
	}
	if (rc != RC_OK || there)
		return rc;
	if ((rc = record_create(d, type, fields, &options, &r, err)) != RC_OK)
		return rc;
	*out = r->id;
	x->made++;
	return RC_OK;
}

static enum rc
find_incident(struct links_import *x, struct door *d, const struct link *l, struct record **out,
	      struct err *err)
{
	struct record_filter filter = {.type = x->incident, .limit = 2, .with_fields = true};
	struct record_list found;
	enum rc rc;

	filter.field = type_field(x->incident, STR("origin_id"));
	filter.value = str_fmt(d->arena, "%.*s:%lld", STR_ARG(x->origin), (long long)l->row);
	if ((rc = record_list(d, &filter, &found, err)) != RC_OK)
		return rc;
	if (found.items.n != 1)
		return fail(err, RC_INVALID, "incident_row",
			    "names no incident of the import that is linked");
	*out = found.items.at[0];
	return RC_OK;
}

static bool
holds(json_t *list, struct str text)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (str_eq(json_str(item), text))
			return true;
	return false;
}

static enum rc
set_link(struct links_import *x, struct door *d, const struct link *l, struct err *err)
{
	json_t *patch = door_hold(d, json_object()), *list;
	struct record *incident = NULL, *after = NULL;
	struct str text;
	struct id id;
	enum rc rc;

	if ((rc = find_incident(x, d, l, &incident, err)) != RC_OK ||
	    (rc = find_thing(x, d, l, &id, err)) != RC_OK)
		return rc;
	text = id_format(d->arena, id);
	if (kinds[l->kind].list) {
		list = json_object_get(incident->fields, kinds[l->kind].field);
		if (holds(list, text))
			return RC_OK;
		list = list != NULL ? json_copy(list) : json_array();
		must(json_array_append_new(list, json_from_str(text)) == 0);
		import_set(patch, kinds[l->kind].field, list);
	} else {
		import_set(patch, kinds[l->kind].field, json_from_str(text));
	}
	rc = record_update(d, incident->id, incident->version, patch, &after, err);
	if (rc == RC_OK)
		x->set++;
	return rc;
}

/* On the writer's thread, for all that wait: reading and changing in one go. */
static enum rc
set_links(struct door *d, void *ctx, struct err *err)
{
	struct links_import *x = ctx;

	for (size_t i = 0; i < x->links.n; i++) {
		enum rc rc = set_link(x, d, &x->links.at[i], err);

		if (rc != RC_OK) {
			x->bad_line = x->links.at[i].line;
			return fail(err, rc, err->key, "line %lld: %s", (long long)x->bad_line,
				    str_copy(d->arena, str_from(err->text)).p);
		}
	}
	return RC_OK;
}

static enum rc
store_links(struct links_import *x, struct err *err)
{
	enum rc rc = import_step(x->im, set_links, x, err);

	arena_reset(x->arena);
	x->links.at = NULL;
	x->links.n = x->links.cap = 0;
	return rc;
}

static struct str
cell(const struct csv_row *row, size_t i)
{
	return i < row->n ? str_trim(row->at[i].text) : STR_NONE;
}

static enum rc
take_row(struct links_import *x, const struct csv_row *row, struct err *err)
{
	struct link l = {.line = row->line, .kind = LINK_KINDS};
	struct err why;
	enum rc rc;

	for (size_t k = 0; k < LINK_KINDS; k++)
		if (str_eq_z(cell(row, 2), kinds[k].word))
			l.kind = (enum link_kind)k;
	if (!str_to_i64(cell(row, 0), &l.row) || l.kind == LINK_KINDS || cell(row, 3).n == 0) {
		(void)fail_at(
		    &why, RC_INVALID, "", row->line, 1, "kind",
		    "a link is a row, an incident, one of phone, account, plate or place, "
		    "and its value");
		return import_row_bad(x->im, 0, &why, err);
	}
	if (l.kind == LINK_PLACE && str_eq_z(cell(row, 4), "town"))
		return import_row_end(x->im, err);
	l.value = str_copy(x->arena, cell(row, 3));
	l.role = str_copy(x->arena, cell(row, 4));
	*VEC_ADD(x->arena, &x->links) = l;
	rc = import_row_end(x->im, err);
	return rc == RC_OK && x->links.n >= LINKS_A_STEP ? store_links(x, err) : rc;
}

static enum rc
read_rows(struct links_import *x, struct parse *csv, struct err *err)
{
	struct csv_row row;
	enum rc rc = parse_csv_next(csv, &row, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? fail(err, RC_INVALID, "file", "holds no header") : rc;
	if (!str_eq_z(cell(&row, 0), "incident_row") || !str_eq_z(cell(&row, 2), "kind"))
		return fail(err, RC_INVALID, "header",
			    "takes incident_row,incident,kind,value,role");
	while (rc == RC_OK && (rc = parse_csv_next(csv, &row, err)) == RC_OK) {
		bool skip;

		if ((rc = import_row_begin(x->im, &skip, err)) == RC_OK && !skip)
			rc = take_row(x, &row, err);
	}
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
read_links(struct links_import *x, struct source *source, struct err *err)
{
	struct parse *csv;
	enum rc rc = parse_csv_open(*source, 0, &csv, err);

	if (rc == RC_OK)
		rc = read_rows(x, csv, err);
	parse_close(csv);
	return rc;
}

/* The last import of incidents that the job's user may see. */
static enum rc
last_import(struct door *d, void *ctx, struct err *err)
{
	struct links_import *x = ctx;
	struct job_list jobs;
	enum rc rc = job_list(d, 200, &jobs, err);

	for (size_t i = 0; i < jobs.n && rc == RC_OK; i++) {
		struct str origin = json_member_str(jobs.at[i].result, "origin");

		if (jobs.at[i].state == JOB_DONE && origin.n > 0) {
			x->origin = str_copy(x->im->arena, origin);
			return RC_OK;
		}
	}
	return rc != RC_OK ? rc
			   : fail(err, RC_CONFLICT, "of",
				  "no import of incidents is there whose rows could be linked");
}

enum rc
import_links(struct import *im, struct err *err)
{
	struct links_import x = {.im = im,
				 .origin = import_option(im, "of"),
				 .incident = model_type(im->model, STR("incident")),
				 .arena = arena_new(0)};
	struct import_source *s;
	enum rc rc;

	for (size_t i = 0; i < LINK_KINDS; i++)
		must((x.types[i] = model_type(im->model, str_from(kinds[i].type))) != NULL);
	rc = x.origin.n > 0 ? RC_OK : import_step(im, last_import, &x, err);
	if (rc == RC_OK && (rc = import_source_open(im, 0, &s, err)) == RC_OK) {
		rc = read_links(&x, import_source(s), err);
		if (rc == RC_OK)
			rc = store_links(&x, err);
		if (import_source_close(s, NULL) != RC_OK && rc == RC_OK)
			rc = fail(err, RC_INTEGRITY, "part", "a part cannot be opened");
	}
	im->records = x.made;
	im->result = json_pack("{s:I}", "references", (json_int_t)x.set);
	arena_free(x.arena);
	return rc;
}
