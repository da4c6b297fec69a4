#ifndef STORE_FAULTY_VFS_H
#define STORE_FAULTY_VFS_H

#include <stdint.h>

/*
 * faulty_vfs: the machine's file layer under SQLite, with a slow or failing disk. For tests
 * and measurements. One for each connection; used on that connection's thread.
 */
struct faulty_vfs;

struct faults {
	int64_t sync_ms;      /* each real sync takes so much longer */
	int64_t fail_sync_at; /* the n-th sync fails, once; 0: none */
	int64_t full_after;   /* bytes written until the disk is full; 0: never */
};

struct faulty_vfs *faulty_vfs_open(const struct faults *faults);
/* The name that sqlite3_open_v2 takes. */
const char *faulty_vfs_name(const struct faulty_vfs *vfs);
/* After the connection is closed. NULL does nothing. */
void faulty_vfs_close(struct faulty_vfs *vfs);

#endif
