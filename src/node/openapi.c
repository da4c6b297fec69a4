#include "node/openapi.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "serve/api.h"

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new(o, key, value) == 0);
}

static void
add(json_t *list, json_t *value)
{
	must(json_array_append_new(list, value) == 0);
}

struct document {
	struct arena *arena;
	const struct feature *const *features;
	const struct model *model;
	json_t *paths;
};

/* One operation: a route, for all types or for one. */
struct operation {
	const struct feature *feature;
	const struct route *route;
	const struct api_route *api; /* NULL: nobody said what it takes and gives */
	const struct record_type *type;
};

/* "record.*" as "record.person". */
static struct str
for_type(struct arena *a, const char *text, const struct record_type *type)
{
	struct buf b;

	buf_init(&b, a);
	for (; *text != '\0'; text++)
		if (*text == '*' && type != NULL)
			buf_add(&b, type->name);
		else
			buf_add_byte(&b, *text);
	return buf_str(&b);
}

static json_t *
names_json(uint32_t bits, int count, const char *(*name)(int))
{
	json_t *list = json_array();

	for (int i = 0; i < count; i++)
		if ((bits & BIT(i)) != 0)
			add(list, json_string(name(i)));
	return list;
}

static const char *
role_at(int i)
{
	return role_name((enum role)i);
}

static const char *
purpose_at(int i)
{
	return purpose_name((enum purpose)i);
}

/* Who may, for what: the route's row, or the type's rule. */
static void
put_access(json_t *o, const struct operation *op)
{
	uint32_t roles = op->route->roles, purposes = op->route->purposes;

	if (op->type != NULL && strcmp(op->route->method, "DELETE") != 0) {
		const struct access_rule *rule =
		    strcmp(op->route->method, "GET") == 0 ? &op->type->read : &op->type->write;

		roles = rule->roles;
		purposes = rule->purposes;
	}
	if ((roles & ROLES_ANY) == 0 && (op->route->flags & ROUTE_OPEN) == 0)
		set(o, "x-roles", names_json(roles, ROLE_COUNT, role_at));
	if ((purposes & PURPOSES_ANY) == 0 && purposes != 0)
		set(o, "x-purposes", names_json(purposes, PURPOSE_COUNT, purpose_at));
}

/* What any route may answer when it does not do what it was asked. */
static uint32_t
refusals(const struct operation *op)
{
	const struct route *r = op->route;
	uint32_t rcs = BIT(RC_FAILED) | BIT(RC_USAGE) | BIT(RC_BUSY) | BIT(RC_UNAVAILABLE);

	if ((r->flags & ROUTE_OPEN) == 0)
		rcs |= BIT(RC_UNAUTHENTICATED) | BIT(RC_DENIED);
	/* A body where none is taken is over the limit of none. */
	rcs |= BIT(RC_TOO_LARGE);
	if (r->body_bytes_max > 0)
		rcs |= BIT(RC_INVALID);
	if (strchr(r->path, '{') != NULL)
		rcs |= BIT(RC_ABSENT);
	if (op->api == NULL)
		return rcs;
	if ((op->api->flags & API_VERSION) != 0)
		rcs |= BIT(RC_CONFLICT) | BIT(RC_STALE) | BIT(RC_VERSION_MISSING);
	return rcs | op->api->also;
}

/* The name of the response for its status: that of the first rc with it. */
static const char *
response_name(int status)
{
	for (int rc = RC_OK + 1; rc < RC_COUNT; rc++)
		if (rc_http_status((enum rc)rc) == status)
			return rc_name((enum rc)rc);
	must(false);
	return NULL;
}

static void
put_status(json_t *responses, int status, json_t *response)
{
	char key[12];

	(void)snprintf(key, sizeof key, "%d", status);
	set(responses, key, response);
}

static json_t *
content(struct arena *a, const char *shape, const struct record_type *type)
{
	json_t *o = json_object(), *media = json_object();
	const char *name = "application/json";

	if (shape_is_media(shape))
		name = shape;
	else
		set(media, "schema", shape_schema(for_type(a, shape, type)));
	if (shape_is_media(shape))
		set(media, "schema", openapi_json("{'type':'string'}"));
	set(o, name, media);
	return o;
}

