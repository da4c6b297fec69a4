#ifndef NET_CIDR_H
#define NET_CIDR_H

#include "base/rc.h"
#include "base/str.h"

/*
 * cidr: lists of addresses by prefix (RFC 4632 section 3.1, RFC 4291 section 2.3), parted by
 * commas or spaces: "127.0.0.1, 10.0.0.0/8, 2001:db8::/32". An IPv4 address in IPv6 form
 * (::ffff:192.0.2.1) is the IPv4 one.
 */
#define CIDR_LIST_MAX 32

/* RC_INVALID, under key: not such a list, over CIDR_LIST_MAX, or bits set beyond a prefix. */
MUST_USE enum rc cidr_list_check(struct str list, const char *key, struct err *err);
/* Is the address in the list? One that cannot be read is in none; an empty list has none. */
bool cidr_list_has(struct str list, struct str address);
/* A single address without prefix or brackets? */
bool is_address(struct str text);
/*
 * What is counted together as one client: an IPv4 address, or the /64 of an IPv6 one, which
 * any one customer gets whole. out: 17 bytes; false when it is no address.
 */
#define CLIENT_BYTES 17
bool address_client(struct str address, unsigned char out[CLIENT_BYTES]);

/*
 * Who is at the other end, behind proxies: walks X-Forwarded-For from its right end past the
 * addresses of `trusted` to the first that is none of them. peer, unless it is trusted itself
 * and the header can be read that far.
 */
struct str forwarded_client(struct str trusted, struct str peer, struct str forwarded_for);

#endif
