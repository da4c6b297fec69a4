#include "seal/keyfile.h"

#include <sodium.h>

#include "base/arena.h"
#include "base/buf.h"
#include "seal/secret.h"

static const char magic[] = "liaison keys v1\n";

#define MAGIC_BYTES (sizeof magic - 1)
#define BOUND_BYTES (MAGIC_BYTES + 1 + 8 + 8 + KEYFILE_SALT_BYTES + KEYFILE_NONCE_BYTES + 4)
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define RING_HEAD_BYTES (2 + 32 + 32 + 32 + 4)

/* 64 MiB: what a small office machine has to spare at each start. */
#define MEMORY_BYTES crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE
#define OPERATIONS crypto_pwhash_argon2id_OPSLIMIT_MODERATE
/* A file that asks for more is not ours, and must not be able to stop us with it. */
#define MEMORY_BYTES_MAX (1u << 30)
#define OPERATIONS_MAX 16

static uint64_t
get_be(const char *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

/* Reads run off the end of s once: then p is NULL and all further reads are. */
static const char *
take(struct str *s, size_t n)
{
	const char *p = s->p;

	if (p == NULL || s->n < n) {
		*s = STR_NONE;
		return NULL;
	}
	*s = (struct str){p + n, s->n - n};
	return p;
}

enum rc
keyfile_parse(struct str bytes, struct keyfile *out, struct err *err)
{
	struct str rest = bytes;
	struct hash sum;
	const char *p;
	uint64_t n;

	*out = (struct keyfile){.guard = {.passphrase = false}};
	if (bytes.n > 0 &&
	    memcmp(bytes.p, magic, bytes.n < MAGIC_BYTES ? bytes.n : MAGIC_BYTES) != 0)
		return fail(err, RC_INTEGRITY, "",
			    "this is no key file, or its first bytes are damaged");
	if (bytes.n < BOUND_BYTES + TAG_BYTES + HASH_BYTES)
		return fail(err, RC_INTEGRITY, "", "the key file is cut short");
	memcpy(out->checksum.b, bytes.p + bytes.n - HASH_BYTES, HASH_BYTES);
	rest.n -= HASH_BYTES;
	sha256(rest, &sum);
	if (!hash_eq(&sum, &out->checksum))
		return fail(err, RC_INTEGRITY, "", "the key file is damaged");
	p = take(&rest, BOUND_BYTES);
	out->bound = (struct str){p, BOUND_BYTES};
	p += MAGIC_BYTES;
	out->guard.passphrase = p[0] == 1;
	out->guard.operations = get_be(p + 1, 8);
	out->guard.memory_bytes = get_be(p + 9, 8);
	memcpy(out->guard.salt, p + 17, KEYFILE_SALT_BYTES);
	out->nonce = (struct str){p + 17 + KEYFILE_SALT_BYTES, KEYFILE_NONCE_BYTES};
	n = get_be(out->nonce.p + KEYFILE_NONCE_BYTES, 4);
	if ((unsigned char)p[0] > 1 || out->guard.operations > OPERATIONS_MAX ||
	    out->guard.memory_bytes > MEMORY_BYTES_MAX || n + TAG_BYTES != rest.n)
		return fail(err, RC_INTEGRITY, "", "the key file says what no key file says");
	out->sealed = rest;
	return RC_OK;
}

static enum rc
parse_slot(struct str *rest, const struct key_slot *before, struct key_slot *slot)
{
	const char *p = take(rest, 1);
	size_t n = p != NULL ? (unsigned char)*p : 0;
	int order;

	if (n == 0 || n > BUCKET_NAME_MAX || (p = take(rest, n)) == NULL ||
	    memchr(p, '\0', n) != NULL)
		return RC_INTEGRITY;
	memcpy(slot->bucket, p, n);
	if ((p = take(rest, 5)) == NULL || (unsigned char)p[4] > 1)
		return RC_INTEGRITY;
	slot->generation = (uint32_t)get_be(p, 4);
	slot->live = p[4] == 1;
	if (slot->live) {
		if ((p = take(rest, DATA_KEY_BYTES)) == NULL)
			return RC_INTEGRITY;
		memcpy(slot->key, p, DATA_KEY_BYTES);
	}
	order = before == NULL ? -1 : strcmp(before->bucket, slot->bucket);
	if (order > 0 || (order == 0 && before->generation >= slot->generation))
		return RC_INTEGRITY;
	return RC_OK;
}

enum rc
key_ring_parse(struct str plain, struct key_ring *out, struct err *err)
{
	struct str rest = plain;
	const char *p = take(&rest, RING_HEAD_BYTES);
	uint64_t n = p != NULL ? get_be(p + 98, 4) : 0;

	out->slots = NULL;
	/* A slot is at least 7 bytes, which bounds what a false count makes us take. */
	if (p == NULL || get_be(p, 2) != 1 || n > rest.n / 7)
		return fail(err, RC_INTEGRITY, "", "the key ring has an unknown form");
	memcpy(out->log_seed, p + 2, 32);
	memcpy(out->index_key, p + 34, 32);
	memcpy(out->log_mac_key, p + 66, 32);
	out->n = n;
	out->slots = secret_new(sizeof *out->slots * (n > 0 ? n : 1));
	for (size_t i = 0; i < n; i++) {
		const struct key_slot *before = i > 0 ? &out->slots[i - 1] : NULL;

		if (parse_slot(&rest, before, &out->slots[i]) != RC_OK) {
			rest = STR_NONE;
			break;
		}
	}
	if (rest.p != NULL && rest.n == 0)
		return RC_OK;
	secret_free(out->slots);
	out->slots = NULL;
	return fail(err, RC_INTEGRITY, "", "the key ring has an unknown form");
}

/*
 * Generations only rise and a destroyed bucket keeps its slot, so each change makes this greater
 * without a number of its own in the file: a new generation by two less one for its key, and each
 * key that goes by one.
 */
uint64_t
key_ring_age(const struct key_ring *ring)
{
	uint64_t age = 0;

	for (size_t i = 0; i < ring->n; i++) {
		const struct key_slot *s = &ring->slots[i];
		bool last = i + 1 == ring->n || strcmp(s->bucket, ring->slots[i + 1].bucket) != 0;

		age += last ? 2 * ((uint64_t)s->generation + 1) : 0;
		age -= s->live;
	}
	return age;
}

static unsigned char *
put_be(unsigned char *p, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		*p++ = (unsigned char)(v >> (8 * (bytes - 1 - i)));
	return p;
}

static unsigned char *
put(unsigned char *p, const void *from, size_t n)
{
	memcpy(p, from, n);
	return p + n;
}

unsigned char *
key_ring_format(const struct key_ring *ring, size_t *n)
{
	size_t bytes = RING_HEAD_BYTES;
	unsigned char *out, *p;

	for (size_t i = 0; i < ring->n; i++)
		bytes +=
		    6 + strlen(ring->slots[i].bucket) + (ring->slots[i].live ? DATA_KEY_BYTES : 0);
	out = secret_new(bytes);
	p = put_be(out, 1, 2);
	p = put(p, ring->log_seed, 32);
	p = put(p, ring->index_key, 32);
	p = put(p, ring->log_mac_key, 32);
	p = put_be(p, ring->n, 4);
	for (size_t i = 0; i < ring->n; i++) {
		const struct key_slot *s = &ring->slots[i];

		p = put_be(p, strlen(s->bucket), 1);
		p = put(p, s->bucket, strlen(s->bucket));
		p = put_be(p, s->generation, 4);
		p = put_be(p, s->live, 1);
		if (s->live)
			p = put(p, s->key, DATA_KEY_BYTES);
	}
	must(p == out + bytes);
	*n = bytes;
	return out;
}

void
keyfile_guard_new(struct keyfile_guard *guard, bool passphrase)
{
	*guard = (struct keyfile_guard){.passphrase = passphrase};
	if (passphrase) {
		guard->operations = OPERATIONS;
		guard->memory_bytes = MEMORY_BYTES;
	}
	randombytes_buf(guard->salt, sizeof guard->salt);
}

enum rc
keyfile_guard_key(const struct keyfile_guard *guard, struct str passphrase, unsigned char key[32],
		  struct err *err)
{
	if (!guard->passphrase) {
		must(crypto_generichash(key, 32, guard->salt, sizeof guard->salt,
					(const unsigned char *)magic, MAGIC_BYTES) == 0);
		return RC_OK;
	}
	if (crypto_pwhash(key, 32, passphrase.p != NULL ? passphrase.p : "", passphrase.n,
			  guard->salt, guard->operations, (size_t)guard->memory_bytes,
			  crypto_pwhash_ALG_ARGON2ID13) != 0)
		return fail(err, RC_UNAVAILABLE, "", "the passphrase could not be stretched: %s",
			    "not enough memory, or the file asks for too little work");
	return RC_OK;
}

struct str
keyfile_seal(struct arena *a, const struct keyfile_guard *guard, const unsigned char key[32],
	     const struct key_ring *ring, struct hash *checksum)
{
	size_t n;
	unsigned char *plain = key_ring_format(ring, &n);
	struct buf b;
	char *nonce, *to;

	buf_init(&b, a);
	buf_add_bytes(&b, magic, MAGIC_BYTES);
	buf_add_byte(&b, guard->passphrase ? 1 : 0);
	buf_add_u64(&b, guard->operations);
	buf_add_u64(&b, guard->memory_bytes);
	buf_add_bytes(&b, guard->salt, sizeof guard->salt);
	randombytes_buf(buf_room(&b, KEYFILE_NONCE_BYTES), KEYFILE_NONCE_BYTES);
	buf_add_u32(&b, (uint32_t)n);
	must(b.n == BOUND_BYTES);
	to = buf_room(&b, n + TAG_BYTES);
	nonce = b.p + BOUND_BYTES - 4 - KEYFILE_NONCE_BYTES;
	must(crypto_aead_xchacha20poly1305_ietf_encrypt(
		 (unsigned char *)to, NULL, plain, n, (const unsigned char *)b.p, BOUND_BYTES, NULL,
		 (const unsigned char *)nonce, key) == 0);
	secret_free(plain);
	sha256(buf_str(&b), checksum);
	buf_add_bytes(&b, checksum->b, HASH_BYTES);
	return buf_str(&b);
}

enum rc
keyfile_open(const struct keyfile *file, const unsigned char key[32], struct key_ring *out,
	     struct err *err)
{
	size_t n = file->sealed.n - TAG_BYTES;
	unsigned char *plain = secret_new(n > 0 ? n : 1);
	enum rc rc;

	out->slots = NULL;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		plain, NULL, NULL, (const unsigned char *)file->sealed.p, file->sealed.n,
		(const unsigned char *)file->bound.p, file->bound.n,
		(const unsigned char *)file->nonce.p, key) != 0)
		rc = file->guard.passphrase
			 ? fail(err, RC_DENIED, "passphrase", "the passphrase is wrong")
			 : fail(err, RC_INTEGRITY, "", "the key file is damaged");
	else
		rc = key_ring_parse((struct str){(char *)plain, n}, out, err);
	secret_free(plain);
	return rc;
}
