#include "base/test.h"

#include "node/test_web.h"
#include "store/test_database.h"

/* How a password comes about: by a link, by its owner, and kept anew at today's cost. */

static void
a_link_sets_a_password_once_and_in_its_time(void **state)
{
	static const char other[] = "walnut bicycle harbour nineteen";
	struct fixture *f = *state;
	const struct browser b = {.address = NULL};
	struct str code, body;

	assert_int_equal(
	    socket_call(f, ADMIN, "POST", "/api/v1/users/ben/invite", NULL, "{\"hours\":2}"), 201);
	code = member(f, "code");
	body = str_fmt(f->dir->a, "{\"code\":\"%.*s\",\"password\":\"ben\"}", STR_ARG(code));
	assert_int_equal(web(f, &b, "POST", "/api/v1/password", body.p), 422);
	body = str_fmt(f->dir->a, "{\"code\":\"%.*sx\",\"password\":\"%s\"}", STR_ARG(code), other);
	assert_int_equal(web(f, &b, "POST", "/api/v1/password", body.p), 401);
	body = str_fmt(f->dir->a, "{\"code\":\"%.*s\",\"password\":\"%s\"}", STR_ARG(code), other);
	assert_int_equal(web(f, &b, "POST", "/api/v1/password", body.p), 204);
	assert_int_equal(web(f, &b, "POST", "/api/v1/password", body.p), 401);
	body = str_fmt(f->dir->a, "{\"login\":\"ben\",\"password\":\"%s\"}", other);
	assert_int_equal(web(f, &b, "POST", "/api/v1/session", body.p), 201);
	/* Too old, or another took its place: of one who has no password, so that it waits for
	 * nobody. */
	assert_int_equal(
	    socket_call(f, ADMIN, "POST", "/api/v1/users/eva/invite", NULL, "{\"hours\":2}"), 201);
	code = member(f, "code");
	assert_int_equal(
	    socket_call(f, ADMIN, "POST", "/api/v1/users/eva/invite", NULL, "{\"hours\":2}"), 201);
	body = str_fmt(f->dir->a, "{\"code\":\"%.*s\",\"password\":\"%s\"}", STR_ARG(code), other);
	assert_int_equal(web(f, &b, "POST", "/api/v1/password", body.p), 401);
	f->answer = STR_NONE;
	assert_int_equal(
	    socket_call(f, ADMIN, "POST", "/api/v1/users/eva/invite", NULL, "{\"hours\":2}"), 201);
	code = member(f, "code");
	f->now_ms += 120 * MINUTE_MS;
	body = str_fmt(f->dir->a, "{\"code\":\"%.*s\",\"password\":\"%s\"}", STR_ARG(code), other);
	assert_int_equal(web(f, &b, "POST", "/api/v1/password", body.p), 401);
	assert_int_equal(socket_call(f, ADMIN, "POST", "/api/v1/users/nobody/invite", NULL, "{}"),
			 404);
	assert_int_equal(socket_call(f, BEN, "POST", "/api/v1/users/ben/invite", NULL, "{}"), 403);
}

/* With a reason. */
static int
invite_ana(struct fixture *f, int64_t uid, const char *reason)
{
	struct pair header = {STR("Liaison-Reason"), str_from(reason)};
	struct call c = {.caller = {.uid = uid},
			 .method = STR("POST"),
			 .path = STR("/api/v1/users/ana/invite"),
			 .headers = {&header, reason != NULL},
			 .body = STR("{}")};

	return call(f, &c);
}

static int
redeem(struct fixture *f, struct str code, const char *password)
{
	return web(
	    f, &(struct browser){.address = NULL}, "POST", "/api/v1/password",
	    str_fmt(f->dir->a, "{\"code\":\"%.*s\",\"password\":\"%s\"}", STR_ARG(code), password)
		.p);
}

