#ifndef NODE_DEMO_DATA_RANDOM_H
#define NODE_DEMO_DATA_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/*
 * demo_random: repeatable numbers for invented data, never for secrets. SplitMix64 (Steele,
 * Lea, Flood, "Fast splittable pseudorandom number generators", 2014). Each purpose has a
 * stream of its own, so that one draw more in a place moves nothing elsewhere.
 */
struct demo_random {
	uint64_t state;
};

struct demo_random demo_random_stream(uint64_t seed, struct str purpose, uint64_t index);
uint64_t demo_random_next(struct demo_random *r);
/* 0 to n - 1, all alike; n is at least 1. */
size_t demo_random_below(struct demo_random *r, size_t n);
/* from to to, both included. */
int demo_random_between(struct demo_random *r, int from, int to);
bool demo_random_one_in(struct demo_random *r, size_t n);

#endif
