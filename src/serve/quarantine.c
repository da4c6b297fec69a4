#include "serve/quarantine.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "format/json.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "seal/secret.h"
#include "serve/file.h"
#include "serve/inside.h"
#include "serve/job_inside.h"
#include "serve/quarantine.sql.h"
#include "serve/session.h"
#include "serve/user.h"

static const char *
path_of(struct arena *a, const char *dir)
{
	return str_fmt(a, "%s/quarantine", dir).p;
}

static enum rc
write_state(struct arena *a, const char *dir, const json_t *state, struct err *err)
{
	struct buf b;

	buf_init(&b, a);
	json_canonical(state, &b);
	buf_add_byte(&b, '\n');
	return file_write(path_of(a, dir), buf_str(&b), 0600, err);
}

enum rc
quarantine_begin(const char *dir, json_t *about, struct err *err)
{
	struct arena *a = arena_new(0);
	json_t *state = json_pack("{s:O, s:b}", "about", about, "unfinished", 1);
	struct id id = random_id(&clock_system);
	enum rc rc;

	must(json_object_set_new(state, "id", json_from_str(id_format(a, id))) == 0);
	rc = write_state(a, dir, state, err);
	json_decref(state);
	arena_free(a);
	return rc;
}

bool
serve_is_quarantined(struct serve *s)
{
	struct arena *a;

	if (!s->quarantined)
		return false;
	a = arena_new(0);
	if (access(path_of(a, s->dir), F_OK) != 0 && errno == ENOENT)
		s->quarantined = false;
	arena_free(a);
	return s->quarantined;
}

enum rc
quarantine_read(struct arena *a, const char *dir, json_t **out, struct err *err)
{
	struct str text;
	enum rc rc = file_read(a, path_of(a, dir), 65536, &text, err);

	return rc == RC_OK ? json_read(text, NULL, out, err) : rc;
}

enum rc
quarantine_check_whole(const char *dir, struct err *err)
{
	struct arena *a = arena_new(0);
	json_t *state;
	enum rc rc = quarantine_read(a, dir, &state, err);

	if (rc == RC_OK) {
		if (json_is_true(json_object_get(state, "unfinished")))
			rc = fail(err, RC_CONFLICT, "quarantine",
				  "bringing this node back from a backup did not come to its end: "
				  "what was erased since is still in it. Remove this folder, and "
				  "the database where it is not in it, and do it again: liaison "
				  "node restore");
		json_decref(state);
	}
	arena_free(a);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
quarantine_whole(const char *dir, struct err *err)
{
	struct arena *a = arena_new(0);
	json_t *state;
	enum rc rc = quarantine_read(a, dir, &state, err);

	if (rc == RC_OK) {
		(void)json_object_del(state, "unfinished");
		rc = write_state(a, dir, state, err);
		json_decref(state);
	}
	arena_free(a);
	return rc;
}

static enum rc
log_word(struct door *d, const char *what, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING, .type = str_from(what)};

	return door_log(d, &entry, NULL, err);
}

/* What the database says of the file's number. */
struct words {
	struct id id;
	bool first_given;
	struct id first;
	int64_t account, ended_ms;
};

static struct str
words_mac(const struct door_node *node, struct arena *a, const struct words *w)
{
	unsigned char mac[MAC_BYTES];
	struct str row =
	    str_fmt(a, "%.*s/%.*s/%lld/%lld", STR_ARG(id_format(a, w->id)),
		    STR_ARG(id_format(a, w->first)), (long long)w->account, (long long)w->ended_ms);

	keys_index_mac(node->keys, STR("quarantine-row"), row, mac);
	return str_copy(a, (struct str){(char *)mac, sizeof mac});
}

/* A row that is not what was written says nothing. */
static enum rc
words_find(const struct door_node *node, struct db *db, struct arena *a, const json_t *state,
	   struct words *out, struct err *err)
{
	struct rows *rows;
	enum rc rc;

