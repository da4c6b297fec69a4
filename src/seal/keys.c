#include "seal/keys.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <sodium.h>

#include "base/arena.h"
#include "base/clock.h"
#include "seal/keys_inside.h"
#include "seal/keywire.h"
#include "seal/secret.h"

_Static_assert(WRAPPED_KEY_BYTES == 1 + NONCE_BYTES + DATA_KEY_BYTES + 16, "the form");

enum rc
keys_create(const char *path, struct str passphrase, struct err *err)
{
	struct arena *a = arena_new(0);
	struct key_ring *ring = secret_new(sizeof *ring);
	unsigned char *stretched = secret_new(32);
	struct keyfile_guard guard;
	struct hash checksum;
	enum rc rc;

	randombytes_buf(ring->log_seed, sizeof ring->log_seed);
	randombytes_buf(ring->index_key, sizeof ring->index_key);
	randombytes_buf(ring->log_mac_key, sizeof ring->log_mac_key);
	keyfile_guard_new(&guard, !str_empty(passphrase));
	rc = keyfile_guard_key(&guard, passphrase, stretched, err);
	if (rc == RC_OK)
		rc = keyfile_store(path, keyfile_seal(a, &guard, stretched, ring, &checksum), NULL,
				   err);
	secret_free(stretched);
	secret_free(ring);
	arena_free(a);
	return rc;
}

void
keys_prepare_macs(struct keys *keys)
{
	struct prepared *p = keys->p;

	hmac_key_init(&p->index, p->ring.index_key, sizeof p->ring.index_key);
	hmac_key_init(&p->log_months, p->ring.log_mac_key, sizeof p->ring.log_mac_key);
}

struct keys *
keys_new(void)
{
	struct keys *keys = heap_zeroed(sizeof *keys);

	must(pthread_rwlock_init(&keys->lock, NULL) == 0);
	must(pthread_rwlock_init(&keys->months_lock, NULL) == 0);
	must(pthread_mutex_init(&keys->known_lock, NULL) == 0);
	keys->p = secret_new(sizeof *keys->p);
	return keys;
}

/* By which shares of one passphrase know each other; each passphrase has a salt of its own. */
static void
share_name(const struct keyfile_guard *guard, unsigned char name[SHARE_NAME_BYTES])
{
	struct hash h;

	sha256((struct str){(const char *)guard->salt, sizeof guard->salt}, &h);
	memcpy(name, h.b, SHARE_NAME_BYTES);
}

static enum rc
file_key(const struct keyfile_guard *guard, struct str secret, unsigned char key[32],
	 struct err *err)
{
	unsigned char name[SHARE_NAME_BYTES];

	if (!guard->passphrase || !share_is(secret))
		return keyfile_guard_key(guard, secret, key, err);
	share_name(guard, name);
	return share_join(secret, name, key, err);
}

enum rc
keys_shares(struct keys *keys, struct shares *out, struct err *err)
{
	unsigned char name[SHARE_NAME_BYTES];

	must(keys->link == NULL);
	if (!keys_are_guarded(keys))
		return fail(err, RC_CONFLICT, "passphrase",
			    "shares are of a passphrase, and none guards this node's keys: liaison "
			    "node passphrase --new-passphrase-file FILE");
	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	share_name(&keys->guard, name);
	share_make(keys->p->file_key, name, out);
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return RC_OK;
}

enum rc
keys_open(const char *path, struct str passphrase, struct keys **out, struct err *err)
{
	struct arena *a = arena_new(0);
	struct keys *keys = keys_new();
	struct keyfile file;
	struct str bytes;
	enum rc rc;

	*out = NULL;
	keys->path = heap_zeroed(strlen(path) + 1);
	memcpy(keys->path, path, strlen(path));
	if ((rc = keyfile_load(a, path, &bytes, err)) != RC_OK ||
	    (rc = keyfile_parse(bytes, &file, err)) != RC_OK)
		goto done;
	keys->guard = file.guard;
	keys->checksum = file.checksum;
	if (file.guard.passphrase && passphrase.n == 0) {
		rc = fail(err, RC_DENIED, "passphrase",
			  "a passphrase guards the key file: name the file that holds it "
			  "(--passphrase-file FILE)");
		goto done;
	}
	if ((rc = file_key(&file.guard, passphrase, keys->p->file_key, err)) != RC_OK ||
	    (rc = keyfile_open(&file, keys->p->file_key, &keys->p->ring, err)) != RC_OK)
		goto done;
	sign_pair(keys->p->ring.log_seed, keys->log_public, keys->p->log_secret);
	keys_prepare_macs(keys);
	*out = keys;
	keys = NULL;
done:
	keys_close(keys);
	arena_free(a);
	return rc;
}

