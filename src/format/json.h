#ifndef FORMAT_JSON_H
#define FORMAT_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/rc.h"
#include "format/limits.h"

/*
 * json: text <-> jansson values, and two writers. A json_t belongs to the caller (json_decref);
 * it is reference counted without atomics, so one thread at a time.
 */

/* From now on values are overwritten when they end; first of all, in a program's main. */
void json_wipes(void);

/* Integers are safe in every reader up to here (RFC 8259 section 6). */
#define JSON_INTEGER_MAX INT64_C(9007199254740991)

/*
 * Any one value. RC_INVALID with line and column: syntax, bytes that are not UTF-8, a key
 * twice, a NUL, a number with fraction or exponent, an integer beyond +-JSON_INTEGER_MAX.
 * RC_TOO_LARGE: bytes_max or depth_max.
 */
MUST_USE enum rc json_read(struct str text, const struct limits *limits, json_t **out,
			   struct err *err);
/* The same, but fractions and exponents are taken (foreign formats: coordinates, scores). */
MUST_USE enum rc json_read_reals(struct str text, const struct limits *limits, json_t **out,
				 struct err *err);

/*
 * The canonical text of RFC 8785, appended to buf: keys in order of UTF-16 code units, no
 * white space, least escapes, numbers as ECMAScript prints them.
 */
void json_canonical(const json_t *value, struct buf *buf);

/* View of a string value, STR_NONE for any other kind; lives as long as the value. */
struct str json_str(const json_t *value);
/* The member of an object; NULL when there is none or value is no object. */
json_t *json_member(const json_t *object, struct str key);
/* View of a member that is a string, else STR_NONE. */
struct str json_member_str(const json_t *object, const char *key);
/*
 * A new string value. A byte that is no UTF-8 becomes U+FFFD: text of the store may be damaged,
 * and whoever reads it must see that and the rest, where a dead node would show nothing.
 */
json_t *json_from_str(struct str text);

/* Append text as a JSON string with its quotes; U+FFFD as in json_from_str. */
void json_quote(struct buf *buf, struct str text);

/*
 * json_out: writes straight into buf, commas by itself. Start from {.buf = buf}. Order and
 * nesting are the caller's; ending what was not begun is a mistake of ours: must().
 */
struct json_out {
	struct buf *buf;
	int depth;
	bool comma;
};

void json_out_object(struct json_out *out);
void json_out_object_end(struct json_out *out);
void json_out_array(struct json_out *out);
void json_out_array_end(struct json_out *out);
void json_out_key(struct json_out *out, struct str key);
void json_out_str(struct json_out *out, struct str text);
void json_out_int(struct json_out *out, int64_t value);
void json_out_bool(struct json_out *out, bool value);
void json_out_null(struct json_out *out);
/* Text that is JSON already, such as a stored canonical body. */
void json_out_raw(struct json_out *out, struct str json);
/* A value of jansson's, in canonical form. */
void json_out_value(struct json_out *out, const json_t *value);
/* Key and value in one. */
void json_out_key_str(struct json_out *out, const char *key, struct str text);
void json_out_key_int(struct json_out *out, const char *key, int64_t value);
void json_out_key_bool(struct json_out *out, const char *key, bool value);

#endif
