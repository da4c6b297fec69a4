#include "node/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/head.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/hex.h"
#include "format/json.h"
#include "node/api.h"
#include "node/archive.h"
#include "node/backup_copy.h"
#include "node/recovery.h"
#include "node/restore.h"
#include "node/sealed_file.h"
#include "seal/recovery.h"
#include "serve/config.h"
#include "serve/file.h"
#include "serve/request.h"
#include "store/copy.h"

/* The leaf that tells of a backup, before it is made, so that it is in it. */
static enum rc
note(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("backup")};
	struct str sealed_to;
	enum rc rc;

	if ((rc = request_text(rq, "sealed_to", &sealed_to, err)) != RC_OK)
		return rc;
	if (sealed_to.n == 0 || sealed_to.n > 60)
		return fail(err, RC_INVALID, "sealed_to", "names a key, or says passphrase");
	entry.plain = str_fmt(rq->arena, "sealed to %.*s", STR_ARG(sealed_to));
	reply->json = json_pack("{s:s}", "backup", "noted");
	return door_log(&rq->door, &entry, NULL, err);
}

static const struct route routes[] = {
    /* clang-format off */
	{ "POST", "/api/v1/node/backups", BIT(ROLE_ADMINISTRATOR), PURPOSES_ANY, ROUTE_WRITES, 4096, note, "Note in the log that a backup is made." },
	{ .method = NULL },
    /* clang-format on */
};

static enum rc
to_file(void *ctx, struct str bytes, struct err *err)
{
	return fwrite(bytes.p, 1, bytes.n, ctx) == bytes.n
		   ? RC_OK
		   : fail(err, RC_UNAVAILABLE, "file", "the backup cannot be written: %s",
			  strerror(errno));
}

static enum rc
to_seal(void *ctx, struct str bytes, struct err *err)
{
	return sealed_file_add(ctx, bytes, err);
}

/* One transaction of the node's database, into an SQLite file. Sealed rows stay as they are. */
static enum rc
copy_database(struct cli *cli, struct str url, const char *path, struct err *err)
{
	size_t n;
	const struct migration_set *sets = backup_sets(cli, &n);
	struct db *from = NULL, *to = NULL;
	struct store_copied copied;
	enum rc rc;

	if ((rc = db_open_reader(url, 5000, &from, err)) == RC_OK &&
	    (rc = migrate_check(from, sets, n, err)) == RC_OK &&
	    (rc = db_open(str_fmt(cli->arena, "sqlite:%s", path), 5000, &to, err)) == RC_OK &&
	    (rc = migrate(to, sets, n, clock_now(&clock_system), err)) == RC_OK)
		rc = store_copy(from, to, sets, n, NULL, NULL, &copied, err);
	/* Closing it brings the WAL into the file. */
	db_close(to);
	db_close(from);
	return rc;
}

static enum rc
about_json(struct cli *cli, const struct config *config, const char *path, json_t **out,
	   struct err *err)
{
	struct audit_head head;
	struct hash root;
	struct db *db;
	json_t *o;
	enum rc rc = db_open_reader(str_fmt(cli->arena, "sqlite:%s", path), 5000, &db, err);

	if (rc != RC_OK)
		return rc;
	rc = audit_head_find(db, &head, err);
	db_close(db);
	if (rc != RC_OK)
		return rc;
	merkle_root(&head.range, &root);
	o = json_pack("{s:i, s:s, s:{s:I, s:o}}", "format", 1, "liaison", LIAISON_VERSION, "log",
		      "size", (json_int_t)head.range.size, "root",
		      json_from_str(hex_format(cli->arena, root.b, sizeof root.b)));
	must(json_object_set_new(o, "name", json_from_str(config_text(config, "name"))) == 0 &&
	     json_object_set_new(
		 o, "made", json_from_str(time_format(cli->arena, clock_now(&clock_system)))) == 0);
	*out = o;
	return RC_OK;
}

