#include "node/demo_data_random.h"

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

struct demo_random
demo_random_stream(uint64_t seed, struct str purpose, uint64_t index)
{
	return (struct demo_random){mix(mix(seed ^ str_hash(purpose)) + index)};
}

uint64_t
demo_random_next(struct demo_random *r)
{
	r->state += 0x9e3779b97f4a7c15U;
	return mix(r->state);
}

size_t
demo_random_below(struct demo_random *r, size_t n)
{
	must(n > 0);
	/* Draws under the remainder of 2^64 / n are thrown away, or low values came more often. */
	uint64_t reject_below = (0 - (uint64_t)n) % n;
	uint64_t x;

	do
		x = demo_random_next(r);
	while (x < reject_below);
	return (size_t)(x % n);
}

int
demo_random_between(struct demo_random *r, int from, int to)
{
	must(from <= to);
	return from + (int)demo_random_below(r, (size_t)(to - from) + 1);
}

bool
demo_random_one_in(struct demo_random *r, size_t n)
{
	return demo_random_below(r, n) == 0;
}
