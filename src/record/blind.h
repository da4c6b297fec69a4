#ifndef RECORD_BLIND_H
#define RECORD_BLIND_H

#include "record/door.h"

/*
 * blind: the blind index. It answers equality on exact identifiers and references only.
 * A token is a tag of type and field, a count of bits b, and the first b bits of
 * HMAC(index key, type.field, value); b = log2(rows of the type) - 3 at the time of writing,
 * so that about eight values share one, and the door filters after opening.
 */
#define BLIND_BYTES 9 /* 3 of tag, 1 of b, 5 of MAC */
#define BLIND_BITS_MAX 40

struct blind_token {
	unsigned char b[BLIND_BYTES];
};

int blind_bits(int64_t rows);
struct blind_token blind_make(const struct door_node *node, const struct record_type *type,
			      const struct field *field, struct str value, int bits);

struct blind_tokens {
	struct blind_token *at;
	size_t n, cap;
};
/* Tokens of all indexed values in fields, at the bits of now. */
void blind_of(const struct door_node *node, struct arena *a, const struct record_type *type,
	      json_t *fields, struct blind_tokens *out);

MUST_USE enum rc blind_add(struct door *d, struct id id, const struct blind_tokens *tokens,
			   struct err *err);
/* Take away those of fields, whatever bits they were written with. */
MUST_USE enum rc blind_remove(struct door *d, struct id id, const struct record_type *type,
			      json_t *fields, struct err *err);

/* Ids that may hold this value in this field, ascending, at most limit; not yet opened. */
struct ids {
	struct id *at;
	size_t n, cap;
};
MUST_USE enum rc blind_find(struct door *d, const struct record_type *type,
			    const struct field *field, struct str value, size_t limit,
			    struct ids *out, struct err *err);

/* How many indexed values of the record have no token: somebody took them out. */
MUST_USE enum rc blind_missing(const struct door_node *node, struct db *db, struct id id,
			       const struct record_type *type, json_t *fields, int64_t *missing,
			       struct err *err);

/* Is the field in the blind index? */
bool blind_field(const struct field *field);
/* The text that is indexed of one value: the string itself, or an identifier's value. */
struct str blind_value(const struct field *field, const json_t *value);
/* Does the record's field hold this value? */
bool blind_holds(const struct field *field, json_t *fields, struct str value);

#endif
