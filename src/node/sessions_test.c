#include "base/test.h"

#include <unistd.h>

#include "audit/audit.h"
#include "format/json.h"
#include "node/test_house.h"
#include "serve/password.h"
#include "serve/session.h"
#include "store/test_database.h"
#include "store/test_dir.h"

/* Signing in over the routes, in a node with all features and a clock of the test's own. */
struct fixture {
	struct test_dir *dir;
	struct serve *serve;
	struct clock clock;
	int64_t now_ms, leaves;
	struct user ana, ben;
	struct password_row row;
	struct str answer, set_cookie[4]; /* of the last call */
	size_t set_cookie_n;
};

#define MINUTE_MS 60000
#define PASSWORD "gravel lantern otter seventeen"
static const char right[] = "{\"login\":\"ana\",\"password\":\"" PASSWORD "\"}";
static const char wrong[] = "{\"login\":\"ana\",\"password\":\"gravel lantern otter eighteen\"}";

static int64_t
now(void *ctx)
{
	return ((struct fixture *)ctx)->now_ms;
}

static enum rc
add_people(struct door *d, void *ctx, struct err *err)
{
	struct fixture *f = ctx;
	struct password_row row;
	struct user admin, eva;
	enum rc rc;

	if ((rc = user_find_login(d, STR("admin"), &admin, err)) != RC_OK ||
	    (rc = user_add(d, STR("ana"), STR("Ana L"), BIT(ROLE_ANALYST), admin.unit, 40001,
			   &f->ana, err)) != RC_OK ||
	    (rc = user_add(d, STR("ben"), STR("Ben O"), BIT(ROLE_ANALYST), admin.unit, 40002,
			   &f->ben, err)) != RC_OK ||
	    (rc = user_add(d, STR("eva"), STR("Eva K"), BIT(ROLE_SUPERVISOR), admin.unit, 40003,
			   &eva, err)) != RC_OK ||
	    (rc = password_make(d, f->ana.id, STR(PASSWORD), &password_cost, &row, err)) != RC_OK)
		return rc;
	f->ana.login = str_copy(f->dir->a, f->ana.login);
	f->ana.name = str_copy(f->dir->a, f->ana.name);
	return password_set(d, &row, NULL, false, err);
}

static int
setup(void **state)
{
	struct fixture *f = heap_zeroed(sizeof *f);
	struct serve_options options = {.features = liaison_features, .clock = &f->clock};

	f->dir = test_dir_new();
	f->now_ms = 1800000000000;
	f->clock = (struct clock){now, f};
	options.dir = test_house_init(f->dir, test_store(f->dir->a), &f->clock);
	f->serve = test_house_open(&options, add_people, f);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	serve_close(f->serve);
	test_dir_free(f->dir);
	free(f);
	return 0;
}

/* A browser: what it holds, and where it is. */
struct browser {
	struct str session, device, csrf;
	const char *address;	   /* NULL: 203.0.113.5 */
	const char *origin, *site; /* headers of the page that asks */
	const char *type;	   /* NULL: application/json */
};

static int
call(struct fixture *f, struct call *c)
{
	c->caller.address = c->caller.address.n > 0 ? c->caller.address : STR("203.0.113.5");
	serve_call(f->serve, c);
	f->answer = str_copy(f->dir->a, c->answer);
	f->set_cookie_n = 0;
	for (size_t i = 0; i < c->answer_headers.n && f->set_cookie_n < 4; i++)
		if (str_eq_z(c->answer_headers.at[i].name, "Set-Cookie"))
			f->set_cookie[f->set_cookie_n++] =
			    str_copy(f->dir->a, c->answer_headers.at[i].value);
	call_free(c);
	return c->status;
}

static int
web(struct fixture *f, const struct browser *b, const char *method, const char *path,
    const char *body)
{
	struct pair headers[6] = {{STR("Host"), STR("node.example")}};
	size_t n = 1;
	struct call c = {.caller = {.uid = -1},
			 .method = str_from(method),
			 .path = str_from(path),
			 .body = str_from(body)};

	if (b->address != NULL)
		c.caller.address = str_from(b->address);
	headers[n++] = (struct pair){STR("Content-Type"),
				     b->type != NULL ? str_from(b->type) : STR("application/json")};
	if (b->csrf.n > 0)
		headers[n++] = (struct pair){STR("Liaison-CSRF"), b->csrf};
	if (b->origin != NULL)
		headers[n++] = (struct pair){STR("Origin"), str_from(b->origin)};
	if (b->site != NULL)
		headers[n++] = (struct pair){STR("Sec-Fetch-Site"), str_from(b->site)};
	if (b->device.n > 0)
		headers[n++] =
		    (struct pair){STR("Cookie"), str_fmt(f->dir->a, "__Host-liaison-known=%.*s",
							 STR_ARG(b->device))};
	c.caller.has_session = b->session.n > 0;
	c.caller.session = b->session;
	c.headers = (struct pairs){headers, n};
	return call(f, &c);
}

