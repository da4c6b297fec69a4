#include "seal/erased.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "seal/keys.h"

#define MAGIC "liaison erased 1\n"
#define HEAD 17
#define ENTRY (8 + MAC_BYTES)
#define FILE_MAX ((off_t)1 << 30)

static enum rc
machine(struct err *err, const char *doing)
{
	return fail(err, RC_UNAVAILABLE, "", "%s the list of what was erased: %s", doing,
		    strerror(errno));
}

static void
mac_of(struct keys *keys, enum erased_kind kind, struct str value, unsigned char out[MAC_BYTES])
{
	keys_index_mac(keys, kind == ERASED_RECORD ? STR("erased/record") : STR("erased/bucket"),
		       value, out);
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, MAC_BYTES);
}

/* The whole entries of the file; *size what they and the head take. */
static enum rc
read_entries(struct arena *a, int fd, struct str *out, off_t *size, struct err *err)
{
	struct stat st;
	size_t got = 0, want;
	char *p;

	if (fstat(fd, &st) != 0)
		return machine(err, "looking at");
	if (st.st_size > FILE_MAX || !S_ISREG(st.st_mode))
		return fail(err, RC_INTEGRITY, "", "this is no list of what was erased");
	want = (size_t)st.st_size;
	p = arena_bytes(a, want + 1);
	while (got < want) {
		ssize_t n = pread(fd, p + got, want - got, (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return machine(err, "reading");
		got += (size_t)n;
	}
	if (memcmp(p, MAGIC, want < HEAD ? want : HEAD) != 0)
		return fail(err, RC_INTEGRITY, "", "this is no list of what was erased");
	/* A head cut short is an empty list. */
	*size = want < HEAD ? 0 : (off_t)(HEAD + (want - HEAD) / ENTRY * ENTRY);
	*out = *size == 0 ? STR("") : (struct str){p + HEAD, (size_t)*size - HEAD};
	return RC_OK;
}

static void
list_of(struct arena *a, struct str entries, struct erased_list *out)
{
	size_t n = entries.n / ENTRY;
	unsigned char *macs = (unsigned char *)arena_bytes(a, n * MAC_BYTES + 1);

	for (size_t i = 0; i < n; i++) {
		const unsigned char *e = (const unsigned char *)entries.p + i * ENTRY;
		uint64_t ms = 0;

		for (int k = 0; k < 8; k++)
			ms = ms << 8 | e[k];
		if ((int64_t)ms > out->last_ms)
			out->last_ms = (int64_t)ms;
		memcpy(macs + i * MAC_BYTES, e + 8, MAC_BYTES);
	}
	if (n > 1)
		qsort(macs, n, MAC_BYTES, by_bytes);
	out->macs = macs;
	out->n = n;
}

enum rc
erased_load(struct arena *a, const char *path, struct keys *keys, struct erased_list *out,
	    struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct str entries;
	off_t size;
	enum rc rc;

	*out = (struct erased_list){.keys = keys};
	if (fd < 0)
		return errno == ENOENT ? RC_OK : machine(err, "opening");
	rc = read_entries(a, fd, &entries, &size, err);
	(void)close(fd);
	if (rc == RC_OK)
		list_of(a, entries, out);
	return rc;
}

static bool
has_mac(const struct erased_list *list, const unsigned char mac[MAC_BYTES])
{
	return list->n > 0 && bsearch(mac, list->macs, list->n, MAC_BYTES, by_bytes) != NULL;
}

bool
erased_has(const struct erased_list *list, enum erased_kind kind, struct str value)
{
	unsigned char mac[MAC_BYTES];

	mac_of(list->keys, kind, value, mac);
	return has_mac(list, mac);
}

static enum rc
append(int fd, off_t at, struct str bytes, struct err *err)
{
	while (bytes.n > 0) {
		ssize_t n = pwrite(fd, bytes.p, bytes.n, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return machine(err, "writing");
		at += n;
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
	return fsync(fd) == 0 ? RC_OK : machine(err, "syncing");
}

static enum rc
sync_folder(struct arena *a, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const char *folder = slash == NULL ? "." : str_fmt(a, "%.*s/", (int)(slash - path), path).p;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum rc rc = RC_OK;

	if (fd < 0 || fsync(fd) != 0)
		rc = machine(err, "syncing the folder of");
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

enum rc
erased_add(const char *path, struct keys *keys, int64_t at_ms, enum erased_kind kind,
	   const struct str *values, size_t n, struct err *err)
{
	struct arena *a = arena_new(0);
	struct erased_list list = {.keys = keys};
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct str entries;
	struct buf b;
	off_t size = 0;
	enum rc rc;

	if (fd < 0) {
		arena_free(a);
		return machine(err, "opening");
	}
	/* Another process of the node may be adding; what it adds is read here. */
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR) {
			rc = machine(err, "locking");
			goto done;
		}
	if ((rc = read_entries(a, fd, &entries, &size, err)) != RC_OK)
		goto done;
	list_of(a, entries, &list);
	buf_init(&b, a);
	if (size == 0)
		buf_add_z(&b, MAGIC);
	for (size_t i = 0; i < n; i++) {
		unsigned char mac[MAC_BYTES];

		mac_of(keys, kind, values[i], mac);
		if (has_mac(&list, mac))
			continue;
		buf_add_u64(&b, (uint64_t)at_ms);
		buf_add_bytes(&b, mac, sizeof mac);
	}
	rc = append(fd, size, buf_str(&b), err);
	if (rc == RC_OK && size == 0)
		rc = sync_folder(a, path, err);
done:
	(void)close(fd);
	arena_free(a);
	return rc;
}
