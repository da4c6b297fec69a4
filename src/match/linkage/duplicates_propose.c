#include "match/linkage/duplicates_inside.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "match/explain.h"
#include "model/model.h"
#include "record/look.h"
#include "record/reach.h"

/* In `engine` of a proposal that the node took back: the next reason is a new one. */
#define WITHDRAWN "withdrawn"

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

/*
 * The pieces, without what either record says: whoever reads a proposal opens the records with
 * their own rights, and it tells nobody more than that.
 */
static struct str
explain(struct arena *a, const struct screen_explanation *x)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < x->n; i++)
		buf_addf(&b, "%s: %s, %+.2f bits\n", screen_what_name(x->at[i].what), x->at[i].note,
			 x->at[i].bits);
	buf_addf(&b, "sum: %+.2f bits, probability %.4f", x->bits, x->score);
	return str_copy(a, buf_str(&b));
}

/*
 * What was found, without how much it weighs, which changes with everybody else's records; nor in
 * which order. Notes are words of ours, none of the records'.
 */
static struct str
evidence(struct arena *a, const struct screen_explanation *x)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < x->n; i++) {
		enum screen_what what = x->at[i].what;

		if (what != SCREEN_WHAT_PRIOR && what != SCREEN_WHAT_TOGETHER &&
		    what != SCREEN_WHAT_GUARD)
			sum += str_hash(str_fmt(a, "%d %s", (int)what, x->at[i].note));
	}
	return str_fmt(a, "screening %016llx", (unsigned long long)sum);
}

/* Does the job's owner read it, as a record of their own rights? */
static enum rc
owner_reads(struct door *owner, struct id id, bool *out, struct err *err)
{
	struct record_row row;
	struct decision decision;
	enum rc rc = row_find(owner, id, &row, err);

	*out = false;
	if (rc == RC_ABSENT || rc == RC_CONFLICT)
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	if ((rc = record_is_known(owner, id, out, err)) != RC_OK || !*out)
		return rc;
	rc = reach_decide(owner, POLICY_READ, &row, NULL, &decision, err);
	*out = rc == RC_OK && decision.rung >= RUNG_MASKED;
	return rc;
}

static enum rc
owner_reads_both(struct door *d, const struct repeat_run *run, struct id left, struct id right,
		 bool *out, struct err *err)
{
	struct door owner;
	bool reads[2] = {false, false};
	enum rc rc;

	door_open(&owner, d->node, d->db, d->arena, run->job->actor, &run->job->access, d->group);
	rc = owner_reads(&owner, left, &reads[0], err);
	if (rc == RC_OK)
		rc = owner_reads(&owner, right, &reads[1], err);
	door_close(&owner);
	*out = reads[0] && reads[1];
	return rc;
}

/* May nobody be asked about them (rule 5)? Yes, where that cannot be told. */
static enum rc
is_protected(struct door *d, const struct record *r, bool *out, struct err *err)
{
	enum rc rc = look_gate(d, "never_marked_victim", r, err);

	*out = rc != RC_OK;
	return rc == RC_CONFLICT ? RC_OK : rc;
}

static bool
names_both(const struct record *r, struct str left, struct str right)
{
	struct str l = json_member_str(r->fields, "left"), q = json_member_str(r->fields, "right");

	return (str_eq(l, left) && str_eq(q, right)) || (str_eq(l, right) && str_eq(q, left));
}

/* What was proposed of the two before, whoever did it; NULL: none such. */
struct before {
	struct record *stands; /* open or confirmed */
	struct record *same;   /* ended, on the evidence that is found now */
	struct record *last;   /* ended, the newest */
};

static void
before_add(struct before *b, struct record *m, struct str found)
{
	if (m->state == type_state(m->type, STR("proposed")) ||
	    m->state == type_state(m->type, STR("confirmed")))
		b->stands = m;
	else if (str_eq(json_member_str(m->fields, "engine"), found))
		b->same = m;
	else if (b->last == NULL || memcmp(m->id.b, b->last->id.b, sizeof m->id.b) > 0)
		b->last = m;
}

static enum rc
before_find(struct door *d, struct id left, struct id right, struct str found, struct before *out,
	    struct err *err)
{
	static const char *const ends[] = {"left", "right"};
	const struct record_type *type = model_type(d->node->model, STR("match"));
	struct str l = id_format(d->arena, left), r = id_format(d->arena, right);
	enum rc rc = RC_OK;

	*out = (struct before){NULL, NULL, NULL};
	for (size_t e = 0; e < COUNT_OF(ends) && rc == RC_OK; e++) {
		struct record_filter filter = {.type = type,
					       .field = type_field(type, str_from(ends[e])),
					       .value = l,
					       .limit = RECORD_PAGE_MAX,
					       .with_fields = true,
					       .shows_damaged = true};
		struct record_list page;

		do {
			if ((rc = record_list(d, &filter, &page, err)) != RC_OK)
				break;
			for (size_t i = 0; i < page.items.n; i++)
				if (!page.items.at[i]->damaged &&
				    names_both(page.items.at[i], l, r))
					before_add(out, page.items.at[i], found);
			filter.cursor = page.next;
		} while (page.next.n > 0);
	}
	return rc;
}

