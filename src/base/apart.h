#ifndef BASE_APART_H
#define BASE_APART_H

#include <stddef.h>

#include "base/rc.h"

/*
 * Is what is to be written another file than all that is read, and than all else that is written?
 * Asked before anything is opened: a slip of the hand must not cost an analyst the only copy of
 * their data. The same file by another name (link, hard link) counts. NULL and "-" are passed over;
 * a file to write that is not there yet is apart from every other that is there.
 */
struct files_apart {
	const char *const *in;
	size_t in_n;
	const char *const *out;
	size_t out_n;
};

MUST_USE enum rc files_apart(const struct files_apart *files, struct err *err);

#endif
