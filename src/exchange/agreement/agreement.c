#include "exchange/agreement/agreement.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/look.h"

#define DAY_MS INT64_C(86400000)

static bool
in_state(const struct record *r, const char *state)
{
	return r->state == type_state(r->type, str_from(state));
}

static struct str
purpose_of(const struct door *d, const struct record *r)
{
	struct str own = look_text(r, "purpose");

	if (own.n > 0 || type_field(r->type, STR("purpose")) != NULL || !d->access.has_purpose)
		return own;
	return str_from(purpose_name(d->access.purpose));
}

static enum rc
purpose_and_basis(struct door *d, const struct record *r, const struct gate_use *use,
		  struct err *err)
{
	bool keeps_basis = type_field(r->type, STR("legal_basis")) != NULL;
	struct str purpose = purpose_of(d, r);
	struct str basis = keeps_basis ? look_text(r, "legal_basis") : d->access.legal_basis;

	(void)use;
	if (purpose.n == 0)
		return fail(err, RC_CONFLICT, "purpose", "is not set: for what is it?");
	if (basis.n == 0)
		return fail(err, RC_CONFLICT, "legal_basis",
			    "is not set: on which law does it stand?");
	if (str_eq(purpose, STR("prosecution")) && type_field(r->type, STR("case")) != NULL &&
	    look_text(r, "case").n == 0 && !d->access.has_case)
		return fail(err, RC_CONFLICT, "case", "is not set: a prosecution is one of a case");
	return RC_OK;
}

/* Did it come from a peer, or is a copy from a peer held of it? */
static enum rc
is_from_peer(struct door *d, const struct record *r, bool *out, struct err *err)
{
	struct look_list copies = {0};
	bool all;
	enum rc rc;

	*out = look_text(r, "from_peer").n > 0;
	if (*out)
		return RC_OK;
	/* What is not looked at may have come from one. */
	rc = look_holders_some(d, "release", "of", r->id, r->unit, 0, &copies, &all, err);
	*out = !all;
	for (size_t i = 0; i < copies.n; i++)
		*out = *out || look_text(copies.at[i], "from_peer").n > 0;
	return rc;
}

/* A request that came in is itself a peer's: to answer it needs nobody's leave but our own. */
static bool
is_the_question(const struct field *field)
{
	return str_eq(field->name, STR("request"));
}

static enum rc
originator_allows(struct door *d, const struct record *r, const struct gate_use *use,
		  struct err *err)
{
	bool to_court = str_eq(r->type->area, STR("prove"));
	enum rc rc = RC_OK;

	(void)use;
	for (size_t i = 0; i < r->type->field_count && rc == RC_OK; i++) {
		const struct field *f = &r->type->fields[i];
		struct ids ids = {0};

		if (f->kind != FIELD_REF || is_the_question(f))
			continue;
		look_ids(d, r, str_z(d->arena, f->name), &ids);
		for (size_t k = 0; k < ids.n && rc == RC_OK; k++) {
			struct record *held;
			bool theirs = false;

			/* A user is named in the same kind of field: of no originator. */
			if ((rc = look_record(d, ids.at[k], &held, err)) == RC_ABSENT) {
				rc = RC_OK;
				continue;
			}
			if (rc == RC_OK)
				rc = is_from_peer(d, held, &theirs, err);
			if (rc == RC_OK && theirs)
				return fail(
				    err, RC_CONFLICT, "gate",
				    "something in it came from a peer, whose grant for this "
				    "use is not here");
			if (rc == RC_OK && to_court && !held->handling.judicial_ok)
				return fail(
				    err, RC_CONFLICT, "gate",
				    "something in it may not be used in court: its handling "
				    "says so");
		}
	}
	return rc;
}

/* The peers it goes to: the asker of a request that came in, else who is named. */
static void
peers_of(struct door *d, const struct record *r, struct str_list *out)
{
	static const char *const lists[] = {"to_peers", "peers"};
	struct str from = look_text(r, "from_peer"), to = look_text(r, "to_peer");

	if (from.n > 0)
		*VEC_ADD(d->arena, out) = from;
	else if (to.n > 0)
		*VEC_ADD(d->arena, out) = to;
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		json_t *list = json_object_get(r->fields, lists[i]), *item;
		size_t k;

		json_array_foreach (list, k, item)
			*VEC_ADD(d->arena, out) = json_str(item);
	}
}

