#include "serve/user.h"

#include "base/arena.h"
#include "base/hex.h"
#include "base/say.h"
#include "format/json.h"
#include "record/record.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "seal/secret.h"
#include "serve/credential.h"
#include "serve/inside.h"
#include "serve/own_word.h"
#include "serve/paper.h"
#include "serve/session.h"
#include "serve/user_check.h"
#include "serve/user.sql.h"
#include "text/normal.h"

struct str
user_login_mac(struct door *d, struct str login)
{
	unsigned char mac[MAC_BYTES];

	keys_index_mac(d->node->keys, STR("login"), text_fold(d->arena, login), mac);
	return str_copy(d->arena, (struct str){(char *)mac, 16});
}

/*
 * The profile is sealed to the plain columns beside it, so that a role written into the
 * database by hand makes a user that does not open.
 */
static struct str
user_aad(struct arena *a, const struct user *u)
{
	return str_fmt(a, "liaison/user/2/%.*s/%u/%.*s/%lld/%d/%lld",
		       STR_ARG(hex_format(a, u->id.b, sizeof u->id.b)), u->roles,
		       STR_ARG(hex_format(a, u->unit.b, sizeof u->unit.b)), (long long)u->uid,
		       (int)u->disabled, (long long)u->created_ms);
}

/* The same for a token: a MAC over its row, and another one once it is revoked. */
struct str
user_token_mac(struct door *d, struct str hash, const struct token_row *t)
{
	struct arena *a = d->arena;
	unsigned char mac[MAC_BYTES];
	struct str row =
	    str_fmt(a, "%.*s/%.*s/%.*s/%u/%lld/%lld", STR_ARG(hex_format(a, hash.p, hash.n)),
		    STR_ARG(hex_format(a, t->id.b, sizeof t->id.b)),
		    STR_ARG(hex_format(a, t->user.b, sizeof t->user.b)), t->purposes,
		    (long long)t->created_ms, (long long)t->expires_ms);

	if (t->scope.n + t->addresses.n > 0)
		row = str_fmt(a, "%.*s/%.*s/%.*s", STR_ARG(row), STR_ARG(t->scope),
			      STR_ARG(t->addresses));
	if (t->revoked_ms != 0)
		row = str_fmt(a, "%.*s/%lld", STR_ARG(row), (long long)t->revoked_ms);
	keys_index_mac(d->node->keys, STR("token-row"), row, mac);
	return str_copy(a, (struct str){(char *)mac, sizeof mac});
}

static enum rc
check_login(struct str login, struct err *err)
{
	if (login.n < 2 || login.n > 64)
		return fail(err, RC_INVALID, "login", "takes 2 to 64 characters");
	for (size_t i = 0; i < login.n; i++) {
		char c = login.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
		      c == '_'))
			return fail(err, RC_INVALID, "login",
				    "takes lower-case letters, digits, '.', '-' and '_'");
	}
	return RC_OK;
}

/* roles: what the user may be from now on, or 0; it stands in the sealed detail. */
static enum rc
log_setting(struct door *d, const char *what, struct id about, uint32_t roles, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_SETTING, .has_record = true, .record = about, .type = str_from(what)};
	struct buf names;

	buf_init(&names, d->arena);
	for (int i = 0; i < ROLE_COUNT; i++)
		if ((roles & BIT(i)) != 0)
			buf_addf(&names, "%s%s", names.n > 0 ? "," : "", role_name((enum role)i));
	entry.fields = buf_str(&names);

	serve_users_changed(d);
	return door_log(d, &entry, NULL, err);
}

