#include "base/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "seal/keyfile.h"
#include "seal/keys.h"
#include "seal/sign.h"

static struct arena *arena;
static char folder[] = "/tmp/liaison-keys-XXXXXX";
static const char *path;

static const int64_t november = INT64_C(1793491200000); /* 2026-11-01 */

static int
fresh(void **state)
{
	(void)state;
	path = str_z(arena, str_fmt(arena, "%s/keys", folder));
	(void)unlink(path);
	return 0;
}

static struct keys *
opened(struct str passphrase)
{
	struct keys *keys;
	struct err err;

	assert_int_equal(keys_open(path, passphrase, &keys, &err), RC_OK);
	return keys;
}

static struct keys *
created(void)
{
	struct err err;

	assert_int_equal(keys_create(path, STR_NONE, &err), RC_OK);
	return opened(STR_NONE);
}

static struct str
wrapped(struct keys *keys, struct str bucket, const unsigned char *data_key)
{
	struct err err;
	struct buf b;

	buf_init(&b, arena);
	assert_int_equal(keys_wrap(keys, bucket, STR("aad"), data_key, &b, &err), RC_OK);
	assert_int_equal(b.n, WRAPPED_KEY_BYTES);
	return buf_str(&b);
}

static enum rc
unwrap(struct keys *keys, struct str bucket, struct str w)
{
	unsigned char out[DATA_KEY_BYTES];
	struct err err;

	return keys_unwrap(keys, NULL, bucket, STR("aad"), w, out, &err);
}

static void
a_wrapped_key_outlives_the_process_and_nothing_else_unwraps_it(void **state)
{
	unsigned char key[DATA_KEY_BYTES], back[DATA_KEY_BYTES];
	struct keys *keys = created();
	struct err err;
	struct str w, bad;

	(void)state;
	data_key_new(key);
	w = wrapped(keys, STR("case/2026-11"), key);
	keys_close(keys);
	keys = opened(STR_NONE);
	assert_int_equal(keys_unwrap(keys, NULL, STR("case/2026-11"), STR("aad"), w, back, &err),
			 RC_OK);
	assert_memory_equal(key, back, sizeof key);
	assert_int_equal(keys_unwrap(keys, NULL, STR("case/2026-11"), STR("AAD"), w, back, &err),
			 RC_INTEGRITY);
	assert_int_equal(unwrap(keys, STR("case/2026-12"), w), RC_INTEGRITY);
	(void)wrapped(keys, STR("case/2026-12"), key);
	assert_int_equal(unwrap(keys, STR("case/2026-12"), w), RC_INTEGRITY);
	assert_int_equal(unwrap(keys, STR("case/2026-11"), str_sub(w, 0, w.n - 1)), RC_INTEGRITY);
	for (size_t i = 0; i < w.n; i++) {
		bad = str_copy(arena, w);
		((char *)(uintptr_t)bad.p)[i] ^= 1;
		assert_int_equal(unwrap(keys, STR("case/2026-11"), bad), RC_INTEGRITY);
	}
	keys_close(keys);
}

static void
early_erasing_renews_rewraps_and_drops(void **state)
{
	struct str bucket = STR("protection/2026-11");
	unsigned char key[DATA_KEY_BYTES];
	struct keys *keys = created();
	struct str old, new;
	struct err err;

	(void)state;
	data_key_new(key);
	assert_int_equal(keys_bucket_renew(keys, bucket, &err), RC_ABSENT);
	assert_int_equal(keys_bucket_drop_old(keys, bucket, &err), RC_ABSENT);
	old = wrapped(keys, bucket, key);
	assert_int_equal(keys_bucket_renew(keys, bucket, &err), RC_OK);
	new = wrapped(keys, bucket, key);
	assert_int_equal(unwrap(keys, bucket, old), RC_OK);
	keys_close(keys);
	keys = opened(STR_NONE);
	assert_int_equal(unwrap(keys, bucket, old), RC_OK);
	assert_int_equal(keys_bucket_drop_old(keys, bucket, &err), RC_OK);
	assert_int_equal(unwrap(keys, bucket, old), RC_ABSENT);
	assert_int_equal(unwrap(keys, bucket, new), RC_OK);
	keys_close(keys);
	keys = opened(STR_NONE);
	assert_int_equal(unwrap(keys, bucket, old), RC_ABSENT);
	assert_int_equal(unwrap(keys, bucket, new), RC_OK);
	keys_close(keys);
}

