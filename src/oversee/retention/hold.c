#include "oversee/retention/hold.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "oversee/retention/apply.h"
#include "oversee/retention/held.h"
#include "oversee/retention/say.h"
#include "record/retain.h"

/* One court, or a few, at a time: of one unit, that run, for one record; and of one person. */
#define HOLDS_OF_RECORD_MAX 20
#define HOLDS_A_DAY_MAX 100

static bool
is_running(void *but, struct record *hold)
{
	return held_runs(hold) && !id_eq(hold->id, *(struct id *)but);
}

enum rc
hold_covers(struct door *d, struct id record, struct id but, bool *out, struct err *err)
{
	return look_until(d, "legal_hold", "records", record, is_running, &but, out, err);
}

/*
 * From when its six months count: its birth, or, once two people reviewed it, the day of that. Else
 * one person would lengthen it half a year at a time for ever.
 */
static int64_t
counts_from(const struct door *d, const struct record *r)
{
	int64_t day;

	if (r->state == type_state(r->type, STR("reviewed")) &&
	    time_parse(look_text(r, "reviewed_on"), &day) && day > r->created_ms)
		return day < d->now_ms ? day : d->now_ms;
	return r->created_ms;
}

/* A hold that is over as it is recorded would keep nothing, and its end would be one person's. */
static enum rc
check_until(struct door *d, const struct record *r, struct err *err)
{
	struct str text = look_text(r, "until");
	struct record *was;
	int64_t until;
	enum rc rc;

	if (!time_parse(text, &until))
		return RC_OK;
	/* On its last day, or until the node has lifted it, the rest of it may still change. */
	if (r->version > 1) {
		rc = look_version(d, r->id, r->version - 1, &was, err);
		if (rc != RC_OK || str_eq(look_text(was, "until"), text))
			return rc;
	}
	if (until <= d->now_ms)
		return fail(err, RC_INVALID, "until", "is a day to come");
	if (until > counts_from(d, r) + HOLD_MAX_MS)
		return fail(
		    err, RC_INVALID, "until",
		    "six months at most from when the hold was recorded or last reviewed; a "
		    "review by two people sets the next day");
	return RC_OK;
}

/* The records that it did not name before; all of them, where it is new. */
static enum rc
newly_named(struct door *d, const struct record *r, struct ids *out, struct err *err)
{
	struct ids now = {0}, before = {0};
	struct record *was;
	enum rc rc;

	look_ids(d, r, "records", &now);
	if (r->version > 1) {
		if ((rc = look_version(d, r->id, r->version - 1, &was, err)) != RC_OK)
			return rc;
		look_ids(d, was, "records", &before);
	}
	for (size_t i = 0; i < now.n; i++) {
		bool named = false;

		for (size_t k = 0; k < before.n && !named; k++)
			named = id_eq(now.at[i], before.at[k]);
		if (!named)
			*VEC_ADD(d->arena, out) = now.at[i];
	}
	return RC_OK;
}

struct counting {
	const struct record *hold;
	size_t n;
};

/* Yes: its unit holds it often enough. */
static bool
count_own(void *ctx, struct record *hold)
{
	struct counting *c = ctx;

	c->n += held_runs(hold) && id_eq(hold->unit, c->hold->unit);
	return c->n > HOLDS_OF_RECORD_MAX;
}

/* So many that nobody looks through them any more serve no court. */
static enum rc
check_counts(struct door *d, const struct record *r, const struct ids *ids, struct err *err)
{
	enum rc rc = RC_OK;
	int64_t made = 0;

	if (r->version == 1 && !d->actor->is_node &&
	    (rc = look_made_since(d, r->type, d->now_ms - DAY_MS, &made, err)) == RC_OK &&
	    made > HOLDS_A_DAY_MAX)
		return fail(err, RC_BUSY, "",
			    "one person records %d legal holds in 24 hours at most; one hold names "
			    "many records",
			    HOLDS_A_DAY_MAX);
	for (size_t i = 0; i < ids->n && rc == RC_OK; i++) {
		struct counting c = {.hold = r};
		bool many;

		rc = look_until(d, "legal_hold", "records", ids->at[i], count_own, &c, &many, err);
		if (rc == RC_OK && many)
			return fail(err, RC_CONFLICT, "records",
				    "one of them is under %d legal holds of this unit that run: "
				    "lift one, or set the next day of one",
				    HOLDS_OF_RECORD_MAX);
	}
	return rc;
}

