#ifndef AUDIT_LEAF_H
#define AUDIT_LEAF_H

#include "audit/audit.h"
#include "base/buf.h"
#include "seal/hash.h"

/*
 * leaf: one row of the log and the bytes that are hashed for it. Encoding, version 1; all
 * integers big-endian, a flag is one byte 0 or 1:
 *
 *	u8  1                       encoding version
 *	u64 index                   u64 time_ms (two's complement)
 *	16  actor_mac               u8  action (number of enum audit_action; only ever appended)
 *	u8  n, n bytes purpose
 *	flag, then 16 record_mac    u8  n, n bytes type
 *	u64 version
 *	flag, then 32 body_hash     flag, then 32 key_commitment
 *	u32 n, n bytes plain
 *	u64 detail_key              32  detail_hash (SHA-256 of the sealed detail)
 *	u64 about_count             flag, then 32 about_root
 *
 * Each value decodes to one row and each row encodes to one value, so no column can change
 * without the leaf hash, SHA-256(0 || bytes), changing. about_root is the RFC 6962 root of the
 * 16-byte record_macs in order of position.
 */
#define AUDIT_MAC_BYTES 16
#define AUDIT_LEAF_BYTES_MAX (64u << 10)
#define AUDIT_NAME_MAX 255	    /* bytes of purpose, type */
#define AUDIT_PLAIN_MAX (16u << 10) /* bytes of plain */
#define AUDIT_ABOUT_MAX 100000	    /* records in one leaf */

/* Text and bytes are borrowed. */
struct audit_leaf_row {
	int64_t index, time_ms;
	unsigned char actor_mac[AUDIT_MAC_BYTES];
	enum audit_action action;
	struct str purpose;
	bool has_record;
	unsigned char record_mac[AUDIT_MAC_BYTES];
	struct str type;
	int64_t version;
	bool has_body, has_commitment;
	struct hash body_hash, key_commitment;
	struct str plain;
	int64_t detail_key;
	struct hash detail_hash;
	struct str detail; /* sealed; empty when erased, and always in a decoded leaf */
	int64_t about_count;
	bool has_about;
	struct hash about_root;
};

/* Appends to out. */
void audit_leaf_encode(const struct audit_leaf_row *row, struct buf *out);
/* Strict: RC_INVALID for anything audit_leaf_encode would not have made. Borrows from bytes. */
MUST_USE enum rc audit_leaf_decode(struct str bytes, struct audit_leaf_row *out, struct err *err);
/* Hash of the row's encoding as a leaf of the tree; scratch is cleared and used. */
void audit_leaf_hash(const struct audit_leaf_row *row, struct buf *scratch, struct hash *out);

/*
 * Walk the leaves from an index on, in order, until the callback returns other than RC_OK,
 * which is then the result. The row is borrowed for the call.
 */
typedef enum rc audit_leaf_fn(void *ctx, const struct audit_leaf_row *row, struct err *err);
MUST_USE enum rc audit_each_leaf(struct db *db, int64_t from, audit_leaf_fn *fn, void *ctx,
				 struct err *err);
/* RC_ABSENT: no such leaf. Text is copied to the arena. */
MUST_USE enum rc audit_leaf_find(struct db *db, struct arena *a, int64_t index,
				 struct audit_leaf_row *out, struct err *err);

/* The name a record or actor has in leaves of the month of ms. */
void audit_record_mac(struct keys *keys, int64_t ms, struct id id,
		      unsigned char out[AUDIT_MAC_BYTES]);
void audit_actor_mac(struct keys *keys, int64_t ms, struct id id,
		     unsigned char out[AUDIT_MAC_BYTES]);

/*
 * Told now and then how far a long reading is: done of all (0: not known) leaves, records, runs;
 * other than RC_OK, with err filled, stops it with that.
 */
typedef enum rc audit_progress_fn(void *ctx, const char *unit, int64_t done, int64_t all,
				  struct err *err);

#endif
