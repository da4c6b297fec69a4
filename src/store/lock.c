#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"

/*
 * Byte 0 of DIR/lock is locked for writing by whoever is alone, for reading by those beside
 * each other; byte n by whoever has the number n. The bytes themselves hold each holder's
 * process number, for the sentence only.
 */
enum { ENTRY_BYTES = 16 };

struct node_lock {
	int fd, number;
	bool alone, joined;
};

static bool
lock_byte(int fd, int byte, short how)
{
	struct flock lock = {.l_type = how, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

static bool
is_locked(int fd, int byte)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* What stands there of processes that were killed is told apart by their locks. */
static long
holder_of(int fd)
{
	char text[ENTRY_BYTES + 1] = "";
	long holder = 0;

	for (int n = 1; holder <= 0 && n <= NODE_LOCK_NUMBERS; n++)
		if (is_locked(fd, n) &&
		    pread(fd, text, ENTRY_BYTES, (n - 1) * ENTRY_BYTES) == ENTRY_BYTES)
			holder = strtol(text, NULL, 10);
	return holder;
}

static enum rc
taken(int fd, const char *dir, struct err *err)
{
	long holder = holder_of(fd);

	if (holder > 0)
		return fail(err, RC_CONFLICT, "data", "process %ld is using the folder %s", holder,
			    dir);
	return fail(err, RC_CONFLICT, "data", "another process is using the folder %s", dir);
}

/* RC_OK: one or the other. RC_CONFLICT: somebody is alone, or others are there. */
static enum rc
lock_folder(int fd, bool join, bool *alone, const char *path, struct err *err)
{
	*alone = lock_byte(fd, 0, F_WRLCK);
	if (*alone || (errno == EAGAIN && join && lock_byte(fd, 0, F_RDLCK)))
		return RC_OK;
	return errno == EAGAIN || errno == EACCES
		   ? RC_CONFLICT
		   : fail(err, RC_UNAVAILABLE, "data", "%s: %s", path, strerror(errno));
}

static enum rc
take_number(struct node_lock *lock, const char *path, struct err *err)
{
	char text[ENTRY_BYTES + 1];

	for (int n = 1; lock->number == 0 && n <= NODE_LOCK_NUMBERS; n++)
		if (lock_byte(lock->fd, n, F_WRLCK))
			lock->number = n;
	if (lock->number == 0)
		return fail(err, RC_CONFLICT, "data",
			    "%d processes work in this folder, and more have no place",
			    NODE_LOCK_NUMBERS);
	(void)snprintf(text, sizeof text, "%-*ld\n", ENTRY_BYTES - 1, (long)getpid());
	if (pwrite(lock->fd, text, ENTRY_BYTES, (lock->number - 1) * ENTRY_BYTES) != ENTRY_BYTES)
		return fail(err, RC_UNAVAILABLE, "data", "%s: %s", path, strerror(errno));
	return RC_OK;
}

static enum rc
take(const char *dir, bool join, int wait_ms, struct node_lock **out, struct err *err)
{
	struct node_lock lock = {.joined = join};
	char path[4096];
	enum rc rc;

	*out = NULL;
	if ((size_t)snprintf(path, sizeof path, "%s/lock", dir) >= sizeof path)
		return fail(err, RC_INVALID, "data", "the folder's path is too long");
	lock.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock.fd < 0)
		return fail(err, RC_UNAVAILABLE, "data", "%s: %s", path, strerror(errno));
	for (int waited_ms = 0;; waited_ms += 20) {
		rc = lock_folder(lock.fd, join, &lock.alone, path, err);
		if (rc != RC_CONFLICT || waited_ms >= wait_ms)
			break;
		(void)poll(NULL, 0, 20);
	}
	if (rc == RC_CONFLICT)
		rc = taken(lock.fd, dir, err);
	if (rc == RC_OK)
		rc = take_number(&lock, path, err);
	if (rc != RC_OK) {
		close(lock.fd);
		return rc;
	}
	*out = heap_zeroed(sizeof **out);
	**out = lock;
	return RC_OK;
}

enum rc
node_lock_take(const char *dir, struct node_lock **out, struct err *err)
{
	return take(dir, false, 0, out, err);
}

enum rc
node_lock_join(const char *dir, int wait_ms, struct node_lock **out, struct err *err)
{
	return take(dir, true, wait_ms, out, err);
}

bool
node_lock_is_alone(const struct node_lock *lock)
{
	return lock->alone;
}

void
node_lock_admit(struct node_lock *lock)
{
	if (!lock->joined || !lock->alone)
		return;
	/* From writing to reading there is no moment without a lock. */
	if (lock_byte(lock->fd, 0, F_RDLCK))
		lock->alone = false;
	else
		log_warn("the folder's lock lets no other process in: %s", strerror(errno));
}

int
node_lock_number(const struct node_lock *lock)
{
	return lock->number;
}

void
node_lock_close(struct node_lock *lock)
{
	static const char nobody[ENTRY_BYTES] = "               \n";

	if (lock == NULL)
		return;
	/* The file stays: removing it would let two processes lock two files of one name. */
	if (pwrite(lock->fd, nobody, sizeof nobody, (lock->number - 1) * ENTRY_BYTES) !=
	    (ssize_t)sizeof nobody)
		log_warn("the folder's lock file still names this process");
	close(lock->fd);
	free(lock);
}
