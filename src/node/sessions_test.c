#include "base/test.h"

#include "audit/audit.h"
#include "node/test_web.h"
#include "store/test_database.h"

static void
a_session_opens_by_login_and_password_and_closes(void **state)
{
	struct fixture *f = *state;
	struct browser b = {.address = NULL};

	(void)added(f);
	sign_in(f, &b);
	assert_int_equal(added(f), 1);
	assert_true(str_starts(f->set_cookie[0], STR("__Host-liaison=")));
	assert_true(str_ends(f->set_cookie[0], STR("; Path=/; Secure; HttpOnly; SameSite=Strict")));
	assert_true(str_find(f->answer, b.session) < 0);
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
	assert_true(str_eq_z(member(f, "login"), "ana"));
	assert_int_equal(web(f, &b, "GET", "/api/v1/session", NULL), 200);
	assert_true(str_eq_z(member(f, "way"), "session") && str_eq(member(f, "csrf"), b.csrf));
	assert_int_equal(web(f, &b, "DELETE", "/api/v1/session", NULL), 204);
	assert_int_equal(f->set_cookie_n, 1);
	assert_true(str_ends(f->set_cookie[0], STR("; Max-Age=0")));
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 401);
	assert_int_equal(web(f, &b, "DELETE", "/api/v1/session", NULL), 401);
}

static void
a_session_ends_by_rest_and_by_age(void **state)
{
	struct fixture *f = *state;
	struct browser b = {.address = NULL};

	sign_in(f, &b);
	f->now_ms += 15 * MINUTE_MS - 1;
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
	/* That it was used is written by the writer; a changing call waits for what came before. */
	(void)added(f);
	f->now_ms += 15 * MINUTE_MS;
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 401);
	/* Always at work, it ends after twelve hours. */
	b = (struct browser){.address = NULL};
	sign_in(f, &b);
	for (int i = 0; i < 12 * 6 - 1; i++) {
		f->now_ms += 10 * MINUTE_MS;
		assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
		(void)added(f);
	}
	f->now_ms += 10 * MINUTE_MS - 1;
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
	f->now_ms += 1;
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 401);
}

/* Another system account is for two (password_test.c). */
static void
change_ana(struct fixture *f, const char *change)
{
	int status = socket_call(f, ADMIN, "PATCH", "/api/v1/users/ana", NULL, change);

	if (strstr(change, "account") != NULL) {
		assert_int_equal(status, 202);
		status =
		    socket_call(f, EVA, "POST", "/api/v1/users/ana/account/agree", NULL, change);
		assert_int_equal(status, 204);
	} else {
		assert_int_equal(status, 200);
	}
}

static void
a_session_ends_when_its_user_changes(void **state)
{
	static const char *const changes[] = {"{\"roles\":[\"analyst\",\"supervisor\"]}",
					      "{\"roles\":[\"analyst\"]}",
					      "{\"system_account\":40009}", "{\"disabled\":true}"};
	struct fixture *f = *state;
	struct browser b = {.address = NULL}, other = {.address = NULL};

	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		sign_in(f, &b);
		assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
		change_ana(f, changes[i]);
		assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 401);
		b = (struct browser){.address = NULL};
	}
	change_ana(f, "{\"disabled\":false}");
	change_ana(f, "{\"system_account\":40001}");
	/* Its password: all but the one that asked. */
	sign_in(f, &b);
	sign_in(f, &other);
	assert_int_equal(web(f, &b, "POST", "/api/v1/me/password",
			     "{\"password\":\"walnut bicycle harbour nineteen\"}"),
			 422);
	assert_int_equal(web(f, &b, "POST", "/api/v1/me/password",
			     "{\"old\":\"something else entirely\",\"password\":\"walnut bicycle "
			     "harbour nineteen\"}"),
			 403);
	assert_int_equal(web(f, &other, "GET", "/api/v1/me", NULL), 200);
	assert_int_equal(web(f, &b, "POST", "/api/v1/me/password",
			     "{\"old\":\"" PASSWORD "\",\"password\":\"walnut bicycle harbour "
			     "nineteen\"}"),
			 200);
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
	assert_int_equal(web(f, &other, "GET", "/api/v1/me", NULL), 401);
	assert_int_equal(web(f, &other, "POST", "/api/v1/session", right), 401);
	/* By the socket, and then none is left. */
	assert_int_equal(socket_call(f, ANA, "POST", "/api/v1/me/password", NULL,
				     "{\"password\":\"" PASSWORD "\"}"),
			 200);
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 401);
}

