#include "base/arena.h"
#include "base/utf8.h"
#include "format/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What was read, written and read again must be the same cells. */
static void
check_back(const struct csv_row *row)
{
	struct arena *a = arena_new(0);
	struct csv_options options = {.delimiter = ','};
	struct csv_row back;
	struct csv_out out;
	struct buf b;

	buf_init(&b, a);
	csv_out_init(&out, &b, false);
	for (size_t i = 0; i < row->n; i++)
		csv_out_cell(&out, row->at[i].text);
	csv_out_end(&out);
	must(csv_next(csv_new(a, source_memory(buf_str(&b), NULL), &options), &back, NULL) ==
	     RC_OK);
	must(back.n == row->n);
	for (size_t i = 0; i < row->n; i++)
		must(str_eq(back.at[i].text, row->at[i].text));
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	struct csv_options options = {.limits = {.row_bytes_max = 256, .columns_max = 20}};
	struct csv_row row;
	struct csv *csv;
	enum rc rc;

	options.flags = n > 0 ? p[0] & 3 : 0;
	csv = csv_new(a, source_memory((struct str){(const char *)p, n}, NULL), &options);
	while ((rc = csv_next(csv, &row, NULL)) != RC_ABSENT && csv_can_go_on(csv)) {
		for (size_t i = 0; i < row.n && rc == RC_OK; i++) {
			must(utf8_is_valid(row.at[i].text));
			must(str_chr(row.at[i].text, '\0') < 0);
			must(row.at[i].line >= row.line && row.at[i].column > 0);
		}
		if (rc == RC_OK)
			check_back(&row);
	}
	arena_free(a);
	return 0;
}
