#include "seal/envelope.h"

#include <sodium.h>

#include "base/arena.h"
#include "seal/secret.h"

#define VERSION 1
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HEAD_BYTES (1 + NONCE_BYTES + KEY_COMMITMENT_BYTES)

_Static_assert(NONCE_BYTES == ENVELOPE_NONCE_BYTES, "the form in the header");
_Static_assert(HEAD_BYTES + TAG_BYTES == ENVELOPE_OVERHEAD, "the form in the header");

/* Labels keep the derived keys apart from each other and from other uses of a data key. */
static void
derive(const unsigned char key[DATA_KEY_BYTES], const char *label, unsigned char out[32])
{
	seal_ready();
	must(crypto_generichash(out, 32, (const unsigned char *)label, strlen(label), key,
				DATA_KEY_BYTES) == 0);
}

void
data_key_new(unsigned char key[DATA_KEY_BYTES])
{
	seal_ready();
	randombytes_buf(key, DATA_KEY_BYTES);
}

void
data_key_commitment(const unsigned char key[DATA_KEY_BYTES],
		    unsigned char out[KEY_COMMITMENT_BYTES])
{
	derive(key, "liaison v1 commitment", out);
}

void
data_key_wipe(unsigned char key[DATA_KEY_BYTES])
{
	sodium_memzero(key, DATA_KEY_BYTES);
}

void
envelope_key_make(const unsigned char key[DATA_KEY_BYTES], struct envelope_key *out)
{
	out->counts = false;
	derive(key, "liaison v1 envelope", out->cipher);
	data_key_commitment(key, out->commitment);
}

void
envelope_key_wipe(struct envelope_key *key)
{
	sodium_memzero(key, sizeof *key);
}

static void
seal(const struct envelope_key *key, const unsigned char nonce[NONCE_BYTES], struct str aad,
     struct str plain, struct buf *out)
{
	unsigned char *p = (unsigned char *)buf_room(out, ENVELOPE_OVERHEAD + plain.n);
	unsigned long long n;

	p[0] = VERSION;
	memcpy(p + 1, nonce, NONCE_BYTES);
	memcpy(p + 1 + NONCE_BYTES, key->commitment, KEY_COMMITMENT_BYTES);
	must(crypto_aead_xchacha20poly1305_ietf_encrypt(
		 p + HEAD_BYTES, &n, (const unsigned char *)plain.p, plain.n,
		 (const unsigned char *)aad.p, aad.n, NULL, p + 1, key->cipher) == 0);
	must(n == plain.n + TAG_BYTES);
}

void
envelope_seal_with(const struct envelope_key *key, struct str aad, struct str plain,
		   struct buf *out)
{
	unsigned char nonce[NONCE_BYTES];

	randombytes_buf(nonce, sizeof nonce);
	seal(key, nonce, aad, plain, out);
}

void
envelope_seal_next(struct envelope_key *key, struct str aad, struct str plain, struct buf *out)
{
	if (key->counts)
		sodium_increment(key->nonce, sizeof key->nonce);
	else
		randombytes_buf(key->nonce, sizeof key->nonce);
	key->counts = true;
	seal(key, key->nonce, aad, plain, out);
}

enum rc
envelope_open_with(const struct envelope_key *key, struct str aad, struct str sealed,
		   struct buf *out, struct err *err)
{
	const unsigned char *p = (const unsigned char *)sealed.p;
	size_t start = out->n;
	unsigned char *to;

	if (sealed.n < ENVELOPE_OVERHEAD)
		return fail(err, RC_INTEGRITY, "", "sealed bytes are cut short");
	if (p[0] != VERSION)
		return fail(err, RC_INTEGRITY, "", "sealed bytes have an unknown version");
	if (sodium_memcmp(p + 1 + NONCE_BYTES, key->commitment, KEY_COMMITMENT_BYTES) != 0)
		return fail(err, RC_INTEGRITY, "", "these bytes were sealed under another key");
	if (out->arena != NULL)
		arena_wipes(out->arena);
	to = (unsigned char *)buf_room(out, sealed.n - ENVELOPE_OVERHEAD);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		to, NULL, NULL, p + HEAD_BYTES, sealed.n - HEAD_BYTES, (const unsigned char *)aad.p,
		aad.n, p + 1, key->cipher) != 0) {
		out->n = start;
		return fail(err, RC_INTEGRITY, "",
			    "sealed bytes are damaged or belong to another place");
	}
	return RC_OK;
}

void
envelope_seal(const unsigned char key[DATA_KEY_BYTES], struct str aad, struct str plain,
	      struct buf *out)
{
	struct envelope_key derived;

	envelope_key_make(key, &derived);
	envelope_seal_with(&derived, aad, plain, out);
	envelope_key_wipe(&derived);
}

enum rc
envelope_open(const unsigned char key[DATA_KEY_BYTES], struct str aad, struct str sealed,
	      struct buf *out, struct err *err)
{
	struct envelope_key derived;
	enum rc rc;

	envelope_key_make(key, &derived);
	rc = envelope_open_with(&derived, aad, sealed, out, err);
	envelope_key_wipe(&derived);
	return rc;
}
