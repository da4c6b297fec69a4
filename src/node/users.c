#include "node/users.h"

#include <pwd.h>

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "node/api.h"
#include "node/reply.h"
#include "record/record.h"
#include "serve/binding.h"
#include "serve/cli.h"
#include "serve/notice.h"
#include "serve/request.h"
#include "serve/user.h"

#define DAY_MS INT64_C(86400000)

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

static json_t *
names_json(uint32_t bits, int count, const char *(*name)(int))
{
	json_t *list = json_array();

	for (int i = 0; i < count; i++)
		if ((bits & BIT(i)) != 0)
			must(json_array_append_new(list, json_string(name(i))) == 0);
	return list;
}

static const char *
role_at(int i)
{
	return role_name((enum role)i);
}

static const char *
purpose_at(int i)
{
	return purpose_name((enum purpose)i);
}

static json_t *
user_json(struct request *rq, const struct user *u)
{
	json_t *o = json_object();

	set(o, "id", json_from_str(id_format(rq->arena, u->id)));
	set(o, "login", json_from_str(u->login));
	set(o, "name", json_from_str(u->name));
	set(o, "roles", names_json(u->roles, ROLE_COUNT, role_at));
	set(o, "unit", json_from_str(id_format(rq->arena, u->unit)));
	if (u->uid >= 0)
		set(o, "system_account", json_integer(u->uid));
	set(o, "disabled", json_boolean(u->disabled));
	set(o, "created", json_from_str(time_format(rq->arena, u->created_ms)));
	return o;
}

/* The whole vocabulary, for whoever named something else. */
static enum rc
not_of(struct arena *a, const char *key, int count, const char *(*name)(int), struct err *err)
{
	struct buf all;

	buf_init(&all, a);
	for (int i = 0; i < count; i++)
		buf_addf(&all, "%s%s", i > 0 ? ", " : "", name(i));
	return fail(err, RC_INVALID, key, "takes one or more of: %.*s", STR_ARG(buf_str(&all)));
}

/* A list of names as bits; RC_INVALID tells which there are. */
static enum rc
parse_bits(struct arena *a, json_t *list, const char *key, int (*find)(struct str), int count,
	   const char *(*name)(int), uint32_t *out, struct err *err)
{
	json_t *item;
	size_t i;

	*out = 0;
	if (!json_is_array(list))
		return not_of(a, key, count, name, err);
	json_array_foreach (list, i, item) {
		int n = find(json_str(item));

		if (n < 0)
			return not_of(a, key, count, name, err);
		*out |= BIT(n);
	}
	return RC_OK;
}

/* A unit record's id, or the asker's own unit. */
static enum rc
parse_unit(struct request *rq, struct id *out, struct err *err)
{
	struct str text = json_member_str(rq->json, "unit");
	struct record *r;
	enum rc rc;

	*out = rq->user->unit;
	if (text.n == 0)
		return RC_OK;
	if (!id_parse(text, out))
		return fail(err, RC_INVALID, "unit", "takes the id of a unit record");
	if ((rc = record_load(&rq->door, *out, NULL, &r, err)) != RC_OK)
		return rc;
	return str_eq_z(r->type->name, "unit") ? RC_OK
					       : fail(err, RC_INVALID, "unit", "is no unit");
}

static enum rc
list(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_LIST, .type = STR("user")};
	struct user_list users;
	json_t *items;
	enum rc rc = user_list(&rq->door, &users, err);

	if (rc != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < users.n; i++)
		must(json_array_append_new(items, user_json(rq, &users.at[i])) == 0);
	reply->json = json_object();
	reply_set(reply, "items", items);
	return door_log(&rq->door, &entry, NULL, err);
}

static enum rc
me(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *notices;
	enum rc rc = notice_list(&rq->door, rq->user->id, &notices, err);

	if (rc != RC_OK)
		return rc;
	reply->json = user_json(rq, rq->user);
	set(reply->json, "notices", notices);
	return RC_OK;
}

