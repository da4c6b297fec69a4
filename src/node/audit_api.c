#include "node/api.h"

#include "base/rc.h"
#include "model/role.h"

#define TEXT "text/plain; charset=utf-8"

static const struct api_shape shapes[] = {
    {"leaf",
     "{leaf: integer(0..) # its number; time: time; action: text; actor?: text # a login, `node`, "
     "or an id; purpose?: text; type?: text; version?: integer(1..); listed?: bool; records?: "
     "integer(0..); record?: id; case?: id; legal_basis?: text; reason?: text; fields?: text; "
     "mark?: text # by which exception}",
     "One entry of the log, as far as the asker may see into it."},
    {.name = NULL},
};

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/audit/records/{id}", "record_history",
	  "limit?: integer(1..1000); changes?: text # any text - changes alone", NULL, "{items: [leaf]}" },
	{ "GET",  "/api/v1/audit/search", "search_log",
	  "actor?: text # a login; action?: text; by-purpose?: text; record?: id # for monitors; before?: integer(0..) # leaves before that number; limit?: integer(1..1000)",
	  NULL, "{items: [leaf]}", .also = BIT(RC_ABSENT) },
	{ "POST", "/api/v1/audit/verify", "verify_log",
	  "open?: text # any text - open each body; vkey?: text", TEXT,
	  "{holds: bool; leaves: integer(0..); root: text; problem_count: integer(0..); records?: integer(0..); former_versions?: integer(0..); erased?: integer(0..); opened?: integer(0..); problems?: [text] # these for administrators and monitors}",
	  .flags = API_BODY_MAY, .also = BIT(RC_INVALID) },
	{ "GET",  "/api/v1/audit/verify", "verify_progress", NULL, NULL,
	  "{items: [{unit: text # leaves, records; done: integer(0..); total?: integer(1..); since: time}]}" },
	{ "POST", "/api/v1/audit/checkpoint", "make_checkpoint", NULL, NULL, TEXT, .also = BIT(RC_CONFLICT) },
	{ "GET",  "/api/v1/audit/proof/{leaf}", "prove_leaf", NULL, NULL, TEXT, .also = BIT(RC_CONFLICT) },
	{ "GET",  "/api/v1/audit/export", "export_log", NULL, NULL, TEXT, .also = BIT(RC_ABSENT) },
	{ "GET",  "/api/v1/audit/vkey", "log_key", NULL, NULL, TEXT },
	{ .method = NULL },
    /* clang-format on */
};

const struct api audit_api = {rows, shapes};

static const struct api_route mirror_rows[] = {
    /* clang-format off */
	{ "GET", "/api/v1/audit/tlog/checkpoint", "log_mirror_checkpoint", NULL, NULL, TEXT, .also = BIT(RC_ABSENT) },
	{ "GET", "/api/v1/audit/tlog/tile/{tile...}", "log_mirror_tile", NULL, NULL, "application/octet-stream" },
	{ "GET", "/api/v1/audit/counts", "log_counts",
	  "from?: text # a day, 2026-11-23; before?: text # the day after the last", NULL,
	  "{items: [{day: text; action: text; purpose?: text; type?: text; count: integer(1..)}]}" },
	{ .method = NULL },
    /* clang-format on */
};
const struct api audit_mirror_api = {mirror_rows, NULL};

static const struct api_route witness_rows[] = {
    /* clang-format off */
	{ "GET",    "/api/v1/audit/witnesses", "list_witnesses", NULL, NULL,
	  "{items: [{name: text; vkey: text; cosigned?: integer(1..) # size of the last checkpoint; time?: time}]}" },
	{ "POST",   "/api/v1/audit/witnesses", "add_witness", NULL, "{vkey: text(1..1024)}", "{name: text}",
	  .status = 201, .also = BIT(RC_CONFLICT) },
	{ "DELETE", "/api/v1/audit/witnesses", "remove_witness", "name: text", NULL, NULL, .also = BIT(RC_ABSENT) },
	{ "GET",    "/api/v1/audit/witness-request", "ask_witness", "name: text", NULL, TEXT,
	  .also = BIT(RC_ABSENT) | BIT(RC_CONFLICT) },
	{ "POST",   "/api/v1/audit/cosignatures", "take_cosignatures", NULL, TEXT,
	  "{size: integer(1..); added: integer(0..)}",
	  .also = BIT(RC_ABSENT) | BIT(RC_INTEGRITY) | BIT(RC_CONFLICT) },
	{ "POST",   "/api/v1/audit/compare", "compare_log", NULL, TEXT,
	  "{standing: 'stands'|'behind'|'forked'; cosigned: integer(1..); here: integer(0..); origin: text}",
	  .also = BIT(RC_ABSENT) | BIT(RC_INTEGRITY) },
	{ "POST",   "/api/v1/audit/origin", "new_log_origin", NULL, TEXT,
	  "{origin: text; vkey: text; from_leaf: integer(0..)}",
	  .status = 201, .flags = API_REASON, .also = BIT(RC_ABSENT) | BIT(RC_CONFLICT) | BIT(RC_INTEGRITY) },
	{ .method = NULL },
    /* clang-format on */
};
const struct api audit_witness_api = {witness_rows, NULL};