static void
sessions_are_listed_and_ended_by_their_owner_and_administrators(void **state)
{
	struct fixture *f = *state;
	struct browser b = {.address = NULL}, other = {.address = "198.51.100.7"};
	struct str id, path;

	sign_in(f, &b);
	sign_in(f, &other);
	assert_int_equal(web(f, &other, "GET", "/api/v1/session", NULL), 200);
	id = member(f, "session");
	assert_int_equal(web(f, &b, "GET", "/api/v1/sessions", NULL), 200);
	assert_true(str_find(f->answer, STR("\"address\":\"198.51.100.7\"")) >= 0);
	assert_true(str_find(f->answer, other.session) < 0);
	path = str_fmt(f->dir->a, "/api/v1/sessions/%.*s", STR_ARG(id));
	/* Somebody else neither sees nor ends it, nor learns that it is there. */
	assert_int_equal(socket_call(f, BEN, "GET", "/api/v1/sessions", "ana", NULL), 403);
	assert_int_equal(socket_call(f, BEN, "GET", "/api/v1/sessions", NULL, NULL), 200);
	assert_true(str_eq(f->answer, STR("{\"items\":[]}")));
	assert_int_equal(socket_call(f, BEN, "DELETE", path.p, NULL, NULL), 404);
	assert_int_equal(socket_call(f, BEN, "DELETE", "/api/v1/sessions", "ana", NULL), 403);
	assert_int_equal(web(f, &other, "GET", "/api/v1/me", NULL), 200);
	assert_int_equal(web(f, &b, "DELETE", path.p, NULL), 204);
	assert_int_equal(web(f, &other, "GET", "/api/v1/me", NULL), 401);
	assert_int_equal(web(f, &b, "DELETE", path.p, NULL), 404);
	other.session = STR_NONE;
	sign_in(f, &other);
	assert_int_equal(web(f, &b, "DELETE", "/api/v1/sessions", NULL), 200);
	assert_int_equal(web(f, &other, "GET", "/api/v1/me", NULL), 401);
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
	assert_int_equal(socket_call(f, ADMIN, "GET", "/api/v1/sessions", "ana", NULL), 200);
	assert_true(str_find(f->answer, STR("\"open\":true")) >= 0);
	assert_int_equal(socket_call(f, ADMIN, "DELETE", "/api/v1/sessions", "ana", NULL), 200);
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 401);
}

static void
a_session_that_was_brought_along_is_never_the_one_signed_in_to(void **state)
{
	struct fixture *f = *state;
	struct browser planted = {.session = STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")};
	struct browser b = {.address = NULL}, before;
	struct str set = planted.session;

	sign_in(f, &planted);
	assert_false(str_eq(planted.session, set));
	assert_int_equal(web(f, &(struct browser){.session = set}, "GET", "/api/v1/me", NULL), 401);
	sign_in(f, &b);
	before = b;
	sign_in(f, &b);
	assert_false(str_eq(before.session, b.session));
	assert_int_equal(web(f, &before, "GET", "/api/v1/me", NULL), 401);
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
}

static void
of_many_sessions_of_one_user_the_longest_unused_ends(void **state)
{
	struct fixture *f = *state;
	struct browser all[SESSIONS_OF_USER_MAX + 1] = {{.address = NULL}};

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		sign_in(f, &all[i]);
		f->now_ms += 1000;
	}
	assert_int_equal(web(f, &all[0], "GET", "/api/v1/me", NULL), 401);
	assert_int_equal(web(f, &all[1], "GET", "/api/v1/me", NULL), 200);
	assert_int_equal(web(f, &all[COUNT_OF(all) - 1], "GET", "/api/v1/me", NULL), 200);
}

