#include "base/rc.h"
#include "match/live/match.h"
#include "model/role.h"
#include "serve/api.h"

static const struct api_shape shapes[] = {
    {"match_reason", "{what: text; left: text; right: text; note: text; bits: json # a number}",
     "One piece of evidence; all pieces sum to the bits."},
    {"match_why",
     "{score: json # 0 to 1; match: bool; bits: json; level: 'strong'|'possible'|'weak'; "
     "threshold: "
     "{score: json; bits: json; false_hits_per_10000: json # strangers who reach it}; evidence: "
     "[match_reason]; counter_evidence: [match_reason]; "
     "would_change: [{without: text; left: text; right: text; note: text; bits: json; score: json; "
     "match: bool}] # pieces without which it stands on the other side; not_compared: [text]}",
     "Why somebody may be a listed one: never evidence itself."},
    {"cleared_pair",
     "{holds: bool; until: json # a day, or null where it does not end; decision?: id # an alert "
     "or match}",
     "People decided that this is not the listed one: it asks for no second check while that "
     "holds."},
    {.name = NULL},
};

static const struct api_route rows[] = {
    /* clang-format off */
	{ "POST", "/api/v1/match", "ask_match", NULL,
	  "{name?: json # a text or several; birth_date?: text # EDTF; country?: text; type?: text; ids?: json # documents, telephones, accounts; list?: text # a watch list alone; person?: id # they are this person of ours; limit?: integer(1..20); min_score?: json # 0.01 to 1, standard 0.8}",
	  "{second_check: bool; name_not_compared?: bool # nothing in it is a letter or digit: identifiers alone were asked; hits?: [{listing: id; list: id; listed_name: text; score: json; why: match_why; cleared?: cleared_pair}] # not for the first line}",
	  .also = BIT(RC_ABSENT) },
	{ "GET", "/api/v1/match/live", "show_live_lists", NULL, NULL,
	  "{entries: integer(0..); changed: integer(0..); lists: integer(0..); built: integer(0..); followed: integer(0..)}" },
	{ .method = NULL },
    /* clang-format on */
};

const struct api match_live_api = {rows, shapes};