static void
a_link_for_somebody_who_has_a_password_takes_a_second_person(void **state)
{
	static const char other[] = "walnut bicycle harbour nineteen";
	static const char agree[] = "/api/v1/users/ana/invite/agree";
	struct fixture *f = *state;
	struct browser b = {.address = NULL}, after = {.address = NULL};
	struct str code, token;

	sign_in(f, &b);
	assert_true(str_find(f->answer, STR("\"notices\":[]")) >= 0);
	token = token_for(f, ANA, "investigation");
	assert_int_equal(socket_call(f, EVA, "POST", agree, NULL, NULL), 404);
	assert_int_equal(invite_ana(f, ADMIN, NULL), 201);
	code = member(f, "code");
	assert_true(str_eq_z(member(f, "waits_for"), "a second person"));
	/* A reason does not help where somebody could agree. */
	assert_int_equal(redeem(f, code, other), 401);
	assert_int_equal(socket_call(f, ADMIN, "POST", agree, NULL, NULL), 403);
	assert_int_equal(socket_call(f, ANA, "POST", agree, NULL, NULL), 403);
	assert_int_equal(redeem(f, code, other), 401);
	/* Nothing has happened to her meanwhile, and she hears of it. */
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
	assert_true(str_find(f->answer, STR("\"what\":\"link_made\"")) >= 0);
	assert_true(str_find(f->answer, STR("\"by\":\"admin\"")) >= 0);
	(void)added(f);
	assert_int_equal(socket_call(f, EVA, "POST", agree, NULL, NULL), 204);
	assert_int_equal(added(f), 1);
	assert_int_equal(socket_call(f, EVA, "POST", agree, NULL, NULL), 404);
	assert_int_equal(by_token(f, token, "/api/v1/me", NULL), 200);
	assert_int_equal(redeem(f, code, other), 204);
	/* Whoever was in is out: by browser and by program. */
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 401);
	assert_int_equal(by_token(f, token, "/api/v1/me", NULL), 401);
	/* It is told at each sign-in, and by nobody's will less. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(web(f, &after, "POST", "/api/v1/session",
				     "{\"login\":\"ana\",\"password\":\"walnut bicycle harbour "
				     "nineteen\"}"),
				 201);
		assert_true(str_find(f->answer, STR("\"what\":\"password_set_by_link\"")) >= 0);
		assert_true(str_find(f->answer, STR("\"what\":\"link_agreed\"")) >= 0);
	}
}

static void
one_administrator_alone_makes_a_link_with_a_reason_and_the_overseer_hears_of_it(void **state)
{
	struct pair purpose = {STR("Liaison-Purpose"), STR("oversight")};
	struct call c = {.caller = {.uid = EVA},
			 .method = STR("GET"),
			 .path = STR("/api/v1/oversee/outbox"),
			 .headers = {&purpose, 1}};
	struct fixture *f = *state;
	struct str code;

	/* A second one is there: no reason does without them. */
	assert_int_equal(invite_ana(f, ADMIN, "she lost it and is on duty tonight"), 201);
	code = member(f, "code");
	assert_int_equal(redeem(f, code, "walnut bicycle harbour nineteen"), 401);
	assert_int_equal(
	    socket_call(f, ADMIN, "PATCH", "/api/v1/users/eva", NULL, "{\"disabled\":true}"), 200);
	assert_int_equal(invite_ana(f, ADMIN, NULL), 403);
	assert_true(str_eq_z(member(f, "key"), "reason"));
	assert_int_equal(invite_ana(f, ADMIN, "lost"), 403);
	(void)added(f);
	assert_int_equal(invite_ana(f, ADMIN, "she lost it and is on duty tonight"), 201);
	assert_int_equal(added(f), 2);
	code = member(f, "code");
	assert_int_equal(redeem(f, code, "walnut bicycle harbour nineteen"), 204);
	assert_int_equal(
	    socket_call(f, ADMIN, "PATCH", "/api/v1/users/eva", NULL, "{\"disabled\":false}"), 200);
	assert_int_equal(call(f, &c), 200);
	assert_true(str_find(f->answer, STR("\"kind\":\"link_alone\"")) >= 0);
	assert_int_equal(socket_call(f, ANA, "GET", "/api/v1/me", NULL, NULL), 200);
	assert_true(str_find(f->answer, STR("\"what\":\"link_made_by_one_alone\"")) >= 0);
}

