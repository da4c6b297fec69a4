#include "audit/witness.h"

#include "audit/head.h"
#include "audit/origin.h"
#include "audit/prove.h"
#include "base/arena.h"
#include "base/hex.h"
#include "seal/checkpoint.h"
#include "seal/cosign.h"
#include "store/db.h"

#include "audit/audit.sql.h"

void
audit_cosignature_read(const struct rows *rows, struct arena *a, struct audit_cosignature *out)
{
	*out = (struct audit_cosignature){
	    .size = rows_i64(rows, 0),
	    .witness = str_copy(a, rows_text(rows, 1)),
	    .vkey = str_copy(a, rows_text(rows, 2)),
	    .seconds = rows_i64(rows, 3),
	    .line = str_copy(a, rows_text(rows, 4)),
	};
}

/* The last checkpoint this witness cosigned; 0 when none. */
static enum rc
find_last(struct db *db, struct str name, struct audit_witness *w, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_COSIGNATURE_LAST, BINDS(B_TEXT(name)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		w->size = rows_i64(rows, 0);
		w->seconds = rows_i64(rows, 1);
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
audit_witnesses(struct db *db, struct arena *a, struct audit_witness_list *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_WITNESS_WALK, NO_BINDS, &rows, err);

	*out = (struct audit_witness_list){.n = 0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		*VEC_ADD(a, out) = (struct audit_witness){
		    .name = str_copy(a, rows_text(rows, 0)),
		    .vkey = str_copy(a, rows_text(rows, 1)),
		};
	rows_close(rows);
	for (size_t i = 0; rc == RC_ABSENT && i < out->n; i++) {
		enum rc found = find_last(db, out->at[i].name, &out->at[i], err);

		if (found != RC_OK)
			rc = found;
	}
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
audit_witness_add(struct db *db, struct str vkey, struct arena *a, struct err *err)
{
	struct audit_witness_list list;
	struct note_key key;
	int64_t changed;
	enum rc rc;

	if ((rc = cosign_key_parse(a, vkey, &key, err)) != RC_OK ||
	    (rc = audit_witnesses(db, a, &list, err)) != RC_OK)
		return rc;
	if (list.n == AUDIT_WITNESSES_MAX)
		return fail(err, RC_CONFLICT, "witness", "a log has at most %d witnesses",
			    AUDIT_WITNESSES_MAX);
	rc = db_run(db, &SQL_AUDIT_WITNESS_INSERT, BINDS(B_TEXT(key.name), B_TEXT(vkey)), &changed,
		    err);
	if (rc == RC_OK && changed == 0)
		rc = fail(err, RC_CONFLICT, "witness", "a witness of this name is there already");
	return rc;
}

enum rc
audit_witness_remove(struct db *db, struct str name, struct err *err)
{
	int64_t changed;
	enum rc rc = db_run(db, &SQL_AUDIT_WITNESS_DELETE, BINDS(B_TEXT(name)), &changed, err);

	if (rc == RC_OK && changed == 0)
		rc = fail(err, RC_ABSENT, "witness", "there is no witness of this name");
	return rc;
}

static enum rc
find_witness(struct db *db, struct str name, struct arena *a, struct audit_witness *out,
	     struct err *err)
{
	struct audit_witness_list list;
	enum rc rc = audit_witnesses(db, a, &list, err);

	for (size_t i = 0; rc == RC_OK && i < list.n; i++)
		if (str_eq(list.at[i].name, name)) {
			*out = list.at[i];
			return RC_OK;
		}
	return rc != RC_OK ? rc
			   : fail(err, RC_ABSENT, "witness", "there is no witness of this name");
}

enum rc
audit_witness_request(struct db *db, struct str name, struct arena *a, struct str *out,
		      struct err *err)
{
	struct merkle_proof proof = {.n = 0};
	struct audit_origin origin;
	struct audit_witness w = {.size = 0};
	struct str note;
	struct buf text;
	int64_t size;
	enum rc rc;

	if ((rc = find_witness(db, name, a, &w, err)) != RC_OK ||
	    (rc = audit_origin_now(db, a, &origin, err)) != RC_OK ||
	    (rc = audit_checkpoint_latest(db, a, &note, &size, err)) != RC_OK)
		return rc;
	/* What it cosigned under a former name it does not know under this one. */
	if (w.size <= origin.from)
		w.size = 0;
	if (w.size == size)
		return fail(err, RC_CONFLICT, "witness",
			    "this witness cosigned the latest checkpoint already");
	if (w.size > 0 && (rc = audit_prove_consistency(db, w.size, size, &proof, err)) != RC_OK)
		return rc;
	buf_init(&text, a);
	buf_addf(&text, "old %lld\n", (long long)w.size);
	for (size_t i = 0; i < proof.n; i++) {
		buf_add(&text, base64_format(a, proof.at[i].b, HASH_BYTES));
		buf_add_byte(&text, '\n');
	}
	buf_add_byte(&text, '\n');
	buf_add(&text, note);
	*out = buf_str(&text);
	return RC_OK;
}

static enum rc
save_cosignature(struct db *db, int64_t size, const struct audit_witness *w, int64_t seconds,
		 struct str line, size_t *added, struct err *err)
{
	int64_t changed;
	enum rc rc = db_run(
	    db, &SQL_AUDIT_COSIGNATURE_INSERT,
	    BINDS(B_I64(size), B_TEXT(w->name), B_TEXT(w->vkey), B_I64(seconds), B_TEXT(line)),
	    &changed, err);

	if (rc == RC_OK)
		*added += (size_t)changed;
	return rc;
}

/*
 * Each line of a witness that is known: check it, and keep it where size is not 0. RC_ABSENT when
 * there is none.
 */
static enum rc
each_witness(struct db *db, const struct note *note, int64_t size, struct arena *a, size_t *added,
	     struct err *err)
{
	struct audit_witness_list list;
	size_t found = 0;
	enum rc rc = audit_witnesses(db, a, &list, err);

	for (size_t i = 0; rc == RC_OK && i < list.n; i++) {
		struct note_key key;
		int64_t seconds = 0;

		if ((rc = cosign_key_parse(a, list.at[i].vkey, &key, err)) != RC_OK)
			return rc;
		rc = cosign_verify(note, &key, &seconds, err);
		if (rc == RC_ABSENT) {
			rc = RC_OK;
			continue;
		}
		found += rc == RC_OK;
		for (size_t k = 0; rc == RC_OK && size > 0 && k < note->count; k++)
			if (note->signatures[k].key_id == key.id &&
			    str_eq(note->signatures[k].name, key.name)) {
				struct buf line;

				buf_init(&line, a);
				note_add_signature_line(&line, &key, note->signatures[k].signature);
				rc = save_cosignature(db, size, &list.at[i], seconds,
						      buf_str(&line), added, err);
				break;
			}
	}
	if (rc == RC_OK && found == 0)
		rc =
		    fail(err, RC_ABSENT, "witness",
			 "no witness that this node knows has signed it (liaison audit witnesses)");
	return rc;
}

enum rc
audit_witness_take(struct db *db, struct str text, struct arena *a, struct audit_cosigned *out,
		   struct err *err)
{
	static const struct str dash = STR_INIT("\xe2\x80\x94 ");
	struct checkpoint c;
	struct note note;
	struct str own;
	int64_t size;
	enum rc rc;

	*out = (struct audit_cosigned){.size = 0};
	if (text.n > NOTE_BYTES_MAX)
		return fail(err, RC_TOO_LARGE, "", "an answer of a witness is not as long as this");
	if (str_starts(text, dash)) {
		if ((rc = audit_checkpoint_latest(db, a, &own, &size, err)) != RC_OK ||
		    (rc = note_parse(a, own, &note, err)) != RC_OK)
			return rc;
		/* Under the text alone: what is there already must not count for what came. */
		text = str_fmt(a, "%.*s\n%.*s", STR_ARG(note.text), STR_ARG(text));
	}
	if ((rc = note_parse(a, text, &note, err)) != RC_OK ||
	    (rc = checkpoint_parse(a, note.text, &c, err)) != RC_OK)
		return rc;
	if (c.size == 0 || c.size > INT64_MAX ||
	    (rc = audit_checkpoint_of_size(db, (int64_t)c.size, a, &own, err)) == RC_ABSENT)
		return fail(err, RC_INTEGRITY, "checkpoint",
			    "this log has signed no checkpoint of this size; if a witness holds "
			    "it, see `liaison audit compare`");
	if (rc != RC_OK)
		return rc;
	/* Text for text what was signed here: else a witness saw another log under our name. */
	if (!str_starts(own, note.text) || own.p[note.text.n] != '\n')
		return fail(err, RC_INTEGRITY, "checkpoint",
			    "this log signed another checkpoint of this size");
	out->size = (int64_t)c.size;
	return each_witness(db, &note, out->size, a, &out->added, err);
}

enum rc
audit_witness_compare(struct db *db, struct str bytes, struct arena *a, struct audit_witnessed *out,
		      struct err *err)
{
	struct audit_tiles tiles = {.db = db};
	struct merkle_source source = audit_tiles_source(&tiles);
	struct audit_origin origin;
	struct audit_head head;
	struct checkpoint c;
	struct note_key key;
	struct note note;
	struct hash root;
	size_t added = 0;
	enum rc rc;

	*out = (struct audit_witnessed){.standing = AUDIT_STANDS};
	if ((rc = note_parse(a, bytes, &note, err)) != RC_OK ||
	    (rc = checkpoint_parse(a, note.text, &c, err)) != RC_OK ||
	    (rc = audit_origin_now(db, a, &origin, err)) != RC_OK ||
	    (rc = note_key_parse(a, origin.vkey, &key, err)) != RC_OK ||
	    (rc = audit_head_find(db, &head, err)) != RC_OK)
		return rc;
	if (!str_eq(c.origin, origin.name))
		return fail(err, RC_INVALID, "checkpoint",
			    "this checkpoint is of another log, or of a name that this one left; "
			    "now it is %.*s",
			    STR_ARG(origin.name));
	if (c.size == 0 || c.size > INT64_MAX)
		return fail(err, RC_INVALID, "checkpoint", "a checkpoint of no leaf says nothing");
	if ((rc = note_verify(&note, &key, 1, err)) != RC_OK ||
	    (rc = each_witness(db, &note, 0, a, &added, err)) != RC_OK)
		return rc;
	out->origin = origin.name;
	out->size = (int64_t)c.size;
	out->here = (int64_t)head.range.size;
	if (out->size > out->here) {
		out->standing = AUDIT_BEHIND;
		return RC_OK;
	}
	if ((rc = merkle_source_root(&source, c.size, &root, err)) != RC_OK)
		return rc;
	out->standing = hash_eq(&root, &c.root) ? AUDIT_STANDS : AUDIT_FORKED;
	return RC_OK;
}