	*out = (struct words){.first_given = false};
	if (!id_parse(json_member_str(state, "id"), &out->id))
		out->id = (struct id){{0}}; /* of a program that gave no numbers */
	if ((rc = db_select(db, &SQL_SERVE_QUARANTINE_FIND, BINDS(B_ID(out->id)), &rows, err)) !=
	    RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		out->first = rows_id(rows, 0);
		out->account = rows_i64(rows, 1);
		out->ended_ms = rows_i64(rows, 2);
		out->first_given = secret_eq(rows_blob(rows, 3), words_mac(node, a, out));
	}
	rows_close(rows);
	if (!out->first_given)
		*out = (struct words){.id = out->id};
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
words_store(struct door *d, const struct words *w, struct err *err)
{
	return db_run(d->db, &SQL_SERVE_QUARANTINE_SET,
		      BINDS(B_ID(w->id), B_ID(w->first), B_I64(w->account), B_I64(w->ended_ms),
			    B_BLOB(words_mac(d->node, d->arena, w))),
		      NULL, err);
}

enum rc
quarantine_show(struct door *d, const char *dir, json_t **about, int *given, struct err *err)
{
	struct words words;
	json_t *state;
	enum rc rc = quarantine_read(d->arena, dir, &state, err);

	if (rc != RC_OK)
		return rc;
	door_hold(d, state);
	*about = json_object_get(state, "about");
	if ((rc = words_find(d->node, d->db, d->arena, state, &words, err)) == RC_OK)
		*given = words.first_given + (words.ended_ms != 0);
	return rc;
}

/* Is the first word another person's, of another system account? */
static enum rc
check_second(struct door *d, const struct words *w, struct err *err)
{
	if (id_eq(w->first, d->actor->id))
		return fail(err, RC_DENIED, "second",
			    "your word is there already; another administrator gives the second");
	if (w->account != 0 && w->account == d->actor->account && !d->node->shared_account)
		return fail(err, RC_DENIED, "second",
			    "the first of the two came by the same system account; the second "
			    "person needs one of their own");
	return RC_OK;
}

enum rc
quarantine_confirm(struct serve *s, struct door *d, bool *ended, struct err *err)
{
	struct words words;
	json_t *state;
	enum rc rc = quarantine_read(d->arena, s->dir, &state, err);

	*ended = false;
	if (rc != RC_OK)
		return rc == RC_ABSENT
			   ? fail(err, RC_CONFLICT, "", "this node is not in quarantine")
			   : rc;
	door_hold(d, state);
	if ((rc = words_find(d->node, d->db, d->arena, state, &words, err)) != RC_OK)
		return rc;
	/* Both were given, and the file outlived a crash: it goes once more. */
	if ((*ended = words.ended_ms != 0))
		return RC_OK;
	if (!words.first_given) {
		words.first = d->actor->id;
		words.account = d->actor->account;
		rc = log_word(d, "quarantine_confirmed", err);
		return rc == RC_OK ? words_store(d, &words, err) : rc;
	}
	if ((rc = check_second(d, &words, err)) != RC_OK)
		return rc;
	words.ended_ms = d->now_ms;
	if ((rc = log_word(d, "quarantine_ended", err)) == RC_OK)
		rc = words_store(d, &words, err);
	*ended = rc == RC_OK;
	return rc;
}

void
quarantine_lift(struct serve *s)
{
	struct arena *a = arena_new(0);

	if (unlink(path_of(a, s->dir)) != 0 && errno != ENOENT)
		log_warn("the quarantine has ended, but its file cannot be removed: %s",
			 strerror(errno));
	else
		job_queue_changed(s);
	arena_free(a);
}

enum rc
quarantine_mend(struct serve *s, struct err *err)
{
	struct arena *a = arena_new(0);
	struct words words = {.ended_ms = 0};
	json_t *state;
	enum rc rc = quarantine_read(a, s->dir, &state, err);

	if (rc == RC_OK) {
		if ((rc = db_begin_read(s->readers[0], err)) == RC_OK) {
			rc = words_find(&s->node, s->readers[0], a, state, &words, err);
			db_rollback(s->readers[0]);
		}
		json_decref(state);
		if (rc == RC_OK && words.ended_ms != 0)
			quarantine_lift(s);
	}
	arena_free(a);
	return rc == RC_ABSENT ? RC_OK : rc;
}

typedef enum rc burn_fn(struct door *d, struct id id, struct err *err);

static enum rc
burn_session(struct door *d, struct id id, struct err *err)
{
	struct session session;
	enum rc rc = session_find(d, id, &session, err);

	return rc == RC_OK ? session_end(d, &session, err) : rc;
}

/* A row that is not what was written is good for nothing already. */
static enum rc
burn_all(struct door *d, const struct sql *sql, burn_fn *burn, struct err *err)
{
	struct id ids[500], after = {{0}};
	size_t n = 1;
	enum rc rc = RC_OK;

	while (n > 0 && rc == RC_OK) {
		struct rows *rows;

		n = 0;
		if ((rc = db_select(d->db, sql, BINDS(B_ID(after)), &rows, err)) != RC_OK)
			return rc;
		while ((rc = rows_next(rows, err)) == RC_OK)
			after = ids[n++] = rows_id(rows, 0);
		rows_close(rows);
		rc = rc == RC_ABSENT ? RC_OK : rc;
		for (size_t i = 0; i < n && rc == RC_OK; i++)
			if ((rc = burn(d, ids[i], err)) == RC_ABSENT)
				rc = RC_OK;
	}
	return rc;
}

enum rc
quarantine_burn(struct door *d, struct err *err)
{
	enum rc rc = burn_all(d, &SQL_SERVE_QUARANTINE_TOKENS, token_revoke, err);

	if (rc == RC_OK)
		rc = burn_all(d, &SQL_SERVE_QUARANTINE_SESSIONS, burn_session, err);
	if (rc == RC_OK)
		rc = db_run(d->db, &SQL_SERVE_QUARANTINE_JOBS, BINDS(B_I64(d->now_ms)), NULL, err);
	return rc == RC_OK ? log_word(d, "quarantine_begun", err) : rc;
}
