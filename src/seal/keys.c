#include "seal/keys.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <sodium.h>

#include "base/arena.h"
#include "seal/keys_inside.h"
#include "seal/secret.h"

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
enum rc
keys_store_ring(struct keys *keys, const struct keyfile_guard *guard,
		const unsigned char file_key[32], const struct key_ring *ring, struct err *err)
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
	if ((rc = keys_store_ring(keys, &guard, stretched, &keys->p->ring, err)) == RC_OK) {
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
bool
keys_reload(struct keys *keys)
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

void
keys_refresh(struct keys *keys)
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
		(void)keys_reload(keys);
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
