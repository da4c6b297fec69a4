#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "record/door.h"

struct buf;
struct key_open;

/*
 * record: what the door gives and takes. A record is a typed, versioned, sealed JSON body
 * with a few plain columns. Every change names the version it saw.
 */
struct retain_dates {
	int64_t review_ms, erase_ms;
	bool decided; /* set by people, not by the type */
	bool at_once; /* to be erased at erase_ms without a plan */
};

struct record {
	struct id id;
	const struct record_type *type;
	int64_t version;
	struct id unit, owner; /* owner zero: not told (a keyed type, somebody else's) */
	bool own;	       /* the actor is its owner */
	enum guard guard;
	struct handling handling;
	int state; /* position in type->states; -1: the type has none */
	int64_t created_ms, updated_ms;
	int64_t due_ms; /* 0: no clock runs */
	int64_t leaf;	/* of the change that made this version */
	bool erased;
	bool damaged; /* its row does not open: nothing but id and type is told */
	bool waits;   /* record_move: a second person has yet to make the same move */
	enum rung rung;
	json_t *fields;		/* what may be shown; NULL below RUNG_MASKED. The door holds it */
	struct str fields_text; /* or the same as canonical JSON, where fields is NULL */
	struct str_list masked; /* fields that have a value which is not shown */
	struct str title;
	bool held;	   /* a legal hold keeps it */
	bool shows_retain; /* retain is set, by record/retain.h, and is shown */
	struct retain_dates retain;
};

/* What a new record may be given besides its fields. */
struct record_new {
	const struct id *unit;	    /* NULL: the actor's */
	const struct id *owner;	    /* NULL: the actor; whom it is about, from the node alone */
	bool has_handling;	    /* else the type's */
	struct handling handling;   /* never looser than the type's: RC_DENIED */
	bool from_import;	    /* aliases of codes are taken */
	bool by_node;		    /* automatic fields are given, by the node itself */
	const struct id *id;	    /* given by an importer of our own export, else made */
	struct record_batch *batch; /* drafted and stored with others; NULL: by itself */
	struct record_wraps *wraps; /* drafted with others, stored by itself; NULL: by itself */
};

/*
 * Data keys of drafts that are made one after the other on one thread, each to be stored by
 * itself and anywhere: they are wrapped with one question to the keys. Such a draft is stored only
 * after record_wraps_ask, which its arena must outlive; one for which there is no place is wrapped
 * by itself at once. Data keys lie in secret memory until they are wrapped. most: up to
 * KEY_WRAPS_MAX.
 */
struct record_wraps *record_wraps_new(const struct door_node *node, size_t most);
/* Wipes. NULL does nothing. */
void record_wraps_free(struct record_wraps *wraps);
/* How many wait. */
size_t record_wraps_count(const struct record_wraps *wraps);
/* Forget those after the first count: their drafts will never be stored. */
void record_wraps_back(struct record_wraps *wraps, size_t count);
/* All that wait; none waits afterwards, and when it fails none of them can be stored. Errors as
 * keys_wrap. */
MUST_USE enum rc record_wraps_ask(struct record_wraps *wraps, struct err *err);

/*
 * Drafts that are made together, and stored together in one transaction: their data keys are
 * wrapped with one question to the keys, and one that is made of another takes over how that is
 * handled without opening it. A draft is stored only after record_batch_wrap, while the arena of
 * its door and the batch are there; another thread may store it, if nobody uses the batch
 * meanwhile. Data keys lie in secret memory until they are wrapped.
 */
struct record_batch *record_batch_new(const struct door_node *node);
/* Wipes. NULL does nothing. */
void record_batch_free(struct record_batch *batch);
/* Empty again: its drafts were stored, or never will be. */
void record_batch_reset(struct record_batch *batch);
/* All keys that wait, at most 512: a draft over that wraps those before it. When it fails none
 * of them can be stored. Errors as keys_wrap. */
MUST_USE enum rc record_batch_wrap(struct record_batch *batch, struct err *err);

/*
 * A record made ready (checked, sealed, index keys computed) without touching the database,
 * so that importers can do it on a thread of their own.
 */
struct record_draft;
MUST_USE enum rc record_draft(struct door *d, const struct record_type *type, json_t *fields,
			      const struct record_new *options, struct record_draft **out,
			      struct err *err);
struct id record_draft_id(const struct record_draft *draft);
/* Store it, with its leaf; the door must have a group. */
MUST_USE enum rc record_store(struct door *d, const struct record_draft *draft, struct err *err);
/* The same, when nobody has seen yet that what it refers to is there: RC_INVALID. */
MUST_USE enum rc record_add(struct door *d, const struct record_draft *draft, struct err *err);
/*
 * Each reference in fields names a record that is there, of a type the field allows, and that
 * the actor may know of: else RC_INVALID, the same for all, and a denial in the log. before (or
 * NULL): the body that the actor reads and whose references stay as they are.
 */
MUST_USE enum rc record_check_references(struct door *d, const struct record_type *type,
					 json_t *fields, json_t *before, struct err *err);
/* The record as it will stand. */
MUST_USE enum rc record_of_draft(struct door *d, const struct record_draft *draft,
				 struct record **out, struct err *err);

/*
 * May the actor know of this record, by their roles and by the row? False also where there is
 * none, or where it was erased. It opens nothing, so no leaf tells of it.
 */
MUST_USE enum rc record_is_known(struct door *d, struct id id, bool *out, struct err *err);

/*
 * Is it said of the actor (record/concern.h), or of what they did? False also where there is none
 * of this id, at the same cost.
 */
MUST_USE enum rc record_is_said_of(struct door *d, struct id id, bool *out, struct err *err);

