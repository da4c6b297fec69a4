#include "match/live/shape.h"

#include <stdio.h>

#include "base/arena.h"
#include "format/json.h"
#include "match/explain.h"
#include "match/live/ask.h"
#include "match/live/example.h"

/* As yente has them (limit, batch), but that one answer never shows more than this node does. */
#define BODY_MAX ((size_t)512 << 10)
#define QUERIES_MAX 100
#define LIMIT 5
#define THRESHOLD 0.7
#define CUTOFF 0.5
#define DECIDERS (BIT(ROLE_ANALYST) | BIT(ROLE_SUPERVISOR))

/* How it is asked: the same for all queries of one request. */
struct manner {
	size_t limit;
	double threshold, cutoff;
};

static enum rc
probability(const struct request *rq, const char *key, double standard, double *out,
	    struct err *err)
{
	struct str s = request_query(rq, key);
	json_t *value = json_object();
	enum rc rc;

	if (s.n > 0)
		must(json_object_set_new_nocheck(value, key, json_from_str(s)) == 0);
	rc = ask_probability(value, key, standard, 0.01, out, err);
	json_decref(value);
	return rc;
}

static enum rc
manner_read(struct request *rq, struct manner *out, struct err *err)
{
	/* What would leave somebody out of the answer, and is not done here, is refused. */
	static const char *const not_here[] = {"changed_since", "topics", "include_dataset",
					       "exclude_dataset", "exclude_schema"};
	int64_t limit;
	enum rc rc;

	for (size_t i = 0; i < COUNT_OF(not_here); i++)
		if (request_query(rq, not_here[i]).n > 0)
			return fail(err, RC_USAGE, not_here[i], "is not taken here");
	if ((rc = request_number(rq, "limit", LIMIT, 1, 500, &limit, err)) != RC_OK ||
	    (rc = probability(rq, "threshold", THRESHOLD, &out->threshold, err)) != RC_OK ||
	    (rc = probability(rq, "cutoff", CUTOFF, &out->cutoff, err)) != RC_OK)
		return rc;
	out->limit = limit > LISTED_HITS_MAX ? LISTED_HITS_MAX : (size_t)limit;
	if (out->cutoff > out->threshold)
		out->cutoff = out->threshold;
	return RC_OK;
}

static const char *
schema_of(const struct example *e)
{
	return str_eq_z(e->query.type, "person")	 ? "Person"
	       : str_eq_z(e->query.type, "organisation") ? "Organization"
	       : str_eq_z(e->query.type, "vessel")	 ? "Vessel"
							 : "LegalEntity";
}

static void
key_number(struct json_out *out, const char *key, double value)
{
	json_out_key(out, str_from(key));
	explain_number(out, value);
}

static void
key_text_list(struct json_out *out, const char *key, struct str one)
{
	json_out_key(out, str_from(key));
	json_out_array(out);
	if (one.n > 0)
		json_out_str(out, one);
	json_out_array_end(out);
}

/* Bits by kind of evidence: what the explanation says, in the place that clients show. */
static void
write_features(struct json_out *out, struct str why)
{
	double bits[SCREEN_WHAT_COUNT] = {0};
	bool seen[SCREEN_WHAT_COUNT] = {false};
	json_t *json, *reason;
	struct err err;
	size_t i;

	must(json_read_reals(why, NULL, &json, &err) == RC_OK);
	json_array_foreach (json_object_get(json, "evidence"), i, reason)
		for (size_t w = 0; w < SCREEN_WHAT_COUNT; w++)
			if (str_eq_z(json_member_str(reason, "what"),
				     screen_what_name((enum screen_what)w))) {
				bits[w] += json_number_value(json_object_get(reason, "bits"));
				seen[w] = true;
			}
	json_decref(json);
	json_out_key(out, STR("features"));
	json_out_object(out);
	for (size_t w = 0; w < SCREEN_WHAT_COUNT; w++)
		if (seen[w])
			key_number(out, screen_what_name((enum screen_what)w), bits[w]);
	json_out_object_end(out);
}

static enum rc
write_result(const struct asking *asking, const struct listed_hit *h, const struct cleared *cleared,
	     const struct example *e, const struct manner *m, struct json_out *out, struct err *err)
{
	struct arena *a = asking->rq->arena;
	enum rc rc = RC_OK;

	static const char *const times[] = {"first_seen", "last_seen", "last_change"};

	json_out_object(out);
	json_out_key_str(out, "id", id_format(a, h->listing));
	json_out_key_str(out, "caption", h->listed_name);
	json_out_key_str(out, "schema", str_from(schema_of(e)));
	json_out_key(out, STR("properties"));
	json_out_object(out);
	key_text_list(out, "name", h->listed_name);
	json_out_object_end(out);
	key_text_list(out, "datasets", id_format(a, h->list));
	key_text_list(out, "referents", STR_NONE);
	json_out_key_bool(out, "target", true);
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		json_out_key(out, str_from(times[i]));
		json_out_null(out);
	}
	key_number(out, "score", h->score);
	json_out_key_bool(out, "match", h->score >= m->threshold && !cleared->holds);
	write_features(out, h->why);
	json_out_key(out, STR("why"));
	json_out_raw(out, h->why);
	if (cleared->holds || cleared->was) {
		json_out_key(out, STR("cleared"));
		rc = ask_write_cleared(asking, cleared, out, err);
	}
	json_out_object_end(out);
	return rc;
}

