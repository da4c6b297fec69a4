#include "seal/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

static enum rc
machine(struct err *err, const char *doing)
{
	return fail(err, RC_UNAVAILABLE, "", "%s the key file: %s", doing, strerror(errno));
}

enum rc
keyfile_load(struct arena *a, const char *path, struct str *out, struct err *err)
{
	enum rc rc = RC_OK;
	struct stat st;
	size_t got = 0;
	char *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? fail(err, RC_ABSENT, "", "there is no key file there")
				       : machine(err, "opening");
	if (fstat(fd, &st) != 0)
		rc = machine(err, "looking at");
	else if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > KEYFILE_BYTES_MAX)
		rc = fail(err, RC_INVALID, "", "this is no key file");
	else if ((st.st_mode & 077) != 0)
		rc = fail(err, RC_INVALID, "",
			  "the key file may be read or written by others (mode %03o); "
			  "chmod 600 it, and ask who has read it",
			  (unsigned)st.st_mode & 0777u);
	if (rc != RC_OK)
		goto done;
	p = arena_bytes(a, (size_t)st.st_size + 1);
	while (got < (size_t)st.st_size) {
		ssize_t n = read(fd, p + got, (size_t)st.st_size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = machine(err, "reading");
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	*out = (struct str){p, got};
done:
	(void)close(fd);
	return rc;
}

static enum rc
write_all(int fd, struct str bytes, struct err *err)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return machine(err, "writing");
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
	return fsync(fd) != 0 ? machine(err, "syncing") : RC_OK;
}

static enum rc
check_unchanged(int folder, const char *name, const struct hash *was, struct err *err)
{
	struct hash now = {{0}};
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	bool same;

	if (fd < 0)
		return machine(err, "opening");
	same = lseek(fd, -(off_t)sizeof now.b, SEEK_END) >= 0 &&
	       read(fd, now.b, sizeof now.b) == (ssize_t)sizeof now.b && hash_eq(&now, was);
	(void)close(fd);
	if (!same)
		return fail(err, RC_CONFLICT, "", "another process has changed the key file");
	return RC_OK;
}

/* Inside the folder's lock, which keeps two processes from replacing each other's file. */
static enum rc
replace(int folder, const char *name, struct str bytes, const struct hash *was, struct err *err)
{
	char temporary[300];
	enum rc rc;
	int fd;

	if (snprintf(temporary, sizeof temporary, ".%s.new", name) >= (int)sizeof temporary)
		return fail(err, RC_INVALID, "", "the key file's name is too long");
	if (was != NULL && (rc = check_unchanged(folder, name, was, err)) != RC_OK)
		return rc;
	(void)unlinkat(folder, temporary, 0);
	fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return machine(err, "creating");
	rc = write_all(fd, bytes, err);
	if (close(fd) != 0 && rc == RC_OK)
		rc = machine(err, "closing");
	if (rc == RC_OK && was != NULL && renameat(folder, temporary, folder, name) != 0)
		rc = machine(err, "replacing");
	/* A link, unlike a rename, does not replace a file that came in between. */
	if (rc == RC_OK && was == NULL && linkat(folder, temporary, folder, name, 0) != 0)
		rc = errno == EEXIST
			 ? fail(err, RC_CONFLICT, "", "there is a key file there already")
			 : machine(err, "creating");
	(void)unlinkat(folder, temporary, 0);
	if (rc == RC_OK && fsync(folder) != 0)
		rc = machine(err, "syncing the folder of");
	return rc;
}

enum rc
keyfile_store(const char *path, struct str bytes, const struct hash *was, struct err *err)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	size_t n = slash != NULL ? (size_t)(slash - path) + 1 : 0;
	char folder_path[4096] = ".";
	enum rc rc;
	int folder;

	if (n >= sizeof folder_path || *name == '\0')
		return fail(err, RC_INVALID, "", "the key file's path is too long or ends in /");
	if (n > 0) {
		memcpy(folder_path, path, n);
		folder_path[n] = '\0';
	}
	folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return machine(err, "opening the folder of");
	if (flock(folder, LOCK_EX) != 0)
		rc = machine(err, "locking the folder of");
	else
		rc = replace(folder, name, bytes, was, err);
	(void)close(folder);
	return rc;
}
