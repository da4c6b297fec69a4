#ifndef SEAL_SHA256_BLOCK_H
#define SEAL_SHA256_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * sha256_block: the block function on processors that have instructions for it (x86 SHA
 * extensions). Ten times libsodium's plain C, and a leaf of the log costs some fifteen blocks.
 */
bool sha256_block_is_fast(void);
/* Only where sha256_block_is_fast. */
void sha256_blocks(uint32_t state[8], const unsigned char *p, size_t blocks);

#endif
