#ifndef MODEL_READ_H
#define MODEL_READ_H

#include "base/rc.h"
#include "base/vec.h"
#include "format/yaml.h"
#include "model/model.h"

/*
 * read: what the files of src/model that load the model share. The reader keeps its first
 * error and turns everything after it into nothing, so that a file reads top to bottom; ask
 * r->rc at the end.
 */

#define MODEL_FILE_MAX ((size_t)256 * 1024)
#define MODEL_FIELDS_MAX 160
#define MODEL_STATES_MAX 32

/* A name that can only be found once all types are there. */
struct pending {
	struct record_type *type;
	struct field *field; /* its ref, or its inherited flag; NULL: the type's watch */
	struct str name, file;
	bool is_flag;
	long line, column;
};

struct reader {
	struct arena *arena;
	struct model *model;
	struct err *err;
	enum rc rc;
	const char *file;
	struct str prefix; /* "x_ulm_" in an overlay, else "" */
	VEC(struct record_type *) types;
	VEC(struct code_list *) lists;
	VEC(struct pending) pending;
};

/* One file of the model, from the binary or a folder. */
struct model_file {
	struct str path, bytes;
};
struct model_files_list {
	struct model_file *at;
	size_t n, cap;
};

/* Remember the first error, at a node (NULL: the file's start). The text names the remedy. */
void reader_bad(struct reader *r, const struct yaml_node *at, const char *key, const char *fmt, ...)
    PRINTF(4, 5);

/* Every key of a map is one of the words, which stand between spaces; else an error. */
void read_only_keys(struct reader *r, const struct yaml_node *map, const char *words);
/* The value at key, and its kind; NULL when absent. required: absence is an error. */
const struct yaml_node *read_get(struct reader *r, const struct yaml_node *map, const char *key,
				 enum yaml_kind kind, bool required);
/* Text at key, "" when absent. */
struct str read_text(struct reader *r, const struct yaml_node *map, const char *key, bool required);
bool read_bool(struct reader *r, const struct yaml_node *map, const char *key, bool otherwise);
/* One text or a list of texts at key; empty when absent. */
struct str_list read_texts(struct reader *r, const struct yaml_node *map, const char *key);
/* A name: a-z, 0-9, _; starts with a letter; at most 48. */
bool name_is_good(struct str name);
/* "72h", "30d", "1y" (m h d w mo y) in milliseconds; 0 when absent. */
int64_t read_duration(struct reader *r, const struct yaml_node *map, const char *key);
/* A label map {en: ..., fr: ...} added to out; language once only. */
void read_labels(struct reader *r, const struct yaml_node *map, const char *key,
		 struct labels *out);
/* Roles or purposes at key as a set. */
uint32_t read_roles(struct reader *r, const struct yaml_node *map, const char *key);
uint32_t read_purposes(struct reader *r, const struct yaml_node *map, const char *key);
/* States of the type at key as a set. */
uint32_t read_states(struct reader *r, const struct record_type *type, const struct yaml_node *map,
		     const char *key);
/* Position of a field named by text at node, or -1 with an error. */
int32_t read_field_name(struct reader *r, const struct record_type *type,
			const struct yaml_node *node, const char *key);
/* Gates of a move: [name, {name: [args]}]. */
void read_gates(struct reader *r, const struct yaml_node *map, struct gate_use **gates,
		size_t *count);

/* fields: the map under `fields`; appended to the type. */
void read_fields(struct reader *r, struct record_type *type, const struct yaml_node *fields);
void read_moves(struct reader *r, struct record_type *type, const struct yaml_node *top);
void read_clocks(struct reader *r, struct record_type *type, const struct yaml_node *top);
void read_facts(struct reader *r, struct record_type *type, const struct yaml_node *top);
void read_title(struct reader *r, struct record_type *type, const struct yaml_node *top);
/* A whole type; path is "area/type.yaml". NULL after an error. */
struct record_type *read_type(struct reader *r, struct str path, struct str bytes);
/* Names found, sets made, once all types are read. */
void read_link(struct reader *r);

/* One code list from CSV; adds to an overlaid list of that name. */
void read_codes(struct reader *r, struct str name, struct str bytes, bool overlay);
/* labels/LANG.csv: key,label. */
void read_label_file(struct reader *r, struct str lang, struct str bytes);
/* roles, purposes and subject categories say what the C enums say. */
void read_closed_lists(struct reader *r);

/* An overlay's files, key by key (docs/add-a-record-type.md, "An agency's own"). */
void read_overlay(struct reader *r, const struct model_files_list *files);

struct record_type *reader_type(struct reader *r, struct str name);
struct code_list *reader_list(struct reader *r, struct str name);

#endif
