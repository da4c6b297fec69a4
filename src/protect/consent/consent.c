#include "protect/consent/consent.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "protect/consent/concerned.h"
#include "protect/consent/conditional.h"

#define DAY_MS INT64_C(86400000)

static bool
in_state(const struct record *r, const char *state)
{
	return r->state == type_state(r->type, str_from(state));
}

/* Given, said yes, and not past its day: 90 days from the giving where none is set. */
static bool
runs(const struct door *d, const struct record *consent)
{
	int64_t at;

	if (!in_state(consent, "given") || !str_eq(look_text(consent, "consents"), STR("yes")))
		return false;
	if (time_parse(look_text(consent, "expires_on"), &at))
		return d->now_ms < at + DAY_MS;
	return time_parse(look_text(consent, "given_at"), &at) && d->now_ms < at + 90 * DAY_MS;
}

/* To whom the record goes: an organisation here, or a name; neither: it stays with us. */
struct recipient {
	struct id id;
	struct str name;
};

static enum rc
recipient_of(struct door *d, const struct record *r, struct recipient *out, struct err *err)
{
	struct ids ids = {0};
	struct record *organisation;
	enum rc rc = RC_OK;

	*out = (struct recipient){.name = look_text(r, "partner")};
	look_ids(d, r, "to", &ids);
	if (ids.n == 0)
		return RC_OK;
	out->id = ids.at[0];
	rc = look_record(d, ids.at[0], &organisation, err);
	if (rc == RC_OK)
		out->name = look_text(organisation, "name");
	return rc == RC_ABSENT ? RC_OK : rc;
}

static bool
names(const struct record *consent, struct str recipient)
{
	json_t *list = json_object_get(consent->fields, "recipient_named"), *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (str_eq_ascii_case(json_str(item), recipient))
			return true;
	return false;
}

/* A class admits organisations of its kind, a name admits one; withheld beats both. */
static bool
admits(struct door *d, const struct record *consent, const struct recipient *to)
{
	struct ids withheld = {0};

	look_ids(d, consent, "withhold_from", &withheld);
	for (size_t i = 0; i < withheld.n; i++)
		if (id_eq(withheld.at[i], to->id))
			return false;
	if (to->name.n == 0)
		return true;
	if (names(consent, to->name))
		return true;
	return !id_is_zero(to->id) ? look_has(consent, "recipients", STR("other_organizations"))
				   : look_has(consent, "recipients", STR("authorities"));
}

static enum rc
consents_of(struct door *d, const struct concerned *who, struct look_list *out, struct err *err)
{
	enum rc rc = RC_OK;

	bool all;

	/* One that runs opens a gate; what is not looked at opens none. */
	for (size_t i = 0; i < who->ids.n && rc == RC_OK; i++)
		rc = look_holders_some(d, "consent", "survivor", who->ids.at[i],
				       who->own.at[i]->unit, 0, out, &all, err);
	return rc;
}

