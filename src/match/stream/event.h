#ifndef MATCH_STREAM_EVENT_H
#define MATCH_STREAM_EVENT_H

#include <jansson.h>

#include "base/rc.h"
#include "base/vec.h"
#include "match/stream/field.h"

/*
 * event: one line of a stream, a JSON object, as what is asked about: who is named in it, and
 * the values that rules look at. The members are in event.md; what else stands in the object
 * is passed over. Pure; all of it in the arena.
 */
#define EVENT_PARTIES_MAX 500
#define EVENT_TEXT_MAX 65536 /* bytes of one text */
#define EVENT_ID_MAX 200

/* Somebody (or an organisation) named in it. */
struct event_party {
	const char *part;	    /* "traveller", "payer", "debtor" ... */
	size_t number;		    /* of several with the same part, from 1 */
	struct str_list names, ids; /* not both empty; ids: documents, telephones, accounts */
	struct str birth_date, country;
	struct str type;     /* "person", "organisation" or empty */
	struct str document; /* the first document's number, as field_value() has it; or empty */
	bool is_minor;	     /* under 18 for certain on the day of travel */
	bool is_adult;
};

struct event {
	enum event_kind kind;
	struct str id;
	struct {
		struct event_party *at;
		size_t n, cap;
	} parties;
	struct str_list texts[ASK_COUNT]; /* as field_value() has them */
	double numbers[ASK_COUNT];
	bool known[ASK_COUNT]; /* of numbers; of a yes or no, with the answer in numbers */
	/* What of it could not be used, in one sentence; all else was. NULL: nothing. */
	const char *fault;
	struct str fault_key;
};

/*
 * now_ms: for ages where the event has no day of its own. RC_INVALID, RC_TOO_LARGE: it cannot be
 * screened at all (no kind, no id, nobody named, too many).
 */
MUST_USE enum rc event_read(struct arena *a, json_t *json, int64_t now_ms, struct event *out,
			    struct err *err);

#endif