enum rc
user_add(struct door *d, struct str login, struct str name, uint32_t roles, struct id unit,
	 int64_t uid, struct user *out, struct err *err)
{
	struct id id = random_id_at(d->now_ms);
	struct paper profile;
	struct str mac;
	struct err why;
	enum rc rc;

	if ((rc = check_login(login, err)) != RC_OK)
		return rc;
	if (name.n > 200)
		return fail(err, RC_INVALID, "name", "is longer than 200 bytes");
	if (roles == 0)
		return fail(err, RC_INVALID, "roles", "somebody without a role can do nothing");
	*out = (struct user){.id = id,
			     .login = login,
			     .name = name,
			     .roles = roles,
			     .unit = unit,
			     .uid = uid,
			     .created_ms = d->now_ms};
	if ((rc = paper_seal(d, "staff", user_aad(d->arena, out),
			     paper_pair(d, "login", out->login, "name", out->name), &profile,
			     err)) != RC_OK)
		return rc;
	mac = user_login_mac(d, login);
	rc = db_run(d->db, &SQL_SERVE_USER_INSERT,
		    BINDS(B_ID(id), B_BLOB(mac), B_I64(roles), B_ID(unit), B_I64(uid),
			  B_I64(d->now_ms), B_TEXT(profile.bucket),
			  B_BLOB(buf_str(&profile.wrapped)), B_BLOB(buf_str(&profile.body))),
		    NULL, &why);
	if (rc == RC_CONFLICT)
		return fail(err, RC_CONFLICT, "login", "there is a user with this login already");
	if (rc != RC_OK) {
		if (err != NULL)
			*err = why;
		return rc;
	}
	if ((rc = own_word_note_name(d, out, err)) != RC_OK)
		return rc;
	return log_setting(d, "user_added", id, roles, err);
}

enum rc
user_set(struct door *d, const struct user *u, struct err *err)
{
	struct paper profile;
	enum rc rc = paper_seal(d, "staff", user_aad(d->arena, u),
				paper_pair(d, "login", u->login, "name", u->name), &profile, err);

	if (rc != RC_OK)
		return rc;
	rc = db_run(d->db, &SQL_SERVE_USER_UPDATE,
		    BINDS(B_I64(u->roles), B_ID(u->unit), B_I64(u->uid), B_I64(u->disabled),
			  B_TEXT(profile.bucket), B_BLOB(buf_str(&profile.wrapped)),
			  B_BLOB(buf_str(&profile.body)), B_ID(u->id)),
		    NULL, err);
	/* Whoever came in under other rights comes in again. */
	if (rc == RC_OK)
		rc = session_end_all(d, u->id, NULL, NULL, err);
	if (rc == RC_OK)
		rc = record_wishes_forget(d, u->id, err);
	if (rc == RC_OK)
		rc = own_word_note_name(d, u, err);
	return rc == RC_OK ? log_setting(d, "user_changed", u->id, u->roles, err) : rc;
}

enum rc
user_read(struct door *d, const struct rows *rows, struct user *out, struct err *err)
{
	json_t *profile;
	enum rc rc;

	*out = (struct user){.id = rows_id(rows, 0),
			     .roles = (uint32_t)rows_i64(rows, 1),
			     .unit = rows_id(rows, 2),
			     .uid = rows_i64(rows, 3),
			     .disabled = rows_i64(rows, 4) != 0,
			     .created_ms = rows_i64(rows, 5)};
	if ((rc = paper_open(d, rows, 6, user_aad(d->arena, out), &profile, err)) != RC_OK)
		return rc;
	out->login = str_copy(d->arena, json_member_str(profile, "login"));
	out->name = str_copy(d->arena, json_member_str(profile, "name"));
	json_decref(profile);
	return RC_OK;
}

