#include "parse/parse.h"

#include <stdlib.h>

#include "audit/export.h"
#include "base/arena.h"
#include "parse/process.h"

/* One source as files: opened once, from where it stands. */
struct one_source {
	struct source source;
	const char *name;
	struct source_files files;
	bool opened;
};

static enum rc
open_one(void *ctx, size_t file, struct source *out, struct err *err)
{
	struct one_source *one = ctx;

	(void)file;
	if (one->opened)
		return fail(err, RC_FAILED, "parser", "the file cannot be read twice");
	one->opened = true;
	*out = one->source;
	return RC_OK;
}

static void
one_init(struct one_source *one, struct source source)
{
	*one = (struct one_source){.source = source, .name = source.name};
	one->files =
	    (struct source_files){.n = 1, .names = &one->name, .open = open_one, .ctx = one};
}

struct parse {
	struct one_source one;
	struct process_option options[2];
	char flags[16];
	struct process_start start;
	struct process *process;
};

static enum rc
open_rows(struct source source, const char *kind, const char *what, unsigned flags,
	  struct parse **out, struct err *err)
{
	struct parse *p = heap_zeroed(sizeof *p);
	enum rc rc;

	one_init(&p->one, source);
	(void)snprintf(p->flags, sizeof p->flags, "%u", flags);
	p->options[0] = (struct process_option){"flags", str_from(p->flags)};
	p->start = (struct process_start){
	    .kind = kind, .what = what, .files = &p->one.files, .options = p->options};
	p->start.again = strcmp(kind, "values") == 0;
	rc = process_open(&p->start, &p->process, err);
	*out = rc == RC_OK ? p : NULL;
	if (rc != RC_OK)
		free(p);
	return rc;
}

enum rc
parse_csv_open(struct source source, unsigned flags, struct parse **out, struct err *err)
{
	return open_rows(source, "csv", "CSV", flags, out, err);
}

enum rc
parse_ndjson_open(struct source source, struct parse **out, struct err *err)
{
	return open_rows(source, "ndjson", "NDJSON", 0, out, err);
}

/* A frame of another kind than this reading has is taken for one that makes no sense. */
static enum rc
next(struct process *p, enum frame_kind wanted, struct wire *body, struct err *err)
{
	enum frame_kind kind;
	enum rc rc = process_next(p, &kind, body, err);

	if (rc != RC_OK || kind == wanted)
		return rc;
	body->bad = true;
	return process_check(p, body, err);
}

enum rc
parse_csv_next(struct parse *p, struct csv_row *row, struct err *err)
{
	struct wire body;
	enum rc rc = next(p->process, FRAME_CSV, &body, err);

	*row = (struct csv_row){0};
	if (rc != RC_OK)
		return rc;
	frame_csv(&body, process_scrap(p->process), row);
	return process_check(p->process, &body, err);
}

