#include "exchange/peers/peers.h"

#include "base/arena.h"
#include "base/clock.h"
#include "exchange/peer.h"
#include "format/json.h"
#include "serve/request.h"

#define REASON_MIN 12 /* bytes; as for broken glass */

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new(o, key, value) == 0);
}

/* What it says of itself, and in plain words why nothing goes to it. */
static json_t *
peer_json(struct request *rq, const struct peer *p)
{
	struct arena *a = rq->arena;
	struct err why = {.rc = RC_OK};
	json_t *o = json_object(), *places;
	const struct descriptor *x = &p->is;

	set(o, "id", json_from_str(id_format(a, p->id)));
	set(o, "state", json_string(peer_state_name(p->state)));
	set(o, "changed", json_from_str(time_format(a, p->changed_ms)));
	if (peer_may_talk(&rq->door, p, &why) != RC_OK)
		set(o, "why", json_string(why.text));
	if (p->state == PEER_DAMAGED)
		return o;
	set(o, "name", json_from_str(x->name));
	set(o, "country", json_from_str(x->country));
	set(o, "kind", json_from_str(x->kind));
	set(o, "regime", json_from_str(x->regime));
	set(o, "fingerprint", json_from_str(root_fingerprint(a, x->root)));
	set(o, "version", json_integer(x->version));
	set(o, "until", json_from_str(time_format(a, x->until_ms)));
	set(o, "near", json_boolean(p->near));
	places = json_array();
	for (size_t i = 0; i < x->endpoints.n; i++)
		must(json_array_append_new(places, json_from_str(x->endpoints.at[i])) == 0);
	set(o, "endpoints", places);
	set(o, "compared_by_one",
	    json_boolean(p->state != PEER_PINNED && !id_eq(p->first, (struct id){{0}})));
	if (!p->has_wanted)
		return o;
	set(o, "new_name", json_from_str(p->wanted.name));
	set(o, "new_fingerprint", json_from_str(root_fingerprint(a, p->wanted.root)));
	places = json_array();
	for (size_t i = 0; i < p->wanted.endpoints.n; i++)
		must(json_array_append_new(places, json_from_str(p->wanted.endpoints.at[i])) == 0);
	set(o, "new_endpoints", places);
	return o;
}

static enum rc
find(struct request *rq, struct peer *p, struct err *err)
{
	return peer_find(&rq->door, request_path(rq, "peer"), p, err);
}

static enum rc
list(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_LIST, .type = STR("exchange_peers")};
	struct peer_list all;
	json_t *items;
	enum rc rc = peer_list(&rq->door, &all, err);

	if (rc != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < all.n; i++)
		must(json_array_append_new(items, peer_json(rq, &all.at[i])) == 0);
	reply->json = json_pack("{s:o}", "items", items);
	return door_log(&rq->door, &entry, NULL, err);
}

static enum rc
show(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_LIST, .type = STR("exchange_peers")};
	struct peer p;
	enum rc rc = find(rq, &p, err);

	if (rc != RC_OK)
		return rc;
	reply->json = peer_json(rq, &p);
	return door_log(&rq->door, &entry, NULL, err);
}

static enum rc
invite(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *hours = json_object_get(rq->json, "hours");
	struct str text;
	enum rc rc;

	if (hours != NULL && (!json_is_integer(hours) || json_integer_value(hours) < 1 ||
			      json_integer_value(hours) > 720))
		return fail(err, RC_INVALID, "hours", "is 1 to 720");
	rc =
	    peer_invite(&rq->door, hours != NULL ? (int)json_integer_value(hours) : 72, &text, err);
	if (rc == RC_OK)
		reply->json = json_pack("{s:o}", "invitation", json_from_str(text));
	return rc;
}

static bool
wants_near(const struct request *rq)
{
	return json_is_true(json_object_get(rq->json, "near"));
}

static enum rc
add(struct request *rq, struct reply *reply, struct err *err)
{
	struct str text, answer;
	struct peer p;
	enum rc rc;

	if ((rc = request_text(rq, "file", &text, err)) != RC_OK ||
	    (rc = peer_add(&rq->door, text, json_member_str(rq->json, "fingerprint"),
			   wants_near(rq), &p, &answer, err)) != RC_OK)
		return rc;
	reply->json = peer_json(rq, &p);
	if (answer.n > 0)
		set(reply->json, "reply", json_from_str(answer));
	reply->status = 201;
	return RC_OK;
}

static enum rc
verify(struct request *rq, struct reply *reply, struct err *err)
{
	struct str said;
	struct peer p;
	bool waits;
	enum rc rc;

	if ((rc = request_text(rq, "fingerprint", &said, err)) != RC_OK ||
	    (rc = find(rq, &p, err)) != RC_OK ||
	    (rc = peer_compared(&rq->door, &p, said, &waits, err)) != RC_OK)
		return rc;
	reply->json = peer_json(rq, &p);
	if (waits)
		set(reply->json, "waits_for", json_string("a second person"));
	return RC_OK;
}

