#include "node/import_inside.h"

#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "seal/hash.h"
#include "seal/keys.h"

/* Work of an import that all formats share. */

static const struct {
	const char *name;
	enum import_format format;
} formats[] = {{"htcds", IMPORT_HTCDS},	  {"ofac", IMPORT_LIST},     {"un", IMPORT_LIST},
	       {"ftm", IMPORT_LIST},	  {"list-csv", IMPORT_LIST}, {"ndjson", IMPORT_NDJSON},
	       {"csv", IMPORT_CSV},	  {"links", IMPORT_LINKS},   {"all", IMPORT_ALL},
	       {"list-auto", IMPORT_LIST}};

bool
import_format_parse(struct str text, enum import_format *out)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (str_eq_z(text, formats[i].name)) {
			*out = formats[i].format;
			return true;
		}
	return false;
}

struct str
import_option(const struct import *im, const char *name)
{
	return json_member_str(im->arguments, name);
}

/* A batch begins; the one before the last is stored by now. */
static enum rc
batch_begin(struct import *im, struct err *err)
{
	struct import_batch *b = &im->batch[im->turn++ % 2];
	enum rc rc = job_wait(im->run, 1, err);

	if (rc != RC_OK)
		return rc;
	if (b->arena == NULL) {
		b->arena = arena_new(0);
		b->records = record_batch_new(serve_door_node(im->run->serve));
	} else {
		door_close(&b->door);
		record_batch_reset(b->records);
	}
	arena_reset(b->arena);
	door_open(&b->door, serve_door_node(im->run->serve), NULL, b->arena, im->run->actor,
		  &im->run->access, NULL);
	b->door.run = im->run->announced;
	b->drafts = (struct draft_list){0};
	b->errors = (struct job_error_list){0};
	b->kept = 0;
	im->now = b;
	im->now_open = true;
	return RC_OK;
}

static enum rc
store_batch(struct door *d, void *ctx, struct err *err)
{
	struct import_batch *b = ctx;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < b->drafts.n && rc == RC_OK; i++)
		rc = record_store(d, b->drafts.at[i], err);
	/* One refusal tells the log as much as a thousand of the same. */
	if (b->door.pending.n > 1)
		b->door.pending.n = 1;
	return rc == RC_OK ? door_flush(&b->door, d->db, d->group, err) : rc;
}

static struct str
cursor_text(const struct import *im, struct arena *a)
{
	return str_fmt(a, "%lld %lld %lld %lld %lld", (long long)im->position, (long long)im->taken,
		       (long long)im->failed, (long long)im->records, (long long)im->first_leaf);
}

static bool
cursor_read(struct import *im, struct str text)
{
	int64_t *const at[] = {&im->position, &im->taken, &im->failed, &im->records};

	for (size_t i = 0; i < COUNT_OF(at); i++)
		if (!str_to_i64(str_cut(&text, ' '), at[i]))
			return false;
	im->resume_at = im->position;
	/* A job from before there was a fifth number has none. */
	return text.p == NULL ||
	       (str_to_i64(str_cut(&text, ' '), &im->first_leaf) && text.p == NULL);
}

enum rc
import_flush(struct import *im, struct err *err)
{
	struct import_batch *b = im->now;
	enum rc rc;

	if (!im->now_open)
		return RC_OK;
	im->now_open = false;
	if ((rc = record_batch_wrap(b->records, err)) != RC_OK)
		return rc;
	return job_send(im->run, store_batch, b, im->position, cursor_text(im, b->arena),
			b->errors.at, b->errors.n, err);
}

struct own_step {
	struct import_batch *batch;
	serve_write_fn *fn;
	void *ctx;
};

static enum rc
run_own_step(struct door *d, void *ctx, struct err *err)
{
	struct own_step *s = ctx;
	enum rc rc = s->batch != NULL ? store_batch(d, s->batch, err) : RC_OK;

	return rc == RC_OK ? s->fn(d, s->ctx, err) : rc;
}

/* What waits goes in the same step, so that the cursor never tells of one without the other. */
enum rc
import_step(struct import *im, serve_write_fn *fn, void *ctx, struct err *err)
{
	struct import_batch *b = im->now_open ? im->now : NULL;
	struct own_step step = {b, fn, ctx};
	enum rc rc;

	im->now_open = false;
	if (b != NULL && (rc = record_batch_wrap(b->records, err)) != RC_OK)
		return rc;
	return job_step(im->run, run_own_step, &step, im->position, cursor_text(im, im->arena),
			b != NULL ? b->errors.at : NULL, b != NULL ? b->errors.n : 0, err);
}

