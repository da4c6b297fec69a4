#include "node/records.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/say.h"
#include "format/json.h"
#include "model/model.h"
#include "node/api.h"
#include "node/reply.h"
#include "record/blind.h"
#include "record/retain.h"
#include "record/search.h"
#include "serve/job.h"
#include "serve/request.h"

/* The generic ways to records: one set of routes for all types. */

static enum rc
type_of(struct request *rq, const struct record_type **out, struct err *err)
{
	*out = model_type(rq->door.node->model, request_path(rq, "type"));
	return *out != NULL ? RC_OK
			    : fail(err, RC_ABSENT, "type",
				   "there is no such record type; " SAY_TYPES " shows them");
}

/*
 * Type and id in the path. What the asker's role and purpose do not allow for the type is said
 * before the record is looked for.
 */
static enum rc
type_id_of(struct request *rq, enum policy_action action, const struct record_type **type,
	   struct id *id, struct err *err)
{
	enum rc rc = type_of(rq, type, err);

	if (rc == RC_OK)
		rc = door_may(&rq->door, *type, action, err);
	return rc == RC_OK ? request_id(rq, "id", id, err) : rc;
}

/* The same, of a record of that type: /records/person/ID finds no incident. */
static enum rc
id_of(struct request *rq, enum policy_action action, const struct record_type **type, struct id *id,
      struct err *err)
{
	enum rc rc = type_id_of(rq, action, type, id, err);

	return rc == RC_OK ? record_check_type(&rq->door, *id, *type, err) : rc;
}

static enum rc
reply_record(struct request *rq, const struct record *r, struct reply *reply)
{
	struct buf b;

	buf_init(&b, rq->arena);
	record_write(&rq->door, r, rq->lang, &b);
	reply->body = buf_str(&b);
	reply->content_type = STR("application/json");
	reply->etag = r->version;
	return RC_OK;
}

static void
write_records(struct request *rq, struct record *const *at, size_t n, struct json_out *out)
{
	json_out_array(out);
	for (size_t i = 0; i < n; i++) {
		struct buf b;

		buf_init(&b, rq->arena);
		record_write(&rq->door, at[i], rq->lang, &b);
		json_out_raw(out, buf_str(&b));
	}
	json_out_array_end(out);
}

static json_t *
records_json(struct request *rq, struct record *const *at, size_t n)
{
	json_t *items = json_array();

	for (size_t i = 0; i < n; i++)
		must(json_array_append_new(items, record_json(&rq->door, at[i], rq->lang)) == 0);
	return items;
}

/* Any query parameter that is an indexed field of the type filters by it; one at most. */
static enum rc
filter_one(struct request *rq, size_t i, struct record_filter *filter, struct err *err)
{
	static const char *const known[] = {"state", "cursor", "limit", "fields", "due"};
	const struct field *f = type_field(filter->type, rq->query.at[i].name);
	char *name = str_z(rq->arena, str_sub(rq->query.at[i].name, 0, 60));

	for (size_t k = 0; f == NULL && k < COUNT_OF(known); k++)
		if (str_eq_z(rq->query.at[i].name, known[k]))
			return RC_OK;
	if (f == NULL)
		return fail(err, RC_USAGE, name, "is no field of this type");
	if (!blind_field(f))
		return fail(err, RC_USAGE, name,
			    "cannot be filtered by: only exact identifiers and references can");
	if (filter->field != NULL)
		return fail(err, RC_USAGE, name, "one field at a time can be filtered by");
	filter->field = f;
	filter->value = rq->query.at[i].value;
	return RC_OK;
}

static enum rc
filter_field(struct request *rq, struct record_filter *filter, struct err *err)
{
	struct faults faults;
	struct err one;

	faults_init(&faults, rq->arena);
	for (size_t i = 0; i < rq->query.n; i++)
		if (filter_one(rq, i, filter, &one) != RC_OK)
			faults_add(&faults, STR_NONE, &one);
	return faults_say(&faults, RC_USAGE, err);
}

/* A state that the type lacks would give an empty list, which reads like "there are none". */
static enum rc
filter_state(struct request *rq, const struct record_filter *filter, struct err *err)
{
	const struct record_type *type = filter->type;
	struct buf known;

	if (filter->state.n == 0 || type_state(type, filter->state) >= 0)
		return RC_OK;
	buf_init(&known, rq->arena);
	for (size_t i = 0; i < type->states.n; i++)
		buf_addf(&known, "%s%.*s", i > 0 ? ", " : "", STR_ARG(type->states.at[i]));
	return type->states.n == 0
		   ? fail(err, RC_USAGE, "state", "this type has no states")
		   : fail(err, RC_USAGE, "state", "is none of this type's states: %.*s",
			  STR_ARG(buf_str(&known)));
}

