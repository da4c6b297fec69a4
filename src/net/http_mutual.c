#include "net/http_inside.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/*
 * Mutual TLS: whom a listener lets in is decided within the handshake, by the key alone. The
 * session's database pointer, which nothing else uses, leads to the connection.
 */

/* The one certificate's Ed25519 key. */
static bool
key_of(gnutls_session_t session, unsigned char out[32])
{
	gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
	gnutls_datum_t x = {NULL, 0}, y = {NULL, 0};
	const gnutls_datum_t *list;
	gnutls_x509_crt_t crt;
	unsigned n = 0;
	bool good;

	if (gnutls_certificate_type_get(session) != GNUTLS_CRT_X509 ||
	    (list = gnutls_certificate_get_peers(session, &n)) == NULL || n != 1 ||
	    gnutls_x509_crt_init(&crt) != 0)
		return false;
	good = gnutls_x509_crt_import(crt, &list[0], GNUTLS_X509_FMT_DER) == 0 &&
	       gnutls_x509_crt_get_pk_ecc_raw(crt, &curve, &x, &y) == 0 &&
	       curve == GNUTLS_ECC_CURVE_ED25519 && x.size == 32;
	if (good)
		memcpy(out, x.data, 32);
	gnutls_free(x.data);
	gnutls_free(y.data);
	gnutls_x509_crt_deinit(crt);
	return good;
}

/* 0 goes on; anything else ends the handshake with an alert. */
static int
verify(gnutls_session_t session)
{
	struct conn *c = gnutls_db_get_ptr(session);
	const struct http_options *o;

	if (c == NULL || !key_of(session, c->client_key))
		return GNUTLS_E_CERTIFICATE_ERROR;
	o = &c->server->options;
	c->has_client_key = o->client_key(c->server->ctx, c->client_key);
	return c->has_client_key ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

void
mutual_begin(struct conn *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	gnutls_session_t session;

	/* Without a session there is no handshake to be checked, so nobody is let in. */
	must(info != NULL && info->tls_session != NULL);
	session = info->tls_session;
	gnutls_db_set_ptr(session, c);
	gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_function(session, verify);
}

bool
mutual_is_over(const struct conn *c)
{
	const struct http_server *s = c->server;

	return c->has_client_key && !s->options.client_key(s->ctx, c->client_key);
}

void
http_ask_again(struct http_server *s)
{
	atomic_store(&s->ask_again, true);
}
