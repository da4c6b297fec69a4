#include "base/arena.h"
#include "net/events.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static bool
count(void *ctx, struct str id, struct str event, struct str data)
{
	uint64_t *sum = ctx;

	*sum = *sum * 31 + id.n + 7 * event.n + 13 * str_hash(data);
	return true;
}

/* The events do not depend on where the pieces were cut. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct events whole = {0}, pieces = {0};
	struct str text = {(const char *)p, n};
	uint64_t a = 0, b = 0;

	(void)!events_feed(&whole, text, count, &a);
	for (size_t i = 0; i < n; i++)
		(void)!events_feed(&pieces, str_sub(text, i, i + 1), count, &b);
	must(a == b || n > EVENT_BYTES_MAX);
	events_done(&whole);
	events_done(&pieces);
	return 0;
}
