#include "serve/session.h"

#include "base/arena.h"
#include "base/hex.h"
#include "base/log.h"
#include "format/json.h"
#include "net/cidr.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "seal/secret.h"
#include "serve/credential.h"
#include "serve/inside.h"
#include "serve/origin.h"
#include "serve/paper.h"
#include "serve/session.sql.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)
/* Ended sessions are listed for so long; the log has the rest. */
#define KEPT_MS (7 * DAY_MS)
#define AGENT_BYTES_MAX 200

enum rc
session_rules_read(const struct config *c, struct session_rules *out, struct err *err)
{
	enum rc rc;

	out->idle_ms = config_number_or(c, "session_idle_minutes", 15) * MINUTE_MS;
	out->absolute_ms = config_number_or(c, "session_hours", 12) * 60 * MINUTE_MS;
	out->touch_ms = out->idle_ms / 8 < MINUTE_MS ? out->idle_ms / 8 : MINUTE_MS;
	out->web_origin = config_text_or(c, "web_origin", "");
	out->trusted_proxy = config_text_or(c, "trusted_proxy", "");
	rc = web_origin_check(out->web_origin, err);
	return rc == RC_OK ? cidr_list_check(out->trusted_proxy, "trusted_proxy", err) : rc;
}

const struct session_rules *
session_rules(const struct serve *s)
{
	return &s->rules;
}

static struct str
session_mac(struct door *d, const struct session *s)
{
	struct arena *a = d->arena;
	unsigned char mac[MAC_BYTES];
	struct str row = str_fmt(
	    a, "%.*s/%.*s/%.*s/%lld/%lld/%lld/%lld", STR_ARG(hex_format(a, s->hash.p, s->hash.n)),
	    STR_ARG(hex_format(a, s->id.b, sizeof s->id.b)),
	    STR_ARG(hex_format(a, s->user.b, sizeof s->user.b)), (long long)s->created_ms,
	    (long long)s->seen_ms, (long long)s->expires_ms, (long long)s->ended_ms);

	keys_index_mac(d->node->keys, STR("session-row"), row, mac);
	return str_copy(a, (struct str){(char *)mac, sizeof mac});
}

static struct str
session_aad(struct arena *a, const struct session *s)
{
	return str_fmt(a, "liaison/session/1/%.*s/%.*s",
		       STR_ARG(hex_format(a, s->id.b, sizeof s->id.b)),
		       STR_ARG(hex_format(a, s->user.b, sizeof s->user.b)));
}

/* RC_ABSENT: the row is not what was written. */
static enum rc
session_read(struct door *d, const struct rows *rows, struct session *out)
{
	*out = (struct session){.hash = str_copy(d->arena, rows_blob(rows, 0)),
				.id = rows_id(rows, 1),
				.user = rows_id(rows, 2),
				.created_ms = rows_i64(rows, 3),
				.seen_ms = rows_i64(rows, 4),
				.expires_ms = rows_i64(rows, 5),
				.ended_ms = rows_i64(rows, 6)};
	out->ends_ms = out->seen_ms + serve_of_door(d)->rules.idle_ms;
	if (out->ends_ms > out->expires_ms)
		out->ends_ms = out->expires_ms;
	out->is_open = out->ended_ms == 0 && d->now_ms < out->ends_ms;
	return secret_eq(rows_blob(rows, 7), session_mac(d, out)) ? RC_OK : RC_ABSENT;
}

/* Where from and with what; empty where that cannot be opened any more. */
static void
open_body(struct door *d, const struct rows *rows, struct session *s)
{
	json_t *body;

	if (paper_open(d, rows, 8, session_aad(d->arena, s), &body, NULL) != RC_OK)
		return;
	s->address = str_copy(d->arena, json_member_str(body, "address"));
	s->agent = str_copy(d->arena, json_member_str(body, "agent"));
	json_decref(body);
}

