#ifndef SERVE_ORIGIN_H
#define SERVE_ORIGIN_H

#include "base/rc.h"
#include "net/pair.h"

struct arena;

/*
 * origin: what tells a page of ours in somebody's browser from one of somebody else's, which
 * would like to act with their session. Three walls, each enough: the cookie is
 * SameSite=Strict; Origin and Sec-Fetch-Site (W3C Fetch Metadata) must be ours where the
 * browser sends them; and a change carries a header that only who could read our answers knows.
 *
 * The cookie is "__Host-liaison" (RFC 6265bis section 4.1.3.2): Secure, of this host alone, never
 * planted by a sibling. That holds over plain HTTP on loopback too: browsers that take localhost
 * for trustworthy keep it, others do not and cannot sign in; it is never made weaker for them.
 */
#define SESSION_COOKIE "__Host-liaison"
#define DEVICE_COOKIE "__Host-liaison-known"

/*
 * The value of a cookie: false when there is none of that name. One that stands there twice is
 * STR_NONE and true: who sent two does not know which is theirs.
 */
bool cookie_find(struct pairs headers, const char *name, struct str *value);
/* The Set-Cookie header; age_s 0: it is to be forgotten, -1: with the browser. */
struct str cookie_set(struct arena *a, const char *name, struct str value, int64_t age_s);

/* web_origin: as browsers see the node ("https://node.agency.example"); empty: by Host. RC_DENIED.
 */
MUST_USE enum rc origin_check(struct pairs headers, struct str web_origin, bool changes,
			      struct err *err);

/* What goes into Liaison-CSRF; follows from the session's secret, and does not give it away. */
struct str csrf_token(struct arena *a, struct str session_secret);

/* "https://HOST[:PORT]" or http, nothing behind it? */
MUST_USE enum rc web_origin_check(struct str text, struct err *err);

#endif
