#include "node/import_inside.h"

#include "base/arena.h"
#include "format/json.h"
#include "parse/parse.h"
#include "record/whole.h"

/*
 * An export of everything goes into an empty node: each version under its own id, times and
 * state. Lines come in steps; the cursor tells which are there, so that it resumes.
 */
#define LINES_A_STEP 200

struct unit_change {
	struct id old, new;
};

struct all_import {
	struct import *im;
	VEC(struct unit_change) units; /* --unit: whose records come under another unit */
	json_t *unit_counts;	       /* unit -> records of it, as they stand here */
	struct arena *arena;	       /* of the lines that wait */
	struct {
		json_t **at;
		size_t n, cap;
	} lines;
	int64_t records, told; /* last versions seen; what the last line says */
};

static int64_t
number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* OLD=NEW,... */
static enum rc
read_units(struct all_import *x, struct err *err)
{
	struct str text = import_option(x->im, "unit");

	while (text.n > 0 && text.p != NULL) {
		struct str new = str_cut(&text, ','), old = str_cut(&new, '=');
		struct unit_change unit;

		if (!id_parse(str_trim(old), &unit.old) || new.p == NULL ||
		    !id_parse(str_trim(new), &unit.new))
			return fail(err, RC_INVALID, "unit",
				    "takes OLD=NEW: ids of a unit there and of one here");
		*VEC_ADD(x->im->arena, &x->units) = unit;
	}
	return RC_OK;
}

static void
take_unit(const struct all_import *x, struct id *unit)
{
	for (size_t i = 0; i < x->units.n; i++)
		if (id_eq(x->units.at[i].old, *unit)) {
			*unit = x->units.at[i].new;
			return;
		}
}

static void
count_unit(struct all_import *x, const json_t *o)
{
	char key[64];
	struct id unit;

	if (!id_parse(json_member_str(o, "unit"), &unit))
		return;
	take_unit(x, &unit);
	(void)snprintf(key, sizeof key, "%.*s", STR_ARG(id_format(x->arena, unit)));
	import_set(x->unit_counts, key, json_integer(number(x->unit_counts, key) + 1));
}

static enum rc
read_version(const struct model *m, json_t *o, struct record_version *v, struct err *err)
{
	*v = (struct record_version){
	    .type = model_type(m, json_member_str(o, "type")),
	    .type_version = number(o, "type_version"),
	    .version = number(o, "version"),
	    .guard = number(o, "guard"),
	    .tlp = number(o, "tlp"),
	    .judicial_ok = json_is_true(json_object_get(o, "judicial_ok")),
	    .onward_ok = json_is_true(json_object_get(o, "onward_ok")),
	    .state = json_member_str(o, "state"),
	    .flags = number(o, "flags"),
	    .due_ms = number(o, "due_ms"),
	    .created_ms = number(o, "created_ms"),
	    .updated_ms = number(o, "updated_ms"),
	    .bucket = json_member_str(o, "bucket"),
	    .fields = json_object_get(o, "fields"),
	};
	v->erased = v->fields == NULL;
	if (v->type == NULL)
		return fail(err, RC_CONFLICT, "type",
			    "a record's type is not in this node's model; bring its overlay first");
	if (!id_parse(json_member_str(o, "id"), &v->id) ||
	    !id_parse(json_member_str(o, "unit"), &v->unit) ||
	    !id_parse(json_member_str(o, "owner"), &v->owner) || v->version < 1 ||
	    v->tlp < TLP_CLEAR || v->tlp > TLP_RED || v->guard < GUARD_NONE ||
	    v->guard > GUARD_MINOR || v->bucket.n == 0 ||
	    (v->state.n > 0 && type_state(v->type, v->state) < 0))
		return fail(err, RC_INVALID, "line", "is no record of an export of everything");
	return RC_OK;
}

