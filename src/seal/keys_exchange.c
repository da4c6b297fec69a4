#include "seal/keys_exchange.h"

#include <sodium.h>

#include "base/arena.h"
#include "seal/keys_inside.h"
#include "seal/keywire.h"
#include "seal/secret.h"

#define IDENTITY "=identity"
#define TLS "=tls"
#define SEALING "=sealing-"

struct str
exchange_word_domain(enum exchange_word word)
{
	switch (word) {
	case EXCHANGE_WORD_SHEET: return STR("liaison/sheet/1");
	case EXCHANGE_WORD_ENVELOPE: return STR("liaison/envelope/1");
	case EXCHANGE_WORD_RECEIPT: return STR("liaison/receipt/1");
	case EXCHANGE_WORD_HELLO: return STR("liaison/hello/1");
	case EXCHANGE_WORDS: break;
	}
	must(false);
	return STR_NONE;
}

bool
exchange_word_is_good(const unsigned char identity[SIGN_PUBLIC_BYTES], enum exchange_word word,
		      struct str message, const unsigned char signature[SIGN_BYTES])
{
	return sign_domain_is_good(identity, exchange_word_domain(word), message, signature);
}

static enum rc
absent(struct err *err)
{
	return fail(err, RC_ABSENT, "exchange", "this node has no keys for exchange yet");
}

/* The present one is the first, the next one the last. */
static const struct key_slot *
slot_of(const struct key_ring *ring, const char *name, bool next)
{
	size_t from, to = key_slots_find(ring, str_from(name), &from);

	return to == from ? NULL : &ring->slots[next ? to - 1 : from];
}

/* One more generation behind the present one, in the place of one that waited. */
static enum rc
add_next(struct keys *keys, const char *name, struct err *err)
{
	struct key_slot *slot = secret_new(sizeof *slot);
	size_t from, to = key_slots_find(&keys->p->ring, str_from(name), &from);
	enum rc rc;

	memcpy(slot->bucket, name, strlen(name));
	slot->generation = to > from ? keys->p->ring.slots[to - 1].generation + 1 : 1;
	slot->live = true;
	data_key_new(slot->key);
	rc = keys_change_slots(keys, str_from(name), from, to > from ? from + 1 : from, slot, err);
	secret_free(slot);
	return rc;
}

/* Without the old ones. */
static enum rc
drop_old(struct keys *keys, const char *name, struct err *err)
{
	size_t from, to = key_slots_find(&keys->p->ring, str_from(name), &from);

	return to - from < 2 ? RC_OK
			     : keys_change_slots(keys, str_from(name), to - 1, to, NULL, err);
}

/* The identity goes last: where only the TLS key went, doing it again ends it. */
static enum rc
take(struct keys *keys, struct err *err)
{
	size_t from, to = key_slots_find(&keys->p->ring, STR(IDENTITY), &from);
	enum rc rc;

	if (to - from < 2)
		return fail(err, RC_ABSENT, "exchange", "no next key waits to be taken");
	rc = drop_old(keys, TLS, err);
	return rc == RC_OK ? drop_old(keys, IDENTITY, err) : rc;
}

static enum rc
make_next(struct keys *keys, struct err *err)
{
	enum rc rc = add_next(keys, TLS, err);

	return rc == RC_OK ? add_next(keys, IDENTITY, err) : rc;
}

static void
add_public(const struct key_slot *slot, struct buf *out)
{
	unsigned char public[SIGN_PUBLIC_BYTES], secret[SIGN_SECRET_BYTES];

	sign_pair(slot->key, public, secret);
	secret_wipe(secret, sizeof secret);
	buf_add_bytes(out, public, sizeof public);
}

static enum rc
tell_public(struct keys *keys, bool next, struct buf *out, struct err *err)
{
	const struct key_slot *identity = slot_of(&keys->p->ring, IDENTITY, next);
	const struct key_slot *tls = slot_of(&keys->p->ring, TLS, next);

	if (identity == NULL || tls == NULL)
		return absent(err);
	add_public(identity, out);
	add_public(tls, out);
	return RC_OK;
}

