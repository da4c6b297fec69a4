#include "audit/audit.h"

#include <stdlib.h>

#include "audit/detail.h"
#include "audit/head.h"
#include "audit/leaf.h"
#include "audit/present.h"
#include "audit/trace.h"
#include "base/arena.h"
#include "base/vec.h"
#include "seal/keys.h"
#include "seal/keys_process.h"
#include "seal/merkle.h"
#include "seal/note.h"
#include "seal/secret.h"
#include "store/db.h"

#include "audit/audit.sql.h"

/* clang-format off */
/* Names and numbers stand in leaves for good: only ever append. */
static const char *const action_names[] = {
	[AUDIT_CREATE] = "create",   [AUDIT_READ] = "read",     [AUDIT_REVEAL] = "reveal",
	[AUDIT_UPDATE] = "update",   [AUDIT_MOVE] = "move",     [AUDIT_ERASE] = "erase",
	[AUDIT_LIST] = "list",       [AUDIT_SEARCH] = "search", [AUDIT_SCREEN] = "screen",
	[AUDIT_IMPORT] = "import",   [AUDIT_EXPORT] = "export", [AUDIT_DENIED] = "denied",
	[AUDIT_SIGN_IN] = "sign_in", [AUDIT_SETTING] = "setting", [AUDIT_START] = "start",
	[AUDIT_JOB] = "job",         [AUDIT_VERIFY] = "verify",   [AUDIT_ORIGIN] = "origin",
	[AUDIT_BREAK_GLASS] = "break_glass", [AUDIT_ALARM] = "alarm",
	[AUDIT_DAMAGED] = "damaged",
};
/* clang-format on */

_Static_assert(COUNT_OF(action_names) == AUDIT_ACTIONS, "every action has a name");

const char *
audit_action_name(enum audit_action action)
{
	must(action < AUDIT_ACTIONS);
	return action_names[action];
}

enum audit_action
audit_action_parse(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(action_names); i++)
		if (str_eq_z(name, action_names[i]))
			return (enum audit_action)i;
	return AUDIT_ACTIONS;
}

enum rc
audit_init(struct db *db, struct keys *keys, struct str origin, struct err *err)
{
	struct arena *a = arena_new(0);
	unsigned char public[PUBLIC_KEY_BYTES];
	struct note_key key;
	struct hash root;
	int64_t changed;
	enum rc rc;

	keys_log_public(keys, public);
	sha256(STR(""), &root);
	if (origin.n > 200)
		rc = fail(err, RC_INVALID, "origin", "a log's origin has at most 200 bytes");
	else if ((rc = note_key_make(origin, public, &key, err)) == RC_OK &&
		 (rc = db_run(db, &SQL_AUDIT_ORIGIN_INSERT,
			      BINDS(B_TEXT(origin), B_TEXT(note_key_format(a, &key))), &changed,
			      err)) == RC_OK &&
		 changed == 0)
		rc = fail(err, RC_CONFLICT, "origin", "the log is started already");
	if (rc == RC_OK)
		rc = db_run(db, &SQL_AUDIT_HEAD_INSERT,
			    BINDS(B_BLOB(hash_str(&root)), B_BLOB(STR(""))), NULL, err);
	arena_free(a);
	return rc;
}

struct audit_group {
	struct arena *arena, *scratch; /* arena: of one group; scratch: of one append */
	struct db *db;
	struct keys *keys;
	struct audit_head head; /* as it was at begin, until the end extends it */
	uint64_t head_size;	/* at begin */
	struct hash *hashes;	/* of the leaves of this group */
	int64_t *times;
	size_t n, cap, times_cap;
	bool has_detail_key;		 /* from the first leaf on */
	struct envelope_key *detail_key; /* secret memory */
	struct str bucket, wrapped;

	/* For a key process: the leaves as it wants them, and where each ends. */
	struct buf told;
	size_t *told_ends;
	size_t told_cap;
};

enum rc
audit_group_begin(struct db *db, struct keys *keys, struct audit_group **out, struct err *err)
{
	struct audit_group *g = heap_zeroed(sizeof *g);
	enum rc rc;

	*out = NULL;
	g->arena = arena_new(0);
	g->scratch = arena_new(0);
	g->detail_key = secret_new(sizeof *g->detail_key);
	g->keys = keys;
	if ((rc = audit_group_again(g, db, err)) != RC_OK) {
		audit_group_free(g);
		return rc;
	}
	*out = g;
	return RC_OK;
}

enum rc
audit_group_again(struct audit_group *g, struct db *db, struct err *err)
{
	enum rc rc;

	arena_reset(g->arena);
	arena_reset(g->scratch);
	envelope_key_wipe(g->detail_key);
	*g = (struct audit_group){.arena = g->arena,
				  .scratch = g->scratch,
				  .detail_key = g->detail_key,
				  .db = db,
				  .keys = g->keys};
	buf_init(&g->told, g->arena);
	rc = audit_head_lock(db, &g->head, err);
	g->head_size = g->head.range.size;
	return rc;
}

