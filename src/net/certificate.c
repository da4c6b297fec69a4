#include "net/certificate.h"

#include <arpa/inet.h>
#include <time.h>

#include <gnutls/x509.h>

#include "base/arena.h"
#include "base/buf.h"
#include "seal/random.h"
#include "seal/secret.h"

#define FINGERPRINT_BYTES 32
/* Clocks of others may be behind. */
#define BEFORE_S 3600

static enum rc
failed(int code, struct err *err)
{
	return fail(err, RC_FAILED, "tls", "the certificate cannot be made: %s",
		    gnutls_strerror(code));
}

static bool
is_dns_name(struct str s)
{
	if (s.n == 0 || s.n > 253 || s.p[0] == '.' || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
			return false;
	}
	return true;
}

static enum rc
add_host(gnutls_x509_crt_t crt, struct arena *a, struct str host, struct err *err)
{
	unsigned char address[16];
	const char *z = str_z(a, host);
	unsigned flags = GNUTLS_FSAN_APPEND;
	int code;

	if (inet_pton(AF_INET, z, address) == 1)
		code = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 4,
							    flags);
	else if (inet_pton(AF_INET6, z, address) == 1)
		code = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 16,
							    flags);
	else if (is_dns_name(host))
		code = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, z,
							    (unsigned)host.n, flags);
	else
		return fail(err, RC_INVALID, "host", "takes a name in lower case or an IP address");
	return code == 0 ? RC_OK : failed(code, err);
}

/* Says who it is for, from when to when, and what it is good for. */
static enum rc
fill(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, struct arena *a,
     const struct certificate_options *o, bool both, struct err *err)
{
	time_t now = (time_t)(o->now_ms / 1000);
	unsigned char serial[16], id[64];
	size_t id_bytes = sizeof id;
	int code;

	random_bytes(serial, sizeof serial);
	/* Positive, and not shorter than it looks (RFC 5280 section 4.1.2.2). */
	serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40);
	if ((code = gnutls_x509_crt_set_version(crt, 3)) != 0 ||
	    (code = gnutls_x509_crt_set_serial(crt, serial, sizeof serial)) != 0 ||
	    (code = gnutls_x509_crt_set_activation_time(crt, now - BEFORE_S)) != 0 ||
	    (code = gnutls_x509_crt_set_expiration_time(crt, now + (time_t)o->days * 24 * 60 *
								       60)) != 0 ||
	    (code = gnutls_x509_crt_set_key(crt, key)) != 0 ||
	    (code = gnutls_x509_crt_set_dn_by_oid(
		 crt, GNUTLS_OID_X520_COMMON_NAME, 0, o->hosts[0].p,
		 (unsigned)(o->hosts[0].n < 64 ? o->hosts[0].n : 64))) != 0 ||
	    (code = gnutls_x509_crt_set_basic_constraints(crt, 0, -1)) != 0 ||
	    (code = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE)) != 0 ||
	    (code = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0)) != 0 ||
	    (code = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, id, &id_bytes)) != 0 ||
	    (code = gnutls_x509_crt_set_subject_key_id(crt, id, id_bytes)) != 0)
		return failed(code, err);
	for (size_t i = 0; i < o->host_count; i++) {
		enum rc rc = add_host(crt, a, o->hosts[i], err);

		if (rc != RC_OK)
			return rc;
	}
	if (both &&
	    (code = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0)) != 0)
		return failed(code, err);
	/* Ed25519 has its own hash within (RFC 8032). */
	code =
	    gnutls_x509_crt_sign2(crt, crt, key, both ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256, 0);
	return code == 0 ? RC_OK : failed(code, err);
}

static enum rc
fingerprint_of(gnutls_x509_crt_t crt, struct arena *a, struct str *out, struct err *err)
{
	unsigned char print[FINGERPRINT_BYTES];
	size_t n = sizeof print;
	struct buf b;
	int code = gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, print, &n);

	if (code != 0)
		return failed(code, err);
	buf_init(&b, a);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%02X", i > 0 ? ":" : "", print[i]);
	*out = str_copy(a, buf_str(&b));
	return RC_OK;
}

static enum rc export(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, struct arena *a,
		      struct certificate *out, struct err *err) {
	gnutls_datum_t pem = {NULL, 0};
	int code = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);

	if (code != 0) return failed(code, err);
	out->certificate_pem = str_copy(a, (struct str){(char *)pem.data, pem.size});
	gnutls_free(pem.data);
	code = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
						 &pem);
	if (code != 0) return failed(code, err);
	out->key_pem = str_copy(a, (struct str){(char *)pem.data, pem.size});
	secret_wipe(pem.data, pem.size);
	gnutls_free(pem.data);
	return fingerprint_of(crt, a, &out->fingerprint, err);
}

/* seed NULL: a new one, P-256. */
static int
take_key(gnutls_x509_privkey_t key, const unsigned char *seed, const unsigned char *public)
{
	gnutls_datum_t x = {(unsigned char *)(uintptr_t) public, 32};
	gnutls_datum_t k = {(unsigned char *)(uintptr_t)seed, 32};

	if (seed == NULL)
		return gnutls_x509_privkey_generate(
		    key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	return gnutls_x509_privkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_ED25519, &x, NULL, &k);
}

static enum rc
make(struct arena *a, const struct certificate_options *o, const unsigned char *seed,
     const unsigned char *public, struct certificate *out, struct err *err)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	enum rc rc;
	int code;

	must(o->host_count > 0 && o->days > 0);
	if ((code = gnutls_x509_privkey_init(&key)) != 0)
		return failed(code, err);
	if ((code = gnutls_x509_crt_init(&crt)) != 0) {
		gnutls_x509_privkey_deinit(key);
		return failed(code, err);
	}
	code = take_key(key, seed, public);
	rc = code == 0 ? fill(crt, key, a, o, seed != NULL, err) : failed(code, err);
	if (rc == RC_OK)
		rc = export(crt, key, a, out, err);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	return rc;
}

enum rc
certificate_make(struct arena *a, const struct certificate_options *o, struct certificate *out,
		 struct err *err)
{
	return make(a, o, NULL, NULL, out, err);
}

enum rc
certificate_of_key(struct arena *a, const struct certificate_options *o,
		   const unsigned char seed[32], const unsigned char public[32],
		   struct certificate *out, struct err *err)
{
	return make(a, o, seed, public, out, err);
}

enum rc
certificate_fingerprint(struct arena *a, struct str pem, struct str *out, struct err *err)
{
	gnutls_datum_t data = {(unsigned char *)(uintptr_t)pem.p, (unsigned)pem.n};
	gnutls_x509_crt_t crt;
	enum rc rc;
	int code;

	if ((code = gnutls_x509_crt_init(&crt)) != 0)
		return failed(code, err);
	if (gnutls_x509_crt_import(crt, &data, GNUTLS_X509_FMT_PEM) != 0)
		rc = fail(err, RC_INVALID, "tls_certificate", "there is no certificate in it");
	else
		rc = fingerprint_of(crt, a, out, err);
	gnutls_x509_crt_deinit(crt);
	return rc;
}
