#include "seal/keys_inside.h"

#include <stdlib.h>

#include "base/arena.h"
#include "seal/keys_process.h"
#include "seal/keywire.h"
#include "seal/secret.h"

/*
 * What the seam asks of the key process, as messages. A request that carries a data key, and
 * each that comes often, is built on the stack and wiped.
 */
#define REQUEST_BYTES_MAX 1024
#define AAD_MAX 512

struct request {
	unsigned char b[REQUEST_BYTES_MAX];
	size_t n;
};

static void
put(struct request *r, const void *p, size_t n)
{
	must(r->n + n <= sizeof r->b);
	if (n > 0)
		memcpy(r->b + r->n, p, n);
	r->n += n;
}

static void
put_be(struct request *r, uint64_t v, unsigned bytes)
{
	unsigned char b[8];

	for (unsigned i = 0; i < bytes; i++)
		b[i] = (unsigned char)(v >> (8 * (bytes - 1 - i)));
	put(r, b, bytes);
}

static void
put_name(struct request *r, struct str s)
{
	must(s.n <= 255);
	put_be(r, s.n, 1);
	put(r, s.p, s.n);
}

static void
begin(struct request *r, enum keywire_message message)
{
	r->n = 4;
	put_be(r, message, 1);
}

static struct str
ended(struct request *r)
{
	size_t n = r->n;

	r->n = 0;
	put_be(r, n - 4, 4);
	r->n = n;
	return (struct str){(char *)r->b, n};
}

static void
put_aad(struct request *r, struct str aad)
{
	must(aad.n <= AAD_MAX);
	put_be(r, aad.n, 4);
	put(r, aad.p, aad.n);
}

/* One reply of a fixed most of bytes. */
struct answer {
	enum rc rc;
	struct err *err;
	unsigned char b[128];
	size_t n;
};

static void
on_answer(void *ctx, unsigned n, enum rc rc, struct str body, const struct err *err)
{
	struct answer *a = ctx;

	(void)n;
	if (rc == RC_OK && body.n > sizeof a->b)
		rc = fail(a->err, RC_UNAVAILABLE, "keys", "the key process speaks otherwise");
	else if (rc != RC_OK && a->err != NULL)
		*a->err = *err;
	a->rc = rc;
	a->n = rc == RC_OK ? body.n : 0;
	if (a->n > 0)
		memcpy(a->b, body.p, a->n);
}

/* Exactly bytes long, or it failed. */
static enum rc
ask(struct keys *keys, struct request *r, size_t bytes, struct answer *a, struct err *err)
{
	a->err = err;
	keylink_call(keys->link, ended(r), 1, on_answer, a);
	if (a->rc == RC_OK && a->n != bytes)
		return fail(err, RC_UNAVAILABLE, "keys", "the key process speaks otherwise");
	return a->rc;
}

static enum rc
check_place(struct str bucket, struct str aad, struct err *err)
{
	/* keys.c says the same of a bucket. */
	if (bucket.n == 0 || bucket.n > BUCKET_NAME_MAX || memchr(bucket.p, 0, bucket.n) != NULL)
		return fail(err, RC_INVALID, "bucket", "a bucket's name has 1 to %d bytes",
			    BUCKET_NAME_MAX);
	return aad.n > AAD_MAX ? fail(err, RC_TOO_LARGE, "", "the place of a key is too long")
			       : RC_OK;
}

/* Whatever was known of buckets may be old now, and what is being asked too. */
static uint64_t
known_epoch(struct keys *keys, bool next)
{
	uint64_t epoch;

	must(pthread_mutex_lock(&keys->known_lock) == 0);
	if (next) {
		keys->known_epoch++;
		keys->known_n = 0;
	}
	epoch = keys->known_epoch;
	must(pthread_mutex_unlock(&keys->known_lock) == 0);
	return epoch;
}

/*
 * The generation a bucket has now, as told since asked_at; alone on the line, nobody else
 * renews it.
 */
