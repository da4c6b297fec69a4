#include "model/read.h"

#include <stdarg.h>
#include <stdio.h>

void
reader_bad(struct reader *r, const struct yaml_node *at, const char *key, const char *fmt, ...)
{
	char text[480];
	va_list ap;

	if (r->rc != RC_OK)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	r->rc = fail_at(r->err, RC_INVALID, r->file, at ? at->line : 0, at ? at->column : 0, key,
			"%s", text);
}

static bool
has_word(const char *words, struct str word)
{
	struct str rest = str_from(words);

	while (rest.p != NULL)
		if (str_eq(str_cut(&rest, ' '), word))
			return true;
	return false;
}

void
read_only_keys(struct reader *r, const struct yaml_node *map, const char *words)
{
	for (size_t i = 0; r->rc == RC_OK && map != NULL && i < map->n; i++)
		if (!has_word(words, map->key[i]->text))
			reader_bad(r, map->key[i], str_z(r->arena, map->key[i]->text),
				   "is no key here; known are: %s", words);
}

const struct yaml_node *
read_get(struct reader *r, const struct yaml_node *map, const char *key, enum yaml_kind kind,
	 bool required)
{
	static const char *const kinds[] = {
	    [YAML_TEXT] = "a text", [YAML_LIST] = "a list", [YAML_MAP] = "a map"};
	const struct yaml_node *node = yaml_find(map, key);

	if (r->rc != RC_OK)
		return NULL;
	if (node == NULL && required)
		reader_bad(r, map, key, "is missing; add %s under this key", kinds[kind]);
	if (node != NULL && node->kind != kind) {
		reader_bad(r, node, key, "must be %s", kinds[kind]);
		return NULL;
	}
	return node;
}

struct str
read_text(struct reader *r, const struct yaml_node *map, const char *key, bool required)
{
	const struct yaml_node *node = read_get(r, map, key, YAML_TEXT, required);

	if (node != NULL && node->text.n == 0)
		reader_bad(r, node, key, "must not be empty; leave the key out instead");
	if (node != NULL && node->text.n > 1000)
		reader_bad(r, node, key, "must be at most 1000 bytes");
	return yaml_text(node);
}

bool
read_bool(struct reader *r, const struct yaml_node *map, const char *key, bool otherwise)
{
	const struct yaml_node *node = read_get(r, map, key, YAML_TEXT, false);
	bool value = otherwise;

	if (node != NULL && !yaml_bool(node, &value))
		reader_bad(r, node, key, "must be true or false");
	return value;
}

struct str_list
read_texts(struct reader *r, const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_find(map, key);
	struct str_list list = {0};

	if (node == NULL || r->rc != RC_OK)
		return list;
	if (node->kind == YAML_TEXT && node->text.n > 0) {
		*VEC_ADD(r->arena, &list) = node->text;
		return list;
	}
	if (node->kind != YAML_LIST || node->n == 0) {
		reader_bad(r, node, key, "must be a word or a list of words");
		return list;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (node->at[i]->kind != YAML_TEXT || node->at[i]->text.n == 0)
			reader_bad(r, node->at[i], key, "must hold words only");
		for (size_t j = 0; j < list.n; j++)
			if (str_eq(list.at[j], node->at[i]->text))
				reader_bad(r, node->at[i], key, "names \"%.*s\" twice",
					   STR_ARG(node->at[i]->text));
		*VEC_ADD(r->arena, &list) = node->at[i]->text;
	}
	return list;
}

bool
name_is_good(struct str name)
{
	if (name.n == 0 || name.n > 48 || name.p[0] < 'a' || name.p[0] > 'z')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return true;
}

int64_t
read_duration(struct reader *r, const struct yaml_node *map, const char *key)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {
	    {"m", 60000},
	    {"h", 3600000},
	    {"d", 86400000},
	    {"w", 7 * INT64_C(86400000)},
	    {"mo", 30 * INT64_C(86400000)},
	    {"y", 365 * INT64_C(86400000)},
	};
	const struct yaml_node *node = read_get(r, map, key, YAML_TEXT, false);
	struct str s = yaml_text(node);
	size_t digits = 0;
	int64_t n = 0;

	if (node == NULL)
		return 0;
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	for (size_t i = 0; digits > 0 && digits <= 4 && i < COUNT_OF(units); i++)
		if (str_eq_z(str_sub(s, digits, s.n), units[i].unit) &&
		    str_to_i64(str_sub(s, 0, digits), &n) && n > 0 &&
		    n * units[i].ms / 86400000 < 36500)
			return n * units[i].ms;
	reader_bad(r, node, key,
		   "must be a number and a unit: 30m, 72h, 30d, 2w, 6mo, 5y; up to 100 years");
	return 0;
}