static json_t *
good_response(const struct document *doc, const struct operation *op)
{
	json_t *o = json_object();

	set(o, "description", json_string(op->api->answer == NULL ? "Done." : "The answer."));
	if ((op->api->flags & API_ETAG) != 0) {
		json_t *headers = json_object();

		set(headers, "ETag", openapi_ref("headers", "ETag"));
		set(o, "headers", headers);
	}
	if (op->api->answer != NULL)
		set(o, "content", content(doc->arena, op->api->answer, op->type));
	return o;
}

static json_t *
responses(const struct document *doc, const struct operation *op)
{
	json_t *o = json_object();
	uint32_t rcs = refusals(op);
	int status = op->api == NULL ? 200 : op->api->status;

	if (status == 0)
		status = op->api->answer != NULL ? 200 : 204;
	for (int rc = RC_OK + 1; rc < RC_COUNT; rc++)
		if ((rcs & BIT(rc)) != 0)
			put_status(
			    o, rc_http_status((enum rc)rc),
			    openapi_ref("responses", response_name(rc_http_status((enum rc)rc))));
	/* What is refused before it is a request at all. */
	put_status(o, 431, openapi_ref("responses", "headers-too-large"));
	if (op->api == NULL) {
		put_status(o, status, openapi_json("{'description':'Not described.'}"));
		return o;
	}
	put_status(o, status, good_response(doc, op));
	if (op->api->status_also != 0)
		put_status(o, op->api->status_also, good_response(doc, op));
	return o;
}

static json_t *
query_parameter(const char *name, json_t *schema, bool required)
{
	json_t *o = json_object(), *text = json_object_get(schema, "description");

	set(o, "name", json_string(name));
	set(o, "in", json_string("query"));
	if (required)
		set(o, "required", json_true());
	if (text != NULL) {
		set(o, "description", json_incref(text));
		must(json_object_del(schema, "description") == 0);
	}
	set(o, "schema", json_incref(schema));
	return o;
}

/* Exact identifiers and references, by which a list may be filtered; states where there are. */
static void
filter_parameters(const struct record_type *type, json_t *parameters)
{
	char name[128];

	if (type->states.n > 0) {
		json_t *schema;

		(void)snprintf(name, sizeof name, "state.%.*s", STR_ARG(type->name));
		schema = openapi_ref("schemas", name);
		add(parameters, query_parameter("state", schema, false));
		json_decref(schema);
	}
	for (size_t i = 0; i < type->field_count; i++)
		if (type->fields[i].index_exact) {
			json_t *schema = openapi_json("{'type':'string'}");

			(void)snprintf(name, sizeof name, "%.*s", STR_ARG(type->fields[i].name));
			add(parameters, query_parameter(name, schema, false));
			json_decref(schema);
		}
}

static bool
holds_name(const json_t *list, const char *name)
{
	size_t i;
	json_t *item;

	json_array_foreach (list, i, item)
		if (strcmp(json_string_value(item), name) == 0)
			return true;
	return false;
}

static json_t *
parameters(const struct document *doc, const struct operation *op)
{
	json_t *list = json_array(), *schema, *value;
	const char *name;
	bool filters = false;

	if (op->api == NULL)
		return list;
	if ((op->api->flags & API_VERSION) != 0)
		add(list, openapi_ref("parameters", "version"));
	if (op->api->query == NULL)
		return list;
	schema = shape_schema(str_fmt(doc->arena, "{%s}", op->api->query));
	json_object_foreach (json_object_get(schema, "properties"), name, value) {
		/* "filter: text" stands for what the type can be filtered by. */
		if (strcmp(name, "filter") == 0 && op->type != NULL) {
			filters = true;
			continue;
		}
		add(list, query_parameter(name, value,
					  holds_name(json_object_get(schema, "required"), name)));
	}
	json_decref(schema);
	if (filters)
		filter_parameters(op->type, list);
	return list;
}

static json_t *
request_body(const struct document *doc, const struct operation *op)
{
	json_t *o = json_object();

	if ((op->api->flags & API_BODY_MAY) == 0)
		set(o, "required", json_true());
	set(o, "content", content(doc->arena, op->api->body, op->type));
	return o;
}

