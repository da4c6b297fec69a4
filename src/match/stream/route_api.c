#include "base/rc.h"
#include "match/stream/route.h"
#include "model/role.h"
#include "serve/api.h"

static const struct api_route rows[] = {
    /* clang-format off */
	{ "POST", "/api/v1/match/stream", "stream_events", NULL, "application/x-ndjson",
	  "{events: integer(0..); alerts: [{line: integer(1..); event: text; second_check: bool; alert?: id; raised?: 'new'|'known'; rule?: id; rule_name?: text; part?: text; number?: integer(1..); listing?: id; list?: id; listed_name?: text; why?: match_why}] # for the first line the first three members alone; errors: [{line: integer(1..); key: text; error: text; skipped: bool}]}",
	  .also = BIT(RC_UNAVAILABLE) },
	{ "GET", "/api/v1/match/alerts/events", "follow_alerts", NULL, NULL, "text/event-stream" },
	{ "GET", "/api/v1/match/alerts/{id}/why", "show_alert_why", NULL, NULL, "match_why", .flags = API_REASON },
	{ .method = NULL },
    /* clang-format on */
};

const struct api stream_route_api = {rows, NULL};