static bool
lang_is_good(struct str lang)
{
	if (lang.n < 2 || lang.n > 16)
		return false;
	for (size_t i = 0; i < lang.n; i++) {
		char c = lang.p[i];

		if (!((c >= 'a' && c <= 'z') || (i > 1 && ((c >= 'A' && c <= 'Z') || c == '-'))))
			return false;
	}
	return true;
}

void
read_labels(struct reader *r, const struct yaml_node *map, const char *key, struct labels *out)
{
	const struct yaml_node *node = read_get(r, map, key, YAML_MAP, false);

	for (size_t i = 0; node != NULL && i < node->n; i++) {
		if (!lang_is_good(node->key[i]->text))
			reader_bad(r, node->key[i], key,
				   "must name languages as BCP 47 does: en, fr, zh-Hant");
		if (node->at[i]->kind != YAML_TEXT || node->at[i]->text.n == 0 ||
		    node->at[i]->text.n > 300)
			reader_bad(r, node->at[i], key, "must hold texts of at most 300 bytes");
		for (size_t j = 0; j < out->n; j++)
			if (str_eq(out->at[j].lang, node->key[i]->text))
				reader_bad(r, node->key[i], key, "is there already in \"%.*s\"",
					   STR_ARG(node->key[i]->text));
		*VEC_ADD(r->arena, out) = (struct label){node->key[i]->text, node->at[i]->text};
	}
}

static uint32_t
read_set(struct reader *r, const struct yaml_node *map, const char *key, int (*find)(struct str),
	 const char *file)
{
	struct str_list names = read_texts(r, map, key);
	uint32_t set = 0;

	for (size_t i = 0; i < names.n; i++) {
		int n = find(names.at[i]);

		if (n < 0)
			reader_bad(r, yaml_find(map, key), key, "\"%.*s\" is not in model/%s",
				   STR_ARG(names.at[i]), file);
		else
			set |= BIT(n);
	}
	return set;
}

uint32_t
read_roles(struct reader *r, const struct yaml_node *map, const char *key)
{
	return read_set(r, map, key, role_find, "roles.csv, which is closed");
}

uint32_t
read_purposes(struct reader *r, const struct yaml_node *map, const char *key)
{
	return read_set(r, map, key, purpose_find, "purposes.csv, which is closed");
}

uint32_t
read_states(struct reader *r, const struct record_type *type, const struct yaml_node *map,
	    const char *key)
{
	struct str_list names = read_texts(r, map, key);
	uint32_t set = 0;

	for (size_t i = 0; i < names.n; i++) {
		int n = type_state(type, names.at[i]);

		if (n < 0)
			reader_bad(
			    r, yaml_find(map, key), key,
			    "\"%.*s\" is no state of this type; add it to states or correct it",
			    STR_ARG(names.at[i]));
		else
			set |= BIT(n);
	}
	return set;
}

int32_t
read_field_name(struct reader *r, const struct record_type *type, const struct yaml_node *node,
		const char *key)
{
	const struct field *field;

	if (node == NULL || r->rc != RC_OK)
		return -1;
	if (node->kind != YAML_TEXT || (field = type_field(type, node->text)) == NULL) {
		reader_bad(r, node, key, "must name a field of this type; \"%.*s\" is none",
			   STR_ARG(yaml_text(node)));
		return -1;
	}
	return (int32_t)field->index;
}

static void
read_gate(struct reader *r, const struct yaml_node *node, struct gate_use *gate)
{
	if (node->kind == YAML_TEXT) {
		gate->name = node->text;
	} else if (node->kind == YAML_MAP && node->n == 1) {
		gate->name = node->key[0]->text;
		gate->args = read_texts(r, node, str_z(r->arena, gate->name));
	} else {
		reader_bad(r, node, "gates", "must hold names or {name: [words]}");
	}
	if (r->rc == RC_OK && !name_is_good(gate->name))
		reader_bad(r, node, "gates", "must hold names of a-z, 0-9 and _");
	else if (r->rc == RC_OK && code_find(r->model->gates, gate->name) == NULL)
		reader_bad(
		    r, node, "gates",
		    "\"%.*s\" is not in model/gates.csv; add its row there (what holds, rule) "
		    "and the C function to a feature",
		    STR_ARG(gate->name));
}

void
read_gates(struct reader *r, const struct yaml_node *map, struct gate_use **gates, size_t *count)
{
	const struct yaml_node *list = read_get(r, map, "gates", YAML_LIST, false);
	VEC(struct gate_use) all = {0};

	for (size_t i = 0; i < *count; i++)
		*VEC_ADD(r->arena, &all) = (*gates)[i];
	for (size_t i = 0; list != NULL && i < list->n; i++)
		read_gate(r, list->at[i], VEC_ADD(r->arena, &all));
	*gates = all.at;
	*count = all.n;
}

struct record_type *
reader_type(struct reader *r, struct str name)
{
	return map_find(&r->model->by_type, name);
}

struct code_list *
reader_list(struct reader *r, struct str name)
{
	return map_find(&r->model->by_list, name);
}
