#ifndef MODEL_CHECK_VALUE_H
#define MODEL_CHECK_VALUE_H

#include "base/fault.h"
#include "format/json.h"
#include "model/check.h"
#include "model/model.h"

/* What one call of model_check_fields carries along. */
struct checker {
	struct arena *arena;
	const struct model *model;
	enum check_mode mode;
	struct err *err;
	struct faults *faults; /* of the whole body */
	bool told;	       /* what failed last stands there already */
	const struct code_list *countries, *currencies, *identifier_kinds;
};

/*
 * One value (no list) of a field in canonical form: *out is a new reference, or NULL when the
 * value says nothing (null, ""). key stands in the error.
 */
MUST_USE enum rc check_value(struct checker *c, const struct field *f, json_t *value,
			     const char *key, json_t **out);

/* Values that are objects in JSON (check_object.c); the same contract. */
MUST_USE enum rc check_money(struct checker *c, json_t *value, const char *key, json_t **out);
MUST_USE enum rc check_place(struct checker *c, json_t *value, const char *key, json_t **out);
MUST_USE enum rc check_identifier(struct checker *c, const struct field *f, json_t *value,
				  const char *key, json_t **out);
MUST_USE enum rc check_file(struct checker *c, json_t *value, const char *key, json_t **out);

/* What both share. An error that says no more than its text. */
enum rc value_bad(struct checker *c, const char *key, const char *text);
/* The text of a JSON string; what: "a date". */
MUST_USE enum rc value_string(struct checker *c, json_t *value, const char *key, const char *what,
			      struct str *out);
/* Bring a text to its one form; max in code points. */
MUST_USE enum rc value_text(struct checker *c, struct str s, bool is_long, size_t max,
			    const char *key, struct str *out);
/* The same object when nothing changed, so that the usual case copies nothing. */
json_t *value_kept(json_t *value, struct str s);
/* "-012.50" -> "-12.5". Up to 15 digits before the point and 9 behind. */
MUST_USE bool value_decimal(struct arena *a, struct str s, struct str *out);
MUST_USE enum rc value_code(struct checker *c, const struct code_list *list, struct str s,
			    const char *key, const struct code **out);

#endif
