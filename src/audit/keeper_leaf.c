#include <stdlib.h>

#include "audit/keeper_inside.h"
#include "base/arena.h"

/* The list's records are those its leaf commits to. */
static bool
is_its_list(const struct audit_leaf_row *leaf, struct str macs)
{
	struct merkle_range range = {.size = 0};
	struct hash hash, root;

	if ((uint64_t)leaf->about_count != macs.n / AUDIT_MAC_BYTES)
		return false;
	if (!leaf->has_about)
		return true;
	for (size_t i = 0; i < macs.n; i += AUDIT_MAC_BYTES) {
		merkle_leaf(str_sub(macs, i, i + AUDIT_MAC_BYTES), &hash);
		merkle_append(&range, &hash);
	}
	merkle_root(&range, &root);
	return hash_eq(&root, &leaf->about_root);
}

static enum rc
one_leaf(struct keeper *k, uint64_t index, struct keywire_reader *r, struct err *err)
{
	struct str bytes = keywire_take_text(r), macs;
	uint64_t n = keywire_take_be(r, 4);
	struct audit_leaf_row leaf;
	struct hash hash;

	macs = n <= AUDIT_ABOUT_MAX ? keywire_take(r, (size_t)n * AUDIT_MAC_BYTES) : STR_NONE;
	if (r->bad || n > AUDIT_ABOUT_MAX || audit_leaf_decode(bytes, &leaf, NULL) != RC_OK ||
	    (uint64_t)leaf.index != index || !is_its_list(&leaf, macs))
		return keeper_malformed(err);
	/* Another connection told it already. */
	if (index < keeper_log_size(k->log))
		return RC_OK;
	merkle_leaf(bytes, &hash);
	keeper_log_append(k->log, &hash);
	if (leaf.action == AUDIT_ORIGIN) {
		struct str rest = leaf.plain;

		keeper_log_rename(k->log, str_cut(&rest, '\n'));
	}
	ledger_leaf(k->ledger, k->now, &leaf, macs);
	return RC_OK;
}

static enum rc
take_leaves(struct keeper *k, uint64_t first, uint64_t n, struct str bytes, struct err *err)
{
	struct keywire_reader r = {.rest = bytes};
	enum rc rc = RC_OK;

	for (uint64_t i = 0; i < n && rc == RC_OK; i++)
		rc = one_leaf(k, first + i, &r, err);
	if (rc == RC_OK && r.rest.n > 0)
		rc = keeper_malformed(err);
	keeper_log_mark(k->log);
	return rc;
}

/* False: there is no room; it is caught up from the database. */
static bool
keep_early(struct keeper *k, uint64_t first, uint64_t n, struct str bytes)
{
	for (size_t i = 0; i < EARLY_MAX; i++) {
		struct early *e = &k->early[i];

		if (e->leaves != NULL || k->early_bytes + bytes.n > EARLY_BYTES_MAX)
			continue;
		*e = (struct early){first, n, bytes.n, heap_zeroed(bytes.n + 1)};
		if (bytes.n > 0)
			memcpy(e->leaves, bytes.p, bytes.n);
		k->early_bytes += bytes.n;
		return true;
	}
	return false;
}

static void
drop_early(struct keeper *k, struct early *e)
{
	k->early_bytes -= e->bytes;
	free(e->leaves);
	*e = (struct early){0};
}

void
keeper_early_free(struct keeper *k)
{
	for (size_t i = 0; i < EARLY_MAX; i++)
		if (k->early[i].leaves != NULL)
			drop_early(k, &k->early[i]);
}

/* What was kept and follows now. A bad one was somebody's, who hears of it no more. */
static void
take_early(struct keeper *k)
{
	for (size_t i = 0; i < EARLY_MAX; i++) {
		struct early *e = &k->early[i];

		if (e->leaves == NULL || e->first > keeper_log_size(k->log))
			continue;
		(void)take_leaves(k, e->first, e->n, (struct str){e->leaves, e->bytes}, NULL);
		drop_early(k, e);
		i = (size_t)-1; /* it may be what another one waited for */
	}
}

enum rc
keeper_leaves(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	uint64_t first = keywire_take_be(r, 8), n = keywire_take_be(r, 4);
	enum rc rc = RC_OK;

	if (r->bad || first > (uint64_t)INT64_MAX - n)
		return keeper_malformed(err);
	if (!keeper_log_is_known(k->log))
		return fail(err, RC_CONFLICT, "keys", "the key process knows of no log yet");
	if (first <= keeper_log_size(k->log)) {
		rc = take_leaves(k, first, n, r->rest, err);
		take_early(k);
	} else if (!keep_early(k, first, n, r->rest) && first > k->behind_of) {
		k->behind_of = first;
	}
	buf_add_u64(&k->said, keeper_log_size(k->log));
	return rc;
}

enum rc
keeper_sign(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	unsigned char signature[SIGNATURE_BYTES];
	enum rc rc = keeper_log_may_sign(k->log, r->rest, err);

	if (rc == RC_OK)
		rc = keys_log_sign(k->keys, r->rest, signature, err);
	if (rc == RC_OK)
		buf_add_bytes(&k->said, signature, sizeof signature);
	return rc;
}

enum rc
keeper_confirm(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	uint64_t size = keywire_take_be(r, 8);
	struct str bytes = keywire_take(r, HASH_BYTES), origin = keywire_take_name(r);
	struct hash root;

	if (r->bad || r->rest.n > 0 || !hash_from(bytes, &root))
		return keeper_malformed(err);
	keeper_note_keys(k);
	return keeper_log_confirm(k->log, size, &root, origin, err);
}

enum rc
keeper_accept(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	struct hash frontier[MERKLE_RANGE_MAX];
	uint64_t size = keywire_take_be(r, 8), n = keywire_take_be(r, 1);
	struct str hashes, origin;
	enum rc rc;

	if (n > MERKLE_RANGE_MAX)
		return keeper_malformed(err);
	hashes = keywire_take(r, (size_t)n * HASH_BYTES);
	origin = keywire_take_name(r);
	if (r->bad || r->rest.n > 0)
		return keeper_malformed(err);
	if (k->has_worked)
		return fail(err, RC_DENIED, "keys",
			    "a log is taken as it is only by a key process that was just started");
	if (hashes.n > 0)
		memcpy(frontier, hashes.p, hashes.n);
	keeper_early_free(k);
	keeper_log_keys(k->log, keys_age(k->keys), true);
	if ((rc = keeper_log_accept(k->log, size, frontier, (size_t)n, origin, err)) == RC_OK)
		ledger_forgive(k->ledger);
	return rc;
}