static void
a_destroyed_bucket_never_opens_again_though_its_name_may_be_used(void **state)
{
	struct str bucket = STR("protection/2026-11");
	unsigned char key[DATA_KEY_BYTES];
	struct keys *keys = created();
	struct str old, other, later;
	struct err err;
	char *bent;

	(void)state;
	data_key_new(key);
	assert_int_equal(keys_bucket_destroy(keys, bucket, &err), RC_ABSENT);
	old = wrapped(keys, bucket, key);
	other = wrapped(keys, STR("protection/2026-10"), key);
	assert_int_equal(keys_bucket_destroy(keys, bucket, &err), RC_OK);
	assert_int_equal(unwrap(keys, bucket, old), RC_ABSENT);
	later = wrapped(keys, bucket, key);
	keys_close(keys);
	keys = opened(STR_NONE);
	assert_int_equal(unwrap(keys, bucket, old), RC_ABSENT);
	assert_int_equal(unwrap(keys, bucket, later), RC_OK);
	assert_int_equal(unwrap(keys, STR("protection/2026-10"), other), RC_OK);
	/* A bucket, or a generation of one, that never was is not a destroyed one. */
	assert_int_equal(unwrap(keys, STR("protection/2026-12"), other), RC_INTEGRITY);
	bent = str_z(arena, other);
	bent[0] ^= 1;
	other.p = bent;
	assert_int_equal(unwrap(keys, STR("protection/2026-10"), other), RC_INTEGRITY);
	keys_close(keys);
}

static void
many_buckets_are_each_found_again(void **state)
{
	unsigned char key[DATA_KEY_BYTES];
	struct keys *keys = created();
	struct str w[60], names[60];

	(void)state;
	data_key_new(key);
	for (int i = 0; i < 60; i++) {
		/* Out of order on purpose: 37 walks through all of 60. */
		names[i] =
		    str_fmt(arena, "class%d/2026-%02d", (i * 37) % 60 % 5, (i * 37) % 60 / 5);
		w[i] = wrapped(keys, names[i], key);
	}
	keys_close(keys);
	keys = opened(STR_NONE);
	for (int i = 0; i < 60; i++) {
		assert_int_equal(unwrap(keys, names[i], w[i]), RC_OK);
		assert_int_not_equal(unwrap(keys, names[i], w[(i + 1) % 60]), RC_OK);
	}
	keys_close(keys);
}

static void
only_the_right_passphrase_opens(void **state)
{
	struct keys *keys;
	struct err err;

	(void)state;
	assert_int_equal(keys_create(path, STR("correct horse"), &err), RC_OK);
	assert_int_equal(keys_create(path, STR_NONE, &err), RC_CONFLICT);
	assert_int_equal(keys_open(path, STR("wrong horse"), &keys, &err), RC_DENIED);
	assert_null(keys);
	assert_int_equal(keys_open(path, STR_NONE, &keys, &err), RC_DENIED);
	keys = opened(STR("correct horse"));
	assert_int_equal(keys_change_passphrase(keys, STR("battery"), &err), RC_OK);
	keys_close(keys);
	assert_int_equal(keys_open(path, STR("correct horse"), &keys, &err), RC_DENIED);
	keys_close(opened(STR("battery")));
}

static void
a_file_that_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0660, 0602, 0610};
	struct keys *keys = created();
	struct err err;
	struct stat st;

	(void)state;
	keys_close(keys);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(keys_open(path, STR_NONE, &keys, &err), RC_INVALID);
	}
	assert_int_equal(chmod(path, 0600), 0);
	keys_close(opened(STR_NONE));
	assert_int_equal(keys_open("/nonexistent/keys", STR_NONE, &keys, &err), RC_ABSENT);
	assert_int_equal(keys_open(folder, STR_NONE, &keys, &err), RC_INVALID);
}

static void
write_file(struct str bytes)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