static enum rc
find_one(struct door *d, const struct sql *sql, struct str key, struct user *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, sql, BINDS(B_BLOB(key)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		rc = user_read(d, rows, out, err);
	else if (rc == RC_ABSENT)
		rc = fail(err, RC_ABSENT, "user", "there is no such user");
	rows_close(rows);
	return rc;
}

enum rc
user_find_login(struct door *d, struct str login, struct user *out, struct err *err)
{
	return find_one(d, &SQL_SERVE_USER_BY_LOGIN, user_login_mac(d, login), out, err);
}

enum rc
user_find(struct door *d, struct id id, struct user *out, struct err *err)
{
	return find_one(d, &SQL_SERVE_USER_BY_ID, (struct str){(char *)id.b, 16}, out, err);
}

static enum rc
find_many(struct door *d, const struct sql *sql, const struct bind *binds, size_t n,
	  struct user_list *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, sql, binds, n, &rows, err);

	*out = (struct user_list){0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		if ((rc = user_read(d, rows, VEC_ADD(d->arena, out), err)) != RC_OK)
			break;
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
user_list(struct door *d, struct user_list *out, struct err *err)
{
	return find_many(d, &SQL_SERVE_USER_ALL, NO_BINDS, out, err);
}

static enum rc
insert_token(struct door *d, struct str hash, const struct token_row *row, struct err *err)
{
	struct str mac = user_token_mac(d, hash, row);
	enum rc rc =
	    db_run(d->db, &SQL_SERVE_TOKEN_INSERT,
		   BINDS(B_BLOB(hash), B_ID(row->id), B_ID(row->user), B_I64(row->purposes),
			 B_I64(row->created_ms), B_I64(row->expires_ms), B_BLOB(mac)),
		   NULL, err);

	if (rc != RC_OK || row->scope.n + row->addresses.n == 0)
		return rc;
	return db_run(d->db, &SQL_SERVE_TOKEN_SCOPE_INSERT,
		      BINDS(B_BLOB(hash), B_TEXT(row->scope), B_TEXT(row->addresses)), NULL, err);
}

enum rc
token_add_limited(struct door *d, const struct token_row *wanted, struct str *token, struct id *id,
		  struct err *err)
{
	struct token_row row = *wanted;
	enum rc rc;

	if (row.expires_ms <= d->now_ms)
		return fail(err, RC_INVALID, "expires", "is in the past");
	if (row.purposes == 0)
		return fail(err, RC_INVALID, "purposes", "a token is for one purpose at least");
	if ((rc = scope_check(serve_of_door(d)->features, row.scope, err)) != RC_OK ||
	    (rc = addresses_check(row.addresses, err)) != RC_OK)
		return rc;
	*token = str_fmt(d->arena, "liaison_%.*s", STR_ARG(secret_text(d->arena)));
	row.id = *id = random_id_at(d->now_ms);
	row.created_ms = d->now_ms;
	row.revoked_ms = 0;
	rc = insert_token(d, secret_hash(d->arena, *token), &row, err);
	return rc == RC_OK ? log_setting(d, "token_added", row.user, 0, err) : rc;
}

enum rc
token_add(struct door *d, struct id user, uint32_t purposes, int64_t expires_ms, struct str *token,
	  struct id *id, struct err *err)
{
	const struct token_row wanted = {
	    .user = user, .purposes = purposes, .expires_ms = expires_ms};

	return token_add_limited(d, &wanted, token, id, err);
}

void
token_read(struct arena *a, const struct rows *rows, struct token_row *out)
{
	*out = (struct token_row){.id = rows_id(rows, 0),
				  .user = rows_id(rows, 1),
				  .purposes = (uint32_t)rows_i64(rows, 2),
				  .created_ms = rows_i64(rows, 3),
				  .expires_ms = rows_i64(rows, 4),
				  .revoked_ms = rows_i64(rows, 5),
				  .scope = str_copy(a, rows_text(rows, 7)),
				  .addresses = str_copy(a, rows_text(rows, 8))};
}

enum rc
token_revoke(struct door *d, struct id id, struct err *err)
{
	struct token_row row = {0};
	struct str hash = STR_NONE;
	struct rows *rows;
	int64_t changed = 0;
	enum rc rc = db_select(d->db, &SQL_SERVE_TOKEN_BY_ID, BINDS(B_ID(id)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		token_read(d->arena, rows, &row);
		hash = str_copy(d->arena, rows_blob(rows, 6));
	}
	rows_close(rows);
	if (rc == RC_OK && row.revoked_ms == 0) {
		row.revoked_ms = d->now_ms;
		rc =
		    db_run(d->db, &SQL_SERVE_TOKEN_REVOKE,
			   BINDS(B_I64(d->now_ms), B_BLOB(user_token_mac(d, hash, &row)), B_ID(id)),
			   &changed, err);
	}
	if (rc == RC_ABSENT || (rc == RC_OK && changed == 0))
		return fail(err, RC_ABSENT, "token", "there is no such token, or it is revoked");
	return rc == RC_OK ? log_setting(d, "token_revoked", id, 0, err) : rc;
}

enum rc
token_list(struct door *d, struct token_list *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_TOKEN_ALL, NO_BINDS, &rows, err);

	*out = (struct token_list){0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		token_read(d->arena, rows, VEC_ADD(d->arena, out));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
user_of_token(struct door *d, struct str token, struct user *out, struct credential *credential,
	      struct err *err)
{
	static const char refusal[] = "this token is unknown, expired or revoked";
	struct str hash = secret_hash(d->arena, token);
	struct token_row row = {0};
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_TOKEN_BY_HASH, BINDS(B_BLOB(hash)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		token_read(d->arena, rows, &row);
		if (!secret_eq(rows_blob(rows, 6), user_token_mac(d, hash, &row)))
			rc = fail(err, RC_UNAUTHENTICATED, "token", "%s", refusal);
	}
	rows_close(rows);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	if (rc == RC_ABSENT || row.revoked_ms != 0 || row.expires_ms <= d->now_ms)
		return fail(err, RC_UNAUTHENTICATED, "token", "%s", refusal);
	*credential = (struct credential){.kind = CREDENTIAL_TOKEN,
					  .id = row.id,
					  .purposes = row.purposes,
					  .expires_ms = row.expires_ms,
					  .scope = row.scope,
					  .addresses = row.addresses};
	if ((rc = user_find(d, row.user, out, err)) == RC_ABSENT || (rc == RC_OK && out->disabled))
		return fail(err, RC_UNAUTHENTICATED, "token", "%s", refusal);
	return rc;
}

/* The system account opens the door for the users bound to it, and for nobody else. */
static enum rc
user_of_uid(struct door *d, int64_t uid, struct str login, struct user *out, struct err *err)
{
	struct user_list users;
	enum rc rc = find_many(d, &SQL_SERVE_USER_BY_UID, BINDS(B_I64(uid)), &users, err);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < users.n; i++)
		if (str_eq(users.at[i].login, login) || (login.n == 0 && users.n == 1)) {
			*out = users.at[i];
			return RC_OK;
		}
	if (login.n == 0 && users.n > 1)
		return fail(err, RC_UNAUTHENTICATED, "as",
			    "your system account is bound to several users; say which (" SAY_USER
			    ")");
	return fail(
	    err, RC_UNAUTHENTICATED, "as",
	    "your system account is not bound to %s; an administrator can bind it (liaison user)",
	    login.n > 0 ? "that user" : "any user");
}

enum rc
user_of_caller(struct door *d, const struct caller *caller, struct user *out,
	       struct credential *credential, struct err *err)
{
	if (caller->token.n > 0 && caller->has_session)
		return fail(err, RC_UNAUTHENTICATED, "token",
			    "send a token or a session's cookie, not both");
	if (caller->token.n > 0)
		return user_of_token(d, caller->token, out, credential, err);
	if (caller->has_session)
		return session_user(d, caller->session, out, credential, err);
	*credential = (struct credential){.kind = CREDENTIAL_ACCOUNT,
					  .purposes = PURPOSES_ANY | (BIT(PURPOSE_COUNT) - 1)};
	if (caller->uid >= 0)
		return user_of_uid(d, caller->uid, caller->login, out, err);
	return fail(err, RC_UNAUTHENTICATED, "token",
		    "sign in, or send a token (Authorization: Bearer ...)");
}