enum rc
parse_ndjson_next(struct parse *p, json_t **out, long *line, struct err *err)
{
	struct wire body;
	enum rc rc = next(p->process, FRAME_JSON, &body, err);

	*out = NULL;
	*line = 0;
	if (rc != RC_OK)
		return rc;
	*line = wire_place(&body);
	*out = wire_json(&body);
	if ((rc = process_check(p->process, &body, err)) != RC_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return rc;
}

enum rc
parse_values_open(struct parse **out, struct err *err)
{
	return open_rows(source_memory(STR(""), NULL), "values", "CSV", 0, out, err);
}

enum rc
parse_value(struct parse *p, struct str text, json_t **out, struct err *err)
{
	long none;

	/* It asks for the next text only now, when the last one was taken. */
	p->one.source = source_memory(text, NULL);
	p->one.opened = false;
	return parse_ndjson_next(p, out, &none, err);
}

bool
parse_can_go_on(const struct parse *p)
{
	return !process_is_over(p->process);
}

void
parse_close(struct parse *p)
{
	if (p == NULL)
		return;
	process_close(p->process);
	free(p);
}

/* The last frame's counts, and columns that are no field. */
static enum rc
htcds_end(struct process *p, struct arena *a, struct wire *body, struct htcds_report *report,
	  struct err *err)
{
	size_t n;

	report->rows = wire_place(body);
	report->bad_rows = wire_place(body);
	report->bad_cells = wire_place(body);
	n = wire_count(body, 4);
	for (size_t i = 0; i < n; i++)
		*VEC_ADD(a, &report->unknown_columns) = str_copy(a, wire_text(body));
	return process_check(p, body, err);
}

static enum rc
htcds_rows(struct process *p, struct arena *a, const struct parse_htcds *how,
	   const struct htcds_sink *sink, struct htcds_report *report, struct err *err)
{
	for (;;) {
		struct err why;
		enum frame_kind kind;
		struct htcds_row row;
		struct wire body;
		enum rc rc = process_next(p, &kind, &body, &why);

		if (rc == RC_ABSENT)
			return htcds_end(p, a, &body, report, err);
		if (rc == RC_OK) {
			body.bad |= kind != FRAME_HTCDS;
			if (!body.bad)
				frame_htcds(&body, process_scrap(p), htcds_count(how->htcds), &row,
					    report);
			if ((rc = process_check(p, &body, err)) == RC_OK)
				rc = sink->row(sink->ctx, &row, err);
		} else if (kind == FRAME_BAD && !process_is_over(p)) {
			sink->bad(sink->ctx, &why);
			rc = RC_OK;
		} else {
			if (body.n > 0)
				(void)!htcds_end(p, a, &body, report, NULL);
			if (err != NULL)
				*err = why;
		}
		if (rc != RC_OK)
			return rc;
	}
}

enum rc
parse_htcds(struct arena *a, const struct parse_htcds *how, struct source source,
	    const struct htcds_sink *sink, struct htcds_report *report, struct err *err)
{
	const struct process_option options[] = {
	    {"fields", how->fields_csv},
	    {"values", how->values_csv},
	    {"json", how->json ? STR("1") : STR("0")},
	    {"flags", how->flags & HTCDS_LATIN1 ? STR("1") : STR("0")},
	    {.name = NULL}};
	struct one_source one;
	struct process_start start = {
	    .kind = "htcds", .what = "HTCDS", .files = &one.files, .options = options};
	struct process *p;
	enum rc rc;

	*report = (struct htcds_report){0};
	one_init(&one, source);
	if ((rc = process_open(&start, &p, err)) != RC_OK)
		return rc;
	rc = htcds_rows(p, a, how, sink, report, err);
	process_close(p);
	return rc;
}

static void
tell_skipped(const struct list_sink *sink, struct list_report *report, const struct err *why)
{
	if (report->first_skipped.rc == RC_OK)
		report->first_skipped = *why;
	if (sink->skipped != NULL)
		sink->skipped(sink->ctx, why);
}

static enum rc
list_end(struct process *p, struct wire *body, struct list_report *report, struct err *err)
{
	report->entries = wire_place(body);
	report->names = wire_place(body);
	report->skipped = wire_place(body);
	report->bad_values = wire_place(body);
	return process_check(p, body, err);
}

static enum rc
list_entries(struct process *p, const struct source_files *files, const struct list_sink *sink,
	     struct list_report *report, struct err *err)
{
	for (;;) {
		struct err why;
		enum frame_kind kind;
		struct list_entry entry;
		struct wire body;
		enum rc rc = process_next(p, &kind, &body, &why);

		if (rc == RC_ABSENT)
			return list_end(p, &body, report, err);
		if (rc == RC_OK) {
			body.bad |= kind != FRAME_ENTRY;
			if (!body.bad)
				frame_entry(&body, process_scrap(p), files->names, files->n,
					    &entry);
			if ((rc = process_check(p, &body, err)) == RC_OK)
				rc = sink->entry(sink->ctx, &entry, err);
		} else if (kind == FRAME_BAD && !process_is_over(p)) {
			tell_skipped(sink, report, &why);
			rc = RC_OK;
		} else {
			if (body.n > 0)
				(void)!list_end(p, &body, report, NULL);
			if (err != NULL)
				*err = why;
		}
		if (rc != RC_OK)
			return rc;
	}
}

static struct str
mapping_text(struct arena *a, const struct list_mapping *m)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < m->n; i++)
		buf_addf(&b, "%s%.*s=%.*s", i > 0 ? "," : "", STR_ARG(m->at[i].ours),
			 STR_ARG(m->at[i].theirs));
	return buf_str(&b);
}

