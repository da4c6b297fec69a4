#ifndef RECORD_DOOR_H
#define RECORD_DOOR_H

#include <jansson.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/vec.h"
#include "policy/policy.h"
#include "seal/keys.h"

/*
 * door: the one way to records. What comes through it is decided on by policy/ for the very
 * row, and leaves an entry in the log in the same transaction; on a reading connection the
 * entries are collected and become durable before the answer leaves (serve/ sees to it).
 */

struct arena;
struct db;
struct keys;
struct model;
struct door;
struct record;
struct gate_use;

/* Says whether a gate of a move holds: RC_OK, or RC_CONFLICT with the reason in err. */
typedef enum rc gate_fn(struct door *door, const struct record *record, const struct gate_use *use,
			struct err *err);
/* A gate, as a row of a feature's table. */
struct gate {
	const char *name;
	gate_fn *check;
	const char *text;
};

/*
 * Runs in the transaction of the change that made the event; failing it undoes the change. The
 * record holds all its fields. What it does itself, it does through door_open_as_node.
 */
typedef enum rc reaction_fn(struct door *door, const struct record *record, struct err *err);
struct reaction {
	/* A move's event, or "TYPE_recorded": one was created, imported, or its fields changed. */
	const char *event;
	reaction_fn *run;
	const char *text;
};

/*
 * An access that the supervisors of whoever made it are asked to look at: broken glass, a
 * look-up of oneself or a colleague, a right kept beyond its certificate (record/ask.h).
 */
struct second_look {
	const char *cause; /* a code of model/codes/review_cause.csv */
	const char *found_by;
	bool has_record;
	struct id record;
	int64_t until_ms; /* 0: none */
};

/* What all doors of a node share; const after start but for the counts. */
struct door_node {
	const struct model *model;
	struct keys *keys;
	const struct clock *clock;
	const struct gate *const *gate_tables; /* each ends with a NULL name */
	size_t gate_table_count;
	const struct reaction *const *reaction_tables; /* each ends with a NULL event */
	size_t reaction_table_count;
	bool shared_account;	     /* one system account may stand for both of two people */
	struct type_key *type_keys;  /* one a type, see door_node_init */
	struct name_snapshot *names; /* record/search.h */
	/* Writes a leaf of its own, and waits for it; NULL: no key process wants one. */
	enum rc (*announce)(const struct door_node *node, const struct actor *actor,
			    const struct access *access, struct str word, struct err *err);
};

/* How a type stands in the database, and how many rows this process knows of (for the blind
 * index; door_count() asks the database). */
struct type_key {
	struct str text;
	bool keyed; /* a type of protect: its name and owners stand there as MACs only */
	_Atomic int64_t rows;
	_Atomic int64_t
	    damaged_ms;		/* when the operator was last told that one does not open; or 0 */
	_Atomic int64_t drafts; /* made and not stored: those of an import's batch, mostly */
};

/* One request's way in; not shared. */
struct door {
	const struct door_node *node;
	struct db *db;
	struct arena *arena;
	const struct actor *actor;
	struct access access;
	struct audit_group *group;	 /* set: a changing request, entries go straight in */
	VEC(struct audit_entry) pending; /* else, and for refusals: to be made durable */
	VEC(json_t *) held;
	int64_t now_ms;		      /* taken once, at door_open */
	VEC(struct id) damaged;	      /* for record/damaged.h, until they are logged */
	VEC(struct second_look) asks; /* what somebody else is to look at, made with the leaves */
	const char *mark;	      /* by which exception the last row was opened; or NULL */
	const char *run;	      /* of a job: its kind, which a leaf has announced; or NULL */
	const struct door *outer;     /* of the node's own door in a person's request; or NULL */
	struct passing *passing;      /* while a change is passed on (record/derive.h); or NULL */
};

/* Type keys and row counts from the database; in the arena, which must outlive the node. */
MUST_USE enum rc door_node_init(struct arena *a, struct door_node *node, struct db *db,
				struct err *err);
/* Count the rows of each type anew; *all may be NULL. */
MUST_USE enum rc door_count(const struct door_node *node, struct db *db, int64_t *all,
			    struct err *err);
/* The type whose key stands in a row; NULL: none that this model knows. */
const struct record_type *door_type_of_key(const struct door_node *node, struct str key);

/* group NULL: reading only. actor, db and arena must outlive the door. */
void door_open(struct door *d, const struct door_node *node, struct db *db, struct arena *a,
	       const struct actor *actor, const struct access *access, struct audit_group *group);
/*
 * The node's own door in the transaction of d, for what a reaction does: no person's rights,
 * and the log says that the node did it, for which reason. Close it before d.
 */
void door_open_as_node(struct door *inner, const struct door *d, struct str reason);
/*
 * What the key process is told of an opening: it is for the person whose request this is, also
 * where the node looks on their behalf, and some leaf of theirs names the record; the node adds
 * one for what was opened and not shown.
 */
struct key_use door_use(const struct door *d, enum key_use_kind kind);
/*
 * Log that a run over many records begins, and wait until that is durable, so that the key
 * process lets it open what it needs; the door's openings are the run's from then on. Only in a
 * reading door, and harmless where the keys lie in this process. A job's runner does it for all
 * doors of the job.
 */
MUST_USE enum rc door_announce(struct door *d, const char *word, struct err *err);
/* Drops the JSON values the door holds; the arena is the caller's. */
void door_close(struct door *d);
/* The door drops this reference when it closes. */
json_t *door_hold(struct door *d, json_t *value);

/* Write or collect an entry; time, actor and access are the door's. *index may be NULL. */
MUST_USE enum rc door_log(struct door *d, struct audit_entry *entry, int64_t *index,
			  struct err *err);
/*
 * Append what a reading door collected, or the refusals of a changing one after its changes
 * were rolled back; db: the writer's connection.
 */
MUST_USE enum rc door_flush(struct door *d, struct db *db, struct audit_group *group,
			    struct err *err);
/* The same for an entry that stays though the change it stands in is undone: what was refused,
 * or shown beside a refusal. */
void door_log_apart(struct door *d, struct audit_entry *entry);
/*
 * Role and purpose against a type, before any record is looked for: a refusal here is the same
 * whether the record is there or not, so it is said openly.
 */
MUST_USE enum rc door_may(struct door *d, const struct record_type *type, enum policy_action action,
			  struct err *err);
/*
 * Is the purpose open to the actor by their training? For what names no type; a right that is
 * kept for an open alert is none for anything else.
 */
MUST_USE enum rc door_trained(struct door *d, struct err *err);
/* A refusal: logged, and told as absence unless it may be said openly. */
MUST_USE enum rc door_refuse(struct door *d, const struct decision *why,
			     const struct record_type *type, const struct id *record,
			     struct err *err);

#endif