static bool
by_token(const struct request *rq)
{
	return rq->credential->kind == CREDENTIAL_TOKEN;
}

/*
 * A token is bound to purposes, and the asker's system account is not: a token that was made to
 * count or to screen gives nobody a role. serve/ has compared the purpose with the token's.
 */
static enum rc
check_token(const struct request *rq, struct err *err)
{
	const struct access *access = &rq->door.access;

	if (by_token(rq) && (!access->has_purpose || access->purpose != PURPOSE_ADMINISTRATION))
		return fail(
		    err, RC_DENIED, "purpose",
		    "with a token, accounts are kept for the purpose of administration alone");
	return RC_OK;
}

/* Who else is bound to the same system account, and must say from now on who they are. */
static json_t *
user_and_sharers(struct request *rq, const struct user *u)
{
	json_t *o = user_json(rq, u), *others = json_array();
	struct user_list users;

	if (u->uid >= 0 && !u->disabled && user_list(&rq->door, &users, NULL) == RC_OK)
		for (size_t i = 0; i < users.n; i++)
			if (users.at[i].uid == u->uid && !users.at[i].disabled &&
			    !id_eq(users.at[i].id, u->id))
				must(json_array_append_new(others,
							   json_from_str(users.at[i].login)) == 0);
	if (json_array_size(others) > 0)
		set(o, "shares_account_with", json_incref(others));
	json_decref(others);
	return o;
}

/* uid_t has 32 bits, and its last value is nobody (chown(2)). */
static enum rc
check_uid(int64_t uid, struct err *err)
{
	return uid >= -1 && uid < UINT32_MAX
		   ? RC_OK
		   : fail(err, RC_INVALID, "system_account", "is no number of a system account");
}

static enum rc
add(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *uid = json_object_get(rq->json, "system_account");
	struct user user;
	uint32_t roles;
	struct str login;
	struct id unit;
	enum rc rc;

	if ((rc = check_token(rq, err)) != RC_OK ||
	    (rc = request_text(rq, "login", &login, err)) != RC_OK ||
	    (rc = parse_bits(rq->arena, json_object_get(rq->json, "roles"), "roles", role_find,
			     ROLE_COUNT, role_at, &roles, err)) != RC_OK ||
	    (rc = parse_unit(rq, &unit, err)) != RC_OK ||
	    (rc = check_uid(json_is_integer(uid) ? json_integer_value(uid) : -1, err)) != RC_OK ||
	    (rc = user_add(&rq->door, login, json_member_str(rq->json, "name"), roles, unit,
			   json_is_integer(uid) ? json_integer_value(uid) : -1, &user, err)) !=
		RC_OK)
		return rc;
	reply->status = 201;
	reply->json = user_and_sharers(rq, &user);
	return RC_OK;
}

static bool
is_account(int64_t uid)
{
	struct passwd entry, *found = NULL;
	char bytes[4096];

	return getpwuid_r((uid_t)uid, &entry, bytes, sizeof bytes, &found) == 0 && found != NULL;
}

/* Somebody who may keep accounts, and gets in: over the socket, for a token ends. */
static bool
administers(const struct user *u)
{
	return !u->disabled && u->uid >= 0 && (u->roles & BIT(ROLE_ADMINISTRATOR)) != 0 &&
	       is_account(u->uid);
}

