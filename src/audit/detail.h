#ifndef AUDIT_DETAIL_H
#define AUDIT_DETAIL_H

#include "audit/leaf.h"
#include "seal/envelope.h"

/*
 * detail: the sealed part of a leaf: canonical JSON with actor, record, case, legal basis,
 * reason, field names and mark (what is not there is left out). Sealed under the data key of the
 * leaf's group, which bucket "audit/YYYY-MM" wraps; bound to the leaf's index. audit/ only.
 */
#define DETAIL_BYTES_MAX (64u << 10)

struct audit_detail {
	struct id actor;
	bool has_record, has_case;
	struct id record, case_id;
	struct str legal_basis, reason, fields, mark;
};

void detail_format(const struct audit_entry *entry, struct buf *out);
/* RC_INTEGRITY. Text is in the arena. */
MUST_USE enum rc detail_parse(struct str json, struct arena *a, struct audit_detail *out,
			      struct err *err);

/* 20 bytes: what a sealed detail is bound to. */
struct detail_aad {
	char b[20];
};
struct str detail_aad(struct detail_aad *aad, int64_t index);
/* Of the row that keeps a wrapped data key. */
void detail_key_checksum(int64_t id, struct str bucket, struct str wrapped, struct hash *out);

/* Opens details one after the other; keeps the last data key. In secret memory. */
struct detail_opener;
struct detail_opener *detail_opener_new(struct db *db, struct keys *keys);
/* NULL does nothing. */
void detail_opener_free(struct detail_opener *o);
/*
 * RC_ABSENT: the row's key was destroyed. RC_INTEGRITY: damaged, or gone though its key is
 * there; err->key is "detail_key" when the fault is the wrapped key's.
 */
MUST_USE enum rc detail_open(struct detail_opener *o, const struct audit_leaf_row *row,
			     struct arena *a, struct audit_detail *out, struct err *err);

#endif