bool
keys_are_guarded(struct keys *keys)
{
	bool guarded;

	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	guarded = keys->guard.passphrase;
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return guarded;
}

void
keys_close(struct keys *keys)
{
	if (keys == NULL)
		return;
	keys_remote_close(keys);
	secret_free(keys->p->ring.slots);
	secret_free(keys->p);
	(void)pthread_rwlock_destroy(&keys->lock);
	(void)pthread_rwlock_destroy(&keys->months_lock);
	(void)pthread_mutex_destroy(&keys->known_lock);
	free(keys->path);
	free(keys);
}

/* Make a ring durable under the file key given; the caller holds the lock for writing. */
static enum rc
store(struct keys *keys, const struct keyfile_guard *guard, const unsigned char file_key[32],
      const struct key_ring *ring, struct err *err)
{
	struct arena *a = arena_new(0);
	struct hash checksum;
	struct str bytes = keyfile_seal(a, guard, file_key, ring, &checksum);
	enum rc rc;

	if (bytes.n > KEYFILE_BYTES_MAX)
		rc = fail(err, RC_TOO_LARGE, "", "the key file is full");
	else
		rc = keyfile_store(keys->path, bytes, &keys->checksum, err);
	if (rc == RC_OK)
		keys->checksum = checksum;
	arena_free(a);
	return rc;
}

enum rc
keys_change_passphrase(struct keys *keys, struct str passphrase, struct err *err)
{
	unsigned char *stretched = secret_new(32);
	struct keyfile_guard guard;
	enum rc rc;

	if (share_is(passphrase)) {
		secret_free(stretched);
		return fail(err, RC_INVALID, "passphrase", "looks like a share; take another");
	}
	keyfile_guard_new(&guard, !str_empty(passphrase));
	if ((rc = keyfile_guard_key(&guard, passphrase, stretched, err)) != RC_OK) {
		secret_free(stretched);
		return rc;
	}
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	if ((rc = store(keys, &guard, stretched, &keys->p->ring, err)) == RC_OK) {
		keys->guard = guard;
		memcpy(keys->p->file_key, stretched, 32);
	}
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	secret_free(stretched);
	return rc;
}

/*
 * Several processes of a node share the file: what another one added, renewed or destroyed is
 * read in before a key is used for wrapping, and when one is asked for that is not here. A file
 * is replaced whole, so inode, size and time tell.
 */
static bool
is_seen(const struct keys *keys, const struct stat *now)
{
	const struct stat *was = &keys->seen;

	return now->st_ino == was->st_ino && now->st_size == was->st_size &&
	       now->st_mtim.tv_sec == was->st_mtim.tv_sec &&
	       now->st_mtim.tv_nsec == was->st_mtim.tv_nsec;
}

/* The caller holds the lock for writing. True: the ring is another one now. */
static bool
reload(struct keys *keys)
{
	struct arena *a = arena_new(0);
	struct key_ring *old = &keys->p->ring, *ring = secret_new(sizeof *ring);
	struct stat seen = {.st_ino = 0};
	struct keyfile file;
	struct str bytes;
	bool changed = false;

	/* Looked at before it is read: one that comes in between is read again. */
	if (stat(keys->path, &seen) == 0 && keyfile_load(a, keys->path, &bytes, NULL) == RC_OK &&
	    keyfile_parse(bytes, &file, NULL) == RC_OK) {
		/* Another passphrase or another node's keys are for those who start anew. */
		if (!hash_eq(&file.checksum, &keys->checksum) &&
		    keyfile_open(&file, keys->p->file_key, ring, NULL) == RC_OK) {
			/* Nor is an older copy that was put in its place. */
			changed = sodium_memcmp(ring->log_seed, old->log_seed,
						sizeof ring->log_seed) == 0 &&
				  key_ring_age(ring) >= key_ring_age(old);
			secret_free(changed ? old->slots : ring->slots);
			if (changed) {
				*old = *ring;
				keys->checksum = file.checksum;
			}
		}
		keys->seen = seen;
	}
	secret_free(ring);
	arena_free(a);
	return changed;
}

