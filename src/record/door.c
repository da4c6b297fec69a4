#include "record/door.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/log.h"
#include "model/model.h"
#include "record/ask.h"
#include "record/record.sql.h"
#include "seal/keys.h"
#include "store/db.h"

/* The types of protect do not even show that they exist (architecture.md, Storage). */
static struct type_key
key_of_type(struct arena *a, const struct door_node *node, const struct record_type *type)
{
	unsigned char mac[MAC_BYTES];
	struct type_key key = {.text = type->name};

	key.keyed = str_eq(type->area, STR("protect")) || type->guard != GUARD_NONE;
	if (key.keyed) {
		keys_index_mac(node->keys, STR("type"), type->name, mac);
		key.text = str_fmt(a, "~%.*s", STR_ARG(hex_format(a, mac, 8)));
	}
	return key;
}

enum rc
door_node_init(struct arena *a, struct door_node *node, struct db *db, struct err *err)
{
	const struct model *m = node->model;

	node->type_keys = NEW_N(a, struct type_key, m->type_count);
	for (size_t i = 0; i < m->type_count; i++)
		node->type_keys[i] = key_of_type(a, node, &m->types[i]);
	return door_count(node, db, NULL, err);
}

enum rc
door_count(const struct door_node *node, struct db *db, int64_t *all, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_RECORD_COUNT_BY_TYPE, NO_BINDS, &rows, err);
	int64_t sum = 0;

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		const struct record_type *type = door_type_of_key(node, rows_text(rows, 0));

		if (type == NULL)
			log_warn("records of a type that the model does not have: %lld",
				 (long long)rows_i64(rows, 1));
		else
			atomic_store(&node->type_keys[type->index].rows, rows_i64(rows, 1));
		sum += rows_i64(rows, 1);
	}
	rows_close(rows);
	if (all != NULL)
		*all = sum;
	return rc == RC_ABSENT ? RC_OK : rc;
}

const struct record_type *
door_type_of_key(const struct door_node *node, struct str key)
{
	if (key.n > 0 && key.p[0] != '~')
		return model_type(node->model, key);
	for (size_t i = 0; i < node->model->type_count; i++)
		if (str_eq(node->type_keys[i].text, key))
			return &node->model->types[i];
	return NULL;
}

void
door_open(struct door *d, const struct door_node *node, struct db *db, struct arena *a,
	  const struct actor *actor, const struct access *access, struct audit_group *group)
{
	*d = (struct door){
	    .node = node,
	    .db = db,
	    .arena = a,
	    .actor = actor,
	    .access = *access,
	    .group = group,
	    .now_ms = clock_now(node->clock),
	};
}

void
door_open_as_node(struct door *inner, const struct door *d, struct str reason)
{
	static const struct actor node = {.is_node = true};
	struct access access = {
	    .reason = reason, .has_case = d->access.has_case, .case_id = d->access.case_id};

	must(d->group != NULL);
	door_open(inner, d->node, d->db, d->arena, &node, &access, d->group);
	inner->outer = d->outer != NULL ? d->outer : d;
}

struct key_use
door_use(const struct door *d, enum key_use_kind kind)
{
	const struct door *asker = d->outer != NULL ? d->outer : d;

	return (struct key_use){
	    .kind = asker->run != NULL ? KEY_USE_RUN : kind,
	    .actor = asker->actor->id,
	    .time_ms = asker->now_ms,
	    .word = str_from(asker->run),
	};
}

enum rc
door_announce(struct door *d, const char *word, struct err *err)
{
	enum rc rc = RC_OK;

	must(d->group == NULL);
	if (d->node->announce != NULL)
		rc = d->node->announce(d->node, d->actor, &d->access, str_from(word), err);
	d->run = word;
	return rc;
}

void
door_close(struct door *d)
{
	for (size_t i = 0; i < d->held.n; i++)
		json_decref(d->held.at[i]);
	d->held.n = 0;
}

json_t *
door_hold(struct door *d, json_t *value)
{
	*VEC_ADD(d->arena, &d->held) = value;
	return value;
}