/* A page in somebody's browser that sends what the browser holds, and cannot read our answers. */
static void
a_page_of_another_site_changes_nothing(void **state)
{
	static const char add[] = "{\"purposes\":[\"investigation\"]}";
	struct fixture *f = *state;
	struct browser b = {.address = NULL}, page;

	sign_in(f, &b);
	assert_int_equal(web(f, &b, "POST", "/api/v1/tokens", add), 201);
	page = b;
	page.csrf = STR_NONE;
	(void)added(f);
	assert_int_equal(web(f, &page, "POST", "/api/v1/tokens", add), 403);
	assert_true(str_eq_z(member(f, "key"), "csrf"));
	assert_int_equal(added(f), 1); /* the refusal's */
	page.csrf = str_fmt(f->dir->a, "%.*s0", (int)b.csrf.n - 1, b.csrf.p);
	if (str_eq(page.csrf, b.csrf))
		page.csrf = str_fmt(f->dir->a, "%.*s1", (int)b.csrf.n - 1, b.csrf.p);
	assert_int_equal(web(f, &page, "POST", "/api/v1/tokens", add), 403);
	assert_int_equal(web(f, &page, "DELETE", "/api/v1/session", NULL), 403);
	assert_int_equal(web(f, &page, "POST", "/api/v1/audit/verify", NULL), 403);
	/* Even if it had the header. */
	page = b;
	page.origin = "https://evil.example";
	assert_int_equal(web(f, &page, "POST", "/api/v1/tokens", add), 403);
	assert_true(str_eq_z(member(f, "key"), "origin"));
	assert_int_equal(web(f, &page, "GET", "/api/v1/me", NULL), 403);
	page.origin = "null";
	assert_int_equal(web(f, &page, "POST", "/api/v1/tokens", add), 403);
	page.origin = NULL;
	page.site = "cross-site";
	assert_int_equal(web(f, &page, "POST", "/api/v1/tokens", add), 403);
	assert_int_equal(web(f, &page, "GET", "/api/v1/me", NULL), 403);
	page.site = "same-site";
	assert_int_equal(web(f, &page, "GET", "/api/v1/me", NULL), 403);
	page.site = "same-origin";
	page.origin = "https://node.example";
	assert_int_equal(web(f, &page, "POST", "/api/v1/tokens", add), 201);
	/* It signs nobody in either, in whose name what the person types would then be kept. */
	page = (struct browser){.origin = "https://evil.example"};
	assert_int_equal(web(f, &page, "POST", "/api/v1/session", right), 403);
	page = (struct browser){.site = "cross-site"};
	assert_int_equal(web(f, &page, "POST", "/api/v1/session", right), 403);
	page = (struct browser){.type = "text/plain"};
	assert_int_equal(web(f, &page, "POST", "/api/v1/session", right), 415);
	assert_int_equal(f->set_cookie_n, 0);
}

static void
a_token_is_good_within_its_scope_from_its_addresses_and_never_for_more(void **state)
{
	struct fixture *f = *state;
	const char *const refused[][2] = {
	    {"POST", "/api/v1/tokens"},		  {"POST", "/api/v1/me/password"},
	    {"POST", "/api/v1/users/ana/invite"}, {"DELETE", "/api/v1/sessions"},
	    {"DELETE", "/api/v1/session"},
	};
	struct pair purpose = {STR("Liaison-Purpose"), STR("administration")};
	struct str token;

	assert_int_equal(socket_call(f, ADMIN, "POST", "/api/v1/tokens", NULL,
				     "{\"purposes\":[\"administration\"],\"scope\":\"writing\"}"),
			 422);
	assert_int_equal(
	    socket_call(f, ADMIN, "POST", "/api/v1/tokens", NULL,
			"{\"purposes\":[\"administration\"],\"addresses\":\"10.0.0.1/8\"}"),
	    422);
	assert_int_equal(socket_call(f, ADMIN, "POST", "/api/v1/tokens", NULL,
				     "{\"purposes\":[\"administration\"],\"scope\":\"read users\","
				     "\"addresses\":\"10.0.0.0/8\"}"),
			 201);
	token = member(f, "token");
	/* Twice: from the row, and from what the reader remembers. */
	for (int i = 0; i < 2; i++) {
		static const struct {
			const char *method, *path, *address;
			int status;
		} cases[] = {
		    {"GET", "/api/v1/users", "10.1.2.3", 200},
		    {"GET", "/api/v1/users", "11.1.2.3", 403},
		    {"POST", "/api/v1/users", "10.1.2.3", 403},
		    {"GET", "/api/v1/status", "10.1.2.3", 403},
		};

		for (size_t k = 0; k < COUNT_OF(cases); k++) {
			struct call c = {.caller = {.uid = -1,
						    .token = token,
						    .address = str_from(cases[k].address)},
					 .method = str_from(cases[k].method),
					 .path = str_from(cases[k].path),
					 .headers = {&purpose, 1}};

			if (call(f, &c) != cases[k].status)
				fail_msg("case %zu: %.*s\n", k, STR_ARG(f->answer));
		}
	}
	assert_int_equal(socket_call(f, ADMIN, "POST", "/api/v1/tokens", NULL,
				     "{\"purposes\":[\"administration\"]}"),
			 201);
	token = member(f, "token");
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct call c = {.caller = {.uid = -1, .token = token},
				 .method = str_from(refused[i][0]),
				 .path = str_from(refused[i][1]),
				 .headers = {&purpose, 1},
				 .body = str_from("{}")};

		assert_int_equal(call(f, &c), 403);
		assert_true(str_eq_z(member(f, "key"), "token"));
	}
}