enum rc
import_row_begin(struct import *im, bool *skip, struct err *err)
{
	*skip = ++im->seen <= im->resume_at;
	if (*skip || im->now_open)
		return RC_OK;
	return batch_begin(im, err);
}

/* On a reading connection: only a row that was stored before this one began can be meant. */
enum rc
import_check_references(struct import *im, const struct record_type *type, json_t *fields,
			struct err *err)
{
	struct door *d = &im->now->door;
	enum rc rc;

	if (im->reader == NULL && (rc = job_db_open(im->run, &im->reader, err)) != RC_OK)
		return rc;
	d->db = im->reader;
	rc = record_check_references(d, type, fields, NULL, err);
	d->db = NULL;
	return rc;
}

enum rc
import_draft(struct import *im, const struct record_type *type, json_t *fields, const struct id *id,
	     struct record_draft **out, struct err *err)
{
	struct record_new options = {.from_import = true, .id = id, .batch = im->now->records};
	struct import_batch *b = im->now;
	enum rc rc;

	door_hold(&b->door, fields);
	if ((rc = record_draft(&b->door, type, fields, &options, out, err)) == RC_OK)
		*VEC_ADD(b->arena, &b->drafts) = *out;
	return rc;
}

static enum rc
row_done(struct import *im, struct err *err)
{
	const struct import_batch *b = im->now;

	im->position++;
	/* Links are stored by steps of their own, with the cursor that belongs to them. */
	if (im->format == IMPORT_LINKS)
		return RC_OK;
	if (im->position % IMPORT_BATCH_ROWS != 0 && arena_used(b->arena) < IMPORT_BATCH_BYTES)
		return RC_OK;
	return import_flush(im, err);
}

enum rc
import_row_end(struct import *im, struct err *err)
{
	struct import_batch *b;
	enum rc rc;

	/* A step of the row's own took the batch along. */
	if (!im->now_open && (rc = batch_begin(im, err)) != RC_OK)
		return rc;
	b = im->now;
	im->records += (int64_t)(b->drafts.n - b->kept);
	im->taken++;
	b->kept = b->drafts.n;
	return row_done(im, err);
}

static void
add_error(struct import_batch *b, size_t file, const struct err *why)
{
	*VEC_ADD(b->arena, &b->errors) =
	    (struct job_error){.file = (int64_t)file + 1,
			       .line = why->line,
			       .column = why->column,
			       .key = str_copy(b->arena, str_from(why->key)),
			       .text = str_copy(b->arena, str_from(why->text))};
}

enum rc
import_row_bad(struct import *im, size_t file, const struct err *why, struct err *err)
{
	struct import_batch *b;
	enum rc rc;

	if (!im->now_open && (rc = batch_begin(im, err)) != RC_OK)
		return rc;
	b = im->now;
	b->drafts.n = b->kept;
	add_error(b, file, why);
	im->failed++;
	return row_done(im, err);
}

enum rc
import_note(struct import *im, size_t file, const struct err *why, struct err *err)
{
	enum rc rc;

	/* Told in the step that came up to here, before the job went on. */
	if (im->seen < im->resume_at)
		return RC_OK;
	if (!im->now_open && (rc = batch_begin(im, err)) != RC_OK)
		return rc;
	add_error(im->now, file, why);
	return RC_OK;
}

enum rc
import_may_create(struct import *im, const char *type, struct err *err)
{
	struct facts facts = {.actor = im->run->actor,
			      .access = &im->run->access,
			      .action = POLICY_CREATE,
			      .type = model_type(im->model, str_from(type))};
	struct decision decision;

	must(facts.type != NULL);
	decision = policy_decide(&facts);
	return decision.rung != RUNG_NONE
		   ? RC_OK
		   : fail(err, RC_DENIED, decision.rule, "%s: %s", type, decision.why);
}

struct str
import_origin(const struct import *im, struct arena *a, size_t file, int64_t row)
{
	return str_fmt(a, "%s:%lld", im->file[file].origin, (long long)row);
}

struct id
import_id(struct import *im, struct str text)
{
	const struct serve *s = im->run->serve;
	struct arena *a = arena_new(0);
	unsigned char mac[MAC_BYTES];
	struct id id;

	keys_index_mac(
	    serve_door_node(s)->keys, STR("import-id"),
	    str_fmt(a, "%.*s %.*s", STR_ARG(id_format(a, im->run->job.id)), STR_ARG(text)), mac);
	id = id_make(im->run->job.created_ms, mac);
	arena_free(a);
	return id;
}

