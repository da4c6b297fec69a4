#ifndef MODEL_CHECK_VALUE_H
#define MODEL_CHECK_VALUE_H

#include "format/json.h"
#include "model/check.h"
#include "model/model.h"

/* What one call of model_check_fields carries along. */
struct checker {
	struct arena *arena;
	const struct model *model;
	enum check_mode mode;
	struct err *err;
	const struct code_list *countries, *currencies, *identifier_kinds;
};

/*
 * One value (no list) of a field in canonical form: *out is a new reference, or NULL when the
 * value says nothing (null, ""). key stands in the error.
 */
MUST_USE enum rc check_value(struct checker *c, const struct field *f, json_t *value,
			     const char *key, json_t **out);

#endif
