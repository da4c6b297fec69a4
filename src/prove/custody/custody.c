#include "prove/custody/custody.h"

#include "base/arena.h"
#include "model/model.h"
#include "prove/custody/fold.h"
#include "record/look.h"

static bool
in_state(const struct record *r, const char *state)
{
	return r->state == type_state(r->type, str_from(state));
}

/* The exhibits that a record is, rests on or holds. */
static enum rc
exhibits_of(struct door *d, const struct record *r, struct look_list *out, struct err *err)
{
	static const char *const fields[] = {"exhibit", "exhibits", "items"};
	struct ids ids = {0};
	enum rc rc = RC_OK;

	if (str_eq(r->type->name, STR("exhibit"))) {
		*VEC_ADD(d->arena, out) = (struct record *)(uintptr_t)r;
		return RC_OK;
	}
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		look_ids(d, r, fields[i], &ids);
	for (size_t i = 0; i < ids.n && rc == RC_OK; i++) {
		struct record *exhibit;

		if ((rc = look_record(d, ids.at[i], &exhibit, err)) == RC_OK)
			*VEC_ADD(d->arena, out) = exhibit;
	}
	if (rc == RC_ABSENT)
		return fail(err, RC_CONFLICT, "gate", "an exhibit that it names is not there");
	return rc;
}

static struct id
one_of(struct door *d, const struct record *r, const char *field)
{
	struct ids ids = {0};

	look_ids(d, r, field, &ids);
	return ids.n > 0 ? ids.at[0] : (struct id){{0}};
}

struct links {
	struct custody_link *at;
	size_t n, cap;
};

static bool
was_corrected(struct door *d, const struct look_list *events, struct id id)
{
	for (size_t i = 0; i < events->n; i++)
		if (in_state(events->at[i], "signed") &&
		    id_eq(one_of(d, events->at[i], "corrects"), id))
			return true;
	return false;
}

/* What signed events say, but those that a later one corrects. */
static enum rc
links_of(struct door *d, struct id exhibit, struct links *out, struct err *err)
{
	/* Drafts say nothing, so no flood of them keeps custody from being shown. */
	const struct look_only only = {.states = look_state(d, "custody_event", "signed")};
	struct look_list events = {0};
	enum rc rc = look_holders_only(d, "custody_event", "exhibit", exhibit, &only, &events, err);

	for (size_t i = 0; i < events.n && rc == RC_OK; i++) {
		const struct record *e = events.at[i];
		struct custody_link *l;

		if (!in_state(e, "signed") || was_corrected(d, &events, e->id))
			continue;
		l = VEC_ADD(d->arena, out);
		*l = (struct custody_link){.id = e->id,
					   .from = one_of(d, e, "from"),
					   .to = one_of(d, e, "to"),
					   .outside = look_text(e, "outside"),
					   .explains = look_text(e, "explains_gap").n > 0,
					   .sha256 = look_text(e, "sha256")};
		if (!time_parse(look_text(e, "at"), &l->at_ms))
			return fail(err, RC_CONFLICT, "gate", "a custody event has no time");
		(void)!time_parse(look_text(e, "until"), &l->until_ms);
	}
	custody_sort(out->at, out->n);
	return rc;
}

static enum rc
custody_unbroken(struct door *d, const struct record *r, const struct gate_use *use,
		 struct err *err)
{
	struct look_list exhibits = {0};
	enum rc rc = exhibits_of(d, r, &exhibits, err);

	(void)use;
	if (rc == RC_OK && exhibits.n == 0)
		return fail(err, RC_CONFLICT, "gate",
			    "it names no exhibit whose custody could hold");
	for (size_t i = 0; i < exhibits.n && rc == RC_OK; i++) {
		struct links links = {0};
		struct custody_state s;

		if ((rc = links_of(d, exhibits.at[i]->id, &links, err)) != RC_OK)
			return rc;
		s = custody_fold(links.at, links.n);
		if (s.fault != CUSTODY_WHOLE)
			rc = fail(err, RC_CONFLICT, "gate", "custody: %s",
				  custody_fault_text(s.fault));
	}
	return rc;
}

/* On the hand-over itself: the giver wrote it down, and the receiver, not the giver, signs. */
static enum rc
handover_is_two_party(struct door *d, const struct record *e, struct err *err)
{
	struct id from = one_of(d, e, "from"), to = one_of(d, e, "to");

	if (!id_is_zero(to)) {
		if (id_is_zero(from) && look_text(e, "outside").n == 0)
			return fail(err, RC_CONFLICT, "from", "says nobody who gave it");
		if (id_eq(from, to))
			return fail(err, RC_CONFLICT, "to", "is the giver: two people sign");
		if (!id_eq(to, d->actor->id))
			return fail(err, RC_CONFLICT, "to", "only the receiver signs for it");
		return RC_OK;
	}
	/* To somebody without an account: a witness, who is not the giver, signs here. */
	if (id_is_zero(from) || look_text(e, "outside").n == 0)
		return fail(err, RC_CONFLICT, "to", "says nobody who received it");
	if (id_is_zero(one_of(d, e, "witness")) || id_eq(one_of(d, e, "witness"), from) ||
	    !id_eq(one_of(d, e, "witness"), d->actor->id))
		return fail(err, RC_CONFLICT, "witness",
			    "signs where the receiver has no account, and is not the giver");
	return RC_OK;
}

