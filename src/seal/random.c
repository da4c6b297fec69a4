#include "seal/random.h"

#include <sodium.h>

#include "seal/secret.h"

void
random_bytes(void *p, size_t n)
{
	seal_ready();
	randombytes_buf(p, n);
}

struct id
random_id_at(int64_t ms)
{
	unsigned char random[10];

	random_bytes(random, sizeof random);
	return id_make(ms, random);
}

struct id
random_id(const struct clock *clock)
{
	return random_id_at(clock_now(clock));
}
