#include "base/arena.h"
#include "base/buf.h"
#include "seal/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static enum rc
collect(void *ctx, struct str bytes, struct err *err)
{
	(void)err;
	buf_add(ctx, bytes);
	return RC_OK;
}

static enum rc
open_all(struct arena *a, struct str sealed, size_t piece, struct str *plain)
{
	static const unsigned char key[DATA_KEY_BYTES] = {1, 2, 3};
	struct buf out;
	struct stream *s;
	enum rc rc = RC_OK;

	buf_init(&out, a);
	s = stream_open_new(key, STR("fuzz"), (struct stream_sink){collect, &out});
	while (sealed.n > 0 && rc == RC_OK) {
		rc = stream_add(s, str_sub(sealed, 0, piece), NULL);
		sealed = str_sub(sealed, piece, sealed.n);
	}
	if (rc == RC_OK)
		rc = stream_end(s, NULL);
	stream_free(s);
	*plain = buf_str(&out);
	return rc;
}

/*
 * The first byte: how many bytes come at once. As a sealed file of somebody else's: nothing
 * opens. As plain text: what was sealed opens, and not with one bit changed.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const unsigned char key[DATA_KEY_BYTES] = {1, 2, 3};
	struct arena *a = arena_new(0);
	struct str bytes, plain;
	struct stream *s;
	struct buf sealed;
	size_t piece;

	if (n == 0)
		goto done;
	piece = (size_t)p[0] + 1;
	bytes = (struct str){(const char *)p + 1, n - 1};
	must(open_all(a, bytes, piece, &plain) == RC_INTEGRITY);
	buf_init(&sealed, a);
	s = stream_seal_new(key, STR("fuzz"), (struct stream_sink){collect, &sealed});
	must(stream_add(s, bytes, NULL) == RC_OK && stream_end(s, NULL) == RC_OK);
	stream_free(s);
	must(open_all(a, buf_str(&sealed), piece, &plain) == RC_OK && str_eq(plain, bytes));
	sealed.p[(p[0] * 7919u + n) % sealed.n] ^= 1;
	must(open_all(a, buf_str(&sealed), piece, &plain) == RC_INTEGRITY);
done:
	arena_free(a);
	return 0;
}
