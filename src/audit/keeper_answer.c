#include "audit/keeper_inside.h"
#include "base/arena.h"
#include "base/log.h"
#include "seal/secret.h"

enum rc
keeper_malformed(struct err *err)
{
	return fail(err, RC_INVALID, "keys", "the key process was asked in no proper form");
}

static enum rc
needs_keys(const struct keeper *k, struct err *err)
{
	if (k->is_locked)
		return fail(err, RC_UNAVAILABLE, "keys",
			    "the node's keys are locked: somebody wiped them with liaison node "
			    "lock. To go on: liaison node unlock");
	return k->keys != NULL ? RC_OK
			       : fail(err, RC_UNAVAILABLE, "keys", "the key file is not open");
}

static enum rc
open_with(struct keeper *k, struct keywire_reader *r, struct keys **out, struct err *err)
{
	struct str secret = keywire_take_text(r);

	return r->bad || r->rest.n > 0 ? keeper_malformed(err)
				       : keys_open(k->key_path, secret, out, err);
}

static void
owe_again(void *ctx, const struct keys_owed *owed)
{
	struct keeper *k = ctx;

	ledger_owe(k->ledger, k->now, owed);
}

/* Key file, what was known of the log, and what was owed when the last process ended. */
static enum rc
open_all(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	enum rc rc = open_with(k, r, &k->keys, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = keeper_take_folder(k, err)) != RC_OK ||
	    (rc = keeper_log_open(k->state_fd, k->keys, &k->log, err)) != RC_OK) {
		keys_close(k->keys);
		k->keys = NULL;
		return rc;
	}
	k->ledger = ledger_new(k->keys, &k->options.limits);
	keeper_log_each_owed(k->log, owe_again, k);
	return RC_OK;
}

static enum rc
hello(struct keeper *k, struct keywire_reader *r, bool *greeted, struct err *err)
{
	unsigned char index[32], log_mac[32], public[PUBLIC_KEY_BYTES];
	struct keys *same;
	enum rc rc;

	if (!str_eq(keywire_take(r, sizeof KEYWIRE_HELLO - 1), STR(KEYWIRE_HELLO)))
		return keeper_malformed(err);
	if (k->is_locked)
		return needs_keys(k, err);
	/* Who comes second needs what the first one needed. */
	if (k->keys == NULL)
		rc = open_all(k, r, err);
	else if ((rc = open_with(k, r, &same, err)) == RC_OK)
		keys_close(same);
	if (rc != RC_OK)
		return rc;
	*greeted = true;
	keys_mac_secrets(k->keys, index, log_mac);
	keys_log_public(k->keys, public);
	buf_add_byte(&k->said, (char)keys_are_guarded(k->keys));
	buf_add_byte(&k->said, (char)keeper_log_is_known(k->log));
	buf_add_bytes(&k->said, index, sizeof index);
	buf_add_bytes(&k->said, log_mac, sizeof log_mac);
	buf_add_bytes(&k->said, public, sizeof public);
	buf_add_u64(&k->said, keeper_log_size(k->log));
	secret_wipe(index, sizeof index);
	secret_wipe(log_mac, sizeof log_mac);
	return RC_OK;
}

static enum rc
lock(struct keeper *k)
{
	/* What is owed stays owed; the ledger's MACs need the keys again first. */
	keys_close(k->keys);
	k->keys = NULL;
	k->is_locked = true;
	log_warn("the keys were wiped: nothing is opened, written or signed until they are "
		 "unlocked");
	return RC_OK;
}

static enum rc
unlock(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	enum rc rc;

	if (!k->is_locked)
		return fail(err, RC_CONFLICT, "keys", "the node's keys are not locked");
	if (k->log == NULL)
		rc = open_all(k, r, err);
	else if ((rc = open_with(k, r, &k->keys, err)) == RC_OK)
		ledger_use_keys(k->ledger, k->keys);
	if (rc != RC_OK)
		return rc;
	k->is_locked = false;
	log_info("the keys are unlocked");
	return RC_OK;
}

static enum rc
owed(struct keeper *k)
{
	struct keys_owed *list = NEW_N(k->scratch, struct keys_owed, KEYS_OWED_MAX);
	size_t n = ledger_owed(k->ledger, list, KEYS_OWED_MAX);

	buf_add_u32(&k->said, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		buf_add_bytes(&k->said, list[i].actor.b, sizeof list[i].actor.b);
		buf_add_bytes(&k->said, list[i].record.b, sizeof list[i].record.b);
		buf_add_u64(&k->said, (uint64_t)list[i].time_ms);
	}
	return RC_OK;
}

static enum rc
health(struct keeper *k)
{
	buf_add_u64(&k->said, k->opened);
	buf_add_u64(&k->said, k->ledger != NULL ? ledger_owed_count(k->ledger) : 0);
	buf_add_u64(&k->said, k->log != NULL ? keeper_log_size(k->log) : 0);
	buf_add_u64(&k->said, k->refused);
	return RC_OK;
}