static enum rc
list_due(struct request *rq, const struct record_filter *filter, struct record_list *page,
	 struct err *err)
{
	if (filter->state.n > 0 || filter->field != NULL)
		return fail(err, RC_USAGE, "due", "stands alone: no state or field beside it");
	return retain_due(&rq->door, filter->type, filter->cursor, filter->limit, page, err);
}

static enum rc
list(struct request *rq, struct reply *reply, struct err *err)
{
	struct record_filter filter = {.state = request_query(rq, "state"),
				       .cursor = request_query(rq, "cursor"),
				       .with_fields = request_query(rq, "fields").n > 0,
				       .shows_damaged = true,
				       .as_text = true};
	struct record_list page;
	struct buf b;
	struct json_out out = {.buf = &b};
	int64_t limit;
	enum rc rc;

	if ((rc = type_of(rq, &filter.type, err)) != RC_OK ||
	    (rc = request_number(rq, "limit", 50, 1, RECORD_PAGE_MAX, &limit, err)) != RC_OK ||
	    (rc = filter_state(rq, &filter, err)) != RC_OK ||
	    (rc = filter_field(rq, &filter, err)) != RC_OK)
		return rc;
	filter.limit = (size_t)limit;
	/* due=yes: those whose day of review has passed, oldest first. */
	rc = request_query(rq, "due").n > 0 ? list_due(rq, &filter, &page, err)
					    : record_list(&rq->door, &filter, &page, err);
	if (rc != RC_OK)
		return rc;
	buf_init(&b, rq->arena);
	json_out_object(&out);
	json_out_key(&out, STR("items"));
	write_records(rq, page.items.at, page.items.n, &out);
	if (page.next.n > 0)
		json_out_key_str(&out, "next", page.next);
	json_out_object_end(&out);
	reply->body = buf_str(&b);
	reply->content_type = STR("application/json");
	return RC_OK;
}

static enum rc
parse_handling(json_t *o, struct handling *out, struct err *err)
{
	static const struct handling closed = {TLP_RED, false, false};
	struct str tlp = json_member_str(o, "tlp");

	*out = closed;
	for (int i = TLP_CLEAR; i <= TLP_RED; i++)
		if (str_eq_z(tlp, tlp_name((enum tlp)i))) {
			out->tlp = (enum tlp)i;
			out->judicial_ok = json_is_true(json_object_get(o, "judicial_ok"));
			out->onward_ok = json_is_true(json_object_get(o, "onward_ok"));
			return RC_OK;
		}
	return fail(err, RC_INVALID, "tlp", "takes CLEAR, GREEN, AMBER, AMBER+STRICT or RED");
}

/* Members of a body that a client may give; anything else is refused, so that owner, state
 * or unit cannot be slipped in. A name that came from outside is not repeated. */
static void
only_members(struct request *rq, const char *const *names, struct faults *faults)
{
	const char *key;
	json_t *value;

	json_object_foreach (rq->json, key, value) {
		struct err one;
		bool ok = false;

		for (size_t i = 0; names[i] != NULL; i++)
			ok = ok || strcmp(key, names[i]) == 0;
		if (ok)
			continue;
		(void)fail(&one, RC_INVALID, "body", "takes no member but those documented");
		faults_add(faults, STR(""), &one);
		return;
	}
}

/* The members of a new record's body, each looked at. */
static enum rc
check_new(struct request *rq, json_t **fields, struct record_new *options, struct err *err)
{
	static const char *const members[] = {"fields", "handling", NULL};
	json_t *handling = json_object_get(rq->json, "handling");
	struct faults faults;
	struct err one;

	if (rq->json == NULL)
		return fail(err, RC_INVALID, "body", "takes {\"fields\": {...}}");
	faults_init(&faults, rq->arena);
	only_members(rq, members, &faults);
	*fields = json_object_get(rq->json, "fields");
	if (!json_is_object(*fields)) {
		(void)fail(&one, RC_INVALID, "fields", "is missing, or is no object");
		faults_add(&faults, STR("/fields"), &one);
	}
	options->has_handling = handling != NULL;
	if (handling != NULL && parse_handling(handling, &options->handling, &one) != RC_OK)
		faults_add(&faults, STR("/handling/tlp"), &one);
	return faults_say(&faults, RC_INVALID, err);
}