void
audit_group_free(struct audit_group *g)
{
	if (g == NULL)
		return;
	secret_free(g->detail_key);
	arena_free(g->scratch);
	arena_free(g->arena);
	free(g);
}

/*
 * One data key for the details of a group, which count their nonces up. Its row is written at the
 * end, outside every savepoint; its id is the index of the group's first leaf.
 */
static enum rc
make_detail_key(struct audit_group *g, int64_t ms, struct err *err)
{
	unsigned char data_key[DATA_KEY_BYTES];
	struct detail_aad aad;
	struct buf wrapped;
	enum rc rc;

	if (g->has_detail_key)
		return RC_OK;
	buf_init(&wrapped, g->arena);
	g->bucket = keys_bucket(g->arena, STR("audit"), ms);
	data_key_new(data_key);
	rc = keys_wrap(g->keys, g->bucket, detail_aad(&aad, (int64_t)g->head.range.size), data_key,
		       &wrapped, err);
	if (rc == RC_OK) {
		g->wrapped = buf_str(&wrapped);
		envelope_key_make(data_key, g->detail_key);
		g->has_detail_key = true;
	}
	data_key_wipe(data_key);
	return rc;
}

void
audit_group_meet_others(struct audit_group *g, int64_t now_ms)
{
	/* Why it failed whoever logs something hears; the reply told the rest. */
	(void)make_detail_key(g, now_ms, NULL);
	keys_know_anew(g->keys);
}

enum rc
audit_entry_check(const struct audit_entry *e, struct err *err)
{
	must(e->action < AUDIT_ACTIONS);
	if (e->purpose.n > AUDIT_NAME_MAX || e->type.n > AUDIT_NAME_MAX)
		return fail(err, RC_TOO_LARGE, "purpose", "a purpose or type is too long to log");
	if (e->plain.n > AUDIT_PLAIN_MAX)
		return fail(err, RC_TOO_LARGE, "plain", "the plain columns are too long to log");
	if (e->reason.n + e->legal_basis.n + e->fields.n > DETAIL_BYTES_MAX / 8)
		return fail(err, RC_TOO_LARGE, "reason", "reason and fields are too long to log");
	if (e->about_count > AUDIT_ABOUT_MAX)
		return fail(err, RC_TOO_LARGE, "about", "too many records for one leaf of the log");
	return RC_OK;
}

static enum rc
append_about(struct audit_group *g, const struct audit_entry *entry, struct audit_leaf_row *row,
	     struct buf *macs, struct err *err)
{
	struct merkle_range range = {.size = 0};
	enum rc rc;

	for (size_t i = 0; i < entry->about_count; i++) {
		unsigned char mac[AUDIT_MAC_BYTES];
		struct hash leaf;

		audit_record_mac(g->keys, entry->time_ms, entry->about[i], mac);
		merkle_leaf((struct str){(char *)mac, sizeof mac}, &leaf);
		merkle_append(&range, &leaf);
		buf_add_bytes(macs, mac, sizeof mac);
		rc = db_post(g->db, &SQL_AUDIT_ABOUT_INSERT,
			     BINDS(B_I64(row->index), B_I64((int64_t)i), B_BYTES(mac, sizeof mac)),
			     err);
		if (rc != RC_OK)
			return rc;
	}
	row->about_count = (int64_t)entry->about_count;
	row->has_about = entry->about_count > 0;
	if (row->has_about)
		merkle_root(&range, &row->about_root);
	return RC_OK;
}

static struct bind
bytes_or_null(bool is_there, const void *p, size_t n)
{
	return is_there ? B_BYTES(p, n) : B_NULL;
}

static enum rc
insert_leaf(struct db *db, const struct audit_leaf_row *row, struct err *err)
{
	/* clang-format off */
	return db_post(db, &SQL_AUDIT_LEAF_INSERT, BINDS(
		B_I64(row->index),
		B_I64(row->time_ms),
		B_BYTES(row->actor_mac, AUDIT_MAC_BYTES),
		B_I64(row->action),
		B_TEXT(row->purpose),
		bytes_or_null(row->has_record, row->record_mac, AUDIT_MAC_BYTES),
		B_TEXT(row->type),
		B_I64(row->version),
		bytes_or_null(row->has_body, row->body_hash.b, HASH_BYTES),
		bytes_or_null(row->has_commitment, row->key_commitment.b, HASH_BYTES),
		B_BLOB(row->plain),
		B_I64(row->detail_key),
		B_BLOB(hash_str(&row->detail_hash)),
		B_BLOB(row->detail),
		B_I64(row->about_count),
		bytes_or_null(row->has_about, row->about_root.b, HASH_BYTES)), err);
	/* clang-format on */
}