static void
entry_fill(const struct door *d, struct audit_entry *entry)
{
	entry->time_ms = d->now_ms;
	entry->actor = d->actor->id;
	entry->purpose =
	    d->access.has_purpose ? str_from(purpose_name(d->access.purpose)) : STR_NONE;
	entry->legal_basis = d->access.legal_basis;
	entry->reason = d->access.reason;
	entry->mark = d->mark != NULL ? str_from(d->mark) : STR_NONE;
	entry->has_case = d->access.has_case;
	entry->case_id = d->access.case_id;
}

enum rc
door_log(struct door *d, struct audit_entry *entry, int64_t *index, struct err *err)
{
	int64_t at;
	enum rc rc;

	entry_fill(d, entry);
	if (d->group != NULL)
		return audit_append(d->group, entry, index != NULL ? index : &at, err);
	/* A reading door changes nothing, so nobody waits for the leaf's number; and what no leaf
	 * can hold is refused here, since later it would fail a whole group. */
	must(index == NULL);
	if ((rc = audit_entry_check(entry, err)) != RC_OK)
		return rc;
	/* Most calls have one, and what is allocated is wiped too. */
	if (d->pending.cap == 0) {
		d->pending.at = NEW(d->arena, struct audit_entry);
		d->pending.cap = 1;
	}
	*VEC_ADD(d->arena, &d->pending) = *entry;
	return RC_OK;
}

enum rc
door_flush(struct door *d, struct db *db, struct audit_group *group, struct err *err)
{
	enum rc rc = RC_OK;
	int64_t index;

	for (size_t i = 0; i < d->pending.n && rc == RC_OK; i++)
		rc = audit_append(group, &d->pending.at[i], &index, err);
	for (size_t i = 0; i < d->asks.n && rc == RC_OK; i++)
		rc = ask_make(d, db, group, &d->asks.at[i], err);
	if (rc == RC_OK)
		d->pending.n = d->asks.n = 0;
	return rc;
}

void
door_log_apart(struct door *d, struct audit_entry *entry)
{
	entry_fill(d, entry);
	*VEC_ADD(d->arena, &d->pending) = *entry;
}

enum rc
door_may(struct door *d, const struct record_type *type, enum policy_action action, struct err *err)
{
	struct decision decision =
	    policy_decide(&(struct facts){d->actor, &d->access, action, type, NULL, NULL});

	return decision.rung == RUNG_NONE ? door_refuse(d, &decision, type, NULL, err) : RC_OK;
}

enum rc
door_trained(struct door *d, struct err *err)
{
	struct decision decision = {.rule = "training", .open_refusal = true};

	if (!d->access.has_purpose)
		return RC_OK;
	decision.why = policy_training_missing(d->actor, d->access.purpose);
	return decision.why != NULL ? door_refuse(d, &decision, NULL, NULL, err) : RC_OK;
}

/* "; it is for: supervisor, coordinator", so that whoever is refused knows whom to ask. */
static struct str
who_may(struct arena *a, const struct decision *why)
{
	struct buf b;

	buf_init(&b, a);
	for (int i = 0; i < ROLE_COUNT; i++)
		if ((why->roles_needed & BIT(i)) != 0)
			buf_addf(&b, "%s%s",
				 b.n > 0 ? ", " : "; it is for: ", role_name((enum role)i));
	for (int i = 0; i < PURPOSE_COUNT; i++)
		if ((why->purposes_needed & BIT(i)) != 0)
			buf_addf(&b, "%s%s", b.n > 0 ? ", " : "; it is open for: ",
				 purpose_name((enum purpose)i));
	return buf_str(&b);
}

enum rc
door_refuse(struct door *d, const struct decision *why, const struct record_type *type,
	    const struct id *record, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_DENIED,
	    .type = type != NULL ? d->node->type_keys[type->index].text : STR_NONE,
	    .has_record = record != NULL,
	};

	if (record != NULL)
		entry.record = *record;
	d->mark = NULL;
	door_log_apart(d, &entry);
	if (why->open_refusal)
		return fail(err, RC_DENIED, why->rule, "%s%.*s", why->why,
			    STR_ARG(who_may(d->arena, why)));
	return fail(err, RC_ABSENT, "", "there is no such record");
}