static void
note_generation(struct keys *keys, uint64_t asked_at, struct str bucket, unsigned char generation)
{
	struct known_bucket *slot = NULL;

	must(pthread_mutex_lock(&keys->known_lock) == 0);
	if (keys->known_epoch != asked_at) {
		must(pthread_mutex_unlock(&keys->known_lock) == 0);
		return;
	}
	for (size_t i = 0; i < keys->known_n && slot == NULL; i++)
		if (str_eq_z(bucket, keys->known[i].bucket))
			slot = &keys->known[i];
	if (slot == NULL) {
		if (keys->known_n == BUCKETS_KNOWN)
			keys->known_n = 0;
		slot = &keys->known[keys->known_n++];
		memset(slot->bucket, 0, sizeof slot->bucket);
		memcpy(slot->bucket, bucket.p, bucket.n);
	}
	slot->generation = generation;
	must(pthread_mutex_unlock(&keys->known_lock) == 0);
}

static bool
knows_generation(struct keys *keys, struct str bucket, unsigned char *generation)
{
	bool known = false;

	must(pthread_mutex_lock(&keys->known_lock) == 0);
	if ((keylink_flags(keys->link) & KEYWIRE_SHARED) != 0 && !keys->known_anew) {
		must(pthread_mutex_unlock(&keys->known_lock) == 0);
		return false;
	}
	for (size_t i = 0; i < keys->known_n && !known; i++)
		if ((known = str_eq_z(bucket, keys->known[i].bucket)))
			*generation = keys->known[i].generation;
	must(pthread_mutex_unlock(&keys->known_lock) == 0);
	return known;
}

void
keys_know_anew(struct keys *keys)
{
	if (keys->link == NULL || (keylink_flags(keys->link) & KEYWIRE_SHARED) == 0)
		return;
	(void)known_epoch(keys, true);
	must(pthread_mutex_lock(&keys->known_lock) == 0);
	keys->known_anew = true;
	must(pthread_mutex_unlock(&keys->known_lock) == 0);
}

static enum rc
take_wrapped(struct keys *keys, uint64_t asked_at, struct str bucket, const struct answer *a,
	     struct buf *out)
{
	note_generation(keys, asked_at, bucket, a->b[0]);
	buf_add_bytes(out, a->b, WRAPPED_KEY_BYTES);
	return RC_OK;
}

static void
put_wrapping(struct request *r, struct str bucket, struct str aad,
	     const unsigned char data_key[DATA_KEY_BYTES])
{
	begin(r, KEYWIRE_WRAP);
	put_name(r, bucket);
	put_aad(r, aad);
	put(r, data_key, DATA_KEY_BYTES);
}

enum rc
keys_remote_wrap(struct keys *keys, struct str bucket, struct str aad,
		 const unsigned char data_key[DATA_KEY_BYTES], struct buf *out, struct err *err)
{
	uint64_t asked_at = known_epoch(keys, false);
	struct request r;
	struct answer a;
	enum rc rc = check_place(bucket, aad, err);

	if (rc != RC_OK)
		return rc;
	put_wrapping(&r, bucket, aad, data_key);
	rc = ask(keys, &r, WRAPPED_KEY_BYTES, &a, err);
	secret_wipe(&r, sizeof r);
	return rc == RC_OK ? take_wrapped(keys, asked_at, bucket, &a, out) : rc;
}

/* What a worker's requests ask for, on the stack as single ones are: secret memory costs calls. */
#define FEW_BYTES ((size_t)32 << 10)

/* Wrappings of one call; the first that failed says what came of all. */
struct wrapping {
	struct key_wrap *wraps;
	enum rc rc;
	struct err *err;
};

static void
on_wrapped(void *ctx, unsigned n, enum rc rc, struct str body, const struct err *err)
{
	struct wrapping *w = ctx;

	if (w->rc != RC_OK)
		return;
	if (rc == RC_OK && body.n != WRAPPED_KEY_BYTES)
		rc = fail(w->err, RC_UNAVAILABLE, "keys", "the key process speaks otherwise");
	else if (rc != RC_OK && w->err != NULL)
		*w->err = *err;
	w->rc = rc;
	if (rc == RC_OK)
		memcpy(w->wraps[n].wrapped, body.p, WRAPPED_KEY_BYTES);
}