static enum rc
store_draft(struct request *rq, void *draft, struct err *err)
{
	return record_add(&rq->door, draft, err);
}

/* All that needs no other record happens on the worker; the writer only stores. */
static enum rc
create(struct request *rq, struct reply *reply, struct err *err)
{
	struct record_new options = {.wraps = rq->wraps};
	const struct record_type *type;
	struct record_draft *draft;
	struct record *r;
	json_t *fields;
	enum rc rc;

	if ((rc = type_of(rq, &type, err)) != RC_OK)
		return rc;
	if ((rc = check_new(rq, &fields, &options, err)) != RC_OK)
		return rc;
	rc = record_draft(&rq->door, type, fields, &options, &draft, err);
	if (rc != RC_OK)
		faults_below(rq->arena, err, "/fields");
	if (rc != RC_OK || (rc = record_of_draft(&rq->door, draft, &r, err)) != RC_OK)
		return rc;
	reply->write = store_draft;
	reply->draft = draft;
	reply->status = 201;
	reply->location = str_fmt(rq->arena, "/api/v1/records/%.*s/%.*s", STR_ARG(type->name),
				  STR_ARG(id_format(rq->arena, r->id)));
	return reply_record(rq, r, reply);
}

static enum rc
show_opened(struct request *rq, struct reply *reply, const struct key_open *key, struct err *err)
{
	struct record *r;
	enum rc rc = record_open_text(&rq->door, reply->opening, key, &r, err);

	if (rc != RC_OK)
		return rc;
	r->shows_retain = true;
	return reply_record(rq, r, reply);
}

static enum rc
show(struct request *rq, struct reply *reply, struct err *err)
{
	struct str names = request_query(rq, "reveal");
	struct str_list *reveal = NEW(rq->arena, struct str_list);
	const struct record_type *type;
	struct record_opening *opening;
	struct record *r;
	int64_t version;
	struct id id;
	enum rc rc;

	if ((rc = type_id_of(rq, POLICY_READ, &type, &id, err)) != RC_OK ||
	    (rc = request_number(rq, "version", 0, 0, INT32_MAX, &version, err)) != RC_OK)
		return rc;
	while (names.n > 0 && names.p != NULL) {
		struct str name = str_trim(str_cut(&names, ','));

		if (type_field(type, name) == NULL)
			return fail(err, RC_USAGE, "reveal", "names a field that this type lacks");
		*VEC_ADD(rq->arena, reveal) = name;
	}
	if (version == 0) {
		reply->opened = show_opened;
		rc = record_find_text(&rq->door, id, type, reveal, &opening, &reply->key, err);
		reply->opening = opening;
		return rc;
	}
	if ((rc = record_check_type(&rq->door, id, type, err)) == RC_OK)
		rc = record_load_version(&rq->door, id, version, &r, err);
	if (rc == RC_OK)
		rc = retain_load(&rq->door, r, err);
	return rc == RC_OK ? reply_record(rq, r, reply) : rc;
}

/* What a change gives back: the new version, or beside RC_STALE what is there now. */
static enum rc
reply_change(struct request *rq, enum rc rc, const struct record *r, struct reply *reply)
{
	if (rc == RC_OK)
		return reply_record(rq, r, reply);
	if (rc == RC_STALE && r != NULL)
		reply->json = record_json(&rq->door, r, rq->lang);
	return rc;
}

static enum rc
update(struct request *rq, struct reply *reply, struct err *err)
{
	const struct record_type *type;
	struct record *r = NULL;
	int64_t version;
	struct id id;
	enum rc rc;

	if ((rc = id_of(rq, POLICY_UPDATE, &type, &id, err)) != RC_OK ||
	    (rc = request_version(rq, &version, err)) != RC_OK)
		return rc;
	if (rq->json == NULL)
		return fail(err, RC_INVALID, "body", "takes the fields to change");
	rc = record_update(&rq->door, id, version, rq->json, &r, err);
	if (rc == RC_OK && r->waits)
		reply->status = 202;
	return reply_change(rq, rc, r, reply);
}