static enum rc
restore_lines(struct door *d, void *ctx, struct err *err)
{
	struct all_import *x = ctx;

	for (size_t i = 0; i < x->lines.n; i++) {
		json_t *o = x->lines.at[i];
		struct record_version v;
		enum rc rc;

		if ((rc = read_version(d->node->model, o, &v, err)) != RC_OK)
			return rc;
		take_unit(x, &v.unit);
		if ((rc = record_whole_restore(d, &v, json_is_true(json_object_get(o, "last")),
					       err)) != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
store_lines(struct all_import *x, struct err *err)
{
	enum rc rc;

	x->im->position += (int64_t)x->lines.n;
	x->im->taken = x->im->position;
	rc = import_step(x->im, restore_lines, x, err);
	for (size_t i = 0; i < x->lines.n; i++)
		json_decref(x->lines.at[i]);
	arena_reset(x->arena);
	x->lines.at = NULL;
	x->lines.n = x->lines.cap = 0;
	return rc;
}

/* Takes the reference. */
static enum rc
take_line(struct all_import *x, json_t *o, struct err *err)
{
	if (json_object_get(o, "records") != NULL) {
		x->told = number(o, "records");
		json_decref(o);
		return RC_OK;
	}
	if (json_is_true(json_object_get(o, "last"))) {
		x->records++;
		count_unit(x, o);
	}
	if (++x->im->seen <= x->im->resume_at) {
		json_decref(o);
		return RC_OK;
	}
	*VEC_ADD(x->arena, &x->lines) = o;
	return x->lines.n >= LINES_A_STEP ? store_lines(x, err) : RC_OK;
}

static enum rc
read_lines(struct all_import *x, struct parse *r, struct err *err)
{
	json_t *o;
	long line;
	enum rc rc = parse_ndjson_next(r, &o, &line, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? fail(err, RC_INVALID, "file", "is empty") : rc;
	if (number(o, "liaison-export") != 1)
		rc = fail(err, RC_INVALID, "file", "is no export of everything that we read");
	json_decref(o);
	while (rc == RC_OK && (rc = parse_ndjson_next(r, &o, &line, err)) == RC_OK)
		rc = take_line(x, o, err);
	if (rc == RC_ABSENT)
		rc = store_lines(x, err);
	if (rc == RC_OK && x->told != x->records)
		return fail(err, RC_INTEGRITY, "file",
			    "ends early: %lld records are here, %lld are told of",
			    (long long)x->records, (long long)x->told);
	return rc;
}

static enum rc
read_all(struct all_import *x, struct source *source, struct err *err)
{
	struct parse *r;
	enum rc rc = parse_ndjson_open(*source, &r, err);

	if (rc == RC_OK)
		rc = read_lines(x, r, err);
	parse_close(r);
	return rc;
}

static enum rc
check_node(struct door *d, void *ctx, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("unit"));
	struct all_import *x = ctx;

	for (size_t i = 0; i < x->units.n; i++)
		if (record_check_type(d, x->units.at[i].new, type, err) != RC_OK)
			return fail(err, RC_INVALID, "unit",
				    "the unit after = is none of this node's; `liaison record list "
				    "unit` shows them");
	return record_whole_check_empty(d, err);
}

enum rc
import_all(struct import *im, struct err *err)
{
	struct all_import x = {
	    .im = im, .arena = arena_new(0), .told = -1, .unit_counts = json_object()};
	struct import_source *s;
	enum rc rc = read_units(&x, err);

	if (rc == RC_OK && im->resume_at == 0)
		rc = import_step(im, check_node, &x, err);
	if (rc == RC_OK && (rc = import_source_open(im, 0, &s, err)) == RC_OK) {
		rc = read_all(&x, import_source(s), err);
		if (import_source_close(s, NULL) != RC_OK && rc == RC_OK)
			rc = fail(err, RC_INTEGRITY, "part", "a part cannot be opened");
	}
	for (size_t i = 0; i < x.lines.n; i++)
		json_decref(x.lines.at[i]);
	im->records = x.records;
	im->result = json_pack("{s:o, s:o}", "units", x.unit_counts, "your_unit",
			       json_from_str(id_format(im->arena, im->run->actor->unit)));
	arena_free(x.arena);
	return rc;
}
