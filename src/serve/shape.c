#include "serve/api.h"

#include "format/json.h"
#include "serve/feature.h"

const struct api_route *
api_find(const struct feature *const *features, const char *method, const char *path)
{
	for (; *features != NULL; features++) {
		const struct api *api = (*features)->api;

		for (const struct api_route *r = api != NULL ? api->routes : NULL; r && r->method;
		     r++)
			if (strcmp(r->method, method) == 0 && strcmp(r->path, path) == 0)
				return r;
	}
	return NULL;
}

bool
shape_is_media(const char *shape)
{
	return strpbrk(shape, "{[") == NULL && strchr(shape, '/') != NULL;
}

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new(o, key, value) == 0);
}

static void
blank(struct str *s)
{
	while (s->n > 0 && strchr(" \t\n", s->p[0]) != NULL)
		*s = str_sub(*s, 1, s->n);
}

/* Takes the character if it is next. */
static bool
takes(struct str *s, char c)
{
	blank(s);
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.';
}

static struct str
word(struct str *s)
{
	struct str w;
	size_t n = 0;

	blank(s);
	while (n < s->n && is_word(s->p[n]))
		n++;
	w = str_sub(*s, 0, n);
	*s = str_sub(*s, n, s->n);
	must(n > 0);
	return w;
}

/* "(1..20)": bounds of a number, of a text's length or of a list's. */
static void
bounds(struct str *s, json_t *o, const char *low, const char *high)
{
	ptrdiff_t dots, end;
	int64_t n;

	if (!takes(s, '('))
		return;
	dots = str_find(*s, STR(".."));
	end = str_chr(*s, ')');
	must(dots >= 0 && end > dots);
	if (dots > 0) {
		must(str_to_i64(str_sub(*s, 0, (size_t)dots), &n));
		set(o, low, json_integer(n));
	}
	if (end > dots + 2) {
		must(str_to_i64(str_sub(*s, (size_t)dots + 2, (size_t)end), &n));
		set(o, high, json_integer(n));
	}
	*s = str_sub(*s, (size_t)end + 1, s->n);
}

static json_t *
of_type(const char *type)
{
	json_t *o = json_object();

	set(o, "type", json_string(type));
	return o;
}

static json_t *
named(struct str *s)
{
	struct str name = word(s);
	json_t *o;

	if (str_eq_z(name, "text")) {
		o = of_type("string");
		bounds(s, o, "minLength", "maxLength");
	} else if (str_eq_z(name, "integer")) {
		o = of_type("integer");
		bounds(s, o, "minimum", "maximum");
	} else if (str_eq_z(name, "number")) {
		o = of_type("number");
		bounds(s, o, "minimum", "maximum");
	} else if (str_eq_z(name, "bool")) {
		o = of_type("boolean");
	} else if (str_eq_z(name, "json")) {
		o = json_object();
	} else {
		o = json_object();
		set(o, "$ref", json_sprintf("#/components/schemas/%.*s", (int)name.n, name.p));
	}
	return o;
}

static json_t *shape(struct str *s);

/* "# words", up to the end of the member. */
static void
words(struct str *s, json_t *schema)
{
	size_t n = 0;

	if (!takes(s, '#'))
		return;
	while (n < s->n && s->p[n] != ';' && s->p[n] != '}')
		n++;
	set(schema, "description", json_from_str(str_trim(str_sub(*s, 0, n))));
	*s = str_sub(*s, n, s->n);
}

static json_t *
object(struct str *s)
{
	json_t *o = of_type("object"), *properties = json_object(), *required = json_array();
	bool open = false;

	while (!takes(s, '}')) {
		struct str name;
		json_t *value;

		blank(s);
		if (str_starts(*s, STR("..."))) {
			*s = str_sub(*s, 3, s->n);
			open = true;
			continue;
		}
		name = word(s);
		if (!takes(s, '?'))
			must(json_array_append_new(required, json_from_str(name)) == 0);
		must(takes(s, ':'));
		value = shape(s);
		words(s, value);
		must(json_object_setn_new(properties, name.p, name.n, value) == 0);
		(void)takes(s, ';');
	}
	set(o, "properties", properties);
	if (json_array_size(required) > 0)
		set(o, "required", json_incref(required));
	json_decref(required);
	if (!open)
		set(o, "additionalProperties", json_false());
	return o;
}

static json_t *
one(struct str *s)
{
	json_t *o;

	if (takes(s, '{'))
		return object(s);
	if (!takes(s, '['))
		return named(s);
	o = of_type("array");
	set(o, "items", shape(s));
	must(takes(s, ']'));
	bounds(s, o, "minItems", "maxItems");
	return o;
}

/* 'a'|'b' becomes one enum, a|b an anyOf. */
static json_t *
shape(struct str *s)
{
	json_t *o, *literals = json_array(), *others = json_array();

	do {
		if (takes(s, '\'')) {
			ptrdiff_t end = str_chr(*s, '\'');

			must(end > 0);
			must(json_array_append_new(
				 literals, json_from_str(str_sub(*s, 0, (size_t)end))) == 0);
			*s = str_sub(*s, (size_t)end + 1, s->n);
		} else {
			must(json_array_append_new(others, one(s)) == 0);
		}
	} while (takes(s, '|'));
	if (json_array_size(literals) > 0) {
		o = of_type("string");
		set(o, "enum", json_incref(literals));
		must(json_array_insert_new(others, 0, o) == 0);
	}
	json_decref(literals);
	if (json_array_size(others) == 1) {
		o = json_incref(json_array_get(others, 0));
	} else {
		o = json_object();
		set(o, "anyOf", json_incref(others));
	}
	json_decref(others);
	return o;
}

json_t *
shape_schema(struct str text)
{
	json_t *o = shape(&text);

	blank(&text);
	must(text.n == 0);
	return o;
}
