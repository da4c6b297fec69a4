#include "link/adverts/run.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/csv.h"
#include "link/adverts/groups.h"

#define ARENA_BYTES ((size_t)64 << 30)
#define FLUSH_BYTES 65536

static unsigned
thread_count(unsigned asked)
{
	long n = asked > 0 ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > ADVERTS_THREADS_MAX ? ADVERTS_THREADS_MAX : (unsigned)n;
}

/* Clusters are numbered as they first stand in the file. */
static void
rows_write(struct arena *a, const struct corpus *c, const struct groups *g, FILE *out)
{
	uint32_t *place = NEW_N(a, uint32_t, c->n + 1);
	uint32_t *number = NEW_N(a, uint32_t, g->n + 1);
	uint32_t next = 0;
	struct buf b;
	struct csv_out csv;

	buf_init(&b, a);
	csv_out_init(&csv, &b, false);
	csv_out_cell(&csv, STR("id"));
	csv_out_cell(&csv, STR("cluster"));
	csv_out_end(&csv);
	for (size_t i = 0; i < c->n; i++)
		place[c->advert[i].row] = (uint32_t)i;
	for (size_t i = 0; i < c->n; i++) {
		char text[16];
		uint32_t of = g->of[place[i]];

		if (of != GROUP_NONE && number[of] == 0)
			number[of] = ++next;
		csv_out_cell(&csv, c->advert[place[i]].id);
		csv_out_cell(&csv,
			     of == GROUP_NONE
				 ? STR("-1")
				 : (struct str){text, (size_t)snprintf(text, sizeof(text), "%u",
								       number[of] - 1)});
		csv_out_end(&csv);
		if (b.n > FLUSH_BYTES) {
			(void)fwrite(b.p, 1, b.n, out);
			buf_clear(&b);
		}
	}
	(void)fwrite(b.p, 1, b.n, out);
}

enum rc
adverts_run(const struct adverts_options *o, FILE *out, FILE *diag, struct err *err)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct corpus c = {0};
	struct groups g;
	unsigned threads = thread_count(o->threads);
	enum rc rc = corpus_read(a, o->path, o->helpers, threads, diag, &c, err);
	size_t skipped = c.skipped;

	if (rc == RC_OK) {
		groups_find(a, &c, threads, &g);
		if (g.hubs > 0)
			fprintf(diag,
				"%zu contacts stand in adverts that have nothing else in common: "
				"they join nothing and are not shown\n",
				g.hubs);
		rows_write(a, &c, &g, out);
		if (fflush(out) != 0 || ferror(out))
			rc = fail(err, RC_UNAVAILABLE, "output", "the output cannot be written");
	}
	corpus_close(&c);
	arena_free(a);
	if (rc == RC_OK && skipped > 0)
		return fail(err, RC_INVALID, "",
			    "%zu lines could not be read and were skipped; all others were grouped",
			    skipped);
	return rc;
}
