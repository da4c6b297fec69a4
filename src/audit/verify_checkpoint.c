#include "audit/verify_checkpoint.h"

#include "audit/origin.h"
#include "base/arena.h"
#include "seal/checkpoint.h"
#include "seal/keys.h"
#include "seal/note.h"
#include "store/db.h"

#include "audit/audit.sql.h"

/* A name of the log, with its key where that is good. */
struct name {
	const struct audit_origin *origin;
	bool has_key;
	bool leaf_seen; /* the leaf that begins it says what its row says */
	struct note_key key;
};

struct verify_checkpoints {
	struct db *db;
	struct verify_problems *problems;
	struct arena *arena, *scratch; /* scratch: of one note */
	struct name *names;	       /* oldest first */
	size_t name_count;
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

static void
bad_origin(struct verify_checkpoints *c, const char *why)
{
	problem_add(c->problems, AUDIT_PROBLEM_ORIGIN, 0, 0, "%s", why);
}

/* The name under which a checkpoint of this size stands; NULL: none is known. */
static const struct name *
name_of_size(const struct verify_checkpoints *c, int64_t size)
{
	const struct name *found = NULL;

	for (size_t i = 0; i < c->name_count; i++)
		if (c->names[i].origin->from < size)
			found = &c->names[i];
	return found;
}

static enum rc
read_note(struct arena *a, struct str bytes, const struct name *name, struct checkpoint *out,
	  struct err *err)
{
	struct note note;
	enum rc rc;

	if ((rc = note_parse(a, bytes, &note, err)) != RC_OK ||
	    (rc = checkpoint_parse(a, note.text, out, err)) != RC_OK)
		return rc;
	if (name == NULL || !name->has_key)
		return fail(err, RC_INTEGRITY, "", "the log's verifier key is damaged");
	if (!str_eq(out->origin, name->key.name))
		return fail(err, RC_INTEGRITY, "", "it is of another log");
	return note_verify(&note, &name->key, 1, err);
}

/* Which of the log's names it bears; a key known from elsewhere counts before the stored ones. */
static const struct note_key *
key_of_known(struct verify_checkpoints *c, const struct note_key *want)
{
	if (want != NULL)
		return want;
	for (size_t i = 0; i < c->name_count; i++)
		if (c->names[i].has_key && str_eq(c->names[i].key.name, c->known.origin))
			return &c->names[i].key;
	return c->name_count > 0 && c->names[0].has_key ? &c->names[0].key : NULL;
}

/* A restored log holds what was written under a former name only up to where the next begins. */
static void
check_known_is_not_lost(struct verify_checkpoints *c)
{
	for (size_t i = 0; i + 1 < c->name_count; i++)
		if (str_eq(c->names[i].origin->name, c->known.origin) &&
		    (int64_t)c->known.size > c->names[i + 1].origin->from) {
			problem_add(
			    c->problems, AUDIT_PROBLEM_CHECKPOINT, 0, (int64_t)c->known.size,
			    "the checkpoint of size %lld: it was kept elsewhere; leaves "
			    "from %lld on were lost when the node was brought back from a "
			    "backup, and leaf %lld says so",
			    (long long)c->known.size, (long long)c->names[i + 1].origin->from,
			    (long long)c->names[i + 1].origin->from);
			c->has_known = false;
		}
}

/*
 * One kept elsewhere proves something only when this log's key signed it. Else the file is not
 * what was meant to be given, and that says nothing about the log.
 */
static enum rc
read_known(struct verify_checkpoints *c, struct str bytes, const struct note_key *want,
	   struct err *err)
{
	struct err why = {.rc = RC_OK};
	const struct note_key *key;
	struct note note;

