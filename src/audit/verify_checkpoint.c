#include "audit/verify_checkpoint.h"

#include "base/arena.h"
#include "seal/checkpoint.h"
#include "seal/keys.h"
#include "seal/note.h"
#include "store/db.h"

#include "audit/audit.sql.h"

struct verify_checkpoints {
	struct db *db;
	struct verify_problems *problems;
	struct arena *arena, *scratch; /* scratch: of one note */
	bool has_key, has_known_key;
	struct note_key key;	   /* the log's own */
	struct note_key known_key; /* the one known elsewhere, or the log's own */
	struct rows *rows;
	bool is_there; /* a stored one stands ready */
	int64_t size;  /* of that one */
	struct checkpoint current;
	bool current_good;
	bool has_known; /* the one kept elsewhere, not passed yet */
	struct checkpoint known;
};

static void
bad_checkpoint(struct verify_checkpoints *c, int64_t size, const char *why)
{
	problem_add(c->problems, AUDIT_PROBLEM_CHECKPOINT, 0, size,
		    "the checkpoint of size %lld: %s", (long long)size, why);
}

static enum rc
read_note(struct arena *a, struct str bytes, const struct note_key *key, struct checkpoint *out,
	  struct err *err)
{
	struct note note;
	enum rc rc;

	if ((rc = note_parse(a, bytes, &note, err)) != RC_OK ||
	    (rc = checkpoint_parse(a, note.text, out, err)) != RC_OK)
		return rc;
	if (key == NULL)
		return fail(err, RC_INTEGRITY, "", "the log's verifier key is damaged");
	if (!str_eq(out->origin, key->name))
		return fail(err, RC_INTEGRITY, "", "it is of another log");
	return note_verify(&note, key, 1, err);
}

/*
 * One kept elsewhere proves something only when this log's key signed it. Else the file is not
 * what was meant to be given, and that says nothing about the log.
 */
static enum rc
read_known(struct verify_checkpoints *c, struct str bytes, struct err *err)
{
	struct err why = {.rc = RC_OK};
	struct note note;

	if (note_parse(c->arena, bytes, &note, &why) != RC_OK ||
	    checkpoint_parse(c->arena, note.text, &c->known, &why) != RC_OK)
		return fail(err, RC_INVALID, "checkpoint", "this is no signed checkpoint: %s",
			    why.text);
	/* Without a key nothing can be said; that the key is gone is a problem told already. */
	if (!c->has_known_key)
		return RC_OK;
	if (!str_eq(c->known.origin, c->known_key.name))
		return fail(err, RC_INVALID, "checkpoint",
			    "this checkpoint is of another log, %.*s; this one is %.*s",
			    (int)(c->known.origin.n < 200 ? c->known.origin.n : 200),
			    c->known.origin.p, STR_ARG(c->known_key.name));
	if (note_verify(&note, &c->known_key, 1, &why) != RC_OK)
		return fail(err, RC_INVALID, "checkpoint",
			    "this checkpoint is not signed by this log's key: it is of another "
			    "node, or was changed");
	c->has_known = c->known.size > 0;
	return RC_OK;
}

/* Move to the next stored note; note what is wrong with it by itself. */
static enum rc
next_note(struct verify_checkpoints *c, struct err *err)
{
	struct err why = {.rc = RC_OK};
	enum rc rc = rows_next(c->rows, err);

	c->is_there = rc == RC_OK;
	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	arena_reset(c->scratch);
	c->size = rows_i64(c->rows, 0);
	rc = read_note(c->scratch, rows_text(c->rows, 1), c->has_key ? &c->key : NULL, &c->current,
		       &why);
	c->current_good = rc == RC_OK;
	if (rc != RC_OK)
		bad_checkpoint(c, c->size, why.text);
	else if ((int64_t)c->current.size != c->size)
		bad_checkpoint(c, c->size, "its note is of another size");
	return RC_OK;
}

static bool
is_ours(struct keys *keys, const struct note_key *key)
{
	unsigned char public[PUBLIC_KEY_BYTES];

	keys_log_public(keys, public);
	return memcmp(public, key->public, sizeof public) == 0;
}