static json_t *
operation(const struct document *doc, const struct operation *op)
{
	json_t *o = json_object(), *list;

	if (op->api != NULL)
		set(o, "operationId",
		    json_from_str(op->type == NULL ? str_from(op->api->id)
						   : str_fmt(doc->arena, "%s_%.*s", op->api->id,
							     STR_ARG(op->type->name))));
	set(o, "summary", json_string(op->route->text));
	set(o, "tags",
	    json_pack("[o]", json_from_str(op->type != NULL ? op->type->area
							    : str_from(op->feature->name))));
	put_access(o, op);
	list = parameters(doc, op);
	if (json_array_size(list) > 0)
		set(o, "parameters", json_incref(list));
	json_decref(list);
	if (op->api != NULL && op->api->body != NULL)
		set(o, "requestBody", request_body(doc, op));
	set(o, "responses", responses(doc, op));
	if ((op->route->flags & ROUTE_OPEN) != 0)
		set(o, "security", json_array());
	return o;
}

/* {id}, {type}, {n}: each by its name. */
static json_t *
path_parameter(struct str name)
{
	static const struct {
		const char *name, *schema;
	} known[] = {{"id", "id"}, {"type", "record_type"}};
	json_t *o = json_object(), *schema = NULL;

	set(o, "name", json_from_str(name));
	set(o, "in", json_string("path"));
	set(o, "required", json_true());
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq_z(name, known[i].name))
			schema = openapi_ref("schemas", known[i].schema);
	if (schema == NULL && (str_eq_z(name, "n") || str_eq_z(name, "leaf")))
		schema = openapi_json("{'type':'integer','minimum':0}");
	set(o, "schema", schema != NULL ? schema : openapi_json("{'type':'string','minLength':1}"));
	return o;
}

/* The path's item; made with what all its methods share. */
static json_t *
path_item(const struct document *doc, const struct operation *op)
{
	static const char *const headers[] = {"purpose", "case", "legal_basis", "reason",
					      "language"};
	struct str path = str_from(op->route->path), rest;
	json_t *item, *list;
	struct buf b;

	buf_init(&b, doc->arena);
	list = json_array();
	for (rest = path; rest.p != NULL;) {
		struct str part = str_cut(&rest, '/');

		/* OpenAPI has no name for what goes over several segments. */
		if (str_ends(part, STR("...}")))
			part = str_fmt(doc->arena, "%.*s}", (int)part.n - 4, part.p);
		if (op->type != NULL && str_eq_z(part, "{type}"))
			part = op->type->name;
		else if (part.n > 2 && part.p[0] == '{')
			add(list, path_parameter(str_sub(part, 1, part.n - 1)));
		buf_add(&b, part);
		if (rest.p != NULL)
			buf_add_byte(&b, '/');
	}
	if ((item = json_object_getn(doc->paths, b.p, b.n)) == NULL) {
		item = json_object();
		if ((op->route->flags & ROUTE_OPEN) == 0)
			for (size_t i = 0; i < COUNT_OF(headers); i++)
				add(list, openapi_ref("parameters", headers[i]));
		if (json_array_size(list) > 0)
			set(item, "parameters", json_incref(list));
		must(json_object_setn_new(doc->paths, b.p, b.n, item) == 0);
	}
	json_decref(list);
	return item;
}

static void
put_operation(const struct document *doc, const struct operation *op)
{
	char method[12];

	(void)snprintf(method, sizeof method, "%.*s",
		       STR_ARG(str_lower_ascii(doc->arena, str_from(op->route->method))));
	set(path_item(doc, op), method, operation(doc, op));
}

/* Do the operations of this path speak of one type? Then the path stands once a type. */
static bool
is_by_type(const struct document *doc, const char *path)
{
	if (strstr(path, "{type}") == NULL)
		return false;
	for (size_t i = 0; doc->features[i] != NULL; i++) {
		const struct api *api = doc->features[i]->api;

		for (const struct api_route *r = api ? api->routes : NULL; r && r->method; r++)
			if (strcmp(r->path, path) == 0 &&
			    ((r->body != NULL && strchr(r->body, '*') != NULL) ||
			     (r->answer != NULL && strchr(r->answer, '*') != NULL)))
				return true;
	}
	return false;
}