static enum rc
move(struct request *rq, struct reply *reply, struct err *err)
{
	static const char *const members[] = {"to", "fields", NULL};
	const struct record_type *type;
	struct record *r = NULL;
	struct faults faults;
	struct err one;
	int64_t version;
	json_t *fields;
	struct str to;
	struct id id;
	enum rc rc;

	if ((rc = id_of(rq, POLICY_READ, &type, &id, err)) != RC_OK ||
	    (rc = request_version(rq, &version, err)) != RC_OK ||
	    (rc = request_text(rq, "to", &to, err)) != RC_OK)
		return rc;
	faults_init(&faults, rq->arena);
	only_members(rq, members, &faults);
	fields = json_object_get(rq->json, "fields");
	if (fields != NULL && !json_is_object(fields)) {
		(void)fail(&one, RC_INVALID, "fields", "is no object");
		faults_add(&faults, STR("/fields"), &one);
	}
	if ((rc = faults_say(&faults, RC_INVALID, err)) != RC_OK)
		return rc;
	rc = record_move(&rq->door, id, version, to, fields, &r, err);
	if (rc != RC_OK && rc != RC_STALE)
		faults_below(rq->arena, err, "/fields");
	if (rc == RC_OK && r->waits)
		reply->status = 202;
	return reply_change(rq, rc, r, reply);
}

static enum rc
mark(struct request *rq, struct reply *reply, struct err *err)
{
	const struct record_type *type;
	struct record *r = NULL;
	struct handling handling;
	int64_t version;
	struct id id;
	enum rc rc;

	if ((rc = id_of(rq, POLICY_UPDATE, &type, &id, err)) != RC_OK ||
	    (rc = request_version(rq, &version, err)) != RC_OK ||
	    (rc = parse_handling(rq->json, &handling, err)) != RC_OK)
		return rc;
	rc = record_mark(&rq->door, id, version, handling, &r, err);
	return reply_change(rq, rc, r, reply);
}

static enum rc
erase(struct request *rq, struct reply *reply, struct err *err)
{
	const struct record_type *type;
	struct id id, job;
	int64_t version;
	enum rc rc;

	/* The body is gone with this answer; the job takes its key out of the key file too. */
	if ((rc = id_of(rq, POLICY_ERASE, &type, &id, err)) != RC_OK ||
	    (rc = request_version(rq, &version, err)) != RC_OK ||
	    (rc = record_erase(&rq->door, id, version, err)) != RC_OK ||
	    (rc = job_add(&rq->door, STR("finish_erasing"), door_hold(&rq->door, json_object()),
			  true, &job, err)) != RC_OK)
		return rc;
	reply->status = 202;
	reply->json = json_pack("{s:o}", "job", json_from_str(id_format(rq->arena, job)));
	return RC_OK;
}

static enum rc
link_way(struct str text, enum link_way *out, struct err *err)
{
	*out = str_eq_z(text, "in") ? LINKS_IN : str_eq_z(text, "out") ? LINKS_OUT : LINKS_BOTH;
	return *out != LINKS_BOTH || text.n == 0
		   ? RC_OK
		   : fail(err, RC_USAGE, "direction", "takes in or out");
}

static enum rc
links(struct request *rq, struct reply *reply, struct err *err)
{
	const struct record_type *type;
	enum link_way way;
	struct record_links found;
	json_t *items;
	int64_t limit;
	struct id id;
	enum rc rc;

	if ((rc = id_of(rq, POLICY_READ, &type, &id, err)) != RC_OK ||
	    (rc = request_number(rq, "limit", 200, 1, 1000, &limit, err)) != RC_OK ||
	    (rc = link_way(request_query(rq, "direction"), &way, err)) != RC_OK ||
	    (rc = record_links(&rq->door, id, way, (size_t)limit, &found, err)) != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < found.items.n; i++) {
		const struct record_link *l = &found.items.at[i];
		json_t *o = json_object();

		must(json_object_set_new(o, "field", json_from_str(l->field->name)) == 0);
		must(json_object_set_new(o, "holder", json_from_str(l->holder->name)) == 0);
		must(json_object_set_new(o, "direction", json_string(l->outward ? "out" : "in")) ==
		     0);
		must(json_object_set_new(o, "record",
					 record_json(&rq->door, l->record, rq->lang)) == 0);
		must(json_array_append_new(items, o) == 0);
	}
	reply->json = json_object();
	reply_set(reply, "items", items);
	reply_set(reply, "more", json_boolean(found.more));
	return RC_OK;
}

