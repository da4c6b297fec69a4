#include "record/row.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "model/model.h"
#include "record/draft_batch.h"
#include "record/record.sql.h"
#include "seal/envelope.h"
#include "seal/hash.h"
#include "seal/keys.h"
#include "seal/secret.h"

void
row_read(const struct door_node *node, struct arena *a, const struct rows *rows,
	 struct record_row *out)
{
	*out = (struct record_row){
	    .id = rows_id(rows, 0),
	    .type_key = str_copy(a, rows_text(rows, 1)),
	    .type_version = rows_i64(rows, 2),
	    .version = rows_i64(rows, 3),
	    .unit = rows_id(rows, 4),
	    .owner_key = rows_id(rows, 5),
	    .guard = rows_i64(rows, 6),
	    .handling = rows_i64(rows, 7),
	    .state = str_copy(a, rows_text(rows, 8)),
	    .flags = rows_i64(rows, 9),
	    .due_ms = rows_i64(rows, 10),
	    .created_ms = rows_i64(rows, 11),
	    .updated_ms = rows_i64(rows, 12),
	    .leaf = rows_i64(rows, 13),
	    .bucket = str_copy(a, rows_text(rows, 14)),
	    .wrapped = str_copy(a, rows_blob(rows, 15)),
	    .body = str_copy(a, rows_blob(rows, 16)),
	};
	out->type = door_type_of_key(node, out->type_key);
}

static void
read_whole(struct door *d, const struct rows *rows, struct record_row *out)
{
	row_read(d->node, d->arena, rows, out);
	out->review_ms = rows_i64(rows, 17);
	out->erase_ms = rows_i64(rows, 18);
}

static enum rc
check_found(const struct record_row *row, struct err *err)
{
	return row->type != NULL ? RC_OK
				 : fail(err, RC_CONFLICT, "type",
					"the record's type is not in this node's model; bring its "
					"overlay back");
}

enum rc
row_find(struct door *d, struct id id, struct record_row *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_ROW, BINDS(B_ID(id)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		read_whole(d, rows, out);
		rc = check_found(out, err);
	} else if (rc == RC_ABSENT) {
		rc = fail(err, RC_ABSENT, "", "there is no such record");
	}
	rows_close(rows);
	return rc;
}

enum rc
row_find_or_like(struct door *d, struct id id, struct record_row *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_ROW_OR_LIKE, BINDS(B_ID(id)), &rows, err);

	*out = (struct record_row){.id = id};
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		read_whole(d, rows, out);
	rows_close(rows);
	if (rc == RC_OK && id_eq(out->id, id))
		return check_found(out, err);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	out->id = id;
	return fail(err, RC_ABSENT, "", "there is no such record");
}

struct id
row_owner_key(const struct door_node *node, const struct record_type *type, struct id owner)
{
	unsigned char mac[MAC_BYTES];
	struct id key;

	if (!node->type_keys[type->index].keyed)
		return owner;
	keys_index_mac(node->keys, STR("owner"), (struct str){(char *)owner.b, 16}, mac);
	memcpy(key.b, mac, 16);
	return key;
}

struct row_facts
row_facts(const struct door_node *node, const struct record_row *row, const struct actor *actor)
{
	struct row_facts f = {
	    .id = row->id,
	    .unit = row->unit,
	    .owner = row->owner_key,
	    .guard = (enum guard)row->guard,
	    .handling = (enum tlp)row->handling,
	    .quick_note = (row->flags & ROW_QUICK_NOTE) != 0,
	    .erased = (row->flags & ROW_ERASED) != 0,
	    .held = (row->flags & (ROW_HELD | ROW_HELD_OPEN)) == ROW_HELD,
	    .concerns_actor = row->type->concern_count > 0,
	};

	if (f.held)
		f.past_its_day = clock_now(node->clock) >=
				 time_add(row->created_ms, row->type->retention.erase_ms);
	if (node->type_keys[row->type->index].keyed &&
	    id_eq(row_owner_key(node, row->type, actor->id), row->owner_key))
		f.owner = actor->id;
	return f;
}

struct str
row_plain(const struct door_node *node, struct arena *a, const struct record_row *row)
{
	unsigned char owner[MAC_BYTES];

	/* A leaf holds no stable personal id: the owner stands there as a MAC of the month. */
	keys_log_mac(node->keys, row->updated_ms, STR("owner"),
		     (struct str){(const char *)row->owner_key.b, sizeof row->owner_key.b}, owner);
	return str_fmt(a, "%lld|%lld|%lld|%.*s|%lld|%lld|%lld|%lld|%.*s|%.*s|%.*s",
		       (long long)row->type_version, (long long)row->guard,
		       (long long)row->handling, STR_ARG(row->state), (long long)row->flags,
		       (long long)row->due_ms, (long long)row->created_ms,
		       (long long)row->updated_ms, STR_ARG(hex_format(a, row->unit.b, 16)),
		       STR_ARG(hex_format(a, owner, 16)), STR_ARG(row->bucket));
}

