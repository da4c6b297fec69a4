#include "base/arena.h"
#include "base/clock.h"
#include "exchange/contact/contact.h"
#include "record/door.h"
#include "seal/keys_exchange.h"
#include "seal/secret.h"

enum rc
contact_certificate(struct arena *a, const struct door_node *node, struct certificate *out,
		    struct err *err)
{
	/* Whoever sees it looks at the key alone; name and days only make it a certificate. */
	const struct str host = STR("node.liaison");
	const struct certificate_options o = {
	    .hosts = &host, .host_count = 1, .now_ms = clock_now(node->clock), .days = 30};
	unsigned char *seed = secret_new(SIGN_SEED_BYTES);
	struct exchange_public public;
	enum rc rc = keys_exchange_public(node->keys, false, &public, err);

	if (rc == RC_OK && (rc = keys_exchange_tls(node->keys, seed, err)) == RC_OK)
		rc = certificate_of_key(a, &o, seed, public.tls, out, err);
	secret_free(seed);
	return rc;
}

void
contact_certificate_done(struct certificate *c)
{
	secret_wipe((void *)(uintptr_t)c->key_pem.p, c->key_pem.n);
}
