#include "base/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "seal/erased.h"
#include "seal/keys.h"

struct place {
	struct arena *a;
	char dir[64];
	const char *list;
	struct keys *keys;
};

static int
setup(void **state)
{
	static struct place p;
	const char *file;

	p = (struct place){.a = arena_new(0), .dir = "/tmp/liaison-erased.XXXXXX"};
	assert_non_null(mkdtemp(p.dir));
	file = str_fmt(p.a, "%s/keys", p.dir).p;
	p.list = str_fmt(p.a, "%s/erased", p.dir).p;
	assert_int_equal(keys_create(file, STR_NONE, NULL), RC_OK);
	assert_int_equal(keys_open(file, STR_NONE, &p.keys, NULL), RC_OK);
	*state = &p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;

	keys_close(p->keys);
	(void)unlink(p->list);
	(void)unlink(str_fmt(p->a, "%s/keys", p->dir).p);
	(void)rmdir(p->dir);
	arena_free(p->a);
	return 0;
}

static long
bytes_of(const char *path)
{
	FILE *f = fopen(path, "rb");
	long n;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	fclose(f);
	return n;
}

static void
what_was_added_is_known_and_nothing_else(void **state)
{
	struct place *p = *state;
	const struct str records[] = {STR("0123456789abcdef"), STR("fedcba9876543210")};
	const struct str bucket[] = {STR("note/2026-01")};
	struct erased_list list;

	assert_int_equal(erased_load(p->a, p->list, p->keys, &list, NULL), RC_OK);
	assert_false(erased_has(&list, ERASED_RECORD, records[0]));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    erased_add(p->list, p->keys, 7000, ERASED_RECORD, records, 2, NULL), RC_OK);
		assert_int_equal(erased_add(p->list, p->keys, 9000, ERASED_BUCKET, bucket, 1, NULL),
				 RC_OK);
		/* The second time adds nothing. */
		assert_int_equal(bytes_of(p->list), 17 + 3 * 40);
	}
	assert_int_equal(erased_load(p->a, p->list, p->keys, &list, NULL), RC_OK);
	assert_true(erased_has(&list, ERASED_RECORD, records[0]));
	assert_true(erased_has(&list, ERASED_RECORD, records[1]));
	assert_true(erased_has(&list, ERASED_BUCKET, bucket[0]));
	/* A record is no bucket, though it had the same bytes. */
	assert_false(erased_has(&list, ERASED_BUCKET, records[0]));
	assert_false(erased_has(&list, ERASED_RECORD, STR("0123456789abcdeX")));
	assert_int_equal(list.last_ms, 9000);
}

static void
an_entry_that_a_crash_cut_is_written_again(void **state)
{
	struct place *p = *state;
	const struct str two[] = {STR("0123456789abcdef"), STR("fedcba9876543210")};
	struct erased_list list;

	for (long cut = 0; cut < 17 + 2 * 40; cut++) {
		(void)unlink(p->list);
		assert_int_equal(erased_add(p->list, p->keys, 1, ERASED_RECORD, two, 2, NULL),
				 RC_OK);
		assert_int_equal(truncate(p->list, cut), 0);
		assert_int_equal(erased_add(p->list, p->keys, 1, ERASED_RECORD, two, 2, NULL),
				 RC_OK);
		assert_int_equal(erased_load(p->a, p->list, p->keys, &list, NULL), RC_OK);
		assert_int_equal(list.n, 2);
		assert_true(erased_has(&list, ERASED_RECORD, two[0]));
		assert_true(erased_has(&list, ERASED_RECORD, two[1]));
	}
}

static void
another_file_is_not_taken_for_it(void **state)
{
	struct place *p = *state;
	const struct str one[] = {STR("0123456789abcdef")};
	FILE *f = fopen(p->list, "wb");
	struct erased_list list;

	assert_non_null(f);
	fputs("liaison keys v1\nand more of it", f);
	fclose(f);
	assert_int_equal(erased_load(p->a, p->list, p->keys, &list, NULL), RC_INTEGRITY);
	assert_int_equal(erased_add(p->list, p->keys, 1, ERASED_RECORD, one, 1, NULL),
			 RC_INTEGRITY);
}

#define EACH 60

struct adding {
	const struct place *p;
	char first;
};

/* As a process of its own would: with a descriptor of its own. */
static void *
add_many(void *ctx)
{
	const struct adding *adding = ctx;
	char bytes[16] = {adding->first};

	for (int i = 0; i < EACH; i++) {
		const struct str value = {bytes, sizeof bytes};

		bytes[1] = (char)i;
		must(erased_add(adding->p->list, adding->p->keys, 1, ERASED_RECORD, &value, 1,
				NULL) == RC_OK);
	}
	return NULL;
}

static void
two_that_add_at_once_lose_nothing(void **state)
{
	struct place *p = *state;
	struct adding adding[2] = {{p, 'a'}, {p, 'b'}};
	struct erased_list list;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, add_many, &adding[0]), 0);
	(void)add_many(&adding[1]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(erased_load(p->a, p->list, p->keys, &list, NULL), RC_OK);
	assert_int_equal(list.n, 2 * EACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_was_added_is_known_and_nothing_else, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(an_entry_that_a_crash_cut_is_written_again, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(two_that_add_at_once_lose_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(another_file_is_not_taken_for_it, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
