#include "base/arena.h"
#include "node/demo_data.h"
#include "node/demo_data_name.h"
#include "node/demo_data_row.h"

enum { ROW_BYTES_MAX = 1 << 20, BLOCK_BENCH_PHONE = 5 };

/* The demo's proportions: of a hundred rows so many are of each category. */
static enum demo_category
category_draw(struct demo_random *r)
{
	size_t x = demo_random_below(r, 100);

	if (x < 13)
		return DEMO_CATEGORY_SUSPECT;
	if (x < 23)
		return DEMO_CATEGORY_SURVIVOR;
	if (x < 26)
		return DEMO_CATEGORY_NOT_VICTIM;
	return x < 73 ? DEMO_CATEGORY_POSSIBLE : DEMO_CATEGORY_UNSAID;
}

static void
plan_draw(struct arena *a, struct demo_random *r, size_t i, struct demo_plan *p)
{
	enum demo_script script = DEMO_LATIN;
	struct demo_name name;

	*p = (struct demo_plan){.category = category_draw(r), .row = i + 1};
	if (demo_random_one_in(r, 2))
		script = (enum demo_script)demo_random_below(r, DEMO_SCRIPT_COUNT);
	demo_name_draw(r, &name);
	p->given = demo_word_text(a, &name.given, script);
	p->family = demo_word_text(a, &name.family, script);
	if (!demo_random_one_in(r, 6)) {
		/* One draw a statement: C leaves the order among arguments to the compiler. */
		int year = demo_random_between(r, 1958, 2008);
		int month = demo_random_between(r, 1, 12);

		p->birth = str_fmt(a, "%04d-%02d-%02d", year, month, demo_random_between(r, 1, 28));
	}
	p->female = demo_random_one_in(r, 2);
	p->town = &demo_places[demo_random_below(r, DEMO_PLACE_COUNT)];
	p->first_day = demo_random_between(r, 5, 255);
	if (demo_random_one_in(r, 4))
		p->token[p->token_count++] = (struct demo_token){
		    .kind = DEMO_PHONE, .value = demo_phone(a, BLOCK_BENCH_PHONE, i)};
	if (demo_random_one_in(r, 7))
		p->token[p->token_count++] =
		    (struct demo_token){.kind = DEMO_PLATE, .value = demo_plate(a, r, i)};
}

enum rc
demo_htcds_bench_write(uint64_t seed, size_t n, FILE *out, struct err *err)
{
	struct demo_random r = demo_random_stream(seed, STR("bench"), 0);
	struct arena *a = arena_new(ROW_BYTES_MAX);
	bool good = true;

	for (size_t i = 0; i <= n && good; i++) {
		struct demo_htcds_row row;
		struct demo_plan plan;
		struct buf b;

		buf_init(&b, a);
		if (i == 0) {
			demo_htcds_header_write(&b);
		} else {
			plan_draw(a, &r, i - 1, &plan);
			demo_row_fill(a, &r, &plan, &row);
			demo_htcds_row_write(&b, &row);
		}
		good = fwrite(b.p, 1, b.n, out) == b.n;
		arena_reset(a);
	}
	arena_free(a);
	if (!good || fflush(out) != 0)
		return fail(err, RC_UNAVAILABLE, "out", "the rows could not be written");
	return RC_OK;
}