enum rc
keys_remote_wrap_many(struct keys *keys, struct key_wrap *wraps, size_t n, struct err *err)
{
	struct wrapping w = {wraps, RC_OK, err};
	uint64_t asked_at = known_epoch(keys, false);
	unsigned char few[FEW_BYTES], *all = few;
	size_t bytes = 0, at = 0;
	struct request r;
	enum rc rc;

	must(n > 0 && n <= KEY_WRAPS_MAX);
	for (size_t i = 0; i < n; i++) {
		if ((rc = check_place(wraps[i].bucket, wraps[i].aad, err)) != RC_OK)
			return rc;
		bytes += 4 + 1 + 1 + wraps[i].bucket.n + 4 + wraps[i].aad.n + DATA_KEY_BYTES;
	}
	if (bytes > sizeof few)
		all = secret_new(bytes);
	for (size_t i = 0; i < n; i++) {
		struct str m;

		put_wrapping(&r, wraps[i].bucket, wraps[i].aad, wraps[i].data_key);
		m = ended(&r);
		must(at + m.n <= bytes);
		memcpy(all + at, m.p, m.n);
		at += m.n;
	}
	secret_wipe(&r, sizeof r);
	keylink_call(keys->link, (struct str){(char *)all, at}, (unsigned)n, on_wrapped, &w);
	secret_wipe(few, at < sizeof few ? at : sizeof few);
	if (all != few)
		secret_free(all);
	for (size_t i = 0; i < n && w.rc == RC_OK; i++)
		if (i == 0 || !str_eq(wraps[i].bucket, wraps[i - 1].bucket) ||
		    wraps[i].wrapped[0] != wraps[i - 1].wrapped[0])
			note_generation(keys, asked_at, wraps[i].bucket, wraps[i].wrapped[0]);
	return w.rc;
}

enum rc
keys_remote_rewrap(struct keys *keys, struct str bucket, struct str aad, struct str wrapped,
		   struct buf *out, struct err *err)
{
	uint64_t asked_at = known_epoch(keys, false);
	struct request r;
	struct answer a;
	enum rc rc = check_place(bucket, aad, err);

	if (rc != RC_OK)
		return rc;
	if (wrapped.n > 255)
		return fail(err, RC_INTEGRITY, "", "a wrapped key has the wrong length");
	begin(&r, KEYWIRE_REWRAP);
	put_name(&r, bucket);
	put_aad(&r, aad);
	put_name(&r, wrapped);
	rc = ask(keys, &r, WRAPPED_KEY_BYTES, &a, err);
	return rc == RC_OK ? take_wrapped(keys, asked_at, bucket, &a, out) : rc;
}

bool
keys_remote_is_current(struct keys *keys, struct str bucket, struct str wrapped)
{
	unsigned char generation;
	uint64_t asked_at;
	struct request r;
	struct answer a;

	if (wrapped.n == 0 || wrapped.n > 255 || check_place(bucket, STR_NONE, NULL) != RC_OK)
		return false;
	if (knows_generation(keys, bucket, &generation))
		return (unsigned char)wrapped.p[0] == generation;
	asked_at = known_epoch(keys, false);
	begin(&r, KEYWIRE_CURRENT);
	put_name(&r, bucket);
	put_name(&r, wrapped);
	/* A failure says no: wrapping again then says why. */
	if (ask(keys, &r, 1, &a, NULL) != RC_OK || a.b[0] != 1)
		return false;
	note_generation(keys, asked_at, bucket, (unsigned char)wrapped.p[0]);
	return true;
}

enum rc
keys_remote_bucket(struct keys *keys, int act, struct str bucket, struct err *err)
{
	struct request r;
	struct answer a;
	enum rc rc = check_place(bucket, STR_NONE, err);

	if (rc != RC_OK)
		return rc;
	begin(&r, KEYWIRE_BUCKET);
	put_be(&r, (uint64_t)act, 1);
	put_name(&r, bucket);
	(void)known_epoch(keys, true);
	rc = ask(keys, &r, 0, &a, err);
	(void)known_epoch(keys, true);
	return rc;
}

/* Opens of one call, from first on. */
struct opening {
	struct key_open *opens;
};

static void
on_opened(void *ctx, unsigned n, enum rc rc, struct str body, const struct err *err)
{
	struct key_open *o = ((struct opening *)ctx)->opens + n;

	if (rc == RC_OK && body.n != DATA_KEY_BYTES)
		rc = fail(o->err, RC_UNAVAILABLE, "keys", "the key process speaks otherwise");
	else if (rc != RC_OK && o->err != NULL)
		*o->err = *err;
	o->rc = rc;
	if (rc == RC_OK)
		memcpy(o->data_key, body.p, DATA_KEY_BYTES);
}

static const struct key_use *
use_of(const struct key_use *use, const struct key_open *o)
{
	static const struct key_use papers = {.kind = KEY_USE_PAPERS};

	return o->use != NULL ? o->use : use != NULL ? use : &papers;
}