static enum rc
add_file(struct archive_writer *w, const char *path, struct str name, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	enum rc rc;

	if (fd < 0)
		return errno == ENOENT
			   ? RC_ABSENT
			   : fail(err, RC_UNAVAILABLE, "", "reading: %s", strerror(errno));
	rc = fstat(fd, &st) == 0 ? archive_add_file(w, name, fd, (uint64_t)st.st_size, err)
				 : fail(err, RC_UNAVAILABLE, "", "reading: %s", strerror(errno));
	(void)close(fd);
	return rc;
}

/* A blob is written once and never changed; one that went since goes out of the database too. */
static enum rc
add_blobs(struct cli *cli, struct archive_writer *w, struct err *err)
{
	const char *dir = str_fmt(cli->arena, "%s/blobs", cli_node_dir(cli)).p;
	DIR *d = opendir(dir);
	struct dirent *e;
	enum rc rc = RC_OK;

	while (d != NULL && rc == RC_OK && (e = readdir(d)) != NULL) {
		if (strlen(e->d_name) != 32)
			continue;
		rc = add_file(w, str_fmt(cli->arena, "%s/%s", dir, e->d_name).p,
			      str_fmt(cli->arena, "blobs/%s", e->d_name), err);
		if (rc == RC_ABSENT)
			rc = RC_OK;
	}
	if (d != NULL)
		(void)closedir(d);
	return rc;
}

static enum rc
write_archive(struct cli *cli, const struct config *config, const char *copy, FILE *out,
	      struct err *err)
{
	struct sealed_file *sealed = NULL;
	struct archive_writer *w;
	json_t *about;
	enum rc rc = about_json(cli, config, copy, &about, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = backup_seal_new(cli, (struct stream_sink){to_file, out}, &sealed, err)) !=
	    RC_OK) {
		json_decref(about);
		return rc;
	}
	w = archive_writer_new(cli->arena, (struct stream_sink){to_seal, sealed});
	if ((rc = archive_begin(w, err)) != RC_OK ||
	    (rc = add_file(w, str_fmt(cli->arena, "%s/liaison.yaml", cli_node_dir(cli)).p,
			   STR("liaison.yaml"), err)) != RC_OK ||
	    (rc = add_file(w, copy, STR("node.db"), err)) != RC_OK ||
	    (rc = add_blobs(cli, w, err)) != RC_OK)
		json_decref(about);
	else if ((rc = archive_end(w, about, err)) == RC_OK)
		rc = sealed_file_end(sealed, err);
	sealed_file_free(sealed);
	return rc;
}

/* Under a name of its own until it is whole and on the disk. */
static enum rc
write_backup(struct cli *cli, const struct config *config, const char *copy, const char *path,
	     struct err *err)
{
	const char *part = str_fmt(cli->arena, "%s.part", path).p;
	int fd;
	FILE *out;
	enum rc rc;

	(void)unlink(part);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	out = fd >= 0 ? fdopen(fd, "wb") : NULL;
	if (out == NULL)
		return fail_at(err, RC_UNAVAILABLE, path, 0, 0, "file", "cannot be written: %s",
			       strerror(errno));
	rc = write_archive(cli, config, copy, out, err);
	if (rc == RC_OK && (fflush(out) != 0 || fsync(fileno(out)) != 0))
		rc = fail(err, RC_UNAVAILABLE, "file", "the backup cannot be written: %s",
			  strerror(errno));
	(void)fclose(out);
	if (rc == RC_OK)
		rc = file_name(part, path, err);
	if (rc != RC_OK)
		(void)unlink(part);
	return rc;
}

/* A folder gets a file with the day and time in its name. */
static const char *
place(struct cli *cli)
{
	const char *given = str_z(cli->arena, cli->arguments.at[0]);
	struct str now = time_format(cli->arena, clock_now(&clock_system));
	struct stat st;

	if (stat(given, &st) != 0 || !S_ISDIR(st.st_mode))
		return given;
	return str_fmt(cli->arena, "%s/backup-%.10sT%.2s%.2s%.2sZ.liaison", given, now.p,
		       now.p + 11, now.p + 14, now.p + 17)
	    .p;
}

/* The file of a database on SQLite; NULL: another engine, or a URL that says something else. */
static const char *
store_file(struct arena *a, struct str url)
{
	struct str place = str_starts(url, STR("sqlite:")) ? str_sub(url, 7, url.n) : STR_NONE;

	return place.n > 0 ? str_z(a, str_cut(&place, '?')) : NULL;
}

