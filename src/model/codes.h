#ifndef MODEL_CODES_H
#define MODEL_CODES_H

#include "base/map.h"
#include "model/type.h"

/*
 * A closed list of values: model/codes/NAME.csv with the columns code, label_LANG...,
 * source, confidence, and any of its own, which are kept. Rule tables and field lists are
 * read the same way. Codes are retired (column `retired`: a date), never removed.
 */
struct code {
	struct str code;
	struct labels label;
	struct str source, confidence;
	bool retired;
	struct str *cells; /* one a column of the list, as the file has them */
	uint32_t index;
};

enum code_list_shape {
	LIST_CODES,  /* code and label: usable by a field */
	LIST_FIELDS, /* names of fields of a form or standard */
	LIST_RULES,  /* rows that a computation reads */
};

struct code_list {
	struct str name;
	enum code_list_shape shape;
	struct str_list columns;
	struct code *codes; /* in the file's order */
	size_t code_count;
	struct map by_code, by_alias; /* -> struct code; aliases: column `alias`, "a|b" */
	bool overlay;		      /* an agency added to it */
};

/* NULL when there is none. Aliases are for importers: model_check_fields takes codes only,
 * but in CHECK_IMPORT. */
const struct code *code_find(const struct code_list *list, struct str code);
const struct code *code_find_alias(const struct code_list *list, struct str alias);
/* Position of a column, or -1; a cell by column name, "" when absent. */
int code_list_column(const struct code_list *list, struct str column);
struct str code_cell(const struct code_list *list, const struct code *code, struct str column);

#endif
