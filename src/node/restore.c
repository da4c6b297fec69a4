#include "node/restore.h"

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
#include "node/archive.h"
#include "node/backup.h"
#include "node/copy.h"
#include "node/erasing.h"
#include "node/recovery.h"
#include "record/look.h"
#include "record/retain.h"
#include "seal/erased.h"
#include "serve/config.h"
#include "serve/file.h"
#include "serve/quarantine.h"
#include "serve/serve.h"
#include "store/copy.h"

struct unpacking {
	struct cli *cli;
	const char *dir;
	FILE *out;
};

static enum rc
begin_file(void *ctx, struct str name, uint64_t bytes, struct err *err)
{
	struct unpacking *u = ctx;
	const char *path = str_fmt(u->cli->arena, "%s/%.*s", u->dir, STR_ARG(name)).p;
	int fd;

	(void)bytes;
	if (str_starts(name, STR("blobs/")) &&
	    mkdir(str_fmt(u->cli->arena, "%s/blobs", u->dir).p, 0700) != 0 && errno != EEXIST)
		return fail(err, RC_UNAVAILABLE, "file", "unpacking: %s", strerror(errno));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	u->out = fd >= 0 ? fdopen(fd, "wb") : NULL;
	return u->out != NULL ? RC_OK
			      : fail(err, RC_UNAVAILABLE, "file", "unpacking: %s", strerror(errno));
}

static enum rc
file_bytes(void *ctx, struct str bytes, struct err *err)
{
	struct unpacking *u = ctx;

	return fwrite(bytes.p, 1, bytes.n, u->out) == bytes.n
		   ? RC_OK
		   : fail(err, RC_UNAVAILABLE, "file", "unpacking: %s", strerror(errno));
}

static enum rc
end_file(void *ctx, struct err *err)
{
	struct unpacking *u = ctx;
	bool ok = fflush(u->out) == 0 && fsync(fileno(u->out)) == 0;

	ok = fclose(u->out) == 0 && ok;
	u->out = NULL;
	return ok ? RC_OK : fail(err, RC_UNAVAILABLE, "file", "unpacking: %s", strerror(errno));
}

static void
remove_folder(struct arena *a, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		const char *path = str_fmt(a, "%s/%s", dir, e->d_name).p;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (strcmp(e->d_name, "blobs") == 0)
			remove_folder(a, path);
		else
			(void)unlink(path);
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(dir);
}

void
restore_discard(struct cli *cli, struct restore_files *files)
{
	remove_folder(cli->arena, files->dir);
	json_decref(files->manifest);
	files->manifest = NULL;
}

enum rc
restore_unpack(struct cli *cli, const char *path, const char *dir, struct restore_files *out,
	       struct err *err)
{
	struct unpacking u = {.cli = cli};
	const struct archive_handler handler = {begin_file, file_bytes, end_file, &u};
	enum rc rc;

	*out = (struct restore_files){.dir = dir != NULL ? dir
							 : str_fmt(cli->arena, "%s.look", path).p};
	u.dir = out->dir;
	if (dir == NULL && mkdir(out->dir, 0700) != 0)
		return fail_at(
		    err, errno == EEXIST ? RC_CONFLICT : RC_UNAVAILABLE, out->dir, 0, 0, "file",
		    "cannot be made, to look at the backup in: %s. One that is there was "
		    "left by a look that was cut short: remove it",
		    strerror(errno));
	if (dir != NULL && mkdir(out->dir, 0700) != 0)
		return fail_at(err, errno == EEXIST ? RC_CONFLICT : RC_UNAVAILABLE, out->dir, 0, 0,
			       "node",
			       "cannot be made: %s; a node is brought back into a new folder",
			       strerror(errno));
	out->database = str_fmt(cli->arena, "%s/node.db", out->dir).p;
	rc = backup_read(cli, path, &handler, &out->manifest, err);
	if (u.out != NULL)
		(void)fclose(u.out);
	if (rc == RC_OK && access(out->database, F_OK) != 0)
		rc = fail(err, RC_INTEGRITY, "file", "the backup holds no database");
	if (rc != RC_OK)
		restore_discard(cli, out);
	return rc;
}