/* By the Unix socket. */
static int
socket_call(struct fixture *f, int64_t uid, const char *method, const char *path, const char *query,
	    const char *body)
{
	struct pair parameter = {STR("user"), str_from(query)};
	struct call c = {.caller = {.uid = uid},
			 .method = str_from(method),
			 .path = str_from(path),
			 .query = {&parameter, query != NULL},
			 .body = str_from(body)};

	return call(f, &c);
}

#define ADMIN ((int64_t)getuid())
#define ANA INT64_C(40001)
#define BEN INT64_C(40002)
#define EVA INT64_C(40003)

static struct str
member(struct fixture *f, const char *name)
{
	struct err err;
	struct str text;
	json_t *json;

	must(json_read(f->answer, NULL, &json, &err) == RC_OK);
	text = str_copy(f->dir->a, json_member_str(json, name));
	json_decref(json);
	return text;
}

static struct str
cookie_value(struct str set_cookie)
{
	struct str rest = str_cut(&set_cookie, ';');

	(void)str_cut(&rest, '=');
	return rest;
}

static void
sign_in(struct fixture *f, struct browser *b)
{
	int status = web(f, b, "POST", "/api/v1/session", right);

	if (status != 201)
		fail_msg("%d: %.*s\n", status, STR_ARG(f->answer));
	assert_int_equal(f->set_cookie_n, 2);
	b->session = cookie_value(f->set_cookie[0]);
	b->device = cookie_value(f->set_cookie[1]);
	b->csrf = member(f, "csrf");
}

static enum rc
count(struct door *d, void *ctx, struct err *err)
{
	return audit_size(d->db, ctx, err);
}

/* Leaves since the last time. */
static int64_t
added(struct fixture *f)
{
	int64_t before = f->leaves;
	struct err err;

	must(serve_write(f->serve, NULL, NULL, count, &f->leaves, &err) == RC_OK);
	return f->leaves - before;
}

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

static void
a_link_sets_a_password_once_and_in_its_time(void **state)
{
	static const char other[] = "walnut bicycle harbour nineteen";
	struct fixture *f = *state;
	const struct browser b = {.address = NULL};
	struct str code, body;

	assert_int_equal(socket_call(f, BEN, "POST", "/api/v1/users/ben/invite", NULL, "{}"), 403);
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
		assert_int_equal(
		    socket_call(f, ADMIN, "PATCH", "/api/v1/users/ana", NULL, changes[i]), 200);
		assert_int_equal(web(f, &b, "GET", "/api/v1/me", NULL), 401);
		b = (struct browser){.address = NULL};
	}
	assert_int_equal(socket_call(f, ADMIN, "PATCH", "/api/v1/users/ana", NULL,
				     "{\"disabled\":false,\"system_account\":40001}"),
			 200);
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

static struct str
token_for(struct fixture *f, int64_t uid, const char *purposes)
{
	struct str body = str_fmt(f->dir->a, "{\"purposes\":[\"%s\"]}", purposes);

	assert_int_equal(socket_call(f, uid, "POST", "/api/v1/tokens", NULL, body.p), 201);
	return member(f, "token");
}

static int
by_token(struct fixture *f, struct str token, const char *path, const char *parameter)
{
	struct pair query = {str_from(parameter), STR("1")};
	struct call c = {.caller = {.uid = -1, .token = token},
			 .method = STR("GET"),
			 .path = str_from(path),
			 .query = {&query, parameter != NULL}};

	return call(f, &c);
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
	    T(a_session_opens_by_login_and_password_and_closes),
	    T(what_is_wrong_with_a_sign_in_is_told_to_nobody),
	    T(a_wait_grows_with_refusals_and_leaves_a_known_browser_alone),
	    T(one_client_may_be_refused_so_often_and_then_hears_when_to_come_again),
	    T(who_guesses_keeps_nobody_out_who_shares_their_address),
	    T(a_known_browser_that_guesses_is_turned_away_by_itself),
	    T(a_link_sets_a_password_once_and_in_its_time),
	    T(a_session_ends_by_rest_and_by_age),
	    T(a_session_ends_when_its_user_changes),
	    T(sessions_are_listed_and_ended_by_their_owner_and_administrators),
	    T(a_session_that_was_brought_along_is_never_the_one_signed_in_to),
	    T(of_many_sessions_of_one_user_the_longest_unused_ends),
	    T(a_page_of_another_site_changes_nothing),
	    T(a_token_is_good_within_its_scope_from_its_addresses_and_never_for_more),
	    T(a_token_s_purposes_bind_what_is_open_for_any_too),
	    T(a_link_for_somebody_who_has_a_password_takes_a_second_person),
	    T(one_administrator_alone_makes_a_link_with_a_reason_and_the_overseer_hears_of_it),
	    T(a_password_of_one_s_own_ends_one_s_tokens_but_when_asked_not_to),
	    T(two_ways_in_at_once_are_none),
	    T(a_password_kept_at_less_is_kept_anew_at_the_next_sign_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