/* A node without an administrator would stay without one for good, so the last one stays. */
static enum rc
check_last(struct request *rq, const struct user *was, const struct user *now, struct err *err)
{
	struct user_list users;
	enum rc rc;

	if (!administers(was) || administers(now))
		return RC_OK;
	if ((rc = user_list(&rq->door, &users, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < users.n; i++)
		if (!id_eq(users.at[i].id, was->id) && administers(&users.at[i]))
			return RC_OK;
	return fail(err, RC_CONFLICT, now->disabled ? "disabled" : "roles",
		    "%.*s is the last administrator who can sign in; first make another one: "
		    "liaison user set LOGIN --roles administrator,... --system-account UID",
		    STR_ARG(was->login));
}

/* What else was asked for is done at once; nothing else leaves the account as it is. */
static enum rc
store_changed(struct request *rq, const struct user *was, struct user *user, bool *waits,
	      struct err *err)
{
	bool other = user->roles != was->roles || !id_eq(user->unit, was->unit) ||
		     user->disabled != was->disabled;
	enum rc rc = RC_OK;

	*waits = false;
	if (user->uid != was->uid &&
	    (rc = binding_wish(&rq->door, was, user->uid, waits, err)) != RC_OK)
		return rc;
	if (*waits)
		user->uid = was->uid;
	return *waits && !other ? RC_OK : user_set(&rq->door, user, err);
}

static enum rc
change(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *roles = json_object_get(rq->json, "roles"), *uid, *disabled;
	struct user user, was;
	bool waits;
	enum rc rc = check_token(rq, err);

	if (rc == RC_OK)
		rc = user_find_login(&rq->door, request_path(rq, "login"), &user, err);
	if (rc != RC_OK)
		return rc;
	was = user;
	if (roles != NULL && (rc = parse_bits(rq->arena, roles, "roles", role_find, ROLE_COUNT,
					      role_at, &user.roles, err)) != RC_OK)
		return rc;
	if (json_object_get(rq->json, "unit") != NULL &&
	    (rc = parse_unit(rq, &user.unit, err)) != RC_OK)
		return rc;
	uid = json_object_get(rq->json, "system_account");
	if (json_is_integer(uid))
		user.uid = json_integer_value(uid);
	if ((rc = check_uid(user.uid, err)) != RC_OK)
		return rc;
	if (user.roles == 0)
		return fail(err, RC_INVALID, "roles", "takes at least one role");
	disabled = json_object_get(rq->json, "disabled");
	if (json_is_boolean(disabled))
		user.disabled = json_is_true(disabled);
	if (user.disabled && id_eq(user.id, rq->user->id))
		return fail(err, RC_CONFLICT, "disabled", "nobody closes their own account");
	if ((rc = check_last(rq, &was, &user, err)) != RC_OK ||
	    (rc = store_changed(rq, &was, &user, &waits, err)) != RC_OK)
		return rc;
	reply->json = user_and_sharers(rq, &user);
	if (waits) {
		reply->status = 202;
		set(reply->json, "waits_for", json_string("a second person"));
	}
	return RC_OK;
}

/* The second of two, who says again which system account. */
static enum rc
agree_account(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *uid = json_object_get(rq->json, "system_account");
	struct user user, was;
	enum rc rc;

	if (!json_is_integer(uid))
		return fail(err, RC_INVALID, "system_account",
			    "takes the number of the system account that waits");
	rc = user_find_login(&rq->door, request_path(rq, "login"), &user, err);
	if (rc == RC_ABSENT)
		return fail(err, RC_ABSENT, "login",
			    "no such system account waits for a second person there");
	was = user;
	user.uid = json_integer_value(uid);
	if (rc != RC_OK || (rc = check_uid(user.uid, err)) != RC_OK ||
	    (rc = check_last(rq, &was, &user, err)) != RC_OK)
		return rc;
	user.uid = was.uid;
	rc = binding_agree(&rq->door, &user, json_integer_value(uid), err);
	reply->status = 204;
	return rc;
}

/*
 * For oneself alone: what a token does is logged as done by its user. A token makes no token
 * (ROUTE_PERSON), or one stolen for a day and a purpose would be one for all and a year.
 */
static enum rc
make_token(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *days = json_object_get(rq->json, "days");
	struct token_row wanted = {.user = rq->user->id,
				   .expires_ms = rq->door.now_ms + DAY_MS,
				   .scope = json_member_str(rq->json, "scope"),
				   .addresses = json_member_str(rq->json, "addresses")};
	struct str token;
	struct id id;
	enum rc rc;

	if (days != NULL) {
		if (!json_is_integer(days) || json_integer_value(days) < 1 ||
		    json_integer_value(days) > 366)
			return fail(err, RC_INVALID, "days", "takes 1 to 366");
		wanted.expires_ms = rq->door.now_ms + DAY_MS * json_integer_value(days);
	}
	if ((rc = parse_bits(rq->arena, json_object_get(rq->json, "purposes"), "purposes",
			     purpose_find, PURPOSE_COUNT, purpose_at, &wanted.purposes, err)) !=
		RC_OK ||
	    (rc = token_add_limited(&rq->door, &wanted, &token, &id, err)) != RC_OK)
		return rc;
	reply->status = 201;
	reply->json = json_object();
	reply_set(reply, "id", json_from_str(id_format(rq->arena, id)));
	reply_set(reply, "token", json_from_str(token));
	reply_set(reply, "expires", json_from_str(time_format(rq->arena, wanted.expires_ms)));
	return RC_OK;
}

static enum rc
list_tokens(struct request *rq, struct reply *reply, struct err *err)
{
	struct token_list tokens;
	json_t *items;
	enum rc rc = token_list(&rq->door, &tokens, err);

	if (rc != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < tokens.n; i++) {
		const struct token_row *t = &tokens.at[i];
		json_t *o = json_object();

		set(o, "id", json_from_str(id_format(rq->arena, t->id)));
		set(o, "user", json_from_str(id_format(rq->arena, t->user)));
		set(o, "purposes", names_json(t->purposes, PURPOSE_COUNT, purpose_at));
		if (t->scope.n > 0)
			set(o, "scope", json_from_str(t->scope));
		if (t->addresses.n > 0)
			set(o, "addresses", json_from_str(t->addresses));
		set(o, "expires", json_from_str(time_format(rq->arena, t->expires_ms)));
		set(o, "revoked", json_boolean(t->revoked_ms != 0));
		must(json_array_append_new(items, o) == 0);
	}
	reply->json = json_object();
	reply_set(reply, "items", items);
	return RC_OK;
}

static enum rc
revoke_token(struct request *rq, struct reply *reply, struct err *err)
{
	struct id id;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK ||
	    (rc = token_revoke(&rq->door, id, err)) != RC_OK)
		return rc;
	reply->status = 204;
	return RC_OK;
}

#define ADMINISTRATOR BIT(ROLE_ADMINISTRATOR)
#define BODY_MAX 65536

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",    "/api/v1/me",            ROLES_ANY,     PURPOSES_ANY, 0,            0,        me,           "Who the node takes you for." },
	{ "GET",    "/api/v1/users",         ADMINISTRATOR, PURPOSES_ANY, ROUTE_QUARANTINE, 0,    list,         "List users." },
	{ "POST",   "/api/v1/users",         ADMINISTRATOR, PURPOSES_ANY, ROUTE_WRITES | ROUTE_PERSON, BODY_MAX, add,          "Add a user." },
	{ "PATCH",  "/api/v1/users/{login}", ADMINISTRATOR, PURPOSES_ANY, ROUTE_WRITES | ROUTE_PERSON, BODY_MAX, change,       "Change a user's roles, unit or system account, or close the account." },
	{ "POST",   "/api/v1/users/{login}/account/agree", ADMINISTRATOR | BIT(ROLE_SUPERVISOR), PURPOSES_ANY, ROUTE_WRITES | ROUTE_PERSON, BODY_MAX, agree_account, "Agree, as the second person, to the system account that is to be bound to somebody." },
	{ "GET",    "/api/v1/tokens",        ADMINISTRATOR, PURPOSES_ANY, 0,            0,        list_tokens,  "List tokens." },
	{ "POST",   "/api/v1/tokens",        ROLES_ANY,     PURPOSES_ANY, ROUTE_WRITES | ROUTE_PERSON, BODY_MAX, make_token,   "Make a token for a program." },
	{ "DELETE", "/api/v1/tokens/{id}",   ADMINISTRATOR, PURPOSES_ANY, ROUTE_WRITES, 0,        revoke_token, "Revoke a token at once." },
	{ .method = NULL },
    /* clang-format on */
};

