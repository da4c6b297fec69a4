#include "audit/prove.h"

#include "audit/head.h"
#include "audit/origin.h"
#include "base/arena.h"
#include "base/hex.h"
#include "seal/checkpoint.h"
#include "seal/keys.h"
#include "seal/note.h"
#include "store/db.h"

#include "audit/audit.sql.h"

static const struct str proof_magic = STR_INIT("c2sp.org/tlog-proof@v1");

enum rc
audit_is_ours(struct db *db, struct keys *keys, struct err *err)
{
	unsigned char public[PUBLIC_KEY_BYTES];
	struct arena *a = arena_new(0);
	struct audit_origin origin;
	struct note_key key;
	enum rc rc = audit_origin_now(db, a, &origin, err);

	keys_log_public(keys, public);
	if (rc == RC_OK && (rc = note_key_make(origin.name, public, &key, err)) == RC_OK &&
	    !str_eq(origin.vkey, note_key_format(a, &key)))
		rc = fail(err, RC_INTEGRITY, "store",
			  "this key file is not that of this database's log; nothing is written "
			  "to it");
	arena_free(a);
	return rc;
}

enum rc
audit_vkey(struct db *db, struct arena *a, struct str *vkey, struct err *err)
{
	struct audit_origin origin;
	enum rc rc = audit_origin_now(db, a, &origin, err);

	if (rc == RC_OK)
		*vkey = origin.vkey;
	return rc;
}

