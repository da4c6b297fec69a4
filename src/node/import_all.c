#include "node/import_inside.h"

#include "base/arena.h"
#include "format/json.h"
#include "parse/parse.h"
#include "record/whole.h"

/*
 * An export of everything goes into an empty node: each version under its own id, times and
 * state. All lines are looked at before the first goes in, since half a node is none. They come
 * in steps; the cursor tells which are there, so that it resumes, as long as nobody else changed
 * a record here.
 */
#define LINES_A_STEP 200

struct unit_change {
	struct id old, new;
};

struct all_line {
	json_t *json; /* the version's texts are borrowed from it */
	struct record_version version;
	long line;
};

struct all_import {
	struct import *im;
	VEC(struct unit_change) units; /* --unit: whose records come under another unit */
	json_t *unit_counts;	       /* unit -> records of it, as they stand here */
	struct arena *arena;	       /* of the lines that wait */
	struct {
		struct all_line *at;
		size_t n, cap;
	} lines;
	bool trying, has_before;
	struct record_version before; /* the last line's; none of its texts */
	int64_t records, told;	      /* last versions seen; what the last line says */
	int64_t leaf;		      /* those before it are looked at */
	int64_t changes, stored;      /* since the first step: seen in the log; by this job */
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

/*
 * No version is here but those that this job put in, and what the node does by itself: else a
 * stopped one would go on in a node that people work in by now. Each leaf is looked at once.
 */
static enum rc
check_alone(struct door *d, struct all_import *x, struct err *err)
{
	int64_t n;
	enum rc rc = record_whole_changes(d, &x->leaf, &n, err);

	if (rc != RC_OK)
		return rc;
	x->changes += n;
	return x->changes == x->stored
		   ? RC_OK
		   : fail(err, RC_CONFLICT, "node",
			  "records were made or changed here since this import began; a whole node "
			  "goes into an empty one only: begin again with a new node");
}

static enum rc
restore_lines(struct door *d, void *ctx, struct err *err)
{
	struct all_import *x = ctx;
	enum rc rc = check_alone(d, x, err);

	for (size_t i = 0; i < x->lines.n && rc == RC_OK; i++) {
		struct record_version *v = &x->lines.at[i].version;

		take_unit(x, &v->unit);
		rc = record_whole_restore(d, v, err);
		if (rc == RC_CONFLICT)
			err->line = x->lines.at[i].line;
	}
	return rc;
}

static void
drop_lines(struct all_import *x)
{
	for (size_t i = 0; i < x->lines.n; i++) {
		json_decref(x->lines.at[i].json);
		json_decref(x->lines.at[i].version.fields);
	}
	x->lines.at = NULL;
	x->lines.n = x->lines.cap = 0;
	arena_reset(x->arena);
}

static enum rc
store_lines(struct all_import *x, struct err *err)
{
	int64_t before = x->im->position;
	enum rc rc;

	x->im->position += (int64_t)x->lines.n;
	x->im->taken = x->im->position;
	rc = import_step(x->im, restore_lines, x, err);
	for (size_t i = 0; i < x->lines.n && rc == RC_OK; i++)
		x->im->records += x->lines.at[i].version.last;
	if (rc == RC_OK)
		x->stored = x->im->position;
	else
		x->im->position = x->im->taken = before;
	drop_lines(x);
	return rc;
}

/* What is wrong with a line stands among the job's errors, as far as those are kept. */
static enum rc
tell_line(struct all_import *x, long line, struct err *why, struct err *err)
{
	why->line = line;
	why->column = 0;
	return ++x->im->failed <= JOB_ERRORS_KEPT ? import_note(x->im, 0, why, err) : RC_OK;
}

/* Before anything goes in: each line is looked at, and none is kept. Takes the reference. */
static enum rc
try_line(struct all_import *x, json_t *o, long line, struct err *err)
{
	struct record_version v;
	struct err why;
	enum rc rc = record_whole_read(x->arena, x->im->model, o, x->has_before ? &x->before : NULL,
				       &v, &why);

	json_decref(v.fields);
	json_decref(o);
	arena_reset(x->arena);
	x->has_before = rc == RC_OK;
	x->before = v;
	return rc == RC_OK ? RC_OK : tell_line(x, line, &why, err);
}

/* Takes the reference. */
static enum rc
keep_line(struct all_import *x, json_t *o, long line, struct err *err)
{
	struct all_line *kept;
	struct record_version v;
	enum rc rc;

	if (json_is_true(json_object_get(o, "last")))
		count_unit(x, o);
	rc = record_whole_read(x->arena, x->im->model, o, x->has_before ? &x->before : NULL, &v,
			       err);
	if (rc != RC_OK) {
		json_decref(o);
		err->line = line;
		return rc;
	}
	x->before = v;
	x->has_before = true;
	/* Stored before the job went on: it is read for what comes after it. */
	if (++x->im->seen <= x->im->resume_at) {
		x->im->records += v.last;
		json_decref(v.fields);
		json_decref(o);
		arena_reset(x->arena);
		return RC_OK;
	}
	kept = VEC_ADD(x->arena, &x->lines);
	*kept = (struct all_line){.json = o, .version = v, .line = line};
	return x->lines.n >= LINES_A_STEP ? store_lines(x, err) : RC_OK;
}

/* Takes the reference. */
static enum rc
take_line(struct all_import *x, json_t *o, long line, struct err *err)
{
	if (json_object_get(o, "records") != NULL) {
		x->told = number(o, "records");
		json_decref(o);
		return RC_OK;
	}
	if (json_is_true(json_object_get(o, "last")))
		x->records++;
	return x->trying ? try_line(x, o, line, err) : keep_line(x, o, line, err);
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
		rc = take_line(x, o, line, err);
	if (rc == RC_ABSENT)
		rc = x->trying ? RC_OK : store_lines(x, err);
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
	enum rc rc;

	for (size_t i = 0; i < x->units.n; i++)
		if (record_check_type(d, x->units.at[i].new, type, err) != RC_OK)
			return fail(err, RC_INVALID, "unit",
				    "the unit after = is none of this node's; `liaison record list "
				    "unit` shows them");
	if ((rc = record_whole_check_empty(d, err)) != RC_OK)
		return rc;
	x->im->first_leaf = 0;
	return record_whole_changes(d, &x->im->first_leaf, &x->changes, err);
}

/* The file from its start. */
static enum rc
read_file(struct all_import *x, struct err *err)
{
	struct import_source *s;
	enum rc rc = import_source_open(x->im, 0, &s, err);

	if (rc != RC_OK)
		return rc;
	x->records = 0;
	x->told = -1;
	x->has_before = false;
	rc = read_all(x, import_source(s), err);
	if (import_source_close(s, NULL) != RC_OK && rc == RC_OK)
		rc = fail(err, RC_INTEGRITY, "part", "a part cannot be opened");
	return rc;
}

static enum rc
try_file(struct all_import *x, struct err *err)
{
	enum rc rc;

	x->im->failed = 0;
	x->trying = true;
	rc = read_file(x, err);
	x->trying = false;
	if (rc == RC_OK)
		rc = import_flush(x->im, err);
	if (rc == RC_OK && x->im->failed > 0)
		rc =
		    fail(err, RC_INVALID, "file",
			 "%lld of its lines are no record that this node's model takes, so nothing "
			 "went in; `liaison job show ID --errors` tells which",
			 (long long)x->im->failed);
	return rc;
}

static enum rc
import_whole(struct all_import *x, struct err *err)
{
	struct import *im = x->im;
	enum rc rc = RC_OK;

	/* Twice, since the second look alone is in the step that the first leaf is taken from. */
	if (im->resume_at == 0 && ((rc = import_step(im, check_node, x, err)) != RC_OK ||
				   (rc = try_file(x, err)) != RC_OK ||
				   (rc = import_step(im, check_node, x, err)) != RC_OK))
		return rc;
	if (im->first_leaf <= 0)
		return fail(err, RC_CONFLICT, "cursor",
			    "this import began under a version that did not look whether others "
			    "change the node meanwhile: begin again with a new node");
	x->leaf = im->first_leaf;
	x->changes = 0;
	x->stored = im->resume_at;
	im->records = 0;
	return read_file(x, err);
}

enum rc
import_all(struct import *im, struct err *err)
{
	struct all_import x = {.im = im, .arena = arena_new(0), .unit_counts = json_object()};
	enum rc rc = read_units(&x, err);

	if (rc == RC_OK)
		rc = import_whole(&x, err);
	drop_lines(&x);
	im->result = json_pack("{s:o, s:o}", "units", x.unit_counts, "your_unit",
			       json_from_str(id_format(im->arena, im->run->actor->unit)));
	arena_free(x.arena);
	return rc;
}
