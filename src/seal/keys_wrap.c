#include <limits.h>

#include <sodium.h>

#include "seal/keys_inside.h"
#include "seal/secret.h"

_Static_assert(WRAPPED_KEY_BYTES == 1 + NONCE_BYTES + DATA_KEY_BYTES + 16, "the form");

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

	keys_refresh(keys);
	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	has = key_slot_current(&keys->p->ring, bucket) != NULL;
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
	keys_refresh(keys);
	must(pthread_rwlock_rdlock(&keys->lock) == 0);
	slot = key_slot_current(&keys->p->ring, bucket);
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
	if ((slot = key_slot_current(&keys->p->ring, bucket)) != NULL)
		wrap(slot, aad, data_key, out);
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	if (slot != NULL)
		return RC_OK;
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	do
		rc = key_slot_current(&keys->p->ring, bucket) == NULL
			 ? keys_add_generation(keys, bucket, err)
			 : RC_OK;
	while (rc == RC_CONFLICT && keys_reload(keys));
	if (rc == RC_OK)
		wrap(key_slot_current(&keys->p->ring, bucket), aad, data_key, out);
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
	keys_refresh(keys);
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
		keys_refresh(keys);
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
	to = key_slots_find(&keys->p->ring, bucket, &from);
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
	keys_refresh(keys);
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
