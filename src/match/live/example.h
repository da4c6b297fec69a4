#ifndef MATCH_LIVE_EXAMPLE_H
#define MATCH_LIVE_EXAMPLE_H

#include <jansson.h>

#include "base/rc.h"
#include "match/engine.h"

struct arena;

/*
 * example: an entity to look for, as FollowTheMoney has it: a schema and properties, each a text
 * or a list of them. Pure.
 */
struct example {
	struct str schema;
	struct str id; /* by which the asker knows them; empty: not said */
	struct screen_query query;
	struct str_list names, ids;
	json_t *used; /* borrowed: the properties as they came */
};
#define EXAMPLE_VALUES_MAX 64 /* of all properties */
#define EXAMPLE_TEXT_MAX 1000

/*
 * {"schema": "Person", "properties": {"name": [...], "birthDate": [...], ...}}. What is not
 * compared is passed over; a birth date that is none too. RC_INVALID: no such object, nobody named,
 * too many or too long texts. out->query points into out.
 */
MUST_USE enum rc example_read(struct arena *a, json_t *json, struct example *out, struct err *err);

/* A query of the reconciliation API: {"query", "type", "properties": [{"pid", "v"}]}. */
MUST_USE enum rc example_reconcile(struct arena *a, json_t *json, struct example *out,
				   struct err *err);

/* The value of a field of a form (application/x-www-form-urlencoded), decoded. */
MUST_USE bool form_find(struct arena *a, struct str form, const char *name, struct str *out);

#endif
