#include "audit/leaf.h"

#include "audit/leaf_row.h"
#include "base/arena.h"
#include "seal/keys.h"
#include "seal/merkle.h"
#include "store/db.h"

#include "audit/audit.sql.h"

static void
add_flagged(struct buf *out, bool is_there, const void *p, size_t n)
{
	buf_add_byte(out, is_there ? 1 : 0);
	if (is_there)
		buf_add_bytes(out, p, n);
}

static void
add_name(struct buf *out, struct str name)
{
	must(name.n <= AUDIT_NAME_MAX);
	buf_add_byte(out, (char)(unsigned char)name.n);
	buf_add(out, name);
}

void
audit_leaf_encode(const struct audit_leaf_row *row, struct buf *out)
{
	must(row->plain.n <= AUDIT_PLAIN_MAX);
	buf_add_byte(out, 1);
	buf_add_u64(out, (uint64_t)row->index);
	buf_add_u64(out, (uint64_t)row->time_ms);
	buf_add_bytes(out, row->actor_mac, AUDIT_MAC_BYTES);
	buf_add_byte(out, (char)row->action);
	add_name(out, row->purpose);
	add_flagged(out, row->has_record, row->record_mac, AUDIT_MAC_BYTES);
	add_name(out, row->type);
	buf_add_u64(out, (uint64_t)row->version);
	add_flagged(out, row->has_body, row->body_hash.b, HASH_BYTES);
	add_flagged(out, row->has_commitment, row->key_commitment.b, HASH_BYTES);
	buf_add_u32(out, (uint32_t)row->plain.n);
	buf_add(out, row->plain);
	buf_add_u64(out, (uint64_t)row->detail_key);
	buf_add_bytes(out, row->detail_hash.b, HASH_BYTES);
	buf_add_u64(out, (uint64_t)row->about_count);
	add_flagged(out, row->has_about, row->about_root.b, HASH_BYTES);
}

void
audit_leaf_hash(const struct audit_leaf_row *row, struct buf *scratch, struct hash *out)
{
	buf_clear(scratch);
	audit_leaf_encode(row, scratch);
	merkle_leaf(buf_str(scratch), out);
}

/* A reader that, once it ran off the end, stays there and says so. */
struct cursor {
	struct str rest;
	bool bad;
};

static struct str
take(struct cursor *c, size_t n)
{
	struct str s = {c->rest.p, n};

	if (c->bad || c->rest.n < n) {
		c->bad = true;
		return STR_NONE;
	}
	c->rest = str_sub(c->rest, n, c->rest.n);
	return s;
}

static uint64_t
take_be(struct cursor *c, size_t bytes)
{
	struct str s = take(c, bytes);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | (unsigned char)s.p[i];
	return v;
}

static void
take_into(struct cursor *c, void *to, size_t n)
{
	struct str s = take(c, n);

	if (!c->bad)
		memcpy(to, s.p, n);
}

static bool
take_flagged(struct cursor *c, void *to, size_t n)
{
	uint64_t flag = take_be(c, 1);

	if (flag > 1)
		c->bad = true;
	if (flag == 1)
		take_into(c, to, n);
	return flag == 1;
}

enum rc
audit_leaf_decode(struct str bytes, struct audit_leaf_row *out, struct err *err)
{
	struct cursor c = {.rest = bytes, .bad = bytes.n > AUDIT_LEAF_BYTES_MAX};
	uint64_t action, n;

	*out = (struct audit_leaf_row){.index = 0};
	if (take_be(&c, 1) != 1)
		c.bad = true;
	out->index = (int64_t)take_be(&c, 8);
	out->time_ms = (int64_t)take_be(&c, 8);
	take_into(&c, out->actor_mac, AUDIT_MAC_BYTES);
	if ((action = take_be(&c, 1)) >= AUDIT_ACTIONS)
		c.bad = true;
	else
		out->action = (enum audit_action)action;
	out->purpose = take(&c, take_be(&c, 1));
	out->has_record = take_flagged(&c, out->record_mac, AUDIT_MAC_BYTES);
	out->type = take(&c, take_be(&c, 1));
	out->version = (int64_t)take_be(&c, 8);
	out->has_body = take_flagged(&c, out->body_hash.b, HASH_BYTES);
	out->has_commitment = take_flagged(&c, out->key_commitment.b, HASH_BYTES);
	if ((n = take_be(&c, 4)) > AUDIT_PLAIN_MAX)
		c.bad = true;
	out->plain = take(&c, n);
	out->detail_key = (int64_t)take_be(&c, 8);
	take_into(&c, out->detail_hash.b, HASH_BYTES);
	out->about_count = (int64_t)take_be(&c, 8);
	out->has_about = take_flagged(&c, out->about_root.b, HASH_BYTES);
	if (c.bad || c.rest.n > 0 || out->has_about != (out->about_count > 0) ||
	    out->about_count < 0 || out->index < 0)
		return fail(err, RC_INVALID, "leaf", "these bytes are no leaf of the log");
	return RC_OK;
}

