#include <stdlib.h>
#include <unistd.h>

#include "audit/keeper_inside.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "seal/secret.h"

struct keeper *
keeper_new(const struct keeper_options *options)
{
	struct keeper *k = heap_zeroed(sizeof *k);

	k->options = *options;
	if (k->options.clock == NULL)
		k->options.clock = &clock_system;
	keeper_buckets_begin(k);
	k->arena = arena_new(0);
	k->scratch = arena_new(0);
	k->said_secret = secret_new(SAID_BYTES);
	k->state_fd = -1;
	k->key_path = str_fmt(k->arena, "%s/keys.liaison", options->dir).p;
	k->state_path = str_fmt(k->arena, "%s/keys.state", options->dir).p;
	return k;
}

/* Locked, it is what it was. */
void
keeper_note_keys(struct keeper *k)
{
	if (k->keys != NULL && k->log != NULL)
		keeper_log_keys(k->log, keys_age(k->keys), false);
}

enum rc
keeper_take_folder(struct keeper *k, struct err *err)
{
	return k->state_fd >= 0 ? RC_OK : keeper_log_file(k->state_path, &k->state_fd, err);
}

/* All that is owed; free() is the caller's. */
static struct keys_owed *
all_owed(const struct keeper *k, size_t *n)
{
	size_t count = ledger_owed_count(k->ledger);
	struct keys_owed *owed = heap_zeroed((count + 1) * sizeof *owed);

	*n = ledger_owed(k->ledger, owed, count);
	return owed;
}

void
keeper_save(struct keeper *k)
{
	struct keys_owed *owed;
	size_t n;

	keeper_note_keys(k);
	if (k->log == NULL)
		return;
	owed = all_owed(k, &n);
	keeper_log_save(k->log, owed, n);
	free(owed);
}

static bool
rewrite(struct keeper *k)
{
	size_t n;
	struct keys_owed *owed = all_owed(k, &n);
	bool ok = keeper_log_rewrite(k->log, owed, n);

	free(owed);
	return ok;
}

bool
keeper_commit(struct keeper *k)
{
	struct keys_owed owed[256];
	bool ok = true;
	size_t n;

	if (k->log == NULL)
		return true;
	while ((n = ledger_take_new(k->ledger, owed, COUNT_OF(owed))) > 0)
		if (!keeper_log_owe(k->log, owed, n))
			ok = rewrite(k) && ok;
	return ok;
}

void
keeper_free(struct keeper *k)
{
	if (k == NULL)
		return;
	keeper_early_free(k);
	ledger_free(k->ledger);
	keeper_log_close(k->log);
	keys_close(k->keys);
	if (k->state_fd >= 0)
		(void)close(k->state_fd);
	secret_free(k->said_secret);
	arena_free(k->scratch);
	arena_free(k->arena);
	free(k);
}

bool
keeper_tick(struct keeper *k, int64_t now)
{
	struct keys_owed *owed = NULL;
	size_t n = 0;

	if (k->log == NULL)
		return false;
	keeper_note_keys(k);
	if (keeper_log_is_due(k->log, now))
		owed = all_owed(k, &n);
	keeper_log_tick(k->log, now, owed, n);
	free(owed);
	if (ledger_is_withheld(k->ledger, now) != k->was_withheld) {
		k->was_withheld = !k->was_withheld;
		if (k->was_withheld)
			log_error("records were opened that no leaf of the log names: no more are "
				  "opened until one does");
		else
			log_info("what was opened stands in the log: records are opened again");
	}
	return keeper_log_is_dirty(k->log) || ledger_owed_count(k->ledger) > 0;
}