static json_t *
proposal_fields(struct door *d, const struct screen_explanation *why)
{
	json_t *fields = json_object();

	set(fields, "level", json_string(explain_level(why->score)));
	set(fields, "score", json_from_str(str_fmt(d->arena, "%.2f", why->score * 100)));
	set(fields, "explanation", json_from_str(explain(d->arena, why)));
	set(fields, "engine", json_from_str(evidence(d->arena, why)));
	return door_hold(d, fields);
}

/*
 * Of two units it stands in the unit of whoever asked, who reads both; how it is handled follows
 * from both records (`derived`).
 */
static enum rc
proposal_make(struct door *d, struct repeat_run *run, const struct record *left,
	      const struct record *right, const struct screen_explanation *why, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("match"));
	struct record_new options = {.by_node = true};
	json_t *fields = proposal_fields(d, why);
	struct record *made;
	enum rc rc;

	options.unit = id_eq(left->unit, right->unit) ? &left->unit : &run->job->actor->unit;
	set(fields, "left", json_from_str(id_format(d->arena, left->id)));
	set(fields, "right", json_from_str(id_format(d->arena, right->id)));
	rc = record_create(d, type, fields, &options, &made, err);
	run->proposed += rc == RC_OK;
	return rc;
}

/*
 * What was decided stands. What ended is proposed again only when what is found is not what was
 * found then: an undone one as the same record, a rejected one as a new one, beside which the
 * refusal stays.
 */
static enum rc
propose_again(struct door *d, struct repeat_run *run, const struct before *before,
	      const struct record *left, const struct record *right,
	      const struct screen_explanation *why, struct err *err)
{
	const struct record *last = before->last;
	struct record *now;
	enum rc rc;

	if (before->stands != NULL || before->same != NULL) {
		run->known++;
		return RC_OK;
	}
	if (last != NULL)
		run->again++;
	if (last == NULL || last->state != type_state(last->type, STR("undone")))
		return proposal_make(d, run, left, right, why, err);
	rc = record_move(d, last->id, last->version, STR("proposed"), proposal_fields(d, why), &now,
			 err);
	run->proposed += rc == RC_OK;
	return rc;
}

static enum rc
propose(struct door *d, struct repeat_run *run, const struct twin *twin, struct err *err)
{
	const struct standing *a = &run->all.at[twin->left], *b = &run->all.at[twin->right];
	struct screen_explanation *why = NEW(d->arena, struct screen_explanation);
	struct record *left, *right;
	struct screen_query query;
	struct before before;
	bool yes;
	enum rc rc = owner_reads_both(d, run, a->id, b->id, &yes, err);

	if (rc != RC_OK || !yes)
		return rc;
	if ((rc = look_record(d, a->id, &left, err)) != RC_OK ||
	    (rc = look_record(d, b->id, &right, err)) != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc; /* erased in the meantime */
	if ((rc = is_protected(d, left, &yes, err)) != RC_OK || yes ||
	    (rc = is_protected(d, right, &yes, err)) != RC_OK || yes)
		return rc;
	standings_query(a, &query);
	screen_explain(run->index, run->worker, &query, twin->right, why);
	rc = before_find(d, a->id, b->id, evidence(d->arena, why), &before, err);
	return rc == RC_OK ? propose_again(d, run, &before, left, right, why, err) : rc;
}

enum rc
twins_propose(struct door *d, void *ctx, struct err *err)
{
	struct repeat_run *run = ctx;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < run->twins.n && rc == RC_OK; i++)
		rc = propose(d, run, &run->twins.at[i], err);
	return rc;
}

/* By the node, with a reason that is the same whatever was recorded, and of whom. */
static enum rc
withdraw(struct door *d, const struct record *match, struct err *err)
{
	json_t *patch = json_object();
	struct door inner;
	struct record *now;
	enum rc rc;

	set(patch, "engine", json_string(WITHDRAWN));
	door_hold(d, patch);
	door_open_as_node(&inner, d, STR("what it rests on is to be looked at again"));
	rc = record_move(&inner, match->id, match->version, STR("undone"), patch, &now, err);
	door_close(&inner);
	return rc;
}

enum rc
twins_withdraw(struct door *d, struct id person, struct err *err)
{
	static const char *const ends[] = {"left", "right"};
	const struct look_only open = {.states = look_state(d, "match", "proposed"),
				       .max = LOOK_MAX};
	struct look_list found = {0};
	struct record *r;
	bool yes;
	enum rc rc = RC_OK;

	for (size_t e = 0; e < COUNT_OF(ends) && rc == RC_OK; e++)
		rc = look_holders_only(d, "match", ends[e], person, &open, &found, err);
	if (rc != RC_OK || found.n == 0)
		return rc;
	if ((rc = look_record(d, person, &r, err)) != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	if ((rc = is_protected(d, r, &yes, err)) != RC_OK || !yes)
		return rc;
	for (size_t i = 0; i < found.n && rc == RC_OK; i++)
		rc = withdraw(d, found.at[i], err);
	return rc;
}
