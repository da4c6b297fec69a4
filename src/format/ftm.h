#ifndef FORMAT_FTM_H
#define FORMAT_FTM_H

#include <jansson.h>

#include "base/buf.h"
#include "base/rc.h"
#include "base/vec.h"

/*
 * ftm: entities of FollowTheMoney 3.8 (github.com/alephdata/followthemoney, MIT) as JSON:
 * {"id":"...","schema":"Person","properties":{"name":["..."]}}. The schemata known here are
 * the 69 of that version with their properties (ftm_schema.c).
 */
struct ftm_property {
	struct str name;
	struct str_list values;
};

struct ftm_entity {
	struct str id, schema;
	VEC(struct ftm_property) properties;
};

struct list_entry;

/* Is there such a schema, and is it the other or one of its kind ("Company", "LegalEntity")? */
bool ftm_schema_exists(struct str schema);
bool ftm_schema_is(struct str schema, struct str ancestor);
/* Has the schema, itself or from its ancestors, such a property that data may carry? */
bool ftm_has_property(struct str schema, struct str property);

/* RC_INVALID: no id, an unknown or abstract schema, an unknown property, values that are no
 * text, a required property missing. *out lives in the arena. */
MUST_USE enum rc ftm_from_json(struct arena *a, const json_t *json, struct ftm_entity *out,
			       struct err *err);
/* The same test on a struct, before writing. */
MUST_USE enum rc ftm_check(const struct ftm_entity *entity, struct err *err);

/* Add one value to a property; an empty value or one already there is passed over. */
void ftm_add(struct arena *a, struct ftm_entity *entity, const char *property, struct str value);
/* One line with its LF. The entity must pass ftm_check. */
void ftm_write(struct buf *buf, const struct ftm_entity *entity);

/* A list entry as an entity, and back. */
void ftm_from_list(struct arena *a, const struct list_entry *entry, struct ftm_entity *out);
MUST_USE enum rc ftm_to_list(struct arena *a, const struct ftm_entity *entity,
			     struct list_entry *out, struct err *err);

#endif
