#include "serve/tries.h"

#include "base/arena.h"
#include "seal/keys.h"
#include "serve/tries.sql.h"
#include "store/db.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS INT64_C(3600000)
/* After so long without one, the counting begins anew. */
#define QUIET_MS (24 * HOUR_MS)
/* Rows of few failures, which mean nothing yet, are kept for so long: a flood of invented
 * logins is at most this long in the database. */
#define FEW 5
#define FEW_KEPT_MS (2 * HOUR_MS)

static const struct {
	int64_t free, first_ms, most_ms;
} rules[] = {
    [TRIES_CLIENT] = {5, 2 * SECOND_MS, 15 * MINUTE_MS},
    [TRIES_DEVICE] = {5, 2 * SECOND_MS, 15 * MINUTE_MS},
    [TRIES_ACCOUNT] = {30, 10 * SECOND_MS, 15 * MINUTE_MS},
};

int64_t
tries_wait_ms(enum tries_kind kind, int64_t failures)
{
	int64_t wait = rules[kind].first_ms;

	if (failures < rules[kind].free)
		return 0;
	for (int64_t n = rules[kind].free; n < failures && wait < rules[kind].most_ms; n++)
		wait *= 2;
	return wait < rules[kind].most_ms ? wait : rules[kind].most_ms;
}

static struct str
key_of(struct door *d, enum tries_kind kind, const struct tries_of *of)
{
	static const char *const names[] = {"client", "device", "account"};
	unsigned char mac[MAC_BYTES];
	struct buf b;

	buf_init(&b, d->arena);
	buf_addf(&b, "%s/", names[kind]);
	buf_add(&b, of->login_mac);
	if (kind == TRIES_CLIENT)
		buf_add(&b, of->client);
	if (kind == TRIES_DEVICE)
		buf_add_bytes(&b, of->device.b, sizeof of->device.b);
	keys_index_mac(d->node->keys, STR("sign-in-tries"), buf_str(&b), mac);
	return str_copy(d->arena, (struct str){(char *)mac, 16});
}

static enum rc
waits_for(struct door *d, enum tries_kind kind, const struct tries_of *of, bool *waits,
	  struct err *err)
{
	int64_t failures = 0, last_ms = 0, since;
	struct rows *rows;
	enum rc rc =
	    db_select(d->db, &SQL_SERVE_TRY_FIND, BINDS(B_BLOB(key_of(d, kind, of))), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		failures = rows_i64(rows, 0);
		last_ms = rows_i64(rows, 1);
	}
	rows_close(rows);
	since = d->now_ms - last_ms;
	/* A clock that was set back locks nobody out until it has caught up. */
	*waits = *waits || (since >= 0 && since < tries_wait_ms(kind, failures));
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
tries_find(struct door *d, const struct tries_of *of, bool *waits, struct err *err)
{
	enum rc rc;

	*waits = false;
	if (of->has_device)
		return waits_for(d, TRIES_DEVICE, of, waits, err);
	rc = waits_for(d, TRIES_CLIENT, of, waits, err);
	return rc == RC_OK ? waits_for(d, TRIES_ACCOUNT, of, waits, err) : rc;
}

static enum rc
add(struct door *d, enum tries_kind kind, const struct tries_of *of, struct err *err)
{
	return db_run(
	    d->db, &SQL_SERVE_TRY_ADD,
	    BINDS(B_BLOB(key_of(d, kind, of)), B_I64(d->now_ms), B_I64(d->now_ms - QUIET_MS)), NULL,
	    err);
}

enum rc
tries_add(struct door *d, const struct tries_of *of, struct err *err)
{
	enum rc rc =
	    db_run(d->db, &SQL_SERVE_TRY_SWEEP,
		   BINDS(B_I64(d->now_ms - QUIET_MS), B_I64(d->now_ms - FEW_KEPT_MS), B_I64(FEW)),
		   NULL, err);

	if (rc != RC_OK)
		return rc;
	if (of->has_device)
		return add(d, TRIES_DEVICE, of, err);
	rc = add(d, TRIES_CLIENT, of, err);
	return rc == RC_OK ? add(d, TRIES_ACCOUNT, of, err) : rc;
}

static enum rc
forget(struct door *d, enum tries_kind kind, const struct tries_of *of, struct err *err)
{
	return db_run(d->db, &SQL_SERVE_TRY_DELETE, BINDS(B_BLOB(key_of(d, kind, of))), NULL, err);
}

enum rc
tries_forget(struct door *d, const struct tries_of *of, struct err *err)
{
	enum rc rc;

	/* What strangers did is not forgotten because a known browser came in. */
	if (of->has_device)
		return forget(d, TRIES_DEVICE, of, err);
	rc = forget(d, TRIES_CLIENT, of, err);
	return rc == RC_OK ? forget(d, TRIES_ACCOUNT, of, err) : rc;
}
