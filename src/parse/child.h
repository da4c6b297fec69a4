#ifndef PARSE_CHILD_H
#define PARSE_CHILD_H

#include "base/buf.h"
#include "base/rc.h"
#include "format/source.h"
#include "parse/frame.h"

/*
 * child: the parser process from within. It is this program started anew (`liaison node
 * parse`), with a socket to the node as descriptor 0 and nothing else, and enters its
 * sandbox before it reads the first byte.
 */
struct child;

struct parse_kind {
	const char *name;
	/* Reads the files and sends rows; what it returns is told in the last frame. */
	enum rc (*run)(struct child *c, struct err *err);
};

/* Does the process serve as parser? Then parse_child does, and ends it. */
bool parse_child_asked(int argc, char **argv);
/* more: kinds that tests add, up to one without a name; NULL for none. Never returns. */
NORETURN void parse_child(const struct parse_kind *more);

/* The rest is for kinds. */
struct arena *child_arena(struct child *c);
size_t child_files(const struct child *c);
/* "#0", ...: how this process calls a file. */
const char *const *child_names(const struct child *c);
struct str child_option(const struct child *c, const char *name);
/* From its beginning; one at a time. */
struct source child_open(struct child *c, size_t file);
/* A frame begins; what is put into the buffer goes with child_send. */
struct buf *child_frame(struct child *c);
void child_send(struct child *c, enum frame_kind kind);
/* What the last frame holds besides the error. */
struct buf *child_last(struct child *c);

/* child_formats.c: csv, ndjson, htcds, list, values, export. */
extern const struct parse_kind parse_kinds[];

#endif