static void
a_changed_or_cut_file_is_called_damaged(void **state)
{
	unsigned char key[DATA_KEY_BYTES] = {0};
	struct keys *keys = created();
	struct str bytes, bad;
	struct err err;

	(void)state;
	(void)wrapped(keys, STR("a/2026-01"), key);
	keys_close(keys);
	assert_int_equal(keyfile_load(arena, path, &bytes, &err), RC_OK);
	for (size_t i = 0; i < bytes.n; i++) {
		bad = str_copy(arena, bytes);
		((char *)(uintptr_t)bad.p)[i] ^= 0x10;
		write_file(bad);
		assert_int_equal(keys_open(path, STR_NONE, &keys, &err), RC_INTEGRITY);
	}
	for (size_t n = 0; n < bytes.n; n += 5) {
		write_file(str_sub(bytes, 0, n));
		assert_int_equal(keys_open(path, STR_NONE, &keys, &err), RC_INTEGRITY);
	}
	write_file(bytes);
	keys_close(opened(STR_NONE));
}

static void
a_change_by_another_process_is_not_lost(void **state)
{
	unsigned char key[DATA_KEY_BYTES] = {0};
	struct keys *one = created(), *two = opened(STR_NONE);
	struct str a = wrapped(one, STR("a/2026-01"), key), b = wrapped(two, STR("b/2026-01"), key),
		   c = wrapped(one, STR("a/2026-02"), key);

	(void)state;
	/* Each opens what the other wrapped under a key it had not seen. */
	assert_int_equal(unwrap(two, STR("a/2026-02"), c), RC_OK);
	assert_int_equal(unwrap(one, STR("b/2026-01"), b), RC_OK);
	keys_close(two);
	keys_close(one);
	one = opened(STR_NONE);
	assert_int_equal(unwrap(one, STR("a/2026-01"), a), RC_OK);
	assert_int_equal(unwrap(one, STR("b/2026-01"), b), RC_OK);
	keys_close(one);
}

static void
what_another_process_renewed_or_destroyed_is_not_used_any_more(void **state)
{
	unsigned char key[DATA_KEY_BYTES] = {0};
	struct keys *one = created(), *two = opened(STR_NONE);
	struct str before = wrapped(two, STR("a/2026-01"), key), after;
	struct err err;

	(void)state;
	assert_true(keys_is_current(one, STR("a/2026-01"), before));
	assert_int_equal(keys_bucket_renew(one, STR("a/2026-01"), &err), RC_OK);
	assert_false(keys_is_current(two, STR("a/2026-01"), before));
	after = wrapped(two, STR("a/2026-01"), key);
	assert_int_equal(keys_bucket_drop_old(one, STR("a/2026-01"), &err), RC_OK);
	assert_int_equal(unwrap(one, STR("a/2026-01"), after), RC_OK);
	assert_true(keys_is_current(two, STR("a/2026-01"), after));
	assert_int_equal(unwrap(two, STR("a/2026-01"), before), RC_ABSENT);
	/* Both at once: neither undoes the other. */
	assert_int_equal(keys_bucket_destroy(two, STR("a/2026-01"), &err), RC_OK);
	(void)wrapped(one, STR("b/2026-01"), key);
	assert_int_equal(unwrap(one, STR("a/2026-01"), after), RC_ABSENT);
	keys_close(two);
	keys_close(one);
}

static void
a_bad_bucket_name_is_refused_and_the_right_one_has_class_and_month(void **state)
{
	unsigned char key[DATA_KEY_BYTES] = {0};
	struct keys *keys = created();
	struct err err;
	struct buf b;
	struct str long_name = str_fmt(arena, "%060d", 1);

	(void)state;
	buf_init(&b, arena);
	assert_int_equal(keys_wrap(keys, STR(""), STR(""), key, &b, &err), RC_INVALID);
	assert_int_equal(keys_wrap(keys, long_name, STR(""), key, &b, &err), RC_INVALID);
	assert_int_equal(keys_wrap(keys, STR("a\0b"), STR(""), key, &b, &err), RC_INVALID);
	assert_true(str_eq_z(keys_bucket(arena, STR("case"), november), "case/2026-11"));
	assert_true(keys_class_is_good(STR("case")));
	assert_true(keys_class_is_good(STR("a2345678901234567890123456789012345678901234567")));
	assert_false(keys_class_is_good(STR("a23456789012345678901234567890123456789012345678")));
	assert_false(keys_class_is_good(STR("case/2026")) || keys_class_is_good(STR("a b")) ||
		     keys_class_is_good(STR("")));
	assert_true(str_eq_z(keys_bucket(arena, STR("case"), november - 1), "case/2026-10"));
	assert_true(str_eq_z(keys_bucket(arena, STR("case"), -1), "case/1969-12"));
	keys_close(keys);
}

