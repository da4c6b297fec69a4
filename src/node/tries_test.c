#include "base/test.h"

#include "node/test_web.h"
#include "store/test_database.h"

/* Whoever guesses waits; whoever shares an address or a browser with them does not for long. */

static void
what_is_wrong_with_a_sign_in_is_told_to_nobody(void **state)
{
	static const char *const bodies[] = {
	    wrong,
	    "{\"login\":\"nobody\",\"password\":\"" PASSWORD "\"}",
	    "{\"login\":\"ben\",\"password\":\"" PASSWORD "\"}", /* has no password */
	    "{\"login\":\"ana\",\"password\":\"\"}",
	    "{\"login\":\"\",\"password\":\"" PASSWORD "\"}",
	};
	struct fixture *f = *state;
	const struct browser b = {.address = NULL};
	struct str first = STR_NONE;

	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		(void)added(f);
		assert_int_equal(web(f, &b, "POST", "/api/v1/session", bodies[i]), 401);
		assert_int_equal(added(f), 1);
		assert_int_equal(f->set_cookie_n, 0);
		if (i == 0)
			first = f->answer;
		assert_true(str_eq(f->answer, first));
	}
	/* A closed account, and one that waits, say the same. */
	for (int i = 0; i < 6; i++)
		assert_int_equal(web(f, &b, "POST", "/api/v1/session", wrong), 401);
	(void)added(f);
	assert_int_equal(web(f, &b, "POST", "/api/v1/session", right), 401);
	assert_int_equal(added(f), 1);
	assert_true(str_eq(f->answer, first));
	assert_int_equal(
	    socket_call(f, ADMIN, "PATCH", "/api/v1/users/ana", NULL, "{\"disabled\":true}"), 200);
	f->now_ms += 60 * MINUTE_MS;
	assert_int_equal(web(f, &b, "POST", "/api/v1/session", right), 401);
	assert_true(str_eq(f->answer, first));
}

static void
a_wait_grows_with_refusals_and_leaves_a_known_browser_alone(void **state)
{
	struct fixture *f = *state;
	struct browser home = {.address = "198.51.100.7"}, stranger = {.address = "203.0.113.66"};
	struct browser office = {.address = "198.51.100.9"};

	sign_in(f, &home);
	for (int i = 0; i < 5; i++)
		assert_int_equal(web(f, &stranger, "POST", "/api/v1/session", wrong), 401);
	assert_int_equal(web(f, &stranger, "POST", "/api/v1/session", right), 401);
	/* What is tried while waiting makes no wait longer, so two seconds are two seconds. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(web(f, &stranger, "POST", "/api/v1/session", right), 401);
	sign_in(f, &office);
	f->now_ms += 2000;
	sign_in(f, &stranger);
	/* From many addresses: strangers wait, and whoever signed in here before does not. */
	for (int i = 0; i < 35; i++) {
		struct browser many = {.address = str_fmt(f->dir->a, "192.0.2.%d", i + 1).p};

		assert_int_equal(web(f, &many, "POST", "/api/v1/session", wrong), 401);
	}
	assert_int_equal(
	    web(f, &(struct browser){.address = "198.51.100.77"}, "POST", "/api/v1/session", right),
	    401);
	home.session = STR_NONE;
	sign_in(f, &home);
	/* A known browser of another user is a stranger to this account. */
	assert_int_equal(web(f,
			     &(struct browser){.address = "198.51.100.78",
					       .device = STR("01a2076e2b047f37a17e4e5c33ce2ac5."
							     "00000000000000000000000000000000")},
			     "POST", "/api/v1/session", right),
			 401);
	/* An administrator's link lets strangers try again. */
	assert_int_equal(socket_call(f, ADMIN, "POST", "/api/v1/users/ana/invite", NULL, "{}"),
			 201);
	sign_in(f, &(struct browser){.address = "198.51.100.79"});
}