static enum rc
write_matches(const struct asking *asking, const struct asked *asked, const struct example *e,
	      const struct manner *m, struct json_out *out, struct err *err)
{
	enum rc rc = RC_OK;

	json_out_object(out);
	json_out_key_int(out, "status", 200);
	json_out_key(out, STR("results"));
	json_out_array(out);
	for (size_t i = 0; i < asked->hits.n && rc == RC_OK; i++)
		rc =
		    write_result(asking, &asked->hits.at[i], &asked->cleared.at[i], e, m, out, err);
	json_out_array_end(out);
	json_out_key(out, STR("total"));
	json_out_object(out);
	json_out_key_int(out, "value", (int64_t)asked->hits.n);
	json_out_key_str(out, "relation", STR("eq"));
	json_out_object_end(out);
	json_out_key(out, STR("query"));
	json_out_object(out);
	json_out_key_str(out, "schema", e->schema);
	json_out_key(out, STR("properties"));
	json_out_value(out, e->used);
	json_out_object_end(out);
	/* Beyond the shape: somebody is listed, though this asker may not know where. */
	json_out_key_bool(out, "second_check", asked->second_check);
	if (asked->name_not_compared)
		json_out_key_bool(out, "name_not_compared", true);
	json_out_object_end(out);
	return rc;
}

static void
write_matcher(struct json_out *out)
{
	json_out_key(out, STR("matcher"));
	json_out_object(out);
	for (size_t w = 0; w < SCREEN_WHAT_COUNT; w++) {
		json_out_key(out, str_from(screen_what_name((enum screen_what)w)));
		json_out_object(out);
		json_out_key_str(out, "description",
				 STR("bits of evidence; all of them sum to the score"));
		json_out_key_int(out, "coefficient", 1);
		json_out_key_str(out, "url", STR_NONE);
		json_out_object_end(out);
	}
	json_out_object_end(out);
}

static enum rc
queries_check(json_t *queries, struct err *err)
{
	if (!json_is_object(queries) || json_object_size(queries) == 0)
		return fail(err, RC_INVALID, "queries", "takes an object of queries");
	if (json_object_size(queries) > QUERIES_MAX)
		return fail(err, RC_TOO_LARGE, "queries", "takes at most %d queries", QUERIES_MAX);
	return RC_OK;
}

static void
reply_json(struct reply *reply, const struct buf *b)
{
	reply->content_type = STR("application/json");
	reply->body = buf_str(b);
}

static enum rc
match_queries(struct request *rq, json_t *queries, const struct manner *m, struct json_out *out,
	      struct err *err)
{
	struct asking asking;
	const char *name;
	json_t *value;
	enum rc rc = ask_begin(rq, request_path(rq, "dataset"), &asking, err);

	if (rc != RC_OK)
		return rc;
	json_out_object(out);
	json_out_key(out, STR("responses"));
	json_out_object(out);
	json_object_foreach (queries, name, value) {
		struct example *e = NEW(rq->arena, struct example);
		struct asked asked;

		if ((rc = example_read(rq->arena, value, e, err)) != RC_OK ||
		    (rc = ask_person(&asking, e->id, true, err)) != RC_OK ||
		    (rc = ask_one(&asking, &e->query, m->limit, m->cutoff, m->threshold, &asked,
				  err)) != RC_OK)
			return rc;
		json_out_key(out, str_from(name));
		if ((rc = write_matches(&asking, &asked, e, m, out, err)) != RC_OK)
			return rc;
	}
	json_out_object_end(out);
	write_matcher(out);
	json_out_key_int(out, "limit", (int64_t)m->limit);
	json_out_object_end(out);
	return ask_end(&asking, err);
}

static enum rc
match(struct request *rq, struct reply *reply, struct err *err)
{
	struct buf b;
	struct json_out out = {.buf = &b};
	struct manner m;
	json_t *body;
	enum rc rc;

	if ((rc = manner_read(rq, &m, err)) != RC_OK ||
	    (rc = json_read_reals(rq->body, NULL, &body, err)) != RC_OK)
		return rc;
	door_hold(&rq->door, body);
	buf_init(&b, rq->arena);
	if ((rc = queries_check(json_object_get(body, "queries"), err)) != RC_OK ||
	    (rc = match_queries(rq, json_object_get(body, "queries"), &m, &out, err)) != RC_OK)
		return rc;
	reply_json(reply, &b);
	return RC_OK;
}

static void
write_type(struct json_out *out, const char *schema)
{
	json_out_key(out, STR("type"));
	json_out_array(out);
	json_out_object(out);
	json_out_key_str(out, "id", str_from(schema));
	json_out_key_str(out, "name", str_from(schema));
	json_out_object_end(out);
	json_out_array_end(out);
}

