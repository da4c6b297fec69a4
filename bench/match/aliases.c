/*
 * aliases LIST...: does the matcher find each list entry by each of its own names? Every name
 * is asked as a query by itself, without birth date; prints how often the entry stands first,
 * among the first five, and above the line at which an alert is raised.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "format/listfile.h"
#include "match/screening/list.h"
#include "match/screening/screen.h"
#include "parse/child.h"

#define HITS 40

struct tally {
	const struct screen_index *index;
	struct screen_worker *worker;
	long names, first, five, entries, entry_found;
};

static enum rc
ask(void *ctx, const struct list_entry *entry, struct err *err)
{
	struct tally *t = ctx;
	bool found = false;

	(void)err;
	for (size_t i = 0; i < entry->names.n; i++) {
		struct screen_query q = {.names = &entry->names.at[i].text, .name_count = 1};
		struct screen_hit hits[HITS];
		size_t n = screen_search(t->index, t->worker, &q, HITS, 0, hits);

		t->names++;
		/* Other entries may bear the very same name: a place shared is the best of them. */
		for (size_t k = 0; k < n; k++)
			if (str_eq(hits[k].entry_id, entry->id)) {
				bool five = hits[k].bits >= hits[k < 4 ? k : 4].bits - 1e-9;

				t->five += five;
				t->first += hits[k].bits >= hits[0].bits - 1e-9;
				found |= five;
				break;
			}
	}
	t->entries++;
	t->entry_found += found;
	return RC_OK;
}

int
main(int argc, char **argv)
{
	const char *const *paths = (const char *const *)(argv + 1);
	struct screen_index *index;
	struct tally t = {0};
	struct err err;
	size_t skipped;
	int64_t start;
	struct arena *a = arena_new(0);

	if (parse_child_asked(argc, argv))
		parse_child(NULL);
	if (argc < 2) {
		fprintf(stderr, "usage: bench_match_aliases LIST...\n");
		return 2;
	}
	if (list_index(paths, (size_t)argc - 1, NULL, stderr, &index, &skipped, &err) != RC_OK ||
	    screen_worker_open(&t.worker, &err) != RC_OK) {
		fprintf(stderr, "%.*s\n", STR_ARG(err_line(a, &err)));
		return 1;
	}
	t.index = index;
	start = monotonic_us();
	if (listfile_read(paths, (size_t)argc - 1, NULL,
			  &(struct list_sink){.entry = ask, .ctx = &t}, NULL, &err) != RC_OK) {
		fprintf(stderr, "%.*s\n", STR_ARG(err_line(a, &err)));
		return 1;
	}
	printf("%ld entries, %ld names: own entry first %ld (%.2f %%), among five %ld (%.2f %%); "
	       "entries found by at least one of their names %ld; %.0f queries/s\n",
	       t.entries, t.names, t.first, 100.0 * (double)t.first / (double)t.names, t.five,
	       100.0 * (double)t.five / (double)t.names, t.entry_found,
	       1e6 * (double)t.names / (double)(monotonic_us() - start));
	screen_worker_close(t.worker);
	screen_index_free(index);
	arena_free(a);
	return 0;
}
