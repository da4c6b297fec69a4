#ifndef EXCHANGE_ENDPOINT_H
#define EXCHANGE_ENDPOINT_H

#include "base/str.h"

struct arena;

/*
 * endpoint: where a peer's node listens: "https://node.example:8443", "https://192.0.2.7:8443",
 * "https://[2001:db8::7]:8443". Always with a port, in lower case, without a path or user.
 */
struct endpoint {
	struct str host; /* without brackets */
	uint16_t port;
};

/* Borrows from text. False: it is not written so. */
MUST_USE bool endpoint_parse(struct str text, struct endpoint *out);
/*
 * Is it an address of this machine, of a private or link-local network, or none that others could
 * reach? "localhost" is. Other names are looked up when a connection is made, and judged then
 * by their addresses.
 */
bool endpoint_is_near(struct str host);

#endif