/* Room for one more. */
static enum rc
end_oldest(struct door *d, struct id user, struct err *err)
{
	struct session_list open = {0};
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_SESSION_OPEN, BINDS(B_ID(user)), &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct session s;

		if (session_read(d, rows, &s) == RC_OK && s.is_open)
			*VEC_ADD(d->arena, &open) = s;
	}
	rows_close(rows);
	if (rc != RC_ABSENT)
		return rc;
	for (size_t i = 0; i + SESSIONS_OF_USER_MAX <= open.n; i++)
		if ((rc = session_end(d, &open.at[i], err)) != RC_OK)
			return rc;
	return RC_OK;
}

enum rc
session_add(struct door *d, struct id user, struct str secret, struct str address, struct str agent,
	    struct session *out, struct err *err)
{
	struct paper paper;
	enum rc rc;

	*out = (struct session){.hash = secret_hash(d->arena, secret),
				.id = random_id_at(d->now_ms),
				.user = user,
				.created_ms = d->now_ms,
				.seen_ms = d->now_ms,
				.expires_ms = d->now_ms + serve_of_door(d)->rules.absolute_ms,
				.address = address,
				.agent = str_sub(agent, 0, AGENT_BYTES_MAX)};
	/* Cut within a character, it would be no text. */
	while (out->agent.n > 0 && out->agent.n == AGENT_BYTES_MAX &&
	       ((unsigned char)agent.p[out->agent.n - 1] & 0x80) != 0)
		out->agent.n--;
	if ((rc = db_run(d->db, &SQL_SERVE_SESSION_SWEEP, BINDS(B_I64(d->now_ms - KEPT_MS)), NULL,
			 err)) != RC_OK ||
	    (rc = end_oldest(d, user, err)) != RC_OK ||
	    (rc = paper_seal(d, "staff", session_aad(d->arena, out),
			     paper_pair(d, "address", out->address, "agent", out->agent), &paper,
			     err)) != RC_OK)
		return rc;
	return db_run(d->db, &SQL_SERVE_SESSION_INSERT,
		      BINDS(B_BLOB(out->hash), B_ID(out->id), B_ID(out->user),
			    B_I64(out->created_ms), B_I64(out->expires_ms), B_TEXT(paper.bucket),
			    B_BLOB(buf_str(&paper.wrapped)), B_BLOB(buf_str(&paper.body)),
			    B_BLOB(session_mac(d, out))),
		      NULL, err);
}

/* That it was used, written down on the writer thread, without an answer that waits for it. */
struct touch {
	struct write_item item; /* first: the writer hands it back */
	struct serve *serve;
	struct arena *arena;
	struct str hash;
};

