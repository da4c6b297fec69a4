#include "node/api.h"

#include "base/rc.h"
#include "model/role.h"

#define MEMBERS                                                                                    \
	"id: id; type: record_type; version: integer(1..); state?: text; state_label?: text; "     \
	"handling: handling; unit: id # of the unit that keeps it; owner?: id; guard?: "           \
	"'survivor'|'minor' # whom it would give away; created: time; updated: time; "             \
	"due?: time # when its next clock is due; held?: bool # for a court; review_on?: text # "  \
	"the day; "                                                                                \
	"erase_on?: text; shown: rung; title?: text; "                                             \
	"masked?: [text] # fields that have a value which is not shown; "

static const struct api_shape shapes[] = {
    {"handling", "{tlp: tlp; judicial_ok: bool; onward_ok: bool}",
     "TLP 2.0, and whether it may go to court and onward."},
    {"tlp", "'CLEAR'|'GREEN'|'AMBER'|'AMBER+STRICT'|'RED'", NULL},
    {"rung", "'none'|'existence'|'category'|'masked'|'full'",
     "How much of it is shown: the disclosure ladder."},
    {"record_members", "{" MEMBERS "fields?: json; ...}", NULL},
    {"record", "{" MEMBERS "fields?: {...}}", "A record of any type."},
    {"damaged", "{damaged: bool # true; id: id; type: record_type}",
     "A record whose row does not open, among others: what is stored is not what was written. "
     "Nothing of it is shown; by an identifier or a link it stands there because the index says "
     "so. `liaison audit verify --open` names what is wrong, and a backup brings it back."},
    {"found", "{" MEMBERS "fields?: {...}; alike: integer(0..100) # of the names, in percent}",
     "A record found by a name."},
    {"link",
     "{field: text; holder: record_type # whose field it is; direction: 'in'|'out'; record: "
     "record|damaged}",
     "The record at the other end, and the field that holds it."},
    {.name = NULL},
};

#define CHANGES (API_VERSION | API_ETAG)

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET",    "/api/v1/types", "types", NULL, NULL,
	  "{items: [{name: record_type; area: text; label: text; fields: integer(0..) # how many}]}" },
	{ "GET",    "/api/v1/records/{type}", "list",
	  "filter?: text; limit?: integer(1..200) # standard 50; cursor?: text # as `next` of the page before gave it; fields?: text # any text - with their unmasked fields; due?: text # any text - those whose review is unanswered",
	  NULL, "{items: [record.*|damaged]; next?: text # cursor of the next page}" },
	{ "POST",   "/api/v1/records/{type}", "create", NULL,
	  "{fields: new.*; handling?: {tlp: tlp; judicial_ok?: bool; onward_ok?: bool} # stricter than the type's}",
	  "record.*", 201, API_ETAG, BIT(RC_CONFLICT) },
	{ "GET",    "/api/v1/records/{type}/{id}", "show",
	  "reveal?: text # names of masked fields, by commas - takes a reason; version?: integer(0..2147483647) # a former one",
	  NULL, "record.*", 0, API_ETAG | API_REASON },
	{ "PATCH",  "/api/v1/records/{type}/{id}", "update", NULL, "input.*", "record.*", 200, CHANGES,
	  .status_also = 202 },
	{ "DELETE", "/api/v1/records/{type}/{id}", "erase", NULL, NULL,
	  "{job: id # that takes its key out of the key file too}", 202, API_VERSION },
	{ "POST",   "/api/v1/records/{type}/{id}/move", "move", NULL,
	  "{to: state.*; fields?: input.* # what the move needs}", "record.*", 200, CHANGES,
	  .status_also = 202 },
	{ "POST",   "/api/v1/records/{type}/{id}/mark", "mark", NULL,
	  "{tlp: tlp; judicial_ok?: bool; onward_ok?: bool}", "record", 0, CHANGES },
	{ "GET",    "/api/v1/records/{type}/{id}/links", "links",
	  "direction?: 'in'|'out'; limit?: integer(1..1000) # standard 200", NULL,
	  "{items: [link]; more: bool}" },
	{ "GET",    "/api/v1/search", "search",
	  "name?: text; identifier?: text; type?: record_type; limit?: integer(1..200)", NULL,
	  "{items: [record|found|damaged]; more?: bool}" },
	{ .method = NULL },
    /* clang-format on */
};

const struct api records_api = {rows, shapes};