static size_t
opening_bytes(const struct key_use *use, const struct key_open *o)
{
	use = use_of(use, o);
	return 4 + 1 + 1 + sizeof use->actor.b + 8 + 1 + use->word.n + 1 + o->bucket.n + 4 +
	       o->aad.n + 1 + o->wrapped.n;
}

static void
put_opening(struct request *r, const struct key_use *use, const struct key_open *o)
{
	use = use_of(use, o);
	begin(r, KEYWIRE_UNWRAP);
	put_be(r, use->kind, 1);
	put(r, use->actor.b, sizeof use->actor.b);
	put_be(r, (uint64_t)use->time_ms, 8);
	put_name(r, use->word);
	put_name(r, o->bucket);
	put_aad(r, o->aad);
	put_name(r, o->wrapped);
}

/* What cannot be sent at all has its outcome at once, and is left out. */
static bool
is_sendable(struct key_open *o)
{
	o->rc = check_place(o->bucket, o->aad, o->err);
	if (o->rc == RC_OK && o->wrapped.n != WRAPPED_KEY_BYTES)
		o->rc = fail(o->err, RC_INTEGRITY, "", "a wrapped key has the wrong length");
	return o->rc == RC_OK;
}

static void
open_some(struct keys *keys, const struct key_use *use, struct key_open *opens, size_t n)
{
	unsigned char few[FEW_BYTES], *all = few;
	struct opening opening = {opens};
	size_t bytes = 0, at = 0;
	struct request r;

	for (size_t i = 0; i < n; i++)
		bytes += opening_bytes(use, &opens[i]);
	if (bytes > sizeof few && (all = heap_bytes(bytes)) == NULL)
		out_of_memory();
	for (size_t i = 0; i < n; i++) {
		struct str m;

		put_opening(&r, use, &opens[i]);
		m = ended(&r);
		must(at + m.n <= bytes);
		memcpy(all + at, m.p, m.n);
		at += m.n;
	}
	keylink_call(keys->link, (struct str){(char *)all, at}, (unsigned)n, on_opened, &opening);
	if (all != few)
		free(all);
}

void
keys_remote_unwrap_many(struct keys *keys, const struct key_use *use, struct key_open *opens,
			size_t n)
{
	size_t from = 0;

	/* Runs of what can be sent, each at most as long as the line takes. */
	for (size_t i = 0; i <= n; i++) {
		bool sendable = i < n && is_sendable(&opens[i]);

		if (i - from == KEY_OPENS_MAX || (!sendable && i > from)) {
			open_some(keys, use, opens + from, i - from);
			from = i;
		}
		if (!sendable)
			from = i + 1;
	}
}

/* The reply of sign: not yet, when leaves are still on their way to the process. */
#define SIGN_TRIES 400

enum rc
keys_remote_sign(struct keys *keys, struct str message, unsigned char out[SIGNATURE_BYTES],
		 struct err *err)
{
	struct request r;
	struct answer a;
	enum rc rc;

