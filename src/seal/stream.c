#include "seal/stream.h"

#include <sodium.h>

#include "base/arena.h"
#include "seal/secret.h"

#define VERSION 1
#define SALT_BYTES 24

/*
 * Both ways fill a buffer and send a chunk on only when a byte more than it stands there: only
 * then is it known not to be the last.
 */
struct stream {
	bool opening, has_header, ended;
	unsigned char data_key[DATA_KEY_BYTES], chunk_key[32];
	struct stream_sink sink;
	uint64_t index, sealed_bytes;
	struct sha256 sealed;
	struct hash sealed_hash;
	size_t filled;
	unsigned char in[STREAM_CHUNK_BYTES + STREAM_TAG_BYTES];
	unsigned char out[STREAM_CHUNK_BYTES + STREAM_TAG_BYTES];
	size_t aad_n;
	unsigned char aad[];
};

static struct stream *
start(const unsigned char key[DATA_KEY_BYTES], struct str aad, struct stream_sink sink)
{
	struct stream *s = secret_new(sizeof *s + aad.n);

	memcpy(s->data_key, key, DATA_KEY_BYTES);
	if (aad.n > 0)
		memcpy(s->aad, aad.p, aad.n);
	s->aad_n = aad.n;
	s->sink = sink;
	sha256_init(&s->sealed);
	return s;
}

static void
derive_chunk_key(struct stream *s, const unsigned char salt[SALT_BYTES])
{
	static const char label[] = "liaison v1 stream";
	unsigned char message[sizeof label + SALT_BYTES];

	memcpy(message, label, sizeof label);
	memcpy(message + sizeof label, salt, SALT_BYTES);
	must(crypto_generichash(s->chunk_key, sizeof s->chunk_key, message, sizeof message,
				s->data_key, DATA_KEY_BYTES) == 0);
}

static void
count_sealed(struct stream *s, const void *p, size_t n)
{
	sha256_add(&s->sealed, p, n);
	s->sealed_bytes += n;
}

static void
chunk_nonce(const struct stream *s, bool last, unsigned char nonce[24])
{
	memset(nonce, 0, 24);
	for (int i = 0; i < 8; i++)
		nonce[i] = (unsigned char)(s->index >> (8 * (7 - i)));
	nonce[23] = last ? 1 : 0;
}

static enum rc
pass_on(struct stream *s, const void *p, size_t n, struct err *err)
{
	return n == 0 ? RC_OK : s->sink.take(s->sink.ctx, (struct str){p, n}, err);
}

static enum rc
write_header(struct stream *s, struct err *err)
{
	unsigned char *h = s->out;

	h[0] = VERSION;
	data_key_commitment(s->data_key, h + 1);
	randombytes_buf(h + 1 + KEY_COMMITMENT_BYTES, SALT_BYTES);
	derive_chunk_key(s, h + 1 + KEY_COMMITMENT_BYTES);
	s->has_header = true;
	count_sealed(s, h, STREAM_HEADER_BYTES);
	return pass_on(s, h, STREAM_HEADER_BYTES, err);
}

static enum rc
read_header(struct stream *s, struct err *err)
{
	unsigned char commitment[KEY_COMMITMENT_BYTES];

	data_key_commitment(s->data_key, commitment);
	if (s->in[0] != VERSION)
		return fail(err, RC_INTEGRITY, "", "a sealed stream has an unknown version");
	if (sodium_memcmp(s->in + 1, commitment, sizeof commitment) != 0)
		return fail(err, RC_INTEGRITY, "", "this stream was sealed under another key");
	derive_chunk_key(s, s->in + 1 + KEY_COMMITMENT_BYTES);
	s->has_header = true;
	s->filled = 0;
	return RC_OK;
}

static enum rc
send_chunk(struct stream *s, bool last, struct err *err)
{
	unsigned char nonce[24];
	unsigned long long n;

	chunk_nonce(s, last, nonce);
	if (!s->opening) {
		must(crypto_aead_xchacha20poly1305_ietf_encrypt(s->out, &n, s->in, s->filled,
								s->aad, s->aad_n, NULL, nonce,
								s->chunk_key) == 0);
		count_sealed(s, s->out, (size_t)n);
	} else if (crypto_aead_xchacha20poly1305_ietf_decrypt(s->out, &n, NULL, s->in, s->filled,
							      s->aad, s->aad_n, nonce,
							      s->chunk_key) != 0) {
		return fail(err, RC_INTEGRITY, "",
			    "chunk %llu of a sealed stream is damaged, out of place or cut off",
			    (unsigned long long)s->index);
	}
	s->index++;
	s->filled = 0;
	return pass_on(s, s->out, (size_t)n, err);
}

struct stream *
stream_seal_new(const unsigned char key[DATA_KEY_BYTES], struct str aad, struct stream_sink sink)
{
	return start(key, aad, sink);
}

struct stream *
stream_open_new(const unsigned char key[DATA_KEY_BYTES], struct str aad, struct stream_sink sink)
{
	struct stream *s = start(key, aad, sink);

	s->opening = true;
	return s;
}

enum rc
stream_add(struct stream *s, struct str bytes, struct err *err)
{
	enum rc rc;

	must(!s->ended);
	if (s->opening)
		count_sealed(s, bytes.p, bytes.n);
	else if (!s->has_header && (rc = write_header(s, err)) != RC_OK)
		return rc;
	while (bytes.n > 0) {
		size_t whole = !s->has_header ? STREAM_HEADER_BYTES
			       : s->opening   ? STREAM_CHUNK_BYTES + STREAM_TAG_BYTES
					      : STREAM_CHUNK_BYTES;
		size_t take;

		if (s->has_header && s->filled == whole &&
		    (rc = send_chunk(s, false, err)) != RC_OK)
			return rc;
		take = bytes.n < whole - s->filled ? bytes.n : whole - s->filled;
		memcpy(s->in + s->filled, bytes.p, take);
		s->filled += take;
		bytes = str_sub(bytes, take, bytes.n);
		if (!s->has_header && s->filled == whole && (rc = read_header(s, err)) != RC_OK)
			return rc;
	}
	return RC_OK;
}

enum rc
stream_end(struct stream *s, struct err *err)
{
	enum rc rc;

	must(!s->ended);
	s->ended = true;
	if (!s->has_header && s->opening)
		return fail(err, RC_INTEGRITY, "", "a sealed stream is cut short");
	if (!s->has_header && (rc = write_header(s, err)) != RC_OK)
		return rc;
	if ((rc = send_chunk(s, true, err)) != RC_OK)
		return rc;
	sha256_end(&s->sealed, &s->sealed_hash);
	return RC_OK;
}

void
stream_sealed(const struct stream *s, struct hash *hash, uint64_t *bytes)
{
	must(s->ended);
	*hash = s->sealed_hash;
	*bytes = s->sealed_bytes;
}

void
stream_free(struct stream *s)
{
	secret_free(s);
}

uint64_t
stream_sealed_bytes(uint64_t plain_bytes)
{
	uint64_t chunks = plain_bytes == 0 ? 1 : (plain_bytes - 1) / STREAM_CHUNK_BYTES + 1;

	return STREAM_HEADER_BYTES + plain_bytes + chunks * STREAM_TAG_BYTES;
}