static enum rc
two_party_handover(struct door *d, const struct record *r, const struct gate_use *use,
		   struct err *err)
{
	struct look_list exhibits = {0};
	enum rc rc;

	(void)use;
	if (str_eq(r->type->name, STR("custody_event")))
		return handover_is_two_party(d, r, err);
	if ((rc = exhibits_of(d, r, &exhibits, err)) != RC_OK)
		return rc;
	if (exhibits.n == 0)
		return fail(err, RC_CONFLICT, "gate", "it names nothing that was handed over");
	/* A move of the exhibit: the last thing that happened to it is a hand-over both signed. */
	for (size_t i = 0; i < exhibits.n; i++) {
		struct links links = {0};
		const struct custody_link *last;

		if ((rc = links_of(d, exhibits.at[i]->id, &links, err)) != RC_OK)
			return rc;
		last = links.n > 0 ? &links.at[links.n - 1] : NULL;
		if (last == NULL ||
		    (id_is_zero(last->to) && (last->outside.n == 0 || id_is_zero(last->from))) ||
		    id_eq(last->from, last->to))
			return fail(
			    err, RC_CONFLICT, "gate",
			    "the last custody event is no hand-over that two people signed");
	}
	return RC_OK;
}

static bool
is_hex(struct str s, size_t n)
{
	if (s.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f') ||
		      (s.p[i] >= 'A' && s.p[i] <= 'F')))
			return false;
	return true;
}

static enum rc
sealed_and_hashed(struct door *d, const struct record *r, const struct gate_use *use,
		  struct err *err)
{
	struct str sha256 = look_text(r, "sha256"), sha512 = look_text(r, "sha512");
	bool has_seal = json_object_get(r->fields, "seal") != NULL;

	(void)d;
	(void)use;
	if (sha256.n > 0 && !is_hex(sha256, 64))
		return fail(err, RC_CONFLICT, "sha256", "is no SHA-256: 64 digits of base 16");
	if (sha512.n > 0 && !is_hex(sha512, 128))
		return fail(err, RC_CONFLICT, "sha512", "is no SHA-512: 128 digits of base 16");
	if (has_seal || (sha256.n > 0 && sha512.n > 0))
		return RC_OK;
	return fail(
	    err, RC_CONFLICT, "seal",
	    "give the seal's number or, of a copy, SHA-256 and SHA-512 taken at acquisition");
}

/* Valid today, and for this kind of exhibit where the accreditation names kinds. */
static enum rc
accredited(struct door *d, struct id laboratory, struct str kind, bool *out, struct err *err)
{
	const int64_t day_ms = INT64_C(86400000);
	struct look_list found = {0};
	bool all;
	enum rc rc = look_holders_some(d, "accreditation", "laboratory", laboratory, d->actor->unit,
				       look_state(d, "accreditation", "valid"), &found, &all, err);

	*out = false;
	for (size_t i = 0; i < found.n && rc == RC_OK; i++) {
		const struct record *a = found.at[i];
		int64_t from, until;

		if (in_state(a, "valid") && time_parse(look_text(a, "valid_from"), &from) &&
		    time_parse(look_text(a, "valid_until"), &until) && from <= d->now_ms &&
		    d->now_ms < until + day_ms &&
		    (kind.n == 0 || json_object_get(a->fields, "exhibit_kinds") == NULL ||
		     look_has(a, "exhibit_kinds", kind)))
			*out = true;
	}
	return rc;
}

static enum rc
laboratory_accredited(struct door *d, const struct record *r, const struct gate_use *use,
		      struct err *err)
{
	bool is_lab = str_eq(r->type->name, STR("mobile_lab"));
	struct id laboratory = is_lab ? r->id : one_of(d, r, "laboratory");
	struct look_list exhibits = {0};
	bool ok = true;
	enum rc rc = RC_OK;

	(void)use;
	if (id_is_zero(laboratory))
		return fail(err, RC_CONFLICT, "laboratory", "is not named");
	if (!is_lab)
		rc = exhibits_of(d, r, &exhibits, err);
	if (rc == RC_OK && exhibits.n == 0)
		rc = accredited(d, laboratory, STR_NONE, &ok, err);
	for (size_t i = 0; i < exhibits.n && rc == RC_OK && ok; i++)
		rc = accredited(d, laboratory, look_text(exhibits.at[i], "kind"), &ok, err);
	return rc != RC_OK || ok ? rc
				 : fail(err, RC_CONFLICT, "laboratory",
					"has no accreditation for this that is valid today");
}

/* clang-format off */
static const struct gate gates[] = {
	{ "custody_unbroken",      custody_unbroken,      "Each signed custody event begins where the one before ended, or a later one explains the gap." },
	{ "two_party_handover",    two_party_handover,    "Giver and receiver are two people, and the receiver (or a witness, where they have no account) signs." },
	{ "sealed_and_hashed",     sealed_and_hashed,     "A seal's number, or well-formed SHA-256 and SHA-512." },
	{ "laboratory_accredited", laboratory_accredited, "The laboratory has an accreditation that is valid today, for this kind of exhibit." },
	{ .name = NULL },
};
/* clang-format on */

const struct feature custody_feature = {.name = "custody", .gates = gates};
