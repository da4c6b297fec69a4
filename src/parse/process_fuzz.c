#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "parse/process.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define HTCDS_FIELDS 120
#define STREAM_BYTES 65536

static enum rc
open_source(void *ctx, size_t file, struct source *out, struct err *err)
{
	(void)ctx;
	(void)file;
	(void)err;
	*out = source_memory(STR("name\nx\n"), NULL);
	return RC_OK;
}

static void
check_text(struct str s)
{
	must(utf8_is_valid(s) && (s.n == 0 || memchr(s.p, '\0', s.n) == NULL));
}

static void
take_csv(struct process *p, struct wire *body)
{
	struct csv_row row;

	frame_csv(body, process_scrap(p), &row);
	if (process_check(p, body, NULL) == RC_OK)
		for (size_t i = 0; i < row.n; i++) {
			check_text(row.at[i].text);
			must(row.at[i].line >= 0 && row.at[i].column >= 0);
		}
}

static void
take_json(struct process *p, struct wire *body)
{
	json_t *value;

	(void)wire_place(body);
	value = wire_json(body);
	(void)!process_check(p, body, NULL);
	json_decref(value);
}

static void
take_htcds(struct process *p, struct wire *body)
{
	struct htcds_report so_far;
	struct htcds_row row;

	frame_htcds(body, process_scrap(p), HTCDS_FIELDS, &row, &so_far);
	if (process_check(p, body, NULL) == RC_OK)
		for (size_t i = 0; i < row.cells.n; i++)
			must(row.cells.at[i].field < HTCDS_FIELDS && row.cells.at[i].values.n > 0);
}

static void
take_entry(struct process *p, struct wire *body, const struct source_files *files)
{
	struct list_entry entry;

	frame_entry(body, process_scrap(p), files->names, files->n, &entry);
	if (process_check(p, body, NULL) == RC_OK) {
		must(entry.names.n > 0 && entry.id.n > 0);
		check_text(entry.names.at[0].text);
	}
}

/* The bytes are all that a parser process that was taken over ever says. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const names[] = {"a.csv", "b.csv"};
	const struct source_files files = {.n = 2, .names = names, .open = open_source};
	const struct process_start start = {
	    .kind = "csv", .what = "test", .files = &files, .silence_ms = 10000};
	enum frame_kind kind;
	struct process *p;
	struct wire body;
	struct err err;
	int fds[2];
	enum rc rc;

	if (n > STREAM_BYTES)
		n = STREAM_BYTES;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	must(write(fds[1], bytes, n) == (ssize_t)n && shutdown(fds[1], SHUT_WR) == 0);
	p = process_over(&start, fds[0], 0);
	while ((rc = process_next(p, &kind, &body, &err)) == RC_OK || !process_is_over(p)) {
		if (rc != RC_OK)
			continue;
		if (kind == FRAME_CSV)
			take_csv(p, &body);
		else if (kind == FRAME_JSON)
			take_json(p, &body);
		else if (kind == FRAME_HTCDS)
			take_htcds(p, &body);
		else
			take_entry(p, &body, &files);
	}
	must(process_next(p, &kind, &body, NULL) == rc);
	process_close(p);
	(void)close(fds[1]);
	return 0;
}
