#include "store/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "seal/hash.h"
#include "seal/random.h"

/* Unfinished blobs have this in front of what will be their name. */
#define TMP "tmp-"
#define TMP_NAME (sizeof TMP - 1 + BLOB_NAME)

struct blob_writer {
	int dir, fd;
	struct sha256 hash;
	uint64_t bytes, bytes_max;
	char tmp[TMP_NAME + 1]; /* its tail is the name */
};

static enum rc
fail_disk(struct err *err, const char *what)
{
	return fail(err, RC_UNAVAILABLE, "", "the folder of blobs: %s: %s", what, strerror(errno));
}

static enum rc
open_dir(const char *dir, int *out, struct err *err)
{
	*out = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*out < 0 && errno == ENOENT)
		return fail(err, RC_ABSENT, "", "there is no folder of blobs");
	return *out < 0 ? fail_disk(err, "open") : RC_OK;
}

/* A folder that is new must itself survive a crash, or its blobs would not. */
static enum rc
make_dir(const char *dir, struct err *err)
{
	enum rc rc = RC_OK;
	int d, up;

	if (mkdir(dir, 0700) != 0)
		return errno == EEXIST ? RC_OK : fail_disk(err, "make");
	if ((rc = open_dir(dir, &d, err)) != RC_OK)
		return rc;
	up = openat(d, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (up < 0 || fsync(up) != 0)
		rc = fail_disk(err, "make");
	if (up >= 0)
		close(up);
	close(d);
	return rc;
}

static bool
is_hex(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
			return false;
	return true;
}

/* Only names made here reach the file system. */
static enum rc
name_check(struct str name, struct blob_name *out, struct err *err)
{
	if (name.n != BLOB_NAME || !is_hex(name.p, name.n))
		return fail(err, RC_INVALID, "", "that is not the name of a blob");
	memcpy(out->z, name.p, BLOB_NAME);
	out->z[BLOB_NAME] = '\0';
	return RC_OK;
}

static void
random_name(char out[BLOB_NAME + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char b[BLOB_NAME / 2];

	random_bytes(b, sizeof b);
	for (size_t i = 0; i < sizeof b; i++) {
		out[2 * i] = digits[b[i] >> 4];
		out[2 * i + 1] = digits[b[i] & 15];
	}
	out[BLOB_NAME] = '\0';
}

enum rc
blob_new(const char *dir, uint64_t bytes_max, struct blob_writer **out, struct err *err)
{
	struct blob_writer *w;
	enum rc rc;
	int fd;

	*out = NULL;
	if ((rc = make_dir(dir, err)) != RC_OK || (rc = open_dir(dir, &fd, err)) != RC_OK)
		return rc;
	w = heap_zeroed(sizeof *w);
	w->dir = fd;
	w->bytes_max = bytes_max;
	sha256_init(&w->hash);
	memcpy(w->tmp, TMP, sizeof TMP - 1);
	random_name(w->tmp + sizeof TMP - 1);
	w->fd = openat(fd, w->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (w->fd < 0) {
		rc = fail_disk(err, "new file");
		close(fd);
		free(w);
		return rc;
	}
	*out = w;
	return RC_OK;
}

enum rc
blob_add(struct blob_writer *w, struct str sealed, struct err *err)
{
	if (sealed.n > w->bytes_max - w->bytes)
		return fail(err, RC_TOO_LARGE, "", "more than %llu bytes",
			    (unsigned long long)w->bytes_max);
	if (sealed.n > 0)
		sha256_add(&w->hash, sealed.p, sealed.n);
	w->bytes += sealed.n;
	while (sealed.n > 0) {
		ssize_t n = write(w->fd, sealed.p, sealed.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_disk(err, "write");
		sealed = str_sub(sealed, (size_t)n, sealed.n);
	}
	return RC_OK;
}

enum rc
blob_keep(struct blob_writer *w, struct blob_name *name, unsigned char hash[BLOB_HASH_BYTES],
	  uint64_t *bytes, struct err *err)
{
	struct hash sum;
	enum rc rc = RC_OK;
	const char *final = w->tmp + sizeof TMP - 1;

	if (fsync(w->fd) != 0)
		rc = fail_disk(err, "sync");
	else if (renameat2(w->dir, w->tmp, w->dir, final, RENAME_NOREPLACE) != 0)
		rc = fail_disk(err, "rename");
	else if (fsync(w->dir) != 0) {
		rc = fail_disk(err, "sync of the folder");
		(void)unlinkat(w->dir, final, 0);
	}
	if (rc == RC_OK) {
		sha256_end(&w->hash, &sum);
		memcpy(hash, sum.b, sizeof sum.b);
		memcpy(name->z, final, sizeof name->z);
		*bytes = w->bytes;
	}
	/* After the rename the temporary name is gone, and unlinking it does nothing. */
	blob_discard(w);
	return rc;
}

void
blob_discard(struct blob_writer *w)
{
	if (w == NULL)
		return;
	(void)unlinkat(w->dir, w->tmp, 0);
	close(w->fd);
	close(w->dir);
	free(w);
}

enum rc
blob_open_read(const char *dir, struct str name, int *fd, uint64_t *bytes, struct err *err)
{
	struct blob_name z;
	struct stat st;
	enum rc rc;
	int d;

	*fd = -1;
	if ((rc = name_check(name, &z, err)) != RC_OK || (rc = open_dir(dir, &d, err)) != RC_OK)
		return rc;
	*fd = openat(d, z.z, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		rc = errno == ENOENT ? fail(err, RC_ABSENT, "", "there is no such blob")
				     : fail_disk(err, "read");
	else if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode))
		rc = fail(err, RC_INTEGRITY, "", "what stands in the blob's place is no file");
	close(d);
	if (rc == RC_OK) {
		*bytes = (uint64_t)st.st_size;
	} else if (*fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return rc;
}

enum rc
blob_remove(const char *dir, struct str name, struct err *err)
{
	struct blob_name z;
	enum rc rc;
	int d;

	if ((rc = name_check(name, &z, err)) != RC_OK)
		return rc;
	if ((rc = open_dir(dir, &d, err)) != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	if (unlinkat(d, z.z, 0) != 0 && errno != ENOENT)
		rc = fail_disk(err, "remove");
	/* Also when it was gone: the earlier removal may not have reached the disk. */
	else if (fsync(d) != 0)
		rc = fail_disk(err, "sync of the folder");
	close(d);
	return rc;
}

static bool
is_left(const char *name, blob_named_fn *is_named, void *ctx)
{
	size_t n = strlen(name);

	if (n == TMP_NAME && strncmp(name, TMP, sizeof TMP - 1) == 0)
		return is_hex(name + sizeof TMP - 1, BLOB_NAME);
	return is_named != NULL && n == BLOB_NAME && is_hex(name, n) &&
	       !is_named(ctx, (struct str){name, n});
}

/* By the clock of the files themselves. */
static bool
is_older(int dir, const char *name, int64_t older_s)
{
	struct timespec now;
	struct stat st;

	if (older_s == 0)
		return true;
	return clock_gettime(CLOCK_REALTIME, &now) == 0 &&
	       fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (int64_t)now.tv_sec - (int64_t)st.st_mtim.tv_sec >= older_s;
}

enum rc
blob_sweep(const char *dir, int64_t older_s, blob_named_fn *is_named, void *ctx, size_t *removed,
	   struct err *err)
{
	struct dirent *e;
	DIR *stream;
	size_t n = 0;
	enum rc rc;
	int d;

	if (removed != NULL)
		*removed = 0;
	if ((rc = open_dir(dir, &d, err)) != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	if ((stream = fdopendir(d)) == NULL) {
		rc = fail_disk(err, "list");
		close(d);
		return rc;
	}
	while (rc == RC_OK && (e = readdir(stream)) != NULL) {
		if (!is_left(e->d_name, is_named, ctx) || !is_older(d, e->d_name, older_s))
			continue;
		if (unlinkat(d, e->d_name, 0) == 0)
			n++;
		else if (errno != ENOENT)
			rc = fail_disk(err, "remove");
	}
	closedir(stream);
	if (removed != NULL)
		*removed = n;
	return rc;
}
