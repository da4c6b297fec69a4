#include "node/sessions.h"

#include "base/arena.h"
#include "format/json.h"
#include "node/api.h"
#include "node/reply.h"
#include "serve/config.h"
#include "serve/credential.h"
#include "serve/invite_second.h"
#include "serve/notice.h"
#include "serve/origin.h"
#include "serve/problem.h"
#include "serve/sign_in.h"
#include "serve/token_end.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_S INT64_C(86400)

static const struct setting settings[] = {
    /* clang-format off */
	{ "session_idle_minutes", SETTING_NUMBER, "15", 1, 60, "A browser's session ends after so many minutes without a request." },
	{ "session_hours",  SETTING_NUMBER, "12", 1, 24,   "It ends after so many hours in any case." },
	{ "web_origin",     SETTING_TEXT,   "",   0, 0,    "The node's address as browsers see it (https://node.agency.example); pages and names of others are refused. Empty: what the request's Host says." },
	{ "trusted_proxy",  SETTING_TEXT,   "",   0, 0,    "Addresses of proxies (127.0.0.1, 10.0.0.0/8) whose X-Forwarded-For tells who asks. Empty: nobody's does." },
	{ .name = NULL },
    /* clang-format on */
};

static json_t *
time_json(struct arena *a, int64_t ms)
{
	return json_from_str(time_format(a, ms));
}

static json_t *
role_names(uint32_t roles)
{
	json_t *list = json_array();

	for (int i = 0; i < ROLE_COUNT; i++)
		if ((roles & BIT(i)) != 0)
			must(json_array_append_new(list, json_string(role_name((enum role)i))) ==
			     0);
	return list;
}

static void
show_who(struct request *rq, struct reply *reply, const struct user *u)
{
	reply->json = json_object();
	reply_set(reply, "user", json_from_str(id_format(rq->arena, u->id)));
	reply_set(reply, "login", json_from_str(u->login));
	reply_set(reply, "name", json_from_str(u->name));
	reply_set(reply, "roles", role_names(u->roles));
	reply_set(reply, "unit", json_from_str(id_format(rq->arena, u->unit)));
}

static struct str
header_or_none(const struct request *rq, const char *name)
{
	struct str v = STR_NONE;

	(void)header_find(rq->headers, name, &v);
	return v;
}

/* A form of another site can send text, and nothing that says it is JSON. */
static enum rc
check_json(const struct request *rq, struct err *err)
{
	struct str type = header_or_none(rq, "Content-Type");

	type = str_trim(str_cut(&type, ';'));
	return rq->caller->uid >= 0 || str_eq_ascii_case(type, STR("application/json"))
		   ? RC_OK
		   : fail(err, RC_MEDIA, "", "send it as application/json");
}

static void
describe_caller(struct request *rq, struct sign_in *s)
{
	s->address = rq->caller->address;
	s->agent = header_or_none(rq, "User-Agent");
	(void)cookie_find(rq->headers, DEVICE_COOKIE, &s->device);
}

static void
set_cookies(struct request *rq, struct reply *reply, struct str session, struct str device)
{
	struct pair *at = NEW_N(rq->arena, struct pair, 3);

	at[0] = (struct pair){STR("Set-Cookie"), cookie_set(rq->arena, SESSION_COOKIE, session,
							    session.n > 0 ? -1 : 0)};
	/* Nothing of what was shown stays in the browser after signing out. */
	at[1] = session.n > 0
		    ? (struct pair){STR("Set-Cookie"), cookie_set(rq->arena, DEVICE_COOKIE, device,
								  DEVICE_DAYS * DAY_S)}
		    : (struct pair){STR("Clear-Site-Data"), STR("\"cache\", \"storage\"")};
	reply->headers = (struct pairs){at, 2};
}

static enum rc
store_sign_in(struct request *rq, void *draft, struct err *err)
{
	return sign_in_store(&rq->door, draft, err);
}

/* What others did to one's way in. */
static enum rc
show_notices(struct request *rq, struct reply *reply, struct id user, struct err *err)
{
	json_t *notices;
	enum rc rc = notice_list(&rq->door, user, &notices, err);

	if (rc == RC_OK)
		reply_set(reply, "notices", notices);
	return rc;
}

/* One answer for all that can be wrong, so that it tells neither which logins there are nor
 * which are waiting. */
static void
refuse_sign_in(struct request *rq, struct reply *reply)
{
	struct err why;

	(void)fail(&why, RC_UNAUTHENTICATED, "login",
		   "login or password is not right, or there were too many tries: each further "
		   "one waits longer, for 15 minutes at most");
	reply_problem(reply, rq->arena, &why);
}

