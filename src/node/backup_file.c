#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/head.h"
#include "base/arena.h"
#include "base/hex.h"
#include "base/vec.h"
#include "format/json.h"
#include "node/archive.h"
#include "node/backup.h"
#include "node/sealed_file.h"
#include "seal/recovery.h"
#include "serve/file.h"
#include "store/db.h"
#include "store/migrate.h"

/* How backups are sealed, read and looked at. */

const struct migration_set *
backup_sets(struct cli *cli, size_t *n)
{
	VEC(struct migration_set) sets = {0};

	for (size_t i = 0; cli->features[i] != NULL; i++)
		if (cli->features[i]->migrations.n > 0)
			*VEC_ADD(cli->arena, &sets) = cli->features[i]->migrations;
	*n = sets.n;
	return sets.at;
}

enum rc
backup_recovery_public(struct cli *cli, struct recovery_public *out, struct err *err)
{
	struct str text;
	enum rc rc =
	    file_read(cli->arena, str_fmt(cli->arena, "%s/recovery.public", cli_node_dir(cli)).p,
		      4096, &text, err);

	return rc == RC_OK ? recovery_public_parse(text, out, err) : rc;
}

enum rc
backup_recovery_secret(struct cli *cli, unsigned char secret[32], struct err *err)
{
	struct str_list paths = cli_options(cli, "half");
	struct str half[2];
	enum rc rc;

	if (paths.n != 2)
		return fail(err, RC_USAGE, "half",
			    "name the two files that hold the halves: --half A --half B");
	for (size_t i = 0; i < 2; i++)
		if ((rc = file_read_secret(cli->arena, str_z(cli->arena, paths.at[i]), 4096,
					   &half[i], err)) != RC_OK)
			return rc;
	rc = recovery_join(half[0], half[1], secret, err);
	for (size_t i = 0; i < 2; i++)
		explicit_bzero((char *)(uintptr_t)half[i].p, half[i].n);
	return rc;
}

enum rc
backup_seal_new(struct cli *cli, struct stream_sink sink, struct sealed_file **out, struct err *err)
{
	struct str path = cli_option(cli, "seal-with"), passphrase;
	struct recovery_public public;
	enum rc rc;

	if (path.n == 0) {
		if ((rc = backup_recovery_public(cli, &public, err)) == RC_ABSENT)
			return fail(err, RC_USAGE, "seal-with",
				    "name the file of a passphrase, or make a recovery key first: "
				    "liaison node recovery-key make");
		return rc == RC_OK ? sealed_file_new_for(cli->arena, &public, sink, out, err) : rc;
	}
	if ((rc = sealed_file_passphrase(cli->arena, path, &passphrase, err)) != RC_OK)
		return rc;
	rc = sealed_file_new(cli->arena, passphrase, sink, out, err);
	explicit_bzero((char *)(uintptr_t)passphrase.p, passphrase.n);
	return rc;
}

static enum rc
to_archive(void *ctx, struct str bytes, struct err *err)
{
	return archive_read(ctx, bytes, err);
}

static enum rc
open_seal(struct cli *cli, FILE *in, struct stream_sink sink, struct sealed_file **out,
	  struct err *err)
{
	char head[SEALED_FILE_KEY_HEAD];
	struct str seen = {head, fread(head, 1, SEALED_FILE_HEAD, in)};
	unsigned char secret[RECOVERY_KEY_BYTES];
	enum rc rc;

	if (sealed_file_is(seen)) {
		if (cli_option(cli, "seal-with").n == 0)
			return fail(err, RC_USAGE, "seal-with",
				    "it is sealed under a passphrase: name its file");
		return sealed_file_open(cli->arena, cli_option(cli, "seal-with"), seen, sink, out,
					err);
	}
	seen.n += fread(head + seen.n, 1, sizeof head - seen.n, in);
	if (!sealed_file_is_for_key(seen))
		return fail(err, RC_INVALID, "file", "is no backup");
	if ((rc = backup_recovery_secret(cli, secret, err)) != RC_OK)
		return rc;
	rc = sealed_file_open_for(cli->arena, secret, seen, sink, out, err);
	explicit_bzero(secret, sizeof secret);
	return rc;
}

static enum rc
read_all(FILE *in, struct sealed_file *sealed, struct err *err)
{
	char piece[65536];
	size_t n;
	enum rc rc = RC_OK;

	while (rc == RC_OK && (n = fread(piece, 1, sizeof piece, in)) > 0)
		rc = sealed_file_add(sealed, (struct str){piece, n}, err);
	if (rc == RC_OK && ferror(in) != 0)
		rc = fail(err, RC_UNAVAILABLE, "file", "the backup cannot be read");
	return rc == RC_OK ? sealed_file_end(sealed, err) : rc;
}

enum rc
backup_read(struct cli *cli, const char *path, const struct archive_handler *handler,
	    json_t **manifest, struct err *err)
{
	struct archive_reader *reader = archive_reader_new(cli->arena, handler);
	struct sealed_file *sealed = NULL;
	FILE *in = fopen(path, "rbe");
	json_t *said;
	enum rc rc;

	if (in == NULL)
		rc = fail_at(err, RC_ABSENT, path, 0, 0, "file", "cannot be read: %s",
			     strerror(errno));
	else if ((rc = open_seal(cli, in, (struct stream_sink){to_archive, reader}, &sealed,
				 err)) == RC_OK &&
		 (rc = read_all(in, sealed, err)) == RC_OK &&
		 (rc = archive_read_end(reader, &said, err)) == RC_OK)
		*manifest = json_incref(said);
	if (in != NULL)
		(void)fclose(in);
	sealed_file_free(sealed);
	archive_reader_free(reader);
	return rc;
}

struct found {
	struct arena *arena;
	struct str first;
};

static void
note_found(void *ctx, struct str what)
{
	struct found *f = ctx;

	if (f->first.n == 0)
		f->first = str_copy(f->arena, what);
}

static enum rc
check_log(struct cli *cli, struct db *db, const json_t *about, struct err *err)
{
	const json_t *log = json_object_get(about, "log");
	struct audit_head head;
	struct hash root;
	struct str hex;
	enum rc rc = audit_head_find(db, &head, err);

	if (rc != RC_OK)
		return rc;
	merkle_root(&head.range, &root);
	hex = hex_format(cli->arena, root.b, sizeof root.b);
	if ((json_int_t)head.range.size != json_integer_value(json_object_get(log, "size")) ||
	    !str_eq(json_member_str(log, "root"), hex))
		return fail(err, RC_INTEGRITY, "file",
			    "the log in the backup does not stand where its manifest says");
	return RC_OK;
}

enum rc
backup_check_database(struct cli *cli, const char *path, const json_t *about, struct err *err)
{
	struct found found = {.arena = cli->arena};
	size_t n;
	const struct migration_set *sets = backup_sets(cli, &n);
	struct db *db;
	enum rc rc = db_open_reader(str_fmt(cli->arena, "sqlite:%s", path), 5000, &db, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = db_check_file(db, note_found, &found, err)) == RC_OK && found.first.n > 0)
		rc = fail(err, RC_INTEGRITY, "file", "the backup's database is damaged: %.*s",
			  STR_ARG(found.first));
	if (rc == RC_OK)
		rc = check_log(cli, db, about, err);
	/* One of an older program is brought up to date when it is started. */
	if (rc == RC_OK && (rc = migrate_check(db, sets, n, err)) == RC_STALE)
		rc = RC_OK;
	db_close(db);
	return rc;
}
