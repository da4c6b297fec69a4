#include "node/api.h"

#include "base/rc.h"

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET", "/api/v1/status", "status", NULL, NULL,
	  "{name: text; version: text; process: integer(0..); record_types: integer(0..); records?: integer(0..) # for administrators and monitors, as what follows; leaves?: integer(0..); leaves_day?: integer(0..) # since a day ago; log_bytes_day?: integer(0..) # about what they take; groups?: integer(0..); writes?: integer(0..); sign_ins?: integer(0..) # since the process started, as are the next two; sign_ins_refused?: integer(0..); sign_ins_turned_away?: integer(0..) # for coming too often; ...}" },
	{ .method = NULL },
    /* clang-format on */
};

const struct api node_api = {rows, NULL};