static void
put_route(const struct document *doc, const struct feature *feature, const struct route *route)
{
	struct operation op = {.feature = feature,
			       .route = route,
			       .api = api_find(doc->features, route->method, route->path)};

	if (!is_by_type(doc, route->path)) {
		put_operation(doc, &op);
		return;
	}
	for (size_t i = 0; i < doc->model->type_count; i++) {
		op.type = &doc->model->types[i];
		/* What only the node makes is refused to everybody (policy_decide). */
		if (op.type->concerns_owner && op.api != NULL && strcmp(op.api->id, "create") == 0)
			continue;
		/* Without states there is no move. */
		if (op.type->states.n > 0 || op.api == NULL || op.api->body == NULL ||
		    strstr(op.api->body, "state.*") == NULL)
			put_operation(doc, &op);
	}
}

static json_t *
problem_response(const char *text)
{
	json_t *o = openapi_json("{'content':{'application/problem+json':{'schema':{'$ref':"
				 "'#/components/schemas/problem'}}}}");

	set(o, "description", json_string(text));
	return o;
}

static json_t *
problem_responses(void)
{
	json_t *o = json_object();

	for (int rc = RC_OK + 1; rc < RC_COUNT; rc++) {
		const char *name = response_name(rc_http_status((enum rc)rc));

		if (json_object_get(o, name) == NULL)
			set(o, name, problem_response(rc_title((enum rc)rc)));
	}
	set(o, "headers-too-large", problem_response("The headers are too large"));
	return o;
}

static json_t *
words(int count, const char *(*name)(int))
{
	json_t *o = json_object();

	set(o, "type", json_string("string"));
	set(o, "enum", names_json(~0u, count, name));
	return o;
}

static json_t *
problem_schema(void)
{
	json_t *o = openapi_json(
	    "{'type':'object','description':'A refusal or failure (RFC 9457). Whoever may not "
	    "know of a record is answered as if there were none.','properties':{'title':{'type':"
	    "'string'},'status':{'type':'integer','minimum':400,'maximum':599},'detail':{'type':"
	    "'string','description':'One sentence for a person, free of data.'},'key':{'type':"
	    "'string','description':'The field, parameter or header it is about.'},'file':{'type':"
	    "'string'},'line':{'type':'integer'},'errors':{'type':'array','maxItems':20,"
	    "'description':'What is wrong, each by itself, where several values were looked at.',"
	    "'items':{'type':'object','properties':{'pointer':{'type':'string','description':'JSON "
	    "Pointer (RFC 6901) into the body; without one, key is a parameter.'},'detail':{'type':"
	    "'string'},'key':{'type':'string','description':'The field of the model, or the "
	    "parameter.'}},'required':['detail'],'additionalProperties':false}},'errors_left_out':{"
	    "'type':'integer','minimum':1,'description':'How many more there "
	    "are.'},'column':{'type':'integer'},'current':{'$ref':"
	    "'#/components/schemas/record','description':'With 412: the record as it is now.'}},"
	    "'required':['type','title','status'],'additionalProperties':false}");
	json_t *type = openapi_json("{'type':'string'}"), *types = json_array();

	for (int rc = RC_OK + 1; rc < RC_COUNT; rc++)
		add(types, json_sprintf("urn:liaison:problem:%s", rc_name((enum rc)rc)));
	set(type, "enum", types);
	set(json_object_get(o, "properties"), "type", type);
	return o;
}

/* A shape that says "{...}" of its own. */
static json_t *
schemas(const struct document *doc)
{
	json_t *o = json_object();

	openapi_model_schemas(doc->model, o);
	set(o, "role", words(ROLE_COUNT, role_at));
	set(o, "purpose", words(PURPOSE_COUNT, purpose_at));
	set(o, "problem", problem_schema());
	for (size_t i = 0; doc->features[i] != NULL; i++) {
		const struct api *api = doc->features[i]->api;

		for (const struct api_shape *s = api ? api->shapes : NULL; s && s->name; s++) {
			json_t *schema = shape_schema(str_from(s->shape));

			if (s->text != NULL)
				set(schema, "description", json_string(s->text));
			must(json_object_get(o, s->name) == NULL);
			set(o, s->name, schema);
		}
	}
	return o;
}

