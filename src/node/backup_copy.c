#include "node/backup_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#define END BACKUP_COPY_END
#define NOTES_BYTES_MAX 65536

static const char *const beside[] = {"", "-wal", "-shm", "-journal"};

/* Locked as long as it is open: one process at a time reads, adds and removes. */
static int
notes_open(struct arena *a, const char *dir)
{
	int fd = open(str_fmt(a, "%s/database.copies", dir).p,
		      O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static struct str
notes_read(struct arena *a, int fd)
{
	char *p = arena_bytes(a, NOTES_BYTES_MAX);
	ssize_t n = pread(fd, p, NOTES_BYTES_MAX, 0);

	return (struct str){p, n > 0 ? (size_t)n : 0};
}

static bool
notes_write(int fd, struct str text)
{
	return pwrite(fd, text.p, text.n, 0) == (ssize_t)text.n &&
	       ftruncate(fd, (off_t)text.n) == 0 && fsync(fd) == 0;
}

/* Nobody has it locked, so nobody is making it. *fd is locked then; -1 where there is none. */
static bool
is_left(const char *path, int *fd)
{
	*fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return errno == ENOENT || errno == ENOTDIR;
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	(void)close(*fd);
	return false;
}

static bool
remove_all(struct arena *a, const char *path)
{
	bool ok = true;

	for (size_t i = 0; i < COUNT_OF(beside); i++)
		ok = (unlink(str_fmt(a, "%s%s", path, beside[i]).p) == 0 || errno == ENOENT ||
		      errno == ENOTDIR) &&
		     ok;
	/* And the backup that was begun of it, which is sealed. */
	(void)unlink(str_fmt(a, "%.*s.part", (int)(strlen(path) - strlen(END)), path).p);
	return ok;
}

/* True when nothing is left of it to look after. */
static bool
remove_left(struct arena *a, struct str line)
{
	const char *path = str_z(a, line);
	bool gone;
	int fd;

	/* Notes name nothing but what backups make. */
	if (line.n <= strlen(END) || line.p[0] != '/' || !str_ends(line, STR(END)))
		return true;
	if (!is_left(path, &fd))
		return false;
	if (!(gone = remove_all(a, path)))
		log_warn("the copy of the database that a backup left cannot be removed: remove "
			 "what database.copies names");
	else if (fd >= 0)
		log_info("the copy of the database that a backup left is removed");
	if (fd >= 0)
		(void)close(fd);
	return gone;
}

static void
sweep(struct arena *a, int notes)
{
	struct str text = notes_read(a, notes), rest = text;
	struct buf kept;

	buf_init(&kept, a);
	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');

		if (line.n > 0 && !remove_left(a, line))
			buf_addf(&kept, "%.*s\n", STR_ARG(line));
	}
	if (!str_eq(buf_str(&kept), text))
		(void)notes_write(notes, buf_str(&kept));
}

void
backup_copies_sweep(const char *dir)
{
	struct arena *a = arena_new(0);
	int notes = -1;

	if (access(str_fmt(a, "%s/database.copies", dir).p, F_OK) == 0)
		notes = notes_open(a, dir);
	if (notes >= 0) {
		sweep(a, notes);
		(void)close(notes);
	}
	arena_free(a);
}

/* From / on, so that it is the same file from wherever it is looked for. */
static const char *
whole_path(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');
	char *folder = realpath(
	    slash == NULL ? "." : str_fmt(a, "%.*s", (int)(slash - file) + 1, file).p, NULL);
	const char *path = NULL;

	if (folder != NULL)
		path = str_fmt(a, "%s/%s%s", folder, slash == NULL ? file : slash + 1, END).p;
	free(folder);
	return path;
}

enum rc
backup_copy_begin(struct arena *a, const char *dir, const char *file, struct backup_copy *out,
		  struct err *err)
{
	const char *path = whole_path(a, file);
	enum rc rc = RC_OK;
	struct str text;
	int notes, left;

	*out = (struct backup_copy){.fd = -1};
	if (path == NULL || (notes = notes_open(a, dir)) < 0)
		return fail_at(err, RC_UNAVAILABLE, path == NULL ? file : dir, 0, 0, "file",
			       "cannot be written: %s", strerror(errno));
	sweep(a, notes);
	text = notes_read(a, notes);
	if (str_chr(str_from(path), '\n') >= 0 || text.n + strlen(path) + 1 > NOTES_BYTES_MAX)
		rc = fail(err, RC_INVALID, "file", "takes a name without line breaks");
	else if (!is_left(path, &left))
		rc = fail_at(err, RC_CONFLICT, file, 0, 0, "file",
			     "another backup is being made there");
	else if (left >= 0)
		(void)close(left);
	/* A database of another's beside it would be taken for part of this one. */
	if (rc == RC_OK &&
	    (!remove_all(a, path) ||
	     !notes_write(notes, str_fmt(a, "%.*s%s\n", STR_ARG(text), path)) ||
	     (out->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0 ||
	     flock(out->fd, LOCK_EX | LOCK_NB) != 0))
		rc = fail_at(err, RC_UNAVAILABLE, file, 0, 0, "file", "cannot be written: %s",
			     strerror(errno));
	out->path = path;
	(void)close(notes);
	return rc;
}

void
backup_copy_end(struct backup_copy *copy)
{
	struct arena *a = arena_new(0);

	if (copy->fd >= 0) {
		for (size_t i = 0; i < COUNT_OF(beside); i++)
			(void)unlink(str_fmt(a, "%s%s", copy->path, beside[i]).p);
		(void)close(copy->fd);
	}
	copy->fd = -1;
	arena_free(a);
}