static void
refresh(struct keys *keys)
{
	struct stat now;
	bool seen;

	if (stat(keys->path, &now) != 0)
		return;
	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	seen = is_seen(keys, &now);
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	if (seen)
		return;
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	if (!is_seen(keys, &now))
		(void)reload(keys);
	must(pthread_rwlock_unlock(&keys->lock) == 0);
}

uint64_t
keys_age(struct keys *keys)
{
	uint64_t age;

	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	age = key_ring_age(&keys->p->ring);
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return age;
}

/* Floor, so that times before 1970 have months too. */
static int64_t
month_of(int64_t ms, int *year, int *month)
{
	int64_t days = ms / 86400000 - (ms % 86400000 < 0 ? 1 : 0);
	int day;

	civil_from_days(days, year, month, &day);
	return (int64_t)*year * 12 + *month - 1;
}

#define MONTH_BYTES (sizeof "/2026-11" - 1)

bool
keys_class_is_good(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '/' || s.p[i] == '"' ||
		    s.p[i] == '\\')
			return false;
	return s.n > 0 && s.n <= BUCKET_NAME_MAX - MONTH_BYTES;
}

struct str
keys_bucket(struct arena *a, struct str retention_class, int64_t ms)
{
	int year, month;

	(void)month_of(ms, &year, &month);
	return str_fmt(a, "%.*s/%04d-%02d", STR_ARG(retention_class), year, month);
}

static bool
bucket_is_valid(struct str bucket)
{
	return bucket.n > 0 && bucket.n <= BUCKET_NAME_MAX && memchr(bucket.p, 0, bucket.n) == NULL;
}

/* The slots of a bucket are [*from, returned); the last is the current one. */
static size_t
find_slots(const struct key_ring *ring, struct str bucket, size_t *from)
{
	size_t low = 0, high = ring->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(str_from(ring->slots[middle].bucket), bucket) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*from = low;
	while (low < ring->n && str_eq(str_from(ring->slots[low].bucket), bucket))
		low++;
	return low;
}

static const struct key_slot *
current_slot(const struct key_ring *ring, struct str bucket)
{
	size_t from, to = find_slots(ring, bucket, &from);

	return to > from && ring->slots[to - 1].live ? &ring->slots[to - 1] : NULL;
}

/*
 * Put a new list of slots for the bucket in the place of the old: keep of the old ones, and
 * then the added one. The ring in memory changes only after the file has.
 */
static enum rc
change_slots(struct keys *keys, struct str bucket, size_t keep_from, size_t keep_to,
	     const struct key_slot *added, struct err *err)
{
	struct key_ring *old = &keys->p->ring, *ring = secret_new(sizeof *ring);
	size_t from, to = find_slots(old, bucket, &from), n = 0;
	enum rc rc;

	*ring = *old;
	ring->slots = secret_new(sizeof *ring->slots * (old->n + 1));
	for (size_t i = 0; i < from; i++)
		ring->slots[n++] = old->slots[i];
	for (size_t i = keep_from; i < keep_to; i++)
		ring->slots[n++] = old->slots[i];
	if (added != NULL)
		ring->slots[n++] = *added;
	for (size_t i = to; i < old->n; i++)
		ring->slots[n++] = old->slots[i];
	ring->n = n;
	rc = store(keys, &keys->guard, keys->p->file_key, ring, err);
	if (rc == RC_OK) {
		secret_free(old->slots);
		*old = *ring;
	} else {
		secret_free(ring->slots);
	}
	secret_free(ring);
	return rc;
}