/* All agreements of the node: few, and found by no index of names. */
static enum rc
agreements(struct door *d, struct look_list *out, struct err *err)
{
	struct record_filter filter = {.type = model_type(d->node->model, STR("peer_agreement")),
				       .limit = RECORD_PAGE_MAX,
				       .shows_damaged = true};
	struct record_list page;
	struct door inner;
	enum rc rc;

	if (filter.type == NULL)
		return RC_OK;
	do {
		door_open_as_node(&inner, d, STR("may the peer receive this?"));
		rc = record_list(&inner, &filter, &page, err);
		door_close(&inner);
		filter.cursor = page.next;
		for (size_t i = 0; i < page.items.n && rc == RC_OK; i++) {
			struct record *a;

			/* One that does not open covers nothing, and hides no other. */
			if (page.items.at[i]->damaged)
				continue;
			rc = look_record(d, page.items.at[i]->id, &a, err);
			if (rc == RC_OK)
				*VEC_ADD(d->arena, out) = a;
		}
	} while (rc == RC_OK && filter.cursor.n > 0);
	return rc;
}

/* Active, for this purpose, overseen, not past its review, and no stricter handling than agreed. */
static bool
covers(const struct door *d, const struct record *a, const struct record *r, struct str purpose)
{
	struct str strictest = look_text(a, "strictest_handling"); /* "TLP:AMBER" */
	int64_t review;

	if (!in_state(a, "active") || !look_has(a, "purposes", purpose) || purpose.n == 0 ||
	    look_text(a, "overseer").n == 0 ||
	    !str_eq(look_text(a, "overseer_independent"), STR("yes")))
		return false;
	if (time_parse(look_text(a, "review_by"), &review) && d->now_ms >= review + DAY_MS)
		return false;
	if (str_starts(strictest, STR("TLP:")))
		strictest = str_sub(strictest, 4, strictest.n);
	for (int tlp = TLP_CLEAR; strictest.n > 0 && tlp <= TLP_RED; tlp++)
		if (str_eq_z(strictest, tlp_name((enum tlp)tlp)))
			return r->handling.tlp <= (enum tlp)tlp;
	return strictest.n == 0;
}

struct kept_out {
	struct str peer, country;
};

static bool
keeps_out(void *ctx, struct record *x)
{
	const struct kept_out *k = ctx;

	return !in_state(x, "lifted") &&
	       (str_eq_ascii_case(look_text(x, "peer"), k->peer) ||
		(k->country.n > 0 && str_eq(look_text(x, "country"), k->country)));
}

/* Is it kept out of the case that the record belongs to? */
static enum rc
is_excluded(struct door *d, const struct record *r, struct str peer, struct str country, bool *out,
	    struct err *err)
{
	struct kept_out of = {peer, country};
	struct ids cases = {0};
	enum rc rc = RC_OK;

	*out = false;
	look_ids(d, r, "case", &cases);
	look_ids(d, r, "cases", &cases);
	if (d->access.has_case)
		*VEC_ADD(d->arena, &cases) = d->access.case_id;
	for (size_t i = 0; i < cases.n && rc == RC_OK && !*out; i++)
		rc = look_until(d, "exclusion", "case", cases.at[i], keeps_out, &of, out, err);
	return rc;
}

static enum rc
peer_may_receive(struct door *d, const struct record *r, const struct gate_use *use,
		 struct err *err)
{
	struct str purpose = purpose_of(d, r);
	struct look_list all = {0};
	struct str_list peers = {0};
	enum rc rc;

	(void)use;
	peers_of(d, r, &peers);
	if (peers.n == 0)
		return fail(err, RC_CONFLICT, "to_peer", "names no peer that could receive it");
	if ((rc = agreements(d, &all, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < peers.n; i++) {
		const struct record *agreement = NULL;
		bool excluded = false;

		for (size_t k = 0; k < all.n && agreement == NULL; k++)
			if (str_eq_ascii_case(look_text(all.at[k], "peer"), peers.at[i]) &&
			    covers(d, all.at[k], r, purpose))
				agreement = all.at[k];
		if (agreement != NULL &&
		    (rc = is_excluded(d, r, peers.at[i], look_text(agreement, "country"), &excluded,
				      err)) != RC_OK)
			return rc;
		/* One sentence for both, so that nobody learns of an exclusion. */
		if (agreement == NULL || excluded)
			return fail(err, RC_CONFLICT, "to_peer",
				    "may not receive this: no agreement in force covers it");
	}
	return RC_OK;
}

/* clang-format off */
static const struct gate gates[] = {
	{ "purpose_and_basis", purpose_and_basis, "Purpose and legal basis are named and, for a prosecution, the case." },
	{ "originator_allows", originator_allows, "Nothing in it came from a peer (grants are not here yet), and what goes to court may be used there." },
	{ "peer_may_receive",  peer_may_receive,  "An active agreement for the purpose, an independent overseer, handling as agreed, no exclusion in the case." },
	{ .name = NULL },
};
/* clang-format on */

const struct feature agreement_feature = {.name = "agreement", .gates = gates};
