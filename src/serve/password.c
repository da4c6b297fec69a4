#include "serve/password.h"

#include "base/arena.h"
#include "base/hex.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "seal/secret.h"
#include "serve/credential.h"
#include "serve/inside.h"
#include "serve/invite_second.h"
#include "serve/password.sql.h"
#include "serve/session.h"
#include "serve/token_end.h"
#include "store/db.h"
#include "text/normal.h"

/* A copy of the database without the key file is nothing to guess against. */
static void
verifier_of(struct door *d, struct id user, const unsigned char key[PASSWORD_KEY_BYTES],
	    unsigned char out[MAC_BYTES])
{
	char both[16 + PASSWORD_KEY_BYTES];

	memcpy(both, user.b, 16);
	memcpy(both + 16, key, PASSWORD_KEY_BYTES);
	keys_index_mac(d->node->keys, STR("password"), (struct str){both, sizeof both}, out);
	secret_wipe(both, sizeof both);
}

/* One form for what looks the same on any keyboard. */
static enum rc
stretch(struct door *d, struct id user, struct str password, const struct password_cost *cost,
	const unsigned char salt[PASSWORD_SALT_BYTES], unsigned char verifier[MAC_BYTES],
	struct err *err)
{
	unsigned char key[PASSWORD_KEY_BYTES];
	struct str text = text_compose(d->arena, password);
	enum rc rc = password_stretch(text, salt, cost, key, err);

	if (rc == RC_OK)
		verifier_of(d, user, key, verifier);
	secret_wipe(key, sizeof key);
	if (text.p != password.p)
		secret_forget(text);
	return rc;
}

static struct str
row_mac(struct door *d, const struct password_row *r)
{
	struct arena *a = d->arena;
	unsigned char mac[MAC_BYTES];
	struct str row = str_fmt(
	    a, "%.*s/%u/%u/%.*s/%.*s/%lld", STR_ARG(hex_format(a, r->user.b, 16)), r->cost.passes,
	    r->cost.memory_kib, STR_ARG(hex_format(a, r->salt, sizeof r->salt)),
	    STR_ARG(hex_format(a, r->verifier, sizeof r->verifier)), (long long)r->set_ms);

	keys_index_mac(d->node->keys, STR("password-row"), row, mac);
	return str_copy(a, (struct str){(char *)mac, sizeof mac});
}

enum rc
password_make(struct door *d, struct id user, struct str password, const struct password_cost *cost,
	      struct password_row *out, struct err *err)
{
	*out = (struct password_row){.user = user, .cost = *cost, .set_ms = d->now_ms};
	random_bytes(out->salt, sizeof out->salt);
	return stretch(d, user, password, &out->cost, out->salt, out->verifier, err);
}

/* RC_INTEGRITY: not what was written. */
static enum rc
password_read(struct door *d, const struct rows *rows, struct password_row *out, struct err *err)
{
	struct str salt = rows_blob(rows, 3), verifier = rows_blob(rows, 4);
	int64_t passes = rows_i64(rows, 1), memory = rows_i64(rows, 2);

	*out = (struct password_row){.user = rows_id(rows, 0),
				     .cost = {(uint32_t)passes, (uint32_t)memory},
				     .set_ms = rows_i64(rows, 5)};
	if (salt.n == sizeof out->salt && verifier.n == sizeof out->verifier && passes >= 0 &&
	    passes <= UINT32_MAX && memory >= 0 && memory <= UINT32_MAX) {
		memcpy(out->salt, salt.p, salt.n);
		memcpy(out->verifier, verifier.p, verifier.n);
		if (secret_eq(rows_blob(rows, 6), row_mac(d, out)))
			return RC_OK;
	}
	return fail(err, RC_INTEGRITY, "password", "the row is not what was written");
}

enum rc
password_find(struct door *d, struct id user, struct password_row *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_PASSWORD_FIND, BINDS(B_ID(user)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		rc = password_read(d, rows, out, err);
	rows_close(rows);
	return rc == RC_ABSENT ? fail(err, RC_ABSENT, "password", "there is none yet") : rc;
}

enum rc
password_is(struct door *d, const struct password_row *row, struct str password, bool *is,
	    struct err *err)
{
	static const struct password_row nobody = {.set_ms = 0};
	unsigned char verifier[MAC_BYTES];
	enum rc rc = stretch(d, row != NULL ? row->user : nobody.user, password,
			     row != NULL ? &row->cost : &password_cost,
			     row != NULL ? row->salt : nobody.salt, verifier, err);

	*is = rc == RC_OK &&
	      secret_eq((struct str){(char *)verifier, sizeof verifier},
			(struct str){(const char *)(row != NULL ? row : &nobody)->verifier,
				     sizeof verifier}) &&
	      row != NULL;
	return rc;
}

enum rc
password_renew(struct door *d, const struct password_row *row, struct err *err)
{
	return db_run(d->db, &SQL_SERVE_PASSWORD_SET,
		      BINDS(B_ID(row->user), B_I64(row->cost.passes), B_I64(row->cost.memory_kib),
			    B_BYTES(row->salt, sizeof row->salt),
			    B_BYTES(row->verifier, sizeof row->verifier), B_I64(row->set_ms),
			    B_BLOB(row_mac(d, row))),
		      NULL, err);
}

enum rc
password_set(struct door *d, const struct password_row *row, const struct id *but, bool keep_tokens,
	     struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING,
				    .has_record = true,
				    .record = row->user,
				    .type = STR("password_set")};
	enum rc rc = password_renew(d, row, err);

	if (rc == RC_OK)
		rc = db_run(d->db, &SQL_SERVE_INVITE_DELETE, BINDS(B_ID(row->user)), NULL, err);
	if (rc == RC_OK)
		rc = session_end_all(d, row->user, but, NULL, err);
	if (rc == RC_OK && !keep_tokens)
		rc = token_revoke_all(d, row->user, NULL, err);
	return rc == RC_OK ? door_log(d, &entry, NULL, err) : rc;
}

