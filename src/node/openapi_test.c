#include "base/test.h"

#include "base/arena.h"
#include "format/json.h"
#include "format/limits.h"
#include "model/model.h"
#include "node/features.h"
#include "node/openapi.h"
#include "serve/api.h"

struct fixture {
	struct arena *arena;
	struct model *model;
	struct str text;
	json_t *document;
};

static int
setup(void **state)
{
	const struct limits limits = {.bytes_max = 16 << 20, .depth_max = 32};
	struct fixture *f = heap_zeroed(sizeof *f);
	struct err err = {.text = ""};
	struct buf b;

	f->arena = arena_new(0);
	assert_int_equal(model_load(f->arena, model_files, NULL, &f->model, &err), RC_OK);
	buf_init(&b, f->arena);
	openapi_document(f->arena, liaison_features, f->model, &b);
	f->text = buf_str(&b);
	if (json_read(f->text, &limits, &f->document, &err) != RC_OK)
		fail_msg("%s\n", err.text);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	json_decref(f->document);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void
each_route_says_what_it_takes_and_gives(void **state)
{
	(void)state;
	for (size_t i = 0; liaison_features[i] != NULL; i++)
		for (const struct route *r = liaison_features[i]->routes; r && r->method; r++) {
			const struct api_route *api =
			    api_find(liaison_features, r->method, r->path);

			if (api == NULL)
				fail_msg("%s %s: say in an api_route beside its feature what it "
					 "takes and gives (serve/api.h)\n",
					 r->method, r->path);
			else if ((api->body != NULL) != (r->body_bytes_max > 0))
				fail_msg("%s %s: one says that there is a body, the other not\n",
					 r->method, r->path);
		}
}

static bool
is_route(const struct api_route *api)
{
	for (size_t i = 0; liaison_features[i] != NULL; i++)
		for (const struct route *r = liaison_features[i]->routes; r && r->method; r++)
			if (strcmp(r->method, api->method) == 0 && strcmp(r->path, api->path) == 0)
				return true;
	return false;
}

static void
nothing_is_described_that_is_not_there(void **state)
{
	(void)state;
	for (size_t i = 0; liaison_features[i] != NULL; i++) {
		const struct api *api = liaison_features[i]->api;

		for (const struct api_route *r = api ? api->routes : NULL; r && r->method; r++)
			if (!is_route(r))
				fail_msg("%s %s is no route\n", r->method, r->path);
	}
}

static const char *const methods[] = {"get", "put", "post", "patch", "delete"};

/* The operation of a route for this type, or for none; NULL: not there. */
static json_t *
find_operation(struct fixture *f, const struct route *r, struct str type)
{
	char *method = str_z(f->arena, str_lower_ascii(f->arena, str_from(r->method)));
	const char *at = strstr(r->path, "{type}");
	struct str path = str_from(r->path);
	json_t *found;

	/* {name...} stands as {name}. */
	if (str_ends(path, STR("...}")))
		path = str_fmt(f->arena, "%.*s}", (int)path.n - 4, path.p);
	found = json_object_get(
	    json_object_get(json_object_get(f->document, "paths"), str_z(f->arena, path)), method);

	if (found != NULL || at == NULL)
		return found;
	path = str_fmt(f->arena, "%.*s%.*s%s", (int)(at - r->path), r->path, STR_ARG(type), at + 6);
	return json_object_get(
	    json_object_get(json_object_get(f->document, "paths"), str_z(f->arena, path)), method);
}

static void
each_route_stands_in_the_document_for_every_type_that_it_takes(void **state)
{
	struct fixture *f = *state;
	size_t nobody = 0;

	for (size_t i = 0; liaison_features[i] != NULL; i++)
		for (const struct route *r = liaison_features[i]->routes; r && r->method; r++)
			for (size_t t = 0; t < f->model->type_count; t++) {
				const struct record_type *type = &f->model->types[t];
				bool moves = strstr(r->path, "/move") != NULL;

				if (moves && type->states.n == 0)
					continue;
				if (type->concerns_owner &&
				    str_ends(str_from(r->path), STR("{type}")) &&
				    strcmp(r->method, "POST") == 0) {
					assert_null(find_operation(f, r, type->name));
					nobody++;
					continue;
				}
				if (find_operation(f, r, type->name) == NULL)
					fail_msg("%s %s is missing for %.*s\n", r->method, r->path,
						 STR_ARG(type->name));
			}
	/* What only the node makes (access_review) nobody is told to make. */
	assert_true(nobody > 0);
}

/* Each {"$ref":"#/a/b"} names what is there. */
static void
check_refs(struct fixture *f, const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	json_array_foreach (value, i, member)
		check_refs(f, member);
	json_object_foreach ((json_t *)(uintptr_t)value, key, member) {
		struct str rest = json_str(member);
		const json_t *at = f->document;

		check_refs(f, member);
		if (strcmp(key, "$ref") != 0)
			continue;
		assert_true(str_starts(rest, STR("#/")));
		rest = str_sub(rest, 2, rest.n);
		while (rest.p != NULL && at != NULL)
			at = json_member(at, str_cut(&rest, '/'));
		if (at == NULL)
			fail_msg("%s names nothing\n", json_string_value(member));
	}
}

static void
what_is_referred_to_is_there_and_names_are_given_once(void **state)
{
	struct fixture *f = *state;
	json_t *ids = json_object(), *item;
	const char *path;

	check_refs(f, f->document);
	json_object_foreach (json_object_get(f->document, "paths"), path, item)
		for (size_t i = 0; i < COUNT_OF(methods); i++) {
			json_t *o = json_object_get(item, methods[i]);
			const char *id = json_string_value(json_object_get(o, "operationId"));

			if (o == NULL)
				continue;
			assert_non_null(id);
			if (json_object_get(ids, id) != NULL)
				fail_msg("two operations are called %s\n", id);
			assert_int_equal(json_object_set_new(ids, id, json_true()), 0);
		}
	assert_true(json_object_size(ids) > f->model->type_count * 5);
	json_decref(ids);
}

static void
the_document_is_bounded_and_the_same_each_time(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, f->arena);
	openapi_document(f->arena, liaison_features, f->model, &b);
	assert_true(str_eq(buf_str(&b), f->text));
	/* A client reads it whole. */
	if (f->text.n > 24000 * f->model->type_count)
		fail_msg("%zu bytes for %zu types\n", f->text.n, f->model->type_count);
}