static enum rc
sign_in(struct request *rq, struct reply *reply, struct err *err)
{
	struct sign_in *s = NEW(rq->arena, struct sign_in);
	const struct session_rules *rules = session_rules(rq->serve);
	int64_t now = rq->door.now_ms;
	enum rc rc;

	if ((rc = check_json(rq, err)) != RC_OK ||
	    (rc = request_text(rq, "login", &s->login, err)) != RC_OK ||
	    (rc = request_text(rq, "password", &s->password, err)) != RC_OK)
		return rc;
	describe_caller(rq, s);
	if (rq->caller->has_session)
		s->old_session = rq->caller->session;
	rc = sign_in_decide(&rq->door, s, err);
	secret_forget(s->password);
	if (rc != RC_OK)
		return rc;
	reply->write = store_sign_in;
	reply->draft = s;
	if (s->verdict != SIGN_IN_RIGHT) {
		refuse_sign_in(rq, reply);
		return RC_OK;
	}
	show_who(rq, reply, &s->user);
	reply->status = 201;
	reply_set(reply, "csrf", json_from_str(csrf_token(rq->arena, s->secret)));
	reply_set(reply, "idle_ends", time_json(rq->arena, now + rules->idle_ms));
	reply_set(reply, "ends", time_json(rq->arena, now + rules->absolute_ms));
	set_cookies(rq, reply, s->secret, s->device_new);
	return show_notices(rq, reply, s->user.id, err);
}

/* How one came in; to a session also what its changes must carry. */
static enum rc
show_session(struct request *rq, struct reply *reply, struct err *err)
{
	static const char *const ways[] = {
	    [CREDENTIAL_NONE] = "open",
	    [CREDENTIAL_ACCOUNT] = "system_account",
	    [CREDENTIAL_TOKEN] = "token",
	    [CREDENTIAL_SESSION] = "session",
	};
	struct session s;
	enum rc rc;

	show_who(rq, reply, rq->user);
	reply_set(reply, "way", json_string(ways[rq->credential->kind]));
	if (rq->credential->kind != CREDENTIAL_SESSION)
		return RC_OK;
	if ((rc = session_find(&rq->door, rq->credential->id, &s, err)) != RC_OK)
		return rc;
	reply_set(reply, "session", json_from_str(id_format(rq->arena, s.id)));
	reply_set(reply, "csrf", json_from_str(csrf_token(rq->arena, rq->caller->session)));
	reply_set(reply, "idle_ends", time_json(rq->arena, s.ends_ms));
	reply_set(reply, "ends", time_json(rq->arena, s.expires_ms));
	return RC_OK;
}

static enum rc
log_ended(struct request *rq, struct id about, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING,
				    .has_record = true,
				    .record = about,
				    .type = STR("session_ended")};

	return door_log(&rq->door, &entry, NULL, err);
}

static enum rc
sign_out(struct request *rq, struct reply *reply, struct err *err)
{
	struct session s;
	enum rc rc;

	if (rq->credential->kind != CREDENTIAL_SESSION)
		return fail(err, RC_CONFLICT, "session", "you did not come in with a session");
	if ((rc = session_find(&rq->door, rq->credential->id, &s, err)) != RC_OK ||
	    (rc = session_end(&rq->door, &s, err)) != RC_OK)
		return rc;
	set_cookies(rq, reply, STR_NONE, STR_NONE);
	reply->status = 204;
	return log_ended(rq, s.id, err);
}

static bool
administers(const struct request *rq)
{
	return (rq->user->roles & BIT(ROLE_ADMINISTRATOR)) != 0;
}

/* The user that ?user= names, for administrators; else the asker. */
static enum rc
user_asked(struct request *rq, struct user *out, struct err *err)
{
	struct str login = request_query(rq, "user");

	*out = *rq->user;
	if (login.n == 0 || str_eq(login, rq->user->login))
		return RC_OK;
	if (!administers(rq))
		return fail(err, RC_DENIED, "user",
			    "an administrator sees and ends the sessions of others");
	return user_find_login(&rq->door, login, out, err);
}