/* A key of the next generation, whatever stands there; the caller holds the lock. */
static enum rc
add_generation(struct keys *keys, struct str bucket, struct err *err)
{
	struct key_slot *slot;
	size_t from, to;
	enum rc rc;

	if (!bucket_is_valid(bucket))
		return fail(err, RC_INVALID, "bucket", "a bucket's name has 1 to %d bytes",
			    BUCKET_NAME_MAX);
	to = find_slots(&keys->p->ring, bucket, &from);
	/* The wrapping names its generation in one byte, which must stay unambiguous. */
	if (to - from >= 200)
		return fail(err, RC_CONFLICT, "bucket", "too many old keys of a bucket are kept");
	slot = secret_new(sizeof *slot);
	memcpy(slot->bucket, bucket.p, bucket.n);
	slot->generation = to > from ? keys->p->ring.slots[to - 1].generation + 1 : 1;
	slot->live = true;
	data_key_new(slot->key);
	rc = change_slots(keys, bucket, from, to, slot, err);
	secret_free(slot);
	return rc;
}

static void
wrap(const struct key_slot *slot, struct str aad, const unsigned char data_key[DATA_KEY_BYTES],
     unsigned char p[WRAPPED_KEY_BYTES])
{
	p[0] = (unsigned char)slot->generation;
	randombytes_buf(p + 1, NONCE_BYTES);
	must(crypto_aead_xchacha20poly1305_ietf_encrypt(
		 p + 1 + NONCE_BYTES, NULL, data_key, DATA_KEY_BYTES, (const unsigned char *)aad.p,
		 aad.n, NULL, p + 1, slot->key) == 0);
}

bool
keys_has_bucket(struct keys *keys, struct str bucket)
{
	bool has;

	refresh(keys);
	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	has = current_slot(&keys->p->ring, bucket) != NULL;
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return has;
}

bool
keys_is_current(struct keys *keys, struct str bucket, struct str wrapped)
{
	const struct key_slot *slot;
	bool current;

	if (keys->link != NULL)
		return keys_remote_is_current(keys, bucket, wrapped);
	refresh(keys);
	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	slot = current_slot(&keys->p->ring, bucket);
	current = slot != NULL && wrapped.n > 0 &&
		  (unsigned char)wrapped.p[0] == (unsigned char)slot->generation;
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return current;
}

static enum rc
wrap_here(struct keys *keys, struct str bucket, struct str aad,
	  const unsigned char data_key[DATA_KEY_BYTES], unsigned char out[WRAPPED_KEY_BYTES],
	  struct err *err)
{
	const struct key_slot *slot;
	enum rc rc = RC_OK;

	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	if ((slot = current_slot(&keys->p->ring, bucket)) != NULL)
		wrap(slot, aad, data_key, out);
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	if (slot != NULL)
		return RC_OK;
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	do
		rc = current_slot(&keys->p->ring, bucket) == NULL
			 ? add_generation(keys, bucket, err)
			 : RC_OK;
	while (rc == RC_CONFLICT && reload(keys));
	if (rc == RC_OK)
		wrap(current_slot(&keys->p->ring, bucket), aad, data_key, out);
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return rc;
}

static void
count_question(struct keys *keys)
{
	atomic_fetch_add_explicit(&keys->questions, 1, memory_order_relaxed);
}

uint64_t
keys_questions(const struct keys *keys)
{
	return atomic_load(&keys->questions);
}

enum rc
keys_wrap(struct keys *keys, struct str bucket, struct str aad,
	  const unsigned char data_key[DATA_KEY_BYTES], struct buf *out, struct err *err)
{
	unsigned char wrapped[WRAPPED_KEY_BYTES];
	enum rc rc;

	count_question(keys);
	if (keys->link != NULL)
		return keys_remote_wrap(keys, bucket, aad, data_key, out, err);
	refresh(keys);
	if ((rc = wrap_here(keys, bucket, aad, data_key, wrapped, err)) == RC_OK)
		buf_add_bytes(out, wrapped, sizeof wrapped);
	return rc;
}

enum rc
keys_wrap_many(struct keys *keys, struct key_wrap *wraps, size_t n, struct err *err)
{
	enum rc rc = RC_OK;

	for (size_t from = 0; from < n && rc == RC_OK; from += KEY_WRAPS_MAX) {
		size_t some = n - from < KEY_WRAPS_MAX ? n - from : KEY_WRAPS_MAX;

		count_question(keys);
		if (keys->link != NULL) {
			rc = keys_remote_wrap_many(keys, wraps + from, some, err);
			continue;
		}
		refresh(keys);
		for (size_t i = from; i < from + some && rc == RC_OK; i++)
			rc = wrap_here(keys, wraps[i].bucket, wraps[i].aad, wraps[i].data_key,
				       wraps[i].wrapped, err);
	}
	return rc;
}