/* Who comes by the socket has no password to tell them by, and a name to lose all the same. */
static void
a_link_for_somebody_who_worked_here_takes_a_second_person(void **state)
{
	static const char other[] = "walnut bicycle harbour nineteen";
	static const char *const invite = "/api/v1/users/ben/invite";
	struct fixture *f = *state;
	struct str code;

	/* Made before they did anything it is theirs to use. */
	assert_int_equal(socket_call(f, ADMIN, "POST", "/api/v1/users/eva/invite", NULL, "{}"),
			 201);
	code = member(f, "code");
	assert_int_equal(socket_call(f, EVA, "POST", invite, NULL, "{}"), 403);
	assert_int_equal(redeem(f, code, other), 204);
	assert_int_equal(socket_call(f, BEN, "POST", invite, NULL, "{}"), 403);
	assert_int_equal(socket_call(f, ADMIN, "POST", invite, NULL, "{}"), 201);
	code = member(f, "code");
	assert_true(str_eq_z(member(f, "waits_for"), "a second person"));
	assert_int_equal(redeem(f, code, other), 401);
	assert_int_equal(socket_call(f, EVA, "POST", "/api/v1/users/ben/invite/agree", NULL, NULL),
			 204);
	assert_int_equal(redeem(f, code, other), 204);
	/* Their newest leaf is of this very change, and hides none of before. */
	assert_int_equal(socket_call(f, ADMIN, "POST", "/api/v1/users/admin/invite", NULL, "{}"),
			 201);
	assert_true(str_eq_z(member(f, "waits_for"), "a second person"));
}

/* Whoever has a system account comes in as those who are bound to it. */
static void
a_system_account_for_somebody_who_has_a_way_in_takes_a_second_person(void **state)
{
	static const char agree[] = "/api/v1/users/ana/account/agree";
	static const char bound[] = "{\"system_account\":40009}";
	struct fixture *f = *state;
	struct browser b = {.address = NULL};
	static const char *const way_out[] = {bound, "{\"system_account\":-1}", bound};

	sign_in(f, &b);
	assert_int_equal(socket_call(f, EVA, "POST", agree, NULL, bound), 404);
	/* Not by taking hers away first either. */
	for (size_t i = 0; i < COUNT_OF(way_out); i++) {
		assert_int_equal(
		    socket_call(f, ADMIN, "PATCH", "/api/v1/users/ana", NULL, way_out[i]), 202);
		assert_true(str_eq_z(member(f, "waits_for"), "a second person"));
		assert_true(str_find(f->answer, STR("\"system_account\":40001")) >= 0);
		assert_int_equal(socket_call(f, 40009, "GET", "/api/v1/me", NULL, NULL), 401);
	}
	/* Nothing has happened to her meanwhile, and she hears of it. */
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
	assert_true(str_find(f->answer, STR("\"what\":\"account_asked_for\"")) >= 0);
	assert_int_equal(socket_call(f, ADMIN, "POST", agree, NULL, bound), 403);
	assert_int_equal(socket_call(f, ANA, "POST", agree, NULL, bound), 403);
	assert_int_equal(socket_call(f, EVA, "POST", agree, NULL, "{\"system_account\":40010}"),
			 404);
	assert_int_equal(socket_call(f, 40009, "GET", "/api/v1/me", NULL, NULL), 401);
	assert_int_equal(socket_call(f, EVA, "POST", agree, NULL, bound), 204);
	assert_int_equal(socket_call(f, EVA, "POST", agree, NULL, bound), 404);
	assert_int_equal(socket_call(f, 40009, "GET", "/api/v1/me", NULL, NULL), 200);
	assert_true(str_find(f->answer, STR("\"what\":\"account_agreed\"")) >= 0);
	/* A day later nobody remembers why. */
	assert_int_equal(
	    socket_call(f, ADMIN, "PATCH", "/api/v1/users/ana", NULL, "{\"system_account\":40001}"),
	    202);
	f->now_ms += 24 * 60 * MINUTE_MS;
	assert_int_equal(socket_call(f, EVA, "POST", agree, NULL, "{\"system_account\":40001}"),
			 404);
}