static json_t *
session_json(struct request *rq, const struct session *s, struct str login)
{
	struct arena *a = rq->arena;
	json_t *o = json_object();
	struct reply row = {.json = o};

	reply_set(&row, "id", json_from_str(id_format(a, s->id)));
	reply_set(&row, "user", json_from_str(login));
	reply_set(&row, "signed_in", time_json(a, s->created_ms));
	reply_set(&row, "seen", time_json(a, s->seen_ms));
	reply_set(&row, "ends", time_json(a, s->ended_ms != 0 ? s->ended_ms : s->ends_ms));
	reply_set(&row, "open", json_boolean(s->is_open));
	reply_set(&row, "address", json_from_str(s->address));
	reply_set(&row, "agent", json_from_str(s->agent));
	reply_set(&row, "this",
		  json_boolean(rq->credential->kind == CREDENTIAL_SESSION &&
			       id_eq(s->id, rq->credential->id)));
	return o;
}

static enum rc
list(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_LIST, .type = STR("session")};
	bool all = request_query(rq, "all").n > 0;
	struct session_list sessions;
	struct user user, other;
	json_t *items;
	enum rc rc;

	if (rq->credential->kind == CREDENTIAL_TOKEN &&
	    (rq->credential->purposes & BIT(PURPOSE_ADMINISTRATION)) == 0)
		return fail(err, RC_DENIED, "purpose",
			    "your token is not for administration, so it lists no sessions");
	if ((rc = user_asked(rq, &user, err)) != RC_OK)
		return rc;
	if (all && !administers(rq))
		return fail(err, RC_DENIED, "all", "an administrator sees the sessions of others");
	if ((rc = session_list(&rq->door, all ? NULL : &user.id, &sessions, err)) != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < sessions.n; i++) {
		struct str login = user.login;

		if (all)
			login = user_find(&rq->door, sessions.at[i].user, &other, NULL) == RC_OK
				    ? other.login
				    : STR_NONE;
		must(json_array_append_new(items, session_json(rq, &sessions.at[i], login)) == 0);
	}
	reply->json = json_object();
	reply_set(reply, "items", items);
	/* One's own are nobody else's business. */
	return all || !id_eq(user.id, rq->user->id) ? door_log(&rq->door, &entry, NULL, err)
						    : RC_OK;
}

/* Somebody else's session looks like none to whoever does not administer. */
static enum rc
end_one(struct request *rq, struct reply *reply, struct err *err)
{
	struct session s;
	struct id id;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK ||
	    (rc = session_find(&rq->door, id, &s, err)) != RC_OK)
		return rc;
	if (!s.is_open || (!id_eq(s.user, rq->user->id) && !administers(rq)))
		return fail(err, RC_ABSENT, "session", "there is no such session");
	if ((rc = session_end(&rq->door, &s, err)) != RC_OK)
		return rc;
	reply->status = 204;
	return log_ended(rq, s.id, err);
}

/* All but the one that asks. */
static enum rc
end_all(struct request *rq, struct reply *reply, struct err *err)
{
	const struct id *but =
	    rq->credential->kind == CREDENTIAL_SESSION ? &rq->credential->id : NULL;
	struct user user;
	int64_t n;
	enum rc rc;

	if ((rc = user_asked(rq, &user, err)) != RC_OK ||
	    (rc = session_end_all(&rq->door, user.id, but, &n, err)) != RC_OK)
		return rc;
	reply->json = json_object();
	reply_set(reply, "ended", json_integer(n));
	return log_ended(rq, user.id, err);
}

/* A code for a new or forgotten password, to be handed over by another way. */
static enum rc
invite(struct request *rq, struct reply *reply, struct err *err)
{
	struct str origin = session_rules(rq->serve)->web_origin, code;
	json_t *hours = json_object_get(rq->json, "hours");
	int64_t expires = rq->door.now_ms + 24 * HOUR_MS;
	struct invite made;
	struct user user;
	bool waits;
	enum rc rc;

	if (hours != NULL) {
		if (!json_is_integer(hours) || json_integer_value(hours) < 1 ||
		    json_integer_value(hours) > 168)
			return fail(err, RC_INVALID, "hours", "takes 1 to 168");
		expires = rq->door.now_ms + json_integer_value(hours) * HOUR_MS;
	}
	if ((rc = user_find_login(&rq->door, request_path(rq, "login"), &user, err)) != RC_OK ||
	    (rc = invite_add(&rq->door, &user, expires, &code, &made, err)) != RC_OK ||
	    (rc = invite_needs_second(&rq->door, &made, &waits, err)) != RC_OK ||
	    (rc = sign_in_forget(&rq->door, user.login, err)) != RC_OK)
		return rc;
	reply->status = 201;
	reply->json = json_object();
	reply_set(reply, "login", json_from_str(user.login));
	reply_set(reply, "code", json_from_str(code));
	/* What stands behind # goes to no server, proxy or log. */
	if (origin.n > 0)
		reply_set(reply, "link",
			  json_from_str(str_fmt(rq->arena, "%.*s/#invite=%.*s", STR_ARG(origin),
						STR_ARG(code))));
	reply_set(reply, "expires", time_json(rq->arena, expires));
	if (waits)
		reply_set(reply, "waits_for", json_string("a second person"));
	return RC_OK;
}

