#include "serve/paper.h"

#include "base/arena.h"
#include "record/door.h"
#include "seal/envelope.h"
#include "seal/keys.h"
#include "store/db.h"

enum rc
paper_seal(struct door *d, const char *kind, struct str aad, struct str json, struct paper *out,
	   struct err *err)
{
	unsigned char key[DATA_KEY_BYTES];
	enum rc rc;

	out->bucket = keys_bucket(d->arena, str_from(kind), d->now_ms);
	buf_init(&out->wrapped, d->arena);
	buf_init(&out->body, d->arena);
	data_key_new(key);
	envelope_seal(key, aad, json, &out->body);
	rc = keys_wrap(d->node->keys, out->bucket, aad, key, &out->wrapped, err);
	data_key_wipe(key);
	return rc;
}

struct str
paper_pair(struct door *d, const char *a_name, struct str a, const char *b_name, struct str b)
{
	struct buf out;

	buf_init(&out, d->arena);
	buf_addf(&out, "{\"%s\":", a_name);
	json_quote(&out, a);
	buf_addf(&out, ",\"%s\":", b_name);
	json_quote(&out, b);
	buf_add_byte(&out, '}');
	return buf_str(&out);
}

enum rc
paper_open(struct door *d, const struct rows *rows, int at, struct str aad, json_t **out,
	   struct err *err)
{
	unsigned char key[DATA_KEY_BYTES];
	struct buf plain;
	enum rc rc = keys_unwrap(d->node->keys, NULL, rows_text(rows, at), aad,
				 rows_blob(rows, at + 1), key, err);

	if (rc != RC_OK)
		return rc;
	buf_init(&plain, d->arena);
	rc = envelope_open(key, aad, rows_blob(rows, at + 2), &plain, err);
	data_key_wipe(key);
	return rc != RC_OK ? rc : json_read(buf_str(&plain), NULL, out, err);
}
