#include "exchange/contact/contact.h"

#include "base/arena.h"
#include "exchange/contact/round.h"
#include "exchange/greeting.h"
#include "format/json.h"
#include "seal/random.h"
#include "serve/api.h"
#include "serve/request.h"

struct heard {
	struct peer peer;
	struct greeting greeting;
};

/* The answer was heard; what it says anew is taken where the peer is still as it was. */
static enum rc
take(struct request *rq, void *draft, struct err *err)
{
	const struct heard *heard = draft;
	struct peer now;
	enum rc rc = peer_find(&rq->door, id_format(rq->arena, heard->peer.id), &now, err);

	if (rc != RC_OK || (rc = peer_may_talk(&rq->door, &now, err)) != RC_OK)
		return rc;
	if (now.changed_ms != heard->peer.changed_ms)
		return fail(err, RC_CONFLICT, "peer",
			    "what is known of it changed in the meantime: say hello again");
	return greeting_take(&rq->door, &now, &heard->greeting, err);
}

static json_t *
heard_json(struct request *rq, const struct heard *heard)
{
	const struct greeting *g = &heard->greeting;
	json_t *o = json_object(), *features = json_array();

	for (size_t i = 0; i < g->features.n; i++)
		must(json_array_append_new(features, json_from_str(g->features.at[i])) == 0);
	must(json_object_set_new(o, "name", json_from_str(heard->peer.is.name)) == 0 &&
	     json_object_set_new(o, "protocol", json_integer(g->protocol)) == 0 &&
	     json_object_set_new(o, "features", features) == 0 &&
	     json_object_set_new(
		 o, "renewed",
		 json_boolean(g->changes != 0 && (g->changes & DESCRIPTOR_BLOCKS) == 0)) == 0);
	if ((g->changes & DESCRIPTOR_BLOCKS) != 0)
		must(json_object_set_new(
			 o, "blocked",
			 json_from_str(descriptor_changes_text(rq->arena, g->changes))) == 0);
	return o;
}

/* On a thread of long work: it waits for a node elsewhere. */
static enum rc
hello(struct request *rq, struct reply *reply, struct err *err)
{
	struct heard *heard = NEW(rq->arena, struct heard);
	unsigned char challenge[HELLO_CHALLENGE_BYTES];
	struct door *d = &rq->door;
	struct str said, answer;
	enum rc rc = peer_find(d, request_path(rq, "peer"), &heard->peer, err);

	random_bytes(challenge, sizeof challenge);
	if (rc != RC_OK || (rc = greeting_say(d, &heard->peer, challenge, &said, err)) != RC_OK ||
	    (rc = contact_ask(rq->arena, d->node, &heard->peer, said, &answer, err)) != RC_OK ||
	    (rc = greeting_hear(d, &heard->peer, answer, challenge, &heard->greeting, err)) !=
		RC_OK)
		return rc;
	reply->json = heard_json(rq, heard);
	reply->write = take;
	reply->draft = heard;
	return RC_OK;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "POST", "/api/v1/exchange/peers/{peer}/hello", BIT(ROLE_ADMINISTRATOR), BIT(PURPOSE_ADMINISTRATION), ROUTE_WRITES | ROUTE_DRAFTS | ROUTE_HEAVY | ROUTE_PERSON, 4096, hello, "Call a pinned peer: who it is now, and what both nodes can do." },
	{ .method = NULL },
    /* clang-format on */
};

static const struct setting settings[] = {
    /* clang-format off */
	{ "peer_address", SETTING_TEXT,   "",     0, 0,     "Address that peers connect to, by mutual TLS 1.3 with keys that were pinned; empty: nobody listens for them." },
	{ "peer_port",    SETTING_NUMBER, "8443", 0, 65535, "Port of it; 0 takes a free one." },
	{ "exchange_round_seconds", SETTING_NUMBER, "30", 0, 86400, "How often the node looks to which peers it says hello: to each once an hour, sooner after a failure or when it says something new of itself; 0: never." },
	{ .name = NULL },
    /* clang-format on */
};

static const struct timer timers[] = {
    {"exchange_round", "exchange_round_seconds", NULL, "Say hello to the peers that are due.",
     contact_round},
    {.name = NULL},
};

static const struct api_shape shapes[] = {
    /* clang-format off */
	{ "exchange_hello",
	  "{name: text; protocol: integer(1..) # the version that both speak; features: [text] # that both have; renewed: bool # it says something else of itself, which was taken; blocked?: text # it says something else of this, so two people look again}",
	  "What a peer answered." },
	{ .name = NULL },
    /* clang-format on */
};

static const struct api_route rows[] = {
    /* clang-format off */
	{ "POST", "/api/v1/exchange/peers/{peer}/hello", "hello_peer", NULL, "{}", "exchange_hello", 0, API_BODY_MAY, BIT(RC_CONFLICT) | BIT(RC_ABSENT) | BIT(RC_UNAVAILABLE) },
	{ .method = NULL },
    /* clang-format on */
};

static const struct api contact_api = {rows, shapes};

const struct feature contact_feature = {
    .name = "contact",
    .routes = routes,
    .settings = settings,
    .timers = timers,
    .api = &contact_api,
};
