#ifndef RECORD_ROW_H
#define RECORD_ROW_H

#include "record/record.h"
#include "seal/keys.h"
#include "store/db.h"

/*
 * row: a record's row as it stands in the database, and how it is sealed. Inside record/ only.
 */
enum row_flags {
	ROW_ERASED = 1 << 0,
	ROW_QUICK_NOTE = 1 << 1,
	ROW_HELD = 1 << 6, /* a legal hold keeps it (record/retain.h) */
	/* beside ROW_HELD: from erasing alone, and whoever read it reads it as before */
	ROW_HELD_OPEN = 1 << 7,
};

/* Order of columns in record_row, record_page and the others that give whole rows. */
struct record_row {
	struct id id;
	struct str type_key;
	int64_t type_version, version;
	struct id unit;
	struct id owner_key; /* the owner, or for a keyed type its MAC */
	int64_t guard, handling;
	struct str state;
	int64_t flags, due_ms, created_ms, updated_ms, leaf;
	struct str bucket, wrapped, body;
	int64_t review_ms, erase_ms;	/* of row_find: as people set them; 0: they did not */
	const struct record_type *type; /* found by type_key; NULL: unknown to this model */
};

/* Copy the row that stands ready into the arena. */
void row_read(const struct door_node *node, struct arena *a, const struct rows *rows,
	      struct record_row *out);
/* RC_ABSENT: none. */
MUST_USE enum rc row_find(struct door *d, struct id id, struct record_row *out, struct err *err);

/*
 * The same for whoever asks from outside: where there is none, *out is another row under this id,
 * to be weighed by reach_absent and thrown away, so that the clock does not tell absence from
 * denial; its type NULL: there is none before it, or the model lacks its type.
 */
MUST_USE enum rc row_find_or_like(struct door *d, struct id id, struct record_row *out,
				  struct err *err);

/* How an owner stands in a row of this type. */
struct id row_owner_key(const struct door_node *node, const struct record_type *type,
			struct id owner);
/* What policy needs; to decide on somebody's rights it comes by way of concern_facts. */
struct row_facts row_facts(const struct door_node *node, const struct record_row *row,
			   const struct actor *actor);
/* The plain columns as the leaf holds them: equal bytes for equal columns. */
struct str row_plain(const struct door_node *node, struct arena *a, const struct record_row *row);

/* Seal fields and handling into row->body, row->wrapped; hash and commitment come out. */
MUST_USE enum rc row_seal(const struct door_node *node, struct arena *a, struct record_row *row,
			  json_t *fields, struct handling handling, unsigned char body_hash[32],
			  unsigned char commitment[32], struct err *err);
/* The same, its data key waiting in w (its bucket and place are filled in): wrapped with those of
 * others, by record_batch_wrap or record_wraps_ask, while row and arena stay where they are. */
void row_seal_later(struct key_wrap *w, struct arena *a, struct record_row *row, json_t *fields,
		    struct handling handling, unsigned char body_hash[32],
		    unsigned char commitment[32]);
/* RC_INTEGRITY: not what was sealed; RC_ABSENT: its bucket is destroyed; or what keys_unwrap
 * says. use: whom the log will name (door_use). *fields is a new reference. */
MUST_USE enum rc row_open(const struct door_node *node, struct key_use use, struct arena *a,
			  const struct record_row *row, json_t **fields, struct handling *handling,
			  struct err *err);
/* The same as it was sealed: {"fields":{...},"handling":{...}} in canonical JSON. */
MUST_USE enum rc row_open_text(const struct door_node *node, struct key_use use, struct arena *a,
			       const struct record_row *row, struct str *body, struct err *err);
/* Of many rows with one question to the keys, a body each; the first failure ends it. */
MUST_USE enum rc row_open_texts(const struct door_node *node, struct key_use use, struct arena *a,
				const struct record_row *const *rows, size_t n, struct str *bodies,
				struct err *err);
/* What such a body holds; as row_open. */
MUST_USE enum rc row_body(const struct record_row *row, struct str text, json_t **fields,
			  struct handling *handling, struct err *err);
/* The same in two steps, so that many rows' keys are asked for at once: what to ask (the use must
 * live as long), and what to do with the answer. */
void row_key(struct arena *a, const struct key_use *use, const struct record_row *row,
	     struct key_open *out);
MUST_USE enum rc row_open_with(struct arena *a, const struct record_row *row,
			       const struct key_open *key, struct str *body, struct err *err);
/* The same with each one's own outcome. */
void row_open_each(const struct door_node *node, struct key_use use, struct arena *a,
		   const struct record_row *const *rows, size_t n, struct str *bodies,
		   enum rc *rcs);
/* Wrap the row's data key again, under the key its bucket has now. */
MUST_USE enum rc row_rewrap(const struct door_node *node, struct arena *a, struct record_row *row,
			    struct err *err);
/* AAD of the wrapping: id, type key, version. */
struct str row_aad(struct arena *a, const struct record_row *row);

/* Write row as a new record or as the next version of one, with its leaf. */
MUST_USE enum rc row_insert(struct door *d, struct record_row *row, struct audit_entry *entry,
			    struct err *err);
MUST_USE enum rc row_replace(struct door *d, struct record_row *row, int64_t seen,
			     struct audit_entry *entry, struct err *err);

#endif
