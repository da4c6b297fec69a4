#ifndef SERVE_DISK_H
#define SERVE_DISK_H

#include <stdbool.h>

struct serve;

/*
 * disk: when little room is left where the node's folder lies, the reserve file is given back
 * and nothing more is changed, so that what is left is for the log: reading goes on, logged as
 * ever, and the node ends in order. Once there is room again the reserve is taken again.
 */
#define DISK_LOW_BYTES ((uint64_t)8 << 20)

/* By one thread, a few times a second. */
void disk_watch(struct serve *s);
/* Any thread: requests that change something are refused, jobs wait. */
bool serve_disk_is_low(const struct serve *s);

#endif
