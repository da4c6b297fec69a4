#include "node/recovery.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "format/json.h"
#include "node/backup.h"
#include "record/erase.h"
#include "seal/keyfile_recovery.h"
#include "serve/file.h"
#include "store/lock.h"

static const char *
in_folder(struct cli *cli, const char *name)
{
	return str_fmt(cli->arena, "%s/%s", cli_node_dir(cli), name).p;
}

/* A half for one person: into a file of its own that nobody else reads, never over another. */
static enum rc
write_half(struct cli *cli, struct str path, char which, struct str half, struct err *err)
{
	const char *file = str_fmt(cli->arena, "%.*s.%c", STR_ARG(path), which).p;
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct str line = str_fmt(cli->arena, "%.*s\n", STR_ARG(half));
	bool ok = fd >= 0 && write(fd, line.p, line.n) == (ssize_t)line.n && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	explicit_bzero((char *)(uintptr_t)line.p, line.n);
	return ok ? RC_OK
		  : fail_at(err, RC_UNAVAILABLE, file, 0, 0, "out", "cannot be written: %s",
			    strerror(errno));
}

static enum rc
give_halves(struct cli *cli, const struct str halves[2], struct err *err)
{
	struct str path = cli_option(cli, "out");
	enum rc rc = RC_OK;

	for (int i = 0; i < 2 && rc == RC_OK; i++) {
		if (path.n > 0)
			rc = write_half(cli, path, (char)('A' + i), halves[i], err);
		else if (!cli->json)
			fprintf(cli->out, "%.*s\n", STR_ARG(halves[i]));
	}
	return rc;
}

static enum rc
make(struct cli *cli, struct err *err)
{
	struct recovery_public public;
	struct str passphrase, halves[2];
	struct buf sealed;
	enum rc rc;

	if (access(in_folder(cli, "recovery.public"), F_OK) == 0)
		return fail(err, RC_CONFLICT, "recovery-key",
			    "there is one already; take recovery.public and recovery.sealed away "
			    "first if its halves are lost");
	if ((rc = cli_passphrase(cli, &passphrase, err)) != RC_OK)
		return rc;
	recovery_make(cli->arena, &public, halves);
	buf_init(&sealed, cli->arena);
	if ((rc = keyfile_recovery_seal(in_folder(cli, "keys.liaison"), passphrase, &public,
					&sealed, err)) == RC_OK &&
	    (rc = give_halves(cli, halves, err)) == RC_OK &&
	    (rc = file_write(in_folder(cli, "recovery.sealed"), buf_str(&sealed), 0600, err)) ==
		RC_OK)
		rc = file_write(in_folder(cli, "recovery.public"),
				recovery_public_format(cli->arena, &public), 0600, err);
	for (int i = 0; i < 2; i++)
		explicit_bzero((char *)(uintptr_t)halves[i].p, halves[i].n);
	if (rc != RC_OK || cli_json_text(cli, "key", recovery_name(cli->arena, &public)))
		return rc;
	fprintf(cli->notes,
		"These are the two halves of recovery key %.*s. Give each to another person, on "
		"paper; together they open the key file and every backup sealed to it. They are "
		"nowhere else, and are not shown again.\n",
		STR_ARG(recovery_name(cli->arena, &public)));
	return RC_OK;
}