static enum rc
reconcile_queries(struct request *rq, json_t *queries, struct json_out *out, struct err *err)
{
	struct asking asking;
	const char *name;
	json_t *value;
	enum rc rc = ask_begin(rq, request_path(rq, "dataset"), &asking, err);

	if (rc != RC_OK)
		return rc;
	json_out_object(out);
	json_object_foreach (queries, name, value) {
		struct example *e = NEW(rq->arena, struct example);
		json_t *limit = json_object_get(value, "limit");
		size_t most = LIMIT;
		struct asked asked;

		if (json_is_integer(limit) && json_integer_value(limit) > 0 &&
		    json_integer_value(limit) < LISTED_HITS_MAX)
			most = (size_t)json_integer_value(limit);
		if ((rc = example_reconcile(rq->arena, value, e, err)) != RC_OK ||
		    (rc = ask_one(&asking, &e->query, most, CUTOFF, THRESHOLD, &asked, err)) !=
			RC_OK)
			return rc;
		json_out_key(out, str_from(name));
		json_out_object(out);
		json_out_key(out, STR("result"));
		json_out_array(out);
		for (size_t i = 0; i < asked.hits.n; i++) {
			const struct listed_hit *h = &asked.hits.at[i];

			json_out_object(out);
			json_out_key_str(out, "id", id_format(rq->arena, h->listing));
			json_out_key_str(out, "name", h->listed_name);
			json_out_key_str(out, "description", h->list_name);
			write_type(out, schema_of(e));
			key_number(out, "score", h->score);
			json_out_key_bool(out, "match",
					  h->score >= LISTED_LINE && !asked.cleared.at[i].holds);
			json_out_object_end(out);
		}
		json_out_array_end(out);
		json_out_key_bool(out, "second_check", asked.second_check);
		if (asked.name_not_compared)
			json_out_key_bool(out, "name_not_compared", true);
		json_out_object_end(out);
	}
	json_out_object_end(out);
	return ask_end(&asking, err);
}

static enum rc
reconcile(struct request *rq, struct reply *reply, struct err *err)
{
	struct str text;
	struct buf b;
	struct json_out out = {.buf = &b};
	json_t *queries;
	enum rc rc;

	if (!form_find(rq->arena, rq->body, "queries", &text))
		return fail(err, RC_INVALID, "queries",
			    "takes a form with the field queries, JSON in UTF-8");
	if ((rc = json_read_reals(text, NULL, &queries, err)) != RC_OK)
		return rc;
	door_hold(&rq->door, queries);
	buf_init(&b, rq->arena);
	if ((rc = queries_check(queries, err)) != RC_OK ||
	    (rc = reconcile_queries(rq, queries, &out, err)) != RC_OK)
		return rc;
	reply_json(reply, &b);
	return RC_OK;
}

/* What an OpenRefine asks first. No list is named in it. */
static enum rc
manifest(struct request *rq, struct reply *reply, struct err *err)
{
	static const char *const types[] = {"Person", "Organization", "Vessel", "LegalEntity"};
	struct buf b;
	struct json_out out = {.buf = &b};

	(void)err;
	buf_init(&b, rq->arena);
	json_out_object(&out);
	json_out_key(&out, STR("versions"));
	json_out_array(&out);
	json_out_str(&out, STR("0.2"));
	json_out_array_end(&out);
	json_out_key_str(&out, "name", STR("liaison"));
	json_out_key_str(&out, "identifierSpace", STR("urn:liaison:listing"));
	json_out_key_str(&out, "schemaSpace", STR("urn:liaison:schema"));
	json_out_key_int(&out, "batchSize", 10);
	json_out_key(&out, STR("defaultTypes"));
	json_out_array(&out);
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		json_out_object(&out);
		json_out_key_str(&out, "id", str_from(types[i]));
		json_out_key_str(&out, "name", str_from(types[i]));
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	json_out_object_end(&out);
	reply_json(reply, &b);
	return RC_OK;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "POST", "/match/{dataset}",     DECIDERS, BIT(PURPOSE_SCREENING), ROUTE_RAW | ROUTE_TOKEN_PURPOSE, BODY_MAX, match, "Ask about people against the node's own lists, in the shape of yente." },
	{ "GET",  "/reconcile/{dataset}", DECIDERS, BIT(PURPOSE_SCREENING), ROUTE_READS | ROUTE_TOKEN_PURPOSE, 0, manifest, "Say how to ask, in the shape of the Reconciliation API." },
	{ "POST", "/reconcile/{dataset}", DECIDERS, BIT(PURPOSE_SCREENING), ROUTE_RAW | ROUTE_TOKEN_PURPOSE, BODY_MAX, reconcile, "Ask about people against the node's own lists, in the shape of the Reconciliation API." },
	{ .method = NULL },
    /* clang-format on */
};

const struct feature match_shape_feature = {
    .name = "match_shapes", .routes = routes, .api = &match_shape_api};