static void
one_client_may_be_refused_so_often_and_then_hears_when_to_come_again(void **state)
{
	struct fixture *f = *state;
	struct browser b = {.address = "2001:db8::1"}, near = {.address = "2001:db8::ffff"};
	int status = 0, n = 0;

	/* Logins that nobody has: no account's wait explains it. */
	while (status != 429 && n++ < 60)
		status = web(f, &b, "POST", "/api/v1/session",
			     str_fmt(f->dir->a, "{\"login\":\"x%d\",\"password\":\"x\"}", n).p);
	assert_in_range(n, 40, 59);
	/* One may come free meanwhile, on a slow machine; not three at once. */
	for (int i = status = 0; i < 3 && status != 429; i++) {
		(void)added(f);
		status = web(f, &near, "POST", "/api/v1/session", wrong);
	}
	assert_int_equal(status, 429);
	assert_int_equal(added(f), 0);
	for (int i = status = 0; i < 3 && status != 429; i++)
		status = web(f, &near, "POST", "/api/v1/password", "{\"code\":\"x\"}");
	assert_int_equal(status, 429);
	sign_in(f, &(struct browser){.address = "2001:db8:0:1::1"});
}

static void
who_guesses_keeps_nobody_out_who_shares_their_address(void **state)
{
	static const char guess[] = "{\"login\":\"ben\",\"password\":\"gravel\"}";
	struct fixture *f = *state;
	struct browser known = {.address = "203.0.113.9"}, guesser = {.address = "203.0.113.9"};
	struct browser fresh = {.address = "203.0.113.9"};
	int status = 0, n = 0;

	/* Passwords take so long there that what is counted by the minute has passed. */
	if (test_under_valgrind())
		skip();
	sign_in(f, &known);
	while (status != 429 && n++ < 60)
		status = web(f, &guesser, "POST", "/api/v1/session", guess);
	assert_in_range(n, 30, 40);
	/* An account at which nobody guesses from there, by a browser that nobody knows. */
	sign_in(f, &fresh);
	assert_int_equal(web(f, &guesser, "POST", "/api/v1/session", guess), 429);
	/* One that guesses at it, too; and that tells not whether there is such a login. */
	status = n = 0;
	while (status != 429 && n++ < 30)
		status = web(f, &guesser, "POST", "/api/v1/session", wrong);
	assert_in_range(n, 2, 6);
	status = 0;
	for (int i = 0; i < n; i++)
		status = web(f, &guesser, "POST", "/api/v1/session",
			     "{\"login\":\"nobody\",\"password\":\"x\"}");
	assert_int_equal(status, 429);
	/* A browser that signed in before is not asked what its neighbours do. */
	for (int i = 0; i < 3; i++) {
		known.session = STR_NONE;
		sign_in(f, &known);
	}
	/* Nor is one known that says it is another's. */
	known.session = STR_NONE;
	assert_int_equal(web(f, &known, "POST", "/api/v1/session", guess), 429);
}

static void
a_known_browser_that_guesses_is_turned_away_by_itself(void **state)
{
	struct fixture *f = *state;
	struct browser b = {.address = "203.0.113.9"};
	int status = 0, n = 0;

	sign_in(f, &b);
	b.session = STR_NONE;
	while (status != 429 && n++ < 60)
		status = web(f, &b, "POST", "/api/v1/session", wrong);
	assert_in_range(n, 30, 40);
	/* From wherever it comes. */
	b.address = "198.51.100.20";
	assert_int_equal(web(f, &b, "POST", "/api/v1/session", right), 429);
	sign_in(f, &(struct browser){.address = "203.0.113.9"});
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(what_is_wrong_with_a_sign_in_is_told_to_nobody),
	    T(a_wait_grows_with_refusals_and_leaves_a_known_browser_alone),
	    T(one_client_may_be_refused_so_often_and_then_hears_when_to_come_again),
	    T(who_guesses_keeps_nobody_out_who_shares_their_address),
	    T(a_known_browser_that_guesses_is_turned_away_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
