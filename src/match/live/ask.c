#include "match/live/ask.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/stand.h"
#include "serve/config.h"
#include "serve/serve.h"
#include "text/ident.h"

#define TEXT_MAX 1000

bool
ask_sees_hits(const struct request *rq)
{
	return (rq->door.actor->roles & (BIT(ROLE_ANALYST) | BIT(ROLE_SUPERVISOR))) != 0;
}

enum rc
ask_begin(struct request *rq, struct str list, struct asking *out, struct err *err)
{
	struct record *r;
	enum rc rc;

	*out = (struct asking){.rq = rq};
	if (list.n == 0 || str_eq_z(list, "default"))
		return RC_OK;
	if (!id_parse(list, &out->list))
		return fail(err, RC_ABSENT, "list", "there is no such record");
	if ((rc = record_load(&rq->door, out->list, NULL, &r, err)) != RC_OK)
		return rc;
	return str_eq_z(r->type->name, "watchlist")
		   ? RC_OK
		   : fail(err, RC_ABSENT, "list", "there is no such record");
}

enum rc
ask_person(struct asking *a, struct str text, bool of_others, struct err *err)
{
	struct record_stand s;
	bool known = false;
	enum rc rc;

	a->person = (struct id){{0}};
	if (text.n == 0)
		return RC_OK;
	if (id_parse(text, &a->person)) {
		rc = record_is_known(&a->rq->door, a->person, &known, err);
		if (rc == RC_OK && known)
			rc = record_stand_find(&a->rq->door, a->person, &s, err);
		if (rc != RC_OK && rc != RC_ABSENT)
			return rc;
		known = known && rc == RC_OK && s.type != NULL && str_eq_z(s.type->name, "person");
	}
	if (known)
		return RC_OK;
	a->person = (struct id){{0}};
	return of_others ? RC_OK : fail(err, RC_ABSENT, "person", "there is no such record");
}

/* By one of the documents asked with, or as a person of ours. */
static enum rc
find_cleared(struct asking *a, const struct screen_query *query, struct id listing,
	     struct cleared *out, struct err *err)
{
	struct door *d = &a->rq->door;
	enum rc rc = RC_OK;

	*out = (struct cleared){.holds = false};
	for (size_t i = 0; i < query->id_count && rc == RC_OK && !out->holds; i++)
		rc = cleared_document(d, ident_canonical(d->arena, query->ids[i]), listing, out,
				      err);
	if (rc == RC_OK && !out->holds && !id_is_zero(a->person))
		rc = cleared_person(d, a->person, listing,
				    config_number(serve_config(a->rq->serve), CLEARED_SETTING), out,
				    err);
	return rc;
}

enum rc
ask_write_cleared(const struct asking *a, const struct cleared *c, struct json_out *out,
		  struct err *err)
{
	struct arena *arena = a->rq->arena;
	bool known = false;
	enum rc rc = record_is_known(&a->rq->door, c->decision, &known, err);

	if (rc != RC_OK)
		return rc;
	json_out_object(out);
	json_out_key_bool(out, "holds", c->holds);
	json_out_key(out, STR("until"));
	if (c->until_ms > 0)
		json_out_str(out, day_format(arena, c->until_ms));
	else
		json_out_null(out);
	if (known)
		json_out_key_str(out, "decision", id_format(arena, c->decision));
	json_out_object_end(out);
	return RC_OK;
}

enum rc
ask_one(struct asking *a, const struct screen_query *query, size_t limit, double min_score,
	double threshold, struct asked *out, struct err *err)
{
	struct request *rq = a->rq;
	bool sees = ask_sees_hits(rq);
	struct listed_hits found;
	/* Whatever line is asked for, the first line has the one that holds for everybody. */
	double least = sees && min_score < LISTED_LINE ? min_score : LISTED_LINE;
	enum rc rc =
	    listed_ask(&rq->door, query, a->list, LISTED_HITS_MAX, least, threshold, &found, err);

	*out = (struct asked){.name_not_compared = rc == RC_OK && found.unnamed};
	/* "Nobody" would be believed, at a border, of somebody who was not looked for. */
	if (rc == RC_OK && found.unnamed && query->id_count == 0)
		return fail(err, RC_INVALID, "name", SAID_NOTHING);
	for (size_t i = 0; i < found.n && rc == RC_OK; i++) {
		struct cleared cleared;
		bool known = false;

		if ((rc = find_cleared(a, query, found.at[i].listing, &cleared, err)) != RC_OK)
			return rc;
		out->second_check =
		    out->second_check || (found.at[i].score >= LISTED_LINE && !cleared.holds);
		*VEC_ADD(rq->arena, &a->about) = found.at[i].listing;
		if (!sees || found.at[i].score < min_score || out->hits.n == limit)
			continue;
		rc = record_is_known(&rq->door, found.at[i].listing, &known, err);
		if (rc == RC_OK && known) {
			*VEC_ADD(rq->arena, &out->hits) = found.at[i];
			*VEC_ADD(rq->arena, &out->cleared) = cleared;
		}
	}
	return rc;
}

enum rc
ask_end(struct asking *a, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SEARCH,
				    .type = STR("match"),
				    .about = a->about.at,
				    .about_count = a->about.n};

	return door_log(&a->rq->door, &entry, NULL, err);
}

static enum rc
add_text(struct request *rq, json_t *value, const char *key, size_t max, struct str_list *out,
	 struct err *err)
{
	struct str s = str_trim(json_str(value));

	if (json_is_integer(value))
		s = str_fmt(rq->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (!json_is_string(value) || s.n > TEXT_MAX)
		return fail(err, RC_INVALID, key, "takes texts of up to %d bytes", TEXT_MAX);
	if (s.n == 0)
		return RC_OK;
	if (out->n == max)
		return fail(err, RC_INVALID, key, "takes at most %zu texts", max);
	*VEC_ADD(rq->arena, out) = s;
	return RC_OK;
}

enum rc
ask_texts(struct request *rq, json_t *o, const char *key, size_t max, struct str_list *out,
	  struct err *err)
{
	json_t *value = json_object_get(o, key), *item;
	enum rc rc = RC_OK;
	size_t i;

	if (value == NULL || json_is_null(value))
		return RC_OK;
	if (!json_is_array(value))
		return add_text(rq, value, key, max, out, err);
	json_array_foreach (value, i, item)
		if (rc == RC_OK)
			rc = add_text(rq, item, key, max, out, err);
	return rc;
}

enum rc
ask_probability(json_t *o, const char *key, double standard, double least, double *out,
		struct err *err)
{
	json_t *value = json_object_get(o, key);
	struct str s = json_str(value);
	char z[32], *end = z;

	*out = standard;
	if (value == NULL || json_is_null(value))
		return RC_OK;
	if (json_is_number(value)) {
		*out = json_number_value(value);
	} else if (s.n > 0 && s.n < sizeof z) {
		memcpy(z, s.p, s.n);
		z[s.n] = '\0';
		*out = strtod(z, &end);
		if (*end != '\0')
			*out = NAN;
	} else {
		*out = NAN;
	}
	return *out >= least && *out <= 1
		   ? RC_OK
		   : fail(err, RC_INVALID, key, "takes a probability, %.2g to 1", least);
}
