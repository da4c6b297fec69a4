#ifndef NODE_BACKUP_COPY_H
#define NODE_BACKUP_COPY_H

#include "base/rc.h"

struct arena;

/*
 * backup_copy: the copy of the database that stands beside a backup while it is made, whose sealed
 * rows lie there without the seal of the backup. It is for its owner alone from the first byte,
 * locked as long as its process lives, and noted in DIR/database.copies, so that what one that
 * was killed left is removed by the next backup and at the node's next start.
 */
#define BACKUP_COPY_END ".database" /* behind the backup's own name */

struct backup_copy {
	const char *path; /* FILE.database, in the arena; empty, for SQLite to fill */
	int fd;
};

/* RC_CONFLICT: another backup is being made there. */
MUST_USE enum rc backup_copy_begin(struct arena *a, const char *dir, const char *file,
				   struct backup_copy *out, struct err *err);
/* It goes; only once SQLite has let go of it. */
void backup_copy_end(struct backup_copy *copy);
/* Remove what was left; what cannot be removed is warned of and stays noted. */
void backup_copies_sweep(const char *dir);

#endif