static json_t *
header_parameters(void)
{
	return openapi_json(
	    "{'purpose':{'name':'Liaison-Purpose','in':'header','description':'What this is for "
	    "(LED art. 4 and 8). No record is looked for without one; it goes into the log.',"
	    "'schema':{'$ref':'#/components/schemas/purpose'},'example':'investigation'},"
	    "'case':{'name':'Liaison-Case','in':'header','description':'The case it is for.',"
	    "'schema':{'$ref':'#/components/schemas/id'}},"
	    "'legal_basis':{'name':'Liaison-Legal-Basis','in':'header','description':'The law it "
	    "rests on: UTF-8, percent-encoded.','schema':{'type':'string','maxLength':1000},"
	    "'example':'CPC art. 171'},"
	    "'reason':{'name':'Liaison-Reason','in':'header','description':'Why, in words: UTF-8, "
	    "percent-encoded. A masked value opens with a reason alone.','schema':{'type':'string',"
	    "'maxLength':1000},'example':'to call her back'},"
	    "'language':{'name':'Accept-Language','in':'header','description':'Of labels.',"
	    "'schema':{'type':'string'},'example':'pt'},"
	    "'version':{'name':'If-Match','in':'header','required':true,'description':'The version "
	    "that was seen, as ETag gave it: a change names it.','schema':{'type':'string',"
	    "'pattern':'^(W/)?\\\"[1-9][0-9]*\\\"$'},'example':'\\\"1\\\"'}}");
}

static json_t *
components(const struct document *doc)
{
	json_t *o = json_object();

	set(o, "schemas", schemas(doc));
	set(o, "responses", problem_responses());
	set(o, "parameters", header_parameters());
	set(o, "headers",
	    openapi_json("{'ETag':{'description':'The version, for If-Match.','schema':{'type':"
			 "'string'}}}"));
	set(o, "securitySchemes",
	    openapi_json("{'token':{'type':'http','scheme':'bearer','description':'For programs: "
			 "`liaison user token`. It acts as its user, for the purposes it was made "
			 "for. People on the same machine come by the socket of the node, where "
			 "the system says who they are.'}}"));
	return o;
}

static json_t *
information(void)
{
	json_t *o = openapi_json(
	    "{'title':'liaison','summary':'One node of an agency working against human "
	    "trafficking.','license':{'name':'AGPL-3.0-or-later','identifier':"
	    "'AGPL-3.0-or-later'}}");

	set(o, "version", json_string(LIAISON_VERSION));
	set(o, "description",
	    json_string(
		"Made from the tables of the program and its model. Every reading and every change "
		"is in the log before its answer leaves. What the asker may not know of is "
		"answered as what is not there; a role or purpose that is refused says so. Masked "
		"fields stand in `masked` by name, without their value, until they are revealed "
		"with a reason. Examples: docs/api.md. Members beginning with x- say what a schema "
		"cannot: x-roles and x-purposes who may do it for what, x-mask and x-sensitivity "
		"of a field, x-refers-to the types that a reference takes, x-filter that a list "
		"can be filtered by it."));
	return o;
}

void
openapi_document(struct arena *a, const struct feature *const *features, const struct model *model,
		 struct buf *out)
{
	struct document doc = {
	    .arena = a, .features = features, .model = model, .paths = json_object()};
	json_t *o = json_object();

	for (size_t i = 0; features[i] != NULL; i++)
		for (const struct route *r = features[i]->routes; r && r->method; r++)
			put_route(&doc, features[i], r);
	set(o, "openapi", json_string("3.1.0"));
	set(o, "info", information());
	set(o, "servers", openapi_json("[{'url':'/'}]"));
	set(o, "security", openapi_json("[{'token':[]}]"));
	set(o, "paths", doc.paths);
	set(o, "components", components(&doc));
	json_canonical(o, out);
	json_decref(o);
}