/* The second of two. A login that nobody has is one for whom no link waits. */
static enum rc
agree(struct request *rq, struct reply *reply, struct err *err)
{
	struct user user;
	enum rc rc = user_find_login(&rq->door, request_path(rq, "login"), &user, err);

	if (rc == RC_ABSENT)
		return fail(err, RC_ABSENT, "login", "no link waits for a second person there");
	if (rc == RC_OK)
		rc = invite_agree(&rq->door, &user, err);
	reply->status = 204;
	return rc;
}

static enum rc
check_new(struct request *rq, const struct user *user, struct str password, struct err *err)
{
	const struct str words[] = {user->login, user->name,
				    config_text(serve_config(rq->serve), "name")};

	return password_check(rq->arena, password, words, COUNT_OF(words), err);
}

/* A password by a one-time link. */
struct redeemed {
	struct str code;
	struct invite invite;
	struct user user;
	struct password_row row;
};

/* The link once more: of two that used it at once, one is too late. */
static enum rc
store_redeemed(struct request *rq, void *draft, struct err *err)
{
	struct redeemed *r = draft;
	const struct actor *node = rq->door.actor;
	struct actor *actor = NEW(rq->arena, struct actor);
	enum rc rc = invite_find(&rq->door, r->code, &r->invite, &r->user, err);

	if (rc != RC_OK)
		return rc;
	*actor = (struct actor){.id = r->user.id, .roles = r->user.roles, .unit = r->user.unit};
	rq->door.actor = actor;
	rc = password_set(&rq->door, &r->row, NULL, false, err);
	if (rc == RC_OK)
		rc = notice_add(&rq->door, r->user.id, "password_set_by_link", NULL, err);
	rq->door.actor = node;
	return rc;
}

static enum rc
redeem(struct request *rq, struct reply *reply, struct err *err)
{
	struct redeemed *r = NEW(rq->arena, struct redeemed);
	struct str password;
	enum rc rc;

	if ((rc = check_json(rq, err)) != RC_OK ||
	    (rc = request_text(rq, "code", &r->code, err)) != RC_OK ||
	    (rc = request_text(rq, "password", &password, err)) != RC_OK ||
	    (rc = invite_find(&rq->door, r->code, &r->invite, &r->user, err)) != RC_OK)
		return rc;
	if ((rc = check_new(rq, &r->user, password, err)) == RC_OK)
		rc = password_make(&rq->door, r->user.id, password, &password_cost, &r->row, err);
	secret_forget(password);
	reply->status = 204;
	reply->write = store_redeemed;
	reply->draft = r;
	return rc;
}

/* One's own password. By session the present one is asked for: the browser may stand open. */
struct renewed {
	struct sign_in present;
	struct password_row row;
	struct id session;
	bool keep_tokens;
};

static enum rc
store_renewed(struct request *rq, void *draft, struct err *err)
{
	struct renewed *r = draft;

	return password_set(&rq->door, &r->row,
			    rq->credential->kind == CREDENTIAL_SESSION ? &r->session : NULL,
			    r->keep_tokens, err);
}

/* Which tokens end with the old password, or go on. */
static enum rc
tell_tokens(struct request *rq, const struct renewed *r, struct reply *reply, struct err *err)
{
	struct token_list tokens;
	json_t *items;
	enum rc rc = token_list_open(&rq->door, rq->user->id, &tokens, err);

	if (rc != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < tokens.n; i++) {
		const struct token_row *t = &tokens.at[i];
		struct reply row = {.json = json_object()};

		reply_set(&row, "id", json_from_str(id_format(rq->arena, t->id)));
		reply_set(&row, "expires", time_json(rq->arena, t->expires_ms));
		reply_set(&row, "revoked", json_boolean(!r->keep_tokens));
		must(json_array_append_new(items, row.json) == 0);
	}
	reply->json = json_object();
	reply_set(reply, "tokens", items);
	return RC_OK;
}

static enum rc
store_refused(struct request *rq, void *draft, struct err *err)
{
	return sign_in_store(&rq->door, &((struct renewed *)draft)->present, err);
}

