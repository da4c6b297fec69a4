#include "base/test.h"

#include "net/body_room.h"

#define K ((size_t)1 << 10)

static void
small_bodies_have_room_that_large_ones_do_not_take(void **state)
{
	struct body_room r;
	struct body_owner nobody = {0}, a, b;

	(void)state;
	body_room_open(&r, 100 * K, 400 * K, 400 * K);
	body_owner_remote(&a, STR("192.0.2.1"), true);
	body_owner_remote(&b, STR("192.0.2.2"), true);
	assert_true(body_room_take(&r, &a, 0, 400 * K));
	assert_false(body_room_has(&r, &b, 0, 65 * K));
	assert_true(body_room_take(&r, &nobody, 0, 64 * K));
	assert_false(body_room_take(&r, &nobody, 0, 64 * K));
	assert_true(body_room_take(&r, &nobody, 0, 36 * K));
	/* One that grows large has to find room there, and else keeps what it has. */
	assert_false(body_room_take(&r, &b, 64 * K, 128 * K));
	body_room_give(&r, &a, 400 * K);
	assert_true(body_room_take(&r, &b, 64 * K, 128 * K));
	assert_true(body_room_take(&r, &nobody, 0, 64 * K));
	body_room_give(&r, &b, 128 * K);
	body_room_give(&r, &nobody, 64 * K);
	body_room_give(&r, &nobody, 36 * K);
	assert_true(r.small == 0 && r.large == 0);
	body_room_close(&r);
}

static void
one_client_takes_no_more_than_its_share(void **state)
{
	struct body_room r;
	struct body_owner a, same, other;

	(void)state;
	body_room_open(&r, K, 400 * K, 200 * K);
	body_owner_remote(&a, STR("2001:db8:1:2::1"), true);
	body_owner_remote(&same, STR("2001:db8:1:2::2"), true);
	body_owner_remote(&other, STR("2001:db8:1:3::1"), true);
	assert_true(body_room_take(&r, &a, 0, 100 * K));
	assert_true(body_room_take(&r, &same, 0, 70 * K));
	assert_true(body_room_take(&r, &same, 70 * K, 100 * K));
	assert_false(body_room_take(&r, &a, 100 * K, 101 * K));
	assert_false(body_room_take(&r, &a, 0, 65 * K));
	assert_true(body_room_take(&r, &other, 0, 200 * K));
	body_room_give(&r, &same, 100 * K);
	assert_true(body_room_take(&r, &a, 100 * K, 200 * K));
	body_room_give(&r, &a, 200 * K);
	body_room_give(&r, &other, 200 * K);
	body_room_close(&r);
}

static void
strangers_have_half_and_the_socket_stands_apart(void **state)
{
	struct body_room r;
	struct body_owner stranger, another, known, here, there;

	(void)state;
	body_room_open(&r, K, 400 * K, 150 * K);
	body_owner_remote(&stranger, STR("192.0.2.1"), false);
	body_owner_remote(&another, STR("192.0.2.2"), false);
	body_owner_remote(&known, STR("192.0.2.1"), true);
	body_owner_local(&here, 0);
	body_owner_local(&there, 1000);
	assert_true(body_room_take(&r, &stranger, 0, 80 * K));
	assert_true(body_room_take(&r, &another, 0, 120 * K));
	assert_false(body_room_take(&r, &another, 120 * K, 121 * K));
	/* Who is known has the other half, of which their address has a share like all. */
	assert_true(body_room_take(&r, &known, 0, 70 * K));
	assert_false(body_room_take(&r, &known, 70 * K, 71 * K));
	assert_true(body_room_take(&r, &here, 0, 150 * K));
	assert_false(body_room_take(&r, &here, 0, 65 * K));
	assert_true(body_room_take(&r, &there, 0, 150 * K));
	body_room_give(&r, &stranger, 80 * K);
	body_room_give(&r, &another, 120 * K);
	body_room_give(&r, &known, 70 * K);
	body_room_give(&r, &here, 150 * K);
	body_room_give(&r, &there, 150 * K);
	assert_true(r.large == 0 && r.strangers == 0 && r.local == 0);
	body_room_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(small_bodies_have_room_that_large_ones_do_not_take),
	    cmocka_unit_test(one_client_takes_no_more_than_its_share),
	    cmocka_unit_test(strangers_have_half_and_the_socket_stands_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
