#include "base/test.h"

#include "base/arena.h"
#include "seal/checkpoint.h"
#include "seal/cosign.h"

static struct arena *arena;

/* The example of c2sp.org/tlog-cosignature: a checkpoint, its log's line and a witness's. */
static const char example[] =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\xe2\x80\x94 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\xe2\x80\x94 witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/"
    "zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

static const char text[] = "node.example/log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

struct witness {
	struct note_key key;
	unsigned char secret[SIGN_SECRET_BYTES];
};

static struct witness
witness_new(const char *name, unsigned char seed_byte)
{
	unsigned char seed[SIGN_SEED_BYTES], public[SIGN_PUBLIC_BYTES];
	struct witness w;
	struct err err;

	memset(seed, seed_byte, sizeof seed);
	sign_pair(seed, public, w.secret);
	assert_int_equal(cosign_key_make(str_from(name), public, &w.key, &err), RC_OK);
	return w;
}

static struct str
cosigned(const struct witness *w, int64_t seconds)
{
	struct buf out;

	buf_init(&out, arena);
	note_begin(&out, str_from(text));
	cosign_add(&out, &w->key, w->secret, str_from(text), seconds);
	return buf_str(&out);
}

static enum rc
verify(struct str bytes, const struct note_key *key, int64_t *seconds)
{
	struct note note;
	struct err err;
	enum rc rc = note_parse(arena, bytes, &note, &err);

	return rc != RC_OK ? rc : cosign_verify(&note, key, seconds, &err);
}

static void
the_specifications_example_has_the_time_and_shape_it_says(void **state)
{
	struct note note;
	struct err err;
	uint64_t time = 0;

	(void)state;
	assert_int_equal(note_parse(arena, str_from(example), &note, &err), RC_OK);
	assert_int_equal(note.count, 2);
	assert_int_equal(note.signatures[1].signature.n, COSIGN_SIGNATURE_BYTES);
	for (int i = 0; i < 8; i++)
		time = time << 8 | (unsigned char)note.signatures[1].signature.p[i];
	assert_int_equal(time, 1679315147);
}

static void
a_cosignature_holds_and_tells_its_time(void **state)
{
	struct witness w = witness_new("witness.example/w1", 1);
	struct note_key again;
	int64_t seconds;
	struct err err;

	(void)state;
	assert_int_equal(verify(cosigned(&w, 1679315147), &w.key, &seconds), RC_OK);
	assert_int_equal(seconds, 1679315147);
	assert_int_equal(cosign_key_parse(arena, cosign_key_format(arena, &w.key), &again, &err),
			 RC_OK);
	assert_int_equal(again.id, w.key.id);
	assert_memory_equal(again.public, w.key.public, sizeof again.public);
}

static void
one_changed_byte_of_a_cosigned_checkpoint_is_refused(void **state)
{
	struct witness w = witness_new("witness.example/w1", 1);
	struct str all = cosigned(&w, 1679315147);
	int64_t seconds;

	(void)state;
	for (size_t i = 0; i < all.n; i++) {
		struct str bad = str_copy(arena, all);

		((char *)(uintptr_t)bad.p)[i] ^= 1;
		assert_int_not_equal(verify(bad, &w.key, &seconds), RC_OK);
	}
}

static void
another_witness_has_not_signed_and_a_logs_key_is_none(void **state)
{
	struct witness w = witness_new("witness.example/w1", 1),
		       other = witness_new("witness.example/w2", 2),
		       same_name = witness_new("witness.example/w1", 2);
	struct str all = cosigned(&w, 5);
	struct note_key log, key;
	int64_t seconds;
	struct err err;

	(void)state;
	assert_int_equal(verify(all, &other.key, &seconds), RC_ABSENT);
	assert_int_equal(verify(all, &same_name.key, &seconds), RC_ABSENT);
	/* The same key as a log's has another id: a log cannot be its own witness by accident. */
	assert_int_equal(note_key_make(w.key.name, w.key.public, &log, &err), RC_OK);
	assert_int_not_equal(log.id, w.key.id);
	assert_int_equal(verify(all, &log, &seconds), RC_ABSENT);
	assert_int_equal(cosign_key_parse(arena, note_key_format(arena, &log), &key, &err),
			 RC_INVALID);
	assert_int_equal(note_key_parse(arena, cosign_key_format(arena, &w.key), &key, &err),
			 RC_INVALID);
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_specifications_example_has_the_time_and_shape_it_says),
	    cmocka_unit_test(a_cosignature_holds_and_tells_its_time),
	    cmocka_unit_test(one_changed_byte_of_a_cosigned_checkpoint_is_refused),
	    cmocka_unit_test(another_witness_has_not_signed_and_a_logs_key_is_none),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