static bool
read_fixed(const struct rows *rows, int column, void *to, size_t n)
{
	struct str s = rows_blob(rows, column);

	if (s.n != n)
		return false;
	memcpy(to, s.p, n);
	return true;
}

/* NULL or exactly n bytes. */
static bool
read_flagged(const struct rows *rows, int column, bool *is_there, void *to, size_t n)
{
	*is_there = !rows_is_null(rows, column);
	return !*is_there || read_fixed(rows, column, to, n);
}

bool
leaf_row_read(const struct rows *rows, struct audit_leaf_row *out)
{
	int64_t action = rows_i64(rows, 3);
	bool good = action >= 0 && action < AUDIT_ACTIONS;

	*out = (struct audit_leaf_row){
	    .index = rows_i64(rows, 0),
	    .time_ms = rows_i64(rows, 1),
	    .action = good ? (enum audit_action)action : AUDIT_ACTIONS,
	    .purpose = rows_text(rows, 4),
	    .type = rows_text(rows, 6),
	    .version = rows_i64(rows, 7),
	    .plain = rows_blob(rows, 10),
	    .detail_key = rows_i64(rows, 11),
	    .detail = rows_blob(rows, 13),
	    .about_count = rows_i64(rows, 14),
	};
	good &= read_fixed(rows, 2, out->actor_mac, AUDIT_MAC_BYTES);
	good &= read_flagged(rows, 5, &out->has_record, out->record_mac, AUDIT_MAC_BYTES);
	good &= read_flagged(rows, 8, &out->has_body, out->body_hash.b, HASH_BYTES);
	good &= read_flagged(rows, 9, &out->has_commitment, out->key_commitment.b, HASH_BYTES);
	good &= read_fixed(rows, 12, out->detail_hash.b, HASH_BYTES);
	good &= read_flagged(rows, 15, &out->has_about, out->about_root.b, HASH_BYTES);
	return good && out->purpose.n <= AUDIT_NAME_MAX && out->type.n <= AUDIT_NAME_MAX &&
	       out->plain.n <= AUDIT_PLAIN_MAX && out->about_count >= 0 &&
	       out->has_about == (out->about_count > 0);
}

static enum rc
fail_row(int64_t index, struct err *err)
{
	return fail(err, RC_INTEGRITY, "", "leaf %lld is not what was logged", (long long)index);
}

enum rc
audit_each_leaf(struct db *db, int64_t from, audit_leaf_fn *fn, void *ctx, struct err *err)
{
	struct audit_leaf_row row;
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_LEAF_WALK, BINDS(B_I64(from)), &rows, err),
		said = RC_OK;

	if (rc != RC_OK)
		return rc;
	while (said == RC_OK && (rc = rows_next(rows, err)) == RC_OK) {
		if (!leaf_row_read(rows, &row))
			said = fail_row(row.index, err);
		else
			said = fn(ctx, &row, err);
	}
	rows_close(rows);
	if (said != RC_OK)
		return said;
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
audit_leaf_find(struct db *db, struct arena *a, int64_t index, struct audit_leaf_row *out,
		struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_LEAF_FIND, BINDS(B_I64(index)), &rows, err);

	if (rc != RC_OK)
		return rc;
	rc = rows_next(rows, err);
	if (rc == RC_ABSENT)
		(void)fail(err, RC_ABSENT, "index", "the log has no such leaf");
	else if (rc == RC_OK && !leaf_row_read(rows, out))
		rc = fail_row(index, err);
	if (rc == RC_OK) {
		out->purpose = str_copy(a, out->purpose);
		out->type = str_copy(a, out->type);
		out->plain = str_copy(a, out->plain);
		out->detail = str_copy(a, out->detail);
	}
	rows_close(rows);
	return rc;
}

static void
short_mac(struct keys *keys, int64_t ms, struct str domain, struct id id,
	  unsigned char out[AUDIT_MAC_BYTES])
{
	unsigned char mac[MAC_BYTES];

	keys_log_mac(keys, ms, domain, (struct str){(const char *)id.b, sizeof id.b}, mac);
	memcpy(out, mac, AUDIT_MAC_BYTES);
}

void
audit_record_mac(struct keys *keys, int64_t ms, struct id id, unsigned char out[AUDIT_MAC_BYTES])
{
	short_mac(keys, ms, STR("record"), id, out);
}

void
audit_actor_mac(struct keys *keys, int64_t ms, struct id id, unsigned char out[AUDIT_MAC_BYTES])
{
	short_mac(keys, ms, STR("actor"), id, out);
}