/* The lines of witnesses, which stand under the log's own. */
static enum rc
add_cosignatures(struct db *db, int64_t size, struct arena *a, struct str *note, struct err *err)
{
	struct rows *rows;
	struct buf out;
	enum rc rc = db_select(db, &SQL_AUDIT_COSIGNATURE_OF_SIZE, BINDS(B_I64(size)), &rows, err);

	if (rc != RC_OK)
		return rc;
	buf_init(&out, a);
	buf_add(&out, *note);
	while ((rc = rows_next(rows, err)) == RC_OK)
		buf_add(&out, rows_text(rows, 0));
	rows_close(rows);
	*note = buf_str(&out);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
find_note(struct db *db, int64_t size, struct arena *a, struct str *note, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_CHECKPOINT_FIND, BINDS(B_I64(size)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		*note = str_copy(a, rows_text(rows, 0));
	rows_close(rows);
	return rc;
}

enum rc
audit_checkpoint_of_size(struct db *db, int64_t size, struct arena *a, struct str *note,
			 struct err *err)
{
	enum rc rc = find_note(db, size, a, note, err);

	if (rc == RC_ABSENT)
		return fail(err, RC_ABSENT, "", "the log has no checkpoint of this size");
	return rc == RC_OK ? add_cosignatures(db, size, a, note, err) : rc;
}

enum rc
audit_checkpoint_make(struct db *db, struct keys *keys, struct arena *a, struct str *note,
		      struct err *err)
{
	struct checkpoint c = {.size = 0};
	unsigned char signature[SIGNATURE_BYTES], public[PUBLIC_KEY_BYTES];
	struct audit_head head;
	struct audit_origin origin;
	struct note_key key;
	struct buf text, out;
	enum rc rc;

	if ((rc = audit_head_find(db, &head, err)) != RC_OK)
		return rc;
	if (head.range.size == 0)
		return fail(err, RC_CONFLICT, "", "the log is empty; there is nothing to sign");
	if ((rc = find_note(db, (int64_t)head.range.size, a, note, err)) != RC_ABSENT)
		return rc;
	keys_log_public(keys, public);
	if ((rc = audit_origin_now(db, a, &origin, err)) != RC_OK ||
	    (rc = note_key_make(origin.name, public, &key, err)) != RC_OK)
		return rc;
	c.origin = origin.name;
	if (!str_eq(origin.vkey, note_key_format(a, &key)))
		return fail(err, RC_CONFLICT, "", "this key file is not that of this log");
	c.size = head.range.size;
	merkle_root(&head.range, &c.root);
	buf_init(&text, a);
	checkpoint_format(&text, &c);
	if ((rc = keys_log_sign(keys, buf_str(&text), signature, err)) != RC_OK)
		return rc;
	buf_init(&out, a);
	note_begin(&out, buf_str(&text));
	note_add_signature(&out, &key, signature);
	*note = buf_str(&out);
	return db_run(db, &SQL_AUDIT_CHECKPOINT_INSERT,
		      BINDS(B_I64((int64_t)c.size), B_TEXT(*note)), NULL, err);
}

enum rc
audit_checkpoint_latest(struct db *db, struct arena *a, struct str *note, int64_t *size,
			struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_CHECKPOINT_LAST, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		*size = rows_i64(rows, 0);
		*note = str_copy(a, rows_text(rows, 1));
	} else if (rc == RC_ABSENT) {
		rc = fail(err, RC_ABSENT, "", "the log has no checkpoint yet");
	}
	rows_close(rows);
	return rc == RC_OK ? add_cosignatures(db, *size, a, note, err) : rc;
}

enum rc
audit_prove(struct db *db, int64_t index, struct arena *a, struct str *proof, struct err *err)
{
	struct audit_tiles tiles = {.db = db};
	struct merkle_source source = audit_tiles_source(&tiles);
	struct merkle_proof path;
	struct audit_leaf_row row;
	struct buf leaf, out;
	struct str note;
	int64_t size;
	enum rc rc;

	if ((rc = audit_leaf_find(db, a, index, &row, err)) != RC_OK ||
	    (rc = audit_checkpoint_latest(db, a, &note, &size, err)) != RC_OK)
		return rc;
	if (index >= size)
		return fail(err, RC_ABSENT, "index", "no checkpoint covers this leaf yet");
	rc = merkle_inclusion_make(&source, (uint64_t)index, (uint64_t)size, &path, err);
	if (rc != RC_OK)
		return rc;
	buf_init(&leaf, a);
	audit_leaf_encode(&row, &leaf);
	buf_init(&out, a);
	buf_add(&out, proof_magic);
	buf_add_z(&out, "\nextra ");
	buf_add(&out, base64_format(a, leaf.p, leaf.n));
	buf_addf(&out, "\nindex %lld\n", (long long)index);
	for (size_t i = 0; i < path.n; i++) {
		buf_add(&out, base64_format(a, path.at[i].b, HASH_BYTES));
		buf_add_byte(&out, '\n');
	}
	buf_add_byte(&out, '\n');
	buf_add(&out, note);
	*proof = buf_str(&out);
	return RC_OK;
}

enum rc
audit_prove_consistency(struct db *db, int64_t size1, int64_t size2, struct merkle_proof *out,
			struct err *err)
{
	struct audit_tiles tiles = {.db = db};
	struct merkle_source source = audit_tiles_source(&tiles);
	struct audit_head head;
	enum rc rc = audit_head_find(db, &head, err);

	if (rc != RC_OK)
		return rc;
	if (size1 <= 0 || size2 < size1 || (uint64_t)size2 > head.range.size)
		return fail(err, RC_INVALID, "size",
			    "sizes must be in order, above zero and not beyond the log");
	return merkle_consistency_make(&source, (uint64_t)size1, (uint64_t)size2, out, err);
}

struct proof_parts {
	struct str leaf, note;
	int64_t index;
	struct hash path[MERKLE_PROOF_MAX];
	size_t n;
};

static enum rc
parse_proof(struct arena *a, struct str text, struct proof_parts *out, struct err *err)
{
	struct str rest = text, line, number, bytes;

	if (text.n > NOTE_BYTES_MAX || !str_eq(str_cut(&rest, '\n'), proof_magic))
		return fail(err, RC_INVALID, "", "this is no C2SP tlog-proof");
	line = str_cut(&rest, '\n');
	if (!str_starts(line, STR("extra ")) ||
	    !base64_parse(a, str_sub(line, 6, line.n), &out->leaf))
		return fail(err, RC_INVALID, "extra",
			    "the second line must hold the leaf: extra, then base64");
	line = str_cut(&rest, '\n');
	number = str_sub(line, 6, line.n);
	if (!str_starts(line, STR("index ")) || !str_to_i64(number, &out->index) ||
	    out->index < 0 || !str_eq(number, str_fmt(a, "%lld", (long long)out->index)))
		return fail(err, RC_INVALID, "index", "the third line must hold the index");
	for (out->n = 0; rest.p != NULL; out->n++) {
		line = str_cut(&rest, '\n');
		if (line.n == 0)
			break;
		if (out->n == MERKLE_PROOF_MAX || !base64_parse(a, line, &bytes) ||
		    !hash_from(bytes, &out->path[out->n]))
			return fail(err, RC_INVALID, "", "a line of the path is no hash");
	}
	out->note = rest;
	return RC_OK;
}

enum rc
audit_proof_verify(struct arena *a, struct str proof, struct str vkey, struct audit_leaf_row *leaf,
		   struct err *err)
{
	struct proof_parts parts;
	struct audit_leaf_row row;
	struct checkpoint c;
	struct note_key key;
	struct note note;
	struct hash hash;
	enum rc rc;

	if ((rc = note_key_parse(a, vkey, &key, err)) != RC_OK ||
	    (rc = parse_proof(a, proof, &parts, err)) != RC_OK ||
	    (rc = note_parse(a, parts.note, &note, err)) != RC_OK ||
	    (rc = checkpoint_parse(a, note.text, &c, err)) != RC_OK ||
	    (rc = audit_leaf_decode(parts.leaf, &row, err)) != RC_OK ||
	    (rc = note_verify(&note, &key, 1, err)) != RC_OK)
		return rc;
	if (!str_eq(c.origin, key.name))
		return fail(err, RC_INTEGRITY, "origin", "the checkpoint is of another log");
	merkle_leaf(parts.leaf, &hash);
	if (row.index != parts.index ||
	    !merkle_inclusion_holds((uint64_t)parts.index, c.size, &hash, parts.path, parts.n,
				    &c.root))
		return fail(err, RC_INTEGRITY, "", "the leaf does not stand in this checkpoint");
	if (leaf != NULL)
		*leaf = row;
	return RC_OK;
}
