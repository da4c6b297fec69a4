#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include "base/clock.h"
#include "net/pair.h"
#include "record/door.h"
#include "serve/feature.h"
#include "store/writer.h"

/*
 * serve: one node's inside, whether it answers HTTP or runs one command in-process: its
 * folder, lock, keys, model, writer, readers, features. Requests come through serve_call or
 * serve_submit, whoever brings them.
 */
struct arena_pool;
struct serve;
struct config;
struct clock_health;
struct ongoing;

struct serve_options {
	const char *dir;		       /* the node's folder */
	struct str passphrase;		       /* of the key file, or shares of it; empty: none */
	const struct feature *const *features; /* ends with NULL; node/features.c */
	const struct clock *clock;	       /* NULL: the machine's */
	const char *store_url; /* NULL: sqlite in the folder, or what its liaison.yaml says */
	int linger_us;	       /* see writer_options; -1: the setting */
	int group_max;	       /* likewise; 0: the writer's standard */
	unsigned readers;      /* connections for reading; 0: 1 */
	bool trust_clock;      /* the machine's clock is right, where the log was later */
	bool is_new;	       /* the database must not hold a node yet */
	bool beside;	       /* where the database takes several: other processes may come */
	bool keys_apart;       /* in a process of their own (this program, started again) */
	bool accept_log;       /* whatever the key process knew of the log: somebody decided so */
	bool restoring;	       /* a folder that is being filled from a backup: else refused */
};

/*
 * With `beside`, other processes that were opened so may work in the same folder; the first of
 * them alone migrates. RC_CONFLICT: another process has the folder, or has the database.
 * *out is the caller's.
 */
MUST_USE enum rc serve_open(const struct serve_options *options, struct serve **out,
			    struct err *err);
void serve_close(struct serve *s);

const struct door_node *serve_door_node(const struct serve *s);
const struct config *serve_config(const struct serve *s);
/* Whether the node believes the machine's clock, for /healthz and what acts on dates. */
const struct clock_health *serve_clock(const struct serve *s);
/* Long readings under way (serve/ongoing.h). */
struct ongoing *serve_ongoing(struct serve *s);
const char *serve_dir(const struct serve *s);
/* 1 to NODE_LOCK_NUMBERS: which of the processes in the folder this is. */
int serve_number(const struct serve *s);
struct writer *serve_writer(struct serve *s);
const struct feature *const *serve_features(const struct serve *s);

/* Who asks: how they came in, and what they showed. */
struct caller {
	struct str token;   /* "Authorization: Bearer ..." */
	bool has_session;   /* a cookie of ours came along, be it good or not */
	struct str session; /* its value */
	int64_t uid;	    /* of the Unix socket's peer or of this process; -1: none */
	struct str login;   /* among the users bound to that uid; empty: the only one */
	struct str address; /* "127.0.0.1" or ""; of the client, where a trusted proxy names it */
};

/* A request before it is looked at, and its answer. Borrowed until done. */
struct call {
	struct caller caller;
	struct str method, path;
	struct pairs query, headers;
	struct str body;
	int64_t received_us; /* monotonic_us() when all of it was there; 0: not known */
	/* Set by serve: valid in done and, for serve_call, until call_free. */
	int status;
	struct str content_type, answer;
	bool from_fd; /* the answer is a file: answer_fd is done's to close */
	int answer_fd;
	uint64_t answer_fd_bytes;
	struct pairs answer_headers;
	struct stream_handler *stream;
	struct arena *arena;
	struct arena_pool *arenas; /* where it goes back to */
	/*
	 * May be NULL. Told by long readings, on their thread, how far they are (serve/ongoing.h);
	 * false: nobody waits for the answer any more.
	 */
	bool (*goes_on)(struct call *call, const char *unit, int64_t done, int64_t all);
	void *ctx_progress;
	bool takes_fd; /* serve_call: an answer that is a file is the caller's to read and close */
	/* The submitter's. Called once, on any thread. */
	void (*done)(struct call *call);
	void *ctx;
};

/*
 * On a worker's thread; reader is its number, below options.readers. done comes later. Calls
 * that were there before the worker's last look at the database began are answered from the
 * same look, and may wait in it for those that follow, to ask for keys together; so serve_rest
 * must follow the last of them, also on the worker's thread. Both tell how many calls went on
 * their way to the log, or were answered.
 */
unsigned serve_submit(struct serve *s, unsigned reader, struct call *call);
unsigned serve_rest(struct serve *s, unsigned reader);
/* The same, waiting for it. */
void serve_call(struct serve *s, struct call *call);
/* Frees what serve set. */
void call_free(struct call *call);

/* Threads of their own for what would hold up the readers; before the first serve_submit. */
MUST_USE enum rc serve_lanes_open(struct serve *s, struct err *err);
/* When nothing is submitted any more; what still waits is answered 503. */
void serve_lanes_close(struct serve *s);

/* Long readings that go on stop, and are answered 503. */
void serve_ending(struct serve *s);

/* Bytes a body may have on this path, also where there is no such route. */
size_t serve_body_max(const struct serve *s, struct str method, struct str path);

/*
 * For jobs and start-up: run with a door of the node's own (or of the job's user) on the
 * writer thread, in a savepoint. actor NULL: the node itself.
 */
typedef enum rc serve_write_fn(struct door *d, void *ctx, struct err *err);
MUST_USE enum rc serve_write(struct serve *s, const struct actor *actor,
			     const struct access *access, serve_write_fn *fn, void *ctx,
			     struct err *err);

/*
 * For whoever keeps a node running: every second or so, on a thread that is neither a worker nor
 * the writer's. Logs what was opened and shown to nobody, and catches the key process up.
 * RC_UNAVAILABLE: the key process is gone, and the node had better start anew.
 */
MUST_USE enum rc serve_mind_keys(struct serve *s, struct err *err);

/*
 * What is wrong with what lies beside log and records: the definitions of tables and indexes,
 * users, tokens; one sentence each. RC_OK: all was looked at.
 */
MUST_USE enum rc serve_check(const struct serve *s, struct door *d, db_found_fn *found, void *ctx,
			     struct err *err);

#endif