	if (message.n > REQUEST_BYTES_MAX - 8)
		return fail(err, RC_TOO_LARGE, "", "a checkpoint is not so long");
	for (int i = 0;; i++) {
		begin(&r, KEYWIRE_SIGN);
		put(&r, message.p, message.n);
		rc = ask(keys, &r, SIGNATURE_BYTES, &a, err);
		if (rc != RC_BUSY || i == SIGN_TRIES)
			break;
		(void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	}
	if (rc == RC_OK)
		memcpy(out, a.b, SIGNATURE_BYTES);
	return rc;
}

void
keys_present(struct keys *keys, uint64_t first, uint32_t n, struct str leaves)
{
	size_t bytes = 4 + 1 + 8 + 4 + leaves.n;
	struct request r;

	must(leaves.n <= KEYWIRE_BYTES_MAX - 64);
	if (keys->link == NULL)
		return;
	r.n = 0;
	put_be(&r, bytes - 4, 4);
	put_be(&r, KEYWIRE_LEAVES, 1);
	put_be(&r, first, 8);
	put_be(&r, n, 4);
	keylink_post(keys->link, (struct str){(char *)r.b, r.n}, leaves);
}

static uint64_t
be64(const unsigned char *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

enum rc
keys_health(struct keys *keys, struct keys_health *out, struct err *err)
{
	struct request r;
	struct answer a;
	enum rc rc;

	*out = (struct keys_health){0};
	if (keys->link == NULL)
		return RC_OK;
	begin(&r, KEYWIRE_HEALTH);
	if ((rc = ask(keys, &r, 32, &a, err)) != RC_OK)
		return rc;
	*out = (struct keys_health){
	    .opened = be64(a.b),
	    .owed = be64(a.b + 8),
	    .size = be64(a.b + 16),
	    .refused = be64(a.b + 24),
	    .locked = keys_are_locked(keys),
	    .withheld = (keylink_flags(keys->link) & KEYWIRE_WITHHELD) != 0,
	};
	return RC_OK;
}

enum rc
keys_look(struct keys *keys, struct err *err)
{
	struct keys_health health;

	return keys_health(keys, &health, err);
}

enum rc
keys_log_size(struct keys *keys, uint64_t *size, struct err *err)
{
	struct keys_health health;
	enum rc rc = keys_health(keys, &health, err);

	*size = health.size;
	return rc;
}

enum rc
keys_log_confirm(struct keys *keys, uint64_t size, const struct hash *root, struct str origin,
		 struct err *err)
{
	struct request r;
	struct answer a;

	if (keys->link == NULL)
		return RC_OK;
	must(origin.n <= 255);
	begin(&r, KEYWIRE_CONFIRM);
	put_be(&r, size, 8);
	put(&r, root->b, HASH_BYTES);
	put_name(&r, origin);
	return ask(keys, &r, 0, &a, err);
}

enum rc
keys_log_accept(struct keys *keys, uint64_t size, const struct hash *frontier, size_t n,
		struct str origin, struct err *err)
{
	struct answer a = {.err = err};
	struct arena *arena;
	struct buf b;
	size_t at;

	if (keys->link == NULL)
		return RC_OK;
	must(n <= 64 && origin.n <= 255);
	arena = arena_new(0);
	buf_init(&b, arena);
	at = keywire_begin(&b, KEYWIRE_ACCEPT);
	buf_add_u64(&b, size);
	buf_add_byte(&b, (char)n);
	for (size_t i = 0; i < n; i++)
		buf_add_bytes(&b, frontier[i].b, HASH_BYTES);
	keywire_add_name(&b, origin);
	keywire_end(&b, at);
	keylink_call(keys->link, buf_str(&b), 1, on_answer, &a);
	arena_free(arena);
	return a.rc;
}

struct owed_list {
	struct keys_owed *out;
	size_t n;
	enum rc rc;
	struct err *err;
};

static void
on_owed(void *ctx, unsigned n, enum rc rc, struct str body, const struct err *err)
{
	struct owed_list *l = ctx;
	struct keywire_reader r = {.rest = body};
	uint64_t count;

	(void)n;
	l->rc = rc;
	if (rc != RC_OK) {
		if (l->err != NULL)
			*l->err = *err;
		return;
	}
	count = keywire_take_be(&r, 4);
	for (l->n = 0; l->n < count && l->n < KEYS_OWED_MAX && !r.bad; l->n++) {
		l->out[l->n].actor = keywire_take_id(&r);
		l->out[l->n].record = keywire_take_id(&r);
		l->out[l->n].time_ms = (int64_t)keywire_take_be(&r, 8);
	}
	if (r.bad)
		l->rc = fail(l->err, RC_UNAVAILABLE, "keys", "the key process speaks otherwise");
}

enum rc
keys_owed(struct keys *keys, struct keys_owed *out, size_t *n, struct err *err)
{
	struct owed_list l = {.out = out, .err = err};
	struct request r;

	*n = 0;
	if (keys->link == NULL)
		return RC_OK;
	begin(&r, KEYWIRE_OWED);
	keylink_call(keys->link, ended(&r), 1, on_owed, &l);
	*n = l.n;
	return l.rc;
}

static bool
has_flag(struct keys *keys, enum keywire_flag flag)
{
	return keys->link != NULL && (keylink_flags(keys->link) & flag) != 0;
}

bool
keys_are_lost(struct keys *keys)
{
	return keys->link != NULL && keylink_is_lost(keys->link);
}

bool
keys_are_locked(struct keys *keys)
{
	return has_flag(keys, KEYWIRE_LOCKED);
}

bool
keys_owe(struct keys *keys)
{
	return has_flag(keys, KEYWIRE_OWES);
}

bool
keys_are_behind(struct keys *keys)
{
	return has_flag(keys, KEYWIRE_BEHIND);
}
