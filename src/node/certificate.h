#ifndef NODE_CERTIFICATE_H
#define NODE_CERTIFICATE_H

#include "serve/listen.h"

struct cli;
struct config;
struct option;

/* certificate: what the node shows of itself over TLS. */

/* liaison node certificate */
enum rc node_certificate(struct cli *cli, struct err *err);
extern const struct option node_certificate_options[];

/*
 * The files that the settings tls_certificate and tls_key name, into o; nothing where they name
 * none. RC_INVALID: others may read the key. The texts live in the arena; tls_forget wipes the key.
 */
MUST_USE enum rc tls_read(struct arena *a, const struct config *config, struct listen_options *o,
			  struct err *err);
void tls_forget(struct listen_options *o);
/* The same again while it listens (SIGHUP): new connections see the new one. */
MUST_USE enum rc tls_renew(const struct config *config, struct listen *l, struct err *err);

#endif
