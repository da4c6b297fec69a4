#include "base/rc.h"
#include "match/live/shape.h"
#include "model/role.h"
#include "serve/api.h"

static const struct api_route rows[] = {
    /* clang-format off */
	{ "POST", "/match/{dataset}", "match_yente", "limit?: integer(1..500); threshold?: text; cutoff?: text; algorithm?: text # passed over", "application/json",
	  "{responses: {...} # by name of the query - status, results, total, query, second_check; matcher: {...}; limit: integer(1..20)}", .also = BIT(RC_ABSENT) },
	{ "GET", "/reconcile/{dataset}", "show_reconcile", NULL, NULL,
	  "{versions: [text]; name: text; identifierSpace: text; schemaSpace: text; batchSize: integer(1..); defaultTypes: [{id: text; name: text}]}" },
	{ "POST", "/reconcile/{dataset}", "reconcile", NULL, "application/x-www-form-urlencoded", "{...}", .also = BIT(RC_ABSENT) },
	{ .method = NULL },
    /* clang-format on */
};

const struct api match_shape_api = {rows, NULL};
