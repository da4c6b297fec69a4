#include "parse/child.h"

#include <stdio.h>

#include "audit/export.h"
#include "base/arena.h"
#include "format/json.h"
#include "format/ndjson.h"

/* The readers of foreign files, each from source to frames. Nothing here knows a database. */

static unsigned
number_option(const struct child *c, const char *name)
{
	int64_t v = 0;

	return str_to_i64(child_option(c, name), &v) ? (unsigned)v : 0;
}

static void
send_bad(void *ctx, const struct err *why)
{
	struct child *c = ctx;

	frame_add_err(child_frame(c), why);
	child_send(c, FRAME_BAD);
}

static enum rc
run_csv(struct child *c, struct err *err)
{
	const struct csv_options options = {.flags = number_option(c, "flags")};
	struct csv *csv = csv_new(child_arena(c), child_open(c, 0), &options);
	struct csv_row row;
	enum rc rc;

	while ((rc = csv_next(csv, &row, err)) != RC_ABSENT) {
		if (rc == RC_OK) {
			frame_add_csv(child_frame(c), &row);
			child_send(c, FRAME_CSV);
		} else if (csv_can_go_on(csv)) {
			send_bad(c, err);
		} else {
			return rc;
		}
	}
	return RC_OK;
}

static enum rc
run_ndjson(struct child *c, struct err *err)
{
	struct ndjson *r = ndjson_new(child_arena(c), child_open(c, 0), 0, NULL);
	json_t *o;
	long line;
	enum rc rc;

	while ((rc = ndjson_next(r, &o, &line, err)) != RC_ABSENT) {
		if (rc == RC_OK) {
			struct buf *b = child_frame(c);

			wire_add_i64(b, line);
			wire_add_json(b, o);
			child_send(c, FRAME_JSON);
			json_decref(o);
		} else if (ndjson_can_go_on(r)) {
			send_bad(c, err);
		} else {
			return rc;
		}
	}
	return RC_OK;
}

#define VALUE_BYTES_MAX ((size_t)1 << 20) /* as a cell */

/* False when the text does not come. */
static bool
answer_value(struct child *c, char *p)
{
	const struct limits limits = {.bytes_max = VALUE_BYTES_MAX};
	struct source s = child_open(c, 0);
	struct err why = {.rc = RC_OK};
	ptrdiff_t got = 0;
	json_t *value;
	size_t n = 0;

	while (n <= VALUE_BYTES_MAX && (got = s.pull(&s, p + n, VALUE_BYTES_MAX + 1 - n)) > 0)
		n += (size_t)got;
	if (json_read((struct str){p, n}, &limits, &value, &why) == RC_OK) {
		struct buf *b = child_frame(c);

		wire_add_i64(b, 0);
		wire_add_json(b, value);
		child_send(c, FRAME_JSON);
	} else {
		send_bad(c, &why);
	}
	json_decref(value);
	return got >= 0;
}

/* Texts that may be JSON, each a file that is opened anew: until the node wants no more. */
static enum rc
run_values(struct child *c, struct err *err)
{
	char *p = arena_bytes(child_arena(c), VALUE_BYTES_MAX + 1);

	while (answer_value(c, p))
		;
	return fail(err, RC_FAILED, "", "the text cannot be read");
}

struct htcds_run {
	struct child *c;
	struct htcds_report report;
};

static enum rc
send_htcds(void *ctx, const struct htcds_row *row, struct err *err)
{
	struct htcds_run *x = ctx;

	(void)err;
	frame_add_htcds(child_frame(x->c), row, &x->report);
	child_send(x->c, FRAME_HTCDS);
	return RC_OK;
}

static void
bad_htcds(void *ctx, const struct err *why)
{
	struct htcds_run *x = ctx;

	send_bad(x->c, why);
}

static enum rc
run_htcds(struct child *c, struct err *err)
{
	struct htcds_run x = {.c = c};
	const struct htcds_sink sink = {send_htcds, bad_htcds, &x};
	struct arena *a = child_arena(c);
	const struct htcds *h;
	struct buf *last = child_last(c);
	enum rc rc = htcds_load(a, child_option(c, "fields"), child_option(c, "values"), &h, err);

	if (rc != RC_OK)
		return rc;
	rc = number_option(c, "json")
		 ? htcds_read_json(a, h, child_open(c, 0), NULL, &sink, &x.report, err)
		 : htcds_read_csv(a, h, child_open(c, 0), number_option(c, "flags"), NULL, &sink,
				  &x.report, err);
	wire_add_i64(last, x.report.rows);
	wire_add_i64(last, x.report.bad_rows);
	wire_add_i64(last, x.report.bad_cells);
	buf_add_u32(last, (uint32_t)x.report.unknown_columns.n);
	for (size_t i = 0; i < x.report.unknown_columns.n; i++)
		wire_add_text(last, x.report.unknown_columns.at[i]);
	return rc;
}

static enum rc
send_entry(void *ctx, const struct list_entry *entry, struct err *err)
{
	struct child *c = ctx;

	(void)err;
	frame_add_entry(child_frame(c), entry);
	child_send(c, FRAME_ENTRY);
	return RC_OK;
}

static enum rc
open_file(void *ctx, size_t file, struct source *out, struct err *err)
{
	(void)err;
	*out = child_open(ctx, file);
	return RC_OK;
}

static enum rc
run_list(struct child *c, struct err *err)
{
	const struct list_sink sink = {send_entry, send_bad, c};
	const struct source_files files = {
	    .n = child_files(c), .names = child_names(c), .open = open_file, .ctx = c};
	struct list_options options = {.format = LIST_AUTO};
	struct list_report report = {0};
	struct str fields = child_option(c, "fields");
	struct buf *last = child_last(c);
	enum rc rc;

	if (!list_format_parse(child_option(c, "format"), &options.format))
		return fail(err, RC_INVALID, "format", "is none of a list");
	if (fields.n > 0 && (rc = list_mapping_parse(fields, &options.fields, err)) != RC_OK)
		return rc;
	rc = listfile_read_files(&files, &options, &sink, &report, err);
	wire_add_i64(last, report.entries);
	wire_add_i64(last, report.names);
	wire_add_i64(last, report.skipped);
	wire_add_i64(last, report.bad_values);
	return rc;
}

static ssize_t
read_cookie(void *ctx, char *p, size_t n)
{
	struct source *s = ctx;

	return s->pull(s, p, n);
}

/* An export of a log: checked whole in here, as its verifying is its reading. */
static enum rc
run_export(struct child *c, struct err *err)
{
	struct source source = child_open(c, 0);
	FILE *f = fopencookie(&source, "r", (cookie_io_functions_t){.read = read_cookie});
	struct audit_export_report report;
	struct buf *last = child_last(c);
	enum rc rc;

	must(f != NULL);
	rc = audit_export_verify(f, child_option(c, "vkey"), &report, err);
	(void)fclose(f);
	if (rc != RC_OK)
		return rc;
	wire_add_i64(last, report.leaves);
	buf_add_bytes(last, report.root.b, sizeof report.root.b);
	wire_add_text(last, str_from(report.origin));
	return RC_OK;
}

const struct parse_kind parse_kinds[] = {
    /* clang-format off */
	{ "csv",    run_csv },
	{ "ndjson", run_ndjson },
	{ "htcds",  run_htcds },
	{ "list",   run_list },
	{ "values", run_values },
	{ "export", run_export },
	{ .name = NULL },
    /* clang-format on */
};