struct str
row_aad(struct arena *a, const struct record_row *row)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_z(&b, "liaison/record/1");
	buf_add_bytes(&b, row->id.b, sizeof row->id.b);
	buf_add_u64(&b, (uint64_t)row->version);
	buf_add(&b, row->type_key);
	return buf_str(&b);
}

/*
 * The body is sealed to the plain columns beside it too: whoever writes another owner, unit
 * or handling into the database gets a record that does not open.
 */
static struct str
body_aad(struct arena *a, const struct record_row *row)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_z(&b, "liaison/body/1");
	buf_add(&b, row_aad(a, row));
	buf_add_byte(&b, '\0');
	buf_add_bytes(&b, row->unit.b, sizeof row->unit.b);
	buf_add_bytes(&b, row->owner_key.b, sizeof row->owner_key.b);
	buf_add_u64(&b, (uint64_t)row->guard);
	buf_add_u64(&b, (uint64_t)row->handling);
	buf_add_u64(&b, (uint64_t)row->flags);
	buf_add(&b, row->state);
	return buf_str(&b);
}

static void
body_text(struct buf *b, json_t *fields, struct handling handling)
{
	/* Canonical (RFC 8785): "fields" sorts before "handling". */
	buf_add_z(b, "{\"fields\":");
	json_canonical(fields, b);
	buf_addf(b, ",\"handling\":{\"judicial_ok\":%s,\"onward_ok\":%s}}",
		 handling.judicial_ok ? "true" : "false", handling.onward_ok ? "true" : "false");
}

static void
seal_body(struct arena *a, struct record_row *row, json_t *fields, struct handling handling,
	  unsigned char body_hash[32], const unsigned char key[DATA_KEY_BYTES])
{
	struct buf plain, sealed;
	struct hash hash;

	buf_init(&plain, a);
	body_text(&plain, fields, handling);
	buf_init(&sealed, a);
	envelope_seal(key, body_aad(a, row), buf_str(&plain), &sealed);
	row->body = buf_str(&sealed);
	sha256(row->body, &hash);
	memcpy(body_hash, hash.b, sizeof hash.b);
}

enum rc
row_seal(const struct door_node *node, struct arena *a, struct record_row *row, json_t *fields,
	 struct handling handling, unsigned char body_hash[32], unsigned char commitment[32],
	 struct err *err)
{
	unsigned char key[DATA_KEY_BYTES];
	struct buf wrapped;
	enum rc rc;

	data_key_new(key);
	seal_body(a, row, fields, handling, body_hash, key);
	data_key_commitment(key, commitment);
	buf_init(&wrapped, a);
	rc = keys_wrap(node->keys, row->bucket, row_aad(a, row), key, &wrapped, err);
	data_key_wipe(key);
	row->wrapped = buf_str(&wrapped);
	return rc;
}

void
row_seal_later(struct key_wrap *w, struct arena *a, struct record_row *row, json_t *fields,
	       struct handling handling, unsigned char body_hash[32], unsigned char commitment[32])
{
	w->bucket = row->bucket;
	w->aad = row_aad(a, row);
	data_key_new(w->data_key);
	seal_body(a, row, fields, handling, body_hash, w->data_key);
	data_key_commitment(w->data_key, commitment);
}

enum rc
row_rewrap(const struct door_node *node, struct arena *a, struct record_row *row, struct err *err)
{
	struct buf wrapped;
	enum rc rc;

	buf_init(&wrapped, a);
	rc = keys_rewrap(node->keys, row->bucket, row_aad(a, row), row->wrapped, &wrapped, err);
	if (rc == RC_OK)
		row->wrapped = buf_str(&wrapped);
	return rc;
}

void
row_key(struct arena *a, const struct key_use *use, const struct record_row *row,
	struct key_open *out)
{
	*out = (struct key_open){
	    .use = use, .bucket = row->bucket, .aad = row_aad(a, row), .wrapped = row->wrapped};
}

enum rc
row_open_with(struct arena *a, const struct record_row *row, const struct key_open *key,
	      struct str *body, struct err *err)
{
	struct buf plain;
	enum rc rc;

	if (key->rc != RC_OK) {
		if (err != NULL && key->err != NULL && key->err != err)
			*err = *key->err;
		return key->rc;
	}
	buf_init(&plain, a);
	rc = envelope_open(key->data_key, body_aad(a, row), row->body, &plain, err);
	*body = buf_str(&plain);
	return rc;
}

enum rc
row_open_text(const struct door_node *node, struct key_use use, struct arena *a,
	      const struct record_row *row, struct str *body, struct err *err)
{
	struct key_open key;
	enum rc rc;

	row_key(a, &use, row, &key);
	key.err = err;
	keys_unwrap_many(node->keys, &use, &key, 1);
	rc = row_open_with(a, row, &key, body, err);
	data_key_wipe(key.data_key);
	return rc;
}

