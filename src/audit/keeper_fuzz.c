#include <stdlib.h>
#include <unistd.h>

#include "audit/keeper.h"
#include "base/arena.h"
#include "base/buf.h"
#include "seal/keywire.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/*
 * What a taken-over node may send to the key process: frames, one after the other, on a connection
 * that was greeted and knows a log. Each whole one gets one whole reply.
 */
static struct keeper *keeper;

static char folder[] = "/tmp/liaison-keeper-fuzz-XXXXXX";

static void
take_away(void)
{
	static const char *const names[] = {"keys.liaison", "keys.state"};
	char path[sizeof folder + 16];

	keeper_free(keeper);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static void
start(void)
{
	struct keeper_options options = {.from = -1, .limits = ledger_standard};
	char path[sizeof folder + 16];
	struct err err;

	must(mkdtemp(folder) != NULL);
	options.dir = folder;
	(void)snprintf(path, sizeof path, "%s/keys.liaison", folder);
	must(keys_create(path, STR_NONE, &err) == RC_OK);
	keeper = keeper_new(&options);
	must(atexit(take_away) == 0);
}

static void
answer(struct str request, int64_t now, bool *greeted, struct buf *out)
{
	struct str inside, body;
	unsigned flags;
	struct err err;

	buf_clear(out);
	keeper_answer(keeper, request, now, greeted, false, out);
	must(keywire_frame(buf_str(out), &inside) == (long)out->n);
	(void)keywire_reply(inside, &flags, &body, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char unlock[] = "\16\0\0\0\0", hello[] = "\1" KEYWIRE_HELLO "\0\0\0\0",
			  accept[] = "\12\0\0\0\0\0\0\0\0\0\1x";
	struct str rest = {(const char *)p, n}, inside;
	struct arena *a = arena_new(0);
	bool greeted = false;
	int64_t now = 1000;
	struct buf out;
	long took;

	if (keeper == NULL)
		start();
	buf_init(&out, a);
	/* The input before may have locked it. */
	answer((struct str){unlock, sizeof unlock - 1}, now, &greeted, &out);
	answer((struct str){hello, sizeof hello - 1}, now, &greeted, &out);
	answer((struct str){accept, sizeof accept - 1}, now, &greeted, &out);
	while ((took = keywire_frame(rest, &inside)) > 0) {
		answer(inside, now += 100, &greeted, &out);
		rest = str_sub(rest, (size_t)took, rest.n);
	}
	must(keeper_commit(keeper));
	(void)keeper_tick(keeper, now);
	arena_free(a);
	return 0;
}