/* A file that cannot be opened is the caller's to hear of as it was, and no end. */
struct list_files {
	const struct source_files *files;
	struct source_files ours;
	enum rc rc;
	struct err why;
};

static enum rc
open_listed(void *ctx, size_t file, struct source *out, struct err *err)
{
	struct list_files *l = ctx;

	l->rc = l->files->open(l->files->ctx, file, out, &l->why);
	return l->rc == RC_OK ? RC_OK : fail(err, RC_FAILED, "", "a file cannot be opened");
}

static void
close_listed(void *ctx, size_t file)
{
	const struct list_files *l = ctx;

	if (l->files->close != NULL)
		l->files->close(l->files->ctx, file);
}

enum rc
parse_list(const struct source_files *files, const struct list_options *options,
	   const struct list_sink *sink, struct list_report *report, struct err *err)
{
	static const char *const formats[] = {"auto", "ofac", "un", "ftm", "csv"};
	struct list_files l = {.files = files, .ours = *files};
	struct arena *a = arena_new(0);
	const struct process_option texts[] = {{"format", str_from(formats[options->format])},
					       {"fields", mapping_text(a, &options->fields)},
					       {.name = NULL}};
	struct process_start start = {
	    .kind = "list", .what = "watch list", .files = &l.ours, .options = texts};
	struct list_report unused;
	struct process *p;
	enum rc rc;

	if (report == NULL)
		report = &unused;
	*report = (struct list_report){0};
	l.ours.open = open_listed;
	l.ours.close = close_listed;
	l.ours.ctx = &l;
	if ((rc = process_open(&start, &p, err)) == RC_OK) {
		rc = list_entries(p, files, sink, report, err);
		process_close(p);
	}
	if (l.rc != RC_OK && err != NULL)
		*err = l.why;
	arena_free(a);
	return l.rc != RC_OK ? l.rc : rc;
}

enum rc
parse_export(struct source source, struct str vkey, struct audit_export_report *report,
	     struct err *err)
{
	const struct process_option options[] = {{"vkey", vkey}, {.name = NULL}};
	struct one_source one;
	struct process_start start = {
	    .kind = "export", .what = "audit export", .files = &one.files, .options = options};
	struct process *p;
	enum frame_kind kind;
	struct wire body;
	struct str origin;
	enum rc rc;

	*report = (struct audit_export_report){0};
	one_init(&one, source);
	if ((rc = process_open(&start, &p, err)) != RC_OK)
		return rc;
	rc = process_next(p, &kind, &body, err);
	if (rc == RC_ABSENT) {
		report->leaves = wire_i64(&body);
		for (size_t i = 0; i < sizeof report->root.b; i++)
			report->root.b[i] = wire_u8(&body);
		origin = wire_text(&body);
		body.bad |= report->leaves < 0 || origin.n >= sizeof report->origin;
		if ((rc = process_check(p, &body, err)) == RC_OK)
			memcpy(report->origin, origin.p, origin.n);
	} else if (rc == RC_OK) {
		body.bad = true;
		rc = process_check(p, &body, err);
	}
	process_close(p);
	return rc;
}
