#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "node/archive.h"

struct seen {
	struct buf text;
};

static enum rc
to_buf(void *ctx, struct str bytes, struct err *err)
{
	(void)err;
	buf_add(ctx, bytes);
	return RC_OK;
}

static enum rc
begin(void *ctx, struct str name, uint64_t bytes, struct err *err)
{
	(void)err;
	buf_addf(ctx, "[%.*s %llu ", STR_ARG(name), (unsigned long long)bytes);
	return RC_OK;
}

static enum rc
end(void *ctx, struct err *err)
{
	(void)err;
	buf_add_byte(ctx, ']');
	return RC_OK;
}

static struct str
make(struct arena *a)
{
	struct buf *out = NEW(a, struct buf);
	struct archive_writer *w;

	buf_init(out, a);
	w = archive_writer_new(a, (struct stream_sink){to_buf, out});
	assert_int_equal(archive_begin(w, NULL), RC_OK);
	assert_int_equal(archive_add(w, STR("liaison.yaml"), STR("name: x\n"), NULL), RC_OK);
	assert_int_equal(
	    archive_add(w, STR("blobs/0123456789abcdef0123456789abcdef"), STR(""), NULL), RC_OK);
	assert_int_equal(archive_end(w, json_pack("{s:i}", "format", 1), NULL), RC_OK);
	return buf_str(out);
}

/* In pieces of so many bytes. */
static enum rc
read_in(struct arena *a, struct str bytes, size_t piece, struct str *seen, struct err *err)
{
	struct buf *text = NEW(a, struct buf);
	const struct archive_handler handler = {begin, to_buf, end, text};
	struct archive_reader *r = archive_reader_new(a, &handler);
	json_t *manifest;
	enum rc rc = RC_OK;

	buf_init(text, a);
	for (size_t at = 0; at < bytes.n && rc == RC_OK; at += piece)
		rc = archive_read(
		    r, str_sub(bytes, at, at + piece < bytes.n ? at + piece : bytes.n), err);
	if (rc == RC_OK)
		rc = archive_read_end(r, &manifest, err);
	archive_reader_free(r);
	*seen = buf_str(text);
	return rc;
}

static void
what_went_in_comes_out_whatever_the_pieces(void **state)
{
	struct arena *a = arena_new(0);
	struct str bytes = make(a), seen;

	(void)state;
	for (size_t piece = 1; piece < bytes.n + 3; piece++) {
		assert_int_equal(read_in(a, bytes, piece, &seen, NULL), RC_OK);
		assert_true(str_eq(seen, STR("[liaison.yaml 8 name: x\n]"
					     "[blobs/0123456789abcdef0123456789abcdef 0 ]")));
	}
	arena_free(a);
}

static void
one_changed_or_missing_byte_is_told(void **state)
{
	struct arena *a = arena_new(0);
	struct str bytes = make(a), seen;
	char *p = str_z(a, bytes);
	size_t refused = 0;
	struct err err;

	(void)state;
	for (size_t n = 0; n < bytes.n; n++)
		assert_int_not_equal(read_in(a, str_sub(bytes, 0, n), 64, &seen, &err), RC_OK);
	for (size_t i = 0; i < bytes.n; i++) {
		p[i] ^= 1;
		refused += read_in(a, (struct str){p, bytes.n}, 64, &seen, &err) != RC_OK;
		p[i] ^= 1;
	}
	/* All but what stands in "about", which no hash covers: the seal does. */
	assert_true(refused >= bytes.n - 12);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_went_in_comes_out_whatever_the_pieces),
	    cmocka_unit_test(one_changed_or_missing_byte_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