/* liaison user ... */

static json_t *
list_of(struct str text)
{
	json_t *list = json_array();

	while (text.n > 0 && text.p != NULL) {
		struct str part = str_trim(str_cut(&text, ','));

		if (part.n > 0)
			must(json_array_append_new(list, json_from_str(part)) == 0);
	}
	return list;
}

static enum rc
options_body(struct cli *cli, json_t *body, struct err *err)
{
	int64_t uid;
	enum rc rc = cli_number(cli, "system-account", -1, -1, UINT32_MAX, &uid, err);

	if (rc != RC_OK)
		return rc;
	if (cli_option(cli, "name").n > 0)
		set(body, "name", json_from_str(cli_option(cli, "name")));
	if (cli_option(cli, "roles").n > 0)
		set(body, "roles", list_of(cli_option(cli, "roles")));
	if (cli_option(cli, "unit").n > 0)
		set(body, "unit", json_from_str(cli_option(cli, "unit")));
	if (uid >= 0)
		set(body, "system_account", json_integer(uid));
	if (cli_switch(cli, "close"))
		set(body, "disabled", json_true());
	if (cli_switch(cli, "open"))
		set(body, "disabled", json_false());
	return RC_OK;
}

static enum rc
run_add_or_set(struct cli *cli, bool adding, struct err *err)
{
	struct cli_answer answer;
	struct str target;
	json_t *body;
	enum rc rc;

	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes one LOGIN");
	body = json_object();
	if ((rc = options_body(cli, body, err)) == RC_OK) {
		if (adding)
			set(body, "login", json_from_str(cli->arguments.at[0]));
		target = adding
			     ? STR("/api/v1/users")
			     : str_fmt(cli->arena, "/api/v1/users/%.*s",
				       STR_ARG(percent_encode(cli->arena, cli->arguments.at[0])));
		rc = cli_call(cli, adding ? "POST" : "PATCH", target, body, &answer, err);
	}
	json_decref(body);
	if (rc != RC_OK)
		return rc;
	cli_show(cli, answer.json);
	if (json_member_str(answer.json, "waits_for").n > 0)
		fprintf(
		    cli->notes,
		    "Whoever has that system account could come in as %.*s, so it is bound once "
		    "another administrator or a supervisor agrees within a day: liaison user "
		    "agree %.*s --system-account UID\n",
		    STR_ARG(cli->arguments.at[0]), STR_ARG(cli->arguments.at[0]));
	if (json_array_size(json_object_get(answer.json, "shares_account_with")) > 0)
		fprintf(cli->notes, "More than one user is now bound to this system account; each "
				    "says who they are, with --as LOGIN or LIAISON_AS.\n");
	return RC_OK;
}

