#include "record/whole.h"

#include "audit/leaf.h"
#include "base/arena.h"
#include "base/say.h"
#include "format/json.h"
#include "model/model.h"
#include "record/blind.h"
#include "record/concern.h"
#include "record/damaged.h"
#include "record/reach.h"
#include "record/record.sql.h"
#include "record/row.h"

#define VERSIONS_MAX 100000

static enum rc
check_actor(const struct door *d, struct err *err)
{
	if ((d->actor->roles & BIT(ROLE_ADMINISTRATOR)) == 0)
		return fail(err, RC_DENIED, "role", "only an administrator moves a whole node");
	if (d->access.reason.n == 0)
		return fail(err, RC_DENIED, "reason",
			    "say why (" SAY_REASON "); it stands in the log");
	return RC_OK;
}

/* A keyed row holds its owner's MAC only: whose it is, is found by trying. */
static struct id
owner_of(struct door *d, const struct record_row *row, const struct id *owners, size_t n)
{
	if (!d->node->type_keys[row->type->index].keyed)
		return row->owner_key;
	for (size_t i = 0; i < n; i++)
		if (id_eq(row_owner_key(d->node, row->type, owners[i]), row->owner_key))
			return owners[i];
	return (struct id){{0}};
}

static enum rc
open_version(struct door *d, const struct record_row *row, struct id owner,
	     struct record_versions *out, struct err *err)
{
	struct record_version v = {
	    .id = row->id,
	    .type = row->type,
	    .type_version = row->type_version,
	    .version = row->version,
	    .unit = row->unit,
	    .owner = owner,
	    .guard = row->guard,
	    .tlp = row->handling,
	    .state = row->state,
	    .flags = row->flags,
	    .due_ms = row->due_ms,
	    .created_ms = row->created_ms,
	    .updated_ms = row->updated_ms,
	    .bucket = row->bucket,
	    .erased = (row->flags & ROW_ERASED) != 0,
	};
	struct handling handling;
	enum rc rc;

	if (!v.erased) {
		if ((rc = row_open(d->node, door_use(d, KEY_USE_LIST), d->arena, row, &v.fields,
				   &handling, err)) != RC_OK)
			return rc;
		door_hold(d, v.fields);
		v.judicial_ok = handling.judicial_ok;
		v.onward_ok = handling.onward_ok;
	}
	*VEC_ADD(d->arena, out) = v;
	return RC_OK;
}