static enum rc
search_names(struct request *rq, struct str name, const struct record_type *type, size_t limit,
	     struct reply *reply, struct err *err)
{
	struct search_hits hits;
	json_t *items = json_array();
	enum rc rc = record_search_name(&rq->door, type, name, limit, &hits, err);

	door_hold(&rq->door, items);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < hits.items.n; i++) {
		json_t *o = record_json(&rq->door, hits.items.at[i].record, rq->lang);

		must(json_object_set_new(
			 o, "alike",
			 json_integer((json_int_t)(hits.items.at[i].score * 100 + 0.5))) == 0);
		must(json_array_append_new(items, o) == 0);
	}
	reply->json = json_object();
	reply_set(reply, "items", json_incref(items));
	reply_set(reply, "more", json_boolean(hits.more));
	return RC_OK;
}

static enum rc
search(struct request *rq, struct reply *reply, struct err *err)
{
	struct str name = request_query(rq, "name"), value = request_query(rq, "identifier");
	struct str type_name = request_query(rq, "type");
	const struct record_type *type = model_type(rq->door.node->model, type_name);
	struct record_list found;
	int64_t limit;
	enum rc rc;

	if (type_name.n > 0 && type == NULL)
		return fail(err, RC_USAGE, "type", "there is no such record type");
	if ((rc = request_number(rq, "limit", 50, 1, RECORD_PAGE_MAX, &limit, err)) != RC_OK)
		return rc;
	if ((name.n == 0) == (value.n == 0))
		return fail(err, RC_USAGE, "name", "say either a name or an identifier");
	if (name.n > 0)
		return search_names(rq, name, type, (size_t)limit, reply, err);
	if ((rc = record_find_identifier(&rq->door, value, (size_t)limit, &found, err)) != RC_OK)
		return rc;
	reply->json = json_object();
	reply_set(reply, "items", records_json(rq, found.items.at, found.items.n));
	return RC_OK;
}

static enum rc
types(struct request *rq, struct reply *reply, struct err *err)
{
	const struct model *m = rq->door.node->model;
	json_t *items = json_array();

	(void)err;
	for (size_t i = 0; i < m->type_count; i++) {
		const struct record_type *t = &m->types[i];
		json_t *o = json_object();

		must(json_object_set_new(o, "name", json_from_str(t->name)) == 0);
		must(json_object_set_new(o, "area", json_from_str(t->area)) == 0);
		must(json_object_set_new(o, "label",
					 json_from_str(model_type_label(t, rq->lang))) == 0);
		must(json_object_set_new(o, "fields", json_integer((json_int_t)t->field_count)) ==
		     0);
		must(json_array_append_new(items, o) == 0);
	}
	reply->json = json_object();
	reply_set(reply, "items", items);
	return RC_OK;
}

#define BODY_MAX (1u << 20)

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",    "/api/v1/types",                     ROLES_ANY, PURPOSES_ANY, 0,            0,        types,  "List the record types." },
	{ "GET",    "/api/v1/records/{type}",            ROLES_ANY, PURPOSES_ANY, 0,            0,        list,   "List records of a type, newest first." },
	{ "POST",   "/api/v1/records/{type}",            ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES | ROUTE_DRAFTS, BODY_MAX, create, "Create a record." },
	{ "GET",    "/api/v1/records/{type}/{id}",       ROLES_ANY, PURPOSES_ANY, 0,            0,        show,   "Read a record; reveal masked fields by name." },
	{ "PATCH",  "/api/v1/records/{type}/{id}",       ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES, BODY_MAX, update, "Change fields of a record." },
	{ "DELETE", "/api/v1/records/{type}/{id}",       ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES, 0,        erase,  "Erase a record in all its versions." },
	{ "POST",   "/api/v1/records/{type}/{id}/move",  ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES, BODY_MAX, move,   "Move a record to another state." },
	{ "POST",   "/api/v1/records/{type}/{id}/mark",  ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES, BODY_MAX, mark,   "Set a record's handling code." },
	{ "GET",    "/api/v1/records/{type}/{id}/links", ROLES_ANY, PURPOSES_ANY, 0,            0,        links,  "Records that refer to this one, and those it refers to." },
	{ "GET",    "/api/v1/search",                    ROLES_ANY, PURPOSES_ANY, 0,            0,        search, "Find records by a name or by an exact identifier." },
	{ .method = NULL },
    /* clang-format on */
};

const struct feature records_feature = {.name = "records", .routes = routes, .api = &records_api};
