#include "serve/request.h"

#include "base/arena.h"
#include "format/json.h"

static struct str
find(struct pairs pairs, const char *name)
{
	for (size_t i = 0; i < pairs.n; i++)
		if (str_eq_z(pairs.at[i].name, name))
			return pairs.at[i].value;
	return STR_NONE;
}

struct str
request_path(const struct request *rq, const char *name)
{
	struct str v = find(rq->path, name);

	must(v.p != NULL);
	return v;
}

enum rc
request_id(const struct request *rq, const char *name, struct id *out, struct err *err)
{
	if (id_parse(request_path(rq, name), out))
		return RC_OK;
	return fail(err, RC_ABSENT, "", "there is no such record");
}

struct str
request_query(const struct request *rq, const char *name)
{
	return find(rq->query, name);
}

enum rc
request_number(const struct request *rq, const char *name, int64_t standard, int64_t min,
	       int64_t max, int64_t *out, struct err *err)
{
	struct str v = request_query(rq, name);

	*out = standard;
	if (v.n == 0)
		return RC_OK;
	if (!str_to_i64(v, out) || *out < min || *out > max)
		return fail(err, RC_USAGE, name, "takes a whole number from %lld to %lld",
			    (long long)min, (long long)max);
	return RC_OK;
}

enum rc
request_version(const struct request *rq, int64_t *out, struct err *err)
{
	if (rq->if_match <= 0)
		return fail(err, RC_VERSION_MISSING, "version",
			    "say which version you saw (If-Match: \"N\")");
	*out = rq->if_match;
	return RC_OK;
}

enum rc
request_text(const struct request *rq, const char *name, struct str *out, struct err *err)
{
	json_t *v = rq->json != NULL ? json_object_get(rq->json, name) : NULL;

	if (!json_is_string(v))
		return fail(err, RC_INVALID, name, "is missing, or is no text");
	*out = json_str(v);
	return RC_OK;
}
