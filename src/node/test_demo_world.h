#ifndef NODE_TEST_DEMO_WORLD_H
#define NODE_TEST_DEMO_WORLD_H

/*
 * The world of seed 1, made once, and its CSV read back as any program would read it. For the
 * tests of the demo's data.
 */
#include "base/test.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "format/csv.h"
#include "node/demo_data.h"
#include "node/demo_data_htcds.h"
#include "node/demo_data_name.h"

enum { SEED = 1, ROWS_MAX = 4000, CELLS_MAX = 128 };

static struct arena *arena;
static struct demo_data demo;

struct table {
	size_t n, columns;
	struct str *cell[ROWS_MAX];
};
static struct table incidents, links, sdn, alt, add;

static inline void
table_read(struct str text, struct table *t)
{
	struct csv *csv = csv_new(arena, source_memory(text, "demo"), NULL);
	struct csv_row row;
	struct err err;
	enum rc rc;

	*t = (struct table){0};
	while ((rc = csv_next(csv, &row, &err)) == RC_OK) {
		assert_true(t->n < ROWS_MAX && row.n <= CELLS_MAX);
		if (t->n == 0)
			t->columns = row.n;
		assert_int_equal(row.n, t->columns);
		t->cell[t->n] = NEW_N(arena, struct str, row.n);
		for (size_t i = 0; i < row.n; i++)
			t->cell[t->n][i] = str_copy(arena, row.at[i].text);
		t->n++;
	}
	assert_int_equal(rc, RC_ABSENT);
}

static inline struct str
cell(size_t row, enum demo_htcds_field field)
{
	return incidents.cell[row][field];
}

static inline int
setup(void **state)
{
	struct demo_options options = {.seed = SEED};
	struct err err = {0};

	(void)state;
	arena = arena_new(0);
	assert_int_equal(demo_data_make(arena, &options, &demo, &err), RC_OK);
	table_read(demo.incidents, &incidents);
	table_read(demo.links, &links);
	table_read(demo.sdn, &sdn);
	table_read(demo.alt, &alt);
	table_read(demo.add, &add);
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* ICU would do, but blocks suffice: which script is the first letter of? */
static inline enum demo_script
script_of(struct str s)
{
	size_t used;
	uint32_t c = utf8_decode(s.p, s.n, &used);

	if (c < 0x250)
		return DEMO_LATIN;
	if (c >= 0x400 && c < 0x500)
		return DEMO_CYRILLIC;
	if (c >= 0x600 && c < 0x700)
		return DEMO_ARABIC;
	if (c >= 0x900 && c < 0x980)
		return DEMO_DEVANAGARI;
	if (c >= 0x1200 && c < 0x1380)
		return DEMO_ETHIOPIC;
	assert_true(c >= 0x4E00 && c < 0xA000);
	return DEMO_HAN;
}

static inline bool
day_is_of_2026(struct str s)
{
	int64_t month, day;

	return s.n == 10 && str_starts(s, STR("2026-")) && s.p[7] == '-' &&
	       str_to_i64(str_sub(s, 5, 7), &month) && str_to_i64(str_sub(s, 8, 10), &day) &&
	       month >= 1 && month <= 12 && day >= 1 && day <= (month == 2 ? 28 : 31) &&
	       !(day == 31 && (month == 4 || month == 6 || month == 9 || month == 11));
}

static inline size_t
lines_in(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

#endif