/* What needs the keys open, on a connection that was greeted. */
static enum rc
answer_work(struct keeper *k, enum keywire_message message, struct keywire_reader *r,
	    struct err *err)
{
	enum rc rc = needs_keys(k, err);

	if (rc != RC_OK)
		return rc;
	if (message == KEYWIRE_ACCEPT)
		return keeper_accept(k, r, err);
	/* Looking at what is known is no work yet. */
	if (message != KEYWIRE_LEAVES && message != KEYWIRE_CONFIRM && message != KEYWIRE_OWED)
		k->has_worked = true;
	switch (message) {
	case KEYWIRE_WRAP: return keeper_wrap(k, r, err);
	case KEYWIRE_UNWRAP: return keeper_unwrap(k, r, err);
	case KEYWIRE_REWRAP: return keeper_rewrap(k, r, err);
	case KEYWIRE_CURRENT: return keeper_current(k, r, err);
	case KEYWIRE_BUCKET: return keeper_bucket(k, r, err);
	case KEYWIRE_LEAVES: return keeper_leaves(k, r, err);
	case KEYWIRE_SIGN: return keeper_sign(k, r, err);
	case KEYWIRE_CONFIRM: return keeper_confirm(k, r, err);
	case KEYWIRE_OWED: return owed(k);
	case KEYWIRE_EXCHANGE: return keeper_exchange(k, r, err);
	case KEYWIRE_ACCEPT:
	case KEYWIRE_HELLO_MESSAGE:
	case KEYWIRE_HEALTH:
	case KEYWIRE_LOCK:
	case KEYWIRE_UNLOCK:
	case KEYWIRE_MESSAGES: break;
	}
	return keeper_malformed(err);
}

static enum rc
answer(struct keeper *k, struct keywire_reader *r, bool *greeted, struct err *err)
{
	uint64_t message = keywire_take_be(r, 1);

	if (message == 0 || message >= KEYWIRE_MESSAGES)
		return keeper_malformed(err);
	switch ((enum keywire_message)message) {
	case KEYWIRE_HELLO_MESSAGE: return hello(k, r, greeted, err);
	case KEYWIRE_HEALTH: return health(k);
	case KEYWIRE_LOCK: return lock(k);
	case KEYWIRE_UNLOCK: return unlock(k, r, err);
	case KEYWIRE_WRAP:
	case KEYWIRE_UNWRAP:
	case KEYWIRE_REWRAP:
	case KEYWIRE_CURRENT:
	case KEYWIRE_BUCKET:
	case KEYWIRE_LEAVES:
	case KEYWIRE_SIGN:
	case KEYWIRE_CONFIRM:
	case KEYWIRE_ACCEPT:
	case KEYWIRE_OWED:
	case KEYWIRE_EXCHANGE:
	case KEYWIRE_MESSAGES: break;
	}
	if (!*greeted)
		return fail(err, RC_DENIED, "keys", "say hello first");
	return answer_work(k, (enum keywire_message)message, r, err);
}

static unsigned char
flags_of(const struct keeper *k, bool shared)
{
	unsigned flags = shared ? KEYWIRE_SHARED : 0;

	if (k->is_locked)
		flags |= KEYWIRE_LOCKED;
	if (k->ledger != NULL && ledger_is_withheld(k->ledger, k->now))
		flags |= KEYWIRE_WITHHELD;
	if (k->ledger != NULL && ledger_reminds(k->ledger, k->now))
		flags |= KEYWIRE_OWES;
	if (k->log != NULL && (keeper_log_size(k->log) < k->behind_of || k->early_bytes > 0))
		flags |= KEYWIRE_BEHIND;
	return (unsigned char)flags;
}

void
keeper_answer(struct keeper *k, struct str request, int64_t now, bool *greeted, bool shared,
	      struct buf *out)
{
	struct keywire_reader r = {.rest = request};
	struct err err = {.rc = RC_OK};
	enum rc rc;
	size_t at;

	k->now = now;
	arena_reset(k->scratch);
	k->said = (struct buf){.arena = k->scratch, .p = (char *)k->said_secret, .cap = SAID_BYTES};
	rc = answer(k, &r, greeted, &err);
	at = keywire_begin(out, flags_of(k, shared));
	buf_add_byte(out, (char)rc);
	if (rc == RC_OK) {
		buf_add(out, buf_str(&k->said));
	} else {
		keywire_add_name(out, str_from(err.key));
		buf_add(out, str_from(err.text));
	}
	keywire_end(out, at);
	/* Data keys stay in no memory that is used again. */
	if (k->said.n > 0)
		secret_wipe(k->said.p, k->said.n);
}