static struct str
invite_mac(struct door *d, const struct invite *i)
{
	struct arena *a = d->arena;
	unsigned char mac[MAC_BYTES];
	struct str row =
	    str_fmt(a, "%.*s/%.*s/%.*s/%lld/%lld", STR_ARG(hex_format(a, i->hash.p, i->hash.n)),
		    STR_ARG(hex_format(a, i->user.b, 16)), STR_ARG(hex_format(a, i->made_by.b, 16)),
		    (long long)i->created_ms, (long long)i->expires_ms);

	keys_index_mac(d->node->keys, STR("invite-row"), row, mac);
	return str_copy(a, (struct str){(char *)mac, sizeof mac});
}

enum rc
invite_add(struct door *d, const struct user *user, int64_t expires_ms, struct str *code,
	   struct invite *out, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING,
				    .has_record = true,
				    .record = user->id,
				    .type = STR("invite_made")};
	struct invite i = {.user = user->id,
			   .made_by = d->actor->id,
			   .created_ms = d->now_ms,
			   .expires_ms = expires_ms};
	enum rc rc;

	if (user->disabled)
		return fail(err, RC_CONFLICT, "login", "this account is closed");
	*code = secret_text(d->arena);
	i.hash = secret_hash(d->arena, *code);
	rc = db_run(d->db, &SQL_SERVE_INVITE_DELETE, BINDS(B_ID(user->id)), NULL, err);
	if (rc == RC_OK)
		rc =
		    db_run(d->db, &SQL_SERVE_INVITE_INSERT,
			   BINDS(B_BLOB(i.hash), B_ID(i.user), B_ID(i.made_by), B_I64(i.created_ms),
				 B_I64(i.expires_ms), B_BLOB(invite_mac(d, &i))),
			   NULL, err);
	*out = i;
	return rc == RC_OK ? door_log(d, &entry, NULL, err) : rc;
}

bool
invite_read(struct door *d, const struct rows *rows, struct invite *out)
{
	*out = (struct invite){.hash = str_copy(d->arena, rows_blob(rows, 0)),
			       .user = rows_id(rows, 1),
			       .made_by = rows_id(rows, 2),
			       .created_ms = rows_i64(rows, 3),
			       .expires_ms = rows_i64(rows, 4)};
	return secret_eq(rows_blob(rows, 5), invite_mac(d, out));
}

enum rc
invite_find(struct door *d, struct str code, struct invite *out, struct user *user, struct err *err)
{
	static const char refusal[] =
	    "this link is unknown, used, too old, or waits for a second person; ask an "
	    "administrator";
	struct rows *rows;
	bool good = false;
	enum rc rc = db_select(d->db, &SQL_SERVE_INVITE_FIND,
			       BINDS(B_BLOB(secret_hash(d->arena, code))), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK && !invite_read(d, rows, out))
		rc = RC_ABSENT;
	rows_close(rows);
	if (rc == RC_OK && out->expires_ms > d->now_ms)
		rc = user_find(d, out->user, user, err);
	else if (rc == RC_OK)
		rc = RC_ABSENT;
	if (rc == RC_OK)
		rc = invite_is_good(d, out, &good, err);
	if (rc == RC_ABSENT || (rc == RC_OK && (user->disabled || !good)))
		return fail(err, RC_UNAUTHENTICATED, "code", "%s", refusal);
	return rc;
}

static enum rc
check_invites(struct door *d, db_found_fn *found, void *ctx, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_INVITE_CHECK, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct invite i;

		if (!invite_read(d, rows, &i))
			found(ctx, str_fmt(d->arena,
					   "a one-time link of user %s: the row is not "
					   "what was written",
					   id_format(d->arena, i.user).p));
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
passwords_check(struct door *d, db_found_fn *found, void *ctx, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_PASSWORD_CHECK, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct password_row row;

		if (password_read(d, rows, &row, NULL) != RC_OK)
			found(ctx, str_fmt(d->arena,
					   "password of user %s: the row is not what was "
					   "written",
					   id_format(d->arena, rows_id(rows, 0)).p));
	}
	rows_close(rows);
	return rc == RC_ABSENT ? check_invites(d, found, ctx, err) : rc;
}