static enum rc
valid_consent(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	struct look_list consents = {0};
	struct concerned who;
	struct recipient to;
	enum rc rc;

	if ((rc = concerned_of(d, r, &who, err)) != RC_OK ||
	    (rc = consents_of(d, &who, &consents, err)) != RC_OK ||
	    (rc = recipient_of(d, r, &to, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < use->args.n; i++) {
		bool given = false;

		for (size_t k = 0; k < consents.n; k++)
			given = given || (runs(d, consents.at[k]) &&
					  look_has(consents.at[k], "purposes", use->args.at[i]) &&
					  admits(d, consents.at[k], &to));
		if (!given)
			return fail(err, RC_CONFLICT, "consent",
				    "no consent that runs now allows %.*s for this recipient",
				    STR_ARG(use->args.at[i]));
	}
	return use->args.n > 0 ? RC_OK
			       : fail(err, RC_CONFLICT, "consent", "the gate names no purpose");
}

static enum rc
consent_informed(struct door *d, const struct record *r, const struct gate_use *use,
		 struct err *err)
{
	static const char *const asked[] = {
	    "informed_purpose",	  "informed_use",	 "informed_research", "informed_access",
	    "informed_retention", "informed_withdrawal", "informed_court"};
	struct str language = look_text(r, "language");
	struct concerned who;
	enum rc rc;

	(void)use;
	for (size_t i = 0; i < COUNT_OF(asked); i++)
		if (!str_eq(look_text(r, asked[i]), STR("yes")))
			return fail(err, RC_CONFLICT, asked[i],
				    "is not yes: the person was not told, or did not understand");
	if (language.n == 0)
		return fail(err, RC_CONFLICT, "language", "is not set: in which were they told?");
	if ((rc = concerned_of(d, r, &who, err)) != RC_OK || look_text(r, "interpreter").n > 0)
		return rc;
	for (size_t i = 0; i < who.own.n; i++)
		if (json_object_get(who.own.at[i]->fields, "languages") != NULL &&
		    !look_has(who.own.at[i], "languages", language))
			return fail(err, RC_CONFLICT, "language",
				    "is none of the person's languages, and nobody interpreted");
	return RC_OK;
}

/* Is somebody accused anywhere, as the record of them stands now? */
static enum rc
is_accused(struct door *d, struct id person, bool *out, struct err *err)
{
	struct look_list parts = {0};
	bool all;
	enum rc rc = look_holders_some(d, "involvement", "person", person, d->actor->unit, 0,
				       &parts, &all, err);

	*out = *out || !all;
	for (size_t i = 0; i < parts.n; i++) {
		int subject = subject_find(look_text(parts.at[i], "category"));

		*out = *out || subject == SUBJECT_SUSPECT || subject == SUBJECT_CONVICTED;
	}
	return rc;
}

static enum rc
has_free_guardian(struct door *d, const struct concerned *who, bool *out, struct err *err)
{
	struct look_list guardians = {0};
	bool all;
	enum rc rc = RC_OK;

	*out = false;
	for (size_t i = 0; i < who->ids.n && rc == RC_OK; i++)
		rc = look_holders_some(d, "guardian", "survivor", who->ids.at[i],
				       who->own.at[i]->unit, look_state(d, "guardian", "appointed"),
				       &guardians, &all, err);
	for (size_t i = 0; i < guardians.n && rc == RC_OK; i++) {
		const struct record *g = guardians.at[i];
		struct ids person = {0};
		bool accused = false;

		look_ids(d, g, "person", &person);
		for (size_t k = 0; k < person.n && rc == RC_OK; k++)
			rc = is_accused(d, person.at[k], &accused, err);
		if (in_state(g, "appointed") && !accused &&
		    str_eq(look_text(g, "works_for_removing_authority"), STR("no")))
			*out = true;
	}
	return rc;
}

/* In the record itself, or in a consent that runs and names the guardian. */
static enum rc
guardian_agreed(struct door *d, const struct record *r, const struct concerned *who, bool *out,
		struct err *err)
{
	struct look_list consents = {0};
	enum rc rc;

	*out =
	    look_text(r, "guardian_view").n > 0 || (type_field(r->type, STR("guardian")) != NULL &&
						    json_object_get(r->fields, "guardian") != NULL);
	if (*out)
		return RC_OK;
	if ((rc = consents_of(d, who, &consents, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < consents.n; i++)
		*out = *out ||
		       (runs(d, consents.at[i]) && look_text(consents.at[i], "guardian").n > 0);
	return RC_OK;
}

static enum rc
guardian_consented(struct door *d, const struct record *r, const struct gate_use *use,
		   struct err *err)
{
	struct concerned who;
	bool ok;
	enum rc rc = concerned_of(d, r, &who, err);

	(void)use;
	if (rc != RC_OK || (who.ids.n > 0 && !who.may_be_minor))
		return rc;
	if ((rc = has_free_guardian(d, &who, &ok, err)) != RC_OK)
		return rc;
	if (!ok)
		return fail(err, RC_CONFLICT, "guardian",
			    "the person is or may be under 18, and no guardian free of conflict is "
			    "appointed");
	if ((rc = guardian_agreed(d, r, &who, &ok, err)) != RC_OK)
		return rc;
	return ok ? RC_OK
		  : fail(err, RC_CONFLICT, "guardian",
			 "it is not recorded that the guardian agreed");
}

static enum rc
child_view_asked(struct door *d, const struct record *r, const struct gate_use *use,
		 struct err *err)
{
	static const char *const fields[] = {"child_view", "own_view", "own_wishes", "own_words"};
	struct concerned who;
	bool has_place = false;
	enum rc rc = concerned_of(d, r, &who, err);

	(void)use;
	if (rc != RC_OK || (who.ids.n > 0 && !who.may_be_minor))
		return rc;
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		has_place = has_place || type_field(r->type, str_from(fields[i])) != NULL;
		if (look_text(r, fields[i]).n > 0)
			return RC_OK;
	}
	/* Where the type has no place for it, what the child's own record says counts. */
	for (size_t i = 0; i < who.own.n && !has_place; i++)
		if (look_text(who.own.at[i], "own_view").n > 0)
			return RC_OK;
	return fail(err, RC_CONFLICT, "child_view",
		    "the person is or may be under 18: ask their own view, and write it down");
}

static enum rc
asked_by_person(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	int64_t at;

	(void)use;
	if (!time_parse(look_text(r, "asked_on"), &at) || at > d->now_ms)
		return fail(err, RC_CONFLICT, "asked_on",
			    "says no day on which the person asked for it");
	if (look_text(r, "asked_in").n == 0)
		return fail(err, RC_CONFLICT, "asked_in", "says not in which language they asked");
	return RC_OK;
}

static bool
any_text_conditional(struct door *d, const struct record *r)
{
	for (size_t i = 0; i < r->type->field_count; i++) {
		const struct field *f = &r->type->fields[i];

		if (f->kind == FIELD_TEXT && f->text == TEXT_LONG && !f->list &&
		    text_is_conditional(d->arena, json_str(json_member(r->fields, f->name))))
			return true;
	}
	return false;
}

static enum rc
help_not_conditional(struct door *d, const struct record *r, const struct gate_use *use,
		     struct err *err)
{
	(void)use;
	/* One yes for help and for testimony at once is a condition, whatever it is called. */
	if (look_has(r, "purposes", STR("consent_for_services")) &&
	    (look_has(r, "purposes", STR("testimony")) ||
	     look_has(r, "purposes", STR("information_police"))))
		return fail(
		    err, RC_CONFLICT, "purposes",
		    "ask about help and about testimony in two consents, so that a no to one "
		    "is no no to the other");
	if (any_text_conditional(d, r))
		return fail(err, RC_CONFLICT, "gate",
			    "a sentence in it ties help to testimony or cooperation");
	return RC_OK;
}

/* clang-format off */
static const struct gate gates[] = {
	{ "valid_consent",        valid_consent,        "For each purpose a consent is given, unexpired, and admits this recipient." },
	{ "consent_informed",     consent_informed,     "Seven questions are answered yes, in one of the person's languages or with an interpreter." },
	{ "guardian_consented",   guardian_consented,   "If the person is or may be under 18: an appointed guardian free of conflict agreed." },
	{ "child_view_asked",     child_view_asked,     "If the person is or may be under 18: their own view is written down." },
	{ "asked_by_person",      asked_by_person,      "The day on which, and the language in which, the person asked stand in it." },
	{ "help_not_conditional", help_not_conditional, "Help and testimony are asked about apart, and no sentence ties one to the other." },
	{ .name = NULL },
};
/* clang-format on */

const struct feature consent_feature = {.name = "consent", .gates = gates};
