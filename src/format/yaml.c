#include "format/yaml.h"

#include <yaml.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "base/vec.h"

#define YAML_BYTES_MAX ((size_t)256 << 10)

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the current one; deleted by the next or at the end */
	struct arena *arena;
	const char *name;
	struct limits limits;
	struct err *err;
};

static enum rc
refuse(struct reader *r, enum rc rc, const yaml_mark_t *mark, const char *text)
{
	return fail_at(r->err, rc, r->name, (long)mark->line + 1, (long)mark->column + 1, "", "%s",
		       text);
}

static enum rc
next_event(struct reader *r)
{
	yaml_event_delete(&r->event);
	if (!yaml_parser_parse(&r->parser, &r->event)) {
		const yaml_mark_t *mark = &r->parser.problem_mark;

		if (r->parser.error == YAML_MEMORY_ERROR)
			out_of_memory();
		return fail_at(r->err, RC_INVALID, r->name, (long)mark->line + 1,
			       (long)mark->column + 1, "", "%s",
			       r->parser.problem != NULL ? r->parser.problem : "not YAML");
	}
	return RC_OK;
}

static enum rc
check_extras(struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		return refuse(r, RC_INVALID, &r->event.start_mark, "anchors are not taken");
	if (tag != NULL)
		return refuse(r, RC_INVALID, &r->event.start_mark, "tags are not taken");
	return RC_OK;
}

static struct yaml_node *
new_node(struct reader *r, enum yaml_kind kind)
{
	struct yaml_node *node = NEW(r->arena, struct yaml_node);

	node->kind = kind;
	node->line = (long)r->event.start_mark.line + 1;
	node->column = (long)r->event.start_mark.column + 1;
	return node;
}

static enum rc
read_scalar(struct reader *r, struct yaml_node **out)
{
	struct str text = {(const char *)r->event.data.scalar.value, r->event.data.scalar.length};
	enum rc rc;

	rc = check_extras(r, r->event.data.scalar.anchor, r->event.data.scalar.tag);
	if (rc != RC_OK)
		return rc;
	if (text.n > r->limits.field_bytes_max)
		return refuse(r, RC_TOO_LARGE, &r->event.start_mark, "the text is over its limit");
	/* An escape such as "\0" or "\uD800" may make what the file itself may not hold. */
	if (!utf8_is_valid(text) || str_chr(text, '\0') >= 0)
		return refuse(r, RC_INVALID, &r->event.start_mark, "text with a NUL or surrogate");
	*out = new_node(r, YAML_TEXT);
	(*out)->quoted = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	(*out)->text = str_copy(r->arena, text);
	return RC_OK;
}

struct node_list {
	struct yaml_node **at;
	size_t n, cap;
};

static enum rc read_node(struct reader *r, size_t depth, struct yaml_node **out);

static enum rc
read_list(struct reader *r, size_t depth, struct yaml_node **out)
{
	struct yaml_node *list = new_node(r, YAML_LIST), *item;
	struct node_list items = {0};
	enum rc rc;

	rc = check_extras(r, r->event.data.sequence_start.anchor, r->event.data.sequence_start.tag);
	if (rc != RC_OK)
		return rc;
	for (;;) {
		if ((rc = next_event(r)) != RC_OK)
			return rc;
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		if ((rc = read_node(r, depth + 1, &item)) != RC_OK)
			return rc;
		*VEC_ADD(r->arena, &items) = item;
	}
	list->at = items.at;
	list->n = items.n;
	*out = list;
	return RC_OK;
}

static enum rc
check_key(struct reader *r, const struct node_list *keys, const struct yaml_node *key)
{
	if (keys->n >= r->limits.columns_max)
		return refuse(r, RC_TOO_LARGE, &r->event.start_mark, "the map has too many keys");
	for (size_t i = 0; i < keys->n; i++) {
		if (str_eq(keys->at[i]->text, key->text))
			return fail_at(r->err, RC_INVALID, r->name, key->line, key->column,
				       key->text.p, "this key stands here already, in line %ld",
				       keys->at[i]->line);
	}
	return RC_OK;
}