enum rc
recovery_reseal(struct cli *cli, struct str passphrase, struct err *err)
{
	struct recovery_public public;
	struct buf sealed;
	enum rc rc = backup_recovery_public(cli, &public, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	buf_init(&sealed, cli->arena);
	rc = keyfile_recovery_seal(in_folder(cli, "keys.liaison"), passphrase, &public, &sealed,
				   err);
	return rc == RC_OK
		   ? file_write(in_folder(cli, "recovery.sealed"), buf_str(&sealed), 0600, err)
		   : rc;
}

static enum rc
bring_public(struct cli *cli, struct str beside, struct recovery_public *out, struct err *err)
{
	unsigned char secret[RECOVERY_KEY_BYTES];
	struct str text;
	enum rc rc;

	if (cli_options(cli, "half").n > 0) {
		if ((rc = backup_recovery_secret(cli, secret, err)) != RC_OK)
			return rc;
		recovery_public_of(secret, out);
		explicit_bzero(secret, sizeof secret);
		return RC_OK;
	}
	rc = file_read(cli->arena, str_fmt(cli->arena, "%.*srecovery.public", STR_ARG(beside)).p,
		       4096, &text, err);
	return rc == RC_OK ? recovery_public_parse(text, out, err) : rc;
}

enum rc
recovery_bring(struct cli *cli, struct str beside, struct str *name, struct err *err)
{
	struct recovery_public public;
	struct str passphrase;
	enum rc rc = bring_public(cli, beside, &public, err);

	*name = STR_NONE;
	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	if ((rc = cli_passphrase(cli, &passphrase, err)) != RC_OK ||
	    (rc = file_write(in_folder(cli, "recovery.public"),
			     recovery_public_format(cli->arena, &public), 0600, err)) != RC_OK ||
	    (rc = recovery_reseal(cli, passphrase, err)) != RC_OK)
		return rc;
	*name = recovery_name(cli->arena, &public);
	return RC_OK;
}

/* With the node stopped, for the key file is read whole at start. */
static enum rc
use(struct cli *cli, struct err *err)
{
	struct str path = cli_option(cli, "new-passphrase-file"), passphrase, sealed;
	unsigned char secret[RECOVERY_KEY_BYTES];
	struct node_lock *lock;
	enum rc rc;

	if (path.n == 0)
		return fail(err, RC_USAGE, "new-passphrase-file",
			    "name a file with the new passphrase");
	if ((rc = file_read_secret(cli->arena, str_z(cli->arena, path), 4096, &passphrase, err)) !=
		RC_OK ||
	    (rc = file_read(cli->arena, in_folder(cli, "recovery.sealed"), 4096, &sealed, err)) !=
		RC_OK ||
	    (rc = backup_recovery_secret(cli, secret, err)) != RC_OK)
		return rc;
	while (passphrase.n > 0 &&
	       (passphrase.p[passphrase.n - 1] == '\n' || passphrase.p[passphrase.n - 1] == '\r'))
		passphrase.n--;
	if (passphrase.n < 8)
		rc = fail(err, RC_USAGE, "new-passphrase-file",
			  "takes a passphrase of 8 characters or more");
	else if ((rc = node_lock_take(cli_node_dir(cli), &lock, err)) == RC_OK) {
		rc = keyfile_recovery_use(in_folder(cli, "keys.liaison"), secret, sealed,
					  passphrase, err);
		if (rc == RC_OK)
			rc = recovery_reseal(cli, passphrase, err);
		node_lock_close(lock);
	}
	explicit_bzero(secret, sizeof secret);
	if (rc == RC_OK && !cli_json_text(cli, "passphrase", STR("changed")))
		fprintf(cli->out,
			"The key file has its new passphrase. Both halves were together on this "
			"machine: make a new recovery key.\n");
	return rc;
}

enum rc
recovery_run(struct cli *cli, struct err *err)
{
	struct str what = cli->arguments.n == 1 ? cli->arguments.at[0] : STR_NONE;

	if (str_eq_z(what, "make"))
		return make(cli, err);
	if (str_eq_z(what, "use"))
		return use(cli, err);
	return fail(err, RC_USAGE, "", "takes make or use");
}

#define KEY_MAGIC "liaison keys v1\n"

/*
 * Does this process hold it open? To open such a file and close it again would end the locks that
 * it has on it (fcntl(2), POSIX locks): SQLite's on its database, of all. Another program that
 * then closes the database takes the journal away from under the node, and with it what was
 * acknowledged. The store is opened early, so its numbers are low.
 */
static bool
is_held(const struct stat *file)
{
	for (int fd = 0; fd < 1024; fd++) {
		struct stat st;

		if (fstat(fd, &st) == 0 && st.st_dev == file->st_dev && st.st_ino == file->st_ino)
			return true;
	}
	return false;
}

/* Days since it was last written, if it is a key file; else -1. */
static int64_t
key_copy_days(const char *path, int64_t now_ms)
{
	char head[16];
	struct stat st;
	int64_t days = -1;
	int fd;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || is_held(&st))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    read(fd, head, sizeof head) == (ssize_t)sizeof head &&
	    memcmp(head, KEY_MAGIC, sizeof head) == 0)
		days = (now_ms / 1000 - (int64_t)st.st_mtim.tv_sec) / 86400;
	if (fd >= 0)
		(void)close(fd);
	return days;
}

static bool
is_old(int64_t days)
{
	return days > ERASE_COPIES_KEPT_MS / INT64_C(86400000);
}

int
key_copies_old(const char *dir, int64_t now_ms)
{
	struct arena *a = arena_new(0);
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, "keys.liaison") != 0)
			n += is_old(key_copy_days(str_fmt(a, "%s/%s", dir, e->d_name).p, now_ms));
	if (d != NULL)
		(void)closedir(d);
	arena_free(a);
	return n;
}

static void
add_copy(json_t *items, const char *path, int64_t days)
{
	json_t *o;

	if (days < 0)
		return;
	o = json_object();
	must(json_object_set_new(o, "file", json_string(path)) == 0 &&
	     json_object_set_new(o, "days", json_integer(days)) == 0 &&
	     json_object_set_new(o, "state",
				 json_string(is_old(days) ? "destroy it" : "in time")) == 0);
	must(json_array_append_new(items, o) == 0);
}

enum rc
key_copies_run(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {
	    {"FILE", "file", 60}, {"DAYS", "days", 0}, {"STATE", "state", 0}, {NULL, NULL, 0}};
	int64_t now = clock_now(&clock_system);
	json_t *items = json_array(), *item;
	DIR *d = opendir(cli_node_dir(cli));
	struct dirent *e;
	bool old = false;
	size_t i;

	while (d != NULL && (e = readdir(d)) != NULL) {
		const char *path = in_folder(cli, e->d_name);

		if (strcmp(e->d_name, "keys.liaison") != 0)
			add_copy(items, path, key_copy_days(path, now));
	}
	if (d != NULL)
		(void)closedir(d);
	for (i = 0; i < cli->arguments.n; i++) {
		const char *path = str_z(cli->arena, cli->arguments.at[i]);

		add_copy(items, path, key_copy_days(path, now));
	}
	cli_table(cli, items, columns);
	json_array_foreach (items, i, item)
		old = old || is_old(json_integer_value(json_object_get(item, "days")));
	json_decref(items);
	return old ? fail(err, RC_FAILED, "key-copies",
			  "a copy of the key file is older than 30 days: what was erased since "
			  "can be read with it; destroy it")
		   : RC_OK;
}
