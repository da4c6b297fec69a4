#include "record/wish.h"

#include "base/arena.h"
#include "format/json.h"
#include "record/record.sql.h"
#include "seal/hash.h"
#include "seal/keys.h"
#include "seal/secret.h"

/* How long the first of two people is waited for. */
#define WISH_MS (INT64_C(30) * 86400000)

/* Under a key, so that nobody's wish is written into the database by hand. */
static struct str
wish_mac(struct door *d, const struct record_row *row, json_t *after, struct str to,
	 struct str actor, int64_t account, int64_t at_ms)
{
	unsigned char mac[MAC_BYTES];
	struct hash hash;
	struct buf b;

	buf_init(&b, d->arena);
	buf_addf(&b, "%lld|%.*s|", (long long)row->version, STR_ARG(to));
	json_canonical(after, &b);
	sha256(buf_str(&b), &hash);
	buf_init(&b, d->arena);
	buf_add_bytes(&b, row->id.b, sizeof row->id.b);
	buf_add(&b, hash_str(&hash));
	buf_add(&b, actor);
	buf_addf(&b, "|%lld|%lld", (long long)account, (long long)at_ms);
	keys_index_mac(d->node->keys, STR("second"), buf_str(&b), mac);
	return str_copy(d->arena, (struct str){(const char *)mac, sizeof mac});
}

enum rc
wish_second(struct door *d, const struct record_row *row, json_t *after, struct str to, bool *waits,
	    struct err *err)
{
	struct str own = str_copy(d->arena, (struct str){(const char *)d->actor->id.b, 16});
	struct rows *rows;
	bool same_account = false;
	enum rc rc;

	*waits = true;
	rc = db_select(d->db, &SQL_RECORD_SECOND_FIND, BINDS(B_ID(row->id)), &rows, err);
	if (rc != RC_OK)
		return rc;
	rc = rows_next(rows, err);
	if (rc == RC_OK && !str_eq(rows_blob(rows, 1), own) &&
	    d->now_ms - rows_i64(rows, 3) < WISH_MS &&
	    secret_eq(rows_blob(rows, 0), wish_mac(d, row, after, to, rows_blob(rows, 1),
						   rows_i64(rows, 2), rows_i64(rows, 3)))) {
		/* Two logins of one system account are one person, unless the node says no. */
		same_account = d->actor->account != 0 && rows_i64(rows, 2) == d->actor->account &&
			       !d->node->shared_account;
		*waits = same_account;
	}
	rows_close(rows);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	if (same_account)
		return fail(err, RC_DENIED, "second",
			    "the first of the two came by the same system account; the second "
			    "person needs one of their own");
	return *waits ? db_run(d->db, &SQL_RECORD_SECOND_NOTE,
			       BINDS(B_ID(row->id),
				     B_BLOB(wish_mac(d, row, after, to, own, d->actor->account,
						     d->now_ms)),
				     B_BLOB(own), B_I64(d->actor->account), B_I64(d->now_ms)),
			       NULL, err)
		      : db_run(d->db, &SQL_RECORD_SECOND_FORGET, BINDS(B_ID(row->id)), NULL, err);
}

enum rc
record_wishes_forget(struct door *d, struct id actor, struct err *err)
{
	return db_run(d->db, &SQL_RECORD_SECOND_FORGET_OF,
		      BINDS(B_BLOB(str_copy(d->arena, (struct str){(const char *)actor.b, 16}))),
		      NULL, err);
}
