#include "base/clock.h"
#include "seal/keys_inside.h"
#include "seal/keywire.h"
#include "seal/secret.h"

/* Floor, so that times before 1970 have months too. */
int64_t
keys_month(int64_t ms, int *year, int *month)
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

	(void)keys_month(ms, &year, &month);
	return str_fmt(a, "%.*s/%04d-%02d", STR_ARG(retention_class), year, month);
}

static bool
bucket_is_valid(struct str bucket)
{
	return bucket.n > 0 && bucket.n <= BUCKET_NAME_MAX && memchr(bucket.p, 0, bucket.n) == NULL;
}

/* The slots of a bucket are [*from, returned); the last is the current one. */
size_t
key_slots_find(const struct key_ring *ring, struct str bucket, size_t *from)
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

const struct key_slot *
key_slot_current(const struct key_ring *ring, struct str bucket)
{
	size_t from, to = key_slots_find(ring, bucket, &from);

	return to > from && ring->slots[to - 1].live ? &ring->slots[to - 1] : NULL;
}

/*
 * Put a new list of slots for the bucket in the place of the old: keep of the old ones, and
 * then the added one. The ring in memory changes only after the file has.
 */
enum rc
keys_change_slots(struct keys *keys, struct str bucket, size_t keep_from, size_t keep_to,
		  const struct key_slot *added, struct err *err)
{
	struct key_ring *old = &keys->p->ring, *ring = secret_new(sizeof *ring);
	size_t from, to = key_slots_find(old, bucket, &from), n = 0;
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
	rc = keys_store_ring(keys, &keys->guard, keys->p->file_key, ring, err);
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
enum rc
keys_add_generation(struct keys *keys, struct str bucket, struct err *err)
{
	struct key_slot *slot;
	size_t from, to;
	enum rc rc;

	if (!bucket_is_valid(bucket))
		return fail(err, RC_INVALID, "bucket", "a bucket's name has 1 to %d bytes",
			    BUCKET_NAME_MAX);
	to = key_slots_find(&keys->p->ring, bucket, &from);
	/* The wrapping names its generation in one byte, which must stay unambiguous. */
	if (to - from >= 200)
		return fail(err, RC_CONFLICT, "bucket", "too many old keys of a bucket are kept");
	slot = secret_new(sizeof *slot);
	memcpy(slot->bucket, bucket.p, bucket.n);
	slot->generation = to > from ? keys->p->ring.slots[to - 1].generation + 1 : 1;
	slot->live = true;
	data_key_new(slot->key);
	rc = keys_change_slots(keys, bucket, from, to, slot, err);
	secret_free(slot);
	return rc;
}

enum rc
keys_bucket_renew(struct keys *keys, struct str bucket, struct err *err)
{
	enum rc rc;

	if (keys->link != NULL)
		return keys_remote_bucket(keys, KEY_BUCKET_RENEW, bucket, err);
	keys_refresh(keys);
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	do
		rc = key_slot_current(&keys->p->ring, bucket) == NULL
			 ? fail(err, RC_ABSENT, "bucket", "there is no key of this bucket")
			 : keys_add_generation(keys, bucket, err);
	while (rc == RC_CONFLICT && keys_reload(keys));
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
	keys_refresh(keys);
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	do {
		rc = RC_OK;
		to = key_slots_find(&keys->p->ring, bucket, &from);
		if (to == from)
			rc = fail(err, RC_ABSENT, "bucket", "there is no key of this bucket");
		else if (to - from > 1)
			rc = keys_change_slots(keys, bucket, to - 1, to, NULL, err);
	} while (rc == RC_CONFLICT && keys_reload(keys));
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
	keys_refresh(keys);
	must(pthread_rwlock_wrlock(&keys->lock) == 0);
	do {
		to = key_slots_find(&keys->p->ring, bucket, &from);
		if (to == from) {
			rc = fail(err, RC_ABSENT, "bucket", "there is no key of this bucket");
		} else {
			memcpy(mark.bucket, bucket.p, bucket.n);
			mark.generation = keys->p->ring.slots[to - 1].generation;
			rc = keys_change_slots(keys, bucket, from, from, &mark, err);
		}
	} while (rc == RC_CONFLICT && keys_reload(keys));
	must(pthread_rwlock_unlock(&keys->lock) == 0);
	return rc;
}