struct import_source {
	struct source source;
	struct job_reader *reader;
	enum rc rc;
	struct err err;
};

static ptrdiff_t
pull_part(struct source *source, char *p, size_t n)
{
	struct import_source *s = source->ctx;
	size_t got;

	if (s->rc == RC_OK)
		s->rc = job_reader_read(s->reader, p, n, &got, &s->err);
	return s->rc == RC_OK ? (ptrdiff_t)got : -1;
}

enum rc
import_source_open(struct import *im, size_t file, struct import_source **out, struct err *err)
{
	const struct import_file *f = &im->file[file];
	struct import_source *s = NEW(im->arena, struct import_source);

	must(file < im->file_count);
	im->file_now = file;
	s->source = (struct source){.pull = pull_part, .ctx = s};
	*out = s;
	return job_reader_open(im->run, f->first_part, f->part_count, &s->reader, err);
}

struct source *
import_source(struct import_source *s)
{
	return &s->source;
}

enum rc
import_source_close(struct import_source *s, struct err *err)
{
	job_reader_close(s->reader);
	if (s->rc != RC_OK && err != NULL)
		*err = s->err;
	return s->rc;
}

/* Files in the order of their parts. */
enum rc
import_read_files(struct import *im, struct err *err)
{
	json_t *files = json_object_get(im->arguments, "files"), *f;
	int64_t part = 0;
	size_t i;

	if (!json_is_array(files) || json_array_size(files) == 0 ||
	    json_array_size(files) > IMPORT_FILES_MAX)
		return fail(err, RC_INVALID, "files", "takes a list of 1 to %d files",
			    IMPORT_FILES_MAX);
	json_array_foreach (files, i, f) {
		int64_t bytes = json_integer_value(json_object_get(f, "bytes"));
		int64_t parts =
		    (bytes + (int64_t)JOB_PART_BYTES_MAX - 1) / (int64_t)JOB_PART_BYTES_MAX;

		if (bytes < 1 || part + parts > JOB_PARTS_MAX)
			return fail(err, RC_INVALID, "files",
				    "a file has 1 byte or more, and all together %d parts at most",
				    JOB_PARTS_MAX);
		im->file[im->file_count++] = (struct import_file){
		    .name = json_member_str(f, "name"),
		    .bytes = bytes,
		    .first_part = part,
		    .part_count = parts,
		};
		part += parts;
	}
	return RC_OK;
}

/* Ends of lines that no quotes enclose; good for CSV in an encoding with bytes of ASCII. */
struct lines {
	int64_t n;
	bool quoted, wide;
	char last;
};

static void
count_lines(struct lines *l, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"')
			l->quoted = !l->quoted;
		else if (p[i] == '\n' && !l->quoted)
			l->n++;
		else if (p[i] == '\0')
			l->wide = true;
	}
	if (n > 0)
		l->last = p[n - 1];
}

static enum rc
hash_file(struct import *im, size_t file, struct sha256 *all, struct err *err)
{
	struct lines lines = {0};
	struct sha256 one;
	struct hash hash;
	struct import_source *s;
	ptrdiff_t got = 1;
	unsigned char mac[MAC_BYTES];
	int64_t bytes = 0;
	char *p = arena_bytes(im->arena, 65536);
	enum rc rc;

	if ((rc = import_source_open(im, file, &s, err)) != RC_OK)
		return rc;
	sha256_init(&one);
	while ((got = pull_part(&s->source, p, 65536)) > 0) {
		sha256_add(&one, p, (size_t)got);
		count_lines(&lines, p, (size_t)got);
		bytes += got;
	}
	if ((rc = import_source_close(s, err)) != RC_OK)
		return rc;
	if (bytes != im->file[file].bytes)
		return fail(err, RC_CONFLICT, "parts",
			    "a file did not come whole: %lld of %lld bytes are here",
			    (long long)bytes, (long long)im->file[file].bytes);
	sha256_end(&one, &hash);
	sha256_add(all, hash.b, sizeof hash.b);
	keys_index_mac(serve_door_node(im->run->serve)->keys, STR("import-origin"), hash_str(&hash),
		       mac);
	memcpy(im->file[file].origin, hex_format(im->arena, mac, 8).p,
	       sizeof im->file[file].origin);
	im->rows_total += lines.wide ? 0 : lines.n + (lines.last != '\n' ? 1 : 0) - 1;
	return RC_OK;
}

