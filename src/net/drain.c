#include "net/drain.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

static void
end(struct drain *d, unsigned i)
{
	(void)close(d->at[i].fd);
	d->n--;
	memmove(&d->at[i], &d->at[i + 1], (d->n - i) * sizeof d->at[0]);
}

void
drain_add(struct drain *d, int fd, int64_t now_ms)
{
	if (d->n == DRAIN_MAX)
		end(d, 0);
	d->at[d->n++] = (struct draining){.fd = fd, .until_ms = now_ms + DRAIN_MS};
}

/* False when the other end is done, or has sent more than we care to drop. */
static bool
drop_input(struct draining *one)
{
	char sink[1 << 14];
	ssize_t n;

	while ((n = recv(one->fd, sink, sizeof sink, MSG_DONTWAIT)) > 0) {
		one->bytes += (uint64_t)n;
		if (one->bytes > DRAIN_BYTES_MAX)
			return false;
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

void
drain_turn(struct drain *d, int64_t now_ms)
{
	for (unsigned i = 0; i < d->n;) {
		if (now_ms >= d->at[i].until_ms || !drop_input(&d->at[i]))
			end(d, i);
		else
			i++;
	}
}

void
drain_close_all(struct drain *d)
{
	while (d->n > 0)
		end(d, d->n - 1);
}