/* Is there a record of this id, whoever may see it? For importers, of ids they made. */
MUST_USE enum rc record_exists(struct door *d, struct id id, bool *out, struct err *err);

/* Draft and add. */
MUST_USE enum rc record_create(struct door *d, const struct record_type *type, json_t *fields,
			       const struct record_new *options, struct record **out,
			       struct err *err);

/* RC_ABSENT, logged like any absence, when the record is not there or of another type. */
MUST_USE enum rc record_check_type(struct door *d, struct id id, const struct record_type *type,
				   struct err *err);

/* reveal: names of masked fields wanted, or n 0. RC_ABSENT also when the actor may not know. */
MUST_USE enum rc record_load(struct door *d, struct id id, const struct str_list *reveal,
			     struct record **out, struct err *err);

/*
 * The same for who only passes it on: fields_text instead of fields; and RC_ABSENT, as if it
 * were not there, when the record is of another type.
 */
MUST_USE enum rc record_load_text(struct door *d, struct id id, const struct record_type *type,
				  const struct str_list *reveal, struct record **out,
				  struct err *err);
/*
 * The same in two steps, so that the keys of many are asked for with one message: found and
 * decided, then, with the outcome of keys_unwrap_many on key, opened and noted for the log.
 */
struct record_opening;
MUST_USE enum rc record_find_text(struct door *d, struct id id, const struct record_type *type,
				  const struct str_list *reveal, struct record_opening **out,
				  struct key_open *key, struct err *err);
MUST_USE enum rc record_open_text(struct door *d, struct record_opening *opening,
				  const struct key_open *key, struct record **out, struct err *err);

/*
 * patch as RFC 7396. version is the one seen. RC_STALE: *out is the record as it is now
 * (nothing was changed), else the new version. What two people decided takes two again: it is
 * noted at first, (*out)->waits, and made when somebody else asks for the same (type_decided).
 */
MUST_USE enum rc record_update(struct door *d, struct id id, int64_t version, json_t *patch,
			       struct record **out, struct err *err);
/*
 * Into a state; patch (or NULL) sets what the move needs. Gates must hold. A move marked
 * four_eyes is noted at first and made when a second person asks for the same: (*out)->waits.
 */
MUST_USE enum rc record_move(struct door *d, struct id id, int64_t version, struct str to,
			     json_t *patch, struct record **out, struct err *err);
/* What they wished for as the first of two people: no longer once their rights are others. */
MUST_USE enum rc record_wishes_forget(struct door *d, struct id actor, struct err *err);
/* Tighten (whoever may write) or loosen (a supervisor), never below what the type says. */
MUST_USE enum rc record_mark(struct door *d, struct id id, int64_t version,
			     struct handling handling, struct record **out, struct err *err);
/*
 * Lift the guard that a record got by itself, when neither it nor what it is made of asks for
 * it any more: a supervisor, with a reason. RC_CONFLICT: it is still asked for.
 */
MUST_USE enum rc record_unguard(struct door *d, struct id id, int64_t version, struct record **out,
				struct err *err);
/* The bodies of all versions are gone at once; what the bucket keeps is re-wrapped by the job
 * that record_erase_finish runs (record/erase.h). */
MUST_USE enum rc record_erase(struct door *d, struct id id, int64_t version, struct err *err);

/*
 * By the node, for a record whose body opens for nobody any more, since its bucket's key is
 * gone, or that was erased after this database was kept: nothing is opened. Held or not.
 */
MUST_USE enum rc record_erase_closed(struct door *d, struct id id, struct err *err);

/* A former version, under today's rights on the record. */
MUST_USE enum rc record_load_version(struct door *d, struct id id, int64_t version,
				     struct record **out, struct err *err);

struct record_list {
	VEC(struct record *) items;
	struct str next; /* cursor of the next page, or empty */
};

#define RECORD_PAGE_MAX 200

struct record_filter {
	const struct record_type *type; /* never NULL */
	struct str state;		/* or empty */
	struct str cursor;
	size_t limit; /* 0: 50 */
	/* Equality on exact identifiers and references: field index and canonical value. */
	const struct field *field;
	struct str value;
	bool with_fields; /* items carry their unmasked fields, not only the title */
	bool as_text;	  /* those as fields_text */
	/* Rows that do not open stand there as damaged; else the first ends the list, since who
	 * decides by it must not take a part for all. */
	bool shows_damaged;
};

/* Newest first; one leaf for the page, with one about row a record. */
MUST_USE enum rc record_list(struct door *d, const struct record_filter *filter,
			     struct record_list *out, struct err *err);

/* Records of any type whose exact identifier or reference equals value (canonical text); and
 * those that the index gives and that are damaged. */
MUST_USE enum rc record_find_identifier(struct door *d, struct str value, size_t limit,
					struct record_list *out, struct err *err);

/* A link: the record at the other end and the field that holds it. */
struct record_link {
	struct record *record;
	const struct record_type *holder; /* whose field it is */
	const struct field *field;
	bool outward; /* this record's own field */
};
struct record_links {
	VEC(struct record_link) items;
	bool more; /* over the limit */
};
enum link_way { LINKS_BOTH, LINKS_OUT, LINKS_IN };
MUST_USE enum rc record_links(struct door *d, struct id id, enum link_way way, size_t limit,
			      struct record_links *out, struct err *err);

/* {"id":..,"type":..,"version":..,"state":..,"title":..,"fields":{..}, ...}; a new reference. */
json_t *record_json(struct door *d, const struct record *r, struct str lang);
/* The same as canonical JSON, appended. */
void record_write(struct door *d, const struct record *r, struct str lang, struct buf *out);

#endif
