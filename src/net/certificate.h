#ifndef NET_CERTIFICATE_H
#define NET_CERTIFICATE_H

#include "base/rc.h"
#include "base/vec.h"

/*
 * certificate: a self-signed X.509 certificate (RFC 5280) for a node that is not reached by a
 * public name: ECDSA on P-256, for TLS servers alone. Whoever connects compares its fingerprint
 * once, by another way. GnuTLS stays inside net.
 */
struct certificate_options {
	const struct str *hosts; /* DNS names and IP addresses; the first is the subject */
	size_t host_count;
	int64_t now_ms;
	int days;
};
struct certificate {
	struct str certificate_pem, key_pem; /* the key is a secret: secret_wipe it */
	struct str fingerprint;		     /* SHA-256, "AB:CD:..." */
};

/* RC_INVALID: a host that is neither a name nor an address. Texts live in the arena. */
MUST_USE enum rc certificate_make(struct arena *a, const struct certificate_options *options,
				  struct certificate *out, struct err *err);
/*
 * The same with an Ed25519 key that is given (its seed and public half, 32 bytes each), for servers
 * and clients that know each other by that key (mutual TLS). One host, a name.
 */
MUST_USE enum rc certificate_of_key(struct arena *a, const struct certificate_options *options,
				    const unsigned char seed[32], const unsigned char public[32],
				    struct certificate *out, struct err *err);
/* Of the first certificate in a PEM file. RC_INVALID: there is none. */
MUST_USE enum rc certificate_fingerprint(struct arena *a, struct str pem, struct str *out,
					 struct err *err);

#endif
