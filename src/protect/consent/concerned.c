#include "protect/consent/concerned.h"

#include "base/arena.h"
#include "model/model.h"
#include "record/derive.h"

static bool
says_minor(const struct door *d, const struct record *r)
{
	struct str band = look_text(r, "age_band");

	return str_eq(look_text(r, "may_be_minor"), STR("yes")) || str_eq(band, STR("0-8")) ||
	       str_eq(band, STR("9-17")) || born_under_18(look_text(r, "birth_date"), d->now_ms);
}

static enum rc
add(struct door *d, struct id id, struct concerned *out, struct err *err)
{
	struct look_list helped = {0};
	struct ids people = {0};
	struct record *r;
	bool all;
	enum rc rc;

	for (size_t i = 0; i < out->ids.n; i++)
		if (id_eq(out->ids.at[i], id))
			return RC_OK;
	if ((rc = look_record(d, id, &r, err)) != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	*VEC_ADD(d->arena, &out->ids) = id;
	*VEC_ADD(d->arena, &out->own) = r;
	out->may_be_minor = out->may_be_minor || says_minor(d, r);
	/* A survivor's record names the person's; the person's is named by the survivor's. */
	look_ids(d, r, "person", &people);
	rc = look_holders_some(d, "survivor", "person", id, r->unit, 0, &helped, &all, err);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < helped.n; i++)
		*VEC_ADD(d->arena, &people) = helped.at[i]->id;
	for (size_t i = 0; i < people.n && rc == RC_OK; i++)
		rc = add(d, people.at[i], out, err);
	return rc;
}

enum rc
concerned_of(struct door *d, const struct record *r, struct concerned *out, struct err *err)
{
	static const char *const fields[] = {"survivor", "of", "person"};
	enum rc rc = RC_OK;

	*out = (struct concerned){0};
	if (str_eq(r->type->name, STR("survivor")) || str_eq(r->type->name, STR("person")))
		rc = add(d, r->id, out, err);
	for (size_t i = 0; i < COUNT_OF(fields) && out->ids.n == 0 && rc == RC_OK; i++) {
		struct ids ids = {0};

		look_ids(d, r, fields[i], &ids);
		for (size_t k = 0; k < ids.n && rc == RC_OK; k++)
			rc = add(d, ids.at[k], out, err);
	}
	/* What this record itself says of the person's age counts too. */
	out->may_be_minor = out->may_be_minor || says_minor(d, r);
	for (size_t i = 0; i < out->ids.n && rc == RC_OK && !out->may_be_minor; i++) {
		struct look_list found = {0};

		/* One is enough, of however many. */
		rc = look_holders_only(d, "guardian", "survivor", out->ids.at[i],
				       &(struct look_only){.max = 1}, &found, err);
		if (rc == RC_OK)
			rc = look_holders_only(d, "best_interests", "survivor", out->ids.at[i],
					       &(struct look_only){.max = 1}, &found, err);
		out->may_be_minor = found.n > 0;
	}
	return rc;
}
