#ifndef NODE_INIT_H
#define NODE_INIT_H

#include "base/rc.h"
#include "base/str.h"
#include "serve/serve.h"

/*
 * init: a new node's folder: liaison.yaml, the key file, an empty database with its log, the
 * agency as organisation, a first unit, and a first administrator bound to a system account.
 */
struct init_options {
	const char *dir;
	struct str name, country, kind, legal_regime;
	struct str store;	     /* URL of the database; empty: SQLite in the folder */
	struct str unit;	     /* the first unit's name */
	struct str login, full_name; /* the administrator */
	uint32_t roles;		     /* besides administrator */
	bool shared_account;	     /* see the setting */
	struct str passphrase;	     /* of the key file; empty: guarded by its mode alone */
	const struct feature *const *features;
	const struct clock *clock;
	bool keys_apart; /* as serve_options */
	bool tightened;	 /* told back: the folder was open to others, and is not any more */
};

/* RC_CONFLICT: there is a node already, or others may enter the folder and it holds files. On
 * failure nothing that it made stays, but a folder. */
MUST_USE enum rc node_init(struct init_options *options, struct err *err);

#endif