static enum rc
open_past(struct door *d, const struct record_row *now, const struct id *owners, size_t n,
	  struct record_versions *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_PAST_ALL,
			       BINDS(B_ID(now->id), B_I64(VERSIONS_MAX)), &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct record_row row;

		row_read(d->node, d->arena, rows, &row);
		rc = open_version(d, &row, owner_of(d, &row, owners, n), out, err);
		if (rc != RC_OK)
			break;
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
record_whole_next(struct door *d, const struct id *owners, size_t owner_count, struct id *after,
		  struct record_versions *out, struct err *err)
{
	struct record_row row;
	struct rows *rows;
	bool counts;
	enum rc rc;

	*out = (struct record_versions){0};
	if ((rc = check_actor(d, err)) != RC_OK ||
	    (rc = db_select(d->db, &SQL_RECORD_ALL, BINDS(B_ID(*after), B_I64(1)), &rows, err)) !=
		RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		row_read(d->node, d->arena, rows, &row);
	rows_close(rows);
	if (rc != RC_OK)
		return rc;
	*after = row.id;
	if (row.type == NULL)
		return fail(err, RC_CONFLICT, "type",
			    "a record's type is not in this node's model; bring its overlay back");
	if ((row.flags & ROW_ERASED) == 0)
		rc = open_past(d, &row, owners, owner_count, out, err);
	if (rc == RC_OK)
		rc = open_version(d, &row, owner_of(d, &row, owners, owner_count), out, err);
	if (!damaged_is(rc))
		return rc;
	*out = (struct record_versions){.damaged = true};
	return damaged_note(d, &row, rc, &counts);
}

static enum rc
seal_version(struct door *d, const struct record_version *v, struct record_row *row,
	     struct audit_entry *entry, struct err *err)
{
	struct handling handling = {(enum tlp)v->tlp, v->judicial_ok, v->onward_ok};

	entry->has_body = true;
	return row_seal(d->node, d->arena, row, v->fields, handling, entry->body_hash,
			entry->key_commitment, err);
}

enum rc
record_whole_restore(struct door *d, const struct record_version *v, struct err *err)
{
	struct record_row row = {
	    .id = v->id,
	    .type_key = d->node->type_keys[v->type->index].text,
	    .type_version = v->type_version,
	    .version = v->version,
	    .unit = v->unit,
	    .owner_key = row_owner_key(d->node, v->type, v->owner),
	    .guard = v->guard,
	    .handling = v->tlp,
	    .state = v->state,
	    .flags = v->flags,
	    .due_ms = v->due_ms,
	    .created_ms = v->created_ms,
	    .updated_ms = v->updated_ms,
	    .bucket = v->bucket,
	    .wrapped = STR(""),
	    .body = STR(""),
	    .type = v->type,
	};
	struct audit_entry entry = {.action = v->erased ? AUDIT_ERASE : AUDIT_IMPORT,
				    .has_record = true,
				    .record = v->id,
				    .type = row.type_key};
	struct blind_tokens tokens = {0};
	struct record_row before;
	enum rc rc;

	must(d->group != NULL);
	if ((rc = check_actor(d, err)) != RC_OK ||
	    (!v->erased && (rc = seal_version(d, v, &row, &entry, err)) != RC_OK))
		return rc;
	rc = row_find(d, v->id, &before, err);
	/* The versions it continues are those that came before it in the same file. */
	if (rc == RC_OK && (before.type != v->type || before.version + 1 != v->version ||
			    before.created_ms != v->created_ms || v->erased))
		return fail(err, RC_CONFLICT, "id", "a record of this id is there already");
	if (rc == RC_OK)
		rc = row_replace(d, &row, before.version, &entry, err);
	else if (rc == RC_ABSENT)
		rc = row_insert(d, &row, &entry, err);
	/* What policy decides with before a body is opened: a former version names people too. */
	if (rc == RC_OK && !v->erased)
		rc = concern_note(d, &row, v->fields, err);
	if (rc != RC_OK || !v->last || v->erased)
		return rc;
	blind_of(d->node, d->arena, v->type, v->fields, &tokens);
	if ((rc = reach_note(d, &row, NULL, v->fields, err)) != RC_OK)
		return rc;
	return blind_add(d, v->id, &tokens, err);
}

enum rc
record_whole_check_empty(struct door *d, struct err *err)
{
	struct rows *rows;
	bool empty = true;
	enum rc rc = db_select(d->db, &SQL_RECORD_COUNT_BY_TYPE, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		if (!(str_eq_z(rows_text(rows, 0), "organisation") ||
		      str_eq_z(rows_text(rows, 0), "unit")) ||
		    rows_i64(rows, 1) > 1)
			empty = false;
	rows_close(rows);
	if (rc != RC_ABSENT)
		return rc;
	return empty ? RC_OK
		     : fail(err, RC_CONFLICT, "node",
			    "a whole node goes into an empty one only; this one holds records");
}

struct changes {
	const struct door_node *node;
	int64_t next, n;
};

/* A change of a record is a leaf with a body or of an erasing, under the key of a type. */
static enum rc
count_change(void *ctx, const struct audit_leaf_row *leaf, struct err *err)
{
	static const struct id itself = {{0}};
	struct changes *c = ctx;
	unsigned char node[AUDIT_MAC_BYTES];

	(void)err;
	c->next = leaf->index + 1;
	if (!leaf->has_record || (!leaf->has_body && leaf->action != AUDIT_ERASE) ||
	    door_type_of_key(c->node, leaf->type) == NULL)
		return RC_OK;
	audit_actor_mac(c->node->keys, leaf->time_ms, itself, node);
	c->n += memcmp(node, leaf->actor_mac, sizeof node) != 0;
	return RC_OK;
}

enum rc
record_whole_changes(struct door *d, int64_t *from, int64_t *n, struct err *err)
{
	struct changes c = {.node = d->node, .next = *from};
	enum rc rc = audit_each_leaf(d->db, *from, count_change, &c, err);

	must(d->group != NULL);
	*from = c.next;
	*n = c.n;
	return rc;
}