static void
macs_differ_by_domain_value_month_and_node(void **state)
{
	unsigned char a[MAC_BYTES], b[MAC_BYTES];
	struct keys *keys = created(), *other;

	(void)state;
	keys_index_mac(keys, STR("phone"), STR("1"), a);
	keys_index_mac(keys, STR("phone"), STR("1"), b);
	assert_memory_equal(a, b, MAC_BYTES);
	keys_index_mac(keys, STR("phon"), STR("e1"), b);
	assert_memory_not_equal(a, b, MAC_BYTES);
	keys_index_mac(keys, STR("phone"), STR("2"), b);
	assert_memory_not_equal(a, b, MAC_BYTES);
	keys_log_mac(keys, november, STR("actor"), STR("x"), a);
	keys_log_mac(keys, november + 1000, STR("actor"), STR("x"), b);
	assert_memory_equal(a, b, MAC_BYTES);
	for (int i = 1; i < 70; i++) {
		keys_log_mac(keys, november - i * INT64_C(32) * 86400000, STR("actor"), STR("x"),
			     b);
		assert_memory_not_equal(a, b, MAC_BYTES);
	}
	keys_log_mac(keys, november, STR("actor"), STR("x"), b);
	assert_memory_equal(a, b, MAC_BYTES);
	keys_close(keys);
	keys = opened(STR_NONE);
	keys_log_mac(keys, november, STR("actor"), STR("x"), b);
	assert_memory_equal(a, b, MAC_BYTES);
	(void)unlink(path);
	other = created();
	keys_log_mac(other, november, STR("actor"), STR("x"), b);
	assert_memory_not_equal(a, b, MAC_BYTES);
	keys_close(other);
	keys_close(keys);
	keys_close(NULL);
}

#define THREADS 4

struct worker {
	pthread_t thread;
	struct keys *keys;
	int good;
};

/* No assertion here: cmocka's jumps belong to the thread of the test. */
static void *
work(void *ctx)
{
	struct worker *w = ctx;
	struct arena *a = arena_new(0);
	unsigned char key[DATA_KEY_BYTES] = {7}, back[DATA_KEY_BYTES], first[MAC_BYTES],
		      mac[MAC_BYTES];

	keys_log_mac(w->keys, november, STR("actor"), STR("x"), first);
	for (int i = 0; i < 60; i++) {
		struct str bucket = str_fmt(a, "shared/2026-%02d", i % 6 + 1);
		struct buf b;

		buf_init(&b, a);
		keys_log_mac(w->keys, november - i * INT64_C(32) * 86400000, STR("a"), STR("x"),
			     mac);
		keys_log_mac(w->keys, november, STR("actor"), STR("x"), mac);
		w->good += keys_wrap(w->keys, bucket, STR("aad"), key, &b, NULL) == RC_OK &&
			   keys_unwrap(w->keys, NULL, bucket, STR("aad"), buf_str(&b), back,
				       NULL) == RC_OK &&
			   memcmp(key, back, sizeof key) == 0 &&
			   memcmp(first, mac, sizeof mac) == 0;
	}
	arena_free(a);
	return NULL;
}

static void
many_threads_share_the_keys(void **state)
{
	struct worker workers[THREADS] = {{.good = 0}};
	struct keys *keys = created();

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		workers[i].keys = keys;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].good, 60);
	}
	keys_close(keys);
}

static void
the_log_key_signs(void **state)
{
	unsigned char public[PUBLIC_KEY_BYTES], signature[SIGNATURE_BYTES];
	struct keys *keys = created();
	struct err err;

	(void)state;
	keys_log_public(keys, public);
	assert_int_equal(keys_log_sign(keys, STR("root"), signature, &err), RC_OK);
	assert_true(sign_is_good(public, STR("root"), signature));
	assert_false(sign_is_good(public, STR("boot"), signature));
	keys_close(keys);
}