static enum rc
renew(struct request *rq, struct reply *reply, struct err *err)
{
	struct str text;
	struct peer p;
	unsigned changes;
	enum rc rc;

	if ((rc = request_text(rq, "descriptor", &text, err)) != RC_OK ||
	    (rc = find(rq, &p, err)) != RC_OK ||
	    (rc = peer_renew(&rq->door, &p, text, wants_near(rq), &changes, err)) != RC_OK)
		return rc;
	reply->json = peer_json(rq, &p);
	return RC_OK;
}

/* It is asked for why: whoever takes it up again reads that in the log. */
static enum rc
check_reason(const struct request *rq, struct err *err)
{
	return rq->door.access.reason.n >= REASON_MIN
		   ? RC_OK
		   : fail(err, RC_DENIED, "reason", "say in a sentence why");
}

static enum rc
suspend(struct request *rq, struct reply *reply, struct err *err)
{
	struct peer p;
	enum rc rc;

	if ((rc = check_reason(rq, err)) != RC_OK || (rc = find(rq, &p, err)) != RC_OK ||
	    (rc = peer_suspend(&rq->door, &p, err)) != RC_OK)
		return rc;
	reply->json = peer_json(rq, &p);
	return RC_OK;
}

static enum rc
take_away(struct request *rq, struct reply *reply, struct err *err)
{
	struct peer p;
	enum rc rc;

	(void)reply;
	if ((rc = check_reason(rq, err)) != RC_OK || (rc = find(rq, &p, err)) != RC_OK)
		return rc;
	return peer_remove(&rq->door, &p, err);
}

static enum rc
revoke_key(struct request *rq, struct reply *reply, struct err *err)
{
	struct revocation r;
	struct str text;
	size_t n;
	enum rc rc;

	if ((rc = request_text(rq, "revocation", &text, err)) != RC_OK ||
	    (rc = revocation_parse(rq->arena, text, &r, err)) != RC_OK ||
	    (rc = peer_revoke(&rq->door, &r, &n, err)) != RC_OK)
		return rc;
	reply->json = json_pack("{s:I}", "peers", (json_int_t)n);
	return RC_OK;
}

#define ADMIN BIT(ROLE_ADMINISTRATOR)
#define STOPS (ADMIN | BIT(ROLE_SUPERVISOR) | BIT(ROLE_COORDINATOR) | BIT(ROLE_DUTY_OFFICER))
#define WHY BIT(PURPOSE_ADMINISTRATION)
#define CHANGES (ROUTE_WRITES | ROUTE_PERSON)

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",    "/api/v1/exchange/peers",                   ROLES_ANY, PURPOSES_ANY, ROUTE_READS, 0, list, "List the nodes that this one knows, and why nothing goes to those that may not talk." },
	{ "GET",    "/api/v1/exchange/peers/{peer}",            ROLES_ANY, PURPOSES_ANY, ROUTE_READS, 0, show, "Show one of them, by id or name." },
	{ "POST",   "/api/v1/exchange/invitations",             ADMIN, WHY, CHANGES, 4096, invite, "Make an invitation, to be carried to another node by hand; it holds a secret." },
	{ "POST",   "/api/v1/exchange/peers",                   ADMIN, WHY, CHANGES, 65536, add, "Know another node, by its invitation or its reply to one." },
	{ "POST",   "/api/v1/exchange/peers/{peer}/verify",     ADMIN, WHY, CHANGES, 4096, verify, "Say the fingerprint that one heard from the peer; with the second person's it is pinned." },
	{ "POST",   "/api/v1/exchange/peers/{peer}/descriptor", ADMIN, WHY, CHANGES, 65536, renew, "Take what a peer says of itself now; another root, place or name blocks it." },
	{ "POST",   "/api/v1/exchange/peers/{peer}/suspend",    STOPS, PURPOSES_ANY, CHANGES, 4096, suspend, "Stop all exchange with a peer, at once and by one person." },
	{ "DELETE", "/api/v1/exchange/peers/{peer}",            ADMIN, WHY, CHANGES, 0, take_away, "Forget a peer: nothing goes to it or comes from it any more." },
	{ "POST",   "/api/v1/exchange/revocations",             ADMIN, WHY, CHANGES, 32768, revoke_key, "Take the word of a peer's root that a key is at an end." },
	{ .method = NULL },
    /* clang-format on */
};

const struct feature peers_feature = {
    .name = "peers",
    .routes = routes,
    .commands = peers_commands,
    .api = &peers_api,
};
