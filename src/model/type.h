#ifndef MODEL_TYPE_H
#define MODEL_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "model/role.h"

struct code_list;

/*
 * A record type as its file says it (docs/add-a-record-type.md has the grammar). Plain data,
 * const after loading, shared by all threads, living as long as the model. Lists of names are
 * struct str_list; sets of states are bits by position in record_type.states.
 */

enum field_kind {
	FIELD_TEXT,	  /* "Two words"                    NFC, trimmed; long may hold lines */
	FIELD_DATE,	  /* "1979-05", "1979~"             EDTF level 1                      */
	FIELD_RANGE,	  /* "2026-03/2026-05"              EDTF interval                     */
	FIELD_TIME,	  /* "2026-11-23T02:10:00.000Z"     UTC                               */
	FIELD_NUMBER,	  /* "12.5"                         decimal; the unit is the field's  */
	FIELD_MONEY,	  /* {"minor":1234,"currency":"EUR"}                                  */
	FIELD_CODE,	  /* "shelter"                                                        */
	FIELD_REF,	  /* "0192f0c1-...": a record's id (base/id.h), or a user's           */
	FIELD_PLACE,	  /* {"text","street","city","state","postcode","country","locode",
			   *  "lat","lon"}: any of them; country alpha-2; lat, lon decimal
			   *  strings, both or neither                                        */
	FIELD_PHONE,	  /* "+99912345678"                 E.164                             */
	FIELD_IDENTIFIER, /* {"kind":"passport","value":"X1234567","issuer":"QN"}             */
	FIELD_FILE,	  /* {"sha256":"..","name":"a.pdf","bytes":120,"media":"application/pdf"} */
	FIELD_YESNO,	  /* "yes", "no", "unknown"                                           */
	FIELD_KIND_COUNT
};

enum text_size { TEXT_SHORT, TEXT_LONG, TEXT_NAME };

enum sensitivity {
	SENSITIVITY_NONE,
	SENSITIVITY_PERSONAL,
	SENSITIVITY_SPECIAL, /* LED art. 10 */
	SENSITIVITY_SAFETY,  /* whose leak endangers somebody: where a survivor is, how to reach */
	SENSITIVITY_SOURCE,  /* who told us, and how it was learnt */
};

/* never: shown to all who may read; default: shown on reveal; always: on reveal, never in lists. */
enum mask { MASK_NEVER, MASK_DEFAULT, MASK_ALWAYS };

enum standard {
	STANDARD_HTCDS,
	STANDARD_FTM,
	STANDARD_STIX,
	STANDARD_CASE,
	STANDARD_GOAML,
	STANDARD_MISP,
	STANDARD_COUNT
};

/* What a field is called elsewhere. part: "city" when it is one part of a place, or "". */
struct standard_name {
	enum standard standard;
	struct str part, name;
};

/* A label in one language. The loader adds an English one, made from the name, where none is. */
struct label {
	struct str lang, text;
};
struct labels {
	struct label *at;
	size_t n, cap;
};

/* What one person may do to a value by an edit; else a move marked four_eyes does it. */
enum alone {
	ALONE_ANY,
	ALONE_ADDS,  /* a list: add to it */
	ALONE_LATER, /* a date: move it to a later day */
};

struct field {
	struct str name;
	uint32_t index; /* in record_type.fields */
	struct labels label;
	struct str about; /* one sentence for people who fill it in, or "" */
	enum field_kind kind;
	enum text_size text;
	bool list; /* a JSON array of such values, at most list_max */
	uint32_t list_max;
	uint32_t max; /* longest text in code points */
	bool required;
	int32_t when_field; /* required if that field equals when_value (or holds it); -1: no */
	struct str when_value;
	enum sensitivity sensitivity;
	enum mask mask;
	bool statement; /* fact or assessment is said beside it: field NAME_basis follows */
	bool automatic; /* filled by the node, never by a person */
	bool derived;	/* FIELD_REF: made from what it names, so handling comes down */
	enum alone alone;
	bool index_exact;	       /* blind equality index; identifiers and references only */
	bool check_language;	       /* docs/language.md is checked as it is written */
	const struct code_list *codes; /* FIELD_CODE */
	struct str unit;	       /* FIELD_NUMBER: "year", "kg"; "" for a count or value */
	bool whole;		       /* FIELD_NUMBER: a count of things */
	bool below_zero;	       /* FIELD_NUMBER: a value that may be negative */
	struct str_list refs;	       /* FIELD_REF: type names; "user"; or "any" alone */
	struct str_list kinds;	       /* FIELD_IDENTIFIER: which kinds; empty: any */
	struct str_list inherits; /* FIELD_REF: flags that come down from the record named here */
	struct str match; /* hint to match/: "name", "birth_date", "country", "sex", ... or "" */
	struct standard_name *standards;
	size_t standard_count;
};

struct gate_use {
	struct str name;
	struct str_list args;
};