static void
fill_row(struct audit_group *g, const struct audit_entry *e, struct audit_leaf_row *row)
{
	struct buf plain, sealed;
	struct detail_aad aad;

	*row = (struct audit_leaf_row){
	    .index = (int64_t)(g->head.range.size + g->n),
	    .time_ms = e->time_ms,
	    .action = e->action,
	    .purpose = e->purpose,
	    .has_record = e->has_record,
	    .type = e->type,
	    .version = e->version,
	    .has_body = e->has_body,
	    .has_commitment = e->has_body,
	    .plain = e->plain,
	    .detail_key = (int64_t)g->head.range.size,
	};
	audit_actor_mac(g->keys, e->time_ms, e->actor, row->actor_mac);
	if (e->has_record)
		audit_record_mac(g->keys, e->time_ms, e->record, row->record_mac);
	if (e->has_body) {
		memcpy(row->body_hash.b, e->body_hash, HASH_BYTES);
		memcpy(row->key_commitment.b, e->key_commitment, HASH_BYTES);
	}
	buf_init(&plain, g->scratch);
	detail_format(e, &plain);
	buf_init(&sealed, g->scratch);
	envelope_seal_next(g->detail_key, detail_aad(&aad, row->index), buf_str(&plain), &sealed);
	row->detail = buf_str(&sealed);
	sha256(row->detail, &row->detail_hash);
}

/* Kept for audit_group_told. */
static void
tell(struct audit_group *g, struct str leaf, struct str macs)
{
	if (g->n == g->told_cap)
		g->told_ends =
		    vec_grow(g->arena, g->told_ends, g->n, &g->told_cap, sizeof *g->told_ends);
	present_add(&g->told, leaf, macs);
	g->told_ends[g->n] = g->told.n;
}

struct audit_told *
audit_group_told(const struct audit_group *g)
{
	return keys_are_apart(g->keys) && g->n > 0
		   ? told_new(g->head_size, g->told_ends, g->n, buf_str(&g->told))
		   : NULL;
}

enum rc
audit_append(struct audit_group *g, const struct audit_entry *entry, int64_t *index,
	     struct err *err)
{
	struct audit_leaf_row row;
	struct buf bytes, macs;
	struct hash hash;
	enum rc rc;

	if ((rc = audit_entry_check(entry, err)) != RC_OK ||
	    (rc = make_detail_key(g, entry->time_ms, err)) != RC_OK)
		return rc;
	arena_reset(g->scratch);
	fill_row(g, entry, &row);
	buf_init(&macs, g->scratch);
	if ((rc = append_about(g, entry, &row, &macs, err)) != RC_OK ||
	    (rc = insert_leaf(g->db, &row, err)) != RC_OK)
		return rc;
	buf_init(&bytes, g->scratch);
	audit_leaf_hash(&row, &bytes, &hash);
	if (g->n == g->cap)
		g->hashes = vec_grow(g->arena, g->hashes, g->n, &g->cap, sizeof *g->hashes);
	if (g->n == g->times_cap)
		g->times = vec_grow(g->arena, g->times, g->n, &g->times_cap, sizeof *g->times);
	g->times[g->n] = entry->time_ms;
	if (keys_are_apart(g->keys))
		tell(g, buf_str(&bytes), buf_str(&macs));
	g->hashes[g->n++] = hash;
	if (index != NULL)
		*index = row.index;
	return RC_OK;
}

int64_t
audit_mark(const struct audit_group *g)
{
	return (int64_t)g->n;
}

void
audit_back_to(struct audit_group *g, int64_t mark)
{
	must(mark >= 0 && (size_t)mark <= g->n);
	g->n = (size_t)mark;
	if (keys_are_apart(g->keys))
		g->told.n = g->n > 0 ? g->told_ends[g->n - 1] : 0;
}

static enum rc
save_detail_key(struct audit_group *g, struct err *err)
{
	int64_t id = (int64_t)g->head.range.size;
	struct hash checksum;

	detail_key_checksum(id, g->bucket, g->wrapped, &checksum);
	return db_run(
	    g->db, &SQL_AUDIT_DETAIL_KEY_INSERT,
	    BINDS(B_I64(id), B_TEXT(g->bucket), B_BLOB(g->wrapped), B_BLOB(hash_str(&checksum))),
	    NULL, err);
}

enum rc
audit_group_end(struct audit_group *g, struct err *err)
{
	enum rc rc;

	if (g->n == 0)
		return RC_OK;
	if ((rc = save_detail_key(g, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < g->n; i++)
		audit_head_time(&g->head, g->times[i], g->head.range.size + i == 0);
	rc = audit_head_extend(g->db, &g->head, g->hashes, g->n, g->scratch, err);
	return rc == RC_OK ? trace_extend(g->db, g->head_size, g->head.range.size, err) : rc;
}

enum rc
audit_size(struct db *db, int64_t *size, struct err *err)
{
	struct audit_head head;
	enum rc rc = audit_head_find(db, &head, err);

	if (rc == RC_OK)
		*size = (int64_t)head.range.size;
	return rc;
}
