#ifndef NET_HTTP_LINES_H
#define NET_HTTP_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "net/pair.h"

/*
 * http_lines: did each line of a request's head end with CR LF, and none go on in the next?
 * (RFC 9112 s. 2.2 and 5.2.) libmicrohttpd takes a lone LF or CR for an end too, in its
 * strictest setting (0.9.75, that of Debian 12), and joins folded lines; another program on the
 * way may see other headers in the same bytes. The library parses in place and puts a NUL for each
 * byte that ended a line, so the places of what it found tell how the lines ended. A version
 * of it that did otherwise would have every request refused here.
 */

/* Version and headers as the library gave them; head_bytes from the method's first byte on. */
bool http_lines_are_whole(const char *method, const char *version, struct pairs headers,
			  size_t head_bytes);

#endif
