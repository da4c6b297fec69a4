#ifndef MATCH_SCREENING_BITS_H
#define MATCH_SCREENING_BITS_H

#include <stddef.h>
#include <stdint.h>

/*
 * How many bits are set. The compiler's own is a call on processors as old as the build allows
 * (x86-64 without POPCNT), and this is asked millions of times a second.
 */
static inline size_t
bits_count(uint32_t v)
{
	v -= v >> 1 & 0x55555555u;
	v = (v & 0x33333333u) + (v >> 2 & 0x33333333u);
	return ((v + (v >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24;
}

#endif