static void
one_administrator_alone_binds_a_system_account_with_a_reason_and_the_overseer_hears_of_it(
    void **state)
{
	struct pair purpose = {STR("Liaison-Purpose"), STR("oversight")};
	struct pair reason = {STR("Liaison-Reason"), STR("her machine was replaced this morning")};
	struct call bind = {.caller = {.uid = ADMIN},
			    .method = STR("PATCH"),
			    .path = STR("/api/v1/users/ana"),
			    .headers = {&reason, 1},
			    .body = STR("{\"system_account\":40009}")};
	struct call c = {.caller = {.uid = EVA},
			 .method = STR("GET"),
			 .path = STR("/api/v1/oversee/outbox"),
			 .headers = {&purpose, 1}};
	struct fixture *f = *state;

	/* A second one is there: no reason does without them. */
	assert_int_equal(call(f, &bind), 202);
	assert_int_equal(
	    socket_call(f, ADMIN, "PATCH", "/api/v1/users/eva", NULL, "{\"disabled\":true}"), 200);
	assert_int_equal(
	    socket_call(f, ADMIN, "PATCH", "/api/v1/users/ana", NULL, "{\"system_account\":40009}"),
	    403);
	assert_true(str_eq_z(member(f, "key"), "reason"));
	assert_int_equal(call(f, &bind), 200);
	assert_int_equal(
	    socket_call(f, ADMIN, "PATCH", "/api/v1/users/eva", NULL, "{\"disabled\":false}"), 200);
	assert_int_equal(call(f, &c), 200);
	assert_true(str_find(f->answer, STR("\"kind\":\"account_alone\"")) >= 0);
	assert_int_equal(socket_call(f, 40009, "GET", "/api/v1/me", NULL, NULL), 200);
	assert_true(str_find(f->answer, STR("\"what\":\"account_bound_by_one_alone\"")) >= 0);
	/* Who has no way in yet waits for nobody. */
	assert_int_equal(socket_call(f, ADMIN, "POST", "/api/v1/users", NULL,
				     "{\"login\":\"new\",\"roles\":[\"analyst\"]}"),
			 201);
	assert_int_equal(
	    socket_call(f, ADMIN, "PATCH", "/api/v1/users/new", NULL, "{\"system_account\":40011}"),
	    200);
}

static void
a_password_of_one_s_own_ends_one_s_tokens_but_when_asked_not_to(void **state)
{
	static const char set[] = "{\"password\":\"walnut bicycle harbour nineteen\"}";
	static const char keep[] =
	    "{\"password\":\"walnut bicycle harbour nineteen\",\"keep_tokens\":true}";
	struct fixture *f = *state;
	struct str own = token_for(f, ANA, "investigation"), others = token_for(f, BEN, "response");

	assert_int_equal(socket_call(f, ANA, "POST", "/api/v1/me/password", NULL, keep), 200);
	assert_true(str_find(f->answer, STR("\"revoked\":false")) >= 0);
	assert_int_equal(by_token(f, own, "/api/v1/me", NULL), 200);
	assert_int_equal(socket_call(f, ANA, "POST", "/api/v1/me/password", NULL, set), 200);
	assert_true(str_find(f->answer, STR("\"revoked\":true")) >= 0);
	assert_int_equal(by_token(f, own, "/api/v1/me", NULL), 401);
	assert_int_equal(by_token(f, others, "/api/v1/me", NULL), 200);
}

static enum rc
keep_at_less(struct door *d, void *ctx, struct err *err)
{
	static const struct password_cost less = {.passes = 1, .memory_kib = 64};
	struct fixture *f = ctx;
	struct password_row row;
	enum rc rc = password_make(d, f->ana.id, STR(PASSWORD), &less, &row, err);

	return rc == RC_OK ? password_renew(d, &row, err) : rc;
}

static enum rc
find_row(struct door *d, void *ctx, struct err *err)
{
	struct fixture *f = ctx;

	return password_find(d, f->ana.id, &f->row, err);
}

static void
a_password_kept_at_less_is_kept_anew_at_the_next_sign_in(void **state)
{
	struct fixture *f = *state;
	struct browser b = {.address = NULL};
	struct err err;

	must(serve_write(f->serve, NULL, NULL, keep_at_less, f, &err) == RC_OK);
	assert_int_equal(web(f, &b, "POST", "/api/v1/session", wrong), 401);
	must(serve_write(f->serve, NULL, NULL, find_row, f, &err) == RC_OK);
	assert_int_equal(f->row.cost.passes, 1);
	sign_in(f, &b);
	must(serve_write(f->serve, NULL, NULL, find_row, f, &err) == RC_OK);
	assert_int_equal(f->row.cost.passes, password_cost.passes);
	assert_int_equal(f->row.cost.memory_kib, password_cost.memory_kib);
	sign_in(f, &b);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_link_sets_a_password_once_and_in_its_time),
	    T(a_link_for_somebody_who_has_a_password_takes_a_second_person),
	    T(one_administrator_alone_makes_a_link_with_a_reason_and_the_overseer_hears_of_it),
	    T(a_link_for_somebody_who_worked_here_takes_a_second_person),
	    T(a_system_account_for_somebody_who_has_a_way_in_takes_a_second_person),
	    T(one_administrator_alone_binds_a_system_account_with_a_reason_and_the_overseer_hears_of_it),
	    T(a_password_of_one_s_own_ends_one_s_tokens_but_when_asked_not_to),
	    T(a_password_kept_at_less_is_kept_anew_at_the_next_sign_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
