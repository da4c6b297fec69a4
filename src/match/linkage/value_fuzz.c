#include "base/arena.h"
#include "match/linkage/alike.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define VALUES_MAX 12

/* Cells of every kind: what they become stays in its bounds, and likeness has no direction. */
static void
values(struct arena *a, struct str cells)
{
	static const enum link_field fields[] = {LINK_FAMILY, LINK_POSTCODE,   LINK_BIRTH_DATE,
						 LINK_NAME,   LINK_IDENTIFIER, LINK_EMAIL};
	struct link_tables t = {.arena = a, .field_n = COUNT_OF(fields)};
	struct link_text *text = link_text_open(a);
	uint32_t at[COUNT_OF(fields)][VALUES_MAX] = {{0}};
	size_t n = 0;

	for (size_t f = 0; f < COUNT_OF(fields); f++) {
		t.field[f] = fields[f];
		t.kind[f] = link_field_kind(fields[f]);
	}
	for (; cells.p != NULL && n < VALUES_MAX; n++) {
		struct str cell = str_cut(&cells, '\n');

		for (size_t f = 0; f < COUNT_OF(fields); f++)
			at[f][n] = link_value_add(&t, text, f, 0, cell);
	}
	link_text_close(text);
	for (size_t f = 0; f < COUNT_OF(fields); f++)
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n; k++) {
				const struct link_value *x, *y;

				if (at[f][i] == 0 || at[f][k] == 0)
					continue;
				x = &t.dictionary[f].at[at[f][i]];
				y = &t.dictionary[f].at[at[f][k]];
				must(x->text.n > 0 && x->text.n <= LINK_VALUE_BYTES_MAX);
				must(link_alike(t.kind[f], x, y) == link_alike(t.kind[f], y, x));
				must((link_alike(t.kind[f], x, y) == LINK_SAME) >= (x == y));
			}
}

/* First line: --fields; second: headings, parted by commas; the others: cells. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(0);
	struct str rest = {(const char *)data, size}, map = str_cut(&rest, '\n');
	struct str line = rest.p != NULL ? str_cut(&rest, '\n') : STR_NONE;
	struct str_list header = {0};
	struct link_plan plan;

	while (line.p != NULL && header.n < 64)
		*VEC_ADD(a, &header) = str_cut(&line, ',');
	if (link_plan_make(a, map, &header, &header, &plan, NULL) == RC_OK) {
		must(plan.n > 0 && plan.n <= LINK_FIELD_COUNT && plan.id[0] < header.n);
		for (size_t i = 0; i < plan.n; i++)
			for (int side = 0; side < 2; side++)
				for (size_t c = 0; c < plan.at[i].column_n[side]; c++)
					must(plan.at[i].column[side][c] < header.n);
	}
	if (rest.p != NULL)
		values(a, rest);
	arena_free(a);
	return 0;
}
