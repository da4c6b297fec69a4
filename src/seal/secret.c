#include "seal/secret.h"

#include <pthread.h>
#include <stdint.h>

#include <sodium.h>

#include "base/base.h"
#include "base/banned.h"

static void
start_sodium(void)
{
	must(sodium_init() >= 0);
}

void
seal_ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	must(pthread_once(&once, start_sodium) == 0);
}

void *
secret_new(size_t bytes)
{
	void *p;

	seal_ready();
	/* sodium_malloc ends the block at a guard page; only a whole number of units is aligned. */
	must(bytes <= SIZE_MAX - sizeof(max_align_t));
	bytes += (sizeof(max_align_t) - bytes % sizeof(max_align_t)) % sizeof(max_align_t);
	p = sodium_malloc(bytes);
	if (p == NULL)
		out_of_memory();
	sodium_memzero(p, bytes);
	return p;
}

void
secret_free(void *p)
{
	sodium_free(p);
}

void
secret_wipe(void *p, size_t bytes)
{
	sodium_memzero(p, bytes);
}

bool
secret_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}
