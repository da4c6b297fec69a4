#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/str.h"
#include "model/type.h"

/*
 * policy: who may do what with one very row, decided from facts that record/ has loaded.
 * Pure: no store, no clock, no allocation. Every decision says which rule made it.
 */

/*
 * What is known of somebody beside who they are, and decides with it. record/reach.h loads it
 * from records; NULL in an actor: nothing more is known (the node itself, tests).
 */
enum reached_by {
	REACHED_GLASS, /* an emergency that somebody else looks at afterwards */
	REACHED_KEPT,  /* a right that lapsed during an open alert, kept for it */
};
/* One record, until the reach is loaded again. */
struct reached {
	struct id record;
	const struct record_type *type;
	enum reached_by by;
};
/* A name or address of the actor or of somebody of their unit, as the start of a MAC. */
enum own_kind { OWN_NAME, OWN_ADDRESS };
struct own_word {
	int64_t word;
	enum own_kind kind;
	bool own; /* the actor's; else a colleague's */
};
struct reach {
	const struct id *units; /* below the actor's own, for a supervisor */
	size_t unit_count;
	const struct id *cases; /* keys of open cases on whose team the actor is (record/reach.h) */
	size_t case_count;
	uint32_t closed; /* purposes for which the actor has no training that is in force */
	const char *closed_why[PURPOSE_COUNT]; /* what is needed; NULL where it is open */
	const struct reached *records;
	size_t record_count;
	const struct own_word *words; /* nothing is decided by them (record/own_name.h) */
	size_t word_count;
	int64_t until_ms; /* holds until then at most */
};

/* Somebody signed in; or the node itself, which acts in jobs and at start. */
struct actor {
	struct id id;
	uint32_t roles; /* bits of enum role */
	struct id unit;
	int64_t account; /* the system account that acts as them, plus one; 0: none */
	bool is_node;
	/* By a token: the purposes it is for (0: no token), and the roles of its user, of which
	 * `roles` has those alone that these purposes give (serve/credential.h). */
	uint32_t token_purposes, held_roles;
	const struct reach *reach;
};

/* What the actor says it is for (LED art. 4, 8). A change or reveal of personal data needs a
 * purpose; the legal basis, case and reason go into the log. */
struct access {
	enum purpose purpose;
	bool has_purpose;
	struct str legal_basis, reason;
	bool has_case;
	struct id case_id;
};

enum policy_action {
	POLICY_LIST,
	POLICY_READ,
	POLICY_REVEAL,
	POLICY_CREATE,
	POLICY_UPDATE,
	POLICY_MOVE,
	POLICY_ERASE
};

/*
 * The disclosure ladder (mission row 2): nothing; that it exists; type, state and unit;
 * the record with its masked fields closed; all of it.
 */
enum rung { RUNG_NONE, RUNG_EXISTENCE, RUNG_CATEGORY, RUNG_MASKED, RUNG_FULL };

/* What is known of the row before it is opened. */
struct row_facts {
	struct id id, unit, owner;
	enum guard guard;
	bool on_team; /* the actor is on the team of its case */
	enum tlp handling;
	bool quick_note; /* only a text as yet: author and supervisor alone (rights, rule 2) */
	/* Of a type with `concerns`: the actor is named there, or their unit is; true until
	 * somebody looked (record/concern.h). */
	bool concerns_actor, concerns_unit;
	bool erased;
	bool held;	   /* restricted: a legal hold keeps it for its court (rights, rule 12) */
	bool past_its_day; /* of a held one: but for the hold it would be erased */
};

struct facts {
	const struct actor *actor;
	const struct access *access;
	enum policy_action action;
	const struct record_type *type;
	const struct row_facts *row; /* NULL for POLICY_CREATE and for a whole list */
	const struct move *move;     /* POLICY_MOVE */
};

struct decision {
	enum rung rung;	  /* RUNG_NONE: denied */
	const char *rule; /* stable word: "role", "purpose", "unit", "handling", "guard" ... */
	const char *why;  /* one sentence for a person, free of data */
	/*
	 * The refusal is about the actor (role, purpose), so it may be said openly. When
	 * false, the answer must look like absence.
	 */
	bool open_refusal;
	/* Bits of what would do, when a role or purpose was missing; 0: nothing to name. */
	uint32_t roles_needed, purposes_needed;
	const char *mark; /* for the leaf: by which exception this was allowed; or NULL */
};

struct decision policy_decide(const struct facts *facts);

/* Why a purpose is closed to somebody for want of training; NULL: it is open. */
const char *policy_training_missing(const struct actor *actor, enum purpose purpose);

/*
 * May somebody break the glass of this record: desks that act on cases, of types and rows that
 * admit it. Never where somebody can be reached, what they said of us, or a quick note.
 */
#define GLASS_ROLES                                                                                \
	(BIT(ROLE_ANALYST) | BIT(ROLE_DUTY_OFFICER) | BIT(ROLE_PROSECUTOR) |                       \
	 BIT(ROLE_SUPPORT_WORKER) | BIT(ROLE_SUPERVISOR) | BIT(ROLE_COORDINATOR))
bool policy_glass_may_break(const struct actor *actor, const struct record_type *type,
			    const struct row_facts *row);

/*
 * May somebody's record refer to this row: does the ladder let them know at least that it
 * exists? Otherwise the answer must be that of an id which names nothing.
 */
bool policy_may_refer(const struct actor *actor, const struct access *access,
		      const struct record_type *type, const struct row_facts *row);

/* Is the row of what was said of the actor, or of what they did, so that it is absent to them? */
bool policy_is_said_of(const struct actor *actor, const struct access *access,
		       const struct record_type *type, const struct row_facts *row);

/* May this field's value stand in the answer at this rung, asked for by name or not? */
bool policy_field_open(const struct field *field, enum rung rung, bool revealed, bool in_list);

/*
 * Handling vector (exchange.md): combining takes the most restrictive; only the originator
 * loosens.
 */
struct handling {
	enum tlp tlp;
	bool judicial_ok, onward_ok;
};
struct handling handling_meet(struct handling a, struct handling b);
struct handling handling_of_type(const struct record_type *type);

/*
 * The (unit, guard, handling) groups whose rows a list may start from; policy_decide then
 * confirms each row.
 */
bool policy_group_visible(const struct actor *actor, const struct access *access,
			  const struct record_type *type, struct id unit, enum guard guard,
			  enum tlp handling);

const char *rung_name(enum rung rung);

#endif
