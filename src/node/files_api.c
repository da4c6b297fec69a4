#include "node/api.h"

#include "base/rc.h"
#include "model/role.h"

/* Files in and out: both are jobs. */

static const struct api_route import_rows[] = {
    /* clang-format off */
	{ "POST",   "/api/v1/imports", "begin_import", NULL,
	  "{format: 'htcds'|'ofac'|'un'|'ftm'|'list-csv'|'list-auto'|'ndjson'|'csv'|'links'|'all'; files: [{name?: text(..250); bytes: integer(1..)}](1..64); list?: text(..200); fields?: text(..4000); type?: record_type; of?: text(..200); again?: bool; latin1?: bool; ignore?: text(..4000); unit?: id}",
	  "{id: id; state: 'waiting'; part_bytes: integer(1..)}", 201 },
	{ "PUT",    "/api/v1/imports/{id}/parts/{n}", "put_part", NULL, "application/octet-stream", NULL, .flags = API_BODY_MAY, .also = BIT(RC_CONFLICT) },
	{ "DELETE", "/api/v1/imports/{id}", "remove_import", NULL, NULL, NULL, .also = BIT(RC_CONFLICT) },
	{ .method = NULL },
    /* clang-format on */
};

static const struct api_route export_rows[] = {
    /* clang-format off */
	{ "POST",   "/api/v1/exports", "begin_export", NULL,
	  "{format: 'htcds'|'htcds-json'|'ftm'|'ndjson'|'csv'|'all'; type?: record_type; safe?: bool # formulas made harmless for spreadsheets; reveal?: bool # with masked values - takes a reason; passphrase?: text(..1000) # of format all}",
	  "{id: id; state: 'waiting'|'queued'; kept_days: integer(1..) # what it writes is removed so long after its end}", 202, .flags = API_REASON },
	{ "GET",    "/api/v1/exports/{id}/parts/{n}", "export_part", NULL, NULL, "application/octet-stream", .also = BIT(RC_CONFLICT) },
	{ "DELETE", "/api/v1/exports/{id}", "remove_export", NULL, NULL, NULL, .also = BIT(RC_CONFLICT) },
	{ .method = NULL },
    /* clang-format on */
};

const struct api import_api = {import_rows, NULL};
const struct api export_api = {export_rows, NULL};
