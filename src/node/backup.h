#ifndef NODE_BACKUP_H
#define NODE_BACKUP_H

#include "seal/stream.h"
#include "serve/cli.h"

/*
 * backup: a node's database, blobs and settings in one sealed file (node/archive.h inside
 * node/sealed_file.h), made beside a running node from one reading transaction of its own, on
 * either engine. Keys are never in it: what it holds stays sealed under them, and a backup
 * beside its keys would bring back what was erased. Bringing it back: node/restore.h.
 */
extern const struct feature backup_feature;

struct recovery_public;
struct sealed_file;

/* How the file is sealed or opened, from options: --seal-with FILE (a passphrase), or the
 * node's recovery key, which two halves open (--half FILE, twice). */
MUST_USE enum rc backup_seal_new(struct cli *cli, struct stream_sink sink, struct sealed_file **out,
				 struct err *err);

struct archive_handler;
/* Read a backup through to its end, each file given to the handler; the manifest is the cli's. */
MUST_USE enum rc backup_read(struct cli *cli, const char *path,
			     const struct archive_handler *handler, json_t **manifest,
			     struct err *err);

/* The database of a backup, in a file of its own: is it whole, and does its log stand where the
 * manifest says? */
MUST_USE enum rc backup_check_database(struct cli *cli, const char *path, const json_t *about,
				       struct err *err);

/* The migration sets of all features that have tables to copy. */
struct migration_set;
const struct migration_set *backup_sets(struct cli *cli, size_t *n);

/* DIR/recovery.public; RC_ABSENT: none was made. */
MUST_USE enum rc backup_recovery_public(struct cli *cli, struct recovery_public *out,
					struct err *err);
/* The secret of the two halves that --half names. */
MUST_USE enum rc backup_recovery_secret(struct cli *cli, unsigned char secret[32], struct err *err);

#endif
