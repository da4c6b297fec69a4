#ifndef SEAL_RANDOM_H
#define SEAL_RANDOM_H

#include "base/clock.h"
#include "base/id.h"

/*
 * random: bytes nobody can foresee, from the kernel by way of libsodium. No pool: a kernel
 * call costs less than the care a pool needs around fork and threads.
 */
void random_bytes(void *p, size_t n);
/* A new id that sorts by the clock's time. */
struct id random_id(const struct clock *clock);
/* The same from a time already taken. */
struct id random_id_at(int64_t ms);

#endif