static enum rc
unwrap(struct keys *keys, struct str bucket, struct str aad, struct str wrapped,
       unsigned char data_key[DATA_KEY_BYTES], bool *has_key, struct err *err)
{
	const unsigned char *p = (const unsigned char *)wrapped.p;
	const struct key_slot *slot = NULL;
	size_t from, to;
	uint32_t last = 0;
	bool was_there;
	int bad = -1;

	if (wrapped.n != WRAPPED_KEY_BYTES)
		return fail(err, RC_INTEGRITY, "", "a wrapped key has the wrong length");
	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	to = find_slots(&keys->p->ring, bucket, &from);
	/* A destroyed key leaves its mark, or a later generation; what never was is damage. */
	if (to > from)
		last = keys->p->ring.slots[to - 1].generation;
	was_there = last > UCHAR_MAX || (p[0] > 0 && p[0] <= last);
	for (size_t i = from; i < to; i++)
		if ((unsigned char)keys->p->ring.slots[i].generation == p[0] &&
		    keys->p->ring.slots[i].live)
			slot = &keys->p->ring.slots[i];
	if (slot != NULL)
		bad = crypto_aead_xchacha20poly1305_ietf_decrypt(
		    data_key, NULL, NULL, p + 1 + NONCE_BYTES, WRAPPED_KEY_BYTES - 1 - NONCE_BYTES,
		    (const unsigned char *)aad.p, aad.n, p + 1, slot->key);
	*has_key = slot != NULL;
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	if (slot == NULL && was_there)
		return fail(err, RC_ABSENT, "", "the key of this bucket was destroyed");
	if (bad != 0)
		return fail(err, RC_INTEGRITY, "",
			    "a wrapped key is damaged or belongs to another place");
	return RC_OK;
}

/* Perhaps another process made the key that is missing here. */
static enum rc
unwrap_fresh(struct keys *keys, struct str bucket, struct str aad, struct str wrapped,
	     unsigned char data_key[DATA_KEY_BYTES], struct err *err)
{
	bool has_key = true;
	enum rc rc = unwrap(keys, bucket, aad, wrapped, data_key, &has_key, err);

	if (rc == RC_OK || has_key)
		return rc;
	refresh(keys);
	return unwrap(keys, bucket, aad, wrapped, data_key, &has_key, err);
}

