#ifndef MATRIX_H
#define MATRIX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/map.h"
#include "base/vec.h"
#include "format/json.h"
#include "model/model.h"
#include "serve/feature.h"
#include "serve/serve.h"
#include "serve/user.h"

/*
 * matrix: every route and command of the node, against rows of every type that the asker may
 * not know of: another unit, a handling code, a guard, somebody else's quick note, an erased
 * one, a role or purpose that lacks, a closed account, a token that ended. Each denied cell is
 * asked beside its twin, an id that names nothing, and the two must be alike in status, bytes,
 * statements and leaves; each row and route is granted to somebody, so that nothing passes
 * because everything fails. What may be seen by whom is written down once more in expect.c, from
 * the rules and not from policy/.
 */
enum { PEOPLE_MAX = 1 + 2 * ROLE_COUNT + 12, GLASS_BROKEN_MAX = 4 };

struct person {
	char login[40];
	uint32_t roles;
	bool foreign;	 /* of another unit than the rows */
	bool above;	 /* of the unit above the rows' */
	bool owner;	 /* who wrote them */
	bool team;	 /* of the open case that rows are in */
	uint32_t closed; /* purposes for which their certificate lapsed */
	/* Records whose glass they broke, that is broken yet. */
	char glass[GLASS_BROKEN_MAX][40];
	const struct record_type *glass_type[GLASS_BROKEN_MAX];
	size_t glass_n;
	struct user user;
};

struct row {
	const struct record_type *type;
	char id[40];
	enum tlp tlp;
	int64_t version;
	bool quick, erased, guarded;
	bool held;	   /* by a legal hold */
	bool names_keeper; /* it is said of them (`concerns`) */
	bool in_case;	   /* the open one */
	char state[64];
	/* One of its references, for lists that are filtered: index of the field, or -1. */
	int32_t ref_field;
	char ref[40];
};

struct world {
	struct arena *arena, *scratch; /* scratch: one cell's */
	const char *dir;
	const struct feature *const *features;
	struct serve *serve;
	const struct model *model;
	struct db *log; /* beside the node: leaves are read without being counted */
	struct person people[PEOPLE_MAX];
	size_t people_n;
	struct user closed; /* all roles, and the account closed */
	struct str token_expired, token_revoked, token_narrow;
	VEC(struct row) rows;
	struct map first;    /* type -> index + 1 of its first row, of the type's own handling */
	bool concerning;     /* new rows name the keeper where their type has `concerns` */
	const char *case_id; /* what new rows name as theirs; NULL: the first case */
	int64_t ahead_ms;    /* of the machine's clock */
	int64_t next_leaf;
	uint64_t seed, random;
	unsigned share; /* of 100 cells so many are looked at */
	unsigned crowd; /* of 100 people so many are asked where all are asked the same */
	/* What comes out. */
	int64_t cells, denied, openly, granted, looked_through, twins;
	int wrong;
	const struct person *last; /* who asked last */
};

/* One question, as somebody; path with its query. */
struct question {
	const struct person *who; /* NULL: see token, closed */
	bool closed;
	const char *helper; /* a login that is none of the people's, instead of a person */
	int account;	    /* whose system account stands so far from the people's */
	struct str token;   /* instead of a person */
	const char *method, *path;
	int purpose; /* -1: none */
	int64_t version;
	struct str body;
	const char *reason;
};

enum { LEAVES_MAX = 8 };
struct answer {
	const struct question *asked; /* in the scratch arena */
	int status;
	struct str type, body;
	int64_t statements;
	int leaves;
	struct str leaf[LEAVES_MAX]; /* "denied|investigation" */
};

/* bare: a node and its keeper, who has all roles; open: people, rows of every type and ties too. */
void world_open_bare(struct world *w, const struct feature *const *features);
void world_open(struct world *w);
void world_close(struct world *w);
/*
 * Who stands to the rows by something that came and may have gone: units above and below, the team
 * of a case, training, broken glass. people: before the rows; bonds: when they are there.
 */
void ties_people(struct world *w);
void ties_bonds(struct world *w);
/* A person of the world; the program ends where there is none. */
struct person *person_of(struct world *w, const char *login);
/* In the scratch arena. */
void ask(struct world *w, const struct question *q, struct answer *out);
json_t *answer_json(const struct answer *a);
/* Fields that this type takes, in w->scratch; with: also references that need not be there. */
struct str fields_of(struct world *w, const struct record_type *type, bool with, struct row *row);
/* What a move of this type asks for. */
struct str needs_of(struct world *w, const struct record_type *type, const struct move *move);
/* The first row of the type, made where there is none; NULL: it could not be. */
const struct row *row_of_type(struct world *w, const struct record_type *type);
bool row_make(struct world *w, const struct record_type *type, enum tlp tlp);

enum act { ACT_READ, ACT_HISTORY, ACT_UPDATE, ACT_ERASE, ACT_MOVE, ACT_REVEAL, ACT_UNGUARD };
enum outcome {
	GRANTED,
	ABSENT,	      /* as if there were none */
	REFUSED,      /* openly, whatever the id */
	REFUSED_KNOWN /* openly, of a row that they may see */
};
enum outcome expect(const struct person *p, int purpose, enum act act, const struct row *row);
/* Does the ladder let them know of the row, role and purpose aside? */
bool sees_row(const struct person *p, int purpose, const struct row *row);
bool may_list(const struct person *p, int purpose, const struct row *row);
/* The first purpose of a rule; any one when it names none. */
int purpose_of(const struct access_rule *rule);

/* Says what was wrong, with the seed. */
void wrong(struct world *w, const char *fmt, ...) PRINTF(2, 3);
uint64_t draw(struct world *w, uint64_t below);
/* Is this cell among those looked at? */
bool drawn(struct world *w);
/* Is this person asked? The keeper always is. */
bool comes(struct world *w, const struct person *p);
/* Both refused alike? The denied one and its twin, whose id names nothing. */
void same(struct world *w, const char *what, const struct answer *denied, const char *id,
	  const struct answer *twin, const char *twin_id);

/* Each route with its probe: an unknown one is a failure with words. */
void probe_routes(struct world *w);
void probe_commands(struct world *w);
void probe_rows(struct world *w);
void probe_lists(struct world *w);
void probe_references(struct world *w);
void probe_jobs(struct world *w);
void probe_log(struct world *w);
/* Last: it changes and erases. */
void probe_changes(struct world *w);

#define NOWHERE "01930000-0000-7000-8000-00000000dead"

#endif