static enum rc
sign(struct keys *keys, const struct exchange_ask *ask, struct buf *out, struct err *err)
{
	const struct key_slot *identity = slot_of(&keys->p->ring, IDENTITY, false);
	unsigned char public[SIGN_PUBLIC_BYTES], signature[SIGN_BYTES], *secret;

	if (ask->number < 0 || ask->number >= EXCHANGE_WORDS)
		return fail(err, RC_DENIED, "exchange", "this is not what the key signs");
	if (ask->message.n > EXCHANGE_WORD_BYTES_MAX)
		return fail(err, RC_TOO_LARGE, "exchange", "what is signed is not so long");
	if (identity == NULL)
		return absent(err);
	secret = secret_new(SIGN_SECRET_BYTES);
	sign_pair(identity->key, public, secret);
	sign_domain_make(secret, exchange_word_domain((enum exchange_word)ask->number),
			 ask->message, signature);
	secret_free(secret);
	buf_add_bytes(out, signature, sizeof signature);
	return RC_OK;
}

/* Those of weeks long over go; then the one asked for is there. */
static enum rc
make_sealing(struct keys *keys, struct str name, int64_t week, struct err *err)
{
	struct key_ring *ring = &keys->p->ring;
	char oldest[sizeof SEALING + 20];
	size_t from;
	enum rc rc = RC_OK;

	(void)snprintf(oldest, sizeof oldest, SEALING "%05lld",
		       (long long)(week - SEALING_WEEKS_KEPT - 1));
	(void)key_slots_find(ring, STR(SEALING), &from);
	while (rc == RC_OK && from < ring->n) {
		char bucket[BUCKET_NAME_MAX + 1];

		memcpy(bucket, ring->slots[from].bucket, sizeof bucket);
		if (!str_starts(str_from(bucket), STR(SEALING)) ||
		    str_cmp(str_from(bucket), str_from(oldest)) > 0)
			break;
		rc = keys_change_slots(keys, str_from(bucket), from, from, NULL, err);
	}
	return rc == RC_OK ? keys_add_generation(keys, name, err) : rc;
}

static enum rc
tell_sealing(struct keys *keys, const struct exchange_ask *ask, struct buf *out, struct err *err)
{
	int64_t now = ask->now_ms / SEALING_WEEK_MS, week = ask->number;
	unsigned char public[SEALING_PUBLIC_BYTES];
	char name[sizeof SEALING + 20];
	const struct key_slot *slot;
	enum rc rc = RC_OK;

	if (ask->now_ms < 0 || week < now - 1 || week > now + 1)
		return fail(err, RC_INVALID, "week", "is not this week, nor one beside it");
	(void)snprintf(name, sizeof name, SEALING "%05lld", (long long)week);
	if ((slot = slot_of(&keys->p->ring, name, false)) == NULL) {
		/* What is over gets no key any more: it was destroyed, or never there. */
		if (week < now)
			return fail(err, RC_ABSENT, "week", "there is no key of this week");
		if ((rc = make_sealing(keys, str_from(name), now, err)) != RC_OK)
			return rc;
		slot = slot_of(&keys->p->ring, name, false);
		must(slot != NULL);
	}
	must(crypto_scalarmult_base(public, slot->key) == 0);
	buf_add_bytes(out, public, sizeof public);
	return RC_OK;
}

static enum rc
do_one(struct keys *keys, const struct exchange_ask *ask, struct buf *out, struct err *err)
{
	const struct key_slot *slot;

	switch (ask->act) {
	case EXCHANGE_PUBLIC: return tell_public(keys, ask->number == 1, out, err);
	case EXCHANGE_NEXT: return make_next(keys, err);
	case EXCHANGE_TAKE: return take(keys, err);
	case EXCHANGE_SIGN: return sign(keys, ask, out, err);
	case EXCHANGE_SEALING: return tell_sealing(keys, ask, out, err);
	case EXCHANGE_TLS:
		if ((slot = slot_of(&keys->p->ring, TLS, false)) == NULL)
			return absent(err);
		buf_add_bytes(out, slot->key, sizeof slot->key);
		return RC_OK;
	case EXCHANGE_ACTS: break;
	}
	return fail(err, RC_INVALID, "exchange", "is not asked of the keys");
}

enum rc
keys_exchange_do(struct keys *keys, const struct exchange_ask *ask, struct buf *out,
		 struct err *err)
{
	size_t n = out->n;
	enum rc rc;