void
keys_unwrap_many(struct keys *keys, const struct key_use *use, struct key_open *opens, size_t n)
{
	if (n > 0)
		count_question(keys);
	if (keys->link != NULL) {
		keys_remote_unwrap_many(keys, use, opens, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		opens[i].rc = unwrap_fresh(keys, opens[i].bucket, opens[i].aad, opens[i].wrapped,
					   opens[i].data_key, opens[i].err);
}

enum rc
keys_unwrap(struct keys *keys, const struct key_use *use, struct str bucket, struct str aad,
	    struct str wrapped, unsigned char data_key[DATA_KEY_BYTES], struct err *err)
{
	struct key_open one = {.bucket = bucket, .aad = aad, .wrapped = wrapped, .err = err};

	keys_unwrap_many(keys, use, &one, 1);
	if (one.rc == RC_OK)
		memcpy(data_key, one.data_key, DATA_KEY_BYTES);
	secret_wipe(one.data_key, sizeof one.data_key);
	return one.rc;
}

enum rc
keys_rewrap(struct keys *keys, struct str bucket, struct str aad, struct str wrapped,
	    struct buf *out, struct err *err)
{
	unsigned char data_key[DATA_KEY_BYTES];
	enum rc rc;

	if (keys->link != NULL)
		return keys_remote_rewrap(keys, bucket, aad, wrapped, out, err);
	rc = unwrap_fresh(keys, bucket, aad, wrapped, data_key, err);
	if (rc == RC_OK)
		rc = keys_wrap(keys, bucket, aad, data_key, out, err);
	secret_wipe(data_key, sizeof data_key);
	return rc;
}

enum rc
keys_bucket_renew(struct keys *keys, struct str bucket, struct err *err)
{
	enum rc rc;

	if (keys->link != NULL)
		return keys_remote_bucket(keys, KEY_BUCKET_RENEW, bucket, err);
	refresh(keys);
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	do
		rc = current_slot(&keys->p->ring, bucket) == NULL
			 ? fail(err, RC_ABSENT, "bucket", "there is no key of this bucket")
			 : add_generation(keys, bucket, err);
	while (rc == RC_CONFLICT && reload(keys));
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return rc;
}

enum rc
keys_bucket_drop_old(struct keys *keys, struct str bucket, struct err *err)
{
	size_t from, to;
	enum rc rc = RC_OK;

	if (keys->link != NULL)
		return keys_remote_bucket(keys, KEY_BUCKET_DROP_OLD, bucket, err);
	refresh(keys);
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	do {
		rc = RC_OK;
		to = find_slots(&keys->p->ring, bucket, &from);
		if (to == from)
			rc = fail(err, RC_ABSENT, "bucket", "there is no key of this bucket");
		else if (to - from > 1)
			rc = change_slots(keys, bucket, to - 1, to, NULL, err);
	} while (rc == RC_CONFLICT && reload(keys));
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return rc;
}

enum rc
keys_bucket_destroy(struct keys *keys, struct str bucket, struct err *err)
{
	struct key_slot mark = {.live = false};
	size_t from, to;
	enum rc rc;

	if (keys->link != NULL)
		return keys_remote_bucket(keys, KEY_BUCKET_DESTROY, bucket, err);
	refresh(keys);
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	do {
		to = find_slots(&keys->p->ring, bucket, &from);
		if (to == from) {
			rc = fail(err, RC_ABSENT, "bucket", "there is no key of this bucket");
		} else {
			memcpy(mark.bucket, bucket.p, bucket.n);
			mark.generation = keys->p->ring.slots[to - 1].generation;
			rc = change_slots(keys, bucket, from, from, &mark, err);
		}
	} while (rc == RC_CONFLICT && reload(keys));
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return rc;
}

void
keys_index_mac(struct keys *keys, struct str domain, struct str value, unsigned char out[MAC_BYTES])
{
	struct hash h;

	hmac_domain(&keys->p->index, domain, value, &h);
	memcpy(out, h.b, MAC_BYTES);
}

static void
make_month(struct keys *keys, int64_t month, struct month_key *slot)
{
	unsigned char name[8];
	struct hash key;

	for (int i = 0; i < 8; i++)
		name[i] = (unsigned char)((uint64_t)month >> (8 * (7 - i)));
	hmac_domain(&keys->p->log_months, STR("month"), (struct str){(char *)name, sizeof name},
		    &key);
	hmac_key_init(&slot->key, key.b, sizeof key.b);
	slot->month = month;
	slot->is_set = true;
	secret_wipe(&key, sizeof key);
}

void
keys_log_mac(struct keys *keys, int64_t ms, struct str domain, struct str value,
	     unsigned char out[MAC_BYTES])
{
	int year, number;
	int64_t month = month_of(ms, &year, &number);
	struct month_key *slot = &keys->p->months[(uint64_t)month % MONTHS_KEPT];
	struct hash h;
	bool is_there;

	must(pthread_rwlock_rdlock(&keys->months_lock) == 0);
	is_there = slot->is_set && slot->month == month;
	if (is_there)
		hmac_domain(&slot->key, domain, value, &h);
	must(pthread_rwlock_unlock(&keys->months_lock) == 0);
	if (!is_there) {
		must(pthread_rwlock_wrlock(&keys->months_lock) == 0);
		make_month(keys, month, slot);
		hmac_domain(&slot->key, domain, value, &h);
		must(pthread_rwlock_unlock(&keys->months_lock) == 0);
	}
	memcpy(out, h.b, MAC_BYTES);
}

enum rc
keys_log_sign(struct keys *keys, struct str message, unsigned char out[SIGNATURE_BYTES],
	      struct err *err)
{
	if (keys->link != NULL)
		return keys_remote_sign(keys, message, out, err);
	sign_make(keys->p->log_secret, message, out);
	return RC_OK;
}

void
keys_log_public(struct keys *keys, unsigned char out[PUBLIC_KEY_BYTES])
{
	memcpy(out, keys->log_public, PUBLIC_KEY_BYTES);
}
