#ifndef RECORD_TEST_DESK_H
#define RECORD_TEST_DESK_H

/*
 * test_desk: people of one unit and of another, with gates and reactions of this floor's tests, so
 * that none needs a feature above it; and what they do to a record.
 */

#include "base/test.h"

#include "record/test_node.h"

/* Gates of our own, so that this floor's tests need no feature above it. */
static bool plans_open;
static int case_closed_heard;

static inline enum rc
gate_plans(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	(void)use;
	/* A gate decides on the whole record, whatever its mover may see. */
	must(d->actor != NULL && json_member(r->fields, STR("closed_with")) != NULL);
	return plans_open ? RC_OK : fail(err, RC_CONFLICT, "gate", "a plan would close");
}

static inline enum rc
hear_closed(struct door *d, const struct record *r, struct err *err)
{
	(void)d;
	case_closed_heard++;
	if (r->state == type_state(r->type, STR("closed")))
		return RC_OK;
	return fail(err, RC_FAILED, "", "heard before it happened");
}

static int phones_heard;
static inline enum rc
hear_phone(struct door *d, const struct record *r, struct err *err)
{
	(void)d;
	phones_heard++;
	if (str_eq_z(json_member_str(r->fields, "phone"), "+99900000666"))
		return fail(err, RC_CONFLICT, "phone", "not this one");
	return RC_OK;
}

/* clang-format off */
static const struct gate gates[] = {
	{ "plans_stay_open",   gate_plans, "" },
	{ "no_open_duties",    test_gate_holds, "" },
	{ "purpose_and_basis", test_gate_holds, "" },
	{ "human_decided",     test_gate_holds, "" },
	{ .name = NULL },
};
static const struct reaction reactions[] = {
	{ "case_closed",    hear_closed, "" },
	{ "phone_recorded", hear_phone,  "" },
	{ .event = NULL },
};
/* clang-format on */

static struct test_person analyst, colleague, stranger, supervisor, second, prosecutor, worker,
    administrator, monitor;

static inline int
setup(void **state)
{
	const uint32_t a = BIT(ROLE_ANALYST), s = BIT(ROLE_SUPERVISOR);

	analyst = test_person(1, 1, a, PURPOSE_INVESTIGATION);
	colleague = test_person(2, 1, a, PURPOSE_INVESTIGATION);
	stranger = test_person(3, 2, a, PURPOSE_INVESTIGATION);
	supervisor = test_person(4, 1, s, PURPOSE_INVESTIGATION);
	second = test_person(5, 1, s, PURPOSE_INVESTIGATION);
	prosecutor = test_person(6, 1, BIT(ROLE_PROSECUTOR), PURPOSE_PROSECUTION);
	worker = test_person(7, 1, BIT(ROLE_SUPPORT_WORKER), PURPOSE_PROTECTION);
	administrator = test_person(8, 1, BIT(ROLE_ADMINISTRATOR), PURPOSE_ADMINISTRATION);
	monitor = test_person(9, 1, BIT(ROLE_MONITOR), PURPOSE_OVERSIGHT);
	plans_open = true;
	case_closed_heard = phones_heard = 0;
	*state = test_node_new(gates, reactions);
	return 0;
}

#define PERSON "{'name':'Orvek Taluneth','birth_date':'1979-05-07','may_be_minor':'no'}"

/* What a reading answers, as JSON text, or the error's name. */
static inline struct str
read_json(struct test_node *t, const struct test_person *who, struct id id, const char *reveal)
{
	struct door *d = test_node_begin_read(t, who);
	struct str_list names = {0};
	struct record *r;
	struct err err;
	struct buf b;
	enum rc rc;

	if (reveal != NULL)
		*VEC_ADD(t->a, &names) = str_from(reveal);
	rc = record_load(d, id, &names, &r, &err);
	buf_init(&b, t->a);
	if (rc == RC_OK) {
		json_t *o = record_json(d, r, STR("en"));

		json_canonical(o, &b);
		json_decref(o);
	} else {
		buf_addf(&b, "%s|%s|%s", rc_name(rc), err.key, err.text);
	}
	(void)test_node_end_read(t, rc);
	return buf_str(&b);
}

static inline bool
holds(struct str text, const char *part)
{
	return str_find(text, str_from(part)) >= 0;
}

static inline enum rc
update(struct test_node *t, const struct test_person *who, struct id id, int64_t version,
       const char *patch, struct record **out, struct err *err)
{
	struct door *d = test_node_begin(t, who);
	enum rc rc = record_update(d, id, version, test_json(d, str_from(patch)), out, err);
	struct record *r = rc == RC_OK || rc == RC_STALE ? *out : NULL;

	if (r != NULL && r->fields != NULL)
		r->fields =
		    json_incref(r->fields); /* outlives the door; the test's arena ends it */
	return test_node_end(t, rc);
}

static inline enum rc
move(struct test_node *t, const struct test_person *who, struct id id, int64_t version,
     const char *to, const char *patch, bool *waits, struct err *err)
{
	struct door *d = test_node_begin(t, who);
	struct record *r = NULL;
	enum rc rc =
	    record_move(d, id, version, str_from(to), test_json(d, str_from(patch)), &r, err);

	if (waits != NULL)
		*waits = rc == RC_OK && r->waits;
	return test_node_end(t, rc);
}

#define CASE "{'name':'Harbour Road'}"

#endif
