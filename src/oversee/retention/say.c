#include "oversee/retention/say.h"

#include "base/arena.h"
#include "record/reach.h"
#include "record/retain.h"
#include "serve/user.h"

/* *gone: there is nothing left to decide on. */
static enum rc
has_say(struct door *d, const struct actor *who, struct id record, bool *out, bool *gone,
	struct err *err)
{
	enum rc rc = retain_may_erase(d, who, record, out, err);

	/* What the model does not know nobody here has a say over. */
	*gone = rc == RC_ABSENT;
	return rc == RC_ABSENT || rc == RC_CONFLICT ? RC_OK : rc;
}

enum rc
say_is_ours(struct door *d, struct id record, bool *out, struct err *err)
{
	bool gone;

	*out = false;
	return d->actor->is_node ? RC_OK : has_say(d, d->actor, record, out, &gone, err);
}

static enum rc
all_ours(struct door *d, const struct actor *who, const struct ids *ids, bool *out, struct err *err)
{
	enum rc rc = RC_OK;

	*out = true;
	for (size_t i = 0; i < ids->n && rc == RC_OK && *out; i++) {
		bool gone;

		rc = has_say(d, who, ids->at[i], out, &gone, err);
		*out = *out || gone;
	}
	return rc;
}

/* What they may know of; whoever asks for an end of what they cannot see asks blindly. */
static enum rc
all_known(struct door *d, const struct ids *ids, struct err *err)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < ids->n && rc == RC_OK; i++) {
		bool known, ours, gone;

		if ((rc = has_say(d, d->actor, ids->at[i], &ours, &gone, err)) != RC_OK ||
		    (rc = record_is_known(d, ids->at[i], &known, err)) != RC_OK)
			return rc;
		if (!known && !ours && !gone)
			return fail(err, RC_CONFLICT, "records",
				    "names records that are not for you to decide on");
	}
	return rc;
}

/* Somebody as they are now: a wish of before counts by the roles and unit of today. */
static enum rc
load_person(struct door *d, struct id id, struct actor *out, bool *there, struct err *err)
{
	struct reach *reach = NEW(d->arena, struct reach);
	struct door node;
	struct user user;
	enum rc rc;

	door_open_as_node(&node, d, STR("who decided first"));
	rc = user_find(&node, id, &user, err);
	*there = rc == RC_OK && !user.disabled;
	if (*there) {
		*out = (struct actor){.id = user.id, .roles = user.roles, .unit = user.unit};
		rc = reach_load(&node, out, reach, err);
		out->reach = reach;
	}
	door_close(&node);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
say_of_two(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	struct ids ids = {0};
	struct actor other;
	struct id first;
	bool ours, waits = false;
	enum rc rc;

	(void)use;
	look_ids(d, r, "records", &ids);
	if (d->actor->is_node || ids.n == 0)
		return RC_OK;
	if ((rc = all_known(d, &ids, err)) != RC_OK ||
	    (rc = all_ours(d, d->actor, &ids, &ours, err)) != RC_OK || ours ||
	    (rc = look_first(d, r->id, &waits, &first, err)) != RC_OK)
		return rc;
	/* The first of two: the second one is looked at when they come. */
	if (!waits || id_eq(first, d->actor->id))
		return RC_OK;
	rc = load_person(d, first, &other, &waits, err);
	if (rc == RC_OK && waits)
		rc = all_ours(d, &other, &ids, &ours, err);
	return rc == RC_OK && !ours
		   ? fail(err, RC_CONFLICT, "records",
			  "one of the two has to be a supervisor or administrator of the unit that "
			  "keeps each of the records, or a supervisor above it")
		   : rc;
}
