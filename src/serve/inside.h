#ifndef SERVE_INSIDE_H
#define SERVE_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "audit/audit.h"
#include "serve/clock_health.h"
#include "serve/config.h"
#include "serve/known.h"
#include "serve/ongoing.h"
#include "serve/serve.h"
#include "serve/session.h"
#include "store/db.h"
#include "store/lock.h"

/* inside: what struct serve holds; for the files of serve/ alone. */
#define READERS_MAX 64

struct route_table;
struct work;
/* A worker's reading transaction, kept for the calls that were there when it began. */
#define LOOK_WAITS_MAX 64
#define LOOK_DRAFTS_MAX 32

struct look {
	struct work *waits[LOOK_WAITS_MAX]; /* for the keys of what they found in it */
	unsigned wait_count;
	struct key_open *keys;		      /* secret memory, LOOK_WAITS_MAX of them */
	struct work *drafts[LOOK_DRAFTS_MAX]; /* for their keys to be wrapped */
	unsigned draft_count;
	struct record_wraps *wraps; /* made with the first draft */
	bool is_open;
	int64_t begun_us;	   /* noted before it began */
	uint64_t users_generation; /* as it stands in that transaction; 0: not asked yet */
};

/* Work that must not hold up the readers: see serve/lane.h. */
enum lane_kind { LANE_HASHES, LANE_HEAVY, LANES };

struct serve {
	struct arena *arena; /* as long as the node is open */
	char *dir;
	const struct feature *const *features;
	const struct route_table *routes; /* of all of them */
	struct config *config;
	struct node_lock *lock;
	struct keys *keys;
	struct model *model;
	struct clock_health *clock; /* node.clock is its */
	struct door_node node;
	struct str store_url; /* of the database, for connections beside the readers */
	struct writer *writer;
	struct audit_group *group;	 /* of the transaction open on the writer thread */
	struct audit_group *ended_group; /* of the one before, for its memory */
	struct arena_pool *arenas;	 /* of calls */
	struct db *readers[READERS_MAX];
	struct look looks[READERS_MAX];		  /* of each reader */
	struct user_cache *users[READERS_MAX];	  /* one a reader */
	struct reach_cache *reaches[READERS_MAX]; /* likewise */
	struct known known;			  /* tokens and sessions, by all readers */
	unsigned reader_count;
	/* In the open transaction; the writer thread's. */
	bool users_changed, queue_changed;
	bool several; /* other processes may work on the database */
	struct actor node_actor;
	struct kept *kept;
	pthread_mutex_t memory_lock; /* guards memory */
	struct memory *memory;	     /* serve/memory.h */
	struct id last_job;	     /* added; the writer thread's */
	struct session_rules rules;
	/* Sign-ins that may be tried: by client; by login there; by all such. serve/limits.h */
	struct budget *addresses, *logins, *crowds;
	struct budget *heavy; /* milliseconds of heavy work, by user */
	struct ongoing ongoing;
	_Atomic bool ending; /* long readings stop */
	_Atomic uint64_t signed_in, sign_ins_refused, sign_ins_turned_away;
	struct lane *lanes[LANES]; /* NULL: in the process of a command, where one waits for all */
	bool were_locked;	   /* of the thread that minds the keys */
	struct told_list *told;	   /* of groups committed and not yet durable (serve/apart.c) */
	_Atomic bool disk_low;	   /* serve/disk.h */
	_Atomic bool quarantined;  /* the file was there at start */
	_Atomic uint64_t jobs_expired; /* whose parts went by themselves */
	int64_t blobs_look_s;	       /* when files without a row are looked for; the timers' */
	struct job_runner *runner;     /* NULL: jobs run in the process of a command */
};

/* The reading connection of a worker, if it has none yet; on its own thread. */
MUST_USE enum rc serve_reader_open(struct serve *s, unsigned reader, struct err *err);
/* The serve whose door this is: all doors of a node are opened on serve->node. */
struct serve *serve_of_door(const struct door *d);
struct serve *serve_of_node(const struct door_node *node);
/* In a changing door: what is remembered of users and tokens is void once this commits. */
void serve_users_changed(struct door *d);

#endif