static void
each_change_of_the_ring_makes_it_older_and_an_older_copy_is_not_read_in(void **state)
{
	struct str bucket = STR("case/2026-11"), wrapping;
	unsigned char key[DATA_KEY_BYTES];
	struct keys *keys = created();
	const char *then = str_fmt(arena, "%s.then", path).p;
	uint64_t was = keys_age(keys);

	(void)state;
	data_key_new(key);
	wrapping = wrapped(keys, bucket, key);
	assert_true(keys_age(keys) > was);
	was = keys_age(keys);
	/* The file is replaced as a whole: its old name keeps what it was. */
	(void)unlink(then);
	assert_int_equal(link(path, then), 0);
	assert_int_equal(keys_bucket_renew(keys, bucket, NULL), RC_OK);
	assert_true(keys_age(keys) > was);
	was = keys_age(keys);
	assert_int_equal(keys_bucket_drop_old(keys, bucket, NULL), RC_OK);
	assert_true(keys_age(keys) > was);
	was = keys_age(keys);
	/* Put back under a process that works: what was dropped stays dropped. */
	assert_int_equal(rename(then, path), 0);
	assert_int_equal(unwrap(keys, bucket, wrapping), RC_ABSENT);
	assert_true(keys_age(keys) == was);
	assert_int_equal(keys_bucket_destroy(keys, bucket, NULL), RC_CONFLICT);
	keys_close(keys);
	keys = opened(STR_NONE);
	assert_true(keys_age(keys) < was);
	assert_int_equal(keys_bucket_destroy(keys, bucket, NULL), RC_OK);
	keys_close(keys);
}

static void
many_are_wrapped_as_one_is_and_by_few_questions(void **state)
{
	enum { MANY = KEY_WRAPS_MAX + 1 };
	static struct key_wrap wraps[MANY];
	struct keys *keys = created();
	uint64_t asked = keys_questions(keys);
	struct err err;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		wraps[i].bucket = i % 2 == 0 ? STR("a/2026-01") : STR("b/2026-01");
		wraps[i].aad = str_fmt(arena, "aad %zu", i);
		wraps[i].data_key[0] = (unsigned char)i;
	}
	assert_int_equal(keys_wrap_many(keys, wraps, MANY, &err), RC_OK);
	assert_int_equal(keys_questions(keys), asked + 2);
	for (size_t i = 0; i < MANY; i++) {
		struct str w = {(char *)wraps[i].wrapped, WRAPPED_KEY_BYTES};
		unsigned char key[DATA_KEY_BYTES];

		assert_int_equal(
		    keys_unwrap(keys, NULL, wraps[i].bucket, wraps[i].aad, w, key, &err), RC_OK);
		assert_memory_equal(key, wraps[i].data_key, sizeof key);
		/* Bound to its own place. */
		assert_int_equal(keys_unwrap(keys, NULL, wraps[i].bucket, STR("aad"), w, key, &err),
				 RC_INTEGRITY);
	}
	wraps[1].bucket = STR_NONE;
	assert_int_equal(keys_wrap_many(keys, wraps, 2, &err), RC_INVALID);
	keys_close(keys);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup(f, fresh)
	const struct CMUnitTest tests[] = {
	    T(each_change_of_the_ring_makes_it_older_and_an_older_copy_is_not_read_in),
	    T(a_wrapped_key_outlives_the_process_and_nothing_else_unwraps_it),
	    T(early_erasing_renews_rewraps_and_drops),
	    T(a_destroyed_bucket_never_opens_again_though_its_name_may_be_used),
	    T(many_buckets_are_each_found_again),
	    T(only_the_right_passphrase_opens),
	    T(a_file_that_others_may_read_is_refused),
	    T(a_changed_or_cut_file_is_called_damaged),
	    T(a_change_by_another_process_is_not_lost),
	    T(what_another_process_renewed_or_destroyed_is_not_used_any_more),
	    T(a_bad_bucket_name_is_refused_and_the_right_one_has_class_and_month),
	    T(macs_differ_by_domain_value_month_and_node),
	    T(many_threads_share_the_keys),
	    T(the_log_key_signs),
	    T(many_are_wrapped_as_one_is_and_by_few_questions),
	};
	int failed;

	arena = arena_new(0);
	assert_non_null(mkdtemp(folder));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	(void)rmdir(folder);
	arena_free(arena);
	return failed;
}
