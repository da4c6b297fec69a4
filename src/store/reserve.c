#include "store/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int
open_in(const char *dir, int flags)
{
	int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = folder >= 0 ? openat(folder, "reserve", flags | O_CLOEXEC, 0600) : -1;

	if (folder >= 0)
		(void)close(folder);
	return fd;
}

enum rc
reserve_disk_free(const char *dir, uint64_t *out, struct err *err)
{
	struct statvfs v;

	if (statvfs(dir, &v) != 0)
		return fail(err, RC_UNAVAILABLE, "", "the disk's free room: %s", strerror(errno));
	*out = (uint64_t)v.f_bavail * v.f_frsize;
	return RC_OK;
}

enum rc
reserve_make(const char *dir, uint64_t bytes, struct err *err)
{
	int fd = open_in(dir, O_RDWR | O_CREAT | O_NOFOLLOW), code;

	if (fd < 0)
		return fail(err, RC_UNAVAILABLE, "", "the reserve file: %s", strerror(errno));
	code = posix_fallocate(fd, 0, (off_t)bytes);
	(void)close(fd);
	if (code == 0)
		return RC_OK;
	if (reserve_release(dir, err) != RC_OK)
		return RC_UNAVAILABLE;
	return fail(err, RC_UNAVAILABLE, "", "the reserve file: %s", strerror(code));
}

enum rc
reserve_release(const char *dir, struct err *err)
{
	int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), code = 0;

	if (folder < 0 || (unlinkat(folder, "reserve", 0) != 0 && errno != ENOENT))
		code = errno;
	if (folder >= 0)
		(void)close(folder);
	return code == 0 ? RC_OK
			 : fail(err, RC_UNAVAILABLE, "", "the reserve file: %s", strerror(code));
}

uint64_t
reserve_bytes(const char *dir)
{
	int fd = open_in(dir, O_RDONLY | O_NOFOLLOW);
	struct stat st = {.st_blocks = 0};

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) != 0)
		st.st_blocks = 0;
	(void)close(fd);
	return (uint64_t)st.st_blocks * 512;
}