/* The file as it is, for its owner alone. required false: one that is not there is fine. */
static enum rc
copy_file(struct cli *cli, const char *from, const char *to, bool required, struct err *err)
{
	struct str bytes;
	enum rc rc = file_read(cli->arena, from, (size_t)1 << 30, &bytes, err);

	if (rc == RC_ABSENT && !required)
		return RC_OK;
	return rc == RC_OK ? file_write(to, bytes, 0600, err) : rc;
}

/* However they are written: it must not be the database in use that is brought back to then. */
static enum rc
check_store(struct cli *cli, const char *path, struct str store, struct err *err)
{
	struct config *config;
	enum rc rc = config_load(cli->arena, path, cli->features, &config, err);

	if (rc == RC_OK && !str_eq(config_text(config, "store"), store))
		rc = fail(err, RC_INVALID, "store",
			  "the backup's liaison.yaml names a database in a way that is not "
			  "understood here");
	return rc;
}

/* The settings of the backup, with the database of now. */
static enum rc
write_settings(struct cli *cli, const char *path, struct str store, struct err *err)
{
	struct str text;
	struct buf b;
	enum rc rc = file_read(cli->arena, path, 1 << 20, &text, err);

	if (rc != RC_OK)
		return rc;
	buf_init(&b, cli->arena);
	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');

		if (!copy_is_store_line(line))
			buf_addf(&b, "%.*s\n", STR_ARG(line));
	}
	if (store.n > 0) {
		buf_add_z(&b, "store: ");
		json_quote(&b, store);
		buf_add_byte(&b, '\n');
	}
	rc = file_write(path, buf_str(&b), 0600, err);
	return rc == RC_OK ? check_store(cli, path, store, err) : rc;
}

/* Into the server's database, which is empty; the file goes then. */
static enum rc
fill_store(struct cli *cli, const struct restore_files *files, struct str store, struct err *err)
{
	size_t n;
	const struct migration_set *sets = backup_sets(cli, &n);
	struct db *from = NULL, *to = NULL;
	struct store_copied copied;
	enum rc rc;

	/* An older backup is brought up to date first, so that the two have the same tables. */
	if ((rc = db_open(str_fmt(cli->arena, "sqlite:%s", files->database), 5000, &from, err)) ==
		RC_OK &&
	    (rc = migrate(from, sets, n, clock_now(&clock_system), err)) == RC_OK &&
	    (rc = db_open(store, 5000, &to, err)) == RC_OK &&
	    (rc = migrate(to, sets, n, clock_now(&clock_system), err)) == RC_OK)
		rc = store_copy(from, to, sets, n, NULL, NULL, &copied, err);
	db_close(to);
	db_close(from);
	if (rc == RC_OK && unlink(files->database) != 0)
		rc = fail(err, RC_UNAVAILABLE, "node", "%s", strerror(errno));
	return rc;
}

/* What was erased after the backup, erased again. */
struct replay {
	struct erased_list list;
	bool give_up;
	struct id after;
	int64_t erased, closed, seen;
	bool ended;
};

static enum rc
burn(struct door *d, void *ctx, struct err *err)
{
	(void)ctx;
	return quarantine_burn(d, err);
}

