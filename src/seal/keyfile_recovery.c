#include "seal/keyfile_recovery.h"

#include "base/arena.h"
#include "base/buf.h"
#include "seal/keyfile.h"
#include "seal/secret.h"

/* The ring of a file whose key is known; its slots are the caller's. */
static enum rc
load_ring(struct arena *a, const char *path, struct keyfile *file, struct err *err)
{
	struct str bytes;
	enum rc rc = keyfile_load(a, path, &bytes, err);

	return rc == RC_OK ? keyfile_parse(bytes, file, err) : rc;
}

enum rc
keyfile_recovery_seal(const char *key_path, struct str passphrase,
		      const struct recovery_public *public, struct buf *sealed, struct err *err)
{
	struct arena *a = arena_new(0);
	struct key_ring *ring = secret_new(sizeof *ring);
	unsigned char *key = secret_new(32);
	struct keyfile file;
	enum rc rc;

	/* Opened once, so that what is sealed is known to open it. */
	if ((rc = load_ring(a, key_path, &file, err)) == RC_OK &&
	    (rc = keyfile_guard_key(&file.guard, passphrase, key, err)) == RC_OK &&
	    (rc = keyfile_open(&file, key, ring, err)) == RC_OK)
		recovery_seal(public, (struct str){(const char *)key, 32}, sealed);
	secret_free(ring->slots);
	secret_free(ring);
	secret_free(key);
	arena_free(a);
	return rc;
}

enum rc
keyfile_recovery_use(const char *key_path, const unsigned char secret[RECOVERY_KEY_BYTES],
		     struct str sealed, struct str passphrase, struct err *err)
{
	struct arena *a = arena_new(0);
	struct key_ring *ring = secret_new(sizeof *ring);
	unsigned char *key = secret_new(32);
	struct str opened = STR_NONE;
	struct keyfile_guard guard;
	struct keyfile file;
	struct hash checksum;
	enum rc rc;

	if ((rc = recovery_open(secret, sealed, a, &opened, err)) == RC_OK && opened.n != 32)
		rc = fail(err, RC_DENIED, "", "this opens no key file");
	if (rc == RC_OK)
		rc = load_ring(a, key_path, &file, err);
	if (rc == RC_OK)
		rc = keyfile_open(&file, (const unsigned char *)opened.p, ring, err);
	if (rc == RC_OK) {
		keyfile_guard_new(&guard, passphrase.n > 0);
		rc = keyfile_guard_key(&guard, passphrase, key, err);
	}
	if (rc == RC_OK)
		rc = keyfile_store(key_path, keyfile_seal(a, &guard, key, ring, &checksum),
				   &file.checksum, err);
	if (opened.p != NULL)
		secret_wipe((char *)(uintptr_t)opened.p, opened.n);
	secret_free(ring->slots);
	secret_free(ring);
	secret_free(key);
	arena_free(a);
	return rc;
}
