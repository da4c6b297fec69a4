#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"

struct node_lock {
	int fd;
};

/* The holder's process number stands in the file, for the sentence only. */
static long
holder_of(int fd)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	return strtol(text, NULL, 10);
}

enum rc
node_lock_take(const char *dir, struct node_lock **out, struct err *err)
{
	char path[4096], text[32];
	long holder;
	int fd, n;

	*out = NULL;
	if ((size_t)snprintf(path, sizeof path, "%s/lock", dir) >= sizeof path)
		return fail(err, RC_INVALID, "data", "the folder's path is too long");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(err, RC_UNAVAILABLE, "data", "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int why = errno;

		holder = holder_of(fd);
		close(fd);
		if (why != EWOULDBLOCK)
			return fail(err, RC_UNAVAILABLE, "data", "%s: %s", path, strerror(why));
		if (holder > 0)
			return fail(err, RC_CONFLICT, "data", "process %ld is using the folder %s",
				    holder, dir);
		return fail(err, RC_CONFLICT, "data", "another process is using the folder %s",
			    dir);
	}
	n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n) {
		close(fd);
		return fail(err, RC_UNAVAILABLE, "data", "%s: %s", path, strerror(errno));
	}
	*out = heap_zeroed(sizeof **out);
	(*out)->fd = fd;
	return RC_OK;
}

void
node_lock_close(struct node_lock *lock)
{
	if (lock == NULL)
		return;
	/* The file stays: removing it would let two processes lock two files of one name. */
	if (ftruncate(lock->fd, 0) != 0)
		log_warn("the folder's lock file still names this process");
	close(lock->fd);
	free(lock);
}