/* Does it open with this key file? */
static enum rc
opens(struct door *d, struct id id, bool *out, struct err *err)
{
	struct record *r;
	enum rc rc = look_record(d, id, &r, err);

	*out = rc == RC_OK;
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
replay_step(struct door *d, void *ctx, struct err *err)
{
	struct replay *r = ctx;
	struct retain_row *rows = NEW_N(d->arena, struct retain_row, 200);
	size_t n;
	enum rc rc = retain_scan(d->node, d->db, d->arena, &r->after, rows, 200, &n, err);

	r->ended = n == 0;
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		const struct retain_row *row = &rows[i];
		struct str id = {(const char *)row->id.b, sizeof row->id.b};
		bool is_open = false, gone;

		r->seen++;
		if (row->erased || row->type == NULL)
			continue;
		gone = erased_has(&r->list, ERASED_RECORD, id) ||
		       erased_has(&r->list, ERASED_BUCKET, row->bucket);
		if (!gone && (rc = opens(d, row->id, &is_open, err)) != RC_OK)
			return rc;
		if (gone || (!is_open && r->give_up)) {
			rc = record_erase_closed(d, row->id, err);
			r->erased++;
		} else {
			r->closed += !is_open;
		}
	}
	return rc;
}

static enum rc
bring_back(struct cli *cli, struct replay *r, struct err *err)
{
	struct serve_options o = {
	    .dir = cli_node_dir(cli), .features = cli->features, .restoring = true};
	struct serve *s;
	enum rc rc;

	if ((rc = cli_passphrase(cli, &o.passphrase, err)) != RC_OK ||
	    (rc = serve_open(&o, &s, err)) != RC_OK)
		return rc;
	rc = erased_load(cli->arena, erased_path(cli->arena, o.dir), serve_door_node(s)->keys,
			 &r->list, err);
	if (rc == RC_OK)
		rc = serve_write(s, NULL, NULL, burn, NULL, err);
	while (rc == RC_OK && !r->ended)
		rc = serve_write(s, NULL, NULL, replay_step, r, err);
	if (rc == RC_OK && r->closed > 0)
		rc = fail(err, RC_CONFLICT, "keys",
			  "%lld of %lld records open for nobody with this key file: something "
			  "beside them was erased after the backup. Name a copy of the key file of "
			  "the backup's own days (--keys) and today's list of erasures (--erased), "
			  "or say --give-up-closed",
			  (long long)r->closed, (long long)r->seen);
	/* The keys of what was erased again go, as they went before. */
	if (rc == RC_OK)
		rc = erasing_finish(s, err);
	serve_close(s);
	return rc;
}

static enum rc
log_taken(struct door *d, void *ctx, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING, .type = STR("log_accepted")};

	(void)ctx;
	d->access.reason = STR("the node was brought back from a backup");
	return door_log(d, &entry, NULL, err);
}

/*
 * The replay held the keys itself, for it looks at all records. From here on they lie in their
 * own process, which takes this log for the node's.
 */
static enum rc
take_log(struct cli *cli, struct err *err)
{
	struct serve_options o = {.dir = cli_node_dir(cli),
				  .features = cli->features,
				  .keys_apart = true,
				  .accept_log = true,
				  .restoring = true};
	struct serve *s;
	enum rc rc;

	if ((rc = cli_passphrase(cli, &o.passphrase, err)) != RC_OK ||
	    (rc = serve_open(&o, &s, err)) != RC_OK)
		return rc;
	rc = serve_write(s, NULL, NULL, log_taken, NULL, err);
	serve_close(s);
	return rc;
}

/* Of a file's path, with the / at its end; empty where it has none. */
static struct str
folder_of(struct str path)
{
	struct str folder = str_sub(path, 0, 0);

	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/')
			folder = str_sub(path, 0, i + 1);
	return folder;
}

static enum rc
fill_folder(struct cli *cli, const struct restore_files *files, struct str keys, struct err *err)
{
	struct str store = cli_option(cli, "store"), list = cli_option(cli, "erased");
	const char *dir = files->dir;
	enum rc rc;

	if (list.n == 0)
		list = str_fmt(cli->arena, "%.*serased.liaison", STR_ARG(folder_of(keys)));
	if ((rc = copy_file(cli, str_z(cli->arena, keys),
			    str_fmt(cli->arena, "%s/keys.liaison", dir).p, true, err)) != RC_OK ||
	    (rc = copy_file(cli, str_z(cli->arena, list), erased_path(cli->arena, dir),
			    cli_option(cli, "erased").n > 0, err)) != RC_OK ||
	    (rc = write_settings(cli, str_fmt(cli->arena, "%s/liaison.yaml", dir).p, store, err)) !=
		RC_OK)
		return rc;
	return store.n > 0 ? fill_store(cli, files, store, err) : RC_OK;
}

