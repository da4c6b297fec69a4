#include "serve/invite_second.h"

#include "audit/show.h"
#include "base/arena.h"
#include "base/hex.h"
#include "base/say.h"
#include "record/ask.h"
#include "seal/keys.h"
#include "seal/secret.h"
#include "serve/invite_second.sql.h"
#include "serve/notice.h"
#include "store/db.h"

#define SECONDS (BIT(ROLE_ADMINISTRATOR) | BIT(ROLE_SUPERVISOR))

static struct str
second_mac(struct door *d, struct str hash, struct id second, int64_t at_ms)
{
	struct arena *a = d->arena;
	unsigned char mac[MAC_BYTES];
	struct str row = str_fmt(a, "%.*s/%.*s/%lld", STR_ARG(hex_format(a, hash.p, hash.n)),
				 STR_ARG(hex_format(a, second.b, 16)), (long long)at_ms);

	keys_index_mac(d->node->keys, STR("invite-second"), row, mac);
	return str_copy(a, (struct str){(char *)mac, sizeof mac});
}

static enum rc
has_password(struct door *d, struct id user, bool *has, struct err *err)
{
	struct password_row row;
	enum rc rc = password_find(d, user, &row, err);

	*has = rc != RC_ABSENT;
	return rc == RC_ABSENT || rc == RC_INTEGRITY ? RC_OK : rc;
}

enum rc
second_is_in_use(struct door *d, struct id user, bool *is, struct err *err)
{
	enum rc rc = has_password(d, user, is, err);

	return rc != RC_OK || *is ? rc : audit_has_acted(d->db, d->node->keys, user, is, err);
}

/* Could this one come in, and agree to what the maker made for somebody? */
static enum rc
could_agree(struct door *d, const struct user *u, const struct user *maker, struct id whom,
	    bool *could, struct err *err)
{
	bool same = u->uid >= 0 && u->uid == maker->uid && !d->node->shared_account;

	*could = !u->disabled && (u->roles & SECONDS) != 0 && !id_eq(u->id, maker->id) &&
		 !id_eq(u->id, whom) && !same;
	return *could && u->uid < 0 ? has_password(d, u->id, could, err) : RC_OK;
}

enum rc
second_is_there(struct door *d, struct id maker, struct id whom, bool *is, struct err *err)
{
	struct user_list all;
	struct user made;
	enum rc rc = user_find(d, maker, &made, err);

	*is = false;
	if (rc != RC_OK || (rc = user_list(d, &all, err)) != RC_OK)
		return rc;
	for (size_t k = 0; k < all.n && rc == RC_OK && !*is; k++)
		rc = could_agree(d, &all.at[k], &made, whom, is, err);
	return rc;
}

enum rc
second_could(struct door *d, struct id maker, struct id whom, bool *could, struct err *err)
{
	struct user me, made;
	enum rc rc = user_find(d, d->actor->id, &me, err);

	*could = false;
	if (rc != RC_OK || (rc = user_find(d, maker, &made, err)) != RC_OK)
		return rc;
	rc = could_agree(d, &me, &made, whom, could, err);
	*could = *could && !made.disabled && (made.roles & BIT(ROLE_ADMINISTRATOR)) != 0;
	return rc;
}

/* The link is good from now on. */
static enum rc
put_good(struct door *d, const struct invite *i, struct err *err)
{
	return db_run(d->db, &SQL_SERVE_INVITE_SECOND_PUT,
		      BINDS(B_BLOB(i->hash), B_ID(d->actor->id), B_I64(d->now_ms),
			    B_BLOB(second_mac(d, i->hash, d->actor->id, d->now_ms))),
		      NULL, err);
}

static enum rc
put_second(struct door *d, const struct invite *i, const char *what, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_SETTING, .has_record = true, .record = i->user, .type = str_from(what)};
	enum rc rc = put_good(d, i, err);

	return rc == RC_OK ? door_log(d, &entry, NULL, err) : rc;
}

enum rc
invite_needs_second(struct door *d, const struct invite *i, bool *waits, struct err *err)
{
	struct id notice;
	bool in_use;
	enum rc rc = db_run(d->db, &SQL_SERVE_INVITE_SECOND_SWEEP, NO_BINDS, NULL, err);

	*waits = false;
	if (rc != RC_OK || (rc = second_is_in_use(d, i->user, &in_use, err)) != RC_OK ||
	    (in_use && (rc = second_is_there(d, i->made_by, i->user, waits, err)) != RC_OK) ||
	    (!in_use && (rc = put_good(d, i, err)) != RC_OK))
		return rc;
	if (!in_use || *waits)
		return notice_add(d, i->user, "link_made", NULL, err);
	if (d->access.reason.n < SECOND_REASON_MIN)
		return fail(
		    err, RC_DENIED, "reason",
		    "somebody works under this name, and nobody else could agree to a link: "
		    "say in a sentence why; the overseer and whom it is for are told "
		    "(" SAY_REASON ")");
	if ((rc = put_second(d, i, "invite_alone", err)) != RC_OK ||
	    (rc = notice_add(d, i->user, "link_made_by_one_alone", &notice, err)) != RC_OK)
		return rc;
	return ask_tell_overseer(d, "link_alone", notice, err);
}

static enum rc
find_waiting(struct door *d, struct id user, struct invite *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_INVITE_SECOND_WAITING,
			       BINDS(B_ID(user), B_I64(d->now_ms)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK && !invite_read(d, rows, out))
		rc = RC_ABSENT;
	rows_close(rows);
	return rc;
}

enum rc
invite_agree(struct door *d, const struct user *user, struct err *err)
{
	struct invite i;
	bool could, good;
	enum rc rc = find_waiting(d, user->id, &i, err);

	if (rc == RC_OK && (rc = invite_is_good(d, &i, &good, err)) == RC_OK && good)
		rc = RC_ABSENT;
	if (rc == RC_ABSENT)
		return fail(err, RC_ABSENT, "login", "no link waits for a second person there");
	if (rc != RC_OK || (rc = second_could(d, i.made_by, user->id, &could, err)) != RC_OK)
		return rc;
	if (!could)
		return fail(err, RC_DENIED, "second",
			    "the second person is another administrator or supervisor than who "
			    "made the link and whom it is for, with a system account of their own");
	rc = put_second(d, &i, "invite_agreed", err);
	return rc == RC_OK ? notice_add(d, user->id, "link_agreed", NULL, err) : rc;
}

enum rc
invite_is_good(struct door *d, const struct invite *i, bool *good, struct err *err)
{
	struct rows *rows;
	enum rc rc =
	    db_select(d->db, &SQL_SERVE_INVITE_SECOND_FIND, BINDS(B_BLOB(i->hash)), &rows, err);

	*good = false;
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		*good = secret_eq(rows_blob(rows, 2),
				  second_mac(d, i->hash, rows_id(rows, 0), rows_i64(rows, 1)));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}
