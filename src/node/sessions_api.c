#include "node/api.h"

#include "base/rc.h"
#include "model/role.h"

#define WHO "user: id; login: text; name: text; roles: [role]; unit: id"
#define ENDS                                                                                       \
	"csrf: text # goes into the header Liaison-CSRF of each change; "                          \
	"idle_ends: time # unless it is used before; ends: time"

static const struct api_shape shapes[] = {
    {"session",
     "{id: id; user: text # the login; signed_in: time; seen: time # to a minute; ends: time; "
     "open: bool; address: text; agent: text; this: bool # the one that asks}",
     "A browser in which somebody signed in."},
    {"notice",
     "{at: time; what: "
     "'link_made'|'link_agreed'|'link_made_by_one_alone'|'password_set_by_link'|"
     "'account_bound'|'account_asked_for'|'account_agreed'|'account_bound_by_one_alone'|'"
     "unreadable'; "
     "by?: text # the login of who did it}",
     "What somebody did to one's way in, told for 30 days."},
    {.name = NULL},
};

static const struct api_route rows[] = {
    /* clang-format off */
	{ "POST",   "/api/v1/session", "sign_in", NULL,
	  "{login: text(1..64); password: text(1..1000)}",
	  "{" WHO "; " ENDS "; notices: [notice]}", 201, 0, BIT(RC_MEDIA) | BIT(RC_BUSY) | BIT(RC_UNAUTHENTICATED) | BIT(RC_DENIED) },
	{ "GET",    "/api/v1/session", "show_session", NULL, NULL,
	  "{" WHO "; way: 'system_account'|'token'|'session'; session?: id; csrf?: text; idle_ends?: time; ends?: time}" },
	{ "DELETE", "/api/v1/session", "sign_out", NULL, NULL, NULL, 0, 0, BIT(RC_CONFLICT) },
	{ "GET",    "/api/v1/sessions", "list_sessions",
	  "user?: text # a login, for administrators; all?: text # everybody's", NULL, "{items: [session]}",
	  0, 0, BIT(RC_ABSENT) },
	{ "DELETE", "/api/v1/sessions", "end_sessions", "user?: text", NULL, "{ended: integer(0..)}",
	  0, 0, BIT(RC_ABSENT) },
	{ "DELETE", "/api/v1/sessions/{id}", "end_session" },
	{ "POST",   "/api/v1/users/{login}/invite", "invite_user", NULL,
	  "{hours?: integer(1..168) # until it is too old, standard 24}",
	  "{login: text; code: text # shown this once; link?: text; expires: time; waits_for?: text # `a second person`, where somebody works under this name}", 201, API_BODY_MAY | API_REASON, BIT(RC_CONFLICT) },
	{ "POST",   "/api/v1/users/{login}/invite/agree", "agree_invite" },
	{ "POST",   "/api/v1/password", "redeem_invite", NULL,
	  "{code: text(1..200); password: text(1..1000)}", NULL, 0, 0,
	  BIT(RC_MEDIA) | BIT(RC_BUSY) | BIT(RC_UNAUTHENTICATED) | BIT(RC_DENIED) },
	{ "POST",   "/api/v1/me/password", "set_password", NULL,
	  "{password: text(1..1000); old?: text(..1000) # the present one, by session; keep_tokens?: bool # else they end}",
	  "{tokens: [{id: id; expires: time; revoked: bool}]}", 0, 0, BIT(RC_BUSY) },
	{ .method = NULL },
    /* clang-format on */
};

const struct api sessions_api = {rows, shapes};
