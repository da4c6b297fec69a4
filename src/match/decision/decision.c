#include "match/decision/decision.h"

#include "base/arena.h"
#include "match/left_out.h"
#include "model/model.h"
#include "record/look.h"

/* Eight letters at least, ASCII or of any other script: a score or "ok" has fewer. */
#define LETTERS_MIN 8

bool
reasons_say_something(struct str text)
{
	size_t letters = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		/* Each lead byte of a longer sequence counts for one letter. */
		letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0xc0;
	}
	/* One sign of Han writes what others write in two or three letters. */
	for (size_t i = 0; i < text.n; i++)
		letters += (unsigned char)text.p[i] >= 0xe0;
	return letters >= LETTERS_MIN;
}

static enum rc
human_decided(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	/* A type that has a place for reasons wants them there; else they come with the request. */
	bool kept = type_field(r->type, STR("reasons")) != NULL;

	(void)use;
	if (d->actor->is_node)
		return fail(err, RC_CONFLICT, "gate", "a person decides this, not a job");
	if (!reasons_say_something(kept ? look_text(r, "reasons") : d->access.reason))
		return fail(err, RC_CONFLICT, kept ? "reasons" : "reason",
			    "say in a sentence why you decide so; a score is no reason");
	return RC_OK;
}

/* A day still to come, or today. */
static bool
not_past(const struct door *d, struct str day)
{
	const int64_t day_ms = INT64_C(86400000);
	int64_t ms;

	return time_parse(day, &ms) && ms + day_ms > d->now_ms;
}

static enum rc
list_is_authorised(struct door *d, const struct record *r, const struct gate_use *use,
		   struct err *err)
{
	static const char *const needs[] = {"owner", "purpose", "legal_basis", "review_by"};

	(void)use;
	for (size_t i = 0; i < COUNT_OF(needs); i++)
		if (look_text(r, needs[i]).n == 0)
			return fail(
			    err, RC_CONFLICT, needs[i],
			    "is not set: somebody answers for a list, for a purpose, on a law, "
			    "until a day of review");
	if (!not_past(d, look_text(r, "review_by")))
		return fail(err, RC_CONFLICT, "review_by", "is past: the list has to be reviewed");
	return RC_OK;
}

/* Is it granted, now in force, for this purpose, and does it name the record? */
static bool
in_force(struct door *d, const struct record *authorisation, const struct record *r)
{
	struct ids covers = {0};
	int64_t from, until;

	if (!str_eq(authorisation->type->name, STR("authorisation")) ||
	    authorisation->state != type_state(authorisation->type, STR("granted")) ||
	    !str_eq(look_text(authorisation, "purpose"), look_text(r, "purpose")) ||
	    !time_parse(look_text(authorisation, "from"), &from) ||
	    !time_parse(look_text(authorisation, "until"), &until) || d->now_ms < from ||
	    d->now_ms >= until)
		return false;
	look_ids(d, authorisation, "covers", &covers);
	for (size_t i = 0; i < covers.n; i++)
		if (id_eq(covers.at[i], r->id))
			return true;
	return false;
}

static enum rc
rule_is_proportionate(struct door *d, const struct record *r, const struct gate_use *use,
		      struct err *err)
{
	static const char *const texts[] = {"necessity", "proportionality"};
	struct ids ids = {0};
	struct record *authorisation;
	enum rc rc;

	(void)use;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (!reasons_say_something(look_text(r, texts[i])))
			return fail(err, RC_CONFLICT, texts[i],
				    "say in a sentence why, and whom it touches who did nothing");
	look_ids(d, r, "authorisation", &ids);
	if (ids.n == 1) {
		rc = look_record(d, ids.at[0], &authorisation, err);
		if (rc == RC_OK && in_force(d, authorisation, r))
			return RC_OK;
		if (rc != RC_OK && rc != RC_ABSENT)
			return rc;
	}
	return fail(
	    err, RC_CONFLICT, "authorisation",
	    "is none that is granted, in force now, for this purpose, and covers this rule");
}

/* Granted and within its days; for the purpose, where either side names one. */
static bool
runs(struct door *d, const struct record *authorisation, const struct record *r)
{
	struct str purpose = look_text(r, "purpose");
	int64_t from, until;

	return str_eq(authorisation->type->name, STR("authorisation")) &&
	       authorisation->state == type_state(authorisation->type, STR("granted")) &&
	       time_parse(look_text(authorisation, "from"), &from) &&
	       time_parse(look_text(authorisation, "until"), &until) && d->now_ms >= from &&
	       d->now_ms < until &&
	       (type_field(r->type, STR("purpose")) == NULL ||
		type_field(r->type, STR("purpose"))->codes !=
		    type_field(authorisation->type, STR("purpose"))->codes ||
		str_eq(purpose, look_text(authorisation, "purpose")));
}

/*
 * What it rests on: the authorisations it names, and those that name it. It has to cover the
 * record or its case, so that one for another matter does not serve.
 */
static enum rc
authorisation_valid(struct door *d, const struct record *r, const struct gate_use *use,
		    struct err *err)
{
	struct look_list found = {0};
	struct ids ids = {0}, cases = {0};
	bool all;
	enum rc rc;

	(void)use;
	look_ids(d, r, "authorisation", &ids);
	look_ids(d, r, "authorisations", &ids);
	look_ids(d, r, "case", &cases);
	/* One that runs opens it, whatever else names the record. */
	rc = look_holders_some(d, "authorisation", "covers", r->id, r->unit,
			       look_state(d, "authorisation", "granted"), &found, &all, err);
	for (size_t i = 0; i < found.n && rc == RC_OK; i++)
		if (runs(d, found.at[i], r))
			return RC_OK;
	for (size_t i = 0; i < ids.n && rc == RC_OK; i++) {
		struct ids covers = {0};
		struct record *a;

		if ((rc = look_record(d, ids.at[i], &a, err)) != RC_OK) {
			rc = rc == RC_ABSENT ? RC_OK : rc;
			continue;
		}
		look_ids(d, a, "covers", &covers);
		look_ids(d, a, "case", &covers);
		for (size_t k = 0; k < covers.n; k++)
			for (size_t n = 0; n < cases.n; n++)
				if (id_eq(covers.at[k], cases.at[n]) && runs(d, a, r))
					return RC_OK;
	}
	return rc != RC_OK ? rc
			   : fail(err, RC_CONFLICT, "authorisation",
				  "none that is granted and in force now covers it, or its case");
}

/* clang-format off */
static const struct gate gates[] = {
	{ "human_decided",         human_decided,         "A person makes the move and says why in a sentence, in the record's reasons or with the request." },
	{ "list_is_authorised",    list_is_authorised,    "The list has an owner, a purpose, a legal basis and a day of review that is not past." },
	{ "rule_is_proportionate", rule_is_proportionate, "Necessity and proportionality are said; an authorisation granted for the purpose covers the rule now." },
	{ "authorisation_valid",   authorisation_valid,   "An authorisation granted, in force now and for its purpose covers it, or it names one that covers its case." },
	{ "helpers_left_out",      left_out_gate,         "Nothing it names is a helper, is privileged, or is somebody ever a victim, presumed, undetermined or a witness, or theirs." },
	{ .name = NULL },
};
/* clang-format on */

const struct feature decision_feature = {.name = "decision", .gates = gates};
