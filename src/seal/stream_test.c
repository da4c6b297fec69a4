#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "seal/random.h"
#include "seal/stream.h"

static struct arena *arena;
static unsigned char key[DATA_KEY_BYTES];

static enum rc
into_buf(void *ctx, struct str bytes, struct err *err)
{
	(void)err;
	buf_add(ctx, bytes);
	return RC_OK;
}

static enum rc
into_nowhere(void *ctx, struct str bytes, struct err *err)
{
	(void)ctx, (void)bytes;
	return fail(err, RC_UNAVAILABLE, "", "the disk is full");
}

/* All of it through one way, in pieces of step bytes. */
static enum rc
pass(bool opening, const unsigned char *with, struct str aad, struct str bytes, size_t step,
     struct buf *out, struct hash *sealed_hash)
{
	struct stream_sink sink = {.take = into_buf, .ctx = out};
	struct stream *s =
	    opening ? stream_open_new(with, aad, sink) : stream_seal_new(with, aad, sink);
	struct err err;
	uint64_t n;
	enum rc rc = RC_OK;

	buf_init(out, arena);
	for (size_t i = 0; rc == RC_OK && i < bytes.n; i += step)
		rc = stream_add(s, str_sub(bytes, i, i + step), &err);
	if (rc == RC_OK && (rc = stream_end(s, &err)) == RC_OK && sealed_hash != NULL) {
		stream_sealed(s, sealed_hash, &n);
		assert_int_equal(n, opening ? bytes.n : out->n);
	}
	stream_free(s);
	return rc;
}

static struct str
some_bytes(size_t n)
{
	char *p = arena_bytes(arena, n + 1);

	random_bytes(p, n);
	return (struct str){p, n};
}

static void
every_length_around_a_chunk_comes_back(void **state)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 131073, 200000};
	static const size_t steps[] = {7777, 65536, 300000};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		for (size_t k = 0; k < COUNT_OF(steps); k++) {
			struct str plain = some_bytes(sizes[i]);
			struct hash a, b, c;
			struct buf sealed, back;

			assert_int_equal(
			    pass(false, key, STR("blob"), plain, steps[k], &sealed, &a), RC_OK);
			assert_int_equal(sealed.n, stream_sealed_bytes(sizes[i]));
			sha256(buf_str(&sealed), &b);
			assert_true(hash_eq(&a, &b));
			assert_int_equal(pass(true, key, STR("blob"), buf_str(&sealed),
					      steps[COUNT_OF(steps) - 1 - k], &back, &c),
					 RC_OK);
			assert_true(str_eq(buf_str(&back), plain));
			assert_true(hash_eq(&a, &c));
			arena_reset(arena);
		}
}

static void
another_key_place_or_byte_is_refused(void **state)
{
	unsigned char other[DATA_KEY_BYTES];
	struct buf sealed, back;
	size_t at[] = {0, 1, 40, 56, 57, 1000, 65536 + 57, 65536 + 57 + 15, 65536 + 57 + 16, 0};

	(void)state;
	data_key_new(other);
	assert_int_equal(pass(false, key, STR("blob"), some_bytes(70000), 70000, &sealed, NULL),
			 RC_OK);
	at[COUNT_OF(at) - 1] = sealed.n - 1;
	assert_int_equal(pass(true, other, STR("blob"), buf_str(&sealed), 999, &back, NULL),
			 RC_INTEGRITY);
	assert_int_equal(pass(true, key, STR("blub"), buf_str(&sealed), 999, &back, NULL),
			 RC_INTEGRITY);
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		sealed.p[at[i]] ^= 4;
		assert_int_equal(pass(true, key, STR("blob"), buf_str(&sealed), 5000, &back, NULL),
				 RC_INTEGRITY);
		sealed.p[at[i]] ^= 4;
	}
	assert_int_equal(pass(true, key, STR("blob"), buf_str(&sealed), 5000, &back, NULL), RC_OK);
	arena_reset(arena);
}

static void
chunks_cannot_be_cut_off_swapped_repeated_or_added(void **state)
{
	enum { CHUNK = STREAM_CHUNK_BYTES + STREAM_TAG_BYTES };
	static const char *const orders[] = {"01",   "0",    "",  "102", "0012",
					     "0112", "0122", "1", "2"};
	struct buf sealed, back;

	(void)state;
	assert_int_equal(
	    pass(false, key, STR(""), some_bytes(3 * STREAM_CHUNK_BYTES), 99999, &sealed, NULL),
	    RC_OK);
	assert_int_equal(sealed.n, STREAM_HEADER_BYTES + 3 * CHUNK);
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		struct buf other;

		buf_init(&other, arena);
		buf_add(&other, str_sub(buf_str(&sealed), 0, STREAM_HEADER_BYTES));
		for (const char *c = orders[i]; *c != '\0'; c++)
			buf_add_bytes(&other, sealed.p + STREAM_HEADER_BYTES + (*c - '0') * CHUNK,
				      CHUNK);
		assert_int_equal(pass(true, key, STR(""), buf_str(&other), 77777, &back, NULL),
				 RC_INTEGRITY);
	}
	for (size_t n = 0; n < STREAM_HEADER_BYTES + 20; n++)
		assert_int_equal(
		    pass(true, key, STR(""), str_sub(buf_str(&sealed), 0, n), 77777, &back, NULL),
		    RC_INTEGRITY);
	arena_reset(arena);
}

static void
a_sink_that_fails_stops_the_stream(void **state)
{
	struct stream *s =
	    stream_seal_new(key, STR(""), (struct stream_sink){.take = into_nowhere});
	struct err err;

	(void)state;
	assert_int_equal(stream_add(s, STR("x"), &err), RC_UNAVAILABLE);
	stream_free(s);
	stream_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_length_around_a_chunk_comes_back),
	    cmocka_unit_test(another_key_place_or_byte_is_refused),
	    cmocka_unit_test(chunks_cannot_be_cut_off_swapped_repeated_or_added),
	    cmocka_unit_test(a_sink_that_fails_stops_the_stream),
	};
	int failed;

	arena = arena_new(0);
	data_key_new(key);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