/* Counted and logged like a sign-in that was refused. */
static enum rc
check_present(struct request *rq, struct renewed *r, struct err *err)
{
	enum rc rc;

	if (rq->credential->kind != CREDENTIAL_SESSION)
		return RC_OK;
	if ((rc = request_text(rq, "old", &r->present.password, err)) != RC_OK)
		return rc;
	r->present.login = rq->user->login;
	describe_caller(rq, &r->present);
	rc = sign_in_decide(&rq->door, &r->present, err);
	secret_forget(r->present.password);
	return rc;
}

static enum rc
renew(struct request *rq, struct reply *reply, struct err *err)
{
	struct renewed *r = NEW(rq->arena, struct renewed);
	struct str password;
	struct err why;
	enum rc rc;

	reply->draft = r;
	r->session = rq->credential->id;
	if ((rc = request_text(rq, "password", &password, err)) != RC_OK ||
	    (rc = check_present(rq, r, err)) != RC_OK)
		return rc;
	if (r->present.verdict != SIGN_IN_RIGHT) {
		(void)fail(&why, RC_DENIED, "old",
			   "the present password is not right, or there were too many tries");
		reply_problem(reply, rq->arena, &why);
		reply->write = store_refused;
		return RC_OK;
	}
	if ((rc = check_new(rq, rq->user, password, err)) == RC_OK)
		rc = password_make(&rq->door, rq->user->id, password, &password_cost, &r->row, err);
	secret_forget(password);
	r->keep_tokens = json_is_true(json_object_get(rq->json, "keep_tokens"));
	reply->write = store_renewed;
	return rc == RC_OK ? tell_tokens(rq, r, reply, err) : rc;
}

#define ADMINISTRATOR BIT(ROLE_ADMINISTRATOR)
#define BODY_MAX 8192
#define HASHES (ROUTE_WRITES | ROUTE_DRAFTS | ROUTE_HASHES)
#define PERSON (ROUTE_WRITES | ROUTE_PERSON)
/* Who signs out is out, also while the disk is full. */
#define LEAVES (PERSON | ROUTE_FULL_DISK)

static const struct route routes[] = {
    /* clang-format off */
	{ "POST",   "/api/v1/session",              ROLES_NOBODY,  PURPOSES_ANY, HASHES | ROUTE_OPEN,   BODY_MAX, sign_in,      "Sign in with login and password: a cookie, and what changes must carry." },
	{ "GET",    "/api/v1/session",              ROLES_ANY,     PURPOSES_ANY, 0,                     0,        show_session, "How you came in, until when, and what changes must carry." },
	{ "DELETE", "/api/v1/session",              ROLES_ANY,     PURPOSES_ANY, LEAVES,                0,        sign_out,     "Sign out." },
	{ "GET",    "/api/v1/sessions",             ROLES_ANY,     PURPOSES_ANY, 0,                     0,        list,         "Your sessions; others' for administrators (?user=LOGIN, ?all=1)." },
	{ "DELETE", "/api/v1/sessions",             ROLES_ANY,     PURPOSES_ANY, LEAVES,                0,        end_all,      "End all your sessions but this one; all of ?user=LOGIN for administrators." },
	{ "DELETE", "/api/v1/sessions/{id}",        ROLES_ANY,     PURPOSES_ANY, LEAVES,                0,        end_one,      "End a session." },
	{ "POST",   "/api/v1/users/{login}/invite", ADMINISTRATOR, PURPOSES_ANY, PERSON,                BODY_MAX, invite,       "Make a one-time link with which a user sets their password." },
	{ "POST",   "/api/v1/users/{login}/invite/agree", ADMINISTRATOR | BIT(ROLE_SUPERVISOR), PURPOSES_ANY, PERSON, 0, agree, "Agree, as the second person, to a link for somebody who works here already." },
	{ "POST",   "/api/v1/password",             ROLES_NOBODY,  PURPOSES_ANY, HASHES | ROUTE_OPEN,   BODY_MAX, redeem,       "Set a password by a one-time link." },
	{ "POST",   "/api/v1/me/password",          ROLES_ANY,     PURPOSES_ANY, HASHES | ROUTE_PERSON, BODY_MAX, renew,        "Set your own password." },
	{ .method = NULL },
    /* clang-format on */
};

const struct feature sessions_feature = {.name = "sessions",
					 .routes = routes,
					 .commands = session_commands,
					 .settings = settings,
					 .api = &sessions_api};