static enum rc
load_origin(struct verify_checkpoints *c, struct keys *keys, struct str want, struct err *err)
{
	struct str origin = STR_NONE, vkey = STR_NONE;
	struct rows *rows;
	enum rc rc = db_select(c->db, &SQL_AUDIT_ORIGIN_FIND, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		origin = str_copy(c->arena, rows_text(rows, 0));
		vkey = str_copy(c->arena, rows_text(rows, 1));
	}
	rows_close(rows);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	if (note_key_parse(c->arena, vkey, &c->key, NULL) != RC_OK || !str_eq(c->key.name, origin))
		problem_add(c->problems, AUDIT_PROBLEM_ORIGIN, 0, 0,
			    "the log's name and verifier key are missing or damaged");
	else if (keys != NULL && !is_ours(keys, &c->key))
		problem_add(c->problems, AUDIT_PROBLEM_ORIGIN, 0, 0,
			    "the log's verifier key is not that of the node's key file");
	else
		c->has_key = true;
	if (want.n == 0) {
		c->known_key = c->key;
		c->has_known_key = c->has_key;
		return RC_OK;
	}
	if ((rc = note_key_parse(c->arena, want, &c->known_key, err)) != RC_OK)
		return rc;
	c->has_known_key = true;
	if (c->has_key && !str_eq(want, vkey))
		problem_add(c->problems, AUDIT_PROBLEM_ORIGIN, 0, 0,
			    "the log's verifier key is not the one known elsewhere");
	return RC_OK;
}

enum rc
verify_checkpoints_open(struct db *db, struct keys *keys,
			const struct audit_verify_options *options,
			struct verify_problems *problems, struct verify_checkpoints **out,
			struct err *err)
{
	struct verify_checkpoints *c = NEW(problems->arena, struct verify_checkpoints);
	enum rc rc;

	*out = c;
	c->db = db;
	c->problems = problems;
	c->arena = problems->arena;
	c->scratch = arena_new(0);
	if ((rc = load_origin(c, keys, options->vkey, err)) != RC_OK)
		return rc;
	if (options->checkpoint.n > 0 && (rc = read_known(c, options->checkpoint, err)) != RC_OK)
		return rc;
	if ((rc = db_select(db, &SQL_AUDIT_CHECKPOINT_WALK, NO_BINDS, &c->rows, err)) != RC_OK)
		return rc;
	return next_note(c, err);
}

enum rc
verify_checkpoints_grown(void *ctx, const struct merkle_range *range, struct err *err)
{
	struct verify_checkpoints *c = ctx;
	struct hash root;
	enum rc rc;

	if (c->has_known && range->size == c->known.size) {
		merkle_root(range, &root);
		if (!hash_eq(&root, &c->known.root))
			bad_checkpoint(c, (int64_t)range->size,
				       "the log does not extend the one kept elsewhere");
		c->has_known = false;
	}
	while (c->is_there && c->size <= (int64_t)range->size) {
		merkle_root(range, &root);
		if (c->size < (int64_t)range->size)
			bad_checkpoint(c, c->size, "it stands out of order");
		else if (c->current_good && !hash_eq(&root, &c->current.root))
			bad_checkpoint(c, c->size, "its root is not that of the leaves");
		else if (c->current_good)
			c->problems->report->checkpoint_size = c->size;
		if ((rc = next_note(c, err)) != RC_OK)
			return rc;
	}
	return RC_OK;
}

enum rc
verify_checkpoints_end(struct verify_checkpoints *c, struct err *err)
{
	enum rc rc = RC_OK;

	if (c->has_known)
		bad_checkpoint(c, (int64_t)c->known.size,
			       "it was kept elsewhere, and the log is shorter");
	while (rc == RC_OK && c->is_there) {
		bad_checkpoint(c, c->size, "the log is shorter");
		rc = next_note(c, err);
	}
	return rc;
}

void
verify_checkpoints_close(struct verify_checkpoints *c)
{
	if (c == NULL)
		return;
	rows_close(c->rows);
	arena_free(c->scratch);
}
