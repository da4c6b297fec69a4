#include "serve/quarantine.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
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
	json_t *state = json_pack("{s:O, s:b}", "about", about, "unfinished", 1);
	struct arena *a = arena_new(0);
	enum rc rc = write_state(a, dir, state, err);

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

/* Is the first word another person's, of another system account? */
static enum rc
check_second(struct door *d, const json_t *state, struct err *err)
{
	json_int_t account = json_integer_value(json_object_get(state, "account"));
	struct id first;

	if (!id_parse(json_member_str(state, "first"), &first) || id_eq(first, d->actor->id))
		return fail(err, RC_DENIED, "second",
			    "your word is there already; another administrator gives the second");
	if (account != 0 && account == d->actor->account && !d->node->shared_account)
		return fail(err, RC_DENIED, "second",
			    "the first of the two came by the same system account; the second "
			    "person needs one of their own");
	return RC_OK;
}

enum rc
quarantine_confirm(struct serve *s, struct door *d, bool *ended, struct err *err)
{
	json_t *state;
	enum rc rc = quarantine_read(d->arena, s->dir, &state, err);

	*ended = false;
	if (rc != RC_OK)
		return rc == RC_ABSENT
			   ? fail(err, RC_CONFLICT, "", "this node is not in quarantine")
			   : rc;
	door_hold(d, state);
	if (json_member_str(state, "first").n == 0) {
		must(json_object_set_new(state, "first",
					 json_from_str(id_format(d->arena, d->actor->id))) == 0 &&
		     json_object_set_new(state, "account", json_integer(d->actor->account)) == 0);
		rc = log_word(d, "quarantine_confirmed", err);
		return rc == RC_OK ? write_state(d->arena, s->dir, state, err) : rc;
	}
	if ((rc = check_second(d, state, err)) != RC_OK ||
	    (rc = log_word(d, "quarantine_ended", err)) != RC_OK)
		return rc;
	if (unlink(path_of(d->arena, s->dir)) != 0 && errno != ENOENT)
		return fail(err, RC_UNAVAILABLE, "", "the quarantine's file cannot be removed: %s",
			    strerror(errno));
	*ended = true;
	job_queue_changed(s);
	return RC_OK;
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
