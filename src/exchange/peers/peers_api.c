#include "base/rc.h"
#include "exchange/peers/peers.h"
#include "model/role.h"

#define CONFLICT (BIT(RC_CONFLICT) | BIT(RC_ABSENT))

static const struct api_shape shapes[] = {
    /* clang-format off */
	{ "exchange_peer",
	  "{id: id; state: 'proposed'|'pinned'|'blocked'|'suspended'|'removed'|'damaged'; changed: time; why?: text # nothing goes to it now; name?: text; country?: text; kind?: text; regime?: text; fingerprint?: text # of its root key; version?: integer(1..); until?: time; near?: bool # may be found on this machine or beside it; endpoints?: [text]; compared_by_one?: bool; new_name?: text; new_fingerprint?: text; new_endpoints?: [text]; waits_for?: text; reply?: text # to be carried back}",
	  "A node that this one knows." },
	{ .name = NULL },
    /* clang-format on */
};

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET", "/api/v1/exchange/peers", "list_peers", NULL, NULL, "{items: [exchange_peer]}" },
	{ "GET", "/api/v1/exchange/peers/{peer}", "show_peer", NULL, NULL, "exchange_peer" },
	{ "POST", "/api/v1/exchange/invitations", "invite_peer", NULL, "{hours?: integer(1..720)}", "{invitation: text # secret}", 0, API_BODY_MAY, CONFLICT },
	{ "POST", "/api/v1/exchange/peers", "add_peer", NULL,
	  "{file: text # an invitation, or a reply to one; fingerprint?: text # as heard from the peer; near?: bool}", "exchange_peer", 201, 0, CONFLICT },
	{ "POST", "/api/v1/exchange/peers/{peer}/verify", "verify_peer", NULL, "{fingerprint: text # as heard from the peer}", "exchange_peer", 0, 0, CONFLICT },
	{ "POST", "/api/v1/exchange/peers/{peer}/descriptor", "renew_peer", NULL, "{descriptor: text; near?: bool}", "exchange_peer", 0, 0, CONFLICT },
	{ "POST", "/api/v1/exchange/peers/{peer}/suspend", "suspend_peer", NULL, "{}", "exchange_peer", 0, API_REASON | API_BODY_MAY, CONFLICT },
	{ "DELETE", "/api/v1/exchange/peers/{peer}", "remove_peer", NULL, NULL, NULL, 0, API_REASON, CONFLICT },
	{ "POST", "/api/v1/exchange/revocations", "revoke_peer_key", NULL, "{revocation: text # signed by the root}", "{peers: integer(0..) # that had the key}", 0, 0, CONFLICT },
	{ .method = NULL },
    /* clang-format on */
};

const struct api peers_api = {rows, shapes};