static void
a_token_s_purposes_bind_what_is_open_for_any_too(void **state)
{
	static const char *const of_the_node[] = {"/api/v1/users", "/api/v1/tokens",
						  "/api/v1/sessions", "/metrics"};
	struct fixture *f = *state;
	struct str counting = token_for(f, ADMIN, "statistics");
	struct str keeping = token_for(f, ADMIN, "administration");
	struct browser b = {.address = NULL};

	sign_in(f, &b);
	/* Twice: from the row, and from what the reader remembers. */
	for (int i = 0; i < 2; i++) {
		for (size_t k = 0; k < COUNT_OF(of_the_node); k++) {
			assert_int_equal(by_token(f, counting, of_the_node[k], NULL), 403);
			assert_int_equal(by_token(f, keeping, of_the_node[k], NULL), 200);
		}
		assert_int_equal(by_token(f, counting, "/api/v1/sessions", "all"), 403);
		assert_int_equal(by_token(f, keeping, "/api/v1/sessions", "all"), 200);
		assert_true(str_find(f->answer, STR("203.0.113.5")) >= 0);
	}
	/* What it is for anybody it still is. */
	assert_int_equal(by_token(f, counting, "/api/v1/types", NULL), 200);
	assert_int_equal(by_token(f, counting, "/api/v1/me", NULL), 200);
	assert_true(str_find(f->answer, STR("administrator")) < 0);
	assert_int_equal(by_token(f, counting, "/api/v1/status", NULL), 200);
	assert_true(str_find(f->answer, STR("leaves")) < 0);
	assert_int_equal(by_token(f, keeping, "/api/v1/status", NULL), 200);
	assert_true(str_find(f->answer, STR("leaves")) >= 0);
}

static void
two_ways_in_at_once_are_none(void **state)
{
	struct fixture *f = *state;
	struct browser b = {.address = NULL};
	struct call c;

	sign_in(f, &b);
	assert_int_equal(socket_call(f, ANA, "POST", "/api/v1/tokens", NULL,
				     "{\"purposes\":[\"investigation\"]}"),
			 201);
	c = (struct call){.caller = {.uid = -1,
				     .token = member(f, "token"),
				     .has_session = true,
				     .session = b.session},
			  .method = STR("GET"),
			  .path = STR("/api/v1/me")};
	assert_int_equal(call(f, &c), 401);
	/* A session's secret is no token, also where the reader remembers it. */
	assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 200);
	c = (struct call){.caller = {.uid = -1, .token = b.session},
			  .method = STR("GET"),
			  .path = STR("/api/v1/me")};
	assert_int_equal(call(f, &c), 401);
	/* A cookie that says nothing is not forgotten for the account at the socket's end. */
	c = (struct call){.caller = {.uid = ADMIN, .has_session = true},
			  .method = STR("GET"),
			  .path = STR("/api/v1/me")};
	assert_int_equal(call(f, &c), 401);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_session_opens_by_login_and_password_and_closes),
	    T(a_session_ends_by_rest_and_by_age),
	    T(a_session_ends_when_its_user_changes),
	    T(sessions_are_listed_and_ended_by_their_owner_and_administrators),
	    T(a_session_that_was_brought_along_is_never_the_one_signed_in_to),
	    T(of_many_sessions_of_one_user_the_longest_unused_ends),
	    T(a_page_of_another_site_changes_nothing),
	    T(a_token_is_good_within_its_scope_from_its_addresses_and_never_for_more),
	    T(a_token_s_purposes_bind_what_is_open_for_any_too),
	    T(two_ways_in_at_once_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