enum move_by { BY_ANY, BY_RECIPIENT, BY_ORIGINATOR };

struct move {
	uint32_t from, to; /* sets of states */
	uint32_t roles;	   /* 0: whoever may write */
	enum move_by by;
	struct gate_use *gates; /* all must hold */
	size_t gate_count;
	uint32_t *needs; /* fields (by index) that must be set */
	size_t need_count;
	struct str event; /* written with the move, or "" */
	bool four_eyes;	  /* a second person confirms */
	bool automatic;	  /* only a clock, a reaction or a watch makes it */
	int32_t sets;	  /* an automatic ref to a user, set to who makes the move; -1: none */
};

enum calendar { CALENDAR_ELAPSED, CALENDAR_RECIPIENT, CALENDAR_ORIGINATOR, CALENDAR_JURISDICTION };
enum clock_then { THEN_REMIND, THEN_ESCALATE, THEN_MOVE, THEN_EVENT, THEN_ERASE };

struct clock_rule {
	struct str name;
	uint32_t on;	   /* states; entering one of them starts it */
	int32_t at_field;  /* due at that field's date or time, if set; -1: no such field */
	int64_t within_ms; /* else this long after entering; 0: none */
	enum calendar calendar;
	uint32_t until; /* entering one of these stops it */
	enum clock_then then;
	int32_t then_target; /* role, or state, or -1 */
	struct str then_event;
};

/* A row that record/ writes in the record's own transaction for policy/ to decide on. */
struct fact_rule {
	struct str name;
	uint32_t in;	  /* states in which it holds; all when the type has none */
	uint32_t *fields; /* by index */
	size_t field_count;
};

/* One piece of a title: literal text, or (field >= 0) a field's value. */
struct title_part {
	struct str text;
	int32_t field;
};

/* TLP 2.0, least to most restrictive, so that the meet is the larger. */
enum tlp { TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED };

struct handling_default {
	enum tlp tlp;
	bool judicial_ok, onward_ok;
};

struct retention_rule {
	struct str class;
	int64_t review_ms, erase_ms; /* a year is 365 days, a month 30: never later than said */
};

struct access_rule {
	uint32_t roles, purposes;
};

/* Whom the record would give away: looked up apart, listed to the unit alone. */
enum guard { GUARD_NONE, GUARD_SURVIVOR, GUARD_MINOR };

struct record_type {
	struct str name, area;
	uint32_t index;	  /* in model.types: by area, then name */
	uint32_t version; /* goes up when the file's meaning changes; records keep theirs */
	struct str file;
	bool overlay; /* an agency's own */
	struct labels label;
	struct str about; /* one sentence, for the reference */
	uint32_t subjects;
	struct handling_default handling;
	struct retention_rule retention;
	struct access_rule read, write;
	enum guard guard;
	bool guard_minors;   /* a row about somebody under 18, or maybe, is guarded by itself */
	bool glass_never;    /* no emergency opens it: where somebody can be reached, their words */
	bool concerns_owner; /* about what its owner did: for their supervisors, not for them */
	/* Refs to users and units whom it is said of: nobody whom they name knows of it. By index.
	 */
	uint32_t *concerns;
	size_t concern_count;
	int32_t team_field; /* a ref to a case whose team reaches the record; -1: none */
	struct field *fields;
	size_t field_count;
	struct map by_name;	     /* -> struct field */
	struct str_list states;	     /* the first is the start; none: the record has no states */
	struct labels *state_labels; /* one a state */
	struct move *moves;
	size_t move_count;
	struct clock_rule *clocks;
	size_t clock_count;
	struct str_list watch, flags;
	struct fact_rule *facts;
	size_t fact_count;
	struct title_part *title;
	size_t title_count;
	uint32_t *required; /* fields with required or required_when, for the checker */
	size_t required_count;
	bool *decided; /* type_decided: states x fields; NULL: none is */
};

/* NULL when there is no such field. */
const struct field *type_field(const struct record_type *type, struct str name);
/* Position in states, or -1. */
int type_state(const struct record_type *type, struct str name);
/* The move, or NULL. Where several fit, the first in the file. */
const struct move *type_move(const struct record_type *type, int from, int to);
/*
 * Was the field's value part of what two people decided when the record came to this state?
 * So are the fields that a move marked four_eyes needs, and the facts that hold in the state it
 * leads to, in that state and in all that follow it but by a way back, which two go again; never
 * in the state that a record begins in.
 */
bool type_decided(const struct record_type *type, int state, const struct field *field);
/* Fill record_type.decided; part of loading. */
void type_decide(struct arena *a, struct record_type *type);
/* "text", "date", ... as files write it; "survivor"; "AMBER+STRICT"; "htcds". */
const char *field_kind_name(enum field_kind kind);
const char *sensitivity_name(enum sensitivity s);
const char *mask_name(enum mask mask);
const char *guard_name(enum guard guard);
const char *tlp_name(enum tlp tlp);
const char *standard_word(enum standard standard);

#endif
