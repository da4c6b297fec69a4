#include "serve/binding.h"

#include "base/arena.h"
#include "base/hex.h"
#include "base/say.h"
#include "record/ask.h"
#include "seal/keys.h"
#include "seal/secret.h"
#include "serve/binding.sql.h"
#include "serve/invite_second.h"
#include "serve/notice.h"
#include "store/db.h"

/* As a link that says nothing else. */
#define WAIT_MS (INT64_C(24) * 3600000)

struct binding {
	struct id user, made_by;
	int64_t uid, at_ms;
};

static struct str
binding_mac(struct door *d, const struct binding *b)
{
	struct arena *a = d->arena;
	unsigned char mac[MAC_BYTES];
	struct str row = str_fmt(a, "%.*s/%lld/%.*s/%lld", STR_ARG(hex_format(a, b->user.b, 16)),
				 (long long)b->uid, STR_ARG(hex_format(a, b->made_by.b, 16)),
				 (long long)b->at_ms);

	keys_index_mac(d->node->keys, STR("binding-row"), row, mac);
	return str_copy(a, (struct str){(char *)mac, sizeof mac});
}

static enum rc
log_binding(struct door *d, const char *what, struct id user, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_SETTING, .has_record = true, .record = user, .type = str_from(what)};

	return door_log(d, &entry, NULL, err);
}

static enum rc
note(struct door *d, const struct user *whom, int64_t uid, struct err *err)
{
	const struct binding b = {whom->id, d->actor->id, uid, d->now_ms};
	enum rc rc = db_run(d->db, &SQL_SERVE_BINDING_PUT,
			    BINDS(B_ID(b.user), B_I64(b.uid), B_ID(b.made_by), B_I64(b.at_ms),
				  B_BLOB(binding_mac(d, &b))),
			    NULL, err);

	if (rc == RC_OK)
		rc = notice_add(d, whom->id, "account_asked_for", NULL, err);
	return rc == RC_OK ? log_binding(d, "account_asked_for", whom->id, err) : rc;
}

enum rc
binding_wish(struct door *d, const struct user *whom, int64_t uid, bool *waits, struct err *err)
{
	struct id notice;
	bool in_use;
	enum rc rc = second_is_in_use(d, whom->id, &in_use, err);

	*waits = false;
	if (rc != RC_OK)
		return rc;
	if (id_eq(whom->id, d->actor->id) || (whom->uid < 0 && !in_use))
		return notice_add(d, whom->id, "account_bound", NULL, err);
	if ((rc = second_is_there(d, d->actor->id, whom->id, waits, err)) != RC_OK)
		return rc;
	if (*waits)
		return note(d, whom, uid, err);
	if (d->access.reason.n < SECOND_REASON_MIN)
		return fail(
		    err, RC_DENIED, "reason",
		    "whoever has that system account could come in as them, and nobody else "
		    "could agree to it: say in a sentence why; the overseer and whose "
		    "account it is are told (" SAY_REASON ")");
	if ((rc = log_binding(d, "account_bound_alone", whom->id, err)) != RC_OK ||
	    (rc = notice_add(d, whom->id, "account_bound_by_one_alone", &notice, err)) != RC_OK)
		return rc;
	return ask_tell_overseer(d, "account_alone", notice, err);
}

static enum rc
find_waiting(struct door *d, struct id user, struct binding *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_BINDING_FIND, BINDS(B_ID(user)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		*out =
		    (struct binding){user, rows_id(rows, 1), rows_i64(rows, 0), rows_i64(rows, 2)};
		if (d->now_ms - out->at_ms >= WAIT_MS ||
		    !secret_eq(rows_blob(rows, 3), binding_mac(d, out)))
			rc = RC_ABSENT;
	}
	rows_close(rows);
	return rc;
}

enum rc
binding_agree(struct door *d, struct user *whom, int64_t uid, struct err *err)
{
	struct binding b;
	bool could;
	enum rc rc = find_waiting(d, whom->id, &b, err);

	/* Which one is said again: else somebody agrees to another than they were asked about. */
	if (rc == RC_ABSENT || (rc == RC_OK && b.uid != uid))
		return fail(err, RC_ABSENT, "login",
			    "no such system account waits for a second person there");
	if (rc != RC_OK || (rc = second_could(d, b.made_by, whom->id, &could, err)) != RC_OK)
		return rc;
	if (!could)
		return fail(err, RC_DENIED, "second",
			    "the second person is another administrator or supervisor than who "
			    "asked for it and whose account it is, with a system account of their "
			    "own");
	whom->uid = uid;
	if ((rc = db_run(d->db, &SQL_SERVE_BINDING_FORGET, BINDS(B_ID(whom->id)), NULL, err)) !=
		RC_OK ||
	    (rc = user_set(d, whom, err)) != RC_OK ||
	    (rc = log_binding(d, "account_agreed", whom->id, err)) != RC_OK)
		return rc;
	return notice_add(d, whom->id, "account_agreed", NULL, err);
}
