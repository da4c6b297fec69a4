#include "base/rc.h"
#include "exchange/identity/identity.h"
#include "model/role.h"

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET", "/api/v1/exchange/self", "show_self", NULL, NULL,
	  "{name: text; fingerprint: text # of the root key; version: integer(1..); until: time; state: 'good'|'over'; descriptor: text # as the root signed it; sheet?: text # of this week}", 0, 0, BIT(RC_ABSENT) },
	{ "POST", "/api/v1/exchange/self/draft", "draft_self", NULL,
	  "{root: text # its public key; endpoints?: [text(1..300)] # https://HOST:PORT; days?: integer(1..90); new_keys?: bool}",
	  "{draft: text # for the root to sign; fingerprint: text}" },
	{ "POST", "/api/v1/exchange/self", "use_self", NULL,
	  "{descriptor: text # signed}",
	  "{fingerprint: text; version: integer(1..); until: time}", 0, 0, BIT(RC_CONFLICT) },
	{ .method = NULL },
    /* clang-format on */
};

const struct api identity_api = {rows, NULL};
