#ifndef NET_DRAIN_H
#define NET_DRAIN_H

#include "base/base.h"

#include <stdint.h>

/*
 * drain: ended connections whose client may still be sending. Closing them at once would
 * reset the connection and take the answer (a 413, say) from a client that has not read it
 * yet; so what still comes is read and dropped for a short while. Inside net only; one thread.
 */
#define DRAIN_MAX 64
#define DRAIN_MS 1000
#define DRAIN_BYTES_MAX (16u << 20)

struct drain {
	struct draining {
		int fd;
		int64_t until_ms;
		uint64_t bytes;
	} at[DRAIN_MAX];
	unsigned n;
};

/* Takes fd, which is shut for writing already; the oldest gives way when there are too many. */
void drain_add(struct drain *d, int fd, int64_t now_ms);
/* Read what came, close what is done; call every 100 ms or so, and when data came. */
void drain_turn(struct drain *d, int64_t now_ms);
void drain_close_all(struct drain *d);

#endif
