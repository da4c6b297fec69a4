#include "serve/sign_in.h"

#include "base/arena.h"
#include "base/hex.h"
#include "base/log.h"
#include "net/cidr.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "seal/secret.h"
#include "serve/credential.h"
#include "serve/inside.h"
#include "serve/user_check.h"

#define DEVICE_MAC_BYTES 16

/* "ID.MAC": says of a browser that this user signed in with it once; worth nothing else. */
static struct str
device_text(struct door *d, struct str login_mac, struct id device)
{
	unsigned char mac[MAC_BYTES];
	char both[32];

	must(login_mac.n == 16);
	memcpy(both, login_mac.p, 16);
	memcpy(both + 16, device.b, 16);
	keys_index_mac(d->node->keys, STR("known-browser"), (struct str){both, sizeof both}, mac);
	return str_fmt(d->arena, "%.*s.%.*s", STR_ARG(hex_format(d->arena, device.b, 16)),
		       STR_ARG(hex_format(d->arena, mac, DEVICE_MAC_BYTES)));
}

static bool
device_is_known(struct door *d, struct str text, struct str login_mac, struct id *out)
{
	const int64_t kept_ms = DEVICE_DAYS * INT64_C(86400000);

	return text.n == 65 && hex_parse(str_sub(text, 0, 32), out->b, 16) &&
	       secret_eq(text, device_text(d, login_mac, *out)) &&
	       d->now_ms - id_time_ms(*out) < kept_ms;
}

bool
sign_in_knows(struct door *d, struct str login, struct str device, struct id *out)
{
	return device_is_known(d, device, user_login_mac(d, login), out);
}

static enum rc
find_password(struct door *d, struct sign_in *s, struct password_row *row, bool *has,
	      struct err *err)
{
	struct id nobody = {{0}};
	bool known;
	enum rc rc = user_find_login(d, s->login, &s->user, err);

	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	known = rc == RC_OK && !s->user.disabled;
	if (!known)
		s->verdict = SIGN_IN_UNKNOWN;
	/* Asked for in any case, so that all take the same way. */
	rc = password_find(d, known ? s->user.id : nobody, row, err);
	*has = known && rc == RC_OK;
	if (rc == RC_INTEGRITY)
		log_warn("a user's password row is not what was written; see `audit verify`");
	return rc == RC_ABSENT || rc == RC_INTEGRITY ? RC_OK : rc;
}

enum rc
sign_in_decide(struct door *d, struct sign_in *s, struct err *err)
{
	unsigned char client[CLIENT_BYTES];
	struct password_row row;
	bool has, is, waits;
	enum rc rc;

	if (s->login.n > LOGIN_BYTES_MAX || s->password.n > PASSWORD_BYTES_MAX)
		return fail(err, RC_INVALID, "login", "is longer than any there could be");
	s->verdict = SIGN_IN_WRONG;
	s->tries = (struct tries_of){.login_mac = user_login_mac(d, s->login)};
	if (address_client(s->address, client))
		s->tries.client = str_copy(d->arena, (struct str){(char *)client, sizeof client});
	s->tries.has_device = device_is_known(d, s->device, s->tries.login_mac, &s->tries.device);
	if ((rc = tries_find(d, &s->tries, &waits, err)) != RC_OK ||
	    (rc = find_password(d, s, &row, &has, err)) != RC_OK ||
	    (rc = password_is(d, has ? &row : NULL, s->password, &is, err)) != RC_OK)
		return rc;
	if (waits)
		s->verdict = SIGN_IN_WAITS;
	else if (has && is)
		s->verdict = SIGN_IN_RIGHT;
	if (s->verdict != SIGN_IN_RIGHT)
		return RC_OK;
	s->password_set_ms = row.set_ms;
	s->secret = secret_text(d->arena);
	s->device_new = device_text(d, s->tries.login_mac, random_id_at(d->now_ms));
	s->renew = password_cost_grew(&row.cost);
	if (!s->renew)
		return RC_OK;
	rc = password_make(d, s->user.id, s->password, &password_cost, &s->renewed, err);
	s->renewed.set_ms = row.set_ms;
	return rc;
}

