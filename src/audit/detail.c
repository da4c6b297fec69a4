#include "audit/detail.h"

#include "base/arena.h"
#include "format/json.h"
#include "seal/keys.h"
#include "seal/secret.h"
#include "store/db.h"

#include "audit/audit.sql.h"

static void
put_id(struct json_out *out, const char *key, struct id id)
{
	json_out_key_str(out, key, id_format(out->buf->arena, id));
}

static void
put_text(struct json_out *out, const char *key, struct str text)
{
	if (text.n > 0)
		json_out_key_str(out, key, text);
}

/* Keys in their order, so that the text is canonical. */
void
detail_format(const struct audit_entry *entry, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_out_object(&json);
	put_id(&json, "actor", entry->actor);
	if (entry->has_case)
		put_id(&json, "case", entry->case_id);
	put_text(&json, "fields", entry->fields);
	put_text(&json, "legal_basis", entry->legal_basis);
	put_text(&json, "mark", entry->mark);
	put_text(&json, "reason", entry->reason);
	if (entry->has_record)
		put_id(&json, "record", entry->record);
	json_out_object_end(&json);
}

static bool
get_id(const json_t *json, const char *key, bool *has, struct id *out)
{
	struct str text = json_member_str(json, key);

	*has = text.n > 0;
	return !*has || id_parse(text, out);
}

enum rc
detail_parse(struct str text, struct arena *a, struct audit_detail *out, struct err *err)
{
	static const struct limits limits = {.bytes_max = DETAIL_BYTES_MAX, .depth_max = 2};
	json_t *json;
	bool has_actor;
	enum rc rc = RC_OK;

	*out = (struct audit_detail){.has_case = false};
	if (json_read(text, &limits, &json, NULL) != RC_OK)
		return fail(err, RC_INTEGRITY, "detail", "a sealed detail is no JSON");
	if (!get_id(json, "actor", &has_actor, &out->actor) || !has_actor ||
	    !get_id(json, "case", &out->has_case, &out->case_id) ||
	    !get_id(json, "record", &out->has_record, &out->record))
		rc = fail(err, RC_INTEGRITY, "detail", "a sealed detail holds a bad id");
	out->fields = str_copy(a, json_member_str(json, "fields"));
	out->legal_basis = str_copy(a, json_member_str(json, "legal_basis"));
	out->mark = str_copy(a, json_member_str(json, "mark"));
	out->reason = str_copy(a, json_member_str(json, "reason"));
	json_decref(json);
	return rc;
}

struct str
detail_aad(struct detail_aad *aad, int64_t index)
{
	memcpy(aad->b, "audit detail", 12);
	for (int i = 0; i < 8; i++)
		aad->b[12 + i] = (char)((uint64_t)index >> (8 * (7 - i)) & 0xff);
	return (struct str){aad->b, sizeof aad->b};
}

void
detail_key_checksum(int64_t id, struct str bucket, struct str wrapped, struct hash *out)
{
	struct detail_aad aad;
	struct str number = detail_aad(&aad, id);
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, number.p, number.n);
	sha256_add(&s, bucket.p, bucket.n);
	sha256_add(&s, "", 1);
	sha256_add(&s, wrapped.p, wrapped.n);
	sha256_end(&s, out);
}

struct detail_opener {
	struct db *db;
	struct keys *keys;
	bool has_key;
	int64_t key_id;
	enum rc key_rc; /* how getting that key ended */
	struct err key_err;
	struct envelope_key key;
};

struct detail_opener *
detail_opener_new(struct db *db, struct keys *keys)
{
	struct detail_opener *o = secret_new(sizeof *o);

	o->db = db;
	o->keys = keys;
	return o;
}

void
detail_opener_free(struct detail_opener *o)
{
	secret_free(o);
}

static enum rc
load_key(struct detail_opener *o, int64_t id, struct err *err)
{
	unsigned char data_key[DATA_KEY_BYTES];
	struct detail_aad aad;
	struct hash checksum;
	struct rows *rows;
	enum rc rc = db_select(o->db, &SQL_AUDIT_DETAIL_KEY_FIND, BINDS(B_I64(id)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		struct str bucket = rows_text(rows, 0), wrapped = rows_blob(rows, 1);

		detail_key_checksum(id, bucket, wrapped, &checksum);
		if (!str_eq(rows_blob(rows, 2), hash_str(&checksum)))
			rc = RC_INTEGRITY;
		else
			rc = keys_unwrap(o->keys, NULL, bucket, detail_aad(&aad, id), wrapped,
					 data_key, err);
		if (rc == RC_INTEGRITY)
			rc = fail(err, RC_INTEGRITY, "detail_key",
				  "the wrapped key %lld of details is damaged", (long long)id);
	} else if (rc == RC_ABSENT) {
		rc = fail(err, RC_INTEGRITY, "detail_key",
			  "the wrapped key %lld of details is missing", (long long)id);
	}
	rows_close(rows);
	if (rc == RC_OK)
		envelope_key_make(data_key, &o->key);
	data_key_wipe(data_key);
	return rc;
}

enum rc
detail_open(struct detail_opener *o, const struct audit_leaf_row *row, struct arena *a,
	    struct audit_detail *out, struct err *err)
{
	struct detail_aad aad;
	struct hash hash;
	struct buf plain;
	enum rc rc;

	if (!o->has_key || o->key_id != row->detail_key) {
		o->key_err = (struct err){.rc = RC_OK};
		o->key_rc = load_key(o, row->detail_key, &o->key_err);
		o->key_id = row->detail_key;
		o->has_key = true;
	}
	if (o->key_rc != RC_OK) {
		if (err != NULL)
			*err = o->key_err;
		return o->key_rc;
	}
	if (row->detail.n == 0)
		return fail(err, RC_INTEGRITY, "detail",
			    "the detail of leaf %lld is gone though its key is there",
			    (long long)row->index);
	sha256(row->detail, &hash);
	if (!hash_eq(&hash, &row->detail_hash))
		return fail(err, RC_INTEGRITY, "detail", "the detail of leaf %lld is damaged",
			    (long long)row->index);
	buf_init(&plain, a);
	rc = envelope_open_with(&o->key, detail_aad(&aad, row->index), row->detail, &plain, err);
	return rc != RC_OK ? rc : detail_parse(buf_str(&plain), a, out, err);
}