static enum rc
run_add(struct cli *cli, struct err *err)
{
	return run_add_or_set(cli, true, err);
}

static enum rc
run_set(struct cli *cli, struct err *err)
{
	return run_add_or_set(cli, false, err);
}

static enum rc
run_list(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {{"LOGIN", "login", 0},
						    {"NAME", "name", 30},
						    {"ROLES", "roles", 50},
						    {"ACCOUNT", "system_account", 0},
						    {"CLOSED", "disabled", 0},
						    {"UNIT", "unit", 0},
						    {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/users"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

static enum rc
run_me(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/me"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static enum rc
run_token(struct cli *cli, struct err *err)
{
	struct str purposes = cli_option(cli, "purposes");
	struct cli_answer answer;
	json_t *body;
	int64_t days;
	enum rc rc = cli_number(cli, "days", 1, 1, 366, &days, err);

	if (rc != RC_OK)
		return rc;
	if (purposes.n == 0)
		return fail(err, RC_USAGE, "purposes", "say for which purposes: --purposes A,B");
	body = json_object();
	set(body, "purposes", list_of(purposes));
	set(body, "days", json_integer(days));
	if (cli_option(cli, "scope").n > 0)
		set(body, "scope", json_from_str(cli_option(cli, "scope")));
	if (cli_option(cli, "address").n > 0)
		set(body, "addresses", json_from_str(cli_option(cli, "address")));
	rc = cli_call(cli, "POST", STR("/api/v1/tokens"), body, &answer, err);
	json_decref(body);
	if (rc != RC_OK)
		return rc;
	if (cli->json) {
		cli_show(cli, answer.json);
		return RC_OK;
	}
	cli_print(cli, json_member_str(answer.json, "token"));
	fputc('\n', cli->out);
	fprintf(cli->notes,
		"Shown this once. It ends %s; revoke it sooner with: liaison user revoke "
		"%s\n",
		json_string_value(json_object_get(answer.json, "expires")),
		json_string_value(json_object_get(answer.json, "id")));
	return RC_OK;
}

static enum rc
run_tokens(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {
	    {"TOKEN", "id", 0},		  {"USER", "user", 0},
	    {"PURPOSES", "purposes", 50}, {"SCOPE", "scope", 40},
	    {"FROM", "addresses", 40},	  {"EXPIRES", "expires", 0},
	    {"REVOKED", "revoked", 0},	  {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/tokens"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

static enum rc
run_revoke(struct cli *cli, struct err *err)
{
	struct cli_answer answer;

	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes one TOKEN, the id that `user tokens` shows");
	return cli_call(cli, "DELETE",
			str_fmt(cli->arena, "/api/v1/tokens/%.*s",
				STR_ARG(percent_encode(cli->arena, cli->arguments.at[0]))),
			NULL, &answer, err);
}

static const struct option user_options[] = {
    /* clang-format off */
	{ "name",           "NAME",  "the person's name", false },
	{ "roles",          "ROLES", "by commas: analyst, duty_officer, prosecutor, support_worker, supervisor, coordinator, monitor, administrator, first_line", false },
	{ "unit",           "ID",    "the unit they act in (standard: yours)", false },
	{ "system-account", "UID",   "the system account that may act as this user", false },
	{ "close",          NULL,    "close the account", false },
	{ "open",           NULL,    "open it again", false },
	{ .name = NULL },
    /* clang-format on */
};
static const struct option token_options[] = {
    {"purposes", "A,B", "what the token is for", false},
    {"days", "N", "until it expires (standard 1)", false},
    {"scope", "A,B",
     "only these: read (nothing that changes), names of features (records, audit, ...), paths "
     "(/api/v1/records/person)",
     false},
    {"address", "A,B", "only from these addresses and prefixes (10.0.0.0/8)", false},
    {.name = NULL},
};

static const struct command commands[] = {
    /* clang-format off */
	{ "user", "add",    "LOGIN",   user_options,  run_add,    "Add a user.", NULL },
	{ "user", "set",    "LOGIN",   user_options,  run_set,    "Change a user's roles, unit or system account; close the account.",
	  "Another system account for somebody who has a way in already lets whoever has it come in as them, so it waits for a second administrator or a supervisor (user agree). Where nobody else could agree, a --reason is enough, and the overseer is told. Whose account it is is told in any case, at each sign-in and by `user me`, for 30 days." },
	{ "user", "list",   "",        NULL,          run_list,   "List users.", NULL },
	{ "user", "me",     "",        NULL,          run_me,     "Show who the node takes you for.",
	  "Over the Unix socket you are the user bound to your system account; --as LOGIN chooses where several are." },
	{ "user", "token",  "",        token_options, run_token,  "Make a token for a program that acts as you.", NULL },
	{ "user", "tokens", "",        NULL,          run_tokens, "List tokens.", NULL },
	{ "user", "revoke", "TOKEN",   NULL,          run_revoke, "Revoke a token at once.", NULL },
	{ .noun = NULL },
    /* clang-format on */
};

const struct feature users_feature = {
    .name = "users", .routes = routes, .commands = commands, .api = &users_api};