void
row_open_each(const struct door_node *node, struct key_use use, struct arena *a,
	      const struct record_row *const *rows, size_t n, struct str *bodies, enum rc *rcs)
{
	struct key_open *keys = secret_new((n > 0 ? n : 1) * sizeof *keys);

	for (size_t i = 0; i < n; i++)
		row_key(a, NULL, rows[i], &keys[i]);
	keys_unwrap_many(node->keys, &use, keys, n);
	for (size_t i = 0; i < n; i++) {
		bodies[i] = STR_NONE;
		rcs[i] = row_open_with(a, rows[i], &keys[i], &bodies[i], NULL);
	}
	secret_free(keys);
}

enum rc
row_open_texts(const struct door_node *node, struct key_use use, struct arena *a,
	       const struct record_row *const *rows, size_t n, struct str *bodies, struct err *err)
{
	enum rc *rcs = NEW_N(a, enum rc, n > 0 ? n : 1), rc = RC_OK;

	row_open_each(node, use, a, rows, n, bodies, rcs);
	/* One that failed is asked for by itself, so that it is said why. */
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		if (rcs[i] != RC_OK)
			rc = row_open_text(node, use, a, rows[i], &bodies[i], err);
	return rc;
}

enum rc
row_body(const struct record_row *row, struct str text, json_t **fields, struct handling *handling,
	 struct err *err)
{
	json_t *body, *h;

	if (json_read(text, NULL, &body, err) != RC_OK)
		return fail(err, RC_INTEGRITY, "body", "a sealed body does not hold a record");
	*fields = json_incref(json_object_get(body, "fields"));
	h = json_object_get(body, "handling");
	if (handling != NULL)
		*handling = (struct handling){(enum tlp)row->handling,
					      json_is_true(json_object_get(h, "judicial_ok")),
					      json_is_true(json_object_get(h, "onward_ok"))};
	json_decref(body);
	return *fields != NULL ? RC_OK
			       : fail(err, RC_INTEGRITY, "body", "a sealed body has no fields");
}

enum rc
row_open(const struct door_node *node, struct key_use use, struct arena *a,
	 const struct record_row *row, json_t **fields, struct handling *handling, struct err *err)
{
	struct str text;
	enum rc rc = row_open_text(node, use, a, row, &text, err);

	return rc == RC_OK ? row_body(row, text, fields, handling, err) : rc;
}

enum rc
row_insert(struct door *d, struct record_row *row, struct audit_entry *entry, struct err *err)
{
	enum rc rc;

	entry->plain = row_plain(d->node, d->arena, row);
	entry->version = row->version;
	if ((rc = door_log(d, entry, &row->leaf, err)) != RC_OK)
		return rc;
	rc = db_run(d->db, &SQL_RECORD_INSERT,
		    BINDS(B_ID(row->id), B_TEXT(row->type_key), B_I64(row->type_version),
			  B_I64(row->version), B_ID(row->unit), B_ID(row->owner_key),
			  B_I64(row->guard), B_I64(row->handling), B_TEXT(row->state),
			  B_I64(row->flags), B_I64(row->due_ms), B_I64(row->created_ms),
			  B_I64(row->updated_ms), B_I64(row->leaf), B_TEXT(row->bucket),
			  B_BLOB(row->wrapped), B_BLOB(row->body)),
		    NULL, err);
	if (rc == RC_OK)
		atomic_fetch_add(&d->node->type_keys[row->type->index].rows, 1);
	return rc;
}

enum rc
row_replace(struct door *d, struct record_row *row, int64_t seen, struct audit_entry *entry,
	    struct err *err)
{
	int64_t changed;
	enum rc rc;

	rc = db_post(d->db, &SQL_RECORD_KEEP_PAST, BINDS(B_ID(row->id)), err);
	if (rc != RC_OK)
		return rc;
	entry->plain = row_plain(d->node, d->arena, row);
	entry->version = row->version;
	if ((rc = door_log(d, entry, &row->leaf, err)) != RC_OK)
		return rc;
	rc = db_run(d->db, &SQL_RECORD_REPLACE,
		    BINDS(B_I64(row->type_version), B_I64(row->version), B_ID(row->unit),
			  B_ID(row->owner_key), B_I64(row->guard), B_I64(row->handling),
			  B_TEXT(row->state), B_I64(row->flags), B_I64(row->due_ms),
			  B_I64(row->updated_ms), B_I64(row->leaf), B_TEXT(row->bucket),
			  B_BLOB(row->wrapped), B_BLOB(row->body), B_ID(row->id), B_I64(seen)),
		    &changed, err);
	/* The caller read this version in the same transaction. */
	must(rc != RC_OK || changed == 1);
	return rc;
}
