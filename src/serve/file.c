#include "serve/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

static enum rc
check_private(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail_at(err, RC_UNAVAILABLE, path, 0, 0, "", "cannot be looked at: %s",
			       strerror(errno));
	if (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
		return fail_at(err, RC_INVALID, path, 0, 0, "",
			       "holds a secret, and may be read or written by others (mode %03o); "
			       "chmod 600 it, and ask who has read it",
			       (unsigned)st.st_mode & 0777u);
	return RC_OK;
}

static enum rc
open_read(const char *path, int *out, struct err *err)
{
	*out = open(path, O_RDONLY | O_CLOEXEC);
	if (*out < 0)
		return fail_at(err, errno == ENOENT ? RC_ABSENT : RC_UNAVAILABLE, path, 0, 0, "",
			       "cannot be read: %s", strerror(errno));
	return RC_OK;
}

/* Closes fd. */
static enum rc
read_all(struct arena *a, int fd, const char *path, size_t bytes_max, struct str *out,
	 struct err *err)
{
	struct buf b;
	ssize_t n = 0;

	buf_init(&b, a);
	for (;;) {
		n = read(fd, buf_room(&b, 65536), 65536);
		b.n -= 65536 - (n > 0 ? (size_t)n : 0);
		if (n <= 0 || b.n > bytes_max)
			break;
	}
	(void)close(fd);
	if (n < 0 && errno == EISDIR)
		return fail_at(err, RC_INVALID, path, 0, 0, "", "is a folder; name a file");
	if (n < 0)
		return fail_at(err, RC_UNAVAILABLE, path, 0, 0, "", "cannot be read: %s",
			       strerror(errno));
	if (b.n > bytes_max)
		return fail_at(err, RC_TOO_LARGE, path, 0, 0, "", "is larger than %zu bytes",
			       bytes_max);
	*out = str_copy(a, buf_str(&b));
	return RC_OK;
}

enum rc
file_read(struct arena *a, const char *path, size_t bytes_max, struct str *out, struct err *err)
{
	int fd;
	enum rc rc = open_read(path, &fd, err);

	return rc == RC_OK ? read_all(a, fd, path, bytes_max, out, err) : rc;
}

enum rc
file_read_secret(struct arena *a, const char *path, size_t bytes_max, struct str *out,
		 struct err *err)
{
	int fd;
	enum rc rc = open_read(path, &fd, err);

	if (rc == RC_OK && (rc = check_private(fd, path, err)) != RC_OK)
		(void)close(fd);
	return rc == RC_OK ? read_all(a, fd, path, bytes_max, out, err) : rc;
}

static bool
write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = str_sub(s, (size_t)n, s.n);
	}
	return true;
}

static bool
sync_folder(const char *path)
{
	char copy[4096];
	int fd;
	bool ok;

	(void)snprintf(copy, sizeof copy, "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

enum rc
file_write(const char *path, struct str text, unsigned mode, struct err *err)
{
	char temporary[4096];
	int fd, n = snprintf(temporary, sizeof temporary, "%s.new", path);
	bool ok;

	if (n < 0 || (size_t)n >= sizeof temporary)
		return fail(err, RC_INVALID, "path", "is too long");
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	ok = fd >= 0 && write_all(fd, text) && fsync(fd) == 0;
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	if (ok && rename(temporary, path) == 0 && sync_folder(path))
		return RC_OK;
	n = errno;
	(void)unlink(temporary);
	return fail_at(err, RC_UNAVAILABLE, path, 0, 0, "", "cannot be written: %s", strerror(n));
}

enum rc
file_name(const char *temporary, const char *path, struct err *err)
{
	if (rename(temporary, path) == 0 && sync_folder(path))
		return RC_OK;
	return fail(err, RC_UNAVAILABLE, "file", "cannot be named: %s", strerror(errno));
}

enum rc
file_check(const char *path, struct err *err)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode)
		   ? fail_at(err, RC_INVALID, path, 0, 0, "", "is a folder; name a file")
		   : RC_OK;
}
