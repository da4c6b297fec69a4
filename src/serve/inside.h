#ifndef SERVE_INSIDE_H
#define SERVE_INSIDE_H

#include "audit/audit.h"
#include "serve/config.h"
#include "serve/serve.h"
#include "store/db.h"
#include "store/lock.h"

/* inside: what struct serve holds; for the files of serve/ alone. */
#define READERS_MAX 64

struct serve {
	struct arena *arena; /* as long as the node is open */
	char *dir;
	const struct feature *const *features;
	struct config *config;
	struct node_lock *lock;
	struct keys *keys;
	struct model *model;
	struct door_node node;
	struct writer *writer;
	struct audit_group *group; /* of the transaction open on the writer thread */
	struct db *readers[READERS_MAX];
	unsigned reader_count;
	struct actor node_actor;
	struct job_runner *runner; /* NULL: jobs run in the process of a command */
};

#endif
