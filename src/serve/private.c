#include "serve/private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"

void
private_process(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static struct str
read_some(struct arena *a, const char *path)
{
	char *p = arena_bytes(a, 16384);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, p, 16384) : 0;

	if (fd >= 0)
		(void)close(fd);
	return (struct str){p, n > 0 ? (size_t)n : 0};
}

/* /dev/dm-1, or a name below /dev/mapper that leads there: dm-crypt says so in its number. */
static bool
is_encrypted(struct arena *a, struct str device, const char *sys)
{
	char *real = realpath(str_z(a, device), NULL);
	const char *name = real != NULL ? strrchr(real, '/') : NULL;
	bool encrypted = false;

	if (name == NULL && str_starts(device, STR("/dev/dm-")))
		name = str_z(a, str_sub(device, 4, device.n));
	if (name != NULL)
		encrypted = str_starts(read_some(a, str_fmt(a, "%s/block%s/dm/uuid", sys, name).p),
				       STR("CRYPT-"));
	free(real);
	return encrypted;
}

struct str
private_open_swap(struct arena *a, struct str text, const char *sys)
{
	(void)str_cut(&text, '\n'); /* the heading */
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n'), device = str_cut(&line, ' ');

		if (device.n == 0 || str_starts(device, STR("/dev/zram")))
			continue;
		if (!is_encrypted(a, device, sys))
			return device;
	}
	return STR_NONE;
}

void
private_warn_of_swap(void)
{
	struct arena *a = arena_new(0);
	struct str device = private_open_swap(a, read_some(a, "/proc/swaps"), "/sys");

	if (device.n > 0)
		log_warn("swap on %.*s is not known to be encrypted: what people read here may be "
			 "written to it. Encrypt it, or turn it off (swapoff -a).",
			 STR_ARG(device));
	arena_free(a);
}
