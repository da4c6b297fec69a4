#ifndef NET_TARGET_H
#define NET_TARGET_H

#include "base/rc.h"
#include "net/pair.h"

/*
 * target: the request target of HTTP/1.1 (RFC 9112 section 3.2.1, origin form) as a decoded
 * path and query. Inside net, and for the command line, which calls a stopped node by itself.
 */
struct target {
	struct str path;
	struct pairs query;
};

#define TARGET_PARAMETERS_MAX 100

/*
 * RC_USAGE: not origin form, a broken %XX, text that is not UTF-8 or holds control
 * characters, an encoded slash or any backslash, an empty segment but the last, a dot
 * segment, more than TARGET_PARAMETERS_MAX parameters. In the query '+' means a space.
 * The text of out lives in the arena.
 */
MUST_USE enum rc target_parse(struct arena *a, struct str raw, struct target *out, struct err *err);

/* Valid UTF-8 without control characters (C0, DEL, C1); a tab is let through if tab_ok. */
bool text_is_plain(struct str s, bool tab_ok);

#endif
