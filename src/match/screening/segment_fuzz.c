#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "match/screening/index.h"
#include "match/screening/segment_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct screen_worker *worker;

/* Whatever was let in is searched and explained: nothing may lead outside of it. */
static void
use(const struct segment *s)
{
	static const char *const names[] = {"Marta NOVAK", "Vladislav Korzhakov", "al",
					    "عبد الرحمن"};
	struct screen_index *index = index_of_segment(s);
	struct screen_explanation why;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct str name = str_from(names[i]), id = STR("AB99001");
		struct screen_query q = {
		    &name,	  1, .dob = STR("1961"), .country = STR("Chile"), .ids = &id,
		    .id_count = 1};
		struct screen_hit hits[8];

		for (size_t k = screen_search(index, worker, &q, 8, 0, hits); k-- > 0;)
			screen_explain(index, worker, &q, hits[k].entry, &why);
	}
	screen_index_free(index);
}

/* As it is; then with hashes that are right, so that what is behind them is read, too. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct segment_head *head;
	struct segment s;
	struct err err;
	uint32_t keys = 0;

	if (worker == NULL && screen_worker_open(&worker, &err) != RC_OK)
		abort();
	if (n < sizeof *head || n > (1 << 20))
		return 0;
	head = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(head != MAP_FAILED);
	memcpy(head, p, n);
	memcpy(&keys, &head->keys, sizeof keys);
	if (segment_read(head, n, "fuzz", keys, &s, &err) == RC_OK)
		use(&s);
	else
		munmap(head, n);
	head = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(head != MAP_FAILED);
	memcpy(head, p, n);
	head->magic = SEGMENT_MAGIC;
	head->version = SEGMENT_VERSION;
	head->bytes = n;
	if (segment_sign(head, n) && segment_read(head, n, "fuzz", keys, &s, &err) == RC_OK)
		use(&s);
	else
		munmap(head, n);
	return 0;
}