static void
masked_and_automatic_fields_are_told(void **state)
{
	struct fixture *f = *state;
	json_t *schemas = json_object_get(json_object_get(f->document, "components"), "schemas");
	size_t masked = 0, automatic = 0;

	for (size_t t = 0; t < f->model->type_count; t++) {
		const struct record_type *type = &f->model->types[t];
		struct str name = str_fmt(f->arena, "fields.%.*s", STR_ARG(type->name));
		json_t *fields = json_object_get(json_member(schemas, name), "properties"), *input;

		name = str_fmt(f->arena, "input.%.*s", STR_ARG(type->name));
		input = json_object_get(json_member(schemas, name), "properties");
		assert_int_equal(json_object_size(fields), type->field_count);
		for (size_t i = 0; i < type->field_count; i++) {
			const struct field *field = &type->fields[i];
			json_t *o = json_member(fields, field->name);

			assert_int_equal(json_object_get(o, "x-mask") != NULL,
					 field->mask != MASK_NEVER);
			/* Nobody is told to give what the node fills. */
			assert_int_equal(json_member(input, field->name) == NULL, field->automatic);
			masked += field->mask != MASK_NEVER;
			automatic += field->automatic;
		}
	}
	assert_true(masked > 50 && automatic > 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_route_says_what_it_takes_and_gives),
	    cmocka_unit_test(nothing_is_described_that_is_not_there),
	    cmocka_unit_test(each_route_stands_in_the_document_for_every_type_that_it_takes),
	    cmocka_unit_test(what_is_referred_to_is_there_and_names_are_given_once),
	    cmocka_unit_test(the_document_is_bounded_and_the_same_each_time),
	    cmocka_unit_test(masked_and_automatic_fields_are_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
