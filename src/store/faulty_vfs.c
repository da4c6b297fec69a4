#include "store/faulty_vfs.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sqlite3.h>

#include "base/arena.h"

struct faulty_vfs {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	struct faults faults;
	atomic_int_fast64_t syncs; /* by the writer and by who settles its commits */
	int64_t written;
	char name[40];
};

/* Behind it in memory lies the real layer's own file. */
struct file {
	sqlite3_file base;
	struct faulty_vfs *vfs;
	sqlite3_file *real;
};

#define REAL(f) (((struct file *)(f))->real)
#define PASS(f, method, ...) REAL(f)->pMethods->method(REAL(f), ##__VA_ARGS__)

static int
f_close(sqlite3_file *f)
{
	return PASS(f, xClose);
}

static int
f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return PASS(f, xRead, p, n, at);
}

static int
f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct faulty_vfs *v = ((struct file *)f)->vfs;

	if (v->faults.full_after > 0 && v->written + n > v->faults.full_after)
		return SQLITE_FULL;
	v->written += n;
	return PASS(f, xWrite, p, n, at);
}

static int
f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return PASS(f, xTruncate, size);
}

static int
f_sync(sqlite3_file *f, int flags)
{
	struct faulty_vfs *v = ((struct file *)f)->vfs;

	if (atomic_fetch_add(&v->syncs, 1) + 1 == v->faults.fail_sync_at)
		return SQLITE_IOERR_FSYNC;
	if (v->faults.sync_ms > 0) {
		struct timespec t = {v->faults.sync_ms / 1000, v->faults.sync_ms % 1000 * 1000000};

		(void)nanosleep(&t, NULL);
	}
	return PASS(f, xSync, flags);
}

static int
f_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return PASS(f, xFileSize, size);
}

static int
f_lock(sqlite3_file *f, int level)
{
	return PASS(f, xLock, level);
}

static int
f_unlock(sqlite3_file *f, int level)
{
	return PASS(f, xUnlock, level);
}

static int
f_reserved(sqlite3_file *f, int *out)
{
	return PASS(f, xCheckReservedLock, out);
}

static int
f_control(sqlite3_file *f, int op, void *arg)
{
	return PASS(f, xFileControl, op, arg);
}

static int
f_sector(sqlite3_file *f)
{
	return PASS(f, xSectorSize);
}

static int
f_device(sqlite3_file *f)
{
	return PASS(f, xDeviceCharacteristics);
}

static int
f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return PASS(f, xShmMap, page, size, extend, out);
}

static int
f_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return PASS(f, xShmLock, offset, n, flags);
}

static void
f_shm_barrier(sqlite3_file *f)
{
	PASS(f, xShmBarrier);
}

static int
f_shm_unmap(sqlite3_file *f, int delete_it)
{
	return PASS(f, xShmUnmap, delete_it);
}

/* Version 2: WAL's shared memory, without mapped reads. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_reserved,
    .xFileControl = f_control,
    .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_device,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

static int
v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	struct faulty_vfs *v = (struct faulty_vfs *)vfs;
	struct file *file = (struct file *)f;
	int code;

	file->vfs = v;
	file->real = (sqlite3_file *)(file + 1);
	code = v->real->xOpen(v->real, name, file->real, flags, out_flags);
	file->base.pMethods = file->real->pMethods != NULL ? &methods : NULL;
	return code;
}

struct faulty_vfs *
faulty_vfs_open(const struct faults *faults)
{
	struct faulty_vfs *v = heap_zeroed(sizeof *v);

	v->real = sqlite3_vfs_find(NULL);
	must(v->real != NULL);
	/* All but opening is the real layer's: its functions take no state from the vfs. */
	v->vfs = *v->real;
	v->vfs.pNext = NULL;
	v->vfs.szOsFile = (int)sizeof(struct file) + v->real->szOsFile;
	v->vfs.xOpen = v_open;
	v->faults = *faults;
	(void)snprintf(v->name, sizeof v->name, "faulty-%p", (void *)v);
	v->vfs.zName = v->name;
	must(sqlite3_vfs_register(&v->vfs, 0) == SQLITE_OK);
	return v;
}

const char *
faulty_vfs_name(const struct faulty_vfs *v)
{
	return v->name;
}

void
faulty_vfs_close(struct faulty_vfs *v)
{
	if (v == NULL)
		return;
	must(sqlite3_vfs_unregister(&v->vfs) == SQLITE_OK);
	free(v);
}
