#ifndef NODE_TEST_WEB_H
#define NODE_TEST_WEB_H

/*
 * test_web: a node with all features and a clock of the test's own, asked by browsers, programs
 * and the socket. ana has a password; both she and ben are analysts.
 */

#include "base/test.h"

#include "base/arena.h"
#include "format/json.h"
#include "node/test_house.h"
#include "serve/password.h"
#include "serve/serve.h"
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

static inline int64_t
now(void *ctx)
{
	return ((struct fixture *)ctx)->now_ms;
}

static inline enum rc
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

static inline int
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

static inline int
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

static inline int
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

static inline int
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
static inline int
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

static inline struct str
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

static inline struct str
cookie_value(struct str set_cookie)
{
	struct str rest = str_cut(&set_cookie, ';');

	(void)str_cut(&rest, '=');
	return rest;
}

static inline void
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

static inline enum rc
count(struct door *d, void *ctx, struct err *err)
{
	return audit_size(d->db, ctx, err);
}

/* Leaves since the last time. */
static inline int64_t
added(struct fixture *f)
{
	int64_t before = f->leaves;
	struct err err;

	must(serve_write(f->serve, NULL, NULL, count, &f->leaves, &err) == RC_OK);
	return f->leaves - before;
}

static inline struct str
token_for(struct fixture *f, int64_t uid, const char *purposes)
{
	struct str body = str_fmt(f->dir->a, "{\"purposes\":[\"%s\"]}", purposes);

	assert_int_equal(socket_call(f, uid, "POST", "/api/v1/tokens", NULL, body.p), 201);
	return member(f, "token");
}

static inline int
by_token(struct fixture *f, struct str token, const char *path, const char *parameter)
{
	struct pair query = {str_from(parameter), STR("1")};
	struct call c = {.caller = {.uid = -1, .token = token},
			 .method = STR("GET"),
			 .path = str_from(path),
			 .query = {&query, parameter != NULL}};

	return call(f, &c);
}

#endif
