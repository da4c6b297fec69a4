#include "node/sealed_file.h"

#include "base/arena.h"
#include "base/buf.h"
#include "seal/passphrase.h"
#include "seal/random.h"
#include "seal/recovery.h"
#include "serve/file.h"

#define MAGIC "liaison-export 1"
#define KEY_MAGIC "liaison-sealed 2"
#define PASSPHRASE_FILE_MAX 4096

struct sealed_file {
	struct stream *stream;
};

enum rc
sealed_file_passphrase(struct arena *a, struct str path, struct str *out, struct err *err)
{
	struct str text;
	enum rc rc;

	if (path.n == 0)
		return fail(err, RC_USAGE, "seal-with", "say which file holds the passphrase");
	if ((rc = file_read_secret(a, str_z(a, path), PASSPHRASE_FILE_MAX, &text, err)) == RC_OK)
		*out = str_trim(str_cut(&text, '\n'));
	return rc;
}

static enum rc
key_from(struct arena *a, struct str path, const unsigned char *salt,
	 unsigned char key[DATA_KEY_BYTES], struct err *err)
{
	struct str passphrase;
	enum rc rc = sealed_file_passphrase(a, path, &passphrase, err);

	if (rc != RC_OK)
		return rc;
	rc = passphrase_key(passphrase, salt, key, err);
	/* It lies in an arena: nobody shall find it there afterwards. */
	explicit_bzero((char *)(uintptr_t)passphrase.p, passphrase.n);
	return rc;
}

static struct str
aad(void)
{
	return STR(MAGIC);
}

enum rc
sealed_file_new(struct arena *a, struct str passphrase, struct stream_sink sink,
		struct sealed_file **out, struct err *err)
{
	struct sealed_file *s = NEW(a, struct sealed_file);
	unsigned char key[DATA_KEY_BYTES];
	char head[SEALED_FILE_HEAD];
	enum rc rc;

	memcpy(head, MAGIC, 16);
	random_bytes(head + 16, PASSPHRASE_SALT_BYTES);
	if ((rc = passphrase_key(passphrase, (unsigned char *)head + 16, key, err)) != RC_OK)
		return rc;
	s->stream = stream_seal_new(key, aad(), sink);
	data_key_wipe(key);
	*out = s;
	return sink.take(sink.ctx, (struct str){head, sizeof head}, err);
}

bool
sealed_file_is(struct str head)
{
	return head.n >= SEALED_FILE_HEAD && str_starts(head, STR(MAGIC));
}

enum rc
sealed_file_open(struct arena *a, struct str path, struct str head, struct stream_sink sink,
		 struct sealed_file **out, struct err *err)
{
	struct sealed_file *s = NEW(a, struct sealed_file);
	unsigned char key[DATA_KEY_BYTES];
	enum rc rc;

	if (!sealed_file_is(head))
		return fail(err, RC_INVALID, "file", "is no sealed export");
	rc = key_from(a, path, (const unsigned char *)head.p + 16, key, err);
	if (rc != RC_OK)
		return rc;
	s->stream = stream_open_new(key, aad(), sink);
	data_key_wipe(key);
	*out = s;
	return RC_OK;
}

enum rc
sealed_file_new_for(struct arena *a, const struct recovery_public *public, struct stream_sink sink,
		    struct sealed_file **out, struct err *err)
{
	struct sealed_file *s = NEW(a, struct sealed_file);
	unsigned char key[DATA_KEY_BYTES];
	struct buf head;

	buf_init(&head, a);
	buf_add_z(&head, KEY_MAGIC);
	data_key_new(key);
	recovery_seal(public, (struct str){(const char *)key, sizeof key}, &head);
	must(head.n == SEALED_FILE_KEY_HEAD);
	s->stream = stream_seal_new(key, STR(KEY_MAGIC), sink);
	data_key_wipe(key);
	*out = s;
	return sink.take(sink.ctx, buf_str(&head), err);
}

bool
sealed_file_is_for_key(struct str head)
{
	return str_starts(head, STR(KEY_MAGIC));
}

enum rc
sealed_file_open_for(struct arena *a, const unsigned char secret[32], struct str head,
		     struct stream_sink sink, struct sealed_file **out, struct err *err)
{
	struct sealed_file *s = NEW(a, struct sealed_file);
	struct str key;
	enum rc rc;

	if (head.n != SEALED_FILE_KEY_HEAD || !sealed_file_is_for_key(head))
		return fail(err, RC_INVALID, "file", "is not sealed for a recovery key");
	rc = recovery_open(secret, str_sub(head, 16, head.n), a, &key, err);
	if (rc != RC_OK)
		return rc;
	must(key.n == DATA_KEY_BYTES);
	s->stream = stream_open_new((const unsigned char *)key.p, STR(KEY_MAGIC), sink);
	explicit_bzero((char *)(uintptr_t)key.p, key.n);
	*out = s;
	return RC_OK;
}

enum rc
sealed_file_add(struct sealed_file *s, struct str bytes, struct err *err)
{
	return stream_add(s->stream, bytes, err);
}

enum rc
sealed_file_end(struct sealed_file *s, struct err *err)
{
	return stream_end(s->stream, err);
}

void
sealed_file_free(struct sealed_file *s)
{
	if (s == NULL)
		return;
	stream_free(s->stream);
	s->stream = NULL;
}