static enum rc
read_map(struct reader *r, size_t depth, struct yaml_node **out)
{
	struct yaml_node *map = new_node(r, YAML_MAP), *key, *value;
	struct node_list keys = {0}, values = {0};
	enum rc rc;

	rc = check_extras(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag);
	if (rc != RC_OK)
		return rc;
	for (;;) {
		if ((rc = next_event(r)) != RC_OK)
			return rc;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			break;
		if (r->event.type != YAML_SCALAR_EVENT)
			return refuse(r, RC_INVALID, &r->event.start_mark, "a key must be text");
		if ((rc = read_scalar(r, &key)) != RC_OK ||
		    (rc = check_key(r, &keys, key)) != RC_OK || (rc = next_event(r)) != RC_OK ||
		    (rc = read_node(r, depth + 1, &value)) != RC_OK)
			return rc;
		*VEC_ADD(r->arena, &keys) = key;
		*VEC_ADD(r->arena, &values) = value;
	}
	map->key = keys.at;
	map->at = values.at;
	map->n = keys.n;
	*out = map;
	return RC_OK;
}

/* The node that the current event begins. */
static enum rc
read_node(struct reader *r, size_t depth, struct yaml_node **out)
{
	if (depth > r->limits.depth_max)
		return refuse(r, RC_TOO_LARGE, &r->event.start_mark, "too many levels");
	switch ((int)r->event.type) {
	case YAML_SCALAR_EVENT: return read_scalar(r, out);
	case YAML_SEQUENCE_START_EVENT: return read_list(r, depth, out);
	case YAML_MAPPING_START_EVENT: return read_map(r, depth, out);
	case YAML_ALIAS_EVENT:
		return refuse(r, RC_INVALID, &r->event.start_mark, "aliases are not taken");
	default: return refuse(r, RC_INVALID, &r->event.start_mark, "no value stands here");
	}
}

static enum rc
read_document(struct reader *r, struct yaml_node **out)
{
	enum rc rc;

	if ((rc = next_event(r)) != RC_OK || (rc = next_event(r)) != RC_OK)
		return rc;
	if (r->event.type == YAML_STREAM_END_EVENT) {
		*out = new_node(r, YAML_MAP);
		return RC_OK;
	}
	if (r->event.data.document_start.tag_directives.start !=
	    r->event.data.document_start.tag_directives.end)
		return refuse(r, RC_INVALID, &r->event.start_mark, "tags are not taken");
	if ((rc = next_event(r)) != RC_OK || (rc = read_node(r, 1, out)) != RC_OK ||
	    (rc = next_event(r)) != RC_OK || (rc = next_event(r)) != RC_OK)
		return rc;
	if (r->event.type != YAML_STREAM_END_EVENT)
		return refuse(r, RC_INVALID, &r->event.start_mark, "a second document");
	return RC_OK;
}

enum rc
yaml_read(struct arena *a, const char *name, struct str text, const struct limits *limits,
	  struct yaml_node **out, struct err *err)
{
	struct reader r = {.arena = a, .name = name, .limits = limits_full(limits), .err = err};
	size_t max = r.limits.bytes_max > 0 ? r.limits.bytes_max : YAML_BYTES_MAX, bad;
	enum rc rc;

	*out = NULL;
	if (text.n > max)
		return fail_at(err, RC_TOO_LARGE, name, 0, 0, "", "the file is over %zu bytes",
			       max);
	if ((bad = utf8_bad_at(text)) < text.n)
		return fail_at(err, RC_INVALID, name, 0, 0, "", "byte %zu is not UTF-8", bad + 1);
	if (yaml_parser_initialize(&r.parser) != 1)
		out_of_memory();
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.n > 0 ? text.p : ""),
				     text.n);
	rc = read_document(&r, out);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return rc;
}

const struct yaml_node *
yaml_find(const struct yaml_node *node, const char *key)
{
	if (node == NULL || node->kind != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < node->n; i++) {
		if (str_eq_z(node->key[i]->text, key))
			return node->at[i];
	}
	return NULL;
}

struct str
yaml_text(const struct yaml_node *node)
{
	return node != NULL && node->kind == YAML_TEXT ? node->text : STR_NONE;
}

bool
yaml_bool(const struct yaml_node *node, bool *out)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};

	if (node == NULL || node->kind != YAML_TEXT || node->quoted)
		return false;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (str_eq_z(node->text, words[i])) {
			*out = i % 2 == 1;
			return true;
		}
	}
	return false;
}
