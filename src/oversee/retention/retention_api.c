#include "oversee/retention/retention_api.h"

#include "base/rc.h"
#include "model/role.h"

#define COUNTS                                                                                     \
	"records: integer(0..); erase: integer(0..); review: integer(0..) # unanswered; held: "    \
	"integer(0..) # past their day, kept for a court; open: integer(0..) # past their day, "   \
	"waiting for people"

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET", "/api/v1/oversee/retention/plan", "retention_plan", NULL, NULL,
	  "{plan: text # names this very plan; day: text; " COUNTS "; items: [{class: text; month: text; " COUNTS "; key: 'destroyed'|'renewed'|'kept'; why: text; source: text # the law behind it}]; proposed?: {day: text; plan: text} # the last one that the node made by itself}" },
	{ "POST", "/api/v1/oversee/retention/apply", "retention_apply", NULL,
	  "{plan: text # its id}",
	  "{erase: integer(1..); waits_for: text; job: id # for a second person to start}", 202, 0, BIT(RC_CONFLICT) },
	{ "GET", "/api/v1/oversee/retention/due", "retention_due",
	  "type?: record_type; cursor?: text; limit?: integer(1..200)", NULL,
	  "{items: [record|damaged]; next?: text}" },
	{ "GET", "/api/v1/oversee/retention/erasures", "retention_erasures",
	  "before?: integer(0..9007199254740991) # a leaf", NULL,
	  "{items: [{leaf: integer(0..); bucket: text; key: 'destroyed'|'renewed'; erased: integer(0..) # records of the bucket by then; here: time # gone here since; in_backups_until: text # the day by which copies of the key file are gone}]}" },
	{ .method = NULL },
    /* clang-format on */
};

const struct api retention_api = {rows, NULL};