static enum rc
hold_recorded(struct door *d, const struct record *r, struct err *err)
{
	struct look_list held = {0};
	struct ids ids = {0};
	enum rc rc;

	if (!held_runs(r))
		return RC_OK;
	if ((rc = check_until(d, r, err)) != RC_OK ||
	    (rc = newly_named(d, r, &ids, err)) != RC_OK ||
	    (rc = check_counts(d, r, &ids, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < ids.n && rc == RC_OK; i++) {
		enum retain_held other;
		struct record *kept;

		if ((rc = look_record(d, ids.at[i], &kept, err)) == RC_ABSENT) {
			rc = RC_OK;
			continue;
		}
		if (rc != RC_OK || (rc = held_weigh(d, kept, r->id, &other, err)) != RC_OK)
			return rc;
		*VEC_ADD(d->arena, &held) = kept;
		rc =
		    held_set(d, kept->id, other > held_by(kept, r) ? other : held_by(kept, r), err);
	}
	return rc == RC_OK ? held_tell(d, r, &held, err) : rc;
}

/*
 * May what is past its day go as its hold ends, without a plan? Where two people lifted it, of whom
 * the second has the say over the record, and nothing runs on it that still waits for somebody. A
 * hold that merely ran out leaves it to the plan, and so to people.
 */
static enum rc
goes_at_once(struct door *d, const struct record *r, bool *out, struct err *err)
{
	*out = false;
	if (r->retain.erase_ms > d->now_ms || r->due_ms != 0 || !retain_is_personal(r->type))
		return RC_OK;
	return say_is_ours(d, r->id, out, err);
}

/* Over for one record: it is in ordinary use again, or goes at once (within 24 hours, rule 12). */
static enum rc
release(struct door *d, const struct record *hold, struct id id, struct err *err)
{
	enum retain_held other;
	struct record *r;
	bool goes;
	enum rc rc = look_record(d, id, &r, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	if ((rc = held_weigh(d, r, hold->id, &other, err)) != RC_OK ||
	    (rc = held_set(d, id, other, err)) != RC_OK || other != HELD_NOT ||
	    (rc = retain_load(d, r, err)) != RC_OK ||
	    (rc = goes_at_once(d, r, &goes, err)) != RC_OK || !goes)
		return rc;
	return retain_set(d, id,
			  &(struct retain_dates){.review_ms = r->retain.review_ms,
						 .erase_ms = r->retain.erase_ms,
						 .at_once = true},
			  hold->id, err);
}

static enum rc
hold_lifted(struct door *d, const struct record *r, struct err *err)
{
	struct ids ids = {0};
	enum rc rc = RC_OK;

	look_ids(d, r, "records", &ids);
	for (size_t i = 0; i < ids.n && rc == RC_OK; i++)
		rc = release(d, r, ids.at[i], err);
	return rc == RC_OK ? retention_daily_add(d, err) : rc;
}

/* Two people decided: kept until a day, or to be erased at once. */
static enum rc
decision_made(struct door *d, const struct record *r, struct err *err)
{
	struct str outcome = look_text(r, "outcome");
	bool erase = str_eq(outcome, STR("erase"));
	struct ids ids = {0};
	int64_t until = 0;
	enum rc rc = RC_OK;

	if (str_eq(outcome, STR("restrict")) && look_text(r, "hold").n == 0)
		return fail(err, RC_CONFLICT, "hold",
			    "a restriction stands on a legal hold, with its court and its end: "
			    "name it");
	if (!erase && !str_eq(outcome, STR("keep")))
		return RC_OK;
	if (!erase && (!time_parse(look_text(r, "keep_until"), &until) || until <= d->now_ms))
		return fail(err, RC_CONFLICT, "keep_until", "is a day to come");
	look_ids(d, r, "records", &ids);
	for (size_t i = 0; i < ids.n && rc == RC_OK; i++) {
		struct retain_dates dates = {
		    .review_ms = d->now_ms, .erase_ms = d->now_ms, .at_once = true};
		struct record *kept;

		if ((rc = look_record(d, ids.at[i], &kept, err)) == RC_ABSENT) {
			rc = RC_OK;
			continue;
		}
		if (rc == RC_OK && !erase) {
			const struct retention_rule *rule = &kept->type->retention;

			if (until > d->now_ms + rule->erase_ms)
				return fail(err, RC_CONFLICT, "keep_until",
					    "is later than the whole period of one of the "
					    "records' types, from today");
			dates = (struct retain_dates){.review_ms = d->now_ms + rule->review_ms,
						      .erase_ms = until};
			if (dates.review_ms > until)
				dates.review_ms = until;
		}
		if (rc == RC_OK)
			rc = retain_set(d, ids.at[i], &dates, r->id, err);
	}
	return rc == RC_OK && erase ? retention_daily_add(d, err) : rc;
}

/* The record itself, and what a decision on keeping names. */
static enum rc
is_held(struct door *d, const struct record *r, bool *out, struct err *err)
{
	struct ids ids = {0};
	enum rc rc = hold_covers(d, r->id, (struct id){{0}}, out, err);

	look_ids(d, r, "records", &ids);
	for (size_t i = 0; i < ids.n && rc == RC_OK && !*out; i++)
		rc = hold_covers(d, ids.at[i], (struct id){{0}}, out, err);
	return rc;
}

/* Keeping and restricting destroy nothing. */
static bool
destroys(const struct record *r)
{
	struct str outcome = look_text(r, "outcome");

	return !str_eq(outcome, STR("keep")) && !str_eq(outcome, STR("restrict"));
}

static enum rc
no_hold(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	bool held = false;
	enum rc rc = destroys(r) ? is_held(d, r, &held, err) : RC_OK;

	(void)use;
	return rc == RC_OK && held ? fail(err, RC_CONFLICT, "hold",
					  "a legal hold covers it; it goes when the hold is lifted")
				   : rc;
}

static bool
is_final(void *ctx, struct record *ruling)
{
	(void)ctx;
	return str_eq(look_text(ruling, "final"), STR("yes"));
}

/* Closed, or a final ruling cites it. */
static enum rc
case_is_over(struct door *d, struct id id, bool *out, struct err *err)
{
	struct record *c;
	enum rc rc = look_record(d, id, &c, err);

	*out = rc == RC_OK && c->state == type_state(c->type, STR("closed"));
	if (rc == RC_ABSENT) {
		*out = true;
		return RC_OK;
	}
	if (rc != RC_OK || *out)
		return rc;
	return look_until(d, "ruling", "cited_in", id, is_final, NULL, out, err);
}

static enum rc
court_allows_destruction(struct door *d, const struct record *r, const struct gate_use *use,
			 struct err *err)
{
	struct ids cases = {0};
	bool over = true;
	enum rc rc = RC_OK;

	(void)use;
	if (!destroys(r))
		return RC_OK;
	if (type_field(r->type, STR("court_asked")) != NULL)
		return str_eq(look_text(r, "court_asked"), STR("yes"))
			   ? RC_OK
			   : fail(err, RC_CONFLICT, "court_asked",
				  "is not yes: were court, appeal and defence asked?");
	look_ids(d, r, "case", &cases);
	if (cases.n == 0)
		return fail(err, RC_CONFLICT, "case",
			    "names no case, so nobody can tell which court needs it");
	for (size_t i = 0; i < cases.n && rc == RC_OK && over; i++)
		rc = case_is_over(d, cases.at[i], &over, err);
	return rc == RC_OK && !over
		   ? fail(err, RC_CONFLICT, "gate",
			  "the case is neither closed nor decided for good: a court may need it")
		   : rc;
}

static enum rc
erasure_proved(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	struct ids ids = {0};
	bool gone = true;
	enum rc rc = RC_OK;

	(void)use;
	if (!destroys(r))
		return RC_OK;
	look_ids(d, r, "records", &ids);
	for (size_t i = 0; i < ids.n && rc == RC_OK && gone; i++) {
		struct str bucket;

		rc = retain_is_gone(d, ids.at[i], &gone, &bucket, err);
	}
	if (rc == RC_OK && (!gone || ids.n == 0 || look_text(r, "leaf").n == 0 ||
			    look_text(r, "in_backups_until").n == 0))
		return fail(err, RC_CONFLICT, "gate",
			    "the keys are not destroyed yet, or no leaf says until when backups "
			    "hold it");
	return rc;
}

/* clang-format off */
const struct reaction hold_reactions[] = {
	{ "legal_hold_recorded", hold_recorded, "What a legal hold names is erased by nobody; of its own unit it is readable for the court alone." },
	{ "legal_hold_lifted",   hold_lifted,   "What no other hold keeps is in use again, or erased if its day has passed." },
	{ "retention_decided",   decision_made, "What two people decided to keep has new days; what they decided to erase goes." },
	{ .event = NULL },
};
const struct gate hold_gates[] = {
	{ "no_hold",                  no_hold,                  "No legal hold that runs covers the record, or what it names." },
	{ "deciders_have_say",        say_of_two,               "One of the two who decide may erase each record named, and both may know of it." },
	{ "court_allows_destruction", court_allows_destruction, "Court, appeal and defence were asked; or the case is closed, or decided for good." },
	{ "erasure_proved",           erasure_proved,           "All that is named is erased, no bucket waits for its key, leaf and last day of backups are there." },
	{ .name = NULL },
};
/* clang-format on */