static enum rc
touch_run(struct write_item *item, struct db *db, struct err *err)
{
	struct touch *t = (struct touch *)item;
	const struct access none = {0};
	struct session s;
	struct rows *rows;
	struct door d;
	enum rc rc;

	door_open(&d, &t->serve->node, db, t->arena, &t->serve->node_actor, &none, t->serve->group);
	rc = db_select(db, &SQL_SERVE_SESSION_BY_HASH, BINDS(B_BLOB(t->hash)), &rows, err);
	if (rc == RC_OK) {
		if ((rc = rows_next(rows, err)) == RC_OK)
			rc = session_read(&d, rows, &s);
		rows_close(rows);
	}
	/* Another worker may have been faster, and who is out stays out. */
	if (rc == RC_OK && s.is_open && d.now_ms - s.seen_ms >= t->serve->rules.touch_ms) {
		s.seen_ms = d.now_ms;
		rc = db_run(db, &SQL_SERVE_SESSION_SEEN,
			    BINDS(B_I64(s.seen_ms), B_BLOB(session_mac(&d, &s)), B_BLOB(s.hash)),
			    NULL, err);
	}
	door_close(&d);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static void
touch_done(struct write_item *item, enum rc rc, const struct err *err)
{
	if (rc != RC_OK)
		log_warn("that a session was used was not written down: %s", err->text);
	arena_free(((struct touch *)item)->arena);
}

static void
touch(struct serve *s, struct str hash)
{
	struct arena *a = arena_new(0);
	struct touch *t = NEW(a, struct touch);

	*t = (struct touch){.item = {.run = touch_run, .done = touch_done},
			    .serve = s,
			    .arena = a,
			    .hash = str_copy(a, hash)};
	writer_submit(s->writer, &t->item);
}

static enum rc
find_one(struct door *d, const struct sql *sql, struct str key, struct session *out,
	 struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, sql, BINDS(B_BLOB(key)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		rc = session_read(d, rows, out);
	rows_close(rows);
	return rc == RC_ABSENT ? fail(err, RC_ABSENT, "session", "there is no such session") : rc;
}

enum rc
session_user(struct door *d, struct str secret, struct user *out, struct credential *credential,
	     struct err *err)
{
	static const char refusal[] = "your session has ended, or never was; sign in";
	struct serve *serve = serve_of_door(d);
	struct session s;
	int64_t again_ms;
	enum rc rc =
	    find_one(d, &SQL_SERVE_SESSION_BY_HASH, secret_hash(d->arena, secret), &s, err);

	if (rc == RC_ABSENT || (rc == RC_OK && !s.is_open))
		return fail(err, RC_UNAUTHENTICATED, "session", "%s", refusal);
	if (rc != RC_OK)
		return rc;
	if ((rc = user_find(d, s.user, out, err)) == RC_ABSENT || (rc == RC_OK && out->disabled))
		return fail(err, RC_UNAUTHENTICATED, "session", "%s", refusal);
	if (rc != RC_OK)
		return rc;
	/* A changing door's look-up is followed by the change: no second item for the writer. */
	if (d->group == NULL && d->now_ms - s.seen_ms >= serve->rules.touch_ms)
		touch(serve, s.hash);
	again_ms = d->now_ms + serve->rules.touch_ms;
	*credential =
	    (struct credential){.kind = CREDENTIAL_SESSION,
				.id = s.id,
				.purposes = PURPOSES_ANY | (BIT(PURPOSE_COUNT) - 1),
				.expires_ms = again_ms < s.ends_ms ? again_ms : s.ends_ms};
	return RC_OK;
}

enum rc
session_find(struct door *d, struct id id, struct session *out, struct err *err)
{
	return find_one(d, &SQL_SERVE_SESSION_BY_ID, (struct str){(char *)id.b, 16}, out, err);
}

enum rc
session_end(struct door *d, const struct session *s, struct err *err)
{
	struct session ended = *s;

	if (s->ended_ms != 0)
		return RC_OK;
	ended.ended_ms = d->now_ms;
	serve_users_changed(d);
	return db_run(d->db, &SQL_SERVE_SESSION_END,
		      BINDS(B_I64(ended.ended_ms), B_BLOB(session_mac(d, &ended)), B_BLOB(s->hash)),
		      NULL, err);
}

enum rc
session_end_all(struct door *d, struct id user, const struct id *but, int64_t *n, struct err *err)
{
	struct session_list all = {0};
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_SESSION_OPEN, BINDS(B_ID(user)), &rows, err);

	if (n != NULL)
		*n = 0;
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct session s;

		/* One that is not what was written opens for nobody, and stays for verify to name.
		 */
		if (session_read(d, rows, &s) == RC_OK && (but == NULL || !id_eq(s.id, *but)))
			*VEC_ADD(d->arena, &all) = s;
	}
	rows_close(rows);
	for (size_t i = 0; rc == RC_ABSENT && i < all.n; i++) {
		enum rc ended = session_end(d, &all.at[i], err);

		if (ended != RC_OK)
			return ended;
		if (n != NULL)
			*n += all.at[i].is_open;
	}
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
session_list(struct door *d, const struct id *user, struct session_list *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = user != NULL ? db_select(d->db, &SQL_SERVE_SESSION_OF_USER,
					      BINDS(B_BYTES(user->b, 16)), &rows, err)
				  : db_select(d->db, &SQL_SERVE_SESSION_ALL, NO_BINDS, &rows, err);

	*out = (struct session_list){0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct session s;

		if (session_read(d, rows, &s) != RC_OK)
			continue;
		open_body(d, rows, &s);
		*VEC_ADD(d->arena, out) = s;
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
sessions_check(struct door *d, db_found_fn *found, void *ctx, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_SESSION_CHECK, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct session s;

		if (session_read(d, rows, &s) != RC_OK)
			found(ctx, str_fmt(d->arena, "session %s: the row is not what was written",
					   id_format(d->arena, s.id).p));
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}
