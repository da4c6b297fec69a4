#ifndef FORMAT_YAML_H
#define FORMAT_YAML_H

#include "base/rc.h"
#include "format/limits.h"

/*
 * yaml: one small document as a tree in an arena, with the place of each node, so that
 * errors about its content can name file, line and column. All scalars are text; what they
 * mean is the reader's. Refused: anchors, aliases, tags, a key twice, keys that are no text,
 * several documents, more than 256 KiB (or bytes_max), more than depth_max levels.
 */
enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	bool quoted; /* YAML_TEXT in quotes: "no" is text, no is false */
	long line, column;
	struct str text; /* YAML_TEXT; NUL-terminated */
	size_t n;
	struct yaml_node **at;	/* YAML_LIST: n items.  YAML_MAP: n values */
	struct yaml_node **key; /* YAML_MAP: n keys, each YAML_TEXT, in the file's order */
};

/* name stands in errors. An empty document gives an empty YAML_MAP. */
MUST_USE enum rc yaml_read(struct arena *a, const char *name, struct str text,
			   const struct limits *limits, struct yaml_node **out, struct err *err);

/* The value at a key of a map; NULL when there is none, or node is NULL or no map. */
const struct yaml_node *yaml_find(const struct yaml_node *node, const char *key);
/* The text of a YAML_TEXT node, else STR_NONE; node may be NULL. */
struct str yaml_text(const struct yaml_node *node);
/* true, yes, on / false, no, off without quotes; false when it is neither. */
MUST_USE bool yaml_bool(const struct yaml_node *node, bool *out);

#endif