static enum rc
hash_files(struct import *im, struct err *err)
{
	struct sha256 all;
	struct hash hash;
	enum rc rc = RC_OK;

	sha256_init(&all);
	for (size_t i = 0; i < im->file_count && rc == RC_OK; i++)
		rc = hash_file(im, i, &all, err);
	if (rc != RC_OK)
		return rc;
	sha256_end(&all, &hash);
	memcpy(im->sha256, hash.b, sizeof im->sha256);
	return RC_OK;
}

static enum rc
claim(struct door *d, void *ctx, struct err *err)
{
	struct import *im = ctx;

	return job_input_claim(d, im->run->job.id,
			       (struct str){(char *)im->sha256, sizeof im->sha256},
			       json_is_true(json_object_get(im->arguments, "again")), err);
}

static enum rc
run_format(struct import *im, struct err *err)
{
	switch (im->format) {
	case IMPORT_HTCDS: return import_htcds(im, err);
	case IMPORT_LIST: return import_list(im, err);
	case IMPORT_NDJSON:
	case IMPORT_CSV: return import_rows(im, err);
	case IMPORT_LINKS: return import_links(im, err);
	case IMPORT_ALL: return import_all(im, err);
	case IMPORT_FORMATS: break;
	}
	return fail(err, RC_INVALID, "format", "is none that this node reads");
}

static void
set_result(struct import *im)
{
	json_t *o = im->result != NULL ? im->result : json_object();
	int64_t failed = im->failed + im->bad_rows;

	import_set(o, "rows", json_integer((json_int_t)im->taken + (json_int_t)failed));
	import_set(o, "taken", json_integer((json_int_t)im->taken));
	import_set(o, "failed", json_integer((json_int_t)failed));
	import_set(o, "records", json_integer((json_int_t)im->records));
	im->result = NULL;
	job_result(im->run, o);
}

static enum rc
import_work(struct import *im, struct err *err)
{
	enum rc rc;

	if (!import_format_parse(import_option(im, "format"), &im->format))
		return fail(err, RC_INVALID, "format", "is none that this node reads");
	if (im->run->job.cursor.n > 0 && !cursor_read(im, im->run->job.cursor))
		return fail(err, RC_INTEGRITY, "cursor", "the job's place is not readable");
	if ((rc = import_read_files(im, err)) != RC_OK || (rc = hash_files(im, err)) != RC_OK)
		return rc;
	im->run->job.unit_word = STR("rows");
	if (im->format != IMPORT_LIST)
		im->run->job.total = im->rows_total;
	if ((rc = import_step(im, claim, im, err)) != RC_OK ||
	    (rc = run_format(im, err)) != RC_OK || (rc = import_flush(im, err)) != RC_OK)
		return rc;
	return job_wait(im->run, 0, err);
}

/*
 * Where reading ended, for the person whose file it is: the whole rows before it go in, and the
 * place stands among the errors. A link waits for a step of its own, so links go back to theirs.
 */
static void
tell_place(struct import *im, const struct err *why)
{
	struct err ignored;

	if (why->line <= 0 || im->format == IMPORT_LINKS)
		return;
	if (im->now_open)
		im->now->drafts.n = im->now->kept;
	if (import_note(im, im->file_now, why, &ignored) == RC_OK)
		(void)(import_flush(im, &ignored) == RC_OK);
}

/* What can never go in is not kept for another try. */
static bool
is_hopeless(enum rc rc)
{
	return rc == RC_CONFLICT || rc == RC_INVALID || rc == RC_DENIED || rc == RC_TOO_LARGE ||
	       rc == RC_USAGE;
}

enum rc
import_run(struct job_run *run, struct err *err)
{
	struct import *im = NEW(run->arena, struct import);
	struct err ignored;
	enum rc rc;

	im->run = run;
	im->arena = run->arena;
	im->model = serve_door_node(run->serve)->model;
	im->arguments = run->job.arguments;
	if ((rc = import_work(im, err)) != RC_OK && is_hopeless(rc))
		tell_place(im, err);
	/* The writer may still hold a batch; its memory goes when it is done with it. */
	(void)(job_wait(run, 0, &ignored) == RC_OK);
	for (size_t i = 0; i < COUNT_OF(im->batch); i++)
		if (im->batch[i].arena != NULL) {
			door_close(&im->batch[i].door);
			record_batch_free(im->batch[i].records);
			arena_free(im->batch[i].arena);
		}
	db_close(im->reader);
	if (rc == RC_OK || (is_hopeless(rc) && im->position == 0))
		job_parts_end(run);
	set_result(im);
	return rc;
}
