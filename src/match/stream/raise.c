#include "match/stream/raise.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "format/json.h"
#include "match/cleared.h"
#include "match/explain.h"
#include "match/stream/measure.h"
#include "match/stream/stream.sql.h"
#include "model/model.h"
#include "record/look.h"
#include "record/stand.h"
#include "store/db.h"

#define WHY_BYTES_MAX 60000 /* of a long text */

static struct str
mac(struct door *d, struct str domain, struct str a, struct str b)
{
	unsigned char out[MAC_BYTES];
	struct buf value;
	struct buf text;

	buf_init(&value, d->arena);
	buf_addf(&value, "%zu:", a.n);
	buf_add(&value, a);
	buf_add(&value, b);
	keys_index_mac(d->node->keys, domain, buf_str(&value), out);
	buf_init(&text, d->arena);
	buf_add_hex(&text, out, 16);
	return buf_str(&text);
}

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

/* What was found a moment ago, in this transaction. */
static enum rc
counts_now(struct door *d, const struct listed_hit *hit, bool *out, struct err *err)
{
	struct record_stand listing, list;
	enum rc rc = record_stand_find(d, hit->listing, &listing, err);

	*out = false;
	if (rc == RC_OK)
		rc = record_stand_find(d, hit->list, &list, err);
	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	*out = !listing.erased && !list.erased && listing.type != NULL && list.type != NULL &&
	       listing.state == type_state(listing.type, STR("active")) &&
	       list.state == type_state(list.type, STR("in_use"));
	return RC_OK;
}

static void
add_listing(struct door *d, const struct raised *r, json_t *fields)
{
	const struct listed_hit *hit = &r->hit;

	set(fields, "listing", json_from_str(id_format(d->arena, hit->listing)));
	set(fields, "list", json_from_str(id_format(d->arena, hit->list)));
	set(fields, "screened",
	    json_from_str(r->party->names.n > 0 ? r->party->names.at[0] : r->party->ids.at[0]));
	set(fields, "level", json_string(explain_level(hit->score)));
	set(fields, "score", json_from_str(str_fmt(d->arena, "%.2f", hit->score * 100)));
	if (hit->why.n <= WHY_BYTES_MAX)
		set(fields, "why", json_from_str(hit->why));
}

/* By which of its questions a rule holds, and who is listed where it asks for that. */
static void
add_rule(struct door *d, const struct raised *r, json_t *fields)
{
	const struct rule_items *when = &r->rule->rule.when;
	struct buf b;

	buf_init(&b, d->arena);
	buf_addf(&b, "rule: %.*s\nholds for:", STR_ARG(r->rule->name));
	for (size_t i = 0; i < when->n; i++)
		for (size_t k = 0; k < when->at[i].n; k++)
			buf_addf(&b, " %s", field_rows[when->at[i].at[k].field].name);
	if (r->has_hit)
		buf_addf(&b, "\n%.*s", STR_ARG(r->hit.text));
	set(fields, "rule", json_from_str(id_format(d->arena, r->rule->id)));
	set(fields, "explanation", json_from_str(buf_str(&b)));
	/* Who else is in the event is not kept: the one who sent it has it. */
	if (!r->has_hit)
		set(fields, "screened",
		    json_from_str(str_fmt(d->arena, "%s %.*s", event_kind_name(r->event->kind),
					  STR_ARG(r->event->id))));
}

static enum rc
create(struct door *d, const struct raising *x, struct raised *r, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("alert"));
	struct record_new options = {.by_node = true, .unit = &x->actor->unit};
	json_t *fields = door_hold(d, json_object());
	struct record *listing, *made;
	enum rc rc = RC_OK;

	/* It says what listing and rule say, so it is for nobody who may not see those. */
	options.has_handling = true;
	options.handling = handling_of_type(type);
	if (r->has_hit) {
		if ((rc = look_record(d, r->hit.listing, &listing, err)) != RC_OK)
			return rc;
		options.handling = handling_meet(options.handling, listing->handling);
		add_listing(d, r, fields);
	}
	if (r->rule != NULL) {
		options.handling = handling_meet(options.handling, r->rule->handling);
		add_rule(d, r, fields);
	} else {
		set(fields, "explanation", json_from_str(r->hit.text));
	}
	set(fields, "raised_at", json_from_str(time_format(d->arena, d->now_ms)));
	if ((rc = record_create(d, type, fields, &options, &made, err)) == RC_OK)
		r->alert = made->id;
	return rc;
}

/* May whoever sent the event know of the alert, as a list would show it? */
static enum rc
look_for_sender(struct door *d, const struct raising *x, struct raised *r, struct err *err)
{
	struct door sender;
	enum rc rc;

	door_open(&sender, d->node, d->db, d->arena, x->actor, x->access, d->group);
	rc = record_is_known(&sender, r->alert, &r->known, err);
	door_close(&sender);
	return rc;
}

