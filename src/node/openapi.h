#ifndef NODE_OPENAPI_H
#define NODE_OPENAPI_H

#include <jansson.h>

#include "base/buf.h"
#include "serve/feature.h"

struct model;
struct record_type;

/*
 * openapi: the OpenAPI 3.1 document of a node, made of the tables: each route's row and its row
 * of serve/api.h, and the model's types, lists and moves. Canonical JSON, appended to out.
 */
void openapi_document(struct arena *a, const struct feature *const *features,
		      const struct model *model, struct buf *out);

/*
 * The schemas of the model: of each kind of value, of each list of codes that a field takes,
 * and of each type `fields.TYPE` (as answers have them), `input.TYPE` (as a change gives them),
 * `new.TYPE` (with what must be there), `record.TYPE`, `state.TYPE` (where it has states).
 */
void openapi_model_schemas(const struct model *model, json_t *schemas);

/* {"a":"b"} written with ' for "; a new reference. */
json_t *openapi_json(const char *text);
/* "#/components/FOLDER/NAME" as {"$ref":...}. */
json_t *openapi_ref(const char *folder, const char *name);

extern const struct feature openapi_feature;

#endif
