#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "seal/recovery.h"

static void
two_halves_open_what_one_does_not(void **state)
{
	struct arena *a = arena_new(0);
	struct recovery_public public, again;
	unsigned char secret[RECOVERY_KEY_BYTES];
	struct str half[2], plain;
	struct buf sealed;
	struct err err;

	(void)state;
	recovery_make(a, &public, half);
	buf_init(&sealed, a);
	recovery_seal(&public, STR("the file's key"), &sealed);
	assert_int_equal(recovery_join(half[1], half[0], secret, &err), RC_OK);
	assert_int_equal(recovery_open(secret, buf_str(&sealed), a, &plain, &err), RC_OK);
	assert_true(str_eq(plain, STR("the file's key")));
	/* In small letters, without dashes: as somebody types it off paper. */
	assert_int_equal(recovery_join(str_lower_ascii(a, half[0]), half[1], secret, &err), RC_OK);
	assert_int_equal(recovery_join(half[0], half[0], secret, &err), RC_INVALID);
	for (size_t i = 0; i < sealed.n; i++) {
		sealed.p[i] ^= 1;
		assert_int_equal(recovery_open(secret, buf_str(&sealed), a, &plain, &err),
				 RC_DENIED);
		sealed.p[i] ^= 1;
	}
	assert_int_equal(recovery_public_parse(recovery_public_format(a, &public), &again, &err),
			 RC_OK);
	assert_memory_equal(again.b, public.b, sizeof again.b);
	arena_free(a);
}

static void
any_letter_mistyped_is_told(void **state)
{
	struct arena *a = arena_new(0);
	struct recovery_public public;
	unsigned char secret[RECOVERY_KEY_BYTES];
	struct str half[2], other[2];
	struct err err;
	char *p;

	(void)state;
	recovery_make(a, &public, half);
	recovery_make(a, &public, other);
	assert_int_equal(recovery_join(half[0], other[1], secret, &err), RC_INVALID);
	p = str_z(a, half[0]);
	for (size_t i = 6; i < half[0].n; i++) {
		char was = p[i];

		if (was == '-')
			continue;
		p[i] = was == '7' ? '8' : '7';
		assert_int_equal(recovery_join(str_from(p), half[1], secret, &err), RC_INVALID);
		p[i] = was;
	}
	assert_int_equal(recovery_join(str_from(p), half[1], secret, &err), RC_OK);
	assert_int_equal(recovery_join(str_sub(half[0], 0, 40), half[1], secret, &err), RC_INVALID);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_halves_open_what_one_does_not),
	    cmocka_unit_test(any_letter_mistyped_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