/* One that the node suspended, for its listing, does not stand for what comes now. */
static enum rc
stands(struct door *d, struct id alert, bool *out, struct err *err)
{
	struct record_stand s;
	enum rc rc = record_stand_find(d, alert, &s, err);

	*out = rc == RC_OK &&
	       (s.type == NULL || s.erased || s.state != type_state(s.type, STR("suspended")));
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
find_made(struct door *d, struct str event, struct id *out, bool *there, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_STREAM_ALERT_FIND, BINDS(B_TEXT(event)), &rows, err);

	*there = false;
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		*there = id_parse(rows_text(rows, 0), out);
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
is_cleared(struct door *d, struct str pair, struct cleared *out, struct err *err)
{
	struct rows *rows;
	enum rc rc;

	*out = (struct cleared){.holds = false};
	if (pair.n == 0)
		return RC_OK;
	rc = db_select(d->db, &SQL_STREAM_PAIR_DECISION, BINDS(B_TEXT(pair)), &rows, err);
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		out->holds = id_parse(rows_text(rows, 0), &out->decision);
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static struct str
pair_of(struct door *d, struct str document, struct id listing)
{
	return document.n > 0 ? mac(d, STR("stream.pair"), document, id_format(d->arena, listing))
			      : STR_NONE;
}

enum rc
cleared_document(struct door *d, struct str document, struct id listing, struct cleared *out,
		 struct err *err)
{
	return is_cleared(d, pair_of(d, document, listing), out, err);
}

/* Looked for a moment ago, on another thread: what ended since counts no more. */
static enum rc
still_counts(struct door *d, const struct raising *x, const struct raised *r, bool *out,
	     struct err *err)
{
	struct standing_rule now;
	struct err why;
	enum rc rc = RC_OK;

	*out = true;
	if (r->rule != NULL) {
		rc = standing_rule(d, r->rule->id, x->purpose, &now, &why);
		*out = rc == RC_OK;
		if (rc == RC_CONFLICT || rc == RC_ABSENT)
			return RC_OK;
		if (rc != RC_OK && err != NULL)
			*err = why;
	}
	return rc == RC_OK && r->has_hit ? counts_now(d, &r->hit, out, err) : rc;
}

static enum rc
raise_one(struct door *d, const struct raising *x, struct raised *r, struct err *err)
{
	struct str event = mac(
	    d, r->rule != NULL ? STR("stream.rule") : STR("stream.event"),
	    str_fmt(d->arena, "%s/%.*s", event_kind_name(r->event->kind), STR_ARG(r->event->id)),
	    id_format(d->arena, r->rule != NULL ? r->rule->id : r->hit.listing));
	struct str pair = r->has_hit ? pair_of(d, r->party->document, r->hit.listing) : STR_NONE;
	bool there, stands_still = false, counts;
	struct cleared cleared;
	enum rc rc;

	if ((rc = find_made(d, event, &r->alert, &there, err)) != RC_OK ||
	    (there && (rc = stands(d, r->alert, &stands_still, err)) != RC_OK))
		return rc;
	if (there && stands_still) {
		r->as = RAISED_KNOWN;
		return look_for_sender(d, x, r, err);
	}
	if ((rc = is_cleared(d, pair, &cleared, err)) != RC_OK ||
	    (rc = still_counts(d, x, r, &counts, err)) != RC_OK)
		return rc;
	r->as = cleared.holds ? RAISED_CLEARED : counts ? RAISED_NEW : RAISED_NOT;
	if (r->as != RAISED_NEW)
		return RC_OK;
	if ((rc = create(d, x, r, err)) != RC_OK)
		return rc;
	rc = there ? db_run(d->db, &SQL_STREAM_ALERT_AGAIN,
			    BINDS(B_TEXT(id_format(d->arena, r->alert)), B_TEXT(event)), NULL, err)
		   : db_run(d->db, &SQL_STREAM_ALERT_INSERT,
			    BINDS(B_TEXT(event), B_TEXT(pair),
				  B_TEXT(id_format(d->arena, r->alert)), B_I64(d->now_ms)),
			    NULL, err);
	return rc == RC_OK ? look_for_sender(d, x, r, err) : rc;
}

/* Each rule's record says what it did, once a request. */
static enum rc
count_rules(struct door *d, const struct raising *x, struct err *err)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; x->rules != NULL && i < x->rules->n && rc == RC_OK; i++) {
		const struct standing_rule *rule = &x->rules->at[i];
		struct measured add = {.screened = rule->screened};

		for (size_t k = 0; k < x->n; k++)
			add.hits += x->at[k].rule == rule && x->at[k].as == RAISED_NEW;
		if (add.screened > 0)
			rc = measure_add(d, rule->id, &add, add.hits > 0, err);
	}
	return rc;
}

enum rc
raise_alerts(struct door *d, void *ctx, struct err *err)
{
	const struct raising *x = ctx;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < x->n && rc == RC_OK; i++)
		rc = raise_one(d, x, &x->at[i], err);
	return rc == RC_OK ? count_rules(d, x, err) : rc;
}

enum rc
raise_cleared(struct door *d, const struct record *alert, struct err *err)
{
	if (!str_eq_z(look_text(alert, "result"), "not_same"))
		return RC_OK;
	return db_run(d->db, &SQL_STREAM_ALERT_CLEARED,
		      BINDS(B_TEXT(id_format(d->arena, alert->id))), NULL, err);
}
