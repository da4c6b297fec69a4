#ifndef NODE_CELLS_H
#define NODE_CELLS_H

#include <jansson.h>

#include "base/str.h"

/*
 * cells: a record's fields as cells of CSV, as our export writes them and our import reads
 * them back. A text stands as it is; an identifier as kind:value; what has more parts (money,
 * an identifier with its issuer) as a JSON object. A list is parted by |; where that would be
 * read otherwise, it is a JSON array. A single place has a column for each part, "at.city".
 */
struct arena;
struct field;
struct model;

#define CELLS_PLACE_PARTS 9
extern const char *const cells_place_parts[CELLS_PLACE_PARTS];

/* The whole field, or nothing when value is NULL; of a single place, use its parts. */
struct str cells_write(struct arena *a, const struct field *f, json_t *value);

/* "at.city": may this field have that part? Of an identifier, the part is its kind. */
bool cells_has_part(const struct model *m, const struct field *f, struct str part);

/* Who reads the JSON of a cell: NULL when it is none. A cell comes from anybody's file. */
struct cells_json {
	json_t *(*read)(void *ctx, struct str text);
	void *ctx;
};

/*
 * What a cell says goes into fields; nothing that the field does not take is refused here.
 * An identifier without its kind is of the part, or else of the field's first kind.
 */
void cells_read(json_t *fields, const struct model *m, const struct cells_json *json,
		const struct field *f, struct str part, struct str text);

#endif
