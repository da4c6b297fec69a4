#ifndef MODEL_CHECK_H
#define MODEL_CHECK_H

#include <jansson.h>

#include "base/rc.h"
#include "model/type.h"

struct model;

/*
 * Values against their type. The JSON shape of each kind stands beside enum field_kind
 * (type.h). What comes out is canonical: phones in E.164, identifiers and dates in one
 * spelling, times in UTC, text trimmed, empty texts and lists left out; so equal values are
 * equal bytes. No error text repeats a value.
 */
enum check_mode {
	CHECK_CREATE, /* automatic fields and retired codes are refused */
	CHECK_UPDATE, /* automatic fields may be there (record/ has set them); so may retired codes
		       */
	CHECK_IMPORT, /* as UPDATE; aliases of codes are taken for their code */
	CHECK_OLDER,  /* as UPDATE, of an older version of the type: what must be given today may be
		       * missing */
};

/*
 * fields: the whole body, an object. *canonical is a new reference, the caller's.
 * RC_INVALID: err->key names the field, err->faults tells of each that is not acceptable, by its
 * pointer into the fields. Scratch memory comes from the arena.
 */
MUST_USE enum rc model_check_fields(struct arena *a, const struct model *m,
				    const struct record_type *type, json_t *fields,
				    enum check_mode mode, json_t **canonical, struct err *err);

/*
 * before + patch (RFC 7396: null removes) -> the whole body, checked. A patch may not touch
 * automatic fields. *canonical is the caller's.
 */
MUST_USE enum rc model_check_change(struct arena *a, const struct model *m,
				    const struct record_type *type, json_t *before, json_t *patch,
				    json_t **canonical, struct err *err);

/* The move's needs: RC_CONFLICT names the first field that is not set, err->faults each. */
MUST_USE enum rc model_check_needs(struct arena *a, const struct record_type *type,
				   const struct move *move, json_t *fields, struct err *err);

/*
 * The title from the record's own unmasked fields; the type's label in lang when they give
 * nothing. At most 200 bytes, cut between code points.
 */
struct str model_title(struct arena *a, const struct record_type *type, json_t *fields,
		       struct str lang);
/* The value of a field that the title shows, or the text of one that is a string; or neither. */
struct title_value {
	json_t *json;
	struct str text;
};
/* The same from one value for each part of the title. */
struct str model_title_of(struct arena *a, const struct record_type *type,
			  const struct title_value *values, struct str lang);

#endif
