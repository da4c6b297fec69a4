#include "node/demo_data_htcds.h"

#include "format/csv.h"

static const struct str names[DEMO_HTCDS_COUNT] = {
#define FIELD(name) [DEMO_##name] = STR_INIT(#name),
    DEMO_HTCDS_FIELDS(FIELD)
#undef FIELD
};

struct str
demo_htcds_name(enum demo_htcds_field field)
{
	must(field < DEMO_HTCDS_COUNT);
	return names[field];
}

static void
cells_write(struct buf *b, const struct str *cells)
{
	struct csv_out out;

	csv_out_init(&out, b, false);
	for (size_t i = 0; i < DEMO_HTCDS_COUNT; i++)
		csv_out_cell(&out, cells[i]);
	csv_out_end(&out);
}

void
demo_htcds_header_write(struct buf *b)
{
	cells_write(b, names);
}

void
demo_htcds_row_write(struct buf *b, const struct demo_htcds_row *row)
{
	cells_write(b, row->at);
}