static bool
is_same_file(const char *one, const char *other)
{
	struct stat a, b;

	return one != NULL && stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/*
 * The backup takes the place of what stands there: of an older one, and of nothing else. A slip of
 * the tongue must not put it in the place of the node's database or its keys, and the copy of the
 * database, which lies beside it for a while, is taken for left over and removed when it is there.
 */
static enum rc
check_place(struct cli *cli, struct str url, const char *path, struct err *err)
{
	const char *copy = str_fmt(cli->arena, "%s" BACKUP_COPY_END, path).p;
	char head[SEALED_FILE_HEAD];
	struct stat st;
	FILE *f;
	struct str seen;

	if (is_same_file(store_file(cli->arena, url), copy))
		return fail_at(err, RC_CONFLICT, path, 0, 0, "file",
			       "is beside the node's own database of the name that the copy "
			       "would have; name another one");
	if (stat(path, &st) != 0 || st.st_size == 0)
		return RC_OK;
	if ((f = fopen(path, "rbe")) == NULL)
		return fail_at(err, RC_UNAVAILABLE, path, 0, 0, "file", "cannot be read: %s",
			       strerror(errno));
	seen = (struct str){head, fread(head, 1, sizeof head, f)};
	(void)fclose(f);
	return sealed_file_is(seen) || sealed_file_is_for_key(seen)
		   ? RC_OK
		   : fail_at(err, RC_CONFLICT, path, 0, 0, "file",
			     "is there and is no backup; name another one, or remove it first");
}

static enum rc
note_first(struct cli *cli, struct err *err)
{
	struct recovery_public public;
	struct cli_answer answer;
	json_t *body;
	struct str to = STR("passphrase");
	enum rc rc;

	if (cli_option(cli, "seal-with").n == 0) {
		if ((rc = backup_recovery_public(cli, &public, err)) == RC_ABSENT)
			return fail(err, RC_USAGE, "seal-with",
				    "name the file of a passphrase, or make a recovery key first: "
				    "liaison node recovery-key make");
		if (rc != RC_OK)
			return rc;
		to = recovery_name(cli->arena, &public);
	}
	body = json_object();
	must(json_object_set_new(body, "sealed_to", json_from_str(to)) == 0);
	rc = cli_call(cli, "POST", STR("/api/v1/node/backups"), body, &answer, err);
	json_decref(body);
	return rc;
}

static enum rc
run_backup(struct cli *cli, struct err *err)
{
	const char *dir = cli_node_dir(cli), *path;
	struct backup_copy copy;
	struct config *config;
	struct str url;
	enum rc rc;

	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes the file or folder of the backup");
	if ((rc = config_load(cli->arena, str_fmt(cli->arena, "%s/liaison.yaml", dir).p,
			      cli->features, &config, err)) != RC_OK)
		return rc;
	url = config_text(config, "store");
	if (url.n == 0)
		url = str_fmt(cli->arena, "sqlite:%s/node.db", dir);
	path = place(cli);
	/* Looked at before the node is asked: in a stopped one this process has the store open
	 * then, and closing a file of it would drop its locks (fcntl(2)). */
	if ((rc = check_place(cli, url, path, err)) != RC_OK ||
	    (rc = note_first(cli, err)) != RC_OK)
		return rc;
	/* Beside the backup: where there is room for the one there is room for the other. */
	if ((rc = backup_copy_begin(cli->arena, dir, path, &copy, err)) == RC_OK)
		rc = copy_database(cli, url, copy.path, err);
	if (rc == RC_OK)
		rc = write_backup(cli, config, copy.path, path, err);
	backup_copy_end(&copy);
	backup_copies_sweep(dir);
	if (rc == RC_OK && !cli_json_text(cli, "file", str_from(path)))
		fprintf(cli->out,
			"%s\nNo keys are in it: keep copies of the key file apart from it, for 30 "
			"days at most (liaison node key-copies).\n",
			path);
	return rc;
}

static enum rc
run_backup_verify(struct cli *cli, struct err *err)
{
	struct restore_files files;
	json_t *about;
	enum rc rc;

	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes the file of the backup");
	if ((rc = restore_unpack(cli, str_z(cli->arena, cli->arguments.at[0]), NULL, &files,
				 err)) != RC_OK)
		return rc;
	about = json_object_get(files.manifest, "about");
	rc = backup_check_database(cli, files.database, about, err);
	if (rc == RC_OK)
		cli_show(cli, about);
	restore_discard(cli, &files);
	return rc;
}

static const struct option backup_options[] = {
    {"seal-with", "FILE", "a passphrase, in the first line; else the node's recovery key", false},
    {.name = NULL},
};
static const struct option verify_options[] = {
    {"seal-with", "FILE", "the passphrase it is sealed under", false},
    {"half", "FILE", "one half of the recovery key it is sealed to; name both", true},
    {.name = NULL},
};
static const struct option restore_options[] = {
    /* clang-format off */
	{ "keys",      "FILE", "the key file: today's, or a copy of the backup's own days", false },
	{ "erased",    "FILE", "the list of what was erased since (erased.liaison; standard: beside the key file)", false },
	{ "store",     "URL",  "the database to bring it back into, where it is not SQLite in the folder", false },
	{ "seal-with", "FILE", "the passphrase it is sealed under", false },
	{ "half",      "FILE", "one half of the recovery key it is sealed to; name both", true },
	{ "give-up-closed", NULL, "erase what this key file does not open, for good", false },
	{ .name = NULL },
    /* clang-format on */
};
static const struct option recovery_options[] = {
    {"half", "FILE", "use: one of the two halves; name both", true},
    {"out", "FILE", "make: write the halves to FILE.A and FILE.B instead of printing them", false},
    {"new-passphrase-file", "FILE", "use: the new passphrase, in the first line", false},
    {.name = NULL},
};

static const struct command commands[] = {
    /* clang-format off */
	{ "node", "backup",        "FILE", backup_options,  run_backup,        "Back up database, blobs and settings into one sealed file.",
	  "Works beside a running node, on either engine, from one reading transaction. Sealed to the node's recovery key, whose two halves open it, or under a passphrase. The keys are not in it: without the key file a backup opens nothing.\n\nWhere FILE is a folder, the day and time name the file." },
	{ "node", "backup-verify", "FILE", verify_options,  run_backup_verify, "Open a backup, check each file and its database, and show where its log stood.", NULL },
	{ "node", "restore",       "FILE", restore_options, restore_run,       "Bring a node back from a backup, into a new folder.",
	  "--node names the folder, --keys the key file. What was erased after the backup is erased again; tokens are void and jobs stopped. The node is in quarantine then: it answers nobody until two administrators have confirmed it (liaison node quarantine --confirm).\n\nToday's key file does not open what shared a bucket with something that was erased since; a copy of the key file of the backup's own days does, and the list of erasures still erases what was to go." },
	{ "node", "quarantine",    "",     quarantine_options, quarantine_run, "Show whether the node is in quarantine; confirm that it may answer again.", NULL },
	{ "node", "recovery-key",  "WHAT", recovery_options, recovery_run,     "Make a recovery key in two halves, or use it.",
	  "make: a new key; its public half stays in the folder, the secret is printed as two halves, for two people to keep apart on paper, and is nowhere else. Backups are sealed to it, and so is what opens the key file.\n\nuse: with both halves, give the key file a new passphrase when the old one is lost. The node must be stopped." },
	{ "node", "key-copies",    "[FILE...]", NULL,       key_copies_run,    "Report copies of the key file that are older than 30 days.",
	  "Looks at the files named and at those in the node's folder. What was erased is readable as long as such a copy and a backup of its days are left. Exit code 1 when there is one." },
	{ .noun = NULL },
    /* clang-format on */
};

static const struct api_route api_rows[] = {
    {"POST", "/api/v1/node/backups", "note_backup", NULL,
     "{sealed_to: text(1..60) # the name of a recovery key, or passphrase}", "{backup: text}"},
    {.method = NULL},
};
static const struct api backup_api = {api_rows, NULL};

const struct feature backup_feature = {
    .name = "backup", .routes = routes, .commands = commands, .api = &backup_api};