	if (note_parse(c->arena, bytes, &note, &why) != RC_OK ||
	    checkpoint_parse(c->arena, note.text, &c->known, &why) != RC_OK)
		return fail(err, RC_INVALID, "checkpoint", "this is no signed checkpoint: %s",
			    why.text);
	/* Without a key nothing can be said; that the key is gone is a problem told already. */
	if ((key = key_of_known(c, want)) == NULL)
		return RC_OK;
	if (!str_eq(c->known.origin, key->name))
		return fail(err, RC_INVALID, "checkpoint",
			    "this checkpoint is of another log, %.*s; this one is %.*s",
			    (int)(c->known.origin.n < 200 ? c->known.origin.n : 200),
			    c->known.origin.p, STR_ARG(key->name));
	if (note_verify(&note, key, 1, &why) != RC_OK)
		return fail(err, RC_INVALID, "checkpoint",
			    "this checkpoint is not signed by this log's key: it is of another "
			    "node, or was changed");
	c->has_known = c->known.size > 0;
	if (c->has_known)
		check_known_is_not_lost(c);
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
	rc = read_note(c->scratch, rows_text(c->rows, 1), name_of_size(c, c->size), &c->current,
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
load_names(struct verify_checkpoints *c, struct keys *keys, struct err *err)
{
	struct audit_origin_list list;
	enum rc rc = audit_origins(c->db, c->arena, &list, err);

	if (rc != RC_OK && rc != RC_CONFLICT)
		return rc;
	if (list.n == 0 || list.at[0].former.n > 0)
		bad_origin(c, "the log's name and verifier key are missing or damaged");
	c->names = NEW_N(c->arena, struct name, list.n);
	for (size_t i = 0; i < list.n; i++) {
		struct name *name = &c->names[c->name_count++];

		name->origin = &list.at[i];
		name->leaf_seen = i == 0;
		if (note_key_parse(c->arena, name->origin->vkey, &name->key, NULL) != RC_OK ||
		    !str_eq(name->key.name, name->origin->name))
			bad_origin(c, "the log's name and verifier key are missing or damaged");
		else if (keys != NULL && !is_ours(keys, &name->key))
			bad_origin(c, "the log's verifier key is not that of the node's key file");
		else
			name->has_key = true;
	}
	return RC_OK;
}

/* The key known elsewhere must be one of the log's names. */
static enum rc
check_want(struct verify_checkpoints *c, struct str want, struct note_key *key, struct err *err)
{
	bool is_one = false, has_key = false;
	enum rc rc = note_key_parse(c->arena, want, key, err);

	for (size_t i = 0; i < c->name_count; i++) {
		has_key = has_key || c->names[i].has_key;
		is_one = is_one || str_eq(want, c->names[i].origin->vkey);
	}
	if (rc == RC_OK && has_key && !is_one)
		bad_origin(c, "the log's verifier key is not the one known elsewhere");
	return rc;
}

enum rc
verify_checkpoints_open(struct db *db, struct keys *keys,
			const struct audit_verify_options *options,
			struct verify_problems *problems, struct verify_checkpoints **out,
			struct err *err)
{
	struct verify_checkpoints *c = NEW(problems->arena, struct verify_checkpoints);
	bool has_want = options->vkey.n > 0;
	struct note_key want;
	enum rc rc;

	*out = c;
	c->db = db;
	c->problems = problems;
	c->arena = problems->arena;
	c->scratch = arena_new(0);
	if ((rc = load_names(c, keys, err)) != RC_OK ||
	    (has_want && (rc = check_want(c, options->vkey, &want, err)) != RC_OK))
		return rc;
	if (options->checkpoint.n > 0 &&
	    (rc = read_known(c, options->checkpoint, has_want ? &want : NULL, err)) != RC_OK)
		return rc;
	if ((rc = db_select(db, &SQL_AUDIT_CHECKPOINT_WALK, NO_BINDS, &c->rows, err)) != RC_OK)
		return rc;
	return next_note(c, err);
}

void
verify_checkpoints_leaf(struct verify_checkpoints *c, const struct audit_leaf_row *row)
{
	for (size_t i = 1; i < c->name_count; i++)
		if (c->names[i].origin->from == row->index) {
			struct str plain = audit_origin_plain(c->scratch, c->names[i].origin);

			c->names[i].leaf_seen =
			    row->action == AUDIT_ORIGIN && str_eq(row->plain, plain);
			return;
		}
	if (row->action == AUDIT_ORIGIN)
		problem_add(c->problems, AUDIT_PROBLEM_ORIGIN, 0, row->index,
			    "leaf %lld begins a name of the log that is missing",
			    (long long)row->index);
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
	for (size_t i = 1; rc == RC_OK && i < c->name_count; i++)
		if (!c->names[i].leaf_seen)
			problem_add(
			    c->problems, AUDIT_PROBLEM_ORIGIN, 0, c->names[i].origin->from,
			    "leaf %lld does not begin the name of the log that its row says",
			    (long long)c->names[i].origin->from);
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
