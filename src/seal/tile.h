#ifndef SEAL_TILE_H
#define SEAL_TILE_H

#include "base/str.h"
#include "seal/hash.h"
#include "seal/merkle.h"

/*
 * tile: runs of 256 tree hashes (c2sp.org/tlog-tiles). Level 0 holds leaf hashes; each hash
 * of a higher level is the root of a full tile below it.
 */
#define TILE_WIDTH 256
#define TILE_LEVELS 8 /* 256^8 leaves are all there can be */
#define TILE_ENTRIES (-1)

struct tile_name {
	int level; /* 0..63, or TILE_ENTRIES */
	uint64_t index;
	unsigned width; /* 256 full, 1..255 partial */
};

/* "tile/0/x001/x234/067.p/12". */
struct str tile_path(struct arena *a, struct tile_name name);
/* Strict: exactly what tile_path makes. */
MUST_USE bool tile_path_parse(struct str path, struct tile_name *out);

/* Hashes at this level of a log of size leaves. */
uint64_t tile_hashes(int level, uint64_t size);
/* Width of tile index then: 0 (not there) to 256. */
unsigned tile_width(int level, uint64_t index, uint64_t size);
/* Root of 1 << height hashes (height 0..8) from position index << height of a tile. */
void tile_node(const struct hash *tile, int height, unsigned index, struct hash *out);
/* Where the node (level, index) of the tree lies: tile, then height and position inside. */
struct tile_name tile_of_node(int level, uint64_t index, int *height, unsigned *position);

#endif