/* Who tried is nobody we know: the leaf is the node's, about the login's MAC. */
static enum rc
log_refused(struct door *d, const struct sign_in *s, struct err *err)
{
	static const char *const why[] = {
	    [SIGN_IN_WRONG] = "wrong password",
	    [SIGN_IN_UNKNOWN] = "no such account, or a closed one",
	    [SIGN_IN_WAITS] = "too many tries",
	};
	struct audit_entry entry = {
	    .action = AUDIT_SIGN_IN, .has_record = true, .type = STR("refused")};

	memcpy(entry.record.b, s->tries.login_mac.p, sizeof entry.record.b);
	d->access = (struct access){.reason = str_fmt(d->arena, "%s%s%.*s", why[s->verdict],
						      s->address.n > 0 ? "; from " : "",
						      STR_ARG(s->address))};
	return door_log(d, &entry, NULL, err);
}

/* In the name of who came in. */
static enum rc
log_signed_in(struct door *d, const struct sign_in *s, struct err *err)
{
	const struct actor *node = d->actor;
	struct actor *actor = NEW(d->arena, struct actor);
	struct audit_entry entry = {.action = AUDIT_SIGN_IN,
				    .has_record = true,
				    .record = s->session.id,
				    .type = STR("session")};
	enum rc rc;

	*actor = (struct actor){.id = s->user.id, .roles = s->user.roles, .unit = s->user.unit};
	d->access = (struct access){0};
	if (s->address.n > 0)
		d->access.reason = str_fmt(d->arena, "from %.*s", STR_ARG(s->address));
	d->actor = actor;
	rc = door_log(d, &entry, NULL, err);
	d->actor = node;
	return rc;
}

/* Never a second life for a session that somebody brought along. */
static enum rc
end_old(struct door *d, struct str secret, struct err *err)
{
	struct credential credential;
	struct session old;
	struct user user;

	if (session_user(d, secret, &user, &credential, NULL) != RC_OK ||
	    session_find(d, credential.id, &old, NULL) != RC_OK)
		return RC_OK;
	return session_end(d, &old, err);
}

/* What was decided about a tenth of a second ago must still be so. */
static enum rc
check_again(struct door *d, const struct sign_in *s, struct err *err)
{
	struct password_row row;
	struct user user;
	enum rc rc = user_find(d, s->user.id, &user, err);

	if (rc == RC_OK)
		rc = password_find(d, s->user.id, &row, err);
	if (rc != RC_OK || user.disabled || row.set_ms != s->password_set_ms)
		return fail(err, RC_UNAUTHENTICATED, "login",
			    "the account changed just now; sign in again");
	return RC_OK;
}

enum rc
sign_in_store(struct door *d, struct sign_in *s, struct err *err)
{
	enum rc rc;

	if (s->verdict != SIGN_IN_RIGHT) {
		if (s->verdict != SIGN_IN_WAITS && (rc = tries_add(d, &s->tries, err)) != RC_OK)
			return rc;
		atomic_fetch_add(&serve_of_door(d)->sign_ins_refused, 1);
		return log_refused(d, s, err);
	}
	if ((rc = check_again(d, s, err)) != RC_OK ||
	    (rc = tries_forget(d, &s->tries, err)) != RC_OK ||
	    (s->renew && (rc = password_renew(d, &s->renewed, err)) != RC_OK) ||
	    (s->old_session.n > 0 && (rc = end_old(d, s->old_session, err)) != RC_OK) ||
	    (rc = session_add(d, s->user.id, s->secret, s->address, s->agent, &s->session, err)) !=
		RC_OK)
		return rc;
	atomic_fetch_add(&serve_of_door(d)->signed_in, 1);
	return log_signed_in(d, s, err);
}

struct sign_in_counts
sign_in_counts(const struct serve *s)
{
	return (struct sign_in_counts){.signed_in = atomic_load(&s->signed_in),
				       .refused = atomic_load(&s->sign_ins_refused),
				       .turned_away = atomic_load(&s->sign_ins_turned_away)};
}

enum rc
sign_in_forget(struct door *d, struct str login, struct err *err)
{
	const struct tries_of of = {.login_mac = user_login_mac(d, login)};

	return tries_forget(d, &of, err);
}