	seal_ready();
	keys_refresh(keys);
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	do {
		out->n = n;
		rc = do_one(keys, ask, out, err);
	} while (rc == RC_CONFLICT && keys_reload(keys));
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return rc;
}

struct said {
	enum rc rc;
	struct err *err;
	unsigned char *out;
	size_t bytes;
};

static void
on_said(void *ctx, unsigned n, enum rc rc, struct str body, const struct err *err)
{
	struct said *s = ctx;

	(void)n;
	if (rc == RC_OK && body.n != s->bytes)
		rc = fail(s->err, RC_UNAVAILABLE, "keys", "the key process speaks otherwise");
	else if (rc != RC_OK && s->err != NULL)
		*s->err = *err;
	s->rc = rc;
	if (rc == RC_OK && s->bytes > 0)
		memcpy(s->out, body.p, s->bytes);
}

/* Where the keys are; the answer is exactly bytes long. */
static enum rc
asked(struct keys *keys, const struct exchange_ask *ask, unsigned char *out, size_t bytes,
      struct err *err)
{
	struct said said = {.rc = RC_UNAVAILABLE, .err = err, .out = out, .bytes = bytes};
	struct arena *a;
	struct buf b;
	size_t at;

	if (ask->message.n > EXCHANGE_WORD_BYTES_MAX)
		return fail(err, RC_TOO_LARGE, "exchange", "what is signed is not so long");
	a = arena_new(0);
	arena_wipes(a);
	buf_init(&b, a);
	if (keys->link == NULL) {
		said.rc = keys_exchange_do(keys, ask, &b, err);
		if (said.rc == RC_OK)
			on_said(&said, 0, RC_OK, buf_str(&b), NULL);
	} else {
		at = keywire_begin(&b, KEYWIRE_EXCHANGE);
		buf_add_byte(&b, (char)ask->act);
		buf_add_u32(&b, (uint32_t)ask->number);
		buf_add(&b, ask->message);
		keywire_end(&b, at);
		keylink_call(keys->link, buf_str(&b), 1, on_said, &said);
	}
	arena_free(a);
	return said.rc;
}

enum rc
keys_exchange_next(struct keys *keys, struct err *err)
{
	return asked(keys, &(struct exchange_ask){.act = EXCHANGE_NEXT}, NULL, 0, err);
}

enum rc
keys_exchange_take(struct keys *keys, struct err *err)
{
	return asked(keys, &(struct exchange_ask){.act = EXCHANGE_TAKE}, NULL, 0, err);
}

enum rc
keys_exchange_public(struct keys *keys, bool next, struct exchange_public *out, struct err *err)
{
	const struct exchange_ask ask = {.act = EXCHANGE_PUBLIC, .number = next};
	unsigned char both[2 * SIGN_PUBLIC_BYTES];
	enum rc rc = asked(keys, &ask, both, sizeof both, err);

	if (rc != RC_OK)
		return rc;
	memcpy(out->identity, both, SIGN_PUBLIC_BYTES);
	memcpy(out->tls, both + SIGN_PUBLIC_BYTES, SIGN_PUBLIC_BYTES);
	return RC_OK;
}

enum rc
keys_exchange_sign(struct keys *keys, enum exchange_word word, struct str message,
		   unsigned char out[SIGN_BYTES], struct err *err)
{
	const struct exchange_ask ask = {.act = EXCHANGE_SIGN, .number = word, .message = message};

	return asked(keys, &ask, out, SIGN_BYTES, err);
}

enum rc
keys_exchange_tls(struct keys *keys, unsigned char seed[SIGN_SEED_BYTES], struct err *err)
{
	return asked(keys, &(struct exchange_ask){.act = EXCHANGE_TLS}, seed, SIGN_SEED_BYTES, err);
}

enum rc
keys_exchange_sealing(struct keys *keys, int64_t now_ms, int64_t week,
		      unsigned char out[SEALING_PUBLIC_BYTES], struct err *err)
{
	const struct exchange_ask ask = {.act = EXCHANGE_SEALING, .number = week, .now_ms = now_ms};

	return asked(keys, &ask, out, SEALING_PUBLIC_BYTES, err);
}
