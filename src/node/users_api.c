#include "node/api.h"

#include "base/rc.h"
#include "model/role.h"

#define USER                                                                                       \
	"id: id; login: text; name: text; roles: [role]; unit: id; system_account?: "              \
	"integer(0..) # the number of the system account that may act as them; disabled: bool; "   \
	"created: time"

static const struct api_shape shapes[] = {
    {"user", "{" USER "}", "Somebody who has an account."},
    {"me", "{" USER "; notices: [notice]}", NULL},
    {"user_changed",
     "{" USER "; shares_account_with?: [text] # logins bound to the same system account; "
     "waits_for?: text # `a second person`, for another system account of theirs}",
     NULL},
    {"token",
     "{id: id; user: id; purposes: [purpose]; scope?: text; addresses?: text; expires: time; "
     "revoked: bool}",
     "Without its text."},
    {.name = NULL},
};

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET",    "/api/v1/me", "me", NULL, NULL, "me" },
	{ "GET",    "/api/v1/users", "list_users", NULL, NULL, "{items: [user]}" },
	{ "POST",   "/api/v1/users", "add_user", NULL,
	  "{login: text(1..60); name?: text(..200); roles: [role](1..8); unit?: id # standard - the asker's; system_account?: integer(-1..4294967294)}",
	  "user_changed", 201, 0, BIT(RC_CONFLICT) | BIT(RC_ABSENT) },
	{ "PATCH",  "/api/v1/users/{login}", "change_user", NULL,
	  "{roles?: [role](1..8); unit?: id; system_account?: integer(-1..4294967294); disabled?: bool}",
	  "user_changed", 0, API_REASON, BIT(RC_CONFLICT), 202 },
	{ "POST",   "/api/v1/users/{login}/account/agree", "agree_account", NULL,
	  "{system_account: integer(0..4294967294) # the one that waits}", NULL, 0, 0, BIT(RC_CONFLICT) },
	{ "GET",    "/api/v1/tokens", "list_tokens", NULL, NULL, "{items: [token]}" },
	{ "POST",   "/api/v1/tokens", "make_token", NULL,
	  "{purposes: [purpose](1..10); days?: integer(1..366) # until it ends, standard 1; scope?: text(..200) # read, features, paths; addresses?: text(..200) # prefixes it may come from}",
	  "{id: id; token: text # shown this once; expires: time}", 201 },
	{ "DELETE", "/api/v1/tokens/{id}", "revoke_token" },
	{ .method = NULL },
    /* clang-format on */
};

const struct api users_api = {rows, shapes};