static void
tell(struct cli *cli, const struct replay *r, const json_t *about, struct str recovery)
{
	struct str until = time_format(cli->arena, r->list.last_ms);
	json_t *o;

	if (cli->json) {
		o = json_pack("{s:O, s:I, s:I, s:b}", "backup", about, "records",
			      (json_int_t)r->seen, "erased_again", (json_int_t)r->erased,
			      "quarantine", 1);
		if (r->list.last_ms != 0)
			must(json_object_set_new(o, "erasures_until", json_from_str(until)) == 0);
		if (recovery.n > 0)
			must(json_object_set_new(o, "recovery_key", json_from_str(recovery)) == 0);
		cli_show(cli, o);
		json_decref(o);
		return;
	}
	fprintf(cli->out,
		"%s: the node is back as of %.*s: %lld records, of which %lld were erased again; "
		"tokens are void, jobs stopped.\n"
		"It is in quarantine: two administrators confirm it with `liaison node quarantine "
		"--confirm` once they have looked at it, and compared its log with what witnesses "
		"hold (liaison audit compare, audit new-origin).\n",
		cli_node_dir(cli), STR_ARG(json_member_str(about, "made")), (long long)r->seen,
		(long long)r->erased);
	if (recovery.n > 0)
		fprintf(
		    cli->notes,
		    "Its recovery key is %.*s again: backups are sealed to it, and its halves "
		    "open the key file. Where both halves were together on this machine, make a "
		    "new one: take recovery.public and recovery.sealed away, and say liaison "
		    "node recovery-key make.\n",
		    STR_ARG(recovery));
	else
		fprintf(cli->notes,
			"It has no recovery key, and a lost passphrase would be a lost node: make "
			"one with liaison node recovery-key make.\n");
	if (r->list.last_ms == 0)
		fprintf(cli->notes,
			"No list of erasures was there: what was erased after the backup, "
			"and still opens with this key file, is back. Erase it again.\n");
	else
		fprintf(cli->notes,
			"The list of erasures ends with one of %.*s. If more was erased since, it "
			"is back: name today's list with --erased, in another folder, before "
			"anybody confirms this one.\n",
			STR_ARG(until));
}

enum rc
restore_run(struct cli *cli, struct err *err)
{
	struct str keys = cli_option(cli, "keys");
	struct replay replay = {.give_up = cli_switch(cli, "give-up-closed")};
	struct restore_files files;
	struct str recovery;
	json_t *about;
	enum rc rc;

	if (cli->arguments.n != 1 || keys.n == 0)
		return fail(err, RC_USAGE, "keys",
			    "takes the backup's file, and --keys with the key file");
	if ((rc = restore_unpack(cli, str_z(cli->arena, cli->arguments.at[0]), cli_node_dir(cli),
				 &files, err)) != RC_OK)
		return rc;
	about = json_object_get(files.manifest, "about");
	/* The quarantine stands before anything else could start this node. */
	if ((rc = backup_check_database(cli, files.database, about, err)) == RC_OK &&
	    (rc = quarantine_begin(files.dir, about, err)) == RC_OK &&
	    (rc = fill_folder(cli, &files, keys, err)) == RC_OK &&
	    (rc = bring_back(cli, &replay, err)) == RC_OK && (rc = take_log(cli, err)) == RC_OK &&
	    (rc = recovery_bring(cli, folder_of(keys), &recovery, err)) == RC_OK &&
	    (rc = quarantine_whole(files.dir, err)) == RC_OK) {
		tell(cli, &replay, about, recovery);
		json_decref(files.manifest);
		return RC_OK;
	}
	restore_discard(cli, &files);
	return rc;
}
